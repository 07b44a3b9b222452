"""The report as a whole: what it holds, that it is plain JSON, and that the page stands alone."""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import replace

import numpy as np
import pytest

from ldct_viewer.cancel import CancelToken
from ldct_viewer.errors import Cancelled, OpenError, WriteError
from ldct_viewer.quality.page import page, write_page
from ldct_viewer.quality.pictures import diverging, png
from ldct_viewer.quality.report import Disc, evaluate, spread
from ldct_viewer.volume import Geometry, Volume

NOISE_HU = 20.0


def volume(hu):
    hu = np.rint(hu).astype(np.int16)
    return Volume(hu, Geometry(hu.shape, (2.0, 0.8, 0.8)))


@pytest.fixture(scope="module")
def truth():
    """A round soft-tissue body with a bright disc insert, its rims one pixel wide."""
    y, x = np.mgrid[0:256, 0:256].astype(float)
    r = np.hypot(y - 127.5, x - 127.5)
    body = -1000 + 1040 * np.clip(110 - r + 0.5, 0, 1)
    body += 100 * np.clip(20 - np.hypot(y - 128, x - 180) + 0.5, 0, 1)
    return volume(np.stack([body] * 3))


@pytest.fixture(scope="module")
def low(truth):
    noise = np.random.default_rng(1).normal(0, NOISE_HU, truth.shape)
    return volume(np.where(truth.hu > -900, truth.hu + noise, truth.hu))


@pytest.fixture(scope="module")
def denoised(truth, low):
    return volume((low.hu.astype(float) + truth.hu) / 2)


@pytest.fixture(scope="module")
def report(denoised, truth, low):
    return evaluate(denoised, truth, low, discs=[Disc(1, 128, 180, 16.0)])


def test_all_measures_are_there_with_a_reference(report):
    assert {"similarity", "hu_bias", "noise", "spectrum", "resolution", "detectability", "residual"} <= set(report)


def test_half_the_noise_is_6_db_and_half_the_spectrum(report):
    assert report["similarity"]["gain"]["abdomen"]["psnr_db"] == pytest.approx(6.02, abs=0.1)
    assert report["noise"]["reduction"] == pytest.approx(0.5, abs=0.01)
    assert report["noise"]["low"]["median_sd_hu"] == pytest.approx(NOISE_HU, rel=0.03)
    low, image = (np.array(report["spectrum"][name]["power_hu2_mm2"]) for name in ("low", "image"))
    assert image == pytest.approx(low / 4, rel=0.05)
    assert report["spectrum"]["image"]["mean_shift_from_low"] == pytest.approx(0, abs=0.02)


def test_half_the_noise_at_the_same_sharpness_doubles_dprime(report):
    # Sharpness here is itself measured on the noisy edge, hence the margin.
    assert report["detectability"]["ratio_to_low"] == pytest.approx([2.0] * 4, rel=0.1)


def test_pure_noise_taken_away_is_seen_as_such(report):
    assert report["residual"]["structure_leakage"]["index"] < 0.1
    assert abs(report["residual"]["mean_by_tissue"]["soft"]["mean_hu"]) < 0.2
    assert abs(report["hu_bias"]["image"]["soft"]["mean_hu"]) < 0.2


def test_the_disc_is_measured(report):
    assert report["resolution"]["reference, disc 1"]["contrast_hu"] == pytest.approx(100, abs=5)


def test_windows_stand_beside_the_numbers(report):
    lung = report["similarity"]["image"]["lung"]
    assert (lung["window_level"], lung["window_width"], lung["data_range"]) == (-600, 1500, 1.0)


def test_it_is_plain_json_without_nan(report):
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_equal_volumes_give_null_not_infinity(truth):
    assert evaluate(truth, truth)["similarity"]["image"]["abdomen"]["psnr_db"] is None


def test_without_a_reference_nothing_is_compared(low):
    found = evaluate(low)
    assert not {"similarity", "hu_bias", "residual"} & set(found)
    assert found["noise"]["image"]["median_sd_hu"] == pytest.approx(NOISE_HU, rel=0.05)


def test_air_alone_is_said_not_raised():
    found = evaluate(volume(np.full((2, 64, 64), -1000)))
    assert found["noise"]["image"]["median_sd_hu"] is None and len(found["notes"]) == 2
    page(found, {"image": volume(np.full((2, 64, 64), -1000))}, {})


def test_volumes_on_other_grids_are_refused(truth, low):
    with pytest.raises(OpenError, match="voxels"):
        evaluate(low, volume(np.zeros((2, 8, 8))))
    other = replace(truth, geometry=Geometry(truth.shape, (2.0, 0.5, 0.5)))
    with pytest.raises(OpenError, match="spacing"):
        evaluate(low, other)


def test_it_can_be_cancelled(low):
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        evaluate(low, cancel=token)


@pytest.mark.parametrize(("count", "limit", "expected"), [(3, 32, [0, 1, 2]), (100, 4, [12, 37, 62, 87])])
def test_slices_are_spread(count, limit, expected):
    assert spread(count, limit) == expected


def test_the_page_needs_no_other_file(report, denoised, truth, low, tmp_path):
    path = tmp_path / "page.html"
    write_page(path, report, {"image": denoised, "reference": truth, "low": low}, {"image": "<a & b>"})
    text = path.read_text(encoding="utf-8")
    assert not re.search(r'(?:src|href)="(?!data:)', text) and "http" not in text.replace("http-equiv", "")
    assert text.count("<figure>") == 6 and text.count("<svg") == 2
    assert "&lt;a &amp; b&gt;" in text and "not for diagnosis" in text
    assert [p.name for p in tmp_path.iterdir()] == ["page.html"]


def test_a_page_that_cannot_be_written_says_so(report, denoised, tmp_path):
    with pytest.raises(WriteError):
        write_page(tmp_path / "absent" / "page.html", report, {"image": denoised}, {})


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3)])
def test_png_holds_the_pixels(shape, tmp_path):
    from skimage.io import imread

    pixels = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    path = tmp_path / "x.png"
    path.write_bytes(png(pixels))
    assert np.array_equal(imread(path), pixels)
    assert zlib.crc32(b"IEND") == int.from_bytes(path.read_bytes()[-4:], "big")


def test_zero_difference_is_neutral():
    colours = diverging(np.array([[-50.0, 0.0, 50.0]]), 50.0)[0]
    assert list(colours[1]) == [128, 128, 128] and colours[0][2] > colours[0][0] and colours[2][0] > colours[2][2]
