"""Export is all or nothing: existing target, full disk, kill −9, a source that changes (DICOM.md T5)."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ldct_viewer.dicom import slice_export, transaction
from ldct_viewer.dicom.derive import ExportOptions, write_derived
from ldct_viewer.dicom.transaction import FolderTransaction, sweep, sweep_all
from ldct_viewer.errors import WriteError

from .derive_kit import DENOISED, make_series, opened

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("appdata")
    monkeypatch.setenv("LDCT_DATA_DIR", str(folder))
    return folder


def hashes(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}


def refused(source: Path, target: Path, options: ExportOptions | None = None) -> WriteError:
    """Export must fail, leave the sources alone and nothing else behind."""
    found, volume = opened(source)
    before, listing = hashes(source), sorted(os.listdir(target.parent)) if target.parent.exists() else None
    with pytest.raises(WriteError) as caught:
        write_derived(found, volume.hu, target, DENOISED, options, volume=volume)
    assert hashes(source) == before
    if listing is not None:
        assert sorted(os.listdir(target.parent)) == listing
    else:
        assert not target.parent.exists()
    return caught.value


@pytest.mark.parametrize("kind", ["file", "empty folder", "full folder", "dangling link"])
def test_nothing_is_ever_overwritten(tmp_path: Path, kind: str) -> None:
    source, target = make_series(tmp_path / "source"), tmp_path / "out"
    if kind == "file":
        target.write_text("mine")
    elif kind == "dangling link":
        target.symlink_to(tmp_path / "nowhere")
    else:
        target.mkdir()
        if kind == "full folder":
            (target / "IM0001.dcm").write_text("mine")
    assert refused(source, target).code == "exists"
    if kind == "file":
        assert target.read_text() == "mine"


def test_never_inside_or_around_the_source(tmp_path: Path) -> None:
    source = make_series(tmp_path / "a" / "source")
    assert refused(source, source / "out").code == "inside_source"
    assert refused(source, source / "deep" / "er").code == "inside_source"
    link = tmp_path / "link"
    link.symlink_to(source)
    assert refused(source, link / "out").code == "inside_source"


def test_a_target_that_appears_meanwhile_is_left_alone(tmp_path: Path) -> None:
    source, target = make_series(tmp_path / "source"), tmp_path / "out"
    found, volume = opened(source)

    def rival(done: int, total: int) -> None:
        if done == total:
            target.mkdir()
            (target / "theirs").write_text("x")

    with pytest.raises(WriteError) as caught:
        write_derived(found, volume.hu, target, DENOISED, progress=rival)
    assert caught.value.code == "exists"
    assert os.listdir(target) == ["theirs"] and sorted(os.listdir(tmp_path)) == ["out", "source"]


def test_too_little_space_is_said_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = make_series(tmp_path / "source")
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(transaction.shutil, "disk_usage", lambda p: usage._replace(free=10_000))
    error = refused(source, tmp_path / "new" / "out")
    assert error.code == "disk_full" and "MB are needed" in error.message


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="mounting a small disk needs root on Linux")
@pytest.mark.parametrize("free_kib", range(0, 260, 13))
def test_a_disk_that_fills_up_leaves_nothing(tmp_path: Path, free_kib: int, monkeypatch: pytest.MonkeyPatch) -> None:
    source, disk = make_series(tmp_path / "source", count=4, size=128), tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=260k", "none", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("tmpfs cannot be mounted here")
    try:
        (disk / "ballast").write_bytes(bytes((260 - free_kib) * 1024))
        monkeypatch.setattr(transaction, "SPACE_MARGIN", 0.0)  # let it run into the wall
        found, volume = opened(source)
        try:
            write_derived(found, volume.hu, disk / "out", DENOISED)
        except WriteError as error:
            assert error.code == "disk_full" and "full" in error.message
            assert os.listdir(disk) == ["ballast"]
        else:
            assert free_kib > 4 * 32
            np.testing.assert_array_equal(opened(disk / "out")[1].hu, volume.hu)
    finally:
        subprocess.run(["umount", str(disk)], check=False)


def test_a_file_size_limit_reads_as_a_full_disk(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="file size limits are POSIX")
    source = make_series(tmp_path / "source", size=128)
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, old[1]))
    try:
        error = refused(source, tmp_path / "out")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, previous)
    assert error.code == "disk_full"


@pytest.mark.parametrize(("number", "code"), [
    (errno.EACCES, "no_permission"), (errno.EROFS, "no_permission"),
    (errno.ENOENT, "disk"), (errno.EDQUOT, "disk_full"),
])  # fmt: skip
def test_system_errors_are_worded_for_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    def fail(descriptor: int, data: memoryview) -> None:
        raise OSError(number, os.strerror(number))

    source = make_series(tmp_path / "source")
    monkeypatch.setattr(slice_export, "_write_all", fail)
    error = refused(source, tmp_path / "out")
    assert error.code == code and error.hint.endswith("Nothing was left behind.")


@pytest.mark.parametrize("how", ["edited", "deleted", "truncated", "other image"])
@pytest.mark.parametrize("when", [0, 1, 5, 9])
def test_a_source_that_changes_underway_stops_the_export(tmp_path: Path, how: str, when: int) -> None:
    source = make_series(tmp_path / "source")
    found, volume = opened(source)
    victim = source / "slice5.dcm"

    def meddle(done: int = 0, total: int = 0) -> None:
        if done != when:
            return
        if how == "deleted":
            victim.unlink()
        elif how == "truncated":
            os.truncate(victim, 900)
        elif how == "other image":
            shutil.copy(source / "slice2.dcm", victim)
        else:
            data = bytearray(victim.read_bytes())
            data[-1] ^= 1
            victim.write_bytes(data)

    meddle()
    with pytest.raises(WriteError) as caught:
        write_derived(found, volume.hu, tmp_path / "out", DENOISED, volume=volume, progress=meddle)
    assert caught.value.code == "source_changed"
    assert sorted(os.listdir(tmp_path)) == ["source"]


@pytest.mark.parametrize("keep_time", [False, True])
@pytest.mark.parametrize("number", range(6))
def test_pixels_edited_between_opening_and_export_stop_it_and_name_the_file(
    tmp_path: Path, number: int, keep_time: bool
) -> None:
    source = make_series(tmp_path / "source")
    found, volume = opened(source)
    victim = source / f"slice{number}.dcm"
    info = victim.stat()
    with open(victim, "rb+") as file:
        file.seek(-300, os.SEEK_END)
        byte = file.read(1)[0]
        file.seek(-300, os.SEEK_END)
        file.write(bytes([byte ^ 4]))
    if keep_time:
        os.utime(victim, ns=(info.st_atime_ns, info.st_mtime_ns))
    with pytest.raises(WriteError) as caught:
        write_derived(found, volume.hu, tmp_path / "out", DENOISED, volume=volume)
    assert caught.value.code == "source_changed" and victim.name in caught.value.message
    assert sorted(os.listdir(tmp_path)) == ["source"]


def test_other_permissions_are_no_change_of_the_images(tmp_path: Path) -> None:
    source = make_series(tmp_path / "source")
    found, volume = opened(source)
    (source / "slice3.dcm").chmod(0o600)
    write_derived(found, volume.hu, tmp_path / "out", DENOISED, volume=volume)
    assert len(os.listdir(tmp_path / "out")) == 6


def test_an_old_source_edited_underway_shows_by_its_stamp_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slice_export, "settled", lambda stamp: stamp is not None)  # as after three seconds
    source = make_series(tmp_path / "source")
    found, volume = opened(source)

    def edit(done: int, total: int) -> None:
        if done == 9:
            (source / "slice2.dcm").write_bytes((source / "slice2.dcm").read_bytes()[:-2] + b"xy")

    with pytest.raises(WriteError) as caught:
        write_derived(found, volume.hu, tmp_path / "out", DENOISED, volume=volume, progress=edit)
    assert caught.value.code == "source_changed" and sorted(os.listdir(tmp_path)) == ["source"]


@pytest.mark.parametrize("compress", ["none", "rle", "htj2k", "jpegls"])
@pytest.mark.parametrize("change", [
    lambda data: data[:-200] + bytes([data[-200] ^ 1]) + data[-199:],  # one bit of the pixels
    lambda data: data[:-1], lambda data: data + b"\0", lambda data: b"", lambda data: bytes(len(data)),
    lambda data: data.replace(b"-15.5000", b"-15.5001"),  # of the position
], ids=["bit", "short", "long", "empty", "zeros", "place"])  # fmt: skip
def test_a_disk_that_lies_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compress: str, change: Callable[[bytes], bytes]
) -> None:
    honest = slice_export._write_all

    def lie(descriptor: int, data: memoryview) -> None:
        honest(descriptor, memoryview(change(bytes(data))))

    source = make_series(tmp_path / "source")
    monkeypatch.setattr(slice_export, "_write_all", lie)
    assert refused(source, tmp_path / "out", ExportOptions(compress=compress)).code == "verify"


CHILD = """
import sys
from pathlib import Path
from tests.dicom.derive_kit import DENOISED, opened
from ldct_viewer.dicom.derive import write_derived
found, volume = opened(Path(sys.argv[1]))
print("go", flush=True)
write_derived(found, volume.hu, sys.argv[2], DENOISED, volume=volume)
print("done", flush=True)
sys.stdin.read()
"""


def test_kill_9_at_any_moment_leaves_all_or_nothing(tmp_path: Path, own_data_dir: Path, monkeypatch) -> None:
    monkeypatch.setattr(transaction, "_GRACE_S", -1.0)  # a folder without a whole marker may be one just begun
    source = make_series(tmp_path / "source", count=24, size=128)
    before = hashes(source)
    disk = tmp_path / "disk"
    disk.mkdir()
    rng = np.random.default_rng(3)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "LDCT_DATA_DIR": str(own_data_dir)}
    outcomes: list[bool] = []
    whole = 0.0  # seconds that an export takes here, now: the first one is left alone
    fewest = 1 + int(os.environ.get("LDCT_KILLS", "6"))
    while len(outcomes) < fewest or (all(outcomes) and len(outcomes) < fewest + 30):
        target = disk / f"out{len(outcomes)}"
        command = [sys.executable, "-c", CHILD, str(source), str(target)]
        child = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
        )
        assert child.stdout is not None and child.stdout.readline() == "go\n"
        started = time.monotonic()
        if outcomes:
            time.sleep(float(rng.uniform(0, 0.9 * whole)))
        else:
            assert child.stdout.readline() == "done\n"
            whole = time.monotonic() - started
        child.kill()
        child.communicate()
        outcomes.append(target.exists())
        if target.exists():
            assert len(os.listdir(target)) == 24
            np.testing.assert_array_equal(opened(target)[1].hu, opened(source)[1].hu)
        sweep_all()
        assert not [name for name in os.listdir(disk) if name.endswith(".ldct-partial")]
        assert not list((own_data_dir / "unfinished-exports").iterdir())
    assert not all(outcomes), "no run was killed underway: the test shows nothing"
    assert hashes(source) == before


def test_leftovers_of_others_and_running_exports_are_not_swept(tmp_path: Path) -> None:
    foreign = tmp_path / ".abc.ldct-partial"
    foreign.mkdir()
    (foreign / "export.json").write_text(json.dumps({"program": "LDCT Viewer", "host": "elsewhere", "pid": 1}))
    unmarked = tmp_path / ".def.ldct-partial"
    unmarked.mkdir()
    (unmarked / "precious.dcm").write_text("x")
    os.utime(unmarked, (0, 0))
    with FolderTransaction(tmp_path / "out", [], 0) as running:
        (running.work / "IM0001.dcm").write_text("x")
        assert sweep(tmp_path) == []
        assert foreign.exists() and unmarked.exists() and running.work.exists()


def test_two_exports_side_by_side_do_not_disturb_each_other(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    found, volume = opened(make_series(tmp_path / "source"))
    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(lambda n: write_derived(found, volume.hu, tmp_path / f"o{n}", DENOISED), range(4)))
    assert len({report.series_uid for report in reports}) == 4
    assert all(len(os.listdir(tmp_path / f"o{n}")) == 6 for n in range(4))
