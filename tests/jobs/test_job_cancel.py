"""A job that was cancelled says so, whatever its work returned; a replaced one says nothing."""

from __future__ import annotations

import threading

from ldct_viewer.jobs.job import Job, JobSlot


class Stubborn(Job):
    """Looks at no token: ends when it is let go, and returns its word."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self.word, self.go = word, threading.Event()

    def work(self) -> str:
        self.go.wait(5)
        self.progress.emit(1, 1, self.word)
        return self.word


def test_a_cancelled_job_is_cancelled_though_its_work_came_to_an_end(qtbot):
    job, heard = Stubborn("late"), []
    job.done.connect(heard.append)
    job.cancelled.connect(lambda: heard.append("cancelled"))
    job.start()
    job.cancel()
    job.go.set()
    qtbot.waitUntil(lambda: not job.running, timeout=5000)
    assert heard == ["cancelled"]


def test_nothing_of_a_replaced_job_comes_through(qtbot):
    slot, heard = JobSlot(), []
    slot.done.connect(heard.append)
    slot.progress.connect(lambda done, total, text: heard.append(text))
    old, new = Stubborn("old"), Stubborn("new")
    slot.start(old)
    slot.start(new)
    old.go.set()
    qtbot.waitUntil(lambda: not old.running, timeout=5000)
    qtbot.wait(20)
    assert heard == [] and slot.busy
    with qtbot.waitSignal(slot.finished, timeout=5000):
        new.go.set()
    assert heard == ["new", "new"] and not slot.busy
