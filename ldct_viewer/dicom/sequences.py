"""Where a sequence ends, seen through a window that slides over the bytes of an untrusted file."""

from __future__ import annotations

from .codes import FileProblem, Reason
from .source import ByteSource, MemoryBytes
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
)

MAX_DEPTH = 64
MAX_ELEMENTS = 100_000
_WINDOW = 1 << 14
_LE_FORMS, _BE_FORMS = (LE, LE_EXPLICIT, LE_LONG), (BE, BE_EXPLICIT, BE_LONG)


class Window:
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


def require(window: Window, position: int, count: int) -> int:
    """``window.at``, or FileProblem ``truncated``."""
    i = window.at(position, count)
    if i < 0:
        raise FileProblem(Reason.TRUNCATED, "header")
    return i


def sequence_end(data: bytes, position: int) -> int:
    """Where an explicit little endian sequence of undefined length ends whose items begin at ``position``."""
    return skip_sequence(Window(MemoryBytes(data), len(data)), position, little=True, explicit=True)


def skip_sequence(window: Window, position: int, little: bool, explicit: bool) -> int:
    """End of a sequence of undefined length, walked with a stack of our own (never the interpreter's)."""
    # An UN of undefined length is implicit little endian inside, whatever is around it (PS3.5 6.2.2, CP 246).
    stack = [(True, explicit, little or not explicit)]  # (inside a sequence?, explicit VR?, little endian?)
    size = window.source.size
    for _ in range(20 * MAX_ELEMENTS):
        in_sequence, is_explicit, is_little = stack[-1]
        header, explicit_header, long_length = _LE_FORMS if is_little else _BE_FORMS
        i = position - window.base
        if not 0 <= i <= len(window.bytes) - 8:
            i = require(window, position, 8)
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
                i = require(window, position, 4)
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
