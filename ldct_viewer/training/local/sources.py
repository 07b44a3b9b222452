"""What objectives draw from: slices as float HU, clean targets cleaned once, noise levels by place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...denoise.noise_level import estimate_sigma
from ..noise import sector_levels
from .store import Lru, SliceStore, Unreadable
from .texture import Texture, measure

if TYPE_CHECKING:
    from .report import Examined

OVERSTATE = 1.4  # told level of a target that is cleaned / its estimate (as in training.recipe)
_BLOCK_STEPS = 100  # steps between two changes of the working set
_BLOCK_NEW = 4  # series slices exchanged at each change
_WORKING = 64  # slices drawn from at a time: bounds decoding and cleaning, whatever the number of series


class Material:
    """The series of one training; everything cached, nothing of it random.

    ``cleaner`` is the starting network (on the CPU) that takes a target's noise off, or ``None``.
    """

    def __init__(self, series: Sequence[Examined], store: SliceStore, cleaner: Any = None, memory: int = 200 << 20):
        self.series, self.store, self.cleaner = tuple(series), store, cleaner
        self._clean = Lru(memory)
        self._maps = Lru(64 << 20)
        self._sigma: dict[tuple[int, int], float] = {}
        self._textures: dict[int, Texture] = {}

    def step_mm(self, s: int) -> float:
        """Slice spacing of series ``s``."""
        return self.series[s].found.geometry.spacing_mm[0]

    def depth(self, s: int) -> int:
        """Slices of series ``s``."""
        return self.series[s].found.shape[0]

    def hu(self, s: int, k: int) -> NDArray[np.int16]:
        """Slice ``k`` of series ``s`` as read, nothing below −1024."""
        return self.store.slice(s, k)

    def sigma(self, s: int, k: int) -> float:
        """Estimated noise SD of one slice (HU); the series' own where the slice cannot tell, else 12."""
        if (s, k) not in self._sigma:
            estimate = estimate_sigma(self.hu(s, k))
            if estimate <= 0:
                estimate = self.series[s].noise_hu
            self._sigma[s, k] = estimate if estimate > 0 else 12.0
        return self._sigma[s, k]

    def texture(self, s: int) -> Texture:
        """The noise texture of series ``s``, from up to six slices in its middle."""
        if s not in self._textures:
            n = self.depth(s)
            picked = []
            for k in sorted({int(v) for v in np.linspace(n * 0.2, n * 0.8, 6)}):
                try:
                    picked.append(self.hu(s, min(k, n - 1)))
                except Unreadable:
                    continue
            self._textures[s] = measure(picked)
        return self._textures[s]

    def clean(self, s: int, k: int) -> NDArray[np.int16]:
        """A clean target: ``average`` neighbours' mean, then what noise is left taken off by the start model."""
        return self._clean.get((s, k), lambda: self._make_clean(s, k))

    def averaged(self, s: int, k: int) -> NDArray[np.float32]:
        """Mean of ``average`` slices around ``k`` (fewer at the ends), float32 HU."""
        half = self.series[s].average // 2
        near = range(max(k - half, 0), min(k + half, self.depth(s) - 1) + 1)
        total: NDArray[np.float32] = np.zeros(self.series[s].found.shape[1:], np.float32)
        for n in near:
            total += self.hu(s, n)
        return np.asarray(total / len(near), dtype=np.float32)

    def levels(self, s: int, k: int) -> NDArray[np.float32]:
        """Relative noise SD by sector and place (sector, 64, 64) of a slice."""
        pixel = self.series[s].found.geometry.spacing_mm[2]
        return self._maps.get((s, k), lambda: sector_levels(self.hu(s, k).astype(np.float32), pixel, 0.6))

    def _make_clean(self, s: int, k: int) -> NDArray[np.int16]:
        hu = self.averaged(s, k)
        if self.cleaner is None:
            return hu.round().astype(np.int16)
        import torch

        sigma = estimate_sigma(hu)
        with torch.no_grad():
            x = torch.from_numpy(np.broadcast_to(hu, (1, 3, *hu.shape)).copy())
            told = torch.tensor([sigma * OVERSTATE if sigma > 0 else -1.0])
            out = self.cleaner(x, told)[0, 0].numpy()
        return np.asarray(out.round(), dtype=np.int16)


class Chooser:
    """Which slice an example comes from: a working set that slides through all slices as steps go by.

    A pure function of seed and step, so a resumed training sees the same data; a bounded set, so any
    number of series costs the same memory. Series are given equal weight, whatever their length.
    """

    def __init__(self, slices: Sequence[Sequence[int]], seed: int) -> None:
        rng = np.random.default_rng([seed, 101])
        lists = [[(s, k) for k in rng.permutation(list(ks)).tolist()] for s, ks in enumerate(slices) if len(ks)]
        if not lists:
            raise ValueError("no slices to train on")
        rounds = max(len(one) for one in lists)
        # Series take turns, so every stretch of the order holds all of them in equal parts.
        self._order = [one[r % len(one)] for r in range(rounds) for one in lists]

    def draw(self, rng: np.random.Generator, step: int) -> tuple[int, int]:
        """(series, slice) for one example of ``step``."""
        first = (step // _BLOCK_STEPS) * _BLOCK_NEW
        return self._order[(first + int(rng.integers(min(_WORKING, len(self._order))))) % len(self._order)]
