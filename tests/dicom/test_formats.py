from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ldct_viewer.dicom.formats import save_volume
from ldct_viewer.dicom.read import SeriesReader, load, read_slice
from ldct_viewer.dicom.scan import scan_paths
from ldct_viewer.errors import OpenError, WriteError
from ldct_viewer.volume import AIR_HU, Geometry, Volume

from . import make_ct

sitk = pytest.importorskip("SimpleITK")
OBLIQUE = ((0.8, 0.0, -0.6), (0.0, 1.0, 0.0), (0.6, 0.0, 0.8))
FORMATS = [".nii.gz", ".nii", ".nrrd", ".mha"]


def volume(direction=OBLIQUE, **changes) -> Volume:
    hu = np.random.default_rng(3).integers(-2000, 3000, (5, 7, 9)).astype(np.int16)
    return Volume(hu, replace(Geometry(hu.shape, (2.5, 0.7, 0.8), (-100.5, 20.25, -300.0), direction), **changes))


@pytest.mark.parametrize("suffix", FORMATS)
def test_simpleitk_reads_what_is_saved(suffix: str, tmp_path: Path) -> None:
    v, path = volume(), tmp_path / f"볼륨 1{suffix}"
    assert save_volume(v, v.hu, path) == ()
    image = sitk.ReadImage(str(path))
    np.testing.assert_array_equal(sitk.GetArrayFromImage(image), v.hu)
    np.testing.assert_allclose(image.GetSpacing(), (0.8, 0.7, 2.5), rtol=1e-6)
    np.testing.assert_allclose(np.reshape(image.GetDirection(), (3, 3)), v.geometry.matrix, atol=1e-6)
    point = image.TransformIndexToPhysicalPoint((8, 2, 3))
    np.testing.assert_allclose(point, v.geometry.index_to_lps(3, 2, 8), atol=1e-3)


@pytest.mark.parametrize("suffix", FORMATS)
def test_we_read_what_simpleitk_saved_and_back(suffix: str, tmp_path: Path) -> None:
    v = volume()
    image = sitk.GetImageFromArray(v.hu)
    image.SetSpacing((0.8, 0.7, 2.5))
    image.SetOrigin(v.geometry.origin_lps)
    image.SetDirection(v.geometry.matrix.ravel().tolist())
    path = tmp_path / f"영상{suffix}"
    sitk.WriteImage(image, str(path))
    (found,) = scan_paths([path]).series
    assert found.shape == (5, 7, 9) and "hu_assumed" in {w.code for w in found.warnings}
    read = SeriesReader(found).read()
    np.testing.assert_array_equal(read.hu, v.hu)
    np.testing.assert_array_equal(read_slice(found, 2), v.hu[2])
    np.testing.assert_allclose(read.geometry.index_to_lps(4, 5, 6), v.geometry.index_to_lps(4, 5, 6), atol=1e-3)


def test_left_handed_files_are_turned_so_that_every_voxel_keeps_its_place(tmp_path: Path) -> None:
    image = sitk.GetImageFromArray(volume().hu)
    image.SetDirection((-1, 0, 0, 0, 1, 0, 0, 0, 1))
    image.SetOrigin((10, 20, 30))
    image.SetSpacing((0.8, 0.7, 2.5))
    sitk.WriteImage(image, str(tmp_path / "left.nrrd"))
    v = load(tmp_path / "left.nrrd")
    assert np.linalg.det(v.geometry.matrix) == pytest.approx(1)
    point = image.TransformIndexToPhysicalPoint((3, 2, 1))
    k, j, i = (round(float(c)) for c in v.geometry.lps_to_index(point))
    assert v.hu[k, j, i] == image.GetPixel(3, 2, 1)


def test_floats_are_rounded_and_clipped_with_a_word(tmp_path: Path) -> None:
    array = np.array([[[0.4, -1000.6], [40000.0, 12.0]]] * 2, np.float32)
    sitk.WriteImage(sitk.GetImageFromArray(array), str(tmp_path / "f.mha"))
    v = load(tmp_path / "f.mha")
    assert v.hu[0].tolist() == [[0, -1001], [32767, 12]]
    assert {"clipped", "rounded"} <= {w.code for w in v.warnings}


def test_refuses_by_name(tmp_path: Path) -> None:
    sitk.WriteImage(sitk.GetImageFromArray(np.zeros((3, 4, 5), np.uint8)), str(tmp_path / "label.nii.gz"))
    with pytest.raises(OpenError) as error:
        load(tmp_path / "label.nii.gz")
    assert error.value.code == "not_hu"
    v = volume()
    save_volume(v, v.hu, tmp_path / "v.nii.gz")
    data = (tmp_path / "v.nii.gz").read_bytes()
    (tmp_path / "cut.nii.gz").write_bytes(data[: len(data) // 2])
    save_volume(v, v.hu, tmp_path / "v.nii")
    (tmp_path / "cut.nii").write_bytes((tmp_path / "v.nii").read_bytes()[:-2])
    for name in ("cut.nii.gz", "cut.nii"):
        with pytest.raises(OpenError) as error:
            load(tmp_path / name)
        assert error.value.code == "truncated"
    header = bytearray(gzip.decompress(data)[:352])
    header[42:48] = np.array([30000, 30000, 30000], "<i2").tobytes()
    (tmp_path / "huge.nii").write_bytes(header + bytes(1000))
    with pytest.raises(OpenError) as error:
        load(tmp_path / "huge.nii")
    assert error.value.code == "too_large"


def test_metaimage_data_file_must_lie_beside_its_header(tmp_path: Path) -> None:
    v = volume()
    save_volume(v, v.hu, tmp_path / "a.mha")
    head, data = (tmp_path / "a.mha").read_bytes().split(b"LOCAL\n", 1)
    folder = tmp_path / "한글"
    folder.mkdir()
    (folder / "a.raw").write_bytes(data)
    (folder / "a.mhd").write_bytes(head + b"a.raw\n")
    np.testing.assert_array_equal(load(folder / "a.mhd").hu, v.hu)
    (tmp_path / "secret.raw").write_bytes(data)
    for name in (b"../secret.raw", str(tmp_path / "secret.raw").encode()):
        (folder / "evil.mhd").write_bytes(head + name + b"\n")
        with pytest.raises(OpenError):
            load(folder / "evil.mhd")


def test_volumes_beside_dicom_are_only_listed(tmp_path: Path) -> None:
    make_ct.series(tmp_path / "ct")
    v = volume()
    save_volume(v, v.hu, tmp_path / "label.nrrd")
    result = scan_paths([tmp_path])
    assert len(result.series) == 1 and [i.code for i in result.ignored] == ["volume_file"] and result.counts.balanced


def test_never_overwrites_unless_told_and_leaves_no_rest(tmp_path: Path) -> None:
    v, path = volume(), tmp_path / "v.mha"
    save_volume(v, v.hu, path)
    with pytest.raises(WriteError) as error:
        save_volume(v, v.hu, path)
    assert error.value.code == "exists"
    save_volume(v, v.hu + np.int16(1), path, force=True)
    np.testing.assert_array_equal(load(path).hu, v.hu + 1)
    with pytest.raises(WriteError):
        save_volume(v, v.hu, tmp_path / "v.png")
    with pytest.raises(WriteError):
        save_volume(v, v.hu, tmp_path / "no" / "folder.nrrd")
    assert [p.name for p in tmp_path.iterdir()] == ["v.mha"]


def test_gaps_become_empty_layers_and_irregular_spacing_is_refused(tmp_path: Path) -> None:
    v = volume(z_positions_mm=(0.0, 2.5, 7.5, 10.0, 12.5))
    (note,) = save_volume(v, v.hu, tmp_path / "gap.nrrd")
    assert note.code == "gaps_filled"
    image = sitk.ReadImage(str(tmp_path / "gap.nrrd"))
    array = sitk.GetArrayFromImage(image)
    assert array.shape == (6, 7, 9) and (array[2] == AIR_HU).all()
    np.testing.assert_array_equal(array[[0, 1, 3, 4, 5]], v.hu)
    point = image.TransformIndexToPhysicalPoint((0, 0, 5))
    np.testing.assert_allclose(point, v.geometry.index_to_lps(4, 0, 0), atol=1e-3)
    uneven = volume(z_positions_mm=(0.0, 2.0, 7.5, 10.0, 12.5))
    with pytest.raises(WriteError) as error:
        save_volume(uneven, uneven.hu, tmp_path / "uneven.nrrd")
    assert error.value.code == "irregular_spacing" and not (tmp_path / "uneven.nrrd").exists()


def test_a_sheared_stack_keeps_its_axes(tmp_path: Path) -> None:
    tilt = np.radians(15)
    sheared = ((1.0, 0.0, 0.0), (0.0, float(np.cos(tilt)), 0.0), (0.0, -float(np.sin(tilt)), 1.0))
    v = volume(sheared)
    save_volume(v, v.hu, tmp_path / "t.nii")
    raw = (tmp_path / "t.nii").read_bytes()
    assert np.frombuffer(raw, "<i2", 2, 252).tolist() == [0, 1]  # no qform: it cannot shear
    affine = np.frombuffer(raw, "<f4", 12, 280).reshape(3, 4).astype(float)
    ras = affine @ (8, 2, 3, 1)
    np.testing.assert_allclose(ras * (-1, -1, 1), v.geometry.index_to_lps(3, 2, 8), atol=1e-3)


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz", ".nrrd", ".mha"])
@pytest.mark.parametrize("degrees", [15, -20, 0.5])
def test_a_sheared_file_is_opened_again_where_it_was(tmp_path: Path, suffix: str, degrees: float) -> None:
    """ITK refuses sheared NIfTI; what we write we also read."""
    tilt = np.radians(degrees)
    v = volume(((1.0, 0.0, 0.0), (0.0, float(np.cos(tilt)), 0.0), (0.0, -float(np.sin(tilt)), 1.0)))
    path = tmp_path / f"t{suffix}"
    notes = save_volume(v, v.hu, path)
    assert [n.code for n in notes] == (["sheared_axes"] if suffix.startswith(".nii") else [])
    again = load(path)
    np.testing.assert_array_equal(again.hu, v.hu)
    for index in ((0, 0, 0), (4, 6, 8), (2, 0, 3)):
        np.testing.assert_allclose(again.geometry.index_to_lps(*index), v.geometry.index_to_lps(*index), atol=1e-3)
    assert "gantry_tilt" in {w.code for w in again.warnings}
    if suffix == ".nii":
        path.write_bytes(path.read_bytes()[:-1])
        with pytest.raises(OpenError) as error:
            load(path)
        assert error.value.code == "truncated"
