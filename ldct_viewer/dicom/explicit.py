"""Explicit VR Little Endian bytes (PS3.5 §7.1.2), and source attributes copied into them byte for byte.

A library that decodes and encodes text would change names it cannot decode; here the value bytes of a
source attribute are never interpreted unless its byte order or its nesting asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from struct import pack, unpack_from
from typing import Any

_LONG = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"))
_BINARY = frozenset(("AT", "FD", "FL", "OD", "OF", "OL", "OV", "OW", "SL", "SS", "SV", "UL", "US", "UV"))
_TEXT = frozenset(("LO", "LT", "PN", "SH", "ST", "UC", "UT"))  # those that SpecificCharacterSet governs
_ZERO_PADDED = frozenset(("UI", "OB", "UN"))
MAX_DEPTH = 16

Elements = dict[int, bytes]
"""Tag -> the complete encoded element; written in the order of the tags."""


def element(tag: int, vr: str, value: bytes) -> bytes:
    """One encoded element; odd lengths are padded as its VR asks (PS3.5 6.2)."""
    if len(value) % 2:
        value += b"\0" if vr in _ZERO_PADDED else b" "
    head = pack("<HH", tag >> 16, tag & 0xFFFF) + vr.encode("ascii")
    if vr in _LONG:
        return head + pack("<HL", 0, len(value)) + value
    if len(value) > 0xFFFF:
        raise ValueError(f"({tag >> 16:04X},{tag & 0xFFFF:04X}) is too long for its VR {vr}")
    return head + pack("<H", len(value)) + value


def begun(data: bytes | memoryview, syntax: str) -> bytes:
    """A data set as a file whose beginning says that it is in ``syntax``."""
    meta = element(0x00020010, "UI", syntax.encode("ascii"))
    return bytes(128) + b"DICM" + element(0x00020000, "UL", pack("<L", len(meta))) + meta + bytes(data)


def joined(elements: Mapping[int, bytes]) -> bytes:
    """All elements in ascending order of tags."""
    return b"".join([elements[tag] for tag in sorted(elements)])


def item(elements: Mapping[int, bytes]) -> bytes:
    """One sequence item of defined length."""
    body = joined(elements)
    return pack("<HHL", 0xFFFE, 0xE000, len(body)) + body


def sequence(tag: int, *items: bytes) -> bytes:
    """A sequence of encoded items, of defined length."""
    return element(tag, "SQ", b"".join(items))


def texts(encoded: bytes) -> Iterator[bytes]:
    """Values of every text attribute in elements that this module encoded, sequences included."""
    at = 0
    while at + 8 <= len(encoded):
        if encoded[at : at + 4] == b"\xfe\xff\x00\xe0":
            start, length = at + 8, unpack_from("<L", encoded, at + 4)[0]
            yield from texts(encoded[start : start + length])
        else:
            vr = encoded[at + 4 : at + 6].decode("ascii")
            long = vr in _LONG
            start = at + (12 if long else 8)
            length = unpack_from("<L" if long else "<H", encoded, at + (8 if long else 6))[0]
            if vr == "SQ":
                yield from texts(encoded[start : start + length])
            elif vr in _TEXT:
                yield encoded[start : start + length]
        at = start + length


class Text:
    """Sets text attributes in an :data:`Elements` by keyword: ``Text(elements).put("Modality", "CT")``."""

    def __init__(self, elements: Elements) -> None:
        self.elements = elements

    def put(self, keyword: str, value: str | bytes | Iterable[str]) -> None:
        """Set one attribute; several values are joined by the backslash."""
        tag, vr = lookup(keyword)
        if not isinstance(value, str | bytes):
            value = "\\".join(value)
        self.elements[tag] = element(tag, vr, value.encode("ascii") if isinstance(value, str) else value)

    def us(self, keyword: str, value: int, vr: str = "US") -> None:
        """Set one 16 bit number."""
        tag = lookup(keyword)[0]
        self.elements[tag] = element(tag, vr, pack("<H", value & 0xFFFF))


_known: dict[str, tuple[int, str]] = {}


def lookup(keyword: str) -> tuple[int, str]:
    """Tag and VR of a keyword of the DICOM dictionary."""
    if keyword not in _known:
        from pydicom.datadict import dictionary_VR, tag_for_keyword

        tag = tag_for_keyword(keyword)
        if tag is None:
            raise KeyError(keyword)
        _known[keyword] = int(tag), str(dictionary_VR(tag))
    return _known[keyword]


def tags(keywords: Iterable[str]) -> frozenset[int]:
    """Tags of keywords."""
    return frozenset(lookup(keyword)[0] for keyword in keywords)


def copy(dataset: Any, tag: int, keep: Callable[[int], bool], signed: bool = False, depth: int = 0) -> bytes:
    """The element ``tag`` of a pydicom data set, encoded; value bytes are untouched where that is possible.

    ``keep`` decides for every attribute inside sequences. ``signed`` resolves "US or SS".
    Raises ValueError, KeyError, … whatever pydicom raises on a damaged value.
    """
    raw = dataset.get_item(tag)
    vr = raw.VR
    if getattr(raw, "is_raw", False):
        vr = _true_vr(tag, vr, signed)
        if vr != "SQ" and (raw.is_little_endian or vr not in _BINARY):
            return element(tag, vr, raw.value or b"")
    decoded = dataset[tag]
    if decoded.VR == "SQ":
        if depth >= MAX_DEPTH:
            raise ValueError("sequences nested too deeply")
        return sequence(
            tag,
            *(
                item({int(t): copy(part, t, keep, signed, depth + 1) for t in part.keys() if keep(int(t))})  # noqa: SIM118 - a data set
                for part in decoded.value or ()
            ),
        )
    return _encoded(decoded, _true_vr(tag, str(decoded.VR), signed))


def _true_vr(tag: int, vr: str | None, signed: bool) -> str:
    """The VR to write: from the dictionary where the source has none, or an ambiguous one."""
    if vr in (None, "UN") or " or " in str(vr):
        from pydicom.datadict import dictionary_VR

        try:
            vr = str(dictionary_VR(tag))
        except KeyError:
            return "UN"
        if " or " in vr:
            vr = "OW" if "OW" in vr else ("SS" if signed else "US")
    return str(vr)


def _encoded(decoded: Any, vr: str) -> bytes:
    from pydicom.filebase import DicomBytesIO
    from pydicom.filewriter import write_data_element

    stream = DicomBytesIO()
    stream.is_little_endian, stream.is_implicit_VR = True, False
    if vr != decoded.VR:
        decoded.VR = vr
    write_data_element(stream, decoded)
    return bytes(stream.getvalue())
