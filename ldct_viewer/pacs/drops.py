"""What the service does about its drop folder: looks, tells what has come to rest, waits while a share is away."""

from __future__ import annotations

import time
from dataclasses import replace

from ..cancel import CancelToken
from ..dicom.codes import Reason
from ..dicom.scan import ScanResult, scan_paths
from . import settings
from .status import Status
from .watch import DropFolder, Part
from .works import Works


class Drops:
    """The drop folder's side of the service. In one thread."""

    def __init__(self, drop: DropFolder, works: Works, status: Status) -> None:
        self.drop, self.works, self.status = drop, works, status
        self._look_at = 0.0
        self._lost = False

    @property
    def known(self) -> bool:
        """True when all that lies there was looked into. An empty folder may be a share that is not mounted: False."""
        return not self._lost and not self.drop.restless and bool(self.drop.uids)

    def look(self, stop: CancelToken) -> int:
        """Work off what lies in the drop folder; 1 if something there is not done yet."""
        started = time.monotonic()
        if started < self._look_at:
            return int(self._lost or self.drop.restless)
        try:
            parts = self.drop.at_rest()
        except OSError as error:
            if not self._lost:  # said once, however long the share is away
                self._lost = True
                self.status.event("watch_unreadable", code=type(error).__name__)
            self._look_at = started + min(settings.PATIENCE_S, 5.0)
            return 1
        if self._lost:
            self._lost = False
            self.status.event("watch_back")
        self._look_at = time.monotonic() + (time.monotonic() - started) / settings.MAX_LOOKS
        for part in parts:
            self._look_into(part, stop)
        return int(self.drop.restless)

    def _look_into(self, part: Part, stop: CancelToken) -> None:
        """Work off a part of the drop folder; what could not be read is told again when its time has come."""
        result = scan_paths(part.paths, cancel=stop)
        part.uids = frozenset(found.uid for found in result.series)
        if part.fresh:
            part.fresh = False
            self.drop.wake_late()
            codes = sorted({line.code for line in result.ignored})
            if codes:
                self.status.event("ignored", files=len(result.ignored), codes=codes)
        gone = [line.code for line in result.ignored if line.code in settings.MAY_PASS]
        if result.counts.seen < part.files:  # a share that goes away may show less without an error
            gone.append(Reason.VANISHED.code)
        elif self.works.work_off("", self._completed(result, stop), stop, part) and not gone:
            return
        if gone and "" not in part.given_up:
            self.works.try_later(part, "", [], gone[0], len(gone))

    def _completed(self, result: ScanResult, stop: CancelToken) -> ScanResult:
        """With the slices of other parts, where a series lies in several and was seen with more before."""
        short = {found.uid for found in result.series if self.works.missing(found.uid, result)}
        if not short:
            return result
        everything = scan_paths(self.drop.everything(), cancel=stop)
        whole = {uid for uid in short if not self.works.missing(uid, everything)}
        series = [found for found in result.series if found.uid not in whole]
        series += [found for found in everything.series if found.uid in whole]
        return replace(result, series=tuple(series), ignored=everything.ignored if whole else result.ignored)
