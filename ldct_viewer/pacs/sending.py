"""The service's sender: what is in the queue goes to the archive, and is forgotten once it is there."""

from __future__ import annotations

import shutil
import time

from ..cancel import CancelToken
from ..errors import LdctError
from . import settings
from .queue import DONE, FAILED, SendQueue
from .spool import Spool
from .status import Status


class Sending:
    """:meth:`run` in a thread of its own, :meth:`sent_on` in the service's."""

    def __init__(self, told: settings.Settings, spool: Spool, status: Status, queue: SendQueue) -> None:
        self.settings, self.spool, self.status, self.queue = told, spool, status, queue
        self._attempts: dict[str, int] = {}
        self._told: set[str] = set()

    def run(self, stop: CancelToken) -> None:
        """The sender's thread: until ``stop``."""
        assert self.settings.send_to is not None
        while not stop.cancelled:
            try:
                self.queue.run([self.settings.send_to], stop, wait=False)
            except LdctError as error:
                self.status.event("queue_trouble", code=error.code)
                time.sleep(5)
            time.sleep(settings.TICK_S)

    def sent_on(self) -> int:
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
                if item.id not in self._told:  # said once; it stays in the queue for `pacs queue`
                    self._told.add(item.id)
                    self.status.event("send_failed", series=series, failed=item.failed, images=item.total)
            else:
                left += 1
                self._told.discard(item.id)
                if item.attempts > self._attempts.get(item.id, 0):
                    wait = max(0, round(item.next_try - time.time()))
                    self.status.event("send_postponed", series=series, attempts=item.attempts, retry_s=wait)
                self._attempts[item.id] = item.attempts
        self.status.facts(unsent=left, undeliverable=failed)
        return left
