"""How noisy is this slice? One number per slice, the SD in soft tissue, without a reference."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_BLOCK = 8  # pixels; large enough for an SD, small enough to find flat places
_FEWEST = 24  # soft-tissue blocks an estimate needs
_SOFT = (-150.0, 200.0)  # HU of fat, muscle and organs


def estimate_sigma(hu: NDArray[np.int16] | NDArray[np.float32]) -> float:
    """Noise SD (HU) in soft tissue of one slice (y, x); −1 where it cannot be told.

    Each 8 × 8 block is freed of its mean and slopes; of the blocks that are soft tissue throughout, the
    tenth percentile of SDs is taken (structure can only raise an SD) and divided by what it is of the
    true SD in pure CT noise: 0.75 by simulation, 0.78 so as to err on the low side, where the network
    removes less.
    """
    height, width = (n - n % _BLOCK for n in hu.shape)
    if height == 0 or width == 0:
        return -1.0
    grid = hu[:height, :width].reshape(height // _BLOCK, _BLOCK, width // _BLOCK, _BLOCK)
    blocks = grid.transpose(0, 2, 1, 3).reshape(-1, _BLOCK, _BLOCK).astype(np.float32)
    mean = blocks.mean(axis=(1, 2))
    soft = (mean > _SOFT[0]) & (mean < _SOFT[1]) & (blocks.min(axis=(1, 2)) > -350) & (blocks.max(axis=(1, 2)) < 400)
    if int(soft.sum()) < _FEWEST:
        return -1.0
    blocks = blocks[soft] - mean[soft][:, None, None]
    ramp = np.arange(_BLOCK, dtype=np.float32) - (_BLOCK - 1) / 2
    norm = float((ramp**2).sum()) * _BLOCK
    slope_y = (blocks * ramp[:, None]).sum(axis=(1, 2)) / norm
    slope_x = (blocks * ramp[None, :]).sum(axis=(1, 2)) / norm
    blocks -= slope_y[:, None, None] * ramp[:, None] + slope_x[:, None, None] * ramp[None, :]
    sd = np.sqrt((blocks**2).sum(axis=(1, 2)) / (_BLOCK * _BLOCK - 3))
    return float(np.percentile(sd, 10)) / 0.78
