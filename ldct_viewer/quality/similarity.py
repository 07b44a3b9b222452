"""How close two volumes are: PSNR, SSIM and RMSE, each with its window and range, and the HU bias by tissue.

Protocol of LDCT-Benchmark (Eulig et al., Med. Phys. 51(12), 2024): slice by slice; for PSNR and SSIM clip
to the window, rescale to [0, 1], data range 1, SSIM with scikit-image's defaults (7 × 7 uniform, K1 0.01,
K2 0.03); RMSE in HU after clipping to [−1024, 1900]. A number without its window says nothing, so both travel together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..window import Window
from .tissue import TISSUES, tissue_masks

# LDCT-Benchmark's windows (chest, abdomen, neuro), as width and level.
METRIC_WINDOWS: dict[str, Window] = {
    "lung": Window(1500, -600),
    "abdomen": Window(400, 50),
    "brain": Window(80, 40),
}
DATA_RANGE = 1.0
SSIM_BOX_PX = 7  # scikit-image's default; a slice must be at least as large
RMSE_CLIP_HU = (-1024.0, 1900.0)


@dataclass(frozen=True)
class Similarity:
    """Means over slices, with what they mean: the window (HU) and the data range after rescaling.

    ``equal_slices`` of the ``slices`` are equal to the reference inside the window (air alone, padding). Their PSNR
    is infinite, so mean and SD of the PSNR leave them out; SSIM (1 there) and RMSE (0 there) are over all slices, as
    in LDCT-Benchmark. Where all are equal ``psnr_db`` is inf and its SD NaN.
    """

    psnr_db: float
    psnr_sd_db: float
    ssim: float
    ssim_sd: float
    rmse_window_hu: float
    window_width: float
    window_level: float
    data_range: float
    slices: int
    equal_slices: int


@dataclass(frozen=True)
class Gain:
    """What one volume is closer to the reference than another: means of the differences slice by slice.

    ``psnr_db`` stands on ``psnr_slices``: those where neither volume equals the reference (NaN where there is none);
    SSIM on all ``slices``. Window in HU, data range after rescaling.
    """

    psnr_db: float
    ssim: float
    window_width: float
    window_level: float
    data_range: float
    slices: int
    psnr_slices: int


@dataclass(frozen=True)
class Bias:
    """Mean of image − reference in a tissue (HU), its RMS, and how many voxels it stands on."""

    mean_hu: float
    rms_hu: float
    voxels: int


def to_window(hu: NDArray[Any], window: Window) -> NDArray[np.float64]:
    """HU clipped to the window and rescaled to [0, 1]."""
    low, high = window.limits()
    return (np.clip(np.asarray(hu, dtype=np.float64), low, high) - low) / (high - low)


def slice_scores(image: NDArray[Any], reference: NDArray[Any], window: Window) -> tuple[float, float, float]:
    """(PSNR dB, SSIM, RMSE HU inside the window) of one slice (y, x). PSNR is inf for slices equal in the window.

    Raises ValueError where a side has fewer pixels than SSIM's box (:data:`SSIM_BOX_PX`).
    """
    from skimage.metrics import peak_signal_noise_ratio, structural_similarity

    a, b = to_window(reference, window), to_window(image, window)
    mse = float(np.mean((a - b) ** 2))
    psnr = float("inf") if mse == 0 else float(peak_signal_noise_ratio(a, b, data_range=DATA_RANGE))
    ssim = float(structural_similarity(a, b, data_range=DATA_RANGE))
    return psnr, ssim, float(np.sqrt(mse)) * window.width


def scores(
    image: NDArray[Any], reference: NDArray[Any], window: Window, slices: Iterable[int] | None = None
) -> NDArray[np.float64]:
    """:func:`slice_scores` of the chosen slices (all by default) of volumes (z, y, x), one row a slice."""
    chosen = range(image.shape[0]) if slices is None else slices
    return np.array([slice_scores(image[k], reference[k], window) for k in chosen], dtype=np.float64)


def similarity(
    image: NDArray[Any], reference: NDArray[Any], window: Window, slices: Iterable[int] | None = None
) -> Similarity:
    """Scores of a volume (z, y, x) against its reference, averaged over ``slices`` (all by default)."""
    return averaged(scores(image, reference, window, slices), window)


def averaged(rows: NDArray[np.float64], window: Window) -> Similarity:
    """The mean of rows of :func:`scores`."""
    finite = rows[np.isfinite(rows[:, 0]), 0]
    return Similarity(
        psnr_db=float(finite.mean()) if finite.size else float("inf"),
        psnr_sd_db=float(finite.std()) if finite.size else float("nan"),
        ssim=float(rows[:, 1].mean()),
        ssim_sd=float(rows[:, 1].std()),
        rmse_window_hu=float(rows[:, 2].mean()),
        window_width=window.width,
        window_level=window.level,
        data_range=DATA_RANGE,
        slices=len(rows),
        equal_slices=len(rows) - int(finite.size),
    )


def psnr_text(entry: Mapping[str, Any]) -> str:
    """The PSNR of a :class:`Similarity` (as a mapping, inf as ``None``) in words: over which slices, or "equal"."""
    count, equal = entry["slices"], entry["equal_slices"]
    if equal == count:
        return "equal"
    over = f" over {count - equal} of {count} slices, {equal} equal in this window" if equal else ""
    return f"{entry['psnr_db']:.2f} dB{over}"


def gain_text(entry: Mapping[str, Any]) -> str:
    """The gain in PSNR of a :class:`Gain` (as a mapping, NaN as ``None``) in words."""
    return "–" if entry["psnr_db"] is None else f"{entry['psnr_db']:+.2f} dB"


def window_text(entry: Mapping[str, Any]) -> str:
    """The window and data range that a :class:`Similarity` or :class:`Gain` (as a mapping) stands on."""
    level, width, data_range = (entry[key] for key in ("window_level", "window_width", "data_range"))
    return f"level {level:g}, width {width:g} HU, data range {data_range:g}"


def gain(image: NDArray[np.float64], low: NDArray[np.float64], window: Window) -> Gain:
    """What ``image`` is closer to the reference than ``low``, both rows of :func:`scores` for the same slices.

    Slice by slice, for a slice that only one of them shares with the reference would move one mean alone.
    """
    both = np.isfinite(image[:, 0]) & np.isfinite(low[:, 0])
    return Gain(
        psnr_db=float((image[both, 0] - low[both, 0]).mean()) if both.any() else float("nan"),
        ssim=float((image[:, 1] - low[:, 1]).mean()),
        window_width=window.width,
        window_level=window.level,
        data_range=DATA_RANGE,
        slices=len(image),
        psnr_slices=int(both.sum()),
    )


def rmse_hu(image: NDArray[Any], reference: NDArray[Any], slices: Iterable[int] | None = None) -> float:
    """RMSE in HU after clipping both to [−1024, 1900], mean over slices."""
    chosen = list(range(image.shape[0]) if slices is None else slices)
    low, high = RMSE_CLIP_HU
    values = []
    for k in chosen:
        difference = np.clip(image[k].astype(np.float64), low, high) - np.clip(reference[k], low, high)
        values.append(float(np.sqrt(np.mean(difference**2))))
    return float(np.mean(values))


def tissue_bias(
    image: NDArray[Any],
    reference: NDArray[Any],
    slices: Iterable[int] | None = None,
    padding: NDArray[np.bool_] | None = None,
) -> dict[str, Bias]:
    """HU bias (image − reference) in lung, fat, soft tissue and bone; tissues by the smoothed reference.

    Tissues with fewer than 200 voxels are left out.
    """
    sums = {name: np.zeros(3) for name in TISSUES}
    for k in range(image.shape[0]) if slices is None else slices:
        difference = image[k].astype(np.float64) - reference[k]
        for name, mask in tissue_masks(reference[k], None if padding is None else padding[k]).items():
            inside = difference[mask]
            sums[name] += (inside.size, inside.sum(), (inside**2).sum())
    return {
        name: Bias(mean_hu=float(total / n), rms_hu=float(np.sqrt(squares / n)), voxels=int(n))
        for name, (n, total, squares) in sums.items()
        if n >= 200
    }
