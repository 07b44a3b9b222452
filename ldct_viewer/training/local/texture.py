"""The noise texture of a series, measured on itself, and noise without end that looks like it.

The noise power spectrum is taken from flat soft-tissue patches (as AAPM TG-233 does from a phantom);
four numbers of ``training.noise.noise_fields`` are fitted to its radial mean. Directions (streaks)
come from the anatomy through ``sector_levels``; a little jitter keeps a fit from being taken for truth.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..noise import SECTORS, TILE, noise_fields

PATCH = 32  # pixels: mediastinum, muscle and liver are wide enough for it
_SOFT = (-150.0, 200.0)  # HU a patch must lie in throughout (its 2nd and 98th percentile)
_MIN_PATCHES = 24
_CLEAR_OF_ANATOMY = 0.11  # cycles per pixel; below, patients' own structure adds to the spectrum


@dataclass(frozen=True)
class Texture:
    """NPS(f) ∝ f^rise · exp(−2 (f/f0)^falloff) + white; f in cycles per pixel."""

    f0: float = 0.25
    falloff: float = 2.0
    rise: float = 1.0
    white: float = 0.0
    measured: bool = False

    def jittered(self, rng: np.random.Generator) -> Texture:
        """A near relative: a fit to one person's patches is not the whole truth."""
        spread = 0.08 if self.measured else 0.35
        return Texture(
            float(np.clip(self.f0 * np.exp(rng.normal(0, spread)), 0.08, 0.6)),
            float(np.clip(self.falloff * np.exp(rng.normal(0, spread)), 1.0, 5.0)),
            float(np.clip(self.rise * np.exp(rng.normal(0, spread)), 0.3, 1.6)),
            self.white,
            self.measured,
        )

    def radial(self, f: NDArray[np.float64]) -> NDArray[np.float64]:
        """The spectrum at ``f``, scaled to mean 1."""
        nps = f**self.rise * np.exp(-2.0 * (f / self.f0) ** self.falloff)
        return np.asarray(nps / max(nps.mean(), 1e-12) + self.white)


def flat_patches(hu: NDArray[np.int16]) -> NDArray[np.float32]:
    """Soft-tissue patches (n, PATCH, PATCH) of one slice, freed of mean and slopes, flattest quarter."""
    step = PATCH // 2
    windows = np.lib.stride_tricks.sliding_window_view(hu, (PATCH, PATCH))[::step, ::step].reshape(-1, PATCH, PATCH)
    low, high = np.percentile(windows[:, ::4, ::4].reshape(len(windows), -1), (2, 98), axis=1)
    mean = windows[:, ::4, ::4].mean(axis=(1, 2))
    blocks = windows.reshape(len(windows), 4, PATCH // 4, 4, PATCH // 4).mean(axis=(2, 4)) if len(windows) else mean
    spread = (high - low) + 4.0 * blocks.reshape(len(windows), -1).std(axis=1)  # structure is what lasts over 8 px
    picked = np.flatnonzero((mean > _SOFT[0]) & (mean < _SOFT[1]) & (low > -400) & (high < 450))
    if not len(picked):
        return np.empty((0, PATCH, PATCH), dtype=np.float32)
    picked = picked[np.argsort(spread[picked])[: max(1, len(picked) // 4)]]
    return _detrended(windows[picked].astype(np.float32))


def measure(slices: Iterable[NDArray[np.int16]]) -> Texture:
    """The texture of some slices of one series; the typical one (``measured`` False) where it cannot be told."""
    patches = [p for hu in slices if len(p := flat_patches(hu))]
    if not patches or sum(map(len, patches)) < _MIN_PATCHES:
        return Texture()
    stack = np.concatenate(patches)
    window = np.hanning(PATCH)[:, None] * np.hanning(PATCH)[None, :]
    power = (np.abs(np.fft.fft2(stack * window)) ** 2).mean(axis=0)
    f = np.hypot(np.fft.fftfreq(PATCH)[:, None], np.fft.fftfreq(PATCH)[None, :])
    edges = np.arange(0.5, PATCH // 2 + 1) / PATCH
    which = np.digitize(f.ravel(), edges)
    centre = np.array([f.ravel()[which == n].mean() for n in range(2, len(edges))])
    radial = np.array([power.ravel()[which == n].mean() for n in range(2, len(edges))])
    return _fit(centre, radial)


def _fit(f: NDArray[np.float64], radial: NDArray[np.float64]) -> Texture:
    """Least squares of √NPS over (f0, falloff, rise, white); deterministic."""
    from scipy.optimize import least_squares

    clear = f >= _CLEAR_OF_ANATOMY
    goal = np.sqrt(radial / radial.mean())
    trust = np.where(clear, 1.0, 0.15)

    def model(p: NDArray[np.float64]) -> NDArray[np.float64]:
        shape = Texture(float(np.exp(p[0])), float(p[1]), float(p[2]), float(p[3])).radial(f)
        return np.asarray((np.sqrt(shape / shape.mean()) - goal) * trust)

    best = least_squares(
        model,
        (np.log(0.25), 2.0, 1.0, 0.01),
        bounds=((np.log(0.08), 1.0, 0.7, 0.0), (np.log(0.6), 5.0, 1.4, 0.3)),
        max_nfev=200,
    )
    f0, falloff, rise, white = best.x
    return Texture(float(np.exp(f0)), float(falloff), float(rise), float(white), True)


def _detrended(patches: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each patch minus its best second-order surface: anatomy's slow shading is not noise."""
    axis = np.linspace(-1, 1, PATCH)
    y, x = (a.ravel() for a in np.meshgrid(axis, axis, indexing="ij"))
    basis = np.linalg.qr(np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=1))[0].astype(np.float32)
    flat = patches.reshape(len(patches), -1)
    return np.asarray(flat - (flat @ basis) @ basis.T, dtype=np.float32).reshape(patches.shape)


class TextureBank:
    """Noise fields of several jittered relatives of each texture, made from a seed, read-only after."""

    def __init__(self, textures: Sequence[Texture], seed: int, total: int = 12) -> None:
        self._seed, self._per = seed, max(1, total // max(len(textures), 1))
        self._textures = tuple(textures)
        self._made: dict[tuple[int, int], NDArray[np.float32]] = {}
        self._lock = threading.Lock()

    def _field(self, which: int, kin: int) -> NDArray[np.float32]:
        """Fields (sector, y, x) of one relative, made when first asked for."""
        with self._lock:
            if (which, kin) not in self._made:
                rng = np.random.default_rng([self._seed, 77, which, kin])
                t = self._textures[which].jittered(rng) if kin else self._textures[which]
                self._made[which, kin] = noise_fields(rng, t.f0, t.falloff, t.rise, t.white)
            return self._made[which, kin]

    def draw(
        self, which: int, rng: np.random.Generator, levels: NDArray[np.float32], slices: int, correlation: float
    ) -> NDArray[np.float32]:
        """Noise (slice, y, x) in the texture of series ``which`` for ``levels`` (sector, y, x; relative SD).

        Neighbouring slices share ``correlation`` (0…1) of their variance with the middle one.
        """
        size = levels.shape[-1]
        field = self._field(which % len(self._textures), int(rng.integers(self._per)))
        sign = 1.0 if rng.random() < 0.5 else -1.0
        out: NDArray[np.float32] = np.zeros((slices, *levels.shape[1:]), dtype=np.float32)
        for s in range(SECTORS):
            cuts = [_cut(field[s], rng, levels.shape[1], size) for _ in range(slices)]
            middle = cuts[slices // 2]
            for k in range(slices):
                own = cuts[k]
                if k != slices // 2 and correlation > 0:
                    own = np.sqrt(correlation) * middle + np.sqrt(1 - correlation) * own
                out[k] += (sign * own) * levels[s]
        return out


def _cut(field: NDArray[np.float32], rng: np.random.Generator, rows: int, cols: int) -> NDArray[np.float32]:
    """A random window of the periodic field; wraps where the window is larger than a tile."""
    top, left = (int(v) for v in rng.integers(0, TILE, 2))
    if top + rows <= TILE and left + cols <= TILE:
        return field[top : top + rows, left : left + cols]
    return field.take(range(top, top + rows), axis=0, mode="wrap").take(range(left, left + cols), axis=1, mode="wrap")
