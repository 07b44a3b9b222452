"""``simulate``: which mAs it goes by, what it refuses, what it says, what it writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from ldct_viewer.cli.main import main
from ldct_viewer.denoise.device import Device
from ldct_viewer.dicom.write import write_series
from ldct_viewer.physics.dose import axis_of, square_field, truncated_share
from ldct_viewer.volume import Geometry, SeriesMeta

PIXEL, SIZE, COUNT = 4.0, 96, 6


def picture(count: int = COUNT, radius: float = 110.0, noise: float = 10.0) -> np.ndarray:
    """A soft-tissue cylinder with noise, air around, int16."""
    y, x = (np.mgrid[:SIZE, :SIZE] - SIZE // 2) * PIXEL
    hu = np.where(np.hypot(x, y) < radius, 40.0, -1000.0)[None].repeat(count, axis=0)
    return (hu + np.random.default_rng(1).normal(0, noise, hu.shape)).round().astype(np.int16)


@pytest.fixture
def series(tmp_path: Path) -> Callable[..., Path]:
    def make(
        change: Callable[[Any, int], None] | None = None,
        hu: np.ndarray | None = None,
        geometry: Geometry | None = None,
        **meta: Any,
    ) -> Path:
        hu = picture() if hu is None else hu
        half = (SIZE - 1) / 2 * PIXEL
        geometry = geometry or Geometry(hu.shape, (3.0, PIXEL, PIXEL), (-half, -half, 0.0))
        folder = tmp_path / "in"
        write_series(folder, hu, geometry, SeriesMeta(description="Thorax", **meta))
        for number, path in enumerate(sorted(folder.rglob("*.dcm"))):
            if change is not None:
                ds = pydicom.dcmread(path)
                change(ds, number)
                ds.save_as(path)
        return folder

    return make


@pytest.fixture
def simulate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, dict[str, Any], str]]:
    def run(folder: Path, *arguments: str) -> tuple[int, dict[str, Any], str]:
        code = main(["simulate", str(folder), str(tmp_path / "out"), "--json", *arguments])
        captured = capsys.readouterr()
        return code, json.loads(captured.out or "{}"), captured.err

    return run


def test_mas_is_the_mean_over_the_slices(series, simulate) -> None:
    """Tube current modulation: 91 mAs in the first slice, 61 on average."""

    def modulated(ds: Any, number: int) -> None:
        ds.Exposure = (91, 71, 51, 41, 51, 61)[number]

    code, said, _ = simulate(series(modulated), "--mas", "12.2")
    assert code == 0
    assert said["dose"] == pytest.approx(0.2)
    assert said["mas"] == {"source": 61.0, "simulated": 12.2, "from": "Exposure (0018,1152)"}


@pytest.mark.parametrize(
    ("attributes", "named"),
    [
        ({"ExposureInmAs": 80.0}, "0018,9332"),
        ({"ExposureInuAs": 80_000}, "0018,1153"),
        ({"XRayTubeCurrent": 160, "ExposureTime": 500}, "0018,1151"),
        ({"Exposure": 0, "XRayTubeCurrent": 160, "ExposureTime": 500}, "0018,1151"),
    ],
)
def test_mas_may_stand_elsewhere(series, simulate, attributes: dict[str, float], named: str) -> None:
    def state(ds: Any, _: int) -> None:
        for keyword, value in attributes.items():
            setattr(ds, keyword, value)

    code, said, _ = simulate(series(state), "--mas", "20")
    assert code == 0
    assert said["dose"] == pytest.approx(0.25)
    assert named in said["mas"]["from"]


@pytest.mark.parametrize(
    ("stated", "code", "words"),
    [(5100, "exposure_range", "5100 mAs"), (None, "no_exposure", "no exposure"), (30, "dose_range", "40 mAs")],
)
def test_mas_that_cannot_be_is_refused_in_words(series, simulate, stated, code: str, words: str, tmp_path) -> None:
    status, said, err = simulate(series(exposure_mas=stated), "--mas", "40")
    assert status == 3
    assert said["error"]["code"] == code
    assert words in said["error"]["message"] and "--" in said["error"]["hint"]
    assert said["error"]["path"] == str(tmp_path / "in")
    assert words in err
    assert not (tmp_path / "out").exists()


def test_what_this_program_made_is_no_scan(series, simulate, tmp_path, capsys) -> None:
    """Its header states the scan's mAs; a denoised picture has not even the noise of a dose."""
    scan, once, twice = series(exposure_mas=112), tmp_path / "once", tmp_path / "twice"
    assert main(["simulate", str(scan), str(once), "--dose", "25%"]) == 0
    capsys.readouterr()
    status, said, _ = simulate(once, "--mas", "20")
    assert (status, said["error"]["code"]) == (3, "simulated")
    assert main(["simulate", str(once), str(twice), "--dose", "0.5", "--json"]) == 0
    told = capsys.readouterr()
    assert "simulated low dose already" in told.err and json.loads(told.out)["mas"] is None
    for path in sorted(once.rglob("*.dcm")):
        ds = pydicom.dcmread(path)
        ds.ImageType = [*ds.ImageType[:3], "AI_DENOISED"]
        ds.save_as(path)
    status, said, _ = simulate(once, "--dose", "0.5")
    assert (status, said["error"]["code"]) == (3, "ai_denoised")


def test_out_is_a_folder_and_a_share_is_a_share(series, simulate, tmp_path, capsys) -> None:
    folder = series(exposure_mas=200)
    assert main(["simulate", str(folder), str(tmp_path / "w.nii.gz"), "--dose", "0.5"]) == 2
    assert not (tmp_path / "w.nii.gz").exists()
    for wrong in ("150%", "abc", "0", "0.5%"):
        with pytest.raises(SystemExit) as stop:
            main(["simulate", str(folder), str(tmp_path / "w"), "--dose", wrong])
        assert stop.value.code == 2 and "_dose" not in capsys.readouterr().err
    assert "200 % of the scan's 200 mAs" in simulate(folder, "--mas", "400")[1]["error"]["message"]


def test_an_implausible_mas_does_not_matter_to_a_dose(series, simulate) -> None:
    code, said, _ = simulate(series(exposure_mas=5100), "--dose", "0.5")
    assert code == 0
    assert said["mas"] is None


def test_the_device_is_chosen_as_for_denoising(series, simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = series()
    code, said, err = simulate(folder, "--dose", "0.5", "--device", "bogus")
    assert (code, said["error"]["code"]) == (5, "no_device")
    assert "Available: " in err
    cpu, gpu = Device("cpu", "cpu", "CPU"), Device("mps", "mps", "Apple GPU")
    monkeypatch.setattr("ldct_viewer.denoise.device.list_devices", lambda: [gpu, cpu])
    code, said, err = simulate(folder, "--dose", "0.5", "--device", "auto")
    assert (code, said["device"]) == (0, "cpu")
    assert "Apple's GPU" in err


def test_a_full_device_is_said_in_words(series, simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    def full(*_: Any, **__: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr("ldct_viewer.physics.dose.plan_dose", full)
    code, said, _ = simulate(series(), "--dose", "0.5")
    assert (code, said["error"]["code"]) == (5, "device_memory")


@pytest.mark.parametrize("plane", [((1.0, 0, 0), (0, 0, 1.0), (0, -1.0, 0)), ((0, 0, -1.0), (1.0, 0, 0), (0, -1.0, 0))])
def test_reformatted_planes_are_refused(series, simulate, plane, tmp_path: Path) -> None:
    hu = picture()
    folder = series(hu=hu, geometry=Geometry(hu.shape, (3.0, PIXEL, PIXEL), (0, 0, 0), plane))
    code, said, _ = simulate(folder, "--dose", "0.25")
    assert (code, said["error"]["code"]) == (3, "not_axial")
    assert "90°" in said["error"]["message"]
    assert said["error"]["path"] == str(folder)
    assert not (tmp_path / "out").exists()


def test_a_tilted_gantry_and_any_position_on_the_table_are_fine() -> None:
    c, s = np.cos(np.radians(30)), np.sin(np.radians(30))
    tilted = ((1, 0, 0), (0, c, 0), (0, -s, 1))
    feet_first, on_the_side = ((-1, 0, 0), (0, 1, 0), (0, 0, -1)), ((0, 1, 0), (1, 0, 0), (0, 0, -1))
    for direction in (tilted, feet_first, on_the_side):
        assert square_field(Geometry((5, 64, 64), (3.0, 2.0, 2.0), direction=direction))[0] == 64


def test_an_unknown_kernel_is_refused_and_a_vendors_is_not(series, simulate, capsys) -> None:
    folder = series()
    with pytest.raises(SystemExit) as refused:
        simulate(folder, "--dose", "0.25", "--kernel", "nonsense")
    assert refused.value.code == 2
    assert "unknown kernel 'nonsense'" in capsys.readouterr().err
    code, said, _ = simulate(folder, "--dose", "0.25", "--kernel", "Br64f")
    assert code == 0
    assert said["kernel"]["cutoff_per_mm"] == pytest.approx(1.25)  # sharp


def test_the_scanners_axis_is_where_the_header_says(series, simulate) -> None:
    """A picture 30 mm off to the patient's left and 12 mm to the front of the centre of rotation."""

    def state(ds: Any, _: int) -> None:
        ds.DataCollectionCenterPatient = [-30.0, 12.0, float(ds.ImagePositionPatient[2])]

    code, said, err = simulate(series(state), "--dose", "0.25")
    assert code == 0
    # the middle of the field is pixel (48, 48), half a pixel beyond the picture's own middle
    assert said["axis_mm"] == [-30.0 - PIXEL / 2, 12.0 - PIXEL / 2]
    assert "34 mm off the scanner's axis" in err
    geometry = Geometry((3, 60, 96), (3.0, PIXEL, PIXEL), (0.0, 0.0, 0.0))
    assert axis_of(geometry, (48 * PIXEL, 30 * PIXEL, 0.0)) == pytest.approx((0.0, 0.0))  # a square around 60 × 96
    assert axis_of(geometry, None) == axis_of(geometry, (9e4, 0.0, 0.0)) == (0.0, 0.0)


def test_a_body_that_is_cut_off_is_said(series, simulate) -> None:
    hu = picture()
    hu[:4, 30:70, :20] = 50  # an arm goes out of the picture in four of six slices
    assert truncated_share(hu, PIXEL) == pytest.approx(4 / 6)
    assert truncated_share(picture(), PIXEL) == 0
    y, x = np.mgrid[:SIZE, :SIZE] - SIZE // 2
    round_field = np.where(np.hypot(x, y) < 46, np.where(np.abs(y) < 20, 40, -1000), -2000)[None].astype(np.int16)
    assert truncated_share(round_field, PIXEL) == 1
    code, said, err = simulate(series(hu=hu), "--dose", "0.25")
    assert (code, said["truncated_share"]) == (0, 0.67)
    assert "in 67% of the slices the body reaches the edge" in err


def test_noise_below_the_range_of_the_source_is_written_and_valid(series, simulate, tmp_path: Path) -> None:
    """12 bit unsigned with an intercept of −1024 cannot hold it: 16 bit then, and the mean of air stays."""

    def twelve_bits(ds: Any, _: int) -> None:
        assert ds.RescaleIntercept == -1024
        ds.PixelRepresentation, ds.BitsStored, ds.HighBit = 0, 12, 11

    hu = np.maximum(picture(noise=5.0), -1024)
    code, _, err = simulate(series(twelve_bits, hu=hu), "--dose", "0.02", "--kernel", "sharp")
    assert code == 0
    assert "16 bit" in err
    y, x = (np.mgrid[:SIZE, :SIZE] - SIZE // 2) * PIXEL
    air = np.hypot(x, y) > 130
    values = []
    for path in sorted((tmp_path / "out").rglob("*.dcm")):
        ds = pydicom.dcmread(path)
        assert (ds.BitsAllocated, ds.BitsStored, ds.HighBit) == (16, 16, 15)
        values.append(ds.pixel_array * float(ds.RescaleSlope) + float(ds.RescaleIntercept))
    written = np.stack(values)
    assert written.min() < -1024
    assert written[:, air].mean() == pytest.approx(-1000, abs=2)


def test_overlapping_slices_get_noise_that_they_share(series, simulate, tmp_path: Path) -> None:
    from ldct_viewer.dicom.read import load

    hu = picture(count=12)
    folder = series(hu=hu, slice_thickness_mm=6.0)  # every 3 mm
    code, said, _ = simulate(folder, "--dose", "0.1", "--kernel", "smooth")
    assert (code, said["slice_thickness_mm"]) == (0, 6.0)
    noise = (load(tmp_path / "out").hu.astype(float) - hu)[:, 32:64, 32:64].reshape(12, -1)
    correlation = np.corrcoef(noise)
    assert np.diagonal(correlation, 1).mean() == pytest.approx(0.5, abs=0.06)
    assert np.diagonal(correlation, 2).mean() == pytest.approx(0.0, abs=0.06)
