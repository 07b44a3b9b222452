"""A small DICOM element reader for untrusted files (PS3.5 §7, PS3.10 §7).

It walks the top level once, keeps the few attributes that are asked for, skips everything else by
length, and never recurses: nesting, declared lengths and header size are all bounded. Two to five times
faster than a general library, and nothing in a file can make it allocate more than what it keeps.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from struct import Struct
from typing import NamedTuple

from .codes import FileProblem, Reason
from .sequences import MAX_ELEMENTS, Window, require, skip_sequence
from .source import ByteSource, InflatedBytes
from .stretches import LITERAL, Known, Memory, Piece
from .wire import (
    BE,
    BE_EXPLICIT,
    BE_LONG,
    LE,
    LE_EXPLICIT,
    LE_LONG,
    LONG,
    SHORT,
    UNDEFINED,
    VRS,
)

MAX_HEADER = 128 << 20  # enhanced CT with thousands of frames stays below 50 MB
MAX_VALUE = 1 << 16
# A tag as one number (its halves swapped in little endian), VR, length.
_LE_TAG_VR, _BE_TAG_VR = Struct("<L2sH"), Struct(">L2sH")
_LE_TAG, _BE_TAG = Struct("<LL"), Struct(">LL")

PIXEL_DATA, FLOAT_PIXELS, DOUBLE_PIXELS = 0x7FE00010, 0x7FE00008, 0x7FE00009
_PIXELS = frozenset((PIXEL_DATA, FLOAT_PIXELS, DOUBLE_PIXELS))
TRANSFER_SYNTAX, MEDIA_CLASS = 0x00020010, 0x00020002
IMPLICIT_LE, EXPLICIT_LE, DEFLATED, EXPLICIT_BE = (
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2.1.99",
    "1.2.840.10008.1.2.2",
)


@dataclass
class Parsed:
    """What the walk found. ``values`` are raw bytes; ``sequences`` are (offset, length) in ``data``."""

    data: ByteSource
    syntax: str = ""
    little: bool = True
    explicit: bool = True
    values: dict[int, bytes] = field(default_factory=dict)
    meta: dict[int, bytes] = field(default_factory=dict)
    sequences: dict[int, tuple[int, int]] = field(default_factory=dict)
    pixel_offset: int = -1
    pixel_length: int = 0
    start: int = 0  # of the data set, in the file
    preamble: bool = True
    wrong_syntax: bool = False


def parse(source: ByteSource, wanted: Collection[int], wanted_sequences: Collection[int] = ()) -> Parsed:
    """Walk one file up to its pixel data.

    Raises FileProblem: ``not_dicom``, ``empty_file``, ``truncated``, ``malformed``, ``nested``,
    ``too_large``, ``bomb``.
    """
    if source.size == 0:
        raise FileProblem(Reason.EMPTY_FILE)
    window = Window(source, min(source.size, MAX_HEADER))
    start = window.at(0, min(source.size, 144))
    head = window.bytes[start : start + 144]
    parsed = Parsed(source)
    position = 132
    magic = head[128:132] == b"DICM"
    if magic and not _plausible_start(head[132:], source.size) and _plausible_start(head, source.size):
        magic = False  # a data set without preamble whose text happens to say so there
    if not magic:
        parsed.preamble = False
        # Met in the wild: only the magic, nothing at all, one stray byte in front, the preamble without the magic.
        starts = (4,) if head[:4] == b"DICM" else (0, 1, 128)
        plausible = [start for start in starts if _plausible_start(head[start:], source.size)]
        if not plausible:
            kind = "tar archive" if window.bytes[257:262] == b"ustar" else _looks_like(head)
            raise FileProblem(Reason.ARCHIVE if kind.endswith("archive") else Reason.NOT_DICOM, kind)
        position = plausible[0]
    position = parsed.start = _read_meta(window, position, parsed)
    parsed.syntax = text(parsed.meta.get(TRANSFER_SYNTAX, b""))
    if parsed.syntax == DEFLATED:
        parsed.data = InflatedBytes(source, position)
        window = Window(parsed.data, min(parsed.data.size, MAX_HEADER))
        position = 0
    _detect_encoding(window, position, parsed)
    _walk(window, position, parsed, frozenset(wanted), frozenset(wanted_sequences))
    return parsed


def text(raw: bytes) -> str:
    """An ASCII value without its padding; bytes beyond ASCII become ``?``."""
    return raw.decode("ascii", "replace").replace("�", "?").strip(" \0\t\r\n")


def _plausible_start(head: bytes, size: int) -> bool:
    """Could this be a data set without preamble: a group 2 or 8 element of sane length, first thing."""
    if len(head) < 8:
        return False
    for packed, explicit in ((LE, LE_EXPLICIT), (BE, BE_EXPLICIT)):
        group, element, length = packed.unpack_from(head)
        if group not in (0x0002, 0x0008) or element > 0x0070:
            continue
        if head[4:6] in VRS:
            length = explicit.unpack_from(head)[3]
        elif packed is BE:
            continue  # implicit VR is never big endian
        if length <= 256 and length < size:
            return True
    return False


def _looks_like(head: bytes) -> str:
    for magic, name in (
        (b"\x00\x05\x16\x07", "macOS resource file"),
        (b"%PDF", "PDF"),
        (b"\xff\xd8\xff", "JPEG picture"),
        (b"\x89PNG", "PNG picture"),
        (b"MZ", "program"),
        (b"\x7fELF", "program"),
        (b"PK\x03\x04", "ZIP archive"),
        (b"\x1f\x8b", "gzip archive"),
        (b"7z\xbc\xaf\x27\x1c", "7-Zip archive"),
        (b"Rar!\x1a\x07", "RAR archive"),
        (b"\xfd7zXZ\0", "xz archive"),
        (b"BZh", "bzip2 archive"),
    ):
        if head.startswith(magic):
            return name
    return ""


def _read_meta(window: Window, position: int, parsed: Parsed) -> int:
    """Group 2, always explicit little endian; returns where the data set starts."""
    for _ in range(64):
        i = position - window.base
        if i + 8 > len(window.bytes) and (i := window.at(position, 8)) < 0:
            break
        group, element, vr, length = LE_EXPLICIT.unpack_from(window.bytes, i)
        if group != 0x0002:
            break
        header = 8
        if vr in LONG:
            i = require(window, position, 12)
            length, header = LE_LONG.unpack_from(window.bytes, i + 8)[0], 12
        elif vr not in SHORT:  # group 2 written in implicit VR against the rule
            length = LE_LONG.unpack_from(window.bytes, i + 4)[0]
        if length > MAX_VALUE and element != 0x0102:
            raise FileProblem(Reason.MALFORMED, "file meta information")
        if position + header + length > window.source.size:
            raise FileProblem(Reason.TRUNCATED, "file meta information")
        if length <= MAX_VALUE:
            if i + header + length > len(window.bytes):
                i = require(window, position, header + length)
            parsed.meta[0x00020000 | element] = window.bytes[i + header : i + header + length]
        position += header + length
    return position


def _detect_encoding(window: Window, position: int, parsed: Parsed) -> None:
    """Byte order and VR style of the data set as the bytes are, not only as the header claims."""
    i = require(window, position, 8)
    head = window.bytes[i : i + 8]
    little_group, big_group = LE.unpack(head)[0], BE.unpack(head)[0]
    parsed.little = not (big_group < little_group and big_group in (0x0002, 0x0004, 0x0008, 0x0010))
    parsed.explicit = head[4:6] in VRS
    is_big, is_implicit = parsed.syntax == EXPLICIT_BE, parsed.syntax == IMPLICIT_LE
    if not parsed.syntax:
        actual = {(True, True): EXPLICIT_LE, (True, False): IMPLICIT_LE, (False, True): EXPLICIT_BE}
        parsed.syntax = actual.get((parsed.little, parsed.explicit), "")
        if not parsed.syntax:
            raise FileProblem(Reason.MALFORMED, "implicit VR in big endian")
    elif parsed.little == is_big or parsed.explicit == is_implicit:
        parsed.wrong_syntax = True
        if not parsed.little and not parsed.explicit:
            raise FileProblem(Reason.MALFORMED, "implicit VR in big endian")
        if parsed.syntax in (IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE):
            parsed.syntax = {(1, 1): EXPLICIT_LE, (1, 0): IMPLICIT_LE}.get(
                (int(parsed.little), int(parsed.explicit)), EXPLICIT_BE
            )


class _Plan(NamedTuple):
    """What the walk must know of the attributes that are asked for, in one byte order and style of VR."""

    begin: Struct  # the four bytes of a tag read as one number, VR, short length; or that number, length
    long_length: Struct
    kinds: dict[int, int]  # by that number: the tag of a wanted value, −1 where the walk must look closer
    memory: Memory


@lru_cache(16)
def _plan(wanted: frozenset[int], wanted_sequences: frozenset[int], little: bool, explicit: bool) -> _Plan:
    stops = wanted_sequences | _PIXELS
    kinds = {tag: -1 if tag in stops else tag for tag in wanted | stops}
    if little:
        kinds = {(tag & 0xFFFF) << 16 | tag >> 16: kind for tag, kind in kinds.items()}
    begin = {(1, 1): _LE_TAG_VR, (1, 0): _LE_TAG, (0, 1): _BE_TAG_VR, (0, 0): _BE_TAG}[little, explicit]
    return _Plan(begin, LE_LONG if little else BE_LONG, kinds, Memory())


def _walk(
    window: Window, position: int, parsed: Parsed, wanted: frozenset[int], wanted_sequences: frozenset[int]
) -> None:
    size = parsed.data.size
    plan = _plan(wanted, wanted_sequences, parsed.little, parsed.explicit)
    too_long = Reason.BOMB if isinstance(parsed.data, InflatedBytes) else Reason.TRUNCATED
    start = window.bytes[position - window.base :][:32]  # to what follows the image type: the same in a series
    known = plan.memory.of((parsed.syntax, start))
    left = MAX_ELEMENTS
    while left > 0:
        # Leap from element to element as far as the window reaches; what is not plain is left to _element.
        position, left = _leap(window, position, parsed, plan, known, left)
        if position > size:
            raise FileProblem(too_long, "" if too_long is Reason.BOMB else "header")
        i = window.at(position, 8)
        if i < 0:
            return
        position = _element(window, position, i, parsed, wanted, wanted_sequences)
        left -= 1
        if position < 0:
            return
        if position > size:
            raise FileProblem(too_long, "" if too_long is Reason.BOMB else "header")
    raise FileProblem(Reason.TOO_LARGE, "number of attributes")


def _leap(window: Window, position: int, parsed: Parsed, plan: _Plan, known: Known, left: int) -> tuple[int, int]:
    """Where the first element begins that is not plain or leaves the window, and how many elements are left then."""
    explicit, begin, long_length = parsed.explicit, plan.begin.unpack_from, plan.long_length.unpack_from
    kind_of, values = plan.kinds.get, parsed.values
    data, base = window.bytes, window.base
    i, count = position - base, len(data)  # i is never below 0: the window only moves forward, never past it
    last = count - 8
    pieces: list[Piece] = []
    learning = True
    while i <= last and left > 0:
        first = data[i : i + 8]
        stretch = known.get(first)
        if stretch is not None:
            if pieces:
                plan.memory.learn(known, pieces)
                pieces = []
            if stretch:
                if stretch.size > count - i:
                    learning = False  # it would be learned once more, in parts
                elif stretch.heads(data, i) == stretch.expected or (
                    stretch := plan.memory.shorten(known, stretch, data, i)
                ):
                    if stretch.tags:
                        values.update(zip(stretch.tags, stretch.take(data, i), strict=True))
                    i += stretch.size
                    left -= stretch.count
                    continue
        head = 8
        if explicit:
            key, vr, length = begin(first)
            if vr not in SHORT:
                if vr not in LONG or i + 12 > count:
                    break
                length, head = long_length(data, i + 8)[0], 12
        else:
            key, length = begin(first)
            vr = b""
        tag = kind_of(key, 0)
        if length == UNDEFINED:
            if tag:
                break
            end = skip_sequence(window, base + i + head, parsed.little, explicit and vr != b"UN") - base
            left -= 1
            if window.base != base:
                i = end
                break
            piece = (data[i:end], 0, 0)
        else:
            end = i + head + length
            if tag:
                if tag < 0 or end > count or head > 8 or length > MAX_VALUE:
                    break
                values[tag] = data[i + head : end]
            left -= 1
            piece = (data[i : i + head], length, tag)
        if stretch is None and learning and end <= count and len(piece[0]) <= LITERAL:
            pieces.append(piece)
        elif pieces:  # what is remembered has no gaps
            plan.memory.learn(known, pieces)
            pieces = []
        i = end
    if pieces:
        plan.memory.learn(known, pieces)
    return base + i, left


def _element(
    window: Window, position: int, i: int, parsed: Parsed, wanted: frozenset[int], wanted_sequences: frozenset[int]
) -> int:
    """Take in the element at ``position`` (index ``i`` of the window); where the next starts, −1 at the pixels."""
    little = parsed.little
    long_length = LE_LONG if little else BE_LONG
    vr = b""
    size = 8
    if parsed.explicit:
        group, element, vr, length = (LE_EXPLICIT if little else BE_EXPLICIT).unpack_from(window.bytes, i)
        if vr in LONG:
            i = require(window, position, 12)
            length, size = long_length.unpack_from(window.bytes, i + 8)[0], 12
        elif vr not in SHORT:
            # A lone element in implicit form inside explicit data is met in the wild; read it so.
            if group != 0xFFFC and not (vr.isalpha() and vr.isupper()):
                length = long_length.unpack_from(window.bytes, i + 4)[0]
            elif vr.isalpha():  # a VR of a later edition: PS3.5 says 32 bit length
                i = require(window, position, 12)
                length, size = long_length.unpack_from(window.bytes, i + 8)[0], 12
    else:
        group, element, length = (LE if little else BE).unpack_from(window.bytes, i)
    tag = group << 16 | element
    value_at = position + size
    if tag in _PIXELS:
        if tag != PIXEL_DATA:
            raise FileProblem(Reason.UNSUPPORTED_PIXELS, "floating point pixels")
        parsed.pixel_offset, parsed.pixel_length = value_at, length
        return -1
    if length == UNDEFINED:
        end = skip_sequence(window, value_at, little, parsed.explicit and vr != b"UN")
        if tag in wanted_sequences:
            parsed.sequences[tag] = (value_at, end - value_at)
        return end
    end = value_at + length
    if end > parsed.data.size:
        return end
    if tag in wanted:
        if length > MAX_VALUE:
            raise FileProblem(Reason.MALFORMED, f"({group:04X},{element:04X}) is {length} bytes long")
        i = require(window, position, size + length) + size
        parsed.values[tag] = window.bytes[i : i + length]
    elif tag in wanted_sequences and length:
        parsed.sequences[tag] = (value_at, length)
    return end
