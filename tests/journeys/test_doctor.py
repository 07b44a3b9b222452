"""What a doctor does in the first minutes, from the drop to the saved picture."""

from __future__ import annotations

import random
import time

import numpy as np
import pytest
from PySide6 import QtCore, QtGui, QtWidgets

from ldct_viewer.paths import resource
from ldct_viewer.window import Window
from tests.shared_data import DATA, needs_data
from tests.window_kit import SHAPE, chest, drop, make_window, open_and_wait, write_ct

Key = QtCore.Qt.Key
has_model = pytest.mark.skipif(
    not resource("models", "fast.safetensors").is_file(), reason="no shipped model in this checkout"
)


def test_drop_scroll_preset_save(qtbot, tmp_path, monkeypatch):
    window = make_window(qtbot, tmp_path)
    open_and_wait(qtbot, window, write_ct(tmp_path))
    for _ in range(3):
        qtbot.keyClick(window, Key.Key_Down)
    qtbot.keyClick(window, Key.Key_5)
    assert window.state.window == Window(2000, 400)
    target = tmp_path / "그림.png"
    monkeypatch.setattr(QtWidgets.QFileDialog, "getSaveFileName", lambda *a, **k: (str(target), ""))
    with qtbot.waitSignal(window.exporting._picture.done, timeout=10000):
        qtbot.keyClick(window, Key.Key_S, QtCore.Qt.KeyboardModifier.ControlModifier)
    saved = QtGui.QImage(str(target))
    ratio = window.devicePixelRatioF()
    assert saved.width() == pytest.approx(window.page.width() * ratio, abs=2)


def test_a_korean_folder_with_500_junk_files(qtbot, tmp_path):
    folder = tmp_path / "바탕 화면" / "홍길동 흉부CT 2024년"
    series = write_ct(folder)
    rng = random.Random(1)
    for n in range(500):
        (series / f"쓰레기 {n:03d}{rng.choice(['.txt', '.dcm', '', '.jpg', '.DS_Store'])}").write_bytes(
            rng.randbytes(rng.randrange(0, 3000))
        )
    window = make_window(qtbot, tmp_path)
    open_and_wait(qtbot, window, folder, timeout=60000)
    assert window.state.session.low.shape == SHAPE
    assert np.array_equal(window.state.session.low.hu, chest())
    assert len(window.notes._ignored) == 500
    assert all(entry.reason for entry in window.notes._ignored)


@has_model
def test_denoise_strength_export(qtbot, tmp_path, monkeypatch):
    import SimpleITK as sitk  # noqa: N813 - its usual name

    window = make_window(qtbot, tmp_path, auto_denoise=True)
    with qtbot.waitSignal(window.denoising.finished, timeout=120000) as caught:
        drop(window, write_ct(tmp_path))
    assert caught.args == [True]
    session = window.state.session
    assert session.denoised_ready.all()
    centre = (slice(2, -2), slice(48, 80), slice(58, 70))  # soft tissue between the lungs
    assert session.denoised[centre].std() < 0.7 * session.low.hu[centre].std()
    window.state.set_strength(0.5)
    target = tmp_path / "denoised.nii.gz"
    monkeypatch.setattr(QtWidgets.QFileDialog, "getSaveFileName", lambda *a, **k: (str(target), ""))
    with qtbot.waitSignal(window.exporting._volume.done, timeout=20000):
        window.exporting.export_volume()
    half = sitk.GetArrayFromImage(sitk.ReadImage(str(target)))
    expected = (session.low.hu.astype(float) + session.denoised) / 2
    assert np.abs(half - expected).max() <= 0.5


@has_model
def test_hammering_scroll_and_layout_while_the_network_runs(qtbot, tmp_path):
    window = make_window(qtbot, tmp_path, auto_denoise=True)
    other = write_ct(tmp_path / "other", seed=4, number="9")
    finished = []
    window.denoising.finished.connect(finished.append)
    open_and_wait(qtbot, window, write_ct(tmp_path))
    rng = random.Random(7)
    keys = [Key.Key_Down, Key.Key_Up, Key.Key_PageDown, Key.Key_End, Key.Key_1, Key.Key_3, Key.Key_I, Key.Key_G]
    layouts = ("six", "grid", "axial", "coronal", "sagittal", "single")
    until = time.monotonic() + 4.0
    switched = False
    while time.monotonic() < until:
        qtbot.keyClick(window, rng.choice(keys))
        if rng.random() < 0.2:
            window.viewing.set_layout(rng.choice(layouts))
        if rng.random() < 0.05:
            window.denoising.toggle_pause()
        if not switched and time.monotonic() > until - 2.0:
            switched = True
            drop(window, other)  # a new series cancels the old run
        qtbot.wait(5)
    if window.denoising._run.job is not None and window.denoising._run.job.paused:
        window.denoising.toggle_pause()
    qtbot.waitUntil(
        lambda: window.state.session.denoised_ready is not None and bool(window.state.session.denoised_ready.all()),
        timeout=120000,
    )
    assert np.array_equal(window.state.session.low.hu, chest(seed=4))
    assert False not in finished
    assert not window.messages.messages or all(m.severity != "error" for m in window.messages.messages)


@needs_data
@pytest.mark.parametrize(
    "folder", sorted(p for p in DATA.glob("*/*") if p.is_dir()) if DATA.is_dir() else [], ids=lambda p: p.name
)
def test_every_real_series_opens_from_a_drop(qtbot, tmp_path, folder):
    window = make_window(qtbot, tmp_path)
    open_and_wait(qtbot, window, folder, timeout=120000)
    session = window.state.session
    assert session.loaded.all()
    assert -1100 <= int(session.low.hu.min()) <= -500
    assert window.page.grab_picture().width() > 100
