from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from ldct_viewer.cancel import CancelToken
from ldct_viewer.dicom.read import SeriesReader, load
from ldct_viewer.dicom.scan import scan_paths
from ldct_viewer.errors import Cancelled, OpenError

from . import make_ct


def codes(result) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in result.ignored:
        found[one.code] = found.get(one.code, 0) + 1
    return found


def test_finds_a_series_by_content_whatever_its_names(tmp_path: Path) -> None:
    files = make_ct.series(tmp_path / "a" / "b")
    for n, path in enumerate(files):
        path.rename(path.with_name(["notes.txt", "x.jpg", "영상 3", "-rf", "Thumbs.db", "a\nb"][n]))
    result = scan_paths([tmp_path])
    (found,) = result.series
    assert found.state == "ready" and found.shape == (6, 24, 32)
    assert found.geometry.spacing_mm == pytest.approx((2.5, 0.7, 0.8))
    assert found.geometry.origin_lps == (-10.0, -20.0, 5.0)
    assert (found.meta.description, found.meta.kernel, found.meta.kvp) == ("Chest 2.5", "B30f", 120.0)
    np.testing.assert_array_equal(load(tmp_path).hu, make_ct.pixels().astype(int) - 1024)


def test_sorts_by_position_not_by_name_or_number(tmp_path: Path) -> None:
    def backwards(ds: Dataset, k: int) -> None:
        ds.InstanceNumber = 99 - k
        ds.ImagePositionPatient = [0, 0, -2.5 * k]

    make_ct.series(tmp_path, change=backwards)
    np.testing.assert_array_equal(load(tmp_path).hu, make_ct.pixels()[::-1].astype(int) - 1024)


def test_junk_is_listed_and_every_entry_has_one_fate(tmp_path: Path) -> None:
    make_ct.series(tmp_path / "시리즈")
    junk = tmp_path / "junk"
    junk.mkdir()
    for n in range(500):
        (junk / f"{n}.dcm").write_bytes(os.urandom(n))
    (junk / "._IM0001.dcm").write_bytes(b"\x00\x05\x16\x07" + bytes(100))
    (junk / "folder.dcm").mkdir()
    result = scan_paths([tmp_path])
    assert len(result.series) == 1 and result.counts.accepted == 6
    assert result.counts.seen == 6 + 501 and result.counts.balanced
    assert codes(result) == {"not_dicom": 500, "empty_file": 1}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_hostile_folder_never_hangs_or_follows(tmp_path: Path) -> None:
    make_ct.series(tmp_path / "good")
    outside = make_ct.series(tmp_path.parent / f"{tmp_path.name}-outside")
    os.mkfifo(tmp_path / "pipe.dcm")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "link.dcm").symlink_to(outside[0])
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    deep = tmp_path
    for n in range(70):
        deep = deep / f"d{n}"
        deep.mkdir()
    server = socket.socket(socket.AF_UNIX)
    os.chdir(tmp_path)
    server.bind("sock")
    start = time.monotonic()
    result = scan_paths([tmp_path])
    server.close()
    assert time.monotonic() - start < 5
    assert len(result.series) == 1 and result.counts.balanced
    assert codes(result) == {"special_file": 2, "link": 3, "too_deep": 1}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_no_permission_is_said(tmp_path: Path) -> None:
    files = make_ct.series(tmp_path)
    files[0].chmod(0)
    assert codes(scan_paths([tmp_path])) == {"no_permission": 1}


def test_a_file_named_twice_counts_once(tmp_path: Path) -> None:
    files = make_ct.series(tmp_path)
    assert scan_paths([tmp_path, files[0], tmp_path]).counts.seen == 6


def test_vanished_path_and_empty_folder(tmp_path: Path) -> None:
    assert codes(scan_paths([tmp_path / "gone"])) == {"vanished": 1}
    with pytest.raises(OpenError) as error:
        load(tmp_path)
    assert error.value.code == "empty_folder"


def test_splits_what_is_not_one_volume(tmp_path: Path) -> None:
    def differ(ds: Dataset, k: int) -> None:
        if k >= 3:
            ds.ConvolutionKernel = "B70f"

    make_ct.series(tmp_path / "kernels", change=differ)
    assert [s.shape[0] for s in scan_paths([tmp_path / "kernels"]).series] == [3, 3]

    other = generate_uid()

    def frames(ds: Dataset, k: int) -> None:
        if k >= 2:
            ds.FrameOfReferenceUID = other

    make_ct.series(tmp_path / "frames", change=frames)
    assert sorted(s.shape[0] for s in scan_paths([tmp_path / "frames"]).series) == [2, 4]

    def patients(ds: Dataset, k: int) -> None:
        ds.PatientID = "A" if k % 2 else "B"

    make_ct.series(tmp_path / "patients", change=patients)
    assert [s.shape[0] for s in scan_paths([tmp_path / "patients"]).series] == [3, 3]


def test_exposure_and_name_spelling_never_split(tmp_path: Path) -> None:
    def vary(ds: Dataset, k: int) -> None:
        ds.Exposure, ds.XRayTubeCurrent = 50 + k, 100 + 7 * k
        ds.PatientName = f"Name^{k}"
        ds.AcquisitionTime = f"1200{k:02d}"

    make_ct.series(tmp_path, change=vary)
    assert [s.shape[0] for s in scan_paths([tmp_path]).series] == [6]


def test_orientation_noise_does_not_split_but_a_scout_goes(tmp_path: Path) -> None:
    def noise(ds: Dataset, k: int) -> None:
        ds.ImageOrientationPatient = [1, 2e-6 * k, 0, 0, 1, 0]
        if k == 5:
            ds.ImageOrientationPatient = [0, 1, 0, 0, 0, -1]

    make_ct.series(tmp_path, change=noise)
    result = scan_paths([tmp_path])
    assert [s.shape[0] for s in result.series] == [5] and codes(result) == {"localizer": 1}


def test_copies_are_counted_even_when_recompressed_and_conflicts_block(tmp_path: Path) -> None:
    imagecodecs = pytest.importorskip("imagecodecs")
    files = make_ct.series(tmp_path / "one")
    shutil.copy(files[2], tmp_path / "again.dcm")
    import pydicom

    ds = pydicom.dcmread(files[3])
    from pydicom.encaps import encapsulate

    ds.PixelData = encapsulate([imagecodecs.jpegls_encode(ds.pixel_array)])
    ds["PixelData"].is_undefined_length = True
    ds.file_meta.TransferSyntaxUID = pydicom.uid.JPEGLSLossless
    ds.save_as(tmp_path / "recompressed")
    result = scan_paths([tmp_path])
    assert result.counts.duplicates == 2 and result.series[0].shape[0] == 6 and result.counts.balanced

    ds = pydicom.dcmread(files[0])
    ds.PixelData = bytes(len(ds.PixelData))
    ds.save_as(tmp_path / "altered")
    (blocked,) = scan_paths([tmp_path]).series
    assert blocked.state == "blocked" and blocked.warnings[0].code == "conflict"
    assert {Path(f).name for f in blocked.warnings[0].files} == {"altered", files[0].name}


def test_phases_by_instance_runs_and_blocked_where_nothing_tells_them_apart(tmp_path: Path) -> None:
    def phases(ds: Dataset, k: int) -> None:
        ds.ImagePositionPatient = [0, 0, 2.5 * (k % 3)]

    make_ct.series(tmp_path / "runs", change=phases)
    found = scan_paths([tmp_path / "runs"]).series
    assert [s.shape[0] for s in found] == [3, 3]
    assert {w.code for s in found for w in s.warnings} == {"phases_guessed"}

    def hopeless(ds: Dataset, k: int) -> None:
        phases(ds, k)
        ds.InstanceNumber = 1

    make_ct.series(tmp_path / "hopeless", change=hopeless)
    (blocked,) = scan_paths([tmp_path / "hopeless"]).series
    assert blocked.state == "blocked" and blocked.warnings[0].code == "duplicate_positions"


def test_not_hu_is_blocked_and_unsupported_syntax_named(tmp_path: Path) -> None:
    make_ct.series(tmp_path / "z", change=lambda ds, k: setattr(ds, "RescaleType", "Z_EFF"))
    (z,) = scan_paths([tmp_path / "z"]).series
    assert (z.state, z.warnings[0].code) == ("blocked", "not_hu")

    make_ct.series(tmp_path / "n", change=lambda ds, k: delattr(ds, "RescaleSlope"))
    (n,) = scan_paths([tmp_path / "n"]).series
    assert (n.state, n.warnings[0].code) == ("blocked", "no_rescale")

    make_ct.series(tmp_path / "s", syntax="1.2.840.10008.1.2.4.52", encode=lambda plane: plane.tobytes())
    (s,) = scan_paths([tmp_path / "s"]).series
    assert (s.state, s.warnings[0].code) == ("blocked", "unsupported_syntax")
    assert "Process 3 & 5" in s.warnings[0].message


def test_one_bad_slice_is_named_and_the_rest_opens(tmp_path: Path) -> None:
    def spoil(ds: Dataset, k: int) -> None:
        if k == 2:
            ds.RescaleSlope = 0

    files = make_ct.series(tmp_path, change=spoil)
    result = scan_paths([tmp_path])
    assert result.series[0].shape[0] == 5 and [one.path for one in result.ignored] == [files[2]]
    assert {w.code for w in result.series[0].warnings} == {"missing_slices"}


def test_other_objects_are_excluded_with_their_reason(tmp_path: Path) -> None:
    def classes(ds: Dataset, k: int) -> None:
        uids = ["1.2.840.10008.5.1.4.1.1.7", "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.88.11"]
        if k < 3:
            ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = uids[k]
        if k == 3:
            ds.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]

    make_ct.series(tmp_path, change=classes)
    assert codes(scan_paths([tmp_path])) == {"secondary_capture": 1, "not_ct": 1, "not_image": 1, "localizer": 1}


def test_cancel_and_progress(tmp_path: Path) -> None:
    make_ct.series(tmp_path)
    told: list[tuple[int, int]] = []
    scan_paths([tmp_path], progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (6, 6)
    token = CancelToken()
    token.cancel()
    before = threading.active_count()
    with pytest.raises(Cancelled):
        scan_paths([tmp_path], cancel=token)
    assert threading.active_count() == before


def test_single_slice_is_a_note(tmp_path: Path) -> None:
    make_ct.series(tmp_path, make_ct.pixels(1))
    (one,) = scan_paths([tmp_path]).series
    assert [w.code for w in one.warnings] == ["single_slice"] and one.geometry.spacing_mm[0] == 2.5
    assert SeriesReader(one).read().hu.shape == (1, 24, 32)


def test_two_thousand_slices(tmp_path: Path) -> None:
    def plain(ds: Dataset, k: int) -> None:
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = "1.2.3.10000"
        ds.ImagePositionPatient = ["0", "0", "10000.0"]

    (first,) = make_ct.series(tmp_path, make_ct.pixels(1, 4, 4), change=plain)
    template = first.read_bytes()
    for k in range(1, 2000):  # a patched copy each: pydicom would take 10 s
        patched = template.replace(b"1.2.3.10000", b"1.2.3.%d" % (10000 + k))
        (tmp_path / f"f{k}").write_bytes(patched.replace(b"10000.0", b"%07.1f" % (10000 + k / 2)))
    (one,) = scan_paths([tmp_path]).series
    assert one.shape == (2000, 4, 4) and one.geometry.regular
    assert SeriesReader(one).read().warnings == ()
