"""Results of several jobs at once: all of them come, the first error is told, and who waits is told to stop in time."""

import threading
import time
from collections.abc import Iterator

import pytest

from collectors.parallel import merged


class _Slow:
    """What a thread holds that takes long to let go, such as a connection."""

    def __del__(self) -> None:
        time.sleep(0.2)


def test_nobody_is_told_to_stop_when_all_is_done() -> None:
    held, stopped = threading.local(), threading.Event()

    def job() -> Iterator[int]:
        held.slow = _Slow()
        yield 1

    assert list(merged([job, job], 2, stopped.set)) == [1, 1]
    assert not stopped.is_set()


def test_those_who_still_work_are_told_to_stop_when_nobody_takes_the_results_or_one_fails() -> None:
    def failing() -> Iterator[int]:
        raise ValueError("no")
        yield 1

    def patient(stopped: threading.Event) -> Iterator[int]:
        yield 2
        stopped.wait(10)

    first, second = threading.Event(), threading.Event()
    results = merged([lambda: patient(first)], 1, first.set)
    assert next(results) == 2
    results.close()  # type: ignore[attr-defined]
    assert first.is_set()
    with pytest.raises(ValueError, match="no"):
        list(merged([lambda: patient(second), failing], 2, second.set))
    assert second.is_set()
