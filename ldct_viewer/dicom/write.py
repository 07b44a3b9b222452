"""Ordinary CT Image Storage files from a HU array: one valid file a slice, written as one transaction.

Made for series that this program creates itself (demo phantom, simulated dose). PS3.3 A.3 (CT Image IOD),
Explicit VR Little Endian, signed 16 bit, slope 1.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import APP_NAME, __version__
from ..cancel import NEVER, CancelToken, Progress, no_progress
from ..errors import WriteError
from ..volume import Geometry, SeriesMeta

if TYPE_CHECKING:
    from pydicom.dataset import Dataset, FileMetaDataset

CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
EXPLICIT_VR_LE = "1.2.840.10008.1.2.1"
IMPLEMENTATION_CLASS_UID = "2.25.214365870912834756019283746510293847561"
_THREADS = 4


def make_uid(*parts: object) -> str:
    """A new DICOM UID below 2.25 (PS3.5 B.2): random without ``parts``, else the same for the same parts."""
    if not parts:
        return f"2.25.{secrets.randbits(122) | 1 << 121}"
    digest = hashlib.sha256("\x1f".join(str(p) for p in parts).encode()).digest()
    return f"2.25.{int.from_bytes(digest[:15], 'big') | 1 << 119}"


def write_series(
    folder: str | Path,
    hu: NDArray[np.int16],
    geometry: Geometry,
    meta: SeriesMeta | None = None,
    *,
    uid_seed: str = "",
    intercept: int = -1024,
    image_type: tuple[str, ...] = ("ORIGINAL", "PRIMARY", "AXIAL"),
    extra: Mapping[str, Any] | None = None,
    progress: Progress = no_progress,
    cancel: CancelToken = NEVER,
) -> tuple[Path, ...]:
    """Write ``hu`` (z, y, x; int16) as ``IM0001.dcm`` … in a *new* folder; returns the files in slice order.

    UIDs given in ``meta`` are kept; absent ones are made, from ``uid_seed`` if there is one (same seed,
    same UIDs and dates), else at random. SOP instance UIDs are always new. ``extra`` sets further
    top-level attributes by keyword. ``intercept`` falls back to 0 if a value would not fit.

    Raises WriteError (``exists``, ``disk``) and Cancelled; then no folder is left behind.
    """
    from pydicom.dataset import Dataset

    target = Path(folder)
    hu = np.asarray(hu)
    if hu.shape != geometry.shape or hu.dtype != np.int16:
        raise ValueError(f"hu must be int16 of shape {geometry.shape}, not {hu.dtype} {hu.shape}")
    if os.path.lexists(target):
        raise WriteError("The folder exists already.", "Choose a new folder name.", target, "exists")
    if not _fits(hu, intercept):
        intercept = 0
    base, file_meta = _common(meta or SeriesMeta(), geometry, uid_seed, intercept, image_type)
    for keyword, value in (extra or {}).items():
        setattr(base, keyword, value)
    seed = (uid_seed, base.SeriesInstanceUID) if uid_seed else ()
    names = [f"IM{k + 1:04d}.dcm" for k in range(hu.shape[0])]
    temporary = target.with_name(f".{target.name[:80]}.{os.getpid()}-{secrets.token_hex(4)}.partial")

    def one(k: int) -> None:
        cancel.check()
        ds = Dataset({element.tag: element for element in base})  # threads share only what nobody changes
        ds.file_meta = deepcopy(file_meta)  # FileMetaDataset(file_meta) would share one dictionary among threads
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = make_uid(*seed, k) if seed else make_uid()
        ds.InstanceNumber = k + 1
        position = geometry.index_to_lps(k, 0, 0)
        ds.ImagePositionPatient = [_ds(v) for v in position]
        ds.SliceLocation = _ds(float(position @ geometry.normal))
        _write_slice(temporary / names[k], hu[k], ds, intercept)

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.mkdir()
        with ThreadPoolExecutor(_THREADS, "write") as pool:
            futures = [pool.submit(one, k) for k in range(hu.shape[0])]
            try:
                for done, future in enumerate(futures, 1):
                    future.result()
                    progress(done, hu.shape[0])
            except BaseException:
                for future in futures:
                    future.cancel()
                raise
        cancel.check()  # also one that came while the last slices were being written
        if os.path.lexists(target):
            raise WriteError("The folder appeared meanwhile.", "Choose a new folder name.", target, "exists")
        os.rename(temporary, target)
    except OSError as error:
        raise WriteError(
            f"The series could not be written: {error.strerror or error}.",
            "Check free space and permission of the folder.",
            target,
            "disk",
        ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return tuple(target / name for name in names)


def _fits(hu: NDArray[np.int16], intercept: int) -> bool:
    if hu.size == 0 or intercept == 0:
        return True
    return int(hu.max()) - intercept <= 32767 and int(hu.min()) - intercept >= -32768


def _common(
    meta: SeriesMeta, geometry: Geometry, seed: str, intercept: int, image_type: tuple[str, ...]
) -> tuple[Dataset, FileMetaDataset]:
    """Everything that is equal in all slices."""
    from pydicom.dataset import Dataset, FileMetaDataset

    def uid(given: str, what: str) -> str:
        return given or (make_uid(seed, what) if seed else make_uid())

    file_meta = FileMetaDataset()
    file_meta.MediaStorageSOPClassUID = CT_IMAGE_STORAGE
    file_meta.TransferSyntaxUID = EXPLICIT_VR_LE
    file_meta.ImplementationClassUID = IMPLEMENTATION_CLASS_UID
    file_meta.ImplementationVersionName = f"LDCT_VIEWER_{__version__}"[:16]

    # A seeded series must be the same on every day, so its clock stands still.
    now = datetime(2000, 1, 1) if seed else datetime.now()
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.ImageType = list(image_type)
    ds.SOPClassUID = CT_IMAGE_STORAGE
    ds.StudyDate = meta.study_date or now.strftime("%Y%m%d")
    ds.StudyTime = meta.study_time or now.strftime("%H%M%S")
    ds.ContentDate, ds.ContentTime = now.strftime("%Y%m%d"), now.strftime("%H%M%S")
    ds.AccessionNumber = ""
    ds.Modality = "CT"
    ds.Manufacturer = meta.manufacturer or APP_NAME
    ds.ManufacturerModelName = meta.model_name or APP_NAME
    ds.SoftwareVersions = f"{APP_NAME} {__version__}"
    if meta.institution:
        ds.InstitutionName = meta.institution
    ds.ReferringPhysicianName = ""
    ds.StudyDescription = meta.study_description[:64]
    ds.SeriesDescription = meta.description[:64]
    ds.PatientName = meta.patient_name
    ds.PatientID = meta.patient_id
    ds.PatientBirthDate = meta.patient_birth_date
    ds.PatientSex = meta.patient_sex
    if meta.body_part:
        ds.BodyPartExamined = meta.body_part[:16]
    ds.KVP = _ds(meta.kvp)
    ds.SliceThickness = _ds(meta.slice_thickness_mm if meta.slice_thickness_mm else geometry.spacing_mm[0])
    if meta.kernel:
        ds.ConvolutionKernel = meta.kernel[:16]
    ds.PatientPosition = meta.patient_position or "HFS"
    if meta.tube_current_ma is not None:
        ds.XRayTubeCurrent = round(meta.tube_current_ma)
    if meta.exposure_mas is not None:
        ds.Exposure = round(meta.exposure_mas)
    ds.StudyInstanceUID = uid(meta.study_uid, "study")
    ds.SeriesInstanceUID = uid(meta.uid, "series")
    ds.StudyID = "1"
    ds.Laterality = ""
    ds.SeriesNumber = meta.series_number or "1"
    ds.AcquisitionNumber = 1
    ds.FrameOfReferenceUID = uid(meta.frame_of_reference_uid, "frame")
    ds.PositionReferenceIndicator = ""
    matrix = geometry.matrix
    ds.ImageOrientationPatient = [_ds(v) for v in (*matrix[:, 0], *matrix[:, 1])]
    ds.PixelSpacing = [_ds(geometry.spacing_mm[1]), _ds(geometry.spacing_mm[2])]
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.Rows, ds.Columns = geometry.shape[1], geometry.shape[2]
    ds.BitsAllocated = ds.BitsStored = 16
    ds.HighBit = 15
    ds.PixelRepresentation = 1
    ds.BurnedInAnnotation = "NO"
    if meta.windows:
        ds.WindowCenter = [_ds(w.level) for w, _ in meta.windows]
        ds.WindowWidth = [_ds(w.width) for w, _ in meta.windows]
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = _ds(intercept), _ds(1), "HU"
    return ds, file_meta


def _write_slice(path: Path, hu: NDArray[np.int16], ds: Dataset, intercept: int) -> None:
    from pydicom.filewriter import dcmwrite

    stored = hu if intercept == 0 else hu - np.int16(intercept)
    ds.PixelData = np.ascontiguousarray(stored, dtype="<i2").tobytes()
    ds["PixelData"].VR = "OW"
    with open(path, "xb") as stream:
        dcmwrite(stream, ds, enforce_file_format=True)


def _ds(value: float | int | None) -> Any:
    """A decimal string of at most 16 characters (PS3.5 6.2), empty for None."""
    from pydicom.valuerep import DSfloat

    return "" if value is None else DSfloat(float(value) + 0.0, auto_format=True)
