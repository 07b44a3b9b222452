"""The service's folder: what has arrived, what was done with it, what is kept aside and why.

``incoming/<series UID>/<SOP UID>.dcm``  received, flushed to disk before the sender is told so
``open/<series UID>``                    a delivery began and did not end in order (yet)
``done/<series UID>.json``               which images of a series were worked off (double deliveries); a digest
                                         stands for what a dropped file calls its UID, but is none
``aside/<reason>/…``                     what cannot be denoised
``outgoing/<key>/``                      derived series on their way, where no output folder is given
``queue/``                               see :mod:`.queue`

UIDs of the network and of dropped files are used as names only after :func:`.client.valid_uid`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..atomic import flush_folder, write_atomic
from .client import valid_uid
from .objects import Instance, store

_MAX_CACHED = 1000


class Spool:
    """Files of the service below ``folder`` (made, mode 0700). Safe between threads. Raises OSError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.incoming, self.done, self.aside = (self.folder / name for name in ("incoming", "done", "aside"))
        self.outgoing, self.queue = self.folder / "outgoing", self.folder / "queue"
        self.open = self.folder / "open"
        for path in (self.folder, self.open, self.incoming, self.done, self.aside, self.outgoing, self.queue):
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = threading.Lock()
        self._cache: dict[str, frozenset[str]] = {}
        self._settled: dict[str, int] = {}
        for torn in self.incoming.glob("*/.*.part"):  # of a crash: the sender was never told it is stored
            torn.unlink(missing_ok=True)

    # -- arrivals

    def add(self, instance: Instance, whole: bytes) -> str:
        """Keep an image that arrived: ``stored``, ``duplicate`` (there already, or done) or ``other`` (the same
        UID with different content; kept aside).
        """
        with self._lock:
            if instance.sop_uid in self._done(instance.series_uid):
                return "duplicate"
            folder = self.incoming / instance.series_uid
            path = folder / f"{instance.sop_uid}.dcm"
            if path.exists():
                if path.read_bytes() == whole:
                    return "duplicate"
                self.put_aside("same_uid", whole)
                return "other"
            new = not folder.exists()
            folder.mkdir(exist_ok=True, mode=0o700)
            store(folder, instance, whole, flush=True)
            if new:
                flush_folder(self.incoming)
            flush_folder(folder)
            return "stored"

    def begin(self, series_uid: str) -> None:
        """A delivery of this series has begun; :meth:`end` takes it back. Survives a crash in between."""
        (self.open / series_uid).touch(mode=0o600)

    def end(self, series_uid: str) -> None:
        """The delivery ended in order, or is given up."""
        (self.open / series_uid).unlink(missing_ok=True)

    def broken_off(self, series_uid: str) -> bool:
        """True when a delivery began and was not ended in order: more is to come, most likely."""
        return (self.open / series_uid).exists()

    def series(self) -> list[str]:
        """UIDs of the series with images that were not worked off, those waiting longest first."""
        found = []
        for entry in os.scandir(self.incoming):
            if not valid_uid(entry.name) or not entry.is_dir(follow_symlinks=False):
                continue
            changed = entry.stat().st_mtime_ns
            if self._settled.get(entry.name) == changed:
                continue  # a day's worth of finished series is not listed four times a second
            if self.open_images(entry.name):
                found.append((changed, entry.name))
            else:
                self._settled[entry.name] = changed
        return [uid for _, uid in sorted(found)]

    def open_images(self, series_uid: str) -> set[str]:
        """SOP UIDs that have arrived and were not worked off."""
        names = {path.stem for path in (self.incoming / series_uid).glob("*.dcm")}
        with self._lock:
            return names - self._done(series_uid)

    def last_arrival(self, series_uid: str) -> float:
        """POSIX time of the last change of a series' folder; 0 when there is none."""
        try:
            return (self.incoming / series_uid).stat().st_mtime
        except FileNotFoundError:
            return 0.0

    # -- what was done

    def is_done(self, series_uid: str, images: Iterable[str]) -> bool:
        """True when all these images of a series were worked off."""
        with self._lock:
            return set(images) <= self._done(series_uid)

    def mark_done(self, series_uid: str, images: Iterable[str], result: str) -> None:
        """Note on disk that images were worked off. ``result``: key of the derived series, or a reason code."""
        with self._lock:
            path = self._record(series_uid)
            said = _read(path)
            said["images"] = sorted({*said["images"], *images})
            said["results"] = [*said["results"], {"result": result, "time": round(time.time())}][-50:]
            write_atomic(path, json.dumps(said).encode())
            self._cache[series_uid] = frozenset(said["images"])

    def _record(self, series_uid: str) -> Path:
        digest = hashlib.sha256(series_uid.encode()).hexdigest()
        return self.done / f"{series_uid if valid_uid(series_uid) else f'no-uid-{digest[:32]}'}.json"

    def _done(self, series_uid: str) -> frozenset[str]:
        if series_uid not in self._cache:
            if len(self._cache) >= _MAX_CACHED:
                self._cache.clear()
            self._cache[series_uid] = frozenset(_read(self._record(series_uid))["images"])
        return self._cache[series_uid]

    # -- aside

    def put_aside(self, reason: str, whole: bytes) -> None:
        """Keep something that arrived and is of no use here; the same bytes only once."""
        folder = self.aside / reason
        folder.mkdir(exist_ok=True, mode=0o700)
        path = folder / f"{hashlib.sha256(whole).hexdigest()[:32]}.dcm"
        if not path.exists():
            write_atomic(path, whole)

    def move_aside(self, reason: str, series_uid: str, images: Iterable[str]) -> None:
        """Move arrived images (our copies) of a series out of the way."""
        folder = self.aside / reason / series_uid
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for sop_uid in images:
            with contextlib.suppress(FileNotFoundError):
                os.replace(self.incoming / series_uid / f"{sop_uid}.dcm", folder / f"{sop_uid}.dcm")

    # -- cleaning

    def clean(self, keep_s: float) -> int:
        """Remove our copies of series that were worked off ``keep_s`` seconds ago; how many series."""
        removed = 0
        for folder in self.incoming.iterdir():
            with self._lock:
                if not (folder.is_dir() and valid_uid(folder.name)):
                    continue
                names = {path.stem for path in folder.glob("*.dcm")}
                record = self._record(folder.name)
                if not names <= self._done(folder.name) or (names and not record.exists()):
                    continue
                if record.exists() and time.time() - record.stat().st_mtime < keep_s:
                    continue
                shutil.rmtree(folder, ignore_errors=True)
                self._settled.pop(folder.name, None)
                removed += 1
        return removed


def _read(path: Path) -> dict[str, list[Any]]:
    """A record, or an empty one: a lost record costs a second denoising, never a loss."""
    try:
        said = json.loads(path.read_bytes())
        return {"images": [str(uid) for uid in said["images"]], "results": list(said["results"])}
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return {"images": [], "results": []}
