"""`leadline identities` over a real history, as a user runs it."""

import json
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.leadline.conftest import configure, leadline

AUTHORS = (
    "Ana Ruiz <ana@acme.example.eu>",
    "ana <ana@acme.example.eu>",
    "Ana Ruiz <ana@home.example.eu>",
    "Bo Lind <bo@acme.example.eu>",
    "dsaw <one@acme.example.eu>",
    "dsaw <two@acme.example.eu>",
)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `leadline run` has run over a history of six authors."""
    folder = tmp_path_factory.mktemp("identities")
    repository = folder / "app.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", repository], check=True)
    script = "".join(
        f"commit refs/heads/main\nauthor {author} {1_750_000_000 + at} +0000\n"
        f"committer {author} {1_750_000_000 + at} +0000\ndata 1\nx\nM 100644 inline f{at}\ndata 1\nx\n\n"
        for at, author in enumerate(AUTHORS)
    )
    subprocess.run(["git", "-C", repository, "fast-import", "--quiet"], input=script.encode(), check=True)
    configure(folder, repository)
    leadline(folder, "run")
    return folder


def test_lists_who_was_merged_the_suspects_and_the_toml(company: Path) -> None:
    lines = leadline(company, "identities").stdout.splitlines()
    assert lines[0] == "Merged"
    assert [line.split("  ")[0] for line in lines[3:6]] == ["Ana Ruiz", "", ""]
    assert lines[3].endswith("email") or lines[3].endswith("name (probable)")
    assert "Bo Lind" not in "".join(lines)
    assert "Alike, but not merged" in lines
    toml = "\n".join(lines[lines.index("[identities]") :])
    assert tomllib.loads(toml) == {"identities": {"merge": [], "not_same": []}}
    assert '# ["Ana Ruiz <ana@acme.example.eu>", "Ana Ruiz <ana@home.example.eu>"],' in toml


def test_suspects_only(company: Path) -> None:
    out = leadline(company, "identities", "--suspects").stdout
    assert out.startswith("Alike, but not merged")
    assert "Ana Ruiz" not in out


def test_json(company: Path) -> None:
    answer = json.loads(leadline(company, "identities", "--json", "--all").stdout)
    assert {row["identity"] for row in answer["merged"]} == set(AUTHORS)
    assert {row["suspect"] for row in answer["suspects"]} == {"name: dsaw"}
    assert answer["toml"].startswith("[identities]")


def test_a_correction_is_followed_by_the_next_run(company: Path) -> None:
    before = (company / "leadline.toml").read_text(encoding="utf-8")
    toml = json.loads(leadline(company, "identities", "--json").stdout)["toml"]
    (company / "leadline.toml").write_text(before + "\n" + toml.replace("    # [", "    ["), encoding="utf-8")
    leadline(company, "run")
    answer = json.loads(leadline(company, "identities", "--json").stdout)
    merged = {row["identity"]: row["matched_by"] for row in answer["merged"]}
    (company / "leadline.toml").write_text(before, encoding="utf-8")
    assert merged == {
        "Ana Ruiz <ana@acme.example.eu>": "email",
        "ana <ana@acme.example.eu>": "email",
        "dsaw <one@acme.example.eu>": "config",
        "dsaw <two@acme.example.eu>": "config",
    }
