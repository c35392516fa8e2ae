"""Repositories made on the spot, collected into a warehouse in memory."""

from collections.abc import Callable
from datetime import date, datetime
from itertools import count
from pathlib import Path

import polars as pl
import pytest
from git_support import Repository, collected
from memory import Memory

from collectors.git import GitError, GitSource, collect, reading
from collectors.git.clone import Clone

Make = Callable[..., Repository]


@pytest.fixture
def clones(tmp_path: Path) -> Path:
    return tmp_path / "clones"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "app")


def test_whole_rows(repository: Repository, clones: Path) -> None:
    first = repository.commit("Add a\n", {"a.txt": "1\n2\n3\n4\n5\n", "b.bin": b"\0\1"})
    second = repository.commit(
        "Change a\n\nThe reason why.\n\nCo-authored-by: Cleo Poe <cleo@acme.example>\nTICKET: APP-1\n",
        {"a.txt": "1\n2\n3\nfour\n5\nsix\n"},
    )
    memory = collected(clones, repository.path)

    assert memory.table("repositories").rows() == [("local:app", "app", str(repository.path), "main", None, None, None)]
    who = {
        "author_id": "local:Ana Doe <ana@acme.example>",
        "committer_id": "local:Ben Roe <ben@acme.example>",
        "author_name": "Ana Doe",
        "author_email": "ana@acme.example",
        "author_offset_minutes": 60,
        "is_merge": False,
        "reverts_sha": None,
        "on_default_branch": True,
        "repo_id": "local:app",
    }
    assert sorted(memory.table("commits").to_dicts(), key=lambda row: row["authored_at"]) == [
        who
        | {
            "sha": first,
            "authored_at": datetime(2023, 11, 14, 22, 14, 20),  # noqa: DTZ001
            "committed_at": datetime(2023, 11, 14, 22, 14, 20),  # noqa: DTZ001
            "parent_count": 0,
            "subject": "Add a",
            "additions": 5,
            "deletions": 0,
            "files_changed": 2,
        },
        who
        | {
            "sha": second,
            "authored_at": datetime(2023, 11, 14, 22, 15, 20),  # noqa: DTZ001
            "committed_at": datetime(2023, 11, 14, 22, 15, 20),  # noqa: DTZ001
            "parent_count": 1,
            "subject": "Change a",
            "additions": 2,
            "deletions": 1,
            "files_changed": 1,
        },
    ]
    assert memory.table("commit_parents").rows() == [("local:app", second, 0, first)]
    assert sorted(memory.table("commit_files").rows()) == sorted(
        [
            ("local:app", first, "a.txt", None, "A", 5, 0, False),
            ("local:app", first, "b.bin", None, "A", None, None, True),
            ("local:app", second, "a.txt", None, "M", 2, 1, False),
        ]
    )
    assert memory.table("commit_trailers").rows() == [
        (
            "local:app",
            second,
            "Co-authored-by",
            "Cleo Poe <cleo@acme.example>",
            "local:Cleo Poe <cleo@acme.example>",
        ),
        ("local:app", second, "Ticket", "APP-1", None),
    ]
    assert memory.table("identities").select("identity_id", "name", "email").rows() == [
        ("local:Ana Doe <ana@acme.example>", "Ana Doe", "ana@acme.example"),
        ("local:Ben Roe <ben@acme.example>", "Ben Roe", "ben@acme.example"),
        ("local:Cleo Poe <cleo@acme.example>", "Cleo Poe", "cleo@acme.example"),
    ]
    assert memory.table("head_files").select("path", "lines", "is_binary").rows() == [
        ("a.txt", 6, False),
        ("b.bin", None, True),
    ]


def test_kinds_of_changes(repository: Repository, clones: Path) -> None:
    text = "".join(f"line {n}\n" for n in range(50))
    repository.commit("start", {"a": text, "b": text.upper(), "mode": "x\n", "kind": "y\n", "gone": "z\n"})
    repository.git("mv", "a", "moved")
    repository.git("rm", "-q", "gone")
    repository.git("mv", "b", "renamed")
    repository.write({"a2": text, "renamed": text.upper() + "end\n"})
    (repository.path / "mode").chmod(0o755)
    (repository.path / "kind").unlink()
    (repository.path / "kind").symlink_to("mode")
    (repository.path / "link").symlink_to("/etc/passwd")
    sha = repository.commit("all kinds")
    rows = collected(clones, repository.path).table("commit_files").filter(pl.col("sha") == sha)
    assert rows.select("path", "old_path", "change", "additions", "deletions").rows() == [
        ("a2", "a", "R", 0, 0),
        ("gone", None, "D", 0, 1),
        ("kind", None, "T", 1, 1),
        ("link", None, "A", 1, 0),
        ("mode", None, "M", 0, 0),
        ("moved", None, "A", 50, 0),
        ("renamed", "b", "R", 1, 0),
    ]


def test_merges_and_reverts(repository: Repository, clones: Path) -> None:
    repository.commit("start", {"a": "a\n"})
    for branch in ("one", "two"):
        repository.git("checkout", "-q", "-b", branch, "main")
        repository.commit(branch, {branch: "x\n"})
    repository.git("checkout", "-q", "main")
    bad = repository.commit("bad", {"bad": "x\n"})
    revert = repository.commit(f"Revert\n\nThis reverts commit\n{bad}, reversing\n")
    short = repository.commit(f"This reverts commit {bad[:9].upper()}.")
    repository.git("merge", "-q", "-m", "octopus", "one", "two")
    octopus = repository.git("rev-parse", "HEAD")
    memory = collected(clones, repository.path)
    commits = {row["sha"]: row for row in memory.table("commits").to_dicts()}
    assert commits[revert]["reverts_sha"] == bad
    assert commits[short]["reverts_sha"] == bad[:9]
    merge = commits[octopus]
    assert (merge["parent_count"], merge["is_merge"]) == (3, True)
    assert [merge[name] for name in ("additions", "deletions", "files_changed")] == [None] * 3
    assert octopus not in memory.table("commit_files")["sha"]
    parents = memory.table("commit_parents").filter(pl.col("sha") == octopus)
    assert parents["position"].to_list() == [0, 1, 2]
    assert parents["parent_sha"].to_list() == repository.git("log", "-1", "--format=%P").split()


def test_submodules_are_ignored(repository: Repository, tmp_path: Path, clones: Path) -> None:
    other = Repository(tmp_path / "other")
    other.commit("start", {"x": "x\n"})
    repository.commit("start", {"a": "a\n", "b": "b\n"})
    repository.git("submodule", "--quiet", "add", str(other.path), "sub")
    added = repository.commit("add")
    repository.git("rm", "-q", "b")
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{added},b")
    repository.git("commit", "-q", "-m", "file becomes submodule")
    changed = repository.git("rev-parse", "HEAD")
    memory = collected(clones, repository.path)
    files = memory.table("commit_files").select("sha", "path", "change").rows()
    assert (added, ".gitmodules", "A") in files
    assert (changed, "b", "D") in files
    assert len(files) == 4
    assert memory.table("head_files")["path"].to_list() == [".gitmodules", "a"]


def test_empty_repository_then_first_commit(repository: Repository, clones: Path) -> None:
    memory = collected(clones, repository.path)
    assert memory.table("repositories")["default_branch"].to_list() == [None]
    assert memory.table("commits").is_empty()
    repository.commit("first", {"a": "a\n"})
    collected(clones, repository.path, into=memory)
    assert memory.table("repositories")["default_branch"].to_list() == ["main"]
    assert memory.table("commits").height == 1


def test_nothing_new_gives_no_page_and_one_process(
    repository: Repository, clones: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit("first", {"a": "a\n"})
    memory = collected(clones, repository.path)
    monkeypatch.setattr(Clone, "fetch", None)
    assert list(collect(GitSource("local", (str(repository.path),)), memory, clones=clones)) == []


def test_line_counts_can_come_later(repository: Repository, clones: Path) -> None:
    repository.commit("first", {"a": "a\n"})
    memory = collected(clones, repository.path, line_counts=False)
    assert memory.table("commits")["additions"].to_list() == [None]
    assert memory.table("commit_files").select("additions", "is_binary").rows() == [(None, None)]
    assert memory.table("head_files")["lines"].to_list() == [1]
    collected(clones, repository.path, into=memory)
    assert memory.everything() == collected(clones, repository.path).everything()


def rewrite(repository: Repository) -> None:
    """Everything at once that makes commits, identities and tags go away."""
    repository.git("branch", "-D", "topic", "-q")
    repository.git("tag", "-d", "v1")
    repository.git("reset", "-q", "--hard", "HEAD~2")
    repository.git("branch", "-m", "main", "trunk")
    repository.commit(
        "new\n\nReviewed-by: Dee <dee@acme.example>\n", {"b": "b\nb\n", ".mailmap": "A D <ana@acme.example>\n"}
    )


@pytest.fixture
def history(repository: Repository) -> Repository:
    for n in range(6):
        repository.commit(f"{n}\n\nHelped-by: H{n} <h{n}@acme.example>\n", {"a": "a\n" * n, "CODEOWNERS": f"* @{n}\n"})
    repository.git("tag", "v1")
    repository.git("checkout", "-q", "-b", "topic", "HEAD~3")
    repository.commit("topic", {"t": "t\n"}, GIT_AUTHOR_NAME="Gone", GIT_AUTHOR_EMAIL="gone@acme.example")
    repository.git("checkout", "-q", "main")
    return repository


def test_rewritten_history_equals_a_fresh_collection(
    history: Repository, clones: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = collected(clones, history.path)
    assert memory.table("commits").filter(~pl.col("on_default_branch")).height == 1
    rewrite(history)
    collected(clones, history.path, into=memory)
    assert memory.table("repositories")["default_branch"].to_list() == ["trunk"]
    assert memory.everything() == collected(tmp_path / "fresh", history.path).everything()
    assert "gone@acme.example" not in memory.table("identities")["email"]


def test_a_run_stopped_at_any_page_is_completed_by_the_next(
    history: Repository, clones: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_SMALLEST_CHUNK", 2)
    monkeypatch.setattr(reading, "_PAGE", 1)
    before = collected(tmp_path / "before", history.path).everything()
    stopped: list[Memory] = []
    for pages in count():
        memory = collected(clones, history.path, stop_after=pages)
        stopped.append(memory)
        if memory.everything() == before:
            break
        again = collected(clones, history.path, into=Memory(dict(memory.tables), dict(memory.cursors)))
        assert again.everything() == before
    assert len(stopped) > 6
    rewrite(history)
    after = collected(tmp_path / "after", history.path).everything()
    for pages, memory in enumerate(stopped):
        collected(clones, history.path, into=memory, stop_after=pages)
        assert collected(clones, history.path, into=memory).everything() == after


def test_refs_that_come_back_after_a_stopped_run(history: Repository, clones: Path) -> None:
    memory = collected(clones, history.path)
    before = memory.everything()
    history.commit("later", {"later": "x\n"})
    collected(clones, history.path, into=memory, stop_after=1)
    assert memory.everything() != before
    history.git("reset", "-q", "--hard", "HEAD~1")
    assert collected(clones, history.path, into=memory).everything() == before


def test_commits_that_come_back_are_counted_again(history: Repository, clones: Path) -> None:
    history.commit("later", {"later": "x\n"})
    memory = collected(clones, history.path)
    before = memory.everything()
    for move in ("HEAD~1", "ORIG_HEAD"):
        history.git("reset", "-q", "--hard", move)
        collected(clones, history.path, into=memory, line_counts=False)
    assert memory.everything() != before
    assert collected(clones, history.path, into=memory).everything() == before


def test_a_repository_no_longer_named_leaves_and_can_come_back(tmp_path: Path, clones: Path) -> None:
    first, second = Repository(tmp_path / "first"), Repository(tmp_path / "second")
    first.commit("one", {"a": "1"})
    second.commit("two", {"b": "2"}, GIT_AUTHOR_NAME="Eve", GIT_AUTHOR_EMAIL="eve@acme.example")
    second.commit("three\n\nReviewed-by: Kim <kim@acme.example>", {"b": "3"})
    both, alone = collected(clones, first.path, second.path), collected(clones, first.path)

    left = collected(clones, first.path, into=collected(clones, first.path, second.path))
    assert left.everything() == alone.everything()

    again = collected(clones, first.path, second.path, into=left)
    assert again.everything() == both.everything()


def test_full_reads_all_again_and_drops_nothing_it_cannot_read(tmp_path: Path, clones: Path) -> None:
    first, second = Repository(tmp_path / "first"), Repository(tmp_path / "second")
    for repository in (first, second):
        repository.commit("one\n\nReviewed-by: Kim <kim@acme.example>", {"a": "1"})
    memory = collected(clones, first.path, second.path)
    before = memory.everything()

    assert collected(clones, first.path, second.path, into=memory, full=True).everything() == before

    second.path.rename(tmp_path / "elsewhere")
    with pytest.RaisesGroup(GitError):
        collected(clones, first.path, second.path, into=memory, full=True)
    assert memory.everything() == before

    collected(clones, first.path, into=memory, full=True, stop_after=1)
    assert memory.everything() != before
    second.path.with_name("elsewhere").rename(second.path)
    assert collected(clones, first.path, second.path, into=memory).everything() == before


def test_offline_reads_the_clone_as_it_is(history: Repository, clones: Path) -> None:
    before = collected(clones, history.path).everything()
    history.commit("later")
    history.path.rename(history.path.with_name("elsewhere"))
    assert collected(clones, history.path, offline=True).everything() == before


def test_offline_without_a_clone_says_so(history: Repository, clones: Path) -> None:
    with pytest.RaisesGroup(pytest.RaisesExc(GitError, match="no clone")):
        collected(clones, history.path, offline=True)


def test_since_limits_by_committer_date_exactly(repository: Repository, clones: Path) -> None:
    old = {"GIT_COMMITTER_DATE": "2020-01-01T00:00:00 +0000"}
    edge = repository.commit("edge", GIT_COMMITTER_DATE="2022-05-01T00:00:00 +0000")
    repository.commit("before", GIT_COMMITTER_DATE="2022-04-30T23:59:59 +0000")
    for _ in range(10):
        repository.commit("clock was wrong", **old)
    last = repository.commit("last")
    source = GitSource("local", (str(repository.path),), since=date(2022, 5, 1))
    memory = collected(clones, repository.path)
    for page in collect(source, memory, clones=clones):
        memory.load(page, "local")
    assert set(memory.table("commits")["sha"]) == {edge, last}


def test_names_follow_from_paths_and_stay_unique(tmp_path: Path, clones: Path) -> None:
    for place in ("a/app", "b/app", "c/other"):
        Repository(tmp_path / place).commit(place)
    paths = [tmp_path / "a/app", tmp_path / "b/app", tmp_path / "a/app", tmp_path / "c/other/.git"]
    memory = collected(clones, *paths)
    assert memory.table("repositories")["repo_id"].to_list() == ["local:app", "local:b/app", "local:other"]
    assert memory.table("commits")["subject"].sort().to_list() == ["a/app", "b/app", "c/other"]


def test_a_commit_with_many_files_and_many_blocks(
    repository: Repository, clones: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collectors.git.process.BLOCK", 100_000)
    committer = "committer Ben Roe <ben@acme.example> 1700000000 +0000\n"
    stream = f"blob\nmark :1\ndata 2\nx\n\ncommit refs/heads/main\n{committer}data 3\nbig\n"
    stream += "".join(f"M 100644 :1 dir/{n:05}.txt\n" for n in range(20_000))
    for n in range(300):
        stream += f"commit refs/heads/main\n{committer}data 1000\n{n:04}{'x' * 996}\n"
    repository.git("fast-import", "--quiet", stdin=stream.encode())
    memory = collected(clones, repository.path)
    big = memory.table("commits").filter(subject="big")
    assert big.select("files_changed", "additions").rows() == [(20_000, 20_000)]
    assert memory.table("commits").height == 301
    assert memory.table("head_files")["lines"].sum() == 20_000
