"""The residual: noise alone passes, anatomy in it is found and measured."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from ldct_viewer.quality.residual import leakage, residual_means, slice_leakage


@pytest.fixture(scope="module")
def anatomy():
    """Five slices of a body with vessels and organs that reach through them."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[-1:1:256j, -1:1:256j]
    body = np.where(x**2 + y**2 < 0.8, 40.0, -1000.0)
    for _ in range(60):
        cy, cx, r = *rng.uniform(-0.6, 0.6, 2), rng.uniform(0.015, 0.1)
        body[(y - cy) ** 2 + (x - cx) ** 2 < r**2] += rng.uniform(-60, 90)
    return np.stack([gaussian_filter(body, 0.8)] * 5)


def noise(shape, seed, sd=20.0):
    grain = np.random.default_rng(seed).standard_normal(shape)
    smooth = gaussian_filter(grain, (0, 0.8, 0.8)) if len(shape) == 3 else gaussian_filter(grain, 0.8)
    return smooth * (sd / smooth.std())


def test_pure_noise_removed_leaks_nothing(anatomy):
    found = leakage(anatomy + noise(anatomy.shape, 1), anatomy)
    assert found is not None
    assert found.index < 0.03 and found.edge_ratio == pytest.approx(1.0, abs=0.05)
    assert not found.own_slice


def test_half_the_noise_left_in_the_picture_is_not_taken_for_anatomy(anatomy):
    n = noise(anatomy.shape, 2)
    found = leakage(anatomy + n, anatomy + 0.5 * n)
    assert found is not None and found.index < 0.05


def test_blur_leaks_and_more_blur_leaks_more(anatomy):
    low = anatomy + noise(anatomy.shape, 3)
    one, two = (leakage(low, gaussian_filter(low, (0, s, s))) for s in (0.8, 2.0))
    assert one is not None and two is not None
    assert 0.1 < one.index < two.index


def test_a_vanished_lesion_is_found_on_its_slice(anatomy):
    low = anatomy + noise(anatomy.shape, 4)
    clean = anatomy.copy()
    clean[3] = gaussian_filter(clean[3], 3.0)  # one slice lost its detail
    found = leakage(low, clean)
    assert found is not None and found.worst_slice == 3 and found.worst > 5 * found.index


def test_the_index_is_the_share_of_anatomy_in_the_residual(anatomy):
    band = anatomy[0] - gaussian_filter(anatomy[0], 0.7)
    body = gaussian_filter(anatomy[0], 4.0) > -900
    band = np.clip(band, -300, 300)
    n = noise(anatomy[0].shape, 5)
    n *= band[body].std() / n[body].std()
    found = slice_leakage(n + band, anatomy[0])
    assert found is not None
    assert found[0] == pytest.approx(np.sqrt(0.5), abs=0.03)


def test_nothing_removed_is_nothing_leaked(anatomy):
    found = leakage(anatomy, anatomy)
    assert found is not None and found.index == 0.0


def test_air_alone_has_no_answer():
    assert leakage(np.full((3, 64, 64), -1000.0), np.full((3, 64, 64), -1000.0)) is None


def test_residual_means_tell_a_shift_by_tissue():
    strips = np.repeat(np.array([-850, -100, 50, 700], dtype=np.int16), 32)[None, :, None] * np.ones(
        (1, 1, 96), np.int16
    )
    shift = np.repeat(np.array([3, -2, 1, -5], dtype=np.int16), 32)[None, :, None]
    found = residual_means(strips + shift, strips)
    assert {name: r.mean_hu for name, r in found.items()} == {"lung": 3, "fat": -2, "soft": 1, "bone": -5}
    assert all(r.sd_hu == pytest.approx(0, abs=1e-6) for r in found.values())
