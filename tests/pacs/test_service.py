"""The service: a series that arrives is denoised once, whatever comes with it and whatever happens meanwhile."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread

from ldct_viewer.cancel import CancelToken
from ldct_viewer.dicom.read import load
from ldct_viewer.errors import Cancelled, PacsError, WriteError
from ldct_viewer.pacs import settings as patience
from ldct_viewer.pacs import works
from ldct_viewer.pacs.nodes import PacsNode
from ldct_viewer.pacs.queue import DONE, SendQueue
from ldct_viewer.pacs.receiver import Listen
from ldct_viewer.pacs.send import send
from ldct_viewer.pacs.service import Service, Settings
from ldct_viewer.pacs.spool import Spool
from tests.dicom.make_ct import pixels, series

from .kit import MR, archive, free_port, wait_for


class Halver:
    """Stands in for the network: half of every HU value."""

    def __init__(self, delay_s: float = 0.0) -> None:
        self.runs, self.delay_s = 0, delay_s
        info = SimpleNamespace(name="Halver", version="1", sha256="0" * 64)
        self.model = SimpleNamespace(info=info)

    def denoise(self, volume: Any, strength: float, cancel: CancelToken) -> Any:
        self.runs += 1
        for _ in range(int(self.delay_s * 100)):
            time.sleep(0.01)
            cancel.check()
        return (volume.hu // 2).astype(np.int16)


@dataclass
class Running:
    node: PacsNode
    out: Path
    spool: Path
    halver: Halver
    events: list[dict[str, Any]] = field(default_factory=list)

    def said(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.events if line["event"] == event]

    def results(self) -> list[Path]:
        return [path for path in self.out.iterdir() if path.is_dir() and not path.name.startswith(".")]


@contextmanager
def running(folder: Path, halver: Halver | None = None, quiet: float = 0.3, **more: Any) -> Iterator[Running]:
    halver = halver or Halver()
    listen = Listen(free_port(), "DENOISE", **more.pop("listen", {}))
    settings = Settings(folder / "spool", listen, quiet_s=quiet, **{"out": folder / "out", **more})
    one = Running(
        PacsNode("den", "DENOISE", "127.0.0.1", listen.port), settings.out or folder, folder / "spool", halver
    )
    stop = CancelToken()
    service = Service(settings, lambda: halver, one.events.append)  # type: ignore[arg-type, return-value]
    failure: list[BaseException] = []

    def work() -> None:
        try:
            service.run(stop)
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failure.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        wait_for(lambda: one.said("started") or failure)
        yield one
    finally:
        stop.cancel()
        thread.join(20)
        assert not thread.is_alive()
        if failure:
            raise failure[0]


def test_a_series_that_arrives_is_denoised(tmp_path):
    files = series(tmp_path / "s")
    with running(tmp_path) as service:
        assert send(service.node, files).sent == 6
        wait_for(lambda: service.said("denoised"))
        time.sleep(0.6)
    (result,) = service.results()
    assert np.array_equal(load(result).hu, load(tmp_path / "s").hu // 2) and service.halver.runs == 1
    status = json.loads((service.spool / "status.json").read_text())
    assert status["state"] == "stopped" and status["waiting"] == 0 and status["counts"]["denoised"] == 1


def test_it_waits_for_the_end_of_the_association_and_quiet(tmp_path):
    files = series(tmp_path / "s", pixels(12))
    with running(tmp_path, quiet=2.0) as service:
        pause = threading.Event()

        def slowly(outcome: Any) -> None:
            if not pause.is_set():
                pause.set()
                time.sleep(2.5)  # longer than the quiet time, but the association is open

        send(service.node, files[:6], on_file=slowly)
        send(service.node, files[6:])  # at once after: the same series
        wait_for(lambda: service.said("denoised"))
        time.sleep(2.3)
    assert [line["slices"] for line in service.said("denoised")] == [12] and len(service.results()) == 1


def test_a_delivery_that_broke_off_is_waited_for(tmp_path):
    files = series(tmp_path / "s", pixels(12))
    stop = CancelToken()
    with running(tmp_path, quiet=1.0) as service:

        def cut(done: int, total: int) -> None:
            if done == 5:
                stop.cancel()

        with pytest.raises(Cancelled):
            send(service.node, files, cut, stop)
        time.sleep(1.5)
        assert not service.said("denoised")
        send(service.node, files)
        wait_for(lambda: service.said("denoised"))
        time.sleep(1.3)
    assert [line["slices"] for line in service.said("denoised")] == [12]


def test_half_a_series_of_a_sender_that_never_returns_is_not_forgotten(tmp_path):
    stop = CancelToken()
    with running(tmp_path, quiet=0.1) as service:
        with pytest.raises(Cancelled):
            send(
                service.node, series(tmp_path / "s", pixels(12)), lambda n, of: stop.cancel() if n == 5 else None, stop
            )
        wait_for(lambda: service.said("denoised"))
    assert service.said("denoised")[0]["slices"] >= 5


def test_a_sender_without_end_is_cut_off(tmp_path, monkeypatch):
    monkeypatch.setattr("ldct_viewer.pacs.receiver.MAX_OBJECT_BYTES", 200_000)
    with running(tmp_path) as service:
        assert send(service.node, series(tmp_path / "ok", pixels(2, 64, 64))).sent == 2
        with pytest.raises(PacsError):
            send(service.node, series(tmp_path / "big", pixels(1, 1024, 1024)))
    assert [line["code"] for line in service.said("aborted")] == ["too_large"]


def test_double_deliveries_are_worked_off_once(tmp_path):
    files = series(tmp_path / "s")
    with running(tmp_path) as service:
        send(service.node, files)
        send(service.node, files[:3])
        wait_for(lambda: service.said("denoised"))
        assert send(service.node, files).sent == 6
        time.sleep(1)
    with running(tmp_path) as again:
        send(again.node, files)
        time.sleep(1)
    assert len(service.results()) == 1 and service.halver.runs == 1 and again.halver.runs == 0
    assert len(service.said("duplicate")) == 9 and len(again.said("duplicate")) == 6


def test_what_is_no_ct_and_what_is_broken_is_kept_aside_with_a_reason(tmp_path):
    def as_mr(ds: Any, k: int) -> None:
        ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = MR

    scout = series(
        tmp_path / "scout", change=lambda ds, k: setattr(ds, "ImageType", ["ORIGINAL", "PRIMARY", "LOCALIZER"])
    )
    with running(tmp_path) as service:
        assert send(service.node, series(tmp_path / "mr", change=as_mr)[:2]).sent == 2
        assert send(service.node, scout[:1]).sent == 1
        send(service.node, series(tmp_path / "good"))
        wait_for(lambda: service.said("denoised") and len(service.said("aside")) >= 3)
    assert len(service.results()) == 1
    assert {line.get("code") or line["codes"][0] for line in service.said("aside")} == {"not_ct", "localizer"}
    kept = {
        path.parent.name if path.parent.parent.name == "aside" else path.parent.parent.name: path
        for path in (service.spool / "aside").rglob("*.dcm")
    }
    assert set(kept) == {"not_ct", "localizer"} and all(dcmread(path).SOPClassUID for path in kept.values())


def test_our_own_results_are_not_denoised_again(tmp_path):
    with running(tmp_path) as service:
        send(service.node, series(tmp_path / "s"))
        wait_for(lambda: service.said("denoised"))
        send(service.node, sorted(service.results()[0].iterdir()))
        wait_for(lambda: service.said("aside"))
    assert service.said("aside")[0]["code"] == "already_denoised" and len(service.results()) == 1


def test_strangers_and_other_services_are_refused(tmp_path):
    from ldct_viewer.pacs.client import StudyQuery, echo, find_studies

    with running(tmp_path, listen={"allow": ("SCANNER1",)}) as service:
        with pytest.raises(PacsError) as error:
            echo(service.node)
        assert error.value.code == "rejected"
        friend = PacsNode("den", "DENOISE", "127.0.0.1", service.node.port, calling_ae="SCANNER1")
        assert echo(friend).seconds > 0
        with pytest.raises(PacsError) as error:
            find_studies(friend, StudyQuery())
        assert error.value.code == "not_supported"
        with pytest.raises(PacsError):
            echo(PacsNode("den", "ANOTHER", "127.0.0.1", service.node.port, calling_ae="SCANNER1"))


def test_sent_on_and_forgotten(tmp_path):
    with archive() as pacs, running(tmp_path, send_to=pacs.node, out=None) as service:
        send(service.node, series(tmp_path / "s"))
        wait_for(lambda: service.said("sent"))
        assert (
            len(pacs.stored) == 6
            and {str(ds.SeriesInstanceUID) for ds, _, _ in pacs.stored}
            and len({str(ds.SOPInstanceUID) for ds, _, _ in pacs.stored}) == 6
        )
        wait_for(lambda: not list((service.spool / "outgoing").iterdir()))
    assert all("AI_DENOISED" in ds.ImageType for ds, _, _ in pacs.stored)


def test_a_full_disk_is_said_and_tried_again(tmp_path, monkeypatch):
    real, calls = works.write_derived, []

    def full(*args: Any, **more: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise WriteError("The disk is full.", "", code="disk_full")
        return real(*args, **more)

    monkeypatch.setattr(works, "write_derived", full)
    monkeypatch.setattr(patience, "PATIENCE_S", 0.2)
    with running(tmp_path) as service:
        send(service.node, series(tmp_path / "s"))
        wait_for(lambda: service.said("denoised"))
    assert [line["code"] for line in service.said("postponed")] == ["disk_full"] and len(service.results()) == 1


def test_a_disk_that_fills_up_between_any_two_steps_costs_only_time(tmp_path, monkeypatch):
    """The series is written, but cannot be put into the queue, then not be noted as done."""
    monkeypatch.setattr(patience, "PATIENCE_S", 0.2)
    failing = {"enqueue": 1, "mark_done": 1, "clean": 1}

    def once(owner: Any, name: str, error: Exception) -> None:
        real = getattr(owner, name)

        def full(*args: Any, **more: Any) -> Any:
            if failing[name]:
                failing[name] -= 1
                raise error
            return real(*args, **more)

        monkeypatch.setattr(owner, name, full)

    no_space = OSError(errno.ENOSPC, "full")
    once(SendQueue, "enqueue", PacsError("The queue cannot be written: full.", "", code="queue"))
    once(Spool, "mark_done", no_space)
    once(Spool, "clean", no_space)
    with archive() as taken, running(tmp_path, send_to=taken.node) as service:
        send(service.node, series(tmp_path / "s"))
        wait_for(lambda: service.said("sent"))
    assert service.halver.runs == 1 and not service.said("aside") and not any(failing.values())


def test_a_full_spool_is_told_to_the_sender(tmp_path, monkeypatch):
    with running(tmp_path) as service:
        monkeypatch.setattr(
            "ldct_viewer.pacs.spool.store", lambda *a, **k: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full"))
        )
        result = send(service.node, series(tmp_path / "s"))
        assert len(result.failed) == 6 and all(o.status == 0xA700 and o.retry for o in result.failed)
        monkeypatch.undo()
    assert service.said("not_stored")[0]["code"] == "disk_full"


def test_a_series_that_fails_every_time_stops_no_other(tmp_path, monkeypatch):
    class Picky(Halver):
        def denoise(self, volume: Any, strength: float, cancel: CancelToken) -> Any:
            if volume.shape[0] == 5:
                raise ZeroDivisionError
            return super().denoise(volume, strength, cancel)

    monkeypatch.setattr(patience, "PATIENCE_S", 0.05)
    with running(tmp_path, Picky()) as service:
        send(service.node, series(tmp_path / "bad", pixels(5)))
        send(service.node, series(tmp_path / "good"))
        wait_for(lambda: service.said("denoised") and service.said("aside"))
    assert service.said("aside")[0]["code"] == "failed" and len(service.said("postponed")) == 4


def test_a_drop_folder_is_worked_off_and_left_as_it_is(tmp_path):
    drop = tmp_path / "drop"
    series(drop / "a")
    (drop / "readme.txt").write_text("hello")
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in drop.rglob("*") if path.is_file()}
    with running(tmp_path, watch=drop) as service:
        wait_for(lambda: service.said("denoised"))
        series(drop / "b", pixels(4))
        wait_for(lambda: len(service.said("denoised")) == 2)
        shutil.copytree(drop / "a", drop / "a-again")
        time.sleep(1.2)
    with running(tmp_path, watch=drop) as again:
        time.sleep(1.2)
    assert len(service.results()) == 2 and again.halver.runs == 0
    assert all((path.read_bytes(), path.stat().st_mtime_ns) == was for path, was in before.items())


@pytest.mark.parametrize("uid", ["../../escaped", "a/b", "1" * 300, "1.2\0.3", ""])
def test_a_dropped_series_cannot_choose_where_we_write(tmp_path, uid):
    """What lies in a drop folder was checked by nobody: its UID is no name for a file of ours."""
    drop = tmp_path / "drop"

    def named(ds: Any, k: int) -> None:
        ds.SeriesInstanceUID = uid

    series(drop / "bad", change=named)
    with running(tmp_path, watch=drop) as service:
        wait_for(lambda: service.said("denoised") or service.said("ignored"))
        series(drop / "good", pixels(4))
        wait_for(lambda: len(service.said("denoised")) == 2)
    assert not list(tmp_path.glob("**/escaped*"))
    with running(tmp_path, watch=drop) as again:
        time.sleep(1.2)
    assert again.halver.runs == 0


@pytest.mark.parametrize("out", ["drop/out", "."])
def test_results_must_not_fall_into_the_drop_folder(tmp_path, out):
    (tmp_path / "drop").mkdir()
    settings = Settings(tmp_path / "spool", watch=tmp_path / "drop", out=tmp_path / out)
    with pytest.raises(WriteError) as error:
        Service(settings, Halver)  # type: ignore[arg-type]
    assert error.value.code == "inside"


def test_once_ends_by_itself(tmp_path):
    series(tmp_path / "drop" / "a")
    halver = Halver()
    settings = Settings(tmp_path / "spool", watch=tmp_path / "drop", out=tmp_path / "out", quiet_s=0.2, once=True)
    Service(settings, lambda: halver).run(CancelToken())  # type: ignore[arg-type, return-value]
    assert halver.runs == 1 and len(list((tmp_path / "out").iterdir())) == 1


def test_one_service_a_spool(tmp_path):
    with running(tmp_path), pytest.raises(PacsError) as error:
        Service(Settings(tmp_path / "spool", out=tmp_path / "out", once=True), Halver).run(CancelToken())  # type: ignore[arg-type]
    assert error.value.code == "busy"


def test_stop_in_the_middle_and_go_on(tmp_path):
    with running(tmp_path, Halver(delay_s=30)) as service:
        send(service.node, series(tmp_path / "s"))
        wait_for(lambda: service.halver.runs == 1)
    assert not service.results()
    with running(tmp_path) as again:
        wait_for(lambda: again.said("denoised"))
    assert len(again.results()) == 1


def test_originals_are_kept_for_a_time_and_then_removed(tmp_path):
    with running(tmp_path) as service:
        send(service.node, series(tmp_path / "s"))
        wait_for(lambda: service.said("denoised"))
    assert len(list((service.spool / "incoming").rglob("*.dcm"))) == 6
    with running(tmp_path, keep_s=0.0) as again:
        wait_for(lambda: not list((again.spool / "incoming").iterdir()))
    assert len(again.results()) == 1  # results are the user's


def test_nothing_the_service_writes_for_people_names_a_patient(tmp_path):
    def plant(ds: Any, k: int) -> None:
        ds.PatientName, ds.PatientID, ds.PatientBirthDate = "Canary^Plant", "CANARY7", "19111213"
        ds.StudyInstanceUID = "1.2.777.1"

    files = series(tmp_path / "s", change=plant)
    with archive(status=lambda n: 0xA900) as pacs, running(tmp_path, send_to=pacs.node) as service:
        send(service.node, files)
        wait_for(lambda: service.said("send_failed"))
    uid = str(dcmread(files[0]).SeriesInstanceUID)
    told = [json.dumps(service.events).encode()]
    told += [p.read_bytes() for p in service.spool.iterdir() if p.is_file()]
    told += [p.read_bytes() for p in (service.spool / "queue").iterdir()]
    told += [str(p.relative_to(tmp_path)).encode() for p in (tmp_path / "out").rglob("*")]
    for word in (b"canary", b"19111213", uid.encode(), b"1.2.777"):
        assert not [text for text in told if word in text.lower()]


RUNNER = """
import sys, threading
from pathlib import Path
from ldct_viewer.cancel import CancelToken
from ldct_viewer.pacs.nodes import node_from_text
from ldct_viewer.pacs.queue import DONE, SendQueue
from ldct_viewer.pacs.receiver import Listen
from ldct_viewer.pacs.service import Service, Settings
from ldct_viewer.pacs.spool import Spool
from tests.pacs.test_service import Halver
spool, port, to = Path(sys.argv[1]), int(sys.argv[2]), node_from_text(sys.argv[3])
settings = Settings(spool, Listen(port, "DENOISE"), send_to=to, quiet_s=0.2)
Service(settings, lambda: Halver(0.3), lambda line: print(line["event"], flush=True)).run(CancelToken())
"""


def service_process(spool: Path, port: int, archive_port: int) -> subprocess.Popen[bytes]:
    """A service in a process of its own, to be killed; it has started when this returns."""
    command = [sys.executable, "-c", RUNNER, str(spool), str(port), f"ARCHIVE@127.0.0.1:{archive_port}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None and process.stdout.readline().strip() == b"started"
    return process


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")
def test_killed_at_any_moment_every_series_is_denoised_and_sent_once(tmp_path, monkeypatch):
    monkeypatch.setattr("ldct_viewer.pacs.queue.MAX_ATTEMPTS", 10_000)  # a busy machine starts a service in 20 s
    sources = {n: series(tmp_path / f"s{n}", pixels(4, seed=n)) for n in range(3)}
    port, chance, stop = free_port(), random.Random(1), CancelToken()
    queue = SendQueue(tmp_path / "q", 0.1, 0.3)
    for files in sources.values():
        queue.enqueue(files, "den")
    den = PacsNode("den", "DENOISE", "127.0.0.1", port)
    sender = threading.Thread(target=lambda: queue.run([den], stop))
    with archive(delay_s=0.02) as pacs:
        sender.start()

        for _ in range(4):
            process = service_process(tmp_path / "spool", port, pacs.node.port)
            time.sleep(chance.uniform(0, 1.2))
            process.send_signal(signal.SIGKILL)
            process.wait()
        process = service_process(tmp_path / "spool", port, pacs.node.port)
        try:
            wait_for(lambda: all(item.state == DONE for item in queue.items()), 60)
            wait_for(lambda: len({str(ds.SOPInstanceUID) for ds, _, _ in pacs.stored}) >= 12, 60)
            time.sleep(1.5)
        finally:
            stop.cancel()
            process.terminate()
            process.wait()
            sender.join()
    got: dict[str, dict[str, Any]] = {}
    for ds, _, _ in pacs.stored:
        got.setdefault(str(ds.SeriesInstanceUID), {})[str(ds.SOPInstanceUID)] = ds
    assert sorted(len(images) for images in got.values()) == [4, 4, 4]
    studies = sorted(str(next(iter(images.values())).StudyInstanceUID) for images in got.values())
    assert studies == sorted(str(dcmread(files[0]).StudyInstanceUID) for files in sources.values())
