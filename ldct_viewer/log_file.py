"""The rolling log in the cache folder: what the program did, never to whom or to which file."""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import os
import re
from pathlib import Path

from .paths import cache_dir

# Anything in quotes and anything that looks like a path may hold a name: both are left out.
_QUOTED = re.compile(r"""(['"“]).{3,}?(['"”])""", re.DOTALL)
_PATH = re.compile(r"(?:[A-Za-z]:\\|\\\\|(?<![\w.])/)\S+(?: \S+[/\\.]\S*)*")
_FRAME = re.compile(r'File "([^"]*)"')


def log_path() -> Path:
    """Where the log is."""
    return cache_dir() / "logs" / "ldct-viewer.log"


def scrubbed(text: str) -> str:
    """``text`` without quoted parts and paths."""
    return _PATH.sub("<path>", _QUOTED.sub(r"\1…\2", text))


class ScrubbingFormatter(logging.Formatter):
    """Formats records without identity: messages and exceptions scrubbed, code files by their last parts."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line, scrubbed."""
        record.message = scrubbed(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: object) -> str:
        """The traceback, scrubbed."""
        lines = []
        for line in super().formatException(ei).splitlines():  # type: ignore[arg-type]
            frame = _FRAME.search(line)
            if frame:
                short = "/".join(Path(frame.group(1)).parts[-3:])
                lines.append(line.replace(frame.group(0), f"File {short}"))
            elif line.startswith("    "):
                lines.append(line)  # a line of source code
            else:
                lines.append(scrubbed(line))
        return "\n".join(lines)


def start_logging() -> Path:
    """Log this package to the rolling file (3 × 1 MB) and crashes of native code beside it."""
    file = log_path()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    logger = logging.getLogger(__package__)
    if not any(isinstance(h, logging.handlers.RotatingFileHandler) for h in logger.handlers):
        handler = logging.handlers.RotatingFileHandler(file, maxBytes=1_000_000, backupCount=2, encoding="utf-8")
        handler.setFormatter(ScrubbingFormatter())
        logger.addHandler(handler)
        logger.setLevel(os.environ.get("LDCT_LOG_LEVEL", "INFO"))
    if not faulthandler.is_enabled():
        crash = (file.parent / "crash.log").open("a", encoding="utf-8")
        faulthandler.enable(crash)
    return file
