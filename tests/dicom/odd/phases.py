"""Several volumes under one series UID: phases, kernels, energies, acquisitions, originals beside derived images."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from .kit import COUNT, SIZE, STEP, Truth, Want, base_hu, case, put, setting, slices, stored, write_all


@case
def d05_two_kernels(folder: Path) -> Truth:
    uids = {"SeriesInstanceUID": generate_uid(), "StudyInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5"}

    def sharp(ds: Dataset, k: int) -> None:
        ds.ConvolutionKernel, ds.InstanceNumber = "YB", COUNT + k + 1
        put(ds, (stored(k) // 2).astype(np.uint16))

    write_all(slices(uids=uids), folder / "a")
    write_all(slices(sharp, uids=uids), folder / "b")
    second = np.stack([stored(k) // 2 for k in range(COUNT)]).astype(np.int64) - 1024
    return Truth([Want(base_hu()), Want(second)])


def _phases(folder: Path, edit: Callable[[Dataset, int, int], None], **want: Any) -> Truth:
    uids = {"SeriesInstanceUID": generate_uid(), "StudyInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5"}
    wanted = []
    for phase in range(3):

        def change(ds: Dataset, k: int, phase: int = phase) -> None:
            put(ds, stored(k) + np.uint16(10 * phase))
            ds.BitsStored, ds.HighBit = 12, 11
            edit(ds, k, phase)

        write_all(slices(change, uids=uids), folder / f"p{phase}")
        wanted.append(Want(base_hu() + 10 * phase, **want))
    return Truth(wanted)


GUESSED = {"phases_guessed"}


@case
def d07_4d_without_tag(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int, phase: int) -> None:
        ds.InstanceNumber = phase * COUNT + k + 1

    return _phases(folder, edit, codes=GUESSED)


@case
def d07b_4d_interleaved_numbers(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int, phase: int) -> None:
        ds.InstanceNumber = 3 * k + phase + 1

    return _phases(folder, edit, codes=GUESSED)


@case
def d07c_4d_own_time_of_each_slice(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int, phase: int) -> None:
        ds.InstanceNumber = phase * COUNT + k + 1
        ds.AcquisitionTime = f"0929{21 + 10 * phase + k // 2:02d}.{5 * (k % 2)}"
        del ds.AcquisitionDateTime

    return _phases(folder, edit, codes=GUESSED)


@case
def d07d_4d_acquisition_time_of_each_phase(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int, phase: int) -> None:
        ds.InstanceNumber = k + 1
        ds.AcquisitionTime = f"09{29 + phase}21"
        del ds.AcquisitionDateTime

    return _phases(folder, edit)


@case
def d07e_4d_nothing_tells(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int, phase: int) -> None:
        del ds.InstanceNumber

    _phases(folder, edit)
    return Truth([Want(None, {"duplicate_positions"}, "blocked", (3 * COUNT, SIZE, SIZE))])


@case
def d07f_two_phases_at_two_energies(folder: Path) -> Truth:
    uids = {"SeriesInstanceUID": generate_uid(), "StudyInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5"}
    wanted = []
    for n, (phase, kvp) in enumerate([(1, 80), (1, 140), (2, 80), (2, 140)]):

        def change(ds: Dataset, k: int, n: int = n, phase: int = phase, kvp: int = kvp) -> None:
            put(ds, stored(k) + np.uint16(10 * n))
            ds.TemporalPositionIdentifier, ds.KVP, ds.InstanceNumber = phase, kvp, k + 1

        write_all(slices(change, uids=uids), folder / f"p{n}")
        wanted.append(Want(base_hu() + 10 * n))
    return Truth(wanted)


@case
def d07g_phases_with_a_slice_missing_in_one(folder: Path) -> Truth:
    """Unequal runs: the second phase lacks its last slice, numbers go on."""

    def edit(ds: Dataset, k: int, phase: int) -> None:
        ds.InstanceNumber = phase * COUNT + k + 1 - (phase == 2)

    truth = _phases(folder, edit, codes=GUESSED)
    os.remove(folder / "p1" / f"f{COUNT - 1:04d}.dcm")
    truth.series[1].hu = truth.series[1].hu[:-1]  # type: ignore[index]
    return truth


@case
def r06_not_a_volume(folder: Path) -> Truth:
    """A repeat of one position, as in perfusion without any tag or bolus tracking."""

    def edit(ds: Dataset, k: int) -> None:
        ds.ImagePositionPatient = [-57.75, 55.9, 700]
        ds.AcquisitionNumber = k + 12

    write_all(slices(edit), folder)
    return Truth([Want(base_hu()[k : k + 1], {"single_slice"}, phase=f"acquisition {k + 12}") for k in range(COUNT)])


@case
def axial_blocks_of_two_acquisitions(folder: Path) -> Truth:
    """Chest and abdomen overlap by three slices under one series UID, told apart by AcquisitionNumber."""
    uids = {"SeriesInstanceUID": generate_uid(), "StudyInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5"}

    def second(ds: Dataset, k: int) -> None:
        ds.AcquisitionNumber, ds.InstanceNumber = 2, COUNT + k + 1
        ds.ImagePositionPatient = [-57.75, 55.9, 700 + STEP * (k + 7)]
        ds.AcquisitionTime, ds.AcquisitionDateTime = "093000", "20150206093000"

    write_all(slices(uids=uids), folder / "a")
    write_all(slices(second, uids=uids), folder / "b")
    return Truth([Want(base_hu()), Want(base_hu())])


@case
def dual_energy_in_one_series(folder: Path) -> Truth:
    uids = {"SeriesInstanceUID": generate_uid(), "StudyInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5"}
    for kvp in (80, 140):
        write_all(slices(setting("KVP", kvp), uids=uids), folder / str(kvp))
    return Truth([Want(base_hu(), phase="kVp 80"), Want(base_hu(), phase="kVp 140")])


@case
def contrast_phases_in_one_series(folder: Path) -> Truth:
    uids = {"SeriesInstanceUID": generate_uid(), "StudyInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5"}
    write_all(slices(uids=uids), folder / "native")
    write_all(slices(lambda ds, k: setattr(ds, "ContrastBolusAgent", "Iodine"), uids=uids), folder / "contrast")
    return Truth([Want(base_hu()), Want(base_hu())])


@case
def original_and_derived_mixed(folder: Path) -> Truth:
    """An archive compressed every other image and says DERIVED of it: one scan all the same."""
    kinds = ("ORIGINAL", "DERIVED")
    write_all(slices(lambda ds, k: setattr(ds, "ImageType", [kinds[k % 2], "PRIMARY", "AXIAL"])), folder)
    return Truth([Want(base_hu())])


@case
def original_and_derived_at_one_place(folder: Path) -> Truth:
    """Derived images beside those they were made of, under one series UID: two series."""
    uids = {"SeriesInstanceUID": generate_uid(), "StudyInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5"}

    def derived(ds: Dataset, k: int) -> None:
        ds.ImageType = ["DERIVED", "SECONDARY", "AXIAL"]
        put(ds, stored(k) + np.uint16(3))

    write_all(slices(uids=uids), folder / "a")
    write_all(slices(derived, uids=uids), folder / "b")
    return Truth([Want(base_hu()), Want(base_hu() + 3)])


@case
def kernel_left_out_at_the_same_places(folder: Path) -> Truth:
    """Another reconstruction that does not say its kernel is not the same one."""
    uids = {"SeriesInstanceUID": generate_uid(), "StudyInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5"}

    def other(ds: Dataset, k: int) -> None:
        del ds.ConvolutionKernel
        put(ds, stored(k) + np.uint16(3))

    write_all(slices(uids=uids), folder / "a")
    write_all(slices(other, uids=uids), folder / "b")
    return Truth([Want(base_hu()), Want(base_hu() + 3)])
