"""Words and small widgets shared by the pages of the training dialog."""

from __future__ import annotations

from typing import Any

from PySide6 import QtCore, QtWidgets

from ...errors import LdctError
from ...training.local.words import CONTEXT, TEXTS, render
from ..words import told


def tell(one: Any, fallback: str = "") -> str:
    """A sentence of the training core (its code and facts, or a list of such) in the window's language.

    Falls back to the English words a run of another version brought along.
    """
    if isinstance(one, dict) and one.get("code") not in TEXTS:
        return str(one.get("text", fallback))
    if one is None or (isinstance(one, dict) and "data" not in one):
        return str(one.get("text", fallback)) if one else fallback
    try:
        return render(one, lambda text: QtCore.QCoreApplication.translate(CONTEXT, text))
    except (KeyError, IndexError, ValueError):  # facts of another version
        return str(one.get("text", fallback)) if isinstance(one, dict) else fallback


def tell_error(error: LdctError) -> tuple[str, str]:
    """(message, hint) of a failure in the window's language."""
    why = getattr(error, "why", ())
    translate = QtCore.QCoreApplication.translate
    hint = " ".join(tell(one) for one in why) or translate(CONTEXT, error.hint) if error.hint or why else ""
    return translate(CONTEXT, error.message), hint


def device_name(text: str) -> str:
    """A compute device (``AMD EPYC, 2 cores (cpu, 24 GB)``) in the window's language."""
    name, bracket, rest = text.partition(" (")
    return told(name) + bracket + rest


def objective_name(objective: str) -> str:
    """The objective as a headline."""
    return {
        "pairs": QtCore.QCoreApplication.translate("Train", "Learn from low- and full-dose pairs"),
        "simulated": QtCore.QCoreApplication.translate("Train", "Learn from full-dose scans and simulated low dose"),
        "self": QtCore.QCoreApplication.translate("Train", "Learn from low-dose scans alone"),
    }.get(objective, objective)


def duration(seconds: float) -> str:
    """``45 s``, ``12 min``, ``1 h 20 min``."""
    whole = max(0, round(seconds))
    if whole < 90:
        return QtCore.QCoreApplication.translate("Train", "{n} s").format(n=whole)
    if whole < 5400:
        return QtCore.QCoreApplication.translate("Train", "{n} min").format(n=round(whole / 60))
    return QtCore.QCoreApplication.translate("Train", "{h} h {m} min").format(h=whole // 3600, m=whole % 3600 // 60)


def label(text: str = "", name: str = "", size: int = 0, bold: bool = False, wrap: bool = True) -> QtWidgets.QLabel:
    """A plain-text label; ``name`` is its tone: "dim" (secondary), "good", "warning" or "error"."""
    made = QtWidgets.QLabel(text)
    made.setTextFormat(QtCore.Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    made.setObjectName(name)  # the theme's style sheet gives the colour, also after a change of theme
    style = f"font-size: {size}px;" if size else ""
    if bold:
        style += " font-weight: 600;"
    made.setStyleSheet(style)
    made.setTextInteractionFlags(QtCore.Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def set_tone(made: QtWidgets.QLabel, name: str) -> None:
    """Another tone for a label that is already shown."""
    made.setObjectName(name)
    made.style().unpolish(made)
    made.style().polish(made)


class Card(QtWidgets.QFrame):
    """A framed box with a small heading."""

    def __init__(self, heading: str) -> None:
        super().__init__()
        self.setObjectName("trainCard")
        self.column = QtWidgets.QVBoxLayout(self)
        self.column.setContentsMargins(16, 12, 16, 14)
        self.column.setSpacing(6)
        self.heading = label(heading.upper(), "dim", 10, True)
        self.column.addWidget(self.heading)

    def add(self, widget: QtWidgets.QWidget, stretch: int = 0) -> None:
        """Below what is there."""
        self.column.addWidget(widget, stretch)


def hu(value: Any) -> str:
    """``12.3 HU`` or a dash."""
    return f"{value:.1f} HU" if isinstance(value, int | float) and value >= 0 else "–"
