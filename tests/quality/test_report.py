"""The report as a whole: what it holds, that it is plain JSON, and that the page stands alone."""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import replace

import numpy as np
import pytest

from ldct_viewer.cancel import CancelToken
from ldct_viewer.cli.evaluate import summary
from ldct_viewer.errors import Cancelled, OpenError, WriteError
from ldct_viewer.quality.page import page, write_page
from ldct_viewer.quality.pictures import diverging, number_text, plot, png
from ldct_viewer.quality.report import evaluate, spread
from ldct_viewer.quality.report_tasks import Disc
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


def test_a_gain_has_its_window_too(report):
    gain = report["similarity"]["gain"]["brain"]
    assert (gain["window_level"], gain["window_width"], gain["data_range"], gain["slices"]) == (40, 80, 1.0, 3)
    assert report["similarity"]["image"]["rmse_clip_hu"] == [-1024, 1900]


def test_a_slice_of_air_is_counted_not_called_equal(truth, low):
    """Six slices, one of air: what an audit saw as "PSNR equal"."""
    air = np.full((1, 256, 256), -1000)
    noise = np.random.default_rng(2).normal(0, NOISE_HU, (5, 256, 256))
    flat = np.full((5, 256, 256), 40)
    found = evaluate(volume(np.concatenate([air, flat + noise])), volume(np.concatenate([air, flat])))
    entry = found["similarity"]["image"]["abdomen"]
    assert entry["psnr_db"] == pytest.approx(20 * np.log10(400 / NOISE_HU), abs=0.1)
    assert (entry["slices"], entry["equal_slices"]) == (6, 1)
    assert "over 5 of 6 slices, 1 equal" in summary(found)


def test_the_2_d_spectrum_and_its_axes_are_in_the_report(report):
    """Half the noise: a quarter of the power everywhere; white noise: 20² HU² in pixels of 0.8 mm."""
    low, image = (report["spectrum"][name] for name in ("low", "image"))
    power = np.array(low["power_2d_hu2_mm2"])
    side = low["roi_px"]
    assert set(report["spectrum"]) == {"low", "image", "reference", "residual"} and power.shape == (side, side)
    for axis in ("rows", "columns"):
        step = np.arange(-side // 2, side // 2) / (side * 0.8)
        assert low[f"frequency_{axis}_per_mm"] == pytest.approx(step, abs=1e-5)
    assert power.mean() == pytest.approx((NOISE_HU * 0.8) ** 2, rel=0.03)
    assert np.array(image["power_2d_hu2_mm2"]).mean() == pytest.approx(power.mean() / 4, rel=0.02)
    assert low["detrend_order"] == 2


def test_the_spread_of_local_sds_is_in_the_report(report):
    """The SD of a sample of 81 has itself an SD of sd / √160: 90 % lie within 1.645 of them."""
    found = report["noise"]["low"]
    sds = [found["sd_percentiles_hu"][p] for p in ("5", "25", "75", "95")]
    expected = NOISE_HU * (1 + np.array([-1.645, -0.674, 0.674, 1.645]) / np.sqrt(160))
    assert sds == pytest.approx(expected, rel=0.05)  # the insert's rim is in the tail
    assert found["box_px"] == 9


def test_both_observers_are_named_with_their_parameters(report):
    found = report["detectability"]
    assert found["ratio_to_low_npwe"] == pytest.approx([2.0] * 4, rel=0.1)
    assert found["eye_filter"]["distance_mm"] == 500 and found["eye_filter"]["zoom"] == 1.5
    assert all(eye < plain for eye, plain in zip(found["low"]["dprime_npwe"], found["low"]["dprime"], strict=True))


def test_no_dprime_of_lesions_that_the_flat_places_cannot_hold(low):
    """32 pixels of 0.4 mm are 12.8 mm: 8 and 10 mm discs have no room in them."""
    small = replace(low, geometry=Geometry(low.shape, (2.0, 0.4, 0.4)))
    found = evaluate(small)
    assert [d is None for d in found["detectability"]["image"]["dprime"]] == [False, False, True, True]
    assert any("no d′ for 8, 10 mm" in note for note in found["notes"])
    page(found, {"image": small}, {})


def test_sharpness_is_compared_with_low_dose_and_reference(report):
    for name in ("image", "image, disc 1"):
        for other in ("low", "reference"):
            assert report["resolution"][name][f"ttf50_ratio_to_{other}"] == pytest.approx(1.0, abs=0.1)
    assert re.search(r"TTF50 of image \(skin\): \S+ /mm \(\d\.\d\d × low, \d\.\d\d × reference\)", summary(report))


@pytest.mark.parametrize(
    ("disc", "words"),
    [
        (Disc(1, 500, 180, 16.0), "does not lie wholly in the picture"),
        (Disc(1, 128, 250, 16.0), "does not lie wholly in the picture"),
        (Disc(1, -1, 20, 0.5), "does not lie wholly in the picture"),
        (Disc(3, 128, 180, 16.0), "a slice the image does not have"),
        (Disc(1, 128, 180, 0.1), "too few pixels"),
    ],
)
def test_a_disc_that_is_not_in_the_picture_is_refused_in_words(low, disc, words):
    with pytest.raises(OpenError, match=words) as caught:
        evaluate(low, discs=[disc])
    assert caught.value.code == "geometry" and caught.value.hint


def test_discs_of_pixels_that_are_not_square_are_measured():
    """Round in mm, with a rim that rises over 0.8 mm: a box, whose sinc(0.8 f) is a half at 0.603 / 0.8."""
    y, x = np.mgrid[0:160, 0:320]
    r = np.hypot((y - 80) * 0.8, (x - 160) * 0.4)
    hu = np.stack([40 - 500 * np.clip((16 - r) / 0.8 + 0.5, 0, 1)] * 2)
    oblong = Volume(np.rint(hu).astype(np.int16), Geometry(hu.shape, (2.0, 0.8, 0.4)))
    found = evaluate(oblong, discs=[Disc(0, 80, 160, 16.0)])
    assert found["resolution"]["image, disc 1"]["ttf50_per_mm"] == pytest.approx(0.603 / 0.8, rel=0.03)
    assert any("not square" in note and "skin" in note for note in found["notes"])


@pytest.mark.parametrize("shape", [(3, 6, 40), (3, 40, 6)])
def test_slices_too_small_for_ssim_are_refused_in_words(shape):
    small = volume(np.zeros(shape))
    with pytest.raises(OpenError, match="too small for SSIM") as caught:
        evaluate(small, small)
    assert caught.value.code == "geometry"
    evaluate(small, low=small)  # nothing is compared with a reference


def test_padding_of_any_volume_counts_in_none(truth, low):
    padding = np.zeros(truth.shape, bool)
    padding[:, :, :128] = True
    spoilt = volume(np.where(padding, low.hu + 300, low.hu))
    found = evaluate(spoilt, replace(truth, padding=padding))
    assert abs(found["hu_bias"]["image"]["soft"]["mean_hu"]) < 0.5


def test_nothing_taken_where_it_is_flat_does_not_break_the_page(truth):
    """Only the rim was touched: the edge ratio is infinite, which JSON cannot say."""
    edges = np.abs(np.diff(truth.hu, axis=2, prepend=-1000)) > 0
    image = volume(truth.hu + 30 * edges)
    found = evaluate(image, low=truth)
    assert found["residual"]["structure_leakage"]["edge_ratio"] is None
    assert "edge ratio –" in page(found, {"image": image, "low": truth}, {})


def test_it_is_plain_json_without_nan(report):
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_equal_volumes_give_null_not_infinity(truth):
    found = evaluate(truth, truth)
    entry = found["similarity"]["image"]["abdomen"]
    assert entry["psnr_db"] is None and entry["equal_slices"] == entry["slices"] == 3
    assert "<td>equal</td>" in page(found, {"image": truth}, {}) and "PSNR equal" in summary(found)


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
    # Three volumes, residual, error, three maps of SD, four 2-D spectra.
    assert text.count("<figure>") == 12 and text.count("<svg") == 2
    for words in ("local SD of the low", "residual: 0 … ", "across ± 0.62, down ± 0.62 /mm", "NPWE, image / low"):
        assert words in text
    assert "gain, image over low, lung (level -600, width 1500 HU, data range 1)" in text
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


@pytest.mark.parametrize(("value", "text"), [(1234.0, "1,230"), (99.96, "100"), (0.1234, "0.123"), (0.0, "0")])
def test_numbers_of_a_picture_have_no_exponent(value, text):
    assert number_text(value) == text


def test_a_plot_has_round_marks():
    svg = plot("title", "x", "y", {"a": ([0.0, 1.0], [0.0, 1150.0])})
    assert re.findall(r'text-anchor="end">([\d,.]+)</text>', svg) == ["0", "300", "600", "900", "1,200"]
