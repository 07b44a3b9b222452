"""Volumes that lie on the same voxels are compared, others refused; both places stand in the message."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ldct_viewer.errors import OpenError
from ldct_viewer.quality.grid import common_grid, has_place, off_voxels
from ldct_viewer.quality.report import evaluate
from ldct_viewer.volume import Geometry, Volume

SHAPE = (4, 64, 64)
HERE = Geometry(SHAPE, (2.0, 0.7, 0.7), (-180.0, -170.5, 30.0))
NOWHERE = Geometry(SHAPE, (1.0, 1.0, 1.0))
MIRRORED = ((-1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, -1.0))
TURN = np.radians(1.0)
TURNED = ((np.cos(TURN), -np.sin(TURN), 0.0), (np.sin(TURN), np.cos(TURN), 0.0), (0.0, 0.0, 1.0))


def volume(geometry: Geometry, *files: str) -> Volume:
    return Volume(np.zeros(geometry.shape, np.int16), geometry, files=tuple(map(Path, files)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"origin_lps": (-170.0, -170.5, 30.0)}, "lies elsewhere"),
        ({"origin_lps": (-180.0, -170.5, 31.0)}, "lies elsewhere"),
        ({"origin_lps": (-179.65, -170.5, 30.0)}, "lies elsewhere"),  # half a pixel
        ({"direction": MIRRORED}, "mirrored or turned"),
        ({"direction": TURNED, "origin_lps": (-180.0, -170.5, 30.0)}, "lies elsewhere"),
        ({"spacing_mm": (2.0, 0.75, 0.7)}, "voxel spacing"),
        ({"z_positions_mm": (0.0, 2.0, 4.0, 8.0)}, "lies elsewhere"),  # a slice is missing in one of them
    ],
)
@pytest.mark.parametrize("role", ["reference", "low"])
def test_another_place_is_refused_by_name(change, words, role):
    other = volume(replace(HERE, **change), "full.mha")
    with pytest.raises(OpenError, match=words) as caught:
        evaluate(volume(HERE), **{role: other})
    error = caught.value
    assert error.code == "geometry" and error.path == Path("full.mha") and error.hint
    assert (
        error.message.startswith({"low": "The low dose ", "reference": "The reference "}[role])
        and "Image: first voxel at (-180.0, -170.5, 30.0)" in error.message
    )


def test_the_folder_of_a_series_is_named_not_one_of_its_files():
    other = volume(replace(HERE, origin_lps=(0.0, 0.0, 0.0)), "full/1.dcm", "full/2.dcm")
    with pytest.raises(OpenError) as caught:
        common_grid({"image": volume(HERE), "reference": other})
    assert caught.value.path == Path("full")


def test_directions_are_told_in_words():
    # Feet first: columns still run to the patient's left, slices towards the feet.
    other = replace(HERE, direction=((1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, 0.0, -1.0)))
    with pytest.raises(OpenError, match="columns to the left, rows to the front, slices to the feet"):
        common_grid({"image": volume(HERE), "reference": volume(other)})


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"origin_lps": tuple(float(np.float32(v)) for v in (-180.0001, -170.49996, 30.00001))},  # NIfTI
        {"spacing_mm": (2.0, 0.701, 0.699)},  # a header with three digits
        {"direction": ((1.0, 1e-4, 0.0), (-1e-4, 1.0, 0.0), (0.0, 0.0, 1.0))},
        {"z_positions_mm": (0.0, 2.001, 3.999, 6.0)},
    ],
)
def test_what_rounding_does_is_the_same_place(change):
    found, notes = common_grid({"image": volume(HERE), "reference": volume(replace(HERE, **change))})
    assert found == HERE and not notes


def test_distance_is_counted_in_voxels_of_each_axis():
    assert off_voxels(HERE, replace(HERE, origin_lps=(-180.0, -170.5, 31.0))) == pytest.approx(0.5)
    assert off_voxels(HERE, replace(HERE, origin_lps=(-179.3, -170.5, 30.0))) == pytest.approx(1.0)
    wider = replace(HERE, spacing_mm=(2.0, 0.7, 0.71))  # grows to the far corner: 63 · 0.01 / 0.7
    assert off_voxels(HERE, wider) == pytest.approx(0.9)


@pytest.mark.parametrize("direction", [NOWHERE.direction, ((-1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, 0.0, 1.0))])
def test_a_file_without_any_geometry_is_taken_to_lie_where_the_other_does(direction):
    bare = volume(replace(NOWHERE, direction=direction))
    assert not has_place(bare.geometry) and has_place(HERE)
    for volumes in ({"image": bare, "low": volume(HERE)}, {"image": volume(HERE), "low": bare}):
        geometry, notes = common_grid(volumes)
        assert geometry == HERE and len(notes) == 1 and "does not say where it lies" in notes[0]
    assert evaluate(bare, low=volume(HERE))["spacing_mm"] == [2.0, 0.7, 0.7]


def test_a_mirrored_picture_at_the_origin_has_a_place():
    assert has_place(replace(NOWHERE, direction=MIRRORED))


def test_other_shapes_are_refused_even_without_a_place():
    other = volume(Geometry((4, 64, 32), (1.0, 1.0, 1.0)))
    with pytest.raises(OpenError, match=r"4 × 64 × 32 voxels .*4 × 64 × 64"):
        common_grid({"image": volume(HERE), "reference": other})


def test_one_volume_alone_has_its_own_grid():
    assert common_grid({"image": volume(HERE)}) == (HERE, [])
