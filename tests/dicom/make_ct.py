"""CT files written by pydicom, for tests that need no shared data. pydicom is the oracle of the format here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.filewriter import dcmwrite
from pydicom.uid import UID, generate_uid

CT = "1.2.840.10008.5.1.4.1.1.2"
EXPLICIT, IMPLICIT = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"

Change = Callable[[Dataset, int], None]


def pixels(count: int = 6, rows: int = 24, columns: int = 32, seed: int = 0) -> NDArray[np.uint16]:
    """12-bit stored values, different in every slice."""
    return np.random.default_rng(seed).integers(0, 4096, (count, rows, columns)).astype(np.uint16)


def dataset(stored: NDArray[Any], k: int, series: str, study: str, frame: str) -> Dataset:
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = CT
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID = generate_uid()
    ds.file_meta.TransferSyntaxUID = UID(EXPLICIT)
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.Modality = "CT"
    ds.PatientName, ds.PatientID = "Test^Case", "T1"
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = study, series, frame
    ds.SeriesDescription, ds.SeriesNumber, ds.InstanceNumber = "Chest 2.5", 3, k + 1
    ds.KVP, ds.XRayTubeCurrent, ds.ConvolutionKernel, ds.SliceThickness = 120, 57, "B30f", 2.5
    ds.ImagePositionPatient = [-10.0, -20.0, 5.0 + 2.5 * k]
    ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    ds.PixelSpacing = [0.7, 0.8]
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = stored.shape
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.RescaleSlope, ds.RescaleIntercept = 1, -1024
    ds.PixelData = stored.astype("<u2").tobytes()
    ds["PixelData"].VR = "OW"
    return ds


def series(
    folder: Path,
    stored: NDArray[Any] | None = None,
    change: Change | None = None,
    syntax: str = EXPLICIT,
    encode: Callable[[NDArray[Any]], bytes] | None = None,
    prefix: str = "IM",
) -> list[Path]:
    """One series, one file a slice; ``change(ds, k)`` alters each data set before it is written."""
    folder.mkdir(parents=True, exist_ok=True)
    stored = pixels() if stored is None else stored
    uids = [generate_uid() for _ in range(3)]
    paths = []
    for k, plane in enumerate(stored):
        ds = dataset(plane, k, *uids)
        if encode is not None:
            ds.PixelData = encapsulate([encode(plane)])
            ds["PixelData"].VR = "OB"
            ds["PixelData"].is_undefined_length = True
        ds.file_meta.TransferSyntaxUID = UID(syntax)
        if change is not None:
            change(ds, k)
        path = folder / f"{prefix}{k:04d}"
        dcmwrite(path, ds, enforce_file_format=True)
        paths.append(path)
    return paths
