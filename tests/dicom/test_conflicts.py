"""What two files disagree about is never settled in silence; what a file says of itself is read where it stands."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from ldct_viewer.dicom.charset import decode
from ldct_viewer.dicom.deidentify import Deidentifier
from ldct_viewer.dicom.derive import write_derived
from ldct_viewer.dicom.geometry import Placement, stack_geometry
from ldct_viewer.dicom.header import PixelSpec
from ldct_viewer.dicom.pixels import to_hu
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


def test_the_padding_range_holds_both_its_ends() -> None:
    """PS3.3 C.7.5.1.1.2."""
    spec = PixelSpec(1, 6, 16, 16, 15, False, "1.2.840.10008.1.2.1", True, padding=10, padding_limit=12)
    found = to_hu(np.array([[9, 10, 11, 12, 13, 0]], np.uint16), spec).padding
    assert found is not None and found.tolist() == [[False, True, True, True, False, False]]


def test_images_turned_by_some_degrees_are_no_part_of_the_stack(tmp_path: Path) -> None:
    turned = [float(np.cos(0.1)), float(np.sin(0.1)), 0, -float(np.sin(0.1)), float(np.cos(0.1)), 0]

    def change(ds: Dataset, k: int) -> None:
        if k >= 3:
            ds.ImageOrientationPatient = turned

    make_ct.series(tmp_path, change=change)
    assert sorted(s.shape[0] for s in scan_paths([tmp_path]).series) == [3, 3]


@pytest.mark.parametrize("degrees", [0.5, 3.0, -4.0])
def test_a_slight_tilt_is_said(degrees: float) -> None:
    step = np.array([0.0, np.sin(np.radians(degrees)), np.cos(np.radians(degrees))]) * 2.5
    placements = [Placement(tuple(k * step), (1, 0, 0, 0, 1, 0)) for k in range(20)]
    geometry, warnings = stack_geometry(placements, (8, 8), (0.7, 0.7))
    assert [w.code for w in warnings] == ["gantry_tilt"]
    assert geometry.tilt_deg == pytest.approx(abs(degrees), abs=1e-3)


def test_undeclared_utf8_that_could_be_korean_pairs_is_read_as_utf8() -> None:
    """C3 BC is ü in UTF-8 and a Hangul syllable in CP949; valid UTF-8 is hardly ever chance."""
    assert decode("Müller^Jörg".encode(), b"") == ("Müller^Jörg", True)


def test_pseudonyms_and_uids_hang_on_the_secret_key() -> None:
    one, other = Deidentifier(b"1" * 32), Deidentifier(b"2" * 32)
    assert one.pseudonym(b"P-77") != other.pseudonym(b"P-77") and one.uid("1.2.3") != other.uid("1.2.3")
    assert one.pseudonym(b"P-77") == Deidentifier(b"1" * 32).pseudonym(b"P-77") != one.pseudonym(b"P-78")


def test_only_the_code_itself_leaves_an_allowed_sequence() -> None:
    inner = Dataset()
    inner.CodeValue, inner.CodingSchemeDesignator, inner.CodeMeaning = "T-28000", "SRT", "Lung"
    inner.InstitutionName = "SECRET clinic"
    ds = Dataset()
    ds.AnatomicRegionSequence = [inner]
    ds.PatientID = "P-77"
    raw = b"".join(Deidentifier(b"1" * 32).elements(ds, False, set()).values())
    assert b"T-28000" in raw and b"SECRET" not in raw
