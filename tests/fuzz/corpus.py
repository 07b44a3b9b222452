"""Sound files to be broken: one of every transfer syntax, made here, and odd real ones where they are."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.filewriter import dcmwrite
from pydicom.sequence import Sequence
from pydicom.uid import UID

from ..dicom import make_ct
from ..shared_data import CASES

TS = "1.2.840.10008.1.2"
_ROOT = "1.2.826.0.1.3680043.10.1999.77"
ROWS, COLUMNS = 20, 24


@dataclass(frozen=True)
class Element:
    """Where one top-level element of a file is: its header, its value."""

    tag: int
    vr: str
    start: int
    value: int
    length: int


@dataclass(frozen=True)
class Base:
    """A sound file. ``pixels`` is where its pixel data begin; ``elements`` are those before."""

    name: str
    data: bytes
    syntax: str
    lossless: bool
    elements: tuple[Element, ...] = field(repr=False)
    pixels: int = 0

    @property
    def coded(self) -> bool:
        """Compressed, in fragments."""
        return self.syntax.startswith((f"{TS}.4.", f"{TS}.5"))


def image(seed: int = 0, bits: int = 12) -> NDArray[np.uint16]:
    """A smooth disc with noise: what decoders are made for."""
    y, x = np.mgrid[:ROWS, :COLUMNS]
    smooth = 900 + 700 * np.cos(x / 5.0) * np.sin(y / 4.0) + np.random.default_rng(seed).normal(0, 12, x.shape)
    return np.clip(smooth, 0, (1 << bits) - 1).astype(np.uint16)


def rle(plane: NDArray[Any]) -> bytes:
    """PS3.5 annex G in literal runs only: long, and plainly right."""
    segments = []
    for part in (plane >> 8, plane & 0xFF):
        raw = part.astype(np.uint8).tobytes()
        segment = b"".join(bytes([len(raw[i : i + 128]) - 1]) + raw[i : i + 128] for i in range(0, len(raw), 128))
        segments.append(segment + b"\0" * (len(segment) % 2))
    starts = [64, 64 + len(segments[0])]
    header = b"".join(n.to_bytes(4, "little") for n in (2, *starts)).ljust(64, b"\0")
    return header + b"".join(segments)


def _codecs() -> dict[str, tuple[str, Callable[[NDArray[Any]], bytes], bool]]:
    import imagecodecs as ic

    def jpeg2k(plane: NDArray[Any], **options: Any) -> bytes:
        return bytes(ic.jpeg2k_encode(plane, codecformat="j2k", **options))

    return {
        "rle": (f"{TS}.5", rle, True),
        "jpeg12": (f"{TS}.4.51", lambda a: bytes(ic.jpeg8_encode(a, level=97, bitspersample=12)), False),
        "jpegll57": (f"{TS}.4.57", lambda a: bytes(ic.ljpeg_encode(a, bitspersample=12)), True),
        "jpegll70": (f"{TS}.4.70", lambda a: bytes(ic.ljpeg_encode(a, bitspersample=12)), True),
        "jls80": (f"{TS}.4.80", lambda a: bytes(ic.jpegls_encode(a)), True),
        "jls81": (f"{TS}.4.81", lambda a: bytes(ic.jpegls_encode(a, level=2)), False),
        "j2k90": (f"{TS}.4.90", lambda a: jpeg2k(a, level=0, reversible=True, bitspersample=12), True),
        "j2k91": (f"{TS}.4.91", lambda a: jpeg2k(a, level=60), False),
        "htj2k201": (f"{TS}.4.201", lambda a: bytes(ic.htj2k_encode(a, reversible=True)), True),
        "htj2k202": (f"{TS}.4.202", lambda a: bytes(ic.htj2k_encode(a, reversible=True)), True),
        "htj2k203": (f"{TS}.4.203", lambda a: bytes(ic.htj2k_encode(a, reversible=False)), False),
    }


def _dataset(number: int) -> Dataset:
    ds = make_ct.dataset(image(), 3, f"{_ROOT}.1.{number}", f"{_ROOT}.2", f"{_ROOT}.3")
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = f"{_ROOT}.4.{number}"
    ds.PixelPaddingValue = 0
    inner = Dataset()
    inner.CodeValue, inner.CodeMeaning = "113", "dose"
    outer = Dataset()
    outer.PurposeOfReferenceCodeSequence = Sequence([inner])
    ds.SourceImageSequence = Sequence([outer])
    ds.RescaleType = "HU"
    return ds


def _written(ds: Dataset, syntax: str) -> bytes:
    ds.file_meta.TransferSyntaxUID = UID(syntax)
    out = io.BytesIO()
    dcmwrite(out, ds, enforce_file_format=True)
    return out.getvalue()


def _plain(number: int, syntax: str, change: Callable[[Dataset], None] = lambda ds: None) -> bytes:
    ds = _dataset(number)
    if syntax == f"{TS}.2":  # big endian is written as it is given
        ds.PixelData = image().astype(">u2").tobytes()
    change(ds)
    return _written(ds, syntax)


def _coded(
    number: int, syntax: str, streams: list[bytes], change: Callable[[Dataset], None] = lambda ds: None
) -> bytes:
    ds = _dataset(number)
    ds.PixelData = encapsulate(streams)
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    change(ds)
    return _written(ds, syntax)


def _signed(ds: Dataset) -> None:
    ds.PixelRepresentation, ds.BitsStored, ds.HighBit = 1, 16, 15
    del ds.PixelPaddingValue
    ds.RescaleSlope, ds.RescaleIntercept = "0.5", "-100"


def _eight(ds: Dataset) -> None:
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit = 7
    ds.PixelData = (image() >> 4).astype(np.uint8).tobytes()


def _modality_lut(ds: Dataset) -> None:
    del ds.RescaleSlope, ds.RescaleIntercept, ds.RescaleType
    item = Dataset()
    item.add_new(0x00283002, "US", [4096, 0, 16])
    item.ModalityLUTType = "HU"
    item.add_new(0x00283006, "OW", (np.arange(4096) - 1024).astype("<i2").tobytes())
    ds.ModalityLUTSequence = Sequence([item])


def describe(name: str, data: bytes, lossless: bool) -> Base:
    """Find the elements of a sound file, by pydicom."""
    ds = dcmread(io.BytesIO(data), force=True)
    syntax = str(ds.file_meta.get("TransferSyntaxUID", TS))
    elements, pixels = [], 0
    for raw in [] if syntax.endswith(".1.99") else ds.values():
        at = getattr(raw, "value_tell", 0) or getattr(raw, "file_tell", 0) or 0
        tag, length = int(raw.tag), getattr(raw, "length", -1)
        vr = str(getattr(raw, "VR", None) or "")
        if tag == 0x7FE00010:
            pixels = at
        elif at and length is not None and 0 <= length < len(data):
            long = vr in ("OB", "OW", "SQ", "UN", "UT", "UC", "OF", "OD", "OL")
            elements.append(Element(tag, vr, at - (12 if long else 8), at, length))
    return Base(name, data, syntax, lossless, tuple(elements), pixels or max(data.rfind(b"\xe0\x7f\x10\x00"), 200))


@cache
def corpus() -> tuple[Base, ...]:
    """All bases: the same on every machine but for the last ones, which need ../shared."""
    made: dict[str, tuple[bytes, bool]] = {}
    for number, (name, syntax) in enumerate(
        (("implicit", TS), ("explicit", f"{TS}.1"), ("big", f"{TS}.2"), ("deflated", f"{TS}.1.99")), 1
    ):
        made[name] = _plain(number, syntax), True
    made["signed"] = _plain(10, f"{TS}.1", _signed), True
    made["eight"] = _plain(11, f"{TS}.1", _eight), True
    made["lut"] = _plain(12, f"{TS}.1", _modality_lut), True
    for number, (name, (syntax, encode, lossless)) in enumerate(_codecs().items(), 20):
        made[name] = _coded(number, syntax, [encode(image())]), lossless
    stream = _codecs()["jpegll70"][1](image())
    pieces = encapsulate([stream], fragments_per_frame=3)

    def in_pieces(ds: Dataset) -> None:
        ds.PixelData = pieces

    made["fragments"] = _coded(40, f"{TS}.4.70", [stream], in_pieces), True
    bases = [describe(name, data, lossless) for name, (data, lossless) in made.items()]
    return (*bases, *_real())


def _real() -> list[Base]:
    found: list[Base] = []
    if not CASES.is_dir():
        return found
    cases = ("r15-*", "r14-*", "r11-*", "r05-*", "d31-*", "d32-*", "d39-*", "d40-*", "d50-*", "d57-*", "r32-*", "r33-*")
    for pattern in cases:
        for folder in sorted(CASES.glob(pattern)):
            small = [p for p in sorted((folder / "data").rglob("*")) if p.is_file() and p.stat().st_size < 300_000]
            for path in small[:2]:
                data = path.read_bytes()
                if len(data) > 400:
                    try:
                        found.append(describe(f"{folder.name}/{path.name}", data, False))
                    except Exception:  # noqa: BLE001 - what pydicom cannot describe is not a base
                        continue
    return found


def inflated(data: bytes) -> tuple[bytes, bytes]:
    """(head, data set) of a deflated file."""
    head = data.index(b"1.2.840.10008.1.2.1.99")
    for start in range(head, min(head + 400, len(data))):
        try:
            return data[:start], zlib.decompress(data[start:], -15)
        except zlib.error:
            continue
    raise ValueError("not deflated")
