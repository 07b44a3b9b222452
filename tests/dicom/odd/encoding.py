"""How a file is encoded: transfer syntaxes, preamble, file meta information, what follows the pixels."""

from __future__ import annotations

import struct
from pathlib import Path

from .kit import (
    BIG,
    COUNT,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    J2K,
    JLS,
    SIZE,
    Truth,
    Want,
    base_hu,
    case,
    coded,
    element,
    patch,
    simple,
    slices,
    write,
    write_all,
)


@case
def mixed_syntaxes(folder: Path) -> Truth:
    many = slices()
    kinds = [EXPLICIT, IMPLICIT, BIG, DEFLATED, JLS, J2K]
    for k, ds in enumerate(many):
        kind = kinds[k % len(kinds)]
        write(coded(ds, kind) if kind in (JLS, J2K) else ds, folder / f"{k}.dcm", kind)
    return Truth([Want(base_hu())])


@case
def big_endian_ob(folder: Path) -> Truth:
    """Big endian with 16 bit pixels under VR OB: PS3.5 asks for OW, the words are big endian all the same."""
    paths = write_all(slices(), folder, BIG)
    for path in paths:
        data = path.read_bytes()
        at = data.rindex(b"\x7f\xe0\x00\x10OW")
        path.write_bytes(data[: at + 4] + b"OB" + data[at + 6 :])
    return Truth([Want(base_hu(), None)])


simple("explicit-ob-16-bit", lambda ds, k: setattr(ds["PixelData"], "VR", "OB"))


@case
def private_syntax_of_ge(folder: Path) -> Truth:
    write_all(slices(), folder, IMPLICIT)
    for path in folder.iterdir():
        data = path.read_bytes().replace(
            b"\x02\x00\x10\x00UI\x12\x001.2.840.10008.1.2\0", b"\x02\x00\x10\x00UI\x12\x001.2.840.113619.5.2"
        )
        path.write_bytes(data)
    return Truth([Want(None, {"unsupported_syntax"}, "blocked", (COUNT, SIZE, SIZE))])


@case
def trailing_bytes_after_pixels(folder: Path) -> Truth:
    patch(folder, lambda data: data + bytes(1000))
    return Truth([Want(base_hu())])


@case
def data_set_trailing_padding(folder: Path) -> Truth:
    patch(folder, lambda data: data + b"\xfc\xff\xfc\xffOB\0\0" + struct.pack("<L", 128) + bytes(128))
    return Truth([Want(base_hu())])


@case
def preamble_without_magic(folder: Path) -> Truth:
    """128 zeros, then group 2 at once: the four letters are missing."""
    patch(folder, lambda data: data[:128] + data[132:])
    return Truth([Want(base_hu(), {"no_preamble"})])


@case
def no_preamble_but_meta(folder: Path) -> Truth:
    patch(folder, lambda data: data[132:])
    return Truth([Want(base_hu(), {"no_preamble"})])


@case
def preamble_of_tiff(folder: Path) -> Truth:
    patch(folder, lambda data: b"II*\0" + bytes(124) + data[128:])
    return Truth([Want(base_hu())])


@case
def no_meta_explicit(folder: Path) -> Truth:
    def strip(data: bytes) -> bytes:
        length = struct.unpack_from("<L", data, 140)[0]
        return bytes(128) + b"DICM" + data[144 + length :]

    patch(folder, strip)
    return Truth([Want(base_hu())])


@case
def wrong_meta_group_length(folder: Path) -> Truth:
    patch(folder, lambda data: data[:140] + struct.pack("<L", 4) + data[144:])
    return Truth([Want(base_hu())])


@case
def no_meta_group_length(folder: Path) -> Truth:
    patch(folder, lambda data: data[:132] + data[144:])
    return Truth([Want(base_hu())])


@case
def meta_in_big_endian(folder: Path) -> Truth:
    """Group 2 written in the byte order of the data set, against PS3.10."""
    for k, ds in enumerate(slices()):
        path = write(ds, folder / f"{k}.dcm", BIG)
        data = path.read_bytes()
        length = struct.unpack_from("<L", data, 140)[0]
        meta, out, at = data[144 : 144 + length], b"", 0
        while at < len(meta):
            group, element, vr, size = struct.unpack_from("<HH2sH", meta, at)
            if vr == b"OB":
                size = struct.unpack_from("<L", meta, at + 8)[0]
                out += struct.pack(">HH2sHL", group, element, vr, 0, size) + meta[at + 12 : at + 12 + size]
                at += 12 + size
            else:
                out += struct.pack(">HH2sH", group, element, vr, size) + meta[at + 8 : at + 8 + size]
                at += 8 + size
        head = bytes(128) + b"DICM" + struct.pack(">HH2sHL", 2, 0, b"UL", 4, len(out))
        path.write_bytes(head + out + data[144 + length :])
    return Truth([Want(base_hu(), None)])


@case
def syntax_says_implicit_but_is_explicit(folder: Path) -> Truth:
    # one byte longer UIDs are padded: same length of the element keeps the group length right
    patch(
        folder,
        lambda data: data.replace(b"UI\x14\x001.2.840.10008.1.2.1\0", b"UI\x14\x001.2.840.10008.1.2\0\0\0"),
    )
    return Truth([Want(base_hu(), {"wrong_syntax"})])


@case
def syntax_says_explicit_but_is_implicit(folder: Path) -> Truth:
    def claim(data: bytes) -> bytes:
        length = struct.unpack_from("<L", data, 140)[0] + 2
        data = data.replace(b"UI\x12\x001.2.840.10008.1.2\0", b"UI\x14\x001.2.840.10008.1.2.1\0")
        return data[:140] + struct.pack("<L", length) + data[144:]

    patch(folder, claim, IMPLICIT)
    return Truth([Want(base_hu(), {"wrong_syntax"})])


@case
def without_preamble_but_with_the_magic_in_its_text(folder: Path) -> Truth:
    """No preamble, and the four letters stand at offset 128 by chance."""

    def change(data: bytes) -> bytes:
        data = data[144 + struct.unpack_from("<L", data, 140)[0] :]
        at = data.index(b"\x08\x00\x12\x00DA")  # what is before it is kept
        fill = 128 - at - 8
        return data[:at] + element(0x0008000A, b"LO", b" " * fill + b"DICM is the magic ") + data[at:]

    patch(folder, change)
    return Truth([Want(base_hu(), {"no_preamble"})])
