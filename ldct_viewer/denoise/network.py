"""The "PU" network: a plain residual U-Net behind a 2 × 2 pixel-unshuffle, HU in and HU out.

This module imports torch; nothing that must start quickly imports this module.
Plain 3 × 3 convolutions and ReLU only: on CPUs norms and depth-wise convolutions are memory-bound
(measured: NAFNet of equal arithmetic is 6–11 times slower). Every tensor stays below 8 MB at 512².
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name everyone knows

HU_MIN, HU_MAX = -1024.0, 3071.0  # what 12-bit CT holds; the network never sees more
METAL_START, METAL_END = 2000.0, 3000.0  # between them the correction fades out: metal is not touched
PADDING_HU = -1500.0  # at or below: no noise in air, but padding such as −2000 or −3024
_OUTSIDE_REACH = 4  # pixels; soft noise makes smaller flat spots of clipped air
STRIDE = 8  # height and width the network itself needs multiples of
SCALE, RESIDUAL_SCALE, SIGMA_SCALE = 500.0, 100.0, 100.0


class _Block(nn.Module):
    """x + conv(relu(conv(x))): the residual block all levels are made of."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.a = nn.Conv2d(channels, channels, 3, padding=1)
        self.b = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu_(x + self.b(torch.relu_(self.a(x))))


class PUNet(nn.Module):
    """Predicts the noise of the centre one of three neighbouring slices.

    ``channels`` are the widths at 1/2, 1/4 and 1/8 resolution, ``blocks`` the residual blocks per level
    (each of down path and up path; the lowest level has them once).
    """

    def __init__(self, channels: tuple[int, int, int] = (32, 64, 96), blocks: tuple[int, int, int] = (1, 1, 2)) -> None:
        super().__init__()
        c1, c2, c3 = channels
        n1, n2, n3 = blocks
        self.stem = nn.Conv2d(3 * 4 + 2, c1, 3, padding=1)
        self.enc1 = nn.Sequential(*(_Block(c1) for _ in range(n1)))
        self.down1 = nn.Conv2d(c1, c2, 2, stride=2)
        self.enc2 = nn.Sequential(*(_Block(c2) for _ in range(n2)))
        self.down2 = nn.Conv2d(c2, c3, 2, stride=2)
        self.mid = nn.Sequential(*(_Block(c3) for _ in range(n3)))
        self.up2 = nn.ConvTranspose2d(c3, c2, 2, stride=2)
        self.dec2 = nn.Sequential(*(_Block(c2) for _ in range(n2)))
        self.up1 = nn.ConvTranspose2d(c2, c1, 2, stride=2)
        self.dec1 = nn.Sequential(*(_Block(c1) for _ in range(n1)))
        self.head = nn.Conv2d(c1, 4, 3, padding=1)
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                nn.init.zeros_(module.bias)  # type: ignore[arg-type]
        for block in (m for m in self.modules() if isinstance(m, _Block)):
            nn.init.zeros_(block.b.weight)  # a block starts as the identity: deep sums stay tame
        nn.init.zeros_(self.head.weight)  # and the whole network as "no noise here"

    def noise(self, x: Tensor, sigma_hu: Tensor) -> Tensor:
        """Noise (HU) in the middle slice of ``x`` (batch, 3, y, x; HU; y and x multiples of 8).

        ``sigma_hu`` is the noise level (SD in soft tissue, HU), one number a picture (batch,) or a map of it
        (batch, y, x); negative = unknown (blind), anywhere.
        """
        z = F.pixel_unshuffle(x.clamp(HU_MIN, HU_MAX) / SCALE, 2)
        level = level_planes(sigma_hu.to(z.dtype)).expand(-1, -1, *z.shape[-2:])
        z = torch.cat((z, level), dim=1).to(self.stem.weight.dtype)
        if z.device.type == "cpu" or z.is_cuda:
            z = z.contiguous(memory_format=torch.channels_last)
        e1 = self.enc1(torch.relu_(self.stem(z)))
        e2 = self.enc2(torch.relu_(self.down1(e1)))
        d = self.mid(torch.relu_(self.down2(e2)))
        d = self.dec2(torch.relu_(self.up2(d) + e2))
        d = self.dec1(torch.relu_(self.up1(d) + e1))
        return F.pixel_shuffle(self.head(d).float() * RESIDUAL_SCALE, 2)

    def forward(self, x: Tensor, sigma_hu: Tensor) -> Tensor:
        """Denoised middle slice (batch, 1, y, x; HU) of ``x`` (batch, 3, y, x; HU), any y and x.

        ``sigma_hu``: (batch,) or (batch, y, x), see :meth:`noise`.
        """
        height, width = x.shape[-2:]
        padded = pad_to_stride(x)
        if sigma_hu.ndim == 3:
            sigma_hu = pad_to_stride(sigma_hu[:, None])[:, 0]
        noise = self.noise(padded, sigma_hu)[..., :height, :width]
        return corrected(x[:, 1:2], noise)


def level_planes(sigma_hu: Tensor) -> Tensor:
    """What the stem is told of noise levels (n,) or (n, y, x) HU: (n, 2, 1, 1) or (n, 2, y / 2, x / 2).

    The level in units of ``SIGMA_SCALE``, 0 where it is unknown (negative), and whether it is known.
    """
    each = sigma_hu[:, None, None] if sigma_hu.ndim == 1 else sigma_hu
    known = (each >= 0).to(each.dtype)
    planes = torch.stack((each.clamp(min=0) / SIGMA_SCALE * known, known), dim=1)
    return planes if sigma_hu.ndim == 1 else F.avg_pool2d(planes, 2)


def corrected(centre: Tensor, noise: Tensor) -> Tensor:
    """``centre`` (batch, 1, y, x; HU, float32) less ``noise`` (alike) where a scanner has measured something.

    Fades out towards metal (2000 → 3000 HU). Untouched stay padding and what was not reconstructed: voxels at or below
    the scanner's floor (−1024) inside a 9 × 9 square of such, and values that no noise explains (−1500 and below).
    Single voxels of air below the floor are noise: taken as the floor, like the network does. Nothing goes below it.
    (``physics.dose.outside_scan`` says the same of the source of a simulation, at leisure: by connected parts.)
    """
    share = (METAL_END - centre).div_(METAL_END - METAL_START).clamp_(0, 1)  # in place: memory is what this costs
    out = centre.clamp(min=HU_MIN).sub_(share.mul_(noise)).clamp_(min=HU_MIN)
    outside = ~_all_within(~_all_within(centre <= HU_MIN, _OUTSIDE_REACH), _OUTSIDE_REACH)  # the whole of every square
    return torch.where(outside | (centre <= PADDING_HU), centre, out)


def _all_within(mask: Tensor, reach: int) -> Tensor:
    """Erosion of a bool mask by a (2·reach + 1)² square; beyond the border counts as True.

    Shifted ANDs, of lengths 1, 2, 4 … : 20 × as fast as max_pool2d.
    """
    mask = F.pad(mask, (reach,) * 4, value=True)
    for axis in (-1, -2):
        covered, whole = 1, 2 * reach + 1
        while covered < whole:
            shift = min(covered, whole - covered)
            length = mask.shape[axis] - shift
            mask = mask.narrow(axis, 0, length) & mask.narrow(axis, shift, length)
            covered += shift
    return mask


def pad_to_stride(x: Tensor, stride: int = STRIDE) -> Tensor:
    """``x`` padded at the bottom and right to multiples of ``stride``: mirrored, or repeated if too small."""
    height, width = x.shape[-2:]
    right, bottom = -width % stride, -height % stride
    if not (right or bottom):
        return x
    mode = "reflect" if right < width and bottom < height else "replicate"
    return F.pad(x, (0, right, 0, bottom), mode=mode)


def build(architecture: dict[str, Any]) -> PUNet:
    """The network a card's ``architecture`` describes; ValueError for anything else than family "pu"."""
    if architecture.get("family") != "pu":
        raise ValueError(f"unknown network family {architecture.get('family')!r}")
    channels, blocks = tuple(architecture["channels"]), tuple(architecture["blocks"])
    if len(channels) != 3 or len(blocks) != 3:
        raise ValueError("a PU network has three levels")
    if not all(type(n) is int for n in channels + blocks) or min(channels + blocks) < 1:
        raise ValueError("widths and block counts must be whole numbers from 1")
    if max(channels) > 256 or max(blocks) > 4:
        raise ValueError("widths go to 256 and block counts to 4")
    return PUNet(channels, blocks)


ARCHITECTURES: dict[str, dict[str, Any]] = {
    "fast": {"family": "pu", "channels": [32, 64, 96], "blocks": [1, 1, 2]},
    "quality": {"family": "pu", "channels": [64, 128, 160], "blocks": [1, 1, 2]},
}
