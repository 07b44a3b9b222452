"""``ldct-viewer``: the window, or a sub-command without one. Sub-commands load only when named."""

from __future__ import annotations

import argparse
import importlib
import io
import json
import os
import sys
from collections.abc import Callable, Sequence

from .. import RESEARCH_NOTICE, __version__
from ..errors import (
    EXIT_CANCELLED,
    EXIT_DEVICE,
    EXIT_INPUT,
    EXIT_MODEL,
    EXIT_OK,
    EXIT_OUTPUT,
    EXIT_PACS,
    EXIT_UNEXPECTED,
    Cancelled,
    DeviceError,
    LdctError,
    ModelError,
    OpenError,
    PacsError,
    WriteError,
)

# name -> one-line help. Each is a module of this package with configure(parser) and run(args) -> exit code.
COMMANDS = {
    "info": "list every CT series below a path, its geometry and warnings",
    "denoise": "denoise a series to NIfTI, NRRD, MetaImage or a derived DICOM series",
    "simulate": "a series as a lower dose would show it, DICOM to DICOM",
    "pacs": "to and from an archive: test, find, get, send, queue (extra: pip install 'ldct-viewer[pacs]')",
    "serve": "receive or watch for series, denoise them, write or send them on; day and night",
    "train": "fine-tune the denoiser on local scans",
    "evaluate": "measure image quality: noise, sharpness, HU, detectability, with or without a reference",
}

EXIT_CODES = """exit codes: 0 done; 1 unexpected failure; 2 wrong usage; 3 input cannot be read or holds no CT
series; 4 model refused; 5 device not available; 6 output exists or cannot be written; 7 archive not
reachable or refused; 8 trained, but not better; 130 cancelled"""

DECODER_FLAG = "--decoder-process"  # see dicom.decoder_process; not for people

_BY_ERROR: tuple[tuple[type[LdctError], int], ...] = (
    (OpenError, EXIT_INPUT),
    (ModelError, EXIT_MODEL),
    (DeviceError, EXIT_DEVICE),
    (WriteError, EXIT_OUTPUT),
    (PacsError, EXIT_PACS),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; returns the exit code (see ``EXIT_CODES``)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a Korean file name on a Western console is no failure
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments and arguments[0] == DECODER_FLAG:  # a frozen program has no other way to be its own helper
        from ..dicom.decoder_child import main as decode

        return decode(arguments[1:])
    if arguments and arguments[0] in COMMANDS:
        return _run_command(arguments[0], arguments[1:])
    args = _window_parser().parse_args(arguments)
    return _guarded("ldct-viewer", lambda: _open_window(args))


def _open_window(args: argparse.Namespace) -> int:
    from ..app import run_window

    return run_window(args.paths, demo=args.demo, screenshot=args.screenshot)


def _window_parser() -> argparse.ArgumentParser:
    lines = "\n".join(f"  {name:<10} {text}" for name, text in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="ldct-viewer",
        description=f"Low-dose CT beside its denoised twin. {RESEARCH_NOTICE}",
        epilog=f"commands (ldct-viewer COMMAND --help):\n{lines}\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="folders, files or zips to open")
    parser.add_argument("--demo", action="store_true", help="open the built-in digital thorax phantom")
    parser.add_argument("--screenshot", metavar="FILE", help="open, denoise, save the window as PNG and exit")
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    return parser


def _run_command(name: str, arguments: list[str]) -> int:
    module = importlib.import_module(f"{__package__}.{name}")
    parser = argparse.ArgumentParser(
        prog=f"ldct-viewer {name}",
        description=f"{COMMANDS[name]}. {RESEARCH_NOTICE}",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.configure(parser)
    args = parser.parse_args(arguments)
    return _guarded(f"ldct-viewer {name}", lambda: module.run(args), as_json=getattr(args, "json", False))


def _guarded(name: str, work: Callable[[], int], as_json: bool = False) -> int:
    """Run ``work``; expected failures become one clear line (and JSON where asked for) and their exit code."""
    try:
        return int(work())
    except (Cancelled, KeyboardInterrupt):
        print("Cancelled; nothing was written.", file=sys.stderr)
        return EXIT_CANCELLED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_OK
    except LdctError as error:
        if as_json:
            path = str(error.path) if error.path else None
            print(
                json.dumps({"error": {"code": error.code, "message": error.message, "hint": error.hint, "path": path}})
            )
        print(f"{name}: {error}", file=sys.stderr)
        return next((code for kind, code in _BY_ERROR if isinstance(error, kind)), EXIT_UNEXPECTED)
