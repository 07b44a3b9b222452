"""The service: a series that has arrived is denoised, written or sent on, exactly once, whatever happens.

What makes it once: images are on disk before their sender is told so; a derived series appears complete under
a name made from its source images, or not at all; the queue knows it by that name; only then are the images
marked as done. Killed anywhere in between, the next start finds how far it came and goes on from there.

What makes it whole: no derived series has fewer slices than have been seen of its source. A file that cannot be
read is tried again, then the series is put aside; a late slice makes a new derived series of all of them, and the
shorter one is named as superseded (and not sent, if it still waits).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..atomic import write_atomic
from ..cancel import CancelToken
from ..dicom import header as h
from ..dicom.codes import FileProblem, Kind, Reason
from ..dicom.derive import write_derived
from ..dicom.provenance import denoised
from ..dicom.read import SeriesReader
from ..dicom.scan import ScanResult, scan_paths
from ..dicom.series import FoundSeries, Ignored
from ..dicom.transaction import write_error
from ..errors import Cancelled, DeviceError, LdctError, OpenError, PacsError, WriteError
from .aside import HARMLESS, KEEP_S, LIMIT, Aside
from .client import valid_uid
from .locks import folder_lock
from .nodes import PacsNode
from .objects import series_of
from .queue import DONE, FAILED, WAITING, SendQueue
from .receiver import Listen, Receiver
from .spool import EXCLUDED, Spool
from .spool import FAILED as FAILED_IMAGES
from .status import Status
from .watch import DropFolder, Part

if TYPE_CHECKING:
    from ..denoise.engine import Denoiser

log = logging.getLogger(__name__)

_TICK_S = 0.25
_PATIENCE_S = 60.0
_LONGEST_S = 3600.0
_MAX_LOOKS = 0.1  # of the time may go into looking at the drop folder
_DAWDLING = 10  # times the quiet time: more is to come, most likely
_MAX_TRIES = 5  # of what we did not foresee, or of files that cannot be read
_MAX_TRIES_ONCE = 3
_MAX_DROP_TRIES = 8  # of a share that is away: three hours
_UNDELIVERED_TRIES, _REFUSED_TRIES = 720, 48  # an archive may be down for weeks, or full for days
_OURS = "AI_DENOISED"
# Our own places, out of room or of reach: tried without end, for nothing is wrong with the series.
_OUR_TROUBLE = frozenset(("disk_full", "no_permission", "disk"))
# The disk or the network may come back; the decoder may have been killed for want of memory.
_MAY_PASS = frozenset(
    reason.code
    for reason in (
        *(Reason.VANISHED, Reason.CHANGED, Reason.IO_ERROR, Reason.NO_PERMISSION),
        *(Reason.DECODER_DIED, Reason.DECODER_SLOW, Reason.NO_DECODER, Reason.OUT_OF_MEMORY),
    )
) | {"source_changed"}
# What a file looks like that is still being copied.
_ARRIVING = frozenset(
    reason.code
    for reason in (
        *(Reason.EMPTY_FILE, Reason.TRUNCATED, Reason.MALFORMED, Reason.NO_PIXELS, Reason.BAD_PIXEL_LENGTH),
        *(Reason.BAD_STREAM, Reason.BAD_ARCHIVE),
    )
)
_NO_SLICES = frozenset((Reason.COLOUR.code, Reason.NOT_HU.code))  # sound images of another kind


@dataclass(frozen=True)
class Settings:
    """What the service does. At least one of ``listen`` and ``watch``, and one of ``out`` and ``send_to``."""

    spool: Path
    listen: Listen | None = None
    watch: Path | None = None
    out: Path | None = None
    send_to: PacsNode | None = None
    strength: float = 1.0
    quiet_s: float = 30.0
    keep_s: float = 24 * 3600.0
    once: bool = False
    keep_aside_s: float = KEEP_S
    aside_bytes: int = LIMIT


class Service:
    """Runs in the calling thread until ``stop`` is set (or, with ``once``, until all is done)."""

    def __init__(
        self,
        settings: Settings,
        denoiser: Callable[[], Denoiser],
        echo: Callable[[dict[str, Any]], None] | None = None,
    ) -> None:
        self.settings = settings
        self._make_denoiser = denoiser
        self._denoiser: Denoiser | None = None
        try:
            self.spool = Spool(settings.spool)
            self.status = Status(self.spool.folder, echo)
        except OSError as error:
            message = f"The service's folder cannot be used: {error.strerror or error}."
            raise WriteError(message, "Choose another one.", settings.spool, "spool") from error
        self.out = (settings.out or self.spool.outgoing).absolute()
        self._check_folders()
        self.queue = SendQueue(self.spool.queue, max_attempts=_UNDELIVERED_TRIES, max_file_attempts=_REFUSED_TRIES)
        tell, name_of = self.status.event, self.status.name_of
        self.aside = Aside(self.spool.aside, settings.keep_aside_s, settings.aside_bytes, tell, name_of)
        self.receiver = Receiver(settings.listen, self.spool, self.status) if settings.listen else None
        self.drop = DropFolder(settings.watch.absolute(), settings.quiet_s) if settings.watch else None
        self._retry_at: dict[str, float] = {}
        self._tries: dict[str, int] = {}
        self._attempts: dict[str, int] = {}
        self._late: set[str] = set()
        self._look_at = 0.0
        self._watch_lost = False
        self._worked = False
        self._started = time.monotonic()

    def run(self, stop: CancelToken) -> None:
        """Work. Raises PacsError (port, second service on the same spool), WriteError, ModelError, DeviceError."""
        with folder_lock(self.spool.folder, "service.lock") as ours:
            if not ours:
                raise PacsError("A service is running in this folder already.", "", self.spool.folder, "busy")
            self._sweep()
            self._denoiser = self._make_denoiser()
            self._started = time.monotonic()
            if self.receiver is not None:
                self.receiver.start()
            sender = threading.Thread(target=self._send, args=(stop,), name="pacs-send", daemon=True)
            if self.settings.send_to is not None:
                sender.start()
            port = self.receiver.port if self.receiver is not None else None
            self.status.event("started", port=port)
            self.status.facts(state="running", port=port)
            try:
                self._loop(stop)
            except Cancelled:
                pass
            finally:
                if self.receiver is not None:
                    self.receiver.stop()
                stop.cancel()
                if sender.is_alive():
                    sender.join(15)
                self.status.event("stopped")
                self.status.facts(state="stopped")

    def _sweep(self) -> None:
        try:
            self.spool.sweep()
        except OSError as error:
            raise write_error(error, self.spool.folder) from error

    def _loop(self, stop: CancelToken) -> None:
        cleaned = 0.0
        while not stop.cancelled:
            try:
                waiting = self._arrived(stop) + self._dropped(stop)
                if self.settings.send_to is not None:
                    waiting += self._sent_on()
                if time.monotonic() - cleaned > _PATIENCE_S or not cleaned:
                    cleaned = time.monotonic()
                    self._clean()
            except (OSError, PacsError) as error:  # our own folders: full, or out of reach for a while
                self._put_off(error, stop)
                continue
            self.status.facts(waiting=waiting)
            if self.settings.once and not waiting and self._has_had_work():
                return
            time.sleep(_TICK_S)

    def _put_off(self, error: OSError | PacsError, stop: CancelToken) -> None:
        code = error.code if isinstance(error, PacsError) else write_error(error, self.spool.folder).code
        self.status.event("postponed", code=code, retry_s=_PATIENCE_S)
        self.status.facts(waiting=1)
        if self.drop is not None:
            self.drop.all_again()
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until and not stop.cancelled:
            time.sleep(_TICK_S)

    def _has_had_work(self) -> bool:
        if self.receiver is None:
            return True
        return (self._worked or self.receiver.arrivals > 0) and not self.receiver.busy

    # -- where series come from

    def _arrived(self, stop: CancelToken) -> int:
        """Work off what came by C-STORE; how many series are left."""
        left = 0
        for uid in sorted(self.spool.series(), key=lambda uid: self._tries.get(uid, 0)):
            stop.check()
            if not self._whole(uid) or self._retry_at.get(uid, 0.0) > time.monotonic():
                left += 1
                continue
            self.spool.end(uid)
            images = self.spool.open_images(uid)
            result = scan_paths([self.spool.incoming / uid], cancel=stop)
            if not self._work_off(uid, result, stop):
                left += 1
                continue
            self._rest_aside(uid, images - _images(result.series, uid), result)
        return left

    def _rest_aside(self, uid: str, images: set[str], result: ScanResult) -> None:
        """What the scan named as no slice (scouts), or as a damaged one."""
        lines = {line.path.stem: line for line in result.ignored}
        rest = self.spool.open_images(uid) & images
        broken = {sop for sop in rest if sop in lines and _is_broken(lines[sop])}
        for names, kind in ((rest - broken, EXCLUDED), (broken, FAILED_IMAGES)):
            if names:
                codes = sorted({lines[sop].code for sop in names if sop in lines}) or [Reason.NOT_CT.code]
                self.spool.move_aside(codes[0], uid, names)
                self.status.event("aside", series=self.status.name_of(uid), images=len(names), codes=codes)
                self.spool.mark_done(uid, names, codes[0], kind)

    def _whole(self, uid: str) -> bool:
        """No association brings more, and it was quiet for long enough: longer after one that broke off, and for
        a series of which more came when it was taken for whole.
        """
        dawdling = self.spool.broken_off(uid) or self.spool.dawdles(uid)
        quiet = self.settings.quiet_s * (_DAWDLING if dawdling else 1)
        age = min(time.time() - self.spool.last_arrival(uid), time.monotonic() - self._started)
        if self.receiver is not None:
            if self.receiver.delivering(uid):
                return False
            age = min(age, self.receiver.since_end(uid))
        return age >= quiet

    def _dropped(self, stop: CancelToken) -> int:
        """Work off what lies in the drop folder; 1 if something there is not done yet."""
        if self.drop is None:
            return 0
        started = time.monotonic()
        if started < self._look_at:
            return int(self._watch_lost or self.drop.restless)
        try:
            parts = self.drop.at_rest()
        except OSError as error:
            if not self._watch_lost:  # said once, however long the share is away
                self._watch_lost = True
                self.status.event("watch_unreadable", code=type(error).__name__)
            self._look_at = started + min(_PATIENCE_S, 5.0)
            return 1
        if self._watch_lost:
            self._watch_lost = False
            self.status.event("watch_back")
        self._look_at = time.monotonic() + (time.monotonic() - started) / _MAX_LOOKS
        for part in parts:
            self._look_into(part, stop)
        return int(self.drop.restless)

    def _look_into(self, part: Part, stop: CancelToken) -> None:
        """Work off a part of the drop folder; what could not be read is told again when its time has come."""
        assert self.drop is not None
        result = scan_paths(part.paths, cancel=stop)
        if part.fresh:
            part.fresh = False
            self.drop.wake_late()
            codes = sorted({line.code for line in result.ignored})
            if codes:
                self.status.event("ignored", files=len(result.ignored), codes=codes)
        gone = [line.code for line in result.ignored if line.code in _MAY_PASS]
        if result.counts.seen < part.files:  # a share that goes away may show less without an error
            gone.append(Reason.VANISHED.code)
        elif self._work_off("", self._completed(result, stop), stop, part) and not gone:
            return
        if gone and "" not in part.given_up:
            self._try_later(part, "", [], gone[0], len(gone))

    def _completed(self, result: ScanResult, stop: CancelToken) -> ScanResult:
        """With the slices of other parts, where a series lies in several and was seen with more before."""
        assert self.drop is not None
        short = {found.uid for found in result.series if self._missing(found.uid, result)}
        if not short:
            return result
        everything = scan_paths(self.drop.everything(), cancel=stop)
        whole = {uid for uid in short if not self._missing(uid, everything)}
        series = [found for found in result.series if found.uid not in whole]
        series += [found for found in everything.series if found.uid in whole]
        return replace(result, series=tuple(series), ignored=everything.ignored if whole else result.ignored)

    def _missing(self, uid: str, result: ScanResult) -> int:
        """How many slices of a series were here once and are not found now."""
        return self.spool.missing(uid, _images(result.series, uid)) if valid_uid(uid) else 0

    # -- one series

    def _work_off(self, uid: str, result: ScanResult, stop: CancelToken, part: Part | None = None) -> bool:
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
                self._worked = True
                self._tries.pop(found.uid, None)
                self._supersede(found.uid, images, key, name)
                self.spool.mark_done(found.uid, images, key)
        return done

    def _failed(self, uid: str, found: FoundSeries, images: Sequence[str], error: Exception, part: Part | None) -> bool:
        """Try again later (False), or put aside (True)."""
        code = error.code if isinstance(error, LdctError) else type(error).__name__
        ours = isinstance(error, DeviceError | PacsError)  # PacsError: the queue cannot be written
        if ours or (isinstance(error, WriteError) and code in _OUR_TROUBLE):
            self.status.event("postponed", series=self.status.name_of(found.uid), code=code, retry_s=_PATIENCE_S)
            self._tries[found.uid] = self._tries.get(found.uid, 0) + 1
            self._retry_at[found.uid] = time.monotonic() + _PATIENCE_S
            if part is not None and self.drop is not None:
                self.drop.again(part, _PATIENCE_S)
            return False
        passing = code in _MAY_PASS or not isinstance(error, LdctError)
        final = code if isinstance(error, LdctError) else "failed"
        if part is not None and (passing or code in _ARRIVING):
            return self._try_later(part, found.uid, images, code, len(images), final)
        tries = self._tries[found.uid] = self._tries.get(found.uid, 0) + 1
        if passing and tries < _MAX_TRIES:
            wait = _growing(tries)
            self._retry_at[found.uid] = time.monotonic() + wait
            self.status.event("postponed", series=self.status.name_of(found.uid), code=code, retry_s=wait)
            return False
        self._aside(uid, found, images, final)
        return True

    def _try_later(
        self, part: Part, uid: str, images: Sequence[str], code: str, count: int, final: str | None = None
    ) -> bool:
        """Something in a drop folder could not be read: later once more (False), in the end aside (True).

        Aside only means: not again before a file there changes or the service is started anew. What lies in
        a drop folder stays there.
        """
        assert self.drop is not None
        most = _MAX_TRIES_ONCE if self.settings.once else _MAX_DROP_TRIES if code in _MAY_PASS else _MAX_TRIES
        name = self.status.name_of(uid)
        first = part.due is None  # one try of the part, whatever fails in it
        if part.tries + first >= most:
            part.given_up.add(_digest(images) if images else "")
            self.status.event("aside", series=name, images=count, code=final or code)
            return True
        if first:
            part.tries += 1
            self.drop.again(part, _growing(part.tries))
        self.status.event("postponed", series=name, code=code, retry_s=_growing(part.tries))
        return False

    def _waits_for_more(self, uid: str, found: FoundSeries, result: ScanResult, part: Part | None) -> bool:
        """True when slices that were here once are not: they came before these, and our copies are gone.

        Without them the derived series would be a part that looks like a whole. If the sender delivers the
        series again, or the rest is dropped, all are taken together; else what came by C-STORE is put aside
        after the time for which copies are kept (OpenError ``late``).
        """
        missing = self._missing(found.uid, result)
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
            images = len(_images(result.series, found.uid))
            self.status.event("late", series=self.status.name_of(found.uid), images=images, missing=missing)
        if part is None:
            age = time.time() - self.spool.last_arrival(uid)
            if age >= self.settings.keep_s or self.settings.once:
                raise OpenError("slices are missing", path=found.files[0], code="late")
            self._retry_at[uid] = time.monotonic() + _PATIENCE_S
        return True

    def _check_all_read(self, uid: str, found: FoundSeries, result: ScanResult) -> None:
        """Raise OpenError when a file that could not be read is, or may be, a slice of this series."""
        for line in result.ignored:
            unread = line.code in _MAY_PASS or line.code in _ARRIVING
            if (_is_broken(line) or unread) and (uid or _may_belong(line, found, unread)):
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
        self._tries.pop(found.uid, None)

    def _denoise(self, found: FoundSeries, name: str, stop: CancelToken, part: Part | None) -> str:
        """The key of the derived series, which is complete in its folder, and in the queue, on return."""
        if found.state == "blocked":
            raise LdctError("blocked", code=found.warnings[0].code if found.warnings else "blocked")
        first = found.slices[0]
        if _OURS in h.Values(first.header, first.spec.little).texts(h.IMAGE_TYPE):
            raise LdctError("denoised already", code="already_denoised")  # or an archive would send it in circles
        images = [piece.sop_uid for piece in found.slices]
        key = f"{name}-{_digest(images)}"
        target = self.out / key
        if not target.exists():
            started = time.monotonic()
            assert self._denoiser is not None
            volume = SeriesReader(found).read(cancel=stop)
            if volume.shape[0] < found.shape[0]:
                lost = set(map(str, found.files)) - set(map(str, volume.files))
                codes = [warning.code for warning in volume.warnings if lost.intersection(warning.files)]
                raise OpenError("a slice cannot be read", path=min(lost, default=None), code=[*codes, "changed"][0])
            hu = self._denoiser.denoise(volume, self.settings.strength, cancel=stop)
            if part is not None and self.drop is not None and not self.drop.unchanged(part):
                raise OpenError("more is arriving, or has vanished", code=Reason.CHANGED.code)
            model = self._denoiser.model.info
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

    # -- sending on

    def _send(self, stop: CancelToken) -> None:
        """The sender's thread: until ``stop``."""
        assert self.settings.send_to is not None
        while not stop.cancelled:
            try:
                self.queue.run([self.settings.send_to], stop, wait=False)
            except LdctError as error:
                self.status.event("queue_trouble", code=error.code)
                time.sleep(5)
            time.sleep(_TICK_S)

    def _sent_on(self) -> int:
        """Forget what was sent; how many jobs are under way."""
        left = failed = 0
        for item in self.queue.items():
            series = item.label.partition("-")[0]
            if item.state == DONE:
                self.spool.settle(item.label)
                self.status.event("sent", series=series, images=item.sent, warnings=item.warnings)
                self.queue.remove(item.id)
                self._attempts.pop(item.id, None)
                if self.settings.out is None:
                    shutil.rmtree(self.spool.outgoing / item.label, ignore_errors=True)
            elif item.state == FAILED:
                failed += 1
                if item.id not in self._tries:  # said once; it stays in the queue for `pacs queue`
                    self._tries[item.id] = 1
                    self.status.event("send_failed", series=series, failed=item.failed, images=item.total)
            else:
                left += 1
                if item.attempts > self._attempts.get(item.id, 0):
                    wait = max(0, round(item.next_try - time.time()))
                    self.status.event("send_postponed", series=series, attempts=item.attempts, retry_s=wait)
                self._attempts[item.id] = item.attempts
        self.status.facts(unsent=left, undeliverable=failed)
        return left

    def _clean(self) -> None:
        """Our own copies that are no longer needed; results in a folder of the user's are theirs."""
        self.spool.clean(self.settings.keep_s)
        labels = {item.label for item in self.queue.items()}
        leftovers = [path for path in self.spool.outgoing.iterdir() if path.name not in labels]
        leftovers += [path for path in self.spool.meant.iterdir() if path.stem not in labels]
        for path in leftovers:  # sent, but the service died before they were removed
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime <= self.settings.keep_s:
                    continue
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink()
        try:
            self.aside.clean()
            self.status.facts(aside=self.aside.facts())
        except OSError as error:  # nothing of the work waits for it
            self.status.event("aside_trouble", code=write_error(error, self.spool.aside).code)

    def _check_folders(self) -> None:
        places = [place.absolute() for place in (self.spool.folder, self.out)]
        with contextlib.suppress(OSError):
            self.out.mkdir(parents=True, exist_ok=True)
        if not self.out.is_dir():
            raise WriteError("The output folder cannot be made.", "Choose another one.", self.out, "no_folder")
        if self.settings.watch is None:
            return
        watch = self.settings.watch.absolute().resolve()
        if not watch.is_dir():
            raise WriteError("The folder to watch does not exist.", "Make it first.", watch, "no_folder")
        for place in (place.resolve() for place in places):
            if place == watch or watch in place.parents or place in watch.parents:
                hint = "Results there would be taken for new scans."
                raise WriteError("The folder to watch and the service's folders must be apart.", hint, place, "inside")


def _images(series: Sequence[FoundSeries], uid: str) -> set[str]:
    """SOP UIDs of all slices of a series, whatever phases the scan made of them."""
    return {piece.sop_uid for found in series if found.uid == uid for piece in found.slices}


def _is_broken(line: Ignored) -> bool:
    """True for what should have been a slice and cannot be used; not for sound images of another kind."""
    return line.kind == Kind.REJECTED.value and line.code not in _NO_SLICES


def _may_belong(line: Ignored, found: FoundSeries, unread: bool) -> bool:
    """A file that was not taken: its header says of which series it is; else it may be of any in its folder."""
    try:
        return series_of(line.path) == found.uid
    except FileProblem:
        return unread and any(line.path.parent in file.parents for file in found.files)


def _growing(tries: int) -> float:
    """Seconds to wait after so many tries."""
    return min(_PATIENCE_S * 2.0 ** min(tries - 1, 20), max(_LONGEST_S, _PATIENCE_S))


def _digest(uids: Any) -> str:
    return hashlib.sha256("\n".join(sorted(uids)).encode()).hexdigest()[:16]
