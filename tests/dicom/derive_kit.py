"""Small CT series as a scanner would write them, and how to read them: for the tests of derived series."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid

from ldct_viewer.dicom.provenance import Derivation, denoised
from ldct_viewer.dicom.read import SeriesReader
from ldct_viewer.dicom.scan import FoundSeries, scan_paths
from ldct_viewer.volume import Volume

SHA = "ab" * 32
DENOISED: Derivation = denoised("PU-M", "1.0", SHA, 0.6)
Change = Callable[[Dataset, int], None]


def stored_pixels(count: int, size: int, seed: int = 0) -> NDArray[np.uint16]:
    """Stored values of a disc of tissue in air, 12 bit unsigned, intercept −1024."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:size, :size] - size / 2
    disc = np.hypot(y, x) < size / 3
    hu = np.where(disc, 40.0, -950.0) + rng.normal(0, 20, (count, size, size))
    return np.clip(hu + 1024, 0, 4095).astype(np.uint16)


def make_series(
    folder: Path, count: int = 6, size: int = 32, change: Change | None = None, syntax: UID = ExplicitVRLittleEndian
) -> Path:
    """Write a series into ``folder``; ``change`` may edit each data set before it is written."""
    folder.mkdir(parents=True)
    pixels = stored_pixels(count, size)
    study, series, frame = (generate_uid() for _ in range(3))
    for k in range(count):
        ds = Dataset()
        ds.SpecificCharacterSet = "ISO_IR 100"
        ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL", "CT_SOM5 SPI"]
        ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
        ds.SOPInstanceUID = generate_uid()
        ds.StudyDate, ds.StudyTime = "20240102", "101112"
        ds.SeriesDate, ds.SeriesTime = "20240102", "101200"
        ds.ContentDate, ds.ContentTime = "20240102", "101300"
        ds.AcquisitionDate, ds.AcquisitionTime = "20240102", "101155"
        ds.AccessionNumber, ds.Modality, ds.Manufacturer = "A1", "CT", "ACME"
        ds.ReferringPhysicianName = "Ref^Erring"
        ds.SeriesDescription = "Thorax 2.0 D40s"
        ds.PatientName, ds.PatientID = "Hong^Gildong", "P-77"
        ds.PatientBirthDate, ds.PatientSex = "19700101", "M"
        ds.KVP, ds.SliceThickness, ds.ConvolutionKernel = "110", "2.00", "D40s"
        ds.XRayTubeCurrent, ds.CTDIvol, ds.PatientPosition = 60, 1.8, "HFS"
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = study, series, frame
        ds.StudyID, ds.SeriesNumber, ds.AcquisitionNumber, ds.InstanceNumber = "1", 4, 2, count - k
        ds.PositionReferenceIndicator = ""
        ds.ImagePositionPatient = ["-15.50", "-15.5000", f"{100 + 2.0 * k:.3f}"]
        ds.ImageOrientationPatient = ["1.0", "0", "0", "0", "1.000000", "0"]
        ds.SliceLocation = f"{100 + 2.0 * k:.3f}"
        ds.PixelSpacing = ["0.7500", "0.75"]
        ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
        ds.Rows = ds.Columns = size
        ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
        ds.SmallestImagePixelValue, ds.LargestImagePixelValue = 0, 4095
        ds.WindowCenter, ds.WindowWidth = ["40", "-600"], ["400", "1500"]
        ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = "-1024", "1", "HU"
        block = ds.private_block(0x0029, "ACME CSA", create=True)
        block.add_new(0x10, "LO", "PRIVATE")
        ds.PixelData = pixels[k].astype("<u2").tobytes()
        ds["PixelData"].VR = "OW"
        if change is not None:
            change(ds, k)
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = syntax
        ds.preamble = b"MZ" + bytes(126)
        dcmwrite(folder / f"slice{k}.dcm", ds, enforce_file_format=True)
    return folder


def opened(folder: Path) -> tuple[FoundSeries, Volume]:
    """The only series below ``folder`` and its volume."""
    (found,) = scan_paths([folder]).series
    return found, SeriesReader(found).read()


def shaken(hu: NDArray[np.int16], low: int = -1024, high: int = 3071, seed: int = 1) -> NDArray[np.int16]:
    """A volume that differs from ``hu`` everywhere, kept within 12 bit."""
    noise = np.random.default_rng(seed).integers(-15, 16, hu.shape)
    return np.clip(hu.astype(np.int32) + noise, low, high).astype(np.int16)


def raw_elements(path: Path) -> dict[int, bytes]:
    """Value bytes of every top-level element as they stand in the file."""
    from pydicom import dcmread

    ds = dcmread(path, stop_before_pixels=True)
    out = {}
    for tag in ds.keys():  # noqa: SIM118 - a data set
        raw = ds.get_item(tag)
        if getattr(raw, "is_raw", False):
            out[int(tag)] = raw.value or b""
    return out
