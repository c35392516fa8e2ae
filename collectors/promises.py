"""Answers that lack what a platform promises: an error of the platform, with the place where it was missed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import extract_tb

from polars.exceptions import PolarsError

_MISSED = (KeyError, IndexError, TypeError, AttributeError, ValueError, PolarsError)
_HERE = Path(__file__).parent


@contextmanager
def promised(malformed: Callable[..., Exception], what: str) -> Iterator[None]:
    """Raise `malformed` in place of what a value that is missing, or of another kind, leads to.

    The message tells where, not what: a value can be anything. The first error stays as its cause.
    """
    try:
        yield
    except _MISSED as error:
        frames = [frame for frame in extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(_HERE)]
        place = f"{Path(frames[-1].filename).relative_to(_HERE)}:{frames[-1].lineno}"
        raise malformed(
            f"{what}: an answer of another shape than the API promises ({type(error).__name__} at {place})",
            hint="check base_url and the proxy in between; if the next run says so again, leadline has to be updated",
        ) from error
