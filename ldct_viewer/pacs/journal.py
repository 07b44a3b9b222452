"""One job of the send queue on disk: a plan that never changes and a journal that only grows.

``<id>.json`` holds the node's name, the label and the paths; ``<id>.log`` one JSON line for everything that
happened since. A process may die at any byte: a torn last line is ignored, and at worst a file is sent
twice, which an archive takes as the same image (same SOP instance UID). Neither holds names, numbers or
dates of a patient, unless the user's own paths or label do.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..atomic import write_atomic
from ..errors import PacsError

VERSION = 1
_LIMIT = 64 << 20


@dataclass
class Job:
    """A job as plan and journal tell it. ``states`` are by index of ``files``: (state, may be tried again)."""

    folder: Path
    id: str
    node_name: str = ""
    label: str = ""
    created: float = 0.0
    files: tuple[Path, ...] = ()
    states: dict[int, tuple[str, bool]] = field(default_factory=dict)
    attempts: int = 0
    next_try: float = 0.0
    message: str = ""
    given_up: bool = False

    @property
    def plan_path(self) -> Path:
        """The plan."""
        return self.folder / f"{self.id}.json"

    @property
    def log_path(self) -> Path:
        """The journal."""
        return self.folder / f"{self.id}.log"

    def pending(self) -> list[int]:
        """Files that are to be sent (again)."""
        return [n for n in range(len(self.files)) if self.states.get(n, ("", True))[1]]

    def count(self, *states: str) -> int:
        """How many files ended in one of ``states``."""
        return sum(state in states for state, _ in self.states.values())

    def write_plan(self) -> None:
        """Put the plan on disk. Raises OSError."""
        plan = {
            "version": VERSION,
            "node": self.node_name,
            "label": self.label,
            "created": self.created,
            "files": [os.fsencode(path).decode("utf-8", "surrogateescape") for path in self.files],
        }
        write_atomic(self.plan_path, json.dumps(plan).encode("ascii"))

    def note(self, **what: Any) -> None:
        """Add one line to the journal and apply it. Raises OSError."""
        line = json.dumps(what).encode("ascii") + b"\n"
        descriptor = os.open(self.log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            if self._torn():
                line = b"\n" + line
            os.write(descriptor, line)
        finally:
            os.close(descriptor)
        self._apply(what)

    def _torn(self) -> bool:
        """True when a crash left the last line without its end."""
        with self.log_path.open("rb") as log:
            if log.seek(0, os.SEEK_END) == 0:
                return False
            log.seek(-1, os.SEEK_END)
            return log.read(1) != b"\n"

    def _apply(self, said: dict[str, Any]) -> None:
        if "file" in said:
            index = int(said["file"])
            if 0 <= index < len(self.files):
                self.states[index] = (str(said["state"]), bool(said.get("retry", False)))
                self.attempts = 0 if said["state"] != "failed" else self.attempts
        if "attempts" in said:
            self.attempts, self.next_try = int(said["attempts"]), float(said["next_try"])
        if "again" in said:
            self.states = {n: s for n, s in self.states.items() if s[0] != "failed"}
            self.attempts, self.next_try, self.given_up, self.message = 0, 0.0, False, ""
        if "given_up" in said:
            self.given_up = bool(said["given_up"])
        if said.get("message"):
            self.message = str(said["message"])


def read_job(folder: Path, job_id: str) -> Job:
    """The job from its files. Raises PacsError ``queue`` when the plan is gone or damaged."""
    job = Job(folder, job_id)
    try:
        plan = json.loads(_bytes(job.plan_path))
        if plan["version"] != VERSION:
            raise ValueError("other version")
        job.node_name, job.label, job.created = str(plan["node"]), str(plan["label"]), float(plan["created"])
        job.files = tuple(Path(os.fsdecode(name.encode("utf-8", "surrogateescape"))) for name in plan["files"])
    except FileNotFoundError as error:
        raise PacsError("This job is no longer in the queue.", "", code="queue") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        hint = "Remove it from the queue and send the series again."
        raise PacsError("A job of the queue cannot be read.", hint, code="queue") from error
    try:
        lines = _bytes(job.log_path).split(b"\n")
    except FileNotFoundError:
        lines = []
    except (OSError, ValueError) as error:
        raise PacsError("A job of the queue cannot be read.", "", code="queue") from error
    for line in lines:
        try:
            said = json.loads(line) if line else {}
            if isinstance(said, dict):
                job._apply(said)
        except (ValueError, KeyError, TypeError, RecursionError):
            continue  # torn by a crash
    return job


def _bytes(path: Path) -> bytes:
    with path.open("rb") as stream:
        data = stream.read(_LIMIT + 1)
    if len(data) > _LIMIT:
        raise ValueError("too long")
    return data
