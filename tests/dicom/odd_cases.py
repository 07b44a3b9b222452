"""Odd series built from real slices (a cut-out of d00-base), each with the truth of how it was made.

They stand in for the part of the larger collection of DICOM.md that is not in ``shared/dicom-cases``, and for kinds
that it does not name. A builder writes files into a folder and returns what must be found there.
"""

from __future__ import annotations

import copy
import io
import os
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.filewriter import dcmwrite
from pydicom.sequence import Sequence
from pydicom.tag import Tag
from pydicom.uid import UID, generate_uid

from ..shared_data import CASES as SHARED

EXPLICIT, IMPLICIT, BIG = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.2"
DEFLATED, JLS, J2K, RLE = (f"1.2.840.10008.1.2.{end}" for end in ("1.99", "4.80", "4.90", "5"))
ENHANCED = "1.2.840.10008.5.1.4.1.1.2.1"
SIZE, COUNT, STEP = 64, 10, 5.0
HU = NDArray[np.int64]
Edit = Callable[[Dataset, int], None]


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


CASES: dict[str, Callable[[Path], Truth]] = {}


def case(builder: Callable[[Path], Truth]) -> Callable[[Path], Truth]:
    CASES[builder.__name__.replace("_", "-")] = builder
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

    build.__name__ = name
    CASES[name.replace("_", "-")] = build


# -- the named ones that are missing -----------------------------------------------------------------


@case
def d05_two_kernels(folder: Path) -> Truth:
    uids = {"SeriesInstanceUID": generate_uid(), "StudyInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5"}

    def sharp(ds: Dataset, k: int) -> None:
        ds.ConvolutionKernel, ds.InstanceNumber = "YB", COUNT + k + 1
        put(ds, (stored(k) // 2).astype(np.uint16))

    write_all(slices(uids=uids), folder / "a")
    write_all(slices(sharp, uids=uids), folder / "b")
    second = np.stack([stored(k) // 2 for k in range(COUNT)]).astype(np.int64) - 1024
    return Truth([Want(base_hu()), Want(second)])


def _phases(folder: Path, edit: Callable[[Dataset, int, int], None], **want: Any) -> Truth:
    uids = {"SeriesInstanceUID": generate_uid(), "StudyInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5"}
    wanted = []
    for phase in range(3):

        def change(ds: Dataset, k: int, phase: int = phase) -> None:
            put(ds, stored(k) + np.uint16(10 * phase))
            ds.BitsStored, ds.HighBit = 12, 11
            edit(ds, k, phase)

        write_all(slices(change, uids=uids), folder / f"p{phase}")
        wanted.append(Want(base_hu() + 10 * phase, **want))
    return Truth(wanted)


GUESSED = {"phases_guessed"}


@case
def d07_4d_without_tag(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int, phase: int) -> None:
        ds.InstanceNumber = phase * COUNT + k + 1

    return _phases(folder, edit, codes=GUESSED)


@case
def d07b_4d_interleaved_numbers(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int, phase: int) -> None:
        ds.InstanceNumber = 3 * k + phase + 1

    return _phases(folder, edit, codes=GUESSED)


@case
def d07c_4d_own_time_of_each_slice(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int, phase: int) -> None:
        ds.InstanceNumber = phase * COUNT + k + 1
        ds.AcquisitionTime = f"0929{21 + 10 * phase + k // 2:02d}.{5 * (k % 2)}"
        del ds.AcquisitionDateTime

    return _phases(folder, edit, codes=GUESSED)


@case
def d07d_4d_acquisition_time_of_each_phase(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int, phase: int) -> None:
        ds.InstanceNumber = k + 1
        ds.AcquisitionTime = f"09{29 + phase}21"
        del ds.AcquisitionDateTime

    return _phases(folder, edit)


@case
def d07e_4d_nothing_tells(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int, phase: int) -> None:
        del ds.InstanceNumber

    _phases(folder, edit)
    return Truth([Want(None, {"duplicate_positions"}, "blocked", (3 * COUNT, SIZE, SIZE))])


@case
def d07f_two_phases_at_two_energies(folder: Path) -> Truth:
    uids = {"SeriesInstanceUID": generate_uid(), "StudyInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5"}
    wanted = []
    for n, (phase, kvp) in enumerate([(1, 80), (1, 140), (2, 80), (2, 140)]):

        def change(ds: Dataset, k: int, n: int = n, phase: int = phase, kvp: int = kvp) -> None:
            put(ds, stored(k) + np.uint16(10 * n))
            ds.TemporalPositionIdentifier, ds.KVP, ds.InstanceNumber = phase, kvp, k + 1

        write_all(slices(change, uids=uids), folder / f"p{n}")
        wanted.append(Want(base_hu() + 10 * n))
    return Truth(wanted)


@case
def d07g_phases_with_a_slice_missing_in_one(folder: Path) -> Truth:
    """Unequal runs: the second phase lacks its last slice, numbers go on."""

    def edit(ds: Dataset, k: int, phase: int) -> None:
        ds.InstanceNumber = phase * COUNT + k + 1 - (phase == 2)

    truth = _phases(folder, edit, codes=GUESSED)
    os.remove(folder / "p1" / f"f{COUNT - 1:04d}.dcm")
    truth.series[1].hu = truth.series[1].hu[:-1]  # type: ignore[index]
    return truth


def _signed(ds: Dataset, k: int) -> None:
    put(ds, stored(k).astype(np.int16) - np.int16(1024))
    ds.RescaleIntercept = 0


def _signed12(ds: Dataset, k: int) -> None:
    put(ds, (stored(k).astype(np.int16) - np.int16(1024)) & np.int16(0x0FFF))
    ds.BitsStored, ds.HighBit, ds.PixelRepresentation, ds.RescaleIntercept = 12, 11, 1, 0


def _left_aligned(ds: Dataset, k: int) -> None:
    put(ds, stored(k) << np.uint16(4))
    ds.BitsStored, ds.HighBit = 12, 15


def _bits32(ds: Dataset, k: int) -> None:
    put(ds, stored(k).astype(np.int32) - np.int32(1024))
    ds.RescaleIntercept = 0


simple("d10-signed-16", _signed)
simple("d10b-signed-12-in-16", _signed12)
simple("d10c-left-aligned-high-bit-15", _left_aligned)
simple("d10d-signed-32", _bits32)


@case
def d10e_signed_and_unsigned_mixed(folder: Path) -> Truth:
    write_all(slices(lambda ds, k: _signed(ds, k) if k % 2 else None), folder)
    return Truth([Want(base_hu())])


def _noisy(ds: Dataset, k: int) -> None:
    noise = np.random.default_rng(k).uniform(-2e-6, 2e-6, 6)
    ds.ImageOrientationPatient = [round(v, 8) for v in np.array([1, 0, 0, 0, 1, 0]) + noise]


simple("d18-orientation-noise", _noisy)


def _noisier(ds: Dataset, k: int) -> None:
    noise = np.random.default_rng(k).uniform(-4e-5, 4e-5, 6)
    ds.ImageOrientationPatient = [round(v, 8) for v in np.array([1, 0, 0, 0, 1, 0]) + noise]


simple("d18b-orientation-noise-4e-5", _noisier)


def _overlapping(ds: Dataset, k: int) -> None:
    ds.SliceThickness, ds.SpacingBetweenSlices = 5, 2.5
    ds.ImagePositionPatient = [-57.75, 55.9, 700 + 2.5 * k]


simple("d20-overlapping-slices", _overlapping, spacing=(2.5, 1.8046875, 1.8046875))


def _gapped(ds: Dataset, k: int) -> None:
    ds.SliceThickness, ds.SpacingBetweenSlices = 1, 10
    ds.ImagePositionPatient = [-57.75, 55.9, 700 + 10 * k]


simple("d20b-slices-with-gaps-between", _gapped, spacing=(10, 1.8046875, 1.8046875))


@case
def d22_two_frames_of_reference(folder: Path) -> Truth:
    frames = [generate_uid(), generate_uid()]
    write_all(slices(lambda ds, k: setattr(ds, "FrameOfReferenceUID", frames[k // 5])), folder)
    return Truth([Want(base_hu()[:5]), Want(base_hu()[5:])])


@case
def d22b_two_frames_of_reference_at_one_place(folder: Path) -> Truth:
    uids = {"SeriesInstanceUID": generate_uid(), "StudyInstanceUID": "1.2.3.4"}
    write_all(slices(uids=uids), folder / "a")
    write_all(slices(uids=uids), folder / "b")
    return Truth([Want(base_hu()), Want(base_hu())])


def _negative_slope(ds: Dataset, k: int) -> None:
    put(ds, 4095 - stored(k))
    ds.BitsStored, ds.HighBit = 12, 11
    ds.RescaleSlope, ds.RescaleIntercept = -1, 4095 - 1024


simple("d25-negative-slope", _negative_slope)


@case
def d25b_no_rescale_at_all(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int) -> None:
        del ds.RescaleSlope, ds.RescaleIntercept

    write_all(slices(edit), folder)
    return Truth([Want(None, {"no_rescale"}, "blocked", (COUNT, SIZE, SIZE))])


@case
def d25c_rescale_missing_in_some(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int) -> None:
        if k in (4, 5):
            del ds.RescaleSlope

    write_all(slices(edit), folder)
    hu = np.delete(base_hu(), (4, 5), axis=0)
    return Truth([Want(hu, {"missing_slices"})], rejected=2, codes={"no_rescale"})


FLOAT = 0.0244200244200244200244200244200244200244


def _float_slope(ds: Dataset, k: int) -> None:
    ds.add_new("RescaleSlope", "DS", "1")
    ds["RescaleSlope"]._value = f"{FLOAT:.30f}"
    put(ds, (stored(k).astype(np.float64) / FLOAT).round().clip(0, 65535).astype(np.uint16))


def _float_hu() -> HU:
    words = [(stored(k).astype(np.float64) / FLOAT).round().clip(0, 65535) for k in range(COUNT)]
    return np.rint(np.stack(words) * FLOAT - 1024).astype(np.int64)


@case
def d27_long_float_slope(folder: Path) -> Truth:
    write_all(slices(lambda ds, k: _raw_text(ds, "RescaleSlope", f"{FLOAT:.30f}", _float_slope, k)), folder)
    return Truth([Want(_float_hu(), {"rounded"})])


def _raw_text(ds: Dataset, keyword: str, text: str, edit: Edit | None = None, k: int = 0) -> None:
    """A value that pydicom would not write: put in by hand as a raw element."""
    from pydicom.dataelem import RawDataElement

    if edit is not None:
        edit(ds, k)
    tag = Tag(keyword)
    value = text.encode("latin_1")
    value += b" " * (len(value) % 2)
    vr = "DS" if keyword in ds and ds[keyword].VR == "DS" else ds[keyword].VR
    ds._dict[tag] = RawDataElement(tag, vr, len(value), value, 0, False, True)


for _kind, _codes in (("HU", set()), ("US", {"hu_assumed"}), ("", set())):
    simple(f"d28-rescale-type-{_kind or 'empty'}", setting("RescaleType", _kind), _codes)


@case
def d28_rescale_type_of_an_iodine_map(folder: Path) -> Truth:
    write_all(slices(lambda ds, k: setattr(ds, "RescaleType", "MGML")), folder)
    return Truth([Want(None, {"not_hu"}, "blocked", (COUNT, SIZE, SIZE))])


def _padding_range(ds: Dataset, k: int) -> None:
    values = stored(k).astype(np.int16)
    values[:4], values[4:8] = -2000, -1990
    put(ds, values)
    ds.add_new("PixelPaddingValue", "SS", -2000)
    ds.add_new("PixelPaddingRangeLimit", "SS", -1980)


def _padded_hu() -> HU:
    hu = base_hu()
    hu[:, :4], hu[:, 4:8] = -3024, -3014
    return hu


@case
def d29_padding_range(folder: Path) -> Truth:
    write_all(slices(_padding_range), folder)
    return Truth([Want(_padded_hu())])


@case
def d53_truncated_native(folder: Path) -> Truth:
    paths = write_all(slices(), folder)
    for k, cut in ((2, -1), (3, -4000), (6, 400)):
        data = paths[k].read_bytes()
        paths[k].write_bytes(data[:cut])
    hu = np.delete(base_hu(), (2, 3, 6), axis=0)
    return Truth([Want(hu, {"missing_slices"})], rejected=3)


@case
def d58_links_and_loops(folder: Path) -> Truth:
    write_all(slices(), folder / "in")
    (folder / "loop").symlink_to(folder)
    (folder / "outside.dcm").symlink_to("/etc/passwd")
    (folder / "in" / "again.dcm").symlink_to(folder / "in" / "f0000.dcm")
    os.mkfifo(folder / "pipe.dcm")
    return Truth([Want(base_hu())], excluded=4, codes={"link", "special_file"})


@case
def d59_hard_links(folder: Path) -> Truth:
    paths = write_all(slices(), folder)
    os.link(paths[0], folder / "same.dcm")
    return Truth([Want(base_hu(), {"duplicates"})], duplicates=1)


@case
def d63_two_patients_one_series_uid(folder: Path) -> Truth:
    uids = {"SeriesInstanceUID": generate_uid(), "StudyInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5"}

    def other(ds: Dataset, k: int) -> None:
        ds.PatientID, ds.PatientName = "OTHER", "Other^Patient"
        put(ds, stored(k) + np.uint16(3))

    write_all(slices(uids=uids), folder / "a")
    write_all(slices(other, uids=uids), folder / "b")
    return Truth([Want(base_hu()), Want(base_hu() + 3)])


@case
def d63b_two_patients_one_series_uid_same_instances(folder: Path) -> Truth:
    """The SOP Instance UIDs are the same too: one identity, two persons."""
    mine = slices()
    write_all(mine, folder / "a")
    for ds, k in zip(mine, range(COUNT), strict=True):
        ds.PatientID, ds.PatientName = "OTHER", "Other^Patient"
        put(ds, stored(k) + np.uint16(3))
    write_all(mine, folder / "b")
    blocked = Want(None, {"conflict"}, "blocked", (COUNT, SIZE, SIZE))
    return Truth([blocked, blocked])


@case
def r06_not_a_volume(folder: Path) -> Truth:
    """A repeat of one position, as in perfusion without any tag or bolus tracking."""

    def edit(ds: Dataset, k: int) -> None:
        ds.ImagePositionPatient = [-57.75, 55.9, 700]
        ds.AcquisitionNumber = k + 12

    write_all(slices(edit), folder)
    return Truth([Want(base_hu()[k : k + 1], {"single_slice"}, phase=f"acquisition {k + 12}") for k in range(COUNT)])


@case
def r06b_fan_of_orientations(folder: Path) -> Truth:
    """A radial reformat: every image turned about the same axis. No two are one stack."""

    def edit(ds: Dataset, k: int) -> None:
        a = np.radians(18 * k)
        ds.ImageOrientationPatient = [round(float(v), 9) for v in (np.cos(a), np.sin(a), 0, 0, 0, -1)]

    write_all(slices(edit), folder)
    return Truth([Want(None, {"single_slice"}, "notes", (1, SIZE, SIZE))] * COUNT)


@case
def r06c_positions_on_a_curve(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int) -> None:
        ds.ImagePositionPatient = [round(-57.75 + 30 * np.sin(k / 2), 3), 55.9, 700 + STEP * k]

    write_all(slices(edit), folder)
    return Truth([Want(None, {"not_a_stack"}, "blocked", (COUNT, SIZE, SIZE))])


# -- geometry ----------------------------------------------------------------------------------------


def _gaps(name: str, gone: tuple[int, ...], count: int = 20, spacing: float = STEP) -> None:
    def build(folder: Path) -> Truth:
        kept = [ds for k, ds in enumerate(slices(count=count)) if k not in gone]
        write_all(kept, folder)
        hu = np.delete(base_hu(count), gone, axis=0)
        codes = {"missing_slices"} if any(0 < g < count - 1 for g in gone) else set()
        return Truth([Want(hu, codes, spacing=(spacing, 1.8046875, 1.8046875))])

    CASES[name] = build


_gaps("gaps-every-third-slice", (2, 5, 8, 11, 14, 17))
_gaps("gaps-first-and-last-only", (0, 19))
_gaps("gaps-a-block-of-seven", tuple(range(6, 13)))
_gaps("gaps-second-slice", (1,))


@case
def gaps_every_second_slice_is_a_wider_step(folder: Path) -> Truth:
    write_all(slices(count=20)[::2], folder)
    return Truth([Want(base_hu(20)[::2], spacing=(10, 1.8046875, 1.8046875))])


@case
def two_steps_5_and_10(folder: Path) -> Truth:
    """Posterior fossa thin, the rest thick: the classic head protocol."""
    heights = [700 + 5 * k if k < 5 else 720 + 10 * (k - 4) for k in range(COUNT)]
    write_all(slices(lambda ds, k: setattr(ds, "ImagePositionPatient", [-57.75, 55.9, heights[k]])), folder)
    return Truth([Want(base_hu(), None)])


@case
def reversed_numbers_and_locations(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int) -> None:
        ds.InstanceNumber, ds.SliceLocation = COUNT - k, -700.0 - STEP * k

    write_all(slices(edit), folder)
    return Truth([Want(base_hu())])


@case
def descending_positions(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int) -> None:
        ds.ImagePositionPatient = [-57.75, 55.9, -700 - STEP * k]

    write_all(slices(edit), folder)
    return Truth([Want(base_hu()[::-1])])


def _oriented(name: str, cosines: tuple[float, ...], tilt: float = 0.0, position: str = "HFS") -> None:
    row, column = np.array(cosines[:3], float), np.array(cosines[3:], float)
    normal = np.cross(row, column)

    def build(folder: Path) -> Truth:
        a = np.radians(tilt)
        step = STEP * (np.cos(a) * normal + np.sin(a) * column)

        def edit(ds: Dataset, k: int) -> None:
            ds.ImageOrientationPatient = [round(float(v), 9) for v in cosines]
            ds.ImagePositionPatient = [round(float(v), 5) for v in np.array([-57.75, 55.9, 20]) + k * step]
            ds.PatientPosition = position

        write_all(slices(edit), folder)
        return Truth([Want(base_hu(), {"gantry_tilt"} if tilt else set(), tilt=abs(tilt))])

    CASES[name] = build


S, C = float(np.sin(np.radians(20))), float(np.cos(np.radians(20)))
_oriented("geometry-hfp", (-1, 0, 0, 0, -1, 0), position="HFP")
_oriented("geometry-ffs", (-1, 0, 0, 0, 1, 0), position="FFS")
_oriented("geometry-ffp", (1, 0, 0, 0, -1, 0), position="FFP")
_oriented("geometry-hfdl", (0, -1, 0, 1, 0, 0), position="HFDL")
_oriented("geometry-coronal", (1, 0, 0, 0, 0, -1))
_oriented("geometry-sagittal", (0, 1, 0, 0, 0, -1))
_oriented("geometry-double-oblique", (C, S * S, S * C, 0, C, -S))
_oriented("geometry-tilt-plus", (1, 0, 0, 0, C, S), tilt=20)
_oriented("geometry-tilt-minus", (1, 0, 0, 0, C, -S), tilt=-20)
_oriented("geometry-tilt-small", (1, 0, 0, 0, 1, 0), tilt=0.5)
_oriented("geometry-tilt-feet-first", (-1, 0, 0, 0, C, S), tilt=15, position="FFS")


@case
def two_fields_of_view(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int) -> None:
        if k >= 6:
            ds.PixelSpacing, ds.ReconstructionDiameter = [0.9, 0.9], 115

    write_all(slices(edit), folder)
    return Truth([Want(base_hu()[:6]), Want(base_hu()[6:], spacing=(STEP, 0.9, 0.9))])


@case
def table_moves_sideways_between_slices(folder: Path) -> Truth:
    """In-plane origin jitter below a pixel: one stack still."""
    shift = [0, 0.02, -0.01, 0.03, 0, 0.01, -0.02, 0.03, 0, 0.01]
    write_all(
        slices(lambda ds, k: setattr(ds, "ImagePositionPatient", [-57.75 + shift[k], 55.9, 700 + STEP * k])), folder
    )
    return Truth([Want(base_hu())])


@case
def recentred_half_way(folder: Path) -> Truth:
    """The field of view was moved by 40 mm after slice 5: no straight stack."""
    write_all(
        slices(lambda ds, k: setattr(ds, "ImagePositionPatient", [-57.75 + 40 * (k > 5), 55.9, 700 + STEP * k])), folder
    )
    return Truth([Want(None, {"not_a_stack"}, "blocked", (COUNT, SIZE, SIZE))])


for _name, _value in (("negative", -5), ("zero", 0), ("absurd", 99)):
    simple(f"spacing-between-slices-{_name}", setting("SpacingBetweenSlices", _value))
simple("slice-thickness-zero", lambda ds, k: setattr(ds, "SliceThickness", 0))
simple("slice-thickness-empty", lambda ds, k: setattr(ds, "SliceThickness", None))
simple("patient-position-missing", lambda ds, k: delattr(ds, "PatientPosition"))
simple("orientation-not-quite-unit", lambda ds, k: setattr(ds, "ImageOrientationPatient", [0.999, 0, 0, 0, 0.999, 0]))


@case
def imager_pixel_spacing_only(folder: Path) -> Truth:
    """The spacing on the detector is not the one in the patient: refused."""

    def edit(ds: Dataset, k: int) -> None:
        ds.ImagerPixelSpacing = ds.PixelSpacing
        del ds.PixelSpacing

    write_all(slices(edit), folder)
    return Truth([], rejected=COUNT, codes={"missing_attribute"})


@case
def axial_blocks_of_two_acquisitions(folder: Path) -> Truth:
    """Chest and abdomen overlap by three slices under one series UID, told apart by AcquisitionNumber."""
    uids = {"SeriesInstanceUID": generate_uid(), "StudyInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5"}

    def second(ds: Dataset, k: int) -> None:
        ds.AcquisitionNumber, ds.InstanceNumber = 2, COUNT + k + 1
        ds.ImagePositionPatient = [-57.75, 55.9, 700 + STEP * (k + 7)]
        ds.AcquisitionTime, ds.AcquisitionDateTime = "093000", "20150206093000"

    write_all(slices(uids=uids), folder / "a")
    write_all(slices(second, uids=uids), folder / "b")
    return Truth([Want(base_hu()), Want(base_hu())])


@case
def dual_energy_in_one_series(folder: Path) -> Truth:
    uids = {"SeriesInstanceUID": generate_uid(), "StudyInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5"}
    for kvp in (80, 140):
        write_all(slices(setting("KVP", kvp), uids=uids), folder / str(kvp))
    return Truth([Want(base_hu(), phase="kVp 80"), Want(base_hu(), phase="kVp 140")])


@case
def contrast_phases_in_one_series(folder: Path) -> Truth:
    uids = {"SeriesInstanceUID": generate_uid(), "StudyInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5"}
    write_all(slices(uids=uids), folder / "native")
    write_all(slices(lambda ds, k: setattr(ds, "ContrastBolusAgent", "Iodine"), uids=uids), folder / "contrast")
    return Truth([Want(base_hu()), Want(base_hu())])


# -- files -------------------------------------------------------------------------------------------


@case
def mixed_syntaxes(folder: Path) -> Truth:
    many = slices()
    kinds = [EXPLICIT, IMPLICIT, BIG, DEFLATED, JLS, J2K]
    for k, ds in enumerate(many):
        kind = kinds[k % len(kinds)]
        write(coded(ds, kind) if kind in (JLS, J2K) else ds, folder / f"{k}.dcm", kind)
    return Truth([Want(base_hu())])


@case
def big_endian_ob(folder: Path) -> Truth:
    """Big endian with 16 bit pixels under VR OB: PS3.5 asks for OW, the words are big endian all the same."""
    paths = write_all(slices(), folder, BIG)
    for path in paths:
        data = path.read_bytes()
        at = data.rindex(b"\x7f\xe0\x00\x10OW")
        path.write_bytes(data[: at + 4] + b"OB" + data[at + 6 :])
    return Truth([Want(base_hu(), None)])


simple("explicit-ob-16-bit", lambda ds, k: setattr(ds["PixelData"], "VR", "OB"))


@case
def private_syntax_of_ge(folder: Path) -> Truth:
    write_all(slices(), folder, IMPLICIT)
    for path in folder.iterdir():
        data = path.read_bytes().replace(
            b"\x02\x00\x10\x00UI\x12\x001.2.840.10008.1.2\0", b"\x02\x00\x10\x00UI\x12\x001.2.840.113619.5.2"
        )
        path.write_bytes(data)
    return Truth([Want(None, {"unsupported_syntax"}, "blocked", (COUNT, SIZE, SIZE))])


def _patch(folder: Path, change: Callable[[bytes], bytes], syntax: str = EXPLICIT, edit: Edit | None = None) -> None:
    for path in write_all(slices(edit), folder, syntax):
        path.write_bytes(change(path.read_bytes()))


@case
def trailing_bytes_after_pixels(folder: Path) -> Truth:
    _patch(folder, lambda data: data + bytes(1000))
    return Truth([Want(base_hu())])


@case
def data_set_trailing_padding(folder: Path) -> Truth:
    _patch(folder, lambda data: data + b"\xfc\xff\xfc\xffOB\0\0" + struct.pack("<L", 128) + bytes(128))
    return Truth([Want(base_hu())])


@case
def preamble_without_magic(folder: Path) -> Truth:
    """128 zeros, then group 2 at once: the four letters are missing."""
    _patch(folder, lambda data: data[:128] + data[132:])
    return Truth([Want(base_hu(), {"no_preamble"})])


@case
def no_preamble_but_meta(folder: Path) -> Truth:
    _patch(folder, lambda data: data[132:])
    return Truth([Want(base_hu(), {"no_preamble"})])


@case
def preamble_of_tiff(folder: Path) -> Truth:
    _patch(folder, lambda data: b"II*\0" + bytes(124) + data[128:])
    return Truth([Want(base_hu())])


@case
def no_meta_explicit(folder: Path) -> Truth:
    def strip(data: bytes) -> bytes:
        length = struct.unpack_from("<L", data, 140)[0]
        return bytes(128) + b"DICM" + data[144 + length :]

    _patch(folder, strip)
    return Truth([Want(base_hu())])


@case
def wrong_meta_group_length(folder: Path) -> Truth:
    _patch(folder, lambda data: data[:140] + struct.pack("<L", 4) + data[144:])
    return Truth([Want(base_hu())])


@case
def no_meta_group_length(folder: Path) -> Truth:
    _patch(folder, lambda data: data[:132] + data[144:])
    return Truth([Want(base_hu())])


@case
def meta_in_big_endian(folder: Path) -> Truth:
    """Group 2 written in the byte order of the data set, against PS3.10."""
    for k, ds in enumerate(slices()):
        path = write(ds, folder / f"{k}.dcm", BIG)
        data = path.read_bytes()
        length = struct.unpack_from("<L", data, 140)[0]
        meta, out, at = data[144 : 144 + length], b"", 0
        while at < len(meta):
            group, element, vr, size = struct.unpack_from("<HH2sH", meta, at)
            if vr == b"OB":
                size = struct.unpack_from("<L", meta, at + 8)[0]
                out += struct.pack(">HH2sHL", group, element, vr, 0, size) + meta[at + 12 : at + 12 + size]
                at += 12 + size
            else:
                out += struct.pack(">HH2sH", group, element, vr, size) + meta[at + 8 : at + 8 + size]
                at += 8 + size
        head = bytes(128) + b"DICM" + struct.pack(">HH2sHL", 2, 0, b"UL", 4, len(out))
        path.write_bytes(head + out + data[144 + length :])
    return Truth([Want(base_hu(), None)])


@case
def syntax_says_implicit_but_is_explicit(folder: Path) -> Truth:
    # one byte longer UIDs are padded: same length of the element keeps the group length right
    _patch(
        folder,
        lambda data: data.replace(b"UI\x14\x001.2.840.10008.1.2.1\0", b"UI\x14\x001.2.840.10008.1.2\0\0\0"),
    )
    return Truth([Want(base_hu(), {"wrong_syntax"})])


@case
def syntax_says_explicit_but_is_implicit(folder: Path) -> Truth:
    def claim(data: bytes) -> bytes:
        length = struct.unpack_from("<L", data, 140)[0] + 2
        data = data.replace(b"UI\x12\x001.2.840.10008.1.2\0", b"UI\x14\x001.2.840.10008.1.2.1\0")
        return data[:140] + struct.pack("<L", length) + data[144:]

    _patch(folder, claim, IMPLICIT)
    return Truth([Want(base_hu(), {"wrong_syntax"})])


def _element(tag: int, vr: bytes, value: bytes) -> bytes:
    return struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, vr, len(value)) + value


@case
def duplicated_tags(folder: Path) -> Truth:
    """Two Series Descriptions: harmless."""
    again = _element(0x0008103E, b"LO", b"AGAIN ")

    def change(data: bytes) -> bytes:
        at = data.index(b"\x08\x00\x3e\x10LO")
        return data[:at] + again + data[at:]

    _patch(folder, change)
    return Truth([Want(base_hu())])


@case
def tags_out_of_order(folder: Path) -> Truth:
    """Rescale before the patient, rows last but before the pixels."""

    def change(data: bytes) -> bytes:
        start, end = data.index(b"\x28\x00\x52\x10DS"), data.index(b"\xe0\x7f\x10\x00")
        at = data.index(b"\x10\x00\x10\x00PN")
        return data[:at] + data[start:end] + data[at:start] + data[end:]

    _patch(folder, change)
    return Truth([Want(base_hu())])


@case
def odd_length_values(folder: Path) -> Truth:
    _patch(
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

    _patch(folder, change)
    return Truth([Want(base_hu())])


@case
def values_padded_with_nul(folder: Path) -> Truth:
    def change(data: bytes) -> bytes:
        return data.replace(b"CS\x02\x00CT", b"CS\x04\x00CT\0\0").replace(
            b"\x28\x00\x53\x10DS\x04\x001.0 ", b"\x28\x00\x53\x10DS\x04\x001.0\0"
        )

    _patch(folder, change)
    return Truth([Want(base_hu())])


simple(
    "position-in-exponents",
    lambda ds, k: _raw_text(ds, "ImagePositionPatient", f"-5.775E1\\5.59e+01\\{(700 + STEP * k) / 100:.4f}E2"),
)
simple(
    "numbers-with-plus-and-spaces",
    lambda ds, k: _raw_text(ds, "ImagePositionPatient", f" -57.75 \\ +55.9\\{700 + STEP * k:+.1f} "),
)


@case
def colour_and_palette(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int) -> None:
        if k == 3:
            ds.PhotometricInterpretation = "PALETTE COLOR"
        if k == 4:
            ds.PhotometricInterpretation, ds.SamplesPerPixel, ds.PlanarConfiguration = "YBR_FULL", 3, 0
            ds.BitsAllocated, ds.BitsStored, ds.HighBit = 8, 8, 7
            ds.PixelData = bytes(3 * SIZE * SIZE)

    write_all(slices(edit), folder)
    return Truth([Want(np.delete(base_hu(), (3, 4), axis=0), {"missing_slices"})], rejected=2, codes={"colour"})


@case
def one_bit_and_packed_twelve(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int) -> None:
        if k == 3:
            ds.BitsAllocated, ds.PixelData = 12, bytes(SIZE * SIZE * 3 // 2)
        if k == 4:
            ds.BitsAllocated = ds.BitsStored = 1
            ds.HighBit, ds.PixelData = 0, bytes(SIZE * SIZE // 8)

    write_all(slices(edit), folder)
    hu = np.delete(base_hu(), (3, 4), axis=0)
    return Truth([Want(hu, {"missing_slices"})], rejected=2, codes={"unsupported_pixels"})


@case
def float_pixels(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int) -> None:
        if k == 3:
            ds.FloatPixelData = (stored(k).astype(np.float32) - 1024).tobytes()
            del ds.PixelData
            ds.BitsAllocated = 32

    write_all(slices(edit), folder)
    hu = np.delete(base_hu(), 3, axis=0)
    return Truth([Want(hu, {"missing_slices"})], rejected=1, codes={"unsupported_pixels"})


@case
def eight_bit(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int) -> None:
        put(ds, (stored(k) >> 4).astype(np.uint8))
        ds["PixelData"].VR = "OB"
        ds.RescaleSlope = 16

    write_all(slices(edit), folder)
    return Truth([Want(np.stack([(stored(k) >> 4) * 16.0 - 1024 for k in range(COUNT)]).astype(np.int64))])


@case
def other_classes_in_one_series(folder: Path) -> Truth:
    """A secondary capture, a dose report and an enhanced object under the same series UID."""
    many = slices(count=COUNT + 2)
    many[COUNT].SOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    many[COUNT + 1].SOPClassUID = "1.2.840.10008.5.1.4.1.1.88.67"
    write_all(many, folder)
    return Truth([Want(base_hu())], excluded=2, codes={"secondary_capture", "not_image"})


@case
def several_studies(folder: Path) -> Truth:
    for name in "abc":
        write_all(slices(), folder / name)
    return Truth([Want(base_hu())] * 3)


@case
def one_instance_uid_in_two_series(folder: Path) -> Truth:
    """Two series share their SOP Instance UIDs (a careless anonymiser); pixels differ."""
    first = slices()
    write_all(first, folder / "a")
    series = generate_uid()
    for k, ds in enumerate(first):
        ds.SeriesInstanceUID, ds.SeriesNumber = series, 202
        put(ds, stored(k) + np.uint16(5))
    write_all(first, folder / "b")
    return Truth([Want(base_hu(), None), Want(base_hu() + 5, None)])


@case
def same_series_in_two_folders(folder: Path) -> Truth:
    many = slices()
    write_all(many, folder / "a")
    write_all(many, folder / "copy")
    return Truth([Want(base_hu(), {"duplicates"})], duplicates=COUNT)


@case
def dicomdir_only(folder: Path) -> Truth:
    from pydicom.fileset import FileSet

    files = FileSet()
    for ds in slices():
        files.add(ds)
    files.write(folder / "set")
    for path in (folder / "set").rglob("*"):
        if path.is_file() and path.name != "DICOMDIR":
            path.unlink()
    return Truth([], excluded=1, codes={"dicomdir"})


# -- archives ----------------------------------------------------------------------------------------


def _zipped(folder: Path, target: Path, **how: Any) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, **how) as out:
        for path in sorted(folder.rglob("*")):
            out.write(path, path.relative_to(folder))


@case
def zip_in_zip(folder: Path) -> Truth:
    inner = folder.with_name(folder.name + "-made")
    write_all(slices(), inner / "x")
    folder.mkdir(parents=True)
    _zipped(inner, inner.with_suffix(".zip"))
    with zipfile.ZipFile(folder / "outer.zip", "w") as out:
        out.write(inner.with_suffix(".zip"), "inner.zip")
    return Truth([Want(base_hu())])


@case
def zip_with_password(folder: Path) -> Truth:
    made = folder.with_name(folder.name + "-made")
    write_all(slices(), made)
    folder.mkdir(parents=True)
    _zipped(made, folder / "secret.zip")
    data = bytearray((folder / "secret.zip").read_bytes())
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(magic)
        while place >= 0:
            data[place + at] |= 1
            place = data.find(magic, place + 1)
    (folder / "secret.zip").write_bytes(bytes(data))
    return Truth([], excluded=COUNT, codes={"encrypted"})


@case
def other_archives(folder: Path) -> Truth:
    import bz2
    import gzip
    import lzma
    import tarfile

    paths = write_all(slices(), folder)
    (folder / "a.7z").write_bytes(b"7z\xbc\xaf\x27\x1c\0\4" + bytes(200))
    (folder / "a.rar").write_bytes(b"Rar!\x1a\x07\x01\x00" + bytes(200))
    (folder / "a.dcm.gz").write_bytes(gzip.compress(paths[0].read_bytes()))
    (folder / "a.dcm.bz2").write_bytes(bz2.compress(paths[0].read_bytes()))
    (folder / "a.dcm.xz").write_bytes(lzma.compress(paths[0].read_bytes()))
    with tarfile.open(folder / "a.tar", "w") as out:
        out.add(paths[0], "x.dcm")
    return Truth([Want(base_hu())], excluded=6, codes={"archive"})


# -- enhanced ----------------------------------------------------------------------------------------


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


# -- more of the same kinds --------------------------------------------------------------------------


@case
def dose_screens_stored_as_ct(folder: Path) -> Truth:
    """Siemens' patient protocol, GE's dose report, an RGB page: CT Image Storage without geometry."""
    kinds = [
        ["DERIVED", "SECONDARY", "OTHER", "CT_SOM5 PROT"],
        ["DERIVED", "SECONDARY", "SCREEN SAVE"],
        ["DERIVED", "SECONDARY", "AXIAL", "DOSE_INFO"],
    ]

    def edit(ds: Dataset, k: int) -> None:
        if k >= COUNT:
            ds.ImageType = kinds[k - COUNT]
            del ds.ImagePositionPatient, ds.ImageOrientationPatient, ds.PixelSpacing
            del ds.RescaleSlope, ds.RescaleIntercept
        if k == COUNT + 1:
            ds.PhotometricInterpretation, ds.SamplesPerPixel, ds.PlanarConfiguration = "RGB", 3, 0
            ds.BitsAllocated, ds.BitsStored, ds.HighBit = 8, 8, 7
            ds.PixelData = bytes(3 * SIZE * SIZE)

    write_all(slices(edit, count=COUNT + 3), folder)
    return Truth([Want(base_hu())], excluded=3, codes={"dose_screen"})


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

    _patch(folder, change)
    return Truth([Want(base_hu())])


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


@case
def monochrome_one_and_two_mixed(folder: Path) -> Truth:
    write_all(slices(lambda ds, k: setattr(ds, "PhotometricInterpretation", f"MONOCHROME{1 + k % 2}")), folder)
    return Truth([Want(base_hu())])


simple("instance-number-is-text", lambda ds, k: _raw_text(ds, "InstanceNumber", "n/a"))
simple("instance-number-negative", setting("InstanceNumber", -7))
simple("series-number-empty", setting("SeriesNumber", None))
simple("study-id-and-dates-empty", setting("StudyID StudyDate StudyTime", ""))
simple("frame-of-reference-missing", lambda ds, k: delattr(ds, "FrameOfReferenceUID"))
simple("study-uid-missing", lambda ds, k: delattr(ds, "StudyInstanceUID"))
simple("image-type-missing", lambda ds, k: delattr(ds, "ImageType"))
simple("kernel-of-two-values", setting("ConvolutionKernel", ["Br40d", "3"]))
simple("gantry-tag-lies", setting("GantryDetectorTilt", 15))
simple("slice-location-lies", lambda ds, k: setattr(ds, "SliceLocation", 3.0 * ((k * 7) % COUNT)))
simple("window-is-nonsense", setting("WindowWidth WindowCenter", 0))


@case
def geometry_broken_in_some(folder: Path) -> Truth:
    broken = {1: ("ImagePositionPatient", "a\\b\\c"), 3: ("PixelSpacing", "0\\0"), 5: ("PixelSpacing", "1.8")}
    broken |= {7: ("ImageOrientationPatient", "1\\0\\0\\1\\0\\0"), 8: ("ImagePositionPatient", "nan\\0\\0")}

    def edit(ds: Dataset, k: int) -> None:
        if k in broken:
            _raw_text(ds, *broken[k])

    write_all(slices(edit), folder)
    hu = np.delete(base_hu(), list(broken), axis=0)
    want = Want(hu, {"irregular_spacing"}, spacing=(10, 1.8046875, 1.8046875))
    return Truth([want], rejected=5, codes={"bad_number", "bad_geometry"})


@case
def odd_sizes(folder: Path) -> Truth:
    """61 × 47 pixels of 8 bit: an odd number of bytes, padded or not."""

    def edit(ds: Dataset, k: int) -> None:
        put(ds, (stored(k)[:47, :61] >> 4).astype(np.uint8))
        ds.RescaleSlope = 16
        ds["PixelData"].VR = "OB"

    for path in write_all(slices(edit), folder)[::2]:
        data = path.read_bytes()
        at = data.rindex(b"\xe0\x7f\x10\x00OB")
        path.write_bytes(data[: at + 8] + struct.pack("<L", 47 * 61) + data[at + 12 : at + 12 + 47 * 61])
    hu = np.stack([(stored(k)[:47, :61] >> 4) * 16.0 - 1024 for k in range(COUNT)]).astype(np.int64)
    return Truth([Want(hu)])


@case
def tilt_with_a_gap(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int) -> None:
        ds.ImageOrientationPatient = [1, 0, 0, 0, round(C, 9), round(S, 9)]

    write_all([ds for k, ds in enumerate(slices(edit)) if k not in (4, 5)], folder)
    hu = np.delete(base_hu(), (4, 5), axis=0)
    return Truth([Want(hu, {"gantry_tilt", "missing_slices"}, tilt=20)])


@case
def two_slices_far_apart(folder: Path) -> Truth:
    write_all(slices()[::9], folder)
    return Truth([Want(base_hu()[[0, 9]], spacing=(45, 1.8046875, 1.8046875))])


@case
def signed_compressed(folder: Path) -> Truth:
    """JPEG 2000 of signed values, lossless."""
    import imagecodecs

    many = slices(_signed)
    for ds in many:
        words = np.frombuffer(ds.PixelData, "<i2").reshape(SIZE, SIZE)
        code = bytes(imagecodecs.jpeg2k_encode(words.copy(), level=0, codecformat="j2k", reversible=True))
        ds.PixelData = encapsulate([code])
        ds["PixelData"].VR = "OB"
        ds["PixelData"].is_undefined_length = True
    write_all(many, folder, J2K)
    return Truth([Want(base_hu())])


@case
def without_preamble_but_with_the_magic_in_its_text(folder: Path) -> Truth:
    """No preamble, and the four letters stand at offset 128 by chance."""

    def change(data: bytes) -> bytes:
        data = data[144 + struct.unpack_from("<L", data, 140)[0] :]
        at = data.index(b"\x08\x00\x12\x00DA")  # what is before it is kept
        fill = 128 - at - 8
        return data[:at] + _element(0x0008000A, b"LO", b" " * fill + b"DICM is the magic ") + data[at:]

    _patch(folder, change)
    return Truth([Want(base_hu(), {"no_preamble"})])


@case
def names_that_are_no_text(folder: Path) -> Truth:
    """File names in bytes that are no UTF-8, with line breaks, very long ones, and the empty extension."""
    paths = write_all(slices(), folder)
    for k, name in enumerate([b"\xff\xfe\x80.dcm", b"a\nb.dcm", b"x" * 250, b" ", b"-rf", b"%s%n", b"..dcm"]):
        os.rename(os.fsencode(paths[k]), os.path.join(os.fsencode(folder), name))
    return Truth([Want(base_hu())])


@case
def path_longer_than_the_system_takes(folder: Path) -> Truth:
    """A tree that was moved into another one: its end cannot be named any more."""
    write_all(slices(), folder / "in")
    deep = folder / "deep"
    deep.mkdir()
    here = os.getcwd()
    try:
        os.chdir(deep)
        for _ in range(22):
            os.mkdir("d" * 200)
            os.chdir("d" * 200)
        Path("x.dcm").write_bytes(b"x")
    finally:
        os.chdir(here)
    return Truth([Want(base_hu())], rejected=1, codes={"io_error"})


@case
def original_and_derived_mixed(folder: Path) -> Truth:
    """An archive compressed every other image and says DERIVED of it: one scan all the same."""
    kinds = ("ORIGINAL", "DERIVED")
    write_all(slices(lambda ds, k: setattr(ds, "ImageType", [kinds[k % 2], "PRIMARY", "AXIAL"])), folder)
    return Truth([Want(base_hu())])


@case
def original_and_derived_at_one_place(folder: Path) -> Truth:
    """Derived images beside those they were made of, under one series UID: two series."""
    uids = {"SeriesInstanceUID": generate_uid(), "StudyInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5"}

    def derived(ds: Dataset, k: int) -> None:
        ds.ImageType = ["DERIVED", "SECONDARY", "AXIAL"]
        put(ds, stored(k) + np.uint16(3))

    write_all(slices(uids=uids), folder / "a")
    write_all(slices(derived, uids=uids), folder / "b")
    return Truth([Want(base_hu()), Want(base_hu() + 3)])


@case
def classic_and_enhanced_in_one_series(folder: Path) -> Truth:
    uids = {"SeriesInstanceUID": generate_uid(), "StudyInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5"}
    write_all(slices(uids=uids), folder / "a")
    write(enhanced([slices(uids=uids)]), folder / "e.dcm")
    return Truth([Want(base_hu()), Want(base_hu())])


@case
def sent_twice_under_new_instance_uids(folder: Path) -> Truth:
    """The same images again with other SOP Instance UIDs: copies, not phases."""
    uids = {"SeriesInstanceUID": generate_uid(), "StudyInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5"}
    write_all(slices(uids=uids), folder / "a")
    write_all(slices(uids=uids), folder / "b")
    return Truth([Want(base_hu(), {"duplicates"})], duplicates=COUNT)


@case
def one_slice_sent_twice_under_a_new_uid(folder: Path) -> Truth:
    many = slices()
    many[4].InstanceNumber = 99
    write_all(many, folder)
    many[4].SOPInstanceUID = many[4].file_meta.MediaStorageSOPInstanceUID = generate_uid()
    write(many[4], folder / "again.dcm")
    return Truth([Want(base_hu(), {"duplicates"})], duplicates=1)


@case
def sent_twice_but_one_slice_differs(folder: Path) -> Truth:
    uids = {"SeriesInstanceUID": generate_uid(), "StudyInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5"}
    write_all(slices(uids=uids), folder / "a")
    write_all(slices(lambda ds, k: put(ds, stored(k) + np.uint16(k == 5)), uids=uids), folder / "b")
    return Truth([Want(None, {"duplicate_positions"}, "blocked", (2 * COUNT, SIZE, SIZE))])


@case
def zip_of_an_unknown_method(folder: Path) -> Truth:
    """Deflate64, as Windows packs what is large: not damaged, only not for us."""
    made = folder.with_name(folder.name + "-made")
    write_all(slices(), made)
    folder.mkdir(parents=True)
    _zipped(made, folder / "large.zip")
    data = bytearray((folder / "large.zip").read_bytes())
    for magic, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        place = data.find(magic)
        while place >= 0:
            data[place + at] = 9
            place = data.find(magic, place + 1)
    (folder / "large.zip").write_bytes(bytes(data))
    return Truth([], excluded=COUNT, codes={"archive"})


for _keyword in ("FrameOfReferenceUID", "ConvolutionKernel", "ImageType"):
    simple(
        f"left-out-in-some-{_keyword.lower()}",
        lambda ds, k, word=_keyword: delattr(ds, word) if k in (3, 7) else None,  # type: ignore[misc]
    )


@case
def kernel_left_out_at_the_same_places(folder: Path) -> Truth:
    """Another reconstruction that does not say its kernel is not the same one."""
    uids = {"SeriesInstanceUID": generate_uid(), "StudyInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5"}

    def other(ds: Dataset, k: int) -> None:
        del ds.ConvolutionKernel
        put(ds, stored(k) + np.uint16(3))

    write_all(slices(uids=uids), folder / "a")
    write_all(slices(other, uids=uids), folder / "b")
    return Truth([Want(base_hu()), Want(base_hu() + 3)])


# -- names -------------------------------------------------------------------------------------------

KOREAN = "홍^길동"
NAMES: dict[str, tuple[bytes, bytes, str]] = {
    "euc-kr-with-escape": (b"\\ISO 2022 IR 149", b"\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf", KOREAN),
    "euc-kr-without-escape": (b"\\ISO 2022 IR 149", KOREAN.encode("euc_kr"), KOREAN),
    "euc-kr-ir-149-only": (b"ISO 2022 IR 149", KOREAN.encode("euc_kr"), KOREAN),
    "euc-kr-iso-ir-149": (b"ISO_IR 149", KOREAN.encode("euc_kr"), KOREAN),
    "utf-8": (b"ISO_IR 192", KOREAN.encode(), KOREAN),
    "utf-8-undeclared": (b"", KOREAN.encode(), KOREAN),
    "utf-8-labelled-latin-1": (b"ISO_IR 100", KOREAN.encode(), KOREAN),
    "cp949-labelled-latin-1": (b"ISO_IR 100", KOREAN.encode("cp949"), KOREAN),
    "cp949-labelled-utf-8": (b"ISO_IR 192", KOREAN.encode("cp949"), KOREAN),
    "cp949-beyond-ks-x-1001": (b"", "뷁^똠방".encode("cp949"), "뷁^똠방"),
    "cp949-beyond-ks-labelled-149": (b"\\ISO 2022 IR 149", "뷁^똠방".encode("cp949"), "뷁^똠방"),
    "cut-in-a-letter": (b"ISO_IR 192", KOREAN.encode()[:-1], "홍^길"),
    "cut-in-a-letter-euc-kr": (b"\\ISO 2022 IR 149", KOREAN.encode("euc_kr")[:-1], "홍^길"),
    "cut-in-a-letter-undeclared": (b"", KOREAN.encode("euc_kr")[:-1], "홍^길"),
}


def name_file(folder: Path, key: str) -> str:
    """One slice whose patient's name is bytes that pydicom would not write; returns what it should read."""
    charset, raw, wanted = NAMES[key]
    (path,) = write_all(slices(count=1), folder)
    data = path.read_bytes()
    raw += b" " * (len(raw) % 2)
    at = data.index(b"\x10\x00\x10\x00PN")
    size = struct.unpack_from("<H", data, at + 6)[0]
    data = data[:at] + _element(0x00100010, b"PN", raw) + data[at + 8 + size :]
    charset += b" " * (len(charset) % 2)
    at = data.index(b"\x08\x00\x05\x00CS")
    size = struct.unpack_from("<H", data, at + 6)[0]
    path.write_bytes(data[:at] + _element(0x00080005, b"CS", charset) + data[at + 8 + size :])
    return wanted
