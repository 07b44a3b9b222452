"""The README's two commands: run the viewer, run the tests."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from . import environment
from .environment import PYTHON, ROOT
from .say import say
from .system_libraries import TEST_PROGRAMS, see_to_libraries


def run() -> None:
    """Open the viewer: on the demo, or on what the arguments name. Without a display: a picture of the demo."""
    environment.make("pacs")
    see_to_libraries(_pyside())
    arguments = sys.argv[1:]
    if arguments:
        sys.exit(_viewer(*arguments))
    if has_display():
        say("opening the demo (close the window to end)")
        sys.exit(_viewer("--demo"))
    picture = Path.cwd() / "demo.png"
    say(f"no display here, so no window: rendering the demo to {picture}")
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    code = _viewer("--demo", "--screenshot", str(picture))
    if code == 0:
        say(f"done: look at {picture}")
    sys.exit(code)


def test() -> None:
    """Lint, types and tests; pytest has the last word. Exit code 0 only if all pass."""
    environment.make("dev")
    see_to_libraries(_pyside(), TEST_PROGRAMS)
    failed = []
    for name, command in (
        ("lint", ("ruff", "check", ".")),
        ("format", ("ruff", "format", "--check", ".")),
        ("types", ("mypy",)),
    ):
        say(f"{name}: {' '.join(command)}")
        if _python("-m", *command):
            failed.append(name)
    if failed:
        say(f"failed: {', '.join(failed)}; going on with the tests")
    with tempfile.TemporaryDirectory(prefix="ldct-test-", ignore_cleanup_errors=True) as scratch:
        # The tests neither read nor write the person's own settings, models and caches.
        os.environ.setdefault("LDCT_CACHE_DIR", str(Path(scratch, "cache")))
        os.environ.setdefault("LDCT_DATA_DIR", str(Path(scratch, "data")))
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        # Two workers with one thread each: torch's thread pools of two workers fight on two cores.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        # No successor for a worker that dies: near the end pytest-xdist 3.8 would wait for it forever.
        workers = ["-n", str(min(os.cpu_count() or 1, 4)), "--dist", "loadfile", "--max-worker-restart", "0"]
        chosen = sys.argv[1:] or workers
        say(f"tests: pytest {' '.join(chosen)}")
        code = _python("-m", "pytest", *chosen)
    sys.exit(code or bool(failed))


def has_display() -> bool:
    """True where a window can open. On Linux Qt itself is asked, for a set DISPLAY may lead nowhere."""
    if platform.system() != "Linux":
        return True
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    ask = (
        "from PySide6.QtGui import QGuiApplication; raise SystemExit(QGuiApplication([]).platformName() == 'offscreen')"
    )
    answer = subprocess.run([str(PYTHON), "-c", ask], capture_output=True, text=True, errors="replace", check=False)
    if answer.returncode:
        say(f"a display is named but Qt cannot open it: {answer.stderr.strip().splitlines()[:1]}")
    return answer.returncode == 0


def _viewer(*arguments: str) -> int:
    return _python("-m", "ldct_viewer", *arguments, cwd=None)


def _python(*arguments: str, cwd: Path | None = ROOT) -> int:
    try:
        return subprocess.run([str(PYTHON), *arguments], cwd=cwd, stdin=subprocess.DEVNULL, check=False).returncode
    except KeyboardInterrupt:
        return 130


def _pyside() -> Path:
    where = "import PySide6, os; print(os.path.dirname(PySide6.__file__))"
    return Path(subprocess.run([str(PYTHON), "-c", where], capture_output=True, text=True, check=True).stdout.strip())
