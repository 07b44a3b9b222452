"""Lowering the dose of a series, the demo, and the command, on small phantoms."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ldct_viewer.cancel import CancelToken
from ldct_viewer.errors import Cancelled
from ldct_viewer.physics import demo
from ldct_viewer.physics.dose import plan_dose, simulate_low_dose
from ldct_viewer.physics.kernels import Kernel
from ldct_viewer.physics.noise import noise_images
from ldct_viewer.physics.phantom import Phantom, thorax
from ldct_viewer.physics.scanner import Scanner
from ldct_viewer.volume import Geometry, SeriesMeta
from tests.physics.test_projection import disc

KERNEL = Kernel(0.45)
PIXEL, SIZE, SLICES = 1.2, 256, 12


@pytest.fixture(scope="module")
def series() -> tuple[np.ndarray, Geometry]:
    """A soft-tissue cylinder scanned at full dose."""
    clean = torch.where(disc(SIZE, 110) > 0.5, 50.0, -1000.0)[None].expand(SLICES, -1, -1)
    noise = noise_images(clean, PIXEL, 1.0, source_dose=float("inf"), kernel=KERNEL,
                         generator=torch.Generator().manual_seed(1))  # fmt: skip
    hu = (clean + noise).round().to(torch.int16).numpy()
    return hu, Geometry(hu.shape, (2.5, PIXEL, PIXEL))


def test_noise_of_the_series_is_recognised(series: tuple[np.ndarray, Geometry]) -> None:
    plan = plan_dose(*series)
    assert plan.kernel.cutoff_per_mm == pytest.approx(KERNEL.cutoff_per_mm, rel=0.12)
    # noise power goes as the cube of the cutoff, so photons are told apart only with the kernel known
    known = plan_dose(*series, kernel=KERNEL)
    assert known.scanner.photons == pytest.approx(Scanner().photons, rel=0.12)


@pytest.mark.parametrize("dose", [0.5, 0.25, 0.1])
def test_lower_dose_has_the_noise_of_that_dose(series: tuple[np.ndarray, Geometry], dose: float) -> None:
    hu, geometry = series
    low = simulate_low_dose(hu, geometry, dose, seed=4)
    area = np.s_[:, 88:168, 88:168]
    ratio = low[area].astype(float).var() / hu[area].astype(float).var()
    # the ray through the middle: 264 mm at 50 HU; quantum noise ∝ 1/a, electronic ∝ 1/a²
    scanner = Scanner()
    photons = scanner.photons * np.exp(-scanner.mu_water * 1.05 * 264)
    share = scanner.electronic**2 / photons
    assert ratio == pytest.approx((1 + share / dose) / (1 + share) / dose, rel=0.15)
    assert abs(low[area].mean() - hu[area].mean()) < 1.0


def test_seed_decides_and_full_dose_changes_nothing(series: tuple[np.ndarray, Geometry]) -> None:
    hu, geometry = series
    plan = plan_dose(hu, geometry, KERNEL)
    part, few = hu[:4], replace(geometry, shape=(4, SIZE, SIZE))
    a, b, c = (simulate_low_dose(part, few, 0.3, seed, plan=plan) for seed in (1, 1, 2))
    assert np.array_equal(a, b)
    assert not np.array_equal(a, c)
    assert np.array_equal(simulate_low_dose(part, few, 1.0, plan=plan), part)


def test_padding_and_odd_sizes_survive() -> None:
    hu = np.full((2, 90, 101), 40, np.int16)
    hu[:, :10] = -2000
    low = simulate_low_dose(hu, Geometry(hu.shape, (3.0, 2.0, 2.0)), 0.2, 1)
    assert low.shape == hu.shape
    assert (low[:, :10] == -2000).all()
    assert low[:, 30:60, 30:60].std() > 1


@pytest.fixture
def small_thorax(monkeypatch: pytest.MonkeyPatch) -> None:
    def small(seed: int = 1, **rest: object) -> Phantom:
        return thorax(128, 12, seed=seed, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(demo, "thorax", small)


@pytest.mark.usefixtures("small_thorax")
def test_demo_is_two_series_of_one_study(tmp_path: Path) -> None:
    from ldct_viewer.dicom.read import load

    steps: list[tuple[int, int]] = []
    made = demo.make_demo(tmp_path, seed=2, progress=lambda d, t: steps.append((d, t)))
    full, low = load(made.full), load(made.low)
    assert full.shape == low.shape == (12, 128, 128)
    assert full.meta.study_uid == low.meta.study_uid
    assert full.meta.frame_of_reference_uid == low.meta.frame_of_reference_uid
    assert full.meta.uid != low.meta.uid
    assert (full.meta.tube_current_ma, low.meta.tube_current_ma) == (demo.FULL_MA, demo.LOW_MA)
    truth = thorax(128, 12, seed=2).hu.astype(float)
    soft = (truth > 0) & (truth < 100)
    noise = [float((v.hu - truth)[soft].std()) for v in (full, low)]
    assert noise[1] > 2 * noise[0] > 2
    assert abs(float((low.hu - truth)[soft].mean())) < 2
    assert [d for d, _ in steps] == sorted(d for d, _ in steps)
    assert steps[-1] == (48, 48)
    listed = json.loads(made.truth_json.read_text("utf-8"))
    assert len(listed["findings"]) == 19


@pytest.mark.usefixtures("small_thorax")
def test_demo_is_kept_and_mended(tmp_path: Path) -> None:
    first = demo.make_demo(tmp_path, seed=2)
    files = sorted(first.low.iterdir())
    before = [f.read_bytes() for f in files]
    stamp = files[0].stat().st_mtime_ns
    demo.make_demo(tmp_path, seed=2)
    assert files[0].stat().st_mtime_ns == stamp  # found, not made again
    files[3].unlink()
    demo.make_demo(tmp_path, seed=2)
    assert [f.read_bytes() for f in sorted(first.low.iterdir())] == before  # same seed, same files


@pytest.mark.usefixtures("small_thorax")
def test_cancelled_demo_leaves_nothing(tmp_path: Path) -> None:
    token = CancelToken()
    with pytest.raises(Cancelled):
        demo.make_demo(tmp_path, progress=lambda d, t: token.cancel() if d > 14 else None, cancel=token)
    assert list(tmp_path.iterdir()) == []


def test_command_writes_a_marked_derived_series(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import pydicom

    from ldct_viewer.cli.main import main
    from ldct_viewer.dicom.read import load
    from ldct_viewer.dicom.write import write_series

    phantom = thorax(128, 6)
    meta = SeriesMeta(description="Thorax", exposure_mas=100, kernel="B30f")
    write_series(tmp_path / "in", phantom.hu, phantom.geometry, meta)
    assert main(["simulate", str(tmp_path / "in"), str(tmp_path / "out"), "--mas", "20", "--seed", "3", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["dose"] == pytest.approx(0.2)
    assert summary["slices"] == 6
    low = load(tmp_path / "out")
    assert low.shape == phantom.hu.shape
    header = pydicom.dcmread(next((tmp_path / "out").rglob("*.dcm")))
    assert header.ImageType[0] == "DERIVED"
    assert "simulated" in header.SeriesDescription.lower()
    assert main(["simulate", str(tmp_path / "in"), str(tmp_path / "out"), "--dose", "0.2"]) == 6  # never overwrites
