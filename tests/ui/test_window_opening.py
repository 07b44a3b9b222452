"""What the window does with what is dropped on it."""

from __future__ import annotations

import shutil
import zipfile

import numpy as np
import pytest

from ldct_viewer.window import PRESETS, Window
from tests.window_kit import SHAPE, chest, drop, make_window, open_and_wait, write_ct


@pytest.fixture
def window(qtbot, tmp_path):
    return make_window(qtbot, tmp_path)


def shown(window):
    return [m.text for m in window.messages.messages]


def test_one_series_opens_at_once_with_its_hu(window, qtbot, tmp_path):
    open_and_wait(qtbot, window, write_ct(tmp_path))
    session = window.state.session
    assert session.low.shape == SHAPE
    assert session.loaded.all()
    assert np.array_equal(session.low.hu, chest())
    assert window._stack.currentWidget() is window.page
    assert not window.series_dock.isVisible()


def test_a_korean_name_is_read_without_its_separators(window, qtbot, tmp_path):
    from dataclasses import replace

    open_and_wait(qtbot, window, write_ct(tmp_path))
    session = window.state.session
    session.low = replace(session.low, meta=replace(session.low.meta, patient_name="Kim^Seoyeon=金^書姸=김^서연"))
    window.refresh_title()
    assert window.windowTitle().startswith("김서연 · Kim Seoyeon") and "^" not in window.windowTitle()


def test_a_chest_without_a_header_window_opens_in_the_lung_window(window, qtbot, tmp_path):
    open_and_wait(qtbot, window, write_ct(tmp_path))
    if window.state.session.low.meta.windows:
        assert window.state.window == window.state.session.low.meta.windows[0][0]
    else:
        assert window.state.window == next(p.window for p in PRESETS if p.id == "lung")


def test_several_series_are_offered_and_enter_opens_one(window, qtbot, tmp_path):
    write_ct(tmp_path / "all", number="1")
    write_ct(tmp_path / "all", number="2", seed=2, description="Thin")
    with qtbot.waitSignal(window.opening._thumbs.done, timeout=20000):
        drop(window, tmp_path / "all")
    assert window.state.session is None
    assert window._stack.currentWidget() is window.picker_page
    assert window.opening.model.rowCount() == 2
    with qtbot.waitSignal(window.opening.seriesLoaded, timeout=20000):
        window.picker.opened.emit(1)
    assert window.series_list.isVisibleTo(window) or window.opening.model.current == 1
    with qtbot.waitSignal(window.opening.seriesLoaded, timeout=20000):
        window.opening.step_series(1)
    assert window.opening.model.current == 0


def test_a_zip_is_opened_like_a_folder(window, qtbot, tmp_path):
    folder = write_ct(tmp_path)
    with zipfile.ZipFile(tmp_path / "scan.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    open_and_wait(qtbot, window, tmp_path / "scan.zip")
    assert window.state.session.low.shape == SHAPE


def test_an_empty_folder_is_said_to_be_empty(window, qtbot, tmp_path):
    (tmp_path / "empty").mkdir()
    with qtbot.waitSignal(window.opening.settled, timeout=10000) as caught:
        drop(window, tmp_path / "empty")
    assert caught.args == [False]
    assert window.messages.messages[0].path.endswith("empty")
    assert window.messages.isVisible()


def test_a_folder_without_ct_says_so_and_lists_every_file(window, qtbot, tmp_path):
    folder = tmp_path / "letters"
    folder.mkdir()
    for n in range(3):
        (folder / f"letter{n}.txt").write_text("no image")
    with qtbot.waitSignal(window.opening.settled, timeout=10000):
        drop(window, folder)
    assert "3" in shown(window)[0]
    assert "3 ignored" in window.status.notes.text()


def test_a_cut_file_is_named_and_the_rest_opens(window, qtbot, tmp_path):
    folder = write_ct(tmp_path)
    victim = sorted(folder.iterdir())[-1]
    victim.write_bytes(victim.read_bytes()[:-5000])
    open_and_wait(qtbot, window, folder)
    assert window.state.session.low.shape[0] == SHAPE[0] - 1
    assert any(m.path.endswith(victim.name) for m in window.messages.messages)


def test_a_recent_entry_that_has_gone_is_said_and_leaves_the_list(window, qtbot, tmp_path):
    folder = write_ct(tmp_path)
    open_and_wait(qtbot, window, folder)
    entry = window.settings.recent()[0]
    shutil.rmtree(folder)
    window.opening.open_recent(entry)
    assert window.messages.messages[-1].code == "missing"
    assert window.settings.recent() == []


def test_opening_another_series_replaces_the_first(window, qtbot, tmp_path):
    open_and_wait(qtbot, window, write_ct(tmp_path / "a"))
    first = window.state.session
    open_and_wait(qtbot, window, write_ct(tmp_path / "b", seed=3, number="2"))
    assert window.state.session is not first
    assert np.array_equal(window.state.session.low.hu, chest(seed=3))


def test_the_title_hides_the_name_in_anonymous_mode(window, qtbot, tmp_path):
    open_and_wait(qtbot, window, write_ct(tmp_path))
    assert "Hong" in window.windowTitle()
    window.viewing.toggle_anonymous()
    assert "Hong" not in window.windowTitle()
    assert "Hong" not in window.exporting.suggested_name(".png")
    assert not window.recent_menu.isEnabled()


def test_closing_the_series_brings_the_empty_state_back(window, qtbot, tmp_path):
    open_and_wait(qtbot, window, write_ct(tmp_path))
    window.opening.close_series()
    assert window.state.session is None
    assert window._stack.currentWidget() is window.welcome


def test_reset_gives_the_series_own_window(window, qtbot, tmp_path):
    open_and_wait(qtbot, window, write_ct(tmp_path))
    own = window.state.window
    window.state.set_window(Window(5, 5))
    window.viewing.reset()
    assert window.state.window == own


def test_the_first_window_comes_from_a_slice_that_is_there():
    from ldct_viewer.ui.state import Session
    from ldct_viewer.ui.viewing import initial_window
    from ldct_viewer.volume import AIR_HU, Geometry, Volume

    hu = np.full((5, 32, 32), AIR_HU, np.int16)
    hu[3, 8:24, 8:24] = -800  # lung; the middle slice has not arrived
    hu[3, :4] = 40
    session = Session.of(Volume(hu, Geometry((5, 32, 32), (1.0, 1.0, 1.0))), complete=False)
    session.loaded[3] = True
    assert initial_window(session) == Window(1500, -600)


def test_a_series_that_ai_made_is_called_so_and_not_denoised_by_itself(qtbot, tmp_path):
    """An export opened again must not pass for a low-dose scan, nor be smoothed a second time unasked."""
    from ldct_viewer.dicom.derive import write_derived
    from ldct_viewer.dicom.provenance import denoised
    from ldct_viewer.dicom.scan import scan_paths
    from ldct_viewer.ui.views import overlay_text

    source = scan_paths([write_ct(tmp_path)]).series[0]
    write_derived(source, chest(seed=1), tmp_path / "derived", denoised("Fast", "1", "ab" * 32, 0.7))
    window = make_window(qtbot, tmp_path, auto_denoise=True)
    open_and_wait(qtbot, window, tmp_path / "derived")
    assert window.state.session.denoised_before
    assert window.state.session.denoised is None and not window.denoising._wanted
    assert any("AI" in text for text in shown(window))
    view = window.page.views["axial", "low"]
    assert overlay_text.low_title(view) == "AI-denoised series"
    assert "AI" in overlay_text.badge(view, view.frame())
    window.close()


def test_several_series_beside_an_open_one_are_announced(window, qtbot, tmp_path):
    open_and_wait(qtbot, window, write_ct(tmp_path / "first"))
    write_ct(tmp_path / "all", number="1")
    write_ct(tmp_path / "all", number="2", seed=2, description="Thin")
    with qtbot.waitSignal(window.opening._thumbs.done, timeout=20000):
        drop(window, tmp_path / "all")
    assert window.state.session is not None
    assert any(text.startswith("2 CT series") for text in shown(window))


def test_the_buttons_beside_the_preset_stay_where_they_are(window, qtbot, tmp_path):
    open_and_wait(qtbot, window, write_ct(tmp_path))
    places = set()
    for name in ("lung", "abdomen", "full"):
        window.viewing.set_preset(name)
        qtbot.wait(20)
        places.add(window.tool_bar.width_box.x())
    assert len(places) == 1


def test_esc_that_stops_denoising_says_so(window, qtbot, tmp_path):
    open_and_wait(qtbot, window, write_ct(tmp_path))
    window.denoising.cancel()
    assert shown(window) == []  # nothing was going on
    window.denoising._wanted = True  # the network is being prepared
    window.exporting.export_volume()
    hints = [m.hint for m in window.messages.messages]
    assert any("Wait" in hint for hint in hints) and not any("F5" in hint for hint in hints)
    window.denoising.cancel()
    assert any("stopped" in text for text in shown(window))
    assert not window.denoising.busy
