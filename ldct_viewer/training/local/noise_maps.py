"""Whole noise pictures of a series by the project's scanner model: fan-beam ray noise, the series' own kernel.

One bank for each kind of scan: some dozen slices of one series, each with noise made in projection space
(physics.noise) and scaled to unit SD in soft tissue. Crops, mirrored with the anatomy, signs and levels make
them enough. Where the model does not fit (oblong pixels, tiny slices) ``texture.TextureBank`` stands in.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...errors import LdctError

if TYPE_CHECKING:
    from .sources import Material

_SLICES = 24
_HELD = 8  # maps kept for validation only
_NEAR = 3  # a slice takes noise from maps this near in the body
_MIN_SIZE = 128


class NoiseMaps:
    """Banks by slot, made when first asked for; the same for the same seed."""

    def __init__(self, material: Material, measured: list[int], seed: int) -> None:
        self._material, self._measured, self._seed = material, measured, seed
        self._banks: dict[int, NDArray[np.float16] | None] = {}
        self._lock = threading.Lock()

    def pick(
        self,
        slot: int,
        rng: np.random.Generator,
        place: float,
        shape: tuple[int, int],
        box: tuple[int, int, int],
        held: bool = False,
    ) -> NDArray[np.float32] | None:
        """The crop ``box`` (top, left, size) of three different maps for a slice at ``place`` (0…1 of the body).

        ``None``: the scanner model does not fit slices of this ``shape``.
        """
        bank = self._bank(slot)
        if bank is None or bank.shape[1:] != shape:
            return None
        if held:
            chosen = _SLICES + rng.permutation(_HELD)[:3]
        else:
            first = int(np.clip(round(place * _SLICES) - _NEAR, 0, _SLICES - 2 * _NEAR - 1))
            chosen = first + rng.permutation(2 * _NEAR + 1)[:3]
        top, left, size = box
        return np.stack([bank[n, top : top + size, left : left + size] for n in chosen], dtype=np.float32)

    def _bank(self, slot: int) -> NDArray[np.float16] | None:
        with self._lock:
            if slot not in self._banks:
                try:
                    self._banks[slot] = self._make(self._measured[slot])
                except (LdctError, ValueError, RuntimeError):
                    self._banks[slot] = None  # the texture bank stands in
            return self._banks[slot]

    def _make(self, s: int) -> NDArray[np.float16] | None:
        import torch

        from ...physics.dose import plan_dose
        from ...physics.noise import noise_images
        from .store import Unreadable

        m = self._material
        geometry = m.series[s].found.geometry
        rows, cols = geometry.shape[1:]
        if rows != cols or rows % 4 or rows < _MIN_SIZE:
            return None
        read = []
        for k in np.linspace(0, m.depth(s) - 1, _SLICES).round().astype(int):
            try:
                read.append(m.hu(s, int(k)))
            except Unreadable:
                continue
        if len(read) < 3:
            return None
        order = np.linspace(0, len(read) - 1, _SLICES).round().astype(int)
        hu = np.stack([read[i] for i in order])
        few = hu[:: _SLICES // 12]
        from dataclasses import replace

        plan = plan_dose(few, replace(geometry, shape=few.shape, z_positions_mm=None))
        generator = torch.Generator().manual_seed(self._seed * 1009 + s)
        made = []
        numbers = [*range(_SLICES), *np.linspace(2, _SLICES - 3, _HELD).round().astype(int).tolist()]
        for first in range(0, len(numbers), 4):
            part = hu[numbers[first : first + 4]].astype(np.float32)
            noise = noise_images(
                part, geometry.spacing_mm[2], 0.5, kernel=plan.kernel, scanner=plan.scanner, generator=generator
            )
            made.append(np.asarray(noise.cpu(), dtype=np.float32))
        maps = np.concatenate(made)
        soft = [one[(part > -50) & (part < 120)] for one, part in zip(maps, hu[numbers], strict=True)]
        values = np.concatenate([v for v in soft if v.size > 500] or [maps.ravel()])
        spread = float(values.std())
        return (maps / spread).astype(np.float16) if np.isfinite(spread) and spread > 0 else None
