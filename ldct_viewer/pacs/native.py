"""Any CT file as an uncompressed little endian data set, for archives that take nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..dicom.codes import FileProblem, Reason
from ..dicom.elements import EXPLICIT_BE, EXPLICIT_LE
from ..dicom.files import FileRef
from ..dicom.pixels import read_pixels
from ..dicom.read import open_data
from ..dicom.slices import read_slices

_WORDS = {"OW": 2, "OF": 4, "OL": 4, "OD": 8, "OV": 8}


def to_native(path: Path) -> Any:
    """The pydicom data set of ``path`` in Explicit VR Little Endian; pixels decoded by our pinned decoders.

    UIDs stay: uncompressed pixels of a lossless stream are the same image, and those of a lossy one keep
    their mark of lossy compression (PS3.3 C.7.6.1.1.5). Raises FileProblem, OSError and what pydicom
    raises for damaged headers (ValueError, KeyError, AttributeError, TypeError, NotImplementedError).
    """
    from pydicom import dcmread

    ref = FileRef(path)
    with ref.open() as source:
        slices, _ = read_slices(source, ref)
        if not slices or any(item.spec.frames != len(slices) for item in slices):
            raise FileProblem(Reason.UNSUPPORTED_SYNTAX, "no CT image that could be decompressed")
        spec = slices[0].spec
        frames = [read_pixels(open_data(source, item), item) for item in sorted(slices, key=lambda item: item.frame)]
    pixels = np.stack(frames)
    dataset = dcmread(path, force=True)
    if dataset.file_meta.TransferSyntaxUID == EXPLICIT_BE:
        _swap(dataset)
    dataset.file_meta.TransferSyntaxUID = EXPLICIT_LE
    dataset.PixelData = pixels.astype(f"<u{spec.allocated // 8}", copy=False).tobytes()
    if len(dataset.PixelData) % 2:
        dataset.PixelData += b"\0"
    dataset["PixelData"].VR = "OW" if spec.allocated > 8 else "OB"
    dataset["PixelData"].is_undefined_length = False
    for keyword in ("ExtendedOffsetTable", "ExtendedOffsetTableLengths"):
        if keyword in dataset:
            delattr(dataset, keyword)
    dataset.set_original_encoding(False, True, dataset.original_character_set)
    return dataset


def _swap(dataset: Any) -> None:
    """Byte order of binary values, which pydicom leaves as they were read."""
    for element in dataset.iterall():
        width = _WORDS.get(element.VR)
        if width and isinstance(element.value, bytes) and len(element.value) % width == 0:
            element.value = np.frombuffer(element.value, f">u{width}").astype(f"<u{width}").tobytes()
