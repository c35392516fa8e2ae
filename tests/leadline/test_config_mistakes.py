"""Every kind of mistake with the words in which it is told."""

from pathlib import Path

import pytest

from leadline.config import load
from leadline.errors import ConfigError, ExitCode

GIT = '[[source]]\nkind = "git"\nname = "local"\nrepositories = ["/srv/git/app.git"]\n'
HUB = '[[source]]\nkind = "github"\nname = "hub"\nrepositories = ["acme/app"]\n'
TRACKER = '[[source]]\nkind = "jira"\nname = "jira"\nbase_url = "https://acme.atlassian.net"\n'

MISTAKES = [
    ("[leadline]\nnam = 'x'", '2: leadline.nam: unknown key; did you mean "name"?'),
    ("[leadline]\nqqq = 'x'", "2: leadline.qqq: unknown key; expected one of name, timezone"),
    ("[calender]\nhours = 'x'", '1: calender: unknown key; did you mean "calendar"?'),
    ("[leadline]\nname = 3", "2: leadline.name: expected text in quotes, got 3"),
    ('[leadline]\nname = ""', "2: leadline.name: expected text, got an empty one"),
    (
        '[leadline]\n\ntimezone = "Europe/Berln"',
        '3: leadline.timezone: unknown time zone "Europe/Berln"; expected an IANA name, such as "Europe/Berlin"',
    ),
    (
        '[leadline]\ntimezone = "../etc/passwd"',
        '2: leadline.timezone: unknown time zone "../etc/passwd"; expected an IANA name, such as "Europe/Berlin"',
    ),
    (
        '[calendar]\nhours = "9-17"',
        '2: calendar.hours: expected "HH:MM-HH:MM", such as "09:00-17:30", got "9-17"',
    ),
    (
        '[calendar]\nhours = "17:00-09:00"',
        '2: calendar.hours: the end must be later than the start, got "17:00-09:00"',
    ),
    (
        '[calendar]\nworkdays = [\n  "Mon",\n  "Tues",\n]',
        '4: calendar.workdays[1]: expected Mon, Tue, Wed, Thu, Fri, Sat or Sun, got "Tues"',
    ),
    ("[calendar]\nworkdays = []", "2: calendar.workdays: expected at least one element, got none"),
    ('[calendar]\nworkdays = ["Mon", "Mon"]', '2: calendar.workdays: "Mon" is listed twice'),
    ('[calendar]\nholidays = ["Xmas"]', '2: calendar.holidays[0]: expected a date, such as 2026-01-31, got "Xmas"'),
    ('[leadline]\nname = "a\\u0000b"', "2: leadline.name: a text must not hold the character NUL"),
    (
        '[warehouse]\npath = "~nobody-of-that-name/data"',
        '2: warehouse.path: "~nobody-of-that-name/data" begins in the home of a user who is not known here',
    ),
    (
        '[deployments]\ntag = "v1\\\\Z"',
        '2: deployments.tag: "v1\\Z" uses look-around or another form that is not supported',
    ),
    ("calendar = 3", "1: calendar: expected a table, got 3"),
    ('[warehouse]\nkeep_payloads = "yes"', '2: warehouse.keep_payloads: expected true or false, got "yes"'),
    ("[warehouse]\nretention_days = -1", "2: warehouse.retention_days: expected 0 or more, got -1"),
    ("[warehouse]\nretention_days = 1.5", "2: warehouse.retention_days: expected a whole number, got 1.5"),
    ("[privacy]\nminimum_group = 0", "2: privacy.minimum_group: expected 1 or more, got 0"),
    ('[privacy]\npeople = "lead"', '2: privacy.people: expected off, self or leads, got "lead"; did you mean "leads"?'),
    (
        '[deployments]\nrungs = ["tags"]',
        '2: deployments.rungs[0]: expected deployment, ci_run, release, tag or merge, got "tags"; did you mean "tag"?',
    ),
    (
        '[deployments]\ntag = "(v"',
        '2: deployments.tag: "(v" is not a regular expression: missing ), unterminated subpattern at position 0',
    ),
    (
        '[deployments]\nenvironment = "prod(?!uct)"',
        '2: deployments.environment: "prod(?!uct)" uses look-around or another form that is not supported',
    ),
    ("[investment]\nbug = {}", "2: investment.bug: expected at least one type or label"),
    ('[investment]\nbug = { typ = ["Bug"] }', '2: investment.bug.typ: unknown key; did you mean "type"?'),
    (
        '[incidents.tickets]\ntype = "Incident"',
        '2: incidents.tickets.type: expected an array, such as ["…"], got "Incident"',
    ),
    ('[identities]\nmerge = [["a@b.c"]]', "2: identities.merge[0]: expected at least two elements, got 1"),
    (
        '[identities]\nmerge = [["a", "b", "c"]]\nnot_same = [["x", "y"], ["b", "a"]]',
        "3: identities.not_same[1]: these identities are merged by identities.merge too",
    ),
    ('[[team]]\nmembers = ["a"]', '1: team[0].name: missing; expected name = "Payments"'),
    ('[team]\nname = "A"', "1: team: expected a list of tables, each under its own [[team]]"),
    ('[[team]]\nname = "A"\n[[team]]\nname = "a"', '4: team[1].name: "a" is the name of another team already'),
    (
        '[[team]]\nname = "Payments"\n[[team]]\nname = "B"\nparent = "Payment"',
        '5: team[1].parent: no team is named "Payment"; did you mean "Payments"?',
    ),
    ('[[team]]\nname = "A"\nparent = "A"', "3: team[0].parent: a team cannot be part of itself: A → A"),
    (
        '[[team]]\nname = "A"\nparent = "B"\n[[team]]\nname = "B"\nparent = "A"\n[[team]]\nname = "C"\nparent = "A"',
        "3: team[0].parent: a team cannot be part of itself: A → B → A",
    ),
    (
        '[[team]]\nname = "A"\nmembers = [\n "x",\n { id = "y", form = 2026-01-01 },\n]',
        '5: team[0].members[1].form: unknown key; did you mean "from"?',
    ),
    (
        '[[team]]\nname = "A"\nmembers = [{ id = "y", from = 2026-02-01, to = 2026-01-01 }]',
        '3: team[0].members[0]: the membership of "y" ends before it starts',
    ),
    (
        '[[team]]\nname = "A"\nmembers = [3]',
        "3: team[0].members[0]: expected an identity as text, or a table with id, from and to, got 3",
    ),
    (
        '[[team]]\nname = "A"\npaths = ["src/**"]',
        '3: team[0].paths[0]: expected "repository:path pattern", such as "acme/mono:services/app/**", got "src/**"',
    ),
    (
        '[[team]]\nname = "A"\npaths = ["app:../x"]',
        '3: team[0].paths[0]: expected a pattern of paths from the top of the repository, such as "src/**", got "../x"',
    ),
    (
        '[[team]]\nname = "A"\nrepositories = ["ap"]',
        '3: team[0].repositories[0]: no source has a repository "ap"; did you mean "app"?',
    ),
    (
        '[[team]]\nname = "A"\nrepositories = ["app["]',
        '3: team[0].repositories[0]: expected a repository, such as "acme/app" or "acme/*", got "app["',
    ),
    (
        '[[service]]\nname = "pay"\nrepository = "acme/mono"',
        '3: service[0].repository: no source has a repository "acme/mono"',
    ),
    ('[[source]]\nname = "x"', "1: source[0].kind: missing; expected git, github, gitlab or jira"),
    (
        '[[source]]\nkind = "githb"',
        '2: source[0].kind: unknown kind "githb"; expected git, github, gitlab or jira; did you mean "github"?',
    ),
    (
        '[[source]]\nkind = "git"\nname = "a b"\nrepositories = ["x"]',
        '3: source[0].name: expected letters, digits, ".", "_" and "-", starting with a letter or digit, got "a b"',
    ),
    (
        '[[source]]\nkind = "git"\nname = "a"',
        '1: source[0].repositories: missing; expected repositories = ["/srv/git/app.git", "https://example.org/lib.git"]',
    ),
    (
        '[[source]]\nkind = "git"\nname = "a"\nrepositories = []',
        "4: source[0].repositories: expected at least one element, got none",
    ),
    (
        '[[source]]\nkind = "git"\nname = "a"\nrepositories = ["https://me:hunter2@example.org/x"]',
        (
            "4: source[0].repositories[0]: an address must not hold credentials; "
            "git's credential helper or an SSH key provides them"
        ),
    ),
    (
        '[[source]]\nkind = "git"\nname = "a"\nrepositories = ["ext::sh -c id"]',
        (
            '4: source[0].repositories[0]: "ext::sh -c id" uses a protocol that is not allowed; '
            "expected a path, file, http, https or ssh"
        ),
    ),
    (HUB, "1: source[0]: expected exactly one of token_env, token_file, or app_id with private_key_file"),
    (HUB + "app_id = 1", "1: source[0]: app_id and private_key_file belong together"),
    (
        HUB + 'token = "ghp_abcdefghij0123456789"',
        (
            "5: source[0].token: a secret must not stand in the file; "
            "put it into an environment variable and name that: token_env = …"
        ),
    ),
    (
        HUB + 'token_env = "ghp_abcdefghij0123456789"',
        "5: source[0].token_env: expected the name of an environment variable, not the secret itself",
    ),
    (
        HUB + 'token_env = "MY TOKEN"',
        '5: source[0].token_env: expected the name of an environment variable, such as "GITHUB_TOKEN", got "MY TOKEN"',
    ),
    (
        HUB.replace("acme/app", "app") + 'token_env = "T"',
        '4: source[0].repositories[0]: expected "owner/name" or "owner/*", got "app"',
    ),
    (HUB + 'token_env = "T"\nsince = "May"', '6: source[0].since: expected a date, such as 2026-01-31, got "May"'),
    (
        HUB + 'token_env = "T"\nbase_url = "api.github.com"',
        '6: source[0].base_url: expected an address, such as "https://git.example.org", got "api.github.com"',
    ),
    (TRACKER + 'token_env = "T"', "1: source[0]: expected exactly one of projects and jql"),
    (TRACKER + 'projects = ["A"]', "1: source[0]: expected exactly one of token_env and token_file"),
    (
        TRACKER + 'token_env = "T"\njql = "a"\nflow.begin = ["x"]',
        "7: source[0].flow.begin: unknown key; expected one of start, done, waiting, blocked, reset_on_backlog, types",
    ),
    ('[leadline]\nname = "x" "y"', "2:12: not valid TOML: expected newline or end of document after a statement"),
    ("[leadline\n", "1:10: not valid TOML: expected ']' at the end of a table declaration"),
    ('[leadline]\nname = """x\n', "8: not valid TOML: unterminated string"),
]


def mistakes_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> ConfigError:
    (tmp_path / "leadline.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as caught:
        load(None)
    return caught.value


@pytest.mark.parametrize(("text", "expected"), MISTAKES, ids=[expected[:60] for _, expected in MISTAKES])
def test_a_mistake_is_told_with_its_place_and_what_is_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, expected: str
) -> None:
    text = text if "[[source]]" in text else f"{text}\n{GIT}"

    error = mistakes_of(tmp_path, monkeypatch, text)

    assert str(error) == f"leadline.toml:{expected}"
    assert error.exit_code == ExitCode.USAGE
    assert len(error.problems) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 'leadline.toml: source: no source; expected at least one [[source]], such as kind = "git"'),
        ("source = []", "leadline.toml:1: source: expected at least one element, got none"),
        ("source = 3", "leadline.toml:1: source: expected a list of tables, each under its own [[source]]"),
        (
            GIT + GIT.replace('"git"', '"git" # again'),
            'leadline.toml:7: source[1].name: "local" is the name of another source already',
        ),
    ],
)
def test_mistakes_about_all_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, expected: str) -> None:
    assert str(mistakes_of(tmp_path, monkeypatch, text)) == expected


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADLINE__CALENDER__HOURS", "x")
    monkeypatch.setenv("LEADLINE__WAREHOUSE__RETENTION_DAYS", "many")
    text = '[leadline]\nnam = "x"\n[[team]]\nname = "A"\nparent = "B"\n[[team]]\nname = "A"\n[[source]]\nkind = "svn"\n'

    error = mistakes_of(tmp_path, monkeypatch, text)

    assert str(error).splitlines() == [
        "6 mistakes in the configuration",
        (
            "  environment LEADLINE__CALENDER__HOURS: unknown section of the configuration; "
            'did you mean "LEADLINE__CALENDAR"?'
        ),
        (
            "  environment LEADLINE__WAREHOUSE__RETENTION_DAYS: warehouse.retention_days: "
            'expected a whole number, got "many"'
        ),
        '  leadline.toml:2: leadline.nam: unknown key; did you mean "name"?',
        '  leadline.toml:5: team[0].parent: no team is named "B"',
        '  leadline.toml:7: team[1].name: "A" is the name of another team already',
        '  leadline.toml:9: source[0].kind: unknown kind "svn"; expected git, github, gitlab or jira',
    ]


def test_a_secret_in_the_file_is_never_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "ghp_abcdefghij0123456789"  # noqa: S105 - made up
    text = HUB.replace("acme/app", f"acme/{secret}/x y:") + f'token_env = "{secret}"\ntokn = "{secret}"\n'

    error = mistakes_of(tmp_path, monkeypatch, text)

    assert secret not in str(error)
    assert secret not in repr(error.problems)
