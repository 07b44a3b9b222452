"""What an argument may be, in words: argparse would name our functions (``invalid share value: '50 per cent'``)."""

from __future__ import annotations

import argparse


def share(text: str) -> float:
    """A share from 0 to 1, written ``0.5`` or ``50%``."""
    number = text.strip()
    try:
        value = float(number[:-1]) / 100 if number.endswith("%") else float(number)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"{text!r} is no share: give a number from 0 to 1, such as 0.5, or 50%")
    return value
