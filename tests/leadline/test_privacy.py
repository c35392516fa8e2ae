"""Nobody is named in anything that leaves the published file when `[privacy] people` is `off`: git, GitHub and Jira."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.collectors.github_world import server as github
from tests.collectors.github_world.world import World as GitHub
from tests.collectors.jira_world import server as jira
from tests.collectors.jira_world.world import World as Jira

SECRET = "secret-token"  # noqa: S105 - of the server in this process
NAMES = ("zaphod", "beeblebrox", "trillian", "slartibart", "prosser", "acme.example", "jeltz")
"""Parts of names, accounts and addresses, in lower case; they stand in nothing else."""

FILES = {
    ".mailmap": "Trillian Astra <trillian@acme.example> <tricia@old.acme.example>\n",
    "CODEOWNERS": "* @trillian zaphod@acme.example\n",
    "src/part0.py": "print(0)\n",
    "src/part1.py": "print(1)\n",
}
MEMBERS = ["zaphod@acme.example", "trillian@acme.example", "slartibart@acme.example", "jeltz@nowhere.acme.example"]


def history(path: Path, now: datetime) -> None:
    """Make a repository whose commits, trailers, subjects, branches and files name people."""
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", path], check=True)
    people = [
        "Zaphod Beeblebrox <zaphod@acme.example>",
        "Tricia <tricia@old.acme.example>",
        "Slartibart Fast <slartibart@acme.example>",
    ]
    script = ""
    for place in range(30):
        at = now - timedelta(days=60 - 2 * place)
        who = f"{people[place % 3]} {at.timestamp():.0f} +0000\n"
        message = f"Undo what Prosser did, {place}\n\nReviewed-by: {people[(place + 1) % 3]}\n"
        script += f"commit refs/heads/main\nauthor {who}committer {who}data {len(message)}\n{message}"
        for name, text in FILES.items():
            content = text if place == 0 else f"{text}# {place}\n" * (name[0] == "s")
            if content:
                script += f"M 100644 inline {name}\ndata {len(content)}\n{content}"
        script += "\n"
    script += "reset refs/heads/trillian/fix\nfrom refs/heads/main\n\nreset refs/tags/v1.0\nfrom refs/heads/main\n\n"
    subprocess.run(["git", "-C", path, "fast-import", "--quiet"], input=script.encode(), check=True)


def requests(world: GitHub) -> None:
    repository = world.repository("acme/app")
    people = ("zaphod", "trillian", "slartibart")
    for number in range(24):
        author, other = people[number % 3], people[(number + 1) % 3]
        request = world.open_pull_request(repository, author, f"Change {number}", commits=2)
        world.comment(request, other)
        world.review(request, other, "APPROVED", comments=1)
        if number < 20:
            world.merge(request, other)
    world.review(world.open_pull_request(repository, "zaphod", "Once more"), "trillian", "CHANGES_REQUESTED")
    issue = world.open_issue(repository, "slartibart")
    issue["assignees"] = [world.account("trillian")]
    world.event(issue, "AssignedEvent", "zaphod", assignee=world.account("trillian"))
    world.close(issue, "zaphod")
    world.deploy(repository, "a" * 40, "SUCCESS", login="zaphod")


def tickets(world: Jira) -> None:
    world.project("APP")
    for _ in range(8):
        issue = world.open_issue("APP", "prosser")
        world.assign(issue, "trillian", "zaphod")
        world.move(issue, "3", "zaphod")
        world.comment(issue, "slartibart")
        world.move(issue, "5", "trillian")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a configuration over the three of them, collected."""
    folder = tmp_path_factory.mktemp("company")
    now = datetime.now(UTC).replace(tzinfo=None)
    history(folder / "app.git", now)
    platform, tracker = GitHub(now=now - timedelta(days=30)), Jira()
    requests(platform)
    tickets(tracker)
    with github.serving(platform, tokens={SECRET}) as hub, jira.serving(tracker) as desk:
        (folder / "leadline.toml").write_text(
            f"[[source]]\nkind = 'git'\nname = 'local'\nrepositories = ['{folder}/app.git']\n"
            f"[[source]]\nkind = 'github'\nname = 'hub'\ntoken_env = 'HUB'\nbase_url = '{hub.url}'\n"
            "repositories = ['acme/app']\ngit = false\n"
            f"[[source]]\nkind = 'jira'\nname = 'desk'\nbase_url = '{desk.url}'\nuser_env = 'DESK_USER'\n"
            "token_env = 'DESK'\nprojects = ['APP']\n"
            f"[[team]]\nname = 'Heart'\nmembers = {MEMBERS}\nrepositories = ['acme/app', 'app']\n"
        )
        assert leadline(folder, "collect").returncode == 0
    return folder


def leadline(folder: Path, *arguments: str, people: str = "off") -> subprocess.CompletedProcess[str]:
    secrets = {"HUB": SECRET, "DESK_USER": jira.USER, "DESK": jira.TOKEN, "LEADLINE__PRIVACY__PEOPLE": people}
    return subprocess.run(
        [sys.executable, "-m", "leadline", "--config", str(folder / "leadline.toml"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **secrets, "NO_COLOR": "1"},
    )


def naming(text: str) -> set[str]:
    """The names that stand in a text."""
    return {name for name in NAMES if name in text.lower()}


def exported(folder: Path, people: str) -> dict[str, str]:
    """Every column of every exported table, as text."""
    target = folder / f"exported-{people}"
    assert leadline(folder, "export", str(target), "--format", "parquet", people=people).returncode == 0
    columns = {}
    for file in sorted(target.iterdir()):
        frame = pl.read_parquet(file)
        for name in frame.columns:
            columns[f"{file.stem}.{name}"] = frame.select(name).write_json()
    return columns


@pytest.fixture(scope="module")
def hidden(folder: Path) -> dict[str, str]:
    """The columns with `off`; what `leads` publishes has been looked at before."""
    assert leadline(folder, "compute", people="leads").returncode == 0
    named = {column for column, text in exported(folder, "leads").items() if naming(text)}
    # So that a name would be found: it stands in all of these with `leads`.
    assert {
        "main.people.name",
        "main.people.email",
        "main.identities.identity_id",
        "main.identities.account",
        "main.identity_edges.identity_b",
        "main.account_signatures.signature_id",
        "main.mailmap.mapped_name",
        "main.code_owners.owners",
        "main.commits.author_name",
        "main.commits.author_email",
        "main.commits.subject",
        "main.commit_trailers.value",
        "main.pull_requests.head_branch",
        "main.ticket_changes.to_value",
    } <= named
    assert leadline(folder, "compute").returncode == 0
    return exported(folder, "off")


def test_no_column_of_any_table_names_anybody(hidden: dict[str, str]) -> None:
    assert len(hidden) > 300
    assert {column: naming(text) for column, text in hidden.items() if naming(text)} == {}


def test_figures_about_single_people_are_empty(folder: Path, hidden: dict[str, str]) -> None:
    about = pl.read_parquet(folder / "exported-off" / "meta.dictionary.parquet").filter(
        pl.col("privacy") == "about", pl.col("schema") == "metrics"
    )
    tables = about["table"].unique().to_list()
    assert {"ownership", "contributors", "review_edges", "leavers", "churn", "reviewer_suggestions"} <= set(tables)
    for table in tables:
        assert pl.read_parquet(folder / "exported-off" / f"metrics.{table}.parquet").is_empty()
        seen = pl.read_parquet(folder / "exported-leads" / f"metrics.{table}.parquet")
        assert not seen.is_empty() or table not in {"ownership", "contributors", "review_edges"}
    assert not pl.read_parquet(folder / "exported-off" / "metrics.pull_request_flow.parquet").is_empty()


def test_the_file_itself_names_nobody(folder: Path, hidden: dict[str, str]) -> None:
    # Of columns that are null, not even statistics are left.
    assert naming((folder / "leadline-data" / "leadline.duckdb").read_bytes().decode("latin-1")) == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ["actions"],
        ["actions", "--json"],
        ["report", "--format", "md"],
        ["report", "--format", "html"],
        ["status", "--json"],
        ["identities", "--all", "--json"],
        ["sql", "FROM people"],
        ["sql", "SELECT CAST(stats AS VARCHAR) FROM pragma_storage_info('commits')", "--format", "json"],
    ],
    ids=" ".join,
)
def test_no_command_names_anybody(arguments: list[str], folder: Path, hidden: dict[str, str]) -> None:
    done = leadline(folder, *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert naming(done.stdout) == set()
