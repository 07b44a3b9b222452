"""What is remembered, and what is not believed."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6 import QtCore

from ldct_viewer.denoise.model_file import default_model
from ldct_viewer.ui.settings import RECENT_LIMIT, Settings
from tests.window_kit import make_window


@pytest.fixture
def settings(qapp, tmp_path):
    return Settings(tmp_path / "s.ini")


def again(settings: Settings) -> Settings:
    settings.store.sync()
    return Settings(Path(settings.store.fileName()))


def test_values_come_back_with_their_types(settings):
    settings.strength, settings.smooth, settings.cine_rate, settings.theme = 0.35, False, 24, "light"
    later = again(settings)
    assert (later.strength, later.smooth, later.cine_rate, later.theme) == (0.35, False, 24, "light")


@pytest.mark.parametrize(
    ("key", "bad", "name", "default"),
    [
        ("view/layout", "spiral", "layout", "six"),
        ("denoise/strength", "7", "strength", -1.0),
        ("view/cine_rate", "often", "cine_rate", 12),
    ],
)
def test_a_damaged_value_counts_as_absent(settings, key, bad, name, default):
    settings.store.setValue(key, bad)
    assert getattr(again(settings), name) == default


def test_a_value_that_is_not_allowed_is_refused(settings):
    with pytest.raises(ValueError):
        settings.theme = "pink"


def test_recent_keeps_the_last_ten_newest_first_without_doubles(settings, tmp_path):
    for n in range(12):
        settings.add_recent((tmp_path / f"한글 폴더 {n}",))
    settings.add_recent((tmp_path / "한글 폴더 5", tmp_path / "b"))
    settings.add_recent((tmp_path / "한글 폴더 9",))
    recent = again(settings).recent()
    assert len(recent) == RECENT_LIMIT
    assert recent[0] == (tmp_path / "한글 폴더 9",)
    assert recent[1] == (tmp_path / "한글 폴더 5", tmp_path / "b")
    assert recent.count((tmp_path / "한글 폴더 9",)) == 1


def test_geometry_on_a_screen_that_is_gone_is_not_restored(settings):
    settings.save_geometry(QtCore.QRect(50_000, 50_000, 800, 600), False)
    assert again(settings).geometry() == (None, False)


def test_geometry_on_a_present_screen_is_restored(settings, qapp):
    rect = qapp.primaryScreen().availableGeometry().adjusted(10, 10, -20, -20)
    settings.save_geometry(rect, True)
    assert again(settings).geometry() == (rect, True)


def test_the_window_remembers_layout_tool_and_strength(qtbot, tmp_path):
    window = make_window(qtbot, tmp_path)
    window.viewing.set_layout("coronal")
    window.viewing.set_tool("zoom")
    window.state.set_strength(0.4)
    window.viewing.toggle_anonymous()
    window.close()
    later = make_window(qtbot, tmp_path)
    assert (later.state.layout_name, later.state.tool, later.state.anonymous) == ("coronal", "zoom", True)
    assert later.state.strength == pytest.approx(0.4)


def test_a_strength_never_chosen_is_the_models_own(qtbot, tmp_path):
    window = make_window(qtbot, tmp_path)
    assert window.state.strength == default_model().recommended_strength
    window.close()
    later = make_window(qtbot, tmp_path)
    assert later.viewing._settings.strength == -1.0
