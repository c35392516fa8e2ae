import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.cli import main
from leadline.config import load
from leadline.config.starter import starter
from leadline.config.survey import Owned, Remote, Survey, codeowner_teams, machine_timezone, remote_of, survey
from leadline.errors import ConfigError
from tests.leadline.starter_text import uncommented

CODEOWNERS = """\
# who owns what
*            @acme/everyone
*.js         @acme/web @someone
/docs/       docs@acme.example @acme/writers
src/app      @acme/web   # the app
apps/        @acme/apps
/a\\ b/c     @other/web
[Section]    @acme/section
^[Optional][2] @acme/section
*            @acme/platform
"""


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Ana", "-c", "user.email=ana@acme.example")
    subprocess.run(["git", *identity, "-C", folder, *arguments], check=True, capture_output=True)


def repository(folder: Path, *, codeowners: str = "", remote: str = "") -> Path:
    folder.mkdir(parents=True)
    git(folder, "init", "-b", "trunk")
    if remote:
        git(folder, "remote", "add", "origin", remote)
    if codeowners:
        (folder / ".github").mkdir()
        (folder / ".github" / "CODEOWNERS").write_text(codeowners, encoding="utf-8")
        git(folder, "add", ".")
    git(folder, "commit", "--allow-empty", "-m", "first")
    return folder


def test_init_writes_what_it_sees_of_the_repository_around(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    top = repository(tmp_path / "app", codeowners=CODEOWNERS, remote="https://me:hunter2@github.com/acme/app.git")
    monkeypatch.chdir(top)

    assert main(["init"]) == 0

    text = (top / "leadline.toml").read_text(encoding="utf-8")
    config = load(None)
    assert config.leadline.name == "app"
    assert config.source[0].model_dump() == {"kind": "git", "name": "local", "repositories": (".",)}
    assert {team.name: (team.repositories, team.paths) for team in config.team} == {
        "everyone": ((), ()),
        "acme/web": ((), ("app:**/*.js", "app:src/app")),
        "writers": ((), ("app:docs/**",)),
        "apps": ((), ("app:**/apps/**",)),
        "other/web": ((), ("app:a b/c",)),
        "platform": (("app",), ()),
    }
    assert "# Default branch: trunk\n" in text
    assert '#repositories = ["acme/app"]\n' in text
    assert "hunter2" not in text
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("wrote leadline.toml: repository app, 6 teams from CODEOWNERS\nit is on github.com")


def test_init_replaces_a_file_only_by_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repository(tmp_path / "app"))
    Path("leadline.toml").write_text("mine", encoding="utf-8")

    assert main(["init"]) == 2
    assert capsys.readouterr().err.startswith("leadline: error: leadline.toml exists already\nhint: ")
    assert Path("leadline.toml").read_text(encoding="utf-8") == "mine"

    assert main(["init", "--force"]) == 0
    assert load(None).leadline.name == "app"


def test_the_path_is_relative_where_the_repository_is_below_the_file(tmp_path: Path) -> None:
    top = repository(tmp_path / "~work" / "app")
    assert survey(str(top), tmp_path).repository == "./~work/app"
    assert survey(str(top / ".git"), tmp_path / "elsewhere").repository in (str(top), str(top / ".git"))


def test_a_bare_repository_is_seen(tmp_path: Path) -> None:
    repository(tmp_path / "app", codeowners="* @acme/all\n")
    git(tmp_path, "clone", "--bare", "app", "app.git")

    found = survey(str(tmp_path / "app.git"), tmp_path)

    assert (found.name, found.repository, found.default_branch) == ("app", "./app.git", "trunk")
    assert found.teams == {"all": Owned(everything=True)}


def test_a_folder_without_a_repository_and_no_folder_at_all(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be used: not a git repository"):
        survey(str(tmp_path), tmp_path)
    with pytest.raises(ConfigError, match="does not exist"):
        survey(str(tmp_path / "x"), tmp_path)
    with pytest.raises(ConfigError, match="protocol that is not allowed"):
        survey("ext::sh -c id", tmp_path)


@pytest.mark.parametrize(
    ("url", "name", "repository_address"),
    [
        (
            "https://me:hunter2@git.example.org/group/sub/lib.git",
            "group/sub/lib",
            "https://git.example.org/group/sub/lib.git",
        ),
        ("https://ghp_abcdefghij@github.com/acme/app", "acme/app", "https://github.com/acme/app"),
        ("ssh://git:pw@git.example.org:22/lib.git", "lib", "ssh://git@git.example.org:22/lib.git"),
        ("git@github.com:acme/app.git", "acme/app", "git@github.com:acme/app.git"),
        ("file:///srv/git/app.git", "app", "file:///srv/git/app.git"),
    ],
)
def test_an_address_gives_the_name_and_loses_its_credentials(
    tmp_path: Path, url: str, name: str, repository_address: str
) -> None:
    found = survey(url, tmp_path)
    assert (found.name, found.repository) == (name, repository_address)
    loaded(tmp_path, starter(found, "UTC"))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://github.com/acme/app.git", Remote("github", "github.com", "acme/app")),
        ("git@github.com:acme/app.git", Remote("github", "github.com", "acme/app")),
        ("ssh://git@github.acme.example:2222/acme/app/", Remote("github", "github.acme.example", "acme/app")),
        ("https://oauth2:x@gitlab.com/group/sub/app.git", Remote("gitlab", "gitlab.com", "group/sub/app")),
        ("https://github.com/acme", None),
        ("https://git.example.org/acme/app", None),
        ("/srv/git/app.git", None),
    ],
)
def test_the_remote_is_recognised(url: str, expected: Remote | None) -> None:
    assert remote_of(url) == expected


def test_teams_of_codeowners() -> None:
    assert codeowner_teams("* @a/b\n!x @a/c\n/x @d\ny z@example.org\n\n# @e/f\n") == {
        "b": Owned(everything=True),
    }


def test_the_time_zone_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    assert machine_timezone() == "Europe/Berlin"
    monkeypatch.setenv("TZ", "CET-1CEST,nonsense")
    assert machine_timezone() != ""


def loaded(folder: Path, text: str) -> None:
    """Both the text and the text with every comment in effect are valid configurations."""
    for content in (text, uncommented(text)):
        (folder / "leadline.toml").write_text(content, encoding="utf-8")
        load(folder / "leadline.toml")


_hostile = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
_team = st.from_regex(r"[\w.-]{1,6}(/[\w.-]{1,6}){0,2}", fullmatch=True)


@settings(deadline=None, max_examples=40)
@given(name=_hostile, branch=_hostile, patterns=st.lists(_hostile, max_size=4), team=_team)
def test_the_result_loads_whatever_names_it_meets(
    tmp_path_factory: pytest.TempPathFactory, name: str, branch: str, patterns: list[str], team: str
) -> None:
    folder = tmp_path_factory.mktemp("any")
    owners = "\n".join(f"{pattern} @acme/{team}" for pattern in patterns)
    found = Survey(
        name=name,
        repository=f"./{name}",
        default_branch=branch,
        remote=remote_of(f"https://gitlab.example.org/{team}/app"),
        teams=codeowner_teams(owners),
    )
    loaded(folder, starter(found, "Europe/Berlin"))


@pytest.mark.parametrize(
    "remote", [None, Remote("github", "github.acme.example", "acme/app"), Remote("gitlab", "gitlab.com", "a/b")]
)
def test_the_template_shows_every_key_of_every_section(tmp_path: Path, remote: Remote | None) -> None:
    found = Survey(
        "app", "./app", "main", remote, {"payments": Owned(everything=True), "Platform": Owned(patterns=("src/**",))}
    )
    text = starter(found, "UTC")

    loaded(tmp_path, text)

    config = load(tmp_path / "leadline.toml")
    assert [source.kind for source in config.source] == ["git", "github", "gitlab", "jira"]
    assert config.model_fields_set == set(type(config).model_fields)
    for section in (config.calendar, config.warehouse, config.identities, config.deployments, config.privacy):
        assert section.model_fields_set == set(type(section).model_fields)
