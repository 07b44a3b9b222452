"""A derived series never has fewer slices than its source was seen with: shares that go away, late slices, kills."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread

from ldct_viewer.cancel import CancelToken
from ldct_viewer.dicom.codes import FileProblem, Reason
from ldct_viewer.pacs import drops
from ldct_viewer.pacs import settings as patience
from ldct_viewer.pacs.nodes import PacsNode
from ldct_viewer.pacs.queue import DONE, SendQueue
from ldct_viewer.pacs.send import send
from ldct_viewer.pacs.service import Service, Settings
from ldct_viewer.pacs.spool import Spool
from tests.dicom.make_ct import pixels, series

from .kit import archive, free_port, wait_for
from .test_service import Halver, Running, running, service_process


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PATIENCE_S", 0.2)
    monkeypatch.setattr(patience, "LONGEST_S", 0.4)


def slices(service: Running) -> list[int]:
    return [line["slices"] for line in service.said("denoised")]


# -- a drop folder on a share


def test_files_that_vanish_while_they_are_read_are_waited_for(tmp_path, monkeypatch):
    drop = tmp_path / "drop"
    files = series(drop / "a")
    real, away = drops.scan_paths, tmp_path / "away"

    def then_gone(*arguments: Any, **more: Any) -> Any:
        result = real(*arguments, **more)
        if not away.exists() and result.series:
            away.mkdir()
            for file in files[3:]:
                os.rename(file, away / file.name)
        return result

    monkeypatch.setattr(drops, "scan_paths", then_gone)
    with archive() as pacs, running(tmp_path, watch=drop, send_to=pacs.node, out=None) as service:
        wait_for(lambda: service.said("postponed"))
        time.sleep(0.1)
        for file in files[3:]:
            os.rename(away / file.name, file)
        wait_for(lambda: service.said("sent"))
        time.sleep(0.5)
    assert slices(service) == [6] and len(pacs.stored) == 6
    assert {line["code"] for line in service.said("postponed")} == {"vanished"}


def test_a_share_that_shows_less_without_an_error_is_not_believed(tmp_path, monkeypatch):
    """Half of the names are not in the listing that the scan gets; before and after it all are."""
    drop = tmp_path / "drop"
    files = series(drop / "a")
    real, calls = drops.scan_paths, []

    def blinking(*arguments: Any, **more: Any) -> Any:
        calls.append(1)
        if len(calls) > 1:
            return real(*arguments, **more)
        for file in files[4:]:
            os.rename(file, tmp_path / file.name)
        try:
            return real(*arguments, **more)
        finally:
            for file in files[4:]:
                os.rename(tmp_path / file.name, file)

    monkeypatch.setattr(drops, "scan_paths", blinking)
    with running(tmp_path, watch=drop) as service:
        wait_for(lambda: service.said("denoised"))
        time.sleep(0.5)
    assert slices(service) == [6]


def test_what_stays_unreadable_is_put_aside_with_the_reason_and_tried_when_it_changes(tmp_path, monkeypatch):
    from ldct_viewer.dicom import read

    drop = tmp_path / "drop"
    files = series(drop / "a")
    series(drop / "b", pixels(4))
    real, sick = read.decode_slice, {files[2]}

    def failing(item: Any) -> Any:
        if item.path in sick:
            raise FileProblem(Reason.IO_ERROR)
        return real(item)

    monkeypatch.setattr(read, "decode_slice", failing)
    with running(tmp_path, watch=drop) as service:
        wait_for(lambda: service.said("aside"))
        assert slices(service) == [4]  # another series is not held up
        assert service.said("aside")[0]["code"] == "io_error" and service.said("aside")[0]["images"] == 6
        assert len(service.said("postponed")) == patience.MAX_DROP_TRIES - 1
        time.sleep(1)
        assert len(service.said("aside")) == 1  # no busy loop
        sick.clear()
        os.utime(files[2])  # copied again
        wait_for(lambda: slices(service) == [4, 6])
    assert all(file.exists() for file in files)


@pytest.mark.parametrize("cut", [0, 500, -200], ids=["empty", "header", "pixels"])
def test_a_series_still_arriving_is_not_denoised_short(tmp_path, cut):
    drop = tmp_path / "drop"
    files = series(drop / "a")
    whole = files[3].read_bytes()
    files[3].write_bytes(whole[:cut])
    with running(tmp_path, watch=drop, quiet=0.2) as service:
        wait_for(lambda: service.said("postponed"))
        time.sleep(0.3)
        assert not slices(service)
        files[3].write_bytes(whole)
        wait_for(lambda: service.said("denoised"))
        time.sleep(0.5)
    assert slices(service) == [6] and not service.said("aside")


def test_a_cut_file_that_stays_cut_puts_its_series_aside_and_no_other(tmp_path):
    drop = tmp_path / "drop"
    files = series(drop / "a")
    series(drop / "b", pixels(4))
    files[3].write_bytes(files[3].read_bytes()[:-200])
    with running(tmp_path, watch=drop) as service:
        wait_for(lambda: service.said("aside") and service.said("denoised"))
        time.sleep(0.5)
    assert slices(service) == [4] and [line["code"] for line in service.said("aside")] == ["truncated"]


def test_once_ends_also_with_a_broken_series(tmp_path):
    files = series(tmp_path / "drop" / "a")
    files[0].write_bytes(b"")
    told: list[dict[str, Any]] = []
    settings = Settings(tmp_path / "spool", watch=tmp_path / "drop", out=tmp_path / "out", quiet_s=0.1, once=True)
    Service(settings, Halver, told.append).run(CancelToken())  # type: ignore[arg-type]
    assert [line["code"] for line in told if line["event"] == "aside"] == ["empty_file"]
    assert not list((tmp_path / "out").iterdir())


def test_a_share_that_is_away_is_said_once_and_its_return_too(tmp_path, monkeypatch):
    drop = tmp_path / "drop"
    drop.mkdir()
    with running(tmp_path, watch=drop) as service:
        os.rename(drop, tmp_path / "away")
        wait_for(lambda: service.said("watch_unreadable"))
        series(tmp_path / "away" / "a")
        time.sleep(1)
        os.rename(tmp_path / "away", drop)
        wait_for(lambda: service.said("denoised"))
    assert len(service.said("watch_unreadable")) == len(service.said("watch_back")) == 1


def test_one_broken_image_of_a_delivery_is_no_reason_for_a_shorter_series(tmp_path):
    """It is put aside whole; when the image comes again as it should be, all is denoised."""
    files = series(tmp_path / "s")
    good = files[2].read_bytes()
    ds = dcmread(files[2])
    del ds.RescaleSlope
    ds.save_as(files[2])
    with running(tmp_path, quiet=0.2) as service:
        send(service.node, files)
        wait_for(lambda: len(service.said("aside")) == 2)
        assert not service.results() and len(list((service.spool / "aside").rglob("*.dcm"))) == 6
        assert send(service.node, files).sent == 6  # the same again: nothing new
        time.sleep(0.5)
        assert len(service.said("aside")) == 2 and len(service.said("duplicate")) == 6
        files[2].write_bytes(good)
        send(service.node, files[2:3])
        wait_for(lambda: service.said("denoised"))
    assert slices(service) == [6] and not list((service.spool / "aside" / "no_rescale").rglob("*.dcm"))[1:]


# -- slices that come late


def test_late_slices_make_a_new_series_of_all_and_the_short_one_is_named(tmp_path):
    files = series(tmp_path / "s", pixels(10))
    with running(tmp_path, quiet=0.2) as service:
        send(service.node, files[:6])
        wait_for(lambda: service.said("denoised"))
        send(service.node, files[6:])
        wait_for(lambda: service.said("superseded"))
        time.sleep(0.5)
    assert slices(service) == [6, 10]
    (said,) = service.said("superseded")
    assert (said["slices_before"], said["slices"]) == (6, 10)
    names = {path.name for path in service.results()}
    assert names == {said["was"], said["now"]}  # nothing of the user's is removed
    note = json.loads((service.out / f"{said['was']}.superseded.json").read_text())
    assert (
        note["now"] == said["now"] and json.loads((service.spool / "status.json").read_text())["counts"]["superseded"]
    )


def test_a_short_series_that_was_not_sent_yet_never_is(tmp_path):
    files = series(tmp_path / "s", pixels(10))
    with archive() as pacs:
        node = pacs.node
    asleep = PacsNode("archive", node.ae_title, node.host, free_port())
    with running(tmp_path, quiet=0.2, send_to=asleep, out=None) as service:
        send(service.node, files[:6])
        wait_for(lambda: service.said("queued"))
        send(service.node, files[6:])
        wait_for(lambda: service.said("superseded"))
        wait_for(lambda: len(service.said("queued")) == 2)
        queued = [json.loads(path.read_text()) for path in (service.spool / "queue").glob("*.json")]
    assert [len(job["files"]) for job in queued] == [10] and service.said("superseded")[0]["sent"] is False
    assert len(list((service.spool / "outgoing").iterdir())) == 1


def test_late_slices_whose_companions_are_gone_are_told_and_not_sent_alone(tmp_path):
    files = series(tmp_path / "s", pixels(10))
    with running(tmp_path, quiet=0.2) as service:
        send(service.node, files[:6])
        wait_for(lambda: service.said("denoised"))
    with running(tmp_path, quiet=0.2, keep_s=0.0) as later:  # our copies are removed
        wait_for(lambda: not list((later.spool / "incoming").iterdir()))
        send(later.node, files[6:])
        wait_for(lambda: later.said("aside"))
        assert [(line["images"], line["missing"]) for line in later.said("late")] == [(4, 6)]
        assert later.said("aside")[0]["code"] == "late" and not later.said("denoised")
    with running(tmp_path, quiet=0.2) as again:
        send(again.node, files)  # the whole series, as the log asked for
        wait_for(lambda: again.said("denoised"))
        send(again.node, files)
        time.sleep(0.5)
    assert slices(again) == [10] and len(again.said("superseded")) == 1
    assert not list((again.spool / "aside").rglob("*.dcm"))


def test_late_slices_wait_for_the_rest_while_copies_are_kept(tmp_path):
    files = series(tmp_path / "s", pixels(10))
    with running(tmp_path, quiet=0.2) as service:
        send(service.node, files[:6])
        wait_for(lambda: service.said("denoised"))
        shutil.rmtree(next((service.spool / "incoming").iterdir()))  # as if kept for a shorter time
        send(service.node, files[6:])
        wait_for(lambda: service.said("late"))
        time.sleep(0.5)
        assert len(service.said("late")) == 1 and not service.said("aside")
        send(service.node, files[:6])
        wait_for(lambda: service.said("superseded"))
    assert slices(service) == [6, 10]


def test_late_slices_in_another_part_of_the_drop_folder_are_joined(tmp_path):
    drop = tmp_path / "drop"
    files = series(drop / "a", pixels(10))
    aside = tmp_path / "x"
    aside.mkdir()
    for file in files[6:]:
        os.rename(file, aside / file.name)
    with running(tmp_path, watch=drop) as service:
        wait_for(lambda: service.said("denoised"))
        os.rename(aside, drop / "b")
        wait_for(lambda: service.said("superseded"))
        time.sleep(0.5)
    assert slices(service) == [6, 10]


def test_late_slices_alone_in_the_drop_folder_wait_for_the_others(tmp_path):
    drop = tmp_path / "drop"
    files = series(drop / "a", pixels(10))
    early = tmp_path / "early"
    early.mkdir()
    late = [drop / "a" / file.name for file in files[6:]]
    (tmp_path / "x").mkdir()
    for file in late:
        os.rename(file, tmp_path / "x" / file.name)
    with running(tmp_path, watch=drop) as service:
        wait_for(lambda: service.said("denoised"))
        os.rename(drop / "a", tmp_path / "gone")
        time.sleep(0.5)
        os.rename(tmp_path / "x", drop / "b")
        wait_for(lambda: service.said("late"))
        time.sleep(0.8)
        assert slices(service) == [6] and len(service.said("late")) == 1
        os.rename(tmp_path / "gone", drop / "c")
        wait_for(lambda: service.said("superseded"))
        time.sleep(0.5)
    assert slices(service) == [6, 10] and len(service.said("late")) == 1


# -- killed, full, or asleep


def test_killed_between_the_queue_and_the_note_it_is_not_sent_twice(tmp_path, monkeypatch):
    """The next start sends what is queued before it looks at the series again (which is quiet for a while)."""

    class Killed(BaseException):
        pass

    def dying(*arguments: Any, **more: Any) -> None:
        raise Killed

    files = series(tmp_path / "s")
    with archive() as pacs:
        node, port = pacs.node, free_port()
        asleep = PacsNode("archive", node.ae_title, node.host, port)
        with monkeypatch.context() as patch:
            patch.setattr(Spool, "mark_done", dying)
            with pytest.raises(Killed), running(tmp_path, quiet=0.2, send_to=asleep, out=None) as service:
                send(service.node, files)
                wait_for(lambda: not any(t.name == "pacs-send" for t in threading.enumerate()))
        for log in (tmp_path / "spool" / "queue").glob("*.log"):
            log.unlink()  # its time has come
        with running(tmp_path, quiet=1.5, send_to=node, out=None) as again:
            wait_for(lambda: again.said("sent"))
            time.sleep(2.5)
        assert again.halver.runs == 0 and len(pacs.stored) == 6 and not list((again.spool / "meant").iterdir())


def test_a_second_service_on_the_same_folder_touches_nothing_of_the_first(tmp_path):
    first = Spool(tmp_path / "spool")
    being_written = first.incoming / "1.2.3" / ".1.2.3.4.dcm.abc.part"
    being_written.parent.mkdir()
    being_written.write_bytes(b"half")
    Service(Settings(tmp_path / "spool", out=tmp_path / "out"), Halver)  # type: ignore[arg-type]
    assert being_written.exists()
    first.sweep()
    assert not being_written.exists()


def test_a_disk_that_fills_up_at_any_image_loses_none_that_was_acknowledged(tmp_path, monkeypatch):
    from ldct_viewer.pacs import objects

    real, full = objects.write_atomic, [True]

    def sometimes(path: Path, data: bytes, **more: Any) -> None:
        full[0] = not full[0]
        if full[0]:
            raise OSError(errno.ENOSPC, "full")
        real(path, data, **more)

    files = series(tmp_path / "s", pixels(8))
    with running(tmp_path, quiet=1.0) as service:
        with monkeypatch.context() as patch:
            patch.setattr(objects, "write_atomic", sometimes)
            result = send(service.node, files)
        assert result.sent == 4 and all(outcome.retry for outcome in result.failed)
        assert len(list((service.spool / "incoming").rglob("*.dcm"))) == 4
        assert not list((service.spool / "incoming").rglob("*.part"))
        assert send(service.node, [outcome.path for outcome in result.failed]).sent == 4
        wait_for(lambda: service.said("denoised"))
    assert slices(service) == [8]


def test_an_archive_that_is_down_costs_no_work_and_is_told(tmp_path):
    asleep = PacsNode("archive", "ARCHIVE", "127.0.0.1", free_port())
    with running(tmp_path, quiet=0.2, send_to=asleep, out=None) as service:
        for n in range(3):
            send(service.node, series(tmp_path / f"s{n}", pixels(3, seed=n)))
        wait_for(lambda: len(service.said("queued")) == 3 and service.said("send_postponed"))
        time.sleep(1)
        assert len(service.said("send_postponed")) == 1  # one knocks, the others wait with it
        status = json.loads((service.spool / "status.json").read_text())
        assert (status["unsent"], status["undeliverable"]) == (3, 0)
        assert not service.said("send_failed")


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")
def test_killed_at_any_moment_late_slices_still_make_it_whole(tmp_path):
    """Two associations for each series, apart in time, and a service that dies again and again: in the end the
    archive has one derived series with all slices, once; shorter ones only where the log names them.
    """
    sources = [series(tmp_path / f"s{n}", pixels(6, seed=n)) for n in range(2)]
    port, chance, stop = free_port(), random.Random(4), CancelToken()
    queue = SendQueue(tmp_path / "q", 0.1, 0.3, max_attempts=10_000)
    den = PacsNode("den", "DENOISE", "127.0.0.1", port)
    for files in sources:
        queue.enqueue(files[:3], "den")
    sender = threading.Thread(target=lambda: _until(queue, den, stop))
    kills = int(os.environ.get("LDCT_KILLS", "4"))
    with archive(delay_s=0.01) as pacs:
        sender.start()

        for n in range(kills):
            if n == kills // 2:
                for files in sources:
                    queue.enqueue(files[3:], "den")
            process = service_process(tmp_path / "spool", port, pacs.node.port)
            time.sleep(chance.uniform(0, 1.5))
            process.send_signal(signal.SIGKILL)
            process.wait()
        process = service_process(tmp_path / "spool", port, pacs.node.port)
        try:
            wait_for(lambda: all(item.state == DONE for item in queue.items()), 60)
            wait_for(lambda: sum(len(images) == 6 for images in _derived(pacs).values()) == 2, 60)
            time.sleep(1.5)
        finally:
            stop.cancel()
            process.terminate()
            process.wait()
            sender.join()
    got = _derived(pacs)
    assert sum(len(images) == 6 for images in got.values()) == 2
    short = [uid for uid, images in got.items() if len(images) < 6]
    lines = [json.loads(line) for line in (tmp_path / "spool" / "log.jsonl").read_text().splitlines()]
    named = {line["was"] for line in lines if line["event"] == "superseded"}
    assert len(short) <= len(named)


def _until(queue: SendQueue, node: PacsNode, stop: CancelToken) -> None:
    while not stop.cancelled:
        queue.run([node], stop, wait=False)
        time.sleep(0.1)


def _derived(pacs: Any) -> dict[str, set[str]]:
    got: dict[str, set[str]] = {}
    for ds, _, _ in list(pacs.stored):
        got.setdefault(str(ds.SeriesInstanceUID), set()).add(str(ds.SOPInstanceUID))
    return got
