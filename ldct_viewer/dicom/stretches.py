"""Stretches of a header that come again: the slices of a series have the same attributes, of the same lengths.

Where the walk of ``elements`` goes and what it keeps depends on how the elements begin (tag, VR, length), never on
what their values are. So where a stretch of a file begins all its elements as a stretch of an earlier file did, byte
for byte, the walk would do there what it did then: one comparison stands for twenty steps. Nothing is taken on
trust. One other byte, and the walk goes on step by step; what it finds is the same with and without this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import Literal

# What must be there again; how many bytes follow that do not matter; the tag if these are a wanted value, else 0.
Piece = tuple[bytes, int, int]

LITERAL = 1 << 10  # a sequence of undefined length comes again when all of it does; longer ones hardly do
_SHORTEST, _LONGEST = 3, 128  # elements; two are read as fast step by step
_MOST = 1 << 18  # bytes of beginnings remembered: some 5 MB in all, whatever files come


class Stretch:
    """Some elements in a row."""

    __slots__ = ("count", "expected", "heads", "pieces", "size", "tags", "take")

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = tuple(pieces)
        self.count = len(pieces)
        self.size = sum(len(head) + rest for head, rest, _ in pieces)
        self.expected = tuple(head for head, _, _ in pieces)
        self.tags = tuple(tag for _, _, tag in pieces if tag)
        self.heads = Struct("".join(f"{len(head)}s{rest}x" for head, rest, _ in pieces)).unpack_from
        self.take = Struct(
            "".join(f"{len(head)}x{rest}s" if tag else f"{len(head) + rest}x" for head, rest, tag in pieces)
        ).unpack_from


Known = dict[bytes, Stretch | Literal[False]]  # by the first 8 bytes; False: known, and too short to be one


class Memory:
    """What earlier files looked like, told apart by how they begin.

    Threads share it: entries are made whole and put in at once, and which of two is kept does not matter.
    """

    def __init__(self) -> None:
        self._kinds: dict[object, Known] = {}
        self._size = 0

    def of(self, start: object) -> Known:
        """The stretches of files that begin with ``start``."""
        known = self._kinds.get(start)
        if known is None:
            if self._size > _MOST:
                self._kinds, self._size = {}, 0
            self._size += 64
            known = self._kinds.setdefault(start, {})
        return known

    def learn(self, known: Known, pieces: Sequence[Piece]) -> None:
        """Remember elements that the walk went over one by one."""
        for first in range(0, len(pieces), _LONGEST):
            part = pieces[first : first + _LONGEST]
            known[part[0][0][:8]] = Stretch(part) if len(part) >= _SHORTEST else False
            self._size += sum(len(head) for head, _, _ in part)

    def shorten(self, known: Known, stretch: Stretch, data: bytes, at: int) -> Stretch | Literal[False]:
        """The part of ``stretch`` that is in ``data`` too; from now on it is all that is looked for."""
        same = 0
        for head, there in zip(stretch.expected, stretch.heads(data, at), strict=True):
            if head != there:
                break
            same += 1
        part = stretch.pieces[:same]
        self._size += sum(len(head) for head, _, _ in part)
        shorter: Stretch | Literal[False] = Stretch(part) if same >= _SHORTEST else False
        known[stretch.expected[0][:8]] = shorter
        return shorter
