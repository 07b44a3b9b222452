"""The regions of interest of the open series, with undo."""

from __future__ import annotations

from dataclasses import replace

from PySide6 import QtCore, QtGui

from ...quality.roi import Roi


class RoiStore(QtCore.QObject):
    """All ROIs and which one is selected. Every lasting change goes through ``undo_stack``."""

    changed = QtCore.Signal()

    def __init__(self, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = QtGui.QUndoStack(self)
        self._rois: dict[int, Roi] = {}
        self._next = 1
        self._selected: int | None = None

    @property
    def all(self) -> tuple[Roi, ...]:
        """ROIs in order of creation."""
        return tuple(self._rois.values())

    @property
    def selected(self) -> Roi | None:
        """The ROI with handles, or None."""
        return None if self._selected is None else self._rois.get(self._selected)

    def on(self, plane: str, index: int) -> tuple[Roi, ...]:
        """ROIs lying on one slice."""
        return tuple(r for r in self._rois.values() if r.plane == plane and r.index == index)

    def select(self, roi_id: int | None) -> None:
        """Choose the ROI that handles and Del act on."""
        if roi_id != self._selected:
            self._selected = roi_id
            self.changed.emit()

    def add(self, roi: Roi, text: str = "") -> Roi:
        """Add a whole shape (undoable) and select it; returns it with its new id."""
        roi = self.begin(roi)
        self.finish(roi.id, text)
        return roi

    def remove(self, roi_id: int, text: str = "") -> None:
        """Delete one (undoable); unknown ids are ignored."""
        if roi_id in self._rois:
            self._push(text, roi_id, self._rois[roi_id], None)

    def clear(self, text: str = "") -> None:
        """Delete all, as one step of undo."""
        if self._rois:
            self.undo_stack.beginMacro(text)
            for roi_id in list(self._rois):
                self.remove(roi_id, text)
            self.undo_stack.endMacro()

    def preview(self, roi: Roi) -> None:
        """Show a changed shape while it is dragged; not a step of undo."""
        self._put(roi.id, roi)

    def begin(self, roi: Roi) -> Roi:
        """Start drawing a shape: shown and selected, not yet a step of undo; returns it with its new id."""
        roi = replace(roi, id=self._next)
        self._next += 1
        self._put(roi.id, roi)
        self.select(roi.id)
        return roi

    def finish(self, roi_id: int, text: str = "") -> None:
        """End drawing: now it is a step of undo."""
        if roi_id in self._rois:
            self._push(text, roi_id, None, self._rois[roi_id])

    def drop(self, roi_id: int) -> None:
        """Give up a shape being drawn."""
        self._put(roi_id, None)

    def commit(self, before: Roi, text: str = "") -> None:
        """End a drag that began with ``before``: one step of undo."""
        after = self._rois.get(before.id)
        if after is not None and after != before:
            self._push(text, before.id, before, after)

    def reset(self) -> None:
        """Forget everything (another series)."""
        self._rois.clear()
        self._selected = None
        self.undo_stack.clear()
        self.changed.emit()

    def _push(self, text: str, roi_id: int, before: Roi | None, after: Roi | None) -> None:
        self.undo_stack.push(_Change(self, text, roi_id, before, after))

    def _put(self, roi_id: int, roi: Roi | None) -> None:
        if roi is None:
            self._rois.pop(roi_id, None)
            if self._selected == roi_id:
                self._selected = None
        else:
            self._rois[roi_id] = roi
        self.changed.emit()


class _Change(QtGui.QUndoCommand):
    """One ROI from ``before`` to ``after`` (None = absent)."""

    def __init__(self, store: RoiStore, text: str, roi_id: int, before: Roi | None, after: Roi | None) -> None:
        super().__init__(text)
        self._store, self._id, self._before, self._after = store, roi_id, before, after

    def redo(self) -> None:
        self._store._put(self._id, self._after)

    def undo(self) -> None:
        self._store._put(self._id, self._before)
