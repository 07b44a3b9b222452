"""Cuts across the fastest axis of a volume, copied in blocks of neighbours ahead of the wheel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BLOCK = 16  # cuts copied together: 32 of a cache line's 64 bytes (20 MB for 600 slices of 512 lines)


class _Block:
    """Cuts ``number`` · BLOCK and on of every slice; ``done`` slices of it are copied.

    ``pixels`` is (z, y, cut) as the volume is, but each cut lies in one piece: it is read at every step of the wheel.
    """

    def __init__(self) -> None:
        self.number, self.done = -1, 0
        self.pixels = np.empty((0, 0, 0), np.int16)

    def take(self, array: NDArray[np.int16], number: int) -> None:
        """Begin anew with another part; the memory stays: fresh pages would cost as much as the copy."""
        z, y, cuts = array[:, :, number * BLOCK : (number + 1) * BLOCK].shape
        if self.pixels.shape != (z, y, cuts):
            self.pixels = np.empty((cuts, z, y), array.dtype).transpose(1, 2, 0)
        self.number, self.done = number, 0

    def copy(self, array: NDArray[np.int16], slices: int) -> None:
        """Copy so many slices more, one by one: what a slice's cache lines hold is used for all its cuts."""
        first, until = self.number * BLOCK, min(len(array), self.done + slices)
        for k in range(self.done, until):
            np.copyto(self.pixels[k], array[k, :, first : first + BLOCK])
        self.done = until


class NearCuts:
    """Of one volume, three blocks: the one in use and its neighbours, so that the wheel may turn back anywhere.

    Every pixel of such a cut is a cache miss that brings its neighbours along, so they are copied together. All
    at once would make every sixteenth step of the wheel several times as long as the others: each copies as much
    of the block ahead as is needed for it to be whole when the wheel gets there.
    """

    def __init__(self) -> None:
        self._blocks = (_Block(), _Block(), _Block())
        self._last = 0

    def forget(self) -> None:
        """The volume has changed."""
        for block in self._blocks:
            block.number = -1

    def find(self, array: NDArray[np.int16], index: int) -> tuple[NDArray[np.int16], int]:
        """(block, index in it) for the cut at ``index`` of ``array``."""
        number, place = divmod(index, BLOCK)
        ahead, self._last = (1 if index >= self._last else -1), index
        here = self._block(array, number, number)
        if here.done < len(array):  # a jump, or the first cut
            here.copy(array, len(array))
        elif 0 <= (number + ahead) * BLOCK < array.shape[2]:
            near = self._block(array, number + ahead, number)
            steps = BLOCK - place if ahead > 0 else place + 1  # in this block, this one included
            near.copy(array, -(-(len(array) - near.done) // steps))
        return here.pixels, place

    def _block(self, array: NDArray[np.int16], number: int, used: int) -> _Block:
        """The block of this number; if there is none, the one farthest from ``used`` becomes it."""
        for block in self._blocks:
            if block.number == number:
                return block
        spare = max(self._blocks, key=lambda b: abs(b.number - used) if b.number >= 0 else array.shape[2])
        spare.take(array, number)
        return spare
