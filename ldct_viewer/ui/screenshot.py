"""``--screenshot``: wait until all is open and denoised, save the window, leave."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6 import QtCore, QtWidgets

from ..errors import EXIT_INPUT, EXIT_OUTPUT, LdctError
from ..jobs.export_job import save_png

if TYPE_CHECKING:
    from .main_window import MainWindow

# The reformatted planes follow the last denoised slice after a short pause.
SETTLE_MS = 400


class Screenshot(QtCore.QObject):
    """Listens for the end of opening and denoising; ends the program with its exit code."""

    def __init__(self, window: MainWindow, path: Path) -> None:
        super().__init__(window)
        self._window, self._path = window, path
        self._code = 0
        window.opening.settled.connect(self._opened)
        window.denoising.finished.connect(self._denoised)

    def _opened(self, well: bool) -> None:
        if not well:
            self._code = EXIT_INPUT if self._window.messages.messages else 0
            self._soon()
        elif not self._window.settings.auto_denoise:
            self._window.denoising.restart()

    def _denoised(self, well: bool) -> None:
        if not well:
            self._code = EXIT_INPUT
        self._soon()

    def _soon(self) -> None:
        for message in self._window.messages.messages:
            print("ldct-viewer:", message.text, message.hint, file=sys.stderr)
        QtCore.QTimer.singleShot(SETTLE_MS, self._save)

    def _save(self) -> None:
        image = self._window.grab().toImage()
        try:
            save_png(image, self._path)
        except LdctError as error:
            print(f"ldct-viewer: {error}", file=sys.stderr)
            self._code = EXIT_OUTPUT
        self._window.close()
        application = QtWidgets.QApplication.instance()
        if application is not None:
            application.exit(self._code)
