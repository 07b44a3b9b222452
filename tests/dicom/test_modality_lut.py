"""Modality LUT Sequence (PS3.3 C.11.1): applied where the table is HU, refused with the reason where it is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.pixels import apply_modality_lut
from pydicom.sequence import Sequence

from ldct_viewer.dicom.read import SeriesReader, load
from ldct_viewer.dicom.scan import scan_paths
from ldct_viewer.errors import OpenError

from . import make_ct

HU = np.arange(4096) - 1024  # what a scanner's table of HU holds


def lut(
    table: np.ndarray = HU, first: int = 0, bits: int = 16, kind: str = "HU", vr: str = "OW", keep_rescale: bool = False
) -> Callable[[Dataset, int], None]:
    def change(ds: Dataset, k: int) -> None:
        if not keep_rescale:
            del ds.RescaleSlope, ds.RescaleIntercept
        item = Dataset()
        item.add_new(0x00283002, "SS" if first < 0 else "US", [len(table) % 65536, first, bits])
        item.ModalityLUTType = kind
        data = table.astype("<i2" if bits > 8 else "u1").tobytes()
        item.add_new(0x00283006, vr, data)
        ds.ModalityLUTSequence = Sequence([item])

    return change


def refusal(folder: Path) -> tuple[str, str]:
    found = scan_paths([folder]).series[0]
    assert found.state == "blocked"
    with pytest.raises(OpenError) as error:
        SeriesReader(found)
    return error.value.code, error.value.message


def test_a_table_of_hu_is_applied_and_said(tmp_path: Path) -> None:
    make_ct.series(tmp_path, change=lut())
    v = load(tmp_path)
    np.testing.assert_array_equal(v.hu, make_ct.pixels().astype(int) - 1024)
    assert [w.code for w in v.warnings] == ["modality_lut_applied"]
    ds = dcmread(tmp_path / "IM0002")  # pydicom as second reader; it keeps the table's words unsigned
    theirs = np.asarray(apply_modality_lut(ds.pixel_array, ds)).astype(np.uint16).view(np.int16)
    np.testing.assert_array_equal(v.hu[2], theirs)


@pytest.mark.parametrize("syntax", ["implicit", "big"])
def test_in_other_encodings(tmp_path: Path, syntax: str) -> None:
    def change(ds: Dataset, k: int) -> None:
        lut()(ds, k)
        if syntax == "big":
            ds.PixelData = make_ct.pixels()[k].astype(">u2").tobytes()
            ds.ModalityLUTSequence[0].add_new(0x00283006, "OW", HU.astype(">i2").tobytes())

    uid = make_ct.IMPLICIT if syntax == "implicit" else "1.2.840.10008.1.2.2"
    make_ct.series(tmp_path, change=change, syntax=uid)
    np.testing.assert_array_equal(load(tmp_path).hu, make_ct.pixels().astype(int) - 1024)


def test_values_outside_the_table_get_its_ends(tmp_path: Path) -> None:
    """PS3.3 C.11.1.1: below the first mapped value the first entry, above the last the last."""
    bent = np.where(np.arange(3000) < 100, -1000, np.arange(3000) - 1100)
    make_ct.series(tmp_path, change=lut(bent, first=500))
    index = np.clip(make_ct.pixels().astype(int) - 500, 0, 2999)
    np.testing.assert_array_equal(load(tmp_path).hu, bent[index])


def test_signed_stored_values_and_all_65536_entries(tmp_path: Path) -> None:
    planes = make_ct.pixels().astype(np.int16) - 1500
    table = np.clip(np.arange(65536) - 32768, -1000, 3000)

    def change(ds: Dataset, k: int) -> None:
        ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 15, 1
        ds.PixelData = planes[k].tobytes()
        lut(table, first=-32768)(ds, k)

    make_ct.series(tmp_path, change=change)
    np.testing.assert_array_equal(load(tmp_path).hu, np.clip(planes, -1000, 3000))


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        (lut(kind="OD"), "not_hu", "OD"),
        (lut(kind="US"), "not_hu", "US"),
        (lut(kind="Z_EFF"), "not_hu", "Z_EFF"),
        (lut(keep_rescale=True), "modality_lut", "rescale slope too"),
        (lut(HU + 1024), "modality_lut", "no air"),  # an unsigned table, as the standard has it
        (lut(HU[::-1]), "modality_lut", "does not rise"),
        (lut(np.arange(256), bits=8), "modality_lut", "no air"),
        (lut(bits=17), "modality_lut", "17 bits"),
    ],
)
def test_anything_else_is_refused_with_the_reason(
    tmp_path: Path, change: Callable[[Dataset, int], None], code: str, says: str
) -> None:
    make_ct.series(tmp_path, change=change)
    told = refusal(tmp_path)
    assert told[0] == code and says in told[1]


def test_a_table_of_another_length_than_it_says(tmp_path: Path) -> None:
    def change(ds: Dataset, k: int) -> None:
        lut()(ds, k)
        ds.ModalityLUTSequence[0].add_new(0x00283002, "US", [4000, 0, 16])

    make_ct.series(tmp_path, change=change)
    assert refusal(tmp_path)[0] == "modality_lut"


def test_padding_is_still_masked_and_the_export_has_plain_rescale(tmp_path: Path) -> None:
    from ldct_viewer.dicom.derive import write_derived

    from .derive_kit import DENOISED, make_series, opened

    def changed(ds: Dataset, k: int) -> None:
        del ds.RescaleType
        lut()(ds, k)
        ds.PixelPaddingValue = 0
        plane = np.frombuffer(ds.PixelData, "<u2").reshape(ds.Rows, ds.Columns).copy()
        plane[:3] = 0
        ds.PixelData = plane.tobytes()

    found, volume = opened(make_series(tmp_path / "in", change=changed))
    assert volume.padding is not None and volume.padding[:, :3].all() and volume.hu.min() == -1024
    report = write_derived(found, volume.hu, tmp_path / "out", DENOISED, volume=volume)
    _, again = opened(tmp_path / "out")
    np.testing.assert_array_equal(again.hu, volume.hu)
    assert again.padding is not None
    np.testing.assert_array_equal(again.padding, volume.padding)
    ds = dcmread(report.files[0])
    assert "ModalityLUTSequence" not in ds and float(ds.RescaleSlope) == 1
