"""Slices → series: the grouping, splitting, duplicate and conflict rules of DICOM.md §1.2."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from ..cancel import NEVER, CancelToken
from ..volume import Geometry, SeriesWarning
from .codes import FileProblem, Kind, Reason
from .elements import DEFLATED
from .geometry import normal_of
from .header import FRAME_PLACE, KERNEL_PLACE, STUDY_PLACE, TYPE_PLACE, Slice
from .phases import phases
from .pixels import read_pixels, to_hu
from .series import FoundSeries, Ignored, guessed_names, make_meta
from .stack import coinciding, geometry_of, overlaps, sort_slices

ORIENTATION_TOLERANCE = 1e-4
_MAX_LISTED = 20
_MAY_BE_LEFT_OUT = (FRAME_PLACE, KERNEL_PLACE, TYPE_PLACE)
_OWN_UIDS = 3  # so many images, each with a UID of its own: two may truly be two scans

Outcome = tuple[list[FoundSeries], list[Ignored]]


def group_slices(slices: Iterable[Slice], cancel: CancelToken = NEVER) -> Outcome:
    """All series among ``slices`` and a line for every slice that is in none of them."""
    by_series: dict[object, list[Slice]] = defaultdict(list)
    for item in slices:
        by_series[item.group[0]].append(item)
    series: list[FoundSeries] = []
    ignored: list[Ignored] = []
    for members in by_series.values():
        found, lines = _one_uid(members, cancel)
        series += found
        ignored += lines
    series.sort(
        key=lambda s: (s.meta.study_date, s.meta.study_uid, _natural(s.meta.series_number), s.uid, _by_numbers(s.phase))
    )
    return series, ignored


def line(item: Slice, reason: Reason, detail: str = "") -> Ignored:
    """The report line of one slice."""
    return Ignored(item.path, FileProblem(reason, detail).text, reason.code, reason.kind.value, reason.hint)


def _natural(number: str) -> tuple[int, str]:
    return (int(number), "") if number.isdigit() else (1 << 30, number)


def _by_numbers(text: str) -> list[tuple[int, str]]:
    """A sort key: numbers inside a text count as numbers."""
    parts = re.split(r"([0-9]{1,15})", text)
    return [(int(part), "") if part.isdigit() else (0, part) for part in parts]


def _one_uid(members: list[Slice], cancel: CancelToken) -> Outcome:
    ignored = [line(item, Reason.LOCALIZER) for item in members if item.localizer]
    members, copies, conflicts = _deduplicate([item for item in members if not item.localizer], cancel)
    ignored += map(_copy_line, copies)
    groups, scouts = _drop_scouts(_groups(members))
    ignored += [line(item, Reason.LOCALIZER, "its orientation is not that of the series") for item in scouts]
    series: list[FoundSeries] = []
    for group in groups:
        sound = [item for item in group if not item.defects]
        if not sound:
            series.append(_blocked(group, *group[0].defects[0]))
            continue
        ignored += [line(item, *item.defects[0]) for item in group if item.defects]
        clashing = [item for item in sound if item.sop_uid in conflicts]
        if clashing:
            series.append(_blocked(sound, Reason.CONFLICT, "", clashing))
            continue
        found, twins = _series_of(sound, _copies_of(sound, copies), cancel)
        series += found
        ignored += map(_copy_line, twins)
    return series, ignored


def _groups(members: list[Slice]) -> list[list[Slice]]:
    """Slices of one series UID that can be one stack."""
    shared = _with_left_out(_without_own_uids(members))
    groups = _belonging(shared)
    if shared is members or all(not overlaps(group) and _is_straight(group) for group in groups):
        return groups
    return _belonging(members)


def _belonging(members: list[Slice]) -> list[list[Slice]]:
    groups: list[list[Slice]] = []
    for item in members:
        for group in groups:
            if _belongs(group[0], item):
                group.append(item)
                break
        else:
            groups.append([item])
    return groups


def _without_own_uids(members: list[Slice]) -> list[Slice]:
    """The same slices, blind to a study or frame of reference that no two images of the series share.

    No scan is made so: an anonymiser (all of LIDC-IDRI) or a writer (SimpleITK by default) drew a new UID for every
    file. The UID then tells nothing apart; the caller makes sure that the positions fit together.
    """
    if len(members) < _OWN_UIDS:
        return members
    for place in (STUDY_PLACE, FRAME_PLACE):
        uids = {item.group[place] for item in members}
        if len(uids) == len(members) and "" not in uids:
            members = [
                replace(
                    item,
                    group=_with(item.group, place, ""),
                    notes=item.notes if Reason.OWN_FRAMES in item.notes else (*item.notes, Reason.OWN_FRAMES),
                )
                for item in members
            ]
    return members


def _with_left_out(members: list[Slice]) -> list[Slice]:
    """The same slices; an attribute that some lack and all others agree on is taken to be the same for all.

    A router or a converter lost it. The caller makes sure that the positions fit together.
    """
    for place in _MAY_BE_LEFT_OUT:
        values = {item.group[place] for item in members}
        there = [value for value in values if value]
        if len(values) == 2 and len(there) == 1:
            members = [
                item if item.group[place] else replace(item, group=_with(item.group, place, there[0]))
                for item in members
            ]
    return members


def _with(group: tuple[object, ...], place: int, value: object) -> tuple[object, ...]:
    return (*group[:place], value, *group[place + 1 :])


def _is_straight(group: Sequence[Slice]) -> bool:
    try:
        geometry_of(sort_slices(group))
    except FileProblem:
        return False
    return True


def _belongs(first: Slice, item: Slice) -> bool:
    if first.group != item.group:
        return False
    if first.pixel_spacing == item.pixel_spacing and first.orientation == item.orientation:
        return True  # as nearly always
    if any(abs(a - b) > 1e-4 * max(a, b) for a, b in zip(first.pixel_spacing, item.pixel_spacing, strict=True)):
        return False
    pairs = zip(first.orientation, item.orientation, strict=True)
    return max(abs(a - b) for a, b in pairs) <= ORIENTATION_TOLERANCE


def _drop_scouts(groups: list[list[Slice]]) -> tuple[list[list[Slice]], list[Slice]]:
    """One or two images that lie across a stack many times larger are its scouts, whatever they call themselves."""
    if len(groups) < 2:
        return groups, []
    largest = max(groups, key=len)
    normal = normal_of(largest[0].orientation)
    kept, scouts = [], []
    for group in groups:
        across = abs(float(normal_of(group[0].orientation) @ normal)) < 0.7  # more than 45°
        if len(group) <= 2 and len(largest) >= 5 * len(group) and across:
            scouts += group
        else:
            kept.append(group)
    return kept, scouts


def _deduplicate(members: list[Slice], cancel: CancelToken) -> tuple[list[Slice], list[Slice], frozenset[str]]:
    """(unique slices, identical copies, SOP UIDs that name different images)."""
    by_uid: dict[tuple[str, int], list[Slice]] = defaultdict(list)
    for item in members:
        by_uid[item.sop_uid, item.frame].append(item)
    unique: list[Slice] = []
    copies: list[Slice] = []
    conflicts: set[str] = set()
    for (uid, _), same in by_uid.items():
        unique.append(same[0])
        for other in same[1:]:
            cancel.check()
            if _identical(same[0], other):
                copies.append(other)
            else:
                conflicts.add(uid)
                unique.append(other)
    return unique, copies, frozenset(conflicts)


def _identical(one: Slice, other: Slice) -> bool:
    """Same place in the patient and same HU. Coded bytes may differ: one copy may be compressed."""
    if one.position != other.position or one.orientation != other.orientation:
        return False
    if one.pixel_spacing != other.pixel_spacing:  # which of the two lengths is right nobody can say
        return False
    if one.spec == other.spec and _coded(one) == _coded(other) != b"":
        return True
    return _digest(one) == _digest(other) != b""


def _coded(item: Slice) -> bytes:
    """Digest of the pixel data as they are in the file, up to its end; empty where that cannot be read."""
    try:
        with item.ref.open() as source:
            data = source if item.spec.syntax != DEFLATED else None
            length = min(item.pixel_length, source.size - item.pixel_offset)
            return hashlib.sha256(data.read(item.pixel_offset, length)).digest() if data else b""
    except FileProblem:
        return b""


def _digest(item: Slice) -> bytes:
    from .read import open_data

    try:
        with item.ref.open() as source:
            words = read_pixels(open_data(source, item), item)
    except FileProblem:
        return b""
    return hashlib.sha256(to_hu(words, item.spec).hu.tobytes()).digest()


def _copies_of(group: list[Slice], copies: list[Slice]) -> list[Slice]:
    uids = {item.sop_uid for item in group}
    return [copy for copy in copies if copy.sop_uid in uids]


def _series_of(group: list[Slice], copies: list[Slice], cancel: CancelToken) -> tuple[list[FoundSeries], list[Slice]]:
    """One series, or several where images share positions and something tells them apart; and copies met with.

    Where nothing does, they may be the same images sent twice under new UIDs.
    """
    parts, guessed = phases(group)
    twins: list[Slice] = []
    if not parts:
        kept, twins = _without_twins(group, cancel)
        parts, guessed = phases(kept) if twins else ([], False)
    if not parts:
        return [_blocked(group, Reason.DUPLICATE_POSITIONS, "", coinciding(group))], []
    notes = (SeriesWarning(Reason.PHASES_GUESSED.code, Reason.PHASES_GUESSED.message),) if guessed else ()
    series = [_series(part, name, notes, [*_copies_of(part, copies), *_at(part, twins)]) for name, part in parts]
    return series, twins


def _without_twins(group: list[Slice], cancel: CancelToken) -> tuple[list[Slice], list[Slice]]:
    """(slices of which no two are the same image at the same place, those that were one more time there)."""
    seen: set[tuple[object, ...]] = set()
    kept: list[Slice] = []
    twins: list[Slice] = []
    for item in group:
        cancel.check()
        coded = _coded(item)
        key = (item.position, item.orientation, item.pixel_spacing, item.spec, item.frame, coded)
        (twins if coded and key in seen else kept).append(item)
        seen.add(key)
    return kept, twins


def _at(part: list[Slice], twins: list[Slice]) -> list[Slice]:
    places = {item.position for item in part}
    return [twin for twin in twins if twin.position in places]


def _copy_line(item: Slice) -> Ignored:
    return Ignored(item.path, "An identical copy of another file.", "duplicate", "duplicate")


def _series(
    group: Sequence[Slice],
    phase: str = "",
    extra: tuple[SeriesWarning, ...] = (),
    copies: Sequence[Slice] = (),
) -> FoundSeries:
    ordered = sort_slices(group)
    try:
        geometry, warnings = geometry_of(ordered)
    except FileProblem as problem:
        return _blocked(ordered, problem.reason, problem.detail)
    warnings = (*extra, *warnings, *_notes(ordered, copies))
    meta = make_meta(ordered[0], ordered)
    guessed = guessed_names(ordered)
    if guessed:
        reason = Reason.CHARSET_UNDECLARED
        warnings = (*warnings, SeriesWarning(reason.code, reason.message, _names(guessed)))
    return FoundSeries(
        meta=meta,
        geometry=geometry,
        files=_files(ordered),
        warnings=warnings,
        state="notes" if warnings else "ready",
        phase=phase,
        slices=tuple(ordered),
    )


def _notes(ordered: Sequence[Slice], copies: Sequence[Slice]) -> list[SeriesWarning]:
    notes = []
    if copies:
        names = tuple(dict.fromkeys(str(copy.path) for copy in copies))  # frames of one file count once
        text = f"{len(names)} identical cop{'ies' if len(names) > 1 else 'y'} ignored."
        notes.append(SeriesWarning(Reason.DUPLICATES.code, text, names[:_MAX_LISTED]))
    counted: dict[Reason, list[Slice]] = defaultdict(list)
    for item in ordered:
        for reason in item.notes:
            counted[reason].append(item)
    for reason, items in counted.items():
        everywhere = len(items) == len(ordered)
        text = reason.message if everywhere else f"{reason.message} ({len(items)} of {len(ordered)} slices)"
        notes.append(SeriesWarning(reason.code, text, () if everywhere else _names(items)))
    return notes


def _names(items: Sequence[Slice]) -> tuple[str, ...]:
    return tuple(str(item.path) for item in items[:_MAX_LISTED])


def _files(ordered: Sequence[Slice]) -> tuple[Path, ...]:
    return tuple(item.path for item in ordered)


def _blocked(
    group: Sequence[Slice], reason: Reason, detail: str = "", culprits: Sequence[Slice] | None = None
) -> FoundSeries:
    ordered = sort_slices(group)
    first = ordered[0]
    shape = (len(ordered), first.spec.rows, first.spec.columns)
    geometry = Geometry(shape, (1.0, *first.pixel_spacing))
    names = _names(culprits if culprits is not None else ordered)
    problem = FileProblem(reason, detail)
    message = f"{problem.text} {reason.hint}".strip()
    meta = make_meta(first, ordered)
    warning = SeriesWarning(reason.code, message, names)
    return FoundSeries(meta, geometry, _files(ordered), (warning,), "blocked", slices=tuple(ordered))


def block(series: FoundSeries, reason: Reason, detail: str = "") -> FoundSeries:
    """The same series, blocked for a reason found later."""
    warning = SeriesWarning(reason.code, FileProblem(reason, detail).text)
    return replace(series, state=Kind.BLOCKED.value, warnings=(warning, *series.warnings))
