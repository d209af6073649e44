"""Corpus records to Label Studio, Prodigy and doccano, and back, without losing a label or an offset.

All three get the same labels on spans: a failure type's id, `signal:churn_intent`,
`promise:refund`, `due`, `outcome:broken`; a relation leads from a promise to its due time and to
each outcome. What is said of the whole text are flags: `complaint`, `doubtful:TYPE`,
`exhaustive:TYPE`, `signal:NAME` for a signal without evidence. The status of a gap is that of its
last outcome; where it is another, the promise's label ends with it (`promise:refund:broken`).
Records of older forms come back in the newest one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from servicegap.errors import CorpusError
from servicegap.training.convert import doccano, label_studio, prodigy
from servicegap.training.convert.markup import Markup, from_markup, to_markup

__all__ = ["FORMATS", "export", "items", "load"]

_Reader = Callable[[Any, str], Markup | None]

_FORMATS: Mapping[str, tuple[Callable[[Markup], dict[str, Any]], _Reader]] = {
    "label-studio": (label_studio.write, label_studio.read),
    "prodigy": (prodigy.write, prodigy.read),
    "doccano": (doccano.write, doccano.read),
}

FORMATS = tuple(_FORMATS)
"""The tools by name."""


def export(row: Mapping[str, Any], *, format: str, text: str | None = None) -> dict[str, Any]:
    """Turn a record into a task of a tool, with its labels as annotations.

    Parameters
    ----------
    row : mapping
        A sound record.
    format : {'label-studio', 'prodigy', 'doccano'}
    text : str, optional
        Of a stand-off record; it is left out again by `load`.

    Returns
    -------
    dict
        JSON-ready.

    Examples
    --------
    >>> row = {"id": "a", "text": "Late!", "complaint": True, "signals": [], "gaps": [],
    ...        "failures": [{"type": "late_delivery", "evidence": [{"start": 0, "end": 4}]}]}
    >>> export(row, format="doccano")["entities"]
    [{'id': 0, 'label': 'late_delivery', 'start_offset': 0, 'end_offset': 4}]
    """
    markup = to_markup(row, row["text"] if text is None else text)
    return _FORMATS[format][0](markup)


def load(item: object, *, format: str, place: str) -> dict[str, Any] | None:
    """Turn an annotated task back into a record.

    Parameters
    ----------
    item : object
        A task as `export` gives it or as the tool wrote it.
    format : {'label-studio', 'prodigy', 'doccano'}
    place : str
        Of the task, for errors.

    Returns
    -------
    dict or None
        None for a task that nobody has annotated, or that was rejected.

    Raises
    ------
    CorpusError
        SG-C002 for a span that is none, SG-C003 for a label that the taxonomy does not have,
        SG-C007 for what is no task.

    Examples
    --------
    >>> row = {"id": "a", "text": "Late!", "complaint": True, "signals": [], "gaps": [], "doubtful": [],
    ...        "failures": [{"type": "late_delivery", "evidence": [{"start": 0, "end": 4}], "exhaustive": True}]}
    >>> all(load(export(row, format=name), format=name, place="1") == row for name in FORMATS)
    True
    """
    try:
        markup = _FORMATS[format][1](item, place)
        return None if markup is None else from_markup(markup, place)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        detail = f"is no task of {format} ({type(error).__name__}); give the tool's own export, or what 'export' wrote."
        raise CorpusError("SG-C007", place, detail) from None


def items(path: Path) -> Iterator[tuple[str, Any]]:
    """Read tasks, a JSON list of them or one a line, each with its place.

    Raises
    ------
    CorpusError
        SG-C007 for a file or line that is no JSON.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        detail = f"cannot be opened ({error.strerror}); check the name and its permissions."
        raise CorpusError("SG-C007", str(path), detail) from None
    number = 0
    try:
        if data.lstrip()[:1] == b"[":
            for number, item in enumerate(json.loads(data), 1):
                yield f"{path.name}, task {number}", item
        else:
            for number, line in enumerate(data.split(b"\n"), 1):
                if line.strip():
                    yield f"{path.name}:{number}", json.loads(line)
    except (ValueError, RecursionError) as error:
        detail = f"is no JSON in UTF-8 ({type(error).__name__}), wanted a list of tasks or one a line."
        raise CorpusError("SG-C007", f"{path.name}:{number}", detail) from None
