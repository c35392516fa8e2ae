"""Results of several jobs at once, in threads, with no more than a few waiting to be taken."""

import threading
from collections.abc import Callable, Iterable, Iterator
from queue import Full, Queue
from typing import Generic, TypeVar

T = TypeVar("T")


def merged(jobs: Iterable[Callable[[], Iterator[T]]], workers: int, cancel: Callable[[], None]) -> Iterator[T]:
    """What the jobs yield, as it comes; the first error of a job is raised here.

    `cancel` is called when the results are no longer wanted, so that jobs that wait for something come to an end; never
    when all of them are done.
    """
    workshop = _Workshop(jobs, workers)
    try:
        yield from workshop.results()
    finally:
        workshop.close(cancel)


class _Workshop(Generic[T]):
    def __init__(self, jobs: Iterable[Callable[[], Iterator[T]]], workers: int) -> None:
        self._jobs = iter(jobs)
        self._taking = threading.Lock()
        self._closing = threading.Event()
        self._is_over = False
        # A result, the error of a job, or None when a worker has nothing left to do.
        self._done: Queue[tuple[T] | BaseException | None] = Queue(maxsize=max(workers, 1))
        self._threads = [threading.Thread(target=self._work, name="collector", daemon=True) for _ in range(workers)]
        for thread in self._threads:
            thread.start()

    def results(self) -> Iterator[T]:
        working = len(self._threads)
        while working:
            result = self._done.get()
            if result is None:
                working -= 1
            elif isinstance(result, BaseException):
                raise result
            else:
                yield result[0]
        self._is_over = True

    def close(self, cancel: Callable[[], None]) -> None:
        self._closing.set()
        for thread in self._threads:
            while thread.is_alive():
                if not self._is_over:  # a thread that has nothing left to do may live on for a moment
                    cancel()
                thread.join(timeout=0.1)

    def _work(self) -> None:
        try:
            while job := self._take():
                for result in job():
                    self._put((result,))
                    if self._closing.is_set():
                        return
            self._put(None)
        except BaseException as error:  # noqa: BLE001 - it is raised again where the results are taken
            self._put(error)

    def _take(self) -> Callable[[], Iterator[T]] | None:
        with self._taking:
            return None if self._closing.is_set() else next(self._jobs, None)

    def _put(self, result: tuple[T] | BaseException | None) -> None:
        while not self._closing.is_set():
            try:
                self._done.put(result, timeout=0.1)
            except Full:
                continue
            return
