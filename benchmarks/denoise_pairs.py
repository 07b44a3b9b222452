"""Pairs of slices at full and at low dose, of patients and of drawn bodies.

Pairs: slices of a series and the same slices at 10, 25 and 50 % of their dose, by the scanner model
(``physics.noise``), kernel and photon number fitted to the series; phantoms get all the noise of that dose. Slices that
overlap (3 mm every 2 mm, sliding means of five) share their noise as they share their photons. HU end at −1024, as in
the 12-bit files of most scanners.
*tuning*: patients of the training data, cropped. *held out*: never trained on, but looked at while recipe and weights
were chosen: two patients of the data and three of ``--cases`` (GE: a head with gantry tilt, a chest with contrast, a
thin slice of the liver). *drawn*: phantoms, of which the abdomen was looked at, too, the head was not.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

ANATOMY = {"cap-cap001": "chest", "Br38-abdomen": "abdomen", "covid-P001": "chest", "normal-normal001": "chest",
           "A0001": "chest", "A0002": "chest", "UB-head": "head"}  # fmt: skip
OTHER_SCANS = (("GE head r01", "r01-ge-tilt-variable-spacing", "head"), ("GE chest r11", "r11-nema-wg04-ct", "chest"),
               ("GE liver r31", "r31-dcmqi-ct-seg", "abdomen"))  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """One slice at one dose: ``noisy`` (3, y, x) int16 HU, ``clean`` (y, x) float32 HU, the added SD in soft tissue."""

    patient: str
    kind: str  # "tuning", "held out" or "drawn"
    anatomy: str
    dose: float
    noisy: np.ndarray
    clean: np.ndarray
    level: float
    slice_mm: float  # from slice to slice: how far the neighbours lie decides whether a network sees them


def pairs_of(
    name: str, kind: str, anatomy: str, hu: np.ndarray, spacing_mm: tuple[float, ...], at: list[int],
    doses: tuple[float, ...], plan=None, crop: int | None = None, overlap: float = 0.0,
) -> list[Pair]:  # fmt: skip
    """Pairs of slices ``at`` of clean ``hu`` (z, y, x); with ``plan`` (physics.dose) only the difference of dose.

    ``spacing_mm``: (z, y, x). ``overlap``: share of the noise that a slice has in common with its neighbours.
    """
    found = []
    for k in at:
        clean = near(hu, k)
        for dose in doses:
            noise = noise_of(clean, spacing_mm[2], dose, hash_of(f"{name} {k} {dose}"), plan, overlap)
            noisy, truth = stored(clean, noise), clean[1]
            if crop is not None:
                j, i = ((n - crop) // 2 for n in truth.shape)
                noisy, truth = noisy[:, j : j + crop, i : i + crop], truth[j : j + crop, i : i + crop]
            soft = (truth > -150) & (truth < 200)
            level = float((noisy[1] - truth)[soft].std())
            found.append(Pair(name, kind, anatomy, dose, noisy, truth, level, spacing_mm[0]))
    return found


def near(hu: np.ndarray, k: int) -> np.ndarray:
    """Slice ``k`` and its neighbours (3, y, x) float32; at an end the slice stands in."""
    return np.asarray(hu[np.clip([k - 1, k, k + 1], 0, len(hu) - 1)], np.float32)


def noise_of(clean: np.ndarray, pixel_mm: float, dose: float, seed: int, plan=None, overlap: float = 0.0) -> np.ndarray:
    """What ``dose`` adds to slices (3, y, x), HU: to a scan (``plan``) the difference, to a phantom all its noise."""
    import torch

    from ldct_viewer.physics.noise import noise_images
    from ldct_viewer.training.noise import share_middle

    options = {"source_dose": float("inf")} if plan is None else {
        "kernel": plan.kernel, "scanner": plan.scanner, "source_dose": 1.0}  # fmt: skip
    generator = torch.Generator().manual_seed(seed)
    return share_middle(noise_images(clean, pixel_mm, dose, generator=generator, **options).numpy(), overlap**2)


def stored(clean: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """The noisy picture as a scanner keeps it: int16, none below −1024 but padding, which stays as it is."""
    return np.where(clean <= -1024, clean, np.maximum(np.rint(clean + noise), -1024)).astype(np.int16)


def overlap_of(spacing_mm: float, thickness_mm: float | None, average: int = 1) -> float:
    """:func:`shared_profile` of slices ``spacing_mm`` apart and so thick (unknown: as thick as their step)."""
    from ldct_viewer.training.validation import shared_profile

    return shared_profile((thickness_mm or 0.0) / spacing_mm, average)


def hash_of(text: str) -> int:
    """A seed from a name, the same in every process."""
    import zlib

    return zlib.crc32(text.encode())


@dataclass(frozen=True)
class Scan:
    """Slices ``at`` of ``hu`` (z, y, x): a scan with the ``plan`` (physics.dose) of its noise, or a phantom without.

    ``average``: slices that were averaged into each, so that ``hu`` holds so much less noise than ``plan`` says.
    """

    name: str
    kind: str
    anatomy: str
    hu: np.ndarray
    spacing_mm: tuple[float, ...]
    at: list[int]
    plan: object = None
    overlap: float = 0.0
    average: int = 1

    def pairs(self, doses: tuple[float, ...]) -> list[Pair]:
        """The pairs; tuning scans are cropped."""
        crop = 256 if self.kind == "tuning" else None
        return pairs_of(self.name, self.kind, self.anatomy, self.hu, self.spacing_mm, self.at, doses, self.plan, crop,
                        self.overlap)  # fmt: skip


def scans(data: Path, cases: Path | None, slices: int, tuning: int = 2) -> list[Scan]:
    """Training patients, from which the methods are tuned; held-out patients; drawn phantoms, one a slice."""
    from benchmarks.other_phantoms import KINDS, draw
    from ldct_viewer.dicom.read import load
    from ldct_viewer.physics.dose import plan_dose
    from ldct_viewer.training.sources import SOURCES, clean

    found = []
    for source in SOURCES:
        volume = load(data / source.folder)
        plan, hu, spacing = (
            plan_dose(volume.hu, volume.geometry),
            clean(volume.hu, source.average),
            volume.geometry.spacing_mm,
        )
        at = np.linspace(2, len(hu) - 3, slices if source.held_out else tuning).astype(int)
        kind = "held out" if source.held_out else "tuning"
        overlap = overlap_of(spacing[0], volume.meta.slice_thickness_mm, source.average)
        found.append(
            Scan(source.name, kind, ANATOMY[source.name], hu, spacing, list(at), plan, overlap, source.average)
        )
    for name, place, anatomy in OTHER_SCANS:
        folder = cases / place if cases else None
        if folder is not None and folder.is_dir():
            volume = load(folder)
            plan, spacing = plan_dose(volume.hu, volume.geometry), volume.geometry.spacing_mm
            count = len(volume.hu)
            at = list(np.linspace(5, count - 6, slices).astype(int)) if count > 12 else [count // 2]
            overlap = overlap_of(spacing[0], volume.meta.slice_thickness_mm)
            found.append(Scan(name, "held out", anatomy, volume.hu, spacing, at, plan, overlap))
    for kind in KINDS:
        for seed in range(slices):
            hu, pixel = draw(kind, seed)
            found.append(Scan(f"{kind} phantom", "drawn", kind, hu, (3.0, pixel, pixel), [1]))
    return found
