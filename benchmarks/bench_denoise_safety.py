"""Nothing appears, nothing vanishes: invented lesions over noise realisations, contrast of faint ones.

``python benchmarks/bench_denoise_safety.py [--model ID] [--realisations 1000] [--part appear|vanish]`` prints
the tables. Everything runs at the demo's low dose (15 %) with the scanner model's noise, against its truth, at
strength 1, at the model's recommended one and at 0.6.

**Appear.** Scenes without lesions: a water disc and slices of the demo away from its findings. A matched filter
for discs of 5 and 10 mm (``quality.blobs``, in HU) runs over picture − truth of the low-dose and of the denoised
picture, in all places that are flat in the truth; the ideal picture would answer 0 everywhere. Each realisation of a
scene is one slice, read with both filters; counted are (slice, filter) with at least one place that

- *reads as a lesion*: answers 20 HU or more to the filter for 5 mm, 10 HU for 10 mm. At low dose all do: noise of that
  size is in the data, and a denoiser that lets it through invents nothing, but uncovers what fine noise had hidden;
- is *unhinted*: reads as a lesion where the low dose answers less than 2 of its own SD. Where 2 SD are more than those
  20 or 10 HU the low dose itself has such answers, and a picture left alone would be said to invent them; so that
  is shown, not judged;
- is *invented*: reads as a lesion where the low dose, at that place, with that filter and in that direction, answers
  less than half as much: most of it is the denoiser's. Of a picture left alone, or mixed with any weight, none is;
- stands *at T*, the threshold that 5 % of low-dose slices pass; or above such a threshold in units of each place's own
  SD, on its *own scale* (a reader who turns the window up on a quiet picture).

*standing* is what stays in the mean over realisations, HU above its 4.5 standard errors: drawn every time.

**Vanish.** Balls of −50 … +100 HU and 3 … 15 mm, with partial volume, in the demo's liver (``quality.lesions``), and
the demo's own 19 findings (liver lesions, nodules, ground glass). Each is denoised with it and without it under the
same noise; the difference of the two, inside the lesion in its middle slice, is the contrast *kept*. It does not
scatter with the noise but as the denoiser reacts to it, so a single lesion of which less than half is kept has lost
it to the denoiser: it *vanished*. What a reader measures in one picture (inside less a ring) does scatter; how
many read as less than half is given for both pictures. The ideal observer's d′ at low dose is that over all slices of
the lesion, whose noise is independent in the demo (slices side by side), in noise alone: he knows the tissue's
mottling, and no other sees more. The CHO sees the middle slice only.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from benchmarks.denoise_lesions import Lesion

ROOT = Path(__file__).resolve().parents[1]
SIZES_MM = (5.0, 10.0)
READS_AS_HU = {5.0: 20.0, 10.0: 10.0}  # what a reader would take for a lesion of that size
FALSE_POSITIVES = 0.05
UNSEEN_SD = 2.0  # below this the low-dose picture holds no hint
IN_THE_DATA = 0.5  # share of an answer that the low dose must hold
STANDING_HU = 5.0
VISIBLE = 3.0  # d′ of the ideal observer from which a lesion counts as one that can be seen
_AT_ONCE = 4


def main() -> list[dict]:
    """Rows for every shipped model; LDCT_BENCH_REALISATIONS lowers the 1,000."""
    from ldct_viewer.denoise.model_file import list_models

    count = int(os.environ.get("LDCT_BENCH_REALISATIONS", "1000"))
    rows = []
    for info in list_models():
        if info.shipped:
            rows += rows_of(info.id, appear(info.id, count), *vanish(info.id))
    return rows


def strengths_of(model: str) -> tuple[float, ...]:
    """Strengths that are measured: 1, what the model's card recommends (always the second), 0.6."""
    from ldct_viewer.denoise.model_file import recommended_strength

    return tuple(dict.fromkeys((1.0, recommended_strength(model), 0.6)))


def vanish(model: str) -> tuple[list[Lesion], list[Lesion]]:
    """Balls in the demo's liver; the demo's findings."""
    from benchmarks.denoise_lesions import balls, findings

    strengths = strengths_of(model)
    return balls(model, strengths), findings(model, strengths)


def rows_of(model: str, found: list[Appear], put_in: list[Lesion], own: list[Lesion]) -> list[dict]:
    """Verdicts at full strength, which is the hardest; what the recommended one gives stands beside them."""
    default = list(dict.fromkeys(a.strength for a in found))[1]
    name = f"strength 1 / {default:g}"

    def row(what: str, reference: str, measured: str, target: str, ok: bool, note: str) -> dict:
        what = f"{what}, {model} model"
        return {"what": what, "reference": reference, "measured": measured, "target": target, "ok": ok, "note": note}

    full, less = ([a for a in found if a.strength == s] for s in (1.0, default))
    slices = sum(a.slices for a in full) // len(SIZES_MM)
    setting = f"{slices:,} slices × 2 filters of demo scenes and water at 15 % dose, {name}"

    def total(which: str, part: list[Appear] = full) -> int:
        return sum(getattr(a, which) for a in part)

    def both(which: str) -> str:
        return f"{total(which):,} / {total(which, less):,}"

    low = total("low")
    worst = max(full, key=lambda a: a.standing_hu)
    rows = [
        row("false lesions at a fixed threshold", f"low dose {low}", both("at_threshold"), "≤ low dose",
            total("at_threshold") <= low, setting),
        row("false lesions of ≥ 20 HU (5 mm) or ≥ 10 HU (10 mm) that the low dose holds less than half of",
            f"all low-dose slices read so: {total('reads_low'):,}", both("invented"), "0", total("invented") == 0,
            f"{setting}; read so, in the data or not: {both('reads')}; below 2 SD at low dose: {both('unhinted')} "
            f"(low dose itself {total('unhinted_low'):,})"),
        row("false lesions on the picture's own scale", f"low dose {low}", both("own_scale"), "≤ 1.5 × low dose",
            total("own_scale") <= 1.5 * low, setting),
        row("false lesions that stand in the mean of all realisations", "0",
            f"{worst.standing_hu:.1f} / {max(a.standing_hu for a in less):.1f} HU", f"≤ {STANDING_HU:g} HU",
            worst.standing_hu <= STANDING_HU, f"{setting}; worst: {worst.scene}, {worst.diameter_mm:g} mm"),
    ]  # fmt: skip
    for what, lesions in (("balls in the demo's liver", put_in), ("the demo's findings", own)):
        rows += [row(*cells) for cells in _kept_rows(what, lesions, default)]
    return rows


def _kept_rows(what: str, lesions: list[Lesion], default: float) -> list[tuple[str, str, str, str, bool, str]]:
    """Two verdicts on the lesions that an ideal observer sees: contrast kept in the mean, and single ones gone."""
    from ldct_viewer.quality.lesions import HALF

    seen, less = ([k for k in lesions if k.strength == s and k.ideal >= VISIBLE] for s in (1.0, default))
    if not seen:
        return []
    worst = max(seen, key=lambda k: abs(k.kept.mean - 1))
    low, high = worst.kept.interval
    outside = [k for k in seen if not 0.9 <= k.kept.mean <= 1.1]
    gone = [k for k in seen if k.kept.vanished]
    singles = sum(len(k.kept.each) for k in seen)

    def span(part: list[Lesion]) -> str:
        return f"{min(k.kept.mean for k in part):.2f} … {max(k.kept.mean for k in part):.2f}"

    def count(part: list[Lesion]) -> int:
        return sum(k.kept.vanished for k in part)

    names = ", ".join(f"{k.diameter_mm:g} mm {k.contrast_hu:+g} HU {k.kept.vanished}/{len(k.kept.each)}" for k in gone)
    unread = [sum(k.kept.unread[n] for k in seen) for n in (0, 1)]
    setting = f"strength 1 / {default:g}"
    return [
        (f"contrast kept of {what} that an ideal observer sees (d′ ≥ 3)", "low dose = 1",
         f"{span(seen)} / {span(less)}", "0.9 … 1.1", not outside,
         f"{setting}; means of {len(seen)} kinds, {len(outside)} outside at strength 1; worst "
         f"{worst.diameter_mm:g} mm {worst.contrast_hu:+g} HU, 95 % interval {low:.2f} … {high:.2f}"),
        (f"single ones of {what} that vanish (d′ ≥ 3; less than half left, with − without in the same noise)",
         f"{singles} lesions", f"{count(seen)} / {count(less)}", "0", not gone,
         f"{setting}; at strength 1: {names or 'none'}; kinds with less than half in the mean: "
         f"{sum(k.kept.mean < HALF for k in seen)}; inside less ring reads as less than half in one picture: "
         f"low dose {unread[0]}, denoised {unread[1]}"),
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------ appear


@dataclass(frozen=True)
class Appear:
    """Slices (of ``slices``) with at least one false lesion, by scene, filter and strength (what counts: above).

    ``low``, ``reads_low`` and ``unhinted_low`` are the low-dose picture's; ``agreement`` is the correlation of the
    filter's answers to both pictures.
    """

    scene: str
    diameter_mm: float
    strength: float
    slices: int
    threshold_hu: float
    low: int
    at_threshold: int
    own_scale: int
    reads_low: int
    reads: int
    unhinted_low: int
    unhinted: int
    invented: int
    agreement: float
    standing_hu: float


def appear(model: str, realisations: int = 1000, seed: int = 11) -> list[Appear]:
    """Count false lesions; ``realisations`` in all, shared among the scenes."""
    denoiser = denoiser_of(model)
    strengths = strengths_of(model)
    shown, pixel_mm, reference = scenes()
    each = max(realisations // len(shown), 2)
    results = []
    for number, (name, clean) in enumerate(shown):
        results += appear_in(denoiser, name, clean, pixel_mm, each, seed + number, reference, strengths)
    return results


def appear_in(
    denoiser,
    name: str,
    clean: np.ndarray,
    pixel_mm: float,
    each: int,
    seed: int,
    reference: float | None = None,
    strengths: tuple[float, ...] = (1.0,),
) -> list[Appear]:
    """Count false lesions in the middle of the noise-free slices ``clean`` (3, y, x), ``each`` realisations."""
    import torch

    from ldct_viewer.physics.demo import DOSE
    from ldct_viewer.physics.noise import noise_maker
    from ldct_viewer.quality.blobs import blobs, flat_mask

    maker = noise_maker(clean.shape[-1], pixel_mm)
    truth = torch.from_numpy(clean.astype(np.float32))
    sd = maker.log_sd(maker.line_integrals(truth), DOSE, float("inf"), reference)
    generator = torch.Generator().manual_seed(seed)
    filters = [blobs(clean.shape[1:], pixel_mm, d) for d in SIZES_MM]
    thin = np.zeros(clean.shape[1:], bool)
    thin[::2, ::2] = True  # the filters are smooth: every other pixel tells the same
    masks = [flat_mask(clean[1], f.reach_px) & thin for f in filters]
    answers = [np.empty((2, each, int(m.sum())), np.float16) for m in masks]
    for first in range(0, each, _AT_ONCE):
        n = min(_AT_ONCE, each - first)
        noise = maker.draw(sd.repeat(n, 1, 1), generator).numpy().reshape(n, *clean.shape)
        low = np.clip(np.rint(clean + noise), -1024, 3071).astype(np.int16)
        pair = (low[:, 1], middle(denoiser, low))
        for f, mask, store in zip(filters, masks, answers, strict=True):
            for which in (0, 1):
                store[which, first : first + n] = f.apply(pair[which] - clean[1].astype(np.float32))[:, mask]
    return [
        count_false(name, f.diameter_mm, s, store[0], store[1])
        for f, store in zip(filters, answers, strict=True)
        for s in strengths
    ]


def count_false(name: str, diameter_mm: float, strength: float, low: np.ndarray, out: np.ndarray) -> Appear:
    """Compare the filter's answers (realisation, place) to the low-dose and to the denoised picture."""
    before = low.astype(np.float32)
    after = before + np.float32(strength) * (out.astype(np.float32) - before)
    z_before, z_after = (_standard(v) for v in (before, after))
    peak = np.abs(before).max(axis=1)
    threshold = float(np.quantile(peak, 1 - FALSE_POSITIVES))
    z_threshold = float(np.quantile(np.abs(z_before).max(axis=1), 1 - FALSE_POSITIVES))
    height = READS_AS_HU[diameter_mm]
    reads_low, reads = (np.abs(v) >= height for v in (before, after))
    unseen = np.abs(z_before) < UNSEEN_SD
    held = before * np.sign(after)  # the low dose's answer in the direction of the denoised one's
    error = after.std(axis=0, ddof=1) / np.sqrt(len(after))

    def slices(places: np.ndarray) -> int:
        return int(places.any(axis=1).sum())

    return Appear(
        scene=name,
        diameter_mm=diameter_mm,
        strength=strength,
        slices=len(after),
        threshold_hu=threshold,
        low=int((peak > threshold).sum()),
        at_threshold=slices(np.abs(after) > threshold),
        own_scale=slices(np.abs(z_after) > z_threshold),
        reads_low=slices(reads_low),
        reads=slices(reads),
        unhinted_low=slices(reads_low & unseen),
        unhinted=slices(reads & unseen),
        invented=slices(reads & (held < IN_THE_DATA * np.abs(after))),
        agreement=float(np.corrcoef(before.ravel(), after.ravel())[0, 1]),
        standing_hu=float(np.maximum(np.abs(after.mean(axis=0)) - 4.5 * error, 0.0).max()),
    )


def _standard(answer: np.ndarray) -> np.ndarray:
    return (answer - answer.mean(axis=0)) / np.maximum(answer.std(axis=0, ddof=1), 1e-6)


def scenes() -> tuple[list[tuple[str, np.ndarray]], float, float]:
    """Noise-free triples of slices (3, y, x) without findings; pixel size; the demo's tube current reference."""
    import torch

    from ldct_viewer.physics.demo import truth
    from ldct_viewer.physics.noise import noise_maker

    phantom = truth()
    count, size, _ = phantom.hu.shape
    slice_mm, _, pixel_mm = phantom.geometry.spacing_mm
    taken = [(f.centre_lps[2], f.diameter_mm / 2 + 2.5 * slice_mm) for f in phantom.findings]
    free = [k for k in range(1, count - 1) if all(abs(k * slice_mm - z) > reach for z, reach in taken)]
    axis = (np.arange(size) - (size - 1) / 2) * pixel_mm
    water = np.where(np.hypot(axis[:, None], axis[None]) < 150, 0, -1000).astype(np.int16)
    shown = [("water, 300 mm", np.stack([water] * 3))]
    for name, z in (("upper abdomen", 80.0), ("heart", 110.0), ("upper chest", 240.0), ("shoulders", 285.0)):
        k = min(free, key=lambda k: abs(k * slice_mm - z))
        shown.append((f"{name}, slice {k}", phantom.hu[k - 1 : k + 2]))
    some = torch.from_numpy(phantom.hu[:: max(1, count // 12)].astype(np.float32))
    reference = float(noise_maker(size, pixel_mm).line_integrals(some).quantile(0.97, dim=-1).mean())
    return shown, pixel_mm, reference


# ------------------------------------------------------------------------------------------------ shared


def denoiser_of(model: str):
    """The product's own path: any model by id or file, on the CPU, one slice at a time."""
    from ldct_viewer.denoise.engine import Denoiser

    return Denoiser(model, "cpu", threads=1)


def middle(denoiser, triples: np.ndarray, spacing_z: float = 2.5) -> np.ndarray:
    """The denoised middle slices (n, y, x) int16 of triples (n, 3, y, x) int16; levels are estimated as ever."""
    from ldct_viewer.volume import Geometry, Volume

    hu = np.ascontiguousarray(triples.reshape(-1, *triples.shape[2:]))
    out = np.empty_like(hu)
    denoiser.run(Volume(hu, Geometry(hu.shape, (spacing_z, 0.75, 0.75))), range(1, len(hu), 3), out)
    return out[1::3]


def tables(found: list[Appear], put_in: list[Lesion], own: list[Lesion]) -> str:
    """Markdown of all parts."""
    lines = []
    if found:
        lines += [
            "| scene | filter | T, HU | slices | strength | at T: low dose → denoised | own scale | reads as a lesion: "
            "low dose → denoised | unhinted: low dose → denoised | invented | correlation | standing HU |",
            "|---|---|---|---|---|---|---|---|---|---|---|---|",
            *(f"| {a.scene} | {a.diameter_mm:g} mm | {a.threshold_hu:.1f} | {a.slices} | {a.strength:g} "
              f"| {a.low} → {a.at_threshold} | {a.own_scale} | {a.reads_low} → {a.reads} "
              f"| {a.unhinted_low} → {a.unhinted} | {a.invented} | {a.agreement:.2f} | {a.standing_hu:.1f} |"
              for a in found),
            "",
        ]  # fmt: skip
    for lesions in (put_in, own):
        strengths = list(dict.fromkeys(k.strength for k in lesions))
        if lesions:
            heads = " | ".join(f"kept at {s:g} [95 %], vanished" for s in strengths)
            lines += [f"| lesion | n | ideal d′ | read as less than half: low dose → denoised at "
                      f"{' / '.join(f'{s:g}' for s in strengths)} | CHO d′: likewise | {heads} |",
                      "|---|---|---|---|---|" + "---|" * len(strengths)]  # fmt: skip
        lines += [_line(lesions[n : n + len(strengths)]) for n in range(0, len(lesions), max(len(strengths), 1))]
        lines.append("")
    return "\n".join(lines)


def _line(same: list[Lesion]) -> str:
    """One kind of lesion at all strengths."""
    k, n = same[0], len(same[0].kept.each)
    name = f"{k.name} {k.diameter_mm:g} mm {k.contrast_hu:+g} HU{'' if k.ideal >= VISIBLE else ' (not seen)'}"
    unread = " / ".join(f"{v.kept.unread[1] / n:.0%}" for v in same)
    cho = "–" if np.isnan(k.before) else f"{k.before:.1f} → " + " / ".join(f"{v.after:.1f}" for v in same)
    cells = " | ".join(
        f"{v.kept.mean:.2f} [{v.kept.interval[0]:.2f}, {v.kept.interval[1]:.2f}], {v.kept.vanished / n:.0%}"
        for v in same
    )
    return f"| {name} | {n} | {k.ideal:.1f} | {k.kept.unread[0] / n:.0%} → {unread} | {cho} | {cells} |"


def _command() -> None:
    from ldct_viewer.denoise.model_file import default_model

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=None, help="id or file of a model (default: the one shipped)")
    parser.add_argument("--realisations", type=int, default=1000)
    parser.add_argument("--part", choices=("appear", "vanish", "both"), default="both")
    args = parser.parse_args()
    model = args.model or default_model().id
    found = appear(model, args.realisations) if args.part != "vanish" else []
    put_in, own = vanish(model) if args.part != "appear" else ([], [])
    print(tables(found, put_in, own))
    if found and put_in:
        for row in rows_of(model, found, put_in, own):
            print(" | ".join(str(v) for v in row.values()))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    _command()
