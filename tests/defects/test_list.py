"""The list of planted defects stays alive: each still fits the code, once, and names tests that exist."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from .aim import AIM
from .catalogue import defects
from .defect import Defect

ROOT = Path(__file__).resolve().parents[2]


def test_there_are_at_least_sixty_with_names_of_their_own():
    ids = [d.id for d in defects()]
    assert len(ids) == len(set(ids)) >= 60


@pytest.mark.parametrize("defect", defects(), ids=lambda d: d.id)
def test_a_defect_fits_the_code_and_leaves_it_python(defect: Defect):
    path = ROOT / "ldct_viewer" / defect.path
    source = path.read_text(encoding="utf-8")
    assert source.count(defect.old) == 1, "the code has changed: plant the defect anew"
    planted = source.replace(defect.old, defect.new)
    assert ast.dump(ast.parse(planted)) != ast.dump(ast.parse(source))
    for name in (*AIM.get(defect.id, []), *defect.first.split(), *defect.then.split()):
        file, _, test = name.partition("::")
        assert (ROOT / "tests" / file).exists(), name
        assert not test or f"def {test}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), name
