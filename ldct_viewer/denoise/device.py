"""Compute devices: what is there, and which one to take."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import DeviceError


@dataclass(frozen=True)
class Device:
    """A place to compute. ``id`` is ``cpu``, ``mps`` or ``cuda:N``; memory in bytes, 0 = not known."""

    id: str
    kind: str
    name: str
    memory_bytes: int = 0

    def __str__(self) -> str:
        memory = f", {self.memory_bytes / 2**30:.0f} GB" if self.memory_bytes else ""
        return f"{self.name} ({self.id}{memory})"


def list_devices() -> list[Device]:
    """All devices of this machine, the fastest first; the CPU is always among them. Imports torch."""
    import torch

    found = []
    if torch.cuda.is_available():
        for n in range(torch.cuda.device_count()):
            properties = torch.cuda.get_device_properties(n)
            found.append(Device(f"cuda:{n}", "cuda", properties.name, int(properties.total_memory)))
    if torch.backends.mps.is_available():
        found.append(Device("mps", "mps", "Apple GPU", _system_memory()))
    return [*found, Device("cpu", "cpu", _cpu_name(), _system_memory())]


def choose_device(wanted: str = "auto") -> Device:
    """The device called ``wanted`` (``auto``, ``cpu``, ``mps``, ``cuda``, ``cuda:N``); DeviceError if absent."""
    devices = list_devices()
    name = wanted.strip().lower()
    for device in devices:
        if name in ("auto", device.id) or name == device.kind == "cuda":
            return device
    known = ", ".join(d.id for d in devices)
    raise DeviceError(f"There is no device {wanted!r} on this machine.", f"Available: {known}.", code="no_device")


def fast_bfloat16(device: Any) -> bool:
    """True where bfloat16 convolutions are native: CUDA since Ampere, CPUs with AVX-512-BF16 or AMX."""
    import torch

    if device.type == "cuda":
        return torch.cuda.get_device_capability(device)[0] >= 8
    if device.type == "cpu" and torch.backends.mkldnn.is_available():
        return any(bool(getattr(torch.cpu, name, bool)()) for name in _BF16_PROBES)
    return False


_BF16_PROBES = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")


def _cpu_name() -> str:
    cores = os.cpu_count() or 1
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return f"{line.partition(':')[2].strip()}, {cores} cores"
    except OSError:  # not Linux
        return f"{platform.processor() or platform.machine()}, {cores} cores"
    return f"{platform.machine()}, {cores} cores"


def _system_memory() -> int:
    try:
        return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):  # Windows
        return 0
