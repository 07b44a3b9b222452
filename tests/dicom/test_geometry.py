from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from ldct_viewer.dicom.codes import FileProblem, Reason
from ldct_viewer.dicom.formats import _equal_steps
from ldct_viewer.dicom.geometry import Placement, stack_geometry
from ldct_viewer.errors import WriteError
from ldct_viewer.planes import uniform_rows

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def stack(z, orientation=AXIAL, shift=(0.0, 0.0, 1.0), decimals=6):
    return [Placement(tuple(np.asarray(shift) * v), orientation, decimals) for v in z]


def codes(warnings) -> list[str]:
    return [w.code for w in warnings]


def test_regular_stack_has_no_warning_and_exact_spacing() -> None:
    g, warnings = stack_geometry(stack(np.arange(10) * 0.625 + 3), (4, 5), (0.7, 0.8))
    assert warnings == () and g.regular
    assert g.spacing_mm == pytest.approx((0.625, 0.7, 0.8)) and g.shape == (10, 4, 5)
    assert g.direction == ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


@pytest.mark.parametrize("gone", [[3], [3, 4], [2, 6, 7], [1]])
def test_exactly_the_deleted_slices_are_reported(gone: list[int]) -> None:
    z = np.delete(np.arange(20) * 2.0, gone)
    g, warnings = stack_geometry(stack(z), (4, 4), (1, 1))
    assert codes(warnings) == ["missing_slices"] and g.spacing_mm[0] == pytest.approx(2.0)
    counted = sum(int(part.split()[0]) for part in warnings[0].message.split("; ") if "missing between" in part)
    assert counted == len(gone)
    np.testing.assert_allclose(g.z_positions_mm, z - z[0])


def thick_stack(steps, thickness):
    z = np.concatenate([[0], np.cumsum(steps)])
    return [Placement((0.0, 0.0, v), AXIAL, thickness=t) for v, t in zip(z, thickness, strict=True)]


CHANGES = [
    ([5, 5, 5, 5, 10, 10, 10, 10], [5] * 5 + [10] * 4),
    ([5, 5, 5, 7.5, 10, 10, 10], [5] * 4 + [10] * 4),
    ([10, 10, 5, 5, 5, 5, 5, 5], [10] * 3 + [5] * 6),
    ([2.5, 2.5, 2.5, 5, 5, 5], [5] * 4 + [10] * 3),  # overlapping by half
    ([10, 10, 2.5, 2.5, 2.5, 2.5, 10, 10], [10] * 3 + [2.5] * 4 + [10] * 2),
]


@pytest.mark.parametrize(("steps", "thickness"), CHANGES)
def test_a_change_of_protocol_is_no_gap(steps: list[float], thickness: list[float]) -> None:
    g, warnings = stack_geometry(thick_stack(steps, thickness), (4, 4), (1, 1))
    assert codes(warnings) == ["irregular_spacing"]
    np.testing.assert_allclose(g.z_positions_mm, np.concatenate([[0], np.cumsum(steps)]))
    rows = uniform_rows(g)
    assert rows is not None and (rows >= 0).all()  # no black lines in the planes across
    assert g.spacing_mm[0] == pytest.approx(np.median(steps))
    assert g.widest_step_mm == max(steps)
    with pytest.raises(WriteError):  # a file with equal steps cannot hold it
        _equal_steps(g, Path("x.nii.gz"))


LOST = [
    ([5, 5, 10, 5, 5], [5] * 6, 1),  # constant thickness
    ([2.5, 2.5, 5, 2.5, 2.5], [5] * 6, 1),  # the gap is as wide as the slices are thick
    ([5, 5, 10, 5, 5], [5, 5, 10, 5, 5, 5], 1),  # thickness made up from the next slice's place
    ([5, 5, 10, 5, 5], [5, 5, None, 5, 5, 5], 1),
    ([5, 5, 5, 10, 5, 5], [5] * 3 + [10] * 4, 1),  # the thickness changed, the step did not
    ([5, 5, 10, 5, 10, 10, 10], [5] * 5 + [10] * 3, 1),  # a gap, then a change of protocol
    ([5, 5, 5, 10, 10, 30, 10], [5] * 4 + [10] * 4, 2),
    ([5, 5, 5, 17.5, 10, 10, 10], [5] * 4 + [10] * 4, 1),  # at the change itself
]


@pytest.mark.parametrize(("steps", "thickness", "lost"), LOST)
def test_a_gap_stays_one_whatever_the_thickness_says(steps: list[float], thickness: list[float], lost: int) -> None:
    _, warnings = stack_geometry(thick_stack(steps, thickness), (4, 4), (1, 1))
    assert warnings[0].code == "missing_slices" and warnings[0].message.startswith(f"{lost} slice")
    assert warnings[0].message.count("missing between") == 1


def test_irregular_is_said_from_one_per_cent_on() -> None:
    z = np.arange(10) * 5.0
    z[4] += 0.04
    assert stack_geometry(stack(z), (4, 4), (1, 1))[1] == ()
    z[4] += 0.02  # 0.06 mm, 1.2 %
    g, warnings = stack_geometry(stack(z), (4, 4), (1, 1))
    assert codes(warnings) == ["irregular_spacing"]
    np.testing.assert_allclose(g.z_positions_mm, z)


def test_positions_with_few_digits_are_not_irregular() -> None:
    z = np.round(np.arange(100) * 0.625, 2)  # steps of 0.62 and 0.63
    assert stack_geometry(stack(z, decimals=2), (4, 4), (1, 1))[1] == ()


def test_tilt_is_a_shear_and_oblique_is_not() -> None:
    angle = np.radians(20)
    tilted = (1.0, 0.0, 0.0, 0.0, np.cos(angle), -np.sin(angle))
    g, warnings = stack_geometry(stack(np.arange(5) * 5.0, tilted), (4, 4), (1, 1))
    assert codes(warnings) == ["gantry_tilt"] and g.tilt_deg == pytest.approx(20)
    assert g.spacing_mm[0] == pytest.approx(5.0)
    np.testing.assert_allclose(g.index_to_lps(4, 0, 0), (0, 0, 20), atol=1e-9)
    normal = (0.0, np.sin(angle), np.cos(angle))
    g, warnings = stack_geometry(stack(np.arange(5) * 5.0, tilted, normal), (4, 4), (1, 1))
    assert warnings == () and g.tilt_deg < 1e-6


@pytest.mark.parametrize("seed", range(20))
def test_any_rotation_gives_back_every_voxel_position(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rotation = Rotation.random(random_state=seed).as_matrix()
    row, column, normal = rotation.T
    origin, step = rng.uniform(-300, 300, 3), rng.uniform(0.4, 8)
    placed = [Placement(tuple(origin + normal * step * k), (*row, *column)) for k in range(7)]
    g, warnings = stack_geometry(placed, (9, 11), (0.7, 0.9))
    assert warnings == ()
    k, j, i = 5, 3, 8
    expected = origin + normal * step * k + column * 0.7 * j + row * 0.9 * i  # PS3.3 C.7.6.2.1.1
    np.testing.assert_allclose(g.index_to_lps(k, j, i), expected, atol=1e-6)


def test_what_is_no_stack_is_refused() -> None:
    with pytest.raises(FileProblem) as problem:
        stack_geometry(stack([0, 5, 5, 10]), (4, 4), (1, 1))
    assert problem.value.reason is Reason.DUPLICATE_POSITIONS
    crooked = [Placement((0.0 if k != 2 else 8.0, 0.0, 5.0 * k), AXIAL) for k in range(5)]
    with pytest.raises(FileProblem) as problem:
        stack_geometry(crooked, (4, 4), (1, 1))
    assert problem.value.reason is Reason.NOT_A_STACK
