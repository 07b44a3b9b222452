"""How close two volumes are: PSNR, SSIM and RMSE, each with its window and range, and the HU bias by tissue.

Protocol of LDCT-Benchmark (Eulig et al., Med. Phys. 51(12), 2024): slice by slice; for PSNR and SSIM clip
to the window, rescale to [0, 1], data range 1, SSIM with scikit-image's defaults (7 × 7 uniform); RMSE in
HU after clipping to [−1024, 1900]. A number without its window says nothing, so both travel together.
"""

from __future__ import annotations

from collections.abc import Iterable
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
RMSE_CLIP_HU = (-1024.0, 1900.0)


@dataclass(frozen=True)
class Similarity:
    """Means over slices, with what they mean: the window (HU) and the data range after rescaling."""

    psnr_db: float
    psnr_sd_db: float
    ssim: float
    ssim_sd: float
    rmse_window_hu: float
    window_width: float
    window_level: float
    data_range: float
    slices: int


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
    """(PSNR dB, SSIM, RMSE HU inside the window) of one slice (y, x). PSNR is inf for equal slices."""
    from skimage.metrics import peak_signal_noise_ratio, structural_similarity

    a, b = to_window(reference, window), to_window(image, window)
    mse = float(np.mean((a - b) ** 2))
    psnr = float("inf") if mse == 0 else float(peak_signal_noise_ratio(a, b, data_range=DATA_RANGE))
    ssim = float(structural_similarity(a, b, data_range=DATA_RANGE))
    return psnr, ssim, float(np.sqrt(mse)) * window.width


def similarity(
    image: NDArray[Any], reference: NDArray[Any], window: Window, slices: Iterable[int] | None = None
) -> Similarity:
    """Scores of a volume (z, y, x) against its reference, averaged over ``slices`` (all by default)."""
    chosen = list(range(image.shape[0]) if slices is None else slices)
    rows = np.array([slice_scores(image[k], reference[k], window) for k in chosen])
    psnr = rows[:, 0]
    spread = float(psnr.std()) if np.isfinite(psnr).all() else 0.0
    return Similarity(
        psnr_db=float(psnr.mean()),
        psnr_sd_db=spread,
        ssim=float(rows[:, 1].mean()),
        ssim_sd=float(rows[:, 1].std()),
        rmse_window_hu=float(rows[:, 2].mean()),
        window_width=window.width,
        window_level=window.level,
        data_range=DATA_RANGE,
        slices=len(chosen),
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
