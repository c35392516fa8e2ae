"""What a repository is now: its tags, the files at the head of the default branch, and what they say about paths."""

import tempfile
from pathlib import Path

import polars as pl

from collectors.git import log
from collectors.git.clone import Refs
from collectors.git.process import Git

_EMPTY_TREES = {
    40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
_ATTRIBUTES = {
    "linguist-generated": "is_generated",
    "linguist-vendored": "is_vendored",
    "linguist-documentation": "is_documentation",
}


def files(git: Git, head: str) -> pl.DataFrame:
    """`path`, `blob_sha`, `lines`, `is_binary` and the linguist attributes of every file at a commit."""
    block = log.tree(git, _EMPTY_TREES[len(head)], head)
    counted = log.counted_files(block).select("path", "is_binary", lines="additions")
    found = log.raw_files(block).select("path", "blob_sha").unique("path", keep="first", maintain_order=True)
    rows = found.join(counted.unique("path", keep="first"), on="path", how="left", maintain_order="left")
    is_attributes = (pl.col("path") == ".gitattributes") | pl.col("path").str.ends_with("/.gitattributes")
    if rows.filter(is_attributes).is_empty():
        return rows.with_columns(pl.lit(None, pl.Boolean).alias(column) for column in _ATTRIBUTES.values())
    return rows.join(_attributes(git, head, rows["path"]), on="path", how="left", maintain_order="left")


def tags(git: Git, refs: Refs) -> pl.DataFrame:
    """`name`, `sha` and `tagged_at` of the tags that point to a commit."""
    names = [name for name in refs.shas if name.startswith("refs/tags/")]
    asked = "".join(f"{name}^{{commit}}\n" for name in names).encode("utf-8", "surrogateescape")
    if not asked:
        return pl.DataFrame(schema={"name": pl.String, "sha": pl.String, "tagged_at": pl.Datetime("us")})
    commits = git.output("cat-file", "--batch-check=%(objectname)", stdin=asked).decode("utf-8", "replace").splitlines()
    dates = git.output(
        "for-each-ref",
        "--format=%(refname) %(if)%(creatordate)%(then)%(creatordate:unix)%(else)%(*committerdate:unix)%(end)",
        "refs/tags",
    )
    made = dict(line.rsplit(" ", 1) for line in dates.decode("utf-8", "surrogateescape").splitlines())
    seconds = pl.col("seconds").cast(pl.Int64, strict=False)
    return (
        pl.DataFrame(
            {
                "name": [_shown(name.removeprefix("refs/tags/")) for name in names],
                "sha": commits,
                "seconds": [made.get(name, "") for name in names],
            }
        )
        .filter(pl.col("sha").str.contains(r"^[0-9a-f]+$"))
        .unique("name", keep="first", maintain_order=True)
        .select(
            "name",
            "sha",
            tagged_at=pl.when(seconds.is_between(0, log.LAST_SECOND)).then(seconds * 1_000_000).cast(pl.Datetime("us")),
        )
    )


def mailmap(git: Git, source: str, identity_ids: pl.Series) -> pl.DataFrame:
    """`identity_id`, `mapped_name` and `mapped_email` of the identities that `.mailmap` at the head changes."""
    prefix = f"{source}:"
    asked = (
        identity_ids.drop_nulls()
        .unique()
        .to_frame("identity_id")
        .with_columns(contact=pl.col("identity_id").str.strip_prefix(prefix))
        .filter(pl.col("contact").str.contains(r"^[^<>\n]* <[^<>\n]+>$"))
        .sort("identity_id")
    )
    contacts = "\n".join(asked["contact"]).encode() + b"\n"
    if asked.is_empty():
        answers = pl.Series([], dtype=pl.String)
    else:
        answers = pl.Series(log.text(git.output("check-mailmap", "--stdin", stdin=contacts)).item().split("\n")[:-1])
    mapped = pl.col("mapped").str.extract_groups(r"^(.*?) ?<(.*)>$").struct
    return (
        asked.with_columns(mapped=answers)
        .filter(pl.col("mapped") != pl.col("contact").str.strip_prefix(" "))
        .select("identity_id", mapped_name=mapped.field("1"), mapped_email=mapped.field("2"))
    )


def content(git: Git, head: str, path: str) -> str:
    """The text of a file at a commit."""
    return str(log.text(git.output("cat-file", "blob", f"{head}:{path}")).item())


def _attributes(git: Git, head: str, paths: pl.Series) -> pl.DataFrame:
    """The linguist attributes of the paths, as git itself reads `.gitattributes` at that commit."""
    with tempfile.TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git.output("read-tree", head, extra=index)
        asked = "\0".join(paths).encode() + b"\0"
        answers = git.output("check-attr", "--cached", "-z", "--stdin", *_ATTRIBUTES, stdin=asked, extra=index)
    tokens = log.text(answers).str.split("\0").explode()
    path, attribute, value = (tokens.gather_every(3, offset).head(len(tokens) // 3) for offset in range(3))
    rows = pl.DataFrame({"path": path, "attribute": attribute.replace(_ATTRIBUTES), "value": value})
    said = pl.col("value").replace_strict(
        {"set": True, "true": True, "unset": False, "false": False}, default=None, return_dtype=pl.Boolean
    )
    return rows.with_columns(said=said).pivot(
        "attribute", on_columns=list(_ATTRIBUTES.values()), index="path", values="said"
    )


def _shown(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
