"""What the set-up tells the person who waits for it."""

from __future__ import annotations

import sys
from typing import NoReturn


def say(text: str) -> None:
    """One line of progress, in order with what sub-processes print."""
    print(f"[ldct-viewer] {text}", file=sys.stderr, flush=True)


def stop(text: str, code: int = 1) -> NoReturn:
    """End the set-up with a reason and what to do."""
    say(text)
    sys.exit(code)
