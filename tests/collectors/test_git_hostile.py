"""Histories that no honest program writes: they must neither break the reading nor be mistaken for something else."""

import os
import tempfile
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from git_support import Repository, collected
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from memory import Memory

PATHS = [
    "-dash",
    "--output=x",
    ":100644 100644 0000000000000000000000000000000000000000 1111111111111111111111111111111111111111 M",
    "1\t2\tthree",
    "new\nline",
    "new\n:100644 100644 000 111 A",
    "quote\"s'",
    "back\\slash",
    " leading and trailing ",
    "tab\t",
    "*glob[a]?",
    "ümläut/日本.txt",
]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    repository = Repository(tmp_path / "app")
    repository.commit("start", {"a": "a\n"})
    return repository


def read(repository: Repository, name: str = "clones") -> Memory:
    return collected(repository.path.parent / name, repository.path)


def commit(memory: Memory, sha: str) -> dict[str, object]:
    return memory.table("commits").filter(sha=sha).to_dicts()[0]


def test_paths_that_look_like_records(repository: Repository) -> None:
    sha = repository.commit("paths", dict.fromkeys(PATHS, "x\ny\n") | {".gitattributes": "*.x linguist-generated\n"})
    memory = read(repository)
    files = memory.table("commit_files").filter(sha=sha)
    assert sorted(files["path"]) == sorted([*PATHS, ".gitattributes"])
    assert files.filter(pl.col("path") != ".gitattributes")["additions"].to_list() == [2] * len(PATHS)
    assert sorted(memory.table("head_files")["path"]) == sorted([*PATHS, ".gitattributes", "a"])
    for number, path in enumerate(PATHS):
        (repository.path / path).rename(repository.path / f"renamed{number}")
    sha = repository.commit("rename")
    files = read(repository, "again").table("commit_files").filter(sha=sha)
    assert set(files["change"]) <= {"R", "A", "D"}
    assert files.filter(pl.col("change") != "D")["path"].to_list() == sorted(f"renamed{n}" for n in range(len(PATHS)))


def test_names_and_messages_that_are_not_utf_8(repository: Repository) -> None:
    plain = repository.raw_commit(b"J\xf6rg <j@acme.example> 1 +0000", b"B <b@acme.example> 1 +0000", b"gr\xfc\xdfe\n")
    declared = repository.raw_commit(
        b"J\xf6rg <j@acme.example> 1 +0000",
        b"B <b@acme.example> 1 +0000",
        b"gr\xfc\xdfe\n",
        headers=b"encoding latin1\n",
    )
    unknown = repository.raw_commit(
        b"J <j@acme.example> 1 +0000", b"B <> 1 +0000", b"caf\xe9\n", headers=b"encoding no-such\n"
    )
    memory = read(repository)
    assert commit(memory, plain)["author_name"] == "J\\xf6rg"
    assert commit(memory, plain)["subject"] == "gr\\xfc\\xdfe"
    assert commit(memory, declared)["author_name"] == "Jörg"
    assert commit(memory, declared)["subject"] == "grüße"
    assert commit(memory, unknown)["subject"] == "caf\\xe9"


def test_paths_that_are_the_same_once_shown(repository: Repository) -> None:
    names = {os.fsdecode(b"x\xff"): "1\n", "x\\xff": "1\n2\n", os.fsdecode(b"\xe9/f"): "1\n"}
    sha = repository.commit("two that look alike", names)
    memory = read(repository)
    rows = memory.table("commit_files").filter(sha=sha)
    assert sorted(rows["path"]) == ["\\xe9/f", "x\\xff"]
    assert commit(memory, sha)["files_changed"] == 3
    assert commit(memory, sha)["additions"] == 4
    assert memory.quality == {"commit_path_ambiguous": 1}


@pytest.mark.parametrize(
    ("written", "at", "minutes"),
    [
        (b"0 +0000", datetime(1970, 1, 1), 0),  # noqa: DTZ001
        (b"4102444800 +1400", datetime(2100, 1, 1), 840),  # noqa: DTZ001
        (b"253402300799 -0330", datetime(9999, 12, 31, 23, 59, 59), -210),  # noqa: DTZ001
        (b"253402300800 +0100", None, None),
        (b"99999999999999999999999 +0200", None, None),
        (b"1000000000 -0000", datetime(2001, 9, 9, 1, 46, 40), 0),  # noqa: DTZ001
        (b"1000000000 +9999", datetime(2001, 9, 9, 1, 46, 40), None),  # noqa: DTZ001
        (b"1000000000 +51800", datetime(2001, 9, 9, 1, 46, 40), None),  # noqa: DTZ001
        (b"-5 +0000", None, None),
        (b"", None, None),
        (b"yesterday", None, None),
    ],
)
def test_dates(repository: Repository, written: bytes, at: datetime | None, minutes: int | None) -> None:
    sha = repository.raw_commit(b"A <a@acme.example> " + written, b"B <b@acme.example> 1 +0000", b"x\n")
    memory = read(repository)
    row = commit(memory, sha)
    assert (row["authored_at"], row["author_offset_minutes"]) == (at, minutes)
    assert row["committed_at"] == datetime(1970, 1, 1, 0, 0, 1)  # noqa: DTZ001
    assert bool(memory.quality) == (at is None or minutes is None)


@pytest.mark.parametrize(
    ("author", "name", "email", "identity"),
    [
        (b" <> 1 +0000", "", "", None),
        (b" <a@b.example> 1 +0000", "", "a@b.example", "local: <a@b.example>"),
        (b"# Octo Thorpe <> 1 +0000", "# Octo Thorpe", "", "local:# Octo Thorpe <>"),
        (b"A <b> c <d@e> 1 +0000", "A", "b", "local:A <b>"),
        (b"nobody at all", "", "", None),
        (
            b"tab\tand\x01\x02control <a@b> 1 +0000",
            "tab\tand\x01\x02control",
            "a@b",
            "local:tab\tand\x01\x02control <a@b>",
        ),
    ],
)
def test_authors(repository: Repository, author: bytes, name: str, email: str, identity: str | None) -> None:
    sha = repository.raw_commit(author, b"B <b@acme.example> 1 +0000", b"x\n")
    repository.git("reset", "-q", "--hard")
    repository.commit("mailmap", {".mailmap": "Mapped <m@acme.example> <a@b.example>\n"})
    memory = read(repository)
    row = commit(memory, sha)
    assert (row["author_name"], row["author_email"], row["author_id"]) == (name, email, identity)
    assert identity is None or identity in memory.table("identities")["identity_id"]


def test_a_nul_in_a_commit_stays_in_its_commit(repository: Repository) -> None:
    good = repository.commit("good", {"b": "b\n"})
    repository.raw_commit(b"A\0B <a@b> 1 +0000", b"B <b@b> 1 +0000", b"x\0y\n\nz\0\n")
    utf7 = repository.raw_commit(
        b"A+AAA-B <a@b> 1 +0000", b"B <b@b> 1 +0000", b"x+AAA-y\n\nz+AAA-\n\nT: +AAA-v\n", headers=b"encoding UTF-7\n"
    )
    memory = read(repository)
    assert memory.table("commits").height == 4
    assert commit(memory, good)["subject"] == "good"
    assert commit(memory, utf7)["author_email"] in {"a@b", ""}


def test_trailers(repository: Repository) -> None:
    message = (
        "subject\n\nCo-Authored-By: Cleo <cleo@acme.example>\nco-authored-by: Cleo <cleo@acme.example>\n"
        "Reviewed-by: Dee\n  Dum <dee@acme.example>\nFixes: a:b\nEmpty:\nLink: <https://x@example.org/1>\n"
        "Signed-off-by: <e@acme.example>\n"
    )
    sha = repository.commit(message)
    rows = read(repository).table("commit_trailers").filter(sha=sha).drop("repo_id", "sha").rows()
    assert rows == [
        ("Co-authored-by", "Cleo <cleo@acme.example>", "local:Cleo <cleo@acme.example>"),
        ("Fixes", "a:b", None),
        ("Link", "<https://x@example.org/1>", None),
        ("Reviewed-by", "Dee Dum <dee@acme.example>", "local:Dee Dum <dee@acme.example>"),
        ("Signed-off-by", "<e@acme.example>", "local: <e@acme.example>"),
    ]


def test_refs_with_a_leading_dash_or_strange_bytes(repository: Repository) -> None:
    head = repository.git("rev-parse", "HEAD")
    strange = [
        b"refs/heads/-x",
        b"refs/heads/--upload-pack=touch",
        b"refs/tags/-t",
        b"refs/tags/t\xff",
        "refs/tags/ü".encode(),
    ]
    packed = b"".join(head.encode() + b" " + name + b"\n" for name in strange)
    (repository.path / ".git" / "packed-refs").write_bytes(packed)
    repository.git("symbolic-ref", "HEAD", "refs/heads/-x")
    memory = read(repository)
    assert memory.table("tags")["name"].to_list() == ["-t", "t\\xff", "ü"]
    assert set(memory.table("tags")["sha"]) == {head}
    assert memory.table("repositories")["default_branch"].to_list() == ["-x"]


def test_hooks_and_programs_of_the_source_never_run(repository: Repository) -> None:
    trap = repository.path.parent / "trap"
    program = repository.path.parent / "program"
    program.write_text(f"#!/bin/sh\ntouch {trap}\nexec cat\n")
    program.chmod(0o755)
    for key in (
        "core.fsmonitor",
        "core.sshCommand",
        "core.pager",
        "core.alternateRefsCommand",
        "diff.external",
        "diff.evil.textconv",
        "diff.evil.command",
        "filter.evil.clean",
        "filter.evil.smudge",
        "uploadpack.packObjectsHook",
        "gpg.program",
        "credential.helper",
    ):
        repository.git("config", key, str(program))
    repository.git("config", "log.showSignature", "true")
    hooks = repository.path / ".git" / "hooks"
    for hook in ("post-checkout", "reference-transaction", "post-merge", "pre-receive", "post-rewrite"):
        (hooks / hook).parent.mkdir(exist_ok=True)
        (hooks / hook).symlink_to(program)
    trap.unlink(missing_ok=True)
    repository.write({".gitattributes": "* diff=evil filter=evil\n", "b": "b\n"})
    repository.git("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "add", "--all")
    repository.git("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "evil")
    trap.unlink(missing_ok=True)
    assert read(repository).table("commits").height == 2
    assert not trap.exists()


def test_a_partial_clone_cannot_name_a_program_to_fetch_with(repository: Repository) -> None:
    trap, program = repository.path.parent / "trap", repository.path.parent / "program"
    program.write_text(f"#!/bin/sh\ntouch {trap}\n")
    program.chmod(0o755)
    blob = repository.git("rev-parse", "HEAD:a")
    (repository.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    for key, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": str(repository.path),
        "remote.origin.uploadpack": str(program),
        "core.sshCommand": str(program),
    }.items():
        repository.git("config", key, value)
    with pytest.raises(ExceptionGroup) as caught:
        read(repository)
    assert blob in str(caught.value.exceptions[0])
    assert not trap.exists()


NAMES = st.text(st.characters(blacklist_characters="/\0", blacklist_categories=["Cs"]), min_size=1, max_size=20).filter(
    lambda name: name not in (".", "..") and not name.lower().startswith(".git") and len(name.encode()) < 200
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(NAMES, min_size=1, max_size=8, unique=True), message=st.text(max_size=60))
def test_any_path_and_message_come_through(tmp_path: Path, names: list[str], message: str) -> None:
    folder = Path(tempfile.mkdtemp(dir=tmp_path))
    repository = Repository(folder / "app")
    blob = repository.git("hash-object", "-w", "--stdin", stdin=b"x\n")
    index = b"".join(f"100644 {blob}\t{name}".encode() + b"\0" for name in names)
    repository.git("update-index", "-z", "--index-info", stdin=index)
    repository.git("update-ref", "refs/heads/main", _commit_of_index(repository, message))
    memory = collected(folder / "clones", repository.path)
    assert sorted(memory.table("commit_files")["path"]) == sorted(names)
    assert memory.table("commits")["additions"].to_list() == [len(names)]


def _commit_of_index(repository: Repository, message: str) -> str:
    return repository.git("commit-tree", repository.git("write-tree"), stdin=message.replace("\0", "").encode())
