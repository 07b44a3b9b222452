"""The losses: a sharp one where the target is clean, the mean square where the target has noise of its own."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from ..loop import loss_of
from .batch import Batch

DETAIL_WEIGHT = 20.0  # of a pixel on the edge of a drawn detail, against 1 elsewhere


def noisy_target_loss(out: Tensor, target: Tensor, level: Tensor, mask: Tensor, detail: Tensor) -> Tensor:
    """Mean square (the only loss whose minimum a target's zero-mean noise does not move) and unbiased cells."""
    weight = (1.0 / (8.0 + 0.5 * level))[:, None, None, None]
    error = (out - target) * mask
    share = mask.mean().clamp(min=0.05)
    point = ((error * weight) ** 2 * (1.0 + DETAIL_WEIGHT * detail)).mean() / share * 8.0
    mean = ((F.avg_pool2d(error, 16) * weight) ** 2).mean() / share * 8.0
    return point + mean


def batch_loss(out: Tensor, batch: Batch) -> Tensor:
    """Mean over the batch, each example by the loss its target allows."""
    noisy = batch["noisy_target"]
    total = out.new_zeros(())
    for kind, loss in ((~noisy, _clean), (noisy, _noisy)):
        share = kind.float().mean()
        if bool(kind.any()):
            total = total + share * loss(out[kind], {k: v[kind] for k, v in batch.items()})
    return total


def _clean(out: Tensor, batch: Batch) -> Tensor:
    return loss_of(out, batch["target"], batch["level"], DETAIL_WEIGHT * batch["detail"])


def _noisy(out: Tensor, batch: Batch) -> Tensor:
    return noisy_target_loss(out, batch["target"], batch["level"], batch["mask"], batch["detail"])
