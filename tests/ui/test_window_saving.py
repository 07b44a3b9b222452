"""What the window says of a volume it has written: where, and what a reader of the file must know."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6 import QtCore, QtWidgets

from ldct_viewer.dicom.slice_export import SliceExport
from ldct_viewer.ui.i18n import install_translator
from ldct_viewer.ui.words import told
from tests.window_kit import make_window, open_and_wait, write_ct


@pytest.fixture
def window(qtbot: Any, tmp_path: Path) -> Any:
    return make_window(qtbot, tmp_path)


def save(qtbot: Any, window: Any, monkeypatch: pytest.MonkeyPatch, target: Path) -> Any:
    """Export the open series, as if a network had left it as it is; the message about it."""
    session = window.state.session
    session.denoised = session.low.hu.copy()
    session.denoised_ready = np.ones(len(session.denoised), bool)
    monkeypatch.setattr(QtWidgets.QFileDialog, "getSaveFileName", lambda *a, **k: (str(target), ""))
    with qtbot.waitSignal(window.exporting._volume.finished, timeout=20_000):
        window.exporting.export_volume()
    return next(m for m in window.messages.messages if target.name in m.text)


def series_with_a_gap(folder: Path) -> Path:
    series = write_ct(folder)
    for lost in sorted(series.iterdir())[10:12]:
        lost.unlink()
    return series


def test_layers_made_for_missing_slices_are_told_and_stay_told(window, qtbot, tmp_path, monkeypatch):
    open_and_wait(qtbot, window, series_with_a_gap(tmp_path))
    message = save(qtbot, window, monkeypatch, tmp_path / "결과.nii.gz")
    assert "2 missing slice(s) written as empty layers" in message.hint and str(tmp_path) in message.hint
    assert message.severity == "warning"
    window.messages._expire()  # what leaves by itself would be gone now
    assert message in window.messages.messages


def test_a_whole_series_is_saved_without_a_word_more(window, qtbot, tmp_path, monkeypatch):
    open_and_wait(qtbot, window, write_ct(tmp_path))
    message = save(qtbot, window, monkeypatch, tmp_path / "out.mha")
    assert (message.hint, message.severity) == (str(tmp_path), "info")


def test_notes_on_what_was_written_are_korean(qapp, window, qtbot, tmp_path, monkeypatch):
    assert install_translator(qapp, "ko") == "ko"
    try:
        open_and_wait(qtbot, window, series_with_a_gap(tmp_path))
        message = save(qtbot, window, monkeypatch, tmp_path / "결과.nrrd")
        assert re.search("2장.*[가-힣]", message.hint) and "missing" not in message.hint
        for sentence in (
            "The slices are tilted: programs built on ITK refuse NIfTI with such axes; NRRD and MetaImage they read.",
            "12 voxels moved by one step off the padding value.",
            "The source has no StudyInstanceUID; new ones were made.",
        ):
            assert re.search("[가-힣]", told(sentence)), sentence
    finally:
        for translator in qapp.findChildren(QtCore.QTranslator):
            qapp.removeTranslator(translator)


def test_every_note_of_an_export_has_korean(qapp):
    """Read from the code of the notes themselves: a new sentence there needs a translation."""
    import inspect

    said = re.findall(r'\("\w+", f?"([^"]+)"\)', inspect.getsource(SliceExport.warnings))
    assert len(said) == 8
    assert install_translator(qapp, "ko") == "ko"
    try:
        for text in said:
            assert re.search("[가-힣]", told(re.sub(r"\{.+?\}", "X", text))), text
    finally:
        for translator in qapp.findChildren(QtCore.QTranslator):
            qapp.removeTranslator(translator)
