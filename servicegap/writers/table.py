"""A result as a row of CSV (RFC 4180), safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from servicegap.types import Result
from servicegap.writers.lines import storable

COLUMNS = (
    "id", "status", "channel", "author", "created_at", "parent", "language", "complaint", "complaint_probability",
    "failures", "evidence", "signals", "gaps", "source_path", "source_record", "source_part", "model", "digest",
)  # fmt: skip
"""Every table's columns; `p_<type>` for each probability and `text` follow where asked for."""

_FORMULA_STARTS = frozenset("=+-@'＝＋－＠＇")


class _Echo:
    def write(self, text: str) -> str:
        return text


_WRITER = csv.writer(_Echo())


def header(types: Sequence[str], *, with_text: bool) -> bytes:
    """The first row of a table."""
    return _row([*COLUMNS, *(f"p_{name}" for name in types), *(["text"] if with_text else [])])


def row(result: Result, types: Sequence[str], *, with_text: bool) -> bytes:
    """The row of one document.

    Parameters
    ----------
    result : Result
    types : sequence of str
        The failure types that have a probability column.
    with_text : bool

    Returns
    -------
    bytes
        UTF-8, ending in CRLF.
    """
    document = result.document
    source = document.source
    best = next((failure.evidence[0].text for failure in result.failures if failure.evidence), None)
    probabilities = result.probabilities or {}
    return _row(
        [
            _cell(document.id),
            result.status,
            *map(_cell, (document.channel, document.author, document.created_at, document.parent, result.language)),
            "" if result.complaint is None else str(result.complaint).lower(),
            result.complaint_probability,
            _cell(";".join(result.types)),
            _cell(best),
            _cell(";".join(signal.signal for signal in result.signals)),
            len(result.gaps),
            _cell(source.path),
            source.record,
            _cell(source.part),
            _cell(result.model),
            _cell(result.digest),
            *(probabilities.get(name) for name in types),
            *([_cell(document.text)] if with_text else []),
        ]
    )


def _cell(text: str | None) -> str | None:
    """A text that no spreadsheet takes for a formula.

    Excel, LibreOffice and Google Sheets run a cell that begins with `=`, `+`, `-` or `@` (also in full width, also
    behind white space). Such a cell gets an apostrophe in front, and so does one that begins with an apostrophe, so
    that taking one leading apostrophe away always gives the original back. NUL, which CSV readers do not agree on,
    becomes U+FFFD.

    Source: OWASP, "CSV Injection".
    """
    if not text:
        return text
    text = storable(text).replace("\0", "\ufffd")
    return f"'{text}" if text.lstrip()[:1] in _FORMULA_STARTS else text


def _row(cells: Sequence[object]) -> bytes:
    line: str = _WRITER.writerow(cells)
    return line.encode()
