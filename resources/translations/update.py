"""Collect every text of the window into the .ts files and compile them: ``python resources/translations/update.py``.

The action table's texts are plain strings; they are listed here for lupdate in the context "actions".
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))


def main() -> int:
    """Update and compile; returns the exit code."""
    from ldct_viewer import RESEARCH_NOTICE
    from ldct_viewer.ui.actions import ACTIONS, MENUS, SUBMENUS

    extra = ("Recent series", "Model", "Device")
    texts = sorted({*(spec.text for spec in ACTIONS), *MENUS, *SUBMENUS, *extra})
    lines = ["from PySide6.QtCore import QT_TRANSLATE_NOOP"]
    lines += [f"QT_TRANSLATE_NOOP('actions', {text!r})" for text in texts]
    lines += [f"QT_TRANSLATE_NOOP('Welcome', {RESEARCH_NOTICE!r})"]
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "action_texts.py"
        table.write_text("\n".join(lines), "utf-8")
        sources = [_spelled_out(p, Path(folder)) for p in sorted((ROOT / "ldct_viewer").rglob("*.py"))]
        for ts in sorted(HERE.glob("*.ts")):
            tool = ["pyside6-lupdate", *sources, str(table), "-ts", str(ts), "-no-obsolete", "-locations", "none"]
            subprocess.run(tool, check=True)
            subprocess.run(["pyside6-lrelease", str(ts), "-qm", str(ts.with_suffix(".qm"))], check=True)
    return 0


def _spelled_out(source: Path, folder: Path) -> str:
    """A copy of ``source`` in which every text names its context: lupdate cannot see through helpers."""
    text = source.read_text("utf-8")
    for pattern, context in ((r"(?<![.\w])tr\((?=[\"'])", "Overlay"), (r"(?:\bself\.)?\bview\.tr\(", "PlaneView")):
        text = re.sub(pattern, f'QtCore.QCoreApplication.translate("{context}", ', text)
    copy = folder / source.relative_to(ROOT)
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_text(text, "utf-8")
    return str(copy)


if __name__ == "__main__":
    raise SystemExit(main())
