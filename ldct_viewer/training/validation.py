"""A yardstick that costs seconds: held-out patients under fixed simulated noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ..denoise.network import PUNet
from .data import _sample, resize
from .noise import SECTORS, TILE, noise_fields, sector_levels, share_middle
from .sources import CleanVolume, Source

LEVELS_HU = (15.0, 25.0, 40.0)
WINDOW = (-160.0, 240.0)  # HU; PSNR is taken after clipping to it, with its width as data range
ZOOM = 1.6  # the references are shrunk by this first: their own noise falls with it
STEPS_THICK = {"Br38-abdomen": 1.5}  # slice thickness in steps from slice to slice (3 mm every 2 mm); others: 1


@dataclass(frozen=True)
class Held:
    """One held-out slice with simulated noise: ``noisy`` (3, y, x), ``clean`` (y, x), HU."""

    source: str
    level: float
    noisy: NDArray[np.float32]
    clean: NDArray[np.float32]


def held_out_pairs(volumes: Sequence[CleanVolume], slices: int = 3) -> list[Held]:
    """The same pairs every time: some slices of each volume at each noise level, spectra in turn.

    Slices that overlap share their noise as they share their photons.
    """
    rng = np.random.default_rng(20240501)
    pairs = []
    for volume in volumes:
        shared = overlap(volume.source) ** 2
        for k in np.linspace(2, len(volume.hu) - 3, slices).astype(int):
            size = round(volume.hu.shape[1] / ZOOM / 8) * 8
            clean = resize(volume.hu[k - 1 : k + 2], size)
            at = (np.arange(size) + 0.5) * 64 / size - 0.5
            levels = _sample(sector_levels(volume.hu[k], volume.pixel_mm, 0.6), at, at)
            for n, level in enumerate(LEVELS_HU):
                fields = noise_fields(rng, (0.17, 0.25, 0.38)[(n + k) % 3], 2.0, 1.0, 0.0)
                noise = np.zeros_like(clean)
                for z in range(3):
                    for s in range(SECTORS):
                        top, left = rng.integers(0, TILE - size + 1, 2)
                        noise[z] += levels[s] * fields[s, top : top + size, left : left + size]
                noisy = np.maximum(clean + level * share_middle(noise, shared), -1024)
                pairs.append(Held(volume.source.name, level, noisy.astype(np.float32), clean[1]))
    return pairs


def overlap(source: Source) -> float:
    """:func:`shared_profile` of neighbouring clean slices of a source."""
    return shared_profile(STEPS_THICK.get(source.name, 1.0), source.average)


def shared_profile(steps_thick: float, average: int = 1) -> float:
    """Correlation (0 … 1) of the noise of neighbouring slices: the share of their rectangular profiles that overlaps.

    Slices thicker than their step (``steps_thick`` of it), or sliding means of ``average``, see the same photons.
    """
    return 1.0 - 1.0 / (max(steps_thick, 1.0) + average - 1)


def psnr(image: NDArray[np.float32], reference: NDArray[np.float32], window: tuple[float, float] = WINDOW) -> float:
    """PSNR in dB after clipping both to ``window``; the data range is its width."""
    error = np.clip(image, *window) - np.clip(reference, *window)
    return float(10 * np.log10((window[1] - window[0]) ** 2 / max(float((error**2).mean()), 1e-12)))


@torch.no_grad()
def score(net: PUNet, pairs: Sequence[Held]) -> dict[str, float]:
    """Mean PSNR before and after, and the worst mean HU error in soft tissue."""
    before, after, single, bias = [], [], [], []
    for pair in pairs:
        x = torch.from_numpy(pair.noisy)[None]
        out = net(x, torch.tensor([pair.level]))[0, 0].numpy()
        alone = net(x[:, 1:2].expand(-1, 3, -1, -1), torch.tensor([pair.level]))[0, 0].numpy()
        before.append(psnr(pair.noisy[1], pair.clean))
        after.append(psnr(out, pair.clean))
        single.append(psnr(alone, pair.clean))
        soft = (pair.clean > 0) & (pair.clean < 120)
        bias.append(float((out - pair.clean)[soft].mean()))
    return {
        "psnr_low": round(float(np.mean(before)), 3),
        "psnr": round(float(np.mean(after)), 3),
        "psnr_single_slice": round(float(np.mean(single)), 3),
        "soft_bias_hu": round(float(np.abs(bias).max()), 3),
    }
