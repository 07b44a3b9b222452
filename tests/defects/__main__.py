"""``python -m tests.defects``: plant each defect in a copy of the code and see whether the suite finds it.

The copy is of the last commit (``--worktree``: of the files as they are) with ``../shared`` beside it. Results
are kept in a JSON file, so that a run can be stopped and gone on with. Every test that found something is run
on the clean copy too: one that fails there proves nothing and does not count.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from .aim import AIM
from .catalogue import defects
from .defect import Defect

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 420
STAGES = ("", "aim", "first", "then")
_SPARED = "memory_is_bounded or child_memory"  # measure the process itself, which here is a fork with all libraries
_HEAVY = (
    "torch scipy.ndimage scipy.spatial scipy.sparse skimage.metrics pydicom imagecodecs SimpleITK safetensors.torch"
)
_HEAVY += " PySide6.QtWidgets pyqtgraph pytestqt hypothesis lightning.fabric"


def main() -> int:
    """Run and print; 0 when at least 95 % are found."""
    parser = argparse.ArgumentParser(prog="python -m tests.defects", description=__doc__)
    parser.add_argument("ids", nargs="*", help="defects to plant (default: all that have no result yet)")
    parser.add_argument("--results", type=Path, default=Path(tempfile.gettempdir()) / "ldct-defects.json")
    parser.add_argument("--worktree", action="store_true", help="copy the files as they are, not the last commit")
    parser.add_argument("--minutes", type=float, default=600, help="stop after this time; run again to go on")
    parser.add_argument("--table", action="store_true", help="only print the Markdown table of the results")
    args = parser.parse_args()
    known: dict[str, Any] = json.loads(args.results.read_text()) if args.results.is_file() else {}
    if not args.table:
        _import_heavy()
        with tempfile.TemporaryDirectory(prefix="ldct-defects-") as folder:
            _run(args, known, _copy(Path(folder), args.worktree))
    print(table(known) if args.table else summary(known))
    found = sum(bool(one["found"]) for one in known.values())
    return 0 if known and found >= 0.95 * len(known) else 1


def _run(args: argparse.Namespace, known: dict[str, Any], copy: Path) -> None:
    started = time.monotonic()

    def late() -> bool:
        return time.monotonic() - started > 60 * args.minutes

    for stage in STAGES[1:]:
        for defect in defects():
            last = known.get(defect.id, {"found": False, "stage": ""})
            due = not last["found"] and STAGES.index(stage) > STAGES.index(last["stage"])
            if args.ids and stage == STAGES[1]:
                due = defect.id in args.ids
            if not due or late() or (args.ids and defect.id not in args.ids):
                continue
            known[defect.id] = one = plant(copy, defect, stage)
            args.results.write_text(json.dumps(known, indent=1))
            what = "found" if one["found"] else "MISSED" if stage == "then" else "not yet"
            print(f"{what:8} {defect.id}  {one['by']}  {one['seconds']} s", flush=True)
    if late():
        return
    tests = sorted({one["by"] for one in known.values() if "::" in one["by"] and not one.get("proved")})
    failing = set()
    if tests and _pytest(copy, tests, first_only=False)[0] != 0:
        failing = {name for name in tests if _pytest(copy, [name])[0] != 0}
    for defect_id, one in known.items():
        one["proved"] = one["found"] and one["by"] not in failing
        if one["by"] in failing:
            print(f"NO PROOF {defect_id}: {one['by']} fails on the clean copy, too")
            known[defect_id] = {**one, "found": False, "by": f"(fails on clean code: {one['by']})"}
    args.results.write_text(json.dumps(known, indent=1))


def plant(copy: Path, defect: Defect, stage: str = "first") -> dict[str, Any]:
    """Put one defect in, run the tests of one stage until one fails, take it out again."""
    path = copy / "ldct_viewer" / defect.path
    source = path.read_text(encoding="utf-8")
    if source.count(defect.old) != 1:
        return {"found": False, "by": "(does not fit the code)", "seconds": 0.0, "stage": "then"}
    began = time.monotonic()
    names = {"aim": AIM.get(defect.id, []), "first": defect.first.split(), "then": defect.then.split()}[stage]
    try:
        _write(path, source.replace(defect.old, defect.new))
        by = _pytest(copy, [f"tests/{name}" for name in names])[1] if names else ""
    finally:
        _write(path, source)
    return {"found": bool(by), "by": by, "seconds": round(time.monotonic() - began, 1), "stage": stage}


_clock = [time.time() - 100_000]


def _write(path: Path, text: str) -> None:
    """With a time stamp of its own: Python keeps compiled files by time and size."""
    path.write_text(text, encoding="utf-8")
    _clock[0] += 2
    os.utime(path, (_clock[0], _clock[0]))


def _pytest(copy: Path, names: list[str], first_only: bool = True) -> tuple[int, str]:
    """(exit code, first failing test or ""); a run that hangs or breaks down counts as found.

    In a fork of this process, which has the heavy libraries imported: that is most of a short run's time.
    """
    names = [name if name.startswith("tests/") else f"tests/{name}" for name in names]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        child = os.fork()
        if child == 0:
            _in_child(copy, names, first_only, output.fileno())
        end = time.monotonic() + LIMIT_S
        while (ended := os.waitpid(child, os.WNOHANG))[0] == 0:
            if time.monotonic() > end:
                os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return 1, "(hangs)"
            time.sleep(0.05)
        output.seek(0)
        lines = [line for line in output.read().splitlines() if line.startswith(("FAILED ", "ERROR "))]
    code = os.waitstatus_to_exitcode(ended[1])
    if code in (0, 5):
        return 0, ""
    return 1, lines[0].split(" - ")[0].split(" ", 1)[1] if lines else f"(pytest ended with {code})"


def _in_child(copy: Path, names: list[str], first_only: bool, output: int) -> None:
    os.setsid()
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(copy)
    os.environ.update(PYTHONPATH=str(copy), OMP_NUM_THREADS="1", QT_QPA_PLATFORM="offscreen")
    for name in [name for name in sys.modules if name.split(".")[0] in ("tests", "ldct_viewer")]:
        del sys.modules[name]
    sys.path[:] = [str(copy), *(p for p in sys.path if p and Path(p).resolve() != ROOT)]
    code = 99
    try:
        options = [
            "-q",
            "--no-header",
            "--tb=no",
            "-p",
            "no:cacheprovider",
            "-k",
            f"not ({_SPARED})",
            *["-x"] * first_only,
        ]
        code = int(pytest.main([*options, *names]))
        sys.stdout.flush()
    finally:
        os._exit(code)


def _copy(folder: Path, worktree: bool) -> Path:
    copy = folder / "main"
    copy.mkdir()
    names = ["ldct_viewer", "tests", "resources", "packaging", "benchmarks", "pyproject.toml", "README.md", "LICENSE"]
    names = [name for name in [*names, "ARCHITECTURE.md", "CHANGELOG.md"] if (ROOT / name).exists()]
    command = ["tar", "-c", *names] if worktree else ["git", "archive", "HEAD"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as packed:
        subprocess.run(["tar", "-x", "-C", str(copy)], stdin=packed.stdout, check=True)
    shared = ROOT.parent / "shared"
    if shared.is_dir():
        (folder / "shared").symlink_to(shared)
    return copy


def _import_heavy() -> None:
    os.environ.update(OMP_NUM_THREADS="1", QT_QPA_PLATFORM="offscreen")
    for name in _HEAVY.split():
        try:
            importlib.import_module(name)
        except ImportError:
            continue  # its tests are skipped


def summary(known: dict[str, Any]) -> str:
    """One line."""
    found = sum(bool(one["found"]) for one in known.values())
    return f"{found} of {len(known)} found: {100 * found / max(len(known), 1):.1f} %"


def table(known: dict[str, Any]) -> str:
    """Markdown, in the order of the list."""
    rows = ["| defect | harm | found by |", "|---|---|---|"]
    for defect in sorted((d for d in defects() if d.id in known), key=lambda d: d.id):
        one = known[defect.id]
        by = one["by"].removeprefix("tests/").replace("|", "/") if one["found"] else f"**missed** {one['by']}"
        rows.append(f"| {defect.id} | {defect.harm} | {by} |")
    return "\n".join([*rows, "", summary(known)])


if __name__ == "__main__":
    raise SystemExit(main())
