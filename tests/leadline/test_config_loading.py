import pickle
from datetime import date, time
from pathlib import Path

import pytest

from leadline.config import Config, Member, load
from leadline.errors import ConfigError

FULL = """\
[leadline]
name = "Acme platform"
timezone = "Europe/Berlin"

[calendar]
hours = "08:00-24:00"
holidays = [2026-12-25]

[[source]]
kind = "git"
name = "local"
repositories = ["/srv/git/app.git", "https://example.org/group/lib.git", "../mono", "git@example.org:a/b.git"]

[[source]]
kind = "github"
name = "github"
token_env = "GITHUB_TOKEN"
repositories = ["acme/*"]

[[team]]
name = "Payments"
members = ["ana@acme.example", { id = "github:ben", from = 2026-01-01, to = 2026-06-30 }]
repositories = ["acme/app", "group/lib"]
paths = ["mono:services/payments/**"]

[[service]]
name = "payments"
repository = "mono"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "leadline.toml").write_text(FULL, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_file_is_found_upwards(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(folder / "a" / "b")

    config = load(None)

    assert config.path == folder / "leadline.toml"
    assert config.root == folder
    assert config.directory == folder / "leadline-data"
    assert config.team[0].name == "Payments"


def test_no_file_is_an_error_with_the_next_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=r"no leadline\.toml in .* or a folder above it") as caught:
        load(None)
    assert caught.value.hint == "write one with `leadline init`, or name it with --config PATH"


def test_a_named_file_that_is_missing_or_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"other\.toml does not exist"):
        load(tmp_path / "other.toml")
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load(tmp_path)


def test_a_file_that_is_not_utf8_is_told_with_the_line(tmp_path: Path) -> None:
    (tmp_path / "leadline.toml").write_bytes(b"[leadline]\nname = '\xff'\n")
    with pytest.raises(ConfigError, match=r"leadline\.toml:2: the file is not UTF-8"):
        load(tmp_path / "leadline.toml")


def test_windows_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "leadline.toml").write_bytes(b"\xef\xbb\xbf" + FULL.replace("\n", "\r\n").encode())
    assert load(tmp_path / "leadline.toml").leadline.name == "Acme platform"


def test_values_have_their_types_and_defaults(folder: Path) -> None:
    config = load(None)

    assert config.calendar.holidays == (date(2026, 12, 25),)
    assert (config.calendar.opens, config.calendar.closes) == (time(8), time.max)
    assert config.deployments.rungs == ("deployment", "ci_run", "release", "tag", "merge")
    assert list(config.investment) == ["feature", "bug", "debt", "keep_the_lights_on"]
    assert config.team[0].members[0] == Member(id="ana@acme.example")
    assert (config.team[0].members[1].start, config.team[0].members[1].end) == (date(2026, 1, 1), date(2026, 6, 30))


def test_local_repositories_start_at_the_folder_of_the_file(folder: Path) -> None:
    config = load(None)
    source = config.source[0]
    assert source.kind == "git"
    assert [config.locate(repository) for repository in source.repositories] == [
        "/srv/git/app.git",
        "https://example.org/group/lib.git",
        str(folder.parent / "mono"),
        "git@example.org:a/b.git",
    ]


def test_the_environment_goes_over_the_file_and_flags_over_both(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLINE__LEADLINE__NAME", "42")
    monkeypatch.setenv("LEADLINE__CALENDAR__HOURS", "10:00-11:00")
    monkeypatch.setenv("LEADLINE__CALENDAR__WORKDAYS", '["Mon"]')
    monkeypatch.setenv("LEADLINE__WAREHOUSE__KEEP_PAYLOADS", "false")
    monkeypatch.setenv("LEADLINE__WAREHOUSE__RETENTION_DAYS", "30")
    monkeypatch.setenv("LEADLINE__TEAM", '[{"name": "Web"}]')

    config = load(None, {"calendar.hours": "12:00-13:00", "warehouse.path": "/data"})

    assert config.leadline.name == "42"
    assert config.calendar.hours == "12:00-13:00"
    assert config.calendar.workdays == ("Mon",)
    assert config.calendar.holidays == (date(2026, 12, 25),)
    assert config.warehouse.keep_payloads is False
    assert config.warehouse.retention_days == 30
    assert config.directory == Path("/data")
    assert [team.name for team in config.team] == ["Web"]

    origins = {
        key: str(config.origin(*key))
        for key in [
            ("leadline", "name"),
            ("leadline", "timezone"),
            ("calendar", "hours"),
            ("calendar", "workdays"),
            ("warehouse", "path"),
            ("team", 0, "name"),
            ("source", 1, "base_url"),
            ("source", 1, "name"),
            ("privacy", "people"),
        ]
    }
    assert origins == {
        ("leadline", "name"): "environment LEADLINE__LEADLINE__NAME",
        ("leadline", "timezone"): "leadline.toml:3",
        ("calendar", "hours"): "flag --set calendar.hours",
        ("calendar", "workdays"): "environment LEADLINE__CALENDAR__WORKDAYS",
        ("warehouse", "path"): "flag --set warehouse.path",
        ("team", 0, "name"): "environment LEADLINE__TEAM",
        ("source", 1, "base_url"): "default",
        ("source", 1, "name"): "leadline.toml:16",
        ("privacy", "people"): "default",
    }


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        (
            {"source.0.name": "x"},
            "flag --set source.0.name: source: expected a list of tables, each under its own [[source]]",
        ),
        ({"calendar": "x", "calendar.hours": "x"}, 'flag --set calendar.hours: calendar.hours: expected "HH:MM-HH:MM"'),
        ({"calendar": "x"}, 'flag --set calendar: calendar: expected a table, got "x"'),
        ({"calender.hours": "x"}, 'flag --set calender.hours: calender: unknown key; did you mean "calendar"?'),
    ],
)
def test_a_mistake_in_a_flag_names_the_flag(folder: Path, overrides: dict[str, object], told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(None, overrides)
    assert told in str(caught.value)


def test_a_flag_of_an_empty_table_changes_nothing(folder: Path) -> None:
    config = load(None, {"calendar": {}})
    assert (config, str(config.origin("calendar", "hours"))) == (load(None), "leadline.toml:6")


def test_repositories_are_not_checked_where_only_tickets_are_collected(tmp_path: Path) -> None:
    (tmp_path / "leadline.toml").write_text(
        '[[source]]\nkind = "jira"\nname = "jira"\nbase_url = "https://a.eu"\ntoken_env = "T"\nprojects = ["APP"]\n'
        '[[team]]\nname = "A"\nrepositories = ["acme/app"]\n',
        encoding="utf-8",
    )
    assert load(tmp_path / "leadline.toml").team[0].repositories == ("acme/app",)


def test_a_mistake_in_the_environment_names_the_variable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLINE__CALENDAR__WORKDAYS", "Mon")
    with pytest.raises(ConfigError) as caught:
        load(None)
    assert str(caught.value) == (
        'environment LEADLINE__CALENDAR__WORKDAYS: calendar.workdays: expected an array, such as ["…"], got "Mon"'
    )


def test_a_configuration_never_changes_and_can_be_sent_to_another_process(folder: Path) -> None:
    config = load(None)
    with pytest.raises(ValueError, match="frozen"):
        config.leadline.name = "x"  # type: ignore[misc]
    sent = pickle.loads(pickle.dumps(config))  # noqa: S301 - our own bytes
    assert (sent, sent.path, sent.origin("leadline", "name")) == (
        config,
        config.path,
        config.origin("leadline", "name"),
    )


def test_the_schema_knows_every_section_and_both_forms_of_a_member() -> None:
    schema = Config.json_schema()
    assert schema["required"] == ["source"]
    assert set(schema["properties"]) == set(Config.model_fields)
    assert schema["additionalProperties"] is False
    member = schema["$defs"]["Team"]["properties"]["members"]["items"]
    assert member["anyOf"] == [{"type": "string", "minLength": 1}, {"$ref": "#/$defs/Member"}]
    assert set(schema["$defs"]["Member"]["properties"]) == {"id", "from", "to"}


def test_a_link_stays_one(folder: Path) -> None:
    (folder / "link").symlink_to(folder / "elsewhere")
    assert load(None).locate("x/../link") == str(folder / "link")
