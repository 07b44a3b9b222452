"""Write a derived CT series: every slice from its source slice's header, one transaction, all verified.

Used for denoised and for simulated low-dose volumes. Rules: DICOM.md §5.7, §5.8; table: VIEWER.md §8.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..cancel import NEVER, CancelToken, Progress, no_progress
from ..errors import WriteError
from ..volume import SeriesWarning, Volume
from .codes import FileProblem
from .encoding import SYNTAX_OF
from .files import FileRef
from .header import Slice
from .provenance import Derivation
from .slice_export import ExportOptions, SliceExport, file_name
from .slices import read_slices
from .source_check import check_unchanged_since_opened
from .transaction import FolderTransaction

if TYPE_CHECKING:
    from .scan import FoundSeries

_HEADER_BYTES = 32768
COMPRESSIONS = tuple(SYNTAX_OF)


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
    volume: Volume | None = None,
    progress: Progress = no_progress,
    cancel: CancelToken = NEVER,
    deidentify_key: bytes | None = None,
) -> ExportReport:
    """Write ``hu`` (z, y, x; int16) as a new CT series derived from ``found`` into the new folder ``folder``.

    ``volume`` is what was read from ``found``, if at hand: it saves decoding the sources again for their
    padding, and tells which slices ``hu`` has where some could not be read. After return the folder is
    complete, flushed, re-read and equal to ``hu``, and the sources are what they were. Raises WriteError
    (``exists``, ``inside_source``, ``disk_full``, ``no_permission``, ``disk``, ``source_changed``,
    ``verify``, ``blocked``, ``not_dicom``) and Cancelled; then nothing is left behind.
    """
    options = options or ExportOptions()
    slices = _source_slices(found)
    padding = None
    if volume is not None:
        slices, padding = _slices_of(slices, volume), volume.padding
    _check_input(found, hu, slices, padding, options)
    export = SliceExport(slices, hu, padding, derivation, options, deidentify_key, padding_known=volume is not None)
    for k, item in enumerate(slices):
        check_unchanged_since_opened(item, volume.hu[k] if volume is not None else None)
    # Members of an archive lie in no folder that could be mixed up with the target.
    folders = [item.ref.path for item in slices if item.ref.archive is None]
    with FolderTransaction(folder, folders, hu.nbytes + _HEADER_BYTES * len(slices)) as transaction, export:
        total = 2 * len(slices)
        export.run(lambda k: export.write(k, transaction.work), 0, total, progress, cancel)
        export.run(export.settle, len(slices), total, progress, cancel)
        export.check_stamps()
        cancel.check()
        transaction.commit()
    target = transaction.target
    return ExportReport(
        folder=target,
        files=tuple(target / file_name(k) for k in range(len(slices))),
        series_uid=export.series_uid,
        bytes_written=sum(export.bytes_written),
        clipped=export.clipped,
        moved=export.moved,
        warnings=tuple(export.warnings()),
        source_sha256=tuple(export.sha256),
    )


def find_series(volume: Volume) -> FoundSeries:
    """The found series that ``volume`` was read from, its files scanned again.

    For callers that kept only the volume. Raises WriteError ``not_dicom``.
    """
    from .scan import scan_paths

    paths = list(dict.fromkeys(volume.files))
    for found in scan_paths(paths).series if paths else ():
        if found.slices and found.uid == volume.meta.uid and set(volume.files) <= set(found.files):
            return found
    raise _not_dicom()


def _not_dicom() -> WriteError:
    return WriteError(
        "This series did not come from DICOM files.",
        "Save it as NIfTI, NRRD or MetaImage instead.",
        code="not_dicom",
    )


def _source_slices(found: FoundSeries) -> list[Slice]:
    """The slices of a series in order: as the scan found them, else read again from its files."""
    if found.slices or found.volume_file is not None:
        return list(found.slices)
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


def _slices_of(slices: list[Slice], volume: Volume) -> list[Slice]:
    """The slices that ``volume`` has: fewer than found where some could not be read."""
    if len(slices) == volume.shape[0]:
        return slices
    kept: list[Slice] = []
    start = 0
    for k, path in enumerate(volume.files):
        same = [n for n in range(start, len(slices)) if slices[n].path == path]
        if not same:
            return slices  # not its volume: the check of the shape says so
        here = volume.geometry.index_to_lps(k, 0, 0)
        n = min(same, key=lambda n: float(np.linalg.norm(here - np.asarray(slices[n].position))))
        kept.append(slices[n])
        start = n + 1
    return kept


def _check_input(
    found: FoundSeries,
    hu: NDArray[np.int16],
    slices: Sequence[Slice],
    padding: NDArray[np.bool_] | None,
    options: ExportOptions,
) -> None:
    if not slices:
        raise _not_dicom()
    if found.state == "blocked":
        raise WriteError("This series has a conflict and cannot be exported.", "See its warnings.", code="blocked")
    shape = (len(slices), slices[0].spec.rows, slices[0].spec.columns)
    if hu.shape != shape or hu.dtype != np.int16:
        raise ValueError(f"hu must be int16 of shape {shape}, not {hu.dtype} {hu.shape}")
    if padding is not None and padding.shape != shape:
        raise ValueError(f"padding must have shape {shape}, not {padding.shape}")
    if options.compress not in SYNTAX_OF:
        raise ValueError(f"compress must be one of {', '.join(COMPRESSIONS)}, not {options.compress!r}")


__all__ = ["COMPRESSIONS", "ExportOptions", "ExportReport", "find_series", "write_derived"]
