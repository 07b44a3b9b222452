"""The service's folder: what has arrived, what was done with it, what is kept aside and why.

``incoming/<series UID>/<SOP UID>.dcm``  received, flushed to disk before the sender is told so
``open/<series UID>``                    a delivery began and did not end in order (yet)
``done/<series UID>.json``               what became of a series' images (double deliveries, late slices); a digest
                                         stands for what a dropped file calls its UID, but is none; kept for 90 days,
                                         10,000 at most, longer while the series lies in the drop folder
``meant/<key>.json``                     of which images a derived series in the queue is, until that is in ``done``
``aside/<reason>/…``                     what cannot be denoised: see :mod:`.aside`
``outgoing/<key>/``                      derived series on their way, where no output folder is given
``queue/``                               see :mod:`.queue`

UIDs of the network and of dropped files are used as names only after :func:`.client.valid_uid`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import threading
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..atomic import flush_folder, write_atomic
from .client import valid_uid
from .objects import Instance, store

_MAX_CACHED = 1000
DONE_KEEP_S, DONE_MOST = 90 * 86400.0, 10_000  # records of what was done; each some kilobytes for hundreds of images
_RECORD = re.compile(r"([0-9]+(\.[0-9]+)*|no-uid-[0-9a-f]{32})\.json")  # as named by ``_record``

DERIVED, FAILED, EXCLUDED = "derived", "failed", "excluded"


@dataclass(frozen=True)
class Record:
    """What became of a series: ``images`` were worked off; ``slices`` of them belong into a derived series,
    ``failed`` ones lie aside because it could not be made. ``wanted``: late slices came when the others were
    gone, so all are taken again. ``results`` tell each derived series (its key) or reason.
    """

    images: frozenset[str] = frozenset()
    slices: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    wanted: bool = False
    results: tuple[dict[str, Any], ...] = ()


class Spool:
    """Files of the service below ``folder`` (made, mode 0700). Safe between threads. Raises OSError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.incoming, self.done, self.aside = (self.folder / name for name in ("incoming", "done", "aside"))
        self.outgoing, self.queue = self.folder / "outgoing", self.folder / "queue"
        self.open, self.meant = self.folder / "open", self.folder / "meant"
        for path in (self.folder, self.open, self.incoming, self.done, self.meant, self.aside, self.outgoing):
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.queue.mkdir(exist_ok=True, mode=0o700)
        self._lock = threading.Lock()
        self._cache: dict[str, Record] = {}
        self._settled: dict[str, int] = {}

    def sweep(self) -> None:
        """Remove what a crash left half written; only for who holds the service's lock: it may be another's."""
        for pattern in ("*/.*.part", "incoming/*/.*.part", "aside/*/.*.part", ".*.part"):
            for torn in self.folder.glob(pattern):  # of an image: the sender was never told that it is stored
                torn.unlink(missing_ok=True)

    # -- arrivals

    def add(self, instance: Instance, whole: bytes) -> str:
        """Keep an image that arrived: ``stored``, ``duplicate`` (there already, or done) or ``other`` (the same
        UID with different content; kept aside).

        Something new for a series that lies aside as a failure, or of which late slices wait for the rest,
        brings all of it back to be tried again.
        """
        uid, sop = instance.series_uid, instance.sop_uid
        with self._lock:
            record = self._done(uid)
            if sop in record.images and sop not in record.failed and not (record.wanted and sop in record.slices):
                return "duplicate"
            folder = self.incoming / uid
            path = folder / f"{sop}.dcm"
            if path.exists():
                if path.read_bytes() == whole:
                    return "duplicate"
                self.put_aside("same_uid", whole)
                return "other"
            if sop in record.failed and any(kept.read_bytes() == whole for kept in self._lying_aside(uid, sop)):
                return "duplicate"
            new = not folder.exists()
            folder.mkdir(exist_ok=True, mode=0o700)
            store(folder, instance, whole, flush=True)
            if new:
                flush_folder(self.incoming)
            flush_folder(folder)
            if record.failed:
                self._reopen(uid, record)
            return "stored"

    def reopen(self, series_uid: str) -> bool:
        """Bring back what lies aside of a series as a failure; False when there is nothing."""
        with self._lock:
            record = self._done(series_uid)
            if record.failed:
                self._reopen(series_uid, record)
            return bool(record.failed)

    def _lying_aside(self, uid: str, sop: str) -> Iterator[Path]:
        for reason in self.aside.iterdir():
            path = reason / uid / f"{sop}.dcm"
            if path.is_file():
                yield path

    def _reopen(self, uid: str, record: Record) -> None:
        """Take the failed images of a series back, except those that were just delivered anew."""
        for sop in record.failed:
            for kept in self._lying_aside(uid, sop):
                target = self.incoming / uid / kept.name
                if not target.exists():
                    os.replace(kept, target)
        self._write(uid, replace(record, images=record.images - record.failed, failed=frozenset()))

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
            return names - self._done(series_uid).images

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
            return set(images) <= self._done(series_uid).images

    def missing(self, series_uid: str, here: Iterable[str]) -> int:
        """How many slices that belong to a series, and were here once, are not among ``here``."""
        with self._lock:
            return len(self._done(series_uid).slices - set(here))

    def dawdles(self, series_uid: str) -> bool:
        """True when a derived series was made already and more came after it."""
        with self._lock:
            return bool(self._done(series_uid).slices)

    def want(self, series_uid: str) -> None:
        """Take all slices of a series again: late ones came, and our copies of the others are gone."""
        with self._lock:
            record = self._done(series_uid)
            if not record.wanted:
                self._write(series_uid, replace(record, wanted=True))

    def superseded(self, series_uid: str, images: Iterable[str], key: str) -> list[dict[str, Any]]:
        """Derived series (``result``: key, ``slices``: count) of fewer images than the one now made as ``key``."""
        here = set(images)
        with self._lock:
            results = self._done(series_uid).results
        return [said for said in results if _older(said, key, here)]

    def mark_done(self, series_uid: str, images: Iterable[str], result: str, kind: str = DERIVED) -> None:
        """Note on disk that images were worked off. ``result``: key of the derived series, or a reason code.

        ``kind``: DERIVED, FAILED (should have been), or EXCLUDED (never belonged into one).
        """
        names = frozenset(images)
        with self._lock:
            record = self._done(series_uid)
            said: dict[str, Any] = {"result": result, "time": round(time.time())}
            results = list(record.results)
            if kind == DERIVED:
                said |= {"slices": len(names), "of": min(names, default="")}
                results = [one | {"by": result} if _older(one, result, names) else one for one in results]
            self._write(
                series_uid,
                Record(
                    record.images | names,
                    record.slices if kind == EXCLUDED else record.slices | names,
                    record.failed | names if kind == FAILED else record.failed - names,
                    record.wanted and kind != DERIVED,
                    (*results[-49:], said),
                ),
            )
            if kind == DERIVED:
                (self.meant / f"{result}.json").unlink(missing_ok=True)

    def intend(self, key: str, series_uid: str, images: Iterable[str]) -> None:
        """Before a derived series is put into the queue: of which images it is. See :meth:`settle`."""
        text = json.dumps({"series": series_uid, "images": sorted(images)})
        write_atomic(self.meant / f"{key}.json", text.encode())

    def settle(self, key: str) -> None:
        """A derived series has been sent: note its images as done, if a crash came between queue and note."""
        path = self.meant / f"{key}.json"
        try:
            said = json.loads(path.read_bytes())
            series_uid, images = str(said["series"]), [str(uid) for uid in said["images"]]
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return
        self.mark_done(series_uid, images, key)

    def _record(self, series_uid: str) -> Path:
        digest = hashlib.sha256(series_uid.encode()).hexdigest()
        return self.done / f"{series_uid if valid_uid(series_uid) else f'no-uid-{digest[:32]}'}.json"

    def _done(self, series_uid: str) -> Record:
        if series_uid not in self._cache:
            if len(self._cache) >= _MAX_CACHED:
                self._cache.clear()
            self._cache[series_uid] = _read(self._record(series_uid))
        return self._cache[series_uid]

    def _write(self, series_uid: str, record: Record) -> None:
        said = {
            "images": sorted(record.images),
            "slices": sorted(record.slices),
            "failed": sorted(record.failed),
            "wanted": record.wanted,
            "results": list(record.results),
        }
        write_atomic(self._record(series_uid), json.dumps(said).encode())
        self._cache[series_uid] = record
        self._settled.pop(series_uid, None)

    # -- aside

    def put_aside(self, reason: str, whole: bytes) -> None:
        """Keep something that arrived and is of no use here; the same bytes only once."""
        folder = self.aside / reason
        folder.mkdir(exist_ok=True, mode=0o700)
        path = folder / f"{hashlib.sha256(whole).hexdigest()[:32]}.dcm"
        if path.exists():
            os.utime(path)  # its time here begins anew
        else:
            write_atomic(path, whole)

    def move_aside(self, reason: str, series_uid: str, images: Iterable[str]) -> None:
        """Move arrived images (our copies) of a series out of the way."""
        folder = self.aside / reason / series_uid
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for sop_uid in images:
            with contextlib.suppress(FileNotFoundError):
                os.replace(self.incoming / series_uid / f"{sop_uid}.dcm", folder / f"{sop_uid}.dcm")
                os.utime(folder / f"{sop_uid}.dcm")  # its time here begins now

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
                if not names <= self._done(folder.name).images or (names and not record.exists()):
                    continue
                if record.exists() and time.time() - record.stat().st_mtime < keep_s:
                    continue
                shutil.rmtree(folder, ignore_errors=True)
                self._settled.pop(folder.name, None)
                removed += 1
        for marker in self.open.iterdir():  # of deliveries that brought nothing new and broke off
            with contextlib.suppress(FileNotFoundError):
                if not (self.incoming / marker.name).exists() and time.time() - marker.stat().st_mtime > keep_s:
                    marker.unlink()
        return removed

    def forget(self, kept: Collection[str] = (), keep_s: float = DONE_KEEP_S, most: int = DONE_MOST) -> int:
        """Remove records that were not touched for ``keep_s`` seconds, and the oldest beyond ``most``; how many.

        Such a series, delivered once more, is worked off once more. Spared are series whose images are here or lie
        aside, those being delivered (what was taken for a duplicate until now would be missing from the new one),
        those of which late slices are waited for, and ``kept`` (UIDs). Only files named as records go.
        """
        spared = {self._record(uid).name for uid in kept}
        found = []
        with os.scandir(self.done) as listing:
            for entry in listing:
                if _RECORD.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                    found.append((entry.stat().st_mtime, entry.name))
        limit, removed = time.time() - keep_s, 0
        for n, (since, name) in enumerate(sorted(found, reverse=True)):
            if name in spared or (n < most and since >= limit):
                continue
            path, uid = self.done / name, name.removesuffix(".json")
            with self._lock:  # nothing arrives meanwhile
                record = _read(path)
                aside = (lying for sop in record.failed for lying in self._lying_aside(uid, sop))
                here = (self.incoming / uid).exists() or self.broken_off(uid)
                if record.wanted or here or any(True for _ in aside):
                    continue
                path.unlink(missing_ok=True)
                self._cache.clear()  # by UID, which a digest does not tell
            removed += 1
        return removed


def _older(said: dict[str, Any], key: str, images: Collection[str]) -> bool:
    return said["result"] != key and said.get("of") in images and "by" not in said


def _read(path: Path) -> Record:
    """A record, or an empty one: a lost record costs a second denoising, never a loss."""
    try:
        said = json.loads(path.read_bytes())
        images, slices, failed = (
            frozenset(str(uid) for uid in said.get(what, ())) for what in ("images", "slices", "failed")
        )
        results = tuple(dict(one) for one in said["results"] if isinstance(one.get("result"), str))
        return Record(images, slices, failed, bool(said.get("wanted", False)), results)
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return Record()
