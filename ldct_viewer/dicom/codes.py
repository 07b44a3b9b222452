"""Every reason why an entry or a series is not simply read, with what to tell the user.

Codes are stable: they appear in ``ldct-viewer info --json`` and in tests.
"""

from __future__ import annotations

from enum import Enum


class Kind(Enum):
    """What a reason means for the entry it is given to (the accounting identity of a scan)."""

    EXCLUDED = "excluded"  # sound, but not wanted here
    REJECTED = "rejected"  # wanted, but not usable
    NOTE = "note"  # read, with something to know
    BLOCKED = "blocked"  # a series that must not be shown as a volume


class Reason(Enum):
    """A reason code with its kind, sentence and advice. ``reason.code`` is the stable name."""

    # excluded
    NOT_DICOM = (Kind.EXCLUDED, "Not a DICOM file.", "")
    EMPTY_FILE = (Kind.EXCLUDED, "The file is empty.", "Copy it again from its origin.")
    DICOMDIR = (Kind.EXCLUDED, "An index (DICOMDIR); the images are found by their content.", "")
    NOT_CT = (Kind.EXCLUDED, "Not a CT image.", "Only CT is shown and denoised.")
    SECONDARY_CAPTURE = (
        Kind.EXCLUDED,
        "A screen capture, not CT values; it may carry burned-in text.",
        "Send the original CT series instead.",
    )
    NOT_IMAGE = (Kind.EXCLUDED, "A DICOM object without an image (report, plan, state …).", "")
    LOCALIZER = (Kind.EXCLUDED, "A localizer (scout) image.", "")
    DOSE_SCREEN = (Kind.EXCLUDED, "A dose report or screen page.", "")
    LINK = (Kind.EXCLUDED, "A symbolic link; links are not followed.", "Open its target itself.")
    SPECIAL_FILE = (Kind.EXCLUDED, "Not an ordinary file (device, pipe or socket).", "")
    TOO_DEEP = (Kind.EXCLUDED, "Folders nested too deeply.", "Open the inner folder itself.")
    TOO_MANY = (Kind.EXCLUDED, "Too many entries; the rest was not looked at.", "Open a smaller folder.")
    VOLUME_FILE = (Kind.EXCLUDED, "A volume file beside DICOM series.", "Open it by itself.")
    NESTED_ARCHIVE = (Kind.EXCLUDED, "An archive inside an archive inside an archive.", "Unpack it first.")
    ARCHIVE = (Kind.EXCLUDED, "An archive of a kind that is not opened.", "Unpack it first.")
    ENCRYPTED = (Kind.EXCLUDED, "An encrypted archive member.", "Unpack it with its password first.")
    # rejected
    NO_PERMISSION = (Kind.REJECTED, "No permission to read.", "Ask for read access to it.")
    VANISHED = (Kind.REJECTED, "The file is gone, or its disk is.", "Check the disk or the network and open it again.")
    CHANGED = (Kind.REJECTED, "The file changed while it was being read.", "Wait until copying is done; open it again.")
    IO_ERROR = (Kind.REJECTED, "The disk could not be read.", "Check the disk or copy the files elsewhere.")
    TRUNCATED = (Kind.REJECTED, "The file is cut off.", "Copy or send it again.")
    MALFORMED = (Kind.REJECTED, "The DICOM structure is damaged.", "Ask for the file again.")
    NESTED = (Kind.REJECTED, "Sequences nested too deeply.", "The file is not trustworthy; do not use it.")
    TOO_LARGE = (Kind.REJECTED, "The file claims an absurd size.", "The file is not trustworthy; do not use it.")
    BOMB = (Kind.REJECTED, "The file unpacks to an absurd size.", "The file is not trustworthy; do not use it.")
    BAD_ARCHIVE = (Kind.REJECTED, "The archive is damaged.", "Copy it again or unpack it by hand.")
    BAD_NUMBER = (Kind.REJECTED, "A number in the header is not a valid number.", "Ask for the file again.")
    MISSING_ATTRIBUTE = (Kind.REJECTED, "A required attribute is missing.", "Ask for the complete file.")
    NO_PIXELS = (Kind.REJECTED, "The file has no pixel data.", "Ask for the complete file.")
    BAD_PIXEL_LENGTH = (Kind.REJECTED, "The pixel data do not fit the image size.", "Copy or send the file again.")
    BAD_STREAM = (Kind.REJECTED, "The compressed image is damaged.", "Copy or send the file again.")
    DECODER_DIED = (
        Kind.REJECTED,
        "The image is so damaged that its decoder crashed.",
        "Ask for the file again. If it happens again, the file may be made to do harm.",
    )
    DECODER_SLOW = (
        Kind.REJECTED,
        "Decoding the image took too long and was stopped.",
        "Ask for the file again. If it happens again, the file may be made to do harm.",
    )
    NO_DECODER = (
        Kind.REJECTED,
        "The decoder could not be started, so compressed images cannot be read.",
        "Start the program again. If it stays so, look whether a virus scanner holds it back.",
    )
    BAD_GEOMETRY = (Kind.REJECTED, "The position or orientation is not valid.", "Ask for the file again.")
    COLOUR = (Kind.REJECTED, "A colour image, not CT values.", "Send the original CT series instead.")
    UNSUPPORTED_PIXELS = (Kind.REJECTED, "This pixel layout is not supported.", "Re-send it as 16 bit greyscale.")
    BAD_VOLUME = (Kind.REJECTED, "The volume file could not be read.", "Check the file with the program that made it.")
    UNSUPPORTED_SYNTAX = (
        Kind.REJECTED,
        "This transfer syntax (compression) is not supported.",
        "Have the archive send it uncompressed.",
    )
    NO_RESCALE = (
        Kind.REJECTED,
        "Rescale slope or intercept is missing, so the values are not known to be HU.",
        "Ask for the original CT series.",
    )
    BAD_RESCALE = (Kind.REJECTED, "Rescale slope or intercept is not usable.", "Ask for the original CT series.")
    NOT_HU = (Kind.REJECTED, "The values are not Hounsfield units.", "Only HU images can be denoised.")
    MODALITY_LUT = (
        Kind.REJECTED,
        "The Modality LUT of the file cannot be used.",
        "Ask for the series with rescale slope and intercept.",
    )
    # blocked
    CONFLICT = (Kind.BLOCKED, "Two different images carry the same identity.", "Remove the wrong file and open again.")
    DUPLICATE_POSITIONS = (
        Kind.BLOCKED,
        "Several different images lie at the same position and nothing tells them apart.",
        "Open one of them by itself, or ask for the series again.",
    )
    NOT_A_STACK = (
        Kind.BLOCKED,
        "The slices do not form a straight stack.",
        "Open single slices; planes across them would be false.",
    )
    OUT_OF_MEMORY = (Kind.BLOCKED, "The series does not fit into memory.", "Close other programs or open a part of it.")
    # notes
    DUPLICATES = (Kind.NOTE, "Identical copies were ignored.", "")
    MISSING_SLICES = (Kind.NOTE, "Slices are missing.", "")
    IRREGULAR_SPACING = (Kind.NOTE, "The slices are not equally spaced; shown at their true positions.", "")
    GANTRY_TILT = (Kind.NOTE, "The gantry was tilted; planes across slices are shown sheared.", "")
    SINGLE_SLICE = (Kind.NOTE, "A single slice: no planes across it.", "")
    LOSSY = (Kind.NOTE, "Lossy compressed source: fine texture may be lost already.", "")
    CHARSET_UNDECLARED = (Kind.NOTE, "The character set of the names is not declared; shown by guess.", "")
    WRONG_SYNTAX = (Kind.NOTE, "The header names a wrong transfer syntax; read as what the bytes are.", "")
    NO_PREAMBLE = (Kind.NOTE, "Files without the DICOM preamble; read after a plausibility check.", "")
    BLANK_UID = (Kind.NOTE, "The image UIDs are blank; those of the file's own label are used.", "")
    PHASES_GUESSED = (
        Kind.NOTE,
        "Several phases in one series, told apart only by the order of their numbers or times.",
        "",
    )
    OWN_FRAMES = (
        Kind.NOTE,
        "Every image names a study or frame of reference of its own; their positions are taken to share one.",
        "",
    )
    CLIPPED = (Kind.NOTE, "Values beyond what 16 bit can hold were clipped.", "")
    BURNED_IN = (Kind.NOTE, "Text may be burned into the image.", "")
    HU_ASSUMED = (Kind.NOTE, "The file does not say its unit; its values are taken as HU.", "")
    MODALITY_LUT_APPLIED = (Kind.NOTE, "Values were turned into HU by the file's Modality LUT.", "")
    ROUNDED = (Kind.NOTE, "Values were rounded to whole HU.", "")

    def __init__(self, kind: Kind, message: str, hint: str) -> None:
        self.kind = kind
        self.message = message
        self.hint = hint

    @property
    def code(self) -> str:
        """The stable machine-readable name, e.g. ``truncated``."""
        return self.name.lower()


class FileProblem(Exception):  # noqa: N818 - carries a reason, is turned into a report line
    """Why one file or slice is not used. Internal: a scan or reader turns it into a line or warning."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.message} {detail}".strip())
        self.reason = reason
        self.detail = detail

    @property
    def text(self) -> str:
        """One sentence for the user, with the detail that is known."""
        return f"{self.reason.message[:-1]}: {self.detail}." if self.detail else self.reason.message
