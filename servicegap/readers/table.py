"""CSV and TSV: one row, one document.

An own splitter, since the standard one keeps its limit on a cell's size for the whole
process and reads on to the end of the file after a quote that is never closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from servicegap.readers.jsonl import pick
from servicegap.readers.source import Input, Record
from servicegap.readers.streams import CHUNK, buffered

_DELIMITERS = (b",", b"\t", b";", b"|")
_SAMPLE = 20
_NAMES: dict[str, str] = {
    "text": "text complaint_text review_text full_text comment_text message_text consumer_complaint_narrative "
    "narrative complaint complaint_narrative review review_body review_content reviews comment comments body message "
    "content feedback customer_message tweet description verbatim",
    "id": "id review_id complaint_id comment_id message_id ticket_id tweet_id post_id case_id uuid",
    "channel": "channel",
    "author": "author author_name author_id user username user_name reviewer reviewer_name name customer customer_name",
    "created_at": "created_at created date datetime timestamp time published published_at review_date date_received "
    "date_created submitted_at posted_at",
    "parent": "parent parent_id reply_to in_reply_to in_reply_to_id in_response_to_tweet_id",
    "role": "role inbound",
    "title": "title subject summary headline review_title",
}
"""Column names that are taken for each of our fields, the likeliest first."""

_TEXT_ENDINGS = ("text", "narrative", "review", "comment", "comments", "complaint", "message", "body", "feedback")
_RATINGS = frozenset({"rating", "ratings", "stars", "star_rating"})
_CHANNELS = {"review": "review", "reviews": "review", "complaint": "form", "narrative": "form", "tweet": "social"}


def read(item: Input) -> Iterator[Record]:
    """One record for each row below the header."""
    delimiter = _delimiter(item.head, item.options.fields)
    found = rows(_lines(item), delimiter, item.options.max_record)
    header = next(found, [])
    if header is None:
        yield item.failure("SG-I003", "the header has a quote that is not closed or words after a closed one")
        return
    names = [item.decode(name) for name in header]
    columns = find_columns(names, item.options.fields)
    first = 0
    if "text" not in columns:
        if len(names) != 1 or item.options.fields:
            reason = f"none of the {len(names)} columns is named like a text; name it (--text-field COLUMN)"
            if names:
                yield item.failure("SG-I004", reason)
            return
        columns = {"text": 0}
        yield item.document(names[0], first)
        first = 1
    channel = next((_CHANNELS[word] for word in _plain(names[columns["text"]]).split("_") if word in _CHANNELS), None)
    if channel is None and not _RATINGS.isdisjoint(map(_plain, names)):
        channel = "review"
    for number, cells in enumerate(found, first):
        if cells is None:
            reason = "a quote is not closed, words follow a closed one, or the row is too long"
            yield item.failure("SG-I003", reason, number)
        elif len(cells) != len(names):
            yield item.failure("SG-I003", f"the row has {len(cells)} cells, the header {len(names)}", number)
        else:
            values = {name: item.decode(cells[column]) for name, column in columns.items()}
            yield item.document(record=number, default_channel=channel, **pick(values, {}))


def find_columns(names: list[str], fields: Mapping[str, str]) -> dict[str, int]:
    """Which column holds which of our fields: those that the caller names, else those known by name.

    Examples
    --------
    >>> find_columns(["Complaint ID", "Date received", "Consumer complaint narrative"], {})
    {'text': 2, 'id': 0, 'created_at': 1}
    """
    plain = [_plain(name) for name in names]
    columns: dict[str, int] = {}
    for field_name, known in _NAMES.items():
        if field_name in fields:
            wanted = fields[field_name]
            if wanted in names:
                columns[field_name] = names.index(wanted)
            elif _plain(wanted) in plain:
                columns[field_name] = plain.index(_plain(wanted))
        else:
            column = next((plain.index(name) for name in known.split() if name in plain), None)
            if column is None and field_name == "text":
                column = next((at for at, name in enumerate(plain) if name.rpartition("_")[2] in _TEXT_ENDINGS), None)
            if column is not None:
                columns[field_name] = column
    return columns


def looks_tabular(head: bytes) -> bool:
    """Whether a file begins like a table with a column of texts: a header with its name, and rows as wide."""
    sample = _sample(head, _delimiter(head, {}))
    if len(sample) < 2 or len(sample[0]) < 2:
        return False
    names = [name.decode("utf-8", "replace") for name in sample[0]]
    alike = sum(len(row) == len(names) for row in sample)
    return alike >= 0.9 * len(sample) and "text" in find_columns(names, {})


def _delimiter(head: bytes, fields: Mapping[str, str]) -> bytes:
    """The delimiter that finds a text column and makes rows as wide as their header."""

    def worth(delimiter: bytes) -> tuple[bool, float, int]:
        sample = _sample(head, delimiter)
        if not sample or len(sample[0]) < 2:
            return False, 0.0, 0
        names = [name.decode("utf-8", "replace") for name in sample[0]]
        alike = sum(len(row) == len(names) for row in sample) / len(sample)
        return "text" in find_columns(names, fields), alike, len(names)

    return max(_DELIMITERS, key=worth)


def _sample(head: bytes, delimiter: bytes) -> list[list[bytes]]:
    if b"\n" not in head:
        head = head.replace(b"\r", b"\n")
    lines = head.splitlines(keepends=True) if b"\n" not in head else [line + b"\n" for line in head.split(b"\n")]
    whole = lines[:-1] if len(lines) > 1 else lines
    return [row for row in islice(rows(whole, delimiter, len(head)), _SAMPLE) if row is not None]


def _lines(item: Input) -> Iterator[bytes | None]:
    """The physical lines, where an old Macintosh's ends are line ends too."""
    if b"\r" in item.head and b"\n" not in item.head:
        stream = item.stream
        item.stream = buffered(chunk.replace(b"\r", b"\n") for chunk in iter(lambda: stream.read(CHUNK), b""))
    return item.lines()


def rows(lines: Iterable[bytes | None], delimiter: bytes, limit: int) -> Iterator[list[bytes] | None]:
    """Cut lines into rows of cells.

    Parameters
    ----------
    lines : iterable of bytes or None
        Physical lines with their ends; None for one that was too long to read.
    delimiter : bytes
        One byte.
    limit : int
        Most bytes of one row.

    Yields
    ------
    row : list of bytes, or None
        None for a line that begins no row that can be read; the lines after it are tried
        on their own, so that a quote that is never closed costs one row.

    Examples
    --------
    >>> list(rows([b'1,"two\\n', b'lines"\\n', b'2,a "quoted" word\\n'], b",", 1000))
    [[b'1', b'two\\nlines'], [b'2', b'a "quoted" word']]
    """
    source = iter(lines)
    waiting: list[bytes | None] = []
    while True:
        line = waiting.pop() if waiting else next(source, b"")
        if line == b"":
            return
        if line is None:
            yield None
            continue
        if not line.strip(b" \r\n"):
            continue
        row = _Row(delimiter)
        taken: list[bytes | None] = [line]
        size = len(line)
        done = row.take(line)
        while done is False:
            more = waiting.pop() if waiting else next(source, b"")
            if more == b"":
                break
            taken.append(more)
            size += len(more or b"")
            if more is None or size > limit:
                break
            done = row.take(more)
        yield row.cells if done else None
        if not done:
            waiting += reversed(taken[1:])


@dataclass(slots=True)
class _Row:
    """A row while its lines come in."""

    delimiter: bytes
    cells: list[bytes] = field(default_factory=list)
    quoted: list[bytes] | None = None

    def take(self, line: bytes) -> bool | None:
        """Add a line: whether the row is whole now, or None if it cannot be one."""
        end = len(line.rstrip(b"\r\n"))
        if self.quoted is None and b'"' not in line:
            self.cells = line[:end].split(self.delimiter)
            return True
        at = 0
        while True:
            if self.quoted is not None:
                at = self._close(line, at)
                if at < 0:
                    return False
                self.cells.append(b"".join(self.quoted))
                self.quoted = None
                at += len(line[at:end]) - len(line[at:end].lstrip(b" ")) if line[at : at + 1] == b" " else 0
                if at >= end:
                    return True
                if line[at : at + 1] != self.delimiter:
                    return None
                at += 1
            opening = 1 if line[at : at + 1] == b'"' else 2 if line[at : at + 2] == b' "' else 0
            if opening:
                self.quoted = []
                at += opening
                continue
            stop = line.find(self.delimiter, at, end)
            self.cells.append(line[at : stop if stop >= 0 else end])
            if stop < 0:
                return True
            at = stop + 1

    def _close(self, line: bytes, at: int) -> int:
        """Where the open quoted cell ends, after its quote; -1 if not in this line."""
        assert self.quoted is not None
        while True:
            quote = line.find(b'"', at)
            if quote < 0:
                self.quoted.append(line[at:])
                return -1
            after = line[quote + 1 : quote + 2]
            if after == b'"':
                self.quoted.append(line[at : quote + 1])
                at = quote + 2
            elif line[quote - 1 : quote] == b"\\" and quote > at and after not in (self.delimiter, b"\r", b"\n", b""):
                self.quoted += (line[at : quote - 1], b'"')
                at = quote + 1
            else:
                self.quoted.append(line[at:quote])
                return quote + 1


def _plain(name: str) -> str:
    """A column name in lower case with one underscore between words."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
