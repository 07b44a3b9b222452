"""NIfTI-1, NRRD and MetaImage headers by hand: exact affine (sheared ones too), streamed, atomic."""

from __future__ import annotations

import os
import secrets
import struct
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from ..cancel import CancelToken, Progress
from ..errors import WriteError
from ..volume import AIR_HU, Geometry

_GZIP_LEVEL = 1  # CT noise hardly compresses: level 6 takes 5 times as long for 3 % less


def write_file(
    path: Path,
    hu: NDArray[np.int16],
    rows: Sequence[int],
    geometry: Geometry,
    *,
    suffix: str,
    force: bool,
    progress: Progress,
    cancel: CancelToken,
) -> None:
    """Stream the layers ``rows`` (−1: air) of ``hu`` to ``path`` through a temporary sibling."""
    header = {"nii": nifti_header, "nii.gz": nifti_header, "nrrd": nrrd_header, "mha": mha_header}[suffix[1:]]
    temporary = path.with_name(f".{path.name[:80]}.{secrets.token_hex(4)}.partial")
    air = np.full(hu.shape[1:], AIR_HU, "<i2")
    try:
        with open(temporary, "xb") as stream:
            write, finish = _sink(stream, suffix)
            # NRRD keeps its header plain and compresses the data only.
            (stream.write if suffix == ".nrrd" else write)(header(geometry))
            for done, k in enumerate(rows, 1):
                cancel.check()
                layer = air if k < 0 else np.ascontiguousarray(hu[k], "<i2")
                write(layer.tobytes())
                progress(done, len(rows))
            finish()
            stream.flush()
            os.fsync(stream.fileno())
        if not force and os.path.lexists(path):
            raise WriteError("The file appeared meanwhile.", "Choose another name.", path, "exists")
        os.replace(temporary, path)
    except OSError as error:
        raise WriteError(
            f"The file could not be written: {error.strerror or error}.",
            "Check free space and permission of the folder.",
            path,
            "disk",
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def _sink(stream: IO[bytes], suffix: str) -> tuple[Callable[[bytes], object], Callable[[], object]]:
    """(write, finish) that compress where the format wants it; the gzip header carries no name or time."""
    if suffix not in (".nii.gz", ".nrrd"):
        return stream.write, lambda: None
    packer = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, 31)
    return lambda data: stream.write(packer.compress(data)), lambda: stream.write(packer.flush())


def nifti_header(geometry: Geometry) -> bytes:
    """A NIfTI-1 single-file header with its sform (and qform where the axes are at right angles), in RAS."""
    nz, ny, nx = geometry.shape
    dz, dy, dx = geometry.spacing_mm
    to_ras = np.diag([-1.0, -1.0, 1.0])
    axes = to_ras @ geometry.matrix
    affine = axes * (dx, dy, dz)
    offset = to_ras @ np.asarray(geometry.origin_lps)
    rigid = np.allclose(axes.T @ axes, np.eye(3), atol=1e-4)
    b, c, d, qfac = _quaternion(axes) if rigid else (0.0, 0.0, 0.0, 1.0)
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, nx, ny, nz, 1, 1, 1, 1)
    struct.pack_into("<hh", header, 70, 4, 16)  # int16
    struct.pack_into("<8f", header, 76, qfac, dx, dy, dz, 0, 0, 0, 0)
    struct.pack_into("<3f", header, 108, 352, 1, 0)  # vox_offset, slope 1, intercept 0
    header[123] = 2  # millimetres
    struct.pack_into("<80s", header, 148, b"LDCT Viewer, HU")
    struct.pack_into("<hh", header, 252, int(rigid), 1)  # qform, sform: scanner coordinates
    struct.pack_into("<6f", header, 256, b, c, d, *offset)
    for line in range(3):
        struct.pack_into("<4f", header, 280 + 16 * line, *affine[line], offset[line])
    header[344:348] = b"n+1\0"
    return bytes(header)


def _quaternion(axes: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """(b, c, d, qfac) of a rotation with columns x, y, z (nifti1.h, quatern representation, method 2)."""
    from scipy.spatial.transform import Rotation

    matrix = axes.copy()
    qfac = 1.0 if np.linalg.det(matrix) > 0 else -1.0
    matrix[:, 2] *= qfac
    left, _, right = np.linalg.svd(matrix)  # the nearest rotation: cosines are rounded in headers
    b, c, d, a = Rotation.from_matrix(left @ right).as_quat()
    sign = -1.0 if a < 0 else 1.0
    return float(b * sign), float(c * sign), float(d * sign), qfac


def nrrd_header(geometry: Geometry) -> bytes:
    """An NRRD0004 header in left-posterior-superior, gzip encoding."""
    steps = geometry.matrix * geometry.spacing_mm[::-1]
    vectors = " ".join("(" + ",".join(f"{v:.10g}" for v in steps[:, axis]) + ")" for axis in range(3))
    origin = ",".join(f"{v:.10g}" for v in geometry.origin_lps)
    nz, ny, nx = geometry.shape
    lines = (
        "NRRD0004",
        "# LDCT Viewer, HU",
        "type: short",
        "dimension: 3",
        "space: left-posterior-superior",
        f"sizes: {nx} {ny} {nz}",
        f"space directions: {vectors}",
        "kinds: domain domain domain",
        "endian: little",
        "encoding: gzip",
        f"space origin: ({origin})",
    )
    return ("\n".join(lines) + "\n\n").encode("ascii")


def mha_header(geometry: Geometry) -> bytes:
    """A MetaImage header; TransformMatrix lists the x, y and z axes one after the other."""
    nz, ny, nx = geometry.shape
    numbers = " ".join(f"{v:.10g}" for v in geometry.matrix.T.ravel())
    lines = (
        "ObjectType = Image",
        "NDims = 3",
        "BinaryData = True",
        "BinaryDataByteOrderMSB = False",
        "CompressedData = False",
        f"TransformMatrix = {numbers}",
        "Offset = " + " ".join(f"{v:.10g}" for v in geometry.origin_lps),
        "CenterOfRotation = 0 0 0",
        "ElementSpacing = " + " ".join(f"{v:.10g}" for v in geometry.spacing_mm[::-1]),
        f"DimSize = {nx} {ny} {nz}",
        "ElementType = MET_SHORT",
        "ElementDataFile = LOCAL",
    )
    return ("\n".join(lines) + "\n").encode("ascii")
