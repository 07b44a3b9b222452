"""Files put together in memory that is used again: what is in them is what was put in, and nothing of the last one."""

from __future__ import annotations

from struct import pack_into

import numpy as np
import pytest
from numpy.typing import NDArray

from ldct_viewer.dicom.codecs import Job
from ldct_viewer.dicom.codecs import run as careful
from ldct_viewer.dicom.codes import FileProblem
from ldct_viewer.dicom.encoding import SYNTAX_OF
from ldct_viewer.dicom.files import FileRef
from ldct_viewer.dicom.frame_coding import FrameCoder
from ldct_viewer.dicom.header import PixelSpec, Slice
from ldct_viewer.dicom.source import Room

HEAD = b"h" * 101
COMPRESSIONS = list(SYNTAX_OF)


def written(compress: str, rows: int, columns: int, allocated: int = 16) -> Slice:
    spec = PixelSpec(rows, columns, allocated, allocated, allocated - 1, False, SYNTAX_OF[compress], True)
    offset = len(HEAD) + 12
    length = rows * columns * 2 if compress == "none" else 0xFFFFFFFF
    return Slice(FileRef("x"), spec, "1.2", (0, 0, 0), (1, 0, 0, 0, 1, 0), (1, 1), offset, length)  # type: ignore[arg-type]


def pictures(rows: int, columns: int) -> list[NDArray[np.uint16]]:
    """Noise, no noise, runs in either byte, and steps that make segments of odd length."""
    rng = np.random.default_rng(rows + columns)
    noise = rng.integers(0, 65536, (rows, columns)).astype(np.uint16)
    steps = np.repeat(rng.integers(0, 65536, rows * columns), 3)[: rows * columns].reshape(rows, columns)
    tissue = (1024 + rng.normal(0, 20, (rows, columns))).astype(np.uint16)
    return [noise, np.zeros_like(noise), noise & 0xFF00, noise & 0x00FF, steps.astype(np.uint16), tissue, noise]


@pytest.mark.parametrize("compress", COMPRESSIONS)
@pytest.mark.parametrize("shape", [(7, 9), (5, 128), (16, 16), (3, 300), (40, 512)])
def test_words_come_back_one_picture_after_the_other(compress: str, shape: tuple[int, int]) -> None:
    coder, item = FrameCoder(compress, *shape), written(compress, *shape)
    for words in pictures(*shape):
        file = bytes(coder.file(HEAD, words))
        assert file.startswith(HEAD) and len(file) % 2 == len(HEAD) % 2
        np.testing.assert_array_equal(coder.words(memoryview(file), item), words)


@pytest.mark.parametrize("shape", [(1, 1), (7, 9), (5, 128), (3, 300), (40, 512)])
def test_rle_is_what_the_careful_decoder_takes(shape: tuple[int, int]) -> None:
    coder = FrameCoder("rle", *shape)
    for words in pictures(*shape):
        frame = bytes(coder.file(HEAD, words))[len(HEAD) + 28 : -8]
        np.testing.assert_array_equal(careful(Job("rle", *shape, 2), frame), words)


@pytest.mark.parametrize("picture", range(6))
@pytest.mark.parametrize("shape", [(4, 128), (7, 9)])
def test_every_byte_of_a_coded_file_counts(shape: tuple[int, int], picture: int) -> None:
    """Each byte of an RLE file changed: an error, other words, or a place in the header that says nothing."""
    coder, item = FrameCoder("rle", *shape), written("rle", *shape)
    words = pictures(*shape)[picture]
    good = bytes(coder.file(HEAD, words))
    start = len(HEAD) + 12
    silent = []
    for at in range(start, len(good)):
        bad = bytearray(good)
        bad[at] ^= 0x41
        try:
            if np.array_equal(coder.words(memoryview(bad), item), words):
                silent.append(at - start)
        except FileProblem:
            pass
    padding = {len(good) - 9 - start}  # the zero after a segment of odd length, if there is one
    assert set(silent) - padding <= set(range(len(good) - 8 - start, len(good) - start)), silent


@pytest.mark.parametrize("at,value", [(0, 1), (0, 3), (4, 66), (8, 64), (8, 1 << 20), (12, 1), (60, 1)])
def test_a_segment_table_that_is_not_ours_is_refused(at: int, value: int) -> None:
    coder, item = FrameCoder("rle", 7, 9), written("rle", 7, 9)
    file = bytearray(coder.file(HEAD, pictures(7, 9)[0]))
    pack_into("<L", file, len(HEAD) + 28 + at, value)
    with pytest.raises(FileProblem):
        coder.words(memoryview(file), item)


@pytest.mark.parametrize("other", [written("none", 7, 9), written("rle", 9, 7), written("rle", 7, 9, allocated=8)])
def test_another_layout_or_syntax_is_refused(other: Slice) -> None:
    coder = FrameCoder("rle", 7, 9)
    file = bytes(coder.file(HEAD, pictures(7, 9)[0]))
    with pytest.raises(FileProblem):
        coder.words(memoryview(file), other)


def test_an_unknown_compression_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        FrameCoder("zip", 7, 9)


def test_room_grows_and_is_used_again() -> None:
    room = Room()
    first = room.of(10)
    first[:] = b"0123456789"
    assert room.of(4) == b"0123" and len(room.of(1000)) == 1000
