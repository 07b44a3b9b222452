"""Train ▸ Train on local data…: keeps the one training dialog, and brings its models to the open series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6 import QtCore

from ..training.local.files import on_disk

if TYPE_CHECKING:
    from .dialogs.train_dialog import TrainDialog
    from .main_window import MainWindow


class Training(QtCore.QObject):
    """Owns the training dialog, made when first wanted."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._dialog: TrainDialog | None = None

    def show(self) -> None:
        """Bring up the dialog, on the open series unless a training is going on."""
        if self._dialog is None:
            from .dialogs.train_dialog import TrainDialog

            self._dialog = TrainDialog(self._window)
            self._dialog.modelReady.connect(self._window.denoising.set_model)
        session = self._window.state.session
        if session is not None and not self._dialog.isVisible():
            # members of an archive lie where the archive lies; it is read in place
            files = dict.fromkeys(place for label in session.low.files if (place := on_disk(label)) is not None)
            if files:
                self._dialog.set_data(files, session.low.meta.uid)
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    def remind(self) -> None:
        """After a crash or a restart: say that a training can be resumed."""
        from ..training.local.runs import find_interrupted

        if find_interrupted():
            hint = self.tr("Train ▸ Train on local data… resumes it.")
            self._window.messages.inform(self.tr("A training was interrupted."), hint)
