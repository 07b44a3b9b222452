"""File ▸ Export ▸ DICOM series: where to, under which number and description, how stored, with or without identity."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6 import QtCore, QtGui, QtWidgets

from ..theme import inset

if TYPE_CHECKING:
    from ...dicom.derive import ExportOptions

_MAX_DESCRIPTION = 64  # LO, PS3.5 6.2
_MAX_SUFFIX = 8


class ExportDicomDialog(QtWidgets.QDialog):
    """Asks for a *new* folder and the options of a derived series; afterwards see :meth:`folder`, :meth:`options`.

    ``parent_folder`` and ``name`` make the suggested target; ``series_number`` is the source's (text, may be
    empty); ``label`` and ``description`` show what the automatic description will be. ``archives`` are names
    to choose from, ``archive`` the one suggested; with ``only_send`` no folder is asked for.
    """

    def __init__(
        self,
        parent: QtWidgets.QWidget | None,
        parent_folder: Path,
        name: str,
        strength: float,
        model: str,
        series_number: str = "",
        description: str = "",
        *,
        archives: Sequence[str] = (),
        archive: str = "",
        only_send: bool = False,
    ) -> None:
        super().__init__(parent)
        self._only_send = only_send
        self.setWindowTitle(self.tr("Send denoised series") if only_send else self.tr("Export DICOM series"))
        self.setMinimumWidth(560)
        percent = round(100 * strength)
        self._folder = QtWidgets.QLineEdit(str(parent_folder / name))
        browse = QtWidgets.QPushButton(self.tr("Browse…"))
        browse.clicked.connect(self._browse)
        row = QtWidgets.QHBoxLayout()
        row.addWidget(self._folder, 1)
        row.addWidget(browse)
        self._number = QtWidgets.QSpinBox()
        inset(self._number)
        self._number.setRange(1, 999_999)
        self._number.setValue(min(_number(series_number) + 1000, 999_999))
        self._own_number = self._number.value()
        self._description = QtWidgets.QLineEdit()
        self._description.setMaxLength(_MAX_DESCRIPTION)
        self._automatic = f"[AI denoised {percent}%] {description}".strip()[:_MAX_DESCRIPTION]
        self._description.setPlaceholderText(self._automatic)
        self._kernel = QtWidgets.QLineEdit()
        self._kernel.setMaxLength(_MAX_SUFFIX)
        self._kernel.setPlaceholderText(self.tr("none"))
        self._compress = QtWidgets.QComboBox()
        for value, text in (
            ("none", self.tr("Uncompressed (every archive reads it)")),
            ("jpegls", self.tr("JPEG-LS lossless (smallest)")),
            ("rle", self.tr("RLE lossless (fast)")),
            ("htj2k", self.tr("HTJ2K lossless (recent archives only)")),
        ):
            self._compress.addItem(text, value)
        self._deidentify = QtWidgets.QCheckBox(self.tr("Remove the patient's identity"))
        self._deidentify.toggled.connect(self._identity_changed)
        self._hint = QtWidgets.QLabel()
        self._hint.setObjectName("dim")
        self._hint.setWordWrap(True)
        self._refused = QtWidgets.QLabel()
        self._refused.setWordWrap(True)
        made_by = QtWidgets.QLabel(self.tr("{model}, strength {percent} %").format(model=model, percent=percent))
        form = QtWidgets.QFormLayout()
        self._archive = QtWidgets.QComboBox()
        if not only_send:
            self._archive.addItem(self.tr("do not send"), "")
        for known in archives:
            self._archive.addItem(known, known)
        self._archive.setCurrentIndex(max(self._archive.findData(archive), 0))
        self._archive.setAccessibleName(self.tr("Send to"))
        if not only_send:
            form.addRow(self.tr("New folder"), row)
            form.addRow("", self._refused)
        if archives:
            form.addRow(self.tr("Send to") if only_send else self.tr("Then send to"), self._archive)
        form.addRow(self.tr("Denoised by"), made_by)
        form.addRow(self.tr("Series number"), self._number)
        form.addRow(self.tr("Description"), self._description)
        form.addRow(self.tr("Kernel suffix"), self._kernel)
        form.addRow(self.tr("Pixels"), self._compress)
        form.addRow("", self._deidentify)
        form.addRow("", self._hint)
        send = self.tr("Send")
        self._buttons = QtWidgets.QDialogButtonBox(QtWidgets.QDialogButtonBox.StandardButton.Cancel)
        self._export = self._buttons.addButton(
            send if only_send else self.tr("Export"), QtWidgets.QDialogButtonBox.ButtonRole.AcceptRole
        )
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        page = QtWidgets.QVBoxLayout(self)
        page.setContentsMargins(22, 20, 22, 16)
        page.addLayout(form)
        page.addWidget(self._buttons)
        for widget, words in (
            (self._folder, self.tr("New folder")),
            (self._number, self.tr("Series number")),
            (self._description, self.tr("Description")),
            (self._kernel, self.tr("Kernel suffix")),
            (self._compress, self.tr("Pixels")),
        ):
            widget.setAccessibleName(words)
        self._folder.textChanged.connect(self._check)
        self._identity_changed(False)
        self._check()

    def folder(self) -> Path:
        """The folder to make."""
        return Path(self._folder.text().strip()).expanduser()

    def archive(self) -> str:
        """Name of the archive to send to; empty: none."""
        return str(self._archive.currentData() or "")

    def options(self) -> ExportOptions:
        """What was chosen."""
        from ...dicom.derive import ExportOptions

        number = self._number.value()
        return ExportOptions(
            series_number=None if number == self._own_number else number,
            description=self._description.text().strip() or None,
            deidentify=self._deidentify.isChecked(),
            kernel_suffix=self._kernel.text().strip(),
            compress=str(self._compress.currentData()),
        )

    def _browse(self) -> None:
        start = self.folder()
        chosen = QtWidgets.QFileDialog.getExistingDirectory(self, self.tr("Make the new folder in"), str(start.parent))
        if chosen:
            self._folder.setText(str(Path(chosen) / (start.name or "denoised")))

    @QtCore.Slot(bool)
    def _identity_changed(self, removed: bool) -> None:
        if removed:
            self._description.setPlaceholderText(self._automatic.partition("]")[0] + "]")
            self._hint.setText(
                self.tr(
                    "Names, dates, places, free text and private data are left out and identifiers replaced (DICOM "
                    "PS3.15 Basic Profile). Pixels are not changed: look for burned-in text, and mind that a "
                    "head scan can show a face."
                )
            )
        else:
            self._description.setPlaceholderText(self._automatic)
            self._hint.setText(self.tr("Patient and study stay as they are; the series is marked as derived."))

    @QtCore.Slot()
    def _check(self) -> None:
        if self._only_send:
            return
        text = self._folder.text().strip()
        reason = ""
        if not text:
            reason = self.tr("Name a folder.")
        elif not self.folder().is_absolute():
            reason = self.tr("Give the whole path of the folder.")
        elif os.path.lexists(self.folder()):
            reason = self.tr("This folder exists already; nothing is ever overwritten. Choose a new name.")
        self._refused.setText(reason)
        self._refused.setVisible(bool(reason))
        self._export.setEnabled(not reason)

    def showEvent(self, event: QtGui.QShowEvent) -> None:
        """Look again: the suggested folder may exist by now."""
        self._check()
        super().showEvent(event)


def _number(text: str) -> int:
    try:
        return max(int(float(text)), 0)
    except ValueError:
        return 0
