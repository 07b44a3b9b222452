from __future__ import annotations

import numpy as np
import pytest

from ldct_viewer.quality.blobs import blobs, flat_mask


def scene(diameter_px: float, contrast: float, at: tuple[int, int], n: int = 96) -> np.ndarray:
    y, x = np.mgrid[:n, :n]
    return contrast * np.clip(diameter_px / 2 - np.hypot(y - at[0], x - at[1]) + 0.5, 0, 1)


@pytest.mark.parametrize("contrast", [-20.0, 50.0])
def test_a_lesion_answers_with_its_contrast_at_its_place(contrast):
    f = blobs((96, 96), 0.75, 9.0)
    answer = f.apply(scene(12, contrast, (40, 60)) + 300.0)
    assert np.unravel_index(np.abs(answer).argmax(), answer.shape) == (40, 60)
    assert answer[40, 60] == pytest.approx(contrast, rel=0.06)


def test_a_level_answers_nothing_and_a_slope_nothing():
    y, _ = np.mgrid[:96, :96]
    answer = blobs((96, 96), 0.75, 9.0).apply(40.0 + 0.3 * y)
    assert np.abs(answer[30:66]).max() < 0.01


def test_noise_answers_with_the_sd_theory_gives():
    """White noise: variance of the answer = σ² (1/disc pixels + 1/ring pixels)."""
    noise = np.random.default_rng(0).normal(0, 20, (40, 96, 96))
    answer = blobs((96, 96), 1.0, 10.0).apply(noise)
    disc = np.pi * 25
    ring = np.pi * (81 - 36)
    assert answer.std() == pytest.approx(20 * np.sqrt(1 / disc + 1 / ring), rel=0.04)


def test_the_mask_keeps_clear_of_edges_and_of_air():
    truth = np.full((80, 80), -1000.0)
    truth[10:70, 10:70] = 50.0
    mask = flat_mask(truth, 5)
    assert mask[40, 40] and mask[20, 20]
    assert not mask[12, 40] and not mask[3, 3]


def test_a_disc_without_a_ring_is_refused():
    with pytest.raises(ValueError, match="too small"):
        blobs((32, 32), 0.8, 2.0)
