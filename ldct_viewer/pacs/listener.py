"""A DICOM listener that no peer can hold up: TLS, silence, the size of a PDU and the number of connections.

What pynetdicom leaves open: it shakes hands for TLS in the one thread that accepts connections, so that a peer who
says nothing locks out all others; it waits without end for the rest of a PDU; it believes any length of one.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import PacsError
from .association import no_password
from .errors import pynetdicom

MAX_PDU = 128 << 10  # what we ask for
SILENCE_S = 60.0
_LONGEST_PDU = 1 << 20  # what is read of those who do not listen; a request with all contexts has 300 kB
_HANDSHAKE_S = 10.0
_GREETING_S = 15.0  # from the connection to the request of an association
_AT_THE_DOOR = 8  # connections beyond the associations, which are told so and closed

Refused = Callable[[str], None]


@dataclass(frozen=True)
class Tls:
    """Our certificate and key (PEM). With ``ca_file`` only peers whose certificate is of these authorities."""

    cert_file: str
    key_file: str | None = None
    ca_file: str | None = None


@dataclass(frozen=True)
class Quota:
    """What one association or one retrieval may bring, and the space that must stay free on the disk.

    The defaults are beyond any study (a perfusion of 320 slices has 16,000 images); a sender that is stopped
    by them may go on with a new association.
    """

    images: int = 100_000
    size: int = 64 << 30
    free: int = 1 << 30

    def excess(self, images: int, size: int) -> str:
        """``too_many`` or ``too_much`` when so many images or bytes are beyond it, else empty."""
        return "too_many" if images > self.images else "too_much" if size > self.size else ""

    def has_room(self, folder: Path, size: int) -> bool:
        """True when ``size`` bytes fit into ``folder``'s disk and enough is left. Raises OSError."""
        return shutil.disk_usage(folder).free - size >= self.free


def server_context(tls: Tls) -> ssl.SSLContext:
    """TLS 1.2 or newer (PS3.15 B.12) for those who come to us. Raises PacsError ``tls``."""
    for name in (tls.cert_file, tls.key_file, tls.ca_file):
        if name is not None and not Path(name).is_file():
            raise PacsError("There is no such certificate file.", "Check the path.", name, "tls")
    try:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=tls.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(tls.cert_file, tls.key_file, password=no_password)
        if tls.ca_file is not None:
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ssl.SSLError) as error:
        raise PacsError("Our certificate or its key cannot be used.", "", tls.cert_file, "tls") from error
    return context


def start_listening(
    ae: Any,
    address: tuple[str, int],
    handlers: Sequence[tuple[Any, ...]],
    context: ssl.SSLContext | None = None,
    silence_s: float = SILENCE_S,
    refused: Refused = lambda code: None,
) -> Any:
    """Serve ``ae`` (contexts and titles set) in threads of its own; returns the server. Raises OSError.

    ``refused`` is told ``tls``, ``too_many``, ``pdu`` (longer than agreed) or ``silent``, in any thread.
    """
    ae.dimse_timeout = ae.network_timeout = silence_s
    ae.acse_timeout = min(_GREETING_S, silence_s)
    ae.maximum_pdu_size = MAX_PDU
    events = pynetdicom().evt
    ours = [
        (events.EVT_CONN_OPEN, lambda event: _bound(event.assoc.dul.socket, silence_s, refused)),
        (events.EVT_CONN_CLOSE, _forget),
    ]
    server = ae.make_server(address, evt_handlers=[*handlers, *ours], server_class=_server_class())
    server.tls, server.silence_s, server.refused = context, silence_s, refused
    ae._servers.append(server)
    threading.Thread(target=server.serve_forever, name="pacs-listen", daemon=True).start()
    return server


def _bound(wire: Any, silence_s: float, refused: Refused) -> None:
    """Replace the reading of one connection's ``wire``: a PDU has a longest length and must come within a time."""

    def receive(count: int) -> bytearray:
        if count > _LONGEST_PDU:
            refused("pdu")
            raise ConnectionAbortedError("a PDU longer than agreed")
        data = bytearray()
        end = time.monotonic() + silence_s
        while len(data) < count:
            if time.monotonic() > end:
                refused("silent")
                raise TimeoutError
            part = wire.socket.recv(min(count - len(data), 1 << 16))
            if not part:
                break
            data += part
        return data

    wire.recv = receive


def _forget(event: Any) -> None:
    """Who hung up without a word (a port scan, the watch of a load balancer) must not keep a place until a timeout."""
    if event.assoc.requestor.primitive is None:
        event.assoc.dul.to_user_queue.put(None)  # what its thread takes for the timeout


@cache
def _server_class() -> Any:
    """The class of the server; made at the first use, for pynetdicom may be absent."""
    pynetdicom()
    from pynetdicom.transport import ThreadedAssociationServer

    class Server(ThreadedAssociationServer):
        tls: ssl.SSLContext | None = None
        silence_s = SILENCE_S
        refused: Refused

        def __init__(self, *arguments: Any, **options: Any) -> None:
            self._hands = 0  # being shaken
            self._lock = threading.Lock()
            super().__init__(*arguments, **options)

        def get_request(self) -> tuple[Any, Any]:
            peer, address = self.socket.accept()
            peer.settimeout(self.silence_s)
            return peer, address

        def verify_request(self, request: Any, client_address: Any) -> bool:
            """False, and it is closed, when there are too many connections even to be told so."""
            with self._lock:
                here = self._hands + len(self.active_associations)
            if here < self.ae.maximum_associations + _AT_THE_DOOR:
                return True
            self.refused("too_many")
            return False

        def finish_request(self, request: Any, client_address: Any) -> None:
            """In a thread of this connection."""
            with self._lock:
                self._hands += 1
            try:
                ready = self._secured(request)
                if ready is not None:
                    super().finish_request(ready, client_address)
            finally:
                with self._lock:
                    self._hands -= 1

        def _secured(self, peer: socket.socket) -> socket.socket | None:
            if self.tls is None:
                return peer
            try:
                peer.settimeout(min(_HANDSHAKE_S, self.silence_s))
                secured = self.tls.wrap_socket(peer, server_side=True)
                secured.settimeout(self.silence_s)
                return secured
            except OSError:  # no TLS, no certificate, or nothing at all
                self.refused("tls")
                with contextlib.suppress(OSError):
                    peer.close()
                return None

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Addresses and tracebacks do not go to the terminal."""
            self.refused("failed")

    return Server


__all__ = ["MAX_PDU", "SILENCE_S", "Quota", "Tls", "server_context", "start_listening"]
