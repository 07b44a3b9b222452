"""A wider network that starts as the narrow one (Net2WiderNet; Chen, Goodfellow and Shlens, ICLR 2016).

From scratch a wide network spends its first thousands of steps on what the narrow one knows already, and some of
its units die on the way. Copies of channels share their successors' weights; a little noise parts them.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..denoise.network import PUNet


def widen(narrow: PUNet, wide: PUNet, jitter: float = 0.05, seed: int = 0) -> None:
    """Set ``wide``'s weights so that it computes what ``narrow`` does, but for ``jitter`` × each weight's SD.

    Both need the same number of blocks per level; ValueError otherwise, or where ``wide`` is the narrower.
    """
    generator = torch.Generator().manual_seed(seed)
    source = dict(narrow.named_modules())
    layers = [(n, m) for n, m in wide.named_modules() if isinstance(m, nn.Conv2d | nn.ConvTranspose2d)]
    if [n for n, _ in layers] != [n for n, m in source.items() if isinstance(m, nn.Conv2d | nn.ConvTranspose2d)]:
        raise ValueError("widening needs networks of the same depth")
    maps: dict[tuple[str, int, int], Tensor] = {}

    def copies(space: str, old: int, new: int) -> Tensor:
        """For each new channel of a feature space the old one it copies."""
        if new < old:
            raise ValueError("the wide network is the narrower one")
        if (space, old, new) not in maps:
            more = torch.arange(new - old) % old
            maps[space, old, new] = torch.cat((torch.arange(old), more))
        return maps[space, old, new]

    with torch.no_grad():
        for name, layer in layers:
            old = source[name]
            assert isinstance(old, nn.Conv2d | nn.ConvTranspose2d) and old.bias is not None and layer.bias is not None
            incoming, outgoing = _spaces(name)
            g_in = copies(incoming, old.in_channels, layer.in_channels)
            g_out = copies(outgoing, old.out_channels, layer.out_channels)
            share = 1.0 / torch.bincount(g_in, minlength=old.in_channels)[g_in].float()
            transposed = isinstance(layer, nn.ConvTranspose2d)
            weight = old.weight.transpose(0, 1) if transposed else old.weight  # (out, in, y, x)
            weight = weight[g_out][:, g_in] * share[None, :, None, None]
            noise = torch.randn(weight.shape, generator=generator) * (jitter * weight.std())
            weight = weight + noise
            layer.weight.copy_(weight.transpose(0, 1) if transposed else weight)
            layer.bias.copy_(old.bias[g_out])


def _spaces(layer: str) -> tuple[str, str]:
    """(incoming, outgoing) feature space of a layer; layers joined by a sum or a skip share theirs."""
    level = {"enc1": "1", "dec1": "1", "enc2": "2", "dec2": "2", "mid": "3"}
    joints = {"stem": ("picture", "1"), "down1": ("1", "2"), "down2": ("2", "3"), "up2": ("3", "2"),
              "up1": ("2", "1"), "head": ("1", "noise")}  # fmt: skip
    if layer in joints:
        return joints[layer]
    block, conv = layer.rsplit(".", 1)
    outer = level[layer.split(".", maxsplit=1)[0]]
    return (outer, block) if conv == "a" else (block, outer)
