"""Answers of a platform on their way to be a page: read in threads, made into rows one after the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from warehouse.tables import Payload


@dataclass(frozen=True)
class Told:
    """Answers that will be one page, and what is stored beside their rows.

    They are read in threads and made into rows one after the other, in the order in which they are loaded: so a rebuild
    from the archive meets the same tables as the run that read them.
    """

    stream: str
    scope: str
    payloads: Sequence[Payload] = ()
    cursor: str | None = None
    restart: tuple[str, ...] = ()
    quality: Mapping[str, int] = field(default_factory=dict)
