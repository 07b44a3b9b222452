"""Writing the denoised volume as a DICOM series off the GUI thread."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from ..blend import blend
from ..volume import Volume
from .job import Job

if TYPE_CHECKING:
    from ..dicom.derive import ExportOptions, ExportReport
    from ..dicom.scan import FoundSeries


class ModelCard(Protocol):
    """What the export says of the network (``denoise.model_file.ModelInfo`` has it)."""

    @property
    def name(self) -> str:
        """Model name."""
        ...

    @property
    def version(self) -> str:
        """Model version."""
        ...

    @property
    def sha256(self) -> str:
        """SHA-256 of the weights."""
        ...


class DicomExportJob(Job):
    """Blend at ``strength`` and write the new series into ``folder``; ``done`` brings an ``ExportReport``.

    ``found`` is what ``volume`` was read from; without it the volume's files are scanned again.
    """

    def __init__(
        self,
        volume: Volume,
        denoised: NDArray[np.int16],
        strength: float,
        folder: Path,
        model: ModelCard,
        options: ExportOptions,
        found: FoundSeries | None = None,
    ) -> None:
        super().__init__()
        self._volume, self._denoised, self._strength = volume, denoised, strength
        self._folder, self._model, self._options, self._found = Path(folder), model, options, found

    def work(self) -> ExportReport:
        """Blend slice by slice, write, verify."""
        from ..dicom.derive import find_series, write_derived
        from ..dicom.provenance import denoised

        found = self._found if self._found is not None else find_series(self._volume)
        out = np.empty_like(self._denoised)
        for k in range(len(out)):
            self.token.check()
            out[k] = blend(self._volume.hu[k], self._denoised[k], self._strength)
        model = self._model
        return write_derived(
            found,
            out,
            self._folder,
            denoised(model.name, model.version, model.sha256, self._strength),
            self._options,
            volume=self._volume,
            progress=lambda done, total: self.progress.emit(done, total, ""),
            cancel=self.token,
        )
