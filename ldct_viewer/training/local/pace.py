"""Small arithmetic of a training: its schedule, its running average, its speed on this machine."""

from __future__ import annotations

import math
import time
from typing import Any

import torch
from torch import nn

from .engine import Engine, MemoryRanOut
from .words import Said, said


def measure_pace(engine: Engine, steps: Any, measured: int = 4) -> float:
    """Seconds a step takes here, by a few steps whose effect is undone."""
    weights = {k: v.clone() for k, v in engine.bare.state_dict().items()}
    batches = [steps[n] for n in range(2)]
    for n in range(2 + measured):
        if n == 2:
            began = time.monotonic()
        _forgiving(engine, batches[n % 2])
    pace = (time.monotonic() - began) / measured
    engine.bare.load_state_dict(weights)
    engine.optimiser.state.clear()
    return max(pace * 1.1, 1e-3)  # a tenth for validations and checkpoints


def _forgiving(engine: Engine, batch: Any) -> None:
    while True:
        try:
            engine.step(batch, 0.0, 1.0)
            return
        except MemoryRanOut:
            continue


@torch.no_grad()
def follow(ema: nn.Module, net: nn.Module, keep: float) -> None:
    """Move the running average a little towards the network."""
    slow: list[torch.Tensor] = [p.detach() for p in ema.parameters()]
    fast = [p.detach() for p in net.parameters()]
    torch._foreach_lerp_(slow, fast, 1.0 - keep)


def cosine(done: float) -> float:
    """1 at the start, 0.02 at the end."""
    return 0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * min(max(done, 0.0), 1.0)))


def minutes(seconds: float) -> Said:
    """``3 min``, ``2.5 h``."""
    return (
        said("hours", n=f"{seconds / 3600:.1f}") if seconds > 5400 else said("minutes", n=max(1, round(seconds / 60)))
    )
