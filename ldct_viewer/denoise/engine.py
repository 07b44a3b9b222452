"""Runs a network over a volume: which device, how many slices at once, in which order, and how to stop."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..blend import blend
from ..cancel import NEVER, CancelToken, Progress, no_progress
from ..errors import DeviceError
from ..volume import AIR_HU, Volume
from . import THICK_MM
from .device import Device, choose_device, list_devices
from .model_file import Model, load_model
from .noise_level import estimate_sigma
from .order import FixedOrder, OrderQueue

if TYPE_CHECKING:
    from .runners import Runner

__all__ = ["Denoiser", "Device", "blend", "choose_device", "interactive_threads", "list_devices"]

log = logging.getLogger(__name__)


def interactive_threads() -> int:
    """CPU threads while someone is looking.

    On Linux all cores: jobs run at lower priority there, so the window still goes first (measured on two cores:
    longest stall 36 ms while scrolling). Elsewhere one core is left to the window.
    """
    cores = os.cpu_count() or 1
    return cores if sys.platform.startswith("linux") else max(1, cores - 1)


class Denoiser:
    """A model on a device. One run at a time; may be used from any one thread.

    ``threads``: slices denoised side by side on the CPU, one core each (default: :func:`interactive_threads`;
    :meth:`denoise`, which has no window to keep lively, takes all); on a GPU, at most so many make batches ready.
    ``on_notice`` hears, in the running thread, what the user should know ("… continuing on the CPU").
    """

    def __init__(
        self,
        model: Model | str,
        device: str | Device = "auto",
        *,
        threads: int | None = None,
        on_notice: Callable[[str], None] | None = None,
    ) -> None:
        self.model = load_model(model) if isinstance(model, str) else model
        self.device = device if isinstance(device, Device) else choose_device(device)
        self.threads = threads
        self.on_notice = on_notice or log.warning
        self._place(self.device)

    def _place(self, device: Device) -> None:
        from .runners import runner_for

        self.device = device
        self._runner: Runner = runner_for(self.model.net, device)
        self._dtype = self._runner.dtype

    def warm_up(self, shape: tuple[int, int] = (512, 512)) -> None:
        """Let the libraries choose and pack their kernels for this matrix size; the first slice is then fast.

        A card whose memory others have taken is found out here: the CPU takes over.
        """
        _one_thread()
        while not self._warmed_up(shape):
            self._make_room(1, shape)

    def _warmed_up(self, shape: tuple[int, int]) -> bool:
        try:
            empty = self._runner.host(1, shape)
            empty[...] = 0
            self._runner.run(empty, [0.0])
        except RuntimeError as error:
            if not _memory_ran_out(self._runner, error):
                raise
            return False
        return True

    def run(
        self,
        volume: Volume,
        order: OrderQueue | Iterable[int],
        out: NDArray[np.int16],
        *,
        on_slices: Callable[[list[int]], None] = lambda slices: None,
        cancel: CancelToken = NEVER,
        pause: threading.Event | None = None,
    ) -> None:
        """Denoise slices of ``volume`` into ``out`` (int16 HU, (z, y, x)) in the order asked for.

        ``on_slices([k, …])`` follows each finished batch. ``pause``: the run holds while this event is
        *not* set. Raises Cancelled; slices already reported stay valid. Runs in the caller's thread.
        """
        from .runners import SLOTS

        if out.shape != volume.hu.shape or out.dtype != np.int16:
            raise ValueError("out must be int16 and have the volume's shape")
        queue = order if isinstance(order, OrderQueue) else FixedOrder(order, len(out))
        threads, shape = self.threads or interactive_threads(), (out.shape[1], out.shape[2])
        polite = self.threads is None
        with ThreadPoolExecutor(threads + SLOTS, "denoise", initializer=_worker, initargs=(polite,)) as pool:
            busy: dict[Future[bool], tuple[Runner, list[int]]] = {}
            begun = self._runner.most == 1  # else the slice being looked at goes alone, before whole batches
            while True:
                cancel.check()  # what is under way ends on its own and is not reported
                ready, runner = pause is None or pause.is_set(), self._runner  # the CPU may have taken over
                size, free = (runner.batch(shape), runner.workers(threads)) if begun else (1, 1)
                while ready and len(busy) < free and (slices := queue.next(size)):
                    busy[pool.submit(self._try, runner, volume, slices, out, cancel)] = runner, slices
                if not busy:
                    if queue.finished():
                        return
                    if pause is not None:
                        pause.wait(0.05)
                    continue
                for future in wait(busy, 0.2, FIRST_COMPLETED).done:
                    runner, slices = busy.pop(future)
                    if future.result():
                        begun = True
                        queue.mark_done(slices)
                        on_slices(slices)
                    else:
                        queue.give_back(slices)
                        if runner is self._runner:
                            self._make_room(len(slices), shape)

    def denoise(
        self,
        volume: Volume,
        strength: float = 1.0,
        progress: Progress = no_progress,
        cancel: CancelToken = NEVER,
    ) -> NDArray[np.int16]:
        """The whole volume, int16 HU, blended with the input by ``strength`` (0 … 1); no window needed."""
        if not 0.0 <= strength <= 1.0:
            raise ValueError("strength must lie between 0 and 1")
        out = np.empty_like(volume.hu)
        done = [0]

        def on_slices(slices: list[int]) -> None:
            for k in slices:
                out[k] = blend(volume.hu[k], out[k], strength)
            done[0] += len(slices)
            progress(done[0], len(out))

        before, self.threads = self.threads, self.threads or os.cpu_count() or 1
        try:
            self.run(volume, range(len(out)), out, on_slices=on_slices, cancel=cancel)
        finally:
            self.threads = before
        return out

    def _try(
        self, runner: Runner, volume: Volume, slices: list[int], out: NDArray[np.int16], cancel: CancelToken
    ) -> bool:
        """Denoise one batch; False when memory ran out and a smaller batch or the CPU is to try again."""
        try:
            _batch_into(runner, volume, slices, out, cancel)
        except RuntimeError as error:  # torch.cuda.OutOfMemoryError is one
            if _memory_ran_out(runner, error):
                return False
            raise DeviceError(
                f"Denoising on {runner.device} failed: {error}", "Choose another device.", code="device_failed"
            ) from error
        return True

    def _make_room(self, size: int, shape: tuple[int, int]) -> None:
        """A batch of ``size`` slices (y, x) did not fit into the device's memory: take less at a time, or the CPU."""
        before, name = self._runner.batch(shape), self.device.name
        if not self._runner.shrink(size):
            self._place(choose_device("cpu"))
            self.on_notice(f"{name} is out of memory: denoising continues on the CPU.")
        elif (now := self._runner.batch(shape)) < before:
            self.on_notice(f"{name} is short of memory: slices are denoised {now} at a time now.")


def _memory_ran_out(runner: Runner, error: RuntimeError) -> bool:
    """Whether ``error`` is the device's: torch's words, or those of cuDNN and cuBLAS (…_STATUS_ALLOC_FAILED)."""
    told = str(error).lower()
    return runner.device.kind != "cpu" and ("out of memory" in told or "alloc_failed" in told)


def _batch_into(runner: Runner, volume: Volume, slices: list[int], out: NDArray[np.int16], cancel: CancelToken) -> None:
    """Denoise ``slices`` of ``volume`` into ``out``, padding left as it is."""
    hu = volume.hu
    picked = runner.host(len(slices), (hu.shape[1], hu.shape[2]))
    for n, k in enumerate(slices):
        picked[n] = _neighbourhood(volume, k)
    sigma = [estimate_sigma(hu[k]) for k in slices]
    for k, result in zip(slices, runner.run(picked, sigma, cancel), strict=True):
        out[k] = result
        if volume.padding is not None:
            np.copyto(out[k], hu[k], where=volume.padding[k])


def _one_thread() -> None:
    """Slices run side by side, each on one thread: no barriers, so a busy machine only slows in proportion.

    (Two OpenMP threads in one slice: 37 → 900 ms as soon as another process wanted a core.)
    """
    import torch

    torch.set_num_threads(1)


def _worker(polite: bool) -> None:
    """One thread of the pool; ``polite``: the window's threads go first wherever the two compete."""
    _one_thread()
    if polite and hasattr(os, "setpriority") and sys.platform == "linux":  # there a thread has its own priority
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 5)


def _neighbourhood(volume: Volume, k: int) -> NDArray[np.int16]:
    """Slices k − 1, k, k + 1 (int16, (3, y, x)); the middle one stands in for what is missing or too far."""
    hu, geometry = volume.hu, volume.geometry
    near = []
    for n in (k - 1, k, k + 1):
        inside = 0 <= n < len(hu)
        far = inside and abs(geometry.slice_position_mm(n) - geometry.slice_position_mm(k)) > THICK_MM
        near.append(n if inside and not far else k)
    picked: NDArray[Any] = hu[near]
    if volume.padding is not None:
        picked[volume.padding[near]] = AIR_HU
    return picked
