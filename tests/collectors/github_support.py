"""Collecting from a GitHub of the tests into a warehouse in memory."""

from collections.abc import Callable

from memory import Memory

from collectors import github
from tests.collectors.github_world.server import Server
from warehouse.tables import CORE, Page

PATIENT = github.Patience(longest_wait_seconds=2, first_pause_seconds=0.001, attempts=8)
SOURCE = github.GitHubSource("hub", ("acme/app",))


def client(server: Server, *, tokens: str | None = None, workers: int = 4) -> github.Client:
    known = tokens or next(iter(server.tokens))
    return github.Client(github.Credentials.of_tokens(known), server.url, patience=PATIENT, workers=workers)


def collected(
    server: Server,
    memory: Memory | None = None,
    *,
    source: github.GitHubSource = SOURCE,
    stop_after: int | None = None,
    workers: int = 4,
    keep: Callable[[Page], None] = lambda page: None,
    **options: bool,
) -> Memory:
    memory = memory or Memory()
    pages = github.collect(source, client(server, workers=workers), memory, **options)
    for number, page in enumerate(pages):
        if number == stop_after:
            pages.close()  # type: ignore[attr-defined]
            break
        keep(page)
        memory.load(page, source.name)
    return memory


def tables(memory: Memory) -> dict[str, list[tuple[object, ...]]]:
    """Every table, with lists in an order that does not depend on the order of answers."""
    return {
        name: sorted(memory.table(name).rows(), key=repr) for name in CORE if "source" in memory.tables[name].columns
    }
