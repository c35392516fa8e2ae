"""Repositories that are stored and meant, but cannot be read any more: counted once, until they are back."""

import json
from collections.abc import Collection, Iterator
from datetime import UTC, datetime

from warehouse.tables import Page, State

STREAM = "repositories"
UNREACHABLE = "repository_unreachable"


def unreachable(source: str, there: Collection[str], state: State) -> Iterator[Page]:
    """Pages that count every stored repository that was not told, once, and uncount those that are told again.

    `there` has the ids of those that are told. The rows stay. The cursor of the repository's own stream remembers that
    it is counted, and since when.
    """
    stored = state.rows(STREAM, ["repo_id", "platform_id"], source=source).drop_nulls()
    for repo_id in stored["repo_id"].sort():
        is_counted = state.cursor(STREAM, repo_id) is not None
        if repo_id in there and is_counted:
            yield Page(STREAM, repo_id, restart=(STREAM,))
        elif repo_id not in there and not is_counted:
            since = json.dumps({"unreachable_since": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"})
            yield Page(STREAM, repo_id, cursor=since, quality={UNREACHABLE: 1})
