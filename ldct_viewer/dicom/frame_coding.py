"""Stored words of one slice as a whole file's bytes, and out of them again: lossless, in memory that is used again.

What is decoded here was coded here: somebody else's bytes go to the decoder's process (``codecs``) instead.
"""

from __future__ import annotations

from struct import Struct, unpack_from
from struct import error as struct_error
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .codes import FileProblem, Reason
from .encoding import SYNTAX_OF
from .frames import fragment_places
from .header import Slice
from .pixels import read_pixels
from .source import MemoryBytes, Room

_NATIVE = Struct("<HH2sHL")  # Pixel Data, OW, its length
_CODED = Struct("<HH2sHLHHLHHL")  # Pixel Data, OB, no length; an empty offset table; the head of the one fragment
_END = Struct("<HHL")
_SEGMENTS = Struct("<16L")  # how many, where each begins (PS3.5 G.5)
_LITERAL = 128  # the longest run of bytes that PackBits takes as they are
_WORTH_LOOKING = 0.1
_LOOK_AGAIN = 8


class FrameCoder:
    """Files of slices of one size under one of the syntaxes of ``SYNTAX_OF``. Its arrays serve one thread."""

    def __init__(self, compress: str, rows: int, columns: int) -> None:
        if compress not in SYNTAX_OF:
            raise ValueError(f"unknown compression {compress!r}")
        self._compress, self._shape = compress, (rows, columns)
        self._room = Room()
        self._plane = np.empty((rows, columns), np.uint8)
        self._words = np.empty((rows, columns), np.dtype("<u2"))
        self._coded, self._noisy = 0, False

    def file(self, head: bytes, words: NDArray[np.uint16]) -> memoryview:
        """``head`` and after it Pixel Data with ``words``: a whole file, until the next call.

        Native little endian, or one encapsulated lossless frame (PS3.5 A.4).
        """
        if self._compress == "none":
            start = len(head) + _NATIVE.size
            room = self._room.of(start + words.size * 2)
            _NATIVE.pack_into(room, len(head), 0x7FE0, 0x0010, b"OW", 0, words.size * 2)
            np.frombuffer(room, "<u2", words.size, start).reshape(words.shape)[...] = words
            end = len(room)
        else:
            start = len(head) + _CODED.size
            if self._compress == "rle":
                room, size = self._rle(start, words)
            else:
                coded = _compressed(words, self._compress)
                size = len(coded)
                room = self._room.of(start + size + 1 + _END.size)
                room[start : start + size] = coded
            if size % 2:
                room[start + size] = 0
                size += 1
            _CODED.pack_into(
                room, len(head), 0x7FE0, 0x0010, b"OB", 0, 0xFFFFFFFF, 0xFFFE, 0xE000, 0, 0xFFFE, 0xE000, size
            )
            _END.pack_into(room, start + size, 0xFFFE, 0xE0DD, 0)
            end = start + size + _END.size
        room[: len(head)] = head
        return room[:end]

    def words(self, file: memoryview, written: Slice) -> NDArray[Any]:
        """Stored words (rows, columns) of a whole file, of which our reader says that ``written`` is in it.

        They last until the next call. Raises FileProblem for whatever :meth:`file` did not write.
        """
        spec = written.spec
        if (spec.rows, spec.columns, spec.allocated) != (*self._shape, 16):
            raise FileProblem(Reason.BAD_STREAM, "its size differs")
        if spec.syntax != SYNTAX_OF[self._compress]:
            raise FileProblem(Reason.BAD_STREAM, "its transfer syntax differs")
        if self._compress == "none":  # its length was checked when it was parsed
            return np.frombuffer(file, "<u2", spec.rows * spec.columns, written.pixel_offset).reshape(self._shape)
        if self._compress == "jpegls":
            return read_pixels(MemoryBytes(file), written)
        ((start, length),) = fragment_places(MemoryBytes(file), written.pixel_offset, 0, 1)
        stream: Any = file[start : start + length]
        # The reader's decoders of HTJ2K and RLE are careful and slow; what we wrote may be read by fast ones.
        try:
            if self._compress == "htj2k":
                from imagecodecs import htj2k_decode

                return np.asarray(htj2k_decode(stream)).reshape(self._shape)
            from imagecodecs import dicomrle_decode

            count, first, second, *others = _SEGMENTS.unpack(stream[: _SEGMENTS.size])
            if (count, first) != (2, _SEGMENTS.size) or not first < second < length or any(others):
                raise FileProblem(Reason.BAD_STREAM, "RLE segment table")
            room = self._words.data.cast("B")
            if len(dicomrle_decode(stream, dtype=self._words.dtype, out=room)) != len(room):
                raise FileProblem(Reason.TRUNCATED, "RLE")
            return self._words
        except (RuntimeError, ValueError, struct_error) as error:
            raise FileProblem(Reason.BAD_STREAM, str(error)[:80]) from error

    def _rle(self, start: int, words: NDArray[np.uint16]) -> tuple[memoryview, int]:
        """The room of a file with the coded frame at ``start``, and the frame's size.

        PS3.5 annex G: byte planes, most significant first, every row PackBits coded by itself.
        """
        rows, columns = words.shape
        most = rows * (columns + columns // _LITERAL + 2)
        room = self._room.of(start + _SEGMENTS.size + 2 * (most + 1) + 1 + _END.size)
        np.right_shift(words, 8, out=self._plane, casting="unsafe")
        first = start + _SEGMENTS.size
        second = first + _pack(self._plane, room[first : first + most])
        if (second - first) % 2:
            room[second] = 0
            second += 1
        end = second + self._low_bytes(words, room[second : second + most])
        _SEGMENTS.pack_into(room, start, 2, first - start, second - start, *([0] * 13))
        return room, end - start

    def _low_bytes(self, words: NDArray[np.uint16], room: memoryview) -> int:
        """The least significant bytes, PackBits coded by rows; how many it became. Noise has no runs: it is taken as
        it is, 1 % longer than what a search for runs gives and ten times sooner.
        """
        rows, columns = words.shape
        if self._coded % _LOOK_AGAIN == 0:  # what is noisy in one slice is in its neighbours
            sample = words[::8].astype(np.uint8)
            self._noisy = bool(np.count_nonzero(sample[:, 1:] == sample[:, :-1]) <= _WORTH_LOOKING * sample.size)
        self._coded += 1
        if columns % _LITERAL or not self._noisy:
            np.copyto(self._plane, words, casting="unsafe")
            return _pack(self._plane, room)
        size = rows * (columns + columns // _LITERAL)
        coded = np.frombuffer(room, np.uint8, size).reshape(rows, columns // _LITERAL, _LITERAL + 1)
        coded[:, :, 0] = _LITERAL - 1
        coded[:, :, 1:] = words.reshape(rows, -1, _LITERAL)  # the low byte of each
        return size


def _pack(plane: NDArray[np.uint8], room: Any) -> int:
    """``plane`` PackBits coded by rows at the beginning of ``room``; how many bytes it became."""
    from imagecodecs import packbits_encode

    return len(packbits_encode(plane, axis=-1, out=room))


def _compressed(words: NDArray[np.uint16], compress: str) -> bytes:
    import imagecodecs

    words = np.ascontiguousarray(words)
    if compress == "jpegls":
        most = 2 * words.nbytes + 4096  # pure noise becomes longer than it was, and the coder expects less of it
        return _without_spiff(bytes(imagecodecs.jpegls_encode(words, level=0, out=most)))
    return bytes(imagecodecs.htj2k_encode(words, reversible=True))


def _without_spiff(stream: bytes) -> bytes:
    """JPEG-LS without the SPIFF header that the encoder adds: DICOM carries the bare code stream."""
    position = 2
    while stream[position : position + 2] == b"\xff\xe8":
        position += 2 + unpack_from(">H", stream, position + 2)[0]
    return stream[:2] + stream[position:]
