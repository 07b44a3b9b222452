"""Headers of slices that differ in little from one before: only what differs is encoded anew.

A series repeats nearly all of its header in every slice. The first one goes through the general way
(``HeaderWriter``); of the next ones, attributes that are copied as they are replace those of the first. Where
anything else differs (an attribute that the writer looked at, a sequence, the rescale), the slice takes the
general way too, and becomes what the next ones are compared with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from struct import unpack_from
from typing import Any

from .attributes import still_true
from .codes import FileProblem, Reason
from .deidentify import allowed
from .derived_header import HeaderWriter
from .elements import MEDIA_CLASS, Parsed
from .encoding import Encoding
from .explicit import Elements
from .header import WANTED, WANTED_SEQUENCES, PixelSpec, Slice
from .sequences import sequence_end
from .source import MemoryBytes
from .wire import LONG, SHORT, UNDEFINED

_DATA_SET = 132  # after preamble and magic
_PIXEL_HEAD = 12  # Pixel Data, OB or OW, has the long form
# Of the file meta information: its length, class and instance; the data set says these again.
_META_IGNORED = frozenset((0x00020000, 0x00020002, 0x00020003, 0x00020013, 0x00020016))


@dataclass(frozen=True, eq=False)
class _Example:
    """A slice made the general way: its source's elements, what was written, and on what that depends."""

    source: Elements
    written: Elements
    asked: frozenset[int]
    spec: PixelSpec
    encoding: Encoding
    sop_class: str
    header: dict[int, bytes]
    pixel_head: bytes

    def differing(self, data: bytes, parsed: Parsed) -> Mapping[int, bytes | None] | None:
        """The elements that another source (``data``) has otherwise, or has not; ``None`` for an unusual source."""
        if _usual(parsed):
            found = self._in_step(data, parsed.pixel_offset)
            if found is not None:
                return found
        now = split(data, parsed)
        return None if now is None else {tag: now.get(tag) for tag, _ in now.items() ^ self.source.items()}

    def read_as(self, data: bytes, source: Slice) -> Mapping[int, bytes | None] | None:
        """The same for a file that our reader would read as it did before (``source``); ``None`` if that is not
        certain. What it makes of a file follows from the attributes it keeps, the syntax, and where the pixels are.
        """
        at = source.pixel_offset
        if data[128:132] != b"DICM" or data[at - _PIXEL_HEAD : at] != self.pixel_head or source.spec != self.spec:
            return None
        found = self._in_step(data, at)
        if found is None:
            return None
        kept = self.header.copy()
        for tag, ours in found.items():
            meta = tag >> 16 == 0x0002 and (tag not in _META_IGNORED or tag == MEDIA_CLASS)
            if ours is None or meta or tag in WANTED_SEQUENCES:
                return None
            if tag in kept or tag in WANTED:
                kept[tag] = ours[12 if ours[4:6] in LONG else 8 :]
        return found if kept == source.header else None

    def _in_step(self, data: bytes, pixel_offset: int) -> dict[int, bytes | None] | None:
        """What differs where both have the same tags, found sooner: most elements are recognised, not read."""
        found: dict[int, bytes | None] = {}
        at, end = _DATA_SET, pixel_offset - _PIXEL_HEAD
        for tag, theirs in self.source.items():
            if data.startswith(theirs, at):
                at += len(theirs)
                continue
            if at + 8 > end:
                return None
            group, number, vr, length = unpack_from("<HH2sH", data, at)
            size = 8
            if vr in LONG and at + 12 <= end:
                size, length = 12, unpack_from("<L", data, at + 8)[0]
            elif vr not in SHORT:
                return None
            if group << 16 | number != tag or length == UNDEFINED:
                return None
            start = at
            at += size + length
            found[tag] = data[start:at]
        return found if at == end else None


@dataclass(frozen=True, eq=False)
class Recognised:
    """A source that need not be parsed: all that our reader would keep of it is known."""

    example: _Example
    differing: Mapping[int, bytes | None]


class HeaderCache:
    """:meth:`head` gives what ``HeaderWriter.head`` gives, sooner. Threads may share it."""

    def __init__(self, writer: HeaderWriter) -> None:
        self._writer = writer
        self._kept = still_true if writer.deidentifier is None else allowed
        # A description beyond ASCII may choose the character set by looking at all of the text.
        self._usable = writer.description is None or writer.description.isascii()
        self._example: _Example | None = None
        self.hits = 0

    def recognise(self, data: bytes, size: int, source: Slice) -> Recognised | None:
        """A file of ``size`` bytes, ``data`` those up to its pixels, if it is surely still what the scan said."""
        example = self._example
        if example is None or source.spec.frames != 1 or Reason.BLANK_UID in source.notes:
            return None
        if source.pixel_length != UNDEFINED and source.pixel_offset + source.pixel_length > size:
            return None
        differing = example.read_as(data, source)
        return None if differing is None else Recognised(example, differing)

    def head(
        self,
        data: bytes,
        parsed: Callable[[], Parsed],
        dataset: Callable[[], Any],
        source: Slice,
        encoding: Encoding,
        number: int,
        sop_uid: str,
        known: Recognised | None = None,
    ) -> bytes:
        """Preamble, file meta and all elements below Pixel Data of slice ``number`` (from 1).

        ``data`` is the source file up to its pixels. ``parsed`` gives what our reader says of it, ``dataset`` a
        (single-frame) pydicom data set of it; both are called only where that is needed.
        """
        writer = self._writer
        usable = self._usable and source.spec.frames == 1
        example = known.example if known is not None else self._example
        if usable and example is not None and (source.spec, encoding) == (example.spec, example.encoding):
            differing = known.differing if known is not None else example.differing(data, parsed())
            elements = None if differing is None else self._changed(example, differing)
            if elements is not None:
                self.hits += 1
                return writer.complete(elements, source, example.sop_class, number, sop_uid)
        asking = _Asking(dataset())
        elements = writer.common(asking, source, encoding)
        sop_class = writer.sop_class(asking)
        now = split(data, parsed()) if usable else None
        if now is not None:
            asked = frozenset(asking.asked)
            pixel_head = data[source.pixel_offset - _PIXEL_HEAD : source.pixel_offset]
            self._example = _Example(
                now, dict(elements), asked, source.spec, encoding, sop_class, source.header, pixel_head
            )
        return writer.complete(elements, source, sop_class, number, sop_uid)

    def _changed(self, example: _Example, differing: Mapping[int, bytes | None]) -> Elements | None:
        """The example's elements with those of this source; ``None`` where that is not all there is to it."""
        elements = dict(example.written)
        for tag, ours in differing.items():
            if tag in example.asked:
                return None
            if tag >> 16 == 0x0002:
                if tag not in _META_IGNORED:
                    return None
            elif self._kept(tag):
                theirs = example.source.get(tag)
                # One that was not copied as it stands, or comes and goes, may mean more than itself.
                if ours is None or theirs is None or example.written.get(tag) != theirs or not _plain(ours, theirs):
                    return None
                elements[tag] = ours
        return elements


def split(data: bytes, parsed: Parsed) -> Elements | None:
    """The encoded elements of a file up to its pixels, file meta information too.

    ``None`` for all but the usual: Explicit VR Little Endian after a preamble, every tag once, in order.
    """
    if not _usual(parsed):
        return None
    elements: Elements = {}
    at, end, before = _DATA_SET, parsed.pixel_offset - _PIXEL_HEAD, 0
    while at < end:
        group, number, vr, length = unpack_from("<HH2sH", data, at)
        tag = group << 16 | number
        if tag <= before:
            return None
        start, before = at, tag
        if vr in SHORT:
            at += 8 + length
        elif vr in LONG:
            length = unpack_from("<L", data, at + 8)[0]
            if length == UNDEFINED:
                try:
                    at = sequence_end(data, at + 12) if vr == b"SQ" else -1
                except FileProblem:
                    at = -1
            else:
                at += 12 + length
        else:
            return None
        if at < 0:
            return None
        elements[tag] = data[start:at]
    return elements if at == end else None


def _usual(parsed: Parsed) -> bool:
    """Explicit VR Little Endian after a preamble, and not inflated: what was parsed is what is in the file."""
    plain = parsed.preamble and parsed.little and parsed.explicit and not parsed.wrong_syntax
    return plain and isinstance(parsed.data, MemoryBytes) and parsed.pixel_offset >= 0


def _plain(ours: bytes, theirs: bytes) -> bool:
    """True for two elements of the same short VR whose bytes the writer copies as they are."""
    return ours[4:6] == theirs[4:6] and ours[4:6] in SHORT and len(ours) % 2 == 0


class _Asking:
    """A data set that remembers what it was asked for by name (``in``); what is only copied is not counted."""

    def __init__(self, dataset: Any) -> None:
        self._dataset = dataset
        self.asked: set[int] = set()

    def __contains__(self, tag: int) -> bool:
        self.asked.add(int(tag))
        return tag in self._dataset

    def __getitem__(self, tag: int) -> Any:
        return self._dataset[tag]

    def keys(self) -> Any:
        """All tags."""
        return self._dataset.keys()

    def get_item(self, tag: int) -> Any:
        """The element as it was read."""
        return self._dataset.get_item(tag)
