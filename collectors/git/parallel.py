"""Results of several jobs at once, in threads, with no more than a few waiting to be taken."""

import threading
from collections.abc import Callable, Iterable, Iterator
from queue import Full, Queue
from typing import TypeVar

T = TypeVar("T")


def merged(jobs: Iterable[Callable[[], Iterator[T]]], workers: int, cancel: Callable[[], None]) -> Iterator[T]:
    """What the jobs yield, as it comes; the first error of a job is raised here.

    `cancel` is called when the results are no longer wanted, so that jobs that wait for a process come to an end.
    """
    todo = iter(jobs)
    taking = threading.Lock()
    stopping = threading.Event()
    results: Queue[tuple[T] | BaseException | None] = Queue(maxsize=workers)

    def put(result: tuple[T] | BaseException | None) -> None:
        while not stopping.is_set():
            try:
                return results.put(result, timeout=0.1)
            except Full:
                continue

    def work() -> None:
        try:
            while not stopping.is_set():
                with taking:
                    job = next(todo, None)
                if job is None:
                    break
                for result in job():
                    put((result,))
                    if stopping.is_set():
                        break
            put(None)
        except BaseException as error:  # noqa: BLE001 - it is raised again where the results are taken
            put(error)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(workers)]
    for thread in threads:
        thread.start()
    try:
        working = workers
        while working:
            result = results.get()
            if result is None:
                working -= 1
            elif isinstance(result, BaseException):
                raise result
            else:
                yield result[0]
    finally:
        stopping.set()
        if any(thread.is_alive() for thread in threads):
            cancel()
        for thread in threads:
            thread.join()
