"""The project's own environment, ``.venv`` in the checkout: made once, remade when pyproject.toml changes."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from . import torch_build
from .say import say, stop

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = Path(os.environ.get("LDCT_VENV") or ROOT / ".venv")
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
_STAMP = ENVIRONMENT / "ldct-viewer.stamp"


def make(extras: str) -> None:
    """Make or bring up to date the environment; ``extras`` is "pacs" or "dev". Ends the process on failure.

    The stamp lists what the environment already satisfies: its base (Python, place, torch build) and, for
    the viewer and the tests, the requirements. A new base starts afresh; new requirements are added in place.
    """
    base, wanted = _base(), _requirements(extras)
    known = _STAMP.read_text(encoding="utf-8").split() if _STAMP.is_file() and PYTHON.is_file() else []
    if base in known and wanted in known:
        return
    if base not in known:
        say(f"setting up {ENVIRONMENT} with Python {sys.version.split()[0]} (a few minutes, once)")
        _make_venv()
        _pip_or_stop("install", "--upgrade", "pip>=24.1", why="pip could not be brought up to date")
        torch_build.install(pip, _pip_or_stop)
        _STAMP.write_text(base, encoding="utf-8")
    target = f"{ROOT}[{extras}]"
    say("installing LDCT Viewer and what it needs")
    _pip_or_stop("install", "--editable", target, why="the packages could not be installed")
    # What satisfies the tests satisfies the viewer too.
    _STAMP.write_text("\n".join([base, *sorted({wanted, _requirements("")})]), encoding="utf-8")


def pip(*arguments: str, quiet: bool = True) -> subprocess.CompletedProcess[str]:
    """Run the environment's pip; output is captured. Inherits pip's configuration (indexes, proxies, wheels)."""
    command = [str(PYTHON), "-m", "pip", *(["--quiet"] if quiet else []), *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL, check=False
    )


def _pip_or_stop(*arguments: str, why: str) -> None:
    command = [str(PYTHON), "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input", *arguments]
    if subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode:
        stop(f"{why} (see pip's words above). Is the network there? Start the same command again to go on.")


def _base() -> str:
    """What the environment stands on: the Python, the checkout's place, the torch build."""
    parts = (sys.version, sys.prefix, str(ROOT), torch_build.wanted_kind(), torch_build.VERSION)
    return "base:" + hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _requirements(extras: str) -> str:
    """The requirements of the viewer, or of the tests."""
    return f"{extras}:" + hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()


def _make_venv() -> None:
    """A venv with pip, also on Debian and Ubuntu without python3-venv (they have venv but no ensurepip)."""
    if ENVIRONMENT.exists():
        shutil.rmtree(ENVIRONMENT)
    try:
        import ensurepip  # noqa: F401 - only asked whether it is there
    except ImportError:
        _make_venv_with_outer_pip()
        return
    venv.create(ENVIRONMENT, with_pip=True)


def _make_venv_with_outer_pip() -> None:
    venv.create(ENVIRONMENT, with_pip=False)
    outer = [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "--quiet", "pip>=24.1"]
    if subprocess.run(outer, stdin=subprocess.DEVNULL, check=False).returncode:
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        shutil.rmtree(ENVIRONMENT)
        stop(f"this Python has neither ensurepip nor pip. On Debian and Ubuntu: sudo apt-get install -y {package}")
