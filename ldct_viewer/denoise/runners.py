"""The network where it computes: slice by slice on CPU cores, or in batches on a device with memory of its own.

A runner takes neighbourhoods (int16 HU, (n, 3, y, x)) and noise levels, and gives denoised middle slices (int16 HU,
(n, y, x)); ``run`` may be called from several threads at once. What cannot be computed raises RuntimeError.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import nullcontext
from queue import SimpleQueue
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from ..cancel import NEVER, CancelToken
from .device import Device, fast_bfloat16
from .fused import fuse, in_dtype
from .network import PUNet

_BATCH = 8  # slices: enough to fill the largest card, few enough that a change of focus is followed soon
_MOST_FEEDERS = 8  # threads that make batches ready, at 2 ms a slice
SLOTS = 2  # batches on a card: one is computed while the other is copied
_MEMORY_SHARE = 0.25  # of a card's memory: the screen and other programs live there, too


class Runner(Protocol):
    """Where slices are denoised."""

    device: Device
    dtype: torch.dtype
    most: int  # slices in a batch

    def workers(self, threads: int) -> int:
        """Batches to have under way now where ``threads`` cores may be used; at most ``threads`` + ``SLOTS``."""

    def batch(self, shape: tuple[int, int]) -> int:
        """Slices (y, x) at a time."""

    def shrink(self, size: int) -> bool:
        """Memory ran out in a batch of ``size`` slices: take less; False where less is not possible."""

    def host(self, count: int, shape: tuple[int, int]) -> NDArray[np.int16]:
        """Room for ``count`` neighbourhoods, (count, 3, y, x), from where they are copied fastest; not cleared."""

    def run(self, hu: NDArray[np.int16], sigma_hu: Sequence[float], cancel: CancelToken = NEVER) -> NDArray[np.int16]:
        """The middle slices of ``hu`` denoised; ``sigma_hu``: their noise levels (HU), −1 = unknown.

        Raises Cancelled if ``cancel`` is set before it begins to compute.
        """


def runner_for(net: PUNet, device: Device) -> Runner:
    """The runner of ``net`` on ``device``."""
    return CpuRunner(net, device) if device.kind == "cpu" else GpuRunner(net, device, torch.device(device.id))


class CpuRunner:
    """One slice a core, each on one thread (see ``engine``)."""

    most = 1  # larger batches gain nothing on a core and make the eye wait

    def __init__(self, net: PUNet, device: Device) -> None:
        self.device = device
        self.dtype = torch.bfloat16 if fast_bfloat16(torch.device("cpu")) else torch.float32
        self.fused = fuse(net, self.dtype)
        self._net = None if self.fused is not None else in_dtype(net, self.dtype)

    def workers(self, threads: int) -> int:
        """As many as cores."""
        return threads

    def batch(self, shape: tuple[int, int]) -> int:
        """One slice."""
        return 1

    def shrink(self, size: int) -> bool:
        """Never: one slice is the least."""
        return False

    def host(self, count: int, shape: tuple[int, int]) -> NDArray[np.int16]:
        """Ordinary memory."""
        return np.empty((count, 3, *shape), np.int16)

    def run(self, hu: NDArray[np.int16], sigma_hu: Sequence[float], cancel: CancelToken = NEVER) -> NDArray[np.int16]:
        """See :class:`Runner`."""
        cancel.check()
        if self.fused is not None:
            return np.stack([self.fused.run(x, s) for x, s in zip(hu, sigma_hu, strict=True)])
        assert self._net is not None
        with torch.inference_mode():
            level = torch.tensor(sigma_hu, dtype=torch.float32)
            return _to_int16(self._net(torch.from_numpy(hu).float(), level)).numpy()


class GpuRunner:
    """Batches on ``place``: while one is computed the next is copied there and the last one back.

    Each caller's thread makes its batch ready, waits for a slot on the device and brings its result home; the device
    itself never waits for a thread. CUDA has two, each a stream; elsewhere (MPS) one batch comes after the other.
    """

    def __init__(self, net: PUNet, device: Device, place: torch.device) -> None:
        self.device, self._place = device, place
        self._cuda = place.type == "cuda"
        self.dtype = torch.bfloat16 if fast_bfloat16(place) else torch.float32
        self._net = in_dtype(net, self.dtype).to(place)
        self.most = _BATCH
        self._bytes = 2 * net.stem.out_channels * self.dtype.itemsize + 60  # a pixel: live pictures, the input's forms
        slots: list[Any] = [torch.cuda.Stream(place) for _ in range(SLOTS)] if self._cuda else [None]
        self._slots: SimpleQueue[Any] = SimpleQueue()
        for slot in slots:
            self._slots.put(slot)
        self._slot_count = len(slots)
        self._feeders, self._waiting, self._lock = 2, 0, threading.Lock()
        if self._cuda:
            torch.cuda.synchronize(place)  # the weights are there before another stream reads them

    def workers(self, threads: int) -> int:
        """Those that make batches ready, and one for each that is on the device, which needs no core."""
        return min(threads, self._feeders) + self._slot_count

    def batch(self, shape: tuple[int, int]) -> int:
        """By the memory of the device, as far as it is known."""
        if not self.device.memory_bytes:
            return self.most
        room = _MEMORY_SHARE * self.device.memory_bytes / self._slot_count
        return max(1, min(self.most, int(room / (self._bytes * shape[0] * shape[1]))))

    def shrink(self, size: int) -> bool:
        """Half the batch; at one slice, one slot."""
        if size > self.most:
            return True  # begun before batches were made smaller
        less = self.most > 1 or self._slot_count > 1
        if self.most > 1:
            self.most = max(1, (size if size > 1 else self.most) // 2)  # a lone first slice shares the device, too
        elif less:
            self._slots.get()
            self._slot_count -= 1
        if self._cuda:
            torch.cuda.empty_cache()  # also for those who have the card, where the CPU takes over
        return less

    def host(self, count: int, shape: tuple[int, int]) -> NDArray[np.int16]:
        """Page-locked memory, which the card reads by itself."""
        return _host((count, 3, *shape), self._cuda)

    def run(self, hu: NDArray[np.int16], sigma_hu: Sequence[float], cancel: CancelToken = NEVER) -> NDArray[np.int16]:
        """See :class:`Runner`."""
        slot = self._wait_for_slot()
        try:
            cancel.check()
            with torch.inference_mode(), torch.cuda.stream(slot) if self._cuda else nullcontext():
                x = torch.from_numpy(hu).to(self._place, non_blocking=True).float()
                level = torch.tensor(sigma_hu, dtype=torch.float32).to(self._place, non_blocking=True)
                made = _to_int16(self._net(x, level))
                if not self._cuda:
                    return made.cpu().numpy()
                result = _host(tuple(made.shape), True)
                torch.from_numpy(result).copy_(made, non_blocking=True)
                home = torch.cuda.Event(blocking=True)  # the thread sleeps: its core makes the next batch ready
                home.record(slot)
                home.synchronize()
                return result
        finally:
            self._slots.put(slot)

    def _wait_for_slot(self) -> Any:
        """A slot; one found free says that the device starves, a queue that more threads would only run ahead.

        What they ran ahead with would be denoised in an order that the eye may have left since.
        """
        with self._lock:
            starving = not self._slots.empty() and not self._waiting
            if starving:
                self._feeders = min(self._feeders + 1, _MOST_FEEDERS)
            elif self._waiting >= 2:
                self._feeders = max(1, self._feeders - 1)
            self._waiting += 1
        slot = self._slots.get()
        with self._lock:
            self._waiting -= 1
        return slot


def _host(shape: tuple[int, ...], locked: bool) -> NDArray[np.int16]:
    return torch.empty(shape, dtype=torch.int16, pin_memory=locked).numpy()


def _to_int16(denoised: torch.Tensor) -> torch.Tensor:
    return denoised[:, 0].round_().clamp_(-32768, 32767).to(torch.int16)
