"""The one thread pattern: a Job moved to its own QThread that talks by signals only."""

from __future__ import annotations

import logging
import os
import sys
import threading
from typing import Any

from PySide6 import QtCore

from ..cancel import CancelToken
from ..errors import Cancelled, LdctError

log = logging.getLogger(__name__)

NICENESS = 5


class Job(QtCore.QObject):
    """Long work off the GUI thread. Subclasses implement :meth:`work`; inputs are immutable.

    Signals: ``progress(done, total, text)``; ``chunk(object)`` for a partial result; then exactly one of
    ``done(result)``, ``failed(LdctError)``, ``cancelled()``, and last ``finished()``. They are emitted in the
    job's thread: a slot of a QObject is called in that object's thread, a plain function in the job's. A
    :class:`JobSlot` hears them in the GUI thread; who waits for a signal waits for the slot's.

    Anything unexpected that :meth:`work` raises is wrapped in an LdctError with its traceback in the log.
    """

    progress = QtCore.Signal(int, int, str)
    chunk = QtCore.Signal(object)
    done = QtCore.Signal(object)
    failed = QtCore.Signal(object)
    cancelled = QtCore.Signal()
    finished = QtCore.Signal()

    def __init__(self) -> None:
        super().__init__()
        self.token = CancelToken()
        self._thread: QtCore.QThread | None = None

    def work(self) -> Any:
        """Do the work (in the job's thread) and return its result. Check ``self.token`` often."""
        raise NotImplementedError

    def start(self) -> None:
        """Run in a new thread; the job keeps itself alive until it has finished."""
        thread = QtCore.QThread()
        thread.setObjectName(type(self).__name__)
        self._thread = thread
        _alive.add(self)
        self.moveToThread(thread)
        thread.started.connect(self._run)
        thread.finished.connect(_Reaper.instance().reap, QtCore.Qt.ConnectionType.QueuedConnection)
        thread.start(QtCore.QThread.Priority.LowPriority)

    def cancel(self) -> None:
        """Ask the work to stop; ``cancelled`` follows within one slice."""
        self.token.cancel()

    @property
    def running(self) -> bool:
        """True from :meth:`start` until its thread has ended."""
        return self in _alive

    @QtCore.Slot()
    def _run(self) -> None:
        _step_back()
        try:
            result = self.work()
        except Cancelled:
            self.cancelled.emit()
        except LdctError as error:
            self.failed.emit(error)
        except Exception as error:
            log.exception("unexpected failure in %s", type(self).__name__)
            self.failed.emit(
                LdctError(
                    f"Something unexpected went wrong: {type(error).__name__}: {error}",
                    "Help ▸ Show log has the details.",
                    code="unexpected",
                )
            )
        else:
            if self.token.cancelled:
                self.cancelled.emit()
            else:
                self.done.emit(result)
        self.finished.emit()
        if self._thread is not None:
            self._thread.quit()


def _step_back() -> None:
    """Let the window go first: on Linux a thread, and the threads it starts, can be nicer than the others.

    Elsewhere Qt's thread priority does this; on Linux Qt ignores it for ordinary scheduling.
    """
    if sys.platform.startswith("linux"):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


_alive: set[Job] = set()


class _Reaper(QtCore.QObject):
    """Lives in the GUI thread and lets go of jobs whose thread has ended."""

    _instance: _Reaper | None = None

    @classmethod
    def instance(cls) -> _Reaper:
        if cls._instance is None:
            cls._instance = cls()
        return cls._instance

    @QtCore.Slot()
    def reap(self) -> None:
        for job in [j for j in _alive if j._thread is not None and j._thread.isFinished()]:
            _alive.discard(job)


def shut_down(wait_ms: int = 5000) -> bool:
    """Cancel every running job and wait for the threads to end; True if all did (call at exit)."""
    for job in list(_alive):
        job.cancel()
    ended = True
    for job in list(_alive):
        if job._thread is not None:
            job._thread.quit()
            ended = job._thread.wait(wait_ms) and ended
    _Reaper.instance().reap()
    return ended


class JobSlot(QtCore.QObject):
    """Holds the newest job of one kind; starting another cancels the old one and drops its signals.

    Connect to the slot's own signals once: late results of a replaced job never come through.
    """

    progress = QtCore.Signal(int, int, str)
    chunk = QtCore.Signal(object)
    done = QtCore.Signal(object)
    failed = QtCore.Signal(object)
    cancelled = QtCore.Signal()
    finished = QtCore.Signal()

    def __init__(self, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self.job: Job | None = None
        self._relay: _Relay | None = None

    def start(self, job: Job) -> None:
        """Replace the running job, if any, by ``job`` and start it."""
        self.cancel()
        self._relay = _Relay(self, job)
        self.job = job
        job.start()

    def cancel(self) -> None:
        """Cancel the running job and stop listening to it; emits ``cancelled`` if there was one."""
        if self._relay is not None:
            self._relay.open = False
            self._relay = None
        if self.job is not None:
            self.job.cancel()
            self.job = None
            self.cancelled.emit()

    @property
    def busy(self) -> bool:
        """True while the newest job runs."""
        return self.job is not None


class _Relay(QtCore.QObject):
    """Passes one job's signals on to its slot until closed; lives in the GUI thread."""

    def __init__(self, slot: JobSlot, job: Job) -> None:
        super().__init__(slot)
        self.open = True
        self._slot = slot
        queued = QtCore.Qt.ConnectionType.QueuedConnection
        job.progress.connect(self._progress, queued)
        job.chunk.connect(self._chunk, queued)
        job.done.connect(self._done, queued)
        job.failed.connect(self._failed, queued)
        job.cancelled.connect(self._cancelled, queued)
        job.finished.connect(self._finished, queued)

    @QtCore.Slot(int, int, str)
    def _progress(self, done: int, total: int, text: str) -> None:
        if self.open:
            self._slot.progress.emit(done, total, text)

    @QtCore.Slot(object)
    def _chunk(self, part: object) -> None:
        if self.open:
            self._slot.chunk.emit(part)

    @QtCore.Slot(object)
    def _done(self, result: object) -> None:
        if self.open:
            self._slot.job = None
            self._slot.done.emit(result)

    @QtCore.Slot(object)
    def _failed(self, error: object) -> None:
        if self.open:
            self._slot.job = None
            self._slot.failed.emit(error)

    @QtCore.Slot()
    def _cancelled(self) -> None:
        if self.open:
            self._slot.job = None
            self._slot.cancelled.emit()

    @QtCore.Slot()
    def _finished(self) -> None:
        if self.open:
            self.open = False
            self._slot.finished.emit()
        self.deleteLater()
