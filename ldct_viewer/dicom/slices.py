"""From a parsed header to the CT slices in the file: one for a classic image, one a frame for an enhanced one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from .codes import FileProblem, Reason
from .elements import EXPLICIT_LE, MEDIA_CLASS, Parsed, parse, text
from .facts import Facts, Plane, check_count, classic_plane, facts_of, plane_of, position_of
from .files import FileRef
from .frames import check_native_length
from .header import (
    DATA_CENTRE,
    EXPOSURE_IN_MAS,
    FRAME_GROUPS,
    INSTANCE,
    INTERCEPT,
    IOP,
    IPP,
    KERNEL,
    KVP,
    MODALITY_LUT,
    PIXEL_SPACING,
    RESCALE_TYPE,
    SERIES_NUMBER,
    SHARED_GROUPS,
    SLOPE,
    SOP_CLASS,
    SOP_UID,
    THICKNESS,
    WANTED,
    WANTED_SEQUENCES,
    PixelSpec,
    Slice,
    Values,
    check_position,
    number,
)
from .items import Item, parse_items
from .modality_lut import MAX_SEQUENCE, read_table
from .source import ByteSource
from .syntax import SYNTAXES
from .wire import UNDEFINED

_MAX_GROUPS = 64 << 20


def read_slices(source: ByteSource, ref: FileRef) -> tuple[list[Slice], Parsed]:
    """All CT slices in one file; raises FileProblem with the reason for a file that has none."""
    parsed = parse(source, WANTED, WANTED_SEQUENCES)
    blank = _fill_blank_uids(parsed)
    facts = facts_of(parsed, blank)
    raw, syntax, spec = parsed.values, parsed.syntax, facts.spec
    known = SYNTAXES.get(syntax)
    if known is not None:
        if known.native:
            if parsed.pixel_length == UNDEFINED and syntax == EXPLICIT_LE:
                raise FileProblem(Reason.BAD_PIXEL_LENGTH, "compressed pixel data, but the header says uncompressed")
            expected = spec.frame_bytes * spec.frames
            check_native_length(parsed.pixel_length, expected, parsed.pixel_offset, parsed.data.size)
        elif parsed.pixel_length != UNDEFINED:
            raise FileProblem(Reason.BAD_PIXEL_LENGTH, "uncompressed pixel data, but the header says compressed")
    values = Values(raw, parsed.little)
    instance = values.optional(INSTANCE)
    common: dict[str, Any] = {
        "ref": ref,
        "sop_uid": text(raw[SOP_UID]),
        "pixel_offset": parsed.pixel_offset,
        "pixel_length": parsed.pixel_length,
        # No series UID: what lies in one folder under one number is taken for one.
        "group": facts.group
        if facts.group[0]
        else ((str(ref.path.parent), values.text(SERIES_NUMBER)), *facts.group[1:]),
        "instance": None if instance is None else int(instance),
        "localizer": facts.localizer,
        "header": raw,
        "stamp": getattr(source, "stamp", None),
    }
    if facts.multi_frame:
        return list(_frames(parsed, values, facts, common)), parsed
    position, decimals = position_of(values)
    plane = facts.plane or _with_lut(parsed, values, facts)
    return [
        Slice(
            spec=plane.spec,
            position=position,
            orientation=plane.orientation,
            pixel_spacing=plane.spacing,
            decimals=decimals,
            defects=plane.defects,
            notes=plane.notes,
            **common,
        )
    ], parsed


def _with_lut(parsed: Parsed, values: Values, facts: Facts) -> Plane:
    """The plane of an image with a Modality LUT: in the spec, or, where it cannot be used, the reason as a defect."""
    try:
        spec = _lut(parsed, values, facts.spec)
    except FileProblem as problem:
        defects = (*facts.defects, (problem.reason, problem.detail))
        return classic_plane(values, facts.spec, defects, facts.notes, has_lut=True)
    return classic_plane(values, spec, facts.defects, (*facts.notes, Reason.MODALITY_LUT_APPLIED))


def _lut(parsed: Parsed, values: Values, spec: PixelSpec) -> PixelSpec:
    """``spec`` with the Modality LUT."""
    offset, length = parsed.sequences[MODALITY_LUT]
    if values.raw.get(SLOPE, b"").strip() or values.raw.get(INTERCEPT, b"").strip():
        raise FileProblem(Reason.MODALITY_LUT, "there is a rescale slope too, and they cannot both be right")
    if length > MAX_SEQUENCE:
        raise FileProblem(Reason.MODALITY_LUT, "too large")
    items = parse_items(parsed.data.read(offset, length), parsed.little, parsed.explicit)
    first, table = read_table(items, spec.signed, parsed.little)
    return replace(spec, lut=table, lut_first=first)


def _fill_blank_uids(parsed: Parsed) -> bool:
    """Some anonymisers blank the UIDs but keep them in the file meta information; absent ones stay absent."""
    filled = False
    for tag, meta in ((SOP_CLASS, MEDIA_CLASS), (SOP_UID, 0x00020003)):
        if tag in parsed.values and not parsed.values[tag].strip(b" \0") and parsed.meta.get(meta):
            parsed.values[tag] = parsed.meta[meta]
            filled = True
    return filled


def _frames(parsed: Parsed, values: Values, facts: Facts, common: dict[str, Any]) -> Iterator[Slice]:
    """The frames of an enhanced CT (PS3.3 A.38): geometry and rescale from shared or per-frame groups."""
    shared = (_group_items(parsed, SHARED_GROUPS) or [{}])[0]
    per_frame = _group_items(parsed, FRAME_GROUPS)
    if len(per_frame) != facts.spec.frames:
        detail = f"{len(per_frame)} functional groups for {facts.spec.frames} frames"
        raise FileProblem(Reason.MISSING_ATTRIBUTE, detail)
    for frame, groups in enumerate(per_frame):
        macros = _Macros(groups, shared, values)
        kind = tuple(part.upper() for part in macros.texts(0x00189329, 0x00089007))
        kernel = macros.raw(0x00189314, KERNEL)
        position = macros.numbers(0x00209113, IPP, "ImagePositionPatient")
        orientation = macros.numbers(0x00209116, IOP, "ImageOrientationPatient")
        spacing = macros.numbers(0x00289110, PIXEL_SPACING, "PixelSpacing")
        slope = macros.numbers(0x00289145, SLOPE, "RescaleSlope")
        intercept = macros.numbers(0x00289145, INTERCEPT, "RescaleIntercept")
        rescale_type = macros.text(0x00289145, RESCALE_TYPE).upper()
        has_lut = bool(parsed.sequences.get(MODALITY_LUT))
        check_count(position, 3, "ImagePositionPatient")
        spec, defects, notes = facts.spec, facts.defects, facts.notes
        plane = plane_of(orientation, spacing, slope, intercept, rescale_type, spec, defects, notes, has_lut)
        check_position(position)
        own: dict[str, Any] = {
            "spec": plane.spec,
            "position": position,
            "orientation": plane.orientation,
            "pixel_spacing": plane.spacing,
            "frame": frame,
            "defects": plane.defects,
            "notes": plane.notes,
            "instance": frame + 1,
            "localizer": facts.localizer or "LOCALIZER" in kind,
            "group": (*common["group"][:6], kernel, kind[2:3]),
            "header": common["header"] | macros.exposure(),
            "split": (
                ("temporal position", str(macros.integer(0x00209111, 0x00209128) or "")),
                ("stack", macros.text(0x00209111, 0x00209056)),
                ("image type", "\\".join(kind)),
                ("acquisition", str(macros.integer(0x00209111, 0x00209156) or "")),
                ("energy", macros.text(0x00189325, KVP)),
                ("file", common["sop_uid"]),
            ),
        }
        yield Slice(**(common | own))


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

    def exposure(self) -> dict[int, bytes]:
        """The frame's mAs and centre of rotation (FD, as they are), thickness; empty where there are none."""
        places = ((0x00189321, EXPOSURE_IN_MAS), (0x00189326, DATA_CENTRE), (0x00289110, THICKNESS))
        found = {}
        for macro, tag in places:
            for groups in (self._shared, self._own):  # the frame's own, where it has one
                items = groups.get(macro)
                value = items[0].get(tag) if isinstance(items, list) and items else None
                if isinstance(value, bytes) and value:
                    found[tag] = value
        return found

    def text(self, macro: int, tag: int) -> str:
        return text(self.raw(macro, tag))

    def texts(self, macro: int, tag: int) -> tuple[str, ...]:
        value = self.text(macro, tag)
        return tuple(part.strip() for part in value.split("\\")) if value else ()

    def numbers(self, macro: int, tag: int, name: str) -> tuple[float, ...]:
        return tuple(number(part, name) for part in self.texts(macro, tag) if part)

    def integer(self, macro: int, tag: int) -> int:
        return int.from_bytes(self.raw(macro, tag)[:4], self._order)
