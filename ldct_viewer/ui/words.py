"""Header texts as a person reads them, and the reader's sentences in the user's language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6 import QtCore

from ..training.local.words import CONTEXT as TRAINING

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


# Sentences of the reader that carry numbers or a detail; ``resources/translations/update.py`` collects them with
# those of ``dicom.codes.Reason``. A sentence is matched whole, and what stands in its places is looked up again.
READING = "Reading"
TEMPLATES = (
    "{0} slice left out. {1}",
    "{0} slices left out. {1}",
    "No slice could be read. {0}",
    "{0} ({1} of {2} slices)",
    "{0} ({1} slices)",
    "{0} ({1} voxels)",
    "{0} ({1} GB needed).",
    "{0} identical copy ignored.",
    "{0} identical copies ignored.",
    "{0} ({1} missing in {2} gaps); irregular there, shown at true positions.",
    "{0}; irregular there, shown at true positions.",
    "{0} slice missing between {1} and {2} mm",
    "{0} slices missing between {1} and {2} mm",
    "The slices are not equally spaced: {0}.",
    "steps from {0} to {1} mm, median {2} mm; shown at their true positions",
    "they stray up to {0} mm from a line",
    "{0} bytes instead of {1}",
    "{0} dimensions instead of 3",
    "{0} has {1} values instead of {2}",
    "{0} is not a number",
    "{0} is {1} bytes long",
    "Modality {0}",
    "{0}, {1} cores",
    "Something unexpected went wrong: {0}.",
    "{0} missing slice(s) written as empty layers to keep distances true.",
    "{0} voxels moved by one step off the padding value.",
    "Damaged attributes of the source were left out: {0}.",
    "The source has no {0}; new ones were made.",
    "{0} is out of memory: denoising continues on the CPU.",
    "{0} is short of memory: slices are denoised {1} at a time now.",
    "Denoising on {0} failed: {1}",
    "There is no device {0} on this machine.",
    "Available: {0}.",
)
DETAILS = (
    "header", "file meta information", "pixel data", "sequence", "number of attributes", "fragment", "fragments",
    "damaged member", "JPEG picture", "PNG picture", "floating point pixels", "several values a voxel",
    "its compression is damaged", "its data are in another file", "its data file is not beside it",
    "The slices are tilted: programs built on ITK refuse NIfTI with such axes; NRRD and MetaImage they read.",
    "Values did not fit the source's bits; stored as 16 bit with a new rescale.",
    "The source is multi-frame; written as one CT image a slice.",
    "The source was lossy compressed; the new series says so too.",
    "Text may be burned into the source's pixels; it is in the new ones too.",
    "The description has letters outside the source's character set.",
    "Choose another device.", "Fast", "Quality", "random weights", "Help ▸ Show log has the details.",
    "PDF", "program", "ZIP archive", "gzip archive", "7-Zip archive", "RAR archive", "tar archive",
    "xz archive", "bzip2 archive", "macOS resource file",
    "it holds values that are not numbers", "8 bit values (a label map or a picture)",
)  # fmt: skip
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
_PATTERNS = tuple((t, re.compile(re.sub(r"\\\{\d\\\}", "(.+?)", re.escape(t)), re.DOTALL)) for t in TEMPLATES)


def told(text: str) -> str:
    """A sentence of the reader in the user's language; what is not known stays as it is."""

    def known(words: str) -> str:
        return QtCore.QCoreApplication.translate(READING, words)

    if known(text) != text:
        return known(text)
    for template, pattern in _PATTERNS:
        match = pattern.fullmatch(text)
        if match and known(template) != template:
            return known(template).format(*(told(part) for part in match.groups()))
    head, colon, detail = text.partition(": ")
    if known(f"{text}.") != f"{text}.":  # the head of a sentence that goes on
        return known(f"{text}.").removesuffix(".")
    if colon and detail.endswith(".") and known(f"{head}.") != f"{head}.":
        return f"{told(head)}: {told(detail[:-1])}."
    first, semicolon, rest = text.partition("; ")
    return f"{told(first)}; {told(rest)}" if semicolon else text


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
