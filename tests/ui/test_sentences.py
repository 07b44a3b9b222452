"""Every sentence of the code that may come to the window has Korean, and several joined ones keep their numbers."""

from __future__ import annotations

import ast
import itertools
import re
from pathlib import Path

import numpy as np
import pytest

import ldct_viewer
from ldct_viewer.dicom.codes import FileProblem, Reason
from ldct_viewer.dicom.geometry import _missing
from ldct_viewer.dicom.read import SeriesReader
from ldct_viewer.dicom.scan import scan_paths
from ldct_viewer.errors import OpenError
from ldct_viewer.ui.i18n_reading import TEMPLATES
from ldct_viewer.ui.words import told

from ..shared_data import CASES, needs_cases

PACKAGE = Path(ldct_viewer.__file__).parent
ROOMS = ("dicom", "denoise", "jobs", "physics/demo.py", "app.py")
ERRORS = {"LdctError", "OpenError", "WriteError", "ModelError", "DeviceError"}
# What a sentence in Korean may hold in Latin letters: units, names of DICOM, of formats and of programs.
NAMES = {
    "mm",
    "kVp",
    "slope",
    "intercept",
    "rescale",
    "preamble",
    "functional",
    "group",
    "class",
    "deflate",
    "safetensors",
}
NAMES |= {"ldct-viewer", "info", "recommended_strength", "img", "nii", "xz", "gzip", "bzip2", "tar", "LDCT_CACHE_DIR"}
# Parts of a sentence that is put together elsewhere -> that sentence.
_GAP = "1 slice missing between z=1.0 and z=3.0 mm"
_STEPS = "The slices are not equally spaced: steps from 1.00 to 2.00 mm, median 1.00 mm; shown at their true positions."
PARTS = {
    "7°; planes across slices are shown sheared": "The gantry was tilted: 7°; planes across slices are shown sheared.",
    "steps from 7 to 7 mm, median 7 mm": _STEPS,
    "steps from 7 to 7 mm, median 7 mm; shown at their true positions": _STEPS,
    "7: steps from 7 to 7 mm, median 7 mm.": _STEPS,
    "7; irregular there, shown at true positions.": f"{_GAP}; irregular there, shown at true positions.",
    " (7 missing in 7 gaps)": f"{_GAP}; {_GAP} (2 missing in 2 gaps); irregular there, shown at true positions.",
    "The source image 7 changed or vanished 7.": "The source image 7 changed or vanished since the series was opened.",
    "while the series was written": "The source image IM1.dcm changed or vanished while the series was written.",
    "since the series was opened": "The source image IM1.dcm changed or vanished since the series was opened.",
}
# Words that are not for the window: what a header says of a new series, the program's own mistakes, a child's code.
OTHERS = re.compile(
    r"^(hu|padding|compress|out|strength) must |^the planned encoding|too long for its VR|^sequences nested too deeply$"
    r"|^unexpected pixels$|^negative position$|^unknown compression |^import sys;|^kinds: domain|^space "
    r"|^out of memory$|^There is no display here"  # what torch says; told by the shell
    r"|^model name$|^Exposure in |^LDCT Viewer |^Pixel data not cleaned$|^the file$"
    r"|digital thorax$|^Demo\^Thorax|^Digital thorax|^Full dose$|^Low dose "  # the header of the demo
    r"|^(temporal position|image type|acquisition time|transfer syntax)$"  # names of phases, in the list of series
)
NOT_SAID = {"provenance.py", "train_job.py"}  # written into headers; told by the training's window, in its own words


class Samples:
    """What string expressions of one file may come to, with 7 for what only the running program knows."""

    def __init__(self, tree: ast.AST) -> None:
        self.named: dict[str, list[ast.expr]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        self.named.setdefault(target.id, []).append(node.value)

    def of(self, node: ast.AST | None, depth: int = 0) -> list[str]:
        if isinstance(node, ast.Constant):
            return [node.value] if isinstance(node.value, str) else []
        if isinstance(node, ast.JoinedStr):
            parts = [self._part(part, depth) for part in node.values]
            return ["".join(chosen) for chosen in itertools.product(*parts)]
        if isinstance(node, ast.IfExp):
            return [*self.of(node.body, depth), *self.of(node.orelse, depth)]
        if isinstance(node, ast.BinOp):
            return [a + b for a in self.of(node.left, depth) for b in self.of(node.right, depth)]
        if isinstance(node, ast.Name) and depth < 3:
            return [text for value in self.named.get(node.id, []) for text in self.of(value, depth + 1)]
        return []

    def _part(self, part: ast.expr, depth: int) -> list[str]:
        if not isinstance(part, ast.FormattedValue):
            return self.of(part)
        said = ast.unparse(part.value)
        if part.conversion == ord("r"):
            return ["'7'"]
        if said.startswith(("reason.message", "self.reason.message", "problem.text", "items[0][1].text")):
            text = Reason.LOSSY.message if "text" not in said else FileProblem(Reason.TRUNCATED, "header").text
            return [text.removesuffix(".") if "[:-1]" in said else text]
        return self.of(part.value, depth) or ["7"]


def files() -> list[Path]:
    rooms = [PACKAGE / room for room in ROOMS]
    found = [file for room in rooms for file in ([room] if room.suffix else sorted(room.glob("*.py")))]
    return [file for file in found if file.name not in NOT_SAID]


def said_in(file: Path) -> set[str]:
    """Texts handed to what the user is told with, and every other text of two words and more."""
    tree = ast.parse(file.read_text("utf-8"))
    samples, found = Samples(tree), set()
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            silent |= {id(part) for part in ast.walk(node) if part is not node and isinstance(part, ast.Constant)}
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log."):
            silent |= {id(part) for part in ast.walk(node)}
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name in ("FileProblem", "line") and len(node.args) > 1:
                reason = getattr(Reason, getattr(node.args[-2], "attr", ""), Reason.BAD_STREAM)
                found |= {FileProblem(reason, detail).text for detail in samples.of(node.args[-1])}
            elif name in ERRORS | {"SeriesWarning", "Ignored"}:
                told_with = node.args[:2] if name in ERRORS else node.args[1:2]
                found |= {text for argument in told_with for text in samples.of(argument)}
        elif isinstance(node, ast.Tuple) and len(node.elts) == 2 and ast.unparse(node.elts[0]).startswith("Reason."):
            reason = getattr(Reason, getattr(node.elts[0], "attr", ""))
            found |= {FileProblem(reason, detail).text for detail in samples.of(node.elts[1])}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in silent:
            found |= {text for text in samples.of(node) if re.search(r"[A-Za-z]{2,} [a-z]{2,}", text)}
    return {PARTS.get(text, text) for text in found if text and not OTHERS.search(text)}


def english(text: str) -> list[str]:
    """The words of a text that should be Korean and are not."""
    plain = re.sub(r"'[^']*'|\d[\w.]*", " ", text)
    words = re.findall(r"(?<![\w.-])[a-z][\w-]*[a-z](?![\w-])", plain, re.ASCII)
    return [word for word in words if word not in NAMES]


@pytest.mark.parametrize("file", files(), ids=lambda file: file.name)
def test_every_sentence_of_the_code_has_korean(file, korean):
    for text in sorted(said_in(file)):
        said = told(text)
        assert not english(said), f"{file.name}: {text!r} is told as {said!r}; see ui/i18n_reading.py"
        assert re.search("[가-힣]", said) or not english(text), f"{file.name}: {text!r} is told as {said!r}"


def test_the_sentences_are_found_where_they_are(korean):
    """The search itself: of every kind of expression one that is known to be there."""
    found = set().union(*(said_in(file) for file in files()))
    for text in (
        "A number in the header is not a valid number: 7 is '7'.",  # f-string with a repr
        "The compressed image is damaged: the stream says 7 × 7, 7 bit, 7 component(s).",  # by a variable
        "7 slices left out. The file is cut off: header.",  # plural, and another text inside
        "The values are not Hounsfield units: Modality LUT Type 7.",
        "The file is cut off: RLE.",  # one word
        "An identical copy of another file.",
        "Rescale slope or intercept is not usable: slope 7, intercept 7.",  # handed on in a tuple
        "7 is out of memory: denoising continues on the CPU.",
        "Choose a model made by this program, or the one that came with it.",  # a constant of the module
        PARTS["7°; planes across slices are shown sheared"],
    ):
        assert text in found
    assert len(found) > 230


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.name)
def test_every_reason_has_korean_alone_with_its_advice_and_with_a_detail(reason, korean):
    detail = FileProblem(reason, "its size differs").text
    for text in (reason.message, reason.hint, f"{reason.message} {reason.hint}", f"{detail} {reason.hint}", detail):
        assert not english(told(text.strip())), text
    assert told(f"{reason.message} {reason.hint}".strip()) == f"{told(reason.message)} {told(reason.hint)}".strip()
    assert told(f"{detail} {reason.hint}".strip()) == f"{told(detail)} {told(reason.hint)}".strip()
    assert told(detail).endswith(": 크기가 다름.")


def gaps(*places: tuple[int, float, float]) -> str:
    """What the reader says of missing slices, from its own code: how many, and between which two places (mm)."""
    z = np.array([place for _, low, high in places for place in (low, high)])
    steps = np.ones(len(z) - 1)
    steps[::2] = [count + 1 for count, _, _ in places]
    points = np.column_stack([np.zeros((len(z), 2)), z])
    return _missing(steps, points, np.array((0.0, 0.0, 1.0))).message


GAPS = ((2, -731.2, -716.2), (1, 791.2, 801.2), (12, 811.5, 876.5))
MANY = tuple((k, 100.0 * k, 100.0 * k + 7) for k in range(1, 13))


@pytest.mark.parametrize("places", [GAPS[:1], GAPS[1:2], GAPS[:2], GAPS[1:], GAPS, MANY], ids=str)
def test_each_gap_is_told_with_its_own_places_and_number(places, korean):
    said = told(gaps(*places))
    there = re.findall(r"z=(-?[\d.]+) ~ z=(-?[\d.]+) mm 사이에 단면 (\d+)장 빠짐", said)
    assert [(int(n), float(a), float(b)) for a, b, n in there] == [*places[:10]]
    assert not english(said) and said.endswith("그곳은 간격이 불규칙하며 실제 위치에 표시합니다.")
    total = sum(count for count, _, _ in places)
    assert (f"(틈 {len(places)}곳, 모두 {total}장 빠짐)" in said) == (len(places) > 1)


# What fits a place, as different as it comes; no two of them alike, so that a mix-up is seen.
FITTING = {
    "n": "{0}.5",
    "w": "IM {0}",
    "d": "its size {0}",
    "q": "'a; {0}. b'",
    "v": "GE: {0}",
    "s": "The file is cut off",
}


def filled(template: str, start: int) -> str:
    return template.format(*(FITTING[kind].format(start + k) for k, kind in enumerate(TEMPLATES[template])))


# One of every shape: all with all would be 40,000 pairs.
OTHER = [
    next(template for template, kinds in TEMPLATES.items() if kinds == shape) for shape in sorted({*TEMPLATES.values()})
]
OTHER += ["{0} slices missing between {1} and {2} mm", "{0} slices left out. {1}", "pixel data", "The disk is full."]


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_place_reaches_into_another_sentence(template, korean):
    """Joined with any other sentence, as a list or one after the other, each is told as it is alone."""
    one = filled(template, 100)
    assert set(re.findall(r"\d{3}", told(one))) == set(re.findall(r"\d{3}", one))
    # a message or name of others may hold anything: only the sentence before it can be told apart
    last = TEMPLATES[template].endswith("v")
    for other in OTHER:
        two = filled(other, 200) if other in TEMPLATES else other
        for first, second in ((two, one), *([] if last else [(one, two)])):
            if first is two and TEMPLATES.get(other, "").endswith("v"):
                continue
            for separator in ("; ", " ") if first.endswith(".") else ("; ",):
                said = told(f"{first}{separator}{second}")
                assert said == f"{told(first)}{separator}{told(second)}", (first, second)


def test_the_letters_of_the_places_fit_the_templates():
    for template, kinds in TEMPLATES.items():
        assert re.findall(r"\{(\d)\}", template) == [str(place) for place in range(len(kinds))], template
        assert set(kinds) <= set(FITTING)


def test_names_and_messages_of_others_stay_as_they_are(korean):
    assert told("2 series found, the largest is taken: header; fragment. Fast, 7.") == (
        "시리즈 2개 가운데 가장 큰 것을 열었습니다: header; fragment. Fast, 7."
    )
    assert told("A number in the header is not a valid number: PixelSpacing is 'header; 1. x'.").endswith(
        "PixelSpacing 값이 'header; 1. x'."
    )
    said = told("Denoising on cuda:0 failed: CUDA error: header. See fragment; 3.")
    assert said.endswith("CUDA error: header. See fragment; 3.") and said.startswith("cuda:0에서")


def test_in_english_every_sentence_stays_as_it_is(qapp):
    for file in files():
        for text in said_in(file):
            assert told(text) == text
    for template in TEMPLATES:
        assert told(f"{filled(template, 100)}; x. {template}: y.") == f"{filled(template, 100)}; x. {template}: y."


@needs_cases
def test_what_is_said_of_every_odd_case_is_korean(korean):
    said: set[str] = set()
    for case in sorted(path for path in CASES.iterdir() if path.is_dir()):
        result = scan_paths([case])
        said |= {text for entry in result.ignored for text in (entry.reason, entry.hint)}
        for found in result.series:
            said |= {note.message for note in found.warnings}
            if found.state != "blocked":
                try:
                    said |= {note.message for note in SeriesReader(found).read().warnings}
                except OpenError as error:
                    said |= {error.message, error.hint}
    assert len(said) > 90
    assert {text: told(text) for text in said if english(told(text))} == {}
