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
from ldct_viewer.physics.dose import DosePlan, outside_scan, plan_dose, simulate_low_dose
from ldct_viewer.physics.kernels import Kernel
from ldct_viewer.physics.noise import noise_images, slice_weights
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


@pytest.mark.parametrize("factor", [0.1, 0.4, 4.0])
def test_the_photons_of_another_scanner_are_found(factor: float) -> None:
    """Noise power goes as 1/photons: a scan with a tenth or four times of them, its kernel known."""
    clean = torch.where(disc(SIZE, 110) > 0.5, 50.0, -1000.0)[None].expand(SLICES, -1, -1)
    scanner = Scanner(photons=factor * Scanner().photons, electronic=factor**0.5 * Scanner().electronic)
    noise = noise_images(clean, PIXEL, 1.0, source_dose=float("inf"), kernel=KERNEL, scanner=scanner,
                         generator=torch.Generator().manual_seed(11))  # fmt: skip
    hu = (clean + noise).round().to(torch.int16).numpy()
    plan = plan_dose(hu, Geometry(hu.shape, (2.5, PIXEL, PIXEL)), KERNEL)
    assert plan.scanner.photons / scanner.photons == pytest.approx(1.0, abs=0.06)
    assert plan.scanner.electronic / scanner.electronic == pytest.approx(1.0, abs=0.03)


def test_edges_are_not_taken_for_noise_where_little_tissue_is_even() -> None:
    """A head with inserts (``philips-5mm-UB``): its noise was read as 89 HU instead of 2, and so much was put in."""
    rng = np.random.default_rng(3)
    y, x = np.mgrid[:SIZE, :SIZE]
    clean = np.where(np.hypot(y - 128, x - 128) < 105, 40.0, -1000.0)
    for row, column in np.ndindex(9, 9):
        centre, hu = (24 + 26 * row, 24 + 26 * column), rng.choice([-100.0, 250.0])
        if (row, column) not in ((4, 4), (4, 5)):  # there it stays even
            clean[np.hypot(y - centre[0], x - centre[1]) < 7] = hu
    hu = np.rint(clean + rng.normal(0, 2, (6, SIZE, SIZE))).astype(np.int16)
    plan = plan_dose(hu, Geometry(hu.shape, (5.0, PIXEL, PIXEL)), KERNEL)
    assert plan.source_sd_hu == pytest.approx(2, rel=0.3)


@pytest.mark.parametrize("dose", [0.5, 0.25, 0.1, 0.05])
def test_lower_dose_has_the_noise_of_that_dose(series: tuple[np.ndarray, Geometry], dose: float) -> None:
    """Variance ∝ 1/dose, steeper by the electronics' share: the ray through the middle, 264 mm at 50 HU."""
    hu, geometry = series
    low = simulate_low_dose(hu, geometry, dose, seed=4, kernel=KERNEL)
    area = np.s_[:, 88:168, 88:168]
    ratio = low[area].astype(float).var() / hu[area].astype(float).var()
    scanner = Scanner()
    photons = scanner.photons * np.exp(-scanner.mu_water * 1.05 * 264)
    share = scanner.electronic**2 / photons
    assert ratio == pytest.approx((1 + share / dose) / (1 + share) / dose, rel=0.06)
    assert abs(low[area].mean() - hu[area].mean()) < 1.0


@pytest.mark.parametrize("dose", [0.5, 0.1, 0.05])
def test_air_is_air_at_every_dose(series: tuple[np.ndarray, Geometry], dose: float) -> None:
    """Noise below −1024 is kept: cut off there, the mean of air would be −995 HU at 5 %."""
    hu, geometry = series
    sharp = DosePlan(Kernel(0.5), Scanner(photons=6e4), 5.0, 20.0)
    low = simulate_low_dose(hu, geometry, dose, seed=4, plan=sharp)
    air = (disc(SIZE, 126) - disc(SIZE, 114)).numpy() > 0.99
    assert low[:, air].mean() == pytest.approx(hu[:, air].mean(), abs=0.5)
    assert low[:, air].mean() == pytest.approx(-1000, abs=2)
    water = disc(SIZE, 100).numpy() > 0.99
    assert low[:, water].mean() == pytest.approx(50, abs=1)
    assert dose > 0.1 or low[:, air].min() < -1024


def test_air_at_the_scanners_floor_is_noisy_and_what_lies_outside_the_circle_is_not() -> None:
    """A 12-bit scanner cuts noisy air at −1024, and fills what it did not reconstruct with the same number."""
    rng = np.random.default_rng(3)
    hu = np.maximum(rng.normal(-1000, 25, (2, 128, 128)), -1024).round().astype(np.int16)
    body, field = disc(128, 30).numpy() > 0.5, disc(128, 60).numpy() > 0.5
    hu[:, body] = 40
    floored = (hu == -1024) & field
    hu[:, ~field] = -1024
    assert 0.1 < floored[:, field & ~body].mean() < 0.25
    assert not (outside_scan(hu) & field).mean() > 0.01
    assert outside_scan(hu)[:, ~field].all()
    plan = DosePlan(Kernel(0.2), Scanner(photons=2e4), 3.0, 10.0)
    low = simulate_low_dose(hu, Geometry(hu.shape, (2.5, 2.4, 2.4)), 0.05, 1, plan=plan)
    assert (low[:, ~field] == -1024).all()
    assert (low != hu)[floored].mean() > 0.8
    added = low.astype(float) - hu
    near = field & ~body & (disc(128, 45).numpy() > 0.5)
    assert added[:, near][floored[:, near]].std() == pytest.approx(added[:, near].std(), rel=0.15)  # no holes


def test_the_tube_current_follows_the_patients_thickness_from_slice_to_slice() -> None:
    """Axial modulation by the series' mean path: a slice gets e^(q (p − p_ref)) of the current.

    The same random numbers with and without, so the ratio of variances is exact (no electronics).
    """
    hu = np.full((2, 128, 128), -1000, np.int16)
    hu[0][disc(128, 55).numpy() > 0.5] = 0
    hu[1][disc(128, 35).numpy() > 0.5] = 0
    geometry = Geometry(hu.shape, (3.0, 2.4, 2.4))

    def variances(modulation: float, reference: float) -> np.ndarray:
        scanner = Scanner(electronic=0.0, modulation=modulation)
        low = simulate_low_dose(hu, geometry, 0.2, 3, plan=DosePlan(Kernel(0.2), scanner, reference, 5.0))
        return (low.astype(float) - hu)[:, 48:80, 48:80].var(axis=(1, 2))

    reference = plan_dose(hu, geometry, Kernel(0.2)).reference
    # 97th percentile of the rays: nearly the diameter. Means of both slices
    thick, thin = (2 * r * 2.4 * Scanner().mu_water for r in (55, 35))
    assert reference == pytest.approx((thick + thin) / 2, rel=0.03)
    ratio = variances(0.5, reference) / variances(0.0, reference)
    assert ratio == pytest.approx(np.exp(-0.5 * (np.array([thick, thin]) - reference)), rel=0.08)


@pytest.mark.parametrize(("spacing", "thickness"), [(2.0, 3.0), (1.0, 2.5), (2.0, 2.0), (2.0, None)])
def test_noise_of_overlapping_slices_is_shared_as_profiles_overlap(spacing: float, thickness: float | None) -> None:
    """Rectangular profiles T at a distance d share 1 − d/T of their quanta; the level of each slice stays."""
    count = 24
    hu = np.full((count, 96, 96), -1000, np.int16)
    hu[:, disc(96, 40).numpy() > 0.5] = 30
    geometry, plan = Geometry(hu.shape, (spacing, 3.0, 3.0)), DosePlan(Kernel(0.16), Scanner(), 4.0, 10.0)
    low = simulate_low_dose(hu, geometry, 0.1, 5, plan=plan, thickness_mm=thickness)
    noise = (low.astype(float) - hu)[:, 20:76, 20:76].reshape(count, -1)
    correlation = np.corrcoef(noise)
    for step in (1, 2, 3, 4):
        expected = max(0.0, 1 - step * spacing / thickness) if thickness else 0.0
        assert np.diagonal(correlation, step).mean() == pytest.approx(expected, abs=0.05)
    alone = simulate_low_dose(hu, geometry, 0.1, 6, plan=plan)
    independent = (alone.astype(float) - hu)[:, 20:76, 20:76]
    assert noise.var() == pytest.approx(independent.var(), rel=0.06)


def test_mixing_weights_are_the_overlap_of_profiles_also_at_uneven_steps() -> None:
    z = np.array([0.0, 1.0, 2.5, 2.9, 6.0, 20.0])
    weights = slice_weights(z, 3.0)
    expected = np.clip(1 - np.abs(z[:, None] - z[None]) / 3.0, 0, None)
    assert weights @ weights.T == pytest.approx(expected, abs=1e-6)
    assert np.array_equal(slice_weights(z[3:], 3.0), np.eye(3))
    assert np.array_equal(slice_weights([0.0, 2.0, 4.0], 2.0), np.eye(3))
    with pytest.raises(ValueError, match="thickness"):
        slice_weights(z, 0.0)


def test_noise_hangs_on_seed_and_slice_alone() -> None:
    """Not on how many slices are made at a time, nor on those that are left out at the end."""
    hu = np.full((7, 64, 64), 40, np.int16)
    plan = DosePlan(Kernel(0.1), Scanner(), 3.0, 10.0)

    def made(n: int) -> np.ndarray:
        return simulate_low_dose(hu[:n], Geometry((n, 64, 64), (1.0, 4.0, 4.0)), 0.2, 9, plan=plan, thickness_mm=2.5)

    assert np.abs(made(7)[:5].astype(int) - made(5)).max() <= 1  # rounding of the transform
    assert np.abs(made(7)[:3].astype(int) - made(3)).max() <= 1


def test_the_bowtie_is_centred_on_the_rotation_axis() -> None:
    """The patient left of the axis: his side there is behind the thick rim of the bowtie, with more noise."""
    y, x = np.mgrid[:128, :128] - 64
    hu = np.where(np.hypot(x, y) < 50, 30, -1000).astype(np.int16)[None].repeat(16, axis=0)
    geometry = Geometry(hu.shape, (3.0, 2.4, 2.4))
    scanner = Scanner(bowtie_strength=1.0, modulation=0.0)

    def sides(axis_mm: tuple[float, float]) -> tuple[float, ...]:
        plan = DosePlan(Kernel(0.16), scanner, 4.0, 10.0, axis_mm)
        noise = simulate_low_dose(hu, geometry, 0.1, 2, plan=plan).astype(float) - hu
        return tuple(float(noise[:, (np.hypot(x - u, y - v) < 12)].std())
                     for u, v in ((-32, 0), (32, 0), (0, -32), (0, 32)))  # fmt: skip

    left, right, front, back = sides((0.0, 0.0))
    assert left == pytest.approx(right, rel=0.08)
    left, right, front, back = sides((50.0, 0.0))  # the axis lies to the right in the picture
    assert left > 1.3 * right
    assert front == pytest.approx(back, rel=0.1)
    left, right, front, back = sides((0.0, -50.0))  # and here above
    assert back > 1.3 * front
    assert left == pytest.approx(right, rel=0.1)


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
