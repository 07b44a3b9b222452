"""Gates the shipped weights must pass: noise goes, nothing else does, nothing comes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ldct_viewer.denoise.model_file import default_model, load_model
from ldct_viewer.quality.noise import nps

from .helpers import noisy_water

SIZE, COUNT, SD = 128, 24, 20.0


def denoised(picture: np.ndarray, seed: int = 0, sd: float = SD) -> tuple[np.ndarray, np.ndarray]:
    """(noisy, denoised) stacks (n, y, x) of ``picture`` under independent noise in each slice."""
    noise = noisy_water((COUNT * 3, SIZE, SIZE), sd, seed).astype(np.float32).reshape(COUNT, 3, SIZE, SIZE)
    noisy = picture.astype(np.float32) + noise
    with torch.inference_mode():
        out = load_model(default_model()).net(torch.from_numpy(noisy), torch.full((COUNT,), sd))[:, 0].numpy()
    return noisy[:, 1], out


@pytest.fixture(scope="module")
def radius() -> np.ndarray:
    y, x = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
    return np.hypot(y, x)


@pytest.fixture(scope="module")
def water() -> tuple[np.ndarray, np.ndarray]:
    return denoised(np.full((SIZE, SIZE), 40.0))


def test_most_noise_goes_and_the_mean_stays_within_one_hu(water):
    noisy, out = water
    assert out.std() < 0.35 * noisy.std()
    assert abs(out.mean() - 40.0) < 1.0


def test_texture_stays_where_noise_falls_by_two_fifths(water):
    """The field's yardstick: mean noise frequency moves by ≤ 20 % at ≥ 40 % less noise (strength 0.5)."""
    noisy, out = water
    mixed = noisy + 0.5 * (out - noisy)
    before, after = (nps(stack, (0.75, 0.75)) for stack in (noisy, mixed))
    assert after.sd_hu < 0.6 * before.sd_hu
    assert abs(after.mean_per_mm / before.mean_per_mm - 1) < 0.2


def test_no_fine_grid_appears(water):
    _, out = water
    phases = [out[:, i::2, j::2].mean() for i in (0, 1) for j in (0, 1)]
    assert max(phases) - min(phases) < 0.5


def test_nothing_is_invented_in_uniform_water(water):
    """Means over 8 × 8 pixels wander less than in the input: no blob stands out that was not there."""
    noisy, out = water
    blobs = [s.reshape(COUNT, SIZE // 8, 8, SIZE // 8, 8).mean(axis=(2, 4)) - 40 for s in (noisy, out)]
    assert blobs[1].std() < 1.1 * blobs[0].std()
    assert np.abs(blobs[1]).max() < 1.2 * np.abs(blobs[0]).max() + 1


@pytest.mark.parametrize("contrast", [-20.0, 30.0, 60.0])
def test_lesions_of_15_mm_keep_their_contrast(radius, contrast):
    picture = 40 + contrast / (1 + np.exp((radius - 10) / 0.5))
    _, out = denoised(picture, seed=1)
    found = out[:, radius < 6].mean() - out[:, (radius > 15) & (radius < 45)].mean()
    assert found == pytest.approx(contrast, rel=0.15)


def test_a_bone_keeps_its_edge_and_its_hu(radius):
    picture = 40 + 800 / (1 + np.exp((radius - 20) / 0.5))
    _, out = denoised(picture, seed=2)
    mean = out.mean(axis=0)
    assert mean[radius < 16].mean() == pytest.approx(840, abs=5)
    assert mean[(radius > 24) & (radius < 50)].mean() == pytest.approx(40, abs=2)
    row = np.abs(np.diff(mean[SIZE // 2, SIZE // 2 :]))
    assert row.max() > 0.9 * np.abs(np.diff(picture[SIZE // 2, SIZE // 2 :])).max()


def test_lung_keeps_its_mean():
    noisy, out = denoised(np.full((SIZE, SIZE), -850.0), seed=3, sd=30.0)
    assert abs(out.mean() - noisy.mean()) < 3.0
