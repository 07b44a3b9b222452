"""What a view shows, pixel by pixel: the right cut, the right grey, marks where data is missing."""

from __future__ import annotations

import numpy as np
import pytest

from ldct_viewer.planes import PLANES, plane_axes
from ldct_viewer.ui.state import ViewState
from ldct_viewer.ui.views.lut import colourize, difference_lut, gray_lut
from ldct_viewer.ui.views.near_cuts import BLOCK, NearCuts
from ldct_viewer.ui.views.plane_grid import PlaneGrid
from ldct_viewer.ui.views.plane_source import PlaneSource
from ldct_viewer.volume import Geometry
from ldct_viewer.window import Window, apply_voi

from .view_helpers import make_session


def colours(frame) -> np.ndarray:
    """(row, col, 3) RGB of a frame."""
    image = frame.image
    raw = np.frombuffer(image.constBits(), dtype=np.uint32).reshape(image.height(), image.bytesPerLine() // 4)
    raw = raw[:, : image.width()]
    return np.stack([raw >> 16 & 255, raw >> 8 & 255, raw & 255], axis=-1)


def source_on(session, plane="axial"):
    state = ViewState()
    source = PlaneSource(state, plane)
    state.open(session)
    source.open()
    return state, source


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
@pytest.mark.parametrize("window", [Window(400, 40), Window(1500, -600), Window(1, 3)])
@pytest.mark.parametrize("invert", [False, True])
def test_grey_table_is_the_voi_formula(function, window, invert):
    hu = np.arange(-2000, 2000, dtype=np.int16).reshape(40, 100)
    out = np.empty(hu.shape, dtype=np.uint32)
    colourize(hu, gray_lut(window, function, invert), out)
    expected = apply_voi(hu, window, function) * 255
    if invert:
        expected = 255 - expected
    grey = (out & 255).astype(float)
    assert np.abs(grey - expected).max() <= 0.51
    np.testing.assert_array_equal(out >> 8 & 255, out & 255)
    np.testing.assert_array_equal(out >> 16 & 255, out & 255)


def test_difference_colours_are_grey_at_zero_blue_below_orange_above_and_saturate():
    lut = difference_lut(50.0)

    def rgb(hu):
        value = int(lut[hu & 0xFFFF])
        return value >> 16 & 255, value >> 8 & 255, value & 255

    assert len(set(rgb(0))) == 1
    assert rgb(-50)[2] > rgb(-50)[0] and rgb(50)[0] > rgb(50)[2]
    assert rgb(50) == rgb(3000) and rgb(-50) == rgb(-3000)
    assert rgb(25) != rgb(50)


@pytest.mark.parametrize("plane", PLANES)
@pytest.mark.parametrize("strength", [0.0, 0.3, 1.0])
def test_right_side_is_low_plus_strength_times_change(qapp, plane, strength):
    session = make_session()
    state, source = source_on(session, plane)
    state.set_window(Window(500, 100))
    state.set_strength(strength)
    axes = session.planes[plane]
    low = axes.extract(session.low.hu, state.index(plane)).astype(float)
    expected = apply_voi(low - 100 * strength, Window(500, 100), "LINEAR") * 255
    assert np.abs(colours(source.frame("right"))[..., 0] - expected).max() <= 0.6


def test_slices_not_read_are_black(qapp):
    session = make_session(complete=False, denoised=False)
    session.loaded[10:20] = True
    state, source = source_on(session, "coronal")
    state.set_window(Window(10, -500))  # everything read is white
    picture = colours(source.frame("low"))[..., 0]
    white_rows = np.flatnonzero(picture.max(axis=1))
    # Head is up: array slice k stands in row 39 − k.
    np.testing.assert_array_equal(white_rows, np.arange(39 - 19, 39 - 10 + 1))


def test_rows_not_denoised_show_the_low_dose_and_are_marked(qapp):
    session = make_session()
    session.denoised_ready[:] = False
    session.denoised_ready[30:] = True
    state, source = source_on(session, "sagittal")
    state.set_window(Window(1000, 200))
    frame = source.frame("right")
    low, right = colours(source.frame("low"))[..., 0], colours(frame)[..., 0]
    assert frame.missing == ((10, 40),)
    np.testing.assert_array_equal(low[10:], right[10:])
    assert (low[:10] != right[:10]).any()


def test_an_axial_slice_not_denoised_is_marked_whole(qapp):
    session = make_session()
    session.denoised_ready[:] = False
    _, source = source_on(session)
    frame = source.frame("right")
    assert frame.missing == ((0, 64),)
    np.testing.assert_array_equal(colours(frame), colours(source.frame("low")))


def test_difference_shows_signed_change_at_this_strength(qapp):
    session = make_session()
    state, source = source_on(session)
    state.set_right_mode("difference")
    state.set_compare(difference_hu=100)
    state.set_strength(0.5)
    value = int(difference_lut(100.0)[-50 & 0xFFFF])
    expected = (value >> 16 & 255, value >> 8 & 255, value & 255)
    assert (colours(source.frame("right")) == expected).all()


@pytest.mark.parametrize("make", [lambda s: s.set_compare(show_original=True), lambda s: s.set_right_mode("original")])
def test_flicker_and_original_mode_show_the_low_dose_itself(qapp, make):
    state, source = source_on(make_session())
    make(state)
    assert source.right_kind() == "low"
    assert source.frame("right") is source.frame("low")


def test_sagittal_blocks_are_not_stale_after_new_data(qapp):
    session = make_session()
    state, source = source_on(session, "sagittal")
    state.step("sagittal", BLOCK + BLOCK // 2 - state.index("sagittal"))  # the next one is of the same block
    state.set_window(Window(1000, 200))
    before = colours(source.frame("right")).copy()
    session.denoised[:] = 0
    state.step("sagittal", 1)
    source.invalidate()
    after = colours(source.frame("right"))
    assert (before != after).any()
    assert len(np.unique(after)) == 1


def test_near_cuts_are_the_volume_s_whichever_way_the_wheel_turns():
    rng = np.random.default_rng(0)
    for width in (5, 16, 70):
        array = rng.integers(-1000, 1000, (10, 6, width)).astype(np.int16)
        near = NearCuts()
        walk = [*range(width), *range(width - 1, -1, -1), *rng.integers(0, width, 60).tolist()]
        walk += np.clip(np.cumsum(rng.integers(-3, 4, 200)) + width // 2, 0, width - 1).tolist()
        for step, index in enumerate(walk):
            if step == 90:
                array[:] = rng.integers(-1000, 1000, array.shape)
                near.forget()
            block, place = near.find(array, index)
            np.testing.assert_array_equal(block[:, :, place], array[:, :, index])


@pytest.mark.parametrize("way", [1, -1])
def test_no_step_of_a_steady_wheel_copies_more_than_its_share(monkeypatch, way):
    from ldct_viewer.ui.views import near_cuts

    copied = []
    monkeypatch.setattr(near_cuts.np, "copyto", lambda to, source: copied.append(1))
    array, near = np.zeros((40, 4, 64), np.int16), near_cuts.NearCuts()
    start = 3 if way > 0 else 60
    near.find(array, start)
    assert sum(copied) == 40  # a jump has nothing to go by
    for index in range(start, start + 55 * way, way):
        copied.clear()
        near.find(array, index)
        assert sum(copied) <= -(-40 // (near_cuts.BLOCK - 4)), index  # 12 steps to the first border


def test_a_wheel_that_turns_back_finds_the_block_it_left(monkeypatch):
    from ldct_viewer.ui.views import near_cuts

    array, near = np.zeros((40, 4, 96), np.int16), near_cuts.NearCuts()
    for index in range(20, 50):
        near.find(array, index)
    copied = []
    monkeypatch.setattr(near_cuts.np, "copyto", lambda to, source: copied.append(1))
    for index in range(49, 32, -1):
        copied.clear()
        near.find(array, index)
        assert len(copied) <= 3  # slices: a share of the block after next


# -- missing slices ------------------------------------------------------------------------------------
UNEVEN = Geometry((4, 8, 8), (1.0, 1.0, 1.0), z_positions_mm=(0.0, 1.0, 4.0, 5.0))


@pytest.mark.parametrize("plane", ["coronal", "sagittal"])
def test_missing_slices_leave_black_lines_at_true_height(qapp, plane):
    session = make_session((4, 8, 8), spacing=(1.0, 1.0, 1.0), z_positions_mm=UNEVEN.z_positions_mm)
    state, source = source_on(session, plane)
    state.set_window(Window(1, -5000))
    picture = colours(source.frame("low"))[..., 0]
    assert picture.shape == (6, 8)
    np.testing.assert_array_equal(picture.max(axis=1) > 0, [True, True, False, False, True, True])


def test_coordinates_across_a_gap_go_both_ways():
    grid = PlaneGrid(UNEVEN, plane_axes(UNEVEN)["coronal"])
    for row in np.linspace(-0.4, 5.4, 23):
        voxel = grid.to_voxel(3, row, 2)
        assert grid.from_voxel(voxel) == (pytest.approx(row), pytest.approx(2))
    assert grid.to_voxel(3, 1, 2)[0] == pytest.approx(2)  # slice 2 at 4 mm is drawn in row 1 from the top
    assert grid.to_voxel(3, 4, 2)[0] == pytest.approx(1)
