"""Collect every text of the window into the .ts files and compile them: ``python resources/translations/update.py``.

The action table's texts are plain strings; they are listed here for lupdate in the context "actions".
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

_ERRORS = {"LdctError", "OpenError", "WriteError", "ModelError", "UsageError", "super().__init__"}


def main() -> int:
    """Update and compile; returns the exit code."""
    from ldct_viewer import RESEARCH_NOTICE
    from ldct_viewer.dicom.codes import Reason
    from ldct_viewer.training.local.words import CONTEXT, TERMS, TEXTS
    from ldct_viewer.ui.actions import ACTIONS, MENUS, SUBMENUS
    from ldct_viewer.ui.i18n_reading import DETAILS, TEMPLATES
    from ldct_viewer.ui.words import LOCAL_NAME, MODEL_DESCRIPTIONS, READING

    extra = ("Recent series", "Model", "Device")
    texts = sorted({*(spec.text for spec in ACTIONS), *MENUS, *SUBMENUS, *extra})
    lines = ["from PySide6.QtCore import QT_TRANSLATE_NOOP"]
    lines += [f"QT_TRANSLATE_NOOP('actions', {text!r})" for text in texts]
    lines += [f"QT_TRANSLATE_NOOP('Welcome', {RESEARCH_NOTICE!r})"]
    told = [*TEXTS.values(), *TERMS, *sorted(_failures())]
    lines += [f"QT_TRANSLATE_NOOP({CONTEXT!r}, {text!r})" for text in told]
    lines += [f"QT_TRANSLATE_NOOP('Pacs', {text!r})" for text in sentences(ROOT / "ldct_viewer" / "pacs")]
    # Qt's own Korean leaves these out; where no desktop brings its file dialog, Qt's is seen.
    lines += [f"QT_TRANSLATE_NOOP('QFileDialog', {text!r})" for text in ("Look in:", "Files of type:", "Directory:")]
    models = {LOCAL_NAME, *MODEL_DESCRIPTIONS.values()}
    read = {text for reason in Reason for text in (reason.message, reason.hint) if text}
    lines += [f"QT_TRANSLATE_NOOP({READING!r}, {text!r})" for text in sorted({*read, *TEMPLATES, *DETAILS, *models})]
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "action_texts.py"
        table.write_text("\n".join(lines), "utf-8")
        sources = [_spelled_out(p, Path(folder)) for p in sorted((ROOT / "ldct_viewer").rglob("*.py"))]
        for ts in sorted(HERE.glob("*.ts")):
            tool = ["pyside6-lupdate", *sources, str(table), "-ts", str(ts), "-no-obsolete", "-locations", "none"]
            subprocess.run(tool, check=True)
            subprocess.run(["pyside6-lrelease", str(ts), "-qm", str(ts.with_suffix(".qm"))], check=True)
    return 0


def sentences(room: Path) -> list[str]:
    """Every sentence a module of ``room`` may tell the user: plain strings with a space and a full stop or a
    question mark at their end, docstrings left out."""
    found: set[str] = set()
    for file in sorted(room.glob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if " " in text.strip() and text.endswith((".", "?")) and id(node) not in inner | docs:
                found.add(text)
    return sorted(found)


def _failures() -> set[str]:
    """Plain words handed to the errors a training may end with: the window translates them as they come."""
    package = ROOT / "ldct_viewer"
    found: set[str] = set()
    files = [*(package / "training" / "local").glob("*.py"), package / "jobs" / "train_job.py"]
    for file in [*files, package / "cli" / "train.py", package / "cli" / "arguments.py"]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in _ERRORS:
                found |= {a.value for a in node.args[:2] if isinstance(a, ast.Constant) and isinstance(a.value, str)}
    return {text for text in found if " " in text}


def _spelled_out(source: Path, folder: Path) -> str:
    """A copy of ``source`` in which every text names its context: lupdate cannot see through helpers."""
    text = source.read_text("utf-8")
    for pattern, context in (
        (r"(?<![.\w])tr\((?=[\"'])", "Overlay"),
        (r"(?:\bself\.)?\bview\.tr\(", "PlaneView"),
        (r"(?<![.\w])pacs_tr\((?=[\"'])", "Pacs"),
        (r"(?<![.\w])card_tr\((?=[\"'])", "ModelCard"),
    ):
        text = re.sub(pattern, f'QtCore.QCoreApplication.translate("{context}", ', text)
    copy = folder / source.relative_to(ROOT)
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_text(text, "utf-8")
    return str(copy)


if __name__ == "__main__":
    raise SystemExit(main())
