"""Help ▸ Shortcuts: made from the action table, so that it is always true."""

from __future__ import annotations

from html import escape

from PySide6 import QtGui, QtWidgets

from ..actions import ACTIONS, ActionSpec, translated
from ..theme import current


class ShortcutsDialog(QtWidgets.QDialog):
    """Every action that has a key, by menu, in two columns; and the mouse."""

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Shortcuts"))
        self.resize(820, 640)
        view = QtWidgets.QTextBrowser()
        view.setHtml(self._html())
        buttons = QtWidgets.QDialogButtonBox(QtWidgets.QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QtWidgets.QVBoxLayout(self)
        column.addWidget(view)
        column.addWidget(buttons)

    def _mouse(self) -> list[tuple[str, str]]:
        return [
            (self.tr("Wheel"), self.tr("Scroll slices (Shift: ten)")),
            (self.tr("Left drag"), self.tr("The chosen tool; window width/level at first (Ctrl ×4, Shift ×¼)")),
            (self.tr("Middle drag"), self.tr("Pan")),
            (self.tr("Right drag"), self.tr("Zoom")),
            (self.tr("Ctrl + wheel"), self.tr("Zoom at the pointer")),
            (self.tr("Shift + move"), self.tr("Crosshair in all views")),
            (self.tr("Double-click"), self.tr("That pair fills the window, and back")),
        ]

    def _html(self) -> str:
        groups: dict[str, list[tuple[str, str]]] = {}
        for spec in ACTIONS:
            if spec.keys:
                groups.setdefault(spec.menu, []).append((keys_text(spec), spec.label()))
        tables = [self._table(" ▸ ".join(translated(p) for p in menu.split("/")), r) for menu, r in groups.items()]
        tables.append(self._table(self.tr("Mouse"), self._mouse()))
        middle = (len(tables) + 1) // 2
        columns = "".join(
            f"<td width='50%' valign='top'>{''.join(half)}</td>" for half in (tables[:middle], tables[middle:])
        )
        return f"<table width='100%' cellspacing='10'><tr>{columns}</tr></table>"

    @staticmethod
    def _table(title: str, rows: list[tuple[str, str]]) -> str:
        p = current()
        lines = "".join(
            f"<tr><td width='120' style='color:{p.accent}'>{escape(keys)}</td><td>{escape(text)}</td></tr>"
            for keys, text in rows
        )
        return f"<p style='color:{p.dim}'><b>{escape(title)}</b></p><table cellpadding='2'>{lines}</table>"


def keys_text(spec: ActionSpec) -> str:
    """The keys of an action as the platform writes them."""
    form = QtGui.QKeySequence.SequenceFormat.NativeText
    return ", ".join(QtGui.QKeySequence(key).toString(form) for key in spec.key_list)
