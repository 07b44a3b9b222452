"""What lies in these folders, what can be learned from it, and why: headers and a few slices are read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...cancel import NEVER, CancelToken, Progress, no_progress
from ...denoise.noise_level import estimate_sigma
from ...dicom.provenance import AI_DENOISED, SIMULATED_DOSE
from ...errors import OpenError
from .pairing import find_pairs
from .report import DataReport, Examined, Pair
from .store import SliceStore, Unreadable
from .words import Said, said

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
    notes: list[Said] = []
    usable = [f for f in found if _usable(f, notes)]
    usable, twins = _without_twins(usable)
    notes += twins
    if not usable:
        why = notes[0] if notes else said("no_ct", n=len(result.ignored)) if result.ignored else said("no_files")
        raise NothingToLearn(why, roots[0] if len(roots) == 1 else None)
    store = SliceStore(usable, 64 << 20, notes.append)
    series = [e for s, e in enumerate(_examined(usable, store, cancel)) if _readable(e, s, notes)]
    if not series:
        raise NothingToLearn(notes[-1], roots[0] if len(roots) == 1 else None)
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


class NothingToLearn(OpenError):  # noqa: N818 - it names the finding
    """No series of these folders can be trained on; ``why`` is the first reason, for translation."""

    def __init__(self, why: Said, path: Path | None) -> None:
        self.why = (why, said("choose_other", least=MIN_SLICES))
        hint = " ".join(one.text for one in self.why)
        super().__init__("There is nothing here to train on.", hint, path, "nothing_to_learn")


def choose(series: Sequence[Examined], pairs: Sequence[Pair]) -> tuple[str, Said, tuple[str, ...]]:
    """(objective, the reason in two sentences, all that are possible)."""
    full = [s for s in series if not s.low_dose]
    possible = (("pairs",) if pairs else ()) + ("simulated", "self")
    noises = [s.noise_hu for s in full or series if s.noise_hu > 0]
    noise = said("about_noise", hu=f"{np.median(noises):.0f}") if noises else ""
    if pairs:
        doses = sorted({f"{p.dose:.0%}" for p in pairs})
        return "pairs", said("why_pairs", pairs=said("pairs", n=len(pairs)), doses=doses), possible
    if len(full) == len(series):
        return "simulated", said("why_simulated", noise=noise), possible
    if full:
        return "simulated", said("why_simulated_some", noise=noise, n=len(series) - len(full)), possible
    return "self", said("why_self", noise=noise), possible


def low_dose(found: FoundSeries, noise_hu: float) -> bool:
    """By its description or because it was simulated, else by its noise."""
    if SIMULATED_DOSE in found.image_type:
        return True
    words = f"{found.meta.description} {found.meta.study_description}".lower()
    return any(w in words for w in _LOW_WORDS) or noise_hu > _NOISY_HU


def averaging(found: FoundSeries, noise_hu: float) -> int:
    """How many neighbouring slices make one clean target: odd, up to about 5 mm of patient."""
    step = found.geometry.spacing_mm[0]
    if noise_hu <= _CLEAN_HU or step >= 3.0:
        return 1
    return 3 if step * 3 >= _CLEAN_MM - 1 or found.shape[0] < 20 else 5


def _usable(found: FoundSeries, notes: list[Said]) -> bool:
    what = said("kind", modality=found.meta.modality or "?", slices=said("slices", n=found.shape[0]))
    words = found.meta.description.lower()
    if found.state == "blocked":
        notes.append(said("blocked", what=what, why=_why_blocked(found)))
    elif found.meta.modality not in ("CT", ""):
        notes.append(said("not_ct", what=what))
    elif found.shape[0] < MIN_SLICES:
        notes.append(said("too_few", what=what, least=MIN_SLICES))
    elif min(found.shape[1:]) < 64:
        notes.append(said("too_small", what=what, columns=found.shape[2], rows=found.shape[1]))
    elif any(w in words for w in _NOT_PLAIN) or AI_DENOISED in found.image_type:
        notes.append(said("not_plain", what=what))
    else:
        return True
    return False


def _why_blocked(found: FoundSeries) -> str:
    return str(getattr(found, "blocked_reason", "")) or (found.warnings[0].message if found.warnings else "unreadable")


def _without_twins(series: list[FoundSeries]) -> tuple[list[FoundSeries], list[Said]]:
    """The same series twice (two folders, two copies) counts once: a held-out copy would be no test."""
    kept: dict[tuple[str, tuple[int, ...]], FoundSeries] = {}
    notes = []
    for one in series:
        key = (one.uid or str(one.files[:1]), tuple(one.shape))
        if key in kept:
            notes.append(said("twin", slices=said("slices", n=one.shape[0])))
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


def _readable(one: Examined, s: int, notes: list[Said]) -> bool:
    if one.noise_hu != one.noise_hu:
        notes.append(said("unreadable", series=s + 1))
        return False
    if one.noise_hu == 0.0:
        notes.append(said("noiseless", series=s + 1))
        return False
    return True
