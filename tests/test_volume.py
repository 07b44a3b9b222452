"""Geometry: voxel ↔ LPS, slice positions, tilt."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ldct_viewer.volume import Geometry

TILTED = Geometry(
    (5, 6, 7),
    (3.0, 0.5, 0.7),
    (-10.0, 20.0, 5.0),
    ((1.0, 0.0, 0.0), (0.0, 1.0, -np.sin(0.3)), (0.0, 0.0, np.cos(0.3))),
)
UNEVEN = Geometry((4, 6, 7), (1.0, 0.5, 0.7), z_positions_mm=(0.0, 1.0, 4.0, 5.0))


@given(st.floats(0, 4), st.floats(-3, 9), st.floats(-3, 9))
def test_lps_to_index_undoes_index_to_lps(k, j, i):
    assert TILTED.lps_to_index(TILTED.index_to_lps(k, j, i)) == pytest.approx((k, j, i), abs=1e-9)


@given(st.floats(0, 3), st.floats(0, 5), st.floats(0, 6))
def test_the_same_between_uneven_slices(k, j, i):
    assert UNEVEN.lps_to_index(UNEVEN.index_to_lps(k, j, i)) == pytest.approx((k, j, i), abs=1e-9)


def test_first_voxel_lies_at_the_origin_and_x_runs_along_a_row():
    g = Geometry((5, 6, 7), (3.0, 0.5, 0.7), (1.0, 2.0, 3.0))
    np.testing.assert_allclose(g.index_to_lps(0, 0, 0), (1, 2, 3))
    np.testing.assert_allclose(g.index_to_lps(2, 1, 1), (1.7, 2.5, 9.0))


def test_tilt_is_the_angle_between_normal_and_stack():
    assert TILTED.tilt_deg == pytest.approx(np.degrees(0.3))
    assert UNEVEN.tilt_deg == pytest.approx(0)


def test_uneven_slices_lie_where_they_were_taken():
    assert not UNEVEN.regular
    assert [UNEVEN.slice_position_mm(k) for k in (0, 1, 1.5, 2, 3)] == [0, 1, 2.5, 4, 5]
