"""The same work for many slices in a few threads: the first failure or a cancel stops the rest."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue

from ..cancel import CancelToken

_TELL_S = 0.02


def for_each(
    work: Callable[[int], None], count: int, threads: int, told: Callable[[int], None], cancel: CancelToken
) -> None:
    """``work(k)`` for k = 0 … ``count`` − 1; ``told(n)`` in this thread after every n-th that is done.

    Raises what the first failing ``work`` raised, or Cancelled; then no thread is at work any more.
    """
    todo: SimpleQueue[int] = SimpleQueue()
    for k in range(count):
        todo.put(k)
    done: list[None] = []
    errors: list[BaseException] = []
    stop, idle = threading.Event(), threading.Event()

    def worker() -> None:
        # One loop a thread, not one task a slice: a task's bookkeeping would cost as much as a slice's header.
        try:
            while not stop.is_set():
                try:
                    k = todo.get_nowait()
                except Empty:
                    return
                cancel.check()
                work(k)
                done.append(None)
        except BaseException as error:  # noqa: BLE001 - raised by the caller
            errors.append(error)
            stop.set()
        finally:
            idle.set()

    with ThreadPoolExecutor(threads, "export") as pool:
        workers = [pool.submit(worker) for _ in range(threads)]
        number = 0
        try:
            while number < count:
                # Told every now and then: woken for each slice, this thread would want the interpreter, too.
                if not all(one.done() for one in workers):
                    idle.wait(_TELL_S)
                    idle.clear()
                while number < len(done) and not errors:
                    number += 1
                    told(number)
                if errors:
                    raise errors[0]
        finally:
            stop.set()
