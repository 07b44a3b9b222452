"""Headers of slices that differ in little from one before: only what differs is encoded anew.

A series repeats nearly all of its header in every slice. The first one goes through the general way
(``HeaderWriter``); of the next ones, attributes that are copied as they are replace those of the first. Where
anything else differs (an attribute that the writer looked at, a sequence, the rescale), the slice takes the
general way too, and becomes what the next ones are compared with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from struct import unpack_from
from typing import Any

from .attributes import still_true
from .codes import FileProblem
from .deidentify import allowed
from .derived_header import HeaderWriter
from .elements import Parsed, sequence_end
from .encoding import Encoding
from .explicit import Elements
from .header import PixelSpec, Slice
from .source import MemoryBytes
from .wire import LONG, SHORT, UNDEFINED

_DATA_SET = 132  # after preamble and magic
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


class HeaderCache:
    """:meth:`head` gives what ``HeaderWriter.head`` gives, sooner. Threads may share it."""

    def __init__(self, writer: HeaderWriter) -> None:
        self._writer = writer
        self._kept = still_true if writer.deidentifier is None else allowed
        # A description beyond ASCII may choose the character set by looking at all of the text.
        self._usable = writer.description is None or writer.description.isascii()
        self._example: _Example | None = None
        self.hits = 0

    def head(
        self,
        data: bytes,
        parsed: Parsed,
        dataset: Callable[[], Any],
        source: Slice,
        encoding: Encoding,
        number: int,
        sop_uid: str,
    ) -> bytes:
        """Preamble, file meta and all elements below Pixel Data of slice ``number`` (from 1).

        ``data`` is the source file, ``parsed`` what our reader says of it; ``dataset`` gives it as a
        (single-frame) pydicom data set and is called only where that is needed.
        """
        writer = self._writer
        now = split(data, parsed) if self._usable and source.spec.frames == 1 else None
        example = self._example
        if now is not None and example is not None:
            elements = self._changed(example, now, source.spec, encoding)
            if elements is not None:
                self.hits += 1
                return writer.complete(elements, source, example.sop_class, number, sop_uid)
        asking = _Asking(dataset())
        elements = writer.common(asking, source, encoding)
        sop_class = writer.sop_class(asking)
        if now is not None:
            asked = frozenset(asking.asked)
            self._example = _Example(now, dict(elements), asked, source.spec, encoding, sop_class)
        return writer.complete(elements, source, sop_class, number, sop_uid)

    def _changed(self, example: _Example, now: Elements, spec: PixelSpec, encoding: Encoding) -> Elements | None:
        """The example's elements with those of this source; ``None`` where that is not all there is to it."""
        if spec != example.spec or encoding != example.encoding:
            return None
        then = example.source
        elements = dict(example.written)
        for tag in {tag for tag, _ in now.items() ^ then.items()}:
            if tag in example.asked:
                return None
            if tag >> 16 == 0x0002:
                if tag not in _META_IGNORED:
                    return None
            elif self._kept(tag):
                ours, theirs = now.get(tag), then.get(tag)
                # One that was not copied as it stands, or comes and goes, may mean more than itself.
                if ours is None or theirs is None or example.written.get(tag) != theirs or not _plain(ours, theirs):
                    return None
                elements[tag] = ours
        return elements


def split(data: bytes, parsed: Parsed) -> Elements | None:
    """The encoded elements of a file up to its pixels, file meta information too.

    ``None`` for all but the usual: Explicit VR Little Endian after a preamble, every tag once, in order.
    """
    plain = parsed.preamble and parsed.little and parsed.explicit and not parsed.wrong_syntax
    if not plain or not isinstance(parsed.data, MemoryBytes) or parsed.pixel_offset < 0:
        return None
    elements: Elements = {}
    at, end, before = _DATA_SET, parsed.pixel_offset - 12, 0  # Pixel Data, OB or OW, has the long form
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
