"""What limits all that a page says: sources that could not be read, and code that nobody has touched for long."""

from datetime import UTC, datetime
from typing import Any

import streamlit as st

from dashboards import data
from dashboards.parts import words
from dashboards.queries import about

QUIET_DAYS = 30
"""A newest commit older than this is pointed out."""


def failures() -> None:
    """Draw a line for each source that failed in the last run, with what went wrong."""
    for source in data.rows(about.FRESHNESS).iter_rows(named=True):
        if source["status"] == "failed":
            st.warning(_failed(source), icon=":material/sync_problem:")


def past() -> None:
    """Draw a line where everything is told as of an instant in the past."""
    as_of, is_past = data.rows(about.GENERATION).row(0)
    if is_past:
        st.info(
            f"**As it could be known on {words.instant(as_of)}**, from what the sources still tell of it.",
            icon=":material/history_toggle_off:",
        )


def age() -> None:
    """Draw a line where the newest commit, the future left out, is old."""
    newest = data.rows(about.NEWEST).row(0, named=True)
    known_at, is_past = data.rows(about.GENERATION).row(0)
    now = known_at if is_past else datetime.now(UTC).replace(tzinfo=None)
    if newest["newest_at"] is None:
        st.warning("No commit is known yet: `leadline run` reads what the sources have.", icon=":material/history:")
    elif told := quiet(newest["newest_at"], newest["active_people"], now):
        st.warning(told, icon=":material/history:")


def quiet(newest_at: datetime, active_people: int | None, now: datetime) -> str | None:
    """What an old newest commit (UTC) means for the figures; None while it is fresh.

    `active_people` is None where privacy hides how many there are.
    """
    days = (now - newest_at).days
    if days <= QUIET_DAYS:
        return None
    if active_people is None:
        return f"**Newest commit {days:,} days ago:** few may count as active, so risks can hardly be judged."
    active = f"only {words.count(active_people, 'person counts', 'people count')}" if active_people else "nobody counts"
    return f"**Newest commit {days:,} days ago:** {active} as active, so risks can hardly be judged."


def _failed(source: dict[str, Any]) -> str:
    name, error = words.plain(source["source"]), words.plain(source["error"])
    since = (
        f"its data is of {words.instant(source['changed_at'])}" if source["changed_at"] else "nothing of it is known"
    )
    return f"**{name} could not be read in the last run**, {since}: {error}"
