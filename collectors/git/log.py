"""What `git log -z` writes, taken apart without a loop and without a doubt.

Every git process gets a random word as `--line-prefix`. Git puts it before each header and each file record, but never
before a path, so no path or message, however hostile, can be mistaken for a record.
"""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from collectors.git.errors import GitError
from collectors.git.process import Git

GITLINK = "160000"
LAST_SECOND = 253_402_300_799
"""The end of the year 9999; whatever is later is no date."""

_DIFF = ("-r", "-z", "--no-ext-diff", "--no-textconv", "--no-color", "--no-abbrev", "--ignore-submodules=all")


@dataclass(frozen=True)
class Block:
    """The records of whole commits."""

    headers: pl.DataFrame
    """One row a commit: `commit` (its number in the block) and the fields that were asked for."""
    records: pl.DataFrame
    """One row a file record: `commit`, its text as `record`, and the two tokens after it as `first` and `second`."""


def read(git: Git, shas: pl.Series, fields: Mapping[str, str], *diff: str) -> Iterator[Block]:
    """The log of the given commits, in their order, in blocks of bounded size.

    `fields` are git's format codes by column name; `diff` says which records are wanted (`--raw`, `--numstat`).
    A process that fails raises GitError, even when it has already written everything.
    """
    word = secrets.token_hex(8)
    count = 0
    for data in git.blocks(
        "log",
        "--stdin",
        "--no-walk=unsorted",
        "--date=raw",
        "--no-notes",
        f"--line-prefix={word}",
        f"--format=tformat:H{'%x00'.join(fields.values())}%x00{word}.",
        "-M",
        *_DIFF,
        *diff,
        stdin=shas.str.join("\n").item().encode() + b"\n",
        boundary=f"{word}H".encode(),
    ):
        block = _take_apart(git, data, word, list(fields))
        count += block.headers.height
        yield block
    if count != len(shas):
        raise GitError(f"repository {git.repository}: git log gave {count} of {len(shas)} commits", hint=git.hint)


def tree(git: Git, empty_tree: str, commit: str) -> Block:
    """All files at a commit, as raw and numstat records of its difference from nothing."""
    word = secrets.token_hex(8)
    records = git.output(
        "diff-tree", "--no-renames", *_DIFF, "--raw", "--numstat", f"--line-prefix={word}", empty_tree, commit
    )
    return _take_apart(git, f"{word}H{commit}\0{word}.\0".encode() + records, word, ["sha"])


def raw_files(block: Block) -> pl.DataFrame:
    """Raw records as `commit`, `path`, `old_path`, `change`, `mode` and `blob_sha`; submodules are left out."""
    part = pl.col("record").str.split_exact(" ", 4).struct
    moved = pl.col("change").is_in(["R", "C"])
    was_link, is_link = pl.col("old_mode") == f":{GITLINK}", pl.col("mode") == GITLINK
    return (
        block.records.filter(pl.col("record").str.starts_with(":"))
        .with_columns(
            old_mode=part.field("field_0"),
            mode=part.field("field_1"),
            blob_sha=part.field("field_3"),
            change=part.field("field_4").str.slice(0, 1),
        )
        .select(
            "commit",
            "mode",
            "blob_sha",
            path=pl.when(moved).then("second").otherwise("first"),
            old_path=pl.when(moved).then("first"),
            # A file that becomes a submodule is gone, and the other way round it is new.
            change=pl.when(~was_link & is_link)
            .then(pl.lit("D"))
            .when(was_link & ~is_link & ~pl.col("change").is_in(["D"]))
            .then(pl.lit("A"))
            .otherwise("change"),
            is_submodule=(was_link & (is_link | (pl.col("change") == "D"))) | (is_link & (pl.col("change") == "A")),
        )
        .filter(~pl.col("is_submodule"))
        .drop("is_submodule")
    )


def counted_files(block: Block) -> pl.DataFrame:
    """Numstat records as `commit`, `path`, `additions`, `deletions` and `is_binary` (its counts are null)."""
    part = pl.col("record").str.splitn("\t", 3).struct
    return (
        block.records.filter(~pl.col("record").str.starts_with(":"))
        .with_columns(added=part.field("field_0"), deleted=part.field("field_1"), path=part.field("field_2"))
        .select(
            "commit",
            # Of a rename the path in the record is empty; the old and the new path follow.
            path=pl.when(pl.col("path") == "").then("second").otherwise("path"),
            additions=pl.col("added").cast(pl.Int64, strict=False),
            deletions=pl.col("deleted").cast(pl.Int64, strict=False),
            is_binary=pl.col("added") == "-",
        )
    )


def _take_apart(git: Git, data: bytes, word: str, fields: list[str]) -> Block:
    tokens = text(data).str.split("\0").explode()
    marked = (
        pl.DataFrame({"token": tokens})
        .with_row_index("at")
        .filter(pl.col("token").str.starts_with(word))
        .with_columns(mark=pl.col("token").str.slice(len(word)))
        # The first file record of a commit comes after an empty line that has its own prefix.
        .with_columns(mark=pl.col("mark").str.strip_prefix(f"\n{word}"))
        .with_columns(kind=pl.col("mark").str.slice(0, 1))
        .with_columns(commit=(pl.col("kind") == "H").cum_sum().cast(pl.Int64) - 1)
    )
    starts = marked.filter(pl.col("kind") == "H")["at"]
    ends = marked.filter(pl.col("kind") == ".")["at"]
    if len(starts) != len(ends) or not (starts + len(fields) == ends).all():
        raise GitError(f"repository {git.repository}: a commit header could not be read", hint=git.hint)
    columns = {name: tokens.gather(starts + n) for n, name in enumerate(fields)}
    headers = pl.DataFrame(columns).with_columns(pl.col(fields[0]).str.slice(len(word) + 1))
    records = marked.filter(~pl.col("kind").is_in(["H", "."])).select("commit", "at", record="mark")
    after = [tokens.gather(records["at"] + n, null_on_oob=True) for n in (1, 2)]
    return Block(
        headers=headers.with_row_index("commit").with_columns(pl.col("commit").cast(pl.Int64)),
        records=records.select("commit", "record").with_columns(first=after[0], second=after[1]),
    )


def text(data: bytes) -> pl.Series:
    r"""The bytes as one text value; a byte that is not UTF-8 is shown as `\xNN`."""
    try:
        return pl.Series([data], dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.PolarsError:
        return pl.Series([data.decode("utf-8", "backslashreplace")])
