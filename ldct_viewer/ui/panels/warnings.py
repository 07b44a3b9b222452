"""Notes on the open series and the files a scan left out, with the reason for each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6 import QtCore, QtWidgets

from ...volume import SeriesWarning
from ..theme.icons import icon
from ..words import told

if TYPE_CHECKING:
    from ...dicom.scan import Ignored

# A folder may hold thousands of foreign files: more rows than this are counted, not listed.
ROW_LIMIT = 1000


class NotesPanel(QtWidgets.QTreeWidget):
    """Two branches: what to know of the series, and what was ignored and why."""

    countChanged = QtCore.Signal(int, int)  # notes, ignored files

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setHeaderHidden(True)
        self.setWordWrap(True)
        self.setIndentation(14)
        self.setUniformRowHeights(False)
        self.setTextElideMode(QtCore.Qt.TextElideMode.ElideMiddle)
        self.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.ExtendedSelection)
        self._notes: tuple[SeriesWarning, ...] = ()
        self._ignored: tuple[Ignored, ...] = ()
        self._anonymous = False
        self._fill()

    @property
    def note_count(self) -> int:
        """How many notes the open series has."""
        return len(self._notes)

    def set_notes(self, notes: Iterable[SeriesWarning]) -> None:
        """Show the notes of the series now open."""
        self._notes = tuple(notes)
        self._fill()

    def set_ignored(self, ignored: Iterable[Ignored]) -> None:
        """Show what the last scan left out."""
        self._ignored = tuple(ignored)
        self._fill()

    def set_anonymous(self, anonymous: bool) -> None:
        """Name no file: names of files are often names of people."""
        if anonymous != self._anonymous:
            self._anonymous = anonymous
            self._fill()

    def _fill(self) -> None:
        self.clear()
        branch = self._branch(self.tr("This series: {} note(s)").format(len(self._notes)), bool(self._notes))
        for note in self._notes:
            row = QtWidgets.QTreeWidgetItem(branch, [told(note.message)])
            row.setIcon(0, icon("warning"))
            row.setToolTip(0, told(note.message))
            for name in note.files[:50] if not self._anonymous else ():
                QtWidgets.QTreeWidgetItem(row, [name])
        branch = self._branch(self.tr("Ignored: {} file(s)").format(len(self._ignored)), not self._notes)
        by_reason: dict[str, list[Ignored]] = {}
        for ignored in self._ignored:
            by_reason.setdefault(told(ignored.reason), []).append(ignored)
        for reason, members in sorted(by_reason.items(), key=lambda pair: -len(pair[1])):
            row = QtWidgets.QTreeWidgetItem(branch, [f"{reason}  ({len(members)})"])
            row.setToolTip(0, reason)
            for member in members[:ROW_LIMIT] if not self._anonymous else ():
                leaf = QtWidgets.QTreeWidgetItem(row, [member.path.name])
                leaf.setToolTip(0, str(member.path))
            if len(members) > ROW_LIMIT and not self._anonymous:
                QtWidgets.QTreeWidgetItem(row, [self.tr("… and {} more").format(len(members) - ROW_LIMIT)])
        self.countChanged.emit(len(self._notes), len(self._ignored))

    def _branch(self, title: str, opened: bool) -> QtWidgets.QTreeWidgetItem:
        branch = QtWidgets.QTreeWidgetItem(self, [title])
        branch.setExpanded(opened)
        font = branch.font(0)
        font.setBold(True)
        branch.setFont(0, font)
        return branch
