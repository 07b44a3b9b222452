"""From a report and a plan to what is trained: the series, the objective, the model to start from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import torch

from ...denoise.model_file import ModelInfo, default_model, load_model
from ...denoise.network import ARCHITECTURES, PUNet, build
from ...errors import LdctError
from .objectives import Objective, Pairs, SelfSupervised, Simulated
from .plan import MODEL_SCRATCH, Plan
from .report import DataReport, Pair
from .sources import Material
from .split import Split
from .words import Said, said


@dataclass(frozen=True)
class Base:
    """Where it starts: a network and the card it came with (``None``: random weights)."""

    net: PUNet
    info: ModelInfo | None


def starting_model(plan: Plan) -> tuple[Base, dict[str, Any]]:
    """The network to start from and its architecture."""
    if plan.start == MODEL_SCRATCH:
        torch.manual_seed(plan.seed)
        architecture = ARCHITECTURES[plan.size]
        return Base(build(architecture), None), architecture
    model = load_model(plan.start or default_model().id)
    return Base(model.net, model.info), model.info.architecture


def select(report: DataReport, objective: str) -> tuple[DataReport, list[Pair]]:
    """The series an objective uses (and the pairs, renumbered): quiet ones to simulate, noisy ones for self."""
    if objective == "pairs":
        if not report.pairs:
            raise LdctError(
                "There are no low/full-dose pairs in these scans.", "Choose another objective.", code="no_pairs"
            )
        used = sorted({n for p in report.pairs for n in (p.low, p.full)})
    else:
        fit = [n for n, s in enumerate(report.series) if s.low_dose == (objective == "self")]
        used = fit or list(range(len(report.series)))
    pairs = [replace(p, low=used.index(p.low), full=used.index(p.full)) for p in report.pairs if objective == "pairs"]
    return replace(report, series=tuple(report.series[n] for n in used)), pairs


def make_objective(material: Material, parts: Split, plan: Plan, pairs: list[Pair]) -> Objective:
    """The objective by name."""
    if plan.objective == "pairs":
        return Pairs(material, parts, plan, pairs)
    return {"simulated": Simulated, "self": SelfSupervised}[plan.objective](material, parts, plan)


def describe(parts: Split, chosen: DataReport, count: int) -> Said:
    """What was held out, in words."""
    slices = said("slices", n=count)
    if parts.by == "slices":
        return said("held_slices", slices=slices, n=chosen.patients)
    trained = {s.patient for s, ks in zip(chosen.series, parts.train, strict=True) if ks}
    whole = said("patients", n=chosen.patients - len(trained))
    return said("held_patients" if parts.by == "patient" else "held_both", slices=slices, patients=whole)
