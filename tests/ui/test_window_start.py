"""Starting: what is imported before the first paint, without a display, screenshots."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ldct_viewer.paths import resource
from tests.window_kit import write_ct

ROOT = Path(__file__).resolve().parents[2]


def run_program(tmp_path: Path, code: str, *args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    env |= {"LDCT_CACHE_DIR": str(tmp_path / "cache"), "LDCT_SETTINGS": str(tmp_path / "s.ini")}
    env |= {"PYTHONPATH": str(ROOT)} | environment
    return subprocess.run(
        [sys.executable, "-c", code, *args],
        env=env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


MAIN = "import sys; from ldct_viewer.cli.main import main; sys.exit(main(sys.argv[1:]))"


def test_nothing_heavy_is_imported_before_the_window_can_be_used(tmp_path):
    code = """
import json, sys
from PySide6 import QtCore
from ldct_viewer.app import run_window
def usable(window):
    print(json.dumps([window.isVisible(), sorted(sys.modules)]))
    QtCore.QTimer.singleShot(0, window.close)
sys.exit(run_window([], on_usable=usable))
"""
    done = run_program(tmp_path, code, QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 0, done.stderr
    visible, modules = json.loads(done.stdout)
    assert visible
    heavy = {"torch", "SimpleITK", "scipy", "imagecodecs", "pydicom", "pyqtgraph", "skimage"}
    assert not heavy & set(modules)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux runs without a display server")
def test_without_a_display_one_sentence_says_so(tmp_path):
    done = run_program(tmp_path, MAIN)
    assert done.returncode == 2
    assert done.stderr.startswith("There is no display here")
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(not resource("models", "fast.safetensors").is_file(), reason="no shipped model in this checkout")
def test_a_screenshot_shows_the_denoised_series_without_a_display(tmp_path):
    from PySide6 import QtGui

    done = run_program(tmp_path, MAIN, str(write_ct(tmp_path)), "--screenshot", str(tmp_path / "한글.png"))
    assert done.returncode == 0, done.stderr
    picture = QtGui.QImage(str(tmp_path / "한글.png"))
    assert (picture.width(), picture.height()) == (1920, 1080)
    colours = {picture.pixel(x, y) for x in range(0, 1920, 40) for y in range(100, 1000, 30)}
    assert len(colours) > 50  # a scan is seen, not an empty window


def test_a_screenshot_of_nothing_fails_with_the_input_code(tmp_path):
    (tmp_path / "empty").mkdir()
    done = run_program(tmp_path, MAIN, str(tmp_path / "empty"), "--screenshot", str(tmp_path / "x.png"))
    assert done.returncode == 3
    assert "no files here" in done.stderr
