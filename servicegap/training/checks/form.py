"""The form of a record, as `docs/corpus.schema.json` has it; a test holds the two together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_Check = Callable[[Any, str], str | None]
"""Takes a value and where it stands, returns what is wrong."""


def problem(row: object) -> str | None:
    """Say what makes a JSON value no record, or nothing.

    Examples
    --------
    >>> problem({"id": "a", "complaint": True, "failures": [], "signals": []})
    'gaps is missing'
    >>> problem({"id": "a", "complaint": 1, "failures": [], "signals": [], "gaps": []})
    'complaint is not true or false'
    """
    return _RECORD(row, "")


def _string(value: Any, place: str) -> str | None:
    return None if isinstance(value, str) else f"{place} is no string"


def _named(value: Any, place: str) -> str | None:
    return None if isinstance(value, str) and value else f"{place} is no string, or an empty one"


def _boolean(value: Any, place: str) -> str | None:
    return None if isinstance(value, bool) else f"{place} is not true or false"


def _integer(least: int) -> _Check:
    def check(value: Any, place: str) -> str | None:
        good = isinstance(value, int) and not isinstance(value, bool) and value >= least
        return None if good else f"{place} is no integer of {least} or more"

    return check


def _or_null(inner: _Check) -> _Check:
    return lambda value, place: None if value is None else inner(value, place)


def _string_or(inner: _Check) -> _Check:
    return lambda value, place: None if isinstance(value, str) else inner(value, place)


def _list(inner: _Check, *, least: int = 0) -> _Check:
    def check(value: Any, place: str) -> str | None:
        if not isinstance(value, list) or len(value) < least:
            return f"{place} is no list" + (f" of {least} or more" if least else "")
        return next((wrong for n, item in enumerate(value) if (wrong := inner(item, f"{place}[{n}]"))), None)

    return check


def _object(fields: Mapping[str, _Check], required: str) -> _Check:
    def check(value: Any, place: str) -> str | None:
        if not isinstance(value, dict):
            return f"{place or 'the line'} is no object"
        head = f"{place}." if place else ""
        for name in required.split():
            if name not in value:
                return f"{head}{name} is missing"
        named = ((name, inner) for name, inner in fields.items() if name in value)
        return next((wrong for name, inner in named if (wrong := inner(value[name], head + name))), None)

    return check


_OFFSETS = {"start": _integer(0), "end": _integer(1)}
_SPAN = _object(_OFFSETS, "start end")
_FAILURE = _object(
    {"type": _string, "evidence": _list(_SPAN, least=1), "exhaustive": _boolean},
    "type evidence",
)
_SIGNAL = _object({"signal": _string, "evidence": _list(_SPAN)}, "signal evidence")
_GAP = _object(
    {
        "promise": _SPAN,
        "action": _string,
        "who": _or_null(_string),
        "due": _or_null(_SPAN),
        "outcome": _or_null(_SPAN),
        "outcomes": _list(_object({**_OFFSETS, "status": _or_null(_string)}, "start end")),
        "status": _string,
    },
    "promise action status",
)
_RECORD = _object(
    {
        "id": _named,
        "text": _string,
        **dict.fromkeys(("channel", "industry", "author", "situation", "split"), _or_null(_string)),
        "language": _string,
        "text_sha256": _string,
        "complaint": _boolean,
        "failures": _list(_FAILURE),
        "doubtful": _list(_string),
        "signals": _list(_string_or(_SIGNAL)),
        "gaps": _list(_GAP),
        "readers": _integer(1),
    },
    "id complaint failures signals gaps",
)
