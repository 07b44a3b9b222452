"""Noise of the scanner model, kept ready for training: drawn in the projections of the very slices it falls on.

Of a random kernel for clean targets; of the series' own kernel and level for slices as they were scanned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..denoise.noise_level import estimate_sigma
from ..physics.kernels import Kernel
from ..physics.noise import NoiseMaker
from .sources import CleanVolume, ScannedVolume

if TYPE_CHECKING:
    from torch import Tensor

TRUSTED = (0.7, 1.4)  # noise of a slice / the model's: beyond that something else was measured
CUTOFF = (0.22, 1.0)  # cycles per pixel; mean frequency of the noise 0.09 to 0.3, of real scans 0.11 to 0.25
SLICES = 6  # a group shares one kernel: preparing that costs more than its noise


@dataclass(frozen=True)
class Drawn:
    """A slice of a volume with its noise (realisation · 3, y, x): unit SD in the body, where ``sd_hu`` is its own."""

    volume: int
    slice: int
    noise: NDArray[np.float16]
    sd_hu: float


class PhysicsBank:
    """Groups of slices with noise of one random kernel each; :meth:`refresh` replaces the oldest group.

    Each slice keeps 3 · ``realisations`` independent noise pictures: 0.5 MB apiece at 512².
    """

    def __init__(
        self, volumes: Sequence[CleanVolume], rng: np.random.Generator, groups: int, realisations: int
    ) -> None:
        self.volumes, self._rng, self._count = list(volumes), rng, 3 * realisations
        self._groups = [self._new() for _ in range(groups)]
        self._oldest = 0

    def pick(self) -> Drawn:
        """Some slice and its noise."""
        group = self._groups[self._rng.integers(len(self._groups))]
        return group[int(self._rng.integers(len(group)))]

    def refresh(self) -> None:
        """A new kernel and new slices in place of the oldest group."""
        self._groups[self._oldest] = self._new()
        self._oldest = (self._oldest + 1) % len(self._groups)

    def _new(self) -> list[Drawn]:
        import torch

        r = self._rng
        weights = np.array([v.source.weight for v in self.volumes])
        which = int(r.choice(len(weights), p=weights / weights.sum()))
        volume, maker = self.volumes[which], self._maker(which)
        generator = torch.Generator().manual_seed(int(r.integers(2**62)))
        slices = [int(k) for k in r.choice(len(volume.hu), min(SLICES, len(volume.hu)), replace=False)]
        drawn = []
        for k in slices:
            hu = volume.hu[k]
            p = maker.line_integrals(torch.from_numpy(hu[None]))
            noise = maker.draw(self._log_sd(which, maker, p).expand(self._count, -1, -1), generator).numpy()
            body = hu > -200
            if body.sum() < 500:
                body = np.ones_like(body)
            sd = float(noise[:, body].std())
            drawn.append(Drawn(which, k, (noise / sd).astype(np.float16), self._sd_hu(hu, noise[1], sd)))
        return drawn

    def _maker(self, which: int) -> NoiseMaker:
        # in cycles per pixel, so that matrices of any field of view meet the same range of textures
        volume, r = self.volumes[which], self._rng
        cutoff = float(np.exp(r.uniform(*np.log(CUTOFF)))) / volume.pixel_mm
        return NoiseMaker(volume.hu.shape[-1], volume.pixel_mm, Kernel(cutoff, float(r.uniform(0, 1.5) ** 2), "random"))

    def _log_sd(self, which: int, maker: NoiseMaker, p: Tensor) -> Tensor:
        dose = float(np.exp(self._rng.uniform(np.log(0.05), np.log(0.5))))
        return maker.log_sd(p, dose, float("inf"))

    def _sd_hu(self, hu: NDArray[np.float32], noise: NDArray[np.float32], sd_hu: float) -> float:
        return sd_hu


class OwnNoiseBank(PhysicsBank):
    """Noise as the scans have it themselves: their kernel, their photons, so ``sd_hu`` is the SD they have already."""

    def __init__(
        self, volumes: Sequence[ScannedVolume], rng: np.random.Generator, groups: int, realisations: int
    ) -> None:
        self._plans = [v.plan for v in volumes]
        self._makers: dict[int, NoiseMaker] = {}
        super().__init__(volumes, rng, groups, realisations)

    def _maker(self, which: int) -> NoiseMaker:
        if which not in self._makers:
            volume, plan = self.volumes[which], self._plans[which]
            self._makers[which] = NoiseMaker(volume.hu.shape[-1], volume.pixel_mm, plan.kernel, plan.scanner)
        return self._makers[which]

    def _log_sd(self, which: int, maker: NoiseMaker, p: Tensor) -> Tensor:
        return maker.log_sd(p, 0.5, 1.0, self._plans[which].reference)  # half the dose: as much noise again

    def _sd_hu(self, hu: NDArray[np.float32], noise: NDArray[np.float32], sd_hu: float) -> float:
        """The model knows the series; how noisy this slice of it is says the slice, measured as the noise is."""
        found, both = estimate_sigma(hu), estimate_sigma(hu + noise)
        if not both > found > 0:
            return sd_hu
        return sd_hu * float(np.clip(found / np.sqrt(both**2 - found**2), *TRUSTED))
