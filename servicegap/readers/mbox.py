"""Mailboxes in one file: an own splitter, since `mailbox.mbox` reads the whole file first."""

from __future__ import annotations

import re
from collections.abc import Iterator

from servicegap.readers import email
from servicegap.readers.source import Input, Record
from servicegap.readers.streams import CHUNK

_SEPARATOR = b"\nFrom "
_ESCAPED = re.compile(rb"^>(>*From )", re.M)
_CLOCK_AND_YEAR = re.compile(rb"\b\d{1,2}:\d{2}\b.{0,40}\b(?:19|20)\d{2}\b|\b(?:19|20)\d{2}\b.{0,40}\b\d{1,2}:\d{2}\b")
_HEADER = re.compile(rb"[!-9;-~]{1,76}:[ \t\r\n]")
_LONGEST_SEPARATOR = 400


def read(item: Input) -> Iterator[Record]:
    """Every message of the mailbox, and those attached to it."""
    for number, data in enumerate(split(item)):
        if data is None:
            yield item.failure("SG-I005", f"the message is over {email.longest(item)} bytes", number)
        else:
            yield from email.message(item, data, number)


def split(item: Input) -> Iterator[bytes | None]:
    """The messages without their `From ` lines, unescaped; None for one that is too long.

    A line begins a message if it starts with ``From ``, and either carries a clock time and a
    year before a header line, or follows a blank line (or starts the file) and has one of the two.
    """
    limit = email.longest(item)
    held = bytearray(b"\n")
    seek = 0
    too_long = False
    ended = False
    begun = False
    while not ended:
        chunk = item.stream.read(CHUNK)
        ended = not chunk
        held += chunk
        while (at := held.find(_SEPARATOR, seek)) >= 0:
            if not ended and len(held) - at < _LONGEST_SEPARATOR * 2:
                break
            if not _begins(held, at):
                seek = at + 1
                continue
            if begun or held[:at].strip():
                yield None if too_long else _unescaped(bytes(held[1:at]))
            begun, too_long, seek = True, False, 0
            del held[: (_line_end(held, at + 1) or len(held) + 1) - 1]
        else:
            seek = max(seek, len(held) - len(_SEPARATOR))
        if len(held) > limit:
            too_long = True
            del held[: -2 * _LONGEST_SEPARATOR]
            seek = 0
    if begun or held.strip():
        yield None if too_long else _unescaped(bytes(held[1:]))


def _begins(held: bytearray, at: int) -> bool:
    end = _line_end(held, at + 1)
    if end is None or end - at > _LONGEST_SEPARATOR:
        return False
    dated = _CLOCK_AND_YEAR.search(held, at, end) is not None
    headed = _HEADER.match(held, end) is not None
    blank = at == 0 or held[max(at - 2, 0) : at].endswith((b"\n", b"\n\r"))
    return (dated and headed) or (blank and (dated or headed))


def _line_end(held: bytearray, start: int) -> int | None:
    end = held.find(b"\n", start, start + _LONGEST_SEPARATOR * 2)
    return None if end < 0 else end + 1


def _unescaped(data: bytes) -> bytes:
    if data.endswith(b"\n\r"):
        data = data[:-1]
    return _ESCAPED.sub(rb"\1", data) if b"\n>" in data and b"From " in data else data
