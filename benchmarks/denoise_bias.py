"""HU bias by tissue of held-out patients at a quarter of the dose: denoised − full dose, without what choosing adds.

Called by ``denoise_baselines.py``. Two things look like a bias and are none:
*The noise of the one picture.* Each noise is used with its negative, which is as likely, so that the low doses' mean is
the reference itself (but for what is cut off at −1024 HU).
*The choice of voxels.* The reference holds noise of its own. Where that lifts a voxel over a tissue's lower HU bound,
the voxel is chosen, and a denoiser rightly takes it down again; the low dose, which holds the same noise, does not. So
scans are smoothed by 3 pixels before they are binned (``tissue_masks`` alone: 1.5). What is left of the effect is
measured and taken off: the reference gets a second helping of its own noise, and masks are made once of that very
picture, once of one with another noise as strong; the difference is what the choice does. Checked where truth is known
(the noisiest scan cleaned by non-local means, with noise as strong as its own put on): −0.79 and −0.63 HU in soft
tissue found where −0.72 and −0.57 are true (masks of the noisy scan as it is: −1.16 and −1.04), bone −1.18 and −1.08
for −1.02 and −0.93. The noise that one such slice happens to hold moves it by 0.2 HU in soft tissue and 0.5 in bone.
Edges stay in, but for the pixel that masks are eroded by. Phantoms are chosen by and compared with their truth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from benchmarks.denoise_pairs import Scan

DOSE = 0.25
ROUNDS = 3  # noises, each with its negative
SMOOTH_PX = 3.0
LEAST_VOXELS = 500  # of a tissue in all slices of a patient; fewer say nothing
TARGETS_HU = {"soft": 1.0, "lung": 3.0, "fat": 3.0, "bone": 3.0}


class Bias(NamedTuple):
    """Mean of denoised − reference, HU; ``chosen``: the share of the choice, taken off already; voxels in the masks."""

    hu: float
    chosen: float
    voxels: int


Found = dict[str, dict[str, Bias]]  # patient → tissue


def masks(guide: np.ndarray, smooth_px: float = SMOOTH_PX) -> dict[str, np.ndarray]:
    """Masks (y, x) by tissue of a slice (y, x) HU that holds noise: smoothed by 3 pixels altogether, eroded by one."""
    from scipy.ndimage import gaussian_filter

    from ldct_viewer.quality.tissue import tissue_masks

    # tissue_masks smooths by 1.5 pixels itself
    return tissue_masks(gaussian_filter(np.asarray(guide, np.float32), np.sqrt(smooth_px**2 - 1.5**2)))


def measure(denoiser, scans: list[Scan], dose: float = DOSE, rounds: int = ROUNDS) -> Found:
    """Bias at strength 1 of every patient (scans of one name count together)."""
    found: Found = {}
    for name in dict.fromkeys(s.name for s in scans):
        sums = {part: {t: np.zeros(2) for t in TARGETS_HU} for part in ("plain", "own", "other")}
        voxels = dict.fromkeys(TARGETS_HU, 0)
        for scan in (s for s in scans if s.name == name):
            for k in scan.at:
                for tissue, mask in _slice(denoiser, scan, k, dose, rounds, sums).items():
                    voxels[tissue] += int(mask.sum())
        mean = {part: {t: total / max(n, 1.0) for t, (total, n) in of.items()} for part, of in sums.items()}
        found[name] = {}
        for t in (t for t, n in voxels.items() if n >= LEAST_VOXELS):
            chosen = float(mean["own"][t] - mean["other"][t])
            found[name][t] = Bias(float(mean["plain"][t]) - chosen, chosen, voxels[t])
    return found


def _slice(denoiser, scan: Scan, k: int, dose: float, rounds: int, sums: dict) -> dict[str, np.ndarray]:
    """Adds one slice's differences to ``sums`` (part → tissue → sum, voxels); the masks of the slice as it is."""
    from benchmarks.bench_denoise_safety import middle
    from benchmarks.denoise_pairs import hash_of, near, noise_of, stored

    clean, pixel_mm = near(scan.hu, k), scan.spacing_mm[2]

    def add(reference: np.ndarray, noise: np.ndarray, **where: dict[str, np.ndarray]) -> None:
        low = stored(reference, noise)
        difference = middle(denoiser, low[None], scan.spacing_mm[0])[0].astype(np.float64) - reference[1]
        for part, by_tissue in where.items():
            for tissue, mask in by_tissue.items():
                sums[part][tissue] += difference[mask].sum(), mask.sum()

    plain = masks(clean[1]) if scan.plan is not None else masks(clean[1], 1.5)  # a truth has no noise to choose by
    for n in range(rounds):
        seed = hash_of(f"bias {scan.name} {k} {n}")
        noise = noise_of(clean, pixel_mm, dose, seed, scan.plan, scan.overlap)
        pair = []
        if scan.plan is not None:  # at half the dose a scan has as much noise again as it had
            pair = [
                noise_of(clean, pixel_mm, 0.5, seed + i, scan.plan, scan.overlap) / scan.average**0.5 for i in (1, 2)
            ]
        for sign in (1.0, -1.0):
            add(clean, sign * noise, plain=plain)
            noisier = [clean + sign * p for p in pair]
            where = [masks(p[1]) for p in noisier]
            for own in range(len(pair)):
                add(noisier[own], sign * noise, own=where[own], other=where[1 - own])
    return plain


def target_rows(info, found: Found) -> list[dict]:
    """Issue 3's rows of one model (``info`` of its file): the worst patient in soft tissue, and elsewhere."""
    rows = []
    for what, tissues in (("soft tissue", ("soft",)), ("lung, fat and bone", ("lung", "fat", "bone"))):
        each = [(abs(b.hu), f"{b.hu:+.2f} HU ({name}{'' if what == 'soft tissue' else ', ' + t})")
                for name, of in found.items() for t, b in of.items() if t in tissues]  # fmt: skip
        worst, least = max(each), TARGETS_HU[tissues[0]]
        others = "; ".join(text for _, text in sorted(each, reverse=True)[1:4])
        rows.append(
            {
                "what": f"HU bias in {what} at {DOSE:.0%} dose, worst patient, {info.name} {info.version}",
                "reference": f"full dose (phantoms: truth), {len(found)} patients and phantoms",
                "measured": worst[1],
                "target": f"≤ {least:g} HU",
                "ok": worst[0] <= least,
                "note": f"next: {others}; strength 1, at {info.recommended_strength:g} in proportion",
            }
        )
    return rows


def table(info, found: Found) -> str:
    """Markdown: bias of every patient and tissue, in brackets what the choice of voxels had made of it."""
    tissues = list(TARGETS_HU)
    lines = [
        f"**HU bias of {info.name} {info.version}, strength 1, {DOSE:.0%} dose** (before the choice is taken off)",
        "",
        f"| patient | {' | '.join(tissues)} |",
        "|---" * (len(tissues) + 1) + "|",
    ]
    for name, of in found.items():
        cells = [f"{of[t].hu:+.2f} ({of[t].hu + of[t].chosen:+.2f})" if t in of else "–" for t in tissues]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])
