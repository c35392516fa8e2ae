"""How the rows of a repository leave: the configuration no longer names it, or it is read from the start."""

from collections.abc import Collection, Iterator

import polars as pl

from collectors.git.mentions import orphans, stored_mentions
from warehouse.tables import Page, State

HISTORY, LINE_COUNTS = "commits", "line_counts"
"""The streams of a repository."""

OF_COMMITS = ("commits", "commit_parents", "commit_files", "commit_trailers")
"""Tables whose rows come and go with commits."""

OF_HEAD = ("tags", "head_files", "code_owners", "mailmap")
"""Tables that are told anew whenever refs move."""


def removed(source: str, names: Collection[str], state: State) -> Iterator[Page]:
    """One page for every stored repository of the source that is none of `names`."""
    stored = state.rows("repositories", ["repo_id"], source=source)["repo_id"].sort()
    for repo_id in stored:
        if repo_id.removeprefix(f"{source}:") not in names:
            yield farewell(source, repo_id, state, for_good=True)


def farewell(source: str, repo_id: str, state: State, *, for_good: bool) -> Page:
    """The page that takes the history of a repository out of the warehouse, as if it had never been read.

    Unless it leaves `for_good`, what a platform says of the repository itself stays.
    """
    of_platform = not state.rows("repositories", ["platform_id"], repo_id=repo_id).drop_nulls().is_empty()
    itself = () if of_platform and not for_good else ("repositories",)
    named = stored_mentions(state, repo_id)
    all_of_it = pl.DataFrame({"repo_id": [repo_id]})
    tables = dict.fromkeys((*OF_COMMITS, *OF_HEAD, *itself), all_of_it)
    gone = orphans(state, source, repo_id, named, named.select("sha").unique())
    return Page(
        HISTORY,
        repo_id,
        deletes={**tables, "identities": gone},
        restart=(HISTORY, LINE_COUNTS),
        is_farewell=for_good,
    )
