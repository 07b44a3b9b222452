"""The embedded demo: the digital thorax as a full-dose and a low-dose DICOM series, cached."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .. import paths
from ..cancel import NEVER, CancelToken, Progress, no_progress
from ..errors import WriteError
from ..volume import AIR_HU, Geometry, SeriesMeta
from ..window import Window
from .kernels import STANDARD
from .phantom import Finding, Phantom, thorax
from .scanner import Scanner

VERSION = 4  # raise when the demo's voxels change: old caches are then left alone
FULL_MA, LOW_MA = 200.0, 30.0
DOSE = LOW_MA / FULL_MA
_MARKER = "complete.json"
_BATCH = 4


@dataclass(frozen=True)
class DemoPaths:
    """Folders of the two DICOM series and the file that tells what is hidden in them."""

    full: Path
    low: Path
    truth_json: Path


@lru_cache(maxsize=1)
def truth(seed: int = 1) -> Phantom:
    """The noise-free phantom of the demo: its HU, geometry and findings."""
    return thorax(seed=seed)


def truth_hu(seed: int = 1) -> NDArray[np.int16]:
    """Noise-free HU of the demo, (z, y, x) int16: what a perfect denoiser would return."""
    return truth(seed).hu


def make_demo(
    folder: str | Path | None = None, seed: int = 1, progress: Progress = no_progress, cancel: CancelToken = NEVER
) -> DemoPaths:
    """Make the demo, or find it in the cache: same seed, same files. Progress counts up to 4 × slices.

    ``folder`` is where to put it (made if absent); None: the user's cache. All or nothing: it is built
    in a hidden neighbour folder and renamed at the end. Raises WriteError and Cancelled.
    """
    root = Path(folder) if folder is not None else paths.cache_dir() / "demo"
    target = root / f"thorax-v{VERSION}-s{seed}"
    made = DemoPaths(target / "full-dose", target / "low-dose", target / "truth.json")
    if _complete(target):
        progress(1, 1)
        return made
    temporary = root / f".{target.name}.{os.getpid()}-{secrets.token_hex(4)}.partial"
    try:
        temporary.mkdir(parents=True)
        _build(temporary, seed, progress, cancel)
        try:
            os.rename(temporary, target)
        except OSError:
            if not _complete(target):  # damaged or half-deleted: replace it
                shutil.rmtree(target, ignore_errors=True)
                os.rename(temporary, target)
    except OSError as error:
        raise WriteError(
            f"The demo could not be written: {error.strerror or error}.",
            "It needs about 130 MB of free space in the cache folder; LDCT_CACHE_DIR can name another.",
            root,
            "disk",
        ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return made


def _complete(target: Path) -> bool:
    """True if every file that the marker lists is there with its size."""
    try:
        listed = json.loads((target / _MARKER).read_text("utf-8"))
        return bool(listed) and all((target / name).stat().st_size == size for name, size in listed.items())
    except (OSError, ValueError, AttributeError):
        return False


def _build(folder: Path, seed: int, progress: Progress, cancel: CancelToken) -> None:
    from ..dicom.write import write_series

    phantom = thorax(seed=seed, cancel=cancel, progress=lambda done, total: progress(done, 4 * total))
    count = phantom.hu.shape[0]
    full, low = np.empty_like(phantom.hu), np.empty_like(phantom.hu)
    for at, (a, b) in _noisy(phantom, seed, cancel):
        full[at], low[at] = a, b
        progress(count + at.stop, 4 * count)
    for number, (name, hu, current, text) in enumerate(
        (("full-dose", full, FULL_MA, "Full dose"), ("low-dose", low, LOW_MA, f"Low dose {DOSE:.0%}")), 1
    ):
        write_series(
            folder / name,
            hu,
            phantom.geometry,
            _meta(seed, number, current, text, phantom.geometry),
            uid_seed=f"ldct-demo-{VERSION}-{seed}-{number}",
            progress=lambda done, total, n=number: progress((1 + n) * total + done, 4 * total),  # type: ignore[misc]
            cancel=cancel,
        )
    (folder / "truth.json").write_text(json.dumps(_truth_json(seed, phantom.findings), indent=1), "utf-8")
    files = {p.relative_to(folder).as_posix(): p.stat().st_size for p in sorted(folder.rglob("*")) if p.is_file()}
    (folder / _MARKER).write_text(json.dumps(files), "utf-8")


def _noisy(
    phantom: Phantom, seed: int, cancel: CancelToken
) -> Iterator[tuple[slice, tuple[NDArray[np.int16], NDArray[np.int16]]]]:
    """Batches of (slices, (full dose, low dose)): independent noise, as in two scans."""
    import torch

    from .noise import noise_maker

    count, size, _ = phantom.hu.shape
    maker = noise_maker(size, phantom.geometry.spacing_mm[2], STANDARD, Scanner())
    generator = torch.Generator().manual_seed(seed)
    some = torch.from_numpy(phantom.hu[:: max(1, count // 12)].astype(np.float32))
    reference = maker.scanner.middle_path(maker.line_integrals(some)).mean()
    for first in range(0, count, _BATCH):
        cancel.check()
        at = slice(first, min(first + _BATCH, count))
        clean = torch.from_numpy(phantom.hu[at].astype(np.float32))
        p = maker.line_integrals(clean)
        doses = torch.tensor([1.0, DOSE]).repeat_interleave(len(clean))
        sd = maker.log_sd(torch.cat([p, p]), doses, float("inf"), reference)
        noise = maker.draw(sd, generator).reshape(2, *clean.shape)
        both = (clean[None] + noise).round_().clamp_(AIR_HU, 3071).to(torch.int16).numpy()
        yield at, (both[0], both[1])


def _meta(seed: int, number: int, current: float, text: str, geometry: Geometry) -> SeriesMeta:
    from ..dicom.write import make_uid

    tag = f"ldct-demo-{VERSION}-{seed}"
    return SeriesMeta(
        uid=make_uid(tag, "series", number),
        study_uid=make_uid(tag, "study"),
        frame_of_reference_uid=make_uid(tag, "frame"),
        description=f"{text}, digital thorax",
        study_description="Digital thorax phantom (simulated)",
        series_number=str(number),
        patient_name="Demo^Thorax phantom",
        patient_id=f"LDCT-DEMO-{seed}",
        patient_sex="O",
        patient_position="HFS",
        body_part="CHEST",
        kernel=STANDARD.name.upper(),
        kvp=120.0,
        tube_current_ma=current,
        exposure_mas=current * 0.5,
        slice_thickness_mm=geometry.spacing_mm[0],
        windows=(
            (Window(400, 50), "MEDIASTINUM"),
            (Window(1500, -600), "LUNG"),
        ),  # the first is shown: there noise can be seen
    )


def _truth_json(seed: int, findings: tuple[Finding, ...]) -> dict[str, object]:
    return {
        "version": VERSION,
        "seed": seed,
        "dose_of_low": DOSE,
        "findings": [asdict(f) | {"contrast_hu": f.contrast_hu} for f in findings],
    }
