"""The DICOM export dialog: what it suggests, refuses and returns."""

from __future__ import annotations

from pathlib import Path

from PySide6 import QtWidgets
from pytestqt.qtbot import QtBot

from ldct_viewer.dicom.derive import COMPRESSIONS, ExportOptions
from ldct_viewer.ui.dialogs.export_dicom import ExportDicomDialog


def dialog(qtbot: QtBot, folder: Path, **options: str) -> ExportDicomDialog:
    made = ExportDicomDialog(None, folder, "thorax_denoised60", 0.6, "PU-M 1.0", "4", "Thorax 2.0", **options)
    qtbot.addWidget(made)
    return made


def export_button(made: ExportDicomDialog) -> QtWidgets.QPushButton:
    return next(b for b in made.findChildren(QtWidgets.QPushButton) if b.text() == "Export")


def test_untouched_it_asks_for_automatic_values(qtbot: QtBot, tmp_path: Path) -> None:
    made = dialog(qtbot, tmp_path)
    assert made.folder() == tmp_path / "thorax_denoised60"
    assert made.options() == ExportOptions()
    assert export_button(made).isEnabled()
    description = next(e for e in made.findChildren(QtWidgets.QLineEdit) if e.accessibleName() == "Description")
    assert description.placeholderText() == "[AI denoised 60%] Thorax 2.0"


def test_every_choice_is_returned(qtbot: QtBot, tmp_path: Path) -> None:
    made = dialog(qtbot, tmp_path)
    edits = {e.accessibleName(): e for e in made.findChildren(QtWidgets.QLineEdit)}
    edits["Description"].setText("잡음 제거")
    edits["Kernel suffix"].setText("_DN")
    made.findChildren(QtWidgets.QSpinBox)[0].setValue(42)
    made.findChildren(QtWidgets.QCheckBox)[0].setChecked(True)
    made.findChildren(QtWidgets.QComboBox)[0].setCurrentIndex(1)
    assert made.options() == ExportOptions(42, "잡음 제거", True, "_DN", "jpegls")


def test_every_offered_compression_exists(qtbot: QtBot, tmp_path: Path) -> None:
    made = dialog(qtbot, tmp_path)
    (box,) = made.findChildren(QtWidgets.QComboBox)
    assert {box.itemData(i) for i in range(box.count())} == set(COMPRESSIONS)


def test_an_existing_or_nameless_folder_cannot_be_exported_to(qtbot: QtBot, tmp_path: Path) -> None:
    made = dialog(qtbot, tmp_path)
    folder = next(e for e in made.findChildren(QtWidgets.QLineEdit) if e.accessibleName() == "New folder")
    for text in (str(tmp_path), "", "relative"):
        folder.setText(text)
        assert not export_button(made).isEnabled(), text
    folder.setText(str(tmp_path / "new"))
    assert export_button(made).isEnabled()
