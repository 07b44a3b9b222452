"""What the service is told to do, and how patient it is: with which troubles, how often, how long."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..dicom.codes import Reason
from .aside import KEEP_S, LIMIT
from .nodes import PacsNode
from .receiver import Listen

TICK_S = 0.25
PATIENCE_S = 60.0
LONGEST_S = 3600.0
MAX_LOOKS = 0.1  # of the time may go into looking at the drop folder
DAWDLING = 10  # times the quiet time: more is to come, most likely
MAX_TRIES = 5  # of what we did not foresee, or of files that cannot be read
MAX_TRIES_ONCE = 3
MAX_DROP_TRIES = 8  # of a share that is away: three hours
UNDELIVERED_TRIES, REFUSED_TRIES = 720, 48  # an archive may be down for weeks, or full for days
# Our own places, out of room or of reach: tried without end, for nothing is wrong with the series.
OUR_TROUBLE = frozenset(("disk_full", "no_permission", "disk"))
# The disk or the network may come back; the decoder may have been killed for want of memory.
MAY_PASS = frozenset(
    reason.code
    for reason in (
        *(Reason.VANISHED, Reason.CHANGED, Reason.IO_ERROR, Reason.NO_PERMISSION),
        *(Reason.DECODER_DIED, Reason.DECODER_SLOW, Reason.NO_DECODER, Reason.OUT_OF_MEMORY),
    )
) | {"source_changed"}
# What a file looks like that is still being copied.
ARRIVING = frozenset(
    reason.code
    for reason in (
        *(Reason.EMPTY_FILE, Reason.TRUNCATED, Reason.MALFORMED, Reason.NO_PIXELS, Reason.BAD_PIXEL_LENGTH),
        *(Reason.BAD_STREAM, Reason.BAD_ARCHIVE),
    )
)
NO_SLICES = frozenset((Reason.COLOUR.code, Reason.NOT_HU.code))  # sound images of another kind


@dataclass(frozen=True)
class Settings:
    """What the service does. At least one of ``listen`` and ``watch``, and one of ``out`` and ``send_to``."""

    spool: Path
    listen: Listen | None = None
    watch: Path | None = None
    out: Path | None = None
    send_to: PacsNode | None = None
    strength: float = 1.0
    quiet_s: float = 30.0
    keep_s: float = 24 * 3600.0
    once: bool = False
    keep_aside_s: float = KEEP_S
    aside_bytes: int = LIMIT


def growing(tries: int) -> float:
    """Seconds to wait after so many tries."""
    return min(PATIENCE_S * 2.0 ** min(tries - 1, 20), max(LONGEST_S, PATIENCE_S))
