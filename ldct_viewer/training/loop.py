"""The training loop: one function that can be read from top to bottom."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from ..cancel import NEVER, CancelToken
from ..denoise.network import PUNet
from .data import Batch, Sampler
from .muon import ConvMuon

MEAN_SHARE = 0.8  # of the loss falls, in the end, on the mean of the realisations
DETAIL_WEIGHT = 60.0  # of a pixel on a faint edge, against 1 of one where nothing was drawn
SCANNED_DETAIL_WEIGHT = 20.0  # the same where the target has noise, which it multiplies, too
SCALES_PX, SCALES_WEIGHT = (4, 8, 16), 2.0  # cells whose mean error counts, too: coarse noise, paled lesions
SHARED_WEIGHT = 0.5  # of the error that two realisations have in common, on details
KNEE_HU = 8.0  # errors count by their square below, by their size above
RISE_FROM, RISE_TO = 0.05, 0.35  # of the training: where those weights begin to rise, and where they are reached


@dataclass(frozen=True)
class Plan:
    """Schedule. It ends after ``steps`` or ``seconds``, whichever is set; the cosine runs over the same.

    ``warmed``: the network is trained already, so details and the mean of realisations count from the start.
    """

    steps: int = 0
    seconds: float = 0.0
    batch: int = 8
    learning_rate: float = 1.5e-3
    warm_up: int = 200
    ema: float = 0.999
    bfloat16: bool = False
    report_every: int = 500
    warmed: bool = False


def loss_of(out: Tensor, clean: Tensor, level: Tensor, detail: Tensor) -> Tensor:
    """Charbonnier + gradient term + terms that keep the mean of cells of several sizes unbiased, per noise level.

    ``out`` and ``clean`` (n, 1, y, x) and ``level`` (n,) in HU; ``detail`` (n, 1, y, x), from 0 on, weighs the first
    term: a faint edge is a handful of pixels and a few HU, nothing in a mean over the picture, and everything to
    whoever looks for it.

    The Charbonnier knee makes small errors count by their square (PSNR) and edges by their size.
    Dividing by (8 + σ/2) keeps very noisy pairs from owning the gradient.
    """
    error = out - clean
    weight = (1.0 / (8.0 + 0.5 * level))[:, None, None, None]
    point = (torch.sqrt(error**2 + KNEE_HU**2) - KNEE_HU) * weight * (1.0 + detail)
    slope = (error.diff(dim=-1).abs().mean() + error.diff(dim=-2).abs().mean()) / 2
    phases = F.pixel_unshuffle(error, 2)  # each on its own: a shift of one against the others is a fine grid
    cells = (F.avg_pool2d(phases, 6).abs() * weight).mean()
    for side in SCALES_PX:
        cells = cells + SCALES_WEIGHT * (F.avg_pool2d(error, side, side // 2).abs() * weight).mean()
    return point.mean() + 0.05 * slope * weight.mean() + 0.5 * cells


def recipe_loss(out: Tensor, clean: Tensor, level: Tensor, detail: Tensor, risen: float = 1.0) -> Tensor:
    """The loss of r realisations of the noise on each picture: ``out`` (n, r, 1, y, x) against ``clean`` (n, 1, y, x).

    The error of their *mean* counts most: that is bias² + variance / r, so what a network does to every realisation
    alike (a faint lesion paled, an edge blurred, HU shifted) weighs r times what is left of the noise. The least
    squared error would trade faint detail for smoothness. On ``detail`` (n, 1, y, x; :func:`~.shapes.detail_map`)
    the product of two realisations' errors counts besides: its expectation is bias² alone.

    ``risen`` (0 … 1) scales all of that: a network that knows nothing yet must start with 0. The structure that its
    first guesses take for noise is a bias, and it learns to say nothing (seen: the output died within 100 steps).
    """
    r = out.shape[1]
    weighted = DETAIL_WEIGHT * risen * detail
    share = MEAN_SHARE * risen
    each = loss_of(
        out.flatten(0, 1), clean.repeat_interleave(r, 0), level.repeat_interleave(r), weighted.repeat_interleave(r, 0)
    )  # each on its own counts a little, too, so that none strays for the mean's sake
    total = share * loss_of(out.mean(dim=1), clean, level, weighted) + (1 - share) * each
    if r > 1:
        error = out - clean[:, None]
        scale = (8.0 / (8.0 + 0.5 * level) ** 2)[:, None, None, None]
        total = total + SHARED_WEIGHT * risen * (error[:, 0] * error[:, 1] * detail * scale).mean()
    return total


def scanned_loss(out: Tensor, target: Tensor, level: Tensor, detail: Tensor, risen: float = 1.0) -> Tensor:
    """The loss of scans as they came: ``out`` (n, r, 1, y, x) against ``target`` (n, 1, y, x), which has noise too.

    Squares only, each realisation on its own: nothing else has its minimum where the mean is the truth. The input
    holds the target's noise, so the product of two realisations' errors would mislead.
    """
    error = out - target[:, None]
    weight = (1.0 / (8.0 + 0.5 * level))[:, None, None, None, None]
    point = error**2 * weight * (1.0 + SCANNED_DETAIL_WEIGHT * risen * detail[:, None])
    cells = F.avg_pool2d(error.flatten(0, 1), 16, 8).unflatten(0, error.shape[:2]) ** 2 * weight
    return (point.mean() + SCALES_WEIGHT * cells.mean()) / (2 * KNEE_HU)


def train(
    net: PUNet,
    sampler: Sampler,
    plan: Plan,
    *,
    on_report: Callable[[int, float, PUNet], None],
    cancel: CancelToken = NEVER,
    between: Callable[[float, PUNet], None] | None = None,
    device: str = "cpu",
) -> PUNet:
    """Train ``net`` in place on ``device`` (torch's name) and return its exponential moving average, there too.

    ``on_report(step, mean loss, ema)`` is called every ``report_every`` steps and at the end (loss nan);
    ``between(progress 0…1, ema)`` every so many steps, for a recipe that changes its data on the way.
    """
    net.train().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    ema = copy.deepcopy(net).eval()
    optimiser = ConvMuon(net, plan.learning_rate)
    start, step, total = time.monotonic(), 0, 0.0
    while True:
        done = step / plan.steps if plan.steps else (time.monotonic() - start) / plan.seconds
        if done >= 1.0 or cancel.cancelled:
            on_report(step, float("nan"), ema)
            return ema
        rate = plan.learning_rate * min(1.0, (step + 1) / plan.warm_up) * (0.02 + 0.98 * _cosine(done))
        optimiser.set_learning_rate(rate)
        risen = 1.0 if plan.warmed else min(max((done - RISE_FROM) / (RISE_TO - RISE_FROM), 0.0), 1.0)
        loss = _step(net, optimiser, sampler.batch(plan.batch), plan.bfloat16, risen, device)
        total += loss
        step += 1
        _follow(ema, net, min(plan.ema, (1 + step) / (10 + step)))
        sampler.refresh(step)
        if step % plan.report_every == 0:
            on_report(step, total / plan.report_every, ema)
            total = 0.0
            if between is not None:
                between(done, ema)


def _step(net: PUNet, optimiser: ConvMuon, batch: Batch, bfloat16: bool, risen: float, device: str) -> float:
    n, r = batch.noisy.shape[:2]
    noisy, clean, level, detail, sigma, scanned = (
        torch.from_numpy(v).to(device)
        for v in (batch.noisy, batch.clean, batch.level, batch.detail, batch.sigma, batch.scanned > 0)
    )
    with torch.autocast(torch.device(device).type, dtype=torch.bfloat16, enabled=bfloat16):
        noise = net.noise(noisy.flatten(0, 1), sigma.repeat_interleave(r))
    out = noisy[:, :, 1:2] - noise.unflatten(0, (n, r))
    loss = out.new_zeros(())
    for kind, loss_of_kind in ((~scanned, recipe_loss), (scanned, scanned_loss)):
        if bool(kind.any()):
            loss = loss + kind.float().mean() * loss_of_kind(out[kind], clean[kind], level[kind], detail[kind], risen)
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimiser.step()
    return float(loss.detach())


def _cosine(done: float) -> float:
    return 0.5 * (1.0 + math.cos(math.pi * min(done, 1.0)))


@torch.no_grad()
def _follow(ema: PUNet, net: PUNet, keep: float) -> None:
    for slow, fast in zip(ema.parameters(), net.parameters(), strict=True):
        slow.lerp_(fast, 1.0 - keep)
