"""Git processes end when they are told to, whatever they are doing just then."""

import threading
import time

import pytest

from collectors.git.process import CommandError, Git, reading_environment

SLOW = ("-c", "alias.slow=!printf data; exec sleep 60", "slow")


def git(seconds: float = 60.0) -> Git:
    return Git("app", reading_environment(), seconds)


def test_a_process_that_takes_too_long_is_ended_though_it_has_written_something() -> None:
    began = time.monotonic()
    with pytest.raises(CommandError, match=r"repository app: git .* took longer than 0\.2 s") as caught:
        git(0.2).output(*SLOW)
    assert caught.value.timed_out
    assert time.monotonic() - began < 30


def test_stop_meets_processes_that_are_just_ending() -> None:
    asked, done = git(), threading.Event()
    unexpected: list[BaseException] = []

    def ask() -> None:
        while not done.is_set():
            try:
                asked.output("--version")
            except CommandError:
                continue  # it was stopped
            except BaseException as error:
                unexpected.append(error)
                raise

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        until = time.monotonic() + 2
        while time.monotonic() < until:
            asked.stop()
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert not unexpected
