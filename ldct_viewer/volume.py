"""A CT volume and its geometry in the patient: plain data, LPS millimetres, HU."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .window import Window

AIR_HU = -1024


@dataclass(frozen=True)
class Geometry:
    """Where voxels lie in the patient (LPS, mm).

    ``shape`` and ``spacing_mm`` are (z, y, x); z counts slices in ascending order along the slice
    normal (row direction × column direction). ``direction`` is 3 × 3: its *columns* are the unit LPS
    vectors of a step in x (along a row), y (down a column) and z (to the next slice). With gantry tilt
    the z column is not the normal. ``spacing_mm[0]`` is the step between slice centres along that
    column (median where irregular). ``z_positions_mm`` holds each slice's true distance from slice 0
    along the z column where the steps are not equal (missing or irregular slices), else ``None``.
    ``usual_steps_mm``: the steps of each part where slice thickness and step change together, else empty.
    """

    shape: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    origin_lps: tuple[float, float, float] = (0.0, 0.0, 0.0)
    direction: tuple[tuple[float, float, float], ...] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    z_positions_mm: tuple[float, ...] | None = None
    usual_steps_mm: tuple[float, ...] = ()

    @property
    def widest_step_mm(self) -> float:
        """The widest step that is no gap: 10 mm where a scan goes from 5 to 10 mm slices, else the spacing."""
        return max(self.spacing_mm[0], *self.usual_steps_mm, 0.0)

    @property
    def matrix(self) -> NDArray[np.float64]:
        """``direction`` as an array; columns are the x, y and z unit vectors."""
        return np.asarray(self.direction, dtype=np.float64)

    @property
    def normal(self) -> NDArray[np.float64]:
        """Unit slice normal: x direction × y direction."""
        n = np.cross(self.matrix[:, 0], self.matrix[:, 1])
        return np.asarray(n / np.linalg.norm(n))

    @property
    def tilt_deg(self) -> float:
        """Angle between slice normal and stacking direction; 0 for an upright stack."""
        cosine = float(np.clip(self.normal @ self.matrix[:, 2], -1.0, 1.0))
        return float(np.degrees(np.arccos(cosine)))

    @property
    def regular(self) -> bool:
        """True when all slices are equally spaced."""
        return self.z_positions_mm is None

    def slice_position_mm(self, k: float) -> float:
        """Distance of (fractional) slice ``k`` from slice 0 along the stacking direction."""
        if self.z_positions_mm is None:
            return float(k) * self.spacing_mm[0]
        return float(np.interp(k, np.arange(len(self.z_positions_mm)), self.z_positions_mm))

    def index_to_lps(self, k: float, j: float, i: float) -> NDArray[np.float64]:
        """LPS mm of voxel centre (slice ``k``, row ``j``, column ``i``)."""
        m = self.matrix
        step = m[:, 0] * (i * self.spacing_mm[2]) + m[:, 1] * (j * self.spacing_mm[1])
        return np.asarray(self.origin_lps) + step + m[:, 2] * self.slice_position_mm(k)

    def lps_to_index(self, point: NDArray[np.float64] | tuple[float, float, float]) -> tuple[float, float, float]:
        """Fractional (k, j, i) of an LPS point; outside the volume it extrapolates linearly."""
        offset = np.asarray(point, dtype=np.float64) - np.asarray(self.origin_lps)
        x, y, z = np.linalg.solve(self.matrix, offset)
        if self.z_positions_mm is None:
            k = z / self.spacing_mm[0]
        else:
            k = float(np.interp(z, self.z_positions_mm, np.arange(len(self.z_positions_mm))))
        return float(k), float(y / self.spacing_mm[1]), float(x / self.spacing_mm[2])


@dataclass(frozen=True)
class SeriesWarning:
    """Something a reader of this series must know; ``code`` is stable, ``files`` names culprits."""

    code: str
    message: str
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class SeriesMeta:
    """What the header says of a series. Identity fields are for the screen only: never log them.

    ``exposure_mas`` is the mean over the slices, ``exposure_from`` the attribute it stands in.
    ``rotation_centre_lps``: the scanner's axis in the middle slice, mm.
    """

    uid: str = ""
    study_uid: str = ""
    frame_of_reference_uid: str = ""
    modality: str = "CT"
    description: str = ""
    study_description: str = ""
    series_number: str = ""
    patient_name: str = ""
    patient_id: str = ""
    patient_birth_date: str = ""
    patient_sex: str = ""
    study_date: str = ""
    study_time: str = ""
    institution: str = ""
    manufacturer: str = ""
    model_name: str = ""
    patient_position: str = ""
    body_part: str = ""
    kernel: str = ""
    kvp: float | None = None
    tube_current_ma: float | None = None
    exposure_mas: float | None = None
    slice_thickness_mm: float | None = None
    transfer_syntax: str = ""
    lossy: bool = False
    windows: tuple[tuple[Window, str], ...] = ()
    voi_function: str = "LINEAR"
    exposure_from: str = ""
    rotation_centre_lps: tuple[float, float, float] | None = None


@dataclass(frozen=True, eq=False)
class Volume:
    """One CT series in memory: a single int16 HU array and what is known about it.

    ``hu`` has shape (z, y, x). While a series is being read its loader owns the array: slice ``k`` may
    be looked at only after the loader has announced it. ``padding`` marks voxels outside the scanner's
    reconstruction (bool, same shape) or is ``None`` where there are none.
    """

    hu: NDArray[np.int16]
    geometry: Geometry
    meta: SeriesMeta = field(default_factory=SeriesMeta)
    warnings: tuple[SeriesWarning, ...] = ()
    padding: NDArray[np.bool_] | None = None
    files: tuple[Path, ...] = ()

    @property
    def shape(self) -> tuple[int, int, int]:
        """(z, y, x)."""
        return self.geometry.shape
