"""The digital thorax: HU of its tissues, hidden findings where the list says, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from ldct_viewer.physics.phantom import Phantom, thorax
from ldct_viewer.physics.raster import Grid, ball_coverage, ellipse, polygon_coverage


@pytest.fixture(scope="module")
def phantom() -> Phantom:
    return thorax(256, 60, seed=1)


def test_polygon_coverage_is_its_area() -> None:
    grid = Grid(64, 1.3)
    _, cover = polygon_coverage(ellipse(3.3, -2.1, 21.0, 12.5, 25.0, n=720), grid)
    assert cover.sum() * 1.3**2 == pytest.approx(np.pi * 21.0 * 12.5, rel=2e-3)
    assert cover.min() >= 0 and cover.max() <= 1


def test_ball_coverage_is_its_volume() -> None:
    grid = Grid(64, 0.7)
    z = np.arange(-20, 20, 1.25)
    total = sum(ball_coverage(np.array([1.2, 0.4, 0.3]), 5.0, float(k), 1.25, grid)[1].sum() for k in z)
    assert total * 0.7**2 * 1.25 == pytest.approx(4 / 3 * np.pi * 125, rel=0.01)


def test_tissues_have_their_hu(phantom: Phantom) -> None:
    hu, geometry = phantom.hu, phantom.geometry

    def at(x: float, y: float, z: float) -> float:
        k, j, i = (round(v) for v in geometry.lps_to_index((x, y, z)))
        return float(hu[k, j - 1 : j + 2, i - 1 : i + 2].mean())

    assert at(0, -185, 150) == -1000  # air
    assert -900 < at(-90, 20, 150) < -780  # lung
    assert 45 < at(-110, 0, 10) < 75  # liver
    assert 30 < at(24, 36, 150) < 50  # descending aorta
    assert -1000 <= at(-2, 4, 240) < -950  # windpipe
    assert hu.max() > 700  # cortical bone
    fat = hu[(hu > -130) & (hu < -80)]
    assert fat.size > 0.03 * hu.size


def test_findings_lie_where_the_list_says(phantom: Phantom) -> None:
    assert {f.kind for f in phantom.findings} == {"lesion", "nodule", "ground glass"}
    assert {f.contrast_hu for f in phantom.findings if f.kind == "lesion"} == {-10.0, -20.0, -50.0}
    for f in phantom.findings:
        k, j, i = (round(v) for v in phantom.geometry.lps_to_index(f.centre_lps))
        if f.diameter_mm >= 10:
            assert abs(float(phantom.hu[k, j, i]) - f.hu) <= 2, f


def test_lesions_lie_in_even_liver_and_nodules_in_lung() -> None:
    """Around every finding is what the list calls its background (median of a shell of 2 mm)."""
    phantom = thorax(256, 60, seed=3, texture=False)
    z, y, x = np.mgrid[-8:9, -14:15, -14:15]
    for f in phantom.findings:
        k, j, i = (round(v) for v in phantom.geometry.lps_to_index(f.centre_lps))
        centre = np.asarray(phantom.geometry.index_to_lps(k, j, i)) - f.centre_lps
        far = np.sqrt((z * 5 + centre[2]) ** 2 + (y * 1.5 + centre[1]) ** 2 + (x * 1.5 + centre[0]) ** 2)
        lo = max(0, k - 8)
        part = phantom.hu[lo : k + 9, j - 14 : j + 15, i - 14 : i + 15]
        shell = (far > f.diameter_mm / 2 + 2) & (far < f.diameter_mm / 2 + 5)
        ring = part[shell[8 - (k - lo) : 8 - (k - lo) + part.shape[0]]]
        tolerance = 3 if f.kind == "lesion" else 60
        assert abs(float(np.median(ring)) - f.background_hu) < tolerance, f


def test_seed_decides(phantom: Phantom) -> None:
    again = thorax(256, 60, seed=1, threads=1)
    assert np.array_equal(phantom.hu, again.hu)
    assert phantom.findings == again.findings
    assert thorax(128, 20, seed=2).findings != again.findings
