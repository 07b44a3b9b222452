"""How a header is written: order, lengths, unknown VRs, sequences, attributes left out or without sense."""

from __future__ import annotations

import struct
from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from .kit import (
    BIG,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    STEP,
    Truth,
    Want,
    base_hu,
    case,
    element,
    patch,
    raw_text,
    setting,
    simple,
    slices,
    write_all,
)


@case
def duplicated_tags(folder: Path) -> Truth:
    """Two Series Descriptions: harmless."""
    again = element(0x0008103E, b"LO", b"AGAIN ")

    def change(data: bytes) -> bytes:
        at = data.index(b"\x08\x00\x3e\x10LO")
        return data[:at] + again + data[at:]

    patch(folder, change)
    return Truth([Want(base_hu())])


@case
def tags_out_of_order(folder: Path) -> Truth:
    """Rescale before the patient, rows last but before the pixels."""

    def change(data: bytes) -> bytes:
        start, end = data.index(b"\x28\x00\x52\x10DS"), data.index(b"\xe0\x7f\x10\x00")
        at = data.index(b"\x10\x00\x10\x00PN")
        return data[:at] + data[start:end] + data[at:start] + data[end:]

    patch(folder, change)
    return Truth([Want(base_hu())])


@case
def odd_length_values(folder: Path) -> Truth:
    patch(
        folder, lambda data: data.replace(b"\x08\x00\x70\x00LO\x08\x00Philips ", b"\x08\x00\x70\x00LO\x07\x00Philips")
    )
    return Truth([Want(base_hu())])


@case
def undefined_length_sequences(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int) -> None:
        inner = Dataset()
        inner.CodeValue, inner.CodingSchemeDesignator, inner.CodeMeaning = "T-D1100", "SRT", "Head"
        outer = Dataset()
        outer.AnatomicRegionModifierSequence = Sequence([inner])
        outer.CodeValue = "T-D1100"
        ds.AnatomicRegionSequence = Sequence([outer, outer])
        for tag in (ds["AnatomicRegionSequence"], outer["AnatomicRegionModifierSequence"]):
            tag.is_undefined_length = True
        for item in ds.AnatomicRegionSequence:
            item.is_undefined_length_sequence_item = True

    write_all(slices(edit), folder, lambda k: IMPLICIT if k % 2 else EXPLICIT)
    return Truth([Want(base_hu())])


@case
def everything_unknown_vr(folder: Path) -> Truth:
    """A router that does not know the dictionary: all elements of groups 18, 20 and 28 (text) have VR UN."""

    def change(data: bytes) -> bytes:
        at = 144 + struct.unpack_from("<L", data, 140)[0]
        out = data[:at]
        while data[at : at + 4] != b"\xe0\x7f\x10\x00":
            group, element, vr, size = struct.unpack_from("<HH2sH", data, at)
            if vr in (b"SQ", b"OB", b"OW", b"UN", b"UT"):
                size = struct.unpack_from("<L", data, at + 8)[0]
                out += data[at : at + 12 + size]
                at += 12 + size
                continue
            value = data[at + 8 : at + 8 + size]
            if group in (0x18, 0x20, 0x28):
                out += struct.pack("<HH2sHL", group, element, b"UN", 0, size) + value
            else:
                out += data[at : at + 8 + size]
            at += 8 + size
        return out + data[at:]

    patch(folder, change)
    return Truth([Want(base_hu())])


@case
def values_padded_with_nul(folder: Path) -> Truth:
    def change(data: bytes) -> bytes:
        return data.replace(b"CS\x02\x00CT", b"CS\x04\x00CT\0\0").replace(
            b"\x28\x00\x53\x10DS\x04\x001.0 ", b"\x28\x00\x53\x10DS\x04\x001.0\0"
        )

    patch(folder, change)
    return Truth([Want(base_hu())])


simple(
    "position-in-exponents",
    lambda ds, k: raw_text(ds, "ImagePositionPatient", f"-5.775E1\\5.59e+01\\{(700 + STEP * k) / 100:.4f}E2"),
)
simple(
    "numbers-with-plus-and-spaces",
    lambda ds, k: raw_text(ds, "ImagePositionPatient", f" -57.75 \\ +55.9\\{700 + STEP * k:+.1f} "),
)


@case
def icon_with_pixels_of_its_own(folder: Path) -> Truth:
    """(7FE0,0010) inside a sequence, of undefined length, and private ones around it."""

    def edit(ds: Dataset, k: int) -> None:
        icon = Dataset()
        icon.SamplesPerPixel, icon.PhotometricInterpretation, icon.Rows, icon.Columns = 1, "MONOCHROME2", 8, 8
        icon.BitsAllocated, icon.BitsStored, icon.HighBit, icon.PixelRepresentation = 8, 8, 7, 0
        icon.PixelData = bytes(64)
        icon["PixelData"].VR = "OB"
        ds.IconImageSequence = Sequence([icon])
        ds["IconImageSequence"].is_undefined_length = True
        icon.is_undefined_length_sequence_item = True
        block = ds.private_block(0x0029, "ACME", create=True)
        inner = Dataset()
        inner.PixelData = bytes(16)
        inner["PixelData"].VR = "OW"
        block.add_new(0x10, "SQ", Sequence([inner]))
        block.add_new(0x11, "OB", bytes(200_000))

    write_all(slices(edit), folder, lambda k: (EXPLICIT, IMPLICIT, BIG, DEFLATED)[k % 4])
    return Truth([Want(base_hu())])


@case
def group_lengths(folder: Path) -> Truth:
    """(gggg,0000) in every group, as before 2006; some of them wrong after editing."""

    def change(data: bytes) -> bytes:
        at = 144 + struct.unpack_from("<L", data, 140)[0]
        out, group = data[:at], 0
        while data[at : at + 4] != b"\xe0\x7f\x10\x00":
            here, _, vr, size = struct.unpack_from("<HH2sH", data, at)
            if here != group:
                out += struct.pack("<HH2sHL", here, 0, b"UL", 4, 12345)
                group = here
            step = 12 + struct.unpack_from("<L", data, at + 8)[0] if vr in (b"SQ", b"OB", b"UN") else 8 + size
            out += data[at : at + step]
            at += step
        return out + data[at:]

    patch(folder, change)
    return Truth([Want(base_hu())])


simple("instance-number-is-text", lambda ds, k: raw_text(ds, "InstanceNumber", "n/a"))
simple("instance-number-negative", setting("InstanceNumber", -7))
simple("series-number-empty", setting("SeriesNumber", None))
simple("study-id-and-dates-empty", setting("StudyID StudyDate StudyTime", ""))
simple("frame-of-reference-missing", lambda ds, k: delattr(ds, "FrameOfReferenceUID"))
simple("study-uid-missing", lambda ds, k: delattr(ds, "StudyInstanceUID"))
simple("image-type-missing", lambda ds, k: delattr(ds, "ImageType"))
simple("kernel-of-two-values", setting("ConvolutionKernel", ["Br40d", "3"]))
simple("window-is-nonsense", setting("WindowWidth WindowCenter", 0))
for _keyword in ("FrameOfReferenceUID", "ConvolutionKernel", "ImageType"):
    simple(
        f"left-out-in-some-{_keyword.lower()}",
        lambda ds, k, word=_keyword: delattr(ds, word) if k in (3, 7) else None,  # type: ignore[misc]
    )
