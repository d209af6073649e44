"""JSON Lines: one record a line, of any number."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from servicegap.readers.source import Input, Record
from servicegap.types import ReadFailure

FIELDS = ("text", "id", "channel", "author", "created_at", "parent", "role", "title")
"""Our names of a record's fields, which `fields` maps to the record's own."""


def read(item: Input) -> Iterator[Record]:
    """One record for each line that is not blank."""
    for number, value in values(item, item.lines()):
        yield value if isinstance(value, ReadFailure) else record(item, value, number)


def values(item: Input, lines: Iterable[bytes | None]) -> Iterator[tuple[int, Any]]:
    """The number and JSON value of each line that is not blank, or the failure in its place."""
    number = 0
    for line in lines:
        if line is None:
            yield number, item.failure("SG-I005", f"the line is over {item.options.max_record} bytes", number)
        elif line.strip():
            try:
                value = load(item, line)
            except ValueError as error:
                value = item.failure("SG-I003", str(error), number)
            yield number, value
        else:
            continue
        number += 1


def load(item: Input, data: bytes) -> Any:
    """A JSON value, with lone surrogates, control characters and bad bytes let through.

    Raises
    ------
    ValueError
        With a reason that holds nothing of the data.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(data.decode("utf-8", "surrogatepass"), strict=False)
    except UnicodeDecodeError:
        text = item.decode(data)
    except (ValueError, RecursionError) as error:
        raise ValueError(_reason(error)) from None
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise ValueError(_reason(error)) from None


def record(item: Input, value: Any, number: int) -> Record:
    """The document of a JSON object with our fields, or with those that `fields` names."""
    if not isinstance(value, dict):
        return item.failure("SG-I003", "the record is no JSON object; wanted one with a text", number)
    return item.document(record=number, **pick(value, item.options.fields))


def pick(value: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Our fields of a record."""
    if names:
        found = {name: value.get(names.get(name, name)) for name in FIELDS}
    else:
        found = {name: value.get(name) for name in FIELDS}
    if found["role"] is None and "inbound" in value:
        found["role"] = value["inbound"]
    return found


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"no valid JSON: {error.msg.removesuffix(' at')} at character {error.pos}"
    return "the JSON is nested too deep" if isinstance(error, RecursionError) else "the JSON holds a value out of range"
