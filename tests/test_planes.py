"""Planes: radiological convention for every patient position, by following a landmark."""

from __future__ import annotations

import numpy as np
import pytest

from ldct_viewer.planes import PLANES, direction_letters, plane_axes, uniform_rows
from ldct_viewer.volume import Geometry

SHAPE = (7, 9, 11)


def geometry(row, column, normal=None, **more) -> Geometry:
    row, column = np.asarray(row, float), np.asarray(column, float)
    normal = np.cross(row, column) if normal is None else np.asarray(normal, float)
    direction = tuple(tuple(map(float, r)) for r in np.column_stack([row, column, normal]))
    return Geometry(SHAPE, (2.0, 0.5, 0.8), (10.0, -20.0, 30.0), direction, **more)


ACQUISITIONS = {
    "HFS": geometry((1, 0, 0), (0, 1, 0)),
    "HFP": geometry((-1, 0, 0), (0, -1, 0)),
    "FFS": geometry((-1, 0, 0), (0, 1, 0)),
    "FFP": geometry((1, 0, 0), (0, -1, 0)),
    "HFDR": geometry((0, 1, 0), (-1, 0, 0)),
    "FFDL": geometry((0, 1, 0), (1, 0, 0)),
    "coronal stack": geometry((1, 0, 0), (0, 0, -1)),
    "sagittal stack": geometry((0, 1, 0), (0, 0, -1)),
    "oblique 20": geometry((np.cos(0.35), np.sin(0.35), 0), (-np.sin(0.35), np.cos(0.35), 0)),
    "tilt 20": geometry((1, 0, 0), (0, 1, 0), (0, -np.sin(0.35), np.cos(0.35))),
}
# LPS direction that must point right and down on screen.
SCREEN = {"axial": ((1, 0, 0), (0, 1, 0)), "coronal": ((1, 0, 0), (0, 0, -1)), "sagittal": ((0, 1, 0), (0, 0, -1))}


@pytest.mark.parametrize("name", ACQUISITIONS)
@pytest.mark.parametrize("plane", PLANES)
def test_right_and_down_of_the_screen_are_radiological(name, plane):
    g = ACQUISITIONS[name]
    axes = plane_axes(g)[plane]
    here = g.index_to_lps(*axes.to_voxel(3, 2, 2, SHAPE))
    right = g.index_to_lps(*axes.to_voxel(3, 2, 3, SHAPE)) - here
    down = g.index_to_lps(*axes.to_voxel(3, 3, 2, SHAPE)) - here
    want_right, want_down = map(np.asarray, SCREEN[plane])
    assert right @ want_right / np.linalg.norm(right) > 0.9
    assert down @ want_down / np.linalg.norm(down) > 0.9


@pytest.mark.parametrize("name", ACQUISITIONS)
@pytest.mark.parametrize("plane", PLANES)
def test_picture_and_coordinates_tell_the_same_voxel(name, plane):
    g = ACQUISITIONS[name]
    axes = plane_axes(g)[plane]
    array = np.arange(np.prod(SHAPE)).reshape(SHAPE)
    picture = axes.extract(array, 4)
    for row in range(picture.shape[0]):
        for col in range(picture.shape[1]):
            voxel = axes.to_voxel(4, row, col, SHAPE)
            assert array[tuple(int(v) for v in voxel)] == picture[row, col]
            assert axes.from_voxel(voxel, SHAPE) == (4, row, col)


@pytest.mark.parametrize(("plane", "letters"), [("axial", "RLAP"), ("coronal", "RLHF"), ("sagittal", "APHF")])
@pytest.mark.parametrize("name", ["HFS", "HFP", "FFS", "FFP", "HFDR", "FFDL", "coronal stack", "sagittal stack"])
def test_letters_name_the_screen_edges(name, plane, letters):
    assert plane_axes(ACQUISITIONS[name])[plane].letters == tuple(letters)


def test_an_oblique_direction_gets_two_letters():
    assert direction_letters(np.array([np.cos(0.35), -np.sin(0.35), 0.0])) == "LA"
    assert direction_letters(np.array([0.98, -0.199, 0.0])) == "L"


def test_missing_slices_leave_a_gap_at_their_true_place():
    g = Geometry((4, 2, 2), (1.0, 1.0, 1.0), z_positions_mm=(0.0, 1.0, 4.0, 5.0))
    np.testing.assert_array_equal(uniform_rows(g), [0, 1, -1, -1, 2, 3])


def test_a_regular_stack_needs_no_layout():
    assert uniform_rows(Geometry((4, 2, 2), (1.0, 1.0, 1.0))) is None


def test_layout_of_a_wild_stack_stays_small():
    g = Geometry((3, 2, 2), (0.001, 1.0, 1.0), z_positions_mm=(0.0, 0.001, 500.0))
    assert len(uniform_rows(g)) <= 4097
