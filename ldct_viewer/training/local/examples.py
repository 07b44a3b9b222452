"""One training example and how its crop is cut, turned and mirrored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data import _sample
from ..noise import SECTORS
from ..shapes import detail_map, insert_details

DETAILS = 0.5  # share of examples that get faint lesions and vessels drawn into input and target alike
AIR_CROP_HU = -900.0  # a crop whose mean is below shows only air: drawn rarely


@dataclass(frozen=True)
class Example:
    """``noisy`` (3, y, x) HU → ``target`` (1, y, x) HU.

    ``sigma``: the level told to the network (−1: blind); ``level``: the true SD, for weighting the loss;
    ``mask`` (1, y, x): where the target counts; ``noisy_target``: it has noise of its own, so only the
    mean square is an honest loss; ``detail`` (1, y, x): where something was drawn into both.
    """

    noisy: NDArray[np.float32]
    target: NDArray[np.float32]
    sigma: float
    level: float
    mask: NDArray[np.float32]
    detail: NDArray[np.float32]
    noisy_target: bool


def drawn_details(
    rng: np.random.Generator, size: int, noise_hu: float, near: tuple[int, int, int]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What to add to the slices ``near`` and their target (3, y, x; HU), and where it lies (1, y, x); often nothing.

    Half of it is about as high as the input's noise, SD ``noise_hu``.

    Scans hold few faint lesions and a noisy target hides them, so a network that learned from scans alone would
    unlearn them: it would gain PSNR by paling what it was trained to keep.
    """
    drawn = np.zeros((3, size, size), np.float32)
    if rng.random() >= DETAILS:
        return drawn, drawn[:1]
    insert_details(rng, drawn, noise_hu)
    drawn = same_slice_same(drawn, near)
    return drawn, detail_map(drawn[1])[None]


def same_slice_same(stack: NDArray[np.float32], near: tuple[int, int, int]) -> NDArray[np.float32]:
    """``stack`` (3, y, x) of the slices ``near``, where one that stands in for another has that one's picture or noise.

    With noise of its own for each, a network learns to average what it sees thrice, and meets three equal
    pictures in use.
    """
    return stack[[1 if k == near[1] else n for n, k in enumerate(near)]]


def place(rng: np.random.Generator, shape: tuple[int, int], size: int) -> tuple[int, int]:
    """Top left corner of a random crop."""
    return int(rng.integers(0, shape[0] - size + 1)), int(rng.integers(0, shape[1] - size + 1))


def cut_levels(
    levels: NDArray[np.float32], top: int, left: int, size: int, shape: tuple[int, int]
) -> NDArray[np.float32]:
    """The part of a slice's sector levels (sector, 64, 64) that lies under a crop, on its pixels."""
    rows = (top + np.arange(size) + 0.5) * 64 / shape[0] - 0.5
    cols = (left + np.arange(size) + 0.5) * 64 / shape[1] - 0.5
    return _sample(levels, rows, cols)


def turn(
    rng: np.random.Generator, stack: NDArray[np.float32], levels: NDArray[np.float32] | None = None
) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
    """Mirror and transpose every slice of a stack alike, and its noise levels with it.

    Sector s lies at angle s·π/6: a flip maps it to −s, a transposition to 3 − s.
    """
    across, down, swap = rng.random(3) < (0.5, 0.5, 0.3)
    mirrored = [-s % SECTORS for s in range(SECTORS)]
    if across:
        stack = stack[:, :, ::-1]
        levels = None if levels is None else levels[mirrored][:, :, ::-1]
    if down:
        stack = stack[:, ::-1]
        levels = None if levels is None else levels[mirrored][:, ::-1]
    if swap:
        order = [(SECTORS // 2 - s) % SECTORS for s in range(SECTORS)]
        stack = stack.transpose(0, 2, 1)
        levels = None if levels is None else levels[order].transpose(0, 2, 1)
    return np.ascontiguousarray(stack), None if levels is None else np.ascontiguousarray(levels)


def neighbours(k: int, allowed_count: int, step_mm: float, thick_mm: float) -> tuple[int, int, int]:
    """Slices the network sees for slice ``k``: k ± 1, or ``k`` thrice at ends and where they lie too far apart."""
    if step_mm > thick_mm:
        return k, k, k
    return max(k - 1, 0), k, min(k + 1, allowed_count - 1)


def augment_hu(rng: np.random.Generator, hu: NDArray[np.float32]) -> NDArray[np.float32]:
    """A little stretch and shift of HU: other contrast phases, and no learning of single values by heart."""
    if rng.random() < 0.4:
        hu = hu * np.float32(rng.uniform(0.95, 1.05)) + np.float32(rng.uniform(-15, 15))
    return hu
