"""What headers say of dose and scanner: mAs of a series, centre of rotation (PS3.3 C.8.2.1, C.8.15.3)."""

from __future__ import annotations

from collections.abc import Sequence
from struct import unpack_from

from . import header as h
from .header import Slice, Values

Point = tuple[float, float, float]
# Where a header may state mAs, the attribute of the picture first; how each is worded for people.
_STATED = (
    (h.EXPOSURE, "Exposure (0018,1152)"),
    (h.EXPOSURE_IN_MAS, "Exposure in mAs (0018,9332)"),
    (h.EXPOSURE_IN_UAS, "Exposure in µAs (0018,1153)"),
)
_PLAUSIBLE_MAS = (0.1, 2000.0)  # a vendor's header says 5100 where 151 were meant
_PRODUCT = "X-Ray Tube Current (0018,1151) × Exposure Time (0018,1150)"


def exposure_of(slices: Sequence[Slice]) -> tuple[float | None, str]:
    """(mean mAs over the slices, the attribute it is from) or (None, "").

    With tube current modulation every slice has its own: the first one's says little of the series. The number is told
    as it stands; :func:`is_plausible` judges it.
    """
    for tag, name in _STATED:
        found = [mas for item in slices if (mas := _stated(item, tag)) is not None]
        if found:
            return _summary(found, name)
    return _summary([mas for item in slices if (mas := _product(item)) is not None], _PRODUCT)


def is_plausible(mas: float | None) -> bool:
    """True for mAs that a CT slice can be taken with; no dose may be reckoned from any other."""
    return mas is not None and _PLAUSIBLE_MAS[0] <= mas <= _PLAUSIBLE_MAS[1]


def rotation_centre(item: Slice) -> Point | None:
    """Where the scanner's axis goes through a slice, LPS mm: DataCollectionCenterPatient (0018,9313), if stated."""
    values = _doubles(item, h.DATA_CENTRE)
    return (values[0], values[1], values[2]) if len(values) == 3 else None


def _summary(found: list[float], name: str) -> tuple[float | None, str]:
    return (round(sum(found) / len(found), 2), name) if found else (None, "")


def _stated(item: Slice, tag: int) -> float | None:
    if tag == h.EXPOSURE_IN_MAS:
        value = next(iter(_doubles(item, tag)), None)
    else:
        value = Values(item.header, item.spec.little).optional(tag)
    if value is None or not value > 0:
        return None
    return value / 1000 if tag == h.EXPOSURE_IN_UAS else value


def _product(item: Slice) -> float | None:
    values = Values(item.header, item.spec.little)
    current, milliseconds = values.optional(h.CURRENT), values.optional(h.EXPOSURE_TIME)
    if not current or not milliseconds or current < 0 or milliseconds < 0:
        return None
    return current * milliseconds / 1000


def _doubles(item: Slice, tag: int) -> tuple[float, ...]:
    """Finite values of an FD attribute; empty where it is absent or damaged."""
    raw = item.header.get(tag, b"")
    values = unpack_from(f"{'<' if item.spec.little else '>'}{len(raw) // 8}d", raw)
    return values if all(abs(value) < 1e9 for value in values) else ()  # false for nan, too
