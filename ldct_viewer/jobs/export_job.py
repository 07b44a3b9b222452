"""Writing results off the GUI thread: a picture as PNG, the denoised volume as NIfTI, NRRD or MetaImage."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6 import QtGui

from ..blend import blend
from ..errors import WriteError
from ..volume import SeriesWarning, Volume
from .job import Job


class SavePictureJob(Job):
    """Save a ``QImage`` as PNG, whole or not at all; ``done`` brings the path."""

    def __init__(self, image: QtGui.QImage, path: Path) -> None:
        super().__init__()
        self._image, self._path = image, Path(path)

    def work(self) -> Path:
        """Encode beside the target, then put in place."""
        return save_png(self._image, self._path)


def save_png(image: QtGui.QImage, path: Path) -> Path:
    """Write ``image`` to ``path`` as PNG, atomically. Raises WriteError."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if not image.save(os.fspath(part), "PNG"):  # type: ignore[call-overload]
            raise WriteError("The picture could not be saved.", "Choose another folder.", path, "write")
        os.replace(part, path)
    except OSError as error:
        raise WriteError(
            f"The picture could not be saved: {error.strerror}.", "Choose another folder.", path, "write"
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return path


class ExportJob(Job):
    """Write ``low + strength · (denoised − low)`` in the volume's geometry; ``done`` brings (path, notes on it)."""

    def __init__(self, volume: Volume, denoised: NDArray[np.int16], strength: float, path: Path) -> None:
        super().__init__()
        self._volume, self._denoised, self._strength, self._path = volume, denoised, strength, Path(path)

    def work(self) -> tuple[Path, tuple[SeriesWarning, ...]]:
        """Blend slice by slice, then write."""
        from ..dicom.formats import save_volume

        count = self._volume.shape[0]
        out = np.empty_like(self._denoised)
        for k in range(count):
            self.token.check()
            out[k] = blend(self._volume.hu[k], self._denoised[k], self._strength)
            self.progress.emit(k + 1, count, "")
        notes = save_volume(self._volume, out, self._path, force=True)  # the file dialog asked before overwriting
        return self._path, notes
