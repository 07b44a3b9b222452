"""Which slices are trained on and which only measured: whole patients apart, or a gap of slices between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .report import Examined

GAP_MM = 10.0  # between training and held-out slices of one patient: farther than anatomy looks alike
HELD_SHARE = 0.2


@dataclass(frozen=True)
class Split:
    """Slices by series: ``train[s]`` and ``held[s]`` never overlap. ``by``: "patient" or "slices"."""

    train: tuple[tuple[int, ...], ...]
    held: tuple[tuple[int, ...], ...]
    by: str


def split(series: Sequence[Examined], seed: int = 0, units: Sequence[Sequence[int]] | None = None) -> Split:
    """Hold out patients where there are two or more, else the end of each series beyond a gap.

    ``units``: series that must stay together beyond what the patient number says (pairs).
    """
    patients = sorted({s.patient for s in series})
    counts = [s.found.shape[0] for s in series]
    if len(patients) >= 2:
        total = sum(counts)
        size = {p: sum(n for n, s in zip(counts, series, strict=True) if s.patient == p) for p in patients}
        # the patients nearest to a fifth of all slices, smallest first, never all of them
        held: list[int] = []
        for patient in sorted(patients, key=lambda p: (size[p], (p * 7919 + seed) % 101)):
            if held and sum(size[p] for p in held) + size[patient] > HELD_SHARE * total:
                break
            if len(held) < len(patients) - 1:
                held.append(patient)
        return Split(
            tuple(() if s.patient in held else tuple(range(n)) for s, n in zip(series, counts, strict=True)),
            tuple(tuple(range(n)) if s.patient in held else () for s, n in zip(series, counts, strict=True)),
            "patient",
        )
    train, kept = [], []
    for s, n in zip(series, counts, strict=True):
        gap = max(1, min(round(GAP_MM / max(s.found.geometry.spacing_mm[0], 0.1)), n // 10 or 1))
        ends = max(1, round(n * HELD_SHARE))
        # a block in the middle third: ends of a scan are often air or couch
        first = (n - ends) * 3 // 5
        kept.append(tuple(range(first, first + ends)))
        train.append(tuple(k for k in range(n) if k < first - gap or k >= first + ends + gap))
    return Split(tuple(train), tuple(kept), "slices")
