"""Classes of files, globs, and the team of a file."""

import polars as pl
import pytest
from git_worlds import frame
from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from metrics.code.file_teams import file_teams
from metrics.code.globs import glob_regex
from metrics.code.path_classes import path_classes

REPO = "git:r"
CLASSES = {
    "src/app.py": "source",
    "Makefile": "configuration",
    "setup.cfg": "configuration",
    ".github/workflows/ci.yml": "configuration",
    "tests/test_app.py": "test",
    "src/app.spec.ts": "test",
    "src/FooTest.java": "test",
    "docs/index.rst": "documentation",
    "README.md": "documentation",
    "LICENSE": "documentation",
    "CHANGELOG.md": "record",
    ".mailmap": "record",
    "AUTHORS": "record",
    ".github/CODEOWNERS": "record",
    "package-lock.json": "lock",
    "web/yarn.lock": "lock",
    "node_modules/x/index.js": "vendored",
    "vendor/lib/a.go": "vendored",
    "static/app.min.js": "generated",
    "api/v1_pb2.py": "generated",
    "logo.png": "asset",
    "data/cities.csv": "data",
    "latest.py": "source",
    "contest/board.py": "source",
}


@pytest.mark.parametrize(("path", "expected"), CLASSES.items())
def test_class_by_name(path: str, expected: str) -> None:
    head = frame("head_files", [{"repo_id": REPO, "path": path}])
    found = path_classes(frame("commit_files", []).lazy(), head.lazy()).collect()
    assert found.select("file_class", "is_counted").rows() == [
        (expected, expected in {"source", "test", "configuration"})
    ]


def test_flags_of_gitattributes_come_first() -> None:
    head = frame(
        "head_files",
        [
            {"repo_id": REPO, "path": "src/big.py", "is_generated": True},
            {"repo_id": REPO, "path": "src/lib.py", "is_vendored": True},
            {"repo_id": REPO, "path": "src/tutorial.py", "is_documentation": True},
            {"repo_id": REPO, "path": "vendor/ours.py", "is_vendored": False},
        ],
    )
    found = path_classes(frame("commit_files", []).lazy(), head.lazy()).collect()
    assert found["file_class"].to_list() == ["generated", "vendored", "documentation", "source"]


names = st.text("ab.+-(", min_size=1, max_size=3).filter(lambda name: name.strip("."))
paths = st.lists(names, min_size=1, max_size=4).map("/".join)
parts = st.one_of(names, st.sampled_from(["*", "**", "a*", "*.b", "?b"]))
globs = st.builds(
    lambda start, body, end: start + "/".join(body) + end,
    st.sampled_from(["", "/"]),
    st.lists(parts, min_size=1, max_size=3),
    st.sampled_from(["", "/"]),
)


# pathspec takes `folder/**/` for `folder/**`; git itself reads it as the folders below only, as is done here.
@given(globs.filter(lambda glob: not glob.endswith("**/")), st.lists(paths, min_size=1, max_size=10))
def test_globs_match_what_git_matches(glob: str, candidates: list[str]) -> None:
    # CODEOWNERS differs from .gitignore in one thing: `folder/*` does not reach below its direct children.
    regex = pl.DataFrame({"glob": [glob]}).select(glob_regex(pl.col("glob"))).item()
    actual = pl.DataFrame({"path": candidates}).filter(pl.col("path").str.contains(regex))["path"].to_list()
    spec = GitIgnoreSpec.from_lines([glob])
    expected = [path for path in candidates if spec.match_file(path)]
    if glob.endswith("/*"):
        assert set(actual) <= set(expected)
    else:
        assert actual == expected


def test_a_trailing_slash_means_folders_only() -> None:
    regex = pl.DataFrame({"glob": ["a/**/", "b/"]}).select(glob_regex(pl.col("glob"))).to_series().to_list()
    paths = pl.Series(["a/f", "a/b/f", "b", "b/f", "c/b/f"])
    assert [paths.filter(paths.str.contains(one)).to_list() for one in regex] == [["a/b/f"], ["a/b/f", "b/f", "c/b/f"]]


def teams_of(paths: list[str], scopes: list[tuple[str, str, str]], owners: list[tuple[str, str]]) -> list[str | None]:
    found = file_teams(
        frame("head_files", [{"repo_id": REPO, "path": path} for path in paths]).lazy(),
        frame("repositories", [{"repo_id": REPO, "name": "acme/mono"}]).lazy(),
        frame("teams", [{"team": "Web Front"}, {"team": "Payments"}]).lazy(),
        frame("team_scopes", [{"team": t, "kind": k, "pattern": p} for t, k, p in scopes]).lazy(),
        frame(
            "code_owners",
            [
                {"repo_id": REPO, "position": number, "pattern": pattern, "owners": names}
                for number, (pattern, names) in enumerate(owners, 1)
            ],
        ).lazy(),
    ).collect()
    by_path = dict(found.select("path", "team").iter_rows())
    return [by_path[path] for path in paths]


def test_the_last_matching_rule_of_codeowners_wins() -> None:
    owners = [("*", "@acme/core"), ("/web/", "@ana @acme/web-front"), ("/web/secret.js", ""), ("*.sql", "@bob")]
    assert teams_of(["a.py", "web/b.js", "web/secret.js", "web/c.sql"], [], owners) == ["core", "Web Front", None, None]


def test_paths_come_before_repositories_and_those_before_codeowners() -> None:
    scopes = [
        ("Payments", "path", "acme/mono:services/payments/**"),
        ("Ledger", "path", "acme/mono:services/payments/ledger/**"),
        ("Platform", "repository", "acme/*"),
    ]
    paths = ["services/payments/a.py", "services/payments/ledger/b.py", "c.py"]
    assert teams_of(paths, scopes, [("*", "@acme/core")]) == ["Payments", "Ledger", "Platform"]
    assert teams_of(["c.py"], [("Other", "repository", "elsewhere/*")], [("*", "@acme/core")]) == ["core"]
