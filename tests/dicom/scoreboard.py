"""Every case of ../shared/dicom-cases and of odd/: what is asked, what we see. Writes SCOREBOARD.md.

``python -m tests.dicom.scoreboard`` from the checkout. ``expected`` is the table of test_cases.py, which stands on
expected.json; HU are compared with the truth by construction or with what other tools agree on. For odd/ the
truth is how a case was built.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from ldct_viewer.dicom.read import SeriesReader

from . import odd
from . import test_cases as cases
from .test_odd_cases import differences

FILE = Path(__file__).with_name("SCOREBOARD.md")
HOSTILE = ("d60-malicious", "d61-archive-attacks")


def shape_text(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))


def series_text(items: list[tuple[tuple[int, ...], str, set[str]]]) -> str:
    lines = [
        f"{shape_text(shape)} {state} {' '.join(sorted(codes))}".strip()
        for shape, state, codes in sorted(items, key=str)
    ]
    counted = [f"{lines.count(line)} × {line}" if lines.count(line) > 1 else line for line in dict.fromkeys(lines)]
    return "; ".join(counted) or "no series"


def hu_text(case: str) -> tuple[str, bool]:
    """How the HU were proven, and whether they are right."""
    truths = {uid: digest for name, uid, digest in cases.regular_entries() if name == case}
    readable = [s for s in cases.scanned(case).series if s.state != "blocked"]
    if case in cases.SAME_AS_BASE:
        return "HU as constructed", cases.sha(SeriesReader(readable[0]).read().hu) == cases.BASE
    if case in cases.ORACLE_DIFFERS or not truths:
        return "", True
    right = total = 0
    for uid, digest in truths.items():
        mine = [s for s in readable if s.uid == uid]
        if mine:
            total += 1
            right += digest in {cases.sha(SeriesReader(s).read().hu) for s in mine}
    return (f"HU of {total} series as other tools decode" if total else ""), right == total


def row(case: str) -> tuple[str, bool]:
    """One line of the table, and whether it is as expected."""
    result = cases.scanned(case)
    if case in HOSTILE:
        usable = [s for s in result.series if s.state != "blocked"]
        seen = f"{result.counts.seen} entries accounted for, {len(usable)} series shown"
        return (
            f"| {case} | typed refusal or bounded reading, program lives | {seen} | {_mark(result.counts.balanced)} |",
            (result.counts.balanced),
        )
    counts, series = cases.TABLE[case]
    c = result.counts
    seen_counts = (c.accepted, c.duplicates, c.excluded, c.rejected)
    seen_series: list[tuple[tuple[int, ...], str, set[str]]] = [
        (s.shape, s.state, {w.code for w in s.warnings}) for s in result.series
    ]
    hu, right = hu_text(case)
    wanted, seen = (
        f"{'/'.join(map(str, n))}; {series_text(s)}" for n, s in ((counts, series), (seen_counts, seen_series))
    )
    ok = wanted == seen and right and c.balanced
    said = "the same" if wanted == seen else seen
    return f"| {case} | {wanted} | {said}{', ' + hu if hu else ''} | {_mark(ok)} |", ok


def odd_row(name: str) -> tuple[str, bool]:
    """One line of the second table: a series built anew."""
    with tempfile.TemporaryDirectory() as folder:
        truth = odd.cases()[name](Path(folder) / "case")
        wrong = differences(Path(folder) / "case", truth)
    fates = f"{truth.duplicates}/{truth.excluded}/{truth.rejected}"
    series: list[tuple[tuple[int, ...], str, set[str]]] = []
    for want in truth.series:
        shape: tuple[int, ...] = want.hu.shape if want.hu is not None else want.shape or ()
        codes = want.codes if want.codes is not None else {"any note"}
        state = want.state or ("notes" if codes else "ready")
        series.append((shape, state, codes))
    wanted = f"{fates}; {series_text(series)}"
    seen = "; ".join(wrong).replace("|", "/") if wrong else "the same"
    return f"| {name} | {wanted} | {seen} | {_mark(not wrong)} |", not wrong


def _mark(ok: bool) -> str:
    return "ok" if ok else "**NO**"


def table() -> tuple[str, bool]:
    """SCOREBOARD.md, and whether all is as expected."""
    rows = [row(case) for case in sorted(cases.expected())]
    built = [odd_row(name) for name in sorted(odd.cases())]
    good, good_odd = (sum(ok for _, ok in lines) for lines in (rows, built))
    text = (
        "# Odd DICOM, case by case\n\nWritten by `python -m tests.dicom.scoreboard`; a test keeps it current. "
        f"{good} of {len(rows)} as expected, and {good_odd} of {len(built)} built anew.\n\nExpected: files "
        "accepted/duplicates/excluded/rejected; series as slices×rows×columns, state, warning codes.\n\n"
        "| case | expected | seen | |\n|---|---|---|---|\n"
    )
    text += "\n".join(line for line, _ in rows)
    text += (
        "\n\n## Built anew\n\nOdd series made of real slices (`odd/`): stand-ins for the cases of the larger "
        "collection that are not here, and kinds that it does not name. Expected: files duplicates/excluded/rejected; "
        "series; HU, spacing, tilt and every slice's place as built.\n\n"
        "| case | expected | seen | |\n|---|---|---|---|\n"
    )
    return text + "\n".join(line for line, _ in built) + "\n", (good, good_odd) == (len(rows), len(built))


if __name__ == "__main__":
    written, all_good = table()
    FILE.write_text(written, encoding="utf-8")
    print(written.splitlines()[2])
    sys.exit(not all_good)
