"""What a batch holds: the fields of an :class:`~.examples.Example`, stacked. Made here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np
import torch
from torch import Tensor

from .examples import Example

Batch = dict[str, Tensor]


def collate(examples: Sequence[Example]) -> Batch:
    """Stack ``examples`` (one or more, alike in shape): field name → tensor, the first axis being the example.

    Pictures stay float32 HU: ``noisy`` (n, 3, y, x), ``target``, ``mask`` and ``detail`` (n, 1, y, x);
    ``sigma`` and ``level`` are float32 HU (n,), ``noisy_target`` is bool (n,). Raises ValueError where shapes differ.
    """
    return {field.name: _stacked([getattr(one, field.name) for one in examples]) for field in fields(Example)}


def _stacked(values: Sequence[object]) -> Tensor:
    if isinstance(values[0], np.ndarray):
        return torch.from_numpy(np.stack(values))  # type: ignore[arg-type]
    return torch.tensor(values, dtype=torch.bool if isinstance(values[0], bool | np.bool_) else torch.float32)
