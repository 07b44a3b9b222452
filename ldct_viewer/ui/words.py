"""Header texts as a person reads them, and the reader's sentences in the user's language."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from PySide6 import QtCore

from ..training.local.words import CONTEXT as TRAINING
from .i18n_reading import DETAILS, TEMPLATES

if TYPE_CHECKING:
    from ..denoise.model_file import ModelInfo


def kernel_name(stored: str) -> str:
    """Convolution Kernel (0018,1210) has one value or more (Siemens: kernel and strength): ``Br38f\\3`` → Br38f (3)."""
    first, *rest = (part.strip() for part in stored.split("\\"))
    more = ", ".join(part for part in rest if part)
    return f"{first} ({more})" if first and more else first or more


def person(name: str) -> str:
    """A person name (PS3.5 6.2.1) as it is read: Hangul first, "=" groups parted by a dot."""
    groups: list[str] = []
    for group in name.split("="):
        hangul = any("가" <= letter <= "힣" for letter in group)
        text = ("" if hangul else " ").join(part.strip() for part in group.split("^") if part.strip())
        if text and text not in groups:
            groups.insert(0, text) if hangul else groups.append(text)
    return " · ".join(groups)


READING = "Reading"  # the context of these sentences in the .ts files
# What a shipped model is, by its id. Its card says so in English, and is sealed by its checksum: another language
# shows the translation of these instead.
MODEL_DESCRIPTIONS = {
    "fast": "The faster of the two: a residual U-Net that sees three neighbouring slices, trained on CT scans and "
    "drawn anatomy under simulated low-dose noise. Research use, not for diagnosis.",
    "quality": "The more thorough of the two, and the slower: a residual U-Net that sees three neighbouring slices, "
    "trained on CT scans and drawn anatomy under simulated low-dose noise. Research use, not for diagnosis.",
}
LOCAL_NAME = "Local {0}, {1}"  # what training on local data calls its models: of which anatomy, when
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LOCAL = re.compile(rf"Local ([\w ]+), (\d\d) ({'|'.join(_MONTHS)}) (\d{{4}})( \d\d:\d\d)?")
# What stands in a place of a template (see ``i18n_reading``). Only "s" and "v" go beyond a sentence.
_QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_PLACES = {"n": r"[^\s;]+?", "w": r"(?:(?!; |: |\. ).)+?", "d": r"(?:(?!; |\. ).)+?", "q": _QUOTED}
_PLACES |= {"s": ".+?", "v": ".+?"}
_MOST_PARTS = 40  # a text of more is none of ours, and would take long


def told(text: str) -> str:
    """Sentences of the reader in the user's language; what is not known stays as it is.

    A text may be several, joined by a space ("A. B."), as a list ("a; b") or as name and reason ("a: b"): what is
    known whole comes first, then the longest beginning that is, then the parts one by one.
    """
    language = QtCore.QCoreApplication.translate(READING, DETAILS[0])
    return text if language == DETAILS[0] else _told(text, language)


@lru_cache(1024)  # a folder may hold thousands of files with one reason
def _told(text: str, language: str) -> str:
    """``told`` of a text, in the language that is told apart by its translation of some sentence."""
    whole = _whole(text)
    if whole is not None:
        return whole
    cuts = list(re.finditer(r"(?<=\.) |; |: ", text))
    if len(cuts) > _MOST_PARTS:
        return text
    for cut in reversed(cuts):
        head = _whole(text[: cut.start()])
        if head is not None:
            return f"{head}{cut[0]}{_told(text[cut.end() :], language)}"
    if cuts:
        first = cuts[0]
        return f"{text[: first.start()]}{first[0]}{_told(text[first.end() :], language)}"
    return text


def _known(words: str) -> str | None:
    """The translation of exactly these words."""
    there = QtCore.QCoreApplication.translate(READING, words) if words else ""
    return there if there and there != words else None


def _whole(text: str) -> str | None:
    """One sentence in the user's language: known as it is, by its template, or by its head ("head: detail.")."""
    known = _known(text)
    if known is not None:
        return known
    for template, kinds in TEMPLATES.items():
        pattern = _known(template)
        match = _pattern(template, kinds).fullmatch(text) if pattern else None
        if pattern and match:
            parts = zip(kinds, match.groups(), strict=True)
            return pattern.format(*(told(part) if kind in "ds" else part for kind, part in parts))
    known = _known(f"{text}.")
    if known is not None:  # the head of a sentence that goes on
        return known.removesuffix(".")
    for colon in re.finditer(": ", text):
        head, detail = _known(f"{text[: colon.start()]}."), text[colon.end() :].removesuffix(".")
        if head is not None and text.endswith("."):
            known = _whole(detail) or (None if re.search(r"\.(?: |; )", detail) else told(detail))
            return f"{head.removesuffix('.')}: {known}." if known is not None else None
    return None


@cache
def _pattern(template: str, kinds: str) -> re.Pattern[str]:
    """What a text must look like to be of this template; groups in the order of the places' numbers."""
    places = (f"({_PLACES[kind]})" for kind in kinds)
    return re.compile(re.sub(r"\\\{\d\\\}", lambda _: next(places), re.escape(template)), re.DOTALL)


def model_name(name: str) -> str:
    """A model's name in the user's language: shipped ones and those of local training; others are somebody's own."""
    match, pattern = _LOCAL.fullmatch(name), QtCore.QCoreApplication.translate(READING, LOCAL_NAME)
    if match is None:
        return told(name) if name in DETAILS else name
    if pattern == LOCAL_NAME:
        return name
    what, day, month, year, clock = match.groups()
    when = f"{year}-{_MONTHS.index(month) + 1:02d}-{day}{clock or ''}"
    return pattern.format(QtCore.QCoreApplication.translate(TRAINING, what), when)


def model_description(info: ModelInfo) -> str:
    """What a model's card says of it; of shipped ones in the user's language."""
    known = MODEL_DESCRIPTIONS.get(info.id, "") if info.shipped else ""
    there = QtCore.QCoreApplication.translate(READING, known) if known else ""
    return there if there != known else info.description
