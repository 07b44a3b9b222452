from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pydicom
import pytest

from ldct_viewer.cancel import CancelToken
from ldct_viewer.dicom.read import load
from ldct_viewer.dicom.write import make_uid, write_series
from ldct_viewer.errors import Cancelled, WriteError
from ldct_viewer.volume import Geometry, SeriesMeta
from ldct_viewer.window import Window

GEOMETRY = Geometry(
    (5, 12, 16), (2.0, 0.7, 1 / 3), (-179.123456789, 20.0, -3.5), ((1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, -1.0, 0.0))
)
META = SeriesMeta(patient_name="홍^길동", patient_id="P1", description="Phantom", kvp=120.0, kernel="B30f",
                  windows=((Window(1500, -600), "Lung"),))  # fmt: skip


def hu(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(-1024, 3000, GEOMETRY.shape).astype(np.int16)


def test_reads_back_equal_here_and_in_pydicom(tmp_path: Path) -> None:
    files = write_series(tmp_path / "out", hu(), GEOMETRY, META, extra={"ImageComments": "made up"})
    assert [f.name for f in files] == [f"IM{k:04d}.dcm" for k in range(1, 6)]
    v = load(tmp_path / "out")
    np.testing.assert_array_equal(v.hu, hu())
    assert v.warnings == () and v.meta.patient_name == "홍^길동" and v.meta.windows[0][0] == Window(1500, -600)
    np.testing.assert_allclose(v.geometry.matrix, GEOMETRY.matrix)
    np.testing.assert_allclose(v.geometry.spacing_mm, GEOMETRY.spacing_mm, rtol=1e-9)
    np.testing.assert_allclose(v.geometry.origin_lps, GEOMETRY.origin_lps, atol=1e-9)
    ds = pydicom.dcmread(files[3])
    np.testing.assert_array_equal(ds.pixel_array * ds.RescaleSlope + ds.RescaleIntercept, hu()[3])
    assert ds.ImageComments == "made up" and ds.preamble == bytes(128)


def test_seed_makes_the_same_bytes_and_none_makes_new_ones(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_series(tmp_path / name, hu(), GEOMETRY, META, uid_seed="demo-1")
    for one, two in zip(sorted((tmp_path / "a").iterdir()), sorted((tmp_path / "b").iterdir()), strict=True):
        assert one.read_bytes() == two.read_bytes()
    first, second = (write_series(tmp_path / n, hu(), GEOMETRY)[0] for n in ("c", "d"))
    assert pydicom.dcmread(first).SeriesInstanceUID != pydicom.dcmread(second).SeriesInstanceUID
    assert len({make_uid() for _ in range(100)}) == 100
    assert all(pydicom.uid.UID(make_uid(*p)).is_valid for p in ((), ("a", 1), ("b",)))


def test_threads_that_take_turns_at_any_moment_share_nothing_that_changes(tmp_path: Path) -> None:
    geometry = Geometry((8, 4, 4), (2.0, 1.0, 1.0))
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for n in range(40):
            files = write_series(tmp_path / str(n), np.zeros(geometry.shape, np.int16), geometry)
            told = [(ds.file_meta.MediaStorageSOPInstanceUID, ds.SOPInstanceUID) for ds in map(pydicom.dcmread, files)]
            assert all(head == body for head, body in told) and len(set(told)) == 8
    finally:
        sys.setswitchinterval(before)


def test_never_overwrites_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    write_series(tmp_path / "x", hu(), GEOMETRY)
    before = {p.name: p.read_bytes() for p in (tmp_path / "x").iterdir()}
    with pytest.raises(WriteError) as error:
        write_series(tmp_path / "x", hu(1), GEOMETRY)
    assert error.value.code == "exists"
    assert before == {p.name: p.read_bytes() for p in (tmp_path / "x").iterdir()}
    token = CancelToken()
    with pytest.raises(Cancelled):
        write_series(tmp_path / "y", hu(), GEOMETRY, progress=lambda done, total: token.cancel(), cancel=token)
    blocker = tmp_path / "file"
    blocker.write_text("")
    with pytest.raises(WriteError) as error:
        write_series(blocker / "z", hu(), GEOMETRY)
    assert error.value.code == "disk"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "x"]


def test_extreme_values_survive_by_another_intercept(tmp_path: Path) -> None:
    extreme = hu()
    extreme[0, 0, :2] = (-32768, 32767)
    write_series(tmp_path / "e", extreme, GEOMETRY)
    np.testing.assert_array_equal(load(tmp_path / "e").hu, extreme)


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dciodvfy (Debian dicom3tools) not installed")
def test_dciodvfy_finds_no_error(tmp_path: Path) -> None:
    files = write_series(tmp_path / "v", hu(), GEOMETRY, META)
    done = subprocess.run(["dciodvfy", str(files[0])], capture_output=True, text=True, check=False)
    assert not [line for line in done.stderr.splitlines() if line.startswith("Error")], done.stderr
