"""Two-decoder self-check: what our pinned decoders give is what an independent decoder gives, bit for bit.

libjpeg-turbo, CharLS, OpenJPEG and our PackBits (imagecodecs, in the decoder's process) against whichever of
these is installed: dcmtk's own JPEG and JPEG-LS code, OpenJPH, pydicom's RLE, GDCM (SimpleITK; its own bundled
libraries), pylibjpeg. Lossless syntaxes must agree exactly; 12 bit lossy JPEG within the rounding of two IDCTs.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.encaps import generate_frames

from ldct_viewer.dicom.codes import FileProblem
from ldct_viewer.dicom.files import FileRef
from ldct_viewer.dicom.pixels import read_pixels
from ldct_viewer.dicom.scan import scan_paths
from ldct_viewer.dicom.slices import read_slices
from ldct_viewer.dicom.syntax import SYNTAXES

from ..shared_data import CASES, DATA, needs_cases

pytest.importorskip("imagecodecs")
_PER_FOLDER, _LOOKED_AT = 1, 12
_JPEG = tuple(f"1.2.840.10008.1.2.4.{n}" for n in (50, 51, 57, 70))
_JPEG_LS = ("1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81")
_JPEG_2000 = ("1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91")
_HTJ2K = tuple(f"1.2.840.10008.1.2.4.{n}" for n in (201, 202))
_RLE = ("1.2.840.10008.1.2.5",)
_LOSSY_JPEG = _JPEG[:2]


@dataclass(frozen=True)
class Compressed:
    """One compressed CT file and the words our decoder makes of its frames."""

    path: Path
    syntax: str
    words: tuple[NDArray[Any], ...]


@cache
def compressed() -> tuple[Compressed, ...]:
    """A few compressed files of every folder of the shared material that our reader accepts."""
    return tuple(_found())


def _found() -> Iterator[Compressed]:
    folders = sorted({p.parent for root in (CASES, DATA) if root.is_dir() for p in root.rglob("*") if p.is_file()})
    for folder in folders:
        taken: dict[str, int] = {}
        for path in sorted(p for p in folder.iterdir() if p.is_file())[:_LOOKED_AT]:
            ref = FileRef(path)
            try:
                with ref.open() as source:
                    slices, parsed = read_slices(source, ref)
                    syntax = slices[0].spec.syntax
                    known = SYNTAXES.get(syntax)
                    if known is None or known.native or taken.get(syntax, 0) >= _PER_FOLDER:
                        continue
                    words = tuple(read_pixels(parsed.data, one) for one in slices[:2])
            except FileProblem:
                continue
            taken[syntax] = taken.get(syntax, 0) + 1
            yield Compressed(path, syntax, words)


def streams(path: Path) -> list[bytes]:
    """Code streams of a file, taken apart by pydicom."""
    ds = dcmread(path, force=True)
    return list(generate_frames(ds.PixelData, number_of_frames=int(ds.get("NumberOfFrames", 1) or 1)))


def by_dcmtk(one: Compressed, tool: str, folder: Path) -> list[NDArray[Any]]:
    """dcmtk writes the file uncompressed; its words are read from there."""
    plain = folder / "plain.dcm"
    done = subprocess.run([tool, str(one.path), str(plain)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotImplementedError(done.stderr.strip()[-120:])
    ds = dcmread(plain, force=True)
    kind = f"<u{ds.BitsAllocated // 8}"
    return list(
        np.frombuffer(ds.PixelData, kind)[: ds.Rows * ds.Columns * len(one.words)].reshape(-1, ds.Rows, ds.Columns)
    )


def by_openjph(one: Compressed, folder: Path) -> list[NDArray[Any]]:
    from imagecodecs import htj2k_decode

    return [htj2k_decode(stream) for stream in streams(one.path)]


def by_pydicom_rle(one: Compressed, folder: Path) -> list[NDArray[Any]]:
    from pydicom.pixels.decoders.rle import _rle_decode_frame

    ds = dcmread(one.path, force=True)
    rows, columns, bits = ds.Rows, ds.Columns, ds.BitsAllocated
    planes = [bytes(_rle_decode_frame(s, rows, columns, 1, bits, ">")) for s in streams(one.path)]
    return [np.frombuffer(plane, f"<u{bits // 8}").reshape(rows, columns) for plane in planes]


def by_gdcm(one: Compressed, folder: Path) -> list[NDArray[Any]]:
    """HU by SimpleITK (GDCM), turned back into stored values by the file's own slope and intercept."""
    import SimpleITK

    SimpleITK.ProcessObject.SetGlobalWarningDisplay(False)
    ds = dcmread(one.path, stop_before_pixels=True, force=True)
    if "RescaleSlope" not in ds or float(ds.RescaleSlope) != 1 or ds.PhotometricInterpretation != "MONOCHROME2":
        raise NotImplementedError("rescale is not plain")
    values = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(one.path))).astype(np.int64)
    return list(values - int(ds.RescaleIntercept))


CHECKS: dict[str, tuple[tuple[str, ...], Callable[[Compressed, Path], list[NDArray[Any]]]]] = {
    "dcmtk dcmdjpeg": (_JPEG, lambda one, folder: by_dcmtk(one, "dcmdjpeg", folder)),
    "dcmtk dcmdjpls": (_JPEG_LS, lambda one, folder: by_dcmtk(one, "dcmdjpls", folder)),
    "OpenJPH": (_HTJ2K, by_openjph),
    "pydicom RLE": (_RLE, by_pydicom_rle),
    "GDCM": ((*_JPEG, *_JPEG_LS, *_JPEG_2000, *_RLE), by_gdcm),
}


@needs_cases
@pytest.mark.parametrize("name", CHECKS)
def test_an_independent_decoder_gives_the_same_words(name: str, tmp_path: Path) -> None:
    syntaxes, decode = CHECKS[name]
    program = name.rsplit(maxsplit=1)[-1]
    if program.startswith("dcmd") and not shutil.which(program):
        pytest.skip(f"{program} (Debian: dcmtk) is not installed")
    if name == "GDCM":
        pytest.importorskip("SimpleITK")
    compared, differ = 0, []
    for one in compressed():
        if one.syntax not in syntaxes:
            continue
        try:
            theirs = decode(one, tmp_path)
        except (NotImplementedError, RuntimeError):
            continue  # that decoder does not read this file; the count below says how many it did
        spec_bits = dcmread(one.path, stop_before_pixels=True, force=True).BitsStored
        mask = (1 << spec_bits) - 1
        for ours, other in zip(one.words, theirs, strict=False):
            a, b = ours.astype(np.int64) & mask, other.astype(np.int64) & mask
            same = np.array_equal(a, b) if one.syntax not in _LOSSY_JPEG else np.abs(a - b).max() <= 2
            compared += 1
            if not same:
                differ.append(
                    (one.path.parent.parent.name, one.path.name, SYNTAXES[one.syntax].name, np.abs(a - b).max())
                )
    assert differ == []
    print(f"{name}: {compared} frames")
    assert compared, f"{name} could read none of the files"


@needs_cases
def test_every_compressed_syntax_of_the_cases_has_a_second_opinion() -> None:
    covered = {syntax for syntaxes, _ in CHECKS.values() for syntax in syntaxes}
    assert {one.syntax for one in compressed()} <= covered | {"1.2.840.10008.1.2.4.203"}


@needs_cases
def test_the_series_of_the_shared_data_are_read_as_by_gdcm() -> None:
    pytest.importorskip("SimpleITK")
    series = [f for root in sorted(DATA.glob("*/*")) if root.is_dir() for f in scan_paths([root]).series[:1]]
    if not series:
        pytest.skip("development CT series (../shared/data) not present")
    for found in series[:6]:
        item = found.slices[len(found.slices) // 2]
        with item.ref.open() as source:
            ours = read_pixels(source, read_slices(source, item.ref)[0][0])
        theirs = by_gdcm(Compressed(item.path, item.spec.syntax, (ours,)), Path())
        mask = (1 << item.spec.stored) - 1
        np.testing.assert_array_equal(ours.astype(np.int64) & mask, theirs[0] & mask)
