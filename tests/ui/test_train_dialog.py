"""The training dialog: what it shows of a report, of a run's events and of an outcome; what it asks for."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6 import QtCore, QtWidgets

from ldct_viewer.errors import LdctError
from ldct_viewer.jobs import train_job
from ldct_viewer.training.local import runs
from ldct_viewer.training.local.plan import Plan
from ldct_viewer.ui.dialogs import train_dialog as module
from ldct_viewer.ui.dialogs.train_dialog import TrainDialog
from ldct_viewer.ui.dialogs.train_models import ModelsDialog

REPORT = {
    "event": "report",
    "summary": "2 patients, 2 series, 94 slices",
    "labels": ["chest, 64 slices of 5 mm", "chest, 30 slices of 8 mm"],
    "objective": "simulated",
    "possible": ["simulated", "self"],
    "reason": "These scans are quiet enough. Noise is added.",
    "refused": [],
    "notes": [{"code": "too_few", "text": "A series of 2 slices is left out."}],
    "ignored_files": 3,
}
PACE = {"event": "pace", "steps_a_minute": 120.0, "device": "CPU", "start": "Fast"}
MEASURES = {"loss": 0.4, "psnr": 31.0, "ssim": 0.9, "noise_hu": 8.0, "bias_hu": {"fat": 0.4}, "window": "soft"}
STARTED = {
    "event": "started",
    "step": 0,
    "of": 100,
    "interval": 20,
    "device": "CPU",
    "precision": "float32",
    "processes": 1,
    "start": MEASURES,
    "low": MEASURES,
    "curves": {},
}


def validated(step: int, psnr: float) -> dict[str, Any]:
    more = {"event": "validated", "step": step, "psnr": psnr, "psnr_start": 31.0, "psnr_low": 28.0}
    return {**MEASURES, **more, "train_loss": 0.3, "best_step": step}


def finished(accepted: bool) -> dict[str, Any]:
    return {
        "event": "finished",
        "accepted": accepted,
        "model": "local-1",
        "name": "Local chest",
        "steps": 100,
        "seconds": 300.0,
        "best_step": 80,
        "measures": {"low": MEASURES, "start": MEASURES, "tuned": {**MEASURES, "psnr": 31.6}},
        "verdict": {
            "better": accepted,
            "headline": "Better by 0.60 dB." if accepted else "Not better: the model is kept aside and not offered.",
            "reasons": ["because"],
            "gain_db": 0.6,
        },
    }


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LDCT_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def examined(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking at folders without a child process."""

    def work(self: train_job.ExamineJob) -> dict[str, Any]:
        for event in (REPORT, PACE):
            self.chunk.emit(event)
        return {"report": REPORT, "pace": PACE}

    monkeypatch.setattr(module.ExamineJob, "work", work)


def no_child(monkeypatch: pytest.MonkeyPatch, events: list[dict[str, Any]]) -> None:
    """A training whose events are given."""

    def work(self: train_job.TrainJob) -> dict[str, Any]:
        self.chunk.emit(events)
        while not self.token.cancelled and events[-1]["event"] not in ("finished", "cancelled"):
            time.sleep(0.01)
        self.token.check()
        return events[-1]

    monkeypatch.setattr(module.TrainJob, "work", work)


@pytest.fixture
def dialog(qtbot: Any, examined: None) -> TrainDialog:
    made = TrainDialog()
    qtbot.addWidget(made)
    made._background = True  # closing asks nothing in tests that do not test it
    made.show()
    return made


def texts(widget: QtWidgets.QWidget) -> str:
    return "\n".join(w.text() for w in widget.findChildren(QtWidgets.QLabel) if w.isVisible())


def test_it_says_what_was_found_what_it_will_do_and_why(dialog: TrainDialog, qtbot: Any) -> None:
    assert not dialog.train.isEnabled()
    dialog.set_data([Path("x")])
    qtbot.waitUntil(lambda: dialog.train.isEnabled() and dialog.setup._pace > 0)
    shown = texts(dialog)
    for words in ("94 slices", "quiet enough", "2 slices is left out", "3 files", "about 600 steps"):
        assert words in shown
    assert not dialog.setup.doses.isVisible()  # all else is folded away


@pytest.mark.parametrize("said", [True, False])
def test_training_is_offered_though_its_speed_could_not_be_measured(dialog, qtbot, monkeypatch, said) -> None:
    def work(self: train_job.ExamineJob) -> dict[str, Any]:
        self.chunk.emit(REPORT)
        if said:
            raise LdctError("Unexpected: KeyError: 'detail'", code="unexpected")
        return {"report": REPORT}  # the process was killed: no word of why

    monkeypatch.setattr(module.ExamineJob, "work", work)
    dialog.set_data([Path("x")])
    qtbot.waitUntil(lambda: "could not be measured" in texts(dialog))
    assert dialog.train.isEnabled() and "94 slices" in texts(dialog) and "KeyError" not in texts(dialog)


def test_one_click_starts_with_the_choices_shown(dialog: TrainDialog, qtbot: Any, monkeypatch) -> None:
    no_child(monkeypatch, [STARTED])
    dialog.set_data([Path("scans")])
    qtbot.waitUntil(dialog.train.isEnabled)
    qtbot.mouseClick(dialog.train, QtCore.Qt.MouseButton.LeftButton)
    assert dialog.training
    (run,) = runs.list_runs()
    assert run.plan.objective == "simulated" and run.plan.minutes == 5
    assert [p.name for p in run.paths] == ["scans"]
    dialog._training.cancel()


def test_a_wrong_number_is_said_and_nothing_starts(dialog: TrainDialog, qtbot: Any) -> None:
    dialog.set_data([Path("scans")])
    qtbot.waitUntil(dialog.train.isEnabled)
    dialog.setup.doses.setText("150%")
    dialog.begin()
    assert not dialog.training and not runs.list_runs()
    assert "between 1 % and 99 %" in texts(dialog)


def test_curves_and_gain_follow_the_events(dialog: TrainDialog, qtbot: Any, monkeypatch) -> None:
    no_child(monkeypatch, [STARTED, validated(0, 31.0), validated(20, 31.2), validated(40, 31.4)])
    run = runs.create(Plan(), [Path("x")])
    for name in ("before", "now", "reference"):
        np.save(run.folder / f"preview-{name}.npy", np.zeros((3, 32, 32), np.int16))
    dialog.watch(run)
    qtbot.waitUntil(lambda: dialog.progress.curves.validations == 3)
    assert "+0.40 dB" in texts(dialog)
    assert dialog.progress.preview.shown
    dialog.progress.feed([{**STARTED, "event": "resumed", "step": 20}])  # killed after 20: the rest is redrawn
    assert dialog.progress.curves.validations == 2
    dialog._training.cancel()


def test_pause_stop_and_cancel_are_wishes_in_the_runs_folder(dialog: TrainDialog, qtbot: Any, monkeypatch) -> None:
    no_child(monkeypatch, [STARTED])
    run = runs.create(Plan(), [Path("x")])
    dialog.watch(run)
    dialog.toggle_pause()
    assert run.wished == "pause"
    dialog.toggle_pause()
    assert run.wished == "run"
    yes = QtWidgets.QMessageBox.StandardButton.Yes
    monkeypatch.setattr(QtWidgets.QMessageBox, "question", lambda *a: yes)
    dialog._ask_cancel()
    assert run.wished == "cancel"
    dialog._stop()
    assert run.wished == "stop"
    dialog._training.cancel()


def test_a_better_model_is_offered_and_used(dialog: TrainDialog, qtbot: Any, monkeypatch) -> None:
    no_child(monkeypatch, [STARTED, finished(True)])
    dialog.watch(runs.create(Plan(), [Path("x")]))
    qtbot.waitUntil(lambda: dialog.pages.currentWidget() is dialog.outcome)
    assert "Better by 0.60 dB" in texts(dialog) and "31.60 dB" in texts(dialog)
    with qtbot.waitSignal(dialog.modelReady) as ready:
        qtbot.mouseClick(dialog.use, QtCore.Qt.MouseButton.LeftButton)
    assert ready.args == ["local-1"]


def test_a_model_that_is_not_better_cannot_be_used(dialog: TrainDialog, qtbot: Any, monkeypatch) -> None:
    no_child(monkeypatch, [STARTED, finished(False)])
    dialog.watch(runs.create(Plan(), [Path("x")]))
    qtbot.waitUntil(lambda: dialog.pages.currentWidget() is dialog.outcome)
    assert "Not better" in texts(dialog)
    assert not dialog.use.isVisible()


def test_a_failure_has_words_and_can_be_resumed(dialog: TrainDialog, qtbot: Any, monkeypatch) -> None:
    def work(self: train_job.TrainJob) -> None:
        raise LdctError("The scans are no longer where they were.", "Put the folder back.", code="data_gone")

    monkeypatch.setattr(module.TrainJob, "work", work)
    dialog.watch(runs.create(Plan(), [Path("x")]))
    qtbot.waitUntil(lambda: dialog.pages.currentWidget() is dialog.outcome)
    assert "Put the folder back" in texts(dialog)
    assert dialog.resume_now.isVisible()


def test_an_interrupted_training_is_offered(qtbot: Any, examined: None, monkeypatch) -> None:
    run = runs.create(Plan(objective="self"), [Path("x")])
    made = TrainDialog()
    qtbot.addWidget(made)
    made.show()
    assert made.setup.resume_bar.isVisible() and "interrupted" in texts(made)
    made._discard(run.id)
    assert not made.setup.resume_bar.isVisible()


def test_what_was_resumed_and_ended_is_not_offered_again(qtbot: Any, examined: None, monkeypatch) -> None:
    no_child(monkeypatch, [STARTED, finished(True)])
    run = runs.create(Plan(objective="self"), [Path("x")])
    made = TrainDialog()
    qtbot.addWidget(made)
    made.show()
    made.resume(run)
    run.update(state="finished")  # as the training's process does
    qtbot.waitUntil(lambda: made.pages.currentWidget() is made.outcome)
    made.set_data([Path("x")])
    assert made.pages.currentWidget() is made.setup and not made.setup.resume_bar.isVisible()


def test_both_curves_begin_with_the_training_and_reach_as_far(dialog: TrainDialog, qtbot: Any) -> None:
    curves = dialog.progress.curves
    curves.feed([validated(0, 31.0)])
    assert curves._psnr.getViewBox().viewRange()[0][0] > -1  # no steps before the first
    curves.feed([{"event": "progress", "step": 400, "loss": 0.3}])
    loss, psnr = (plot.getViewBox().viewRange()[0] for plot in (curves._loss, curves._psnr))
    assert loss == pytest.approx(psnr) and 400 < loss[1] < 440


def test_another_theme_dresses_the_dialog_that_is_open(qapp: Any, dialog: TrainDialog) -> None:
    from ldct_viewer.ui.theme import DARK, LIGHT, apply_theme

    try:
        for name, palette in (("dark", DARK), ("light", LIGHT)):
            apply_theme(qapp, name)
            dialog.setup._summary.ensurePolished()
            assert dialog.setup._summary.palette().windowText().color().name() == palette.text
            assert dialog.progress.curves._loss.backgroundBrush().color().name() == palette.window
    finally:
        apply_theme(qapp, "dark")


def test_a_folder_without_scans_says_so_where_scans_are_named(dialog: TrainDialog, qtbot: Any, monkeypatch) -> None:
    def work(self: train_job.ExamineJob) -> None:
        raise LdctError("There is nothing to train on.", "Choose a folder with CT series.", code="nothing_to_train_on")

    dialog.setup.set_pace(100.0, "CPU")
    monkeypatch.setattr(module.ExamineJob, "work", work)
    dialog.set_data([Path("x")])
    qtbot.waitUntil(lambda: "nothing to train on" in dialog.setup._summary.text())
    assert "Choose a folder" in dialog.setup._notes.text() and not dialog.train.isEnabled()
    assert not dialog.setup._time_hints[0].text()  # steps of other scans mean nothing here


def test_a_training_in_the_background_is_found_again(qtbot: Any, examined: None, monkeypatch) -> None:
    no_child(monkeypatch, [STARTED, validated(0, 31.0)])
    run = runs.create(Plan(), [Path("x")])
    with run.lock():
        made = TrainDialog()
        qtbot.addWidget(made)
        made._background = True
        assert made.training and made.pages.currentWidget() is made.progress
        made._training.cancel()


def test_the_dialog_is_there_without_torch() -> None:
    import subprocess
    import sys

    code = "import sys, ldct_viewer.ui.dialogs.train_dialog; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_closing_asks_while_it_trains(dialog: TrainDialog, qtbot: Any, monkeypatch) -> None:
    no_child(monkeypatch, [STARTED])
    dialog.watch(runs.create(Plan(), [Path("x")]))
    dialog._background = False
    asked = []
    monkeypatch.setattr(QtWidgets.QMessageBox, "exec", lambda self: asked.append(self.text()))
    dialog.close()
    assert asked and dialog.isVisible()
    dialog._background = True
    dialog._training.cancel()


def test_escape_asks_like_the_cross_in_the_corner(dialog: TrainDialog, qtbot: Any, monkeypatch) -> None:
    no_child(monkeypatch, [STARTED])
    dialog.watch(runs.create(Plan(), [Path("x")]))
    dialog._background = False
    asked = []
    monkeypatch.setattr(QtWidgets.QMessageBox, "exec", lambda self: asked.append(self.text()))
    qtbot.keyClick(dialog, QtCore.Qt.Key.Key_Escape)
    assert asked and dialog.isVisible()
    dialog._background = True
    dialog._training.cancel()


def test_a_shift_of_nothing_has_no_sign() -> None:
    from ldct_viewer.ui.dialogs.train_result import _shift

    shift = _shift("fat")
    assert [shift({"bias_hu": {"fat": v}}) for v in (-0.04, 0.04, -0.3, 0.26)] == [
        "0.0 HU", "0.0 HU", "−0.3 HU", "+0.3 HU",
    ]  # fmt: skip


def test_models_are_renamed_exported_imported_and_removed(qtbot: Any, tmp_path: Path) -> None:
    from ldct_viewer.denoise.model_file import default_model

    models = ModelsDialog()
    qtbot.addWidget(models)
    shipped = default_model()
    models.export(shipped, tmp_path)
    exported = tmp_path / shipped.path.name
    renamed = exported.with_name("mine.safetensors")
    exported.rename(renamed)
    exported.with_suffix(".json").rename(renamed.with_suffix(".json"))
    mine = models.import_file(renamed)
    models.rename(mine, "내 모델")
    (own,) = (m for m in models._models if not m.shipped)
    assert own.name == "내 모델"
    models.remove(own)
    assert all(m.shipped for m in models._models)
    models.remove(shipped)
    assert default_model().id == shipped.id


def test_a_card_is_a_page_in_the_window_s_language_and_no_markup_of_its_own(qapp: Any, tmp_path: Path) -> None:
    from dataclasses import replace

    from ldct_viewer.denoise.model_file import default_model
    from ldct_viewer.ui.dialogs.model_card import card_html
    from ldct_viewer.ui.i18n import install_translator

    training = {
        "objective": "simulated",
        "start": "Fast",
        "data": {"patients": 1, "pairs": 0, "anatomy": ["chest"], "kernels": ["Br38f\\3"], "exposure_mas": [91]},
        "verdict": finished(True)["verdict"],
        "measures": finished(True)["measures"],
    }
    info = replace(default_model(), name="<b>mine</b>", card={"training": training})
    assert install_translator(qapp, "ko") == "ko"
    try:
        page = card_html(info)
        for words in ("흉부", "Br38f (3)", "31.60 dB", "연구용", "&lt;b&gt;mine"):
            assert words in page, words
        assert "['" not in page and "Pairs" not in page
        shipped = card_html(default_model())
        assert "{" not in shipped and "PSNR (dB)" in shipped  # figures are no Python any more
    finally:
        for translator in qapp.findChildren(QtCore.QTranslator):
            qapp.removeTranslator(translator)


def write_oval(folder: Path) -> Path:
    """A small quiet scan on disk, its writer the program's own."""
    from ldct_viewer.dicom.write import write_series
    from ldct_viewer.volume import Geometry, SeriesMeta

    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:64, 0:64] / 64 - 0.5
    hu = np.where((x / 0.45) ** 2 + (y / 0.4) ** 2 < 1, 40.0, -1000.0) + rng.normal(0, 8, (12, 64, 64))
    meta = SeriesMeta(patient_id="P", modality="CT", slice_thickness_mm=5.0)
    write_series(folder, hu.astype(np.int16), Geometry(hu.shape, (5.0, 4.0, 4.0)), meta)
    return folder


@pytest.mark.slow
def test_the_real_speed_of_this_machine_reaches_the_times(qtbot: Any, tmp_path: Path) -> None:
    """`train --examine` in its own process, nothing of it made up."""
    dialog = TrainDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.set_data([write_oval(tmp_path / "환자")])
    qtbot.waitUntil(lambda: dialog.setup._time_hints[2].text() != "", timeout=120_000)
    steps = [int("".join(c for c in h.text().partition("about")[2] if c.isdigit())) for h in dialog.setup._time_hints]
    assert steps[0] >= 10 and steps[1] == pytest.approx(6 * steps[0], rel=0.2)
    assert steps[2] == pytest.approx(96 * steps[0], rel=0.2)  # eight hours


@pytest.mark.slow
def test_a_real_training_in_its_own_process(qtbot: Any, tmp_path: Path) -> None:
    """From a folder to the last page, the window answering all the time."""
    scan = write_oval(tmp_path / "환자")
    dialog = TrainDialog()
    qtbot.addWidget(dialog)
    dialog._background = True
    dialog.show()
    beats: list[float] = []
    timer = QtCore.QTimer(dialog)
    timer.timeout.connect(lambda: beats.append(time.monotonic()))
    timer.start(20)
    run = runs.create(Plan(steps=4, interval_steps=2, batch=2, device="cpu"), [scan])
    dialog.watch(run)
    qtbot.waitUntil(lambda: dialog.pages.currentWidget() is dialog.outcome, timeout=120_000)
    assert run.state in ("finished", "rejected"), run.read()
    assert np.median(np.diff(beats)) < 0.2


def test_the_preview_zooms_about_the_mouse_and_never_leaves_the_slice() -> None:
    from ldct_viewer.ui.dialogs.train_preview import MAX_ZOOM, Part

    part = Part()
    part.zoomed(4.0, 0.25, 0.75)
    # the place under the mouse keeps its place on the screen: (p − centre) · zoom is unchanged
    assert (0.25 - part.x) * 4.0 == pytest.approx(0.25 - 0.5) and (0.75 - part.y) * 4.0 == pytest.approx(0.75 - 0.5)
    part.moved_to(-3.0, 9.0)
    assert (part.x, part.y) == pytest.approx((0.125, 0.875))  # half a view from the edges
    part.zoomed(1e9, 0.5, 0.5)
    assert part.zoom == MAX_ZOOM
    part.zoomed(1e-9, 0.5, 0.5)
    assert (part.zoom, part.x, part.y) == (1.0, 0.5, 0.5)


def test_the_core_s_words_are_shown_in_korean(qapp: Any, dialog: TrainDialog) -> None:
    from ldct_viewer.training.local.words import said
    from ldct_viewer.ui.i18n import install_translator

    assert install_translator(qapp, "ko") == "ko"
    try:
        note = said("too_few", what=said("kind", modality="CT", slices=said("slices", n=2)), least=5)
        dialog.setup.set_report({**REPORT, "notes": [{"text": note.text, **note.to_json()}]})
        assert "단면 2장" in texts(dialog) and "is too short" not in texts(dialog)
        disk = said("disk_full")
        dialog.progress.feed([{"event": "notice", "text": disk.text, **disk.to_json()}])
        assert "디스크" in dialog.progress._notice.text()
        dialog.progress.feed([{"event": "notice", "code": "of_the_future", "text": "Something new."}])
        assert dialog.progress._notice.text() == "Something new."
    finally:
        for translator in qapp.findChildren(QtCore.QTranslator):
            qapp.removeTranslator(translator)
