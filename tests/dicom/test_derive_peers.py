"""Exports judged by others: dciodvfy, dcmtk, SimpleITK/GDCM and dcm2niix (each skipped where absent)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ldct_viewer.dicom.derive import ExportOptions, ExportReport, write_derived
from ldct_viewer.dicom.read import SeriesReader
from ldct_viewer.dicom.scan import FoundSeries, scan_paths
from ldct_viewer.volume import Volume

from ..shared_data import CASES, DATA, needs_cases, needs_data
from .derive_kit import DENOISED, make_series, opened, shaken

SERIES = {
    "covid-P001": DATA / "chest-covid-ct-md" / "covid-P001",
    "A0001": DATA / "chest-lung-pet-ct-dx" / "A0001-philips-5mm-kernelB",
    "A0002": DATA / "chest-lung-pet-ct-dx" / "A0002-siemens-8mm-B40f",
    "Br38": DATA / "abdomen-totalsegmentator" / "siemens-3mm-Br38",
    "UB": DATA / "head-dcm-qa-ct" / "philips-5mm-UB",
}
# HTJ2K is younger than the tools of Debian 12.
OLD_TOOLS_READ = ("none", "rle", "jpegls")


def tool(name: str) -> str:
    # dcm2niix comes with pip: beside the Python that runs this.
    found = shutil.which(name, path=os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")]))
    if found is None:
        pytest.skip(f"{name} is not installed (Debian: dicom3tools, dcmtk; pip: dcm2niix)")
    return found


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LDCT_DATA_DIR", str(tmp_path_factory.mktemp("appdata")))


@cache
def errors_of(path: Path) -> frozenset[str]:
    """dciodvfy's errors; of values only their attribute, as the values are new."""
    done = subprocess.run([tool("dciodvfy"), str(path)], capture_output=True, text=True, errors="replace", check=False)
    lines = (done.stdout + done.stderr).splitlines()
    return frozenset(line for line in lines if line.startswith("Error"))


def first_series(folder: Path) -> tuple[FoundSeries, Volume]:
    found = max((s for s in scan_paths([folder]).series if s.state != "blocked"), key=lambda s: s.shape[0])
    return found, SeriesReader(found).read()


def export(
    folder: Path, target: Path, **options: object
) -> tuple[FoundSeries, Volume, NDArray[np.int16], ExportReport]:
    found, volume = first_series(folder)
    wanted = shaken(volume.hu, low=-1100, high=32767)
    report = write_derived(found, wanted, target, DENOISED, ExportOptions(**options), volume=volume)
    return found, volume, wanted, report


def no_new_errors(found: FoundSeries, report: ExportReport, every: int = 1) -> None:
    if len(found.slices) != len(report.files):  # some slices could not be read: compare with any of the source's
        known = frozenset().union(*(errors_of(item.path) for item in found.slices))
        assert not errors_of(report.files[0]) - known
        return
    for k in range(0, len(report.files), every):
        assert not errors_of(report.files[k]) - errors_of(found.slices[k].path)


@needs_data
@pytest.mark.parametrize("deidentify", [False, True])
@pytest.mark.parametrize("name", [pytest.param("covid-P001", marks=pytest.mark.slow), *list(SERIES)[1:]])
def test_dciodvfy_finds_no_error_that_the_source_does_not_have(tmp_path: Path, name: str, deidentify: bool) -> None:
    tool("dciodvfy")
    found, _, _, report = export(SERIES[name], tmp_path / "out", deidentify=deidentify)
    no_new_errors(found, report, every=max(1, len(report.files) // 3))


EXPORTABLE = (
    sorted(p.name for p in CASES.iterdir() if p.is_dir() and p.name[:3] not in ("d60", "d61")) if CASES.is_dir() else []
)


@needs_cases
@pytest.mark.parametrize("case", EXPORTABLE)
def test_every_readable_odd_case_exports_validly_and_comes_back(tmp_path: Path, case: str) -> None:
    exported = 0
    for n, found in enumerate(s for s in scan_paths([CASES / case]).series if s.state != "blocked"):
        from ldct_viewer.errors import OpenError

        try:
            volume = SeriesReader(found).read()
        except OpenError:
            continue
        wanted = shaken(volume.hu, low=-1100, high=32767)
        report = write_derived(found, wanted, tmp_path / str(n), DENOISED, volume=volume)
        _, again = opened(tmp_path / str(n))
        inside = True if volume.padding is None else ~volume.padding
        assert np.array_equal(again.hu, wanted, equal_nan=False) or (again.hu == wanted)[inside].all()
        assert again.geometry == volume.geometry
        if volume.padding is not None:
            assert again.padding is not None and again.padding[volume.padding].all()
        if shutil.which("dciodvfy"):
            no_new_errors(found, report, every=8)
        exported += 1
    if not exported:
        pytest.skip("nothing in this case may be exported")


@pytest.mark.parametrize("compress", OLD_TOOLS_READ)
def test_simpleitk_reads_equal_hu_and_geometry(tmp_path: Path, compress: str) -> None:
    sitk = pytest.importorskip("SimpleITK")
    _, volume, wanted, report = export(make_series(tmp_path / "source"), tmp_path / "out", compress=compress)
    image = sitk.ReadImage([str(path) for path in report.files])
    np.testing.assert_array_equal(sitk.GetArrayFromImage(image), wanted)
    np.testing.assert_allclose(image.GetSpacing(), volume.geometry.spacing_mm[::-1])
    np.testing.assert_allclose(image.GetOrigin(), volume.geometry.origin_lps)


@needs_data
@pytest.mark.parametrize("name", ["A0002", "Br38", "UB"])
def test_simpleitk_reads_real_series_as_the_source(tmp_path: Path, name: str) -> None:
    sitk = pytest.importorskip("SimpleITK")
    found, _, wanted, report = export(SERIES[name], tmp_path / "out", compress="jpegls")
    image = sitk.ReadImage([str(path) for path in report.files])
    source = sitk.ReadImage([str(item.path) for item in found.slices])
    np.testing.assert_array_equal(sitk.GetArrayFromImage(image), wanted)
    for ask in ("GetSpacing", "GetOrigin", "GetDirection"):
        np.testing.assert_allclose(getattr(image, ask)(), getattr(source, ask)())


@pytest.mark.parametrize("compress", OLD_TOOLS_READ)
def test_dcmtk_accepts_and_decodes_every_file(tmp_path: Path, compress: str) -> None:
    _, _, wanted, report = export(make_series(tmp_path / "source"), tmp_path / "out", compress=compress)
    decoder = {"none": "dcmconv", "rle": "dcmdrle", "jpegls": "dcmdjpls"}[compress]
    from pydicom import dcmread

    for k, path in enumerate(report.files):
        said = subprocess.run([tool("dcmftest"), str(path)], capture_output=True, text=True, check=False).stdout
        assert said.startswith("yes")
        plain = tmp_path / "plain.dcm"
        subprocess.run([tool(decoder), str(path), str(plain)], check=True, capture_output=True)
        ds = dcmread(plain)
        stored = np.frombuffer(ds.PixelData, "<i2" if ds.PixelRepresentation else "<u2").reshape(32, 32)
        np.testing.assert_array_equal(stored * float(ds.RescaleSlope) + float(ds.RescaleIntercept), wanted[k])


@pytest.mark.parametrize("compress", OLD_TOOLS_READ)
def test_dcm2niix_makes_the_same_volume_of_source_and_export(tmp_path: Path, compress: str) -> None:
    sitk = pytest.importorskip("SimpleITK")
    converter = tool("dcm2niix")
    source = make_series(tmp_path / "source", size=64, count=8)
    found, volume = opened(source)
    write_derived(found, volume.hu, tmp_path / "out", DENOISED, ExportOptions(compress=compress), volume=volume)
    images = []
    for folder in (source, tmp_path / "out"):
        made = tmp_path / f"nii-{folder.name}"
        made.mkdir()
        subprocess.run([converter, "-f", "x", "-z", "n", "-o", str(made), str(folder)], check=True, capture_output=True)
        (nifti,) = made.glob("*.nii")
        images.append(sitk.ReadImage(str(nifti)))
    before, after = images
    np.testing.assert_array_equal(sitk.GetArrayFromImage(after), sitk.GetArrayFromImage(before))
    for ask in ("GetSpacing", "GetOrigin", "GetDirection"):
        np.testing.assert_allclose(getattr(after, ask)(), getattr(before, ask)(), atol=1e-4)
