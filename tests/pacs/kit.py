"""Archives for the tests, all on loopback: pynetdicom's own, Debian's dcmtk and Orthanc."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ldct_viewer.pacs.nodes import PacsNode

EXPLICIT, IMPLICIT, JPEG_SV1, RLE = (
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.5",
)
CT = "1.2.840.10008.5.1.4.1.1.2"
MR = "1.2.840.10008.5.1.4.1.1.4"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tool(name: str) -> str:
    """A Debian program; pynetdicom installs scripts of dcmtk's names beside Python, which are not meant."""
    ours = {os.path.dirname(sys.executable), os.path.dirname(os.path.realpath(sys.executable))}
    places = [p for p in os.environ.get("PATH", "").split(os.pathsep) if p not in ours]
    found = shutil.which(name, path=os.pathsep.join([*places, "/usr/bin", "/usr/sbin"]))
    if found is None:
        pytest.skip(f"{name} is not installed (Debian: dcmtk, orthanc)")
    return found


def wait_for(what: Callable[[], object], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def listening(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
        return True
    return False


def certificate(folder: Path, name: str = "test") -> tuple[str, str]:
    """A self-signed certificate for loopback and its key, as PEM files; it is its own authority."""
    openssl = tool("openssl")
    key, cert = folder / f"{name}-key.pem", folder / f"{name}-cert.pem"
    command = f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={name} -keyout {key} -out {cert}".split()
    subprocess.run([openssl, *command, "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    return str(cert), str(key)


@contextlib.contextmanager
def program(*command: str, port: int, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A server that runs as long as the block; ready when its port is open."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, **{**quiet, **options})
    try:
        wait_for(lambda: listening(port) or process.poll() is not None)
        assert process.poll() is None, f"{command[0]} did not start"
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass
class Orthanc:
    """A running Orthanc and its node."""

    node: PacsNode
    http: int

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http}{path}", timeout=10) as answer:
            return json.load(answer)

    def post(self, path: str, body: str) -> Any:
        request = urllib.request.Request(f"http://127.0.0.1:{self.http}{path}", body.encode(), method="POST")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def file(self, instance: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http}/instances/{instance}/file", timeout=10) as answer:
            return bytes(answer.read())


@contextlib.contextmanager
def orthanc(folder: Path, node: dict[str, Any] | None = None, **more: Any) -> Iterator[Orthanc]:
    binary = tool("Orthanc")
    dicom, http, move = free_port(), free_port(), free_port()
    config = {
        "StorageDirectory": str(folder / "db"),
        "IndexDirectory": str(folder / "db"),
        "Plugins": [],
        "HttpPort": http,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "DefaultEncoding": "Utf8",  # of its answers; the default, Latin-1, drops Korean
        "DicomAet": "ORTHANC",
        "DicomPort": dicom,
        "DicomCheckCalledAet": True,
        "DicomAlwaysAllowGet": True,
        "DicomAlwaysAllowFind": True,
        "DicomAlwaysAllowMove": True,
        "DicomModalities": {"us": ["LDCTVIEWER", "127.0.0.1", move]},
        **more,
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "orthanc.json").write_text(json.dumps(config))
    with program(binary, str(folder / "orthanc.json"), port=dicom):
        wait_for(lambda: listening(http))
        yield Orthanc(PacsNode("orthanc", "ORTHANC", "127.0.0.1", dicom, move_port=move, **(node or {})), http)


@dataclass
class Archive:
    """pynetdicom as an archive: what it finds, gives and takes is set by the test, as is how it misbehaves."""

    node: PacsNode
    found: list[Any] = field(default_factory=list)
    images: list[Any] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)
    stored: list[Any] = field(default_factory=list)
    status: Callable[[int], int] = lambda number: 0
    delay_s: float = 0.0
    associations: int = 0
    servers: list[Any] = field(default_factory=list)
    cancelled: bool = False

    def on_find(self, event: Any) -> Iterator[Any]:
        self.asked.append(event.identifier)
        for match in self.found:
            time.sleep(self.delay_s)
            if event.is_cancelled:
                self.cancelled = True
                yield 0xFE00, None
                return
            yield 0xFF00, match

    def on_get(self, event: Any) -> Iterator[Any]:
        yield len(self.images)
        for image in self.images:
            time.sleep(self.delay_s)
            yield 0xFF00, image

    def on_move(self, event: Any) -> Iterator[Any]:
        if event.move_destination != self.node.calling_ae:
            yield None, None
            return
        yield "127.0.0.1", self.node.move_port
        yield from self.on_get(event)

    def on_store(self, event: Any) -> int:
        time.sleep(self.delay_s)
        status = self.status(len(self.stored))
        self.stored.append((event.dataset, str(event.context.transfer_syntax), event.request.DataSet.getvalue()))
        return status

    def on_open(self, event: Any) -> None:
        self.associations += 1


@contextlib.contextmanager
def archive(
    syntaxes: tuple[str, ...] = (EXPLICIT, IMPLICIT),
    classes: tuple[str, ...] = (CT,),
    services: str = "efgms",
    **more: Any,
) -> Iterator[Archive]:
    from pynetdicom import AE, evt

    ae = AE("ARCHIVE")
    ae.require_called_aet = True
    ae.dimse_timeout = ae.network_timeout = 10
    query = "1.2.840.10008.5.1.4.1.2.2."
    for letter, uid in (("e", "1.2.840.10008.1.1"), ("f", f"{query}1"), ("m", f"{query}2"), ("g", f"{query}3")):
        if letter in services:
            ae.add_supported_context(uid)
    for sop_class in classes if "s" in services or "g" in services else ():
        ae.add_supported_context(sop_class, list(syntaxes), scu_role=True, scp_role=True)
        ae.add_requested_context(sop_class, list(syntaxes))
    port = free_port()
    one = Archive(PacsNode("archive", "ARCHIVE", "127.0.0.1", port, move_port=free_port()), **more)
    handlers = [
        (evt.EVT_C_FIND, one.on_find),
        (evt.EVT_C_GET, one.on_get),
        (evt.EVT_C_MOVE, one.on_move),
        (evt.EVT_C_STORE, one.on_store),
        (evt.EVT_CONN_OPEN, one.on_open),
    ]
    one.servers.append(ae.start_server(("127.0.0.1", port), block=False, evt_handlers=handlers))
    try:
        yield one
    finally:
        ae.shutdown()
