"""Training pairs without end: clean crops, changed in every way a scanner could, plus simulated noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..denoise import THICK_MM
from .noise import SECTORS, NoiseBank, sector_levels, share_middle
from .physics_bank import Drawn, OwnNoiseBank, PhysicsBank
from .shapes import cartoon, detail_map, insert_details, inserts
from .sources import CleanVolume, ScannedVolume

MARGIN_HU = -900.0  # a crop whose mean is below shows only air: drawn rarely
DRAWN = 0.6  # share of drawn pictures among the clean crops
INSERTS = 0.85  # of them phantoms with round inserts, the others cartoons
DETAILS = 0.85  # share of crops that get lesions and vessels drawn in

REALISATIONS = 2  # of the noise on each clean crop; see loop.loss_of
PHYSICS = 0.7  # share of the clean crops whose noise is the scanner model's
SCANNED = 0.25  # share of crops that are scans as they came, under more noise of their own kind
SCANNED_DOSE = (0.08, 0.7)  # of the scan's own dose, which such a crop is lowered to
MOST_NOISE_HU = 70.0  # in all, that such a crop gets

_Pair = tuple[NDArray[np.float32], NDArray[np.float32], float, float, NDArray[np.float32], float]


@dataclass(frozen=True)
class Batch:
    """``noisy`` (n, r, 3, y, x) HU: r realisations of the noise on the same ``clean`` (n, 1, y, x) HU.

    ``sigma`` (n,) is the soft-tissue SD the network is told, or −1 (blind); ``level`` (n,) the true SD, for
    weighting the loss; ``detail`` (n, 1, y, x) where a drawn detail lies (:func:`~.shapes.detail_map`).
    ``scanned`` (n,): 1 where ``clean`` is a scan as it came, with noise of its own.
    """

    noisy: NDArray[np.float32]
    clean: NDArray[np.float32]
    sigma: NDArray[np.float32]
    level: NDArray[np.float32]
    detail: NDArray[np.float32]
    scanned: NDArray[np.float32]


@dataclass
class Sampler:
    """Draws batches; everything random comes from ``rng``, so a seed gives the same batches.

    Noise is drawn in the picture (:class:`NoiseBank`: any spectrum) or, where ``physics_groups`` > 0, for a
    share of the crops in the projections of that very slice (:class:`PhysicsBank`: texture and place right).
    With ``scanned``, a share of the crops are those scans as they came, under more noise of the same kind.
    """

    volumes: Sequence[CleanVolume]
    rng: np.random.Generator
    crop: int = 96
    spectra: int = 24
    realisations: int = REALISATIONS
    physics_groups: int = 0
    scanned: Sequence[ScannedVolume] = ()
    bank: NoiseBank = field(init=False)
    physics: PhysicsBank | None = field(init=False, default=None)
    own: OwnNoiseBank | None = field(init=False, default=None)
    _levels: list[list[NDArray[np.float32]]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.bank = NoiseBank(self.rng, self.spectra)
        if self.physics_groups:
            self.physics = PhysicsBank(self.volumes, self.rng, self.physics_groups, self.realisations)
        if self.scanned:
            self.own = OwnNoiseBank(self.scanned, self.rng, max(self.physics_groups, 1), self.realisations)
        for v in self.volumes:
            contrast = self.rng.uniform(0.3, 0.9, len(v.hu))
            self._levels.append([sector_levels(s, v.pixel_mm, float(c)) for s, c in zip(v.hu, contrast, strict=True)])

    def batch(self, count: int) -> Batch:
        """``count`` clean crops under noise."""
        pairs = [self._pair() for _ in range(count)]
        return Batch(*(np.stack([pair[n] for pair in pairs]).astype(np.float32) for n in range(6)))

    def refresh(self, step: int) -> None:
        """Replace old noise by new; call it after every step."""
        if step % 100 == 0:
            self.bank.refresh()
        if self.physics is not None and step % 250 == 0:
            self.physics.refresh()
        if self.own is not None and step % 250 == 125:
            self.own.refresh()

    def _pair(self) -> _Pair:
        """One crop: the fields of :class:`Batch` in their order."""
        if self.own is not None and self.rng.random() < SCANNED:
            return self._scanned_pair(self.own)
        r = self.rng
        correlation = float(r.choice((0.0, r.random() * 0.9)))
        sd = 0.0 if r.random() < 0.04 else float(np.exp(r.uniform(np.log(4.0), np.log(60.0))))
        if physics := self.physics is not None and r.random() < PHYSICS:
            clean3, noise = self._physics_crop(correlation)
        else:
            clean3, levels = self._clean_crop()
        drawn = r.random() < DRAWN
        phantom = drawn and r.random() < INSERTS
        if phantom:
            clean3, body = inserts(r, self.crop, sd)
            plain = np.full_like(clean3[1], body)
        else:
            clean3 = cartoon(r, self.crop) if drawn else self._change(clean3)
            plain = clean3[1].copy()
            if r.random() < DETAILS:
                insert_details(r, clean3, sd)
        if not physics:
            noise = self.bank.draw(levels, 3, correlation, self.realisations)
        detail = detail_map(clean3[1] - plain)[None]
        noisy = self._hide_neighbours(clean3 + np.float32(sd) * noise)
        if r.random() < 0.8:
            np.maximum(noisy, -1024.0, out=noisy)
        return noisy, clean3[1:2], self._told(sd), sd, detail, 0.0

    def _scanned_pair(self, bank: OwnNoiseBank) -> _Pair:
        """A scan at a fraction of its dose; the target is the scan, noise and all.

        Zoomed and filtered, added and own noise alike: so they stay of one kind, whatever the texture.
        """
        r = self.rng
        drawn, block, native = self._cut(bank, bank.volumes, whole_steps=True)
        stack = self._filter(resize(np.concatenate((block, native)), self.crop))
        own = drawn.sd_hu * float(np.sqrt((stack[3:] ** 2).mean() / max(float((native**2).mean()), 1e-9)))
        stack = self._stretch(_turn(r, stack.reshape(self.realisations + 1, 3, self.crop, self.crop)))
        low, high = SCANNED_DOSE
        dose = float(np.exp(r.uniform(np.log(min(max(low, (own / MOST_NOISE_HU) ** 2), high)), np.log(high))))
        level = own / np.sqrt(dose)
        scan = stack[0].copy()
        plain = scan[1].copy()
        if r.random() < DETAILS:
            insert_details(r, scan, level)
        noisy = scan + np.float32(drawn.sd_hu * np.sqrt(1 / dose - 1)) * stack[1:]
        np.maximum(noisy, -1024.0, out=noisy)
        noisy = self._hide_neighbours(noisy, always=bank.volumes[drawn.volume].spacing_z_mm > THICK_MM)
        return noisy, scan[1:2], self._told(level), level, detail_map(scan[1] - plain)[None], 1.0

    def _hide_neighbours(self, noisy: NDArray[np.float32], always: bool = False) -> NDArray[np.float32]:
        """Where there are no neighbours (ends, thick slices) the centre stands in for them."""
        r = self.rng
        if always or r.random() < 0.35:
            noisy[:, 0] = noisy[:, 2] = noisy[:, 1]
        elif r.random() < 0.1:
            noisy[:, 0 if r.random() < 0.5 else 2] = noisy[:, 1]
        return noisy

    def _told(self, level: float) -> float:
        """The noise level a network is told, which is estimated; −1: nothing."""
        return -1.0 if self.rng.random() < 0.2 else level * float(np.exp(self.rng.normal(0.0, 0.15)))

    def _physics_crop(self, correlation: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(3 slices of clean HU, unit noise (realisation, 3, y, x)) cut, zoomed and turned alike."""
        assert self.physics is not None
        _, block, native = self._cut(self.physics, self.volumes)
        noise = resize(native, self.crop)
        noise *= np.sqrt((native**2).mean() / max(float((noise**2).mean()), 1e-9))  # shrinking averages noise away
        noise = noise.reshape(self.realisations, 3, self.crop, self.crop)
        noise = np.stack([share_middle(three, correlation) for three in noise])
        block = self._thin(resize(block, self.crop))
        both = _turn(self.rng, np.concatenate((block[None], noise)))
        return both[0], both[1:]

    def _cut(
        self, bank: PhysicsBank, volumes: Sequence[CleanVolume], whole_steps: bool = False
    ) -> tuple[Drawn, NDArray[np.float32], NDArray[np.float32]]:
        """(a slice of ``bank``, three slices of HU around it, its noise (3 · realisation, y, x)) in one random square.

        ``volumes``: the bank's, or what has become of their HU since.
        """
        for _ in range(20):
            drawn = bank.pick()
            near, top, left, need = self._where(volumes[drawn.volume], drawn.slice, whole_steps)
            cut = (slice(None), slice(top, top + need), slice(left, left + need))
            block = volumes[drawn.volume].hu[near][cut]
            if block[1].mean() > MARGIN_HU or self.rng.random() < 0.1:
                break
        return drawn, block, drawn.noise[cut].astype(np.float32)

    def _where(self, volume: CleanVolume, k: int, whole_steps: bool = False) -> tuple[list[int], int, int, int]:
        """The three slices around ``k`` and a random square: (indices, top, left, side in source pixels).

        ``whole_steps``: next neighbours; else of slices averaged, which overlap, up to the third.
        """
        r = self.rng
        depth, height, width = volume.hu.shape
        zoom = float(np.exp(r.uniform(np.log(0.75), np.log(2.2))))  # source pixels per crop pixel
        need = min(max(self.crop, round(self.crop * zoom)), height, width) if zoom > 1 else round(self.crop * zoom)
        top, left = int(r.integers(0, height - need + 1)), int(r.integers(0, width - need + 1))
        step = 1 if whole_steps or volume.source.average == 1 else int(r.integers(1, 4))
        return [max(k - step, 0), k, min(k + step, depth - 1)], top, left, need

    def _thin(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """In most cases neighbours partway to the next thick slice, as thin or overlapping slices have them."""
        if self.rng.random() < 0.6:
            part = np.float32(self.rng.uniform(0.05, 0.6))
            block[0] = block[1] + part * (block[0] - block[1])
            block[2] = block[1] + part * (block[2] - block[1])
        return block

    def _clean_crop(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(3 slices of clean HU, sector levels) on the crop grid, zoomed, turned and mirrored."""
        r = self.rng
        weights = np.array([v.source.weight for v in self.volumes])
        for _ in range(20):
            which = int(r.choice(len(self.volumes), p=weights / weights.sum()))
            volume = self.volumes[which]
            k = int(r.integers(len(volume.hu)))
            near, top, left, need = self._where(volume, k)
            block = volume.hu[near, top : top + need, left : left + need]
            if block[1].mean() > MARGIN_HU or r.random() < 0.1:
                break
        block = self._thin(resize(block, self.crop))
        cell = volume.hu.shape[1] / 64
        rows = (top + (np.arange(self.crop) + 0.5) * need / self.crop) / cell - 0.5
        cols = (left + (np.arange(self.crop) + 0.5) * need / self.crop) / cell - 0.5
        levels = _sample(self._levels[which][k], rows, cols)
        if r.random() < 0.15:
            levels = np.ones_like(levels)  # even, round noise: phantoms, filters
        return _turn_sectors(r, block, levels)

    def _change(self, hu: NDArray[np.float32]) -> NDArray[np.float32]:
        """Other contrast phases and kernels: HU stretched and shifted, edges softened or sharpened."""
        return self._filter(self._stretch(hu[None])[0])

    def _stretch(self, stack: NDArray[np.float32]) -> NDArray[np.float32]:
        """HU of pictures (n, slice, y, x) stretched and those of the first shifted: the others are noise."""
        if self.rng.random() < 0.5:
            stack = stack * np.float32(self.rng.uniform(0.9, 1.1))
            stack[0] += np.float32(self.rng.uniform(-25, 25))
        return stack

    def _filter(self, stack: NDArray[np.float32]) -> NDArray[np.float32]:
        """Pictures (n, y, x), all softened or sharpened alike, or left as they are."""
        r = self.rng
        choice = r.random()
        if choice < 0.35:
            from scipy.ndimage import gaussian_filter

            soft = gaussian_filter(stack, (0, s := float(r.uniform(0.4, 1.1)), s))
            stack = soft if choice < 0.25 else stack + np.float32(r.uniform(0.2, 0.8)) * (stack - soft)
        return np.ascontiguousarray(stack, dtype=np.float32)


def resize(block: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """(slice, y, x) on a ``size`` grid: bicubic, anti-aliased when shrinking (noise falls with it)."""
    import torch
    from torch.nn import functional as F  # noqa: N812

    if block.shape[-1] == size:
        return block.astype(np.float32)
    t = torch.from_numpy(np.ascontiguousarray(block))[None]
    return np.asarray(F.interpolate(t, size=(size, size), mode="bicubic", antialias=True, align_corners=False)[0])


def _turn(r: np.random.Generator, stack: NDArray[np.float32]) -> NDArray[np.float32]:
    """Flips (slices, rows, columns) and transposition of pictures (…, slice, y, x), all alike."""
    if r.random() < 0.5:
        stack = stack[..., ::-1]
    if r.random() < 0.5:
        stack = stack[..., ::-1, :]
    if r.random() < 0.3:
        stack = np.swapaxes(stack, -1, -2)
    if r.random() < 0.5:
        stack = stack[..., ::-1, :, :]
    return np.ascontiguousarray(stack)


def _turn_sectors(
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
