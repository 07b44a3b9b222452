"""Held-out slices through a network, and the pictures of them that a watcher may look at."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ...errors import WriteError
from .batch import collate
from .checkpoint_files import write_atomic
from .losses import batch_loss
from .metrics import Measures, choose_window, measure
from .objectives import Held

PREVIEWS = 6


class Validator:
    """Always the same slices in the same window, so that its numbers can be compared."""

    def __init__(self, held: Sequence[Held], device: torch.device, autocast: Any = nullcontext):
        self.held, self.device, self._autocast = tuple(held), device, autocast
        self.window = choose_window(held)

    @torch.inference_mode()
    def __call__(self, net: nn.Module | None) -> tuple[Measures, list[NDArray[np.float32]]]:
        """Measures of ``net`` and its pictures; ``None`` stands for no denoising at all."""
        outputs, losses = [], []
        for one in self.held:
            batch = {name: value.to(self.device) for name, value in collate([one.example()]).items()}
            context: AbstractContextManager[Any] = self._autocast()
            with context:
                out = batch["noisy"][:, 1:2] if net is None else net(batch["noisy"], batch["sigma"])
            out = out.float()
            losses.append(float(batch_loss(out, batch)))
            outputs.append(np.asarray(out[0, 0].cpu()))
        return measure(outputs, self.held, float(np.mean(losses)), self.window), outputs


def write_previews(folder: Path, name: str, pictures: Sequence[NDArray[np.float32]]) -> bool:
    """Some pictures as ``preview-NAME.npy`` (int16 HU, (n, y, x)); False where they cannot be written."""
    shape = pictures[0].shape
    same = [p for p in pictures if p.shape == shape]
    picked = np.stack(same[:: max(1, -(-len(same) // PREVIEWS))])
    buffer = io.BytesIO()
    np.save(buffer, np.clip(np.rint(picked), -32768, 32767).astype(np.int16), allow_pickle=False)
    try:
        write_atomic(folder / f"preview-{name}.npy", buffer.getvalue())
    except WriteError:
        return False
    return True
