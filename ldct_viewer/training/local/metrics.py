"""What is measured on held-out slices, always beside the starting model: PSNR, SSIM, HU by tissue, noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...denoise.noise_level import estimate_sigma

if TYPE_CHECKING:
    from .objectives import Held

TISSUES: dict[str, tuple[float, float]] = {
    "lung": (-950.0, -700.0),
    "fat": (-130.0, -60.0),
    "soft tissue": (0.0, 100.0),
    "bone": (250.0, 1000.0),
}
WINDOWS = {"lung": (-1350.0, 150.0), "soft": (-160.0, 240.0)}  # PSNR is taken in one of these
_MIN_VOXELS = 3000


@dataclass(frozen=True)
class Measures:
    """One model on the held-out slices. dB and HU; ``bias_hu`` by tissue; ``noise_hu`` SD left.

    ``window`` is where PSNR and SSIM are taken, its width the data range.
    """

    loss: float
    psnr: float
    ssim: float
    noise_hu: float
    bias_hu: dict[str, float] = field(default_factory=dict)
    window: str = "soft"
    kinds: dict[str, float] = field(default_factory=dict)  # PSNR by kind of scan

    @property
    def worst_bias(self) -> float:
        """Largest mean shift of any tissue (HU)."""
        return max((abs(v) for v in self.bias_hu.values()), default=0.0)

    def to_json(self) -> dict[str, Any]:
        """Rounded for cards and events."""
        return {
            **{k: (round(v, 4) if isinstance(v, float) else v) for k, v in asdict(self).items()},
            "bias_hu": {k: round(v, 2) for k, v in self.bias_hu.items()},
            "kinds": {k: round(v, 3) for k, v in self.kinds.items()},
        }


def psnr(mse: float, width: float) -> float:
    """dB; a mean square below (0.5 HU)² counts as that."""
    return float(10 * np.log10(width**2 / max(mse, 0.25)))


def choose_window(held: Sequence[Held]) -> str:
    """Lung where most of the body on the slices is lung, else soft tissue; no identity of a study is needed."""
    lung = sum(int(((h.reference > -950) & (h.reference < -600)).sum()) for h in held)
    soft = sum(int(((h.reference > -200) & (h.reference < 300)).sum()) for h in held)
    return "lung" if lung > 2 * soft else "soft"


def measure(outputs: Sequence[NDArray[np.float32]], held: Sequence[Held], loss: float, window: str) -> Measures:
    """Means over the slices; ``outputs`` are (y, x) HU, one for each of ``held``."""
    low, high = WINDOWS[window]
    psnrs, ssims, sigmas = [], [], []
    sums: dict[str, list[float]] = {name: [0.0, 0.0] for name in TISSUES}
    for out, one in zip(outputs, held, strict=True):
        a, b = np.clip(out, low, high), np.clip(one.reference, low, high)
        psnrs.append(psnr(float(((a - b)[one.mask] ** 2).mean()) - _floor(one, low, high), high - low))
        ssims.append(ssim(a, b, high - low, one.mask))
        sigma = estimate_sigma(out)
        if sigma > 0:
            sigmas.append(sigma)
        for name, where in tissue_masks(one).items():
            sums[name][0] += float((out - one.true_mean)[where].sum())
            sums[name][1] += float(where.sum())
    bias = {name: total / n for name, (total, n) in sums.items() if n >= _MIN_VOXELS}
    noise = float(np.mean(sigmas)) if sigmas else -1.0
    by_kind = {k: [p for p, h in zip(psnrs, held, strict=True) if h.kind == k] for k in {h.kind for h in held}}
    kinds = {k: float(np.mean(v)) for k, v in sorted(by_kind.items())}
    return Measures(loss, float(np.mean(psnrs)), float(np.mean(ssims)), noise, bias, window, kinds)


def _floor(one: Held, low: float, high: float) -> float:
    """Mean square of the reference's own noise as the window shows it: what is clipped away is no error either."""
    if one.noise is None:
        return 0.0
    seen = np.clip(one.reference + one.noise, low, high) - np.clip(one.reference - one.noise, low, high)
    return float(((seen[one.mask] / 2) ** 2).mean())


def tissue_masks(one: Held) -> dict[str, NDArray[np.bool_]]:
    """Voxels of each tissue by the reference smoothed over 7 px, edges left out.

    Smoothed, because choosing single noisy voxels by their value would show a shift where there is none.
    """
    from scipy.ndimage import uniform_filter

    mean = uniform_filter(one.reference, 7)
    square = uniform_filter(one.reference**2, 7)
    spread = np.sqrt(np.maximum(square - mean**2, 0))
    calm = one.mask & (spread < max(60.0, 2.5 * float(np.percentile(spread[one.mask], 25))))
    return {name: calm & (mean > low) & (mean < high) for name, (low, high) in TISSUES.items()}


def ssim(a: NDArray[np.float32], b: NDArray[np.float32], width: float, mask: NDArray[np.bool_]) -> float:
    """Mean structural similarity on the mask, 7 × 7 uniform window (as scikit-image's default)."""
    from scipy.ndimage import uniform_filter

    n = 49 / 48  # unbiased variances, as Wang et al. 2004 and scikit-image
    x, y = a.astype(np.float64), b.astype(np.float64)
    mx, my = uniform_filter(x, 7), uniform_filter(y, 7)
    vx = n * (uniform_filter(x * x, 7) - mx * mx)
    vy = n * (uniform_filter(y * y, 7) - my * my)
    vxy = n * (uniform_filter(x * y, 7) - mx * my)
    c1, c2 = (0.01 * width) ** 2, (0.03 * width) ** 2
    s = ((2 * mx * my + c1) * (2 * vxy + c2)) / ((mx * mx + my * my + c1) * (vx + vy + c2))
    inside = mask.copy()
    inside[:3], inside[-3:], inside[:, :3], inside[:, -3:] = False, False, False, False
    return float(s[inside].mean()) if inside.any() else float(s.mean())
