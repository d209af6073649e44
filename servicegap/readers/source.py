"""One input on its way through a reader, and the tally that a run keeps."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from servicegap.readers.dates import iso
from servicegap.readers.streams import CHUNK, decode
from servicegap.types import Document, ReadFailure, Role, Source

Record = Document | ReadFailure

MAX_TEXT = 20_000_000
"""Longest text that is read unless told otherwise, in code points."""

MAX_WHOLE = 1 << 30
"""Longest JSON array that is loaded at once, in bytes."""

_LONGEST_ESCAPE = 6
_ROLES: dict[str, Role] = {
    "customer": "customer",
    "agent": "agent",
    "company": "agent",
    "staff": "agent",
    "support": "agent",
    "assistant": "agent",
    "automatic": "automatic",
    "bot": "automatic",
    "system": "automatic",
    "false": "agent",
}
"""What records say of the writer; `false` is that of `inbound`, which exports of support desks hold."""


@dataclass(slots=True)
class ReadStats:
    """What a `Reader` has done so far; look at it while reading.

    Attributes
    ----------
    records : int
        Documents and failures given out.
    failed : int
        Failures among them.
    files : int
        Files finished.
    replaced : int
        Records in which bytes had to be replaced or their charset guessed.
    repeated_ids : int
        Documents whose id had been seen and got a number.
    bytes_done, bytes_total : int
        Bytes taken from the files, and their size on disk as far as it is known (a pipe's is not).
    """

    records: int = 0
    failed: int = 0
    files: int = 0
    replaced: int = 0
    repeated_ids: int = 0
    bytes_done: int = 0
    bytes_total: int = 0


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller asked of every reader."""

    max_text: int = MAX_TEXT
    fields: Mapping[str, str] = field(default_factory=dict)
    channel: str | None = None

    @property
    def max_record(self) -> int:
        """Longest record in bytes that may still hold a text of `max_text`, with room for its other fields."""
        return _LONGEST_ESCAPE * self.max_text + CHUNK


@dataclass(slots=True)
class Input:
    """An opened input: its place, its bytes and what to do with them."""

    path: str
    stream: io.BufferedReader
    stats: ReadStats
    options: Options = field(default_factory=Options)
    head: bytes = b""
    charset: str | None = None

    def decode(self, data: bytes, charset: str | None = None) -> str:
        """Bytes as text; a replacement or a guess is counted."""
        text, certain = decode(data, self.charset or charset)
        self.stats.replaced += not certain
        return text

    def lines(self) -> Iterator[bytes | None]:
        """The lines with their ends; None for one too long to hold a text that may be read."""
        limit = self.options.max_record
        readline = self.stream.readline
        while line := readline(limit):
            if len(line) < limit or line.endswith(b"\n"):
                yield line
                continue
            while line and not line.endswith(b"\n"):
                line = readline(CHUNK)
            yield None

    def whole(self, limit: int | None = None) -> bytes | ReadFailure:
        """All bytes of the input, unless they are more than `limit` (the longest record)."""
        limit = limit or self.options.max_record
        # In pieces: one read of so much takes the memory for it at once, however short the file is.
        pieces, room = [], limit + 1
        while room and (piece := self.stream.read(min(CHUNK, room))):
            pieces.append(piece)
            room -= len(piece)
        if room:
            return b"".join(pieces)
        return self.failure("SG-I005", f"the file is over {limit} bytes, the most that is read at once", 0)

    def failure(
        self, code: str, reason: str, record: int | None = None, *, part: str | None = None, id: str | None = None
    ) -> ReadFailure:
        """A record of this input that could not be read."""
        return ReadFailure(Source(self.path, record, part), code, reason, id)

    def document(
        self,
        text: object,
        record: int,
        *,
        id: object = None,
        channel: object = None,
        author: object = None,
        created_at: object = None,
        parent: object = None,
        role: object = None,
        title: object = None,
        part: str | None = None,
        start: int | None = None,
        default_channel: str | None = None,
    ) -> Record:
        """A record's document, or why there is none: every reader's last step.

        `channel` is what the record itself says; after it comes the caller's, then the
        reader's `default_channel`. `text`, `id` and the rest may be anything that a
        record can hold.
        """
        name = f"{self.path}#{record}" if id is None or id == "" else _label(id)
        if name is None:
            return self.failure(
                "SG-I004", f"the id is {_kind(id)}, wanted a string or a whole number", record, part=part
            )
        if not isinstance(text, str):
            return self.failure("SG-I004", f"the text is {_kind(text)}, wanted a string", record, part=part, id=name)
        if len(text) > self.options.max_text:
            reason = f"the text has {len(text)} characters, at most {self.options.max_text} are read (--max-text)"
            return self.failure("SG-I005", reason, record, part=part, id=name)
        return Document(
            text=text,
            id=name,
            channel=_label(channel) or self.options.channel or default_channel,
            author=_label(author),
            created_at=iso(created_at),
            parent=_label(parent),
            role=_ROLES.get(str(role).strip().lower(), "customer"),
            title=_label(title),
            source=Source(self.path, record, part, start),
        )


def _label(value: object) -> str | None:
    """A short field as a string, None if it is empty or neither string nor whole number."""
    if isinstance(value, str):
        return value or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _kind(value: object) -> str:
    """What a wrong value is, in JSON's words."""
    if value is None:
        return "missing or null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    return "a list" if isinstance(value, list) else "an object"
