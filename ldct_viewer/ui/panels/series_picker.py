"""The list of series: thumbnail, what it is, whether it can be opened. One model, two places to show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6 import QtCore, QtGui, QtWidgets

from ...window import PRESETS, apply_voi
from ..theme import current
from ..words import kernel_name, told

if TYPE_CHECKING:
    from ...dicom.scan import FoundSeries

_ROLE = QtCore.Qt.ItemDataRole.UserRole
THUMBNAIL = 76  # logical pixels
CARD_HEIGHT = 96


class SeriesModel(QtCore.QAbstractListModel):
    """The found series with their thumbnails and which one is open."""

    def __init__(self, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self.series: tuple[FoundSeries, ...] = ()
        self._thumbnails: dict[int, QtGui.QImage] = {}
        self.current = -1
        self.anonymous = False

    def set_anonymous(self, anonymous: bool) -> None:
        """Hide descriptions, which are free text."""
        self.anonymous = anonymous
        for row in range(len(self.series)):
            self._changed(row)

    def set_series(self, series: tuple[FoundSeries, ...]) -> None:
        """Replace the list."""
        self.beginResetModel()
        self.series = series
        self._thumbnails.clear()
        self.current = -1
        self.endResetModel()

    def set_thumbnail(self, index: int, hu: NDArray[np.int16]) -> None:
        """Take the middle slice (HU) of series ``index``, drawn at lung or soft-tissue window."""
        self._thumbnails[index] = grey_image(hu)
        self._changed(index)

    def set_current(self, index: int) -> None:
        """Mark the open series (-1: none)."""
        before, self.current = self.current, index
        self._changed(before)
        self._changed(index)

    def _changed(self, row: int) -> None:
        if 0 <= row < len(self.series):
            self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: QtCore.QModelIndex | QtCore.QPersistentModelIndex | None = None) -> int:
        """How many series."""
        return len(self.series)

    def flags(self, index: QtCore.QModelIndex | QtCore.QPersistentModelIndex) -> QtCore.Qt.ItemFlag:
        """Blocked series can be seen, not opened."""
        flags = super().flags(index)
        if index.isValid() and self.series[index.row()].state == "blocked":
            flags &= ~QtCore.Qt.ItemFlag.ItemIsEnabled
        return flags

    def data(self, index: QtCore.QModelIndex | QtCore.QPersistentModelIndex, role: int = 0) -> Any:
        """Title, tool tip, thumbnail, or the series itself."""
        if not index.isValid():
            return None
        found = self.series[index.row()]
        if role == QtCore.Qt.ItemDataRole.DisplayRole:
            return title_of(found, self.anonymous)
        if role in (QtCore.Qt.ItemDataRole.ToolTipRole, QtCore.Qt.ItemDataRole.AccessibleDescriptionRole):
            return "\n".join(
                (
                    title_of(found, self.anonymous),
                    facts_of(found),
                    pixel_of(found),
                    *(told(w.message) for w in found.warnings),
                )
            )
        if role == QtCore.Qt.ItemDataRole.DecorationRole:
            return self._thumbnails.get(index.row())
        return found if role == _ROLE else None


class SeriesList(QtWidgets.QListView):
    """Cards of a :class:`SeriesModel`; double-click or Enter opens."""

    opened = QtCore.Signal(int)

    def __init__(self, model: SeriesModel, *, wrapping: bool = False) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(_CardDelegate(self, 420 if wrapping else 290))
        if wrapping:
            self.setFlow(QtWidgets.QListView.Flow.LeftToRight)
            self.setWrapping(True)
            self.setResizeMode(QtWidgets.QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QtWidgets.QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QtWidgets.QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setAccessibleName(self.tr("Series list"))
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))

    def event(self, event: QtCore.QEvent) -> bool:
        """Keep list keys from being taken as shortcuts."""
        # Arrow keys and Enter belong to this list while it has the focus, not to the slice shortcuts.
        if event.type() == QtCore.QEvent.Type.ShortcutOverride and isinstance(event, QtGui.QKeyEvent):
            key = QtCore.Qt.Key
            if event.key() in (key.Key_Up, key.Key_Down, key.Key_Home, key.Key_End, key.Key_Return, key.Key_Enter):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """Enter opens."""
        if event.key() in (QtCore.Qt.Key.Key_Return, QtCore.Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().row())
            return
        super().keyPressEvent(event)


class PickerPage(QtWidgets.QWidget):
    """The series of one drop, to choose from, in the middle of the window."""

    def __init__(self, model: SeriesModel) -> None:
        super().__init__()
        self.setObjectName("welcome")
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_StyledBackground)
        self._head = QtWidgets.QLabel()
        self._head.setObjectName("headline")
        hint = QtWidgets.QLabel(self.tr("Double-click or press Enter to open. F9 shows this list again later."))
        hint.setObjectName("dim")
        self.list = SeriesList(model, wrapping=True)
        self.list.setStyleSheet("background: transparent;")
        page = QtWidgets.QVBoxLayout(self)
        page.setContentsMargins(36, 30, 36, 20)
        page.setSpacing(8)
        for widget in (self._head, hint, self.list):
            page.addWidget(widget)
        model.modelReset.connect(lambda: self._head.setText(self.tr("{} CT series").format(len(model.series))))


class _CardDelegate(QtWidgets.QStyledItemDelegate):
    """Draws one card: thumbnail left, four lines right."""

    def __init__(self, parent: QtCore.QObject, width: int) -> None:
        super().__init__(parent)
        self._width = width

    def sizeHint(
        self, option: QtWidgets.QStyleOptionViewItem, index: QtCore.QModelIndex | QtCore.QPersistentModelIndex
    ) -> QtCore.QSize:
        """One size for all."""
        return QtCore.QSize(self._width, CARD_HEIGHT)

    def paint(
        self,
        painter: QtGui.QPainter,
        option: QtWidgets.QStyleOptionViewItem,
        index: QtCore.QModelIndex | QtCore.QPersistentModelIndex,
    ) -> None:
        """Draw one card."""
        found = index.data(_ROLE)
        palette = current()
        card = option.rect.adjusted(6, 3, -6, -3)
        model = index.model()
        is_open = isinstance(model, SeriesModel) and index.row() == model.current
        state = option.state
        selected = bool(state & QtWidgets.QStyle.StateFlag.State_Selected)
        hovered = bool(state & QtWidgets.QStyle.StateFlag.State_MouseOver)
        blocked = found.state == "blocked"
        painter.save()
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        fill = palette.accent_soft if is_open else palette.hover if selected or hovered else palette.raised
        painter.setPen(QtGui.QColor(palette.accent if is_open or selected else palette.border))
        painter.setBrush(QtGui.QColor(fill))
        painter.drawRoundedRect(QtCore.QRectF(card).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        frame = QtCore.QRect(card.left() + 7, card.top() + 7, THUMBNAIL, THUMBNAIL)
        self._thumbnail(painter, frame, index.data(QtCore.Qt.ItemDataRole.DecorationRole))
        left = frame.right() + 10
        area = QtCore.QRect(left, card.top() + 7, card.right() - 8 - left, 18)
        bold = QtGui.QFont(option.font)
        bold.setBold(True)
        self._line(painter, area, bold, palette.dim if blocked else palette.text, str(index.data() or ""))
        self._line(painter, area.translated(0, 19), option.font, palette.dim, facts_of(found))
        self._line(painter, area.translated(0, 37), option.font, palette.dim, dose_of(found))
        text, colour = state_of(found)
        self._line(painter, area.translated(0, 57), option.font, getattr(palette, colour), text)
        painter.restore()

    @staticmethod
    def _thumbnail(painter: QtGui.QPainter, frame: QtCore.QRect, image: QtGui.QImage | None) -> None:
        painter.fillRect(frame, QtCore.Qt.GlobalColor.black)
        if image is None:
            return
        size = image.size().scaled(frame.size(), QtCore.Qt.AspectRatioMode.KeepAspectRatio)
        target = QtCore.QRect(QtCore.QPoint(0, 0), size)
        target.moveCenter(frame.center())
        painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(target, image)

    @staticmethod
    def _line(painter: QtGui.QPainter, area: QtCore.QRect, font: QtGui.QFont, colour: str, text: str) -> None:
        painter.setFont(font)
        painter.setPen(QtGui.QColor(colour))
        elided = QtGui.QFontMetrics(font).elidedText(text, QtCore.Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, QtCore.Qt.AlignmentFlag.AlignVCenter | QtCore.Qt.AlignmentFlag.AlignLeft, elided)


def title_of(found: FoundSeries, anonymous: bool = False) -> str:
    """First line of a card: number and description."""
    meta = found.meta
    said = "" if anonymous else meta.description or meta.study_description
    name = said or QtCore.QCoreApplication.translate("SeriesList", "CT series")
    parts = (meta.series_number, name, found.phase)
    return "  ".join(part for part in parts if part)


def facts_of(found: FoundSeries) -> str:
    """Second line: slices, step, kernel."""
    slices = QtCore.QCoreApplication.translate("SeriesList", "{} slices").format(found.shape[0])
    z = found.geometry.spacing_mm[0]
    parts = [
        slices,
        f"{z:g} mm" if z == round(z, 2) else f"{z:.2f} mm",
        kernel_name(found.meta.kernel),
    ]
    return " · ".join(part for part in parts if part)


def pixel_of(found: FoundSeries) -> str:
    """Size of a pixel; in the tool tip only, a card has no room for it."""
    _, y, x = found.geometry.spacing_mm
    pixel = f"{x:.2f} mm" if f"{x:.2f}" == f"{y:.2f}" else f"{x:.2f} × {y:.2f} mm"
    return QtCore.QCoreApplication.translate("SeriesList", "pixel {}").format(pixel)


def dose_of(found: FoundSeries) -> str:
    """Third line: kVp and mAs (or mA)."""
    meta = found.meta
    kvp = f"{meta.kvp:g} kVp" if meta.kvp else ""
    mas = f"{meta.exposure_mas:g} mAs" if meta.exposure_mas else ""
    ma = f"{meta.tube_current_ma:g} mA" if meta.tube_current_ma and not mas else ""
    return " · ".join(part for part in (kvp, mas, ma) if part)


def state_of(found: FoundSeries) -> tuple[str, str]:
    """Fourth line and the palette's name for its colour."""
    first = told(found.warnings[0].message) if found.warnings else ""
    if found.state == "blocked":
        return first or QtCore.QCoreApplication.translate("SeriesList", "Cannot be opened"), "error"
    if found.state == "notes":
        return first, "warning"
    return QtCore.QCoreApplication.translate("SeriesList", "Ready"), "good"


def grey_image(hu: NDArray[np.int16]) -> QtGui.QImage:
    """A slice as an 8-bit picture: lung window where there is lung, else soft tissue."""
    name = "lung" if looks_like_lung(hu) else "abdomen"
    window = next(p.window for p in PRESETS if p.id == name)
    grey = np.ascontiguousarray(np.rint(apply_voi(hu.astype(np.float32), window) * 255).astype(np.uint8))
    rows, columns = grey.shape
    return QtGui.QImage(grey.data, columns, rows, columns, QtGui.QImage.Format.Format_Grayscale8).copy()


def looks_like_lung(hu: NDArray[np.int16]) -> bool:
    """True where lung (-900 … -600 HU) makes up more than a tenth of what is denser than lung."""
    lung = int(((hu > -900) & (hu < -600)).sum())
    return lung > 0.1 * max(1, int((hu >= -600).sum()))
