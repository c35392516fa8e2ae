"""Stage one: commits with their parents, files and trailers, and the identities they name. No line is compared here."""

from collections.abc import Iterator

import polars as pl

from collectors.git import log
from collectors.git.process import Git
from collectors.git.rows import Rows

FIELDS = {
    "sha": "%H",
    "parents": "%P",
    "author_name": "%an",
    "author_email": "%ae",
    "authored": "%at",
    "author_date": "%ad",
    "committer_name": "%cn",
    "committer_email": "%ce",
    "committed": "%ct",
    "subject": "%s",
    "body": "%b",
    "trailers": "%(trailers:only,unfold)",
}
FARTHEST_MINUTES = 14 * 60
"""No place on earth is farther from UTC."""

_PERSON = r"^\s*([^<>]*?)\s*<\s*([^<>\s/]+@[^<>\s/]+)\s*>\s*$"
_REVERTS = r"This reverts commit\s+([0-9a-fA-F]{7,64})"


def read(git: Git, source: str, shas: pl.Series) -> Iterator[Rows]:
    """Rows for the given commits, block by block.

    The tables still lack `repo_id` and the commits `on_default_branch`.
    """
    for block in log.read(git, shas, FIELDS, "--raw"):
        yield _tables(block, source)


def _tables(block: log.Block, source: str) -> Rows:
    found = log.raw_files(block).drop("mode", "blob_sha")
    parents = _parents(block.headers)
    commits = _commits(block.headers, found, source)
    shas = block.headers.select("commit", "sha")
    files = found.unique(["commit", "path"], keep="first", maintain_order=True)
    trailers = _trailers(block.headers, source)
    tables = {
        "commits": commits.drop("date_is_lost", "offset_is_lost"),
        "commit_parents": parents,
        "commit_files": shas.join(files, on="commit").drop("commit"),
        "commit_trailers": trailers,
        "identities": identities([commits["author_id"], commits["committer_id"], trailers["person_id"]], source),
    }
    quality = {
        "commit_date_out_of_range": int(commits["date_is_lost"].sum()),
        "author_offset_out_of_range": int(commits["offset_is_lost"].sum()),
        "commit_path_ambiguous": found.height - files.height,
    }
    return Rows(tables, {check: count for check, count in quality.items() if count})


def _commits(headers: pl.DataFrame, files: pl.DataFrame, source: str) -> pl.DataFrame:
    changed = files.group_by("commit").agg(files_changed=pl.len().cast(pl.Int64))
    parent_count = (
        pl.when(pl.col("parents") == "").then(0).otherwise(pl.col("parents").str.count_matches(" ", literal=True) + 1)
    )
    return (
        headers.join(changed, on="commit", how="left", maintain_order="left")
        .with_columns(
            authored_at=_instant("authored"),
            committed_at=_instant("committed"),
            parent_count=parent_count.cast(pl.Int64),
            offset=_offset_minutes("author_date"),
        )
        .select(
            "sha",
            author_id=_identity_id(source, "author_name", "author_email"),
            committer_id=_identity_id(source, "committer_name", "committer_email"),
            author_name="author_name",
            author_email="author_email",
            authored_at="authored_at",
            author_offset_minutes=pl.when(
                pl.col("authored_at").is_not_null() & (pl.col("offset").abs() <= FARTHEST_MINUTES)
            ).then("offset"),
            committed_at="committed_at",
            parent_count="parent_count",
            is_merge=pl.col("parent_count") > 1,
            subject="subject",
            reverts_sha=pl.coalesce(pl.col("body", "subject").str.extract(_REVERTS)).str.to_lowercase(),
            files_changed=pl.when(pl.col("parent_count") < 2).then(pl.col("files_changed").fill_null(0)),  # noqa: PLR2004
            date_is_lost=pl.col("authored_at").is_null() | pl.col("committed_at").is_null(),
            offset_is_lost=pl.col("offset").abs() > FARTHEST_MINUTES,
        )
    )


def _instant(seconds: str) -> pl.Expr:
    """The UTC instant of a Unix time as text; null beyond range."""
    number = pl.col(seconds).cast(pl.Int64, strict=False)
    return pl.when(number.is_between(0, log.LAST_SECOND)).then(number * 1_000_000).cast(pl.Datetime("us"))


def _offset_minutes(raw_date: str) -> pl.Expr:
    """The minutes of `1700000000 +0530`."""
    part = pl.col(raw_date).str.extract_groups(r" ([+-])(\d+)(\d\d)$").struct
    minutes = part.field("2").cast(pl.Int64, strict=False) * 60 + part.field("3").cast(pl.Int64, strict=False)
    return pl.when(part.field("1") == "-").then(-minutes).otherwise(minutes)


def _parents(headers: pl.DataFrame) -> pl.DataFrame:
    return (
        headers.filter(pl.col("parents") != "")
        .select("sha", parent_sha=pl.col("parents").str.split(" "))
        .with_columns(position=pl.int_ranges(pl.col("parent_sha").list.len()).cast(pl.List(pl.Int64)))
        .explode("position", "parent_sha")
    )


def _trailers(headers: pl.DataFrame, source: str) -> pl.DataFrame:
    part = pl.col("line").str.splitn(":", 2).struct
    name, value = part.field("field_0").str.strip_chars(), part.field("field_1").str.strip_chars()
    person = pl.col("value").str.extract_groups(_PERSON).struct
    return (
        headers.filter(pl.col("trailers") != "")
        .select("sha", line=pl.col("trailers").str.split("\n"))
        .explode("line")
        .select(
            "sha", trailer=name.str.slice(0, 1).str.to_uppercase() + name.str.slice(1).str.to_lowercase(), value=value
        )
        .filter(pl.col("value") != "")
        .unique(["sha", "trailer", "value"], maintain_order=True)
        .with_columns(name=person.field("1"), email=person.field("2"))
        .with_columns(person_id=_identity_id(source, "name", "email"))
        .drop("name", "email")
    )


def _identity_id(source: str, name: str, email: str) -> pl.Expr:
    """`<source>:<Name> <<email>>`, or null where the commit names nobody."""
    named = (pl.col(name) != "") | (pl.col(email) != "")
    return pl.when(named).then(
        pl.concat_str(pl.lit(f"{source}:"), pl.col(name), pl.lit(" <"), pl.col(email), pl.lit(">"))
    )


def identities(ids: list[pl.Series], source: str) -> pl.DataFrame:
    """The distinct identities among the given ids, with the name and address that stand in them."""
    parts = pl.col("identity_id").str.slice(len(source) + 1).str.extract_groups(r"(?s)^(.*) <(.*)>$").struct
    return (
        pl.concat([column.alias("identity_id") for column in ids])
        .drop_nulls()
        .unique()
        .to_frame()
        .select("identity_id", name=_or_null(parts.field("1")), email=_or_null(parts.field("2")))
    )


def _or_null(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)
