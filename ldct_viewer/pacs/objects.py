"""DICOM objects on the wire and on disk: who they are, and how a received one becomes a Part 10 file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from struct import pack

from .. import __version__
from ..atomic import write_atomic
from ..dicom import header as h
from ..dicom.codes import FileProblem, Reason
from ..dicom.elements import EXPLICIT_LE, IMPLICIT_LE, MEDIA_CLASS, PIXEL_DATA, parse, text
from ..dicom.explicit import Elements, Text, element, joined
from ..dicom.source import ByteSource, FileBytes, MemoryBytes
from ..dicom.syntax import SYNTAXES
from ..dicom.write import IMPLEMENTATION_CLASS_UID
from .client import valid_uid

CT_CLASSES = (
    "1.2.840.10008.5.1.4.1.1.2",  # CT Image Storage
    "1.2.840.10008.5.1.4.1.1.2.1",  # Enhanced CT
    "1.2.840.10008.5.1.4.1.1.2.2",  # Legacy Converted Enhanced CT
)
_WANTED = (h.SOP_CLASS, h.SOP_UID, h.STUDY_UID, h.SERIES_UID, h.MODALITY)


def transfer_syntaxes() -> list[str]:
    """All we read, as they are to be offered: lossless compressed, uncompressed, lossy last."""
    return sorted(SYNTAXES, key=lambda uid: (SYNTAXES[uid].lossy or SYNTAXES[uid].maybe_lossy, SYNTAXES[uid].native))


@dataclass(frozen=True)
class Instance:
    """What a DICOM object says it is. All UIDs are valid UIDs (or the object would have been refused)."""

    sop_class: str
    sop_uid: str
    study_uid: str
    series_uid: str
    modality: str
    syntax: str
    has_pixels: bool
    plain: bool = True  # a Part 10 file whose meta information is whole and true: can be sent byte for byte


def examine(source: ByteSource) -> Instance:
    """Header of one object; raises FileProblem for what is none, is cut, or has no usable UIDs."""
    parsed = parse(source, _WANTED)
    if parsed.pixel_length and parsed.pixel_offset + parsed.pixel_length > parsed.data.size != 0:
        undefined = parsed.pixel_length == 0xFFFFFFFF
        if not undefined:
            raise FileProblem(Reason.TRUNCATED)
    found = [text(parsed.values.get(tag, b"")) for tag in _WANTED]
    if not found[0]:
        found[0] = text(parsed.meta.get(MEDIA_CLASS, b""))
    if not all(valid_uid(uid) for uid in found[:4]):
        raise FileProblem(Reason.MALFORMED, "an identifier is missing or no UID")
    syntax = parsed.syntax or (EXPLICIT_LE if parsed.explicit else IMPLICIT_LE)
    sop_class, sop_uid, study_uid, series_uid, modality = found
    has_pixels = parsed.pixel_offset >= 0
    media = (text(parsed.meta.get(MEDIA_CLASS, b"")), text(parsed.meta.get(0x00020003, b"")))
    plain = parsed.preamble and not parsed.wrong_syntax and media == (sop_class, sop_uid) and bool(parsed.syntax)
    return Instance(sop_class, sop_uid, study_uid, series_uid, modality, syntax, has_pixels, plain)


def examine_file(path: Path) -> Instance:
    """:func:`examine` of a file."""
    with FileBytes(path) as source:
        return examine(source)


def series_of(path: Path) -> str:
    """The SeriesInstanceUID of a file that may be cut or damaged after it. Raises FileProblem."""
    with FileBytes(path) as source:
        uid = text(parse(source, (h.SERIES_UID,)).values.get(h.SERIES_UID, b""))
    if not uid:
        raise FileProblem(Reason.MALFORMED, "an identifier is missing")
    return uid


def part10(sop_class: str, sop_uid: str, syntax: str, data: bytes) -> bytes:
    """A Part 10 file (PS3.10 7.1) around the encoded data set ``data``, whose bytes stay as they are."""
    meta: Elements = {0x00020001: element(0x00020001, "OB", b"\0\1")}
    words = Text(meta)
    words.put("MediaStorageSOPClassUID", sop_class)
    words.put("MediaStorageSOPInstanceUID", sop_uid)
    words.put("TransferSyntaxUID", syntax)
    words.put("ImplementationClassUID", IMPLEMENTATION_CLASS_UID)
    words.put("ImplementationVersionName", f"LDCTV_{__version__}"[:16])
    body = joined(meta)
    return b"".join((bytes(128), b"DICM", element(0x00020000, "UL", pack("<L", len(body))), body, data))


def received(sop_class: str, sop_uid: str, syntax: str, data: bytes) -> tuple[Instance, bytes]:
    """A received object as a Part 10 file, if it is what the request called it; raises FileProblem."""
    if not valid_uid(sop_uid) or not valid_uid(sop_class) or not valid_uid(syntax):
        raise FileProblem(Reason.MALFORMED, "an identifier is no UID")
    whole = part10(sop_class, sop_uid, syntax, data)
    instance = examine(MemoryBytes(whole))
    if instance.sop_uid != sop_uid:
        raise FileProblem(Reason.MALFORMED, "another image than announced")
    return instance, whole


def store(folder: Path, instance: Instance, whole: bytes, flush: bool) -> Path:
    """Put a checked object into ``folder`` under its UID, whole or not at all. Raises OSError."""
    path = folder / f"{instance.sop_uid}.dcm"  # digits and dots only: cannot leave the folder
    if os.path.islink(path):
        path.unlink()
    write_atomic(path, whole, flush=flush)
    return path


__all__ = [
    "CT_CLASSES",
    "PIXEL_DATA",
    "Instance",
    "examine",
    "examine_file",
    "part10",
    "received",
    "series_of",
    "store",
]
