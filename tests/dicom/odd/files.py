"""Links, names, folders and archives."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .kit import COUNT, Truth, Want, base_hu, case, slices, write_all


@case
def d58_links_and_loops(folder: Path) -> Truth:
    write_all(slices(), folder / "in")
    (folder / "loop").symlink_to(folder)
    (folder / "outside.dcm").symlink_to("/etc/passwd")
    (folder / "in" / "again.dcm").symlink_to(folder / "in" / "f0000.dcm")
    os.mkfifo(folder / "pipe.dcm")
    return Truth([Want(base_hu())], excluded=4, codes={"link", "special_file"})


@case
def dicomdir_only(folder: Path) -> Truth:
    from pydicom.fileset import FileSet

    files = FileSet()
    for ds in slices():
        files.add(ds)
    files.write(folder / "set")
    for path in (folder / "set").rglob("*"):
        if path.is_file() and path.name != "DICOMDIR":
            path.unlink()
    return Truth([], excluded=1, codes={"dicomdir"})


def zipped(folder: Path, target: Path, **how: Any) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, **how) as out:
        for path in sorted(folder.rglob("*")):
            out.write(path, path.relative_to(folder))


@case
def zip_in_zip(folder: Path) -> Truth:
    inner = folder.with_name(folder.name + "-made")
    write_all(slices(), inner / "x")
    folder.mkdir(parents=True)
    zipped(inner, inner.with_suffix(".zip"))
    with zipfile.ZipFile(folder / "outer.zip", "w") as out:
        out.write(inner.with_suffix(".zip"), "inner.zip")
    return Truth([Want(base_hu())])


def change_zip_headers(path: Path, at: int, change: Callable[[int], int]) -> None:
    """Change byte ``at`` of every local header and, two bytes on, of every entry of the directory."""
    data = bytearray(path.read_bytes())
    for magic, offset in ((b"PK\x03\x04", at), (b"PK\x01\x02", at + 2)):
        place = data.find(magic)
        while place >= 0:
            data[place + offset] = change(data[place + offset])
            place = data.find(magic, place + 1)
    path.write_bytes(bytes(data))


@case
def zip_with_password(folder: Path) -> Truth:
    made = folder.with_name(folder.name + "-made")
    write_all(slices(), made)
    folder.mkdir(parents=True)
    zipped(made, folder / "secret.zip")
    change_zip_headers(folder / "secret.zip", 6, lambda flags: flags | 1)
    return Truth([], excluded=COUNT, codes={"encrypted"})


@case
def other_archives(folder: Path) -> Truth:
    import bz2
    import gzip
    import lzma
    import tarfile

    paths = write_all(slices(), folder)
    (folder / "a.7z").write_bytes(b"7z\xbc\xaf\x27\x1c\0\4" + bytes(200))
    (folder / "a.rar").write_bytes(b"Rar!\x1a\x07\x01\x00" + bytes(200))
    (folder / "a.dcm.gz").write_bytes(gzip.compress(paths[0].read_bytes()))
    (folder / "a.dcm.bz2").write_bytes(bz2.compress(paths[0].read_bytes()))
    (folder / "a.dcm.xz").write_bytes(lzma.compress(paths[0].read_bytes()))
    with tarfile.open(folder / "a.tar", "w") as out:
        out.add(paths[0], "x.dcm")
    return Truth([Want(base_hu())], excluded=6, codes={"archive"})


@case
def names_that_are_no_text(folder: Path) -> Truth:
    """File names in bytes that are no UTF-8, with line breaks, very long ones, and the empty extension."""
    paths = write_all(slices(), folder)
    for k, name in enumerate([b"\xff\xfe\x80.dcm", b"a\nb.dcm", b"x" * 250, b" ", b"-rf", b"%s%n", b"..dcm"]):
        os.rename(os.fsencode(paths[k]), os.path.join(os.fsencode(folder), name))
    return Truth([Want(base_hu())])


@case
def path_longer_than_the_system_takes(folder: Path) -> Truth:
    """A tree that was moved into another one: its end cannot be named any more."""
    write_all(slices(), folder / "in")
    deep = folder / "deep"
    deep.mkdir()
    here = os.getcwd()
    try:
        os.chdir(deep)
        for _ in range(22):
            os.mkdir("d" * 200)
            os.chdir("d" * 200)
        Path("x.dcm").write_bytes(b"x")
    finally:
        os.chdir(here)
    return Truth([Want(base_hu())], rejected=1, codes={"io_error"})


@case
def zip_of_an_unknown_method(folder: Path) -> Truth:
    """Deflate64, as Windows packs what is large: not damaged, only not for us."""
    made = folder.with_name(folder.name + "-made")
    write_all(slices(), made)
    folder.mkdir(parents=True)
    zipped(made, folder / "large.zip")
    change_zip_headers(folder / "large.zip", 8, lambda _: 9)
    return Truth([], excluded=COUNT, codes={"archive"})
