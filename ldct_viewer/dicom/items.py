"""Items of DICOM sequences as plain dictionaries, a few levels deep (PS3.5 §7.5): untrusted bytes, bounded."""

from __future__ import annotations

from .codes import FileProblem, Reason
from .wire import BE, BE_EXPLICIT, BE_LONG, ITEM, ITEM_END, LE, LE_EXPLICIT, LE_LONG, LONG, SEQUENCE_END, UNDEFINED, VRS

Item = dict[int, "bytes | list[Item]"]
_ITEM_LE = b"\xfe\xff\x00\xe0"


def parse_items(raw: bytes, little: bool, explicit: bool, depth: int = 0) -> list[Item]:
    """The items of a sequence value as dictionaries tag → bytes or nested list (at most 8 deep).

    For the functional groups of multi-frame images, which are a few levels deep. A router that does not know them
    passes them on as UN: implicit little endian inside, whatever is around them (PS3.5 6.2.2).
    """
    if explicit and raw.startswith(_ITEM_LE) and raw[12:14] not in VRS and len(raw) > 14:
        little, explicit = True, False
    items, position, _ = _items(raw, (0, len(raw)), little, explicit, depth)
    if position > len(raw):
        raise FileProblem(Reason.MALFORMED, "sequence")
    return items


def _items(raw: bytes, span: tuple[int, int], little: bool, explicit: bool, depth: int) -> tuple[list[Item], int, bool]:
    position, end = span
    if depth > 8:
        raise FileProblem(Reason.NESTED)
    header = LE if little else BE
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
    header = LE if little else BE
    explicit_header = LE_EXPLICIT if little else BE_EXPLICIT
    long_length = LE_LONG if little else BE_LONG
    item: Item = {}
    while position + 8 <= end:
        group, element, length = header.unpack_from(raw, position)
        tag, start = group << 16 | element, position + 8
        if tag == ITEM_END:
            return item, start
        vr = b""
        if explicit:
            _, _, vr, length = explicit_header.unpack_from(raw, position)
            if vr in LONG:
                if start + 4 > end:
                    raise FileProblem(Reason.TRUNCATED, "sequence")
                length, start = long_length.unpack_from(raw, start)[0], start + 4
        if length == UNDEFINED:
            unknown = vr == b"UN"
            nested, position, _ = _items(raw, (start, end), little or unknown, explicit and not unknown, depth + 1)
            item[tag] = nested
            continue
        position = start + length
        if position > end:
            raise FileProblem(Reason.TRUNCATED, "sequence")
        value = raw[start:position]
        unknown = vr in (b"", b"UN") and value.startswith(_ITEM_LE)
        if vr == b"SQ" or unknown:
            nested, _, _ = _items(value, (0, len(value)), little or unknown, explicit and not unknown, depth + 1)
            item[tag] = nested
        else:
            item[tag] = value
    return item, position
