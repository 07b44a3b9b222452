"""Denoising in the background: one job prepares the network, one runs it in the order the eye needs."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6 import QtCore

from ..volume import Volume
from .job import Job
from .preload import preload_torch

if TYPE_CHECKING:
    from ..denoise.engine import Denoiser
    from ..denoise.order import OrderQueue

log = logging.getLogger(__name__)


class PrepareJob(Job):
    """Import torch, load a model and put it on a device; ``done`` brings a ``Denoiser``.

    Run once after the first picture is up, so that the first denoised slice need not wait for torch.
    ``model`` is a model id or path, empty for the shipped default; ``device`` an id or ``"auto"``;
    ``shape`` the matrix (y, x) to get ready for.
    """

    def __init__(self, model: str, device: str, shape: tuple[int, int] = (512, 512)) -> None:
        super().__init__()
        self._model, self._device, self._shape = model, device, shape

    def work(self) -> Denoiser:
        """Load; the token is looked at between the steps."""
        started = time.monotonic()
        preload_torch(self.token)
        from ..denoise.engine import Denoiser
        from ..denoise.model_file import default_model, load_model

        self.token.check()
        model = load_model(self._model or default_model().id)
        self.token.check()
        denoiser = Denoiser(model, self._device)
        self.token.check()
        denoiser.warm_up(self._shape)
        log.info("network ready after %.2f s", time.monotonic() - started)
        return denoiser


class DenoiseJob(Job):
    """Run a denoiser over a volume, outward from the slice on screen.

    ``chunk`` brings lists of finished slices, ``progress`` (slices done, of all), ``notice`` words
    such as a fall-back to the CPU. The job owns ``out`` (int16, (z, y, x)).
    """

    notice = QtCore.Signal(str)

    def __init__(
        self, denoiser: Denoiser, volume: Volume, out: NDArray[np.int16], order: OrderQueue, focus: int
    ) -> None:
        super().__init__()
        self._denoiser, self._volume, self._out, self._order = denoiser, volume, out, order
        self._go = threading.Event()
        self._go.set()
        order.focus(focus)

    def refocus(self, k: int) -> None:
        """Go on outward from slice ``k`` (any thread)."""
        self._order.focus(k)

    def set_paused(self, paused: bool) -> None:
        """Hold or continue after the present batch (any thread)."""
        if paused:
            self._go.clear()
        else:
            self._go.set()

    @property
    def paused(self) -> bool:
        """True while held."""
        return not self._go.is_set()

    def cancel(self) -> None:
        """Stop; a held job is woken to do so."""
        super().cancel()
        self._go.set()

    def work(self) -> Any:
        """Denoise all slices."""
        total, done = self._volume.shape[0], [0]

        def on_slices(slices: list[int]) -> None:
            done[0] += len(slices)
            self.chunk.emit([int(k) for k in slices])
            self.progress.emit(done[0], total, "")

        self._denoiser.on_notice = self.notice.emit
        self._denoiser.run(self._volume, self._order, self._out, on_slices=on_slices, cancel=self.token, pause=self._go)
        return done[0]
