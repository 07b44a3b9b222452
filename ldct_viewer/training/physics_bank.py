"""Noise of the scanner model, kept ready for training: drawn in the projections of the very slices it falls on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..physics.kernels import Kernel
from .sources import CleanVolume

SLICES = 6  # a group shares one kernel: preparing that costs more than its noise


@dataclass(frozen=True)
class _Group:
    volume: int
    slices: list[int]
    noise: list[NDArray[np.float16]]  # per slice (realisation · 3, y, x), unit SD in the body


class PhysicsBank:
    """Groups of slices with noise of one random kernel each; :meth:`refresh` replaces the oldest group.

    Each slice keeps 3 · ``realisations`` independent noise pictures: 0.5 MB apiece at 512².
    """

    def __init__(
        self, volumes: Sequence[CleanVolume], rng: np.random.Generator, groups: int, realisations: int
    ) -> None:
        self._volumes, self._rng, self._count = list(volumes), rng, 3 * realisations
        self._groups = [self._new() for _ in range(groups)]
        self._oldest = 0

    def pick(self) -> tuple[int, int, NDArray[np.float16]]:
        """(index of the volume, slice, noise (3 · realisations, y, x)) of some slice."""
        group = self._groups[self._rng.integers(len(self._groups))]
        n = int(self._rng.integers(len(group.slices)))
        return group.volume, group.slices[n], group.noise[n]

    def refresh(self) -> None:
        """A new kernel and new slices in place of the oldest group."""
        self._groups[self._oldest] = self._new()
        self._oldest = (self._oldest + 1) % len(self._groups)

    def _new(self) -> _Group:
        import torch

        from ..physics.noise import NoiseMaker

        r = self._rng
        weights = np.array([v.source.weight for v in self._volumes])
        which = int(r.choice(len(weights), p=weights / weights.sum()))
        volume = self._volumes[which]
        # in cycles per pixel, so that matrices of any field of view meet the same range of textures
        cutoff = float(np.exp(r.uniform(np.log(0.42), np.log(1.0)))) / volume.pixel_mm
        maker = NoiseMaker(
            volume.hu.shape[-1], volume.pixel_mm, Kernel(cutoff, float(r.uniform(0, 1.5) ** 2), "random")
        )
        generator = torch.Generator().manual_seed(int(r.integers(2**62)))
        slices = [int(k) for k in r.choice(len(volume.hu), min(SLICES, len(volume.hu)), replace=False)]
        noise = []
        for k in slices:
            hu = torch.from_numpy(volume.hu[k : k + 1])
            dose = float(np.exp(r.uniform(np.log(0.05), np.log(0.5))))
            sd = maker.log_sd(maker.line_integrals(hu), dose, float("inf")).expand(self._count, -1, -1)
            drawn = maker.draw(sd, generator).numpy()
            body = volume.hu[k] > -200
            if body.sum() < 500:
                body = np.ones_like(body)
            noise.append((drawn / drawn[:, body].std()).astype(np.float16))
        return _Group(which, slices, noise)
