"""Which slices are trained on and which only measured: whole patients apart, or a gap of slices between.

What is measured must be of a kind that is trained on: a network tuned on heads says nothing about its worth
on abdomens, and the one abdomen held out could not be learned from (measured: −1.2 dB, refused, for a head
and an abdomen that gain on each when both are trained on). So a patient is held out whole where others of
the same kind of scan are left; of the kinds of which there is one patient only, some slices are held out.
"""

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
    """Slices by series: ``train[s]`` and ``held[s]`` never overlap. ``by``: "patient", "slices" or "both"."""

    train: tuple[tuple[int, ...], ...]
    held: tuple[tuple[int, ...], ...]
    by: str


def split(series: Sequence[Examined], seed: int = 0) -> Split:
    """Hold out patients whose kinds of scan others share, and a block of slices where a kind has one patient."""
    whole = _held_patients(series, seed)
    tested = {s.kind for s in series if s.patient in whole}
    # a patient's other series show the same anatomy: they are cut alike
    cut = {s.patient for s in series if s.patient not in whole and s.kind not in tested}
    train: list[tuple[int, ...]] = []
    held: list[tuple[int, ...]] = []
    for one in series:
        n = one.found.shape[0]
        if one.patient in whole:
            train.append(())
            held.append(tuple(range(n)))
        elif one.patient in cut:
            block, rest = _block(one)
            train.append(rest)
            held.append(block)
        else:
            train.append(tuple(range(n)))
            held.append(())
    return Split(tuple(train), tuple(held), "both" if whole and cut else "patient" if whole else "slices")


def _held_patients(series: Sequence[Examined], seed: int) -> set[int]:
    """Patients to be left out whole: about a fifth of all slices, smallest first, no kind without a trained one."""
    kinds: dict[int, set[str]] = {}
    size: dict[int, int] = {}
    for one in series:
        kinds.setdefault(one.patient, set()).add(one.kind)
        size[one.patient] = size.get(one.patient, 0) + one.found.shape[0]
    held: set[int] = set()
    slices = 0
    for patient in sorted(size, key=lambda p: (size[p], (p * 7919 + seed) % 101)):
        others = [kinds[p] for p in kinds if p != patient and p not in held]
        if not kinds[patient] <= set().union(*others):
            continue
        if held and slices + size[patient] > HELD_SHARE * sum(size.values()):
            break
        held.add(patient)
        slices += size[patient]
    return held


def _block(one: Examined) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """(held out, trained on) of one series: a block in the middle third, for ends are often air or couch."""
    n = one.found.shape[0]
    gap = max(1, min(round(GAP_MM / max(one.found.geometry.spacing_mm[0], 0.1)), n // 10 or 1))
    ends = max(1, round(n * HELD_SHARE))
    first = (n - ends) * 3 // 5
    return tuple(range(first, first + ends)), tuple(k for k in range(n) if k < first - gap or k >= first + ends + gap)
