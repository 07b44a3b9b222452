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
import shutil
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..cancel import CancelToken
from ..dicom.codes import Reason
from ..dicom.scan import ScanResult, scan_paths
from ..dicom.transaction import write_error
from ..errors import Cancelled, PacsError, WriteError
from . import settings
from .aside import Aside
from .drops import Drops
from .locks import folder_lock
from .queue import SendQueue
from .receiver import Receiver
from .sending import Sending
from .settings import Settings
from .spool import EXCLUDED, Spool
from .spool import FAILED as FAILED_IMAGES
from .status import Status
from .watch import DropFolder
from .works import Works, images_of, is_broken

if TYPE_CHECKING:
    from ..denoise.engine import Denoiser


class Service:
    """Runs in the calling thread until ``stop`` is set (or, with ``once``, until all is done)."""

    def __init__(
        self,
        told: Settings,
        denoiser: Callable[[], Denoiser],
        echo: Callable[[dict[str, Any]], None] | None = None,
    ) -> None:
        self.settings = told
        self._make_denoiser = denoiser
        try:
            self.spool = Spool(told.spool)
            self.status = Status(self.spool.folder, echo)
        except OSError as error:
            message = f"The service's folder cannot be used: {error.strerror or error}."
            raise WriteError(message, "Choose another one.", told.spool, "spool") from error
        self.out = (told.out or self.spool.outgoing).absolute()
        self._check_folders()
        self.queue = SendQueue(
            self.spool.queue,
            max_attempts=settings.UNDELIVERED_TRIES,
            max_file_attempts=settings.REFUSED_TRIES,
        )
        self.aside = Aside(
            self.spool.aside, told.keep_aside_s, told.aside_bytes, self.status.event, self.status.name_of
        )
        self.receiver = Receiver(told.listen, self.spool, self.status) if told.listen else None
        drop = DropFolder(told.watch.absolute(), told.quiet_s) if told.watch else None
        self.works = Works(told, self.spool, self.status, self.queue, self.out, drop)
        self.drops = Drops(drop, self.works, self.status) if drop is not None else None
        self.sending = Sending(told, self.spool, self.status, self.queue)
        self._started = time.monotonic()
        self._forget_at = 0.0

    def run(self, stop: CancelToken) -> None:
        """Work. Raises PacsError (port, second service on the same spool), WriteError, ModelError, DeviceError."""
        with folder_lock(self.spool.folder, "service.lock") as ours:
            if not ours:
                raise PacsError("A service is running in this folder already.", "", self.spool.folder, "busy")
            self._sweep()
            self.works.denoiser = self._make_denoiser()
            self._started = time.monotonic()
            if self.receiver is not None:
                self.receiver.start()
            sender = threading.Thread(target=self.sending.run, args=(stop,), name="pacs-send", daemon=True)
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
                waiting = self._arrived(stop) + (self.drops.look(stop) if self.drops is not None else 0)
                if self.settings.send_to is not None:
                    waiting += self.sending.sent_on()
                if time.monotonic() - cleaned > settings.PATIENCE_S or not cleaned:
                    cleaned = time.monotonic()
                    self._clean()
            except (OSError, PacsError) as error:  # our own folders: full, or out of reach for a while
                self._put_off(error, stop)
                continue
            self.status.facts(waiting=waiting)
            if self.settings.once and not waiting and self._has_had_work():
                return
            time.sleep(settings.TICK_S)

    def _put_off(self, error: OSError | PacsError, stop: CancelToken) -> None:
        code = error.code if isinstance(error, PacsError) else write_error(error, self.spool.folder).code
        self.status.event("postponed", code=code, retry_s=settings.PATIENCE_S)
        self.status.facts(waiting=1)
        if self.drops is not None:
            self.drops.drop.all_again()
        until = time.monotonic() + settings.PATIENCE_S
        while time.monotonic() < until and not stop.cancelled:
            time.sleep(settings.TICK_S)

    def _has_had_work(self) -> bool:
        if self.receiver is None:
            return True
        return (self.works.worked or self.receiver.arrivals > 0) and not self.receiver.busy

    # -- where series come from

    def _arrived(self, stop: CancelToken) -> int:
        """Work off what came by C-STORE; how many series are left."""
        left = 0
        for uid in sorted(self.spool.series(), key=lambda uid: self.works.tries.get(uid, 0)):
            stop.check()
            if not self._whole(uid) or self.works.retry_at.get(uid, 0.0) > time.monotonic():
                left += 1
                continue
            self.spool.end(uid)
            images = self.spool.open_images(uid)
            result = scan_paths([self.spool.incoming / uid], cancel=stop)
            if not self.works.work_off(uid, result, stop):
                left += 1
                continue
            self._rest_aside(uid, images - images_of(result.series, uid), result)
        return left

    def _rest_aside(self, uid: str, images: set[str], result: ScanResult) -> None:
        """What the scan named as no slice (scouts), or as a damaged one."""
        lines = {line.path.stem: line for line in result.ignored}
        rest = self.spool.open_images(uid) & images
        broken = {sop for sop in rest if sop in lines and is_broken(lines[sop])}
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
        quiet = self.settings.quiet_s * (settings.DAWDLING if dawdling else 1)
        age = min(time.time() - self.spool.last_arrival(uid), time.monotonic() - self._started)
        if self.receiver is not None:
            if self.receiver.delivering(uid):
                return False
            age = min(age, self.receiver.since_end(uid))
        return age >= quiet

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
        self._forget()

    def _forget(self) -> None:
        """Records of long ago; what lies in the drop folder would be denoised again at the next start."""
        if time.monotonic() < self._forget_at or (self.drops is not None and not self.drops.known):
            return
        self._forget_at = time.monotonic() + settings.LONGEST_S
        gone = self.spool.forget(self.drops.drop.uids if self.drops is not None else ())
        if gone:
            self.status.event("records_removed", series=gone)

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


__all__ = ["Service", "Settings"]
