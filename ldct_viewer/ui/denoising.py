"""The network beside the window: prepare it once, run it on the open series, say how far it is."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from ..errors import LdctError, ModelError
from ..jobs.denoise_job import DenoiseJob, PrepareJob
from ..jobs.job import JobSlot
from .words import model_name, told

if TYPE_CHECKING:
    from ..denoise.model_file import ModelInfo
    from .main_window import MainWindow
    from .state import Session

log = logging.getLogger(__name__)

# Fresh slices are announced to the views at most this often: each announcement repaints coronal and sagittal.
ANNOUNCE_MS = 120


class Denoising(QtCore.QObject):
    """Owns the prepare and denoise jobs; ``finished`` when the open series is done (or cannot be)."""

    finished = QtCore.Signal(bool)

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._state, self._settings = window, window.state, window.settings
        self._prepare, self._run = JobSlot(self), JobSlot(self)
        self._denoiser: Any = None
        self._wanted = False
        self._file = ""  # a model file loaded by hand: it stays in the menu beside those that are installed
        self._refused = ""
        self._clock = _Clock()
        self._fresh: list[int] = []
        self._announce = QtCore.QTimer(self, singleShot=True, interval=ANNOUNCE_MS)
        self._announce.timeout.connect(self._flush)
        self._prepare.done.connect(self._prepared)
        self._prepare.failed.connect(self._not_prepared)
        self._run.chunk.connect(self._chunk)
        self._run.progress.connect(self._progress)
        self._run.done.connect(self._done)
        self._run.failed.connect(self._failed)
        self._state.positionChanged.connect(self._refocus)
        self._state.sessionChanged.connect(self._forget_run)

    # -- wishes -------------------------------------------------------------------------------------
    def warm_up(self) -> None:
        """Prepare the network (once), while the first series is still being read."""
        if self._denoiser is None and not self._prepare.busy and self._settings.auto_denoise:
            self._prepare.start(self._prepare_job())

    def series_loaded(self) -> None:
        """A series is complete: denoise it if the user lets us; what a network made only where nobody can ask."""
        session = self._state.session
        again = session is not None and session.denoised_before and not self._window.unattended
        if self._settings.auto_denoise and not again:
            self.restart()

    def restart(self) -> None:
        """Denoise the open series from the start."""
        self._stop_run()
        session = self._state.session
        if session is None or not session.loaded.all():
            return
        self._wanted = True
        if self._denoiser is not None:
            self._begin(session)
        elif not self._prepare.busy:
            self._say(0, 0, self.tr("Preparing the network…"))
            self._prepare.start(self._prepare_job())
        else:
            self._say(0, 0, self.tr("Preparing the network…"))

    @property
    def busy(self) -> bool:
        """Denoising the open series, or about to."""
        return self._wanted or self._run.busy

    def cancel(self) -> None:
        """Esc: stop opening if that is going on, else stop denoising."""
        if self._window.opening.busy:
            self._window.opening.cancel()
            return
        if self.busy:  # one Esc too many for a dialog must not go unnoticed
            self._window.messages.inform(self.tr("Denoising was stopped."), self.tr("F5 starts it again."))
        self._stop_run()

    def stop(self) -> None:
        """End all work (the window closes)."""
        self._prepare.cancel()
        self._stop_run()

    def toggle_pause(self) -> None:
        """Hold or go on."""
        job = self._run.job
        if isinstance(job, DenoiseJob):
            job.set_paused(not job.paused)
            self._clock.set_paused(job.paused)
            self._progress(self._clock.done, self._clock.total, "")
        self._window.qactions["denoise_pause"].setChecked(isinstance(job, DenoiseJob) and job.paused)

    def toggle_auto(self) -> None:
        """Whether a series is denoised as soon as it is open."""
        self._settings.auto_denoise = not self._settings.auto_denoise
        self._window.qactions["denoise_auto"].setChecked(self._settings.auto_denoise)

    def choose_model_file(self) -> None:
        """Ask for a model file and use it."""
        title = self.tr("Load a model")
        kinds = self.tr("Models (*.safetensors)")
        chosen, _ = QtWidgets.QFileDialog.getOpenFileName(self._window, title, self._settings.folder, kinds)
        if chosen:
            self._file = chosen
            self.set_model(chosen)

    def set_model(self, model: str) -> None:
        """Use the model with this id or path; the open series is denoised anew.

        A strength that stands where the model before recommended it goes where this one does.
        """
        from ..denoise.model_file import recommended_strength

        untouched = self._state.strength == recommended_strength(self._settings.model)
        self._settings.model = model
        if untouched:
            self._state.set_strength(recommended_strength(model))
        self._renew()

    def set_device(self, device: str) -> None:
        """Compute on ``device`` ("auto", "cpu", "cuda:0", "mps"); the open series is denoised anew."""
        self._settings.device = device
        self._renew()

    def _renew(self) -> None:
        self._denoiser = None
        self._refused = ""
        self._prepare.cancel()
        self.restart()
        self.warm_up()

    @property
    def model_info(self) -> ModelInfo | None:
        """Card of the network that made the present result, None before one is ready."""
        return None if self._denoiser is None else self._denoiser.model.info

    # -- menus --------------------------------------------------------------------------------------
    def fill_models(self, menu: QtWidgets.QMenu) -> None:
        """List the models (cards only: cheap), a model file loaded by hand below them; the one in use is ticked."""
        from ..denoise.model_file import list_models

        menu.clear()
        group = QtGui.QActionGroup(menu)
        models = list_models()
        used = self._used(models)
        for info in models:
            self._entry(menu, group, (model_name(info.name), info.id), used == info.id, self.set_model)
        listed = {"", *(info.id for info in models), *(str(info.path) for info in models)}
        files = [file for file in dict.fromkeys((self._file, used)) if file not in listed]
        if files:
            menu.addSeparator()
        for file in files:
            self._entry(menu, group, (self._file_name(file), file), used == file, self.set_model)

    def _used(self, models: list[ModelInfo]) -> str:
        """Id, or file as it was chosen, of the model that denoises now or as soon as a series is open."""
        from ..denoise.model_file import default_model

        wish = self._settings.model
        if not wish:
            return default_model().id if models else ""
        return next((info.id for info in models if wish in (info.id, str(info.path))), wish)

    def _file_name(self, file: str) -> str:
        """A model file in the menu: its card's name and its own, for a copy of a shipped model is called the same."""
        from ..denoise.model_file import find_model

        try:
            name = model_name(find_model(file).name)
        except ModelError:  # its card is gone or damaged
            name = ""
        refused = not name or file == self._refused
        name = f"{name} ({Path(file).name})" if name else Path(file).name
        return self.tr("{} – cannot be used").format(name) if refused else name

    def fill_devices(self, menu: QtWidgets.QMenu) -> None:
        """List automatic and what torch finds; torch is only asked once it is in memory."""
        menu.clear()
        group = QtGui.QActionGroup(menu)
        names = [("auto", self.tr("Automatic"))]
        if self._denoiser is not None:
            from ..denoise.engine import list_devices

            names += [(device.id, device.name) for device in list_devices()]
        else:
            names += [("cpu", "CPU")]
        for device, name in names:
            self._entry(menu, group, (told(name), device), device == self._settings.device, self.set_device)

    @staticmethod
    def _entry(
        menu: QtWidgets.QMenu, group: QtGui.QActionGroup, names: tuple[str, str], checked: bool, act: Any
    ) -> None:
        text, value = names
        action = QtGui.QAction(text.replace("&", "&&"), menu, checkable=True, checked=checked)
        action.triggered.connect(lambda: act(value))
        group.addAction(action)
        menu.addAction(action)

    # -- the run ------------------------------------------------------------------------------------
    def _prepare_job(self) -> PrepareJob:
        session = self._state.session
        shape = session.low.shape[1:] if session is not None else (512, 512)
        return PrepareJob(self._settings.model, self._settings.device, shape)

    def _prepared(self, denoiser: Any) -> None:
        self._denoiser = denoiser
        self._window.status.set_device(str(denoiser.device.name))
        self._window.status.set_model(str(denoiser.model.info.name))
        session = self._state.session
        if self._wanted and session is not None and session.loaded.all():
            self._begin(session)

    def _begin(self, session: Session) -> None:
        from ..denoise.order import OrderQueue

        self._wanted = False
        count = session.low.shape[0]
        session.denoised = np.zeros(session.low.shape, dtype=np.int16)
        session.denoised_ready = np.zeros(count, dtype=bool)
        self._clock.start(count)
        self._say(0, count, self.tr("Denoising {}/{}").format(0, count))
        self._state.announce(list(range(count)))
        job = DenoiseJob(self._denoiser, session.low, session.denoised, OrderQueue(count), self._focus())
        job.notice.connect(self._notice)
        self._run.start(job)

    def _focus(self) -> int:
        return round(self._state.position[0])

    def _refocus(self) -> None:
        if isinstance(self._run.job, DenoiseJob):
            self._run.job.refocus(self._focus())

    def _forget_run(self) -> None:
        """Another series: what was finished of the old one is nobody's news any more."""
        self._fresh = []
        self._stop_run()

    def _stop_run(self) -> None:
        self._wanted = False
        was_busy = self._run.busy
        self._run.cancel()
        self._flush()
        self._say(0, 0, "")
        self._window.qactions["denoise_pause"].setChecked(False)
        if was_busy:
            log.info("denoising stopped")

    def _chunk(self, slices: list[int]) -> None:
        session = self._state.session
        if session is None or session.denoised_ready is None:
            return
        session.denoised_ready[slices] = True
        self._fresh += slices
        if self._focus() in slices:
            self._flush()  # what the eye is on comes at once
        elif not self._announce.isActive():
            self._announce.start()

    def _flush(self) -> None:
        fresh, self._fresh = self._fresh, []
        if fresh and self._state.session is not None:
            self._state.announce(fresh)

    def _progress(self, done: int, total: int, _: str) -> None:
        self._clock.done = done
        if isinstance(self._run.job, DenoiseJob) and self._run.job.paused:
            text = self.tr("Paused at {}/{}").format(done, total)
        else:
            left = self._clock.left_s()
            text = self.tr("Denoising {}/{}").format(done, total)
            if left is not None:
                text += " · " + self.tr("{} s left").format(max(1, round(left)))
        self._say(done, total, text)

    def _done(self, _: object) -> None:
        self._flush()
        self._say(0, 0, "")
        log.info("denoised %d slices in %.1f s", self._clock.total, self._clock.elapsed_s())
        self._window.refresh_enabled()
        self.finished.emit(True)

    def _not_prepared(self, error: LdctError) -> None:
        if isinstance(error, ModelError):
            self._refused = self._settings.model
        self._window.status.set_model("")  # none is in use
        self._failed(error)

    def _failed(self, error: LdctError) -> None:
        self._wanted = False
        self._flush()
        self._say(0, 0, "")
        self._window.messages.show_error(error)
        self.finished.emit(False)

    @QtCore.Slot(str)
    def _notice(self, text: str) -> None:
        self._window.messages.inform(told(text))
        if self._denoiser is not None:
            self._window.status.set_device(str(self._denoiser.device.name))

    def _say(self, done: int, total: int, text: str) -> None:
        job = self._run.job
        paused = isinstance(job, DenoiseJob) and job.paused
        self._window.show_activity("denoise", done, total, text, pausable=total > 0, paused=paused)


class _Clock:
    """Remaining time from the pace so far, pauses left out."""

    def __init__(self) -> None:
        self.done = self.total = 0
        self._since = self._held = 0.0
        self._paused_at: float | None = None

    def start(self, total: int) -> None:
        self.done, self.total = 0, total
        self._since, self._held, self._paused_at = time.monotonic(), 0.0, None

    def set_paused(self, paused: bool) -> None:
        now = time.monotonic()
        if paused:
            self._paused_at = now
        elif self._paused_at is not None:
            self._held += now - self._paused_at
            self._paused_at = None

    def elapsed_s(self) -> float:
        return time.monotonic() - self._since - self._held

    def left_s(self) -> float | None:
        if self.done < 2:
            return None
        return self.elapsed_s() / self.done * (self.total - self.done)
