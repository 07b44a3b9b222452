"""The service: a series that has arrived is denoised, written or sent on, exactly once, whatever happens.

What makes it once: images are on disk before their sender is told so; a derived series appears complete under
a name made from its source images, or not at all; the queue knows it by that name; only then are the images
marked as done. Killed anywhere in between, the next start finds how far it came and goes on from there.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..cancel import CancelToken
from ..dicom import header as h
from ..dicom.derive import write_derived
from ..dicom.provenance import denoised
from ..dicom.read import SeriesReader
from ..dicom.scan import ScanResult, scan_paths
from ..dicom.series import FoundSeries
from ..dicom.transaction import write_error
from ..errors import Cancelled, DeviceError, LdctError, PacsError, WriteError
from .locks import folder_lock
from .nodes import PacsNode
from .queue import DONE, FAILED, SendQueue
from .receiver import Listen, Receiver
from .spool import Spool
from .status import Status
from .watch import DropFolder

if TYPE_CHECKING:
    from ..denoise.engine import Denoiser

log = logging.getLogger(__name__)

_TICK_S = 0.25
_PASSING = frozenset(("disk_full", "no_permission", "disk", "source_changed"))  # tried again later
_PATIENCE_S = 60.0
_BROKEN_OFF = 10  # times the quiet time: its sender is about to try again
_MAX_TRIES = 5  # of what we did not foresee
_OURS = "AI_DENOISED"


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
        self.queue = SendQueue(self.spool.queue)
        self.receiver = Receiver(settings.listen, self.spool, self.status) if settings.listen else None
        self.drop = DropFolder(settings.watch.absolute(), settings.quiet_s) if settings.watch else None
        self._retry_at: dict[str, float] = {}
        self._tries: dict[str, int] = {}
        self._retry_drop = 0.0
        self._worked = False
        self._started = time.monotonic()

    def run(self, stop: CancelToken) -> None:
        """Work. Raises PacsError (port, second service on the same spool), WriteError, ModelError, DeviceError."""
        with folder_lock(self.spool.folder, "service.lock") as ours:
            if not ours:
                raise PacsError("A service is running in this folder already.", "", self.spool.folder, "busy")
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
            self.drop.again()
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
            rest = images - {piece.sop_uid for found in result.series for piece in found.slices}
            if rest:  # scouts, damaged files: named by the scan
                codes = sorted({line.code for line in result.ignored}) or ["not_ct"]
                self.spool.move_aside(codes[0], uid, rest)
                self.status.event("aside", series=self.status.name_of(uid), images=len(rest), codes=codes)
                self.spool.mark_done(uid, rest, codes[0])
        return left

    def _whole(self, uid: str) -> bool:
        """No association brings more, and it was quiet for long enough: longer after one that broke off."""
        quiet = self.settings.quiet_s * (_BROKEN_OFF if self.spool.broken_off(uid) else 1)
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
        try:
            parts = self.drop.at_rest()
        except OSError as error:
            self.status.event("watch_unreadable", code=type(error).__name__)
            return 1
        failed = False
        for paths in parts:
            result = scan_paths(paths, cancel=stop)
            codes = sorted({line.code for line in result.ignored})
            if codes:
                self.status.event("ignored", files=len(result.ignored), codes=codes)
            failed |= not self._work_off("", result, stop)
        if failed:
            self._retry_drop = time.monotonic() + _PATIENCE_S
        if 0 < self._retry_drop <= time.monotonic():
            self._retry_drop = 0.0
            self.drop.again()
        return int(failed or self.drop.restless or self._retry_drop > 0)

    # -- one series

    def _work_off(self, uid: str, result: ScanResult, stop: CancelToken) -> bool:
        """Denoise every series found; False when something passing came in between (disk full, …)."""
        done = True
        for found in result.series:
            stop.check()
            if not found.slices:
                self.status.event("ignored", files=1, codes=["volume_file"])
                continue
            images = [piece.sop_uid for piece in found.slices]
            if self.spool.is_done(found.uid, images):
                continue
            name = self.status.name_of(found.uid)
            try:
                key = self._denoise(found, name, stop)
            except (WriteError, DeviceError, PacsError) as error:  # PacsError: the queue cannot be written
                if isinstance(error, WriteError) and error.code not in _PASSING:
                    self._aside(uid, found, images, error.code)
                    continue
                self.status.event("postponed", series=name, code=error.code, retry_s=_PATIENCE_S)
                self._retry_at[found.uid] = time.monotonic() + _PATIENCE_S
                self._tries[found.uid] = self._tries.get(found.uid, 0) + 1
                done = False
            except LdctError as error:
                self._aside(uid, found, images, error.code)
            except (Cancelled, OSError):
                raise
            except Exception as error:
                log.exception("a series could not be worked off")
                self._tries[found.uid] = tries = self._tries.get(found.uid, 0) + 1
                if tries >= _MAX_TRIES:
                    self._aside(uid, found, images, "failed")
                    continue
                self.status.event("postponed", series=name, code=type(error).__name__, retry_s=_PATIENCE_S)
                self._retry_at[found.uid] = time.monotonic() + _PATIENCE_S
                done = False
            else:
                self._worked = True
                self.spool.mark_done(found.uid, images, key)
        return done

    def _aside(self, uid: str, found: FoundSeries, images: Sequence[str], code: str) -> None:
        """Not to be denoised, ever: our copies go aside; what lies in a drop folder stays there."""
        if uid:
            self.spool.move_aside(code, uid, images)
        self.status.event("aside", series=self.status.name_of(found.uid), images=len(images), code=code)
        self.spool.mark_done(found.uid, images, code)

    def _denoise(self, found: FoundSeries, name: str, stop: CancelToken) -> str:
        """The key of the derived series, which is complete in its folder, and in the queue, on return."""
        if found.state == "blocked":
            raise LdctError("blocked", code=found.warnings[0].code if found.warnings else "blocked")
        first = found.slices[0]
        if _OURS in h.Values(first.header, first.spec.little).texts(h.IMAGE_TYPE):
            raise LdctError("denoised already", code="already_denoised")  # or an archive would send it in circles
        key = f"{name}-{_digest(piece.sop_uid for piece in found.slices)}"
        target = self.out / key
        if not target.exists():
            started = time.monotonic()
            assert self._denoiser is not None
            volume = SeriesReader(found).read(cancel=stop)
            hu = self._denoiser.denoise(volume, self.settings.strength, cancel=stop)
            model = self._denoiser.model.info
            what = denoised(model.name, model.version, model.sha256, self.settings.strength)
            write_derived(found, hu, target, what, volume=volume, cancel=stop)
            lost = found.shape[0] - volume.shape[0]
            seconds = round(time.monotonic() - started, 2)
            self.status.event("denoised", series=name, slices=volume.shape[0], unreadable=lost, seconds=seconds)
        if self.settings.send_to is not None and not any(item.label == key for item in self.queue.items()):
            files = sorted(target.glob("*.dcm"))
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
        left = 0
        for item in self.queue.items():
            series = item.label.partition("-")[0]
            if item.state == DONE:
                self.status.event("sent", series=series, images=item.sent, warnings=item.warnings)
                self.queue.remove(item.id)
                if self.settings.out is None:
                    shutil.rmtree(self.spool.outgoing / item.label, ignore_errors=True)
            elif item.state == FAILED:
                if item.id not in self._tries:  # said once; it stays in the queue for `pacs queue`
                    self._tries[item.id] = 1
                    self.status.event("send_failed", series=series, failed=item.failed, images=item.total)
            else:
                left += 1
        return left

    def _clean(self) -> None:
        """Our own copies that are no longer needed; results in a folder of the user's are theirs."""
        self.spool.clean(self.settings.keep_s)
        labels = {item.label for item in self.queue.items()}
        for folder in self.spool.outgoing.iterdir():  # sent, but the service died before it was removed
            if folder.name not in labels and time.time() - folder.stat().st_mtime > self.settings.keep_s:
                shutil.rmtree(folder, ignore_errors=True)

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


def _digest(uids: Any) -> str:
    return hashlib.sha256("\n".join(sorted(uids)).encode()).hexdigest()[:16]
