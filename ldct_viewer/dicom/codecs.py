"""The native decoders: one coded frame in, stored words out. Only the decoder's own process runs them.

What comes in here has passed the checks of ``syntax`` (size, end marker), and still is somebody else's
bytes in somebody else's C: hence the process with limits (``decoder_process``).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Job(NamedTuple):
    """What to decode: the decoder's name, the image's size, bytes a pixel, and how carefully."""

    decoder: str
    rows: int
    columns: int
    pixel_bytes: int
    prove_complete: bool = False

    @property
    def frame_bytes(self) -> int:
        """Bytes of the frame as the header declares it."""
        return self.rows * self.columns * self.pixel_bytes


class CutError(ValueError):
    """The stream ends before the image does."""


def run(job: Job, data: bytes) -> NDArray[Any]:
    """Stored words (rows, columns) of one coded frame.

    ``prove_complete`` is for streams put together from fragments: where one is missing in the middle, the
    end marker is there all the same, and the JPEG decoder fills up silently. Such streams are decoded a
    second time with other filling; only a complete one gives the same picture. (Measured: libjpeg-turbo
    takes 40 of 40 streams cut and closed with a forged end marker; so do lj92 and jpegsof3, which also
    crash on damaged input where libjpeg-turbo does not.)

    Raises CutError, and whatever the decoders raise.
    """
    decode = DECODERS[job.decoder]
    if job.prove_complete and job.decoder == "jpeg" and _is_progressive(data):
        # A piece that is missing between two scans shows nowhere, the proof below included.
        raise ValueError("a progressive JPEG in several fragments cannot be proven complete")
    words = decode(job, data)
    if job.prove_complete and job.decoder == "jpeg":
        end = data.rindex(b"\xff\xd9")
        if not np.array_equal(words, decode(job, data[:end] + b"\xff\x00" * 4096 + b"\xff\xd9")):
            raise CutError("a part of the compressed image is missing")
    return words


def _is_progressive(data: bytes) -> bool:
    """True for a JPEG stream whose frame header is SOF2."""
    position = 2
    while position + 4 <= len(data) and data[position] == 0xFF and data[position + 1] != 0xDA:
        if data[position + 1] == 0xC2:
            return True
        filler = data[position + 1] == 0xFF
        position += 1 if filler else 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return False


def _rle(job: Job, data: bytes) -> NDArray[Any]:
    """PS3.5 annex G: byte planes, most significant first, each PackBits coded."""
    from imagecodecs import packbits_decode

    planes = job.pixel_bytes
    starts = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "little") for i in range(planes)] + [len(data)]
    if starts[0] < 64 or any(a >= b for a, b in pairwise(starts)):
        raise ValueError("RLE segment table")
    pixels = job.rows * job.columns
    words = np.empty((pixels, planes), np.uint8)
    for plane in range(planes):
        segment = data[starts[plane] : starts[plane + 1]]
        size, used = _packbits_size(segment, pixels)
        if size < pixels:
            raise CutError(f"RLE segment of {size} instead of {pixels} bytes")
        if size != pixels or (len(segment) - used > 3 and segment[used:].strip(b"\0\x80")):
            raise ValueError("RLE segment longer than the image")
        # little-endian words: the first plane is the most significant byte
        words[:, planes - 1 - plane] = np.frombuffer(packbits_decode(segment[:used]), np.uint8)
    return words.view(f"<u{planes}").reshape(job.rows, job.columns)


def _packbits_size(segment: bytes, limit: int) -> tuple[int, int]:
    """(decoded length, bytes used) of a PackBits segment, known before anything is decoded or allocated."""
    size = position = 0
    end = len(segment)
    while position < end and size < limit:
        control = segment[position]
        if control < 128:
            size += control + 1
            position += control + 2
            if position > end:
                return size - (position - end), end
        elif control > 128:
            if position + 1 >= end:
                break
            size += 257 - control
            position += 2
        else:
            position += 1
    return size, position


def _jpeg(job: Job, data: bytes) -> NDArray[Any]:
    from imagecodecs import jpeg8_decode

    return jpeg8_decode(data)


def _jpegls(job: Job, data: bytes) -> NDArray[Any]:
    from imagecodecs import jpegls_decode

    return jpegls_decode(data)


def _jpeg2k(job: Job, data: bytes) -> NDArray[Any]:
    from imagecodecs import jpeg2k_decode

    return jpeg2k_decode(data, numthreads=1)


DECODERS: dict[str, Callable[[Job, bytes], NDArray[Any]]] = {
    "rle": _rle,
    "jpeg": _jpeg,
    "jpegls": _jpegls,
    "jpeg2k": _jpeg2k,
}


def load_all() -> None:
    """Import the decoders, so that the first frame does not wait for them."""
    from imagecodecs import jpeg2k_decode, jpeg8_decode, jpegls_decode, packbits_decode  # noqa: F401
