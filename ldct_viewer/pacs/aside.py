"""What was put aside is kept for a time and up to a size: patient images must not pile up for ever.

``aside/<reason>/<series UID>/<SOP UID>.dcm`` and ``aside/<reason>/<digest>.dcm``; a series goes as a whole. What is
the only trace of a failure goes last, is announced before, and leaves a line in ``aside/removed.jsonl``.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..dicom.codes import Kind, Reason

KEEP_S = 30 * 86400.0
LIMIT = 20 * 10**9
# Nothing failed with these: they never were to be denoised.
HARMLESS = frozenset(reason.code for reason in Reason if reason.kind is Kind.EXCLUDED) | {"already_denoised"}
_DAY_S = 86400.0
_NOTICE_S = 3 * _DAY_S
_LEDGER, _LEDGER_BYTES = "removed.jsonl", 5_000_000

Tell = Callable[..., None]


@dataclass(frozen=True)
class Kept:
    """One series, or one lone image, that was put aside for ``reason``; ``since`` is of its newest file."""

    path: Path
    reason: str
    images: int
    size: int
    since: float

    @property
    def failed(self) -> bool:
        """True when this is what is left of something that should have been denoised."""
        return self.reason not in HARMLESS


class Aside:
    """The retention of ``folder``. ``tell(event, **facts)`` is told what goes and what will; ``name_of`` hides UIDs."""

    def __init__(self, folder: Path, keep_s: float, limit: int, tell: Tell, name_of: Callable[[str], str]) -> None:
        self.folder, self.keep_s, self.limit = folder, keep_s, limit
        self._tell, self._name_of = tell, name_of
        self._announced = 0.0
        self.removed = 0

    def kept(self) -> list[Kept]:
        """All that lies there, oldest first. Raises OSError."""
        return sorted(self._found(), key=lambda one: one.since)

    def facts(self) -> dict[str, float]:
        """Counts for the status file: ``failed`` of the ``images`` are of failures. Raises OSError."""
        kept = self.kept()
        oldest = (time.time() - kept[0].since) / _DAY_S if kept else 0.0
        return {
            "images": sum(one.images for one in kept),
            "failed": sum(one.images for one in kept if one.failed),
            "mb": round(sum(one.size for one in kept) / 1e6),
            "oldest_days": round(max(oldest, 0.0), 1),
            "removed": self.removed,
        }

    def clean(self) -> None:
        """Remove what is too old; then, oldest first and failures last, what is too much. Raises OSError.

        Failures younger than a day stay, whatever their size: somebody must have had the chance to look.
        """
        now = time.time()
        kept = self.kept()
        old = [one for one in kept if now - one.since >= self.keep_s]
        self._remove(old, "age")
        rest = [one for one in kept if one not in old]
        size = sum(one.size for one in rest)
        much = []
        for one in sorted(rest, key=lambda one: (one.failed, one.since)):
            if size <= self.limit:
                break
            if not one.failed or now - one.since >= _DAY_S:
                much.append(one)
                size -= one.size
        self._remove(much, "size")
        if size > self.limit:
            self._tell("aside_full", mb=round(size / 1e6))
        self._announce([one for one in rest if one.failed and one not in much], now)

    def _announce(self, failed: list[Kept], now: float) -> None:
        """Once a day: which failures will be gone soon."""
        notice = min(_NOTICE_S, self.keep_s / 4)
        soon = [one for one in failed if now - one.since >= self.keep_s - notice]
        if soon and now - self._announced >= _DAY_S:
            self._announced = now
            days = round(notice / _DAY_S, 1)
            self._tell("aside_expiring", images=sum(one.images for one in soon), codes=_codes(soon), days=days)

    def _remove(self, gone: list[Kept], why: str) -> None:
        done = []
        for one in gone:
            if one.failed:
                self._note(one, why)  # first: killed in between, it is noted twice
            if one.path.is_dir():
                shutil.rmtree(one.path, ignore_errors=True)
            else:
                one.path.unlink(missing_ok=True)
            if not one.path.exists():
                done.append(one)
        if not done:
            return
        images = sum(one.images for one in done)
        self.removed += images
        failed = sum(one.images for one in done if one.failed)
        self._tell("aside_removed", images=images, failed=failed, codes=_codes(done), because=why)
        for folder in {one.path.parent for one in done}:
            with contextlib.suppress(OSError):  # others lie there
                folder.rmdir()

    def _note(self, one: Kept, why: str) -> None:
        ledger = self.folder / _LEDGER
        if ledger.exists() and ledger.stat().st_size > _LEDGER_BYTES:
            os.replace(ledger, ledger.with_suffix(".old.jsonl"))
        line = {
            "removed": _when(time.time()),
            "since": _when(one.since),
            "code": one.reason,
            "series": self._name_of(one.path.name) if one.path.is_dir() else "",
            "images": one.images,
            "because": why,
        }
        descriptor = os.open(ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as stream:
            stream.write(json.dumps(line) + "\n")

    def _found(self) -> Iterator[Kept]:
        for reason in self.folder.iterdir():
            if reason.is_symlink() or not reason.is_dir():
                continue
            for entry in reason.iterdir():
                files = list(entry.iterdir()) if entry.is_dir() and not entry.is_symlink() else [entry]
                stats = []
                for file in files:
                    with contextlib.suppress(FileNotFoundError):  # taken back meanwhile
                        stats.append(file.lstat())
                if stats:
                    newest = max(stat.st_mtime for stat in stats)
                    yield Kept(entry, reason.name, len(stats), sum(stat.st_size for stat in stats), newest)


def _codes(kept: list[Kept]) -> list[str]:
    return sorted({one.reason for one in kept})


def _when(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(seconds))
