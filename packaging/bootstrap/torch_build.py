"""Which build of torch: CUDA only where there is an NVIDIA driver, never gigabytes of it elsewhere."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from .say import say, stop

VERSION = "2.13.0"
# torch's own index: CPU builds for Linux, CUDA builds for Windows.
_INDEX = "https://download.pytorch.org/whl/"
_OLDEST_CUDA13_DRIVER = 580
_CUDA_PARTS = ("nvidia-", "triton", "cuda-")

Pip = Callable[..., Any]


def wanted_kind() -> str:
    """ "cuda" where an NVIDIA driver answers, else "cpu" (a Mac's build, with MPS, is the "cpu" one too).

    ``LDCT_TORCH=cpu`` or ``LDCT_TORCH=cuda`` decides instead.
    """
    chosen = os.environ.get("LDCT_TORCH", "").lower()
    if chosen in ("cpu", "cuda"):
        return chosen
    return "cuda" if _driver_version() else "cpu"


def install(pip: Pip, pip_or_stop: Pip) -> None:
    """Install the right torch into the environment of ``pip``; ends the process where none is to be had."""
    kind = wanted_kind()
    arguments = _cuda_source() if kind == "cuda" else _cpu_source(pip)
    say(f"installing torch ({'CUDA build: NVIDIA driver found' if kind == 'cuda' else 'CPU build'})")
    pip_or_stop("install", *arguments, why="torch could not be installed")


def _driver_version() -> int:
    """Major version of a working NVIDIA driver, 0 without one."""
    program = shutil.which("nvidia-smi")
    if not program:
        return 0
    ask = [program, "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        answer = subprocess.run(ask, capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    major = answer.stdout.strip().split(".")[0]
    return int(major) if answer.returncode == 0 and major.isdigit() else 0


def _cuda_source() -> list[str]:
    """pip's arguments for the CUDA build: on Linux the default one, on Windows or for old drivers torch's index."""
    driver = _driver_version()
    old = 0 < driver < _OLDEST_CUDA13_DRIVER
    if platform.system() == "Linux" and not old:
        return [f"torch=={VERSION}"]
    return [f"torch=={VERSION}", "--index-url", _INDEX + ("cu126" if old else "cu130")]


def _cpu_source(pip: Pip) -> list[str]:
    """pip's arguments for a build without CUDA: the configured indexes first, then torch's CPU index."""
    candidates = [
        [f"torch=={VERSION}"],
        [f"torch=={VERSION}", "--index-url", _INDEX + "cpu"],
        ["torch>=2.10", "--index-url", _INDEX + "cpu"],
    ]
    if platform.system() != "Linux":
        candidates[1:] = [["torch>=2.10"]]  # the registry's builds for Windows and macOS have no CUDA
    reasons = []
    for candidate in candidates:
        # Metadata only: nothing big is downloaded to find out.
        answer = pip("install", "--dry-run", "--ignore-installed", "--no-input", "--report", "-", *candidate)
        if answer.returncode:
            reasons.append(f"{' '.join(candidate)}: {(answer.stderr.strip().splitlines() or ['no answer'])[-1]}")
            continue
        names = [item["metadata"]["name"].lower() for item in json.loads(answer.stdout)["install"]]
        cuda = [name for name in names if name.startswith(_CUDA_PARTS)]
        if not cuda:
            return candidate
        reasons.append(f"{' '.join(candidate)}: would bring {len(cuda)} CUDA packages")
    stop(
        "no torch build without CUDA was found for Python "
        f"{sys.version_info.major}.{sys.version_info.minor} on {platform.machine()}:\n  "
        + "\n  ".join(reasons)
        + "\nGive pip an index or --find-links folder (PIP_FIND_LINKS) with a CPU build of torch, "
        "or set LDCT_TORCH=cuda to accept the CUDA build."
    )
