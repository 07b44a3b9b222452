"""The safety gate: is the trained model better than what it started from, and does it leave HU alone?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ... import __version__
from .metrics import Measures
from .plan import Plan

MAX_BIAS_HU = 2.0
MIN_GAIN_DB = 0.02  # less is chance


@dataclass(frozen=True)
class Verdict:
    """``better``: it may be offered. ``headline`` and ``reasons`` say so in plain words."""

    better: bool
    headline: str
    reasons: tuple[str, ...]
    gain_db: float

    def to_json(self) -> dict[str, Any]:
        """For cards and events."""
        return {
            "better": self.better,
            "headline": self.headline,
            "reasons": list(self.reasons),
            "gain_db": round(self.gain_db, 3),
        }


def judge(start: Measures | None, tuned: Measures, low: Measures, held: str) -> Verdict:
    """Compare on the same held-out slices; ``start`` is ``None`` for a training from scratch.

    ``low`` are the measures of doing nothing; ``held`` says what was held out ("8 slices of …").
    """
    base, than = (start, "the model it started from") if start is not None else (low, "the picture without denoising")
    gain = tuned.psnr - base.psnr
    reasons = []
    if gain < MIN_GAIN_DB:
        reasons.append(
            f"On {held} it is no better than {than}: "
            f"PSNR {tuned.psnr:.2f} dB against {base.psnr:.2f} dB ({gain:+.2f} dB)."
        )
    if tuned.psnr < low.psnr:
        reasons.append(f"It is worse than no denoising at all ({tuned.psnr:.2f} against {low.psnr:.2f} dB).")
    for tissue, shift in tuned.bias_hu.items():
        if abs(shift) > MAX_BIAS_HU:
            reasons.append(f"It shifts {tissue} by {shift:+.1f} HU; more than {MAX_BIAS_HU:g} HU is not accepted.")
    if reasons:
        return Verdict(False, "Not better: the model is kept aside and not offered.", tuple(reasons), gain)
    tissue, worst = max(tuned.bias_hu.items(), key=lambda kv: abs(kv[1]), default=("tissue", 0.0))
    reasons = [
        f"On {held} PSNR rose from {base.psnr:.2f} to {tuned.psnr:.2f} dB ({gain:+.2f} dB) against {than}.",
        f"SSIM {base.ssim:.4f} → {tuned.ssim:.4f}; noise left {_hu(base.noise_hu)} → {_hu(tuned.noise_hu)} "
        f"(untouched: {_hu(low.noise_hu)}).",
        f"Largest shift of HU: {worst:+.1f} in {tissue}.",
    ]
    return Verdict(True, f"Better by {gain:.2f} dB.", tuple(reasons), gain)


def rank(measures: Measures) -> tuple[float, float]:
    """Which of two states is kept: one within the HU bound always before one outside, then PSNR."""
    over = max(0.0, measures.worst_bias - 0.9 * MAX_BIAS_HU)
    return (-round(over, 1), measures.psnr)


def make_card(
    plan: Plan,
    facts: dict[str, Any],
    start_name: str,
    architecture: dict[str, Any],
    measures: dict[str, Measures | None],
    verdict: Verdict,
    held: str,
    curves: dict[str, list[float]],
    name: str,
) -> dict[str, Any]:
    """The card of a trained model: when, from what, how, how good; no patient, no path."""
    now = datetime.now(UTC)
    anatomy = ", ".join(facts.get("anatomy", [])) or "CT"
    how = {
        "pairs": "real low/full-dose pairs",
        "simulated": f"full-dose scans with simulated dose {', '.join(f'{d:.0%}' for d in plan.doses)}",
        "self": "low-dose scans alone (self-supervised)",
    }[plan.objective]
    start, tuned, low = measures["start"], measures["tuned"], measures["low"]
    assert tuned is not None and low is not None
    return {
        "name": name,
        "version": now.strftime("%Y.%m.%d"),
        "description": f"Trained on local data ({anatomy}) from {how}, starting from {start_name}. "
        "Research use, not for diagnosis.",
        "architecture": architecture,
        "trained_on": [
            f"local data: {facts['series']} series of {facts['patients']} patients, {facts['slices']} slices, {anatomy}"
        ],
        "licence": "belongs to whoever trained it; no training image is contained",
        "input_range_hu": [-1024, 3071],
        "quality": {
            "what": f"{held}, window {low.window}",
            "psnr_low": round(low.psnr, 3),
            "psnr": round(tuned.psnr, 3),
            **({"psnr_start": round(start.psnr, 3)} if start is not None else {}),
            "worst_bias_hu": round(tuned.worst_bias, 2),
        },
        "training": {
            "made": now.isoformat(timespec="seconds"),
            "program": __version__,
            "objective": plan.objective,
            "start": start_name,
            "data": facts,
            "held_out": held,
            "plan": {k: v for k, v in plan.to_json().items() if k not in ("start", "device", "threads", "memory_mb")},
            "measures": {k: (m.to_json() if m is not None else None) for k, m in measures.items()},
            "verdict": verdict.to_json(),
            "curves": curves,
        },
    }


def _hu(value: float) -> str:
    return f"{value:.1f} HU" if value >= 0 else "unknown"
