"""What was taken away (low dose − denoised): noise alone, or anatomy with it? No reference needed.

Noise that is removed has no mean in any tissue, a spectrum like that of the noise, and knows nothing of
the anatomy. What correlates with anatomy is anatomy lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .tissue import TISSUES, tissue_masks

_BANDS_PX = (0.7, 1.4, 2.8, 5.6)  # Gaussian sigmas whose differences are the anatomy's bands
_BODY_HU = -900.0


@dataclass(frozen=True)
class Leakage:
    """Structure in the residual.

    ``index`` is the multiple correlation (0 … 1) of the residual with the anatomy's bands: 0 for noise
    alone, √(share of the residual's variance that is anatomy); median over slices, ``worst`` the
    largest, on slice ``worst_slice``. ``edge_ratio`` is the RMS of the residual where structure is
    strong (top tenth of gradients) over that where it is flat (lower half): 1 for noise that is the
    same everywhere. ``own_slice`` says that there were no neighbours to take the anatomy from.
    """

    index: float
    worst: float
    worst_slice: int
    edge_ratio: float
    slices: int
    own_slice: bool


@dataclass(frozen=True)
class ResidualMean:
    """Mean and SD of the residual in a tissue, HU."""

    mean_hu: float
    sd_hu: float
    voxels: int


def residual_means(
    low: NDArray[Any],
    denoised: NDArray[Any],
    slices: Iterable[int] | None = None,
    padding: NDArray[np.bool_] | None = None,
) -> dict[str, ResidualMean]:
    """Mean of low − denoised (z, y, x) by tissue (tissues by the denoised volume); 0 where HU were kept."""
    sums = {name: np.zeros(3) for name in TISSUES}
    for k in range(low.shape[0]) if slices is None else slices:
        residual = low[k].astype(np.float64) - denoised[k]
        for name, mask in tissue_masks(denoised[k], None if padding is None else padding[k]).items():
            inside = residual[mask]
            sums[name] += (inside.size, inside.sum(), (inside**2).sum())
    return {
        name: ResidualMean(float(s / n), float(np.sqrt(max(q / n - (s / n) ** 2, 0.0))), int(n))
        for name, (n, s, q) in sums.items()
        if n >= 200
    }


def leakage(
    low: NDArray[Any],
    denoised: NDArray[Any],
    anatomy: NDArray[Any] | None = None,
    slices: Iterable[int] | None = None,
) -> Leakage | None:
    """How much structure the residual holds; ``None`` where no slice has a body.

    The anatomy is ``anatomy`` (a reference) where given, else the mean of the two neighbouring denoised
    slices, whose noise is not that of the residual; a single slice must serve as its own anatomy, which
    overrates the leak by the noise left in it.
    """
    count = low.shape[0]
    own = anatomy is None and count < 3
    rows = []
    for k in range(count) if slices is None else slices:
        if anatomy is not None:
            guide = np.asarray(anatomy[k], dtype=np.float32)
        elif own:
            guide = np.asarray(denoised[k], dtype=np.float32)
        else:
            a, b = (k - 1, k + 1) if 0 < k < count - 1 else ((1, 2) if k == 0 else (count - 3, count - 2))
            guide = (denoised[a].astype(np.float32) + denoised[b]) / 2
        scores = slice_leakage(low[k].astype(np.float32) - denoised[k], guide)
        if scores is not None:
            rows.append((k, *scores))
    if not rows:
        return None
    indices = np.array([row[1] for row in rows])
    worst = int(np.argmax(indices))
    return Leakage(
        index=float(np.median(indices)),
        worst=float(indices[worst]),
        worst_slice=int(rows[worst][0]),
        edge_ratio=float(np.median([row[2] for row in rows])),
        slices=len(rows),
        own_slice=own,
    )


def slice_leakage(residual: NDArray[np.floating], anatomy: NDArray[np.floating]) -> tuple[float, float] | None:
    """(multiple correlation, edge ratio) of one residual slice (y, x) with its anatomy, inside the body."""
    from scipy import ndimage

    body = ndimage.gaussian_filter(anatomy, 4.0) > _BODY_HU
    if body.sum() < 1000:
        return None
    smooth = [np.asarray(anatomy, dtype=np.float32), *(ndimage.gaussian_filter(anatomy, s) for s in _BANDS_PX)]
    # One metal edge must not speak for the whole slice.
    bands = [np.clip(fine - coarse, -300.0, 300.0)[body] for fine, coarse in pairwise(smooth)]
    design = np.stack([*bands, np.ones(int(body.sum()), dtype=np.float32)], axis=1).astype(np.float64)
    target = residual[body].astype(np.float64)
    total = float(((target - target.mean()) ** 2).sum())
    if total <= 1e-6 * target.size:  # nothing was taken away
        return 0.0, 1.0
    gram = design.T @ design + 1e-9 * np.eye(design.shape[1])
    fitted = design @ np.linalg.solve(gram, design.T @ target)
    share = 1.0 - float(((target - fitted) ** 2).sum()) / total
    gradient = ndimage.gaussian_gradient_magnitude(anatomy, 1.5)[body]
    strong, flat = gradient >= np.quantile(gradient, 0.9), gradient <= np.quantile(gradient, 0.5)
    quiet = float(np.sqrt(np.mean(target[flat] ** 2)))
    ratio = float(np.sqrt(np.mean(target[strong] ** 2))) / quiet if quiet > 0 else float("inf")
    return float(np.sqrt(max(share, 0.0))), ratio
