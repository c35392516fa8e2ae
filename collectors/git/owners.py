"""CODEOWNERS: which rule names which owners, as GitHub and GitLab read the file."""

import re

import polars as pl

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where the file may be; the first one that exists counts."""

_SECTION = re.compile(r"^\^?\[[^\]]+\](?:\[\d+\])?(?P<owners>(?:\s+\S+)*)\s*$")
_WORD = re.compile(r"(?:\\.|\S)+")


def rules(text: str) -> pl.DataFrame:
    """`position` (line number), `pattern` and `owners` of each rule, in order.

    A GitLab section lends its default owners to the rules in it that name none.
    """
    rows: list[tuple[int, str, str]] = []
    default = ""
    for position, line in enumerate(text.splitlines(), start=1):
        stripped = re.sub(r"(^|\s)#.*", "", line).strip()
        section = _SECTION.match(stripped)
        if section:
            default = " ".join(section["owners"].split())
        elif stripped:
            pattern, *owners = _WORD.findall(stripped)
            rows.append((position, pattern, " ".join(owners) or default))
    return pl.DataFrame(rows, schema={"position": pl.Int64, "pattern": pl.String, "owners": pl.String}, orient="row")
