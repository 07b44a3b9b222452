"""CT noise pictures of the right texture, level and place, fast enough to make while training.

The variance of every ray follows from the slice itself (forward projection at low resolution: it is smooth),
white noise of that variance is drawn in projection space and reconstructed, alone, with the kernel.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .gridding import reconstructor
from .kernels import STANDARD, Kernel
from .projection import parallel_projector
from .scanner import Scanner

if TYPE_CHECKING:
    import torch

VIEWS = 480  # parallel views over 180° in which noise is drawn
DEFAULT_SCANNER = Scanner()
MAX_HU = 16_000.0  # steel at the 100 keV that are left behind it (NIST XCOM); HU beyond are no attenuation
_ABUTTING = 0.02  # slices that overlap by less are side by side: headers round
_COARSE_VIEWS = 120
_COARSE_SIZE = 128


class NoiseMaker:
    """Noise for square slices of one size, pixel, kernel and scanner. Keep it: building takes a second or two.

    ``axis_mm``: where the scanner's rotation axis lies, (along a row, down a column) from pixel (size/2, size/2), mm:
    the bowtie is centred there.
    """

    def __init__(
        self,
        size: int,
        pixel_mm: float,
        kernel: Kernel = STANDARD,
        scanner: Scanner | None = None,
        views: int = VIEWS,
        device: str = "cpu",
        axis_mm: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        import torch

        self.size, self.pixel_mm, self.kernel = size, pixel_mm, kernel
        self.scanner = scanner or Scanner()
        self.reconstruct = reconstructor(size, pixel_mm, kernel, views, device)
        self.views, self.bins = views, self.reconstruct.bins
        self.device = torch.device(device)
        self._factor = max(1, size // _COARSE_SIZE)
        self._coarse = size // self._factor
        coarse_pixel = pixel_mm * self._factor
        self._project = parallel_projector(
            self._coarse, coarse_pixel, _COARSE_VIEWS, True, device, (size // 2 - (self._factor - 1) / 2) / self._factor
        )
        n = self._project.bins
        self._coarse_s = (torch.arange(n, device=self.device, dtype=torch.float32) - n // 2) * coarse_pixel
        if any(axis_mm):  # a ray's distance from the axis differs from view to view
            theta = torch.arange(self._project.views, device=self.device) * (np.pi / _COARSE_VIEWS)
            middle = axis_mm[0] * theta.cos() + axis_mm[1] * theta.sin()
            self._coarse_s = self._coarse_s - middle[:, None].float()
        self._up_views, self._up_bins = self._upsampling(coarse_pixel)
        # fan rays that fall into one parallel bin, conjugate rays of the full turn included; ∝ 1/cos γ
        sc = self.scanner
        sine = (self.reconstruct.bin_s_mm / sc.source_to_axis_mm).clamp(-0.9, 0.9)
        rays = sc.views / views * pixel_mm / (sc.source_to_axis_mm * sc.fan_pitch_rad) / (1 - sine**2).sqrt()
        self._per_bin = (1 / rays).sqrt() * (1000.0 / sc.mu_water)

    def _upsampling(self, coarse_pixel: float) -> tuple[Any, Any]:
        """Linear interpolation as two matrices: (views, coarse views) and (coarse bins, bins)."""
        import torch

        def hat(at: torch.Tensor, n: int) -> torch.Tensor:
            return (1 - (at[:, None] - torch.arange(n)[None]).abs()).clamp(min=0).float().to(self.device)

        v = torch.arange(self.views, dtype=torch.float64) * (_COARSE_VIEWS / self.views)
        j = self.reconstruct.bin_s_mm.cpu().double() / coarse_pixel + self._project.bins // 2
        n = self._project.bins
        return hat(v, self._project.views), hat(j.clamp(0, n - 1), n).T.contiguous()

    def line_integrals(self, hu: torch.Tensor) -> torch.Tensor:
        """Coarse line integrals of slices (n, size, size) HU: (n, views', bins'), HU capped at :data:`MAX_HU`."""
        import torch

        mu = (hu.to(self.device, torch.float32).clamp(max=MAX_HU) / 1000 + 1).clamp(min=0) * self.scanner.mu_water
        if self._factor > 1:
            mu = mu[:, : self._coarse * self._factor, : self._coarse * self._factor]
            mu = torch.nn.functional.avg_pool2d(mu[:, None], self._factor)[:, 0]
        return self._project.forward(mu)

    def log_sd(
        self, p: torch.Tensor, dose: float | torch.Tensor, source_dose: float = 1.0, reference: Any | None = None
    ) -> torch.Tensor:
        """SD (nepers) that the change of dose adds to each ray of coarse ``p`` (n, views', bins'), same shape.

        ``dose``: a number or one per slice (n,); source_dose = inf: all noise of ``dose``. ValueError if it is above
        the source's.
        """
        import torch

        current = self.scanner.tube_current(p, reference)
        photons = self.scanner.expected_photons(p, self._coarse_s, current)
        if isinstance(dose, torch.Tensor):
            dose = dose.to(self.device, torch.float32).reshape(-1, 1, 1)
        return self.scanner.added_log_variance(photons, dose, source_dose).sqrt()

    def draw(
        self, sd: torch.Tensor, generator: torch.Generator | None = None, white: torch.Tensor | None = None
    ) -> torch.Tensor:
        """One noise picture, HU float32 (n, size, size), for each coarse ray-SD picture of :meth:`log_sd`.

        ``white``: the white fields to use, (n, views, bins) with unit variance, mixed by :func:`slice_weights` where
        slices overlap; without them they are drawn, one a slice. Two pictures share one complex reconstruction;
        numbers come from the CPU generator, so that every device draws the same.
        """
        import torch

        n = sd.shape[0]
        fine = torch.matmul(self._up_views, torch.matmul(sd, self._up_bins * self._per_bin))
        if white is None:
            white = torch.randn((n, self.views, self.bins), generator=generator)
        fine *= white.to(self.device)
        if n % 2:
            fine = torch.cat([fine, torch.zeros_like(fine[:1])])
        both = self.reconstruct(torch.complex(fine[0::2].contiguous(), fine[1::2].contiguous()))
        out = torch.stack([both.real, both.imag], dim=1).reshape(-1, self.size, self.size)
        return out[:n].contiguous()


@lru_cache(maxsize=2)
def noise_maker(
    size: int, pixel_mm: float, kernel: Kernel = STANDARD, scanner: Scanner = DEFAULT_SCANNER, views: int = VIEWS,
    device: str = "cpu", axis_mm: tuple[float, float] = (0.0, 0.0),
) -> NoiseMaker:  # fmt: skip
    """A kept :class:`NoiseMaker`."""
    return NoiseMaker(size, pixel_mm, kernel, scanner, views, device, axis_mm)


def slice_weights(z_mm: Sequence[float] | NDArray[Any], thickness_mm: float) -> NDArray[np.float32]:
    """How to mix independent white fields into those of slices that may overlap: (slices, fields), rows of unit norm.

    ``z_mm``: slice centres along the normal, ascending; ``thickness_mm``: the nominal slice thickness, a rectangular
    profile. White fields ``weights @ fields`` of slices at a distance d then correlate by max(0, 1 − d / thickness),
    the share of their profiles that is the same tissue and the same quanta: the axis is cut at every edge of a profile,
    each piece has a field of its own, and a slice takes each by the root of its share. Slices no thicker than their
    distance give the identity. ValueError unless the thickness is above 0 and slices ascend.
    """
    z = np.asarray(z_mm, dtype=np.float64)
    if not thickness_mm > 0 or (len(z) > 1 and np.diff(z).min() <= 0):
        raise ValueError("the thickness must be above 0 and slices must ascend")
    if len(z) < 2 or thickness_mm <= np.diff(z).min() * (1 + _ABUTTING):
        return np.eye(len(z), dtype=np.float32)
    low, high = z - thickness_mm / 2, z + thickness_mm / 2
    cuts = np.unique(np.concatenate([low, high]))
    cuts = cuts[np.r_[True, np.diff(cuts) > 1e-3]]  # positions are written to some µm
    middle, size = (cuts[1:] + cuts[:-1]) / 2, np.diff(cuts)
    inside = (middle[None] > low[:, None]) & (middle[None] < high[:, None])
    weights = np.sqrt(inside * size)
    weights /= np.linalg.norm(weights, axis=1, keepdims=True)
    return np.asarray(weights[:, inside.any(axis=0)], dtype=np.float32)


def noise_images(
    hu: torch.Tensor | np.ndarray[Any, Any],
    pixel_mm: float,
    dose: float | torch.Tensor,
    *,
    kernel: Kernel = STANDARD,
    scanner: Scanner | None = None,
    source_dose: float = 1.0,
    target_sd_hu: float | torch.Tensor | None = None,
    generator: torch.Generator | None = None,
    views: int = VIEWS,
    device: str = "cpu",
) -> torch.Tensor:
    """Noise to add to slices ``hu`` (n, size, size): float32 HU, same shape; the call for training code.

    ``dose``: fraction of full dose, one number or one per slice (n,); ``source_dose``: what the slices
    have already (inf: they are clean, give all the noise of ``dose``). ``target_sd_hu`` (number or (n,))
    instead rescales each picture to that SD over the body, keeping texture and place: then ``dose`` only
    shapes the share of electronic noise. Kernels: ``Kernel(cutoff_per_mm, boost)``; randomise both. Each
    new (size, pixel, kernel, scanner) costs 1–2 s to prepare (the last two are kept), so draw many
    slices per kernel, e.g. a bank of some hundred per kernel, and multiply it by flips and signs.
    A call with 4–8 slices of 512² takes about 20–40 ms a slice on two cores.
    """
    import torch

    pictures = torch.as_tensor(hu)
    maker = noise_maker(int(pictures.shape[-1]), pixel_mm, kernel, scanner or Scanner(), views, device)
    p = maker.line_integrals(pictures)
    noise = maker.draw(maker.log_sd(p, dose, source_dose), generator)
    if target_sd_hu is not None:
        body = (pictures.to(maker.device) > -400).float()
        count = body.sum(dim=(1, 2)).clamp(min=1)
        sd = ((noise**2 * body).sum(dim=(1, 2)) / count).sqrt().clamp(min=1e-6)
        target = torch.as_tensor(target_sd_hu, dtype=torch.float32, device=maker.device)
        noise *= (target / sd).reshape(-1, 1, 1)
    return noise
