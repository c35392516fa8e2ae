"""The repositories of a platform as rows: what is new in their list, and which of them cannot be read any more."""

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime

from collectors import renames
from collectors.rows import Row, frame
from warehouse.tables import Page, State

STREAM = "repositories"
SCOPE = "all"
UNREACHABLE = "repository_unreachable"


def listing(rows: Sequence[Row], *, source: str, state: State) -> Page:
    """The page with the rows of all repositories that the platform tells of.

    Those that have got another name since they were last told are counted, and rows that show the old one are changed.
    """
    renamed = list(_renames(rows, source, state))
    changed = renames.changes(renamed, source=source, state=state)
    return Page(
        STREAM,
        SCOPE,
        deletes=changed.deletes,
        upserts=({STREAM: frame(STREAM, list(rows))} if rows else {}) | changed.upserts,
        updates=changed.updates,
        quality={"repository_renamed": len(renamed)} if renamed else {},
    )


def _renames(rows: Sequence[Row], source: str, state: State) -> Iterator[renames.Rename]:
    """Every stored repository that is told under another name."""
    stored = state.rows(STREAM, ["repo_id", "name", "url"], source=source)
    known = {repo_id: (name, url) for repo_id, name, url in stored.iter_rows()}
    for row in rows:
        old, old_url = known.get(row["repo_id"], (None, None))
        if old not in {None, row["name"]}:
            is_given_up = not any(name == old for repo_id, (name, _) in known.items() if repo_id != row["repo_id"])
            yield renames.Rename(row["repo_id"], old, row["name"], old_url, row["url"], is_given_up)


def is_news(page: Page, *, source: str, state: State) -> bool:
    """Whether the page says anything of the repositories that is not stored yet."""
    told = page.upserts.get(STREAM)
    if told is None:
        return False
    return (
        told.join(state.rows(STREAM, told.columns, source=source), on=told.columns, how="anti", nulls_equal=True).height
        > 0
    )


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
