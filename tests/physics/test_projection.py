"""Line integrals, their adjoints and both reconstructions, held against theory and scikit-image."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from ldct_viewer.physics.fan import LineIntegrals, fan_lines, scan_and_reconstruct
from ldct_viewer.physics.fbp import filtered_backprojection
from ldct_viewer.physics.gridding import FourierReconstructor
from ldct_viewer.physics.kernels import RAMP_LIMIT, STANDARD, Kernel
from ldct_viewer.physics.projection import ParallelProjector
from ldct_viewer.physics.scanner import Scanner

SMALL = Scanner(channels=184, channel_mm=5.2, views=288)


def disc(size: int, radius_px: float, cx: float = 0.0, cy: float = 0.0, fine: int = 5) -> torch.Tensor:
    """An anti-aliased disc about pixel (size/2, size/2)."""
    at = (np.arange(size * fine) + 0.5) / fine - 0.5 - size // 2
    inside = np.hypot(at[None, :] - cx, at[:, None] - cy) < radius_px
    return torch.from_numpy(inside.reshape(size, fine, size, fine).mean(axis=(1, 3)).astype(np.float32))


def test_parallel_line_integrals_of_a_disc_are_its_chords() -> None:
    projector = ParallelProjector(96, 2.0, 30)
    sinogram = projector.forward(disc(96, 30.0, 8, -5)[None])[0]
    theta = torch.arange(30) * (math.pi / 30)
    s = (torch.arange(projector.bins) - projector.bins // 2).float()[None]
    middle = 8 * theta.cos() - 5 * theta.sin()
    chord = 2 * (30.0**2 - (s - middle[:, None]) ** 2).clamp(min=0).sqrt() * 2.0
    inner = (s - middle[:, None]).abs() < 27
    assert float(((sinogram - chord).abs() * inner).max()) < 0.02 * 120
    assert float((sinogram.sum(1) / chord.sum(1) - 1).abs().max()) < 2e-3


@pytest.mark.parametrize("kind", ["parallel", "fan"])
def test_projector_and_backprojector_are_adjoint(kind: str) -> None:
    generator = torch.Generator().manual_seed(3)
    size = 64
    if kind == "parallel":
        operator: ParallelProjector | LineIntegrals = ParallelProjector(size, 3.0, 40)
    else:
        operator = LineIntegrals(*fan_lines(SMALL), size, 3.0)
    x = torch.rand((2, size, size), generator=generator)
    forward = operator.forward(x)
    y = torch.rand(forward.shape, generator=generator)
    left = (forward.double() * y).sum()
    right = (x.double() * operator.adjoint(y)).sum()
    assert float((left - right).abs() / left) < 1e-4


def test_agrees_with_scikit_image() -> None:
    transform = pytest.importorskip("skimage.transform")
    size, views = 96, 120
    picture = disc(size, 30, 3, 2) + 0.5 * disc(size, 9, -12, 14) - 0.5 * disc(size, 7, 16, -10)
    projector = ParallelProjector(size, 1.0, views)
    ours = projector.forward(picture[None])[0].numpy()
    # theirs turns the other way and counts y upwards
    theirs = transform.radon(picture.numpy().astype(float), -np.arange(views) * 180.0 / views, circle=True).T
    middle = projector.bins // 2 - size // 2
    cut = ours[:, middle : middle + size]
    assert np.sqrt(np.mean((cut - theirs) ** 2)) < 0.01 * theirs.max()
    recon = filtered_backprojection(torch.from_numpy(cut.copy())[None], size, 1.0, 1.0, RAMP_LIMIT)[0].numpy()
    other = transform.iradon(cut.T, -np.arange(views) * 180.0 / views, filter_name="ramp", circle=True)
    inside = disc(size, 44).numpy() > 0.99
    assert np.sqrt(np.mean((recon - other)[inside] ** 2)) < 0.01


def test_gridding_equals_backprojection() -> None:
    """Same noise through both: the gridded picture differs by interpolation and zero frequency only."""
    size, views = 64, 100
    fast = FourierReconstructor(size, 1.0, Kernel(0.3), views)
    noise = torch.randn((1, views, fast.bins), generator=torch.Generator().manual_seed(1))
    direct = torch.zeros((size, size), dtype=torch.float64)
    rho = torch.fft.fftfreq(fast.bins, dtype=torch.float64)
    weight = rho.abs() * Kernel(0.3).apodisation(rho)
    spectrum = torch.fft.fft(torch.fft.ifftshift(noise[0].double(), dim=1), dim=1) * weight
    c = torch.arange(size, dtype=torch.float64) - size // 2
    for v in range(views):
        t = math.pi * v / views
        s = c[None] * math.cos(t) + c[:, None] * math.sin(t)
        wave = torch.exp(2j * math.pi * s.reshape(-1, 1) * rho)
        direct += ((wave @ spectrum[v]).real / fast.bins * math.pi / views).reshape(size, size)
    quick = fast(noise)[0].double()
    assert float((quick - direct).pow(2).mean().sqrt() / direct.std()) < 5e-3
    textbook = filtered_backprojection(noise, size, 1.0, 1.0, Kernel(0.3))[0].double()
    # linear interpolation damps a little; phase and place must agree
    both = torch.stack([quick.reshape(-1), textbook.reshape(-1)])
    assert float(torch.corrcoef(both)[0, 1]) > 0.99


def test_complex_sinogram_is_two_pictures() -> None:
    fast = FourierReconstructor(64, 1.0, STANDARD, 50)
    a, b = torch.randn((2, 1, 50, fast.bins), generator=torch.Generator().manual_seed(2))
    both = fast(torch.complex(a, b))
    assert torch.allclose(both.real, fast(a), atol=5e-4)
    assert torch.allclose(both.imag, fast(b), atol=5e-4)


def test_fan_scan_gives_water_and_air_back() -> None:
    """No noise: water 0 ± 1 HU, air −1000 ± 2 HU, through fan, rebinning and textbook reconstruction."""
    size, pixel = 128, 3.0
    water = disc(size, 50)[None] * 1000 - 1000
    out = scan_and_reconstruct(water, pixel, STANDARD, scanner=SMALL, noise=False, views=240)[0]
    inside, outside = disc(size, 42) > 0.99, (disc(size, 62) - disc(size, 55)) > 0.99
    assert abs(float(out[inside].mean())) < 1.0
    assert abs(float(out[outside].mean()) + 1000) < 2.0
