"""From a drop to a picture: scan, choose, read; recent list; previous and next series."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6 import QtCore, QtWidgets

from ..errors import LdctError, OpenError
from ..jobs.job import JobSlot
from ..jobs.open_jobs import DemoJob, LoadJob, Opened, ReaderJob, ScanJob, Thumbnail, ThumbnailJob
from ..volume import SeriesWarning, Volume
from .panels.message_bar import Message
from .panels.series_picker import SeriesModel
from .state import Session
from .viewing import initial_window
from .words import told

if TYPE_CHECKING:
    from ..dicom.series import FoundSeries, Ignored
    from .main_window import MainWindow

log = logging.getLogger(__name__)

# Notes that do not change how the pictures must be read: shown behind the badge only.
QUIET = {
    "duplicates", "charset_undeclared", "wrong_syntax", "no_preamble", "blank_uid", "rounded", "clipped",
}  # fmt: skip


class Opening(QtCore.QObject):
    """Owns the scan, load, thumbnail and demo jobs."""

    seriesUp = QtCore.Signal()  # first slice of a series is on screen
    seriesLoaded = QtCore.Signal()  # all of it is in memory
    settled = QtCore.Signal(bool)  # nothing more will be opened; False where it failed

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._state, self._settings = window, window.state, window.settings
        self.model = SeriesModel(self)
        self._paths: tuple[Path, ...] = ()
        self._pending: Session | None = None
        self._prefer: Path | None = None
        self._denoised_before = False  # the series being read is the work of a network already
        self._scan, self._load, self._thumbs, self._demo = (JobSlot(self) for _ in range(4))
        self._scan.progress.connect(self._scan_progress)
        self._scan.done.connect(self._scanned)
        self._scan.failed.connect(self._failed)
        self._load.chunk.connect(self._load_chunk)
        self._load.progress.connect(self._load_progress)
        self._load.done.connect(self._loaded)
        self._load.failed.connect(self._failed)
        self._thumbs.chunk.connect(self._thumbnail)
        self._demo.progress.connect(self._demo_progress)
        self._demo.done.connect(self._demo_made)
        self._demo.failed.connect(self._failed)

    def warm_up(self) -> None:
        """Import the readers while nothing else is going on."""
        ReaderJob().start()

    # -- wishes -------------------------------------------------------------------------------------
    def choose_folder(self) -> None:
        """Ask for a folder."""
        title = self.tr("Open a folder with CT images")
        chosen = QtWidgets.QFileDialog.getExistingDirectory(self._window, title, self._settings.folder)
        if chosen:
            self._settings.folder = chosen
            self.open_paths([Path(chosen)])

    def choose_files(self) -> None:
        """Ask for files."""
        title = self.tr("Open CT files")
        kinds = self.tr("CT images (*.dcm *.DCM *.zip *.nii *.nii.gz *.nrrd *.nhdr *.mha *.mhd);;All files (*)")
        chosen, _ = QtWidgets.QFileDialog.getOpenFileNames(self._window, title, self._settings.folder, kinds)
        if chosen:
            self._settings.folder = os.path.dirname(chosen[0])
            self.open_paths([Path(p) for p in chosen])

    def open_recent(self, entry: tuple[Path, ...]) -> None:
        """Open what was open before; what has gone is said and leaves the list."""
        if not any(path.exists() for path in entry):
            self._settings.forget_recent(entry)
            self._window.refresh_recent()
            self._failed(
                OpenError(
                    self.tr("“{}” is no longer there.").format(entry[0].name),
                    self.tr("It was moved, deleted, or its disk is not connected. The entry left the list."),
                    entry[0],
                    "missing",
                )
            )
            return
        self.open_paths(entry)

    def open_paths(self, paths: Iterable[Path], *, remember: bool = True, prefer: Path | None = None) -> None:
        """Find what lies below ``paths`` and open it; ``prefer``: the folder of the series to open at once."""
        paths = list(paths)
        self.cancel()
        self._paths = tuple(Path(os.path.abspath(p)) for p in paths) if remember else ()
        self._prefer = prefer
        self._window.messages.clear()
        self._say(0, 0, self.tr("Looking for CT series…"))
        self._scan.start(ScanJob(paths))

    def open_demo(self) -> None:
        """Open the embedded phantom."""
        self.cancel()
        self._window.messages.clear()
        self._say(0, 0, self.tr("Preparing the demo…"))
        self._demo.start(DemoJob())

    def cancel(self) -> None:
        """Stop scanning, reading and making the demo; what is on screen stays."""
        for slot in (self._scan, self._load, self._thumbs, self._demo):
            slot.cancel()
        self._say(0, 0, "")

    @property
    def busy(self) -> bool:
        """Scanning, reading or making the demo."""
        return self._scan.busy or self._load.busy or self._demo.busy

    def close_series(self) -> None:
        """Back to the empty window."""
        self.cancel()
        self.model.set_series(())
        self._state.open(None)
        self._window.notes.set_notes(())
        self._window.notes.set_ignored(())
        self._window.show_welcome()

    def step_series(self, by: int) -> None:
        """Previous or next series that can be opened."""
        count = len(self.model.series)
        row = self.model.current
        for _ in range(count):
            row = (row + by) % count
            if self.model.series[row].state != "blocked":
                break
        if count and row != self.model.current:
            self.open_series(row)

    def toggle_series(self) -> None:
        """Show or hide the series list."""
        dock = self._window.series_dock
        dock.setVisible(not dock.isVisible())

    def toggle_notes(self) -> None:
        """Show or hide the notes."""
        dock = self._window.notes_dock
        dock.setVisible(not dock.isVisible())

    # -- scan -----------------------------------------------------------------------------------------
    def _scan_progress(self, done: int, total: int, _: str) -> None:
        self._say(done, total, self.tr("Looking through {} files…").format(total or done))

    def _scanned(self, result: Any) -> None:
        self._say(0, 0, "")
        self._window.notes.set_ignored(result.ignored)
        usable = [i for i, found in enumerate(result.series) if found.state != "blocked"]
        if not usable:
            self._nothing_found(result)
            return
        if self._paths and not self._window.state.anonymous:  # names of folders are names of people
            self._settings.add_recent(self._paths)
            self._window.refresh_recent()
        self.model.set_anonymous(self._window.state.anonymous)
        self.model.set_series(tuple(result.series))
        self._thumbs.start(ThumbnailJob(result.series))
        preferred = [i for i in usable if self._prefer and result.series[i].files[0].parent == self._prefer]
        self._window.series_dock.setVisible(len(result.series) > 1 and not preferred)
        self._tell_rejected(result.ignored)
        if len(usable) == 1 or preferred or self._window.unattended:
            self.open_series(preferred[0] if preferred else max(usable, key=lambda i: result.series[i].shape[0]))
        else:
            if self._state.session is not None and not self._window.messages.messages:
                hint = self.tr("Double-click one in the list on the left to open it.")
                self._window.messages.inform(self.tr("{} CT series found.").format(len(usable)), hint)
            self._window.show_picker()

    def _nothing_found(self, result: Any) -> None:
        blocked = [w for found in result.series for w in found.warnings]
        where = self._paths[0] if self._paths else None
        reasons = sorted({told(ignored.reason).removesuffix(".") for ignored in result.ignored})
        if blocked:
            error = OpenError(told(blocked[0].message), self.tr("The series was left closed."), where, blocked[0].code)
        elif not result.ignored:
            error = OpenError(
                self.tr("There are no files here."), self.tr("Choose the folder that holds the images."), where, "empty"
            )
        else:
            error = OpenError(
                self.tr("No CT series was found among {} file(s).").format(len(result.ignored)),
                self.tr("Most were: {}. The notes (F10) list every file.").format("; ".join(reasons[:2])),
                where,
                "no_ct",
            )
        self._failed(error)

    # -- read -----------------------------------------------------------------------------------------
    def open_series(self, row: int) -> None:
        """Read series ``row`` of the list and show it."""
        found = self.model.series[row]
        if found.state == "blocked":
            first = found.warnings[0] if found.warnings else None
            self._failed(
                OpenError(
                    told(first.message) if first else self.tr("This series cannot be opened."),
                    "",
                    None,
                    first.code if first else "blocked",
                )
            )
            return
        self._load.cancel()
        self._denoised_before = _made_by_ai(found)
        self.model.set_current(row)
        self._window.notes.set_notes(found.warnings)
        self._say(0, 0, self.tr("Reading…"))
        self._load.start(LoadJob(found))

    def _load_chunk(self, part: object) -> None:
        if isinstance(part, Opened):
            self._pending = Session.of(part.volume, complete=False)
            return
        assert isinstance(part, list)
        if self._pending is not None:
            session, self._pending = self._pending, None
            session.loaded[part] = True
            self._show(session)
        elif self._state.session is not None:
            self._state.session.loaded[part] = True
            self._state.announce(part)

    def _show(self, session: Session) -> None:
        session.denoised_before = self._denoised_before
        self._window.show_page()
        self._window.viewing.show_window(initial_window(session))
        self._state.open(session)
        self._window.refresh_title()
        self.seriesUp.emit()

    def _load_progress(self, done: int, total: int, _: str) -> None:
        self._say(done, total, self.tr("Reading {}/{}").format(done, total))

    def _loaded(self, volume: Volume) -> None:
        session = self._state.session
        if session is None or session.low.hu is not volume.hu:
            self._show(Session.of(volume, complete=True))  # slices were left out: fewer than announced
        else:
            session.low = volume  # the same voxels; padding and notes are known now
            missing = [int(k) for k in (~session.loaded).nonzero()[0]]
            session.loaded[:] = True
            if missing:
                self._state.announce(missing)
        self._window.notes.set_notes(volume.warnings)
        self._tell_notes(volume.warnings)
        if self._denoised_before:
            hint = self.tr("It is shown as it is and not denoised again; F5 does it all the same.")
            text = self.tr("This series was denoised by AI already.")
            self._window.messages.show_message(Message(text, hint, "", "warning", "denoised_before"))
        self._say(0, 0, "")
        self.seriesLoaded.emit()
        self.settled.emit(True)

    def _thumbnail(self, thumbnail: Thumbnail) -> None:
        self.model.set_thumbnail(thumbnail.index, thumbnail.hu)

    # -- demo -----------------------------------------------------------------------------------------
    def _demo_progress(self, done: int, total: int, _: str) -> None:
        self._say(done, total, self.tr("Making the demo scan…"))

    def _demo_made(self, demo: Any) -> None:
        self.open_paths([demo.low, demo.full], remember=False, prefer=demo.low)

    # -- facts ----------------------------------------------------------------------------------------
    def _failed(self, error: LdctError) -> None:
        log.warning("opening failed: %s", error.code)
        self._say(0, 0, "")
        self._pending = None
        self._window.messages.show_error(error)
        self.settled.emit(False)

    def _tell_notes(self, notes: tuple[SeriesWarning, ...]) -> None:
        """What changes how the pictures must be read is said aloud; the rest waits behind the badge."""
        loud = [note for note in notes if note.code not in QUIET]
        if loud:
            more = len(notes) - 1
            hint = self.tr("{} more note(s): F10.").format(more) if more else self.tr("Notes: F10.")
            path = loud[0].files[0] if len(loud[0].files) == 1 else ""
            self._window.messages.show_message(Message(told(loud[0].message), hint, path, "warning", loud[0].code))

    def _tell_rejected(self, ignored: tuple[Ignored, ...]) -> None:
        """Files that should have been images and could not be used: name the first, say what to do."""
        bad = [entry for entry in ignored if entry.kind == "rejected"]
        if bad:
            first = bad[0]
            text = told(first.reason)
            if len(bad) > 1:
                text = self.tr("{} files could not be used. The first: {}").format(len(bad), text)
            self._window.messages.show_message(Message(text, told(first.hint), str(first.path), "warning", first.code))

    def _say(self, done: int, total: int, text: str) -> None:
        self._window.show_activity("open", done, total, text)


def _made_by_ai(found: FoundSeries) -> bool:
    """True for a series that this program denoised and exported (Image Type, as ``dicom.provenance`` writes it)."""
    from ..dicom.provenance import AI_DENOISED

    return AI_DENOISED in found.image_type
