"""What lies in the folders and what can be learned from it: plain data, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .words import Said, render, said

if TYPE_CHECKING:
    from ...dicom.scan import FoundSeries


@dataclass(frozen=True, eq=False)
class Examined:
    """One usable CT series: where it is, how noisy, which side of a dose comparison it is fit for.

    ``patient`` is a running number, never an identity. ``noise_hu`` is the SD in soft tissue (−1:
    cannot be told). ``average``: neighbouring slices to be averaged for a clean target.
    """

    found: FoundSeries
    patient: int
    noise_hu: float
    low_dose: bool
    average: int = 1

    @property
    def label(self) -> list[Any]:
        """Body part, kernel, thickness, mAs: enough to recognise a series, nothing about the person."""
        meta, (z, _, _) = self.found.meta, self.found.geometry.spacing_mm
        mm = f"{thickness(self.found):g}"
        slices = said("slices", n=self.found.shape[0])
        thick = said("of_thickness", slices=slices, mm=mm)
        if abs(z - thickness(self.found)) > 0.3:
            thick = said("of_thickness_every", slices=slices, mm=mm, step=f"{z:.3g}")
        parts: list[Any] = [meta.body_part.strip().lower() or "CT", thick.to_json()]
        if meta.kernel:
            parts.append(said("kernel", name=" ".join(meta.kernel.split("\\"))).to_json())
        if meta.exposure_mas:
            parts.append(said("mas", mas=f"{meta.exposure_mas:.0f}").to_json())
        if self.noise_hu > 0:
            parts.append(said("noise", hu=f"{self.noise_hu:.0f}").to_json())
        return parts

    @property
    def kind(self) -> str:
        """Scans of one kind have one noise and one look: scanner maker, kernel, part of the body."""
        meta = self.found.meta
        return ", ".join(p for p in (meta.body_part.strip().lower(), meta.manufacturer, meta.kernel) if p) or "CT"


@dataclass(frozen=True)
class Pair:
    """Indices into ``DataReport.series``: the same anatomy at two doses; ``dose`` = low / full."""

    low: int
    full: int
    dose: float
    shift_mm: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, eq=False)
class DataReport:
    """The answer of ``examine``: what was found, what it will do (``objective``) and why (``reason``)."""

    paths: tuple[Path, ...]
    series: tuple[Examined, ...] = ()
    pairs: tuple[Pair, ...] = ()
    objective: str = "simulated"
    reason: Said = field(default_factory=lambda: said("why_simulated", noise=""))
    refused: tuple[Said, ...] = ()
    notes: tuple[Said, ...] = ()
    ignored_files: int = 0
    possible: tuple[str, ...] = field(default_factory=tuple)

    @property
    def patients(self) -> int:
        """How many different people."""
        return len({s.patient for s in self.series})

    @property
    def slices(self) -> int:
        """Slices of all series together."""
        return sum(s.found.shape[0] for s in self.series)

    @property
    def summary(self) -> list[Any]:
        """One line: patients, series, slices, pairs."""
        parts = [
            said("patients", n=self.patients),
            said("series", n=len(self.series)),
            said("slices", n=self.slices),
        ]
        if self.pairs:
            parts.append(said("pairs", n=len(self.pairs)))
        return [p.to_json() for p in parts]

    def facts(self) -> dict[str, Any]:
        """What a model card may say of the data: counts, anatomy, kernels, doses; no patient, no path."""
        metas = [s.found.meta for s in self.series]
        return {
            "patients": self.patients,
            "series": len(self.series),
            "slices": self.slices,
            "pairs": len(self.pairs),
            "anatomy": sorted({m.body_part.strip().lower() for m in metas if m.body_part.strip()}),
            "kernels": sorted({m.kernel for m in metas if m.kernel}),
            "scanners": sorted({f"{m.manufacturer} {m.model_name}".strip() for m in metas if m.manufacturer}),
            "exposure_mas": sorted({round(m.exposure_mas) for m in metas if m.exposure_mas}),
            "kvp": sorted({round(m.kvp) for m in metas if m.kvp}),
            "thickness_mm": sorted({round(thickness(s.found), 2) for s in self.series}),
            "noise_hu": sorted({round(s.noise_hu) for s in self.series if s.noise_hu > 0}),
        }

    def to_json(self) -> dict[str, Any]:
        """For the window and ``--json``."""
        return {
            "summary": render(self.summary),
            "summary_said": self.summary,
            **self.facts(),
            "labels": [render(s.label) for s in self.series],
            "labels_said": [s.label for s in self.series],
            "objective": self.objective,
            "possible": list(self.possible),
            "reason": self.reason.text,
            "reason_said": self.reason.to_json(),
            "refused": [{"text": n.text, **n.to_json()} for n in self.refused],
            "notes": [{"text": n.text, **n.to_json()} for n in self.notes],
            "ignored_files": self.ignored_files,
        }


def thickness(found: FoundSeries) -> float:
    """Slice thickness in mm (the spacing where the header does not say)."""
    return float(found.meta.slice_thickness_mm or found.geometry.spacing_mm[0])
