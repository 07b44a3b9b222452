"""A folder with slices that bring their decoder down, dropped on the real window: it lives and says so."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from ldct_viewer.dicom import decoder_pool
from tests.dicom import make_ct
from tests.dicom.bad_decoder import bad_command, poisoned
from tests.window_kit import drop, make_window, open_and_wait

imagecodecs = pytest.importorskip("imagecodecs")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in decoder dies in a POSIX way")
JPEG_LS = "1.2.840.10008.1.2.4.80"


@pytest.fixture
def bad_pool(monkeypatch):
    pool = decoder_pool.DecoderPool(bad_command, most=2)
    monkeypatch.setattr(decoder_pool, "pool", pool)
    monkeypatch.setattr(decoder_pool, "PATIENCE_S", 1.0)
    yield pool
    pool.close()


def planes(count: int = 12) -> np.ndarray:
    y, x = np.mgrid[:96, :96] - 48
    body = np.where(x**2 / 40**2 + y**2 / 30**2 < 1, 1060, 30)
    return np.stack([body + k for k in range(count)]).astype(np.uint16)


def write(folder: Path, how: dict[int, bytes], count: int = 12) -> Path:
    """A JPEG-LS series; ``how`` says which slices do what to their decoder."""
    numbers = iter(range(100))

    def encode(plane: np.ndarray) -> bytes:
        stream, what = imagecodecs.jpegls_encode(plane), how.get(next(numbers))
        return poisoned(stream, what + b".") if what else stream

    make_ct.series(folder, planes(count), syntax=JPEG_LS, encode=encode)
    return folder


def test_deadly_slices_are_left_out_and_named(qtbot, tmp_path, bad_pool):
    folder = write(tmp_path / "CT", {4: b"abort", 7: b"hang"})
    window = make_window(qtbot, tmp_path)
    open_and_wait(qtbot, window, folder, timeout=30000)
    low = window.state.session.low
    np.testing.assert_array_equal(low.hu, planes()[[k for k in range(12) if k not in (4, 7)]].astype(int) - 1024)
    notes = {w.code: w for w in low.warnings}
    assert notes["decoder_died"].files == (str(folder / "IM0004"),)
    assert notes["decoder_slow"].files == (str(folder / "IM0007"),)
    said = window.messages.messages[-1]
    assert "left out" in said.text and "decoder" in said.text
    open_and_wait(qtbot, window, write(tmp_path / "good", {}), timeout=30000)  # and the next one opens whole
    assert window.state.session.low.shape[0] == 12
    assert not [w for w in window.state.session.low.warnings if w.code.startswith("decoder")]


def test_a_scan_of_nothing_but_deadly_slices_is_refused_in_words(qtbot, tmp_path, bad_pool):
    folder = write(tmp_path / "CT", dict.fromkeys(range(4), b"abort"), 4)
    window = make_window(qtbot, tmp_path)
    with qtbot.waitSignal(window.opening.settled, timeout=60000) as settled:
        drop(window, folder)
    assert settled.args == [False]
    text = window.messages.messages[-1].text
    assert "No slice could be read" in text and "its decoder crashed" in text
