"""``ldct-viewer``: the window, or a sub-command without one. Sub-commands load only when named."""

from __future__ import annotations

import argparse
import difflib
import errno
import importlib
import io
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO, cast

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
    EXIT_USAGE,
    Cancelled,
    DeviceError,
    LdctError,
    ModelError,
    OpenError,
    PacsError,
    WriteError,
)
from .arguments import UsageError

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
    (UsageError, EXIT_USAGE),
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
    parser = _window_parser()
    args = parser.parse_args(arguments)
    _check_paths(parser, args.paths)
    return _guarded("ldct-viewer", lambda: _open_window(args))


def _check_paths(parser: argparse.ArgumentParser, paths: list[str]) -> None:
    """A mistyped command is no file to open a window for, nor is the empty name of a variable that was not set."""
    if "" in paths:
        parser.error("the name of a file or folder is empty")
    near = difflib.get_close_matches(paths[0], COMMANDS, 1) if paths and not os.path.lexists(paths[0]) else []
    if near:
        parser.error(f"there is no command, file or folder {paths[0]!r}; did you mean {near[0]}?")


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
    as_json = getattr(args, "json", False)
    with _notes_may_go_unread():
        if name == "serve":  # it has its own way to end
            return _guarded(f"ldct-viewer {name}", lambda: module.run(args), as_json)
        with _ended_as_by_ctrl_c():
            return _guarded(f"ldct-viewer {name}", lambda: module.run(args), as_json)


class _Notes:
    """A stream like ``stream`` (stderr); once its pipe is closed what is written goes nowhere."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except BrokenPipeError:
            _to_nowhere(self._stream)
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except BrokenPipeError:
            _to_nowhere(self._stream)


@contextmanager
def _notes_may_go_unread() -> Iterator[None]:
    """Work does not end because nobody reads its notes any more (``2>&1 | head``): its result is a file."""
    before = sys.stderr
    if before is not None:  # None: a frozen program without a console
        sys.stderr = cast(TextIO, _Notes(before))
    try:
        yield
    finally:
        sys.stderr = before


@contextmanager
def _ended_as_by_ctrl_c() -> Iterator[None]:
    """SIGTERM, and SIGHUP of a terminal that is closed, end the work like Ctrl-C: nothing half-written stays behind.

    What whoever started us ignores (nohup) stays ignored.
    """

    def interrupt(*_: object) -> None:
        for number in before:  # a shell and its terminal both send SIGHUP: the second must not disturb the tidying
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = []
    if threading.current_thread() is threading.main_thread():
        numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
        before = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    for number in before:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number in before:
            signal.signal(number, signal.SIG_DFL)


def _guarded(name: str, work: Callable[[], int], as_json: bool = False) -> int:
    """Run ``work``; where nobody reads what it says that is no failure, but where the disk is full it is one."""
    code = EXIT_OK
    try:
        code = _told(name, work, as_json)
        print(end="", flush=True)  # what cannot be written is told here, not by Python at its end
    except BrokenPipeError:
        _drop_output()
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        _drop_output()
        why = f"The output could not be written: {error.strerror}. Free some space or choose another disk."
        print(f"{name}: {why}", file=sys.stderr)
        return EXIT_OUTPUT
    return code


def _drop_output() -> None:
    """Let go of what stdout holds and cannot write: Python would try once more at its end, and fail aloud."""
    try:
        print(end="", flush=True)
    except OSError:
        _to_nowhere(sys.stdout)


def _to_nowhere(stream: TextIO) -> None:
    """Let the file behind ``stream`` be the one that takes and forgets all."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _told(name: str, work: Callable[[], int], as_json: bool) -> int:
    """Run ``work``; expected failures become one clear line (and JSON where asked for) and their exit code."""
    try:
        return int(work())
    except (Cancelled, KeyboardInterrupt) as end:
        print(str(end) or "Cancelled; nothing was written.", file=sys.stderr)
        return EXIT_CANCELLED
    except LdctError as error:
        if as_json:
            path = str(error.path) if error.path else None
            print(
                json.dumps({"error": {"code": error.code, "message": error.message, "hint": error.hint, "path": path}})
            )
        print(f"{name}: {error}", file=sys.stderr)
        return next((code for kind, code in _BY_ERROR if isinstance(error, kind)), EXIT_UNEXPECTED)
