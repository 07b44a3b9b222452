"""The compare page: layouts, linking, what is drawn and what is said."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6 import QtCore, QtTest

from ldct_viewer.planes import PLANES
from ldct_viewer.quality.roi import Roi
from ldct_viewer.ui.state import LAYOUTS
from ldct_viewer.ui.views import overlay_text
from ldct_viewer.ui.views.arrangement import arrange
from ldct_viewer.ui.views.camera import Camera
from ldct_viewer.window import Window

from .view_helpers import make_session

ONE = dict.fromkeys(PLANES, 1.0)


def rectangles(pairs):
    return [r for pair in pairs.values() for r in (pair.low, pair.right, pair.slider) if r is not None]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("size", [(1920, 1080), (1600, 900), (800, 1000), (640, 480)])
def test_nothing_overlaps_and_nothing_leaves_the_page(layout, size):
    rects = [QtCore.QRect(*r) for r in rectangles(arrange(layout, *size, ONE))]
    page = QtCore.QRect(0, 0, *size)
    for n, rect in enumerate(rects):
        assert rect.width() > 0 and rect.height() > 0
        assert page.contains(rect)
        assert not any(rect.intersects(other) for other in rects[n + 1 :])
    assert sum(r.width() * r.height() for r in rects) > 0.98 * size[0] * size[1]


@pytest.mark.parametrize("aspects", [ONE, {"axial": 1.0, "coronal": 4.0, "sagittal": 4.0}])
def test_six_views_with_the_axial_pair_largest_and_low_dose_left(aspects):
    pairs = arrange("six", 1920, 1000, aspects)
    area = {p: pair.right[2] * pair.right[3] for p, pair in pairs.items()}
    assert len(pairs) == 3
    assert area["axial"] > 1.4 * max(area["coronal"], area["sagittal"])
    assert all(pair.low[0] < pair.right[0] and pair.low[1] == pair.right[1] for pair in pairs.values())


def test_pixels_have_the_shape_of_the_spacing(page):
    # Spacing 2 × 1 × 1 mm: coronal pixels are twice as high as wide.
    axial, coronal = page.views["axial", "low"].screen_map(), page.views["coronal", "low"].screen_map()
    assert axial.sy / axial.sx == pytest.approx(1)
    assert coronal.sy / coronal.sx == pytest.approx(2)


def test_double_click_fills_the_page_with_that_pair_and_goes_back(page, qtbot):
    page.state.set_layout("grid")
    view = page.views["sagittal", "right"]
    qtbot.mouseDClick(view, QtCore.Qt.MouseButton.LeftButton)
    assert page.state.layout_name == "sagittal"
    assert view.isVisible() and not page.views["axial", "low"].isVisible()
    assert view.width() > 700
    qtbot.mouseDClick(view, QtCore.Qt.MouseButton.LeftButton)
    assert page.state.layout_name == "grid"
    assert page.views["axial", "low"].isVisible()


def test_layout_changes_make_no_new_widgets(page):
    before = {id(w) for w in page.children()}
    for layout in LAYOUTS:
        page.state.set_layout(layout)
    assert {id(w) for w in page.children()} == before


def test_both_views_of_a_pair_show_the_same_place(page):
    page.state.set_camera("axial", Camera(3.0, 0.3, 0.6))
    assert page.views["axial", "low"].screen_map() == page.views["axial", "right"].screen_map()
    assert page.state.camera("coronal") == Camera()
    page.fit()
    assert page.state.camera("axial") == Camera()


def test_one_to_one_is_a_display_pixel_for_each_picture_pixel(page):
    page.views["axial", "low"].setFocus()
    page.one_to_one()
    assert page.views["axial", "low"].zoom_percent() == pytest.approx(100)


def test_active_plane_is_the_one_last_used_and_always_on_screen(page, qtbot):
    QtTest.QTest.mouseClick(page.views["coronal", "low"], QtCore.Qt.MouseButton.LeftButton)
    assert page.active_plane() == "coronal"
    page.state.set_layout("sagittal")
    assert page.active_plane() == "sagittal"


def test_slider_follows_and_leads(page):
    page.state.set_index("axial", 7)
    assert page.sliders["axial"].value() == 7
    page.sliders["coronal"].setValue(12)
    assert page.state.index("coronal") == 12


def test_slider_click_goes_there_and_drag_scrolls(page):
    slider = page.sliders["axial"]
    QtTest.QTest.mouseClick(slider, QtCore.Qt.MouseButton.LeftButton, pos=QtCore.QPoint(slider.width() - 2, 9))
    assert page.state.index("axial") == 39


def pixels(page) -> np.ndarray:
    image = page.grab_picture().convertToFormat(page.grab_picture().Format.Format_RGB32)
    return np.frombuffer(image.constBits(), dtype=np.uint32).reshape(image.height(), image.width()).copy()


def test_picture_shows_what_the_state_says(page):
    page.state.set_overlays("none", crosshair=False)
    page.state.set_window(Window(1000, 200))
    view = page.views["axial", "low"]
    centre = view.mapTo(page, QtCore.QPoint(view.width() // 2, view.height() // 2))
    # HU at the middle: 10 · 19 + 32 = 222 (± one row).
    assert int(pixels(page)[centre.y(), centre.x()] & 255) == pytest.approx(255 * (222 - 200 + 500) / 1000, abs=2)


def test_badge_is_there_in_every_level_and_never_on_the_low_dose(page):
    right, low = page.views["axial", "right"], page.views["axial", "low"]
    for level in ("all", "minimal", "none"):
        page.state.set_overlays(level)
        assert "AI denoised 100 %" in overlay_text.badge(right, right.frame())
        assert overlay_text.badge(low, low.frame()) == ""
    # … and really painted: with badge and without differ in the lower right corner.
    page.state.set_overlays("none", crosshair=False)
    x, y = right.geometry().right() - 60, right.geometry().bottom() - 14
    with_badge = pixels(page)[y - 8 : y + 8, x - 60 : x + 50]
    page.state.set_compare(show_original=True)
    without = pixels(page)[y - 8 : y + 8, x - 60 : x + 50]
    assert (with_badge != without).mean() > 0.3


def test_in_a_small_view_the_badge_leaves_the_letter_of_the_lower_edge_free(page, monkeypatch):
    from ldct_viewer.ui.views import overlays

    drawn = []
    real = overlays.draw_text
    monkeypatch.setattr(
        overlays, "draw_text", lambda p, text, x, y, **how: (drawn.append((text, y)), real(p, text, x, y, **how))
    )
    right = page.views["coronal", "right"]
    assert overlays.is_small(right)
    right.repaint()
    letter = max(y for text, y in drawn if text == right.grid.axes.letters[3])
    badge = max(y for text, y in drawn if text.startswith("AI"))
    assert letter + overlays.line_height(13) <= badge + 1


def test_title_says_what_is_shown(page):
    right = page.views["axial", "right"]
    title = lambda: overlay_text.title(right, right.frame())  # noqa: E731
    page.state.set_strength(0.7)
    assert title() == "Axial · Denoised 70 %"
    page.state.set_right_mode("difference")
    assert title() == "Axial · Difference 70 %"
    page.state.set_compare(show_original=True)
    assert title() == "Axial · Low-dose (original)"
    page.state.set_compare(show_original=False)
    page.state.session.denoised_ready[19] = False
    assert title() == "Axial · Low-dose (not denoised yet)"
    assert overlay_text.badge(right, right.frame()) == ""


def test_anonymous_mode_says_nothing_of_the_patient(page):
    view = page.views["axial", "low"]
    said = " ".join(overlay_text.top_left(view) + overlay_text.top_right(view))
    assert "Hong Gildong" in said and "ID-4711" in said and "Seoul Clinic" in said
    page.state.set_overlays(anonymous=True)
    said = " ".join(overlay_text.top_left(view) + overlay_text.top_right(view))
    for secret in ("Hong", "4711", "1970", "2024", "Seoul"):
        assert secret not in said


def test_hu_under_the_pointer_on_both_sides(page):
    page.state.set_pointer((19, 32, 5), "axial")
    for side in ("low", "right"):
        assert overlay_text.pointer_lines(page.views["axial", side], small=False) == ["LD 222   DN 122   Δ −100 HU"]
    assert overlay_text.pointer_lines(page.views["coronal", "low"], small=False) == []


def test_strength_counts_in_what_the_pointer_says(page):
    page.state.set_strength(0.25)
    assert page.views["axial", "low"].values_at((19, 32, 5)) == (222, 197)


def test_slices_arriving_reach_the_view_that_shows_them(page, qtbot):
    page.state.set_overlays("none", crosshair=False)
    page.state.session.denoised[:] = 3000
    before = pixels(page)
    page.state.announce([19])
    right = page.views["axial", "right"].geometry()
    after = pixels(page)
    assert (before[right.top() : right.bottom(), right.left() : right.right()] != after[
        right.top() : right.bottom(), right.left() : right.right()
    ]).any()  # fmt: skip
    coronal = page.views["coronal", "right"]

    def followed():
        assert page.sources["coronal"].frame("right").image.pixelColor(5, 5).red() == 255

    qtbot.waitUntil(lambda: not page._late.isActive(), timeout=1000)
    followed()
    assert coronal.isVisible()


def test_curtain_shows_low_dose_left_of_it(page):
    page.state.set_layout("single")
    page.state.set_overlays("none", crosshair=False)
    page.state.set_window(Window(400, 150))
    view = page.views["axial", "right"]
    row = view.height() // 2
    plain = pixels(page)[row]
    page.state.set_compare(curtain=0.5)
    curtained = pixels(page)[row]
    page.state.set_compare(curtain=None, show_original=True)
    low = pixels(page)[row]
    half = view.width() // 2
    np.testing.assert_array_equal(curtained[: half - 20], low[: half - 20])
    np.testing.assert_array_equal(curtained[half + 20 :], plain[half + 20 :])


def test_current_rois_measures_both_sides(page):
    page.state.rois.add(Roi("rectangle", "axial", 19, (19, 10, 10), (19, 20, 20)))
    ((roi, result),) = page.current_rois()
    assert roi.kind == "rectangle"
    assert result.mean_change_hu == pytest.approx(-100)


def test_views_and_sliders_have_names_and_no_input_method(page):
    for view in page.views.values():
        assert view.accessibleName()
        assert not view.testAttribute(QtCore.Qt.WidgetAttribute.WA_InputMethodEnabled)
    assert len({v.accessibleName() for v in page.views.values()}) == 6
    assert all(s.accessibleName() for s in page.sliders.values())


def test_another_series_of_another_size_and_none(page):
    page.state.open(make_session((3, 20, 31), spacing=(5.0, 0.5, 0.5), denoised=False))
    page.grab_picture()
    page.state.open(None)
    page.grab_picture()


@pytest.mark.parametrize("shape", [(1, 16, 16), (2, 1, 1), (5, 3, 200)])
def test_odd_shapes_are_drawn(page, shape):
    page.state.open(make_session(shape))
    for layout in LAYOUTS:
        page.state.set_layout(layout)
        assert not page.grab_picture().isNull()


def test_unread_series_says_so(page):
    page.state.open(make_session(complete=False, denoised=False))
    view = page.views["axial", "low"]
    assert overlay_text.progress_note(view, view.frame()) == "reading…"


def test_missing_slices_are_said(page):
    page.state.open(make_session((4, 8, 8), z_positions_mm=(0.0, 2.0, 8.0, 10.0)))
    assert overlay_text.geometry_banner(page.views["coronal", "low"]) == ["⚠ missing slices"]
    assert overlay_text.geometry_banner(page.views["axial", "low"]) == []
    page.state.open(make_session((4, 8, 8), z_positions_mm=(0.0, 2.0, 5.2, 7.2)))
    assert overlay_text.geometry_banner(page.views["coronal", "low"]) == ["⚠ irregular spacing"]


@pytest.mark.parametrize("overlays", ["all", "none"])
def test_strips_repainted_for_a_moving_crosshair_leave_no_trace(page, qtbot, overlays):
    """Step by step (strips only) the screen must end up as one full repaint would draw it."""
    page.state.set_overlays(overlays)
    page.grab_picture()
    for plane, by in (("axial", 3), ("coronal", -7), ("sagittal", 5), ("axial", -9), ("coronal", 30), ("axial", 40)):
        page.state.step(plane, by)
        page.sliders["axial"].repaint()  # Qt paints all that is due along with it
    stepped = page.screen().grabWindow(page.winId()).toImage()
    for view in page.views.values():
        view.repaint()
    full = page.screen().grabWindow(page.winId()).toImage()
    assert not stepped.isNull()
    assert stepped == full


def test_a_denoised_twin_that_appears_is_shown_at_once_even_if_other_slices_came_first(page):
    page.state.open(make_session(denoised=False))
    page.grab_picture()
    session = page.state.session
    session.denoised, session.denoised_ready = session.low.hu.copy(), session.loaded & False
    session.denoised_ready[0] = True
    page.state.announce([0])
    frame = page.views["axial", "right"].frame()
    assert frame.kind == "denoised"
    assert frame.missing


def test_header_text_is_plain_and_on_one_line(page):
    from ldct_viewer.ui.views.text import clean

    assert clean("<b>홍길동</b>\r\n\x1b[31m 흉부\tCT ") == "<b>홍길동</b> [31m 흉부 CT"
