"""Odd series built from real slices (a cut-out of d00-base): what every theme builds its cases with.

A builder writes files into a folder and returns the truth: what must be found there.
"""

from __future__ import annotations

import copy
import io
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.filewriter import dcmwrite
from pydicom.tag import Tag
from pydicom.uid import UID, generate_uid

from ...shared_data import CASES as SHARED

EXPLICIT, IMPLICIT, BIG = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.2"
DEFLATED, JLS, J2K, RLE = (f"1.2.840.10008.1.2.{end}" for end in ("1.99", "4.80", "4.90", "5"))
ENHANCED = "1.2.840.10008.5.1.4.1.1.2.1"
SIZE, COUNT, STEP = 64, 10, 5.0
HU = NDArray[np.int64]
Edit = Callable[[Dataset, int], None]
Builder = Callable[[Path], "Truth"]
REGISTRY: dict[str, Builder] = {}  # filled as the modules of the themes are imported; asked through ``odd.cases()``
S, C = float(np.sin(np.radians(20))), float(np.cos(np.radians(20)))  # of the tilted ones


@dataclass(eq=False)
class Want:
    """One series that must be found: its warnings by code, its HU as built, its geometry. ``None``: not asked."""

    hu: HU | None = None
    codes: set[str] | None = field(default_factory=set)
    state: str = ""
    shape: tuple[int, int, int] | None = None
    spacing: tuple[float, float, float] = (STEP, 1.8046875, 1.8046875)
    phase: str | None = None
    tilt: float = 0.0


@dataclass(eq=False)
class Truth:
    """What a folder holds: series in any order, and how many files have which fate."""

    series: list[Want]
    duplicates: int = 0
    excluded: int = 0
    rejected: int = 0
    codes: set[str] = field(default_factory=set)  # of the lines of files that are in no series


@cache
def _sources() -> tuple[bytes, ...]:
    paths = sorted(p for p in (SHARED / "d00-base" / "data").rglob("*") if p.is_file())
    slices = sorted((dcmread(p) for p in paths), key=lambda ds: ds.ImagePositionPatient[2])[9 : 9 + COUNT]
    packed = []
    for ds in slices:
        ds.PixelData = np.ascontiguousarray(ds.pixel_array[32:96, 32:96]).tobytes()
        ds.Rows = ds.Columns = SIZE
        out = io.BytesIO()
        dcmwrite(out, ds)
        packed.append(out.getvalue())
    return tuple(packed)


def slices(edit: Edit | None = None, count: int = COUNT, uids: dict[str, str] | None = None) -> list[Dataset]:
    """``count`` slices of one new series; ``edit(ds, k)`` alters each."""
    own = {name: generate_uid() for name in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID")}
    own |= uids or {}
    made = []
    for k in range(count):
        ds = dcmread(io.BytesIO(_sources()[k % COUNT]))
        for name, uid in own.items():
            setattr(ds, name, uid)
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        ds.ImagePositionPatient = [-57.75, 55.9, 700.0 + STEP * k]
        ds.SliceLocation, ds.InstanceNumber = 700.0 + STEP * k, k + 1
        if edit is not None:
            edit(ds, k)
        made.append(ds)
    return made


def base_hu(count: int = COUNT) -> HU:
    """HU of the unaltered slices."""
    return np.stack([stored(k) for k in range(count)]).astype(np.int64) - 1024


def stored(k: int) -> NDArray[np.uint16]:
    return dcmread(io.BytesIO(_sources()[k % COUNT])).pixel_array.astype(np.uint16)


def write(ds: Dataset, path: Path, syntax: str = EXPLICIT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    ds.file_meta.TransferSyntaxUID = UID(syntax)
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
    if syntax == BIG and ds.BitsAllocated == 16:
        ds = copy.deepcopy(ds)
        ds.PixelData = np.frombuffer(ds.PixelData, "<u2").astype(">u2").tobytes()
    plain = Dataset()
    plain.update(ds)
    plain.file_meta = ds.file_meta
    dcmwrite(path, plain, enforce_file_format=True)
    return path


def write_all(many: list[Dataset], folder: Path, syntax: str | Callable[[int], str] = EXPLICIT) -> list[Path]:
    made = []
    for k, ds in enumerate(many):
        made.append(write(ds, folder / f"f{k:04d}.dcm", syntax if isinstance(syntax, str) else syntax(k)))
    return made


def put(ds: Dataset, values: NDArray[Any]) -> None:
    """``values`` as the pixels of ``ds``, with as many bits as they have."""
    ds.Rows, ds.Columns = values.shape
    ds.BitsAllocated = ds.BitsStored = 8 * values.dtype.itemsize
    ds.HighBit, ds.PixelRepresentation = ds.BitsStored - 1, int(values.dtype.kind == "i")
    ds.PixelData = values.astype(values.dtype.newbyteorder("<")).tobytes()
    ds["PixelData"].VR = "OW"


def coded(ds: Dataset, syntax: str) -> Dataset:
    import imagecodecs

    words = np.frombuffer(ds.PixelData, "<u2").reshape(ds.Rows, ds.Columns)
    if syntax == JLS:
        code = bytes(imagecodecs.jpegls_encode(words.copy()))
    elif syntax == J2K:
        code = bytes(imagecodecs.jpeg2k_encode(words.copy(), level=0, codecformat="j2k", reversible=True))
    else:
        raise ValueError(syntax)
    ds.PixelData = encapsulate([code])
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    return ds


def register(name: str, builder: Builder) -> None:
    if name in REGISTRY:
        raise ValueError(f"two odd cases are called {name}")
    REGISTRY[name] = builder


def case(builder: Builder) -> Builder:
    register(builder.__name__.replace("_", "-"), builder)
    return builder


def setting(keywords: str, value: Any) -> Edit:
    """The edit that sets attributes of every slice to ``value``."""

    def edit(ds: Dataset, k: int) -> None:
        for keyword in keywords.split():
            setattr(ds, keyword, value)

    return edit


def simple(name: str, edit: Edit, codes: set[str] | None = None, **wanted: Any) -> None:
    """A case of one series whose slices are each edited; HU as in the base unless ``hu`` is given."""

    def build(folder: Path) -> Truth:
        write_all(slices(edit), folder)
        given = dict(wanted)
        given.setdefault("hu", base_hu())
        return Truth([Want(codes=codes or set(), **given)])

    register(name.replace("_", "-"), build)


def raw_text(ds: Dataset, keyword: str, text: str, edit: Edit | None = None, k: int = 0) -> None:
    """A value that pydicom would not write: put in by hand as a raw element."""
    from pydicom.dataelem import RawDataElement

    if edit is not None:
        edit(ds, k)
    tag = Tag(keyword)
    value = text.encode("latin_1")
    value += b" " * (len(value) % 2)
    vr = "DS" if keyword in ds and ds[keyword].VR == "DS" else ds[keyword].VR
    ds._dict[tag] = RawDataElement(tag, vr, len(value), value, 0, False, True)


def patch(folder: Path, change: Callable[[bytes], bytes], syntax: str = EXPLICIT, edit: Edit | None = None) -> None:
    for path in write_all(slices(edit), folder, syntax):
        path.write_bytes(change(path.read_bytes()))


def element(tag: int, vr: bytes, value: bytes) -> bytes:
    return struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, vr, len(value)) + value
