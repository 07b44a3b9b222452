"""What lies in these folders, what can be learned from it, and why: headers and a few slices are read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...cancel import NEVER, CancelToken, Progress, no_progress
from ...denoise.noise_level import estimate_sigma
from ...errors import OpenError
from .pairing import find_pairs
from .report import DataReport, Examined, Note, Pair, count
from .store import SliceStore, Unreadable

if TYPE_CHECKING:
    from ...dicom.scan import FoundSeries

MIN_SLICES = 5
_NOISY_HU = 24.0  # SD in soft tissue of one slice from which a series counts as low dose
_CLEAN_MM = 5.0  # thinner full-dose slices are averaged up to about this for clean targets
_CLEAN_HU = 12.0  # … and only where they are noisier than this
_LOW_WORDS = ("low dose", "lowdose", "low-dose", "ldct", "quarter", "reduced dose", "저선량")
_NOT_PLAIN = ("iodine", "mono", "vnc", "perfusion", "z-eff", "dual energy map", "denoised", "ai_denoised")


def examine(
    paths: Iterable[str | Path], progress: Progress = no_progress, cancel: CancelToken = NEVER, uid: str = ""
) -> DataReport:
    """Look at ``paths`` and choose an objective. Raises OpenError where nothing can be learned from.

    ``uid`` restricts to one series (the open one). Folders are read in place, nothing is copied.
    """
    from ...dicom.scan import scan_paths

    roots = tuple(Path(p) for p in paths)
    result = scan_paths(roots, progress=progress, cancel=cancel)
    found = [f for f in result.series if not uid or f.uid == uid]
    notes: list[Note] = []
    usable = [f for f in found if _usable(f, notes)]
    usable, twins = _without_twins(usable)
    notes += twins
    if not usable:
        why = notes[0].text if notes else "There is no CT series in it."
        where = roots[0] if len(roots) == 1 else None
        raise OpenError(
            f"There is nothing here to train on. {why}",
            f"Choose a folder with CT series of at least {MIN_SLICES} slices.",
            where,
            "nothing_to_learn",
        )
    store = SliceStore(usable, 64 << 20, lambda code, text: notes.append(Note(code, text)))
    series = [e for s, e in enumerate(_examined(usable, store, cancel)) if _readable(e, s, notes)]
    if not series:
        raise OpenError("None of the series can be read.", notes[-1].text if notes else "", code="nothing_to_learn")
    if len(series) != len(usable):
        store = SliceStore([e.found for e in series], 64 << 20)
    pairs, refused = find_pairs(series, store.slice)
    objective, reason, possible = choose(series, pairs)
    return DataReport(
        roots,
        tuple(series),
        tuple(pairs),
        objective,
        reason,
        tuple(refused),
        tuple(notes),
        len(result.ignored),
        possible,
    )


def choose(series: Sequence[Examined], pairs: Sequence[Pair]) -> tuple[str, str, tuple[str, ...]]:
    """(objective, the reason in two sentences, all that are possible)."""
    full = [s for s in series if not s.low_dose]
    possible = (("pairs",) if pairs else ()) + ("simulated", "self")
    noises = [s.noise_hu for s in series if s.noise_hu > 0]
    noise = f" (noise about {np.median(noises):.0f} HU)" if noises else ""
    if pairs:
        doses = ", ".join(sorted({f"{p.dose:.0%}" for p in pairs}))
        return (
            "pairs",
            f"The same anatomy was found at low and full dose ({count(len(pairs), 'pair')}, {doses} of the dose). "
            "The network learns to make the low-dose picture look like the full-dose one.",
            possible,
        )
    if full:
        some = "" if len(full) == len(series) else f" The noisy ones are left out ({len(series) - len(full)})."
        return (
            "simulated",
            f"These scans are quiet enough{noise} to serve as clean references, and no low-dose twin was found. "
            "Low-dose noise in the scanner's own texture is added to them, and the network learns to take it off."
            + some,
            possible,
        )
    return (
        "self",
        f"Only noisy scans{noise} were found, none quiet enough to be a reference. "
        "The network learns from the scans themselves: from neighbouring slices, whose noise differs, and from noise "
        "of their own texture.",
        possible,
    )


def low_dose(found: FoundSeries, noise_hu: float) -> bool:
    """By its description, else by its noise."""
    words = f"{found.meta.description} {found.meta.study_description}".lower()
    return any(w in words for w in _LOW_WORDS) or noise_hu > _NOISY_HU


def averaging(found: FoundSeries, noise_hu: float) -> int:
    """How many neighbouring slices make one clean target: odd, up to about 5 mm of patient."""
    step = found.geometry.spacing_mm[0]
    if noise_hu <= _CLEAN_HU or step >= 3.0:
        return 1
    return 3 if step * 3 >= _CLEAN_MM - 1 or found.shape[0] < 20 else 5


def _usable(found: FoundSeries, notes: list[Note]) -> bool:
    what = f"“{found.meta.modality or '?'}” series of {count(found.shape[0], 'slice')}"
    words = found.meta.description.lower()
    if found.state == "blocked":
        notes.append(Note("blocked", f"A {what} cannot be opened and is left out: {_why_blocked(found)}"))
    elif found.meta.modality not in ("CT", ""):
        notes.append(Note("not_ct", f"A {what} is not CT and is left out."))
    elif found.shape[0] < MIN_SLICES:
        notes.append(Note("too_few", f"A {what} is too short (fewer than {MIN_SLICES}) and is left out."))
    elif min(found.shape[1:]) < 64:
        notes.append(Note("too_small", f"A {what} has pictures of {found.shape[2]} × {found.shape[1]}: too small."))
    elif any(w in words for w in _NOT_PLAIN):
        notes.append(Note("not_plain", f"A {what} is a derived map or already denoised and is left out."))
    else:
        return True
    return False


def _why_blocked(found: FoundSeries) -> str:
    return str(getattr(found, "blocked_reason", "")) or (found.warnings[0].message if found.warnings else "unreadable")


def _without_twins(series: list[FoundSeries]) -> tuple[list[FoundSeries], list[Note]]:
    """The same series twice (two folders, two copies) counts once: a held-out copy would be no test."""
    kept: dict[tuple[str, tuple[int, ...]], FoundSeries] = {}
    notes = []
    for one in series:
        key = (one.uid or str(one.files[:1]), tuple(one.shape))
        if key in kept:
            notes.append(Note("twin", f"A series of {count(one.shape[0], 'slice')} is there twice and used once."))
        else:
            kept[key] = one
    return list(kept.values()), notes


def _examined(found: Sequence[FoundSeries], store: SliceStore, cancel: CancelToken) -> list[Examined]:
    patients: dict[str, int] = {}
    made = []
    for s, one in enumerate(found):
        cancel.check()
        meta = one.meta
        key = (
            f"{meta.patient_id}|{meta.patient_name}"
            if meta.patient_id or meta.patient_name
            else meta.study_uid or one.uid
        )
        patient = patients.setdefault(key, len(patients))
        sigma = _noise(store, s, one.shape[0])
        if sigma is None:
            made.append(Examined(one, patient, float("nan"), True))
            continue
        made.append(Examined(one, patient, sigma, low_dose(one, sigma), averaging(one, sigma)))
    return made


def _noise(store: SliceStore, s: int, n: int) -> float | None:
    """Median SD in soft tissue of five slices; −1 where no slice has enough; None where none can be read."""
    values, readable = [], 0
    for k in sorted({int(v) for v in np.linspace(n * 0.15, n * 0.85, 5)}):
        try:
            hu = store.slice(s, min(k, n - 1))
        except Unreadable:
            continue
        readable += 1
        if (sigma := estimate_sigma(hu)) > 0:
            values.append(sigma)
    if not readable:
        return None
    return float(np.median(values)) if values else -1.0


def _readable(one: Examined, s: int, notes: list[Note]) -> bool:
    if one.noise_hu != one.noise_hu:
        notes.append(Note("unreadable", f"Series {s + 1} cannot be read and is left out."))
        return False
    if one.noise_hu == 0.0:
        notes.append(Note("noiseless", f"Series {s + 1} has no noise at all and is left out."))
        return False
    return True
