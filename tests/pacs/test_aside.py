"""What was put aside goes in time and in size, failures last, and never without a word."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from ldct_viewer.pacs.aside import Aside
from ldct_viewer.pacs.send import send
from tests.dicom.make_ct import series

from .kit import MR, wait_for
from .test_service import running

DAY = 86400.0


class Told(list):
    def __call__(self, event: str, **facts: Any) -> None:
        self.append((event, facts))


def put(folder: Path, reason: str, name: str, days: float, images: int = 3, size: int = 1000) -> Path:
    place = folder / reason / name
    place.mkdir(parents=True)
    for n in range(images):
        (place / f"1.2.{n}.dcm").write_bytes(bytes(size))
        os.utime(place / f"1.2.{n}.dcm", (time.time() - days * DAY,) * 2)
    return place


def aside(folder: Path, told: Told, days: float = 30, limit: int = 10**9) -> Aside:
    return Aside(folder, days * DAY, limit, told, lambda uid: f"hidden-{len(uid)}")


def test_what_is_old_goes_and_is_told(tmp_path):
    told = Told()
    old, scout, young = (
        put(tmp_path, "truncated", "1.2.3", 31),
        put(tmp_path, "localizer", "1.2.4", 40, images=1),
        put(tmp_path, "truncated", "1.2.5", 1),
    )
    lone = tmp_path / "not_ct" / "abc.dcm"
    lone.parent.mkdir()
    lone.write_bytes(b"x")
    os.utime(lone, (1, 1))
    keeper = aside(tmp_path, told)
    keeper.clean()
    assert not old.exists() and not scout.exists() and not lone.exists() and young.exists()
    facts = {"images": 5, "failed": 3, "codes": ["localizer", "not_ct", "truncated"], "because": "age"}
    assert told == [("aside_removed", facts)]
    (line,) = [json.loads(text) for text in (tmp_path / "removed.jsonl").read_text().splitlines()]
    assert (line["code"], line["images"], line["series"], line["because"]) == ("truncated", 3, "hidden-5", "age")
    assert (tmp_path / "removed.jsonl").stat().st_mode & 0o077 == 0
    facts = keeper.facts()
    assert (facts["images"], facts["failed"], facts["removed"]) == (3, 3, 5) and 0.9 < facts["oldest_days"] < 1.1


def test_a_series_goes_as_a_whole_by_its_newest_image(tmp_path):
    place = put(tmp_path, "late", "1.2.3", 31)
    os.utime(place / "1.2.0.dcm")
    aside(tmp_path, Told()).clean()
    assert len(list(place.iterdir())) == 3


def test_what_is_too_much_goes_oldest_first_and_failures_last(tmp_path):
    told = Told()
    old_failure, new_failure = put(tmp_path, "truncated", "1.1", 20), put(tmp_path, "truncated", "1.2", 0.5)
    old_scout, new_scout = put(tmp_path, "localizer", "1.3", 10), put(tmp_path, "localizer", "1.4", 0.1)
    aside(tmp_path, told, limit=9500).clean()
    assert not old_scout.exists() and new_scout.exists() and old_failure.exists()
    aside(tmp_path, told, limit=3000).clean()
    assert not new_scout.exists() and not old_failure.exists() and new_failure.exists()
    assert [facts["because"] for _, facts in told] == ["size", "size"]
    told.clear()
    aside(tmp_path, told, limit=100).clean()  # of today: stays, and the size is told
    assert new_failure.exists() and [event for event, _ in told] == ["aside_full"]


def test_failures_are_announced_before_they_go(tmp_path):
    told = Told()
    put(tmp_path, "truncated", "1.2.3", 28)
    put(tmp_path, "localizer", "1.2.4", 28)
    keeper = aside(tmp_path, told)
    keeper.clean()
    keeper.clean()
    assert told == [("aside_expiring", {"images": 3, "codes": ["truncated"], "days": 3.0})]  # once a day


def test_a_failure_that_cannot_be_noted_stays(tmp_path, monkeypatch):
    place = put(tmp_path, "truncated", "1.2.3", 31)
    (tmp_path / "removed.jsonl").mkdir()
    with pytest.raises(OSError):
        aside(tmp_path, Told()).clean()
    assert place.exists()


def test_the_service_empties_it_and_says_how_much_is_there(tmp_path):
    def as_mr(ds: Any, k: int) -> None:
        ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = MR

    with running(tmp_path) as service:
        send(service.node, series(tmp_path / "mr", change=as_mr))
        wait_for(lambda: len(service.said("aside")) == 6)
    with running(tmp_path) as again:
        wait_for(lambda: json.loads((again.spool / "status.json").read_text()).get("aside", {}).get("images") == 6)
        assert len(list((again.spool / "aside").rglob("*.dcm"))) == 6
    with running(tmp_path, keep_aside_s=0.0) as last:
        wait_for(lambda: last.said("aside_removed"))
    assert not list((last.spool / "aside").rglob("*.dcm")) and last.said("aside_removed")[0]["codes"] == ["not_ct"]
    status = json.loads((last.spool / "status.json").read_text())
    assert (status["aside"]["images"], status["aside"]["removed"]) == (0, 6)


def test_trouble_there_does_not_hold_up_the_work(tmp_path):
    place = put(tmp_path / "spool" / "aside", "truncated", "1.2.3", 31)
    (tmp_path / "spool" / "aside" / "removed.jsonl").mkdir()
    with running(tmp_path) as service:
        wait_for(lambda: service.said("aside_trouble"))
        send(service.node, series(tmp_path / "s"))
        wait_for(lambda: service.said("denoised"), 10)
    assert place.exists()
