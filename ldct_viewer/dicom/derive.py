"""Write a derived CT series: every slice from its source slice's header, one transaction, all verified.

Used for denoised and for simulated low-dose volumes. Rules: DICOM.md §5.7, §5.8; table: VIEWER.md §8.1.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..cancel import NEVER, CancelToken, Progress, no_progress
from ..errors import WriteError
from ..volume import SeriesWarning
from .attributes import single_frame
from .codes import FileProblem, Reason
from .deidentify import Deidentifier
from .derived_header import HeaderWriter, pixel_element
from .encoding import SYNTAX_OF, Encoding, Words, encode, frame_bytes, plan
from .files import FileRef
from .header import PixelSpec, Slice
from .pixels import read_pixels, to_hu
from .provenance import Derivation
from .slices import read_slices
from .source import MemoryBytes
from .transaction import FolderTransaction
from .write import make_uid

if TYPE_CHECKING:
    from .scan import FoundSeries

_THREADS = 4
_HEADER_BYTES = 32768
COMPRESSIONS = tuple(SYNTAX_OF)


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


@dataclass(frozen=True)
class ExportReport:
    """What was written. ``clipped`` voxels did not fit (0 unless HU is absurd), ``moved`` ones were put one
    step beside the padding value; ``source_sha256`` is in slice order.
    """

    folder: Path
    files: tuple[Path, ...]
    series_uid: str
    bytes_written: int
    clipped: int
    moved: int
    warnings: tuple[SeriesWarning, ...]
    source_sha256: tuple[str, ...]


def write_derived(
    found: FoundSeries,
    hu: NDArray[np.int16],
    folder: str | Path,
    derivation: Derivation,
    options: ExportOptions | None = None,
    *,
    padding: NDArray[np.bool_] | None = None,
    progress: Progress = no_progress,
    cancel: CancelToken = NEVER,
    deidentify_key: bytes | None = None,
) -> ExportReport:
    """Write ``hu`` (z, y, x; int16) as a new CT series derived from ``found`` into the new folder ``folder``.

    ``padding`` is ``Volume.padding`` if at hand (else it is read from the sources). After return the folder
    is complete, flushed, re-read and equal to ``hu``, and the sources are what they were. Raises WriteError
    (``exists``, ``inside_source``, ``disk_full``, ``no_permission``, ``disk``, ``source_changed``,
    ``verify``, ``blocked``, ``not_dicom``) and Cancelled; then nothing is left behind.
    """
    options = options or ExportOptions()
    slices = _source_slices(found)
    _check_input(found, hu, slices, padding, options)
    export = _Export(slices, hu, padding, derivation, options, deidentify_key)
    # Members of an archive lie in no folder that could be mixed up with the target.
    folders = [item.ref.path for item in slices if item.ref.archive is None]
    with FolderTransaction(folder, folders, hu.nbytes + _HEADER_BYTES * len(slices)) as transaction:
        total = 2 * len(slices)
        export.run(lambda k: export.write(k, transaction.work), 0, total, progress, cancel)
        export.run(export.check_source, len(slices), total, progress, cancel)
        cancel.check()
        transaction.commit()
        return export.report(transaction.target)


class _Export:
    """State of one export; :meth:`write` runs in several threads, each slice in one."""

    def __init__(
        self,
        slices: Sequence[Slice],
        hu: NDArray[np.int16],
        padding: NDArray[np.bool_] | None,
        derivation: Derivation,
        options: ExportOptions,
        key: bytes | None,
    ) -> None:
        self._slices, self._hu, self._padding = slices, hu, padding
        self._compress = options.compress
        self._encodings = plan(hu, [item.spec for item in slices], padding, options.compress != "none")
        self._uids = [make_uid() for _ in slices]
        self._sha: list[str] = [""] * len(slices)
        self._words: list[Words | None] = [None] * len(slices)
        self._bytes = [0] * len(slices)
        self._multi_frame = any(item.spec.frames > 1 for item in slices)
        self._lock = threading.Lock()
        self._last: tuple[FileRef, bytes, str, Any] | None = None
        self._headers = HeaderWriter(
            derivation=derivation,
            series_uid=make_uid(),
            when=datetime.now(),
            compress=options.compress,
            series_number=options.series_number,
            description=options.description,
            kernel_suffix=options.kernel_suffix,
            deidentifier=Deidentifier(key) if options.deidentify else None,
        )

    def run(
        self, work: Callable[[int], None], before: int, total: int, progress: Progress, cancel: CancelToken
    ) -> None:
        """``work(k)`` for every slice in a few threads; the first failure or a cancel stops the rest."""

        def guarded(k: int) -> None:
            cancel.check()
            work(k)

        # Frames of one file share a parsed header, which threads must not share.
        with ThreadPoolExecutor(1 if self._multi_frame else _THREADS, "export") as pool:
            futures = [pool.submit(guarded, k) for k in range(len(self._slices))]
            try:
                for done, future in enumerate(futures, before + 1):
                    future.result()
                    progress(done, total)
            except BaseException:
                for future in futures:
                    future.cancel()
                raise

    def write(self, k: int, folder: Path) -> None:
        """Make, write, flush and re-read slice ``k``."""
        source, encoding = self._slices[k], self._encodings[k]
        data, self._sha[k], dataset = self._open(source)
        mask, stored = self._mask(k, data)
        words = encode(self._hu[k], encoding, mask, stored)
        if words.clipped:
            raise ValueError("the planned encoding holds every value")  # plan() promises it
        head = self._headers.head(dataset, source, encoding, k + 1, self._uids[k])
        body = pixel_element(self._compress, frame_bytes(words.words, self._compress))
        path = folder / file_name(k)
        with open(path, "xb", buffering=0) as stream:
            _write_all(stream.fileno(), head + body)
            os.fsync(stream.fileno())
        self._bytes[k] = len(head) + len(body)
        self._words[k] = Words(words.words[:0, :0], words.clipped, words.moved)
        self._verify(k, path, mask, words)

    def check_source(self, k: int) -> None:
        """The source of slice ``k`` is still the file that was read."""
        source = self._slices[k]
        if source.frame and k and self._slices[k - 1].ref == source.ref:
            return
        if hashlib.sha256(_read(source)).hexdigest() != self._sha[k]:
            raise _changed(source.path)

    def report(self, folder: Path) -> ExportReport:
        """The account of a finished export."""
        done = [words for words in self._words if words is not None]
        return ExportReport(
            folder=folder,
            files=tuple(folder / file_name(k) for k in range(len(self._slices))),
            series_uid=self._headers.series_uid,
            bytes_written=sum(self._bytes),
            clipped=sum(words.clipped for words in done),
            moved=sum(words.moved for words in done),
            warnings=tuple(self._warnings(sum(words.moved for words in done))),
            source_sha256=tuple(self._sha),
        )

    def _open(self, source: Slice) -> tuple[bytes, str, Any]:
        """Bytes, SHA-256 and single-frame header of a source, checked against what the scan found."""
        from pydicom import dcmread
        from pydicom.errors import InvalidDicomError

        with self._lock:
            last = self._last
        if last is not None and last[0] == source.ref and source.spec.frames > 1:
            _, data, sha, dataset = last
        else:
            data = _read(source)
            sha = hashlib.sha256(data).hexdigest()
            try:
                dataset = dcmread(BytesIO(data), stop_before_pixels=True, force=True)
            except (InvalidDicomError, OSError, ValueError, KeyError, EOFError, AttributeError) as error:
                raise _changed(source.path) from error
            with self._lock:
                self._last = (source.ref, data, sha, dataset)
        if dataset.get("SOPInstanceUID", "") != source.sop_uid:
            raise _changed(source.path)
        return data, sha, single_frame(dataset, source.frame) if source.spec.frames > 1 else dataset

    def _mask(self, k: int, data: bytes) -> tuple[NDArray[np.bool_] | None, NDArray[Any] | None]:
        """Padding of slice ``k`` and, where padding is a range of values, the source's stored values."""
        source = self._slices[k]
        if source.spec.padding is None:
            return None, None
        if self._padding is not None and source.spec.padding_limit is None:
            return (self._padding[k] if self._padding[k].any() else None), None
        try:
            slices, parsed = read_slices(MemoryBytes(data), source.ref)
            words = read_pixels(parsed.data, slices[source.frame])
        except (FileProblem, IndexError) as error:
            raise _changed(source.path) from error
        mask = to_hu(words, source.spec).padding
        return mask, None if mask is None else _stored(words, source.spec)

    def _verify(self, k: int, path: Path, mask: NDArray[np.bool_] | None, written: Words) -> None:
        """Re-open the written file with our reader: same place, same HU, same padding."""
        source = self._slices[k]
        try:
            ref = FileRef(path)
            slices, parsed = read_slices(MemoryBytes(path.read_bytes()), ref)
            again = to_hu(read_pixels(parsed.data, slices[0]), slices[0].spec)
        except FileProblem as error:
            raise _verify_error(path, error.text) from error
        here = (slices[0].position, slices[0].orientation, slices[0].pixel_spacing, slices[0].sop_uid)
        if here != (source.position, source.orientation, source.pixel_spacing, self._uids[k]):
            raise _verify_error(path, "its geometry or identity differs")
        differs = again.hu != self._hu[k]
        if mask is not None:
            differs &= ~mask
            if again.padding is None or not again.padding[mask].all():
                raise _verify_error(path, "its padding differs")
        if int(np.count_nonzero(differs)) != written.moved:
            raise _verify_error(path, "its values differ")

    def _warnings(self, moved: int) -> list[SeriesWarning]:
        notes = []
        if not all(encoding.own for encoding in self._encodings):
            notes.append(("reencoded", "Values did not fit the source's bits; stored as 16 bit with a new rescale."))
        if self._multi_frame:
            notes.append(("enhanced_to_classic", "The source is multi-frame; written as one CT image a slice."))
        if any(Reason.LOSSY in item.notes for item in self._slices):
            notes.append(("lossy", "The source was lossy compressed; the new series says so too."))
        if any(Reason.BURNED_IN in item.notes for item in self._slices):
            notes.append(("burned_in", "Text may be burned into the source's pixels; it is in the new ones too."))
        if moved:
            notes.append(("padding_collision", f"{moved} voxels moved by one step off the padding value."))
        if self._headers.dropped:
            listed = ", ".join(sorted(self._headers.dropped)[:8])
            notes.append(("attribute_dropped", f"Damaged attributes of the source were left out: {listed}."))
        if self._headers.replaced:
            notes.append(("text_replaced", "The description has letters outside the source's character set."))
        return [SeriesWarning(code, message) for code, message in notes]


def file_name(k: int) -> str:
    """Name of slice ``k``: upper case, 8.3, without a dot that a DICOMDIR could not name."""
    return f"IM{k + 1:04d}.dcm"


def _source_slices(found: FoundSeries) -> list[Slice]:
    """The slices of a series in order: as the scan found them, else read again from its files."""
    known = getattr(found, "slices", None)
    if known:
        return list(known)
    slices = []
    for path in found.files:
        ref = FileRef(Path(path))
        try:
            with ref.open() as source:
                inside, _ = read_slices(source, ref)
        except FileProblem as error:
            raise WriteError("A source image cannot be read any more.", error.text, path, "source_changed") from error
        slices += inside
    return slices


def _check_input(
    found: FoundSeries,
    hu: NDArray[np.int16],
    slices: Sequence[Slice],
    padding: NDArray[np.bool_] | None,
    options: ExportOptions,
) -> None:
    if not slices:
        raise WriteError(
            "This series did not come from DICOM files.",
            "Save it as NIfTI, NRRD or MetaImage instead.",
            code="not_dicom",
        )
    if getattr(found, "state", "ready") == "blocked":
        raise WriteError("This series has a conflict and cannot be exported.", "See its warnings.", code="blocked")
    shape = (len(slices), slices[0].spec.rows, slices[0].spec.columns)
    if hu.shape != shape or hu.dtype != np.int16:
        raise ValueError(f"hu must be int16 of shape {shape}, not {hu.dtype} {hu.shape}")
    if padding is not None and padding.shape != shape:
        raise ValueError(f"padding must have shape {shape}, not {padding.shape}")
    if options.compress not in SYNTAX_OF:
        raise ValueError(f"compress must be one of {', '.join(COMPRESSIONS)}, not {options.compress!r}")


def _read(source: Slice) -> bytes:
    try:
        with source.ref.open() as stream:
            data = stream.read(0, stream.size)
            if len(data) != stream.size:
                raise _changed(source.path)
            return data
    except FileProblem as error:
        raise _changed(source.path) from error


def _changed(path: Path) -> WriteError:
    return WriteError(
        "A source image changed or vanished while the series was written.",
        "Open the series again and repeat the export. Nothing was left behind.",
        path,
        "source_changed",
    )


def _verify_error(path: Path, what: str) -> WriteError:
    return WriteError(
        f"A written image was read back and {what}.",
        "The disk may be faulty; try another one. Nothing was left behind.",
        path.name,
        "verify",
    )


def _stored(words: NDArray[Any], spec: PixelSpec) -> NDArray[np.int64]:
    """Stored integers of a slice: mask to BitsStored, then sign."""
    values = words.astype(np.int64) >> (spec.high_bit + 1 - spec.stored)
    values &= (1 << spec.stored) - 1
    if spec.signed:
        sign = 1 << (spec.stored - 1)
        values = (values ^ sign) - sign
    return values


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


__all__ = ["COMPRESSIONS", "Encoding", "ExportOptions", "ExportReport", "write_derived"]
