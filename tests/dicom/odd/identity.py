"""Whose images these are: patients, studies, frames of reference, copies, and what is not a CT image at all."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from .enhanced import enhanced
from .kit import COUNT, SIZE, Truth, Want, base_hu, case, put, slices, stored, write, write_all


@case
def d22_two_frames_of_reference(folder: Path) -> Truth:
    frames = [generate_uid(), generate_uid()]
    write_all(slices(lambda ds, k: setattr(ds, "FrameOfReferenceUID", frames[k // 5])), folder)
    return Truth([Want(base_hu()[:5]), Want(base_hu()[5:])])


@case
def d22b_two_frames_of_reference_at_one_place(folder: Path) -> Truth:
    uids = {"SeriesInstanceUID": generate_uid(), "StudyInstanceUID": "1.2.3.4"}
    write_all(slices(uids=uids), folder / "a")
    write_all(slices(uids=uids), folder / "b")
    return Truth([Want(base_hu()), Want(base_hu())])


@case
def d59_hard_links(folder: Path) -> Truth:
    paths = write_all(slices(), folder)
    os.link(paths[0], folder / "same.dcm")
    return Truth([Want(base_hu(), {"duplicates"})], duplicates=1)


@case
def d63_two_patients_one_series_uid(folder: Path) -> Truth:
    uids = {"SeriesInstanceUID": generate_uid(), "StudyInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5"}

    def other(ds: Dataset, k: int) -> None:
        ds.PatientID, ds.PatientName = "OTHER", "Other^Patient"
        put(ds, stored(k) + np.uint16(3))

    write_all(slices(uids=uids), folder / "a")
    write_all(slices(other, uids=uids), folder / "b")
    return Truth([Want(base_hu()), Want(base_hu() + 3)])


@case
def d63b_two_patients_one_series_uid_same_instances(folder: Path) -> Truth:
    """The SOP Instance UIDs are the same too: one identity, two persons."""
    mine = slices()
    write_all(mine, folder / "a")
    for ds, k in zip(mine, range(COUNT), strict=True):
        ds.PatientID, ds.PatientName = "OTHER", "Other^Patient"
        put(ds, stored(k) + np.uint16(3))
    write_all(mine, folder / "b")
    blocked = Want(None, {"conflict"}, "blocked", (COUNT, SIZE, SIZE))
    return Truth([blocked, blocked])


@case
def other_classes_in_one_series(folder: Path) -> Truth:
    """A secondary capture, a dose report and an enhanced object under the same series UID."""
    many = slices(count=COUNT + 2)
    many[COUNT].SOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    many[COUNT + 1].SOPClassUID = "1.2.840.10008.5.1.4.1.1.88.67"
    write_all(many, folder)
    return Truth([Want(base_hu())], excluded=2, codes={"secondary_capture", "not_image"})


@case
def several_studies(folder: Path) -> Truth:
    for name in "abc":
        write_all(slices(), folder / name)
    return Truth([Want(base_hu())] * 3)


@case
def one_instance_uid_in_two_series(folder: Path) -> Truth:
    """Two series share their SOP Instance UIDs (a careless anonymiser); pixels differ."""
    first = slices()
    write_all(first, folder / "a")
    series = generate_uid()
    for k, ds in enumerate(first):
        ds.SeriesInstanceUID, ds.SeriesNumber = series, 202
        put(ds, stored(k) + np.uint16(5))
    write_all(first, folder / "b")
    return Truth([Want(base_hu(), None), Want(base_hu() + 5, None)])


@case
def same_series_in_two_folders(folder: Path) -> Truth:
    many = slices()
    write_all(many, folder / "a")
    write_all(many, folder / "copy")
    return Truth([Want(base_hu(), {"duplicates"})], duplicates=COUNT)


@case
def dose_screens_stored_as_ct(folder: Path) -> Truth:
    """Siemens' patient protocol, GE's dose report, an RGB page: CT Image Storage without geometry."""
    kinds = [
        ["DERIVED", "SECONDARY", "OTHER", "CT_SOM5 PROT"],
        ["DERIVED", "SECONDARY", "SCREEN SAVE"],
        ["DERIVED", "SECONDARY", "AXIAL", "DOSE_INFO"],
    ]

    def edit(ds: Dataset, k: int) -> None:
        if k >= COUNT:
            ds.ImageType = kinds[k - COUNT]
            del ds.ImagePositionPatient, ds.ImageOrientationPatient, ds.PixelSpacing
            del ds.RescaleSlope, ds.RescaleIntercept
        if k == COUNT + 1:
            ds.PhotometricInterpretation, ds.SamplesPerPixel, ds.PlanarConfiguration = "RGB", 3, 0
            ds.BitsAllocated, ds.BitsStored, ds.HighBit = 8, 8, 7
            ds.PixelData = bytes(3 * SIZE * SIZE)

    write_all(slices(edit, count=COUNT + 3), folder)
    return Truth([Want(base_hu())], excluded=3, codes={"dose_screen"})


@case
def classic_and_enhanced_in_one_series(folder: Path) -> Truth:
    uids = {"SeriesInstanceUID": generate_uid(), "StudyInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5"}
    write_all(slices(uids=uids), folder / "a")
    write(enhanced([slices(uids=uids)]), folder / "e.dcm")
    return Truth([Want(base_hu()), Want(base_hu())])


@case
def sent_twice_under_new_instance_uids(folder: Path) -> Truth:
    """The same images again with other SOP Instance UIDs: copies, not phases."""
    uids = {"SeriesInstanceUID": generate_uid(), "StudyInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5"}
    write_all(slices(uids=uids), folder / "a")
    write_all(slices(uids=uids), folder / "b")
    return Truth([Want(base_hu(), {"duplicates"})], duplicates=COUNT)


@case
def one_slice_sent_twice_under_a_new_uid(folder: Path) -> Truth:
    many = slices()
    many[4].InstanceNumber = 99
    write_all(many, folder)
    many[4].SOPInstanceUID = many[4].file_meta.MediaStorageSOPInstanceUID = generate_uid()
    write(many[4], folder / "again.dcm")
    return Truth([Want(base_hu(), {"duplicates"})], duplicates=1)


@case
def sent_twice_but_one_slice_differs(folder: Path) -> Truth:
    uids = {"SeriesInstanceUID": generate_uid(), "StudyInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5"}
    write_all(slices(uids=uids), folder / "a")
    write_all(slices(lambda ds, k: put(ds, stored(k) + np.uint16(k == 5)), uids=uids), folder / "b")
    return Truth([Want(None, {"duplicate_positions"}, "blocked", (2 * COUNT, SIZE, SIZE))])
