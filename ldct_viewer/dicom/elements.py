"""A small DICOM element reader for untrusted files (PS3.5 §7, PS3.10 §7).

It walks the top level once, keeps the few attributes that are asked for, skips everything else by
length, and never recurses: nesting, declared lengths and header size are all bounded. Two to five times
faster than a general library, and nothing in a file can make it allocate more than what it keeps.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from struct import Struct

from .codes import FileProblem, Reason
from .source import ByteSource, InflatedBytes

MAX_DEPTH = 64
MAX_HEADER = 128 << 20  # enhanced CT with thousands of frames stays below 50 MB
MAX_VALUE = 1 << 16
MAX_ELEMENTS = 100_000
UNDEFINED = 0xFFFFFFFF
_WINDOW = 1 << 14

ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
PIXEL_DATA, FLOAT_PIXELS, DOUBLE_PIXELS = 0x7FE00010, 0x7FE00008, 0x7FE00009
TRANSFER_SYNTAX, MEDIA_CLASS = 0x00020010, 0x00020002
IMPLICIT_LE, EXPLICIT_LE, DEFLATED, EXPLICIT_BE = (
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2.1.99",
    "1.2.840.10008.1.2.2",
)

_LONG = frozenset((b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"SQ", b"UT", b"UN", b"UC", b"UR", b"SV", b"UV"))
_SHORT = frozenset(b"AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US".split())
_VRS = _LONG | _SHORT
# Implicit VR does not say what is a sequence; an undefined length says it.
_LE, _BE = Struct("<HHL"), Struct(">HHL")
_LE_EXPLICIT, _BE_EXPLICIT = Struct("<HH2sH"), Struct(">HH2sH")
_LE_LONG, _BE_LONG = Struct("<L"), Struct(">L")


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
    if head[128:132] != b"DICM":
        parsed.preamble = False
        # Met in the wild: only the magic, nothing at all, one stray byte in front.
        starts = (4,) if head[:4] == b"DICM" else (0, 1)
        plausible = [start for start in starts if _plausible_start(head[start:], source.size)]
        if not plausible:
            raise FileProblem(Reason.NOT_DICOM, _looks_like(head))
        position = plausible[0]
    position = _read_meta(window, position, parsed)
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
    for packed, explicit in ((_LE, _LE_EXPLICIT), (_BE, _BE_EXPLICIT)):
        group, element, length = packed.unpack_from(head)
        if group not in (0x0002, 0x0008) or element > 0x0070:
            continue
        if head[4:6] in _VRS:
            length = explicit.unpack_from(head)[3]
        elif packed is _BE:
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
    ):
        if head.startswith(magic):
            return name
    return ""


def _read_meta(window: _Window, position: int, parsed: Parsed) -> int:
    """Group 2, always explicit little endian; returns where the data set starts."""
    for _ in range(64):
        i = window.at(position, 8)
        if i < 0:
            break
        group, element, vr, length = _LE_EXPLICIT.unpack_from(window.bytes, i)
        if group != 0x0002:
            break
        header = 8
        if vr in _LONG:
            i = _require(window, position, 12)
            length, header = _LE_LONG.unpack_from(window.bytes, i + 8)[0], 12
        elif vr not in _SHORT:  # group 2 written in implicit VR against the rule
            length = _LE_LONG.unpack_from(window.bytes, i + 4)[0]
        if length > MAX_VALUE and element != 0x0102:
            raise FileProblem(Reason.MALFORMED, "file meta information")
        if position + header + length > window.source.size:
            raise FileProblem(Reason.TRUNCATED, "file meta information")
        if length <= MAX_VALUE:
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
    little_group, big_group = _LE.unpack(head)[0], _BE.unpack(head)[0]
    parsed.little = not (big_group < little_group and big_group in (0x0002, 0x0004, 0x0008, 0x0010))
    parsed.explicit = head[4:6] in _VRS
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


def _walk(
    window: _Window, position: int, parsed: Parsed, wanted: frozenset[int], wanted_sequences: frozenset[int]
) -> None:
    little, explicit = parsed.little, parsed.explicit
    implicit_header = _LE if little else _BE
    explicit_header = _LE_EXPLICIT if little else _BE_EXPLICIT
    long_length = _LE_LONG if little else _BE_LONG
    size = parsed.data.size
    inflated = isinstance(parsed.data, InflatedBytes)
    for _ in range(MAX_ELEMENTS):
        i = window.at(position, 8) if position + 8 <= size else -1
        if i < 0:
            return
        vr = b""
        if explicit:
            group, element, vr, length = explicit_header.unpack_from(window.bytes, i)
            header = 8
            if vr in _LONG:
                i = _require(window, position, 12)
                length, header = long_length.unpack_from(window.bytes, i + 8)[0], 12
            elif vr not in _SHORT:
                # A lone element in implicit form inside explicit data is met in the wild; read it so.
                if group != 0xFFFC and not (vr.isalpha() and vr.isupper()):
                    length = long_length.unpack_from(window.bytes, i + 4)[0]
                elif vr.isalpha():  # a VR of a later edition: PS3.5 says 32 bit length
                    i = _require(window, position, 12)
                    length, header = long_length.unpack_from(window.bytes, i + 8)[0], 12
        else:
            group, element, length = implicit_header.unpack_from(window.bytes, i)
            header = 8
        tag = group << 16 | element
        value_at = position + header
        if group == 0x7FE0 and tag in (PIXEL_DATA, FLOAT_PIXELS, DOUBLE_PIXELS):
            if tag != PIXEL_DATA:
                raise FileProblem(Reason.UNSUPPORTED_PIXELS, "floating point pixels")
            parsed.pixel_offset, parsed.pixel_length = value_at, length
            return
        if length == UNDEFINED:
            end = _skip_sequence(window, value_at, little, explicit and vr != b"UN")
            if tag in wanted_sequences:
                parsed.sequences[tag] = (value_at, end - value_at)
            position = end
            continue
        end = value_at + length
        if end > size:
            raise FileProblem(Reason.TRUNCATED, "header") if not inflated else FileProblem(Reason.BOMB)
        if tag in wanted:
            if length > MAX_VALUE:
                raise FileProblem(Reason.MALFORMED, f"({group:04X},{element:04X}) is {length} bytes long")
            i = _require(window, position, header + length)
            parsed.values[tag] = window.bytes[i + header : i + header + length]
        elif tag in wanted_sequences and length:
            parsed.sequences[tag] = (value_at, length)
        position = end
    raise FileProblem(Reason.TOO_LARGE, "number of attributes")


def _skip_sequence(window: _Window, position: int, little: bool, explicit: bool) -> int:
    """End of a sequence of undefined length, walked with a stack of our own (never the interpreter's)."""
    stack = [(True, explicit)]  # (inside a sequence?, explicit VR?)
    header = _LE if little else _BE
    explicit_header = _LE_EXPLICIT if little else _BE_EXPLICIT
    long_length = _LE_LONG if little else _BE_LONG
    for _ in range(20 * MAX_ELEMENTS):
        in_sequence, is_explicit = stack[-1]
        i = _require(window, position, 8)
        group, element, length = header.unpack_from(window.bytes, i)
        tag, position = group << 16 | element, position + 8
        if in_sequence:
            if tag == SEQUENCE_END:
                stack.pop()
            elif tag != ITEM:
                raise FileProblem(Reason.MALFORMED, "sequence")
            elif length == UNDEFINED:
                stack.append((False, is_explicit))
            else:
                position += length
        elif tag == ITEM_END:
            stack.pop()
        else:
            vr = b""
            if is_explicit and group != 0xFFFE:
                _, _, vr, length = explicit_header.unpack_from(window.bytes, i)
                if vr in _LONG:
                    i = _require(window, position, 4)
                    length = long_length.unpack_from(window.bytes, i)[0]
                    position += 4
                elif vr not in _SHORT:
                    raise FileProblem(Reason.MALFORMED, "sequence")
            if length == UNDEFINED:
                stack.append((True, is_explicit and vr != b"UN"))
            else:
                position += length
        if not stack:
            return position
        if len(stack) > 2 * MAX_DEPTH:
            raise FileProblem(Reason.NESTED)
        if position > window.source.size:
            raise FileProblem(Reason.TRUNCATED, "sequence")
    raise FileProblem(Reason.TOO_LARGE, "sequence")


Item = dict[int, "bytes | list[Item]"]


def parse_items(raw: bytes, little: bool, explicit: bool, depth: int = 0) -> list[Item]:
    """The items of a sequence value as dictionaries tag → bytes or nested list (at most 8 deep).

    For the functional groups of multi-frame images, which are a few levels deep.
    """
    items, position, _ = _items(raw, (0, len(raw)), little, explicit, depth)
    if position > len(raw):
        raise FileProblem(Reason.MALFORMED, "sequence")
    return items


def _items(raw: bytes, span: tuple[int, int], little: bool, explicit: bool, depth: int) -> tuple[list[Item], int, bool]:
    position, end = span
    if depth > 8:
        raise FileProblem(Reason.NESTED)
    header = _LE if little else _BE
    items: list[Item] = []
    while position + 8 <= end:
        group, element, length = header.unpack_from(raw, position)
        tag, position = group << 16 | element, position + 8
        if tag == SEQUENCE_END:
            return items, position, True
        if tag != ITEM:
            raise FileProblem(Reason.MALFORMED, "sequence")
        stop = end if length == UNDEFINED else position + length
        if stop > end:
            raise FileProblem(Reason.TRUNCATED, "sequence")
        item, position = _item(raw, (position, stop), little, explicit, depth)
        items.append(item)
    return items, position, False


def _item(raw: bytes, span: tuple[int, int], little: bool, explicit: bool, depth: int) -> tuple[Item, int]:
    position, end = span
    header = _LE if little else _BE
    explicit_header = _LE_EXPLICIT if little else _BE_EXPLICIT
    long_length = _LE_LONG if little else _BE_LONG
    item: Item = {}
    while position + 8 <= end:
        group, element, length = header.unpack_from(raw, position)
        tag, start = group << 16 | element, position + 8
        if tag == ITEM_END:
            return item, start
        vr = b""
        if explicit:
            _, _, vr, length = explicit_header.unpack_from(raw, position)
            if vr in _LONG:
                if start + 4 > end:
                    raise FileProblem(Reason.TRUNCATED, "sequence")
                length, start = long_length.unpack_from(raw, start)[0], start + 4
        if length == UNDEFINED:
            nested, position, _ = _items(raw, (start, end), little, explicit and vr != b"UN", depth + 1)
            item[tag] = nested
            continue
        position = start + length
        if position > end:
            raise FileProblem(Reason.TRUNCATED, "sequence")
        value = raw[start:position]
        if vr == b"SQ" or (not explicit and value[:4] in (b"\xfe\xff\x00\xe0",)):
            nested, _, _ = _items(value, (0, len(value)), little, explicit, depth + 1)
            item[tag] = nested
        else:
            item[tag] = value
    return item, position
