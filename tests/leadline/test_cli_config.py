import json
import re
from pathlib import Path

import pytest

from leadline.cli import main
from leadline.cli.commands import COMMANDS
from leadline.cli.reference import markdown as cli_reference
from leadline.config import Config
from leadline.config.reference import markdown as config_reference

GOOD = '[leadline]\nname = "Acme"\n\n[[source]]\nkind = "git"\nname = "local"\nrepositories = ["."]\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "leadline.toml").write_text(GOOD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_show_tells_every_value_and_where_it_comes_from(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADLINE__PRIVACY__MINIMUM_GROUP", "5")

    assert main(["config", "show", "--set", "calendar.hours=10:00-11:00"]) == 0

    out, err = capsys.readouterr()
    lines = {line.split()[0]: " ".join(line.split()[1:]) for line in out.splitlines()}
    assert lines["leadline.name"] == '"Acme" leadline.toml:2'
    assert lines["calendar.hours"] == '"10:00-11:00" flag --set calendar.hours'
    assert lines["privacy.minimum_group"] == "5 environment LEADLINE__PRIVACY__MINIMUM_GROUP"
    assert lines["source[0].repositories"] == '["."] leadline.toml:7'
    assert lines["service"] == "[] default"
    assert err == f"configuration of {folder / 'leadline.toml'}\n"


def test_show_hides_what_could_be_a_token(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = GOOD.replace('"."', '"https://s3cr3t@git.example.org/app.git", "ssh://git@git.example.org/lib.git"')
    (folder / "leadline.toml").write_text(text, encoding="utf-8")
    for more in ([], ["--json"]):
        assert main(["config", "show", *more]) == 0
        out = capsys.readouterr().out
        assert "s3cr3t" not in out
        assert "https://***@git.example.org/app.git" in out
        assert "ssh://git@git.example.org/lib.git" in out


def test_show_is_json_on_request_and_the_default_of_the_group(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "show", "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert {"key": "leadline.name", "value": "Acme", "origin": "leadline.toml:2"} in values
    assert main(["config", "-q"]) == 0
    assert capsys.readouterr().out.startswith("key ")


def test_validate_says_so_or_lists_the_mistakes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "validate"]) == 0
    assert capsys.readouterr() == ("", f"{folder / 'leadline.toml'} is valid\n")
    assert main(["config", "validate", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []

    Path("leadline.toml").write_text(GOOD.replace("name =", "nam ="), encoding="utf-8")
    assert main(["config", "validate"]) == 2
    assert capsys.readouterr().err == (
        "leadline: error: 3 mistakes in the configuration\n"
        '  leadline.toml:2: leadline.nam: unknown key; did you mean "name"?\n'
        '  leadline.toml:4: source[0].name: missing; expected name = "local"\n'
        '  leadline.toml:6: source[0].nam: unknown key; did you mean "name"?\n'
    )
    assert main(["config", "validate", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)[0] == {
        "place": "leadline.toml:2",
        "key": "leadline.nam",
        "message": "unknown key",
        "nearest": "name",
    }


def test_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "schema"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(Config.json_schema()))


def test_the_reference_of_the_configuration_names_every_key() -> None:
    page = config_reference()
    for name, definition in Config.json_schema()["$defs"].items():
        assert definition["description"] or name
        for key, schema in definition["properties"].items():
            assert re.search(rf"`(\w+\.)?{key}[`.]", page), f"{name}.{key} is not in the reference"
            assert "description" in schema or "$ref" in schema, f"{name}.{key} has no description"


def test_the_reference_of_the_command_line_names_every_command() -> None:
    page = cli_reference()
    assert all(f"## `leadline {name}" in page for name in COMMANDS)
    assert "| `--force` | Replace the file if it is there already. |" in page
