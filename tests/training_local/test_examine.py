"""What is found in folders, which objective follows, and what is refused."""

from __future__ import annotations

import json

import numpy as np
import pydicom
import pytest

from ldct_viewer.dicom.series import FoundSeries
from ldct_viewer.errors import OpenError
from ldct_viewer.training.local.examine import examine
from ldct_viewer.training.local.pairing import shift_of

from .conftest import Maker, body


def test_quiet_scans_are_trained_with_simulated_dose(make_series: Maker) -> None:
    report = examine([make_series("full", noise=8)])
    assert report.objective == "simulated"
    assert report.series[0].noise_hu == pytest.approx(8, rel=0.3)
    assert report.patients == 1 and report.slices == 12


def test_noisy_scans_are_trained_on_themselves(make_series: Maker) -> None:
    report = examine([make_series("low", noise=50)])
    assert report.objective == "self"
    assert "neighbouring slices" in report.reason.text


def test_two_doses_of_one_anatomy_are_a_pair_and_mas_tells_which_is_low(make_series: Maker) -> None:
    full = make_series("a", noise=8, mas=200, seed=1)
    low = make_series("b", noise=16, mas=50, seed=2)
    report = examine([full, low])
    assert report.objective == "pairs"
    (pair,) = report.pairs
    assert report.series[pair.low].found.meta.exposure_mas == 50
    assert pair.dose == pytest.approx(0.25)


def test_mas_of_unlike_attributes_are_not_compared(make_series: Maker) -> None:
    """One header states mAs, the other only current and time (of the whole scan): the noise tells which is low."""
    full = make_series("a", noise=8, mas=200, seed=1)
    low = make_series("b", noise=16, mas=50, seed=2)
    for path in low.iterdir():
        ds = pydicom.dcmread(path)
        del ds.Exposure
        ds.XRayTubeCurrent, ds.ExposureTime = 100, 12_000
        ds.save_as(path)
    report = examine([full, low])
    (pair,) = report.pairs
    assert report.series[pair.low].found.meta.exposure_mas == 1200
    assert pair.dose == pytest.approx(0.25, rel=0.5)


def test_mas_that_no_scanner_gives_is_not_believed(make_series: Maker) -> None:
    full = make_series("a", noise=8, mas=151, seed=1)
    low = make_series("b", noise=16, mas=5100, seed=2)
    report = examine([full, low])
    (pair,) = report.pairs
    assert report.series[pair.low].found.meta.exposure_mas == 5100
    assert pair.dose == pytest.approx(0.25, rel=0.5)


def test_a_simulated_dose_is_the_low_side_though_it_keeps_the_mas_of_its_scan(make_series: Maker, tmp_path) -> None:
    from ldct_viewer.cli.main import main

    full = make_series("a", noise=8, mas=200, size=128)
    low = tmp_path / "저선량"
    assert main(["simulate", str(full), str(low), "--dose", "0.25"]) == 0
    report = examine([full, low])
    assert report.objective == "pairs", report.reason.text
    (pair,) = report.pairs
    assert "simulated" in report.series[pair.low].found.meta.description
    assert pair.dose == pytest.approx(0.25, rel=0.5)
    assert examine([low]).objective == "self"  # alone it is a low-dose scan, however quiet


def test_the_noise_told_is_that_of_the_scans_that_serve_as_references(make_series: Maker) -> None:
    report = examine([make_series("a", noise=8), make_series("b", noise=60, patient="P2", seed=3)])
    assert report.reason.code == "why_simulated_some" and report.reason.data["noise"].data["hu"] in ("8", "9")


def test_what_was_denoised_is_left_out_whatever_it_is_called(make_series: Maker, monkeypatch) -> None:
    folder = make_series("a", description="lung")
    marked = property(lambda found: ("DERIVED", "SECONDARY", "AXIAL", "AI_DENOISED"))
    monkeypatch.setattr(FoundSeries, "image_type", marked)
    with pytest.raises(OpenError) as error:
        examine([folder])
    assert "already denoised" in error.value.hint


def test_a_moved_patient_is_refused_with_the_measured_shift(make_series: Maker) -> None:
    report = examine([make_series("a", mas=200, seed=1), make_series("b", mas=50, noise=20, seed=2, shift=(0, 3))])
    assert not report.pairs and report.objective != "pairs"
    (refused,) = report.refused
    assert refused.code == "pair_shifted"
    told = float(refused.text.split("shifted by ")[1].split(" mm")[0])
    assert told == pytest.approx(9.0, abs=0.5)  # three pixels of 3 mm


def test_another_patient_is_no_partner(make_series: Maker) -> None:
    report = examine([make_series("a", mas=200), make_series("b", mas=50, noise=20, patient="P2", seed=3)])
    assert not report.pairs and report.patients == 2


def test_the_shift_is_measured_to_a_fraction_of_a_pixel() -> None:
    a = body(1, 128)[0]
    b = body(1, 128, (4, -7))[0]
    found = shift_of(a.astype(np.int16), b.astype(np.int16))
    assert found is not None
    assert found == pytest.approx((4, -7), abs=0.3)


def test_too_short_series_are_left_out_and_alone_they_are_an_error(make_series: Maker) -> None:
    short = make_series("short", slices=2, patient="P9")
    assert [n.code for n in examine([make_series("long"), short]).notes] == ["too_few"]
    with pytest.raises(OpenError) as error:
        examine([short])
    assert error.value.code == "nothing_to_learn"


def test_a_folder_without_scans_says_so(tmp_path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0 not a scan")
    with pytest.raises(OpenError) as error:
        examine([tmp_path])
    assert "nothing here to train on" in error.value.message


def test_neither_report_nor_facts_name_a_person_or_a_place_on_disk(make_series: Maker) -> None:
    report = examine([make_series("full")])
    text = json.dumps(report.to_json()) + json.dumps(report.facts())
    assert "Secret" not in text and "P1" not in text and "scans" not in text.replace("These scans", "")


def test_the_same_series_twice_counts_once(make_series: Maker, tmp_path) -> None:
    import shutil

    folder = make_series("one")
    shutil.copytree(folder, tmp_path / "copy")
    assert len(examine([folder, tmp_path / "copy"]).series) == 1
