"""Ways to break a sound file, each a small lie or accident; which ones, is said by a seeded generator."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable

from .corpus import Base, Element, corpus, inflated

Mutator = Callable[[random.Random, bytearray, Base], None]

_OWN = tuple(base for base in corpus() if "/" not in base.name)
_SYNTAXES = [*sorted({base.syntax for base in _OWN}), "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.100", "1"]
_NUMBERS = (
    "nan",
    "inf",
    "-inf",
    "1e308",
    "1e-320",
    "",
    "0",
    "-1",
    "1\\2\\3",
    "0x10",
    "1_0",
    "9" * 60,
    "1,5",
    "٣",
    "--1",
)
_INTEGERS = (0, 1, 2, 7, 8, 12, 13, 15, 16, 17, 31, 32, 64, 255, 4095, 16383, 16384, 16385, 32767, 32768, 65535)


def mutant(seed: int, number: int, bases: tuple[Base, ...] | None = None) -> tuple[Base, bytes, str]:
    """Mutant ``number`` of run ``seed``: (what it was made of, its bytes, how)."""
    rng = random.Random(f"{seed}:{number}")
    choice = bases or corpus()
    base = rng.choice(choice)
    data = bytearray(base.data)
    names = []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        mutate = rng.choice(MUTATORS)
        names.append(mutate.__name__.strip("_"))
        if len(data) > 16:
            mutate(rng, data, base)
    return base, bytes(data), "+".join(names)


def _anywhere(rng: random.Random, data: bytearray, base: Base) -> int:
    """A place in the file; headers and the start of the pixel data are where the lies are."""
    kind = rng.random()
    if kind < 0.4:
        return rng.randrange(min(132, len(data) - 1), max(min(base.pixels, len(data)), 134)) % len(data)
    if kind < 0.7:
        return min(base.pixels + rng.randrange(200), len(data) - 1)
    return rng.randrange(len(data))


def _flip_bytes(rng: random.Random, data: bytearray, base: Base) -> None:
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        data[_anywhere(rng, data, base)] = rng.randrange(256)


def _flip_bits(rng: random.Random, data: bytearray, base: Base) -> None:
    for _ in range(rng.choice((1, 1, 1, 4))):
        data[_anywhere(rng, data, base)] ^= 1 << rng.randrange(8)


def _damage_code(rng: random.Random, data: bytearray, base: Base) -> None:
    if base.pixels + 8 < len(data):
        for _ in range(rng.choice((1, 2, 16))):
            data[rng.randrange(base.pixels, len(data))] = rng.randrange(256)


def _cut(rng: random.Random, data: bytearray, base: Base) -> None:
    del data[rng.choice((rng.randrange(len(data)), _anywhere(rng, data, base), len(data) - rng.randrange(1, 12))) :]


def _delete(rng: random.Random, data: bytearray, base: Base) -> None:
    at = _anywhere(rng, data, base)
    del data[at : at + rng.choice((1, 2, 4, 8, rng.randrange(1, 400)))]


def _insert(rng: random.Random, data: bytearray, base: Base) -> None:
    at = _anywhere(rng, data, base)
    data[at:at] = rng.randbytes(rng.choice((1, 2, 4, 8, rng.randrange(1, 400))))


def _repeat(rng: random.Random, data: bytearray, base: Base) -> None:
    at = _anywhere(rng, data, base)
    data[at:at] = data[at : at + rng.randrange(1, 300)] * rng.choice((1, 2, 50))


def _element(rng: random.Random, base: Base) -> Element | None:
    return rng.choice(base.elements) if base.elements else None


def _order(base: Base) -> str:
    return ">" if base.syntax == "1.2.840.10008.1.2.2" else "<"


def _lie_about_length(rng: random.Random, data: bytearray, base: Base) -> None:
    one = _element(rng, base)
    if one is None or one.value > len(data):
        return _flip_bytes(rng, data, base)
    size = 2 if one.value - one.start == 8 and base.syntax != "1.2.840.10008.1.2" else 4
    wrong = rng.choice((0, 1, 3, one.length - 1, one.length + 1, one.length + 2, len(data), 0xFFFF, 0xFFFE, 0x7FFFFFFF,
                        0xFFFFFFFE, 0xFFFFFFFF, rng.randrange(1 << 16)))  # fmt: skip
    packed = struct.pack(_order(base) + ("H" if size == 2 else "L"), wrong & (0xFFFF if size == 2 else 0xFFFFFFFF))
    data[one.value - size : one.value] = packed
    return None


def _swap_tags(rng: random.Random, data: bytearray, base: Base) -> None:
    one, other = _element(rng, base), _element(rng, base)
    if one is None or other is None or max(one.start, other.start) + 4 > len(data):
        return _flip_bytes(rng, data, base)
    a, b = bytes(data[one.start : one.start + 4]), bytes(data[other.start : other.start + 4])
    data[one.start : one.start + 4], data[other.start : other.start + 4] = b, a
    return None


def _lie_about_value(rng: random.Random, data: bytearray, base: Base) -> None:
    wanted = [e for e in base.elements if e.tag >> 16 in (0x0028, 0x0020, 0x0018)] or list(base.elements)
    if not wanted:
        return _flip_bytes(rng, data, base)
    one = rng.choice(wanted)
    if one.value + one.length > len(data):
        return _flip_bytes(rng, data, base)
    if one.length == 2 and one.tag >> 16 == 0x0028:
        value = struct.pack(_order(base) + "H", rng.choice(_INTEGERS))
    else:
        value = rng.choice(_NUMBERS).encode("utf-8")[: max(one.length, 1)].ljust(one.length)
    data[one.value : one.value + one.length] = value
    return None


def _lie_about_syntax(rng: random.Random, data: bytearray, base: Base) -> None:
    at = data.find(b"\x02\x00\x10\x00UI")
    if at < 0:
        return _flip_bytes(rng, data, base)
    length = int.from_bytes(data[at + 6 : at + 8], "little")
    uid = rng.choice(_SYNTAXES).encode()
    uid += b"\0" * (len(uid) % 2)
    data[at + 6 : at + 8 + length] = len(uid).to_bytes(2, "little") + uid
    return None


def _fragments(data: bytearray, base: Base) -> tuple[int, list[bytes], bytes]:
    """(start, items, rest) of the encapsulated pixel data."""
    at, items = base.pixels, []
    while at + 8 <= len(data) and data[at : at + 4] == b"\xfe\xff\x00\xe0":
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        items.append(bytes(data[at + 8 : at + 8 + length]))
        at += 8 + length
    return base.pixels, items, bytes(data[at:])


def _lie_about_fragments(rng: random.Random, data: bytearray, base: Base) -> None:
    start, items, rest = _fragments(data, base)
    if not base.coded or len(items) < 2:
        return _damage_code(rng, data, base)
    table, parts = items[0], list(items[1:])
    kind = rng.randrange(9)
    if kind == 0:
        table = struct.pack("<3L", *(rng.choice((0, 1, 8, 0xFFFFFFFF, rng.randrange(5000))) for _ in range(3)))
    elif kind == 1:
        piece = rng.choice((2, 16, 100))
        parts = [part[i : i + piece] for part in parts for i in range(0, len(part), piece)]
    elif kind == 2:
        piece = max(len(parts[0]) // 4, 1)
        parts = [parts[0][i : i + piece] for i in range(0, len(parts[0]), piece)] + parts[1:]
        del parts[rng.randrange(len(parts))]
    elif kind == 3:
        piece = max(len(parts[0]) // 4, 1)
        parts = [parts[0][i : i + piece] for i in range(0, len(parts[0]), piece)] + parts[1:]
        rng.shuffle(parts)
    elif kind == 4:
        rest = b""
    elif kind == 5:
        parts.insert(rng.randrange(len(parts) + 1), b"")
    elif kind == 6:
        parts = [part[: rng.randrange(1, len(part) + 1)] for part in parts if part]
    elif kind == 7:
        parts *= rng.choice((2, 40))
    else:
        parts = [p[: len(p) // 2] + b"\xff\xd9" for p in parts]
    body = b"".join(b"\xfe\xff\x00\xe0" + len(item).to_bytes(4, "little") + item for item in (table, *parts))
    data[start:] = body + rest
    if rng.random() < 0.3:
        at = start + 4 + rng.choice((0, 8 + len(table)))
        data[at : at + 4] = struct.pack(
            "<L", rng.choice((0, 1, 0xFFFFFFFF, 0xFFFFFFFE, len(data), rng.randrange(5000)))
        )
    return None


def _nest(rng: random.Random, data: bytearray, base: Base) -> None:
    """Sequences in sequences before the pixel data, with and without lengths, some never closed."""
    depth = rng.choice((1, 3, 9, 63, 64, 65, 66, 500, 5000))
    if rng.random() < 0.5:
        one = b"\x40\x00\x60\xa7SQ\0\0\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
        end = b"\xfe\xff\x0d\xe0\0\0\0\0" + b"\xfe\xff\xdd\xe0\0\0\0\0"
        body = one * depth + end * rng.choice((depth, depth - 1, 0))
    else:
        body = b""
        for _ in range(min(depth, 500)):
            item = b"\xfe\xff\x00\xe0" + len(body).to_bytes(4, "little") + body
            body = b"\x40\x00\x60\xa7SQ\0\0" + len(item).to_bytes(4, "little") + item
    at = rng.choice(base.elements).start if base.elements else max(base.pixels - 12, 0)
    data[at:at] = body


def _lie_in_the_stream(rng: random.Random, data: bytearray, base: Base) -> None:
    """Sizes, precisions, tile counts and tables in the first bytes of a code stream."""
    start = base.pixels + (16 if base.coded else 0)
    if start + 4 >= len(data):
        return _flip_bytes(rng, data, base)
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = min(start + rng.randrange(110), len(data) - 4)
        value = rng.choice((0, 1, 2, 3, 8, 16, 255, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0xFFFFFFFF))
        size = rng.choice((1, 2, 4))
        data[at : at + size] = (value & ((1 << 8 * size) - 1)).to_bytes(size, rng.choice(("big", "little")))
    return None


def _deflated_inside(rng: random.Random, data: bytearray, base: Base) -> None:
    """What is inside a deflated file is broken before it is deflated; a bomb now and then."""
    try:
        head, body = inflated(bytes(data))
    except ValueError:
        return _flip_bytes(rng, data, base)
    inner = bytearray(body)
    if rng.random() < 0.05:
        inner += bytes(rng.choice((1 << 20, 1 << 25)))
    for _ in range(rng.choice((1, 2, 8))):
        inner[rng.randrange(min(len(inner), 1500))] = rng.randrange(256)
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    data[:] = head + packer.compress(bytes(inner)) + packer.flush()
    return None


def _in_a_zip(rng: random.Random, data: bytearray, base: Base) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for n in range(rng.choice((1, 1, 3))):
            archive.writestr(
                zipfile.ZipInfo(rng.choice(("a.dcm", "../../x", "/etc/x", "나.dcm")) + str(n)), bytes(data)
            )
    data[:] = out.getvalue()
    for _ in range(rng.choice((0, 1, 2, 8))):
        data[rng.randrange(len(data))] = rng.randrange(256)
    tail = data.rfind(b"PK\x01\x02")
    if rng.random() < 0.4 and tail > 0:
        at = tail + rng.randrange(46)
        data[at : at + 4] = rng.choice((b"\0\0\0\0", b"\xff\xff\xff\xff", rng.randbytes(4)))


def _splice(rng: random.Random, data: bytearray, base: Base) -> None:
    other = rng.choice(_OWN)
    if rng.random() < 0.5:
        data[base.pixels :] = other.data[other.pixels :]
    else:
        data[_anywhere(rng, data, base) :] = other.data[rng.randrange(len(other.data)) :]


MUTATORS: tuple[Mutator, ...] = (
    _flip_bytes,
    _flip_bits,
    _damage_code,
    _cut,
    _delete,
    _insert,
    _repeat,
    _lie_about_length,
    _swap_tags,
    _lie_about_value,
    _lie_about_value,
    _lie_about_syntax,
    _lie_about_fragments,
    _lie_about_fragments,
    _nest,
    _lie_in_the_stream,
    _lie_in_the_stream,
    _deflated_inside,
    _in_a_zip,
    _splice,
)
