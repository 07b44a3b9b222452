"""Our Storage SCP: takes images and answers C-ECHO, refuses everything else, within limits."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..dicom.codes import FileProblem
from ..dicom.transaction import write_error
from ..errors import PacsError
from .client import VERIFICATION
from .errors import pynetdicom
from .listener import SILENCE_S, Quota, Tls, server_context, start_listening
from .nodes import check_ae_title
from .objects import CT_CLASSES, received, transfer_syntaxes
from .spool import Spool
from .status import Status

MAX_OBJECT_BYTES = 4 << 30  # of one data set: above any CT series in one file
_OUT_OF_RESOURCES, _CANNOT_UNDERSTAND = 0xA700, 0xC000


@dataclass(frozen=True)
class Listen:
    """Where and to whom. An empty ``allow`` admits every calling AE title; the called one must be ours.

    With ``tls`` nobody is heard without it. A peer that says nothing for ``silence_s`` seconds is cut off.
    """

    port: int
    ae_title: str
    host: str = "127.0.0.1"
    allow: tuple[str, ...] = ()
    associations: int = 10
    tls: Tls | None = None
    quota: Quota = field(default_factory=Quota)
    silence_s: float = SILENCE_S


class Receiver:
    """Runs in threads of its own between :meth:`start` and :meth:`stop`."""

    def __init__(self, listen: Listen, spool: Spool, status: Status) -> None:
        self.listen, self.spool, self.status = listen, spool, status
        self._ae: Any = None
        self._server: Any = None
        self._lock = threading.Lock()
        self._delivering: dict[str, set[Any]] = {}
        self._context = server_context(listen.tls) if listen.tls is not None else None
        self._bytes: dict[Any, int] = {}
        self._taken: dict[Any, tuple[int, int]] = {}  # images and bytes of an association
        self._told: dict[Any, set[str]] = {}
        self._ended: dict[str, float] = {}
        self.arrivals = 0

    def start(self) -> None:
        """Listen. Raises PacsError ``port_in_use``."""
        package = pynetdicom()
        ae = package.AE(ae_title=self.listen.ae_title)
        ae.require_called_aet = True
        ae.require_calling_aet = list(self.listen.allow)
        ae.maximum_associations = self.listen.associations
        ae.add_supported_context(VERIFICATION)
        others = {str(context.abstract_syntax) for context in package.AllStoragePresentationContexts}
        for sop_class in sorted(others | set(CT_CLASSES)):  # not CT: taken too, kept aside
            ae.add_supported_context(sop_class, transfer_syntaxes())
        handlers = [
            (package.evt.EVT_C_STORE, self._on_store),
            (package.evt.EVT_DATA_RECV, self._on_data),
            (package.evt.EVT_RELEASED, self._on_released),
            (package.evt.EVT_CONN_CLOSE, self._on_close),
            (package.evt.EVT_REJECTED, self._on_rejected),
        ]
        try:
            self._ae = ae
            address = (self.listen.host, self.listen.port)
            self._server = start_listening(
                ae, address, handlers, self._context, self.listen.silence_s, self._on_refused
            )
        except OSError as error:
            message = f"Port {self.listen.port} cannot be opened: {error.strerror or error}."
            raise PacsError(message, "Choose another port, or stop what uses it.", code="port_in_use") from error

    @property
    def port(self) -> int:
        """The port we listen at (of use where 0 was asked for)."""
        return int(self._server.server_address[1]) if self._server is not None else self.listen.port

    def stop(self) -> None:
        """Stop listening; associations are aborted, so that their senders know and try again."""
        if self._server is not None:
            self._ae.shutdown()
            self._server = None

    def delivering(self, series_uid: str) -> bool:
        """True while an association is open that brought images of this series."""
        with self._lock:
            alive = {assoc for assoc in self._delivering.get(series_uid, ()) if assoc.is_alive()}
            if alive:
                self._delivering[series_uid] = alive
            else:
                self._delivering.pop(series_uid, None)
            return bool(alive)

    def since_end(self, series_uid: str) -> float:
        """Seconds since an association that brought images of this series ended in order; else endless."""
        with self._lock:
            ended = self._ended.get(series_uid)
        return float("inf") if ended is None else time.monotonic() - ended

    @property
    def busy(self) -> bool:
        """True while any association is open."""
        return self._server is not None and bool(self._server.active_associations)

    def _on_store(self, event: Any) -> int:
        request, assoc = event.request, event.assoc
        self._bytes[assoc] = 0
        data = request.DataSet.getvalue()
        sop_class, sop_uid = str(request.AffectedSOPClassUID), str(request.AffectedSOPInstanceUID)
        syntax = str(event.context.transfer_syntax)
        images, size = self._taken.get(assoc, (0, 0))
        try:
            code = self.listen.quota.excess(images + 1, size + len(data))
            if not code and not self.listen.quota.has_room(self.spool.folder, len(data)):
                code = "disk_full"
            if not code:
                self._taken[assoc] = (images + 1, size + len(data))
                return self._keep(assoc, sop_class, sop_uid, syntax, data)
        except OSError as error:
            code = write_error(error, self.spool.folder).code
        if code not in self._told.setdefault(assoc, set()):  # once an association: it may have thousands
            self._told[assoc].add(code)
            self.status.event("not_stored", code=code)
        return _OUT_OF_RESOURCES

    def _keep(self, assoc: Any, sop_class: str, sop_uid: str, syntax: str, data: bytes) -> int:
        try:
            instance, whole = received(sop_class, sop_uid, syntax, data)
        except FileProblem as problem:
            self.spool.put_aside(problem.reason.code, data)
            self.status.event("aside", code=problem.reason.code)
            return _CANNOT_UNDERSTAND
        if instance.sop_class not in CT_CLASSES:
            self.spool.put_aside("not_ct", whole)
            self.status.event("aside", code="not_ct")
            return 0x0000
        with self._lock:
            senders = self._delivering.setdefault(instance.series_uid, set())
            if assoc not in senders:
                self.spool.begin(instance.series_uid)  # first: on a full disk it fails, and is tried again
                senders.add(assoc)
        what = self.spool.add(instance, whole)
        if what == "duplicate":
            self.status.event("duplicate", series=self.status.name_of(instance.series_uid))
        elif what == "other":
            self.status.event("aside", code="same_uid", series=self.status.name_of(instance.series_uid))
        self.arrivals += 1
        return 0x0000

    def _on_data(self, event: Any) -> None:
        """A sender without end is cut off before it fills the memory."""
        before = self._bytes.get(event.assoc, 0)
        self._bytes[event.assoc] = before + len(event.data)
        if before <= MAX_OBJECT_BYTES < self._bytes[event.assoc]:
            self.status.event("aborted", code="too_large")
            event.assoc.abort(block=False)

    def _on_released(self, event: Any) -> None:
        """Ended in order: what this association alone was bringing is whole, as far as it knows."""
        with self._lock:
            for uid, senders in self._delivering.items():
                if event.assoc in senders:
                    self._ended[uid] = time.monotonic()
                    if not any(other.is_alive() for other in senders if other is not event.assoc):
                        self.spool.end(uid)

    def _on_close(self, event: Any) -> None:
        for kept in (self._bytes, self._taken, self._told):
            kept.pop(event.assoc, None)
        with self._lock:  # an association of weeks ago must not be held in memory
            for uid, senders in list(self._delivering.items()):
                alive = {other for other in senders if other is not event.assoc and other.is_alive()}
                self._delivering[uid] = alive
                if not alive:
                    del self._delivering[uid]
            hour_ago = time.monotonic() - 3600
            self._ended = {uid: ended for uid, ended in self._ended.items() if ended > hour_ago}

    def _on_rejected(self, event: Any) -> None:
        asked = event.assoc.requestor.primitive
        if self.listen.allow and asked.calling_ae_title not in self.listen.allow:
            self._on_refused("unknown_caller")
        elif asked.called_ae_title != self.listen.ae_title:
            self._on_refused("wrong_title")
        else:
            self._on_refused("too_many")

    def _on_refused(self, code: str) -> None:
        """Nothing of what the peer said is in the log: it is not ours to believe."""
        self.status.event("rejected", code=code)


def check_allowed(titles: Sequence[str]) -> tuple[str, ...]:
    """Calling AE titles for :class:`Listen`, checked. Raises PacsError ``node``."""
    return tuple(check_ae_title(title, "calling AE title") for title in titles)
