"""How an element begins on the wire (PS3.5 §7.1): VRs, lengths, item tags, both byte orders."""

from __future__ import annotations

from struct import Struct

UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD

LONG = frozenset((b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"SQ", b"UT", b"UN", b"UC", b"UR", b"SV", b"UV"))
SHORT = frozenset(b"AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US".split())
VRS = LONG | SHORT

# Group, element, length: implicit VR does not say what is a sequence; an undefined length says it.
LE, BE = Struct("<HHL"), Struct(">HHL")
# Group, element, VR, short length.
LE_EXPLICIT, BE_EXPLICIT = Struct("<HH2sH"), Struct(">HH2sH")
LE_LONG, BE_LONG = Struct("<L"), Struct(">L")
