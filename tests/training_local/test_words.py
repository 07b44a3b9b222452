"""What the core says: every code has its sentence, every sentence its Korean, and a zip's members a place."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from xml.etree import ElementTree  # our own file, not a user's

import pytest

from ldct_viewer.paths import resource
from ldct_viewer.training import local
from ldct_viewer.training.local.files import on_disk
from ldct_viewer.training.local.words import CONTEXT, TERMS, TEXTS, render, said

FILES = sorted(Path(local.__file__).parent.glob("*.py"))


def calls() -> list[tuple[str, ast.Call]]:
    """Every ``said("code", …)`` of the room."""
    found = []
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func) == "said"
                and isinstance(node.args[0], ast.Constant)
            ):
                found.append((str(node.args[0].value), node))
    return found


def test_every_code_that_is_said_has_its_sentence_and_all_its_facts() -> None:
    assert len(calls()) > 40
    for code, node in calls():
        names = {k.arg for k in node.keywords}
        assert code in TEXTS
        if None not in names:  # no ** in the call
            assert set(re.findall(r"{(\w+)}", TEXTS[code])) <= names, code


def test_every_sentence_has_its_korean() -> None:
    tree = ElementTree.parse(resource("translations", "ldct_viewer_ko.ts"))
    context = next(c for c in tree.iter("context") if c.findtext("name") == CONTEXT)
    korean = {m.findtext("source"): m.findtext("translation") for m in context.iter("message")}
    assert [text for text in (*TEXTS.values(), *TERMS) if not korean.get(text)] == []


def test_sentences_are_made_of_sentences_in_either_language() -> None:
    one = said("too_few", what=said("kind", modality="CT", slices=said("slices", n=1)), least=5)
    assert one.text == "A “CT” series of 1 slice is too short (fewer than 5) and is left out."
    turned = {"{n} slice": "<{n}>", TEXTS["kind"]: "{slices} {modality}", TEXTS["too_few"]: "{what} < {least}"}
    assert render(one.to_json(), lambda text: turned.get(text, text)) == "<1> CT < 5"
    assert said("largest_shift", shift="+1.0", tissue="lung {x}").text.endswith("lung {x}.")  # facts are no templates


@pytest.mark.parametrize(("label", "place"), [("a.dcm", "a.dcm"), ("b.zip/x/y.dcm", "b.zip"), ("gone.dcm", None)])
def test_a_member_of_an_archive_lies_where_the_archive_lies(tmp_path: Path, label: str, place: str | None) -> None:
    for name in ("a.dcm", "b.zip"):
        (tmp_path / name).touch()
    assert on_disk(tmp_path / label) == (tmp_path / place if place else None)
