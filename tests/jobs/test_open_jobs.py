"""Scan, read, thumbnails, export: the jobs themselves, off the window."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6 import QtGui

from ldct_viewer.errors import WriteError
from ldct_viewer.jobs.export_job import ExportJob, SavePictureJob, save_png
from ldct_viewer.jobs.job import Job, JobSlot
from ldct_viewer.jobs.open_jobs import LoadJob, Opened, ScanJob, ThumbnailJob
from tests.window_kit import SHAPE, chest, write_ct


@pytest.fixture
def found(qtbot, tmp_path):
    result, _ = run(qtbot, ScanJob([write_ct(tmp_path)]))
    (series,) = result.series
    return series


def run(qtbot, job):
    slot, chunks = JobSlot(), []
    slot.chunk.connect(chunks.append)
    with qtbot.waitSignal(slot.done, timeout=20000) as caught:
        slot.start(job)
    return caught.args[0], chunks


def test_the_volume_comes_first_then_the_middle_then_every_slice_once(qtbot, found):
    volume, chunks = run(qtbot, LoadJob(found))
    assert isinstance(chunks[0], Opened)
    slices = [k for chunk in chunks[1:] for k in chunk]
    assert sorted(slices) == list(range(SHAPE[0]))
    assert abs(slices[0] - (SHAPE[0] - 1) / 2) <= 2
    assert volume.hu is chunks[0].volume.hu
    assert np.array_equal(volume.hu, chest())


def test_thumbnails_are_the_middle_slice_thinned(qtbot, found):
    count, (thumbnail,) = run(qtbot, ThumbnailJob([found]))
    assert count == 1
    assert thumbnail.index == 0
    assert np.array_equal(thumbnail.hu, chest()[found.thumbnail_index])


def test_a_new_job_silences_the_one_before(qtbot):
    class Says(Job):
        def __init__(self, word):
            super().__init__()
            self.word = word

        def work(self):
            return self.word

    slot, heard = JobSlot(), []
    slot.done.connect(heard.append)
    slot.start(Says("old"))
    with qtbot.waitSignal(slot.finished, timeout=5000):
        slot.start(Says("new"))
    qtbot.wait(50)
    assert heard == ["new"]


def test_export_blends_by_strength_and_keeps_the_geometry(qtbot, found, tmp_path):
    import SimpleITK as sitk  # noqa: N813 - its usual name

    volume, _ = run(qtbot, LoadJob(found))
    denoised = (volume.hu - 100).astype(np.int16)
    (path, notes), _ = run(qtbot, ExportJob(volume, denoised, 0.25, tmp_path / "out.nii.gz"))
    assert notes == ()
    image = sitk.ReadImage(str(path))
    assert image.GetSpacing() == pytest.approx((2.0, 2.0, 2.5))
    assert np.array_equal(sitk.GetArrayFromImage(image), volume.hu - 25)


def test_a_picture_is_saved_whole_or_not_at_all(qtbot, tmp_path):
    image = QtGui.QImage(20, 10, QtGui.QImage.Format.Format_RGB32)
    image.fill(QtGui.QColor("#123456"))
    run(qtbot, SavePictureJob(image, tmp_path / "한글 그림.png"))
    assert QtGui.QImage(str(tmp_path / "한글 그림.png")).pixelColor(3, 3) == QtGui.QColor("#123456")
    with pytest.raises(WriteError):
        save_png(image, tmp_path / "no such folder" / "x.png")
    assert [p.name for p in tmp_path.iterdir() if p.suffix == ".part"] == []
