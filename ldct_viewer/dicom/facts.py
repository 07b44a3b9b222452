"""What the header of a CT image says beside its own place: checked once for all slices that say the same."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from .codes import FileProblem, Reason
from .elements import MEDIA_CLASS, Parsed, text
from .header import (
    BURNED_IN,
    FRAME_UID,
    IMAGE_TYPE,
    INTERCEPT,
    IOP,
    IPP,
    KERNEL,
    LAYOUT,
    LOSSY,
    MODALITY,
    MODALITY_LUT,
    MULTI_FRAME,
    PATIENT_ID,
    PIXEL_SPACING,
    RESCALE_TYPE,
    SERIES_UID,
    SLOPE,
    SOP_CLASS,
    SOP_UID,
    STUDY_UID,
    PixelSpec,
    Values,
    check_axes,
    check_kind,
    check_position,
    number,
    pixel_spec,
    require,
    rescale_defect,
    rescaled,
)
from .syntax import SYNTAXES, syntax_name

_UNSPECIFIED = ("US",)
_SCREENS = frozenset(("SCREEN SAVE", "SCREENSHOT", "SCREEN CAPTURE", "DOSE_INFO", "DOSE REPORT", "DOSE_REPORT"))


class Plane(NamedTuple):
    """How a slice lies and what its stored values mean."""

    spec: PixelSpec
    orientation: tuple[float, ...]
    spacing: tuple[float, float]
    defects: tuple[tuple[Reason, str], ...]
    notes: tuple[Reason, ...]


class Facts(NamedTuple):
    """What a file says that most other files of its series say too, checked."""

    spec: PixelSpec  # without rescale
    multi_frame: bool
    group: tuple[object, ...]
    localizer: bool
    defects: tuple[tuple[Reason, str], ...]
    notes: tuple[Reason, ...]
    plane: Plane | None  # of a single frame without Modality LUT


_OF_SERIES = (
    *(SOP_CLASS, MODALITY, SERIES_UID, STUDY_UID, PATIENT_ID, FRAME_UID, KERNEL, IMAGE_TYPE, LOSSY, BURNED_IN),
    *LAYOUT,
    *(IOP, PIXEL_SPACING, SLOPE, INTERCEPT, RESCALE_TYPE),
)
_REMEMBERED = 2048  # bytes of such values; more is not kept, so that no file fills the memory


def facts_of(parsed: Parsed, blank: bool) -> Facts:
    """The facts of a parsed file, or FileProblem; ``blank``: its UIDs were, and are those of the file's label."""
    values = parsed.values
    raw = tuple(map(values.get, _OF_SERIES))
    media = parsed.meta.get(MEDIA_CLASS, b"")
    short = len(b"".join(filter(None, raw))) + len(media) <= _REMEMBERED
    return (_facts if short else _facts.__wrapped__)(
        raw,
        media,
        parsed.syntax,
        parsed.little,
        bare=not parsed.preamble and not parsed.meta,
        preamble=parsed.preamble,
        wrong_syntax=parsed.wrong_syntax,
        blank=blank,
        pixels=parsed.pixel_offset >= 0 and parsed.pixel_length != 0,
        named=bool(values.get(SOP_UID, b"").strip(b" \0")),
        placed=bool(values.get(IPP)),
        lut=bool(parsed.sequences.get(MODALITY_LUT)),
    )


@lru_cache(256)
def _facts(
    raw: tuple[bytes | None, ...],
    media: bytes,
    syntax: str,
    little: bool,
    *,
    bare: bool,
    preamble: bool,
    wrong_syntax: bool,
    blank: bool,
    pixels: bool,
    named: bool,
    placed: bool,
    lut: bool,
) -> Facts:
    """Checked once for all files that say the same: a function of its arguments, which are all that it looks at."""
    values = Values({tag: value for tag, value in zip(_OF_SERIES, raw, strict=True) if value is not None}, little)
    check_kind(values, text(media), bare)
    _refuse_screens(values)
    if not pixels:
        raise FileProblem(Reason.NO_PIXELS)
    require(values, named)
    spec = pixel_spec(values, syntax, little)
    known = SYNTAXES.get(syntax)
    image_type = tuple(part.upper() for part in values.texts(IMAGE_TYPE))
    lossy_tag = values.text(LOSSY)
    lossy = (known and (known.lossy or (known.maybe_lossy and lossy_tag != "00"))) or lossy_tag == "01"
    notes = tuple(
        reason
        for reason, there in (
            (Reason.LOSSY, lossy),
            (Reason.NO_PREAMBLE, not preamble),
            (Reason.WRONG_SYNTAX, wrong_syntax),
            (Reason.BURNED_IN, values.text(BURNED_IN) == "YES"),
            (Reason.BLANK_UID, blank),
        )
        if there
    )
    facts = Facts(
        spec=spec,
        multi_frame=values.text(SOP_CLASS) in MULTI_FRAME,
        group=(
            values.text(SERIES_UID),
            values.text(STUDY_UID),
            values.raw.get(PATIENT_ID, b"").strip(b" \0"),
            values.text(FRAME_UID),
            spec.rows,
            spec.columns,
            values.raw.get(KERNEL, b"").strip(b" \0"),
            image_type[2:3],
        ),
        localizer="LOCALIZER" in image_type[2:],
        defects=() if known else ((Reason.UNSUPPORTED_SYNTAX, syntax_name(syntax)),),
        notes=notes,
        plane=None,
    )
    if facts.multi_frame:
        return facts
    if spec.frames != 1:
        raise FileProblem(Reason.UNSUPPORTED_PIXELS, f"{spec.frames} frames in a single-frame CT image")
    if not placed:
        raise FileProblem(Reason.MISSING_ATTRIBUTE, "ImagePositionPatient")
    return facts if lut else facts._replace(plane=classic_plane(values, spec, facts.defects, notes))


def _refuse_screens(values: Values) -> None:
    """Dose reports and screen pages that scanners store as CT images, often beside the series itself."""
    for part in map(str.upper, values.texts(IMAGE_TYPE)[2:]):
        if part in _SCREENS or part.endswith(" PROT"):  # Siemens: CT_SOM5 PROT, the patient protocol
            raise FileProblem(Reason.DOSE_SCREEN)


def position_of(values: Values) -> tuple[tuple[float, ...], int]:
    """ImagePositionPatient and its digits after the point; not remembered, every slice has its own."""
    raw = values.raw.get(IPP, b"")
    parts = [part.strip() for part in text(raw).split("\\")]
    position = tuple([number(part, "ImagePositionPatient") for part in parts]) if any(parts) else ()
    check_count(position, 3, "ImagePositionPatient")
    check_position(position)
    if b"e" in raw or b"E" in raw:
        return position, 6
    return position, min([len(part.partition(".")[2]) for part in parts])


def check_count(given: tuple[float, ...], count: int, name: str) -> None:
    """Raise unless there are ``count`` numbers."""
    if not given:
        raise FileProblem(Reason.MISSING_ATTRIBUTE, name)
    if len(given) != count:
        raise FileProblem(Reason.BAD_NUMBER, f"{name} has {len(given)} values instead of {count}")


def classic_plane(
    values: Values,
    spec: PixelSpec,
    defects: tuple[tuple[Reason, str], ...],
    notes: tuple[Reason, ...],
    has_lut: bool = False,
) -> Plane:
    """The plane of a classic image, all but its position; ``has_lut``: it has a Modality LUT that cannot be used."""
    orientation = values.numbers(IOP, "ImageOrientationPatient")
    spacing = values.numbers(PIXEL_SPACING, "PixelSpacing")
    slope = values.numbers(SLOPE, "RescaleSlope")
    intercept = values.numbers(INTERCEPT, "RescaleIntercept")
    rescale_type = values.text(RESCALE_TYPE).upper()
    return plane_of(orientation, spacing, slope, intercept, rescale_type, spec, defects, notes, has_lut)


def plane_of(
    orientation: tuple[float, ...],
    spacing: tuple[float, ...],
    slope: tuple[float, ...],
    intercept: tuple[float, ...],
    rescale_type: str,
    spec: PixelSpec,
    defects: tuple[tuple[Reason, str], ...],
    notes: tuple[Reason, ...],
    has_lut: bool,
) -> Plane:
    """The plane of these numbers; ``defects`` and ``notes`` are what is known already."""
    check_count(orientation, 6, "ImageOrientationPatient")
    check_count(spacing, 2, "PixelSpacing")
    check_axes(orientation, spacing)
    defect = (Reason.MODALITY_LUT, "") if has_lut else rescale_defect(slope, intercept, rescale_type)
    if spec.lut:
        defect = None
    elif has_lut and any(reason in (Reason.MODALITY_LUT, Reason.NOT_HU) for reason, _ in defects):
        pass  # said already, with what is wrong with it
    elif defect:
        defects = (*defects, defect)
    else:
        spec = rescaled(spec, slope[0], intercept[0])
        if rescale_type in _UNSPECIFIED:
            notes = (*notes, Reason.HU_ASSUMED)
    return Plane(spec, orientation, (spacing[0], spacing[1]), defects, notes)
