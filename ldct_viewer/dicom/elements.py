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

from .codes import FileProblem, Reason
from .source import ByteSource, InflatedBytes, MemoryBytes
from .wire import (
    BE,
    BE_EXPLICIT,
    BE_LONG,
    ITEM,
    ITEM_END,
    LE,
    LE_EXPLICIT,
    LE_LONG,
    LONG,
    SEQUENCE_END,
    SHORT,
    UNDEFINED,
    VRS,
)

MAX_DEPTH = 64
MAX_HEADER = 128 << 20  # enhanced CT with thousands of frames stays below 50 MB
MAX_VALUE = 1 << 16
MAX_ELEMENTS = 100_000
_WINDOW = 1 << 14
# A tag as one number (its halves swapped in little endian), VR, length.
_LE_TAG_VR, _BE_TAG_VR = Struct("<L2sH"), Struct(">L2sH")
_LE_TAG, _BE_TAG = Struct("<LL"), Struct(">LL")
_LE_FORMS, _BE_FORMS = (LE, LE_EXPLICIT, LE_LONG), (BE, BE_EXPLICIT, BE_LONG)

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


class _Window:
    """A sliding view of a source, so that one small read serves many elements."""

    def __init__(self, source: ByteSource, limit: int) -> None:
        self.source = source
        self.limit = limit
        self.base = 0
        self.bytes = b""

    def at(self, position: int, count: int) -> int:
        """Index in ``bytes`` where ``position`` lies, with ``count`` bytes after it; −1 beyond the end."""
        index = position - self.base
        if index >= 0 and index + count <= len(self.bytes):
            return index
        if position + count > self.source.size:
            return -1
        if position + count > self.limit:
            raise FileProblem(Reason.TOO_LARGE, "header")
        self.base = position
        self.bytes = self.source.read(position, max(count, _WINDOW))
        return 0 if len(self.bytes) >= count else -1


def parse(source: ByteSource, wanted: Collection[int], wanted_sequences: Collection[int] = ()) -> Parsed:
    """Walk one file up to its pixel data.

    Raises FileProblem: ``not_dicom``, ``empty_file``, ``truncated``, ``malformed``, ``nested``,
    ``too_large``, ``bomb``.
    """
    if source.size == 0:
        raise FileProblem(Reason.EMPTY_FILE)
    window = _Window(source, min(source.size, MAX_HEADER))
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
        window = _Window(parsed.data, min(parsed.data.size, MAX_HEADER))
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


def _read_meta(window: _Window, position: int, parsed: Parsed) -> int:
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
            i = _require(window, position, 12)
            length, header = LE_LONG.unpack_from(window.bytes, i + 8)[0], 12
        elif vr not in SHORT:  # group 2 written in implicit VR against the rule
            length = LE_LONG.unpack_from(window.bytes, i + 4)[0]
        if length > MAX_VALUE and element != 0x0102:
            raise FileProblem(Reason.MALFORMED, "file meta information")
        if position + header + length > window.source.size:
            raise FileProblem(Reason.TRUNCATED, "file meta information")
        if length <= MAX_VALUE:
            if i + header + length > len(window.bytes):
                i = _require(window, position, header + length)
            parsed.meta[0x00020000 | element] = window.bytes[i + header : i + header + length]
        position += header + length
    return position


def _require(window: _Window, position: int, count: int) -> int:
    i = window.at(position, count)
    if i < 0:
        raise FileProblem(Reason.TRUNCATED, "header")
    return i


def _detect_encoding(window: _Window, position: int, parsed: Parsed) -> None:
    """Byte order and VR style of the data set as the bytes are, not only as the header claims."""
    i = _require(window, position, 8)
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


@lru_cache(16)
def _kinds(wanted: frozenset[int], stops: frozenset[int], little: bool) -> dict[int, int]:
    """The four bytes of a tag, read as one number: the tag of a wanted value, −1 where the walk must look closer."""
    kinds = {tag: -1 if tag in stops else tag for tag in wanted | stops}
    return {(tag & 0xFFFF) << 16 | tag >> 16: kind for tag, kind in kinds.items()} if little else kinds


def _walk(
    window: _Window, position: int, parsed: Parsed, wanted: frozenset[int], wanted_sequences: frozenset[int]
) -> None:
    size = parsed.data.size
    explicit = (_LE_TAG_VR if parsed.little else _BE_TAG_VR).unpack_from
    implicit = (_LE_TAG if parsed.little else _BE_TAG).unpack_from
    kind_of = _kinds(wanted, wanted_sequences | _PIXELS, parsed.little).get
    too_long = Reason.BOMB if isinstance(parsed.data, InflatedBytes) else Reason.TRUNCATED
    values = parsed.values
    budget = iter(range(MAX_ELEMENTS))  # one for all three loops
    for _ in budget:
        # Leap from element to element as far as the window reaches; what is not plain is left to _element.
        data, i = window.bytes, position - window.base  # never below 0: the window only moves forward, never past i
        count, last = len(data), len(data) - 8
        if parsed.explicit:
            for _ in budget:
                if i > last:
                    break
                key, vr, length = explicit(data, i)
                if vr not in SHORT:
                    break
                end = i + 8 + length
                tag = kind_of(key)
                if tag is not None:
                    if tag < 0 or end > count:
                        break
                    values[tag] = data[i + 8 : end]
                i = end
        else:
            for _ in budget:
                if i > last:
                    break
                key, length = implicit(data, i)
                if length == UNDEFINED:
                    break
                end = i + 8 + length
                tag = kind_of(key)
                if tag is not None:
                    if tag < 0 or end > count or length > MAX_VALUE:
                        break
                    values[tag] = data[i + 8 : end]
                i = end
        position = window.base + i
        if position > size:
            raise FileProblem(too_long, "" if too_long is Reason.BOMB else "header")
        i = window.at(position, 8)
        if i < 0:
            return
        position = _element(window, position, i, parsed, wanted, wanted_sequences)
        if position < 0:
            return
        if position > size:
            raise FileProblem(too_long, "" if too_long is Reason.BOMB else "header")
    raise FileProblem(Reason.TOO_LARGE, "number of attributes")


def _element(
    window: _Window, position: int, i: int, parsed: Parsed, wanted: frozenset[int], wanted_sequences: frozenset[int]
) -> int:
    """Take in the element at ``position`` (index ``i`` of the window); where the next starts, −1 at the pixels."""
    little = parsed.little
    long_length = LE_LONG if little else BE_LONG
    vr = b""
    size = 8
    if parsed.explicit:
        group, element, vr, length = (LE_EXPLICIT if little else BE_EXPLICIT).unpack_from(window.bytes, i)
        if vr in LONG:
            i = _require(window, position, 12)
            length, size = long_length.unpack_from(window.bytes, i + 8)[0], 12
        elif vr not in SHORT:
            # A lone element in implicit form inside explicit data is met in the wild; read it so.
            if group != 0xFFFC and not (vr.isalpha() and vr.isupper()):
                length = long_length.unpack_from(window.bytes, i + 4)[0]
            elif vr.isalpha():  # a VR of a later edition: PS3.5 says 32 bit length
                i = _require(window, position, 12)
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
        end = _skip_sequence(window, value_at, little, parsed.explicit and vr != b"UN")
        if tag in wanted_sequences:
            parsed.sequences[tag] = (value_at, end - value_at)
        return end
    end = value_at + length
    if end > parsed.data.size:
        return end
    if tag in wanted:
        if length > MAX_VALUE:
            raise FileProblem(Reason.MALFORMED, f"({group:04X},{element:04X}) is {length} bytes long")
        i = _require(window, position, size + length) + size
        parsed.values[tag] = window.bytes[i : i + length]
    elif tag in wanted_sequences and length:
        parsed.sequences[tag] = (value_at, length)
    return end


def sequence_end(data: bytes, position: int) -> int:
    """Where an explicit little endian sequence of undefined length ends whose items begin at ``position``."""
    return _skip_sequence(_Window(MemoryBytes(data), len(data)), position, little=True, explicit=True)


def _skip_sequence(window: _Window, position: int, little: bool, explicit: bool) -> int:
    """End of a sequence of undefined length, walked with a stack of our own (never the interpreter's)."""
    # An UN of undefined length is implicit little endian inside, whatever is around it (PS3.5 6.2.2, CP 246).
    stack = [(True, explicit, little or not explicit)]  # (inside a sequence?, explicit VR?, little endian?)
    size = window.source.size
    for _ in range(20 * MAX_ELEMENTS):
        in_sequence, is_explicit, is_little = stack[-1]
        header, explicit_header, long_length = _LE_FORMS if is_little else _BE_FORMS
        i = position - window.base
        if not 0 <= i <= len(window.bytes) - 8:
            i = _require(window, position, 8)
        vr = b""
        if is_explicit and not in_sequence:
            group, element, vr, length = explicit_header.unpack_from(window.bytes, i)
            position += 8
            if vr in SHORT and group != 0xFFFE:
                position += length
                if position > size:
                    raise FileProblem(Reason.TRUNCATED, "sequence")
                continue
            if group == 0xFFFE:
                length = long_length.unpack_from(window.bytes, i + 4)[0]
            elif vr in LONG:
                i = _require(window, position, 4)
                length = long_length.unpack_from(window.bytes, i)[0]
                position += 4
            else:
                raise FileProblem(Reason.MALFORMED, "sequence")
        else:
            group, element, length = header.unpack_from(window.bytes, i)
            position += 8
        tag = group << 16 | element
        if in_sequence:
            if tag == SEQUENCE_END:
                stack.pop()
                if not stack:
                    return position
            elif tag != ITEM:
                raise FileProblem(Reason.MALFORMED, "sequence")
            elif length == UNDEFINED:
                stack.append((False, is_explicit, is_little))
            else:
                position += length
        elif tag == ITEM_END:
            stack.pop()
        elif length == UNDEFINED:
            unknown = vr == b"UN"
            stack.append((True, is_explicit and not unknown, is_little or unknown))
        else:
            position += length
        if len(stack) > 2 * MAX_DEPTH:
            raise FileProblem(Reason.NESTED)
        if position > size:
            raise FileProblem(Reason.TRUNCATED, "sequence")
    raise FileProblem(Reason.TOO_LARGE, "sequence")
