"""Which series the shipped models learn from, how clean targets are made of them, and the split."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..physics.dose import DosePlan, plan_dose


@dataclass(frozen=True)
class Source:
    """One patient's series below the data folder.

    ``average``: neighbouring slices averaged into one clean target (1: the slices are thick enough).
    ``weight``: how often it is drawn. ``held_out``: only for validation, never trained on.
    ``own_noise``: it holds even soft tissue, so that its noise can be measured.
    """

    name: str
    folder: str
    average: int
    weight: float
    held_out: bool
    licence: str
    own_noise: bool = True


_COVID = "COVID-CT-MD, figshare, licence to be confirmed"

SOURCES: tuple[Source, ...] = (
    Source("covid-P001", "chest-covid-ct-md/covid-P001", 5, 1.0, False, _COVID),
    Source(
        "normal-normal001",
        "chest-covid-ct-md/normal-normal001-part",
        5,
        1.0,
        False,
        _COVID,
    ),
    Source(
        "cap-cap001",
        "chest-covid-ct-md/cap-cap001-part",
        5,
        1.0,
        True,
        _COVID,
    ),
    Source("A0001", "chest-lung-pet-ct-dx/A0001-philips-5mm-kernelB", 1, 2.0, False, "Lung-PET-CT-Dx, CC BY 4.0"),
    Source("A0002", "chest-lung-pet-ct-dx/A0002-siemens-8mm-B40f", 1, 2.0, False, "Lung-PET-CT-Dx, CC BY 4.0"),
    Source("Br38-abdomen", "abdomen-totalsegmentator/siemens-3mm-Br38", 1, 1.0, True, "TotalSegmentator, Apache-2.0"),
    Source("UB-head", "head-dcm-qa-ct/philips-5mm-UB", 1, 1.0, False, "dcm_qa_ct, BSD-2-Clause", False),
)


@dataclass(frozen=True)
class CleanVolume:
    """Clean targets of one source: ``hu`` float32 (z, y, x) and the pixel size in mm."""

    source: Source
    hu: NDArray[np.float32]
    pixel_mm: float
    spacing_z_mm: float


@dataclass(frozen=True)
class ScannedVolume(CleanVolume):
    """A source as it was scanned, its own noise in it, and the model of that noise."""

    plan: DosePlan


def clean(hu: NDArray[np.int16], average: int) -> NDArray[np.float32]:
    """Sliding mean over ``average`` slices (z shrinks by average − 1): noise falls by √average."""
    volume = hu.astype(np.float32)
    if average == 1:
        return volume
    total = np.cumsum(np.concatenate((np.zeros_like(volume[:1]), volume)), axis=0, dtype=np.float64)
    return ((total[average:] - total[:-average]) / average).astype(np.float32)


def load_clean(data: Path, source: Source) -> CleanVolume:
    """Read one source's DICOM series and make its clean targets."""
    from ..dicom.read import load

    volume = load(data / source.folder)
    spacing = volume.geometry.spacing_mm
    return CleanVolume(source, clean(volume.hu, source.average), spacing[2], spacing[0])


def load_scanned(data: Path, source: Source) -> ScannedVolume:
    """Read one source's DICOM series as it is, and fit kernel and photon number to its noise."""
    from ..dicom.read import load

    volume = load(data / source.folder)
    spacing = volume.geometry.spacing_mm
    plan = plan_dose(volume.hu, volume.geometry)
    return ScannedVolume(source, volume.hu.astype(np.float32), spacing[2], spacing[0], plan)
