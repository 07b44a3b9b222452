"""What other people's test data showed (LIDC-IDRI copies, fo-dicom, pylibjpeg-data, cornerstone): built anew here."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import ExplicitVRBigEndian, generate_uid

from ldct_viewer.dicom.codecs import Job, run
from ldct_viewer.dicom.read import load
from ldct_viewer.dicom.scan import scan_paths
from ldct_viewer.errors import OpenError

from . import make_ct

J2K, SPECTRAL, PROGRESSIVE = "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.53", "1.2.840.10008.1.2.4.55"


@pytest.mark.parametrize("keyword", ["FrameOfReferenceUID", "StudyInstanceUID"])
def test_a_uid_drawn_anew_for_every_image_splits_nothing(tmp_path: Path, keyword: str) -> None:
    """LIDC-IDRI: every file has a frame of reference of its own; SimpleITK: a study of its own."""
    stored = make_ct.pixels(6)
    make_ct.series(tmp_path, stored, lambda ds, k: setattr(ds, keyword, generate_uid()))
    result = scan_paths(tmp_path)
    (found,) = result.series
    assert found.shape == stored.shape
    assert found.geometry.spacing_mm == pytest.approx((2.5, 0.7, 0.8))
    assert [w.code for w in found.warnings] == ["own_frames"]
    assert result.counts.balanced
    np.testing.assert_array_equal(load(tmp_path).hu, stored.astype(int) - 1024)


def test_frames_of_reference_that_images_share_still_split(tmp_path: Path) -> None:
    uids = [generate_uid(), generate_uid()]
    make_ct.series(tmp_path / "two", change=lambda ds, k: setattr(ds, "FrameOfReferenceUID", uids[k // 3]))
    assert [s.shape[0] for s in scan_paths(tmp_path / "two").series] == [3, 3]
    change = lambda ds, k: setattr(ds, "FrameOfReferenceUID", generate_uid())  # noqa: E731
    make_ct.series(tmp_path / "pair", make_ct.pixels(2), change)
    assert [s.shape[0] for s in scan_paths(tmp_path / "pair").series] == [1, 1]


def test_images_of_their_own_frame_that_form_no_stack_stay_apart(tmp_path: Path) -> None:
    def scatter(ds: Dataset, k: int) -> None:
        ds.FrameOfReferenceUID = generate_uid()
        ds.ImagePositionPatient = [30.0 * (k % 2), -20.0, 5.0 + 2.5 * k]

    make_ct.series(tmp_path, change=scatter)
    found = scan_paths(tmp_path).series
    assert [s.shape[0] for s in found] == [1] * 6
    assert all(s.state == "notes" for s in found)


def test_a_lone_slice_is_as_thick_as_it_says(tmp_path: Path) -> None:
    """693_J2KI.dcm: 5 mm thick, 20 mm to the next. Volumes measured on it would be four times too large."""

    def apart(ds: Dataset, k: int) -> None:
        ds.SliceThickness, ds.SpacingBetweenSlices = 5, 20

    make_ct.series(tmp_path, make_ct.pixels(1), apart)
    assert scan_paths(tmp_path).series[0].geometry.spacing_mm[0] == 5


def _jp2(plane: np.ndarray) -> bytes:
    imagecodecs = pytest.importorskip("imagecodecs")
    data: bytes = imagecodecs.jpeg2k_encode(plane, level=0, reversible=True, codecformat="jp2")
    assert data[4:8] == b"jP  "
    return data


def test_jpeg_2000_in_jp2_boxes_is_read(tmp_path: Path) -> None:
    """ELSCINT1_JP2vsJ2K.dcm: the boxes of a JP2 file around the code stream, which PS3.5 A.4.4 does not allow."""
    stored = make_ct.pixels(3)
    make_ct.series(tmp_path, stored, syntax=J2K, encode=_jp2)
    np.testing.assert_array_equal(load(tmp_path).hu, stored.astype(int) - 1024)


@pytest.mark.parametrize("cut", [30, 80, 400])
def test_a_cut_jp2_is_refused(tmp_path: Path, cut: int) -> None:
    make_ct.series(tmp_path, make_ct.pixels(1), syntax=J2K, encode=lambda plane: _jp2(plane)[:cut])
    with pytest.raises(OpenError) as error:
        load(tmp_path)
    assert error.value.code in ("truncated", "bad_stream")


def test_a_sequence_of_unknown_vr_in_big_endian_is_little_endian(tmp_path: Path) -> None:
    """fo-dicom GH177: UN of undefined length is implicit little endian whatever is around it (PS3.5 6.2.2)."""
    stored = make_ct.pixels(1)
    (path,) = make_ct.series(tmp_path, stored)
    ds = dcmread(path)
    ds.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    ds.PixelData = stored.astype(">u2").tobytes()
    ds.ImplantName = "MARK"  # (0022,1095), between what comes before and after
    dcmwrite(path, ds, enforce_file_format=True, little_endian=False, implicit_vr=False)
    raw = path.read_bytes()
    at = raw.index(b"\x00\x22\x10\x95")
    inner = struct.pack("<HHL", 0x0008, 0x1150, 4) + b"1.2\0" + struct.pack("<HHL", 0x0008, 0x1155, 4) + b"1.3\0"
    item = struct.pack("<HHL", 0xFFFE, 0xE000, len(inner)) + inner + struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)
    unknown = struct.pack(">HH2sHL", 0x0021, 0x1010, b"UN", 0, 0xFFFFFFFF) + item
    path.write_bytes(raw[:at] + unknown + raw[at:])
    np.testing.assert_array_equal(load(tmp_path).hu, stored.astype(int) - 1024)


@pytest.mark.parametrize(("option", "syntax"), [("+es", SPECTRAL), ("+ep", PROGRESSIVE)])
def test_retired_progressive_jpeg_is_read_as_dcmtk_reads_it(tmp_path: Path, option: str, syntax: str) -> None:
    if not (shutil.which("dcmcjpeg") and shutil.which("dcmdjpeg")):
        pytest.skip("dcmtk is not installed")
    smooth = (2000 + 1000 * np.sin(np.arange(64) / 9)[:, None] * np.cos(np.arange(48) / 7)).astype(np.uint16)
    (source,) = make_ct.series(tmp_path / "a", smooth[None])
    coded, plain = tmp_path / "coded" / "c", tmp_path / "plain"
    coded.parent.mkdir()
    subprocess.run(["dcmcjpeg", option, "+q", "90", source, coded], check=True, capture_output=True)
    subprocess.run(["dcmdjpeg", coded, plain], check=True, capture_output=True)
    ds = dcmread(plain)
    assert dcmread(coded).file_meta.TransferSyntaxUID == syntax
    expected = np.rint(ds.pixel_array * float(ds.RescaleSlope) + float(ds.RescaleIntercept))
    volume = load(coded.parent)
    assert "lossy" in {w.code for w in volume.warnings}
    assert np.abs(volume.hu[0] - expected).max() <= 1  # two inverse cosine transforms may round apart
    assert np.abs(volume.hu[0] - (smooth.astype(int) - 1024)).max() < 40


def test_a_progressive_jpeg_of_several_fragments_is_refused() -> None:
    """A fragment that is missing between two scans would show nowhere."""
    stream = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc2\x00\x0b\x0c\x00\x08\x00\x08\x01\x01\x11\x00\xff\xda\xff\xd9"
    with pytest.raises(ValueError, match="progressive"):
        run(Job("jpeg", 8, 8, 2, prove_complete=True), stream)


def test_a_stream_whose_values_the_header_forbids_is_refused(tmp_path: Path) -> None:
    """TOSHIBA_J2K_SIZ1_PixRep0.dcm: signed stream, unsigned header. SimpleITK and pydicom show 65,000 HU."""
    imagecodecs = pytest.importorskip("imagecodecs")
    stored = make_ct.pixels(1).astype(np.int16) - 2048

    def unsigned(ds: Dataset, k: int) -> None:
        ds.BitsStored, ds.HighBit, ds.PixelRepresentation, ds.RescaleIntercept = 16, 15, 0, 0

    def signed(ds: Dataset, k: int) -> None:
        unsigned(ds, k)
        ds.PixelRepresentation = 1

    def encode(plane: np.ndarray) -> bytes:
        return imagecodecs.jpeg2k_encode(plane, level=0, reversible=True, codecformat="j2k")

    make_ct.series(tmp_path / "signed", stored, signed, J2K, encode)
    np.testing.assert_array_equal(load(tmp_path / "signed").hu, stored)
    make_ct.series(tmp_path / "unsigned", stored, unsigned, J2K, encode)
    with pytest.raises(OpenError, match="negative") as error:
        load(tmp_path / "unsigned")
    assert error.value.code == "bad_stream"


def test_what_is_not_ct_is_named_so_that_it_helps(tmp_path: Path) -> None:
    """fo-dicom GH355 (a Philips class, Modality CT) was «Not a CT image: Modality CT»; ACR-NEMA was «Not DICOM»."""

    def philips(ds: Dataset, k: int) -> None:
        ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = "1.3.46.670589.11.0.0.12.1"

    make_ct.series(tmp_path / "own", make_ct.pixels(1), philips)
    (line,) = scan_paths(tmp_path / "own").ignored
    assert (line.code, "1.3.46.670589.11.0.0.12.1" in line.reason) == ("not_ct", True)
    first = struct.pack("<HHL", 8, 0x10, 12) + b"ACR-NEMA 2.0" + struct.pack("<HHL", 8, 0x60, 2) + b"CT"
    (tmp_path / "old").write_bytes(first + struct.pack("<HHL", 0x28, 0x10, 2) + b"\x01\0" + bytes(300))
    (line,) = scan_paths(tmp_path / "old").ignored
    assert (line.code, "ACR-NEMA" in line.reason) == ("not_dicom", True)
