"""Ctrl-C, and the signals by which a machine or a terminal ends a process: each is an interruption, told as one.

Libraries turn the KeyboardInterrupt into errors of their own, so that it was one is remembered here.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, current_thread, main_thread
from types import FrameType

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
_seen = Event()


@contextmanager
def listening() -> Iterator[None]:
    """Raise KeyboardInterrupt in the block where one of the signals arrives; those the process ignores stay ignored."""
    _seen.clear()
    former = {}
    if current_thread() is main_thread():
        numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
        heard = [number for number in numbers if signal.getsignal(number) != signal.SIG_IGN]
        former = {number: signal.signal(number, _interrupt) for number in heard}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def wake_when_it_waits() -> None:
    """Let Ctrl-C end a wait too: a library's own handler (polars sets one when imported) makes waits go on instead."""
    signal.siginterrupt(signal.SIGINT, True)


def interrupted() -> bool:
    """Whether a signal has arrived since the listening began."""
    return _seen.is_set()


def _interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - as signal calls it
    _seen.set()
    raise KeyboardInterrupt
