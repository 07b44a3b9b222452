"""Training pairs without end: clean crops, changed in every way a scanner could, plus simulated noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .noise import SECTORS, NoiseBank, sector_levels
from .shapes import cartoon, insert_details
from .sources import CleanVolume

MARGIN_HU = -900.0  # a crop whose mean is below shows only air: drawn rarely
CARTOONS = 0.15  # share of drawn pictures among the crops


@dataclass(frozen=True)
class Batch:
    """``noisy`` (n, 3, y, x) HU, ``clean`` (n, 1, y, x) HU, ``sigma`` (n,) soft-tissue SD or −1 (blind).

    ``level`` (n,) is the true SD, for weighting the loss.
    """

    noisy: NDArray[np.float32]
    clean: NDArray[np.float32]
    sigma: NDArray[np.float32]
    level: NDArray[np.float32]


@dataclass
class Sampler:
    """Draws batches; everything random comes from ``rng``, so a seed gives the same batches."""

    volumes: Sequence[CleanVolume]
    rng: np.random.Generator
    crop: int = 128
    spectra: int = 24
    bank: NoiseBank = field(init=False)
    _levels: list[list[NDArray[np.float32]]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.bank = NoiseBank(self.rng, self.spectra)
        for v in self.volumes:
            contrast = self.rng.uniform(0.3, 0.9, len(v.hu))
            self._levels.append([sector_levels(s, v.pixel_mm, float(c)) for s, c in zip(v.hu, contrast, strict=True)])

    def batch(self, count: int) -> Batch:
        """``count`` independent pairs."""
        pairs = [self._pair() for _ in range(count)]
        noisy, clean, sigma, level = (np.stack([p[i] for p in pairs]) for i in range(4))
        return Batch(noisy, clean, sigma.astype(np.float32), level.astype(np.float32))

    def _pair(self) -> tuple[NDArray[np.float32], NDArray[np.float32], np.float32, np.float32]:
        r = self.rng
        clean3, levels = self._clean_crop()
        clean3 = cartoon(r, self.crop) if r.random() < CARTOONS else self._change(clean3)
        if r.random() < 0.5:
            insert_details(r, clean3)
        sd = 0.0 if r.random() < 0.04 else float(np.exp(r.uniform(np.log(4.0), np.log(60.0))))
        correlation = float(r.choice((0.0, r.random() * 0.9)))
        noisy = clean3 + sd * self.bank.draw(levels, 3, correlation)
        if r.random() < 0.8:
            np.maximum(noisy, -1024.0, out=noisy)
        if r.random() < 0.35:  # no neighbours (ends, thick slices): the centre stands in for them
            noisy[0] = noisy[2] = noisy[1]
        elif r.random() < 0.1:
            noisy[0 if r.random() < 0.5 else 2] = noisy[1]
        told = -1.0 if r.random() < 0.2 else sd * float(np.exp(r.normal(0.0, 0.15)))
        return noisy, clean3[1:2], np.float32(told), np.float32(sd)

    def _clean_crop(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(3 slices of clean HU, sector levels) on the crop grid, zoomed, turned and mirrored."""
        r = self.rng
        weights = np.array([v.source.weight for v in self.volumes])
        for _ in range(20):
            which = int(r.choice(len(self.volumes), p=weights / weights.sum()))
            volume = self.volumes[which]
            depth, height, width = volume.hu.shape
            zoom = float(np.exp(r.uniform(np.log(0.75), np.log(2.2))))  # source pixels per crop pixel
            need = min(max(self.crop, round(self.crop * zoom)), height, width) if zoom > 1 else round(self.crop * zoom)
            top, left = int(r.integers(0, height - need + 1)), int(r.integers(0, width - need + 1))
            k = int(r.integers(depth))
            step = 1 if volume.source.average == 1 else int(r.integers(1, 4))
            near = [max(k - step, 0), k, min(k + step, depth - 1)]
            block = volume.hu[near, top : top + need, left : left + need]
            if block[1].mean() > MARGIN_HU or r.random() < 0.1:
                break
        block = resize(block, self.crop)
        if r.random() < 0.6:  # thin or overlapping slices: neighbours partway to the next thick one
            part = np.float32(r.uniform(0.05, 0.6))
            block[0] = block[1] + part * (block[0] - block[1])
            block[2] = block[1] + part * (block[2] - block[1])
        cell = height / 64
        rows = (top + (np.arange(self.crop) + 0.5) * need / self.crop) / cell - 0.5
        cols = (left + (np.arange(self.crop) + 0.5) * need / self.crop) / cell - 0.5
        levels = _sample(self._levels[which][k], rows, cols)
        if r.random() < 0.15:
            levels = np.ones_like(levels)  # even, round noise: phantoms, filters
        return _turn(r, block, levels)

    def _change(self, hu: NDArray[np.float32]) -> NDArray[np.float32]:
        """Other contrast phases and kernels: HU stretched and shifted, edges softened or sharpened."""
        r = self.rng
        if r.random() < 0.5:
            hu = hu * np.float32(r.uniform(0.9, 1.1)) + np.float32(r.uniform(-25, 25))
        choice = r.random()
        if choice < 0.35:
            from scipy.ndimage import gaussian_filter

            soft = gaussian_filter(hu, (0, s := float(r.uniform(0.4, 1.1)), s))
            hu = soft if choice < 0.25 else hu + np.float32(r.uniform(0.2, 0.8)) * (hu - soft)
        return np.ascontiguousarray(hu, dtype=np.float32)


def resize(block: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """(slice, y, x) on a ``size`` grid: bicubic, anti-aliased when shrinking (noise falls with it)."""
    import torch
    from torch.nn import functional as F  # noqa: N812

    if block.shape[-1] == size:
        return block.astype(np.float32)
    t = torch.from_numpy(np.ascontiguousarray(block))[None]
    return np.asarray(F.interpolate(t, size=(size, size), mode="bicubic", antialias=True, align_corners=False)[0])


def _turn(
    r: np.random.Generator, block: NDArray[np.float32], levels: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Flips and transposition, applied to the picture and to its noise levels alike.

    Sector s lies at angle s·π/6: a flip maps it to −s, a transposition to 3 − s.
    """
    if r.random() < 0.5:
        block, levels = block[:, :, ::-1], levels[[-s % SECTORS for s in range(SECTORS)]][:, :, ::-1]
    if r.random() < 0.5:
        block, levels = block[:, ::-1], levels[[-s % SECTORS for s in range(SECTORS)]][:, ::-1]
    if r.random() < 0.3:
        order = [(SECTORS // 2 - s) % SECTORS for s in range(SECTORS)]
        block, levels = block.transpose(0, 2, 1), levels[order].transpose(0, 2, 1)
    if r.random() < 0.5:
        block = block[::-1]
    return block.copy(), np.ascontiguousarray(levels)


def _sample(maps: NDArray[np.float32], rows: NDArray[np.float64], cols: NDArray[np.float64]) -> NDArray[np.float32]:
    """Bilinear samples of ``maps`` (n, 64, 64) on the grid rows × cols."""

    def weights(at: NDArray[np.float64], n: int) -> NDArray[np.float32]:
        at = np.clip(at, 0, n - 1.001)
        low = at.astype(np.intp)
        w = np.zeros((len(at), n), dtype=np.float32)
        w[np.arange(len(at)), low] = 1 - (at - low)
        w[np.arange(len(at)), low + 1] = at - low
        return w

    return np.asarray(weights(rows, maps.shape[1]) @ maps @ weights(cols, maps.shape[2]).T, dtype=np.float32)
