"""One series at a time: whole or not at all, denoised, put into the queue, noted as done; or later; or aside."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..atomic import write_atomic
from ..cancel import CancelToken
from ..dicom.codes import FileProblem, Kind, Reason
from ..dicom.derive import write_derived
from ..dicom.provenance import AI_DENOISED, denoised
from ..dicom.read import SeriesReader
from ..dicom.scan import ScanResult
from ..dicom.series import FoundSeries, Ignored
from ..errors import Cancelled, DeviceError, LdctError, OpenError, PacsError, WriteError
from . import settings
from .aside import HARMLESS
from .client import valid_uid
from .objects import series_of
from .queue import FAILED, WAITING, SendQueue
from .spool import EXCLUDED, Spool
from .spool import FAILED as FAILED_IMAGES
from .status import Status
from .watch import DropFolder, Part

if TYPE_CHECKING:
    from ..denoise.engine import Denoiser

log = logging.getLogger(__name__)


class Works:
    """What is done to a series that was found; ``denoiser`` is set before the first. In one thread."""

    def __init__(
        self,
        told: settings.Settings,
        spool: Spool,
        status: Status,
        queue: SendQueue,
        out: Path,
        drop: DropFolder | None,
    ) -> None:
        self.settings, self.spool, self.status = told, spool, status
        self.queue, self.out, self.drop = queue, out, drop
        self.denoiser: Denoiser | None = None
        self.retry_at: dict[str, float] = {}
        self.tries: dict[str, int] = {}
        self.worked = False
        self._late: set[str] = set()

    def work_off(self, uid: str, result: ScanResult, stop: CancelToken, part: Part | None = None) -> bool:
        """Denoise every series found; False when something passing came in between (disk full, …)."""
        done = True
        for found in result.series:
            stop.check()
            if not found.slices:
                self.status.event("ignored", files=1, codes=["volume_file"])
                continue
            images = [piece.sop_uid for piece in found.slices]
            if self.spool.is_done(found.uid, images) or (part is not None and _digest(images) in part.given_up):
                continue
            name = self.status.name_of(found.uid)
            try:
                if self._waits_for_more(uid, found, result, part):
                    done = False
                    continue
                self._check_all_read(uid, found, result)
                key = self._denoise(found, name, stop, part)
            except (Cancelled, OSError):
                raise
            except Exception as error:
                if not isinstance(error, LdctError):
                    log.exception("a series could not be worked off")
                done &= self._failed(uid, found, images, error, part)
            else:
                self.worked = True
                self.tries.pop(found.uid, None)
                self._supersede(found.uid, images, key, name)
                self.spool.mark_done(found.uid, images, key)
        return done

    def _failed(self, uid: str, found: FoundSeries, images: Sequence[str], error: Exception, part: Part | None) -> bool:
        """Try again later (False), or put aside (True)."""
        code = error.code if isinstance(error, LdctError) else type(error).__name__
        ours = isinstance(error, DeviceError | PacsError)  # PacsError: the queue cannot be written
        if ours or (isinstance(error, WriteError) and code in settings.OUR_TROUBLE):
            wait = settings.PATIENCE_S
            self.status.event("postponed", series=self.status.name_of(found.uid), code=code, retry_s=wait)
            self.tries[found.uid] = self.tries.get(found.uid, 0) + 1
            self.retry_at[found.uid] = time.monotonic() + wait
            if part is not None and self.drop is not None:
                self.drop.again(part, wait)
            return False
        passing = code in settings.MAY_PASS or not isinstance(error, LdctError)
        final = code if isinstance(error, LdctError) else "failed"
        if part is not None and (passing or code in settings.ARRIVING):
            return self.try_later(part, found.uid, images, code, len(images), final)
        tries = self.tries[found.uid] = self.tries.get(found.uid, 0) + 1
        if passing and tries < settings.MAX_TRIES:
            wait = settings.growing(tries)
            self.retry_at[found.uid] = time.monotonic() + wait
            self.status.event("postponed", series=self.status.name_of(found.uid), code=code, retry_s=wait)
            return False
        self._aside(uid, found, images, final)
        return True

    def try_later(
        self, part: Part, uid: str, images: Sequence[str], code: str, count: int, final: str | None = None
    ) -> bool:
        """Something in a drop folder could not be read: later once more (False), in the end aside (True).

        Aside only means: not again before a file there changes or the service is started anew. What lies in
        a drop folder stays there.
        """
        assert self.drop is not None
        most = settings.MAX_DROP_TRIES if code in settings.MAY_PASS else settings.MAX_TRIES
        most = settings.MAX_TRIES_ONCE if self.settings.once else most
        name = self.status.name_of(uid)
        first = part.due is None  # one try of the part, whatever fails in it
        if part.tries + first >= most:
            part.given_up.add(_digest(images) if images else "")
            self.status.event("aside", series=name, images=count, code=final or code)
            return True
        if first:
            part.tries += 1
            self.drop.again(part, settings.growing(part.tries))
        self.status.event("postponed", series=name, code=code, retry_s=settings.growing(part.tries))
        return False

    def _waits_for_more(self, uid: str, found: FoundSeries, result: ScanResult, part: Part | None) -> bool:
        """True when slices that were here once are not: they came before these, and our copies are gone.

        Without them the derived series would be a part that looks like a whole. If the sender delivers the
        series again, or the rest is dropped, all are taken together; else what came by C-STORE is put aside
        after the time for which copies are kept (OpenError ``late``).
        """
        missing = self.missing(found.uid, result)
        if not missing:
            self._late.discard(found.uid)
            return False
        if part is None and self.spool.reopen(found.uid):
            return True
        told = part.late if part is not None else found.uid in self._late
        if part is not None:
            part.late = True
        else:
            self._late.add(found.uid)
            self.spool.want(found.uid)
        if not told:
            images = len(images_of(result.series, found.uid))
            self.status.event("late", series=self.status.name_of(found.uid), images=images, missing=missing)
        if part is None:
            age = time.time() - self.spool.last_arrival(uid)
            if age >= self.settings.keep_s or self.settings.once:
                raise OpenError("slices are missing", path=found.files[0], code="late")
            self.retry_at[uid] = time.monotonic() + settings.PATIENCE_S
        return True

    def _check_all_read(self, uid: str, found: FoundSeries, result: ScanResult) -> None:
        """Raise OpenError when a file that could not be read is, or may be, a slice of this series."""
        for line in result.ignored:
            unread = line.code in settings.MAY_PASS or line.code in settings.ARRIVING
            if (is_broken(line) or unread) and (uid or _may_belong(line, found, unread)):
                raise OpenError("a slice cannot be read", path=line.path, code=line.code)

    def _supersede(self, uid: str, images: Sequence[str], key: str, name: str) -> None:
        """Slices came late: tell which shorter derived series the one now made replaces; do not send that."""
        for old in self.spool.superseded(uid, images, key):
            was, sent = str(old["result"]), self.settings.send_to is not None
            for item in self.queue.items():
                if item.label == was and item.sent == 0 and item.state in (WAITING, FAILED):
                    self.queue.remove(item.id)
                    sent = False
                    if self.settings.out is None:
                        shutil.rmtree(self.spool.outgoing / was, ignore_errors=True)
            said = {"was": was, "now": key, "slices_before": old.get("slices"), "slices": len(images), "sent": sent}
            if self.settings.out is not None and (self.out / was).is_dir():  # the folder is the user's: only said
                write_atomic(self.out / f"{was}.superseded.json", json.dumps(said, indent=1).encode())
            self.status.event("superseded", series=name, **said)

    def _aside(self, uid: str, found: FoundSeries, images: Sequence[str], code: str) -> None:
        """Not to be denoised as it is: our copies go aside; what lies in a drop folder stays there."""
        if uid:
            self.spool.move_aside(code, uid, images)
        self.status.event("aside", series=self.status.name_of(found.uid), images=len(images), code=code)
        self.spool.mark_done(found.uid, images, code, EXCLUDED if code in HARMLESS else FAILED_IMAGES)
        self.tries.pop(found.uid, None)

    def _denoise(self, found: FoundSeries, name: str, stop: CancelToken, part: Part | None) -> str:
        """The key of the derived series, which is complete in its folder, and in the queue, on return."""
        if found.state == "blocked":
            raise LdctError("blocked", code=found.warnings[0].code if found.warnings else "blocked")
        if AI_DENOISED in found.image_type:
            raise LdctError("denoised already", code="already_denoised")  # or an archive would send it in circles
        images = [piece.sop_uid for piece in found.slices]
        key = f"{name}-{_digest(images)}"
        target = self.out / key
        if not target.exists():
            started = time.monotonic()
            assert self.denoiser is not None
            volume = SeriesReader(found).read(cancel=stop)
            if volume.shape[0] < found.shape[0]:
                lost = set(map(str, found.files)) - set(map(str, volume.files))
                codes = [warning.code for warning in volume.warnings if lost.intersection(warning.files)]
                raise OpenError("a slice cannot be read", path=min(lost, default=None), code=[*codes, "changed"][0])
            hu = self.denoiser.denoise(volume, self.settings.strength, cancel=stop)
            if part is not None and self.drop is not None and not self.drop.unchanged(part):
                raise OpenError("more is arriving, or has vanished", code=Reason.CHANGED.code)
            model = self.denoiser.model.info
            what = denoised(model.name, model.version, model.sha256, self.settings.strength)
            write_derived(found, hu, target, what, volume=volume, cancel=stop)
            seconds = round(time.monotonic() - started, 2)
            notes = sorted({warning.code for warning in volume.warnings})
            self.status.event("denoised", series=name, slices=volume.shape[0], notes=notes, seconds=seconds)
        if self.settings.send_to is not None and not any(item.label == key for item in self.queue.items()):
            files = sorted(target.glob("*.dcm"))
            self.spool.intend(key, found.uid, images)  # sent before it is noted as done: see Spool.settle
            self.queue.enqueue(files, self.settings.send_to.name, key)
            self.status.event("queued", series=name, images=len(files))
        return key

    def missing(self, uid: str, result: ScanResult) -> int:
        """How many slices of a series were here once and are not found now."""
        return self.spool.missing(uid, images_of(result.series, uid)) if valid_uid(uid) else 0


def images_of(series: Sequence[FoundSeries], uid: str) -> set[str]:
    """SOP UIDs of all slices of a series, whatever phases the scan made of them."""
    return {piece.sop_uid for found in series if found.uid == uid for piece in found.slices}


def is_broken(line: Ignored) -> bool:
    """True for what should have been a slice and cannot be used; not for sound images of another kind."""
    return line.kind == Kind.REJECTED.value and line.code not in settings.NO_SLICES


def _may_belong(line: Ignored, found: FoundSeries, unread: bool) -> bool:
    """A file that was not taken: its header says of which series it is; else it may be of any in its folder."""
    try:
        return series_of(line.path) == found.uid
    except FileProblem:
        return unread and any(line.path.parent in file.parents for file in found.files)


def _digest(uids: Any) -> str:
    return hashlib.sha256("\n".join(sorted(uids)).encode()).hexdigest()[:16]
