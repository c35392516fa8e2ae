"""Code at an instant: commits that had been applied, the default branch as it stood, the files at its head then.

The head of then is the newest commit of today's first-parent line that had been applied; what it reaches was on the
default branch. Its files are those whose last change did not delete them; their lines are the lines that were added
less those that were deleted, null where a change is not counted.

Misread: what only a merge changed has no commit of its own, and is not seen. A branch that was written anew since has
the history that it has now.
"""

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from metrics.code.file_identities import newest_paths
from metrics.code.main_commits import main_commits
from metrics.past.cut import until

COMMIT = ["repo_id", "sha"]
FILE = ["repo_id", "path"]
_HANGING = ("commit_parents", "commit_files", "commit_trailers")
_SAID = ("is_generated", "is_vendored", "is_documentation")
_STAMPS = ("source", "collected_at")


def known(tables: Mapping[str, pl.LazyFrame], as_of: datetime) -> dict[str, pl.LazyFrame]:
    """The tables about code."""
    applied = until(tables["commits"], "committed_at", as_of)
    on_main = _reached(tables["commits"].collect(), tables["commit_parents"].collect(), as_of)
    commits = (
        applied.join(on_main.lazy().with_columns(was_on_main=pl.lit(value=True)), on=COMMIT, how="left")
        .with_columns(on_default_branch=pl.col("was_on_main").fill_null(value=False))
        .drop("was_on_main")
    )
    hanging = {name: tables[name].join(applied, on=COMMIT, how="semi") for name in _HANGING}
    return {
        "commits": commits,
        **hanging,
        "tags": until(tables["tags"], "tagged_at", as_of),
        "head_files": _head_files(commits, hanging, tables["head_files"]),
    }


def _reached(commits: pl.DataFrame, parents: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """`repo_id` and `sha` of what the default branch of each repository reached at the time."""
    main = commits.filter(pl.col("on_default_branch").fill_null(value=False))
    at = {(repo_id, sha): instant for repo_id, sha, instant in main.select(*COMMIT, "committed_at").iter_rows()}
    above: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for repo_id, sha, parent in parents.sort(*COMMIT, "position").select(*COMMIT, "parent_sha").iter_rows():
        if (repo_id, sha) in at and (repo_id, parent) in at:
            above.setdefault((repo_id, sha), []).append((repo_id, parent))
    inner = {parent for found in above.values() for parent in found}
    found: set[tuple[str, str]] = set()
    for tip in at.keys() - inner:
        commit: tuple[str, str] | None = tip
        while commit is not None and (instant := at[commit]) is not None and instant > as_of:
            commit = next(iter(above.get(commit, [])), None)
        waiting = [commit] if commit is not None else []
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += above.get(one, [])
    return pl.DataFrame(list(found), schema={"repo_id": pl.String, "sha": pl.String}, orient="row")


def _head_files(commits: pl.LazyFrame, hanging: Mapping[str, pl.LazyFrame], head_now: pl.LazyFrame) -> pl.LazyFrame:
    """The files at the head of then, in the columns of `head_files`."""
    ordered = main_commits(commits, hanging["commit_parents"]).select(*COMMIT, "position")
    changes = hanging["commit_files"].join(ordered, on=COMMIT)
    nowhere = head_now.select(FILE).head(0)
    added, removed = pl.col("additions"), pl.col("deletions")
    is_counted = added.is_not_null().all() & removed.is_not_null().all() & (pl.col("change") != "C").all()
    said = head_now.select(*FILE, *_SAID)
    columns = [name for name in head_now.collect_schema().names() if name not in _STAMPS]
    return (
        newest_paths(changes, nowhere)
        .sort("repo_id", "position", "path")
        .group_by("repo_id", path="newest", maintain_order=True)
        .agg(
            last=pl.col("change").last(),
            lines=pl.when(is_counted).then(added.sum() - removed.sum()),
            is_binary=pl.col("is_binary").last(),
            source=pl.col("source").last(),
            collected_at=pl.col("collected_at").last(),
        )
        .filter(pl.col("last") != "D")
        .join(said, on=FILE, how="left")
        .with_columns(blob_sha=pl.lit(None, dtype=pl.String))
        .select(*columns, *_STAMPS)
    )
