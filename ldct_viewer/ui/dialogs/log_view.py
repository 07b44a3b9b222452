"""Help ▸ Show log: the last lines of the log, to read or copy."""

from __future__ import annotations

from pathlib import Path

from PySide6 import QtGui, QtWidgets

TAIL_BYTES = 200_000


class LogDialog(QtWidgets.QDialog):
    """Shows the end of a log file. It names no patient and no file of the user."""

    def __init__(self, file: Path, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Log"))
        self.resize(860, 520)
        text = QtWidgets.QPlainTextEdit(readOnly=True)
        text.setFont(QtGui.QFontDatabase.systemFont(QtGui.QFontDatabase.SystemFont.FixedFont))
        text.setLineWrapMode(QtWidgets.QPlainTextEdit.LineWrapMode.NoWrap)
        text.setPlainText(tail(file))
        text.moveCursor(QtGui.QTextCursor.MoveOperation.End)
        note = QtWidgets.QLabel(self.tr("The log holds no patient data and no file names."))
        note.setObjectName("dim")
        buttons = QtWidgets.QDialogButtonBox(QtWidgets.QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton(self.tr("Copy"), QtWidgets.QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QtGui.QGuiApplication.clipboard().setText(text.toPlainText()))
        buttons.rejected.connect(self.reject)
        page = QtWidgets.QVBoxLayout(self)
        for widget in (text, note, buttons):
            page.addWidget(widget)


def tail(file: Path) -> str:
    """The last part of a text file ("" where there is none yet)."""
    if not file.is_file():
        return ""
    with file.open("rb") as stream:
        stream.seek(max(0, file.stat().st_size - TAIL_BYTES))
        return stream.read().decode("utf-8", "replace")
