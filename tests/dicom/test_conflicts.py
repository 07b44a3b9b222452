"""What two files disagree about is never settled in silence; what a file says of itself is read where it stands."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from ldct_viewer.dicom.derive import write_derived
from ldct_viewer.dicom.read import load
from ldct_viewer.dicom.scan import scan_paths
from ldct_viewer.errors import WriteError

from . import make_ct
from .derive_kit import DENOISED, make_series, opened


@pytest.mark.parametrize("what", ["ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"])
def test_a_copy_with_the_same_pixels_at_another_place_or_size_is_a_conflict(tmp_path: Path, what: str) -> None:
    files = make_ct.series(tmp_path / "one")
    ds = pydicom.dcmread(files[2])
    other = {
        "ImagePositionPatient": [-10.0, -20.0, 200.0],
        "ImageOrientationPatient": [0, 1, 0, -1, 0, 0],
        "PixelSpacing": [0.35, 0.4],
    }
    setattr(ds, what, other[what])
    ds.save_as(tmp_path / "other")
    result = scan_paths([tmp_path])
    assert result.counts.duplicates == 0
    assert "conflict" in {series.warnings[0].code for series in result.series if series.state == "blocked"}


def test_burned_in_text_is_said_and_only_then(tmp_path: Path) -> None:
    for value in ("YES", "NO"):
        make_ct.series(tmp_path / value, change=lambda ds, k, value=value: setattr(ds, "BurnedInAnnotation", value))
        (found,) = scan_paths([tmp_path / value]).series
        assert ("burned_in" in {w.code for w in found.warnings}) == (value == "YES")


def test_the_headers_windows_are_read_as_centre_and_width(tmp_path: Path) -> None:
    """PS3.3 C.11.2.1.2: Window Center (0028,1050) is the level, Window Width (0028,1051) the width."""

    def windows(ds: Dataset, k: int) -> None:
        ds.WindowCenter, ds.WindowWidth = [40, -600], [400, 1500]

    make_ct.series(tmp_path, change=windows)
    (found,) = scan_paths([tmp_path]).series
    assert [(w.level, w.width) for w, _ in found.meta.windows] == [(40, 400), (-600, 1500)]


def test_padding_written_as_unsigned_with_signed_pixels_is_recognised(tmp_path: Path) -> None:
    """63536 as US is the bit pattern of −2000 as SS (PS3.5 6.2): what some scanners write."""

    def padded(ds: Dataset, k: int) -> None:
        words = np.full((ds.Rows, ds.Columns), 40, "<i2")
        words[0] = -2000
        ds.PixelRepresentation, ds.BitsStored, ds.HighBit, ds.RescaleIntercept = 1, 16, 15, 0
        ds.add_new(0x00280120, "US", 63536)
        ds.PixelData = words.tobytes()
        ds["PixelData"].VR = "OW"

    make_ct.series(tmp_path, change=padded)
    volume = load(tmp_path)
    assert volume.padding is not None
    assert volume.padding[:, 0].all() and not volume.padding[:, 1:].any()


@pytest.mark.parametrize("slope", [-2e4, 2e4, 1e-7, 0])
def test_an_absurd_slope_is_refused_whatever_its_sign(tmp_path: Path, slope: float) -> None:
    make_ct.series(tmp_path, change=lambda ds, k: setattr(ds, "RescaleSlope", slope))
    (found,) = scan_paths([tmp_path]).series
    assert found.state == "blocked" and found.warnings[0].code == "bad_rescale"


def test_an_empty_folder_that_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    """rename(2) replaces an empty directory without a word."""
    source, target = make_series(tmp_path / "source"), tmp_path / "out"
    found, volume = opened(source)

    def rival(done: int, total: int) -> None:
        if done == total:
            target.mkdir()

    with pytest.raises(WriteError) as caught:
        write_derived(found, volume.hu, target, DENOISED, progress=rival)
    assert caught.value.code == "exists" and list(target.iterdir()) == []


def test_a_source_rewritten_within_its_time_stamp_is_noticed(tmp_path: Path) -> None:
    source, target = make_series(tmp_path / "source"), tmp_path / "out"
    found, volume = opened(source)
    victim = found.files[-1]

    def rewrite(done: int, total: int) -> None:
        if done == total // 2:  # everything is written, nothing is settled
            info = os.stat(victim)
            data = bytearray(victim.read_bytes())
            data[-1] ^= 1
            with open(victim, "r+b") as stream:
                stream.write(data)
            os.utime(victim, ns=(info.st_atime_ns, info.st_mtime_ns))

    with pytest.raises(WriteError) as caught:
        write_derived(found, volume.hu, target, DENOISED, volume=volume, progress=rewrite)
    assert caught.value.code == "source_changed" and not target.exists()


def test_nothing_is_written_around_the_source_either(tmp_path: Path) -> None:
    """The source's folder would be below the new one once it has appeared."""
    source = make_series(tmp_path / "a" / "source")
    found, volume = opened(source)
    gone = tmp_path / "elsewhere"
    shutil.move(tmp_path / "a", gone)
    (tmp_path / "a").symlink_to(gone)
    with pytest.raises(WriteError) as caught:
        write_derived(found, volume.hu, tmp_path / "a", DENOISED, volume=volume)
    assert caught.value.code in ("exists", "inside_source")
