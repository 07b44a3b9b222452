"""Enhanced CT: many frames in one file."""

from __future__ import annotations

import copy
import struct
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, generate_uid

from .kit import (
    BIG,
    COUNT,
    DEFLATED,
    ENHANCED,
    EXPLICIT,
    IMPLICIT,
    JLS,
    STEP,
    C,
    S,
    Truth,
    Want,
    base_hu,
    case,
    put,
    slices,
    stored,
    write,
    write_all,
)


def enhanced(stacks: list[list[Dataset]], per_frame_rescale: bool = False, undefined: bool = False) -> Dataset:
    """One enhanced CT of the slices of ``stacks``."""
    many = [ds for stack in stacks for ds in stack]
    out = Dataset()
    for tag in list(many[0].keys()):
        if int(tag) >> 16 not in (0x7FE0, 0x0018) and many[0][tag].keyword not in (
            *("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "RescaleSlope", "RescaleIntercept"),
            *("SliceLocation", "WindowCenter", "WindowWidth", "RescaleType", "AcquisitionNumber", "ImageComments"),
        ):
            out[tag] = copy.deepcopy(many[0][tag])
    out.file_meta = FileMetaDataset()
    out.SOPClassUID, out.NumberOfFrames = ENHANCED, len(many)
    out.SOPInstanceUID = out.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    out.ImageType = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
    out.file_meta.MediaStorageSOPClassUID = UID(ENHANCED)
    shared = Dataset()
    if not per_frame_rescale:
        shared.PixelValueTransformationSequence = Sequence([_rescale(many[0])])
    out.SharedFunctionalGroupsSequence = Sequence([shared])
    frames = []
    for number, stack in enumerate(stacks, 1):
        for k, ds in enumerate(stack, 1):
            frame = Dataset()
            content, place, turn, measures = Dataset(), Dataset(), Dataset(), Dataset()
            content.StackID, content.InStackPositionNumber = str(number), k
            content.FrameAcquisitionNumber = 1
            place.ImagePositionPatient = ds.ImagePositionPatient
            turn.ImageOrientationPatient = ds.ImageOrientationPatient
            measures.PixelSpacing, measures.SliceThickness = ds.PixelSpacing, ds.SliceThickness
            frame.FrameContentSequence = Sequence([content])
            frame.PlanePositionSequence, frame.PlaneOrientationSequence = Sequence([place]), Sequence([turn])
            frame.PixelMeasuresSequence = Sequence([measures])
            if per_frame_rescale:
                frame.PixelValueTransformationSequence = Sequence([_rescale(ds)])
            frames.append(frame)
    out.PerFrameFunctionalGroupsSequence = Sequence(frames)
    if undefined:
        for name in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
            out[name].is_undefined_length = True
    out.PixelData = b"".join(ds.PixelData for ds in many)
    out["PixelData"].VR = "OW"
    return out


def _rescale(ds: Dataset) -> Dataset:
    item = Dataset()
    item.RescaleSlope, item.RescaleIntercept, item.RescaleType = ds.RescaleSlope, ds.RescaleIntercept, "HU"
    return item


@case
def enhanced_one_stack(folder: Path) -> Truth:
    write(enhanced([slices()]), folder / "e.dcm")
    return Truth([Want(base_hu())])


@case
def enhanced_shuffled_frames_undefined_lengths(folder: Path) -> Truth:
    many = slices()
    write(enhanced([[many[k] for k in (3, 9, 0, 5, 1, 7, 2, 8, 4, 6)]], undefined=True), folder / "e.dcm", IMPLICIT)
    return Truth([Want(base_hu())])


@case
def enhanced_big_endian_and_deflated(folder: Path) -> Truth:
    write(enhanced([slices()]), folder / "b.dcm", BIG)
    write(enhanced([slices()]), folder / "d.dcm", DEFLATED)
    return Truth([Want(base_hu()), Want(base_hu())])


@case
def enhanced_rescale_per_frame(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int) -> None:
        ds.RescaleSlope, ds.RescaleIntercept = [1, 2, 0.5][k % 3], -1024 + k

    write(enhanced([slices(edit)], per_frame_rescale=True), folder / "e.dcm")
    hu = np.stack([np.rint(stored(k).astype(float) * [1, 2, 0.5][k % 3] - 1024 + k) for k in range(COUNT)]).astype(
        np.int64
    )
    return Truth([Want(hu, {"rounded"})])


@case
def enhanced_two_stacks_one_place(folder: Path) -> Truth:
    write(enhanced([slices(), slices(lambda ds, k: put(ds, stored(k) + np.uint16(7)))]), folder / "e.dcm")
    return Truth([Want(base_hu()), Want(base_hu() + 7)])


@case
def enhanced_two_stacks_apart(folder: Path) -> Truth:
    """Two stacks of one object, 50 mm between them: two volumes, not one with missing slices."""
    far = slices(lambda ds, k: setattr(ds, "ImagePositionPatient", [-57.75, 55.9, 800 + STEP * k]))
    write(enhanced([slices(), far]), folder / "e.dcm")
    return Truth([Want(base_hu()), Want(base_hu())])


@case
def enhanced_two_orientations(folder: Path) -> Truth:
    def coronal(ds: Dataset, k: int) -> None:
        ds.ImageOrientationPatient, ds.ImagePositionPatient = [1, 0, 0, 0, 0, -1], [-57.75, 55.9 + STEP * k, 700]

    write(enhanced([slices(), slices(coronal)]), folder / "e.dcm")
    return Truth([Want(base_hu()), Want(base_hu())])


@case
def enhanced_tilted(folder: Path) -> Truth:
    def tilt(ds: Dataset, k: int) -> None:
        ds.ImageOrientationPatient = [1, 0, 0, 0, round(C, 9), round(S, 9)]

    write(enhanced([slices(tilt)]), folder / "e.dcm")
    return Truth([Want(base_hu(), {"gantry_tilt"}, tilt=20)])


@case
def enhanced_position_missing_in_one_frame(folder: Path) -> Truth:
    ds = enhanced([slices()])
    del ds.PerFrameFunctionalGroupsSequence[4].PlanePositionSequence
    write(ds, folder / "e.dcm")
    return Truth([], rejected=1, codes={"missing_attribute"})


@case
def enhanced_fewer_groups_than_frames(folder: Path) -> Truth:
    ds = enhanced([slices()])
    ds.PerFrameFunctionalGroupsSequence = ds.PerFrameFunctionalGroupsSequence[:7]
    write(ds, folder / "e.dcm")
    return Truth([], rejected=1, codes={"missing_attribute"})


@case
def enhanced_concatenation(folder: Path) -> Truth:
    many = slices()
    uid = generate_uid()
    for n, part in enumerate((many[:4], many[4:8], many[8:]), 1):
        ds = enhanced([part])
        ds.ConcatenationUID, ds.InConcatenationNumber, ds.InConcatenationTotalNumber = uid, n, 3
        ds.ConcatenationFrameOffsetNumber = 4 * (n - 1)
        write(ds, folder / f"{n}.dcm")
    return Truth([Want(base_hu())])


@case
def enhanced_with_unknown_vr_groups(folder: Path) -> Truth:
    """The functional groups went through a router that knows no such sequence: VR UN, implicit inside."""
    path = write(enhanced([slices()]), folder / "e.dcm", IMPLICIT)
    implicit = path.read_bytes()
    explicit = write(enhanced([slices()]), folder / "e.dcm", EXPLICIT).read_bytes()
    out = b""
    for tag in (b"\x00\x52\x29\x92", b"\x00\x52\x30\x92"):
        at = implicit.index(tag)
        size = struct.unpack_from("<L", implicit, at + 4)[0]
        out += tag + b"UN\0\0" + struct.pack("<L", size) + implicit[at + 8 : at + 8 + size]
    start, end = explicit.index(b"\x00\x52\x29\x92SQ"), explicit.rindex(b"\xe0\x7f\x10\x00OW")
    path.write_bytes(explicit[:start] + out + explicit[end:])
    return Truth([Want(base_hu())])


@case
def enhanced_with_extra_classic_copy(folder: Path) -> Truth:
    """The same scan as enhanced and as classic images, under two series UIDs."""
    write(enhanced([slices()]), folder / "e.dcm")
    write_all(slices(), folder / "classic")
    return Truth([Want(base_hu()), Want(base_hu())])


def _fragmented(ds: Dataset, table: bool, pieces: int, extended: bool = False) -> Dataset:
    """An enhanced CT, JPEG-LS coded, every frame in ``pieces`` fragments."""
    import imagecodecs

    words = np.frombuffer(ds.PixelData, "<u2").reshape(-1, ds.Rows, ds.Columns)
    frames = [bytes(imagecodecs.jpegls_encode(frame.copy())) for frame in words]
    frames = [code + b"\0" * (len(code) % 2) for code in frames]
    items, starts, at = b"", [], 0
    for code in frames:
        starts.append(at)
        size = -(-len(code) // pieces)
        size += size % 2
        for k in range(0, len(code), size):
            part = code[k : k + size]
            items += struct.pack("<HHL", 0xFFFE, 0xE000, len(part)) + part
            at += 8 + len(part)
    offsets = struct.pack(f"<{len(starts)}L", *starts) if table else b""
    ds.PixelData = struct.pack("<HHL", 0xFFFE, 0xE000, len(offsets)) + offsets + items
    if extended:
        ds.ExtendedOffsetTable = struct.pack(f"<{len(starts)}Q", *starts)
        ds.ExtendedOffsetTableLengths = struct.pack(f"<{len(frames)}Q", *map(len, frames))
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    return ds


@case
def enhanced_in_fragments(folder: Path) -> Truth:
    write(_fragmented(enhanced([slices()]), True, 3), folder / "table.dcm", JLS)
    write(_fragmented(enhanced([slices()]), False, 3), folder / "bare.dcm", JLS)
    write(_fragmented(enhanced([slices()]), False, 1, extended=True), folder / "extended.dcm", JLS)
    return Truth([Want(base_hu())] * 3)
