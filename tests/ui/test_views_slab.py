"""Slabs: neighbouring slices as one picture, against numpy; and the kernel's name."""

from __future__ import annotations

import numpy as np
import pytest

from ldct_viewer.blend import blend
from ldct_viewer.planes import PLANES
from ldct_viewer.ui.state import Session, ViewState
from ldct_viewer.ui.views.plane_source import PlaneSource
from ldct_viewer.ui.words import kernel_name
from ldct_viewer.volume import Geometry, SeriesMeta, Volume
from ldct_viewer.window import Window
from tests.window_kit import make_window, open_and_wait, write_ct

SHAPE = (20, 24, 28)
SPACING = (2.5, 1.0, 1.0)
JOIN = {"mip": np.max, "minip": np.min, "mean": lambda a, axis: np.rint(np.mean(a, axis=axis))}
AXIS = {"axial": 0, "coronal": 1, "sagittal": 2}


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 100, SHAPE).astype(np.int16)


def source(plane: str, mode: str, mm: float, **geometry) -> tuple[ViewState, PlaneSource, Session]:
    state = ViewState()
    made = PlaneSource(state, plane)
    session = Session.of(Volume(noise(1), Geometry(SHAPE, SPACING, **geometry), SeriesMeta()), complete=True)
    session.denoised, session.denoised_ready = noise(2), np.ones(SHAPE[0], dtype=bool)
    state.open(session)
    state.set_window(Window(256, 128))
    state.set_slab(mode, mm)
    made.open()
    return state, made, session


def grey(frame) -> np.ndarray:
    """The frame's grey values; at this window one HU is one grey step."""
    return (frame.pixels & 255).astype(int)


def picture(made: PlaneSource, hu: np.ndarray) -> np.ndarray:
    """What a plain slice with these HU looks like (its own cut and colours are tested elsewhere)."""
    axis = made.grid.axes.slice_axis
    flat = np.expand_dims(hu.astype(np.int16), axis)
    return made.grid.picture(flat, 0).astype(int)


@pytest.mark.parametrize("plane", PLANES)
@pytest.mark.parametrize("mode", ["mip", "mean", "minip"])
def test_each_side_is_the_numpy_slab(plane, mode):
    state, made, session = source(plane, mode, 10.0)
    axis = AXIS[plane]
    state.set_index(plane, 9)
    first, stop = made.slab()
    assert first < 9 < stop - 1 and (stop - first) % 2 == 1
    state.set_strength(0.6)
    cut = [slice(None)] * 3
    cut[axis] = slice(first, stop)
    low = session.low.hu[tuple(cut)]
    shown = blend(low, session.denoised[tuple(cut)], 0.6)  # blended first: what a reader sees is a slab of the blend
    for side, stack in (("low", low), ("right", shown)):
        expected = picture(made, JOIN[mode](stack, axis=axis))
        assert np.abs(grey(made.frame(side)) - expected * 255 / 256).max() <= 1.5


@pytest.mark.parametrize(("mm", "slices"), [(1.0, 1), (2.5, 1), (5.0, 3), (7.5, 3), (10.0, 5), (20.0, 9)], ids=str)
def test_the_thickness_is_the_nearest_odd_number_of_slices_and_is_told_truly(mm, slices):
    state, made, _ = source("axial", "mip", mm)
    state.set_index("axial", 10)
    first, stop = made.slab()
    assert stop - first == slices and (first + stop - 1) // 2 == 10
    assert made.grid.extent_mm((first, stop)) == pytest.approx(slices * 2.5)


def test_at_the_ends_the_slab_is_thinner_not_shifted():
    state, made, _ = source("axial", "mip", 10.0)
    state.set_index("axial", 0)
    assert made.slab() == (0, 3)
    state.set_index("axial", 19)
    assert made.slab() == (17, 20)


def test_a_slab_does_not_reach_over_a_gap():
    positions = tuple(2.5 * k + (50.0 if k >= 10 else 0.0) for k in range(20))
    state, made, _ = source("axial", "mip", 20.0, z_positions_mm=positions)
    state.set_index("axial", 9)
    assert made.slab() == (5, 10)


def test_the_difference_is_what_the_picture_changed_by():
    state, made, session = source("axial", "mip", 10.0)
    state.set_right_mode("difference")
    state.set_index("axial", 9)
    first, stop = made.slab()
    change = session.denoised[first:stop].max(axis=0).astype(int) - session.low.hu[first:stop].max(axis=0)
    red, blue = made.frame("right").pixels >> 16 & 255, made.frame("right").pixels & 255
    assert np.array_equal(np.sign(red.astype(int) - blue)[np.abs(change) > 3], np.sign(change)[np.abs(change) > 3])


def test_a_slab_with_a_slice_that_is_not_there_yet_is_not_shown_as_whole():
    state, made, session = source("axial", "mip", 10.0)
    state.set_index("axial", 9)
    session.loaded[10] = False
    assert made.loaded() is False and not grey(made.frame("low")).any()
    session.loaded[10] = True
    session.denoised_ready[8] = False
    made.invalidate()
    np.testing.assert_array_equal(grey(made.frame("right")), grey(made.frame("low")))
    assert made.shows({8}) and made.shows({11}) and not made.shows({12})


def test_keys_and_menu_turn_slabs_on_and_the_picture_says_so(qtbot, tmp_path):
    from ldct_viewer.ui.views.overlay_text import bottom_left, title

    window = make_window(qtbot, tmp_path)
    open_and_wait(qtbot, window, write_ct(tmp_path / "ct"))  # steps of 2.5 mm
    view = window.page.views["axial", "low"]
    window.qactions["slab_20"].trigger()
    assert window.state.slab_mode == "mip"
    assert title(view, view.source.frame("low")) == "Axial · MIP 22.5 mm · Low-dose"  # nine slices
    assert "HU and measurements: middle slice" in [line for line, _ in bottom_left(view, full=True, small=False)]
    for expected in ("mean", "minip", "off", "mip"):
        window.qactions["slab_next"].trigger()
        assert window.state.slab_mode == expected and window.qactions[f"slab_{expected}"].isChecked()


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("Br38f\\3", "Br38f (3)"),
        ("B40f", "B40f"),
        ("I30f\\\\2", "I30f (2)"),
        ("", ""),
        ("FC08\\ ", "FC08"),
        ("\\3", "3"),
    ],
)
def test_a_kernel_of_several_values_is_read_as_name_and_strength(stored, shown):
    assert kernel_name(stored) == shown
