"""All planted defects, in an order that mixes the rooms (so that a part of a run is a fair sample)."""

from __future__ import annotations

import random

from . import measuring, reading, showing
from .defect import Defect


def defects() -> list[Defect]:
    """Every defect; the same order every time."""
    every = [*reading.DEFECTS, *showing.DEFECTS, *measuring.DEFECTS]
    random.Random(1).shuffle(every)
    return every
