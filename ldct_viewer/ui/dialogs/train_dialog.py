"""Train ▸ Train on local data…: one click from the open series to a better model. Not modal."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

from ...errors import LdctError
from ...jobs.job import JobSlot
from ...jobs.train_job import ExamineJob, TrainJob
from ...training.local.plan import Plan
from ...training.local.runs import Run, create, find_interrupted, find_running, open_run
from .train_progress import ProgressPage
from .train_result import ResultPage
from .train_setup import SetupPage
from .train_words import label, objective_name, tell_error

log = logging.getLogger(__name__)

SETUP_SIZE = QtCore.QSize(960, 500)


class TrainDialog(QtWidgets.QDialog):
    """Three pages: what will be done, how it goes, what came of it.

    ``modelReady(id)``: the user wants the open series denoised with this model now.
    ``modelsChanged()``: models were added, renamed or removed.
    ``activity(text)``: how far a training is, in a few words; empty when none goes on.
    """

    modelReady = QtCore.Signal(str)
    modelsChanged = QtCore.Signal()
    runningChanged = QtCore.Signal(bool)
    activity = QtCore.Signal(str)

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Train on local data"))
        self.setWindowFlag(QtCore.Qt.WindowType.WindowMinMaxButtonsHint)
        self.setModal(False)
        self.setAcceptDrops(True)
        self.resize(SETUP_SIZE)
        self._paths: tuple[Path, ...] = ()
        self._uid = ""
        self._run: Run | None = None
        self._outcome: dict[str, Any] | None = None
        self._background = False
        self.setup, self.progress, self.outcome = SetupPage(), ProgressPage(), ResultPage()
        self.pages = QtWidgets.QStackedWidget()
        for page in (self.setup, self.progress, self.outcome):
            self.pages.addWidget(page)
        self._error = label("", "warning")
        self._error.hide()
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 16)
        column.setSpacing(12)
        column.addWidget(self.pages, 1)
        column.addWidget(self._error)
        column.addLayout(self._buttons())
        self._examine, self._training = JobSlot(self), JobSlot(self)
        self._examine.chunk.connect(self._examined)
        self._examine.failed.connect(self._examine_failed)
        self._examine.done.connect(self._examine_done)
        self._training.chunk.connect(self.progress.feed)
        self.progress.activity.connect(self.activity)
        self._training.done.connect(self._ended)
        self._training.failed.connect(self._failed)
        self.setup.grown.connect(self._grow)
        self.setup.foldersWanted.connect(self._choose_folders)
        self.setup.resumeWanted.connect(lambda run_id: self.resume(open_run(run_id)))
        self.setup.discardWanted.connect(self._discard)
        self._refresh_models()
        self._show_page(self.setup)
        self.look_around()

    def _buttons(self) -> QtWidgets.QLayout:
        row = QtWidgets.QHBoxLayout()
        self.models = self._button(row, self.tr("Models…"), self.manage_models)
        row.addStretch(1)
        self.cancel = self._button(row, self.tr("Cancel training"), self._ask_cancel)
        self.pause = self._button(row, self.tr("Pause"), self.toggle_pause)
        self.stop = self._button(row, self.tr("Stop and keep the best"), self._stop)
        self.again = self._button(row, self.tr("Train again"), lambda: self._show_page(self.setup))
        self.resume_now = self._button(row, self.tr("Resume"), self._resume_this)
        self.leave = self._button(row, self.tr("Close"), self.close)
        self.train = self._button(row, self.tr("Train"), self.begin)
        self.use = self._button(row, self.tr("Use it now"), self._use)
        for primary in (self.train, self.use, self.stop, self.resume_now):
            primary.setObjectName("primary")
        return row

    def _button(self, row: QtWidgets.QHBoxLayout, text: str, slot: Any) -> QtWidgets.QPushButton:
        button = QtWidgets.QPushButton(text)
        button.setAutoDefault(False)
        button.clicked.connect(slot)
        row.addWidget(button)
        return button

    def _show_page(self, page: QtWidgets.QWidget) -> None:
        self.pages.setCurrentWidget(page)
        setup, going, over = (page is p for p in (self.setup, self.progress, self.outcome))
        good = over and bool(self._outcome and self._outcome["accepted"])
        failed = over and self._outcome is None and self._run is not None
        for button, shown in (
            (self.train, setup),
            (self.pause, going),
            (self.stop, going),
            (self.cancel, going),
            (self.again, over),
            (self.use, good),
            (self.resume_now, failed),
        ):
            button.setVisible(shown)
        self.pause.setText(self.tr("Pause"))
        self.train.setEnabled(self.setup.ready)
        self._error.hide()

    def _grow(self) -> None:
        """Room for all of the first page, as far as the screen has it."""
        missing = self.setup.wanted_height() - self.setup.viewport().height()
        if missing > 0:
            room = self.screen().availableGeometry().height()
            self.resize(self.width(), min(self.height() + missing, round(room * 0.95)))

    # -- what to train on -----------------------------------------------------------------------------

    def set_data(self, paths: Iterable[Path], uid: str = "") -> None:
        """Look at these folders or files (the open series: its files and its UID)."""
        if self.training:
            return
        self._paths, self._uid = tuple(Path(p) for p in paths), uid
        self.setup.set_busy(self.tr("Looking at the scans…"))
        self._show_page(self.setup)
        self._examine.start(ExamineJob(self._paths, uid))

    def _choose_folders(self) -> None:
        folder = QtWidgets.QFileDialog.getExistingDirectory(self, self.tr("Folder with CT series"))
        if folder:
            self.set_data([Path(folder)])

    def _examined(self, event: dict[str, Any]) -> None:
        if event["event"] == "report":
            self.setup.set_report(event)
            self._grow()
            self.train.setEnabled(True)
        elif event["event"] == "pace":
            self.setup.set_pace(event["steps_a_minute"], event["device"])

    def _examine_failed(self, error: LdctError) -> None:
        if self.setup.ready:  # the report is there, only the speed is not: good enough to train
            log.warning("the speed of training could not be measured (%s)", error.code)
            self.setup.set_no_pace()
            return
        self.setup.set_problem(*tell_error(error))

    def _examine_done(self, found: dict[str, Any]) -> None:
        if "pace" not in found:  # the process that measured it ended without a word, for want of memory perhaps
            self.setup.set_no_pace()

    def dragEnterEvent(self, event: QtGui.QDragEnterEvent) -> None:
        """Folders and files may be dropped while nothing is being trained."""
        if event.mimeData().hasUrls() and not self.training:
            event.acceptProposedAction()

    def dropEvent(self, event: QtGui.QDropEvent) -> None:
        """Take what was dropped."""
        paths = [Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.set_data(paths)

    # -- training -------------------------------------------------------------------------------------

    @property
    def training(self) -> bool:
        """True while a training is watched here."""
        return self._training.busy

    def begin(self) -> None:
        """Make a run of the choices and start it."""
        try:
            plan = Plan.from_json({**Plan().to_json(), **self.setup.choices()})
            run = create(plan, self._paths, self._uid)
        except LdctError as error:
            self._say(" ".join(tell_error(error)))
            return
        except ValueError as error:
            self._say(str(error))
            return
        self.watch(run)

    def resume(self, run: Run) -> None:
        """Go on with an interrupted run."""
        self.setup.set_interrupted("", "")
        self.watch(run)

    def watch(self, run: Run) -> None:
        """Start the run's process, or follow it where it is already going on."""
        self._examine.cancel()
        self._run, self._outcome = run, None
        room = self.screen().availableGeometry().size()
        self.resize(self.size().expandedTo(QtCore.QSize(1040, 860)).boundedTo(room * 0.95))
        self.progress.begin(run.folder, objective_name(run.plan.objective))
        self._show_page(self.progress)
        self._training.start(TrainJob(run))
        self.runningChanged.emit(True)

    def toggle_pause(self) -> None:
        """Pause or go on."""
        if self._run is None:
            return
        paused = self._run.wished == "pause"
        if self._wish("run" if paused else "pause"):
            self.pause.setText(self.tr("Pause") if paused else self.tr("Go on"))

    def _stop(self) -> None:
        if self._wish("stop"):
            self.stop.setEnabled(False)

    def _ask_cancel(self) -> None:
        question = self.tr("Cancel the training and throw away what it has learned?")
        yes = QtWidgets.QMessageBox.StandardButton.Yes
        if QtWidgets.QMessageBox.question(self, self.tr("Cancel training"), question) == yes:
            self._wish("cancel")

    def _wish(self, what: str) -> bool:
        if self._run is None:
            return False
        try:
            self._run.wish(what)
        except LdctError as error:
            self._say(" ".join(tell_error(error)))
            return False
        return True

    def _ended(self, event: dict[str, Any]) -> None:
        self.stop.setEnabled(True)
        self._over()
        if event["event"] == "cancelled":
            self._run = None
            self._show_page(self.setup)
            return
        self._outcome = event
        self.outcome.show_outcome(event)
        if self._run is not None:
            self.outcome.preview.load(self._run.folder)
            self._run.tidy()
        self._show_page(self.outcome)
        self._refresh_models()
        self.modelsChanged.emit()
        if not self.isVisible():
            self.show()

    def _failed(self, error: LdctError) -> None:
        self.stop.setEnabled(True)
        self._over()
        self.outcome.show_failure(*tell_error(error))
        self._show_page(self.outcome)
        if not self.isVisible():
            self.show()

    def _over(self) -> None:
        self.runningChanged.emit(False)
        self.activity.emit("")

    def run_of(self, model_id: str) -> Run | None:
        """The run that was watched here last, if it made this model."""
        return self._run if self._run is not None and self._run.id == model_id else None

    def _resume_this(self) -> None:
        if self._run is not None:
            self.watch(self._run)

    def _use(self) -> None:
        if self._outcome is not None:
            self.modelReady.emit(str(self._outcome["model"]))
            self.close()

    # -- interrupted, models, closing -------------------------------------------------------------------

    def look_around(self) -> None:
        """Before it is shown: follow a training that goes on in the background, or offer one that was interrupted."""
        if self.training:
            return
        running = find_running()
        if running:
            self.watch(running[0])
            return
        self._offer_interrupted()
        if self.pages.currentWidget() is self.setup:
            self.resize(SETUP_SIZE)

    def _offer_interrupted(self) -> None:
        interrupted = find_interrupted()
        if interrupted:
            record = interrupted[0].read()
            created = QtCore.QDateTime.fromSecsSinceEpoch(int(float(record.get("created", 0))))
            when = created.toString("yyyy-MM-dd HH:mm")
            what = objective_name(str(record["plan"].get("objective", "")))
            text = self.tr("A training was interrupted. Resume?") + f"   {what}, {when}"
            self.setup.set_interrupted(interrupted[0].id, text)
        else:
            self.setup.set_interrupted("", "")

    def _discard(self, run_id: str) -> None:
        try:
            open_run(run_id).update(state="cancelled")
        except LdctError as error:
            self._say(" ".join(tell_error(error)))
        self._offer_interrupted()

    def manage_models(self) -> None:
        """Open the list of models."""
        from .train_models import ModelsDialog

        dialog = ModelsDialog(self)
        dialog.modelChosen.connect(self.modelReady)
        dialog.exec()
        self._refresh_models()
        self.modelsChanged.emit()

    def _refresh_models(self) -> None:
        from ...denoise.model_file import list_models

        models: Sequence[Any] = list_models()
        self.setup.set_models([(m.id, m.name) for m in models if m.architecture.get("family") == "pu"])

    def _say(self, text: str) -> None:
        self._error.setText(text)
        self._error.setVisible(bool(text))

    def reject(self) -> None:
        """Escape closes like the cross in the corner: it asks, too."""
        self.close()

    def closeEvent(self, event: QtGui.QCloseEvent) -> None:
        """Ask while a training goes on: it may go on in the background."""
        if self.may_leave():
            self._examine.cancel()
            event.accept()
        else:
            event.ignore()

    def may_leave(self, window: QtWidgets.QWidget | None = None) -> bool:
        """True unless a training goes on and the user stays with it, after all.

        ``window`` is left for good: a training that is stopped then ends, and keeps its best, without a watcher.
        """
        if not self.training or self._background:
            return True
        box = QtWidgets.QMessageBox(window or self)
        box.setWindowTitle(self.windowTitle())
        box.setText(self.tr("The training is still going on."))
        box.setInformativeText(self.tr("It can go on in the background; open this window again to find it."))
        role = QtWidgets.QMessageBox.ButtonRole
        on = box.addButton(self.tr("Go on in the background"), role.AcceptRole)
        stop = box.addButton(self.tr("Stop and keep the best"), role.DestructiveRole)
        box.addButton(self.tr("Stay"), role.RejectRole)
        box.setDefaultButton(on)
        box.exec()
        if box.clickedButton() is stop:
            self._stop()
        return box.clickedButton() is on or (box.clickedButton() is stop and window is not None)
