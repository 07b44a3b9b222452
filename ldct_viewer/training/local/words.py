"""What the core says of a training, as codes with their facts; the window says the same in its own language.

One table holds the English sentences (resources/translations/update.py hands it to the translators). A
sentence is found by its code; ``CODE.one`` is its form where ``n`` is 1. Facts may be sentences themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

CONTEXT = "TrainCore"  # of the translations

TEXTS: dict[str, str] = {
    # counts
    "slices": "{n} slices",
    "slices.one": "{n} slice",
    "patients": "{n} patients",
    "patients.one": "{n} patient",
    "series": "{n} series",
    "series.one": "{n} series",
    "pairs": "{n} low/full-dose pairs",
    "pairs.one": "{n} low/full-dose pair",
    "minutes": "{n} min",
    "hours": "{n} h",
    # what a series is
    "of_thickness": "{slices} of {mm} mm",
    "of_thickness_every": "{slices} of {mm} mm every {step} mm",
    "kernel": "kernel {name}",
    "mas": "{mas} mAs",
    "noise": "noise {hu} HU",
    "kind": "“{modality}” series of {slices}",
    # left out, refused
    "blocked": "A {what} cannot be opened and is left out: {why}",
    "not_ct": "A {what} is not CT and is left out.",
    "too_few": "A {what} is too short (fewer than {least}) and is left out.",
    "too_small": "A {what} has pictures of {columns} × {rows}: too small.",
    "not_plain": "A {what} is a derived map or already denoised and is left out.",
    "twin": "A series of {slices} is there twice and used once.",
    "unreadable": "Series {series} cannot be read and is left out.",
    "noiseless": "Series {series} has no noise at all and is left out.",
    "bad_slice": "Slice {slice} of series {series} is left out: {why}",
    "odd_slice": "it is empty or of another size.",
    "pair_unlike": "Series {low} and {full} do not show the same anatomy.",
    "pair_shifted": "Series {low} and {full} look like a low- and full-dose pair but are shifted by {mm} mm "
    "({across} mm across, {down} mm down): not used as a pair.",
    # why there is nothing to train on
    "no_files": "There are no files in it.",
    "no_ct": "There is no CT series in it: of {n} files none is a CT image.",
    "no_ct.one": "There is no CT series in it: its one file is no CT image.",
    "choose_other": "Choose a folder with CT series of at least {least} slices.",
    # what will be done, and why
    "about_noise": " (noise about {hu} HU)",
    "why_pairs": "The same anatomy was found at low and full dose ({pairs}, {doses} of the dose). "
    "The network learns to make the low-dose picture look like the full-dose one.",
    "why_simulated": "These scans are quiet enough{noise} to serve as clean references, and no low-dose twin was "
    "found. Low-dose noise in the scanner's own texture is added to them, and the network learns to take it off.",
    "why_simulated_some": "The quiet ones of these scans{noise} serve as clean references, and no low-dose twin was "
    "found. Low-dose noise in the scanner's own texture is added to them, and the network learns to take it off. "
    "The noisy ones are left out ({n}).",
    "why_self": "Only noisy scans{noise} were found, none quiet enough to be a reference. The network learns from "
    "the scans themselves: from neighbouring slices, whose noise differs, and from noise of their own texture.",
    # stages
    "reading": "Reading the scans",
    "measuring_noise": "Measuring the noise of these scans",
    "measuring_start": "Measuring the starting model on held-out slices",
    "measuring_result": "Measuring the result",
    # notices
    "slept": "The computer slept for {time}; that time does not count.",
    "early": "No further gain: stopped early, the best is kept.",
    "memory": "Memory ran out: a batch is now worked off in parts of {n}; the result is the same.",
    "disk_full": "The disk is full: the training could not be saved. Free some space; the training goes on and "
    "tries again.",
    "unwritable": "The training could not be saved. Check the folder's permissions; it goes on and tries again.",
    "saved_again": "The training can be saved again.",
    # what was held out
    "held_patients": "{slices} of {patients} it never trained on",
    "held_slices": "{slices} it never trained on (of the same patients)",
    "held_slices.one": "{slices} it never trained on (of the same patient)",
    "held_both": "{slices} it never trained on ({patients} left out whole, of the others some slices)",
    # the verdict
    "better": "Better by {gain} dB.",
    "not_better": "Not better: the model is kept aside and not offered.",
    "the_start": "the model it started from",
    "nothing": "the picture without denoising",
    "no_gain": "On {held} it is no better than {than}: PSNR {tuned} dB against {base} dB ({gain} dB).",
    "worse_than_nothing": "It is worse than no denoising at all ({tuned} against {low} dB).",
    "worse_on": "On one kind of scan ({kind}) it is worse than {than}: {gain} dB.",
    "shifts": "It shifts {tissue} by {shift} HU; more than {most} HU is not accepted.",
    "gain": "On {held} PSNR rose from {base} to {tuned} dB ({gain} dB) against {than}.",
    "gain_each": "By kind of scan: {kinds}.",
    "kind_gain": "{kind} {gain} dB",
    "ssim_noise": "SSIM {base} → {tuned}; noise left {noise_base} → {noise_tuned} (untouched: {noise_low}).",
    "largest_shift": "Largest shift of HU: {shift} in {tissue}.",
    "why_no_gain_short": "{steps} steps were too few to tell: train for longer.",
    "why_no_gain": "The model it started from already does well on these scans; keep using it.",
}

TERMS = (
    "lung", "fat", "soft tissue", "bone", "tissue", "unknown",
    "chest", "abdomen", "head", "brain", "neck", "pelvis", "spine", "heart", "liver", "whole body", "partialbody",
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """A sentence: its code and the facts in it (words, numbers, other sentences, lists of them)."""

    code: str
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """In English."""
        return render(self.to_json())

    def __str__(self) -> str:
        return self.text

    def to_json(self) -> dict[str, Any]:
        """Plain data: ``{"code": …, "data": …}``; what events carry and the window translates."""
        return {"code": self.code, "data": {k: _plain(v) for k, v in self.data.items()}}


def said(code: str, **data: Any) -> Said:
    """The sentence ``code`` with its facts; KeyError for a code that is not in the table."""
    TEXTS[code]
    return Said(code, data)


def render(one: Any, translate: Callable[[str], str] = str) -> str:
    """Words of a sentence (as JSON), a list of them, or a plain fact; ``translate`` turns English templates."""
    if isinstance(one, list):
        return ", ".join(render(v, translate) for v in one)
    if not isinstance(one, dict):
        return translate(one) if isinstance(one, str) and one in TERMS else str(one)
    data = one.get("data", {})
    key = f"{one['code']}.one" if data.get("n") == 1 and f"{one['code']}.one" in TEXTS else one["code"]
    return translate(TEXTS[key]).format(**{k: render(v, translate) for k, v in data.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, Said):
        return value.to_json()
    return [_plain(v) for v in value] if isinstance(value, list | tuple) else value
