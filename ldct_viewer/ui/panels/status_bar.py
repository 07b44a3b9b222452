"""The line at the bottom: device, model, progress with pause and cancel, notes, the research badge."""

from __future__ import annotations

from PySide6 import QtCore, QtWidgets

from ..theme import current
from ..theme.icons import icon
from ..words import model_name, told


class StatusBar(QtWidgets.QStatusBar):
    """Shows facts; its buttons emit wishes."""

    pauseClicked = QtCore.Signal()
    cancelClicked = QtCore.Signal()
    notesClicked = QtCore.Signal()
    archiveClicked = QtCore.Signal()
    trainingClicked = QtCore.Signal()

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setContentsMargins(6, 0, 8, 0)
        self._icons: dict[QtWidgets.QToolButton, str] = {}
        self._counts = (0, 0)
        self.device = QtWidgets.QLabel()
        self.model = QtWidgets.QLabel()
        self.device.setToolTip(self.tr("What the network computes on (Denoise ▸ Device)"))
        self.model.setToolTip(self.tr("The denoising model in use (Denoise ▸ Model)"))
        self.activity = QtWidgets.QLabel()
        self.activity.setObjectName("strong")
        self.bar = QtWidgets.QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(170)
        self.pause = self._button("pause", self.tr("Pause denoising"), self.pauseClicked)
        self.cancel = self._button("cancel", self.tr("Cancel"), self.cancelClicked)
        self.notes = self._button("warning", self.tr("Notes and ignored files"), self.notesClicked)
        self.notes.setToolButtonStyle(QtCore.Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.archive = self._button("archive", self.tr("To and from the archive"), self.archiveClicked)
        self.archive.setToolButtonStyle(QtCore.Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.training = self._button("chip", self.tr("Training on local data"), self.trainingClicked)
        self.training.setToolButtonStyle(QtCore.Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.badge = QtWidgets.QLabel(self.tr("Research use, not for diagnosis"))
        self.badge.setObjectName("badge")
        for widget in (self.device, self.model, self.bar, self.activity, self.pause, self.cancel):
            self.addWidget(widget)
        for widget in (self.training, self.archive, self.notes, self.badge):
            self.addPermanentWidget(widget)
        self.set_device("")
        self.set_model("")
        self.set_progress(0, 0, "")
        self.set_notes(0, 0)
        self.set_archive("")
        self.set_training("")

    def _button(self, name: str, tip: str, wish: QtCore.SignalInstance) -> QtWidgets.QToolButton:
        button = QtWidgets.QToolButton()
        self._icons[button] = name
        button.setIcon(icon(name))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
        button.setIconSize(QtCore.QSize(14, 14))
        button.clicked.connect(wish)
        return button

    def retheme(self) -> None:
        """Draw the icons in the theme's colours."""
        for button, name in self._icons.items():
            button.setIcon(icon(name))
        self.set_notes(*self._counts)

    def set_device(self, name: str) -> None:
        """Name of the compute device in use."""
        self.device.setText(told(name))
        self.device.setVisible(bool(name))

    def set_model(self, name: str) -> None:
        """Name of the model in use."""
        self.model.setText(model_name(name))
        self.model.setVisible(bool(name))

    def set_progress(self, done: int, total: int, text: str, *, pausable: bool = False, paused: bool = False) -> None:
        """Show work going on (total 0 with a text: unknown length; no text: none)."""
        busy = bool(text) and (total == 0 or done < total)
        self.bar.setVisible(busy)
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.activity.setText(text)
        self.cancel.setVisible(busy)
        self.pause.setVisible(busy and pausable)
        self._icons[self.pause] = "play" if paused else "pause"
        self.pause.setIcon(icon(self._icons[self.pause]))
        self.pause.setToolTip(self.tr("Continue denoising") if paused else self.tr("Pause denoising"))

    def set_archive(self, text: str) -> None:
        """What is coming from or going to an archive; empty: nothing."""
        self.archive.setText(text)
        self.archive.setVisible(bool(text))

    def set_training(self, text: str) -> None:
        """How far a training is; empty: none goes on."""
        self.training.setText(text)
        self.training.setVisible(bool(text))

    def set_notes(self, notes: int, ignored: int) -> None:
        """The quiet badge: amber for notes, grey for ignored files only, hidden for neither."""
        self._counts = notes, ignored
        self.notes.setVisible(bool(notes or ignored))
        colour = current().warning if notes else current().dim
        self.notes.setIcon(icon("warning" if notes else "info", colour))
        parts = [self.tr("{} note(s)").format(notes)] if notes else []
        parts += [self.tr("{} ignored").format(ignored)] if ignored else []
        self.notes.setText(" · ".join(parts))
