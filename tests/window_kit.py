"""A window on its own settings and small CT series, for tests that do what a person does."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ldct_viewer.volume import Geometry, SeriesMeta

SHAPE = (24, 128, 128)


def chest(shape: tuple[int, int, int] = SHAPE, seed: int = 0) -> NDArray[np.int16]:
    """A noisy body with two lungs; slice k holds k in its corner voxel."""
    z, y, x = shape
    v, u = np.mgrid[:y, :x] / np.array([y, x]).reshape(2, 1, 1) - 0.5
    body = np.where(u**2 / 0.16 + v**2 / 0.1 < 1, 40.0, -1000.0)
    for side in (-0.18, 0.18):
        body[(u - side) ** 2 / 0.016 + v**2 / 0.035 < 1] = -850.0
    noise = np.random.default_rng(seed).normal(0, 40, shape)
    hu = np.clip(np.rint(body + noise), -1024, 3000).astype(np.int16)
    hu[:, 0, 0] = np.arange(z)
    return hu


def write_ct(folder: Path, *, description: str = "Chest low dose", seed: int = 0, number: str = "1") -> Path:
    """An ordinary CT series in ``folder``/``series``; returns that folder."""
    from ldct_viewer.dicom.write import write_series

    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"series{number}"
    meta = SeriesMeta(
        description=description, series_number=number, patient_name="Hong^Gildong", patient_id="SECRET-77", kvp=120.0
    )
    write_series(target, chest(seed=seed), Geometry(SHAPE, (2.5, 2.0, 2.0)), meta, uid_seed=f"{description}{seed}")
    return target


def make_window(qtbot, tmp_path: Path, **chosen):
    """A shown main window with fresh settings; ``chosen`` sets some of them."""
    from ldct_viewer.ui.main_window import MainWindow
    from ldct_viewer.ui.settings import Settings

    settings = Settings(tmp_path / "settings.ini")
    settings.auto_denoise = False
    for name, value in chosen.items():
        setattr(settings, name, value)
    window = MainWindow(settings)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    qtbot.waitExposed(window)
    window.make_page()
    return window


def drop(window, *paths: Path) -> None:
    """Drop files or folders on the window, as a file manager would."""
    from PySide6 import QtCore, QtGui

    data = QtCore.QMimeData()
    data.setUrls([QtCore.QUrl.fromLocalFile(str(p)) for p in paths])
    where = QtCore.QPointF(window.rect().center())
    enter = QtGui.QDragEnterEvent(
        where.toPoint(),
        QtCore.Qt.DropAction.CopyAction,
        data,
        QtCore.Qt.MouseButton.LeftButton,
        QtCore.Qt.KeyboardModifier.NoModifier,
    )
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    event = QtGui.QDropEvent(
        where,
        QtCore.Qt.DropAction.CopyAction,
        data,
        QtCore.Qt.MouseButton.LeftButton,
        QtCore.Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)


def open_and_wait(qtbot, window, *paths: Path, timeout: int = 20000) -> None:
    """Drop and wait until the series is in memory."""
    with qtbot.waitSignal(window.opening.seriesLoaded, timeout=timeout):
        drop(window, *paths)
