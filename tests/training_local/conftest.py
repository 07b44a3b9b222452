"""Small series on disk, made with the program's own writer; nothing of a person."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ldct_viewer.dicom.write import write_series
from ldct_viewer.volume import Geometry, SeriesMeta

Maker = Callable[..., Path]


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs and models of a test stay in its own folder."""
    folder = tmp_path / "사용자 data"
    monkeypatch.setenv("LDCT_DATA_DIR", str(folder))
    return folder


def body(slices: int, size: int, shift: tuple[int, int] = (0, 0)) -> np.ndarray:
    """An oval of soft tissue with a few organs, a spine and two lungs, changing slowly from slice to slice."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size - 0.5
    y, x = y - shift[0] / size, x - shift[1] / size
    hu = np.full((slices, size, size), -1000.0, np.float32)
    for k in range(slices):
        t = k / max(slices - 1, 1)
        hu[k][(x / 0.45) ** 2 + (y / 0.38) ** 2 < 1] = 40
        for cx, cy, r, value in ((-0.2, -0.12, 0.09, -850), (0.22, -0.12, 0.08, -850), (0.02, 0.25, 0.06, 500)):
            hu[k][(x - cx) ** 2 + (y - cy - 0.02 * t) ** 2 < (r * (1 - 0.2 * t)) ** 2] = value
        hu[k][(x + 0.1) ** 2 + (y - 0.1) ** 2 < 0.01] = 90 + 20 * t
    return hu


@pytest.fixture
def make_series(tmp_path: Path) -> Maker:
    """``make_series(name, slices=…, noise=…, …)`` writes a series and returns its folder."""

    def make(
        name: str,
        slices: int = 12,
        size: int = 96,
        noise: float = 10.0,
        seed: int = 0,
        patient: str = "P1",
        study: str = "1.2.3",
        frame: str = "1.2.4",
        mas: float | None = 200.0,
        shift: tuple[int, int] = (0, 0),
        step: float = 5.0,
        modality: str = "CT",
        description: str = "",
    ) -> Path:
        rng = np.random.default_rng(seed)
        hu = body(slices, size, shift) + rng.normal(0, noise, (slices, size, size))
        folder = tmp_path / "scans" / name
        folder.parent.mkdir(parents=True, exist_ok=True)
        meta = SeriesMeta(
            study_uid=study,
            frame_of_reference_uid=frame,
            patient_id=patient,
            patient_name=f"Secret^{patient}",
            modality=modality,
            description=description,
            body_part="CHEST",
            kernel="B40f",
            exposure_mas=mas,
            slice_thickness_mm=step,
        )
        write_series(folder, np.clip(hu, -1024, 3071).astype(np.int16), Geometry(hu.shape, (step, 3.0, 3.0)), meta)
        return folder

    return make
