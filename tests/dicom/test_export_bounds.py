"""Exports at their bounds: steeper slopes, space that is just too little, numbers of frames."""

from __future__ import annotations

import shutil
from collections import namedtuple
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from ldct_viewer.dicom.derive import write_derived
from ldct_viewer.dicom.derived_header import HeaderWriter
from ldct_viewer.dicom.encoding import encode, plan
from ldct_viewer.dicom.header import PixelSpec
from ldct_viewer.dicom.provenance import source_image
from ldct_viewer.dicom.read import SeriesReader
from ldct_viewer.dicom.scan import scan_paths
from ldct_viewer.dicom.transaction import SPACE_MARGIN, FolderTransaction
from ldct_viewer.errors import WriteError

from ..shared_data import CASES, needs_cases
from .derive_kit import DENOISED

Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize("slope", [1.0, -1.0, 0.9, 0.75, 0.61, 0.5, 0.1, -0.9])
@pytest.mark.parametrize("intercept", [-1024.0, -1024.5, -1000.3])
def test_every_whole_hu_comes_back_by_the_standards_formula(slope: float, intercept: float) -> None:
    """PS3.3 C.11.1.1.2: HU = stored · slope + intercept, rounded; a rescale is kept only where that holds."""
    hu = np.arange(-1000, 1000, dtype=np.int16).reshape(1, 40, 50)
    spec = PixelSpec(40, 50, 16, 16, 15, True, "1.2.840.10008.1.2.1", True, slope=slope, intercept=intercept)
    (encoding,) = plan(hu, [spec], None, False)
    assert encoding.own or (abs(slope), intercept) == (1.0, -1024.5)
    stored = encode(hu[0], encoding).words.view(np.int16 if encoding.signed else np.uint16)
    np.testing.assert_array_equal(np.rint(stored * encoding.slope + encoding.intercept), hu[0])


@pytest.mark.parametrize("share,enough", [(0.9, False), (1.1, False), (1.19, False), (1.21, True)])
def test_space_is_asked_for_with_a_margin(tmp_path: Path, monkeypatch, share: float, enough: bool) -> None:
    assert SPACE_MARGIN == 1.2
    monkeypatch.setenv("LDCT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**9, 0, round(share * 10**6)))
    transaction = FolderTransaction(tmp_path / "out", [], 10**6)
    if enough:
        with transaction:
            pass
    else:
        with pytest.raises(WriteError) as caught, transaction:
            pass
        assert caught.value.code == "disk_full"
    assert not (tmp_path / "out").exists()


def test_frames_are_counted_from_one() -> None:
    """PS3.3 table 10-3: Referenced Frame Number; the first frame is frame number one."""
    import pydicom
    from pydicom.filebase import DicomBytesIO
    from pydicom.filereader import read_dataset

    raw = DicomBytesIO(source_image("1.2.840.10008.5.1.4.1.1.2.1", "1.2.3", 1))
    dataset = read_dataset(raw, is_implicit_VR=False, is_little_endian=True)
    assert isinstance(dataset, pydicom.Dataset)
    assert dataset.SourceImageSequence[0].ReferencedFrameNumber == 1


def test_data_on_the_very_rim_of_a_padding_range_are_not_written_into_it() -> None:
    """PS3.3 C.7.5.1.1.2: the range holds both its ends."""
    spec = PixelSpec(2, 2, 16, 16, 15, True, "1.2.840.10008.1.2.1", True, padding=-2000, padding_limit=-1500)
    for low, own in ((-1499, True), (-1500, False), (-2000, False)):
        hu = np.array([[[low, 0], [5, 10]]], np.int16)
        (encoding,) = plan(hu, [spec], None, False)
        assert encoding.own == own
    above = np.array([[[-2100, -2001], [-2050, -2060]]], np.int16)
    assert plan(above, [spec], None, False)[0].own
    above[0, 0, 1] = -2000
    assert not plan(above, [spec], None, False)[0].own


@needs_cases
def test_each_image_of_a_multi_frame_source_names_its_own_frame(tmp_path: Path, monkeypatch) -> None:
    from pydicom import dcmread

    monkeypatch.setenv("LDCT_DATA_DIR", str(tmp_path / "data"))
    for number, found in enumerate(scan_paths([CASES / "r15-enhanced-ct-multiframe" / "data"]).series):
        volume = SeriesReader(found).read()
        report = write_derived(found, volume.hu, tmp_path / f"out{number}", DENOISED, volume=volume)
        named = [dcmread(f).SourceImageSequence[0].ReferencedFrameNumber for f in report.files]
        assert named == [item.frame + 1 for item in found.slices]


@pytest.mark.parametrize("kernel", [b"B30f", b"ABCDEFGHIJKLMNOP", b"ABCDEFGHIJKLMNOP\\Br40"])
def test_the_kernel_never_exceeds_the_sixteen_characters_of_sh(kernel: bytes) -> None:
    """PS3.5 6.2."""
    writer = HeaderWriter(DENOISED, "1.2.3", datetime(2026, 1, 1), kernel_suffix="_AI60")
    parts = writer._kernel(kernel).split(b"\\")
    assert all(len(part) <= 16 for part in parts) and parts[0].endswith(b"_AI60")
    assert parts[1:] == kernel.split(b"\\")[1:]
