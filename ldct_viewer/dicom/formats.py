"""NIfTI, NRRD and MetaImage: read through SimpleITK, written by hand, both in LPS."""

from __future__ import annotations

import math
import os
import re
import shutil
import struct
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..cancel import NEVER, CancelToken, Progress, no_progress
from ..errors import WriteError
from ..volume import Geometry, SeriesMeta, SeriesWarning, Volume
from .codes import FileProblem, Reason
from .geometry import TILT_DEG, as_direction, tilt_note
from .series import FoundSeries
from .source import FileBytes, os_problem

SUFFIXES = (".nii.gz", ".nii", ".nrrd", ".mha")
_MAX_VOXELS = 2 << 30  # 4 GB of int16
_MAX_DEFLATE = 1032  # the most that deflate can compress
_NAMES = {".nii": "NIfTI", ".nii.gz": "NIfTI", ".nrrd": "NRRD", ".mha": "MetaImage"}


def find_volume(path: Path) -> FoundSeries:
    """A volume file as a series, from its header; raises FileProblem ``bad_volume``, ``not_hu`` …"""
    with _reader(path, pixels=False) as (reader, kind, grid):
        geometry, _ = _geometry(reader.GetSize(), *(grid or _grid(reader)))
    warnings = [SeriesWarning(Reason.HU_ASSUMED.code, Reason.HU_ASSUMED.message)]
    if geometry.shape[0] > 1 and geometry.tilt_deg > TILT_DEG:
        warnings.append(tilt_note(geometry.tilt_deg))
    if geometry.shape[0] == 1:
        warnings.append(SeriesWarning(Reason.SINGLE_SLICE.code, Reason.SINGLE_SLICE.message))
    meta = SeriesMeta(description=path.name, transfer_syntax=kind, modality="CT")
    return FoundSeries(meta, geometry, (path,), tuple(warnings), "notes", volume_file=path)


def read_volume(found: FoundSeries) -> Volume:
    """The voxels of a volume file in HU; raises OpenError through the caller's FileProblem."""
    from ..errors import OpenError

    assert found.volume_file is not None
    path = found.volume_file
    try:
        with _reader(path, pixels=True) as (reader, kind, grid):
            import SimpleITK

            if kind == "NIfTI":
                _check_nifti_length(path)  # ITK fills a cut NIfTI up with what was in memory; the others it refuses
            try:
                image = reader.Execute()
            except (RuntimeError, MemoryError) as error:
                raise FileProblem(Reason.BAD_VOLUME, _short(error)) from error
            array: NDArray[Any] = SimpleITK.GetArrayViewFromImage(image)
            geometry, flipped = _geometry(image.GetSize(), *(grid or _grid(image)))
            hu, warnings = _to_hu(array, path)
    except FileProblem as problem:
        raise OpenError(problem.text, problem.reason.hint, path, problem.reason.code) from problem
    if geometry.shape != found.shape:
        reason = Reason.CHANGED
        raise OpenError(reason.message, reason.hint, path, reason.code)
    if flipped:
        hu = hu[::-1].copy()
    return Volume(hu, geometry, found.meta, (*found.warnings, *warnings), None, (path,))


def _to_hu(array: NDArray[Any], path: Path) -> tuple[NDArray[np.int16], tuple[SeriesWarning, ...]]:
    if array.dtype == np.int16:
        return array.copy(), ()
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise FileProblem(Reason.BAD_VOLUME, "it holds values that are not numbers")
    whole = np.rint(array) if array.dtype.kind == "f" else array
    hu = np.clip(whole, -32768, 32767).astype(np.int16)
    warnings = []
    for reason, count in (
        (Reason.CLIPPED, int(np.count_nonzero(hu != whole))),
        (Reason.ROUNDED, int(np.count_nonzero(whole != array)) if array.dtype.kind == "f" else 0),
    ):
        if count:
            warnings.append(SeriesWarning(reason.code, f"{reason.message} ({count} voxels)", (str(path),)))
    return hu, tuple(warnings)


_Grid = tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]
"""Spacing, origin and direction (by rows) as ITK gives them."""


def _grid(image: Any) -> _Grid:
    return image.GetSpacing(), image.GetOrigin(), image.GetDirection()


@contextmanager
def _reader(path: Path, pixels: bool) -> Iterator[tuple[Any, str, _Grid | None]]:
    """A SimpleITK reader with its header found sane, the format's name, and the grid where ITK cannot tell it.

    ITK never sees the user's path. It refuses NIfTI with sheared axes, as a tilted gantry gives them (ours too): such
    a file is shown to it without its axes, and with its voxels only if ``pixels``.
    """
    import SimpleITK

    SimpleITK.ProcessObject.SetGlobalWarningDisplay(False)
    with FileBytes(path) as source:
        size = source.size
        head = source.read(0, 4096)
    suffix = _suffix(path, head)
    with tempfile.TemporaryDirectory(prefix="ldct-") as folder:
        plain = Path(folder) / f"volume{suffix}"
        extra = _place(path, plain, head)
        reader = SimpleITK.ImageFileReader()
        reader.SetFileName(str(plain))
        grid: _Grid | None = None
        try:
            reader.ReadImageInformation()
        except RuntimeError as error:
            grid = _sheared_nifti(path, plain, pixels) if "orthonormal" in str(error) else None
            if grid is None:
                raise FileProblem(Reason.BAD_VOLUME, _short(error)) from error
            reader.SetFileName(str(plain.with_name("flat.nii")))
            reader.ReadImageInformation()
        dims = reader.GetSize()
        if (len(dims) == 4 and dims[3] == 1) or len(dims) != 3 or min(dims) < 1:
            raise FileProblem(Reason.BAD_VOLUME, f"{len(dims)} dimensions instead of 3")
        if reader.GetNumberOfComponents() != 1:
            raise FileProblem(Reason.COLOUR, "several values a voxel")
        pixel = reader.GetPixelID()
        if pixel in (SimpleITK.sitkUInt8, SimpleITK.sitkInt8):
            raise FileProblem(Reason.NOT_HU, "8 bit values (a label map or a picture)")
        voxels = dims[0] * dims[1] * dims[2]
        if voxels > _MAX_VOXELS or voxels > (size + extra) * _MAX_DEFLATE:
            raise FileProblem(Reason.TOO_LARGE, f"{dims[0]} × {dims[1]} × {dims[2]} voxels in {size + extra} bytes")
        yield reader, _NAMES[suffix], grid


def _sheared_nifti(path: Path, plain: Path, pixels: bool) -> _Grid | None:
    """The axes (LPS) of a NIfTI-1 file whose only ones are sheared; without them it is written beside ``plain``."""
    with FileBytes(path) as source:
        head, order, needed = _nifti_head(source)
        qform, sform = struct.unpack_from(f"{order}2h", head, 252)
        affine = np.array(struct.unpack_from(f"{order}12f", head, 280), np.float64).reshape(3, 4)
        spacing = np.linalg.norm(affine[:, :3], axis=0)
        if qform != 0 or sform <= 0 or not np.isfinite(affine).all() or not (spacing > 0).all():
            return None
        with open(plain.with_name("flat.nii"), "wb") as out:
            out.write(head[:252] + bytes(4) + head[256:])
            if pixels:
                for at, piece in _inflated(source, needed) if plain.suffix == ".gz" else _pieces(source):
                    out.write(piece[max(len(head) - at, 0) :])
            else:
                out.truncate(max(needed, len(head)))
    affine[:2] *= -1
    return tuple(spacing.tolist()), tuple(affine[:, 3].tolist()), tuple((affine[:, :3] / spacing).ravel().tolist())


def _nifti_head(source: FileBytes) -> tuple[bytes, str, int]:
    """Header of a NIfTI-1 file, its byte order, and how long (unpacked) the file must be to hold all voxels."""
    packed = source.read(0, 2) == b"\x1f\x8b"
    unzip = zlib.decompressobj(31) if packed else None
    head = unzip.decompress(source.read(0, 8192), 352) if unzip else source.read(0, 352)
    order = "<" if head[:4] == struct.pack("<i", 348) else ">"
    dims = struct.unpack_from(f"{order}8h", head, 40)
    bits = struct.unpack_from(f"{order}h", head, 72)[0]
    start = struct.unpack_from(f"{order}f", head, 108)[0]
    return head, order, int(start) + math.prod(max(d, 1) for d in dims[1 : 1 + max(dims[0], 0)]) * bits // 8


def _check_nifti_length(path: Path) -> None:
    """Raise ``truncated`` unless a NIfTI-1 file holds all the voxels that its header promises."""
    with FileBytes(path) as source:
        _, _, needed = _nifti_head(source)
        packed = source.read(0, 2) == b"\x1f\x8b"
        length = sum(len(piece) for _, piece in _inflated(source, needed)) if packed else source.size
        if length < needed:
            raise FileProblem(Reason.TRUNCATED)


def _pieces(source: FileBytes) -> Iterator[tuple[int, bytes]]:
    """(offset, bytes) of a file."""
    for at in range(0, source.size, 1 << 22):
        yield at, source.read(at, 1 << 22)


def _inflated(source: FileBytes, needed: int) -> Iterator[tuple[int, bytes]]:
    """(offset, bytes) of a gzip stream's content, no further than ``needed``."""
    total, offset, unzip = 0, 0, zlib.decompressobj(31)
    while total < needed:
        piece = unzip.unconsumed_tail
        if unzip.eof:  # a file may be several gzip members in a row
            piece, unzip = unzip.unused_data, zlib.decompressobj(31)
        if not piece:
            piece = source.read(offset, 1 << 20)
            offset += len(piece)
            if not piece:
                break
        try:
            out = unzip.decompress(piece, 1 << 22)
        except zlib.error as error:
            raise FileProblem(Reason.BAD_VOLUME, "its compression is damaged") from error
        yield total, out
        total += len(out)


def _suffix(path: Path, head: bytes) -> str:
    if head.startswith(b"NRRD000"):
        if re.search(rb"(?im)^data ?file\s*:", head.split(b"\n\n")[0]):
            raise FileProblem(Reason.BAD_VOLUME, "its data are in another file")
        return ".nrrd"
    if head.startswith(b"\x1f\x8b"):
        return ".nii.gz"
    if head[344:348] == b"n+1\0":
        return ".nii"
    if head[344:348] == b"ni1\0":
        raise FileProblem(Reason.BAD_VOLUME, "its data are in another file (.img); convert the pair to .nii")
    return ".mha"


def _place(path: Path, plain: Path, head: bytes) -> int:
    """The file under a plain ASCII name in our own folder: a link where possible, else a copy."""
    data_file = re.search(rb"(?im)^ElementDataFile\s*=\s*([^\r\n]+)", head)
    name = data_file.group(1).strip().decode("utf-8", "replace") if data_file and plain.suffix == ".mha" else "LOCAL"
    if name == "LOCAL":
        _link(path, plain)
        return 0
    if name != Path(name).name or name in (".", "..") or name == "LIST" or "%" in name or "\\" in name:
        raise FileProblem(Reason.BAD_VOLUME, "its data file is not beside it")
    raw = path.with_name(name)
    with FileBytes(raw) as source:
        size = source.size
    _link(raw, plain.with_name("data.raw"))
    assert data_file is not None
    changed = head[: data_file.start(1)] + b"data.raw" + head[data_file.end(1) :]
    plain.with_suffix(".mhd").write_bytes(changed)
    os.replace(plain.with_suffix(".mhd"), plain)
    return size


def _link(path: Path, plain: Path) -> None:
    try:
        try:
            os.symlink(os.path.abspath(path), plain)
        except (OSError, NotImplementedError):  # Windows without the privilege
            shutil.copyfile(path, plain)
    except OSError as error:
        raise os_problem(error) from error


def _short(error: BaseException) -> str:
    """ITK's message without its source lines and our temporary path."""
    text = [line for line in str(error).splitlines() if line.strip()]
    last = text[-1].split("ERROR:")[-1].strip() if text else ""
    return re.sub(r"\S*ldct-\S*", "the file", last)[:160].rstrip(".") or "damaged"


def _geometry(
    size: tuple[int, ...], spacing: tuple[float, ...], origin: tuple[float, ...], direction: tuple[float, ...]
) -> tuple[Geometry, bool]:
    """Geometry (LPS, as ITK gives it), and True when slices must be reversed so that z = x × y."""
    matrix = np.array(direction, dtype=np.float64).reshape(3, 3)
    start = np.array(origin, dtype=np.float64)
    if not (np.isfinite(matrix).all() and np.isfinite(start).all() and min(spacing) > 0):
        raise FileProblem(Reason.BAD_GEOMETRY)
    if abs(np.linalg.det(matrix)) < 1e-3 or max(spacing) > 1000:
        raise FileProblem(Reason.BAD_GEOMETRY)
    flip = bool(np.linalg.det(matrix) < 0)
    if flip:
        start += matrix[:, 2] * spacing[2] * (size[2] - 1)
        matrix[:, 2] *= -1
    return (
        Geometry(
            shape=(size[2], size[1], size[0]),
            spacing_mm=(spacing[2], spacing[1], spacing[0]),
            origin_lps=(float(start[0]), float(start[1]), float(start[2])),
            direction=as_direction(matrix),
        ),
        flip,
    )


def save_volume(
    volume: Volume,
    hu: NDArray[np.int16],
    path: str | Path,
    force: bool = False,
    *,
    progress: Progress = no_progress,
    cancel: CancelToken = NEVER,
) -> tuple[SeriesWarning, ...]:
    """Write ``hu`` (z, y, x; int16) on ``volume``'s grid as ``.nii.gz``, ``.nii``, ``.nrrd`` or ``.mha``.

    Atomic: the target is absent or complete. Missing slices are written as layers of padding so that
    distances stay true (a warning is returned); irregular spacing cannot be said in these formats and is
    refused. A tilted stack keeps its sheared axes. Raises WriteError and Cancelled.
    """
    from .volume_files import write_file

    target = Path(path)
    suffix = next((s for s in SUFFIXES if target.name.lower().endswith(s)), None)
    if suffix is None:
        raise WriteError("Unknown file type.", f"Use one of {', '.join(SUFFIXES)}.", target, "format")
    if hu.shape != volume.shape or hu.dtype != np.int16:
        raise ValueError(f"hu must be int16 of shape {volume.shape}, not {hu.dtype} {hu.shape}")
    if os.path.lexists(target) and (not force or target.is_dir()):
        raise WriteError("The file exists already.", "Choose another name or allow overwriting.", target, "exists")
    geometry, rows = _equal_steps(volume.geometry, target)
    write_file(target, hu, rows, geometry, suffix=suffix, force=force, progress=progress, cancel=cancel)
    notes = []
    if blank := len(rows) - hu.shape[0]:
        text = f"{blank} missing slice(s) written as empty layers to keep distances true."
        notes.append(SeriesWarning("gaps_filled", text))
    if suffix.startswith(".nii") and geometry.tilt_deg > TILT_DEG:
        text = "The slices are tilted: programs built on ITK refuse NIfTI with such axes; NRRD and MetaImage they read."
        notes.append(SeriesWarning("sheared_axes", text))
    return tuple(notes)


def _equal_steps(geometry: Geometry, path: Path) -> tuple[Geometry, list[int]]:
    """An equally spaced geometry and, for each of its layers, the slice that lies there (−1: none)."""
    count = geometry.shape[0]
    if geometry.z_positions_mm is None:
        return geometry, list(range(count))
    step = geometry.spacing_mm[0]
    index = np.asarray(geometry.z_positions_mm) / step
    whole = np.rint(index).astype(int)
    if (
        geometry.usual_steps_mm
        or np.abs(index - whole).max() > 0.05
        or len(set(whole.tolist())) != count
        or whole[-1] + 1 > 4 * count
    ):
        raise WriteError(
            "The slices are not equally spaced; this file format cannot say that.",
            "Export as DICOM, which keeps every slice's own position.",
            path,
            "irregular_spacing",
        )
    rows = [-1] * (int(whole[-1]) + 1)
    for k, layer in enumerate(whole):
        rows[layer] = k
    shape = (len(rows), *geometry.shape[1:])
    return replace(geometry, shape=shape, z_positions_mm=None), rows
