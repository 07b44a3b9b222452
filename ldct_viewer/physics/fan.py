"""A whole scan: fan-beam line integrals of a picture, photon statistics, rebinning and reconstruction.

Ray (θ, s) is the line x cos θ + y sin θ = s. The fan ray of source angle β and fan angle γ is the line
θ = β + γ, s = R sin γ, R the distance from source to axis (Kak & Slaney 1988, ch. 3.4).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .detector import afterglow, log_counts
from .fbp import filtered_backprojection
from .kernels import Kernel
from .scanner import Scanner

if TYPE_CHECKING:
    import torch

_RAYS_AT_ONCE = 200_000


class LineIntegrals:
    """∫ μ dl along given lines (any geometry), by bilinear samples one pixel apart; the adjoint is exact."""

    def __init__(self, theta: torch.Tensor, s_mm: torch.Tensor, size: int, pixel_mm: float) -> None:
        """``theta`` rad and ``s_mm`` have the shape of the sinogram."""
        self.theta, self.s, self.size, self.pixel_mm = theta, s_mm, size, pixel_mm

    def _part(self, picture: torch.Tensor, first: int, last: int) -> torch.Tensor:
        import torch

        theta, s = self.theta.reshape(-1)[first:last, None], self.s.reshape(-1)[first:last, None] / self.pixel_mm
        half = math.ceil(self.size / math.sqrt(2)) + 1
        t = torch.arange(-half, half + 1, device=picture.device, dtype=torch.float32)[None]
        x = s * theta.cos() - t * theta.sin() + self.size // 2
        y = s * theta.sin() + t * theta.cos() + self.size // 2
        grid = torch.stack([x, y], dim=-1) * (2 / (self.size - 1)) - 1
        samples = torch.nn.functional.grid_sample(
            picture[:, None], grid[None].expand(picture.shape[0], -1, -1, -1), align_corners=True
        )
        return samples[:, 0].sum(dim=-1) * self.pixel_mm

    def _parts(self) -> list[tuple[int, int]]:
        step = max(1, _RAYS_AT_ONCE * 64 // self.size)
        total = self.theta.numel()
        return [(a, min(a + step, total)) for a in range(0, total, step)]

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        """(batch, size, size) → (batch, *sinogram shape)."""
        import torch

        parts = [self._part(picture, a, b) for a, b in self._parts()]
        return torch.cat(parts, dim=1).reshape(picture.shape[0], *self.theta.shape)

    def adjoint(self, sinogram: torch.Tensor) -> torch.Tensor:
        """(batch, *sinogram shape) → (batch, size, size): the transposed operator, by automatic differentiation."""
        import torch

        flat = sinogram.reshape(sinogram.shape[0], -1)
        out = torch.zeros((flat.shape[0], self.size, self.size), device=sinogram.device)
        for a, b in self._parts():
            zero = torch.zeros_like(out, requires_grad=True)
            value = self._part(zero, a, b)
            out += torch.autograd.grad(value, zero, flat[:, a:b])[0]
        return out


def fan_lines(scanner: Scanner, device: str = "cpu") -> tuple[torch.Tensor, torch.Tensor]:
    """(θ, s) of every ray of a turn, each (views, channels)."""
    import torch

    beta = torch.arange(scanner.views, device=device, dtype=torch.float32) * (2 * math.pi / scanner.views)
    gamma = (torch.arange(scanner.channels, device=device) - (scanner.channels - 1) / 2) * scanner.fan_pitch_rad
    theta = beta[:, None] + gamma[None, :]
    return theta, (scanner.source_to_axis_mm * gamma.sin())[None].expand_as(theta)


def measure(
    p: torch.Tensor, scanner: Scanner, dose: float, generator: torch.Generator | None = None, poisson: bool = True
) -> torch.Tensor:
    """Noisy log data of fan line integrals ``p`` (batch, views, channels) at a dose, nepers, same shape.

    ``poisson``: counts are drawn from Poisson plus Gaussian electronic noise and logged without the bias of the log
    (:func:`.detector.log_counts`), as a detector and its preprocessing do; else the Gaussian limit of the log data's
    variance is added. The scanner's afterglow smears quanta, not electronics; in the Gaussian limit only the mean.
    """
    import torch

    _, s = fan_lines(scanner, str(p.device))
    current = scanner.tube_current(p)
    expected = scanner.expected_photons(p, s[0], current, dose)
    blank = scanner.expected_photons(torch.zeros_like(p), s[0], current, dose).log()  # the same scan of air
    if not poisson:
        white = torch.randn(p.shape, generator=generator).to(p.device)
        if scanner.afterglow:
            expected = afterglow(expected, scanner.afterglow, scanner.afterglow_views)
            p = blank - expected.clamp(min=1e-6).log()
        return p + scanner.log_variance(expected).sqrt() * white
    counts = torch.poisson(expected.cpu(), generator=generator).to(p.device)
    counts = afterglow(counts, scanner.afterglow, scanner.afterglow_views)
    counts += scanner.electronic * torch.randn(p.shape, generator=generator).to(p.device)
    return blank - log_counts(counts, scanner.electronic)


def rebin(fan: torch.Tensor, scanner: Scanner, views: int, bins: int, bin_mm: float) -> torch.Tensor:
    """Fan data of a full turn (batch, views, channels) → parallel (batch, views, bins) over 180°.

    Linear in source and fan angle; the two opposite rays of each line are averaged.
    """
    import torch

    batch = fan.shape[0]
    wrapped = torch.cat([fan, fan[:, :1]], dim=1)
    theta = torch.arange(views, device=fan.device, dtype=torch.float32) * (math.pi / views)
    s = (torch.arange(bins, device=fan.device, dtype=torch.float32) - bins // 2) * bin_mm
    gamma = (s / scanner.source_to_axis_mm).clamp(-0.999, 0.999).asin()
    total = torch.zeros((batch, views, bins), device=fan.device)
    for sign, turn in ((1.0, 0.0), (-1.0, math.pi)):
        beta = torch.remainder(theta[:, None] + turn - sign * gamma[None], 2 * math.pi)
        v = beta * (scanner.views / (2 * math.pi))
        c = (sign * gamma / scanner.fan_pitch_rad + (scanner.channels - 1) / 2)[None].expand_as(v)
        grid = torch.stack([c * (2 / (scanner.channels - 1)) - 1, v * (2 / scanner.views) - 1], dim=-1)
        total += torch.nn.functional.grid_sample(
            wrapped[:, None], grid[None].expand(batch, -1, -1, -1), align_corners=True
        )[:, 0]
    return total / 2


def scan_and_reconstruct(
    hu: torch.Tensor,
    pixel_mm: float,
    kernel: Kernel,
    dose: float = 1.0,
    scanner: Scanner | None = None,
    *,
    generator: torch.Generator | None = None,
    noise: bool = True,
    poisson: bool = True,
    views: int = 480,
) -> torch.Tensor:
    """The long way round: HU (batch, size, size) → fan scan at ``dose`` → reconstructed HU."""
    scanner = scanner or Scanner()
    size = hu.shape[-1]
    mu = (hu / 1000 + 1).clamp(min=0) * scanner.mu_water
    theta, s = fan_lines(scanner, str(hu.device))
    p = LineIntegrals(theta, s, size, pixel_mm).forward(mu)
    if noise:
        p = measure(p, scanner, dose, generator, poisson)
    bins = 2 * math.ceil(size / math.sqrt(2))
    parallel = rebin(p, scanner, views, bins, pixel_mm)
    return (filtered_backprojection(parallel, size, pixel_mm, pixel_mm, kernel) / scanner.mu_water - 1) * 1000
