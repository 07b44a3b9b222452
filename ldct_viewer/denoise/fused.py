"""The PU network on x86 CPUs without waste: the same arithmetic, but what is not a convolution is nearly free.

Weights are packed once in oneDNN's own layout; bias, addition and ReLU happen inside the convolutions (the
operators torch's compiler uses, no compiler needed); pixels are regrouped in pairs; and the last
convolution, whose 4 outputs would fill a quarter of a vector register, makes 16 at once. What is left is the
convolutions at the CPU's matrix rate. Equal to :class:`.network.PUNet` but for rounding, which is checked when
a model is loaded: torch does not promise these operators, so anything odd means the plain network.
"""

from __future__ import annotations

import copy
import logging
import platform
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from .network import HU_MAX, HU_MIN, METAL_START, RESIDUAL_SCALE, SCALE, SIGMA_SCALE, STRIDE, PUNet, corrected

log = logging.getLogger(__name__)

_PAIR = {torch.bfloat16: torch.int32, torch.float32: torch.int64}  # two neighbouring values moved as one
_TYPICAL = 512  # matrix size the weights are packed for; others work, too
_TOLERANCE_HU = {torch.bfloat16: 2.0, torch.float32: 0.1}  # rms; rounding alone makes 0.4 and 0.01


def fuse(net: PUNet, dtype: torch.dtype) -> FusedPU | None:
    """The fast form of ``net`` (on the CPU) computing in ``dtype``; None where it does not work as it should."""
    if platform.machine().lower() not in ("x86_64", "amd64") or not torch.backends.mkldnn.is_available():
        return None
    try:
        with torch.inference_mode():
            fused = FusedPU(net, dtype)
            error = _difference(fused, net)
    except (AttributeError, RuntimeError, TypeError) as problem:  # another torch, another CPU
        log.info("fused convolutions are not available: %s", type(problem).__name__)
        return None
    if not error < _TOLERANCE_HU[dtype]:
        log.warning("fused convolutions differ by %.3g HU and are not used", error)
        return None
    return fused


class FusedPU:
    """``run`` may be called from several threads at once."""

    def __init__(self, net: PUNet, dtype: torch.dtype) -> None:
        half = _TYPICAL // 2
        self._dtype = dtype
        self._stem = _Conv(net.stem, dtype, half)
        self._enc1 = _blocks(net.enc1, dtype, half)
        self._down1 = _Conv(net.down1, dtype, half)
        self._enc2 = _blocks(net.enc2, dtype, half // 2)
        self._down2 = _Conv(net.down2, dtype, half // 2)
        self._mid = _blocks(net.mid, dtype, half // 4)
        self._up2 = _Up(net.up2, dtype)
        self._dec2 = _blocks(net.dec2, dtype, half // 2)
        self._up1 = _Up(net.up1, dtype)
        self._dec1 = _blocks(net.dec1, dtype, half)
        self._head = _Conv(_four_positions(net.head, dtype), dtype, half)

    def run(self, hu: NDArray[np.int16], sigma_hu: float) -> NDArray[np.int16]:
        """The middle one of three slices (int16 HU, (3, y, x), any y and x), denoised (int16 HU, (y, x))."""
        height, width = hu.shape[1:]
        with torch.inference_mode():
            noise = self._noise(torch.from_numpy(_padded(hu)), sigma_hu)[:height, :width]
            centre = torch.from_numpy(hu[1])
            low, high = torch.aminmax(centre)
            real = centre.float()
            if low <= HU_MIN or high >= METAL_START:
                clean = corrected(real[None, None], noise[None, None])[0, 0]
            else:
                clean = real.sub_(noise).clamp_(min=HU_MIN)
            return clean.round_().clamp_(-32768, 32767).to(torch.int16).numpy()

    def _noise(self, hu: Tensor, sigma_hu: float) -> Tensor:
        """As :meth:`.PUNet.noise`: float32 HU (y, x) for int16 HU (3, y, x)."""
        e1 = _through(self._enc1, self._stem(self._regrouped(hu, sigma_hu)))
        e2 = _through(self._enc2, self._down1(e1))
        d = _through(self._mid, self._down2(e2))
        d = _through(self._dec2, self._up2(d, e2))
        d = _through(self._dec1, self._up1(d, e1))
        blocks = self._head.linear(d)[0].permute(1, 2, 0)  # (y / 4, x / 4, 4 rows of 4 pixels)
        rows, columns = blocks.shape[:2]
        pair = _PAIR[self._dtype]
        values = blocks.contiguous().view(pair)
        picture = torch.empty((rows * 4, columns * 4), dtype=self._dtype)
        target = picture.view(pair).view(rows, 4, columns, 2)
        for k in range(8):
            target[:, k // 2, :, k % 2] = values[..., k]
        return picture.float().mul_(RESIDUAL_SCALE)

    def _regrouped(self, hu: Tensor, sigma_hu: float) -> Tensor:
        """The stem's input (1, 14, y / 2, x / 2), channels last: 3 × 2 × 2 pixels, noise level, "level known"."""
        height, width = hu.shape[1:]
        pair = _PAIR[self._dtype]
        scaled = hu.clamp(int(HU_MIN), int(HU_MAX)).float().div_(SCALE).to(self._dtype)
        pairs = scaled.view(pair).view(3, height // 2, 2, width // 2)
        out = torch.empty((height // 2, width // 2, 7), dtype=pair)
        for k in range(6):
            out[..., k] = pairs[k // 2, :, k % 2]
        values = out.view(self._dtype)
        known = sigma_hu >= 0
        values[..., 12] = sigma_hu / SIGMA_SCALE if known else 0.0
        values[..., 13] = float(known)
        return values.permute(2, 0, 1)[None]


class _Conv:
    """A convolution with packed weights; calling it applies the ReLU, too."""

    def __init__(self, conv: nn.Conv2d, dtype: torch.dtype, size: int) -> None:
        self._place = list(conv.padding), list(conv.stride), [1, 1], 1
        weight = _rounded(conv.weight, dtype)
        self._bias = _bias(conv, dtype)
        pack: Any = torch._C._nn.mkldnn_reorder_conv2d_weight
        shape = [1, weight.shape[1], size, size]
        self._weight = pack(weight.to_mkldnn(), *self._place, shape)
        self._ops: Any = torch.ops.mkldnn

    def __call__(self, x: Tensor) -> Tensor:
        """relu(conv(x))"""
        return self._plain(x, "relu")

    def linear(self, x: Tensor) -> Tensor:
        """conv(x)"""
        return self._plain(x, "none")

    def _plain(self, x: Tensor, after: str) -> Tensor:
        out: Tensor = self._ops._convolution_pointwise(x, self._weight, self._bias, *self._place, after, [], "")
        return out

    def onto(self, x: Tensor, total: Tensor) -> Tensor:
        """relu(total + conv(x)), written over ``total``."""
        out: Tensor = self._ops._convolution_pointwise_.binary(
            total, x, self._weight, self._bias, *self._place, "add", 1.0, "relu", [], ""
        )
        return out


class _Up:
    """relu(transposed convolution + shortcut), written over the shortcut."""

    def __init__(self, conv: nn.ConvTranspose2d, dtype: torch.dtype) -> None:
        self._weight = _rounded(conv.weight, dtype).contiguous(memory_format=torch.channels_last)
        self._bias = _bias(conv, dtype)

    def __call__(self, x: Tensor, shortcut: Tensor) -> Tensor:
        return shortcut.add_(torch.conv_transpose2d(x, self._weight, self._bias, stride=2)).relu_()


def _blocks(level: nn.Sequential, dtype: torch.dtype, size: int) -> list[tuple[_Conv, _Conv]]:
    return [(_Conv(block.a, dtype, size), _Conv(block.b, dtype, size)) for block in level]  # type: ignore[arg-type]


def _through(blocks: list[tuple[_Conv, _Conv]], x: Tensor) -> Tensor:
    """relu(x + b(relu(a(x)))) for each block; ``x`` is written over."""
    for a, b in blocks:
        x = b.onto(a(x), x)
    return x


def _bias(conv: nn.Conv2d | nn.ConvTranspose2d, dtype: torch.dtype) -> Tensor:
    assert conv.bias is not None
    return conv.bias.detach().to("cpu", dtype)


def in_dtype(net: PUNet, dtype: torch.dtype) -> PUNet:
    """A copy of ``net`` (on the CPU, channels last) with weights in ``dtype`` rounded so that no kernel's sum moves."""
    made = copy.deepcopy(net)
    with torch.no_grad():
        for layer in made.modules():
            if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
                layer.weight.copy_(_rounded(layer.weight, dtype))
    return made.to("cpu", dtype).to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def _rounded(weight: Tensor, dtype: torch.dtype) -> Tensor:
    """``weight`` (out, in, y, x; or in, out) in ``dtype``, rounded so that the sum of every kernel stays.

    From the largest weight to the smallest, each takes over what rounding left of those before. Else the last layer
    alone shifts the whole picture by 0.004 of the noise's SD: its inputs are all positive, and their means large.
    """
    flat = weight.detach().float().cpu().flatten(2)
    order = flat.abs().argsort(dim=-1, descending=True)
    ordered = flat.gather(-1, order)
    left = torch.zeros(flat.shape[:2])
    for k in range(flat.shape[-1]):
        wanted = ordered[..., k] + left
        ordered[..., k] = wanted.to(dtype).float()
        left = wanted - ordered[..., k]
    return flat.scatter(-1, order, ordered).reshape(weight.shape).to(dtype).contiguous()


def _four_positions(head: nn.Conv2d, dtype: torch.dtype) -> nn.Conv2d:
    """3 × 3 to 4 channels as 4 × 4 with stride 2 to 16: the pixels of 4 × 4 blocks of the picture, row by row."""
    wide = nn.Conv2d(head.in_channels, 16, 4, stride=2, padding=1)
    with torch.no_grad():
        weight = torch.zeros(2, 2, 2, 2, *wide.weight.shape[1:])  # (row, row in it, column, column in it, …)
        source = _rounded(head.weight, dtype).float()
        small = source.reshape(2, 2, *source.shape[1:])
        for y in (0, 1):
            for x in (0, 1):
                weight[y, :, x, :, :, y : y + 3, x : x + 3] = small
        wide.weight.copy_(weight.reshape(wide.weight.shape))
        bias = _bias(head, torch.float32).reshape(1, 2, 1, 2).expand(2, 2, 2, 2)
        wide.bias.copy_(bias.reshape(16))  # type: ignore[union-attr]
    return wide


def _padded(hu: NDArray[np.int16]) -> NDArray[np.int16]:
    """As :func:`.network.pad_to_stride`."""
    height, width = hu.shape[1:]
    right, bottom = -width % STRIDE, -height % STRIDE
    if not (right or bottom):
        return np.ascontiguousarray(hu)
    mirrored = right < width and bottom < height
    return np.pad(hu, ((0, 0), (0, bottom), (0, right)), mode="reflect" if mirrored else "edge")


def _difference(fused: FusedPU, net: PUNet) -> float:
    """RMS (HU) between the two on tissue-like noise; the network's own arithmetic in float32 is the truth."""
    rng = np.random.default_rng(0)
    hu = np.rint(rng.normal(40.0, 30.0, (3, 72, 88))).astype(np.int16)
    hu[:, :16] = -1000
    plain = net(torch.from_numpy(hu)[None].float(), torch.tensor([25.0]))[0, 0].numpy()
    return float(np.sqrt(np.mean((fused.run(hu, 25.0) - np.rint(plain)) ** 2)))
