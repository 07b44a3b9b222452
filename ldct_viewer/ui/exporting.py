"""Taking results out of the window: picture to file or clipboard, denoised volume to NIfTI and the like."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6 import QtCore, QtGui, QtWidgets

from ..jobs.export_job import ExportJob, SavePictureJob
from ..jobs.job import JobSlot
from .panels.message_bar import Message
from .words import model_name, told

if TYPE_CHECKING:
    from ..denoise.model_file import ModelInfo
    from ..dicom.derive import ExportReport
    from ..volume import SeriesWarning
    from .dialogs.export_dicom import ExportDicomDialog
    from .main_window import MainWindow
    from .state import Session


class Exporting(QtCore.QObject):
    """Owns the jobs that write files."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._state, self._settings = window, window.state, window.settings
        self._send: tuple[str, str] | None = None  # archive to which the series being exported goes then, and its label
        self._picture, self._volume, self._dicom = JobSlot(self), JobSlot(self), JobSlot(self)
        for slot in (self._picture, self._volume, self._dicom):
            slot.failed.connect(window.messages.show_error)
        self._picture.done.connect(lambda path: self._written((path, ())))
        self._volume.done.connect(self._written)
        self._dicom.done.connect(self._series_written)
        for slot in (self._volume, self._dicom):
            slot.progress.connect(self._progress)
            slot.finished.connect(lambda: self._progress(0, 0, ""))

    def picture(self) -> QtGui.QImage | None:
        """What is seen: the views without the window's frame."""
        page = self._window.page
        if page is None or self._state.session is None:
            return None
        grabbed = page.grab_picture()
        return grabbed.toImage() if isinstance(grabbed, QtGui.QPixmap) else grabbed

    def save_picture(self) -> None:
        """Ask where, then save what is seen as PNG."""
        image = self.picture()
        if image is None:
            return
        path = self._ask(self.tr("Save picture"), self.suggested_name(".png"), self.tr("PNG picture (*.png)"))
        if path is not None:
            self.save_image(image, path)

    def save_image(self, image: QtGui.QImage, path: Path) -> None:
        """Write ``image`` to ``path`` in the background."""
        self._picture.start(SavePictureJob(image, path))

    def copy_picture(self) -> None:
        """Put what is seen on the clipboard."""
        image = self.picture()
        if image is not None:
            QtGui.QGuiApplication.clipboard().setImage(image)
            self._window.messages.inform(self.tr("Picture copied."))

    def export_volume(self) -> None:
        """Ask where, then write the denoised volume at the present strength."""
        session = self._finished_session()
        if session is None or session.denoised is None:
            return
        kinds = self.tr("NIfTI (*.nii.gz *.nii);;NRRD (*.nrrd);;MetaImage (*.mha)")
        path = self._ask(self.tr("Export denoised volume"), self.suggested_name(".nii.gz"), kinds)
        if path is not None:
            self._preparing()
            self._volume.start(ExportJob(session.low, session.denoised, self._state.strength, path))

    def export_dicom(self) -> None:
        """Ask where and how, then write the denoised volume as a derived DICOM series."""
        asked = self.ask_dicom([node.name for node in self._window.pacs.nodes()])
        if asked is None:
            return
        from ..jobs.dicom_export_job import DicomExportJob

        session, model, dialog = asked
        assert session.denoised is not None
        target, options, strength = dialog.folder(), dialog.options(), self._state.strength
        archive = dialog.archive()
        self._send = (archive, self._window.pacs.label(session, strength)) if archive else None
        self._preparing()
        self._dicom.start(DicomExportJob(session.low, session.denoised, strength, target, model, options))

    def ask_dicom(
        self, archives: list[str], archive: str = "", *, only_send: bool = False
    ) -> tuple[Session, ModelInfo, ExportDicomDialog] | None:
        """The finished session, its model and the dialog the user accepted; None where one is missing."""
        session, model = self._finished_session(), self._window.denoising.model_info
        if session is None or session.denoised is None or model is None:
            return None
        from .dialogs.export_dicom import ExportDicomDialog

        meta = session.low.meta
        dialog = ExportDicomDialog(
            self._window,
            Path(self._settings.folder or Path.home()),
            self.suggested_name(""),
            self._state.strength,
            model_name(model.name),
            meta.series_number,
            meta.description,
            archives=archives,
            archive=archive,
            only_send=only_send,
        )
        accepted = dialog.exec() == QtWidgets.QDialog.DialogCode.Accepted
        return (session, model, dialog) if accepted else None

    def _finished_session(self) -> Session | None:
        """The open session if all of it is denoised; otherwise says why not."""
        session = self._state.session
        if session is None or session.denoised_ready is None:
            coming = self._window.opening.busy or self._window.denoising.busy
            hint = self.tr("Wait until denoising is finished, then export.") if coming else self.tr("Press F5 first.")
            self._window.messages.inform(self.tr("This series is not denoised yet."), hint)
            return None
        if not session.denoised_ready.all():
            hint = self.tr("Wait until denoising is finished, then export.")
            self._window.messages.inform(self.tr("Not all slices are denoised yet."), hint)
            return None
        return session

    def suggested_name(self, ending: str) -> str:
        """A file name from the series description: never the patient's name."""
        session = self._state.session
        what = session.low.meta.description if session is not None and not self._state.anonymous else ""
        words = re.sub(r"[^\w.-]+", "_", what).strip("_.") or "ct"
        if ending == ".png":
            return f"{words}_slice{self._state.index('axial') + 1}{ending}"
        return f"{words}_denoised{round(self._state.strength * 100)}{ending}"

    def _ask(self, title: str, name: str, kinds: str) -> Path | None:
        start = str(Path(self._settings.folder or Path.home()) / name)
        chosen, _ = QtWidgets.QFileDialog.getSaveFileName(self._window, title, start, kinds)
        if not chosen:
            return None
        path = Path(chosen)
        return path if path.suffix else path.with_name(path.name + Path(name).suffix)

    def _preparing(self) -> None:
        """Said at once: headers are read and a library is loaded before the first slice is written."""
        self._window.show_activity("export", 0, 0, self.tr("Preparing the export…"))

    def _progress(self, done: int, total: int, _: str) -> None:
        text = self.tr("Writing {}/{}").format(done, total) if total else ""
        self._window.show_activity("export", done, total, text)

    def _series_written(self, report: ExportReport) -> None:
        text = self.tr("Saved {} slices in {}").format(len(report.files), report.folder.name)
        self._tell_saved(text, report.folder.parent, report.warnings)
        if self._send is not None:
            (archive, label), self._send = self._send, None
            self._window.pacs.send_files(report, archive, label)

    def _written(self, made: tuple[Path, Sequence[SeriesWarning]]) -> None:
        path, notes = made
        self._tell_saved(self.tr("Saved {}").format(path.name), path.parent, notes)

    def _tell_saved(self, text: str, folder: Path, notes: Sequence[SeriesWarning]) -> None:
        """What was written and where; with notes on it the message stays until it is closed."""
        if notes:
            hint = "\n".join([str(folder), *(told(note.message) for note in notes)])
            self._window.messages.show_message(Message(text, hint, severity="warning"))
        else:
            self._window.messages.inform(text, str(folder))
