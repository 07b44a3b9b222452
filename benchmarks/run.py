"""Run every ``bench_*.py`` in a process of its own and print one table (README.md says what they return).

``python benchmarks/run.py`` runs all, ``python benchmarks/run.py NAME…`` only ``bench_NAME.py``. ``--keep`` puts the
rows into results.json, in place of the same benchmark's older ones, and renews the table of RESULTS.md; what stands
below the table there (long runs by other commands) stays. ``--json`` prints the rows as JSON. Exit code 1 if one broke.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
_KEPT = HERE / "results.json"
KEYS = ("what", "reference", "measured", "target", "ok", "note")
_ONE = """
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("bench", sys.argv[1])
module = sys.modules["bench"] = importlib.util.module_from_spec(spec)  # dataclasses look their module up
spec.loader.exec_module(module)
rows = module.main()
with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump(rows, file, default=lambda value: value.item())
"""

Row = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="bench_NAME.py; all if none is named")
    parser.add_argument("--keep", action="store_true", help="keep the rows in results.json and RESULTS.md")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    parser.add_argument("--timeout", type=float, default=1800, metavar="S", help="seconds one benchmark may take")
    args = parser.parse_args()
    files = [HERE / f"bench_{name}.py" for name in args.names] or sorted(HERE.glob("bench_*.py"))
    rows: list[Row] = []
    for file in files:
        print(f"running {file.name}", file=sys.stderr, flush=True)
        found = run_one(file, args.timeout)
        rows += found
        if args.keep:
            keep(file.stem.removeprefix("bench_"), found)
    print(json.dumps(rows, ensure_ascii=False, indent=1) if args.json else table(rows))
    return int(any(row["measured"] == "broke" for row in rows))


def run_one(file: Path, timeout: float) -> list[Row]:
    """The rows of one benchmark; one row that says so if it broke."""
    with tempfile.TemporaryDirectory(prefix="ldct-bench-") as folder:
        out = Path(folder, "rows.json")
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")]),
        }
        environment.setdefault("LDCT_CACHE_DIR", str(Path(folder, "cache")))
        try:
            done = subprocess.run(
                [sys.executable, "-c", _ONE, str(file), str(out)],
                cwd=HERE.parent, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE, text=True, errors="replace", timeout=timeout, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return [_broken(file, f"took longer than {timeout:g} s")]
        if done.returncode or not out.is_file():
            lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
            print("\n".join(lines[-15:]), file=sys.stderr)
            return [_broken(file, lines[-1])]
        rows = json.loads(out.read_text(encoding="utf-8"))
    if not isinstance(rows, list):
        return [_broken(file, "main() returned no rows")]
    wrong = [row for row in rows if set(KEYS) - set(row)]
    return [_broken(file, f"a row lacks {sorted(set(KEYS) - set(wrong[0]))}")] if wrong else rows


def _broken(file: Path, why: str) -> Row:
    return dict(zip(KEYS, (file.stem, "–", "broke", "–", False, why), strict=True))


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table."""
    mark = {True: "yes", False: "**no**", None: "not here"}
    lines = ["| what | reference | measured | target | met | note |", "|---|---|---|---|---|---|"]
    for row in rows:
        cells = [str(row[key]) for key in KEYS]
        cells[4] = mark.get(row["ok"], "?")
        lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return "\n".join(lines)


def keep(name: str, rows: list[Row]) -> None:
    """Replace what is kept of one benchmark and write the table anew."""
    kept = json.loads(_KEPT.read_text(encoding="utf-8")) if _KEPT.is_file() else {}
    kept[name] = {"date": date.today().isoformat(), "rows": rows}
    _KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    page = HERE / "RESULTS.md"
    old = page.read_text(encoding="utf-8") if page.is_file() else ""
    below = old[old.index("\n## ") :] if "\n## " in old else ""
    page.write_text(results([row for each in kept.values() for row in each["rows"]]) + below, encoding="utf-8")


def results(rows: list[Row]) -> str:
    """The head of RESULTS.md: the table with when and on what."""
    met = sum(row["ok"] is True for row in rows)
    missed = sum(row["ok"] is False for row in rows)
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"
    return (
        f"# Results\n\nWritten by `python benchmarks/run.py --keep`, last on {date.today().isoformat()}: {machine}. "
        f"{met} met, {missed} missed, {len(rows) - met - missed} not measured here.\n\n{table(rows)}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
