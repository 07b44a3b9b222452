"""Lightning Fabric behind a small door: one code for CPU, GPU, and several processes under torchrun."""

from __future__ import annotations

import logging
import math
import os
from typing import Any

import torch
from torch import nn

from ...denoise.device import choose_device, fast_bfloat16
from .batch import Batch
from .losses import batch_loss
from .plan import Plan


class Engine:
    """Device, precision and processes of a training; ``step`` is one optimiser step on one batch."""

    def __init__(self, plan: Plan) -> None:
        from lightning_fabric import Fabric

        for name in ("lightning_fabric", "lightning", "lightning.fabric", "lightning_fabric.utilities.rank_zero"):
            logging.getLogger(name).setLevel(logging.ERROR)
        self.world = int(os.environ.get("WORLD_SIZE", "1"))
        local = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
        self.device = choose_device(plan.device)
        kind = {"cuda": "cuda", "mps": "mps"}.get(self.device.kind, "cpu")
        bfloat16 = fast_bfloat16(torch.device(self.device.id))
        devices: Any = local if self.world > 1 else 1
        if kind == "cuda" and self.world == 1 and ":" in self.device.id:
            devices = [int(self.device.id.split(":")[1])]
        self.precision = "bfloat16" if bfloat16 else "float32"
        if kind == "cpu":
            torch.set_num_threads(plan.threads or max(1, (os.cpu_count() or 2) // local - (1 if local == 1 else 0)))
        self.fabric = Fabric(
            accelerator=kind,
            devices=devices,
            num_nodes=max(1, self.world // local),
            strategy="ddp" if self.world > 1 else "auto",
            precision="bf16-mixed" if bfloat16 else "32-true",
        )
        self.fabric.launch()
        self.fabric.seed_everything(plan.seed, workers=False, verbose=False)
        self.rank = int(self.fabric.global_rank)
        self.micro = 1  # a batch is worked off in so many parts; doubled when memory runs out

    @property
    def first(self) -> bool:
        """True in the one process that validates, saves and speaks."""
        return self.rank == 0

    def setup(self, net: nn.Module, optimiser: torch.optim.Optimizer) -> None:
        """Place network and optimiser; in several processes they are kept alike from here on."""
        self.net, self.optimiser = self.fabric.setup(net, optimiser)

    @property
    def bare(self) -> nn.Module:
        """The network without what Fabric wrapped around it (shared parameters)."""
        module = self.net.module
        return module.module if isinstance(module, nn.parallel.DistributedDataParallel) else module

    def step(self, batch: Batch, rate: float, clip: float) -> float:
        """Forward, loss, backward, clip, optimiser. Returns the loss; raises MemoryRanOut to be tried again."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.zero_grad(set_to_none=True)
        count = len(batch["sigma"])
        size = -(-count // self.micro)
        total = 0.0
        try:
            for start in range(0, count, size):
                part = {k: self.fabric.to_device(v[start : start + size]) for k, v in batch.items()}
                last = start + size >= count
                with self.fabric.no_backward_sync(self.net, enabled=not last and self.world > 1):
                    out = self.net(part["noisy"], part["sigma"])
                    loss = batch_loss(out, part) * (len(part["sigma"]) / count)
                    self.fabric.backward(loss)
                total += float(loss.detach())
        except (torch.cuda.OutOfMemoryError, MemoryError, RuntimeError) as error:
            self._no_memory(error, count)
        if not math.isfinite(total):
            return float("nan")
        self.fabric.clip_gradients(self.net, self.optimiser, max_norm=clip, error_if_nonfinite=False)
        self.optimiser.step()
        return total

    def _no_memory(self, error: Exception, count: int) -> None:
        short = isinstance(error, MemoryError | torch.cuda.OutOfMemoryError) or "memory" in str(error).lower()
        if not short or self.micro >= count:
            raise error
        self.micro *= 2
        self.optimiser.zero_grad(set_to_none=True)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        raise MemoryRanOut(max(1, count // self.micro)) from error

    def agree(self, *values: int) -> tuple[int, ...]:
        """What the first process says, in all of them."""
        if self.world == 1:
            return values
        told = torch.tensor(values, dtype=torch.int64, device=self.fabric.device)
        torch.distributed.broadcast(told, 0)
        return tuple(int(v) for v in told)

    def mean(self, value: float) -> float:
        """The mean of all processes' values."""
        if self.world == 1:
            return value
        told = torch.tensor([value], dtype=torch.float32, device=self.fabric.device)
        torch.distributed.all_reduce(told)
        return float(told) / self.world

    def memory_gb(self) -> float:
        """Memory held: on the GPU where it trains there, else of this process."""
        if self.device.kind == "cuda":
            return float(torch.cuda.max_memory_allocated()) / 2**30
        return process_memory_gb()


class MemoryRanOut(Exception):  # noqa: N818 - a signal to the loop
    """The batch did not fit; it will now be worked off in parts of ``size``."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


def process_memory_gb() -> float:
    """Resident memory of this process; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**30
    except (OSError, ValueError, IndexError, AttributeError):
        pass
    try:
        import resource
        import sys
    except ImportError:  # Windows
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(peak) / (2**30 if sys.platform == "darwin" else 2**20)
