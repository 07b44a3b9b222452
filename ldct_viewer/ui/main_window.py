"""The main window: puts the parts together; what they do lives in the controllers beside it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6 import QtCore, QtGui, QtWidgets

from .. import APP_NAME
from ..jobs.job import shut_down
from .denoising import Denoising
from .exporting import Exporting
from .keys import Keys
from .menus import build_actions, build_menus, refresh_icons
from .opening import Opening
from .pacs import Pacs
from .panels.message_bar import MessageBar
from .panels.series_picker import PickerPage, SeriesList
from .panels.status_bar import StatusBar
from .panels.tool_bar import ToolBar
from .panels.warnings import NotesPanel
from .panels.welcome import DropHint, Welcome, recent_label
from .settings import Settings
from .state import ViewState
from .theme import apply_theme
from .training import Training
from .viewing import Viewing
from .words import person

if TYPE_CHECKING:
    from .views.page import ComparePage


class MainWindow(QtWidgets.QMainWindow):
    """Menus, tool bar, pictures, docks and status line.

    ``unattended`` (screenshots): no questions; of several series the largest is opened.
    """

    def __init__(self, settings: Settings, *, unattended: bool = False) -> None:
        super().__init__()
        self.settings, self.unattended = settings, unattended
        self.setWindowTitle(APP_NAME)
        self.setAcceptDrops(True)
        self.setMinimumSize(900, 560)
        self.state = ViewState(self)
        self.page: ComparePage | None = None
        self._activities: dict[str, tuple[int, int, str, bool, bool]] = {}
        self._build_body()
        self.opening = Opening(self)
        self.viewing = Viewing(self)
        self.denoising = Denoising(self)
        self.exporting = Exporting(self)
        self.training = Training(self)
        self.pacs = Pacs(self)
        self.keys = Keys(self)
        self._build_docks()
        self.qactions = build_actions(self)
        menus = build_menus(self)
        self.recent_menu = menus["recent"]
        self.tool_bar = ToolBar(self.qactions, menus["Window presets"], self.state, settings.cine_rate)
        self.tool_bar.keep_preset_width(a.iconText() for name, a in self.qactions.items() if name.startswith("preset_"))
        self.addToolBar(self.tool_bar)
        self._connect()
        self.refresh_recent()
        self.viewing.refresh_actions()
        self.viewing.refresh_preset()
        self.refresh_enabled()
        self._restore_geometry()

    # -- building -----------------------------------------------------------------------------------
    def _build_body(self) -> None:
        self.messages = MessageBar()
        self.welcome = Welcome()
        self._stack = QtWidgets.QStackedWidget()
        self._stack.addWidget(self.welcome)
        body = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.messages)
        column.addWidget(self._stack, 1)
        self.setCentralWidget(body)
        self.status = StatusBar()
        self.setStatusBar(self.status)
        self._hint = DropHint(self)

    def _build_docks(self) -> None:
        self.picker_page = PickerPage(self.opening.model)
        self.picker = self.picker_page.list
        self.series_list = SeriesList(self.opening.model)
        self._stack.addWidget(self.picker_page)
        self.notes = NotesPanel()
        areas = QtCore.Qt.DockWidgetArea
        self.series_dock = self._dock(self.tr("Series"), self.series_list, areas.LeftDockWidgetArea)
        self.notes_dock = self._dock(self.tr("Notes"), self.notes, areas.RightDockWidgetArea)

    def _dock(self, title: str, widget: QtWidgets.QWidget, area: QtCore.Qt.DockWidgetArea) -> QtWidgets.QDockWidget:
        dock = QtWidgets.QDockWidget(title, self)
        dock.setObjectName(title)
        dock.setFeatures(QtWidgets.QDockWidget.DockWidgetFeature.DockWidgetClosable)
        dock.setWidget(widget)
        widget.setMinimumWidth(300)
        self.addDockWidget(area, dock)
        dock.hide()
        return dock

    def _connect(self) -> None:
        self.welcome.folderWanted.connect(self.opening.choose_folder)
        self.welcome.demoWanted.connect(self.opening.open_demo)
        self.welcome.recentWanted.connect(self.opening.open_recent)
        self.welcome.recentForgotten.connect(self.forget_recent)
        self.picker.opened.connect(self.opening.open_series)
        self.series_list.opened.connect(self.opening.open_series)
        self.status.pauseClicked.connect(self.denoising.toggle_pause)
        self.status.cancelClicked.connect(self.denoising.cancel)
        self.status.notesClicked.connect(self.opening.toggle_notes)
        self.status.archiveClicked.connect(self.pacs.show_queue)
        self.status.trainingClicked.connect(self.training.show)
        self.notes.countChanged.connect(self.status.set_notes)
        self.tool_bar.cineRateChanged.connect(self.viewing.set_cine_rate)
        self.series_dock.visibilityChanged.connect(self.qactions["show_series"].setChecked)
        self.notes_dock.visibilityChanged.connect(self.qactions["show_notes"].setChecked)
        self.opening.seriesUp.connect(self.denoising.warm_up)
        self.opening.seriesLoaded.connect(self.denoising.series_loaded)
        self.state.sessionChanged.connect(self.refresh_enabled)
        self.state.overlaysChanged.connect(self._privacy_changed)
        self.notes.set_anonymous(self.state.anonymous)  # as the settings had it
        QtGui.QGuiApplication.styleHints().colorSchemeChanged.connect(self._scheme_changed)

    def _restore_geometry(self) -> None:
        rect, maximized = self.settings.geometry()
        if rect is not None:
            self.setGeometry(rect)
        else:
            # First start: six views want all the room there is; "restore" then gives nine tenths of it.
            room = self.screen().availableGeometry()
            self.resize(round(room.width() * 0.9), round(room.height() * 0.9))
            maximized = not self.unattended
        if maximized:
            self.setWindowState(QtCore.Qt.WindowState.WindowMaximized)

    # -- what is in the middle ----------------------------------------------------------------------
    def make_page(self) -> ComparePage:
        """The compare page, made on first need (after the first paint)."""
        if self.page is None:
            from .views.page import ComparePage

            self.page = ComparePage(self.state)
            self._stack.addWidget(self.page)
            if hasattr(self.page, "contextMenuRequested"):
                self.page.contextMenuRequested.connect(self._context_menu)
        return self.page

    def show_page(self) -> None:
        """Show the pictures; keys go to them."""
        self._stack.setCurrentWidget(self.make_page())
        self.make_page().setFocus()

    def show_welcome(self) -> None:
        """Show the empty state."""
        self._stack.setCurrentWidget(self.welcome)
        self.series_dock.hide()
        self.refresh_title()

    def show_picker(self) -> None:
        """Several series: let the user choose in the middle of the window (unless one is open)."""
        if self.state.session is None:
            self.series_dock.hide()
            self._stack.setCurrentWidget(self.picker_page)
            first = next((i for i, s in enumerate(self.opening.model.series) if s.state != "blocked"), 0)
            self.picker.setCurrentIndex(self.opening.model.index(first))
            self.picker.setFocus()
        else:
            self.series_list.setFocus()

    def _context_menu(self, plane: str, side: str, where: QtCore.QPoint) -> None:
        from .menus import context_menu

        context_menu(self).popup(where)

    # -- facts shown in the frame ---------------------------------------------------------------------
    def refresh_title(self) -> None:
        """Title: patient and description of the open series; neither in anonymous mode."""
        session = self.state.session
        parts = [APP_NAME]
        if session is not None:
            meta = session.low.meta
            said = (person(meta.patient_name), meta.description or meta.study_description)
            # Descriptions are free text: PS3.15 takes them for identity, and sites do write names there.
            parts = [part for part in said if part and not self.state.anonymous] + parts
        self.setWindowTitle(" – ".join(parts))

    def refresh_recent(self) -> None:
        """Fill File ▸ Recent series and the empty state's list."""
        entries = self.settings.recent()
        hidden = self.state.anonymous
        self.welcome.set_recent(entries, hidden)
        menu = self.recent_menu
        menu.clear()
        menu.setEnabled(bool(entries) and not hidden)
        for entry in entries if not hidden else ():
            menu.addAction(recent_label(entry)).triggered.connect(lambda _=False, e=entry: self.opening.open_recent(e))
        menu.addSeparator()
        menu.addAction(self.tr("Clear this list")).triggered.connect(self.forget_recent)

    def forget_recent(self) -> None:
        """Empty the recent list."""
        self.settings.forget_recent()
        self.refresh_recent()

    def refresh_enabled(self) -> None:
        """Actions that need a series are grey without one."""
        from .actions import ACTIONS

        there = self.state.session is not None
        for spec in ACTIONS:
            if spec.needs_series:
                self.qactions[spec.id].setEnabled(there)

    def show_activity(
        self, source: str, done: int, total: int, text: str, *, pausable: bool = False, paused: bool = False
    ) -> None:
        """Progress of ``source`` ("open", "denoise", "export"); the most urgent one is seen."""
        if text:
            self._activities[source] = (done, total, text, pausable, paused)
        else:
            self._activities.pop(source, None)
        for name in ("export", "open", "denoise"):
            if name in self._activities:
                done, total, text, pausable, paused = self._activities[name]
                self.status.set_progress(done, total, text, pausable=pausable, paused=paused)
                break
        else:
            self.status.set_progress(0, 0, "")
        self.welcome.set_busy(self._activities["open"][2] if "open" in self._activities else "")

    def _privacy_changed(self) -> None:
        self.refresh_title()
        self.refresh_recent()
        self.opening.model.set_anonymous(self.state.anonymous)
        self.notes.set_anonymous(self.state.anonymous)

    # -- wishes ---------------------------------------------------------------------------------------
    def toggle_fullscreen(self) -> None:
        """Full screen and back."""
        self.setWindowState(self.windowState() ^ QtCore.Qt.WindowState.WindowFullScreen)
        self.qactions["fullscreen"].setChecked(self.isFullScreen())

    def set_theme(self, name: str) -> None:
        """Dark, light or like the system."""
        self.settings.theme = name
        self._retheme()

    def _scheme_changed(self) -> None:
        if self.settings.theme == "system":
            self._retheme()

    def _retheme(self) -> None:
        application = QtWidgets.QApplication.instance()
        assert isinstance(application, QtWidgets.QApplication)
        apply_theme(application, self.settings.theme)
        refresh_icons(self.qactions)
        for part in (self.welcome, self.status, self.messages, self.tool_bar):
            part.retheme()
        self.refresh_recent()
        self.qactions[f"theme_{self.settings.theme}"].setChecked(True)

    def set_language(self, name: str) -> None:
        """Remember the language; texts change at the next start."""
        self.settings.language = name
        self.qactions[f"language_{name}"].setChecked(True)
        self.messages.inform(self.tr("The language changes when LDCT Viewer is started again."))

    def show_shortcuts(self) -> None:
        """Help ▸ Shortcuts."""
        from .dialogs.shortcuts import ShortcutsDialog

        self._open_dialog(ShortcutsDialog(self))

    def show_about(self) -> None:
        """Help ▸ About."""
        from .dialogs.about import AboutDialog

        self._open_dialog(AboutDialog(self))

    def show_log(self) -> None:
        """Help ▸ Show log."""
        from ..log_file import log_path
        from .dialogs.log_view import LogDialog

        self._open_dialog(LogDialog(log_path(), self))

    def _open_dialog(self, dialog: QtWidgets.QDialog) -> None:
        dialog.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def showEvent(self, event: QtGui.QShowEvent) -> None:
        """The native window exists now: listen to its keys."""
        super().showEvent(event)
        self.keys.attach()

    # -- drag and drop, closing -------------------------------------------------------------------------
    def dragEnterEvent(self, event: QtGui.QDragEnterEvent) -> None:
        """Welcome files and folders."""
        if dropped_paths(event.mimeData()):
            event.acceptProposedAction()
            self._hint.cover()

    def dragLeaveEvent(self, event: QtGui.QDragLeaveEvent) -> None:
        """The veil goes."""
        self._hint.hide()

    def dropEvent(self, event: QtGui.QDropEvent) -> None:
        """Open what was dropped."""
        self._hint.hide()
        paths = dropped_paths(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self.opening.open_paths(paths)

    def closeEvent(self, event: QtGui.QCloseEvent) -> None:
        """Remember, end all work, go; a training goes on, is stopped, or keeps the window: that is asked."""
        if not self.unattended and not self.training.may_leave():
            event.ignore()
            return
        self.viewing.save()
        if not self.unattended:
            self.settings.save_geometry(self.normalGeometry(), self.isMaximized())
        self.hide()  # at once; a job may take a moment to stop
        self.opening.cancel()
        self.denoising.stop()
        shut_down()
        super().closeEvent(event)


def dropped_paths(data: QtCore.QMimeData) -> list[Path]:
    """Local files and folders of a drop."""
    urls: Iterable[QtCore.QUrl] = data.urls() if data.hasUrls() else ()
    return [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
