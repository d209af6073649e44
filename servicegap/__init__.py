"""Reads what customers write when a company fails them, and says how it failed."""

from servicegap._version import __version__
from servicegap.model import Model, load
from servicegap.taxonomy import load as taxonomy
from servicegap.text.tokens import Token, sentences, tokenize
from servicegap.types import (
    Document,
    Due,
    Evidence,
    Failure,
    Gap,
    Outcome,
    ReadFailure,
    Result,
    Signal,
    Source,
    Span,
)

__all__ = [
    "Document",
    "Due",
    "Evidence",
    "Failure",
    "Gap",
    "Model",
    "Outcome",
    "ReadFailure",
    "Result",
    "Signal",
    "Source",
    "Span",
    "Token",
    "__version__",
    "load",
    "sentences",
    "taxonomy",
    "tokenize",
]
