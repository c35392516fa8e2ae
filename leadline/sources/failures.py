"""What a collector could not read, as one error of its source."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from leadline.errors import LeadlineError, PartlyRead, SourceUnreachable, refused_by_system


@contextmanager
def told(expected: type[Exception], failures: list[Exception]) -> Iterator[None]:
    """Add the failures of single repositories, which a collector raises together, to the list.

    Any other error goes on, what the operating system refuses as LeadlineError.
    """
    try:
        yield
    except OSError as error:
        message, hint = refused_by_system(error)
        raise LeadlineError(message, hint=hint) from error
    except ExceptionGroup as group:
        if not all(isinstance(error, expected) for error in group.exceptions):
            raise
        failures.extend(group.exceptions)


def raise_together(failures: list[Exception], repositories: int, unreachable: tuple[type[Exception], ...]) -> None:
    """Raise the failures of single repositories as one error of their source; nothing where there are none.

    PartlyRead where fewer failed than there are `repositories`, SourceUnreachable where all of them are `unreachable`,
    LeadlineError else.
    """
    if not failures:
        return
    all_unreachable = all(isinstance(error, unreachable) for error in failures)
    kind = PartlyRead if len(failures) < repositories else SourceUnreachable if all_unreachable else LeadlineError
    hint = once(str(getattr(error, "hint", "")) for error in failures)
    raise kind(once(map(str, failures)), hint=hint or None) from ExceptionGroup("repositories", failures)


def interrupted(spent: Exception, until: datetime, failures: Iterable[Exception]) -> PartlyRead:
    """Return what to raise where nothing more may be asked `until` then, with what failed before."""
    return PartlyRead(
        once([str(spent), *map(str, failures)]),
        hint=f"what was read is kept; run again after {until:%Y-%m-%d %H:%M} UTC to go on from there",
    )


def once(texts: Iterable[str]) -> str:
    """Join texts, each of them once."""
    return "; ".join(dict.fromkeys(filter(None, texts)))
