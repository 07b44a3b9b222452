"""ROI statistics against masks drawn another way: pixel by pixel, by the definition of the shape."""

from __future__ import annotations

import numpy as np
import pytest

from ldct_viewer.quality.roi import Roi, length_mm, measure, shape_mask
from ldct_viewer.volume import Geometry, Volume


def oracle_mask(kind: str, a: tuple[float, float], b: tuple[float, float], shape: tuple[int, int]) -> np.ndarray:
    """Every pixel asked in turn whether its centre lies in the shape."""
    (r0, c0), (r1, c1) = np.minimum(a, b), np.maximum(a, b)
    mask = np.zeros(shape, dtype=bool)
    for r in range(shape[0]):
        for c in range(shape[1]):
            if kind == "rectangle":
                mask[r, c] = r0 <= r <= r1 and c0 <= c <= c1
            else:
                across, down = (c - (c0 + c1) / 2) / ((c1 - c0) / 2), (r - (r0 + r1) / 2) / ((r1 - r0) / 2)
                mask[r, c] = across**2 + down**2 <= 1 + 1e-12
    return mask


def volume(shape=(6, 40, 50), spacing=(2.5, 0.7, 0.9), padding=None, **geometry) -> Volume:
    rng = np.random.default_rng(7)
    hu = rng.integers(-1000, 1000, shape).astype(np.int16)
    return Volume(hu, Geometry(shape, spacing, **geometry), padding=padding)


CORNERS = [
    ((3.0, 4.0), (20.0, 31.0)),
    ((20.4, 31.6), (3.2, 4.9)),  # other way round, between centres
    ((-7.0, -3.0), (12.0, 60.0)),  # over the edges
    ((5.5, 5.5), (6.5, 7.49)),
]


@pytest.mark.parametrize("kind", ["ellipse", "rectangle"])
@pytest.mark.parametrize("corners", CORNERS)
def test_mask_holds_exactly_the_pixels_whose_centre_is_inside(kind, corners):
    rows, cols, part = shape_mask(kind, *corners, (40, 50))
    mask = np.zeros((40, 50), dtype=bool)
    mask[rows, cols] = part
    np.testing.assert_array_equal(mask, oracle_mask(kind, *corners, (40, 50)))


@pytest.mark.parametrize("kind", ["ellipse", "rectangle"])
def test_statistics_are_numpys_on_the_mask(kind):
    v = volume()
    a, b = (3.2, 4.1), (25.0, 33.3)
    found = measure(v, Roi(kind, "axial", 2, (2, *a), (2, *b))).low
    values = v.hu[2][oracle_mask(kind, a, b, (40, 50))]
    assert found.n == values.size
    assert found.mean_hu == pytest.approx(values.astype(float).mean())
    assert found.sd_hu == pytest.approx(values.astype(float).std())
    assert (found.min_hu, found.max_hu) == (values.min(), values.max())
    assert found.median_hu == pytest.approx(np.median(values))
    assert found.area_mm2 == pytest.approx(values.size * 0.7 * 0.9)


def test_coronal_region_measures_the_coronal_cut_with_its_own_pixel_size():
    v = volume()
    found = measure(v, Roi("rectangle", "coronal", 11, (1, 11, 5), (4, 11, 20))).low
    values = v.hu[1:5, 11, 5:21]
    assert (found.n, found.min_hu, found.max_hu) == (values.size, values.min(), values.max())
    assert found.area_mm2 == pytest.approx(values.size * 2.5 * 0.9)


def test_padding_is_left_out():
    padding = np.zeros((6, 40, 50), dtype=bool)
    padding[2, :, :10] = True
    v = volume(padding=padding)
    v.hu[2, :, :10] = -3024
    found = measure(v, Roi("rectangle", "axial", 2, (2, 0, 0), (2, 39, 19))).low
    assert found.n == 40 * 10
    assert found.min_hu >= -1000


def test_right_side_is_the_blend_and_its_sd_change_is_in_per_cent():
    shape = (3, 60, 60)
    rng = np.random.default_rng(3)
    noise = (rng.normal(0, 40, shape)).astype(np.int16)
    v = Volume(noise, Geometry(shape, (1.0, 1.0, 1.0)))
    denoised = np.zeros(shape, dtype=np.int16)  # all noise gone: SD falls with the strength
    roi = Roi("rectangle", "axial", 1, (1, 0, 0), (1, 59, 59))
    assert measure(v, roi, denoised=denoised, strength=0.5).sd_change_percent == pytest.approx(-50, abs=0.2)
    assert measure(v, roi, denoised=denoised, strength=1.0).sd_change_percent == pytest.approx(-100)
    assert measure(v, roi, denoised=denoised, strength=0.0).sd_change_percent == pytest.approx(0)


def test_what_is_not_there_yet_is_not_measured():
    v = volume()
    denoised = v.hu.copy()
    ready = np.ones(6, dtype=bool)
    ready[3] = False
    across = Roi("rectangle", "sagittal", 9, (1, 5, 9), (4, 20, 9))  # touches slice 3
    below = Roi("rectangle", "sagittal", 9, (0, 5, 9), (2, 20, 9))
    assert measure(v, across, denoised=denoised, ready=ready).right is None
    assert measure(v, below, denoised=denoised, ready=ready).right is not None
    assert measure(v, across, loaded=ready).low is None


def test_a_region_beside_the_picture_has_no_pixels():
    assert measure(volume(), Roi("ellipse", "axial", 0, (0, -30, -30), (0, -10, -10))).low is None


def test_distance_is_in_patient_millimetres():
    g = Geometry((6, 40, 50), (2.5, 0.7, 0.9))
    assert length_mm(g, Roi("distance", "axial", 0, (0, 0, 0), (0, 30, 40))) == pytest.approx(np.hypot(21.0, 36.0))
    assert length_mm(g, Roi("distance", "coronal", 4, (0, 4, 0), (4, 4, 10))) == pytest.approx(np.hypot(10.0, 9.0))


def test_distance_on_a_tilted_stack_is_not_that_of_its_sheared_picture():
    angle = np.radians(20.0)
    direction = ((1.0, 0.0, 0.0), (0.0, 1.0, np.sin(angle)), (0.0, 0.0, np.cos(angle)))
    g = Geometry((6, 40, 50), (2.0, 1.0, 1.0), direction=direction)
    z, y = 5 * 2.0, 10.0
    expected = np.hypot(y + z * np.sin(angle), z * np.cos(angle))
    assert length_mm(g, Roi("distance", "sagittal", 0, (0, 0, 0), (5, 10, 0))) == pytest.approx(expected)


def test_distance_across_uneven_slices_is_refused_but_within_a_slice_given():
    g = Geometry((4, 10, 10), (1.0, 1.0, 1.0), z_positions_mm=(0.0, 1.0, 2.0, 5.0))
    assert length_mm(g, Roi("distance", "coronal", 0, (0, 0, 0), (3, 0, 0))) is None
    assert length_mm(g, Roi("distance", "axial", 3, (3, 0, 0), (3, 3, 4))) == pytest.approx(5.0)


def test_area_across_uneven_slices_does_not_grow_into_the_gap():
    g = Geometry((4, 10, 10), (1.0, 1.0, 1.0), z_positions_mm=(0.0, 1.0, 2.0, 12.0))
    v = Volume(np.zeros((4, 10, 10), dtype=np.int16), g)
    area = measure(v, Roi("rectangle", "coronal", 0, (0, 0, 0), (3, 0, 0))).low.area_mm2
    assert 3.5 <= area <= 5.0
