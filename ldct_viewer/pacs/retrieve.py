"""Fetch a series from an archive into a folder (C-GET, or C-MOVE with our own small receiver)."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..cancel import NEVER, CancelToken, Progress, no_progress
from ..dicom.codes import FileProblem
from ..dicom.elements import EXPLICIT_LE, IMPLICIT_LE
from ..dicom.transaction import write_error
from ..errors import LdctError, PacsError
from .association import association, broke_off, status_error
from .client import VERIFICATION, SeriesRow, valid_uid
from .errors import need_pynetdicom, pynetdicom
from .listener import Quota, Tls, server_context, start_listening
from .nodes import PacsNode
from .objects import CT_CLASSES, received, store, transfer_syntaxes

METHODS = ("auto", "get", "move")
STUDY_GET = "1.2.840.10008.5.1.4.1.2.2.3"
STUDY_MOVE = "1.2.840.10008.5.1.4.1.2.2.2"
_NATIVE = (EXPLICIT_LE, IMPLICIT_LE)
_CONNECT_S = 10.0
_SILENCE_S = 120.0  # archives fetch from tape
_QUOTA = Quota(free=256 << 20)
_PENDING = (0xFF00, 0xFF01)
_SOME_FAILED = 0xB000


@dataclass(frozen=True)
class RetrieveResult:
    """``files`` that lie in the folder now, whole; ``failed`` images that the archive or we could not give.

    ``method`` is ``get`` or ``move``; ``notes`` are sentences for the user (why images failed).
    """

    files: tuple[Path, ...]
    failed: int
    method: str = "get"
    notes: tuple[str, ...] = ()


def retrieve(
    node: PacsNode,
    series: SeriesRow,
    folder: str | Path,
    method: str = "auto",
    progress: Progress = no_progress,
    cancel: CancelToken = NEVER,
) -> RetrieveResult:
    """Fetch ``series`` into ``folder`` (made if absent), one Part 10 file an image, compressed as it comes.

    ``auto`` tries C-GET, then C-MOVE if the archive has no C-GET and ``node.move_port`` is set. Each file
    appears whole or not at all and only directly in ``folder``; after Cancelled or an error the whole
    ones stay. ``progress(done, total)``, total 0 while unknown. Raises PacsError (``too_much``: more images or
    bytes than any series has), WriteError (``disk_full``: before the disk is), Cancelled.
    """
    need_pynetdicom()
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, not {method!r}")
    if not (valid_uid(series.study_uid) and valid_uid(series.series_uid)):
        raise PacsError("This series has no valid identifier.", "", code="query")
    if method == "move" and node.move_port is None:
        raise _no_move()
    target = Path(folder).expanduser().absolute()
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_error(error, target) from error
    basket = _Basket(target, series, progress)
    if method != "move":
        try:
            return _get(node, series, basket, cancel)
        except PacsError as error:
            if method == "get" or error.code != "not_supported":
                raise
            if node.move_port is None:
                hint = "Enter a port for C-MOVE in the settings of this archive."
                raise PacsError("The archive does not offer C-GET.", hint, code="not_supported") from error
    return _move(node, series, basket, cancel)


@dataclass
class _Basket:
    """Where arriving images go; only those of the series that was asked for. Used from several threads."""

    folder: Path
    series: SeriesRow
    progress: Progress
    files: dict[str, Path] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    taken: tuple[int, int] = (0, 0)  # images and bytes, whatever became of them
    stopped: LdctError | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def on_store(self, event: Any) -> int:
        """Handler of C-STORE; returns the DIMSE status."""
        if self.stopped is not None:
            return 0xA700
        request, context = event.request, event.context
        data = request.DataSet.getvalue()
        self._check_quota(len(data))
        if self.stopped is not None:
            return 0xA700
        sop_class, sop_uid = str(request.AffectedSOPClassUID), str(request.AffectedSOPInstanceUID)
        try:
            instance, whole = received(sop_class, sop_uid, str(context.transfer_syntax), data)
        except FileProblem as problem:
            return self._refuse(f"The archive sent something that is not usable: {problem.reason.message}", 0xC000)
        if (instance.study_uid, instance.series_uid) != (self.series.study_uid, self.series.series_uid):
            return self._refuse("The archive sent an image that was not asked for.", 0xA900)
        try:
            path = store(self.folder, instance, whole, flush=False)
        except OSError as error:
            with self.lock:
                self.stopped = write_error(error, self.folder)
            return 0xA700
        with self.lock:
            self.files[sop_uid] = path
        return 0x0000

    def _check_quota(self, size: int) -> None:
        """An archive that never ends, and a disk that is nearly full, stop the transfer."""
        with self.lock:
            self.taken = (self.taken[0] + 1, self.taken[1] + size)
            if _QUOTA.excess(*self.taken):
                hint = "Ask its manager. What has arrived stays in the folder."
                self.stopped = PacsError("The archive sends more than a series can hold.", hint, code="too_much")
                return
            try:
                if not _QUOTA.has_room(self.folder, size):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            except OSError as error:
                self.stopped = write_error(error, self.folder)

    def _refuse(self, why: str, status: int) -> int:
        with self.lock:
            self.refused[why] = self.refused.get(why, 0) + 1
        return status

    def count(self, response: Any) -> None:
        """Progress from a pending response's counters."""
        numbers = [_counter(response, name) for name in ("Completed", "Failed", "Warning", "Remaining")]
        total = sum(numbers) or (self.series.images or 0)
        done = max(sum(numbers[:3]), len(self.files))
        self.progress(min(done, total) if total else done, total)

    def result(self, response: Any, method: str) -> RetrieveResult:
        """After the last response. Raises PacsError when nothing came and the archive said why."""
        if self.stopped is not None:
            raise self.stopped
        status = int(response.Status)
        failed = max(_counter(response, "Failed"), sum(self.refused.values()))
        notes = list(self.refused)
        if status not in (0, _SOME_FAILED):
            error = status_error("Fetching the series", status)
            if not self.files:
                raise error
            notes.append(error.message)
        if self.series.images is not None and len(self.files) + failed < self.series.images:
            failed = self.series.images - len(self.files)
        if failed and not notes:
            notes.append("The archive could not send all images; some may be no CT images.")
        self.progress(len(self.files), len(self.files) + failed)
        return RetrieveResult(tuple(sorted(self.files.values())), failed, method, tuple(notes))


def _counter(response: Any, name: str) -> int:
    return int(getattr(response, f"NumberOf{name}Suboperations", None) or 0)


def _get(node: PacsNode, series: SeriesRow, basket: _Basket, cancel: CancelToken) -> RetrieveResult:
    """C-GET. One context a transfer syntax, so that the archive need not decompress what it has."""
    package = pynetdicom()
    contexts: list[tuple[str, tuple[str, ...]]] = [(STUDY_GET, _NATIVE)]
    contexts += [(sop_class, (syntax,)) for sop_class in CT_CLASSES for syntax in transfer_syntaxes()]
    handlers = [(package.evt.EVT_C_STORE, basket.on_store)]
    options: dict[str, Any] = {"scp_roles": CT_CLASSES, "handlers": handlers, "silence": _SILENCE_S}
    with association(node, contexts, cancel, _CONNECT_S, **options) as assoc:
        accepted = {context.abstract_syntax for context in assoc.accepted_contexts}
        if STUDY_GET not in accepted or not any(context.as_scp for context in assoc.accepted_contexts):
            raise PacsError("The archive does not offer C-GET.", "Try C-MOVE.", code="not_supported")
        return _follow(assoc, assoc.send_c_get(_identifier(series), STUDY_GET), basket, cancel, "get")


def _move(node: PacsNode, series: SeriesRow, basket: _Basket, cancel: CancelToken) -> RetrieveResult:
    if node.move_port is None:
        raise _no_move()
    title = node.move_ae or node.calling_ae
    options: dict[str, Any] = {"silence": _SILENCE_S}
    with (
        _receiver(node, title, basket),
        association(node, [(STUDY_MOVE, _NATIVE)], cancel, _CONNECT_S, **options) as assoc,
    ):
        if not assoc.accepted_contexts:
            raise PacsError("The archive does not offer C-MOVE.", "", code="not_supported")
        return _follow(assoc, assoc.send_c_move(_identifier(series), title, STUDY_MOVE), basket, cancel, "move")


def _follow(assoc: Any, responses: Iterator[Any], basket: _Basket, cancel: CancelToken, method: str) -> RetrieveResult:
    for status, _ in responses:
        if "Status" not in status:
            raise broke_off(assoc)
        cancel.check()
        if basket.stopped is not None:
            raise basket.stopped
        if status.Status not in _PENDING:
            return basket.result(status, method)
        basket.count(status)
    raise broke_off(assoc)


@contextlib.contextmanager
def _receiver(node: PacsNode, title: str, basket: _Basket) -> Iterator[None]:
    """Listen on the one interface that faces the archive, as long as the transfer lasts."""
    package = pynetdicom()
    ae = package.AE(ae_title=title)
    ae.require_called_aet = True
    ae.maximum_associations = 4
    ae.add_supported_context(VERIFICATION)
    for sop_class in CT_CLASSES:
        ae.add_supported_context(sop_class, transfer_syntaxes())
    assert node.move_port is not None
    address = (_own_address(node), node.move_port)
    try:
        handlers = [(package.evt.EVT_C_STORE, basket.on_store)]
        server = start_listening(ae, address, handlers, _tls(node), _SILENCE_S)
    except OSError as error:
        hint = "Close what uses it, or choose another port (the archive must know it too)."
        message = f"Port {node.move_port} for C-MOVE cannot be opened: {error.strerror or error}."
        raise PacsError(message, hint, code="port_in_use") from error
    try:
        yield
    finally:
        server.shutdown()


def _tls(node: PacsNode) -> ssl.SSLContext | None:
    """The archive comes to us by TLS too. Raises PacsError ``tls`` without a certificate of ours to show."""
    if not node.tls:
        return None
    if not node.cert_file:
        hint = "Enter our certificate and its key in the settings of this archive, or use C-GET."
        raise PacsError("With TLS, C-MOVE needs a certificate of this computer.", hint, code="tls")
    return server_context(Tls(node.cert_file, node.key_file))


def _own_address(node: PacsNode) -> str:
    """The address of ours that the archive can reach: of the interface a packet to it would take."""
    try:
        family, _, _, _, address = socket.getaddrinfo(node.host.strip("[]"), node.port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect(address)  # sends nothing
            return str(probe.getsockname()[0])
    except OSError as error:
        raise PacsError("There is no computer of this name.", "Check the host.", code="unknown_host") from error


def _identifier(series: SeriesRow) -> Any:
    from pydicom.dataset import Dataset

    identifier = Dataset()
    identifier.QueryRetrieveLevel = "SERIES"
    identifier.StudyInstanceUID = series.study_uid
    identifier.SeriesInstanceUID = series.series_uid
    return identifier


def _no_move() -> PacsError:
    hint = "Enter a port for it in the settings of this archive, and our AE title and port in the archive."
    return PacsError("C-MOVE needs a port where the archive can reach us.", hint, code="node")
