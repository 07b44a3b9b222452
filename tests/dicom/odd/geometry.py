"""Where slices lie: orientations, tilt, gaps, steps, and attributes that lie about it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from .kit import (
    COUNT,
    SIZE,
    STEP,
    C,
    S,
    Truth,
    Want,
    base_hu,
    case,
    raw_text,
    register,
    setting,
    simple,
    slices,
    write_all,
)


def _noisy(ds: Dataset, k: int) -> None:
    noise = np.random.default_rng(k).uniform(-2e-6, 2e-6, 6)
    ds.ImageOrientationPatient = [round(v, 8) for v in np.array([1, 0, 0, 0, 1, 0]) + noise]


simple("d18-orientation-noise", _noisy)


def _noisier(ds: Dataset, k: int) -> None:
    noise = np.random.default_rng(k).uniform(-4e-5, 4e-5, 6)
    ds.ImageOrientationPatient = [round(v, 8) for v in np.array([1, 0, 0, 0, 1, 0]) + noise]


simple("d18b-orientation-noise-4e-5", _noisier)


def _overlapping(ds: Dataset, k: int) -> None:
    ds.SliceThickness, ds.SpacingBetweenSlices = 5, 2.5
    ds.ImagePositionPatient = [-57.75, 55.9, 700 + 2.5 * k]


simple("d20-overlapping-slices", _overlapping, spacing=(2.5, 1.8046875, 1.8046875))


def _gapped(ds: Dataset, k: int) -> None:
    ds.SliceThickness, ds.SpacingBetweenSlices = 1, 10
    ds.ImagePositionPatient = [-57.75, 55.9, 700 + 10 * k]


simple("d20b-slices-with-gaps-between", _gapped, spacing=(10, 1.8046875, 1.8046875))


@case
def r06b_fan_of_orientations(folder: Path) -> Truth:
    """A radial reformat: every image turned about the same axis. No two are one stack."""

    def edit(ds: Dataset, k: int) -> None:
        a = np.radians(18 * k)
        ds.ImageOrientationPatient = [round(float(v), 9) for v in (np.cos(a), np.sin(a), 0, 0, 0, -1)]

    write_all(slices(edit), folder)
    return Truth([Want(None, {"single_slice"}, "notes", (1, SIZE, SIZE))] * COUNT)


@case
def r06c_positions_on_a_curve(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int) -> None:
        ds.ImagePositionPatient = [round(-57.75 + 30 * np.sin(k / 2), 3), 55.9, 700 + STEP * k]

    write_all(slices(edit), folder)
    return Truth([Want(None, {"not_a_stack"}, "blocked", (COUNT, SIZE, SIZE))])


def _gaps(name: str, gone: tuple[int, ...], count: int = 20, spacing: float = STEP) -> None:
    def build(folder: Path) -> Truth:
        kept = [ds for k, ds in enumerate(slices(count=count)) if k not in gone]
        write_all(kept, folder)
        hu = np.delete(base_hu(count), gone, axis=0)
        codes = {"missing_slices"} if any(0 < g < count - 1 for g in gone) else set()
        return Truth([Want(hu, codes, spacing=(spacing, 1.8046875, 1.8046875))])

    register(name, build)


_gaps("gaps-every-third-slice", (2, 5, 8, 11, 14, 17))
_gaps("gaps-first-and-last-only", (0, 19))
_gaps("gaps-a-block-of-seven", tuple(range(6, 13)))
_gaps("gaps-second-slice", (1,))


@case
def gaps_every_second_slice_is_a_wider_step(folder: Path) -> Truth:
    write_all(slices(count=20)[::2], folder)
    return Truth([Want(base_hu(20)[::2], spacing=(10, 1.8046875, 1.8046875))])


@case
def two_steps_5_and_10(folder: Path) -> Truth:
    """Posterior fossa thin, the rest thick: the classic head protocol."""
    heights = [700 + 5 * k if k < 5 else 720 + 10 * (k - 4) for k in range(COUNT)]
    write_all(slices(lambda ds, k: setattr(ds, "ImagePositionPatient", [-57.75, 55.9, heights[k]])), folder)
    return Truth([Want(base_hu(), None)])


@case
def two_steps_of_two_thicknesses(folder: Path) -> Truth:
    """The same protocol where the slices say 5 mm, then 10 mm, of themselves: nothing is missing."""

    def edit(ds: Dataset, k: int) -> None:
        ds.SliceThickness = 5 if k < 5 else 10
        ds.ImagePositionPatient = [-57.75, 55.9, 700 + 5 * min(k, 4) + 10 * max(k - 4, 0)]

    write_all(slices(edit, count=9), folder)
    return Truth([Want(base_hu(9), {"irregular_spacing"}, spacing=(7.5, 1.8046875, 1.8046875))])


@case
def reversed_numbers_and_locations(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int) -> None:
        ds.InstanceNumber, ds.SliceLocation = COUNT - k, -700.0 - STEP * k

    write_all(slices(edit), folder)
    return Truth([Want(base_hu())])


@case
def descending_positions(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int) -> None:
        ds.ImagePositionPatient = [-57.75, 55.9, -700 - STEP * k]

    write_all(slices(edit), folder)
    return Truth([Want(base_hu()[::-1])])


def _oriented(name: str, cosines: tuple[float, ...], tilt: float = 0.0, position: str = "HFS") -> None:
    row, column = np.array(cosines[:3], float), np.array(cosines[3:], float)
    normal = np.cross(row, column)

    def build(folder: Path) -> Truth:
        a = np.radians(tilt)
        step = STEP * (np.cos(a) * normal + np.sin(a) * column)

        def edit(ds: Dataset, k: int) -> None:
            ds.ImageOrientationPatient = [round(float(v), 9) for v in cosines]
            ds.ImagePositionPatient = [round(float(v), 5) for v in np.array([-57.75, 55.9, 20]) + k * step]
            ds.PatientPosition = position

        write_all(slices(edit), folder)
        return Truth([Want(base_hu(), {"gantry_tilt"} if tilt else set(), tilt=abs(tilt))])

    register(name, build)


_oriented("geometry-hfp", (-1, 0, 0, 0, -1, 0), position="HFP")
_oriented("geometry-ffs", (-1, 0, 0, 0, 1, 0), position="FFS")
_oriented("geometry-ffp", (1, 0, 0, 0, -1, 0), position="FFP")
_oriented("geometry-hfdl", (0, -1, 0, 1, 0, 0), position="HFDL")
_oriented("geometry-coronal", (1, 0, 0, 0, 0, -1))
_oriented("geometry-sagittal", (0, 1, 0, 0, 0, -1))
_oriented("geometry-double-oblique", (C, S * S, S * C, 0, C, -S))
_oriented("geometry-tilt-plus", (1, 0, 0, 0, C, S), tilt=20)
_oriented("geometry-tilt-minus", (1, 0, 0, 0, C, -S), tilt=-20)
_oriented("geometry-tilt-small", (1, 0, 0, 0, 1, 0), tilt=0.5)
_oriented("geometry-tilt-feet-first", (-1, 0, 0, 0, C, S), tilt=15, position="FFS")


@case
def two_fields_of_view(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int) -> None:
        if k >= 6:
            ds.PixelSpacing, ds.ReconstructionDiameter = [0.9, 0.9], 115

    write_all(slices(edit), folder)
    return Truth([Want(base_hu()[:6]), Want(base_hu()[6:], spacing=(STEP, 0.9, 0.9))])


@case
def table_moves_sideways_between_slices(folder: Path) -> Truth:
    """In-plane origin jitter below a pixel: one stack still."""
    shift = [0, 0.02, -0.01, 0.03, 0, 0.01, -0.02, 0.03, 0, 0.01]
    write_all(
        slices(lambda ds, k: setattr(ds, "ImagePositionPatient", [-57.75 + shift[k], 55.9, 700 + STEP * k])), folder
    )
    return Truth([Want(base_hu())])


@case
def recentred_half_way(folder: Path) -> Truth:
    """The field of view was moved by 40 mm after slice 5: no straight stack."""
    write_all(
        slices(lambda ds, k: setattr(ds, "ImagePositionPatient", [-57.75 + 40 * (k > 5), 55.9, 700 + STEP * k])), folder
    )
    return Truth([Want(None, {"not_a_stack"}, "blocked", (COUNT, SIZE, SIZE))])


for _name, _value in (("negative", -5), ("zero", 0), ("absurd", 99)):
    simple(f"spacing-between-slices-{_name}", setting("SpacingBetweenSlices", _value))
simple("slice-thickness-zero", lambda ds, k: setattr(ds, "SliceThickness", 0))
simple("slice-thickness-empty", lambda ds, k: setattr(ds, "SliceThickness", None))
simple("patient-position-missing", lambda ds, k: delattr(ds, "PatientPosition"))
simple("orientation-not-quite-unit", lambda ds, k: setattr(ds, "ImageOrientationPatient", [0.999, 0, 0, 0, 0.999, 0]))


@case
def imager_pixel_spacing_only(folder: Path) -> Truth:
    """The spacing on the detector is not the one in the patient: refused."""

    def edit(ds: Dataset, k: int) -> None:
        ds.ImagerPixelSpacing = ds.PixelSpacing
        del ds.PixelSpacing

    write_all(slices(edit), folder)
    return Truth([], rejected=COUNT, codes={"missing_attribute"})


simple("gantry-tag-lies", setting("GantryDetectorTilt", 15))
simple("slice-location-lies", lambda ds, k: setattr(ds, "SliceLocation", 3.0 * ((k * 7) % COUNT)))


@case
def geometry_broken_in_some(folder: Path) -> Truth:
    broken = {1: ("ImagePositionPatient", "a\\b\\c"), 3: ("PixelSpacing", "0\\0"), 5: ("PixelSpacing", "1.8")}
    broken |= {7: ("ImageOrientationPatient", "1\\0\\0\\1\\0\\0"), 8: ("ImagePositionPatient", "nan\\0\\0")}

    def edit(ds: Dataset, k: int) -> None:
        if k in broken:
            raw_text(ds, *broken[k])

    write_all(slices(edit), folder)
    hu = np.delete(base_hu(), list(broken), axis=0)
    want = Want(hu, {"irregular_spacing"}, spacing=(10, 1.8046875, 1.8046875))
    return Truth([want], rejected=5, codes={"bad_number", "bad_geometry"})


@case
def tilt_with_a_gap(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int) -> None:
        ds.ImageOrientationPatient = [1, 0, 0, 0, round(C, 9), round(S, 9)]

    write_all([ds for k, ds in enumerate(slices(edit)) if k not in (4, 5)], folder)
    hu = np.delete(base_hu(), (4, 5), axis=0)
    return Truth([Want(hu, {"gantry_tilt", "missing_slices"}, tilt=20)])


@case
def two_slices_far_apart(folder: Path) -> Truth:
    write_all(slices()[::9], folder)
    return Truth([Want(base_hu()[[0, 9]], spacing=(45, 1.8046875, 1.8046875))])
