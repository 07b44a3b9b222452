"""Where a frame's coded bytes are inside a file: native offsets or encapsulated fragments (PS3.5 A.4)."""

from __future__ import annotations

from struct import Struct

from .codes import FileProblem, Reason
from .source import ByteSource
from .wire import ITEM, SEQUENCE_END, UNDEFINED

_HEADER = Struct("<HHL")
_STARTS = (b"\xff\xd8", b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0c")


def native_frame(source: ByteSource, offset: int, frame: int, frame_bytes: int) -> bytes:
    """One uncompressed frame; exactly ``frame_bytes`` long or ``truncated``."""
    data = source.read(offset + frame * frame_bytes, frame_bytes)
    if len(data) != frame_bytes:
        raise FileProblem(Reason.TRUNCATED, "pixel data")
    return data


def check_native_length(length: int, expected: int, offset: int, size: int) -> None:
    """Refuse native pixel data whose declared length does not fit the image or the file."""
    if length == UNDEFINED:
        raise FileProblem(Reason.BAD_PIXEL_LENGTH, "compressed pixel data under an uncompressed transfer syntax")
    if offset + length > size:
        raise FileProblem(Reason.TRUNCATED, "pixel data")
    if length not in (expected, expected + expected % 2):
        raise FileProblem(Reason.BAD_PIXEL_LENGTH, f"{length} bytes instead of {expected}")


def encapsulated_frame(source: ByteSource, offset: int, frame: int, frames: int) -> bytes:
    """The joined fragments of one compressed frame."""
    return b"".join(encapsulated_fragments(source, offset, frame, frames))


def encapsulated_fragments(source: ByteSource, offset: int, frame: int, frames: int) -> list[bytes]:
    """The fragments of one compressed frame."""
    return [_exact(source, start, length) for start, length in fragment_places(source, offset, frame, frames)]


def fragment_places(source: ByteSource, offset: int, frame: int, frames: int) -> list[tuple[int, int]]:
    """(start, length) of the fragments of one compressed frame; every declared length is checked against the file."""
    fragments, table = _fragments(source, offset)
    if not fragments:
        raise FileProblem(Reason.NO_PIXELS)
    if frames == 1:
        groups = [fragments]
    elif len(fragments) == frames:
        groups = [[fragment] for fragment in fragments]
    else:
        groups = _group(source, fragments, table, frames)
    return groups[frame]


def _exact(source: ByteSource, start: int, length: int) -> bytes:
    data = source.read(start, length)
    if len(data) != length:
        raise FileProblem(Reason.TRUNCATED, "pixel data")
    return data


def _fragments(source: ByteSource, offset: int) -> tuple[list[tuple[int, int]], bytes]:
    """(start, length) of every fragment after the basic offset table, and that table."""
    fragments: list[tuple[int, int]] = []
    table = b""
    first = True
    while offset + 8 <= source.size:
        header = source.read(offset, 8)
        if len(header) < 8:
            break
        group, element, length = _HEADER.unpack(header)
        tag = group << 16 | element
        if tag == SEQUENCE_END:
            return fragments, table
        if tag != ITEM or length == UNDEFINED:
            raise FileProblem(Reason.BAD_STREAM, "fragment")
        if offset + 8 + length > source.size:
            raise FileProblem(Reason.TRUNCATED, "pixel data")
        if first:
            table = _exact(source, offset + 8, length) if length <= 1 << 20 else b""
        elif length:
            fragments.append((offset + 8, length))
        if len(fragments) > 100_000:
            raise FileProblem(Reason.TOO_LARGE, "fragments")
        first = False
        offset += 8 + length
    if not fragments:
        raise FileProblem(Reason.TRUNCATED, "pixel data")
    return fragments, table  # no delimiter at the end: the code stream's own end marker decides


def _group(
    source: ByteSource, fragments: list[tuple[int, int]], table: bytes, frames: int
) -> list[list[tuple[int, int]]]:
    """Fragments by frame: from the offset table if it fits, else a new frame at every start marker."""
    if len(table) == 4 * frames:
        starts = set(Struct(f"<{frames}L").unpack(table))
        base = fragments[0][0] - 8
        is_start = [start - 8 - base in starts for start, _ in fragments]
    else:
        is_start = [source.read(start, 4).startswith(_STARTS) for start, _ in fragments]
    groups: list[list[tuple[int, int]]] = []
    for fragment, starts_frame in zip(fragments, is_start, strict=True):
        if starts_frame or not groups:
            groups.append([])
        groups[-1].append(fragment)
    if len(groups) != frames:
        raise FileProblem(Reason.BAD_STREAM, f"{len(groups)} coded frames instead of {frames}")
    return groups
