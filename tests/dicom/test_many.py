"""Work in a few threads: everything once, told in order, stopped by the first failure, a cancel or whoever is told."""

from __future__ import annotations

import queue
import threading
import time

import pytest

from ldct_viewer.cancel import NEVER, Cancelled, CancelToken
from ldct_viewer.dicom.many import for_each


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 3, 500])
def test_everything_once_and_told_in_order(count: int, threads: int) -> None:
    seen: list[int] = []
    told: list[int] = []
    for_each(seen.append, count, threads, told.append, NEVER)
    assert sorted(seen) == list(range(count)) and told == list(range(1, count + 1))


def test_slow_work_is_told_while_it_goes_on() -> None:
    moments: list[float] = []
    for_each(lambda k: time.sleep(0.05), 6, 2, lambda n: moments.append(time.perf_counter()), NEVER)
    assert moments[-1] - moments[0] > 0.05


@pytest.mark.parametrize("failure", [OSError, queue.Empty])
def test_the_first_failure_stops_the_rest_and_is_raised(failure: type[Exception]) -> None:
    seen: list[int] = []

    def work(k: int) -> None:
        seen.append(k)
        if k == 3:
            raise failure("full")
        time.sleep(0.001)

    with pytest.raises(failure, match="full"):
        for_each(work, 1000, 2, lambda n: None, NEVER)
    before = len(seen)
    assert before < 900
    time.sleep(0.05)
    assert len(seen) == before and not [t for t in threading.enumerate() if t.name.startswith("export")]


def test_a_cancel_stops_it() -> None:
    cancel, seen = CancelToken(), []

    def work(k: int) -> None:
        seen.append(k)
        if k == 3:
            cancel.cancel()
        time.sleep(0.001)

    with pytest.raises(Cancelled):
        for_each(work, 1000, 2, lambda n: None, cancel)
    assert len(seen) < 900


def test_whoever_is_told_may_stop_it() -> None:
    seen: list[int] = []

    def told(number: int) -> None:
        raise KeyboardInterrupt

    def work(k: int) -> None:
        seen.append(k)
        time.sleep(0.002)

    with pytest.raises(KeyboardInterrupt):
        for_each(work, 1000, 2, told, NEVER)
    assert len(seen) < 900
