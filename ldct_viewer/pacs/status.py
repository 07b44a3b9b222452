"""What the service says of itself: JSON lines and a status file. Counts, codes and times; no identity.

A series is named by a keyed hash of its UID: the same in all lines of one spool, and worth nothing elsewhere.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..atomic import write_atomic, write_once

_LOG_BYTES = 5_000_000
_KEY = "log.key"


class Status:
    """Counts and the last events of one service. Safe between threads."""

    def __init__(self, folder: Path, echo: Callable[[dict[str, Any]], None] | None = None) -> None:
        self._log_path, self._status_path = folder / "log.jsonl", folder / "status.json"
        self._echo = echo
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._facts: dict[str, Any] = {"state": "starting", "pid": os.getpid(), "started": _now()}
        self._told: dict[str, int] = {}
        self._key = _key(folder / _KEY)

    def name_of(self, uid: str) -> str:
        """What a series is called in the log."""
        return hmac.new(self._key, uid.encode(), "sha256").hexdigest()[:12]

    def event(self, event: str, **facts: Any) -> None:
        """One line in the log; counted under its name. Never fails: a full disk must not stop the service."""
        line = {"time": _now(), "event": event, **facts}
        with self._lock:
            self._counts[event] += 1
            try:
                if self._log_path.exists() and self._log_path.stat().st_size > _LOG_BYTES:
                    os.replace(self._log_path, self._log_path.with_suffix(".old.jsonl"))
                with open(self._log_path, "a", encoding="utf-8", opener=_private) as log:
                    log.write(json.dumps(line) + "\n")
            except OSError:
                self._counts["log_lost"] += 1
        if self._echo is not None:
            self._echo(line)

    def facts(self, **facts: Any) -> None:
        """Set facts of the status file (``state``, ``waiting``, …) and write it if anything changed."""
        with self._lock:
            before = json.dumps(self._facts), dict(self._counts) == self._told
            self._facts.update(facts)
            if before == (json.dumps(self._facts), True) and self._status_path.exists():
                return
            self._told = dict(self._counts)
            said = {**self._facts, "counts": dict(self._counts), "written": _now()}
            try:
                write_atomic(self._status_path, json.dumps(said, indent=1).encode(), flush=False)
            except OSError:
                self._counts["log_lost"] += 1


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S%z")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _key(path: Path) -> bytes:
    """The spool's own key, made once, the same for two services that start at once. Raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        key = path.read_bytes()
        if len(key) == 32:
            return key
        path.unlink()  # damaged: names in the log begin anew
    write_once(path, secrets.token_bytes(32))
    return path.read_bytes()
