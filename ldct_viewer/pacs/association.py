"""Open an association with an archive: cancellable, with limits in time, and with reasons where it fails."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ..cancel import CancelToken
from ..errors import Cancelled, PacsError
from .errors import pynetdicom
from .nodes import PacsNode

_POLL_S = 0.1
_MAX_PDU = 128 << 10
MAX_CONTEXTS = 128  # PS3.8 9.3.2.2: odd numbers of one byte

# (source, diagnostic) of A-ASSOCIATE-RJ, PS3.8 table 9-21.
_REJECTIONS = {
    (1, 2): ("The archive does not know this kind of application.", ""),
    (1, 3): ("The archive does not know us.", "Its manager must enter our AE title (and this computer's address)."),
    (1, 7): ("The archive answers to another AE title.", "Check the archive's AE title; case matters."),
    (2, 2): ("The archive speaks another version of the protocol.", ""),
    (3, 1): ("The archive is busy.", "Try again later."),
    (3, 2): ("The archive has too many connections.", "Try again later."),
}


@contextlib.contextmanager
def association(
    node: PacsNode,
    contexts: Sequence[tuple[str, Sequence[str]]],
    cancel: CancelToken,
    timeout: float,
    *,
    scp_roles: Iterable[str] = (),
    handlers: Sequence[tuple[Any, ...]] = (),
    silence: float | None = None,
) -> Iterator[Any]:
    """An established association with ``node``, released at the end, aborted after an error or a cancel.

    ``contexts`` are (abstract syntax, transfer syntaxes); ``scp_roles`` the SOP classes that we take (for
    C-GET). ``timeout``: seconds for connecting and negotiating; ``silence``: the longest wait for an
    answer (default the same). Raises PacsError and Cancelled.
    """
    cancel.check()
    package = pynetdicom()
    ae = package.AE(ae_title=node.calling_ae)
    ae.connection_timeout = ae.acse_timeout = timeout
    ae.dimse_timeout = ae.network_timeout = silence or timeout
    ae.maximum_pdu_size = _MAX_PDU
    for abstract, syntaxes in contexts:
        ae.add_requested_context(abstract, list(syntaxes))
    options: dict[str, Any] = {"ae_title": node.ae_title, "max_pdu": _MAX_PDU, "evt_handlers": list(handlers)}
    roles = [package.build_role(abstract, scp_role=True) for abstract in scp_roles]
    if roles:
        options["ext_neg"] = roles
    if node.tls:
        options["tls_args"] = (client_context(node), node.host.strip("[]"))
    # The name is looked up in the thread, too: a sleeping name server would delay a cancel by half a minute.
    assoc = _connect(lambda: ae.associate(_resolve(node), node.port, **options), cancel)
    if not assoc.is_established:
        raise _why(node, assoc, timeout)
    stop = threading.Event()
    watch = threading.Thread(target=_abort_on_cancel, args=(assoc, cancel, stop), name="pacs-cancel", daemon=True)
    watch.start()
    try:
        yield assoc
        cancel.check()
        if assoc.is_established:
            assoc.release()
    except BaseException:
        if assoc.is_established:
            assoc.abort()
        cancel.check()  # an abort of ours looks like one of theirs
        raise
    finally:
        stop.set()
        watch.join()


def broke_off(assoc: Any) -> PacsError:
    """The error for an answer that did not come."""
    if assoc.is_aborted or not assoc.is_established:
        return PacsError("The archive broke off the connection.", "Try again; its log may say why.", code="aborted")
    return PacsError("The archive did not answer in time.", "Try again later.", code="timeout")


def status_error(what: str, status: int, comment: str = "") -> PacsError:
    """The error for a DIMSE failure status. The archive's comment is left out: it may hold a name."""
    known = {
        0x0122: "it does not offer this service",
        0x0124: "we are not allowed to",
        0xA700: "it is out of resources",
        0xA701: "it is out of resources",
        0xA702: "it could not do all of it",
        0xA801: "it does not know our AE title as a destination",
        0xA900: "the request did not fit",
        0xC000: "it could not process the request",
    }
    reason = known.get(status, "it gave no known reason")
    hint = "For C-MOVE the archive must know our AE title, address and port." if status == 0xA801 else ""
    return PacsError(f"{what} failed: {reason} (status {status:04X}).", hint, code="status")


def client_context(node: PacsNode) -> ssl.SSLContext:
    """TLS settings of a node (PS3.15 B.12: TLS 1.2 or newer). Raises PacsError ``tls``."""
    try:
        context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=node.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.check_hostname = node.check_host
        if node.cert_file:
            context.load_cert_chain(node.cert_file, node.key_file, password=no_password)
    except (OSError, ssl.SSLError) as error:
        file = _culprit(node)
        raise PacsError(f"A certificate file cannot be used: {_reason(error)}.", "", file, "tls") from error
    return context


def no_password() -> str:
    """For ``load_cert_chain``: without it OpenSSL asks at the terminal, and waits."""
    raise ssl.SSLError("the key is protected by a password, which is not supported")


def _culprit(node: PacsNode) -> Path | None:
    for name in (node.ca_file, node.cert_file, node.key_file):
        if name and not Path(name).is_file():
            return Path(name)
    return None


def _resolve(node: PacsNode) -> str:
    host = node.host.strip("[]")
    try:
        found = socket.getaddrinfo(host, node.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise PacsError("There is no computer of this name.", "Check the host.", code="unknown_host") from error
    found.sort(key=lambda entry: entry[0] != socket.AF_INET)
    return str(found[0][4][0])


def _connect(associate: Any, cancel: CancelToken) -> Any:
    """``associate()`` in a thread, so that a silent host does not delay a cancel; late results are aborted."""
    outcome: list[Any] = []
    gone = threading.Event()
    lock = threading.Lock()

    def work() -> None:
        try:
            assoc = associate()
        except BaseException as error:  # noqa: BLE001 - handed to the caller's thread, raised there
            outcome.append(error)
            return
        with lock:
            outcome.append(assoc)
            late = gone.is_set()
        if late and assoc.is_established:
            assoc.abort()

    thread = threading.Thread(target=work, name="pacs-connect", daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(_POLL_S)
        if cancel.cancelled:
            with lock:
                gone.set()
                ready = outcome[0] if outcome else None
            if ready is not None and not isinstance(ready, BaseException) and ready.is_established:
                ready.abort()
            raise Cancelled
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]


def _abort_on_cancel(assoc: Any, cancel: CancelToken, stop: threading.Event) -> None:
    while not stop.wait(_POLL_S):
        if cancel.cancelled:
            assoc.abort(block=False)
            assoc.join(2.0)  # its thread would swallow what follows
            while not stop.wait(_POLL_S):
                assoc.dimse.msg_queue.put((None, None))  # wakes who waits for an answer; an own abort does not
            return


def _why(node: PacsNode, assoc: Any, timeout: float) -> PacsError:
    """Why no association came about: pynetdicom only says that, so one more connection is tried."""
    answer = assoc.acceptor.primitive
    if assoc.is_rejected and answer is not None:
        key = (int(answer.result_source or 0), int(answer.diagnostic or 0))
        default = ("The archive refused the connection.", "Check both AE titles with its manager.")
        message, hint = _REJECTIONS.get(key, default)
        return PacsError(message, hint, code="rejected")
    started = time.monotonic()
    try:
        with socket.create_connection((_resolve(node), node.port), min(timeout, 3.0)) as raw:
            if node.tls:
                with client_context(node).wrap_socket(raw, server_hostname=node.host.strip("[]")):
                    pass
    except ConnectionRefusedError:
        hint = "Check host and port, and whether the archive is running."
        return PacsError("Nothing listens at this address and port.", hint, code="refused")
    except ssl.SSLError as error:
        hint = "Check the certificate files and whether the archive uses TLS at this port."
        return PacsError(f"No secure connection: {_reason(error)}.", hint, code="tls")
    except TimeoutError:
        hint = "Check host and port; a firewall may be in between."
        return PacsError("The host does not answer.", hint, code="timeout")
    except OSError as error:
        tls = node.tls and isinstance(error, ConnectionResetError)
        if tls:
            return PacsError("No secure connection: the archive hung up.", "Does it use TLS at this port?", code="tls")
        hint = "Check the network."
        return PacsError(f"The host cannot be reached: {_reason(error)}.", hint, code="unreachable")
    if getattr(assoc, "_no_common", False) or (assoc.is_aborted and assoc.rejected_contexts):
        return PacsError("The archive offers none of the services asked for.", "", code="not_supported")
    if time.monotonic() - started > timeout:
        return PacsError("The archive did not answer in time.", "Try again later.", code="timeout")
    hint = "Is it a DICOM port? Does the archive want TLS there?" if not node.tls else "Is it a DICOM port?"
    return PacsError("Something listens there, but no DICOM connection came about.", hint, code="aborted")


def _reason(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate was not accepted ({error.verify_message})"
    if isinstance(error, ssl.SSLError):
        return (error.reason or str(error)).replace("_", " ").lower()
    return str(getattr(error, "strerror", None) or error)
