"""What no peer can do to our receivers: fill the disk or the memory, take all places, listen in, or hold us up."""

from __future__ import annotations

import contextlib
import socket
import struct
import subprocess
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest
from pydicom import dcmread

from ldct_viewer.errors import PacsError, WriteError
from ldct_viewer.pacs import listener, retrieve
from ldct_viewer.pacs.client import echo
from ldct_viewer.pacs.listener import Quota, Tls
from ldct_viewer.pacs.receiver import Listen, check_allowed
from ldct_viewer.pacs.send import send
from tests.dicom.make_ct import pixels, series

from .kit import archive, certificate, free_port, orthanc, tool, wait_for
from .test_retrieve import row
from .test_service import running


def codes(service, event: str = "rejected") -> list[str]:
    return [line["code"] for line in service.said(event)]


def gone(peer: socket.socket, seconds: float) -> bool:
    """True when the other side closes this connection in time."""
    peer.settimeout(seconds)
    with contextlib.suppress(TimeoutError):
        try:
            while peer.recv(4096):
                pass
        except ConnectionError:
            pass
        return True
    return False


@pytest.mark.parametrize(
    ("quota", "code"), [(Quota(images=4), "too_many"), (Quota(size=4 * 2500), "too_much")], ids=["images", "bytes"]
)
def test_an_association_brings_so_much_and_the_next_one_the_rest(tmp_path, quota, code):
    files = series(tmp_path / "s")  # six of 2 kB
    with running(tmp_path, quiet=1.0, listen={"quota": quota}) as service:
        first = send(service.node, files)
        assert 0 < first.sent < 6 and all(o.status == 0xA700 and o.retry for o in first.failed)
        assert send(service.node, [outcome.path for outcome in first.failed]).sent == 6 - first.sent
        wait_for(lambda: service.said("denoised"))
    assert codes(service, "not_stored") == [code]  # said once, not for every image
    assert [line["slices"] for line in service.said("denoised")] == [6]


def test_a_disk_that_is_nearly_full_takes_no_more(tmp_path, monkeypatch):
    files = series(tmp_path / "s")
    with running(tmp_path, listen={"quota": Quota(free=1000)}) as service:
        left = SimpleNamespace(free=3000)  # 2 kB an image: one more would leave less than the reserve
        monkeypatch.setattr(listener.shutil, "disk_usage", lambda folder: left)
        result = send(service.node, files)
        assert result.sent == 0 and all(o.status == 0xA700 and o.retry for o in result.failed)
        assert not list((service.spool / "incoming").rglob("*.dcm"))
        left.free = 1 << 30
        assert send(service.node, files).sent == 6
        monkeypatch.undo()
        wait_for(lambda: service.said("denoised"))
    assert codes(service, "not_stored") == ["disk_full"]


@pytest.mark.parametrize("kind", [1, 4])
def test_a_packet_longer_than_agreed_ends_the_connection_unread(tmp_path, kind):
    with running(tmp_path) as service:
        with socket.create_connection(("127.0.0.1", service.node.port)) as peer:
            peer.sendall(struct.pack(">BBL", kind, 0, 0xFFFFFFF0) + bytes(1000))
            assert gone(peer, 10)
        assert echo(service.node).seconds > 0
    assert codes(service) == ["pdu"]


def test_peers_that_say_nothing_are_cut_off_and_hold_up_nobody(tmp_path):
    with running(tmp_path, listen={"silence_s": 1.5, "associations": 2}) as service:
        address = ("127.0.0.1", service.node.port)
        with socket.create_connection(address) as silent, socket.create_connection(address) as halting:
            halting.sendall(struct.pack(">BBL", 1, 0, 500) + b"\0\1")  # and the rest never
            started = time.monotonic()
            assert gone(silent, 15) and gone(halting, 15)
            assert time.monotonic() - started < 12
        wait_for(lambda: not _associations(service.node.port))
        assert echo(service.node).seconds > 0


def test_one_byte_a_moment_is_silence_too(tmp_path):
    with (
        running(tmp_path, listen={"silence_s": 1.0}) as service,
        socket.create_connection(("127.0.0.1", service.node.port)) as peer,
    ):
        peer.sendall(struct.pack(">BBL", 1, 0, 500))
        with contextlib.suppress(OSError):
            for _ in range(40):
                peer.sendall(b"\0")
                time.sleep(0.2)
        assert gone(peer, 5)
        wait_for(lambda: "silent" in codes(service))


def test_an_idle_association_is_ended(tmp_path):
    from pynetdicom import AE

    with running(tmp_path, listen={"silence_s": 1.0}) as service:
        ae = AE("IDLE")
        ae.add_requested_context("1.2.840.10008.1.1")
        assoc = ae.associate("127.0.0.1", service.node.port, ae_title="DENOISE")
        assert assoc.is_established
        wait_for(lambda: not assoc.is_alive(), 15)
        assert assoc.is_aborted


def test_more_associations_than_allowed_are_told_so(tmp_path):
    from pynetdicom import AE

    with running(tmp_path, listen={"associations": 2}) as service:
        ae = AE("MANY")
        ae.add_requested_context("1.2.840.10008.1.1")
        held = [ae.associate("127.0.0.1", service.node.port, ae_title="DENOISE") for _ in range(2)]
        assert all(assoc.is_established for assoc in held)
        with pytest.raises(PacsError) as error:
            echo(service.node)
        assert error.value.code == "rejected" and "too many" in error.value.message
        crowd = [socket.create_connection(("127.0.0.1", service.node.port)) for _ in range(12)]
        wait_for(lambda: codes(service).count("too_many") >= 3)  # ten places, two of them held
        for peer in crowd:
            peer.close()
        for assoc in held:
            assoc.release()
        wait_for(lambda: _associations(service.node.port) == 0)
        assert echo(service.node).seconds > 0


def _associations(port: int) -> int:
    import threading

    alive = [thread for thread in threading.enumerate() if "AcceptorThread" in thread.name]
    return sum(getattr(thread, "_server", None) is not None and thread._server.server_address[1] == port
               for thread in alive)  # fmt: skip


def test_who_calls_and_who_is_called_is_checked_and_told_apart(tmp_path):
    with running(tmp_path, listen={"allow": check_allowed(["SCANNER1", "CT 2"])}) as service:
        for caller in ("SCANNER1", "CT 2"):
            assert echo(replace(service.node, calling_ae=caller)).seconds > 0
        for caller, called in (("SCANNER", "DENOISE"), ("scanner1", "DENOISE"), ("SCANNER1", "denoise")):
            with pytest.raises(PacsError) as error:
                send(replace(service.node, calling_ae=caller, ae_title=called), series(tmp_path / caller))
            assert error.value.code == "rejected"
    assert codes(service) == ["unknown_caller", "unknown_caller", "wrong_title"]
    assert not list((service.spool / "incoming").iterdir())
    with pytest.raises(PacsError):
        check_allowed(["back\\slash"])


# -- TLS


def test_with_tls_the_clear_is_refused_and_a_silent_peer_locks_out_nobody(tmp_path):
    cert, key = certificate(tmp_path)
    files = series(tmp_path / "s")
    with running(tmp_path, listen={"tls": Tls(cert, key)}) as service:
        with socket.create_connection(("127.0.0.1", service.node.port)):  # in the middle of its handshake, for ever
            with pytest.raises(PacsError):
                send(service.node, files)
            secure = replace(service.node, tls=True, ca_file=cert)
            assert send(secure, files).sent == 6
        with pytest.raises(PacsError) as error:
            echo(replace(service.node, tls=True), timeout=3)
        assert error.value.code == "tls"  # not of an authority the caller knows
        wait_for(lambda: service.said("denoised"))
    assert set(codes(service)) == {"tls"}


def test_only_certificates_of_our_authority_may_send(tmp_path):
    cert, key = certificate(tmp_path)
    theirs, their_key = certificate(tmp_path, "friend")
    strange, strange_key = certificate(tmp_path, "stranger")
    with running(tmp_path, listen={"tls": Tls(cert, key, theirs)}) as service:
        secure = replace(service.node, tls=True, ca_file=cert)
        assert echo(replace(secure, cert_file=theirs, key_file=their_key)).seconds > 0
        for nobody in (secure, replace(secure, cert_file=strange, key_file=strange_key)):
            with pytest.raises(PacsError):
                echo(nobody, timeout=3)
    assert codes(service) and set(codes(service)) == {"tls"}


def test_storescu_and_orthanc_come_by_tls(tmp_path):
    storescu = tool("storescu")
    cert, key = certificate(tmp_path)
    theirs, their_key = certificate(tmp_path, "friend")
    files = series(tmp_path / "s")
    with running(tmp_path, quiet=1.0, listen={"tls": Tls(cert, key, theirs)}) as service:
        at = ["-aec", "DENOISE", "127.0.0.1", str(service.node.port), *map(str, files)]
        plain = subprocess.run([storescu, *at], check=False, capture_output=True)
        anonymous = subprocess.run([storescu, "+tla", "+cf", cert, *at], check=False, capture_output=True)
        assert plain.returncode and anonymous.returncode and not list((service.spool / "incoming").iterdir())
        ours = [storescu, "+tls", their_key, theirs, "+cf", cert]
        done = subprocess.run([*ours, *at], check=False, capture_output=True, text=True)
        if "unknown option" in (done.stdout + done.stderr).lower():
            pytest.skip("this dcmtk was built without TLS")
        assert done.returncode == 0, done.stderr
        wait_for(lambda: service.said("denoised"))
        tls = {"DicomTlsEnabled": False, "DicomTlsCertificate": theirs, "DicomTlsPrivateKey": their_key}
        tls |= {"DicomTlsTrustedCertificates": cert}
        us = {"AET": "DENOISE", "Host": "127.0.0.1", "Port": service.node.port, "UseDicomTls": True}
        more = series(tmp_path / "t", pixels(4, seed=5))
        with orthanc(tmp_path / "o", DicomModalities={"us": us}, **tls) as pacs:
            assert send(pacs.node, more).sent == 4
            (study,) = pacs.get("/studies")
            pacs.post("/modalities/us/store", study)
        wait_for(lambda: len(service.said("denoised")) == 2)
    assert [line["slices"] for line in service.said("denoised")] == [6, 4]


@pytest.mark.parametrize("broken", ["cert", "key", "ca", "absent"])
def test_certificates_that_cannot_be_used_are_said_before_the_port_is_opened(tmp_path, broken):
    from ldct_viewer.pacs.receiver import Receiver

    cert, key = certificate(tmp_path)
    (tmp_path / "junk.pem").write_text("junk")
    junk = str(tmp_path / "junk.pem")
    tls = {
        "cert": Tls(junk, key),
        "key": Tls(cert, junk),
        "ca": Tls(cert, key, junk),
        "absent": Tls(cert, str(tmp_path / "no.pem")),
    }[broken]
    with pytest.raises(PacsError) as error:
        Receiver(Listen(free_port(), "X", tls=tls), None, None)  # type: ignore[arg-type]
    assert error.value.code == "tls" and error.value.path


# -- fetching


@pytest.mark.parametrize("method", ["get", "move"])
@pytest.mark.parametrize("quota", [Quota(images=3, free=0), Quota(size=7000, free=0)], ids=["images", "bytes"])
def test_an_archive_that_never_ends_is_stopped(tmp_path, monkeypatch, method, quota):
    images = [dcmread(path) for path in series(tmp_path / "src")]
    monkeypatch.setattr(retrieve, "_QUOTA", quota)
    with archive(images=images) as pacs, pytest.raises(PacsError) as error:
        retrieve.retrieve(pacs.node, row(images), tmp_path / "a", method)
    assert error.value.code == "too_much" and len(list((tmp_path / "a").iterdir())) <= 3


@pytest.mark.parametrize("method", ["get", "move"])
def test_fetching_stops_before_the_disk_is_full(tmp_path, monkeypatch, method):
    images = [dcmread(path) for path in series(tmp_path / "src")]
    monkeypatch.setattr(listener.shutil, "disk_usage", lambda folder: SimpleNamespace(free=100 << 20))
    with archive(images=images) as pacs, pytest.raises(WriteError) as error:
        retrieve.retrieve(pacs.node, row(images), tmp_path / "a", method)
    assert error.value.code == "disk_full" and not list((tmp_path / "a").iterdir())


def test_nobody_can_hold_up_our_receiver_for_c_move(tmp_path, monkeypatch):
    images = [dcmread(path) for path in series(tmp_path / "src")]
    with archive(images=images) as pacs:
        real, peers = retrieve._follow, []

        def crowded(*arguments):
            peers.extend(socket.create_connection(("127.0.0.1", pacs.node.move_port)) for _ in range(3))
            peers[0].sendall(struct.pack(">BBL", 4, 0, 0xFFFFFFF0))
            return real(*arguments)

        monkeypatch.setattr(retrieve, "_follow", crowded)
        assert len(retrieve.retrieve(pacs.node, row(images), tmp_path / "a", "move").files) == 6
        assert gone(peers[0], 5)
        for peer in peers:
            peer.close()
