"""Release tags are guessed where the default does not know them."""

import subprocess
import tomllib
from pathlib import Path

import pytest

from leadline.cli import main
from leadline.config import load
from leadline.config.release_tags import ReleaseTags, guess
from tests.leadline.starter_text import uncommented


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (["sympy-1.13.0", "sympy-1.14.0"], (r"^sympy-v?\d+\.\d+", 2)),
        (["release-2.2", "release-2.3", "nightly"], (r"^release-v?\d+\.\d+", 2)),
        (["rel/3.1", "rel/v3.2"], (r"^rel/v?\d+\.\d+", 2)),
        (["boost (x) 1_1", "boost (x) 1_2"], (r"^boost \(x\) v?\d+_\d+", 2)),
        (["1.0", "app-1.1", "app-1.2"], (r"^(?:app-)?v?\d+\.\d+", 3)),
        (["REL_9_1", "REL_9_2", "REL1.0"], (r"^REL_v?\d+_\d+", 2)),
    ],
)
def test_the_commonest_way_is_found(tags: list[str], expected: tuple[str, int]) -> None:
    assert guess(tags) == ReleaseTags(*expected, len(tags))


@pytest.mark.parametrize(
    "tags",
    [
        [],
        ["v1.0", "v1.1", "app-1.0"],
        ["1.0", "1.1"],
        ["app-1.0"],
        ["nightly", "latest"],
        ["a-1.0", "a-1.1", "b-1.0", "c-1.0", "d-1.0"],
    ],
)
def test_nothing_is_guessed_without_need_or_reason(tags: list[str]) -> None:
    assert guess(tags) is None


def test_init_writes_what_it_guessed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    identity = ("-c", "user.name=Ana", "-c", "user.email=ana@acme.example")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    subprocess.run(["git", *identity, "-C", tmp_path, "commit", "-q", "--allow-empty", "-m", "x"], check=True)
    for tag in ("app-1.0", "app-1.1", "latest"):
        subprocess.run(["git", "-C", tmp_path, "tag", tag], check=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "of-a-hook"))

    assert main(["init"]) == 0

    text = (tmp_path / "leadline.toml").read_text(encoding="utf-8")
    assert "[deployments]\n" in text
    assert '# Guessed from the tags: matches 2 of 3.\ntag = "^app-v?\\\\d+\\\\.\\\\d+"\n' in text
    assert load(None).deployments.tag == r"^app-v?\d+\.\d+"
    assert tomllib.loads(uncommented(text))["deployments"]["ci_run"] == "deploy"
    assert r"releases are guessed from the tags: ^app-v?\d+\.\d+, see [deployments]" in capsys.readouterr().err
