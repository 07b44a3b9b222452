"""Stored values: exact HU whatever the source's slope, sign, bits and padding."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from ldct_viewer.dicom.derive import ExportOptions, write_derived
from ldct_viewer.dicom.encoding import encode, plan
from ldct_viewer.dicom.frame_coding import FrameCoder
from ldct_viewer.dicom.header import PixelSpec

from .derive_kit import DENOISED, make_series, opened, shaken


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LDCT_DATA_DIR", str(tmp_path / "appdata"))


def spec(**changes: object) -> PixelSpec:
    values: dict[str, object] = {
        "rows": 4, "columns": 4, "allocated": 16, "stored": 12, "high_bit": 11, "signed": False,
        "syntax": "1.2.840.10008.1.2.1", "little": True, "slope": 1.0, "intercept": -1024.0,
    }  # fmt: skip
    return PixelSpec(**(values | changes))  # type: ignore[arg-type]


def back(words: np.ndarray, slope: float, intercept: float, signed: bool) -> np.ndarray:
    """What any reader computes (PS3.3 C.11.1)."""
    stored = words.view(np.int16) if signed else words
    return np.rint(stored * slope + intercept).astype(np.int32)


@pytest.mark.parametrize(("slope", "intercept", "signed", "stored", "low", "high", "own"), [
    (1.0, -1024.0, False, 12, -1024, 3071, True),
    (1.0, -1024.0, False, 12, -1025, 3071, False),  # one below what 12 bit can hold
    (1.0, -1024.0, False, 12, -1024, 3072, False),
    (1.0, -8192.0, False, 16, -1024, 30000, True),  # extended CT scale
    (1.0, 0.0, True, 16, -32768, 32767, True),
    (0.5, -1024.0, False, 12, -1024, 1023, True),
    (0.25, -0.5, True, 16, -1000, 1000, True),
    (2.0, -1024.0, False, 12, -1024, 3071, False),  # odd HU do not exist in steps of two
    (-1.0, 3071.0, False, 12, -1024, 3071, True),
])  # fmt: skip
def test_every_hu_comes_back(
    slope: float, intercept: float, signed: bool, stored: int, low: int, high: int, own: bool
) -> None:
    hu = np.linspace(low, high, 16).round().astype(np.int16).reshape(1, 4, 4)
    for compressed in (False, True):
        (chosen,) = plan(hu, [spec(slope=slope, intercept=intercept, signed=signed, stored=stored)], None, compressed)
        if not compressed:
            assert chosen.own == own
        words = encode(hu[0], chosen)
        assert (words.clipped, words.moved) == (0, 0)
        np.testing.assert_array_equal(back(words.words, chosen.slope, chosen.intercept, chosen.signed), hu[0])


def test_out_of_range_is_clipped_and_counted() -> None:
    (chosen,) = plan(np.zeros((1, 4, 4), np.int16), [spec()], None, False)
    hu = np.array([[-1025, -1024, 3071, 3072]], np.int16)
    words = encode(hu, chosen)
    assert words.clipped == 2
    np.testing.assert_array_equal(words.words, [[0, 0, 4095, 4095]])


def test_padding_pixels_are_written_back_unchanged(tmp_path: Path) -> None:
    """DICOM.md 5.8 and case d12: −2000 outside the circle, signed pixels."""
    outside = np.hypot(*(np.mgrid[:32, :32] - 15.5)) > 15

    def change(ds: Dataset, k: int) -> None:
        stored = np.frombuffer(ds.PixelData, "<u2").reshape(32, 32).astype("<i2")
        stored[outside] = -2000
        ds.PixelData, ds.PixelRepresentation = stored.tobytes(), 1
        ds.BitsStored, ds.HighBit = 16, 15
        ds.add_new(0x00280120, "SS", -2000)

    found, volume = opened(make_series(tmp_path / "source", change=change))
    for name, with_volume in (("a", volume), ("b", None)):
        report = write_derived(found, shaken(volume.hu), tmp_path / name, DENOISED, volume=with_volume)
        pixels = np.frombuffer(dcmread(report.files[1]).PixelData, "<i2").reshape(32, 32)
        assert (pixels[outside] == -2000).all() and not (pixels[~outside] == -2000).any()


def test_padding_range_keeps_each_value(tmp_path: Path) -> None:
    def change(ds: Dataset, k: int) -> None:
        stored = np.frombuffer(ds.PixelData, "<u2").reshape(32, 32).astype("<i2")
        stored[:2] = np.arange(-2032, -2000, dtype="<i2")
        ds.PixelData, ds.PixelRepresentation = stored.tobytes(), 1
        ds.BitsStored, ds.HighBit = 16, 15
        ds.add_new(0x00280120, "SS", -2040)
        ds.add_new(0x00280121, "SS", -2000)

    found, volume = opened(make_series(tmp_path / "source", change=change))
    report = write_derived(found, shaken(volume.hu), tmp_path / "out", DENOISED, volume=volume)
    pixels = np.frombuffer(dcmread(report.files[0]).PixelData, "<i2").reshape(32, 32)
    np.testing.assert_array_equal(pixels[0], np.arange(-2032, -2000))


def test_padding_survives_compression_of_signed_sources(tmp_path: Path) -> None:
    def change(ds: Dataset, k: int) -> None:
        stored = np.frombuffer(ds.PixelData, "<u2").reshape(32, 32).astype("<i2")
        stored[0] = -2000
        ds.PixelData, ds.PixelRepresentation = stored.tobytes(), 1
        ds.add_new(0x00280120, "US", 63536)  # −2000 written as US, as some do
        ds.BitsStored, ds.HighBit = 16, 15

    found, volume = opened(make_series(tmp_path / "source", change=change))
    wanted = shaken(volume.hu)
    write_derived(found, wanted, tmp_path / "out", DENOISED, ExportOptions(compress="jpegls"), volume=volume)
    _, again = opened(tmp_path / "out")
    assert again.padding is not None and volume.padding is not None
    np.testing.assert_array_equal(again.padding, volume.padding)
    np.testing.assert_array_equal(again.hu[~again.padding], wanted[~again.padding])


def test_data_never_turn_into_padding_inside_the_body() -> None:
    """A padding value within tissue HU: data that meet it move one step, and are counted."""
    mask = np.zeros((1, 4, 4), bool)
    mask[0, 0] = True
    hu = np.full((1, 4, 4), 40, np.int16)
    (chosen,) = plan(hu, [spec(padding=1064)], mask, False)  # 1064 is 40 HU
    words = encode(hu[0], chosen, mask[0])
    assert words.moved == 12
    assert (words.words[0] == 1064).all() and (words.words[1:] == 1065).all()


def test_slopes_that_vary_by_slice_stay_their_own(tmp_path: Path) -> None:
    slopes = ["0.5", "1", "0.25", "0.5", "1", "0.25"]

    def change(ds: Dataset, k: int) -> None:
        slope = float(slopes[k])
        hu = np.clip(np.frombuffer(ds.PixelData, "<u2").astype(int) - 1024, -1024, -100)
        ds.PixelData = ((hu + 1024) / slope).astype("<u2").tobytes()
        ds.RescaleSlope = slopes[k]

    found, volume = opened(make_series(tmp_path / "source", change=change))
    report = write_derived(found, shaken(volume.hu, high=-60), tmp_path / "out", DENOISED, volume=volume)
    assert [str(dcmread(p).RescaleSlope) for p in report.files] == slopes


def test_rle_segments_decode_with_another_decoder() -> None:
    from imagecodecs import dicomrle_decode

    words = np.random.default_rng(0).integers(0, 65536, (7, 9)).astype(np.uint16)
    frame = bytes(FrameCoder("rle", 7, 9).file(b"", words))[28:-8]
    planes = np.frombuffer(dicomrle_decode(frame, dtype=np.dtype("<u2")), "<u2")
    np.testing.assert_array_equal(planes.reshape(7, 9), words)
