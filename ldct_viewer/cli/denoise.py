"""``ldct-viewer denoise IN OUT``: the viewer's denoising without a window."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import WriteError
from .arguments import UsageError, must_exist, place, share, whole

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..denoise.model_file import ModelInfo
    from ..dicom.series import FoundSeries
    from ..volume import Volume

STRENGTH_HELP = (
    "0 (as it was) to 1 (all that the network takes for noise), or 0%% to 100%%; "
    "default: what the model's card recommends"
)
SERIES_HELP = "which series of IN, as numbered by ldct-viewer info (default: the largest)"
SUFFIXES = (".nii.gz", ".nrrd", ".mha")
MODEL_HELP = "id of a model (fast and quality came with the program; default: fast) or a model's file"
# Endings that mean a file we do not write. Any other dot is part of a folder's name ("result 1.5mm").
_FOREIGN = {
    ".nii", ".gz", ".nifti", ".nhdr", ".mhd", ".raw", ".hdr", ".img", ".mgz", ".mnc", ".npy", ".npz", ".dcm", ".dicom",
    ".ima", ".png", ".jpg", ".jpeg", ".jp2", ".tif", ".tiff", ".bmp", ".gif", ".webp", ".pdf", ".txt", ".csv", ".json",
    ".xml", ".html", ".zip", ".7z", ".rar", ".tar", ".tgz", ".bz2", ".xz", ".iso", ".mp4", ".avi", ".safetensors",
}  # fmt: skip


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("input", metavar="IN", type=place, help="a series folder, or a NIfTI/NRRD/MetaImage file")
    what = f"file to write ({', '.join(SUFFIXES)}), or a new folder for a derived DICOM series"
    parser.add_argument("output", metavar="OUT", type=place, help=what)
    parser.add_argument("--model", metavar="M", help=MODEL_HELP)
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps (default: auto)")
    parser.add_argument("--strength", type=share, help=STRENGTH_HELP)
    parser.add_argument("--series", type=whole(1), metavar="N", help=SERIES_HELP)
    parser.add_argument("--json", action="store_true", help="a JSON summary on stdout")
    parser.add_argument("--force", action="store_true", help="replace OUT if it is a file that exists; never a folder")


def run(args: argparse.Namespace) -> int:
    """Denoise IN into OUT; what can be refused early is refused before any work."""
    started = time.monotonic()
    _check_output(args.input, args.output, args.force)
    from ..denoise.model_file import chosen_model

    info = chosen_model(args.model)
    if args.strength is None:
        args.strength = info.recommended_strength
    from ..dicom.provenance import AI_DENOISED
    from ..dicom.read import open_series

    found, volume = open_series(args.input, number=args.series)
    _check_apart(args.input, args.output, volume)
    if AI_DENOISED in found.image_type:
        _say("this series was denoised by this program already; what is left of its noise is reduced again.")
    for warning in volume.warnings:
        print(f"note: {warning.message}", file=sys.stderr)
    from ..denoise.engine import Denoiser, choose_device
    from ..denoise.model_file import load_model

    device = choose_device(args.device)
    denoiser = Denoiser(load_model(info), device, on_notice=_say)
    progress = _Progress()
    result = denoiser.denoise(volume, args.strength, progress)
    progress.end()
    _check_output(args.input, args.output, args.force)  # it may have appeared meanwhile
    _write(args, found, volume, result, info)
    seconds = round(time.monotonic() - started, 3)
    summary = {
        "input": str(args.input),
        "output": str(args.output),
        "model": info.id,
        "device": denoiser.device.id,
        "strength": args.strength,
        "slices": int(result.shape[0]),
        "seconds": seconds,
    }
    if args.json:
        print(json.dumps(summary, ensure_ascii=False))
    else:
        slices = "1 slice" if len(result) == 1 else f"{len(result)} slices"
        print(f"{slices} → {args.output} in {seconds:.1f} s ({info.name}, {denoiser.device.name})")
    return 0


def _write(
    args: argparse.Namespace, found: FoundSeries, volume: Volume, hu: NDArray[np.int16], info: ModelInfo
) -> None:
    if not _is_dicom(args.output):
        from ..dicom.formats import save_volume

        for warning in save_volume(volume, hu, args.output, force=args.force):
            _say(warning.message)
        return
    from ..dicom.derive import write_derived
    from ..dicom.provenance import denoised

    what = denoised(info.name, info.version, info.sha256, args.strength)
    report = write_derived(found, hu, args.output, what, volume=volume)
    for warning in report.warnings:
        _say(warning.message)


def _is_dicom(target: Path) -> bool:
    """A name without an ending of files is a folder for DICOM."""
    return not target.name.lower().endswith(SUFFIXES) and target.suffix.lower() not in _FOREIGN


def _check_output(source: Path, target: Path, force: bool) -> None:
    if not _is_dicom(target) and not target.name.lower().endswith(SUFFIXES):
        endings = ", ".join(SUFFIXES)
        hint = "A name without an ending makes a folder with a DICOM series."
        raise UsageError(f"OUT must end in {endings}, or have no ending.", hint, target, "suffix")
    if not target.absolute().parent.is_dir():
        raise WriteError("The folder for OUT does not exist.", "Make it first.", target.absolute().parent, "no_folder")
    if target.is_dir():
        hint = "Name a file, or a folder that does not exist yet."
        raise WriteError("OUT is a folder that exists already.", hint, target, "is_folder")
    must_exist(source)
    if target.exists() and target.samefile(source):
        raise WriteError("OUT is the input file; sources are never overwritten.", "Name another file.", target, "same")
    if os.path.lexists(target) and _is_dicom(target):
        hint = "A DICOM series needs the name of a folder that does not exist yet."
        raise WriteError("OUT is a file that exists already.", hint, target, "exists")
    if target.exists() and not force:
        raise WriteError("OUT exists already.", "Use --force to replace it.", target, "exists")


def _check_apart(source: Path, target: Path, volume: Volume) -> None:
    """What is made of a folder of images must not lie among them."""
    folders = {file.parent for file in volume.files if file.parent.is_dir()} if source.is_dir() else set()
    if any(above.samefile(folder) for above in target.absolute().parents for folder in folders):
        hint = "Choose a place outside the source folder."
        raise WriteError("OUT would lie among the original images.", hint, target, "inside_source")


def _say(text: str) -> None:
    print(f"note: {text}", file=sys.stderr)


class _Progress:
    """One line on stderr: rewritten on a terminal, every tenth of the work elsewhere."""

    def __init__(self) -> None:
        self._start, self._shown, self._tty = time.monotonic(), -1, sys.stderr.isatty()

    def __call__(self, done: int, total: int) -> None:
        tenth = 10 * done // max(total, 1)
        if not self._tty and tenth == self._shown:
            return
        self._shown = tenth
        left = (time.monotonic() - self._start) / max(done, 1) * (total - done)
        text = f"denoising {done}/{total}, {left:.0f} s left"
        print(f"\r{text}\033[K" if self._tty else text, end="" if self._tty else "\n", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the rewritten line."""
        if self._tty:
            print(file=sys.stderr)
