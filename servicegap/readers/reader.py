"""The way in: paths to documents, whatever they hold, each with an id of its own in the run."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import BinaryIO, cast

from servicegap.errors import InputError, OutputError
from servicegap.readers.jsonl import FIELDS
from servicegap.readers.maildir import is_maildir, messages
from servicegap.readers.sniff import FORMATS, sniff
from servicegap.readers.source import MAX_TEXT, Input, Options, ReadStats, Record
from servicegap.readers.streams import DamagedError, decode, open_stream
from servicegap.types import Document, ReadFailure, Source

_MODULES = {
    "mbox": "mbox",
    "maildir": "email",
    "eml": "email",
    "html": "html",
    "page": "page",
    "text": "text",
    "jsonl": "jsonl",
    "json": "social",
    "csv": "table",
    "tsv": "table",
}
_STDIN = "-"
_MOST_TEXT = 2**31 - 1
_UNKNOWN = f"no text or document that can be told by looking; give its format (--format {'|'.join(FORMATS)})"


@dataclass(frozen=True, slots=True)
class _File:
    """A file to read: where it is, its name in the results, its format if that is known."""

    path: str
    name: str
    format: str | None = None


def read(
    path: str | os.PathLike[str],
    *,
    format: str | None = None,
    max_text: int = MAX_TEXT,
    fields: Mapping[str, str] | None = None,
    channel: str | None = None,
    stdin: BinaryIO | None = None,
) -> Iterator[Record]:
    """Read one input.

    Parameters
    ----------
    path : path
        A file, a folder (read recursively in sorted order, hidden files left out), or ``-``
        for standard input. Gzip is unpacked whatever the name.
    format : str, optional
        One of `FORMATS`; else each file's is found by looking.
    max_text : int
        Longest text in code points; a longer one is a failure.
    fields : mapping, optional
        Our names of a record's fields (`text`, `id`, `channel`, `author`, `created_at`,
        `parent`, `role`, `title`) to the record's own, for JSON and tables.
    channel : str, optional
        Channel of documents whose record names none.
    stdin : binary file, optional
        What ``-`` reads; `sys.stdin` else.

    Returns
    -------
    records : iterator of Document or ReadFailure
        Ids are unique.

    Raises
    ------
    InputError
        `SG-I001` if the input cannot be opened, `SG-I002` if it is a file of no format
        that can be read.
    OutputError
        `SG-O004` for an option out of range.

    Examples
    --------
    >>> import io
    >>> [record.text for record in read("-", stdin=io.BytesIO(b'{"text": "It broke."}'))]
    ['It broke.']
    """
    return iter(Reader([path], format=format, max_text=max_text, fields=fields, channel=channel, stdin=stdin))


class Reader:
    """Read many inputs, one after the other, and keep count.

    The parameters are those of `read`, with several paths. Of several inputs, one that
    cannot be opened or recognized is a `ReadFailure` among the others.

    Attributes
    ----------
    stats : ReadStats
        Counts and bytes so far.

    Raises
    ------
    InputError, OutputError
        As `read` does, when the reader is made.

    Examples
    --------
    >>> import io
    >>> reader = Reader(["-"], stdin=io.BytesIO(b'{"id": "a", "text": "x"}\\n{"id": "a", "text": "y"}\\n'))
    >>> [record.id for record in reader], reader.stats.repeated_ids
    (['a', 'a~2'], 1)
    """

    def __init__(
        self,
        paths: Sequence[str | os.PathLike[str]],
        *,
        format: str | None = None,
        max_text: int = MAX_TEXT,
        fields: Mapping[str, str] | None = None,
        channel: str | None = None,
        stdin: BinaryIO | None = None,
    ) -> None:
        if format is not None and format not in FORMATS:
            raise OutputError("SG-O004", "format", f"no format {format!r}; wanted one of {', '.join(FORMATS)}.")
        unknown = sorted(set(fields or ()) - set(FIELDS))
        if unknown:
            raise OutputError("SG-O004", "fields", f"no field {unknown[0]!r}; wanted some of {', '.join(FIELDS)}.")
        if not 1 <= max_text <= _MOST_TEXT:
            raise OutputError("SG-O004", "max_text", f"must be from 1 to {_MOST_TEXT}. Got {max_text}.")
        self.stats = ReadStats()
        self._options = Options(max_text, dict(fields or {}), channel)
        self._stdin = stdin
        self._seen: set[str] = set()
        self._repeats: dict[str, int] = {}
        self._files: list[_File | ReadFailure] = []
        for path in paths:
            self._files += _files(os.fspath(path), format)
        for file in self._files:
            if isinstance(file, _File) and file.path != _STDIN:
                self.stats.bytes_total += _size(file.path)
        if len(paths) == 1 and len(self._files) == 1 and not os.path.isdir(paths[0]):
            self._check(self._files[0], os.fspath(paths[0]))

    def __iter__(self) -> Iterator[Record]:
        for file in self._files:
            renamed: dict[str, str] = {}
            for record in self._read(file) if isinstance(file, _File) else (file,):
                self.stats.records += 1
                if isinstance(record, Document):
                    yield self._unique(record, renamed)
                else:
                    self.stats.failed += 1
                    yield record
            self.stats.files += 1

    def _read(self, file: _File) -> Iterator[Record]:
        """A file's records; whatever goes wrong with the file itself is a failure after them."""
        source = Source(file.name)
        try:
            with self._opened(file.path) as raw:
                stream, head, charset = open_stream(raw, self._count)
                format = file.format or sniff(file.name, head, _decoded)
                if format is None:
                    yield ReadFailure(source, "SG-I002", _UNKNOWN)
                    return
                item = Input(file.name, stream, self.stats, self._options, head, charset)
                yield from cast(Callable[[Input], Iterator[Record]], _module(format).read)(item)
        except DamagedError as damage:
            yield ReadFailure(source, damage.code, damage.reason)
        except OSError as error:
            yield ReadFailure(source, "SG-I001", _why(error))
        except Exception as error:  # a fault of a reader must cost one file, not the run
            yield ReadFailure(source, "SG-I003", f"the rest of the file cannot be read ({type(error).__name__})")

    def _check(self, file: _File | ReadFailure, path: str) -> None:
        """Refuse the only input at once if it cannot be opened or recognized."""
        if isinstance(file, ReadFailure):
            raise InputError(file.code, _printable(path), f"{file.reason}.")
        if file.path == _STDIN or not os.path.isfile(file.path):
            return
        try:
            with open(file.path, "rb") as raw:
                head = open_stream(raw, lambda _: None)[1]
        except OSError as error:
            raise InputError("SG-I001", file.path, f"{_why(error)}.") from None
        if file.format is None and sniff(file.name, head, _decoded) is None:
            raise InputError("SG-I002", file.path, f"{_UNKNOWN}.")

    def _opened(self, path: str) -> AbstractContextManager[BinaryIO]:
        if path == _STDIN:
            return nullcontext(self._stdin or sys.stdin.buffer)
        return open(path, "rb", buffering=0)

    def _count(self, size: int) -> None:
        self.stats.bytes_done += size

    def _unique(self, document: Document, renamed: dict[str, str]) -> Document:
        """The document with an id that no other in the run has; what answers it in its file follows it."""
        name = document.id or ""
        if document.parent in renamed:
            document = document._replace(parent=renamed[document.parent])
        if name in self._seen:
            self.stats.repeated_ids += 1
            number = self._repeats.get(name, 1) + 1
            while f"{name}~{number}" in self._seen:
                number += 1
            self._repeats[name] = number
            renamed[name] = f"{name}~{number}"
            document = document._replace(id=renamed[name])
            name = renamed[name]
        self._seen.add(name)
        return document


def _module(format: str) -> ModuleType:
    return import_module(f"servicegap.readers.{_MODULES[format]}")


def _decoded(data: bytes) -> str:
    return decode(data)[0]


def _files(path: str, format: str | None) -> Iterator[_File | ReadFailure]:
    """The files that a path stands for, in a fixed order."""
    name = os.path.basename(path.rstrip(os.sep)) or path
    if path == _STDIN:
        yield _File(path, path, format)
        return
    try:
        found = os.stat(path)
    except (OSError, ValueError) as error:
        yield ReadFailure(Source(_printable(name)), "SG-I001", _why(error))
        return
    if stat.S_ISDIR(found.st_mode):
        yield from _walk(path, format)
    else:
        yield _File(path, _printable(name), "eml" if format == "maildir" else format)


def _walk(top: str, format: str | None) -> Iterator[_File | ReadFailure]:
    """A folder's files, its subfolders' among them by name; a folder that links lead back to is read once."""
    met: set[tuple[int, int]] = set()
    waiting = [top]
    while waiting:
        path = waiting.pop()
        name = _printable(os.path.relpath(path, top)).replace(os.sep, "/")
        try:
            found = os.stat(path)
            if not stat.S_ISDIR(found.st_mode):
                if stat.S_ISREG(found.st_mode):
                    yield _File(path, name, "eml" if format == "maildir" else format)
                else:
                    yield ReadFailure(Source(name), "SG-I002", "neither a file nor a folder")
                continue
            if (found.st_dev, found.st_ino) in met:
                continue
            met.add((found.st_dev, found.st_ino))
            if is_maildir(Path(path)) and format in (None, "maildir", "eml"):
                for message in messages(Path(path)):
                    yield _File(str(message), _printable(os.path.relpath(message, top)).replace(os.sep, "/"), "eml")
                continue
            entries = sorted(entry for entry in os.listdir(path) if not entry.startswith("."))
        except OSError as error:
            yield ReadFailure(Source(name), "SG-I001", _why(error))
            continue
        waiting += [os.path.join(path, entry) for entry in reversed(entries)]


def _printable(name: str) -> str:
    """A file name with what is no UTF-8 in it replaced."""
    return os.fsencode(name).decode("utf-8", "replace")


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _why(error: Exception) -> str:
    said = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
    return f"cannot be opened or read ({said.lower()}); check the path and its permissions"
