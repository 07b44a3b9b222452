"""What the window says of a training that goes on or was interrupted, and what it asks before it closes."""

from __future__ import annotations

import pytest
from PySide6 import QtCore, QtWidgets

from ldct_viewer.training.local import runs
from ldct_viewer.training.local.plan import Plan
from tests.window_kit import make_window, write_ct

from .test_train_dialog import STARTED, finished, no_child

PROGRESS = {
    "event": "progress",
    "step": 45,
    "of": 100,
    "loss": 0.3,
    "elapsed_s": 10.0,
    "remaining_s": 12.0,
    "patches_per_s": 9.0,
    "memory_gb": 0.9,
}


@pytest.fixture
def window(qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("LDCT_DATA_DIR", str(tmp_path / "김의사" / "data"))
    return make_window(qtbot, tmp_path)


def test_an_interrupted_training_is_asked_about_until_it_is_answered(window, qtbot, tmp_path, monkeypatch):
    no_child(monkeypatch, [STARTED])
    run = runs.create(Plan(), [tmp_path])
    window.training.remind()
    window.messages._expire()  # what fades would be gone now
    window.messages.clear()  # a series is opened
    assert "Resume?" in window.messages._text.text()
    qtbot.mouseClick(window.messages._answer, QtCore.Qt.MouseButton.LeftButton)
    dialog = window.training._dialog
    assert dialog.training and dialog._run.id == run.id and dialog.isVisible()
    assert not window.messages.messages
    dialog._background = True
    dialog._training.cancel()


def test_a_training_in_the_background_is_seen_in_the_line_at_the_bottom(window, qtbot, tmp_path, monkeypatch):
    no_child(monkeypatch, [STARTED, PROGRESS])
    run = runs.create(Plan(), [tmp_path])
    with run.lock():
        window.training.remind()
        qtbot.waitUntil(lambda: "45 %" in window.status.training.text())
        assert window.status.training.isVisible() and not window.training._dialog.isVisible()
        qtbot.mouseClick(window.status.training, QtCore.Qt.MouseButton.LeftButton)
        assert window.training._dialog.isVisible()
        window.training._dialog._background = True
        window.training._dialog._training.cancel()


def test_closing_the_window_asks_while_it_trains(window, qtbot, tmp_path, monkeypatch):
    no_child(monkeypatch, [STARTED])
    run = runs.create(Plan(), [tmp_path])
    dialog = window.training._made()
    dialog.watch(run)
    answer = ["Stay"]

    def exec_(box):
        box.setAttribute(QtCore.Qt.WidgetAttribute.WA_DontShowOnScreen)
        box.show()
        (button,) = (b for b in box.buttons() if answer[0] in b.text())
        button.click()

    monkeypatch.setattr(QtWidgets.QMessageBox, "exec", exec_)
    assert not window.close() and window.isVisible()
    answer[0] = "Stop"
    assert window.close() and run.wished == "stop"
    dialog._background = True
    dialog._training.cancel()


def test_a_model_used_with_nothing_open_opens_what_it_was_trained_on(window, qtbot, tmp_path, monkeypatch):
    series = write_ct(tmp_path / "영상")
    run = runs.create(Plan(), [series], run_id="local-1")
    no_child(monkeypatch, [STARTED, finished(True)])
    dialog = window.training._made()
    dialog.watch(run)
    qtbot.waitUntil(lambda: dialog.pages.currentWidget() is dialog.outcome)
    monkeypatch.setattr(window.denoising, "set_model", lambda model_id: None)
    with qtbot.waitSignal(window.opening.settled, timeout=20_000):
        qtbot.mouseClick(dialog.use, QtCore.Qt.MouseButton.LeftButton)
    assert window.state.session is not None
