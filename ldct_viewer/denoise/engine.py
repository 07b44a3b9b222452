"""Runs a network over a volume: which device, how many slices at once, in which order, and how to stop."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..blend import blend
from ..cancel import NEVER, CancelToken, Progress, no_progress
from ..errors import DeviceError
from ..volume import AIR_HU, Volume
from . import THICK_MM
from .device import Device, choose_device, fast_bfloat16, list_devices
from .model_file import Model, load_model
from .noise_level import estimate_sigma
from .order import FixedOrder, OrderQueue

__all__ = ["Denoiser", "Device", "blend", "choose_device", "interactive_threads", "list_devices"]

log = logging.getLogger(__name__)

_GPU_BATCH = 16


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
    :meth:`denoise`, which has no window to keep lively, takes all).
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
        self._batch = 1
        self._place(self.device)

    def _place(self, device: Device) -> None:
        import copy

        import torch

        from .fused import fuse

        self.device = device
        self._torch_device = torch.device(device.id)
        self._dtype = torch.bfloat16 if fast_bfloat16(self._torch_device) else torch.float32
        self._fused = fuse(self.model.net, self._dtype) if device.kind == "cpu" else None
        if self._fused is None:
            self._net = copy.deepcopy(self.model.net).to(self._torch_device, self._dtype)
        self._batch = 1 if device.kind == "cpu" else _GPU_BATCH

    def warm_up(self, shape: tuple[int, int] = (512, 512)) -> None:
        """Let the libraries choose and pack their kernels for this matrix size; the first slice is then fast."""
        import torch

        _one_thread()
        if self._fused is not None:
            self._fused.run(np.zeros((3, *shape), np.int16), 0.0)
            return
        with torch.inference_mode():
            x = torch.zeros((1, 3, *shape), device=self._torch_device)
            self._net(x, torch.zeros(1, device=self._torch_device))

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
        if out.shape != volume.hu.shape or out.dtype != np.int16:
            raise ValueError("out must be int16 and have the volume's shape")
        queue = order if isinstance(order, OrderQueue) else FixedOrder(order, len(out))
        workers = (self.threads or interactive_threads()) if self.device.kind == "cpu" else 1
        with ThreadPoolExecutor(workers, "denoise", initializer=_worker, initargs=(self.threads is None,)) as pool:
            busy: dict[Future[bool], list[int]] = {}
            while True:
                cancel.check()  # what is under way ends on its own and is not reported
                ready = pause is None or pause.is_set()
                while ready and len(busy) < workers and (slices := queue.next(self._batch)):
                    busy[pool.submit(self._try, volume, slices, out)] = slices
                if not busy:
                    if queue.finished():
                        return
                    if pause is not None:
                        pause.wait(0.05)
                    continue
                for future in wait(busy, 0.2, FIRST_COMPLETED).done:
                    slices = busy.pop(future)
                    if future.result():
                        queue.mark_done(slices)
                        on_slices(slices)
                    else:
                        queue.give_back(slices)

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

    def _try(self, volume: Volume, slices: list[int], out: NDArray[np.int16]) -> bool:
        """Denoise one batch; False when memory ran out and a smaller batch or the CPU is to try again."""
        import torch

        try:
            self._batch_into(volume, slices, out)
        except (torch.cuda.OutOfMemoryError, RuntimeError) as error:
            if not self._memory_ran_out(error):
                raise DeviceError(
                    f"Denoising on {self.device} failed: {error}", "Choose another device.", code="device_failed"
                ) from error
            if self._batch > 1:
                self._batch = max(1, len(slices) // 2)
                self.on_notice(f"{self.device.name} is short of memory: {self._batch} slices at a time now.")
            else:
                self.on_notice(f"{self.device.name} is out of memory: denoising continues on the CPU.")
                self._place(choose_device("cpu"))
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
            return False
        return True

    def _memory_ran_out(self, error: Exception) -> bool:
        return self.device.kind != "cpu" and "out of memory" in str(error).lower()

    def _batch_into(self, volume: Volume, slices: list[int], out: NDArray[np.int16]) -> None:
        import torch

        hu = volume.hu
        picked = np.stack([_neighbourhood(volume, k) for k in slices])
        sigma = [estimate_sigma(hu[k]) for k in slices]
        if self._fused is not None:
            result = np.stack([self._fused.run(x, s) for x, s in zip(picked, sigma, strict=True)])
        else:
            with torch.inference_mode():
                x = torch.from_numpy(picked).to(self._torch_device).float()
                y = self._net(x, torch.tensor(sigma, device=self._torch_device))
                result = y[:, 0].round_().clamp_(-32768, 32767).to(torch.int16).cpu().numpy()
        for n, k in enumerate(slices):
            out[k] = result[n]
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
