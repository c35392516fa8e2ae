"""Globs as regular expressions: of paths, by the rules of `.gitignore` as CODEOWNERS reads them, and of repositories.

A pattern with a slash before its end is anchored at the root, others match at any depth; a folder stands for all
below it, except that `folder/*` means its direct children; `**` crosses folders. `[…]` and `!` have no special
meaning in CODEOWNERS.
"""

import polars as pl


def glob_regex(pattern: pl.Expr) -> pl.Expr:
    """The regular expression that matches the same paths as the glob."""
    anchored = pattern.str.contains(r"^/|/[^/]")
    body = (
        pattern.str.strip_prefix("/")
        .str.strip_suffix("/")
        .str.replace_all(r"([.+^$(){}|\\\[\]])", r"\${1}")
        # Stars are replaced from the longest to the shortest, by marks that hold no star.
        .str.replace(r"^(\*\*/)+", "\x01")
        .str.replace_all(r"/\*\*/", "/\x01")
        .str.replace_all(r"\*\*/", "\x01")
        .str.replace(r"(^|/)\*\*$", "${1}\x02")
        .str.replace_all(r"\*+", "\x03")
        .str.replace_all("?", "[^/]", literal=True)
        .str.replace_all("\x01", "(?:.*/)?", literal=True)
        .str.replace_all("\x02", ".+", literal=True)
        .str.replace_all("\x03", "[^/]*", literal=True)
    )
    start = pl.when(anchored).then(pl.lit("^")).otherwise(pl.lit("^(?:.*/)?"))
    end = (
        pl.when(pattern.str.ends_with("/"))
        .then(pl.lit("/.+$"))
        .when(pattern.str.contains(r"/\*{1,2}$"))
        .then(pl.lit("$"))
        .otherwise(pl.lit("(?:/.*)?$"))
    )
    return pl.concat_str(start, body, end)


def repository_regex(pattern: pl.Expr) -> pl.Expr:
    """The regular expression that matches the repositories a team's pattern means, as the configuration checks it.

    The pattern is that of a whole name or of its last parts: `app`, `acme/app`, `acme/*`; stars cross slashes.
    """
    body = (
        pattern.str.replace_all(r"([.+^$(){}|\\\[\]])", r"\${1}")
        .str.replace_all("*", ".*", literal=True)
        .str.replace_all("?", ".", literal=True)
    )
    return pl.concat_str(pl.lit("^(?:.*/)?"), body, pl.lit("$"))


def is_called(regex: str) -> pl.Expr:
    """Whether a repository is meant by the regular expression in a column, by its name or its address."""
    address = pl.col("url").str.replace(r"(?:/?\.git)?/*$", "").str.replace_all(r"[:\\]", "/")
    return pl.any_horizontal(
        text.str.contains(pl.col(regex)).fill_null(value=False) for text in (pl.col("name"), address)
    )
