"""Line integrals and their exact adjoints: a sparse parallel-beam projector and a fan-beam scanner in torch."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch


class ParallelProjector:
    """Parallel-beam line integrals by a sparse matrix, pixel-driven with linear weights; adjoint exact.

    Picture (size, size) with ``pixel_mm``, axis on pixel ``axis`` in both directions, by default size/2 like
    :class:`.gridding.FourierReconstructor`; views at θ = π v / views (``closed`` adds the one at π);
    bins at s = (j − bins/2) · pixel_mm.
    """

    def __init__(
        self,
        size: int,
        pixel_mm: float,
        views: int,
        closed: bool = False,
        device: str = "cpu",
        axis: float | None = None,
    ) -> None:
        import torch

        from .gridding import _csr

        self.size, self.pixel_mm, self.views = size, pixel_mm, views + int(closed)
        self.bins = 2 * int(np.ceil(size * 0.5 * np.sqrt(2)) + 2)
        theta = np.pi * np.arange(self.views) / views
        c = np.arange(size) - (size // 2 if axis is None else axis)
        rows, weights = [], []
        for v, t in enumerate(theta):
            s = (c[None, :] * np.cos(t) + c[:, None] * np.sin(t)).ravel() + self.bins // 2
            low = np.floor(s).astype(np.int64)
            part = s - low
            rows.append(np.stack([v * self.bins + low, v * self.bins + low + 1], axis=1))
            weights.append(np.stack([1 - part, part], axis=1) * pixel_mm)
        columns = np.tile(np.repeat(np.arange(size * size), 2), self.views)
        r, w = np.concatenate(rows).ravel(), np.concatenate(weights).ravel().astype(np.float32)
        where = torch.device(device)
        self._matrix = _csr(r, columns, w, (self.views * self.bins, size * size), where)
        self._transposed = _csr(columns, r, w, (size * size, self.views * self.bins), where)

    def forward(self, mu: torch.Tensor) -> torch.Tensor:
        """(batch, size, size) 1/mm → (batch, views, bins) line integrals."""
        flat = mu.reshape(mu.shape[0], -1).T.contiguous()
        return (self._matrix @ flat).T.reshape(-1, self.views, self.bins)

    def adjoint(self, sinogram: torch.Tensor) -> torch.Tensor:
        """(batch, views, bins) → (batch, size, size): the transposed matrix."""
        flat = sinogram.reshape(sinogram.shape[0], -1).T.contiguous()
        return (self._transposed @ flat).T.reshape(-1, self.size, self.size)


@lru_cache(maxsize=2)
def parallel_projector(
    size: int, pixel_mm: float, views: int, closed: bool, device: str, axis: float
) -> ParallelProjector:
    """A kept projector."""
    return ParallelProjector(size, pixel_mm, views, closed, device, axis)
