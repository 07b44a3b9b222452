"""One derived slice after the other: source bytes → header and words → file → read back and compared.

Three kinds of work overlap: a few threads make slices, others wait for the disk. A header costs little after the
first (``header_cache``), and each thread works in memory of its own that is used again (``_Desk``). What is checked
is the file as written, read from the system again and parsed by our own reader, not the bytes it was written from.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..cancel import CancelToken, Progress
from ..errors import WriteError
from ..volume import SeriesWarning
from .attributes import header_of, single_frame
from .codes import FileProblem, Reason
from .deidentify import Deidentifier
from .derived_header import HeaderWriter
from .elements import Parsed
from .encoding import Words, encode, plan, spans
from .files import FileRef
from .frame_coding import FrameCoder
from .header import Slice
from .header_cache import HeaderCache, Recognised
from .many import for_each
from .pixels import read_pixels, to_hu
from .provenance import Derivation
from .slices import read_slices
from .source import MemoryBytes, Room, fill
from .source_check import (
    hu_again,
    read_source,
    read_source_into,
    same_slice,
    settled,
    source_changed,
    stamp,
    stored_values,
)
from .write import make_uid

_THREADS = 2  # the coders let go of the interpreter, the rest does not: more only wait for it
_OPEN_FILES = 64
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_FLUSHERS = 8  # they wait for the disk, which joins what waits together


@dataclass(frozen=True)
class ExportOptions:
    """What may be chosen. ``None`` means automatic: source's series number + 1000, label + description.

    ``compress`` is ``none``, ``rle``, ``jpegls`` or ``htj2k``: all lossless.
    """

    series_number: int | None = None
    description: str | None = None
    deidentify: bool = False
    kernel_suffix: str = ""
    compress: str = "none"


@dataclass(eq=False)
class _Opened:
    """A source file: its bytes (until the next one's), those before the pixels (to keep), their SHA-256, whether it
    was recognised without being parsed; what our reader says of it and pydicom's view, once asked for.
    """

    ref: FileRef
    data: bytes | memoryview
    header: bytes
    sha256: str
    known: Recognised | None
    read: tuple[list[Slice], Parsed] | None = None
    whole: Any = None

    @property
    def parsed(self) -> Parsed:
        """What our reader says of it. Raises FileProblem."""
        if self.read is None:
            self.read = read_slices(MemoryBytes(self.data), self.ref)
        return self.read[1]

    def words(self, source: Slice) -> NDArray[Any]:
        """Stored words of ``source``."""
        try:
            return read_pixels(self.parsed.data, source)
        except FileProblem as error:
            raise source_changed(source.path) from error

    def dataset(self, source: Slice) -> Any:
        """The header of ``source`` as a (single-frame) pydicom data set."""
        from pydicom.errors import InvalidDicomError

        if self.whole is None:
            try:
                self.whole = header_of(self.data, self.parsed)
            except (InvalidDicomError, OSError, ValueError, KeyError, EOFError, AttributeError) as error:
                raise source_changed(source.path) from error
        return single_frame(self.whole, source.frame) if source.spec.frames > 1 else self.whole


class _Desk(threading.local):
    """What a thread works in, for one slice after the other: new memory for every slice would cost the system more
    time to hand out, page by page, than what is computed in it.
    """

    def __init__(self, compress: str, rows: int, columns: int) -> None:
        self.source, self.again = Room(), Room()
        self.coder = FrameCoder(compress, rows, columns)
        self.words = np.empty((rows, columns), np.uint16)
        self.differs = np.empty((rows, columns), np.bool_)


class SliceExport:
    """State of one export; :meth:`write` runs in several threads, each slice in one."""

    def __init__(
        self,
        slices: Sequence[Slice],
        hu: NDArray[np.int16],
        padding: NDArray[np.bool_] | None,
        derivation: Derivation,
        options: ExportOptions,
        key: bytes | None,
        padding_known: bool,
    ) -> None:
        self._slices, self._hu, self._padding, self._padding_known = slices, hu, padding, padding_known
        self._compress = options.compress
        self._spans = spans(hu)
        specs = [item.spec for item in slices]
        self._encodings = plan(hu, specs, padding, options.compress != "none", self._spans)
        self._uids = [make_uid() for _ in slices]
        self.sha256: list[str] = [""] * len(slices)
        self._words: list[Words | None] = [None] * len(slices)
        self.bytes_written = [0] * len(slices)
        self._stamps = [stamp(item) for item in slices]
        self._settled = [settled(one) for one in self._stamps]
        self._multi_frame = any(item.spec.frames > 1 for item in slices)
        self._lock = threading.Lock()
        self._last: _Opened | None = None
        self.series_uid = make_uid()
        self._headers = HeaderWriter(
            derivation=derivation,
            series_uid=self.series_uid,
            when=datetime.now(),
            compress=options.compress,
            series_number=options.series_number,
            description=options.description,
            kernel_suffix=options.kernel_suffix,
            deidentifier=Deidentifier(key) if options.deidentify else None,
        )
        self._cache = HeaderCache(self._headers)
        self._desk = _Desk(options.compress, hu.shape[1], hu.shape[2])
        self._descriptors = threading.BoundedSemaphore(_OPEN_FILES)
        self._flusher = ThreadPoolExecutor(_FLUSHERS, "flush")
        self._flushed: list[Future[None] | None] = [None] * len(slices)

    def __enter__(self) -> SliceExport:
        return self

    def __exit__(self, *_: object) -> None:
        """Wait until nobody touches the files any more."""
        self._flusher.shutdown()

    def run(
        self, work: Callable[[int], None], before: int, total: int, progress: Progress, cancel: CancelToken
    ) -> None:
        """``work(k)`` for every slice in a few threads; the first failure or a cancel stops the rest."""
        # Frames of one file share a parsed header, which threads must not share.
        threads = 1 if self._multi_frame else _THREADS
        for_each(work, len(self._slices), threads, lambda number: progress(before + number, total), cancel)

    def write(self, k: int, folder: Path) -> None:
        """Make, write and re-read slice ``k``; its way to the disk begins."""
        source, encoding, desk = self._slices[k], self._encodings[k], self._desk
        opened = self._open(source)
        self.sha256[k] = opened.sha256
        mask, stored = self._mask(k, opened)
        words = encode(self._hu[k], encoding, mask, stored, desk.words, self._spans[k])
        if words.clipped:
            raise ValueError("the planned encoding holds every value")  # plan() promises it
        head = self._cache.head(
            opened.header,
            lambda: opened.parsed,
            lambda: opened.dataset(source),
            source,
            encoding,
            k + 1,
            self._uids[k],
            opened.known,
        )
        file = desk.coder.file(head, words.words)
        path = folder / file_name(k)
        # One descriptor for writing, reading back and flushing; not more at a time than any system allows.
        self._descriptors.acquire()
        descriptor = -1
        try:
            descriptor = os.open(path, _NEW, 0o666)
            _write_all(descriptor, file)
            self.bytes_written[k] = len(file)
            self._words[k] = Words(words.words[:0, :0], words.clipped, words.moved)
            self._verify(k, path, descriptor, file, mask, words)
            self._flushed[k] = self._flusher.submit(self._flush, descriptor)
        except BaseException:
            self._give_back(descriptor)
            raise

    def _flush(self, descriptor: int) -> None:
        try:
            os.fsync(descriptor)
        finally:
            self._give_back(descriptor)

    def _give_back(self, descriptor: int) -> None:
        if descriptor >= 0:
            os.close(descriptor)
        self._descriptors.release()

    def settle(self, k: int) -> None:
        """Wait until slice ``k`` is on the disk, and check that its source is still the file that was read."""
        flushed = self._flushed[k]
        assert flushed is not None
        flushed.result()
        self.check_source(k)

    def check_source(self, k: int) -> None:
        """The source of slice ``k`` is still the file that was read."""
        source = self._slices[k]
        if source.frame and k and self._slices[k - 1].ref == source.ref:
            return
        if self._settled[k]:  # then check_stamps sees whatever is done to it
            return
        if hashlib.sha256(read_source(source)).hexdigest() != self.sha256[k]:
            raise source_changed(source.path)

    def check_stamps(self) -> None:
        """No source was touched since the export began: the last look before the folder appears."""
        for source, before in zip(self._slices, self._stamps, strict=True):
            if stamp(source) != before:
                raise source_changed(source.path)

    @property
    def moved(self) -> int:
        """Voxels put one step beside the padding value."""
        return sum(words.moved for words in self._words if words is not None)

    @property
    def clipped(self) -> int:
        """Voxels that did not fit; the plan promises 0."""
        return sum(words.clipped for words in self._words if words is not None)

    def _open(self, source: Slice) -> _Opened:
        """A source file as it is now, checked against what the scan found."""
        with self._lock:
            last = self._last
        if last is not None and last.ref == source.ref and source.spec.frames > 1:
            return last
        whole = source.spec.frames > 1  # one file for many slices: its bytes are kept
        data = read_source(source) if whole else read_source_into(source, self._desk.source)
        header = bytes(data[: source.pixel_offset])
        known = None if whole else self._cache.recognise(header, len(data), source)
        opened = _Opened(source.ref, data, header, hashlib.sha256(data).hexdigest(), known)
        if known is None:
            try:
                opened.read = slices, _ = read_slices(MemoryBytes(data), source.ref)
            except FileProblem as error:
                raise source_changed(source.path) from error
            if source.frame >= len(slices) or not same_slice(slices[source.frame], source):
                raise source_changed(source.path)
        if whole:
            with self._lock:
                self._last = opened
        return opened

    def _mask(self, k: int, opened: _Opened) -> tuple[NDArray[np.bool_] | None, NDArray[Any] | None]:
        """Padding of slice ``k`` and, where padding is a range of values, the source's stored values."""
        source = self._slices[k]
        if source.spec.padding is None or (self._padding_known and self._padding is None):
            return None, None
        if self._padding is not None and source.spec.padding_limit is None:
            return (self._padding[k] if self._padding[k].any() else None), None
        words = opened.words(source)
        mask = to_hu(words, source.spec).padding
        return mask, None if mask is None else stored_values(words, source.spec)

    def _verify(
        self, k: int, path: Path, descriptor: int, meant: memoryview, mask: NDArray[np.bool_] | None, written: Words
    ) -> None:
        """The written file, read with our reader: the bytes that were meant, same place, same HU, same padding."""
        source, desk = self._slices[k], self._desk
        file = desk.again.of(len(meant) + 1)  # one more, to see a longer file
        file = file[: fill(descriptor, file, len(meant))]
        if len(file) != len(meant) or not desk.again.begins_with(meant):
            raise _verify_error(path, "its bytes differ")
        try:
            slices, _ = read_slices(MemoryBytes(file), FileRef(path))
            stored = desk.coder.words(file, slices[0])
            again = hu_again(stored, slices[0].spec, stored if stored.flags.writeable else desk.words, self._spans[k])
        except FileProblem as error:
            raise _verify_error(path, error.text) from error
        here = (slices[0].position, slices[0].orientation, slices[0].pixel_spacing, slices[0].sop_uid)
        if here != (source.position, source.orientation, source.pixel_spacing, self._uids[k]):
            raise _verify_error(path, "its geometry or identity differs")
        differs = np.not_equal(again.hu, self._hu[k], out=desk.differs)
        if mask is not None:
            differs &= ~mask
            if again.padding is None or not again.padding[mask].all():
                raise _verify_error(path, "its padding differs")
        if int(np.count_nonzero(differs)) != written.moved:
            raise _verify_error(path, "its values differ")

    def warnings(self) -> list[SeriesWarning]:
        """What a reader of the new series must know."""
        notes = []
        if not all(encoding.own for encoding in self._encodings):
            notes.append(("reencoded", "Values did not fit the source's bits; stored as 16 bit with a new rescale."))
        if self._multi_frame:
            notes.append(("enhanced_to_classic", "The source is multi-frame; written as one CT image a slice."))
        if any(Reason.LOSSY in item.notes for item in self._slices):
            notes.append(("lossy", "The source was lossy compressed; the new series says so too."))
        if any(Reason.BURNED_IN in item.notes for item in self._slices):
            notes.append(("burned_in", "Text may be burned into the source's pixels; it is in the new ones too."))
        if self.moved:
            notes.append(("padding_collision", f"{self.moved} voxels moved by one step off the padding value."))
        if self._headers.dropped:
            listed = ", ".join(sorted(self._headers.dropped)[:8])
            notes.append(("attribute_dropped", f"Damaged attributes of the source were left out: {listed}."))
        if self._headers.made:
            listed = ", ".join(sorted(self._headers.made))
            notes.append(("uid_made", f"The source has no {listed}; new ones were made."))
        if self._headers.replaced:
            notes.append(("text_replaced", "The description has letters outside the source's character set."))
        return [SeriesWarning(code, message) for code, message in notes]


def file_name(k: int) -> str:
    """Name of slice ``k``: upper case, 8.3, without a dot that a DICOMDIR could not name."""
    return f"IM{k + 1:04d}.dcm"


def _verify_error(path: Path, what: str) -> WriteError:
    return WriteError(
        f"A written image was read back and {what}.",
        "The disk may be faulty; try another one. Nothing was left behind.",
        path.name,
        "verify",
    )


def _write_all(descriptor: int, data: bytes | memoryview) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
