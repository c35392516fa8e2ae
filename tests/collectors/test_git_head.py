"""What the head of the default branch says: files, attributes, owners, mail map; and tags."""

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from git_support import Repository, collected
from memory import Memory

from collectors.git.owners import rules


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "app")


def read(repository: Repository) -> Memory:
    return collected(repository.path.parent / "clones", repository.path)


def test_attributes_are_those_git_sees(repository: Repository) -> None:
    attributes = (
        "*.gen linguist-generated\nkeep.gen -linguist-generated\n"
        "third/** linguist-vendored=true\ndocs/* linguist-documentation=false\n*.x linguist-vendored=perhaps\n"
    )
    files = dict.fromkeys(["a.gen", "keep.gen", "third/x/y.c", "docs/a", "a.x", "sub/own.c"], "x\n")
    repository.commit("x", {**files, ".gitattributes": attributes, "sub/.gitattributes": "own.c linguist-vendored\n"})
    rows = read(repository).table("head_files").select("path", "is_generated", "is_vendored", "is_documentation")
    assert {row[0]: row[1:] for row in rows.rows()} == {
        ".gitattributes": (None, None, None),
        "a.gen": (True, None, None),
        "keep.gen": (False, None, None),
        "third/x/y.c": (None, True, None),
        "docs/a": (None, None, False),
        "a.x": (None, None, None),
        "sub/.gitattributes": (None, None, None),
        "sub/own.c": (None, True, None),
    }


def test_lines(repository: Repository) -> None:
    repository.commit("x", {"empty": "", "one": "1", "two": "1\n2\n", "binary": b"\0" * 9})
    rows = read(repository).table("head_files").select("path", "lines", "is_binary").rows()
    assert rows == [("binary", None, True), ("empty", 0, False), ("one", 1, False), ("two", 2, False)]


def test_mailmap_is_a_layer_of_its_own(repository: Repository) -> None:
    repository.commit(
        "x\n\nHelped-by: Old Name <old@acme.example>\n",
        {".mailmap": "Ana B. Doe <ana@new.example> <ANA@acme.example>\nNew Name <old@acme.example>\n"},
    )
    memory = read(repository)
    assert memory.table("mailmap").drop("repo_id").rows() == [
        ("local:Ana Doe <ana@acme.example>", "Ana B. Doe", "ana@new.example"),
        ("local:Old Name <old@acme.example>", "New Name", "old@acme.example"),
    ]
    assert memory.table("commits")["author_name"].to_list() == ["Ana Doe"]
    repository.commit("no map", {".mailmap": ""})
    collected(repository.path.parent / "clones", repository.path, into=memory)
    assert memory.table("mailmap").is_empty()


def test_tags(repository: Repository) -> None:
    sha = repository.commit("x", {"a": "a\n"})
    repository.git("tag", "light")
    repository.minute += 1
    repository.git("tag", "-a", "-m", "text", "heavy")
    repository.git("tag", "-a", "-m", "tag of a tag", "nested/twice", "heavy")
    repository.git("tag", "of-a-file", "HEAD:a")
    made = datetime(2023, 11, 14, 22, 15, 20)  # noqa: DTZ001
    assert read(repository).table("tags").drop("repo_id").rows() == [
        ("heavy", sha, made),
        ("light", sha, datetime(2023, 11, 14, 22, 14, 20)),  # noqa: DTZ001
        ("nested/twice", sha, made),
    ]


def test_code_owners_are_read_from_the_first_place(repository: Repository) -> None:
    repository.commit("x", {"CODEOWNERS": "* @root\n", "docs/CODEOWNERS": "* @docs\n"})
    memory = read(repository)
    assert memory.table("code_owners").drop("repo_id").rows() == [(1, "*", "@root")]
    repository.commit("x", {".github/CODEOWNERS": "\n*.c  @c  me@acme.example # why\n"})
    collected(repository.path.parent / "clones", repository.path, into=memory)
    assert memory.table("code_owners").drop("repo_id").rows() == [(2, "*.c", "@c me@acme.example")]


def test_rules() -> None:
    text = "# all\n* @a\n/docs/ \nmy\\ file @b\n[Database][2] @dba\nmodel/\nview/ @v\n^[Optional]\nx/\n"
    assert rules(text).rows() == [
        (2, "*", "@a"),
        (3, "/docs/", ""),
        (4, "my\\ file", "@b"),
        (6, "model/", "@dba"),
        (7, "view/", "@v"),
        (9, "x/", ""),
    ]
    assert rules("").schema == {"position": pl.Int64, "pattern": pl.String, "owners": pl.String}


def test_detached_head_falls_back_to_the_usual_name(repository: Repository) -> None:
    repository.commit("x")
    repository.git("branch", "a-branch")
    repository.git("checkout", "-q", "--detach")
    assert read(repository).table("repositories")["default_branch"].to_list() == ["main"]
