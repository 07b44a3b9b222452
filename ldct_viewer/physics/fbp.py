"""Filtered backprojection as in the textbook: zero-padded ramp × kernel, linear interpolation, view by view.

Slower than :mod:`.gridding` and free of its shortcuts; exact in mean value (Kak & Slaney 1988, ch. 3:
the ramp is sampled in space, so that its zero frequency is right).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .kernels import Kernel

if TYPE_CHECKING:
    import torch


def filter_views(sinogram: torch.Tensor, bin_mm: float, kernel: Kernel) -> torch.Tensor:
    """Ramp × kernel along the last axis of line integrals (…, bins)."""
    import torch

    bins = sinogram.shape[-1]
    n = 1 << int(np.ceil(np.log2(2 * bins)))
    k = np.rint(np.fft.fftfreq(n) * n)
    impulse = np.zeros(n)
    impulse[0] = 1 / (4 * bin_mm**2)
    odd = k.astype(int) % 2 != 0
    impulse[odd] = -1 / (np.pi * k[odd] * bin_mm) ** 2
    response = np.fft.rfft(impulse).real * bin_mm * kernel.apodisation(np.fft.rfftfreq(n, bin_mm))
    gain = torch.as_tensor(response, dtype=torch.float32, device=sinogram.device)
    return torch.fft.irfft(torch.fft.rfft(sinogram, n=n) * gain, n=n)[..., :bins]


def backproject(views: torch.Tensor, size: int, pixel_mm: float, bin_mm: float) -> torch.Tensor:
    """(batch, views, bins) over 180° → (batch, size, size); axis and angles as in :mod:`.gridding`."""
    import torch

    batch, count, bins = views.shape
    c = (torch.arange(size, device=views.device, dtype=torch.float32) - size // 2) * (pixel_mm / bin_mm)
    out = torch.zeros((batch, size, size), device=views.device)
    for v in range(count):
        theta = np.pi * v / count
        s = c[None, :] * float(np.cos(theta)) + c[:, None] * float(np.sin(theta)) + bins // 2
        low = s.floor()
        part = s - low
        j = low.long()
        inside = (j >= 0) & (j < bins - 1)
        j = j.clamp(0, bins - 2)
        line = views[:, v]
        out += torch.where(inside, line[:, j] * (1 - part) + line[:, j + 1] * part, 0.0)
    return out * (np.pi / count)


def filtered_backprojection(
    sinogram: torch.Tensor, size: int, pixel_mm: float, bin_mm: float, kernel: Kernel
) -> torch.Tensor:
    """Parallel line integrals (batch, views, bins) → attenuation 1/mm (batch, size, size)."""
    return backproject(filter_views(sinogram, bin_mm, kernel), size, pixel_mm, bin_mm)
