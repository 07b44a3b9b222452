"""How the program looks: palettes, style sheet, icons, fonts."""

from __future__ import annotations

import os

from PySide6 import QtCore, QtGui, QtWidgets

from .icons import forget_icons
from .palette import DARK, LIGHT, Palette, qt_palette, style_sheet

_current = DARK


def current() -> Palette:
    """The palette in use."""
    return _current


def apply_theme(application: QtWidgets.QApplication, wish: str) -> Palette:
    """Dress the program in "dark", "light" or "system"; returns the palette."""
    global _current  # noqa: PLW0603 - a program has one look, like one QApplication
    if wish == "system":
        scheme = application.styleHints().colorScheme()
        wish = "light" if scheme == QtCore.Qt.ColorScheme.Light else "dark"
    _current = LIGHT if wish == "light" else DARK
    forget_icons()
    application.setStyle("Fusion")
    application.setPalette(qt_palette(_current))
    application.setStyleSheet(style_sheet(_current))
    return _current


def inset(box: QtWidgets.QAbstractSpinBox) -> None:
    """Numbers begin where the text of other fields does: style sheets do not reach into a spin box."""
    box.lineEdit().setTextMargins(6, 0, 0, 0)


def ensure_fonts(application: QtWidgets.QApplication) -> None:
    """Load the shipped font where the system has none (bare containers), so that text is drawn.

    Family names say nothing: without any font file Qt still lists "Sans Serif" and draws boxes.
    """
    if QtGui.QFontMetrics(application.font()).inFont("A"):
        return
    from ...paths import resource

    folder = resource("fonts")
    for file in sorted(folder.glob("*.ttf")) if folder.is_dir() else ():
        number = QtGui.QFontDatabase.addApplicationFont(os.fspath(file))
        for family in QtGui.QFontDatabase.applicationFontFamilies(number):
            application.setFont(QtGui.QFont(family))


__all__ = ["DARK", "LIGHT", "Palette", "apply_theme", "current", "ensure_fonts", "inset"]
