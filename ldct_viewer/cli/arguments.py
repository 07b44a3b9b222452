"""What an argument may be, in words: argparse would name our functions (``invalid share value: '50 per cent'``)."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from pathlib import Path

from ..errors import LdctError, OpenError


class UsageError(LdctError):
    """Wrong usage that is seen only when all arguments are known; exit code 2, as argparse's own."""


def share(text: str) -> float:
    """A share from 0 to 1, written ``0.5`` or ``50%``."""
    number = text.strip()
    value = _float(number[:-1]) / 100 if number.endswith("%") else _float(number)
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"{text!r} is no share: give a number from 0 to 1, such as 0.5, or 50%")
    return value


def whole(least: int, most: int = 2**63 - 1) -> Callable[[str], int]:
    """A parser of whole numbers from ``least`` to ``most``."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            to = f" to {most}" if most < 2**63 - 1 else ""
            raise argparse.ArgumentTypeError(f"{text!r} will not do: give a whole number from {least}{to}")
        return value

    return parse


def amount(most: float) -> Callable[[str], float]:
    """A parser of numbers from 0 to ``most``."""

    def parse(text: str) -> float:
        value = _float(text)
        if not 0.0 <= value <= most:
            raise argparse.ArgumentTypeError(f"{text!r} will not do: give a number from 0 to {most:.0f}")
        return value

    return parse


def positive(text: str) -> float:
    """A number above 0 and below 100,000."""
    value = _float(text)
    if not 0.0 < value < 1e5:
        raise argparse.ArgumentTypeError(f"{text!r} will not do: give a number above 0 and below 100000")
    return value


def place(text: str) -> Path:
    """A path; an empty one (a shell variable that was not set) is refused: it would be the current folder."""
    if not text:
        raise argparse.ArgumentTypeError("the name is empty")
    return Path(text)


def must_exist(path: Path) -> None:
    """Raise OpenError where there never was such a path; what else is wrong with it, says whoever opens it."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise OpenError("There is no such file or folder.", "Check the path.", path, "not_found") from None
    except OSError:
        pass


def _float(text: str) -> float:
    """Not a number (NaN) where ``text`` is none, so that every range refuses it."""
    try:
        return float(text)
    except ValueError:
        return math.nan
