"""Training seen from the window: it runs in a process of its own; these jobs start it and watch its folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..errors import LdctError
from ..training.local.runs import Run
from .job import Job

_WATCH_S = 0.2
_ENDS = ("finished", "failed", "cancelled")
_STARTING_S = 120.0  # until the child holds its lock: importing torch on a slow disk


class ExamineJob(Job):
    """Look at folders in a child process; chunks: its events; ``done``: {"report": …, "pace": …}."""

    def __init__(self, paths: Sequence[Path], uid: str = "") -> None:
        super().__init__()
        self._paths, self._uid = tuple(paths), uid

    def work(self) -> dict[str, Any]:
        """Run ``train --examine``; cancelling ends the child."""
        with tempfile.TemporaryDirectory(prefix="ldct-train-") as folder:
            listing = Path(folder) / "paths.json"
            listing.write_text(json.dumps([str(p) for p in self._paths]), "utf-8")
            arguments = ["--examine", "--json", "--paths-from", str(listing)]
            if self._uid:
                arguments += ["--series", self._uid]
            return self._read(arguments)

    def _read(self, arguments: list[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        child = subprocess.Popen(
            train_command(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            creationflags=_no_console(),
        )
        assert child.stdout is not None
        with child, _Killer(child, self):
            for raw in child.stdout:
                try:
                    event = json.loads(raw)
                except ValueError:
                    continue
                if event.get("event") == "failed":
                    raise failure(event)
                if "error" in event:
                    raise failure(event["error"])
                found[event["event"]] = event
                self.chunk.emit(event)
        self.token.check()
        if "report" not in found:
            raise LdctError("The scans could not be examined.", "Help ▸ Show log has the details.", code="examine")
        return found


class TrainJob(Job):
    """Start a run's training unless it is already going on, and report what its folder says.

    Chunks: lists of events, all from the beginning. ``done``: the last event ("finished", "cancelled").
    Cancelling this job only ends the watching: the training goes on and is found again.
    """

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run = run

    def work(self) -> dict[str, Any]:
        """Start, follow, end with the training."""
        child = None
        offset = 0
        if not self.run.alive:
            _, offset = self._old_events()
            self.run.wish("run")
            child = start_training(self.run)
        else:
            self.chunk.emit(self.run.events()[0])
            offset = self.run.events()[1]
        return self._follow(child, offset)

    def _old_events(self) -> tuple[list[dict[str, Any]], int]:
        """What happened before it was interrupted, without an old end."""
        events, offset = self.run.events()
        self.chunk.emit([e for e in events if e.get("event") not in _ENDS])
        return events, offset

    def _follow(self, child: subprocess.Popen[bytes] | None, offset: int) -> dict[str, Any]:
        began, seen = time.monotonic(), False
        while True:
            self.token.check()
            alive = self.run.alive
            seen = seen or alive
            events, offset = self.run.events(offset)
            if events:
                self.chunk.emit(events)
            for event in events:
                if event.get("event") == "failed":
                    raise failure(event)
                if event.get("event") in _ENDS:
                    return event
            gone = child.poll() is not None if child is not None else not alive
            if gone and not alive and (seen or child is not None):
                more, offset = self.run.events(offset)
                if not more:
                    raise self._died()
                self.chunk.emit(more)
                if more[-1].get("event") in _ENDS:
                    return more[-1]
            if not seen and time.monotonic() - began > _STARTING_S:
                raise self._died()
            time.sleep(_WATCH_S)

    def _died(self) -> LdctError:
        """Killed, or ended by what it could not tell: its own last words are in the run's log.txt."""
        return LdctError(
            "The training stopped unexpectedly: it was ended from outside, or memory ran out.",
            "Resume goes on from its last checkpoint.",
            self.run.folder,
            "train_died",
        )


class TrainFailure(LdctError):  # noqa: N818 - what a training said of its failure
    """A failure told by a training process; ``why``: sentences of its hint, to be translated."""

    why: tuple[dict[str, Any], ...] = ()


def failure(event: dict[str, Any]) -> LdctError:
    """The error of a "failed" event."""
    error = TrainFailure(event["message"], event["hint"], event.get("path"), event["code"])
    error.why = tuple(event.get("why", ()))
    return error


class _Killer:
    """Ends a child when its job is cancelled, while the job waits for the child's next line."""

    def __init__(self, child: subprocess.Popen[bytes], job: Job) -> None:
        import threading

        self._child, self._job, self._over = child, job, threading.Event()
        self._thread = threading.Thread(target=self._watch, name="examine-cancel", daemon=True)

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            if self._job.token.cancelled:
                self._child.kill()
                return

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *error: object) -> None:
        self._over.set()
        if error[0] is not None:
            self._child.kill()


def start_training(run: Run) -> subprocess.Popen[bytes]:
    """The training process of ``run``: below normal priority, alive beyond this program."""
    with (run.folder / "log.txt").open("ab") as log:
        return subprocess.Popen(
            train_command("--run", run.id, "--json", "--background"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            env=_environment(),
            start_new_session=os.name != "nt",
            creationflags=_no_console(),
        )


def train_command(*arguments: str) -> list[str]:
    """The command line of ``train``, in a checkout, an installation or a frozen program."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "train", *arguments]
    return [sys.executable, "-m", "ldct_viewer", "train", *arguments]


def _environment() -> dict[str, str]:
    """This program's own package first, wherever it was started from; UTF-8 on its pipes."""
    package = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(p for p in (package, os.environ.get("PYTHONPATH", "")) if p)
    return {**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1"}


def _no_console() -> int:
    return int(getattr(subprocess, "CREATE_NO_WINDOW", 0))
