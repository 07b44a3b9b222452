"""Small arithmetic of the views: zoom at its limits, the picture's edge, which way is up; settings at their bounds."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6 import QtCore

from ldct_viewer.planes import PLANES, plane_axes
from ldct_viewer.ui.i18n import effective_language
from ldct_viewer.ui.settings import Settings
from ldct_viewer.ui.views.camera import MAX_ZOOM, Camera, ScreenMap, zoomed_at
from ldct_viewer.ui.views.plane_grid import PlaneGrid
from ldct_viewer.volume import Geometry

VIEW, PICTURE, MM = (400, 300), (100, 120), (0.8, 0.7)


@pytest.mark.parametrize("zoom,factor", [(1.0, 1.5), (MAX_ZOOM / 1.1, 2.0), (MAX_ZOOM, 2.0)])
def test_the_point_under_the_pointer_stays_there_also_at_the_largest_zoom(zoom: float, factor: float) -> None:
    camera, at = Camera(zoom, 0.5, 0.5), (230.0, 120.0)
    before = ScreenMap.of(camera, VIEW, PICTURE, MM)
    after = ScreenMap.of(zoomed_at(camera, factor, at, before, VIEW), VIEW, PICTURE, MM)
    assert after.to_picture(*at) == pytest.approx(before.to_picture(*at), abs=1e-6)


def test_the_picture_ends_half_a_pixel_beyond_its_outer_centres() -> None:
    screen = ScreenMap.of(Camera(), VIEW, PICTURE, MM)
    inside = [(-0.5, 0), (0, -0.5), (99.49, 119.49)]
    outside = [(-0.51, 0), (0, -0.51), (99.5, 0), (0, 119.5), (100, 5)]
    assert all(screen.inside(*p) for p in inside) and not any(screen.inside(*p) for p in outside)


@pytest.mark.parametrize("flips", [(1, 1, 1), (-1, -1, 1), (1, -1, -1)])
def test_a_higher_slice_is_toward_head_front_or_left_as_up_sign_says(flips: tuple[int, int, int]) -> None:
    """LPS: +z is head, −y front (anterior), +x left."""
    direction = tuple(tuple(float(flips[i]) if i == j else 0.0 for j in range(3)) for i in range(3))
    geometry = Geometry((6, 8, 10), (2.0, 1.0, 1.0), direction=direction)
    toward = {"axial": np.array([0, 0, 1]), "coronal": np.array([0, -1, 0]), "sagittal": np.array([1, 0, 0])}
    for plane in PLANES:
        grid = PlaneGrid(geometry, plane_axes(geometry)[plane])
        steps = [geometry.index_to_lps(*grid.to_voxel(index, 0, 0)) for index in (1, 2)]
        assert grid.up_sign() == np.sign((steps[1] - steps[0]) @ toward[plane])


def test_settings_hold_both_ends_of_their_range(qapp, tmp_path) -> None:
    settings = Settings(tmp_path / "a.ini")
    for value in (0.0, 1.0, 0.35):
        settings.strength = value
        assert Settings(tmp_path / "a.ini").strength == pytest.approx(value)
    for on in (True, False):
        settings.anonymous = on
        settings.store.sync()
        assert Settings(tmp_path / "a.ini").anonymous is on


@pytest.mark.parametrize("locale,language", [("ko_KR", "ko"), ("en_GB", "en"), ("fr_FR", "en")])
def test_the_systems_language_is_taken_where_there_is_a_translation(qapp, monkeypatch, locale, language) -> None:
    monkeypatch.setattr(QtCore.QLocale, "system", staticmethod(lambda: QtCore.QLocale(locale)))
    assert effective_language("system") == language


def test_the_label_of_a_measurement_keeps_off_the_texts_of_the_corners(page):
    from ldct_viewer.ui.views import overlays, roi_paint

    view = page.views["axial", "right"]
    page.state.set_overlays("all")
    texts = overlays.text_boxes(view, view.frame())
    assert len(texts) == 4 and all(view.rect().contains(box.toAlignedRect()) for box in texts)
    shape = QtCore.QRectF(view.width() / 2 - 60, view.height() - 90, 60, 60)  # low in the middle
    free = roi_paint.label_place(shape, (200, 70), (view.width(), view.height()), [shape])
    kept = roi_paint.label_place(shape, (200, 70), (view.width(), view.height()), [shape, *texts])
    assert any(free.intersects(box) for box in texts) and not any(kept.intersects(box) for box in texts)
