"""Muon for convolutions: updates whose directions all weigh the same, where AdamW lets a few own the step.

Momentum, orthogonalised by Newton-Schulz steps (Jordan et al. 2024, kellerjordan.github.io/posts/muon; sized like
AdamW's by Liu et al. 2025, arXiv:2502.16982), for every kernel but the first and the last; AdamW for those and for
biases. torch's own Muon takes matrices only: a kernel (out, in, y, x) is shown to it as (out, y · x · in), in place.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from ..denoise.network import PUNet


class ConvMuon:
    """Two optimisers with one learning rate. Move the network to its device and memory format first."""

    def __init__(self, net: PUNet, learning_rate: float, weight_decay: float = 1e-4) -> None:
        ends = {id(net.stem.weight), id(net.head.weight)}
        inner = [p for p in net.parameters() if p.ndim == 4 and id(p) not in ends]
        others = [p for p in net.parameters() if p.ndim != 4 or id(p) in ends]
        self._pairs = [(p, nn.Parameter(_matrix(p.detach()))) for p in inner]
        if any(matrix.data_ptr() != p.data_ptr() for p, matrix in self._pairs):
            raise ValueError("kernels must be channels-last: a copy of them would be trained")
        self._muon = torch.optim.Muon(
            [matrix for _, matrix in self._pairs],
            lr=learning_rate,
            weight_decay=weight_decay,
            adjust_lr_fn="match_rms_adamw",
        )
        self._adamw = torch.optim.AdamW(others, lr=learning_rate, weight_decay=weight_decay, betas=(0.9, 0.99))

    def set_learning_rate(self, rate: float) -> None:
        """For the next steps."""
        for group in self._groups():
            group["lr"] = rate

    def zero_grad(self) -> None:
        """Forget all gradients."""
        self._adamw.zero_grad(set_to_none=True)
        for p, _ in self._pairs:
            p.grad = None

    def step(self) -> None:
        """One step by the gradients at hand."""
        for p, matrix in self._pairs:
            assert p.grad is not None
            matrix.grad = _matrix(p.grad)
        self._muon.step()
        self._adamw.step()

    def _groups(self) -> Iterator[dict[str, object]]:
        yield from self._muon.param_groups
        yield from self._adamw.param_groups


def _matrix(kernel: Tensor) -> Tensor:
    """(out, in, y, x) as (out, y · x · in): the same memory where ``kernel`` is channels-last."""
    return kernel.permute(0, 2, 3, 1).reshape(kernel.shape[0], -1)
