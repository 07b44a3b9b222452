"""The export job: blends at the given strength and reports; a failure arrives as an error."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pytestqt.qtbot import QtBot

from ldct_viewer.blend import blend
from ldct_viewer.dicom.derive import ExportOptions
from ldct_viewer.jobs.dicom_export_job import DicomExportJob
from ldct_viewer.jobs.job import JobSlot

from ..dicom.derive_kit import make_series, opened


@dataclass(frozen=True)
class Card:
    name: str = "PU-M"
    version: str = "2.1"
    sha256: str = "cd" * 32


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LDCT_DATA_DIR", str(tmp_path_factory.mktemp("appdata")))


def test_the_blend_at_the_strength_shown_is_what_is_written(tmp_path: Path, qtbot: QtBot) -> None:
    _, volume = opened(make_series(tmp_path / "source"))
    clean = np.full_like(volume.hu, 40)
    job = DicomExportJob(volume, clean, 0.7, tmp_path / "out", Card(), ExportOptions())
    slot = JobSlot()
    steps: list[tuple[int, int]] = []
    slot.progress.connect(lambda done, total, text: steps.append((done, total)))
    with qtbot.waitSignal(slot.done, timeout=20_000) as caught:
        slot.start(job)
    (report,) = caught.args
    np.testing.assert_array_equal(opened(tmp_path / "out")[1].hu, blend(volume.hu, clean, 0.7))
    assert dcmread(report.files[0]).SeriesDescription.startswith("[AI denoised 70%]")
    assert steps[-1] == (12, 12)
    qtbot.waitUntil(lambda: not job.running)


def test_an_existing_folder_is_a_failure_with_advice(tmp_path: Path, qtbot: QtBot) -> None:
    _, volume = opened(make_series(tmp_path / "source"))
    (tmp_path / "out").mkdir()
    job = DicomExportJob(volume, volume.hu, 1.0, tmp_path / "out", Card(), ExportOptions())
    slot = JobSlot()
    with qtbot.waitSignal(slot.failed, timeout=20_000) as caught:
        slot.start(job)
    assert caught.args[0].code == "exists"
    qtbot.waitUntil(lambda: not job.running)
