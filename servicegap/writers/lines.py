"""A record as a line of JSON, and the results of such a file read back."""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, cast, get_args

import orjson

from servicegap.errors import OutputError
from servicegap.types import Band, Result, Role, Status

Shape = Mapping[str, type | tuple[type, ...]]

_SURROGATES = re.compile("[\ud800-\udfff]")
_GZIP_MAGIC = b"\x1f\x8b"
_TEXT = (str, type(None))
_NUMBER = (int, float, type(None))
_SHAPE: Shape = {
    "id": _TEXT, "channel": _TEXT, "author": _TEXT, "created_at": _TEXT, "parent": _TEXT, "language": _TEXT,
    "text_sha256": _TEXT, "model": str, "digest": str, "taxonomy": str, "source": dict,
    "complaint": (bool, type(None)), "complaint_probability": _NUMBER, "failures": list, "gaps": list, "signals": list,
}  # fmt: skip
_SOURCE: Shape = {
    "path": _TEXT, "part": _TEXT, "record": (int, type(None)), "start": (int, type(None)),
}  # fmt: skip
_SPAN: Shape = {"start": int, "end": int, "text": str}


def json_line(record: Mapping[str, Any]) -> bytes:
    """A record as one line of UTF-8 JSON, with its newline.

    A lone surrogate, which UTF-8 cannot hold, becomes U+FFFD, one for one, so that offsets stay.

    Examples
    --------
    >>> json_line({"id": "a", "text": "caf\\u00e9 \\ud83d"}).decode()
    '{"id":"a","text":"café \ufffd"}\\n'
    """
    try:
        return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        return orjson.dumps(_storable(record), option=orjson.OPT_APPEND_NEWLINE)


def storable(text: str) -> str:
    """A text that UTF-8 can hold, as long as before."""
    return _SURROGATES.sub("\ufffd", text)


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable(name): _storable(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(item) for item in value]
    return value


def read_results(path: str | Path) -> Iterator[Result]:
    """Read a results file (JSONL, also gzipped) one result at a time.

    Parameters
    ----------
    path : str or Path
        "-" reads standard input, uncompressed.

    Yields
    ------
    Result

    Raises
    ------
    OutputError
        SG-O005 if the file cannot be opened, or with the number of the line (from 1) that is no result.

    Examples
    --------
    >>> for result in read_results("results.jsonl"):  # doctest: +SKIP
    ...     result.types
    """
    place = "standard input" if str(path) == "-" else str(path)
    number = 0
    try:
        with ExitStack() as stack:
            for number, line in enumerate(_open(path, stack), 1):
                if not line.isspace():
                    yield _result(line, f"{place}, line {number}")
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or "its compressed data is damaged"
        detail = f"{reason}; wanted a results file in JSONL, name one that 'servicegap score' wrote."
        raise OutputError("SG-O005", f"{place}, after line {number}" if number else place, detail) from error


def _open(path: str | Path, stack: ExitStack) -> BinaryIO:
    if str(path) == "-":
        return sys.stdin.buffer
    stream = stack.enter_context(open(path, "rb"))  # noqa: SIM115 - the stack closes it
    if stream.peek(2)[:2] != _GZIP_MAGIC:
        return stream
    import gzip

    return cast(BinaryIO, stack.enter_context(gzip.GzipFile(fileobj=stream, mode="rb")))


def _result(line: bytes, place: str) -> Result:
    try:
        data = orjson.loads(line)
        _check(data)
        return Result.from_dict(data)
    except orjson.JSONDecodeError:
        found = "found no JSON object"
    except KeyError as error:
        found = f"the field {error.args[0]!r} is missing"
    except (TypeError, ValueError, AttributeError):
        found = "a field has the wrong type or value"
    detail = f"{found}; wanted a result as in docs/result.schema.json, name a file that 'servicegap score' wrote."
    raise OutputError("SG-O005", place, detail)


def _check(data: Any) -> None:
    """Refuse what `Result.from_dict` would take on trust."""
    _typed(data, _SHAPE)
    _one_of(data["status"], Status)
    _one_of(data["role"], Role)
    for failure in data["failures"]:
        _typed(failure, {"type": str, "family": str, "probability": (int, float), "evidence": list})
        _one_of(failure["band"], Band)
    for signal in data["signals"]:
        _typed(signal, {"signal": str, "probability": (int, float), "evidence": list})
    for gap in data["gaps"]:
        _typed(gap, {"promise": dict, "action": str, "status": str, "outcomes": list, "who": _TEXT})
        _typed(gap["promise"], _SPAN)
        for part in (*gap["outcomes"], *filter(None, [gap["due"]])):
            _typed(part, _SPAN)
    for found in (*data["failures"], *data["signals"]):
        for span in found["evidence"]:
            _typed(span, _SPAN)
    optional = {"text": None, "title": None, "probabilities": None}
    _typed(optional | data, {"text": _TEXT, "title": _TEXT, "probabilities": (dict, type(None))})
    _typed(dict.fromkeys(_SOURCE) | data["source"], _SOURCE)


def _typed(record: Any, shape: Shape) -> None:
    for name, kinds in shape.items():
        if not isinstance(record[name], kinds):
            raise TypeError(name)


def _one_of(value: Any, choices: Any) -> None:
    if value not in get_args(choices):
        raise ValueError(value)
