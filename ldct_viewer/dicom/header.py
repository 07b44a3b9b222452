"""From raw header elements to checked values: one ``Slice`` a frame, or the reason why not."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from .codes import FileProblem, Reason
from .elements import text

if TYPE_CHECKING:
    from .files import FileRef

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2.1"
LEGACY_ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2.2"
CT_CLASSES = (CT_IMAGE, ENHANCED_CT, LEGACY_ENHANCED_CT)
MULTI_FRAME = (ENHANCED_CT, LEGACY_ENHANCED_CT)
DICOMDIR_CLASS = "1.2.840.10008.1.3.10"
_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
_NO_IMAGE = tuple(
    f"1.2.840.10008.5.1.4.1.1.{part}" for part in ("88.", "11.", "104.", "9.", "66", "481.", "67", "131", "45", "200.")
)
MAX_SIDE = 16384
MAX_PIXEL_BYTES = 512 << 20

# (group, element) of what a scan keeps.
CHARSET, IMAGE_TYPE, SOP_CLASS, SOP_UID = 0x00080005, 0x00080008, 0x00080016, 0x00080018
STUDY_DATE, ACQ_DATE, ACQ_DATETIME, STUDY_TIME, ACQ_TIME = 0x00080020, 0x00080022, 0x0008002A, 0x00080030, 0x00080032
MODALITY, MANUFACTURER, INSTITUTION = 0x00080060, 0x00080070, 0x00080080
STUDY_DESCRIPTION, SERIES_DESCRIPTION, MODEL_NAME = 0x00081030, 0x0008103E, 0x00081090
PATIENT_NAME, PATIENT_ID, BIRTH_DATE, SEX = 0x00100010, 0x00100020, 0x00100030, 0x00100040
CONTRAST, BODY_PART, THICKNESS, KVP, SLICE_SPACING = 0x00180010, 0x00180015, 0x00180050, 0x00180060, 0x00180088
TILT, CURRENT, EXPOSURE, KERNEL, POSITION = 0x00181120, 0x00181151, 0x00181152, 0x00181210, 0x00185100
EXPOSURE_TIME, EXPOSURE_IN_UAS, EXPOSURE_IN_MAS, DATA_CENTRE = 0x00181150, 0x00181153, 0x00189332, 0x00189313
STUDY_UID, SERIES_UID, SERIES_NUMBER, ACQ_NUMBER, INSTANCE = 0x0020000D, 0x0020000E, 0x00200011, 0x00200012, 0x00200013
IPP, IOP, FRAME_UID, TEMPORAL = 0x00200032, 0x00200037, 0x00200052, 0x00200100
SAMPLES, PHOTOMETRIC, FRAMES, ROWS, COLUMNS = 0x00280002, 0x00280004, 0x00280008, 0x00280010, 0x00280011
PIXEL_SPACING, ALLOCATED, STORED, HIGH_BIT, SIGNED = 0x00280030, 0x00280100, 0x00280101, 0x00280102, 0x00280103
PADDING, PADDING_LIMIT, CENTER, WIDTH = 0x00280120, 0x00280121, 0x00281050, 0x00281051
INTERCEPT, SLOPE, RESCALE_TYPE, VOI_FUNCTION, LOSSY = 0x00281052, 0x00281053, 0x00281054, 0x00281056, 0x00282110
BURNED_IN, MODALITY_LUT = 0x00280301, 0x00283000
SHARED_GROUPS, FRAME_GROUPS = 0x52009229, 0x52009230

WANTED = frozenset(
    value for name, value in list(globals().items()) if name.isupper() and isinstance(value, int) and value > 1 << 16
) - {MODALITY_LUT, SHARED_GROUPS, FRAME_GROUPS, MAX_PIXEL_BYTES}
WANTED_SEQUENCES = frozenset((MODALITY_LUT, SHARED_GROUPS, FRAME_GROUPS))

STUDY_PLACE, FRAME_PLACE, KERNEL_PLACE, TYPE_PLACE = 1, 3, 6, 7  # in ``Slice.group``

Vector = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class PixelSpec:
    """How the stored integers of one slice are laid out and turned into HU."""

    rows: int
    columns: int
    allocated: int
    stored: int
    high_bit: int
    signed: bool
    syntax: str
    little: bool
    frames: int = 1
    slope: float = 1.0
    intercept: float = 0.0
    padding: int | None = None
    padding_limit: int | None = None
    lut: bytes = field(default=b"", repr=False)  # int16 HU, instead of slope and intercept (``modality_lut``)
    lut_first: int = 0

    @property
    def frame_bytes(self) -> int:
        """Bytes of one frame, uncompressed."""
        return self.rows * self.columns * (self.allocated // 8)


@dataclass(frozen=True, slots=True)
class Slice:
    """One CT frame that a scan found: where its pixels are and where it lies in the patient."""

    ref: FileRef
    spec: PixelSpec
    sop_uid: str
    position: Vector
    orientation: Vector
    pixel_spacing: tuple[float, float]
    pixel_offset: int
    pixel_length: int
    frame: int = 0
    group: tuple[object, ...] = ()
    split: tuple[tuple[str, str], ...] = ()
    instance: int | None = None
    decimals: int = 6
    defects: tuple[tuple[Reason, str], ...] = ()
    notes: tuple[Reason, ...] = ()
    localizer: bool = False
    header: dict[int, bytes] = field(default_factory=dict, hash=False, compare=False)
    stamp: tuple[int, int, int, int] | None = field(default=None, hash=False, compare=False)  # source.file_stamp

    @property
    def path(self) -> Path:
        """What to call the file this slice came from."""
        return self.ref.path

    def tells_apart(self) -> tuple[tuple[str, str], ...]:
        """What may tell images at one position apart, the likeliest first: (name, value)."""
        if self.split:
            return self.split
        values = Values(self.header, self.spec.little)
        return (
            ("temporal position", values.text(TEMPORAL)),
            ("image type", "\\".join(values.texts(IMAGE_TYPE)).upper()),
            ("acquisition", values.text(ACQ_NUMBER)),
            ("contrast", values.raw.get(CONTRAST, b"").decode("latin_1").strip()),
            ("kVp", values.text(KVP)),
            ("thickness", values.text(THICKNESS)),
            ("acquisition time", values.text(ACQ_DATETIME) or values.text(ACQ_DATE) + values.text(ACQ_TIME)),
            ("transfer syntax", self.spec.syntax),
        )


class Values:
    """Typed access to raw values; a malformed number raises ``bad_number`` with the attribute's name."""

    def __init__(self, values: dict[int, bytes], little: bool) -> None:
        self.raw = values
        self.order: Literal["little", "big"] = "little" if little else "big"

    def text(self, tag: int) -> str:
        """ASCII text, padding stripped; empty where absent."""
        raw = self.raw.get(tag)
        return (_text(raw) if len(raw) <= _CACHED else text(raw)) if raw else ""

    def texts(self, tag: int) -> tuple[str, ...]:
        """The parts of a multi-valued text."""
        raw = self.raw.get(tag)
        return (_texts(raw) if len(raw) <= _CACHED else _texts.__wrapped__(raw)) if raw else ()

    def integer(self, tag: int) -> int | None:
        """An US or SS value read as unsigned; ``None`` where absent."""
        raw = self.raw.get(tag, b"")
        if len(raw) not in (2, 4):
            return None
        return int.from_bytes(raw, self.order)

    def numbers(self, tag: int, name: str, count: int | None = None) -> Vector:
        """DS or IS values; empty where absent."""
        raw = self.raw.get(tag)
        if not raw:
            return ()
        values = _numbers(raw, name) if len(raw) <= _CACHED else _numbers.__wrapped__(raw, name)
        if not values:
            return ()
        if count is not None and len(values) != count:
            raise FileProblem(Reason.BAD_NUMBER, f"{name} has {len(values)} values instead of {count}")
        return values

    def optional(self, tag: int) -> float | None:
        """The first number, or ``None`` where it is absent or not a number: for display only."""
        parts = self.texts(tag)
        try:
            return number(parts[0], "") if parts and parts[0] else None
        except FileProblem:
            return None


# Values of a series repeat from slice to slice. Long ones are not kept, so that no file fills the memory.
_CACHED = 128
_text = lru_cache(4096)(text)


@lru_cache(4096)
def _texts(raw: bytes) -> tuple[str, ...]:
    value = text(raw)
    return tuple(part.strip() for part in value.split("\\")) if value else ()


@lru_cache(4096)
def _numbers(raw: bytes, name: str) -> Vector:
    parts = _texts.__wrapped__(raw)
    return tuple(number(part, name) for part in parts) if any(parts) else ()


def number(value: str, name: str) -> float:
    """A finite decimal string; more lenient than the standard in length and form, never in meaning."""
    try:
        if len(value) > 64 or "_" in value:
            raise ValueError
        result = float(value)
    except ValueError:
        raise FileProblem(Reason.BAD_NUMBER, f"{name} is {value[:40]!r}") from None
    if not math.isfinite(result) or abs(result) > 1e9:
        raise FileProblem(Reason.BAD_NUMBER, f"{name} is {value[:40]!r}")
    return result


def check_kind(values: Values, media_class: str, bare: bool) -> None:
    """Raise the reason why a DICOM object is not a CT image; return for one that should be.

    ``bare``: it has neither preamble nor file meta information, where ``media_class`` would stand.
    """
    sop_class = values.text(SOP_CLASS)
    if DICOMDIR_CLASS in (sop_class, media_class):
        raise FileProblem(Reason.DICOMDIR)
    if not sop_class:
        if bare and SERIES_UID not in values.raw:
            raise FileProblem(Reason.NOT_DICOM, "ACR-NEMA, from before DICOM" if values.text(MODALITY) else "")
        raise FileProblem(Reason.MISSING_ATTRIBUTE, "SOPClassUID")
    modality = values.text(MODALITY)
    if sop_class in CT_CLASSES:
        if not modality:
            raise FileProblem(Reason.MISSING_ATTRIBUTE, "Modality")
        if modality != "CT":
            raise FileProblem(Reason.NOT_CT, f"Modality {modality[:16]}")
        return
    if sop_class.startswith(_SECONDARY_CAPTURE):
        raise FileProblem(Reason.SECONDARY_CAPTURE)
    if sop_class.startswith(_NO_IMAGE):
        raise FileProblem(Reason.NOT_IMAGE, modality[:16])
    if modality == "CT":  # a vendor's own class: what its values are, only the vendor knows
        raise FileProblem(Reason.NOT_CT, f"SOP class {sop_class[:64]}")
    raise FileProblem(Reason.NOT_CT, f"Modality {modality[:16]}" if modality else "")


def require(values: Values, named: bool) -> None:
    """Raise for the first attribute that every CT image must have and this one lacks (PS3.3 A.3).

    ``named``: it has its SOPInstanceUID.
    """
    if not named:
        raise FileProblem(Reason.MISSING_ATTRIBUTE, "SOPInstanceUID")
    for tag, name in (
        (SERIES_UID, "SeriesInstanceUID"),
        (ROWS, "Rows"),
        (COLUMNS, "Columns"),
        (ALLOCATED, "BitsAllocated"),
        (STORED, "BitsStored"),
        (SIGNED, "PixelRepresentation"),
        (PHOTOMETRIC, "PhotometricInterpretation"),
    ):
        blank_uid = tag == SERIES_UID and tag in values.raw  # blanked by an anonymiser: grouped by folder instead
        number_there = tag not in (SERIES_UID, PHOTOMETRIC) and values.integer(tag) is not None
        if not (blank_uid or number_there or values.raw.get(tag, b"").strip(b" \0")):
            raise FileProblem(Reason.MISSING_ATTRIBUTE, name)


# What ``pixel_spec`` looks at.
LAYOUT = (PHOTOMETRIC, SAMPLES, ROWS, COLUMNS, ALLOCATED, STORED, HIGH_BIT, FRAMES, SIGNED, PADDING, PADDING_LIMIT)


def pixel_spec(values: Values, syntax: str, little: bool) -> PixelSpec:
    """The pixel layout, refused where absurd or not CT; rescale is filled in later."""
    photometric = values.text(PHOTOMETRIC)
    if not photometric.startswith("MONOCHROME") or (values.integer(SAMPLES) or 1) != 1:
        raise FileProblem(Reason.COLOUR, photometric[:24])
    rows, columns = values.integer(ROWS) or 0, values.integer(COLUMNS) or 0
    allocated, stored = values.integer(ALLOCATED) or 0, values.integer(STORED) or 0
    for tag, name in ((HIGH_BIT, "HighBit"), (PADDING, "PixelPaddingValue"), (PADDING_LIMIT, "PixelPaddingRangeLimit")):
        if values.integer(tag) is None and values.raw.get(tag, b"").strip(b" \0"):
            raise FileProblem(Reason.BAD_NUMBER, f"{name} is not a number")  # there, and not to be guessed
    high_bit = values.integer(HIGH_BIT)
    high_bit = stored - 1 if high_bit is None else high_bit
    frames_text = values.text(FRAMES)
    frames = round(number(frames_text, "NumberOfFrames")) if frames_text else 1
    if rows < 1 or columns < 1 or frames < 1:
        raise FileProblem(Reason.UNSUPPORTED_PIXELS, f"{columns} × {rows} pixels, {frames} frames")
    if allocated not in (8, 16, 32) or not 1 <= stored <= allocated or not stored - 1 <= high_bit < allocated:
        detail = f"{allocated} bits allocated, {stored} stored, high bit {high_bit}"
        raise FileProblem(Reason.UNSUPPORTED_PIXELS, detail)
    if max(rows, columns) > MAX_SIDE or rows * columns * (allocated // 8) > MAX_PIXEL_BYTES:
        raise FileProblem(Reason.TOO_LARGE, f"{columns} × {rows} pixels")
    if rows * columns * frames * (allocated // 8) > 8 * MAX_PIXEL_BYTES:
        raise FileProblem(Reason.TOO_LARGE, f"{columns} × {rows} pixels, {frames} frames")
    signed = bool(values.integer(SIGNED))
    if values.integer(SIGNED) not in (0, 1):
        raise FileProblem(Reason.UNSUPPORTED_PIXELS, f"PixelRepresentation {values.integer(SIGNED)}")
    return PixelSpec(
        rows=rows,
        columns=columns,
        allocated=allocated,
        stored=stored,
        high_bit=high_bit,
        signed=signed,
        syntax=syntax,
        little=little,
        frames=frames,
        padding=_padding(values.integer(PADDING), allocated, signed),
        padding_limit=_padding(values.integer(PADDING_LIMIT), allocated, signed),
    )


@lru_cache(256)
def rescaled(spec: PixelSpec, slope: float, intercept: float) -> PixelSpec:
    """``spec`` with the slope and intercept of a slice; equal ones are one object."""
    return replace(spec, slope=slope, intercept=intercept)


def _padding(value: int | None, allocated: int, signed: bool) -> int | None:
    """Padding as a stored value; written as US by some with signed pixels (63536 means −2000)."""
    if value is None:
        return None
    bits = min(allocated, 16)
    value &= (1 << bits) - 1
    return value - (1 << bits) if signed and value >> (bits - 1) else value


def rescale_defect(slope: Vector, intercept: Vector, rescale_type: str) -> tuple[Reason, str] | None:
    """Why stored values cannot be turned into HU, or ``None``."""
    if not slope or not intercept:
        return Reason.NO_RESCALE, ""
    if slope[0] == 0 or not 1e-6 <= abs(slope[0]) <= 1e4 or abs(intercept[0]) > 1e6:
        return Reason.BAD_RESCALE, f"slope {slope[0]:g}, intercept {intercept[0]:g}"
    if rescale_type not in ("", "HU", "US"):
        return Reason.NOT_HU, f"RescaleType {rescale_type[:16]}"
    return None


def check_position(position: Vector) -> None:
    """Raise ``bad_geometry`` for a place outside any scanner."""
    if max(position) > 1e5 or min(position) < -1e5:
        raise FileProblem(Reason.BAD_GEOMETRY, "ImagePositionPatient out of range")


@lru_cache(256)
def check_axes(orientation: Vector, spacing: Vector) -> None:
    """Raise ``bad_geometry`` unless the cosines are a right angle of unit vectors and sizes are sane."""
    row, column = orientation[:3], orientation[3:]
    lengths = [math.sqrt(sum(v * v for v in vector)) for vector in (row, column)]
    dot = sum(a * b for a, b in zip(row, column, strict=True))
    # 1 %: cosines rounded to three digits still pass; anything worse is no orientation.
    if any(abs(length - 1) > 0.01 for length in lengths) or abs(dot) > 0.01:
        raise FileProblem(Reason.BAD_GEOMETRY, "ImageOrientationPatient is not a right angle")
    if any(not 1e-3 <= value <= 100 for value in spacing):
        raise FileProblem(Reason.BAD_GEOMETRY, f"PixelSpacing {spacing[0]:g} × {spacing[1]:g} mm")
