"""Records of what the service has done go in time and in number, and nothing else goes with them."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from ldct_viewer.pacs import spool as spool_module
from ldct_viewer.pacs.send import send
from ldct_viewer.pacs.spool import EXCLUDED, FAILED, Spool
from tests.dicom.make_ct import series

from .kit import wait_for
from .test_service import running

DAY = 86400.0


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


def done(spool: Spool, uid: str, days: float, **more: str) -> Path:
    """A series worked off so many days ago; its record."""
    spool.mark_done(uid, [f"{uid}.1", f"{uid}.2"], "key", **more)
    record = spool._record(uid)
    os.utime(record, (time.time() - days * DAY,) * 2)
    return record


def names(spool: Spool) -> set[str]:
    return {path.name for path in spool.done.iterdir()}


def test_records_go_after_ninety_days(spool):
    old, young = done(spool, "1.2.3", 91), done(spool, "1.2.4", 89)
    assert spool.forget() == 1
    assert not old.exists() and young.exists()
    assert not spool.is_done("1.2.3", ["1.2.3.1"]) and spool.is_done("1.2.4", ["1.2.4.1"])
    assert Spool(spool.folder).is_done("1.2.4", ["1.2.4.1"])


def test_beyond_the_number_kept_the_oldest_go(spool):
    for n in range(12):
        done(spool, f"1.2.{n}", 12 - n)
    assert spool.forget(most=10) == 2
    assert names(spool) == {f"1.2.{n}.json" for n in range(2, 12)}
    assert spool.forget(most=10) == 0


def test_the_limits_are_those_that_are_documented():
    assert (spool_module.DONE_KEEP_S, spool_module.DONE_MOST) == (90 * DAY, 10_000)
    readme = Path(__file__).resolve().parents[2] / "README.md"
    if readme.is_file():
        assert "for 90 days and 10,000 series" in readme.read_text("utf-8")


def test_what_is_still_needed_stays_however_old(spool):
    """Images that are here, are being delivered or lie aside as failures, late slices that are waited for, series in
    the drop folder.
    """
    kept = {done(spool, f"1.2.{n}", 400) for n in (1, 3, 4, 6)}
    spool.begin("1.2.6")
    failed = done(spool, "1.2.2", 400, kind=FAILED)
    harmless = done(spool, "1.2.5", 400, kind=EXCLUDED)
    odd = done(spool, "../odd", 400)
    (spool.incoming / "1.2.1").mkdir()
    lying = spool.aside / "truncated" / "1.2.2" / "1.2.2.2.dcm"
    lying.parent.mkdir(parents=True)
    lying.write_bytes(b"image")
    spool.want("1.2.3")
    os.utime(spool._record("1.2.3"), (1, 1))
    assert spool.forget(kept=["1.2.4", "../odd"]) == 1
    assert all(record.exists() for record in (*kept, failed, odd)) and not harmless.exists()
    lying.unlink()
    assert spool.forget(kept=["1.2.4"]) == 2 and not failed.exists() and not odd.exists()


def test_files_that_are_not_ours_are_never_touched(spool, tmp_path):
    foreign = ["notes.txt", "1.2.3.json.bak", "patient.json", "no-uid-1.json", ".1.2.3.json.part", "1..2.json"]
    for name in foreign:
        (spool.done / name).write_text("{}")
        os.utime(spool.done / name, (1, 1))
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_text("{}")
    (spool.done / "1.2.9.json").symlink_to(elsewhere)
    (spool.done / "1.2.8.json").mkdir()
    assert spool.forget(most=0) == 0
    assert names(spool) == {*foreign, "1.2.9.json", "1.2.8.json"} and elsewhere.exists()


def test_a_running_service_forgets_what_is_old_and_works_it_off_when_it_comes_again(tmp_path):
    folder = series(tmp_path / "s")
    with running(tmp_path) as service:
        send(service.node, folder)
        wait_for(lambda: service.said("denoised"))
    (record,) = (service.spool / "done").iterdir()
    os.utime(record, (time.time() - 91 * DAY,) * 2)
    with running(tmp_path, keep_s=0.0) as again:
        wait_for(lambda: again.said("records_removed"))
        for result in again.results():  # its user has fetched it; what is still there is not made twice
            shutil.rmtree(result)
        assert again.said("records_removed")[0]["series"] == 1
        send(again.node, folder)
        wait_for(lambda: again.said("denoised"))


def old_record_of_a_drop_folder(tmp_path, monkeypatch):
    """(a drop folder with one series, the record of 400 days ago that it was denoised)."""
    monkeypatch.setattr("ldct_viewer.pacs.settings.PATIENCE_S", 0.2)  # between two cleanings
    drop = tmp_path / "drop"
    series(drop / "a")
    with running(tmp_path, watch=drop) as service:
        wait_for(lambda: service.said("denoised"))
    (record,) = (service.spool / "done").iterdir()
    os.utime(record, (time.time() - 400 * DAY,) * 2)
    return drop, record


def test_what_lies_in_the_drop_folder_is_never_forgotten(tmp_path, monkeypatch):
    drop, record = old_record_of_a_drop_folder(tmp_path, monkeypatch)
    other = Spool(record.parents[1])
    gone = done(other, "1.2.3", 400)  # of a series that is in the drop folder no more
    with running(tmp_path, watch=drop) as again:
        wait_for(lambda: again.said("records_removed"))
    assert record.exists() and not gone.exists() and again.halver.runs == 0
    with running(tmp_path, watch=drop) as last:
        time.sleep(1.2)
    assert last.halver.runs == 0


def test_while_the_drop_folder_shows_nothing_no_record_goes(tmp_path, monkeypatch):
    """A share that is not mounted looks like an empty folder; back again, all of it would be denoised once more."""
    drop, record = old_record_of_a_drop_folder(tmp_path, monkeypatch)
    drop.rename(tmp_path / "away")
    drop.mkdir()
    with running(tmp_path, watch=drop) as again:
        time.sleep(1.2)
    assert record.exists() and not again.said("records_removed")
