"""What becomes of a repository that the configuration no longer names: its rows leave."""

from collections.abc import Collection, Iterator

import polars as pl

from collectors.git.mentions import orphans, stored_mentions
from collectors.git.reading import HISTORY, OF_COMMITS, OF_HEAD
from warehouse.tables import Page, State

REMOVED = "removed"
"""The cursor of such a repository: when it is named again, it is read again."""


def removed(source: str, names: Collection[str], state: State) -> Iterator[Page]:
    """One page for every stored repository of the source that is none of `names`."""
    stored = state.rows("repositories", ["repo_id"], source=source)["repo_id"].sort()
    for repo_id in stored:
        if repo_id.removeprefix(f"{source}:") not in names:
            named = stored_mentions(state, repo_id)
            all_of_it = pl.DataFrame({"repo_id": [repo_id]})
            tables = dict.fromkeys((*OF_COMMITS, *OF_HEAD, "repositories"), all_of_it)
            gone = orphans(state, source, repo_id, named, named.select("sha").unique())
            yield Page(HISTORY, repo_id, deletes={**tables, "identities": gone}, cursor=REMOVED)
