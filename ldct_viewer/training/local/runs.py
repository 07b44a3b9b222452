"""A run's folder: its plan, its state, what happened line by line, and the wishes of whoever watches.

``data_dir()/runs/<id>/``: ``run.json`` (plan, paths, outcome), ``events.jsonl``, ``control``,
``state.safetensors``, ``best.safetensors``, ``preview-*.npy`` and ``lock``, held open while it trains.
The watcher may die and come back: everything it needs is in the folder.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from ...errors import LdctError, OpenError
from ...paths import data_dir
from .checkpoint_files import STATE, write_atomic
from .plan import Plan

KEEP_FINISHED = 10  # run folders of ended trainings that are kept for their curves
_HOPELESS = ("diverged", "no_pairs", "nothing_to_learn", "too_short", "bad_state")  # resuming would not help
WISHES = ("run", "pause", "stop", "cancel")


@dataclass(frozen=True)
class Run:
    """One training's folder."""

    folder: Path

    @property
    def id(self) -> str:
        """Folder name; also the id of the model it makes."""
        return self.folder.name

    def read(self) -> dict[str, Any]:
        """``run.json``; OpenError where it is gone or damaged."""
        try:
            data = json.loads((self.folder / "run.json").read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise OpenError("This training's record cannot be read.", "", self.folder, "bad_run") from error
        if not isinstance(data, dict):
            raise OpenError("This training's record cannot be read.", "", self.folder, "bad_run")
        return data

    def update(self, **changes: Any) -> None:
        """Change ``run.json`` in one step."""
        data = {**self.read(), **changes}
        write_atomic(self.folder / "run.json", json.dumps(data, indent=1, ensure_ascii=False).encode())

    @property
    def plan(self) -> Plan:
        """What it is to do."""
        return Plan.from_json(self.read()["plan"])

    @property
    def paths(self) -> tuple[Path, ...]:
        """Where the scans are."""
        return tuple(Path(p) for p in self.read()["paths"])

    @property
    def state(self) -> str:
        """ "running", "finished", "rejected", "failed" (may be resumed) or "cancelled"."""
        return str(self.read().get("state", "failed"))

    @property
    def resumable(self) -> bool:
        """True where a checkpoint lies."""
        return (self.folder / STATE).is_file()

    # -- events -------------------------------------------------------------------------------------

    def log(self, event: dict[str, Any]) -> None:
        """Append one line; a full disk loses the line, not the training."""
        try:
            with (self.folder / "events.jsonl").open("a", encoding="utf-8") as out:
                out.write(json.dumps(event, ensure_ascii=False) + "\n")
        except OSError:
            return

    def events(self, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Whole lines from byte ``offset`` on, and where to go on reading."""
        try:
            with (self.folder / "events.jsonl").open("rb") as file:
                file.seek(offset)
                data = file.read()
        except OSError:
            return [], offset
        whole = data[: data.rfind(b"\n") + 1]
        found = []
        for line in whole.splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                continue  # a line torn by a kill
        return found, offset + len(whole)

    # -- wishes -------------------------------------------------------------------------------------

    def wish(self, what: str) -> None:
        """Ask the training to "run", "pause", "stop" (and keep the best) or "cancel"."""
        if what not in WISHES:
            raise ValueError(what)
        write_atomic(self.folder / "control", what.encode())

    @property
    def wished(self) -> str:
        """What was asked for last."""
        try:
            text = (self.folder / "control").read_text("utf-8").strip()
        except OSError:
            return "run"
        return text if text in WISHES else "run"

    # -- who is alive ---------------------------------------------------------------------------------

    def lock(self) -> IO[bytes]:
        """Hold the run; the operating system lets go when the process ends, however it ends."""
        handle = (self.folder / "lock").open("a+b")
        for _ in range(20):  # a watcher that asks "alive?" holds it for an instant
            if _try_lock(handle):
                return handle
            time.sleep(0.05)
        handle.close()
        raise LdctError("This training is already running.", "", self.folder, "already_running")

    @property
    def alive(self) -> bool:
        """True while a process trains in this folder."""
        try:
            with (self.folder / "lock").open("a+b") as handle:
                if _try_lock(handle):
                    _unlock(handle)
                    return False
                return True
        except OSError:
            return False

    def remove(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def tidy(self, pictures: bool = True) -> None:
        """After the end: the optimiser's state and, unless a window still shows them, pictures can go."""
        for file in self.folder.glob("preview-*.npy") if pictures else ():
            file.unlink(missing_ok=True)
        (self.folder / STATE).unlink(missing_ok=True)


def runs_dir() -> Path:
    """Where runs live."""
    folder = data_dir() / "runs"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def create(plan: Plan, paths: Sequence[Path], uid: str = "", run_id: str = "", out: str = "") -> Run:
    """A new run folder with its plan."""
    stamp = run_id or datetime.now().strftime("local-%Y%m%d-%H%M%S")
    folder, n = runs_dir() / stamp, 1
    while folder.exists():
        n += 1
        folder = runs_dir() / f"{stamp}-{n}"
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise LdctError(
            "The program's own folder cannot be written.",
            "Free some space or check its permissions.",
            folder,
            "unwritable",
        ) from error
    _forget_old()
    record = {
        "version": 1,
        "plan": plan.to_json(),
        "paths": [os.path.abspath(p) for p in paths],
        "uid": uid,
        "out": out,
        "created": time.time(),
        "state": "running",
    }
    write_atomic(folder / "run.json", json.dumps(record, indent=1, ensure_ascii=False).encode())
    return Run(folder)


def open_run(run_id: str) -> Run:
    """The run called ``run_id`` (or its folder)."""
    folder = Path(run_id) if os.sep in run_id else runs_dir() / run_id
    if not (folder / "run.json").is_file():
        raise OpenError("There is no such training.", "ldct-viewer train --list shows them.", folder, "no_run")
    return Run(folder)


def list_runs() -> list[Run]:
    """All runs, the newest first."""
    found = [Run(p.parent) for p in runs_dir().glob("*/run.json")]
    return sorted(found, key=_created, reverse=True)


def find_running() -> list[Run]:
    """Trainings that go on right now, in whatever process."""
    return [r for r in list_runs() if r.alive]


def find_interrupted() -> list[Run]:
    """Trainings that began, did not end and are not running: to be resumed."""
    found = []
    for run in list_runs():
        try:
            record = run.read()
            unfinished = record.get("state") == "running" or (
                record.get("state") == "failed" and record.get("error", {}).get("code") not in _HOPELESS
            )
        except LdctError:
            continue
        if unfinished and not run.alive:
            found.append(run)
    return found


def _created(run: Run) -> float:
    try:
        return float(run.read().get("created", 0.0))
    except (LdctError, TypeError, ValueError):
        return 0.0


def _forget_old() -> None:
    ended = []
    for run in list_runs():
        try:
            if run.state in ("finished", "rejected", "cancelled") and not run.alive:
                run.tidy()
                if run.state != "rejected":
                    ended.append(run)
        except LdctError:
            continue
    for run in ended[KEEP_FINISHED:]:
        run.remove()


def _try_lock(handle: IO[bytes]) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _unlock(handle: IO[bytes]) -> None:
    if os.name == "nt":
        import msvcrt

        handle.seek(0)
        msvcrt.locking(handle.fileno(), msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        import fcntl

        fcntl.flock(handle.fileno(), fcntl.LOCK_UN)
