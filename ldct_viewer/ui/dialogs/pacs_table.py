"""A sortable table of frozen rows, used by every page of the PACS window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6 import QtCore, QtWidgets

_SORT = QtCore.Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Column:
    """``text`` and ``key`` (for sorting; default the text) of a row; ``width`` in pixels, 0 = what is left."""

    title: str
    text: Callable[[Any], str]
    width: int
    key: Callable[[Any], Any] | None = None
    identity: bool = False
    right: bool = False


class Rows(QtCore.QAbstractTableModel):
    """The rows of one table; ``hidden`` blanks the columns that may tell who the patient is
    (free text, too: sites write names there)."""

    def __init__(self, columns: Sequence[Column], parent: QtCore.QObject) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.rows: list[Any] = []
        self.hidden = False

    def set_rows(self, rows: Sequence[Any]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def replace(self, row: int, value: Any) -> None:
        """One row has changed."""
        self.rows[row] = value
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(self.columns) - 1))

    def hide_identity(self, hidden: bool) -> None:
        """Follow the anonymous mode."""
        self.hidden = hidden
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(self.columns) - 1))

    def rowCount(self, parent: QtCore.QModelIndex | QtCore.QPersistentModelIndex = QtCore.QModelIndex()) -> int:  # noqa: B008
        """Number of rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: QtCore.QModelIndex | QtCore.QPersistentModelIndex = QtCore.QModelIndex()) -> int:  # noqa: B008
        """Number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(
        self,
        index: QtCore.QModelIndex | QtCore.QPersistentModelIndex,
        role: int = QtCore.Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Text, sort key, alignment."""
        if not index.isValid():
            return None
        column, row = self.columns[index.column()], self.rows[index.row()]
        if role in (QtCore.Qt.ItemDataRole.DisplayRole, QtCore.Qt.ItemDataRole.ToolTipRole):
            return "•••" if column.identity and self.hidden else column.text(row)
        if role == _SORT:
            return (column.key or column.text)(row)
        if role == QtCore.Qt.ItemDataRole.TextAlignmentRole and column.right:
            return int(QtCore.Qt.AlignmentFlag.AlignRight | QtCore.Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(
        self, section: int, orientation: QtCore.Qt.Orientation, role: int = QtCore.Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Titles."""
        if orientation != QtCore.Qt.Orientation.Horizontal:
            return None
        if role == QtCore.Qt.ItemDataRole.TextAlignmentRole and self.columns[section].right:
            return int(QtCore.Qt.AlignmentFlag.AlignRight | QtCore.Qt.AlignmentFlag.AlignVCenter)
        return self.columns[section].title if role == QtCore.Qt.ItemDataRole.DisplayRole else None


class Table(QtWidgets.QTableView):
    """Whole rows are chosen; a click on a title sorts."""

    def __init__(self, columns: Sequence[Column], name: str, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.model_ = Rows(columns, self)
        self._proxy = QtCore.QSortFilterProxyModel(self)
        self._proxy.setSortRole(_SORT)
        self._proxy.setSourceModel(self.model_)
        self.setModel(self._proxy)
        self.setAccessibleName(name)
        self.setObjectName("rows")
        self.setSortingEnabled(True)
        self.sortByColumn(-1, QtCore.Qt.SortOrder.AscendingOrder)  # as they come, until asked otherwise
        self.setSelectionBehavior(QtWidgets.QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QtWidgets.QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(QtCore.Qt.TextElideMode.ElideRight)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(26)
        header = self.horizontalHeader()
        header.setDefaultAlignment(QtCore.Qt.AlignmentFlag.AlignLeft | QtCore.Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        for number, column in enumerate(columns):
            if column.width:
                header.resizeSection(number, column.width)
            else:
                header.setSectionResizeMode(number, QtWidgets.QHeaderView.ResizeMode.Stretch)

    def set_rows(self, rows: Sequence[Any]) -> None:
        """Show other rows; nothing is chosen then."""
        self.model_.set_rows(rows)

    def chosen(self) -> list[Any]:
        """The chosen rows as they stand from top to bottom."""
        picked = sorted(self.selectionModel().selectedRows(), key=lambda index: index.row())
        return [self.model_.rows[self._proxy.mapToSource(index).row()] for index in picked]

    def choose(self, row: int) -> None:
        """Choose the row that was ``row``-th in ``set_rows``."""
        self.selectRow(self._proxy.mapFromSource(self.model_.index(row, 0)).row())


def note(text: str = "", name: str = "dim") -> QtWidgets.QLabel:
    """A plain-text label that wraps; the style sheet dresses it by ``name``."""
    made = QtWidgets.QLabel(text)
    made.setObjectName(name)
    made.setWordWrap(True)
    made.setTextFormat(QtCore.Qt.TextFormat.PlainText)
    made.setTextInteractionFlags(QtCore.Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def button(text: str, slot: Callable[[], Any], *, primary: bool = False) -> QtWidgets.QPushButton:
    """A button that Enter does not press by accident."""
    made = QtWidgets.QPushButton(text)
    made.setAutoDefault(False)
    made.clicked.connect(lambda: slot())  # noqa: PLW0108 - drops "checked"
    if primary:
        made.setObjectName("primary")
    return made
