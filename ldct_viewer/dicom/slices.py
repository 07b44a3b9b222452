"""From a parsed header to the CT slices in the file: one for a classic image, one a frame for an enhanced one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from .codes import FileProblem, Reason
from .elements import EXPLICIT_LE, MEDIA_CLASS, Parsed, parse, text
from .files import FileRef
from .frames import check_native_length
from .header import (
    BURNED_IN,
    FRAME_GROUPS,
    FRAME_UID,
    IMAGE_TYPE,
    INSTANCE,
    INTERCEPT,
    IOP,
    IPP,
    KERNEL,
    KVP,
    LOSSY,
    MODALITY_LUT,
    MULTI_FRAME,
    PATIENT_ID,
    PIXEL_SPACING,
    RESCALE_TYPE,
    SERIES_NUMBER,
    SERIES_UID,
    SHARED_GROUPS,
    SLOPE,
    SOP_CLASS,
    SOP_UID,
    STUDY_UID,
    WANTED,
    WANTED_SEQUENCES,
    PixelSpec,
    Slice,
    Values,
    check_kind,
    check_orientation,
    number,
    pixel_spec,
    require,
    rescale_defect,
    rescaled,
)
from .items import Item, parse_items
from .modality_lut import MAX_SEQUENCE, read_table
from .source import ByteSource
from .syntax import SYNTAXES, syntax_name
from .wire import UNDEFINED

_MAX_GROUPS = 64 << 20
_UNSPECIFIED = ("US",)
_SCREENS = frozenset(("SCREEN SAVE", "SCREENSHOT", "SCREEN CAPTURE", "DOSE_INFO", "DOSE REPORT", "DOSE_REPORT"))


def read_slices(source: ByteSource, ref: FileRef) -> tuple[list[Slice], Parsed]:
    """All CT slices in one file; raises FileProblem with the reason for a file that has none."""
    parsed = parse(source, WANTED, WANTED_SEQUENCES)
    blank = _fill_blank_uids(parsed)
    values = Values(parsed.values, parsed.little)
    check_kind(parsed, values)
    _refuse_screens(values)
    if parsed.pixel_offset < 0 or parsed.pixel_length == 0:
        raise FileProblem(Reason.NO_PIXELS)
    require(values)
    spec = pixel_spec(parsed, values)
    syntax = SYNTAXES.get(parsed.syntax)
    defects: list[tuple[Reason, str]] = []
    if syntax is None:
        defects.append((Reason.UNSUPPORTED_SYNTAX, syntax_name(parsed.syntax)))
    elif syntax.native:
        expected = spec.frame_bytes * spec.frames
        if parsed.pixel_length == UNDEFINED and parsed.syntax == EXPLICIT_LE:
            raise FileProblem(Reason.BAD_PIXEL_LENGTH, "compressed pixel data, but the header says uncompressed")
        check_native_length(parsed.pixel_length, expected, parsed.pixel_offset, parsed.data.size)
    elif parsed.pixel_length != UNDEFINED:
        raise FileProblem(Reason.BAD_PIXEL_LENGTH, "uncompressed pixel data, but the header says compressed")
    common = _common(parsed, values, spec, ref, defects)
    common["stamp"] = getattr(source, "stamp", None)
    if blank:
        common["notes"] += (Reason.BLANK_UID,)
    if values.text(SOP_CLASS) in MULTI_FRAME:
        return list(_frames(parsed, values, common)), parsed
    if spec.frames != 1:
        raise FileProblem(Reason.UNSUPPORTED_PIXELS, f"{spec.frames} frames in a single-frame CT image")
    has_lut = bool(parsed.sequences.get(MODALITY_LUT)) and not _apply_lut(parsed, values, common)
    return [_classic(values, common, has_lut)], parsed


def _apply_lut(parsed: Parsed, values: Values, common: dict[str, Any]) -> bool:
    """Put the Modality LUT into the spec; where it cannot be used, the reason becomes a defect."""
    offset, length = parsed.sequences[MODALITY_LUT]
    spec: PixelSpec = common["spec"]
    try:
        if values.raw.get(SLOPE, b"").strip() or values.raw.get(INTERCEPT, b"").strip():
            raise FileProblem(Reason.MODALITY_LUT, "there is a rescale slope too, and they cannot both be right")
        if length > MAX_SEQUENCE:
            raise FileProblem(Reason.MODALITY_LUT, "too large")
        items = parse_items(parsed.data.read(offset, length), parsed.little, parsed.explicit)
        first, table = read_table(items, spec.signed, parsed.little)
    except FileProblem as problem:
        common["defects"] += ((problem.reason, problem.detail),)
        return False
    common["spec"] = replace(spec, lut=table, lut_first=first)
    common["notes"] += (Reason.MODALITY_LUT_APPLIED,)
    return True


def _refuse_screens(values: Values) -> None:
    """Dose reports and screen pages that scanners store as CT images, often beside the series itself."""
    for part in map(str.upper, values.texts(IMAGE_TYPE)[2:]):
        if part in _SCREENS or part.endswith(" PROT"):  # Siemens: CT_SOM5 PROT, the patient protocol
            raise FileProblem(Reason.DOSE_SCREEN)


def _fill_blank_uids(parsed: Parsed) -> bool:
    """Some anonymisers blank the UIDs but keep them in the file meta information; absent ones stay absent."""
    filled = False
    for tag, meta in ((SOP_CLASS, MEDIA_CLASS), (SOP_UID, 0x00020003)):
        if tag in parsed.values and not parsed.values[tag].strip(b" \0") and parsed.meta.get(meta):
            parsed.values[tag] = parsed.meta[meta]
            filled = True
    return filled


def _common(
    parsed: Parsed, values: Values, spec: PixelSpec, ref: FileRef, defects: list[tuple[Reason, str]]
) -> dict[str, Any]:
    """What a slice has of its file: arguments of ``Slice``, all but those of its place and rescale."""
    image_type = tuple(part.upper() for part in values.texts(IMAGE_TYPE))
    notes = []
    syntax = SYNTAXES.get(parsed.syntax)
    lossy_tag = values.text(LOSSY)
    if (syntax and (syntax.lossy or (syntax.maybe_lossy and lossy_tag != "00"))) or lossy_tag == "01":
        notes.append(Reason.LOSSY)
    if not parsed.preamble:
        notes.append(Reason.NO_PREAMBLE)
    if parsed.wrong_syntax:
        notes.append(Reason.WRONG_SYNTAX)
    if values.text(BURNED_IN) == "YES":
        notes.append(Reason.BURNED_IN)
    instance = values.optional(INSTANCE)
    return {
        "ref": ref,
        "spec": spec,
        "sop_uid": values.text(SOP_UID),
        "pixel_offset": parsed.pixel_offset,
        "pixel_length": parsed.pixel_length,
        "group": (
            values.text(SERIES_UID) or (str(ref.path.parent), values.text(SERIES_NUMBER)),
            values.text(STUDY_UID),
            values.raw.get(PATIENT_ID, b"").strip(b" \0"),
            values.text(FRAME_UID),
            spec.rows,
            spec.columns,
            values.raw.get(KERNEL, b"").strip(b" \0"),
            image_type[2:3],
        ),
        "instance": None if instance is None else int(instance),
        "defects": tuple(defects),
        "notes": tuple(notes),
        "localizer": "LOCALIZER" in image_type[2:],
        "header": parsed.values,
    }


def _classic(values: Values, common: dict[str, Any], has_lut: bool) -> Slice:
    position = values.numbers(IPP, "ImagePositionPatient")
    orientation = values.numbers(IOP, "ImageOrientationPatient")
    spacing = values.numbers(PIXEL_SPACING, "PixelSpacing")
    slope = values.numbers(SLOPE, "RescaleSlope")
    intercept = values.numbers(INTERCEPT, "RescaleIntercept")
    rescale_type = values.text(RESCALE_TYPE).upper()
    parts = values.texts(IPP)
    decimals = min([len(part.partition(".")[2]) for part in parts], default=0)
    if b"e" in values.raw.get(IPP, b"").lower():
        decimals = 6
    return _complete(common, position, orientation, spacing, slope, intercept, rescale_type, has_lut, decimals=decimals)


def _complete(
    common: dict[str, Any],
    position: tuple[float, ...],
    orientation: tuple[float, ...],
    spacing: tuple[float, ...],
    slope: tuple[float, ...],
    intercept: tuple[float, ...],
    rescale_type: str,
    has_lut: bool,
    frame: int = 0,
    decimals: int = 6,
) -> Slice:
    for given, count, name in (
        (position, 3, "ImagePositionPatient"),
        (orientation, 6, "ImageOrientationPatient"),
        (spacing, 2, "PixelSpacing"),
    ):
        if not given:
            raise FileProblem(Reason.MISSING_ATTRIBUTE, name)
        if len(given) != count:
            raise FileProblem(Reason.BAD_NUMBER, f"{name} has {len(given)} values instead of {count}")
    check_orientation(position, orientation, spacing)
    defects, notes, spec = common["defects"], common["notes"], common["spec"]
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
    own: dict[str, Any] = {
        "spec": spec,
        "position": position,
        "orientation": orientation,
        "pixel_spacing": (spacing[0], spacing[1]),
        "frame": frame,
        "decimals": decimals,
        "defects": defects,
        "notes": notes,
    }
    return Slice(**(common | own))


def _frames(parsed: Parsed, values: Values, common: dict[str, Any]) -> Iterator[Slice]:
    """The frames of an enhanced CT (PS3.3 A.38): geometry and rescale from shared or per-frame groups."""
    shared = (_group_items(parsed, SHARED_GROUPS) or [{}])[0]
    per_frame = _group_items(parsed, FRAME_GROUPS)
    if len(per_frame) != common["spec"].frames:
        detail = f"{len(per_frame)} functional groups for {common['spec'].frames} frames"
        raise FileProblem(Reason.MISSING_ATTRIBUTE, detail)
    for frame, own in enumerate(per_frame):
        macros = _Macros(own, shared, values)
        kind = tuple(part.upper() for part in macros.texts(0x00189329, 0x00089007))
        kernel = macros.raw(0x00189314, KERNEL)
        yield _complete(
            common
            | {
                "instance": frame + 1,
                "localizer": common["localizer"] or "LOCALIZER" in kind,
                "group": (*common["group"][:6], kernel, kind[2:3]),
                "split": (
                    ("temporal position", str(macros.integer(0x00209111, 0x00209128) or "")),
                    ("stack", macros.text(0x00209111, 0x00209056)),
                    ("image type", "\\".join(kind)),
                    ("acquisition", str(macros.integer(0x00209111, 0x00209156) or "")),
                    ("energy", macros.text(0x00189325, KVP)),
                    ("file", common["sop_uid"]),
                ),
            },
            macros.numbers(0x00209113, IPP, "ImagePositionPatient"),
            macros.numbers(0x00209116, IOP, "ImageOrientationPatient"),
            macros.numbers(0x00289110, PIXEL_SPACING, "PixelSpacing"),
            macros.numbers(0x00289145, SLOPE, "RescaleSlope"),
            macros.numbers(0x00289145, INTERCEPT, "RescaleIntercept"),
            macros.text(0x00289145, RESCALE_TYPE).upper(),
            bool(parsed.sequences.get(MODALITY_LUT)),
            frame,
        )


def _group_items(parsed: Parsed, tag: int) -> list[Item]:
    offset, length = parsed.sequences.get(tag, (0, 0))
    if not length:
        return []
    if length > _MAX_GROUPS:
        raise FileProblem(Reason.TOO_LARGE, "functional groups")
    return parse_items(parsed.data.read(offset, length), parsed.little, parsed.explicit)


class _Macros:
    """Values of a frame's functional group macros: its own first, the shared ones else."""

    def __init__(self, own: Item, shared: Item, values: Values) -> None:
        self._own, self._shared, self._order = own, shared, values.order

    def raw(self, macro: int, tag: int) -> bytes:
        for groups in (self._own, self._shared):
            items = groups.get(macro)
            if isinstance(items, list) and items:
                value = items[0].get(tag, b"")
                if isinstance(value, bytes) and value:
                    return value.strip(b" \0") if len(value) != 4 else value
        return b""

    def text(self, macro: int, tag: int) -> str:
        return text(self.raw(macro, tag))

    def texts(self, macro: int, tag: int) -> tuple[str, ...]:
        value = self.text(macro, tag)
        return tuple(part.strip() for part in value.split("\\")) if value else ()

    def numbers(self, macro: int, tag: int, name: str) -> tuple[float, ...]:
        return tuple(number(part, name) for part in self.texts(macro, tag) if part)

    def integer(self, macro: int, tag: int) -> int:
        return int.from_bytes(self.raw(macro, tag)[:4], self._order)
