"""What is shown before a series is open: where to drop, what to open, what was open last."""

from __future__ import annotations

from pathlib import Path

from PySide6 import QtCore, QtGui, QtWidgets

from ... import RESEARCH_NOTICE
from ..theme import current
from ..theme.icons import icon, pixmap


class Welcome(QtWidgets.QWidget):
    """The empty state. Signals carry the wish; the window acts."""

    folderWanted = QtCore.Signal()
    demoWanted = QtCore.Signal()
    recentWanted = QtCore.Signal(object)  # tuple of paths
    recentForgotten = QtCore.Signal()

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("welcome")
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_StyledBackground)
        self._picture = QtWidgets.QLabel(alignment=QtCore.Qt.AlignmentFlag.AlignCenter)
        headline = QtWidgets.QLabel(self.tr("Drop a CT folder here"), alignment=QtCore.Qt.AlignmentFlag.AlignCenter)
        headline.setObjectName("headline")
        kinds = QtWidgets.QLabel(
            self.tr("DICOM folders and files, .zip, NIfTI, NRRD, MetaImage"),
            alignment=QtCore.Qt.AlignmentFlag.AlignCenter,
        )
        kinds.setObjectName("dim")
        self._open = QtWidgets.QPushButton(self.tr("Open folder…"))
        self._open.setObjectName("primary")
        self._open.clicked.connect(self.folderWanted)
        self._demo = QtWidgets.QPushButton(self.tr("Open demo"))
        self._demo.clicked.connect(self.demoWanted)
        buttons = QtWidgets.QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch(1)
        buttons.addWidget(self._open)
        buttons.addWidget(self._demo)
        buttons.addStretch(1)

        self._busy = QtWidgets.QLabel("", alignment=QtCore.Qt.AlignmentFlag.AlignCenter)
        self._busy.setObjectName("dim")
        self._recent_box = QtWidgets.QWidget()
        self._recent = QtWidgets.QVBoxLayout(self._recent_box)
        self._recent.setContentsMargins(0, 18, 0, 0)
        self._recent.setSpacing(0)

        column = QtWidgets.QVBoxLayout()
        column.setSpacing(10)
        for widget in (self._picture, headline, kinds):
            column.addWidget(widget)
        column.addSpacing(8)
        column.addLayout(buttons)
        column.addWidget(self._busy)
        column.addWidget(self._recent_box)
        notice = QtWidgets.QLabel(self.tr(RESEARCH_NOTICE), alignment=QtCore.Qt.AlignmentFlag.AlignCenter)
        notice.setObjectName("dim")

        page = QtWidgets.QVBoxLayout(self)
        page.setContentsMargins(40, 40, 40, 22)
        page.addStretch(3)
        inner = QtWidgets.QHBoxLayout()
        inner.addStretch(1)
        inner.addLayout(column)
        inner.addStretch(1)
        page.addLayout(inner)
        page.addStretch(4)
        page.addWidget(notice)
        self.retheme()

    def retheme(self) -> None:
        """Draw the icons in the theme's colours."""
        scale = self.devicePixelRatioF()
        drawn = pixmap("drop", round(64 * scale), current().accent)
        drawn.setDevicePixelRatio(scale)
        self._picture.setPixmap(drawn)
        self._open.setIcon(icon("folder", current().on_accent))
        self._demo.setIcon(icon("demo"))

    def set_busy(self, text: str) -> None:
        """Say what is going on ("Looking through 512 files…") or nothing."""
        self._busy.setText(text)

    def set_recent(self, entries: list[tuple[Path, ...]], hidden: bool) -> None:
        """List what was open last; ``hidden`` (anonymous mode) lists nothing."""
        while (item := self._recent.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._recent_box.setVisible(bool(entries) and not hidden)
        if not entries or hidden:
            return
        head = QtWidgets.QLabel(self.tr("RECENT"))
        head.setObjectName("section")
        self._recent.addWidget(head)
        for entry in entries[:6]:
            self._recent.addWidget(self._row(entry))
        clear = QtWidgets.QPushButton(self.tr("Clear this list"))
        clear.setObjectName("link")
        clear.setCursor(QtCore.Qt.CursorShape.PointingHandCursor)
        clear.clicked.connect(self.recentForgotten)
        self._recent.addWidget(clear)

    def _row(self, entry: tuple[Path, ...]) -> QtWidgets.QPushButton:
        row = QtWidgets.QPushButton(icon("recent", current().dim), recent_label(entry))
        row.setObjectName("link")
        row.setToolTip("\n".join(str(p) for p in entry))
        row.setCursor(QtCore.Qt.CursorShape.PointingHandCursor)
        row.clicked.connect(lambda: self.recentWanted.emit(entry))
        return row


def recent_label(entry: tuple[Path, ...]) -> str:
    """A short name for one recent drop: "folder  —  …/parent"."""
    first = entry[0]
    more = f" +{len(entry) - 1}" if len(entry) > 1 else ""
    parent = str(first.parent)
    return f"{first.name or first}{more}   —   {parent if len(parent) < 48 else '…' + parent[-47:]}"


class DropHint(QtWidgets.QWidget):
    """A veil over the window while something is dragged over it."""

    def __init__(self, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def cover(self) -> None:
        """Show over the whole parent."""
        self.setGeometry(self._over.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Veil, dashed frame, arrow, words."""
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        veil = QtGui.QColor(current().window)
        veil.setAlpha(245)  # what lies beneath has words in the same place
        painter.fillRect(self.rect(), veil)
        accent = QtGui.QColor(current().accent)
        painter.setPen(QtGui.QPen(accent, 2, QtCore.Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QtCore.QRectF(self.rect()).adjusted(24, 24, -24, -24), 16, 16)
        middle = self.rect().center()
        scale = self.devicePixelRatioF()
        drawn = pixmap("drop", round(56 * scale), accent.name())
        drawn.setDevicePixelRatio(scale)
        painter.drawPixmap(middle.x() - 28, middle.y() - 60, drawn)
        font = self.font()
        font.setPixelSize(20)
        painter.setFont(font)
        painter.setPen(QtGui.QColor(current().text))
        where = QtCore.QRect(0, middle.y() + 8, self.width(), 40)
        painter.drawText(where, QtCore.Qt.AlignmentFlag.AlignCenter, self.tr("Drop to open"))
