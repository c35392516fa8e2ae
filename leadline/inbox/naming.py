"""Which repository or ticket is meant by what a pipeline calls it."""

import re
from collections.abc import Callable

import polars as pl

Answers = Callable[[list[str], pl.DataFrame], dict[str, str]]
"""From names, and what is known of those that they may mean, to the id of each."""

_URL = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^@/]*@)?([^/:]+)(?::\d+)?/(.+)")
_REMOTE = re.compile(r"(?=[^/:]*[@.])(?:[^@/:\s]+@)?([^@/:\s]+):(.+)")
"""`user@host:path`, as git writes what it reaches by ssh; without a user, a host is told from a source by its dot."""


def repositories(names: list[str], known: pl.DataFrame) -> dict[str, str]:
    """Return the repo_id of each name that one repository answers to; the most exact answer counts.

    A name is a repo_id, `owner/name`, an address (of whichever protocol), or the last part of a path, without regard to
    case. `known` has repo_id, name and url.
    """
    ways = [
        [(repo_id, repo_id) for repo_id, _, _ in known.iter_rows()],
        [(name, repo_id) for repo_id, name, _ in known.iter_rows()],
        [(repo_id.partition(":")[2], repo_id) for repo_id, _, _ in known.iter_rows()],
        [(url, repo_id) for repo_id, _, url in known.iter_rows()],
        [(_last(name), repo_id) for repo_id, name, _ in known.iter_rows()],
    ]
    return _answers(names, ways)


def tickets(names: list[str], known: pl.DataFrame) -> dict[str, str]:
    """Return the ticket_id of each name that one ticket answers to; the most exact answer counts.

    A name is a ticket_id, a key, or an address, without regard to case. `known` has ticket_id, key and url.
    """
    ways = [
        [(row[way], row["ticket_id"]) for row in known.iter_rows(named=True)] for way in ("ticket_id", "key", "url")
    ]
    return _answers(names, ways)


def _answers(names: list[str], ways: list[list[tuple[str | None, str]]]) -> dict[str, str]:
    """Each name with the one answer of the first way that has any; a name with several answers there has none."""
    found: dict[str, str] = {}
    open_names = set(names)
    for way in ways:
        by_name: dict[str, set[str]] = {}
        for text, native in way:
            if text:
                by_name.setdefault(_plain(text), set()).add(native)
        for name in sorted(open_names):
            if answers := by_name.get(_plain(name)):
                open_names.remove(name)
                if len(answers) == 1:
                    (found[name],) = answers
    return found


def _plain(text: str) -> str:
    """The text as it is compared: an address is its host and path, however one gets there."""
    plain = re.sub(r"(?:/?\.git)?/*$", "", text.strip()).casefold()
    found = _URL.fullmatch(plain) or _REMOTE.fullmatch(plain)
    return f"{found[1]}/{found[2].strip('/')}" if found else plain


def _last(name: str | None) -> str | None:
    return re.split(r"[/:\\]", _plain(name))[-1] if name else None
