"""Coded errors: where it happened, what was found, what was wanted, what to do.

Messages never hold text of a complaint.
"""

from __future__ import annotations

CODES: dict[str, str] = {
    # A: artifacts
    "SG-A001": "no such model",
    "SG-A010": "manifest unreadable or incomplete",
    "SG-A011": "artifact format is newer than this package reads",
    "SG-A012": "artifact needs a newer package",
    "SG-A020": "file missing from artifact",
    "SG-A021": "file changed after packaging",
    "SG-A030": "array has the wrong shape or type",
    "SG-A031": "array holds a value that is not finite",
    "SG-A040": "canary gives other scores",
    # C: corpora and training
    "SG-C001": "corpus record unreadable",
    "SG-C002": "span outside its text",
    "SG-C003": "label not in the taxonomy",
    "SG-C004": "corpus missing or empty",
    "SG-C005": "download failed",
    "SG-C006": "published file cannot be read",
    "SG-C007": "annotations cannot be read",
    # I: inputs
    "SG-I001": "input cannot be opened",
    "SG-I002": "input format not recognized",
    "SG-I003": "record cannot be parsed",
    "SG-I004": "text missing, null or not a string",
    "SG-I005": "text is too long",
    "SG-I006": "input is not a text or document",
    "SG-I007": "span outside the cleaned text",
    "SG-I008": "record cannot be scored",
    # O: outputs and options
    "SG-O001": "output exists",
    "SG-O002": "output cannot be written",
    "SG-O003": "output format not recognized",
    "SG-O004": "option out of range",
    "SG-O005": "results cannot be read",
    # T: taxonomy
    "SG-T001": "no such taxonomy version",
    "SG-T002": "no such label",
}


class ServiceGapError(Exception):
    """Base of all errors that the package raises on purpose.

    Parameters
    ----------
    code : str
        One of `CODES`.
    place : str
        File, record, option or argument.
    detail : str
        What was found, what was wanted and what to do, in one or two sentences.
    """

    def __init__(self, code: str, place: str, detail: str) -> None:
        assert code in CODES, code
        super().__init__(f"[{code}] {place}: {detail}")
        self.code = code
        self.place = place
        self.detail = detail

    def __reduce__(self) -> tuple[type[ServiceGapError], tuple[str, str, str]]:
        return (type(self), (self.code, self.place, self.detail))


class ArtifactError(ServiceGapError):
    """A model that will not load."""


class CorpusError(ServiceGapError):
    """A corpus that cannot be used."""


class InputError(ServiceGapError):
    """An input that cannot be read at all."""


class OutputError(ServiceGapError):
    """An output that cannot be written, or an option that is wrong."""


class TaxonomyError(ServiceGapError):
    """A label or version that the taxonomy does not know."""
