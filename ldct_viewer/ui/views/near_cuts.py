"""Cuts across the fastest axis of a volume, copied in blocks of neighbours ahead of the wheel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BLOCK = 8  # cuts copied together: 16 of a cache line's 64 bytes
SHARES = BLOCK // 2  # a neighbour is copied in that many steps: done when the wheel gets there from the middle


class _Block:
    """Cuts ``number`` · BLOCK and on of every slice; ``done`` slices of it are copied."""

    def __init__(self) -> None:
        self.number, self.done = -1, 0
        self.pixels = np.empty((0, 0, 0), np.int16)

    def take(self, array: NDArray[np.int16], number: int) -> None:
        """Begin anew with another part; the memory stays: fresh pages would cost as much as the copy."""
        shape = array[:, :, number * BLOCK : (number + 1) * BLOCK].shape
        if self.pixels.shape != shape:
            self.pixels = np.empty(shape, array.dtype)
        self.number, self.done = number, 0

    def copy(self, array: NDArray[np.int16], slices: int) -> None:
        """Copy so many slices more."""
        first, until = self.number * BLOCK, min(len(array), self.done + slices)
        np.copyto(self.pixels[self.done : until], array[self.done : until, :, first : first + BLOCK])
        self.done = until


class NearCuts:
    """Of one volume, two blocks: the one in use and the one the wheel comes to next.

    Every pixel of such a cut is a cache miss that brings its neighbours along, so they are copied together. All
    at once would make every eighth step of the wheel three times as long as the others: each copies a share.
    """

    def __init__(self) -> None:
        self._blocks = (_Block(), _Block())

    def forget(self) -> None:
        """The volume has changed."""
        for block in self._blocks:
            block.number = -1

    def find(self, array: NDArray[np.int16], index: int) -> tuple[NDArray[np.int16], int]:
        """(block, index in it) for the cut at ``index`` of ``array``."""
        number, place = divmod(index, BLOCK)
        here = self._block(array, number, self._blocks[0])
        if here.done < len(array):  # a jump, or the first cut
            here.copy(array, len(array))
        else:
            near = number + (1 if place >= BLOCK // 2 else -1)
            if 0 <= near * BLOCK < array.shape[2]:
                other = self._blocks[1] if here is self._blocks[0] else self._blocks[0]
                self._block(array, near, other).copy(array, -(-len(array) // SHARES))
        return here.pixels, place

    def _block(self, array: NDArray[np.int16], number: int, spare: _Block) -> _Block:
        """The block of this number; ``spare`` becomes it if there is none."""
        for block in self._blocks:
            if block.number == number:
                return block
        spare.take(array, number)
        return spare
