"""Train ▸ Train on local data…: keeps the one training dialog, and brings its models to the open series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6 import QtCore

from ..training.local.files import on_disk
from .panels.message_bar import Message

_INTERRUPTED = "training_interrupted"

if TYPE_CHECKING:
    from .dialogs.train_dialog import TrainDialog
    from .main_window import MainWindow


class Training(QtCore.QObject):
    """Owns the training dialog, made when first wanted."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._dialog: TrainDialog | None = None

    def _made(self) -> TrainDialog:
        if self._dialog is None:
            from .dialogs.train_dialog import TrainDialog

            self._dialog = TrainDialog(self._window)
            self._dialog.modelReady.connect(self._use)
            self._dialog.activity.connect(self._window.status.set_training)
            self._dialog.runningChanged.connect(lambda _: self._window.messages.withdraw(_INTERRUPTED))
            self._dialog.setup.discardWanted.connect(lambda _: self._window.messages.withdraw(_INTERRUPTED))
        return self._dialog

    def show(self) -> None:
        """Bring up the dialog, on the open series unless a training is going on."""
        dialog = self._made()
        if not dialog.isVisible():
            dialog.look_around()
        session = self._window.state.session
        if session is not None and not dialog.isVisible():
            # members of an archive lie where the archive lies; it is read in place
            files = dict.fromkeys(place for label in session.low.files if (place := on_disk(label)) is not None)
            if files:
                dialog.set_data(files, session.low.meta.uid)
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def _use(self, model_id: str) -> None:
        """Denoise with this model: the open series or, with none open, what it was trained on."""
        self._window.denoising.set_model(model_id)
        run = self._dialog.run_of(model_id) if self._dialog is not None else None
        if run is not None and self._window.state.session is None and not self._window.opening.busy:
            there = [path for path in run.paths if path.exists()]
            if there:
                self._window.opening.open_paths(there)

    def may_leave(self) -> bool:
        """Before the window closes: a training goes on in the background, is stopped, or keeps the window."""
        return self._dialog is None or self._dialog.may_leave(self._window)

    def remind(self) -> None:
        """After the start: follow a training that goes on; ask whether one that was interrupted shall be resumed."""
        from ..training.local.runs import find_interrupted, find_running

        if find_running():
            self._made()
            hint = self.tr("The line at the bottom shows how far it is.")
            self._window.messages.inform(self.tr("A training goes on in the background."), hint)
            return
        interrupted = find_interrupted()
        if interrupted:
            run = interrupted[0]
            message = Message(
                self.tr("A training was interrupted. Resume?"),
                self.tr("Nothing is lost: it goes on from where it was last saved."),
                severity="question",
                code=_INTERRUPTED,
                answer=self.tr("Resume"),
                act=lambda: self._resume(run.id),
            )
            self._window.messages.show_message(message)

    def _resume(self, run_id: str) -> None:
        from ..errors import LdctError
        from ..training.local.runs import open_run

        dialog = self._made()
        if not dialog.training:
            try:
                dialog.resume(open_run(run_id))
            except LdctError as error:
                self._window.messages.show_error(error)
                return
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
