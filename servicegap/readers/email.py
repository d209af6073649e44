"""E-mail: one message, one document; a message attached to it is another.

Headers are read by the standard library's `compat32` classes; bodies are cut by an own
splitter, whose time does not depend on how deep a hostile message nests its parts.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime

from servicegap.readers.source import Input, Record
from servicegap.readers.streams import decode
from servicegap.readers.words import words
from servicegap.types import ReadFailure, Role

_DEEPEST = 20
_MOST_PARTS = 2_000
_LONGEST_HEADER = 4_000
_HEADERS = words(
    "auto-submitted content-disposition content-transfer-encoding content-type date from in-reply-to list-post "
    "list-unsubscribe message-id precedence references reply-to return-path subject x-autoreply x-autorespond"
)
_LONGEST_TAIL = 80
_HEADER = re.compile(rb"[!-9;-~]{1,76}[ \t]{0,8}:|>?From ")
_BLANK = re.compile(rb"\r?\n\r?\n")
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,998})>")
_READABLE = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown"})
_FREE_MAIL = words("aol gmail gmx googlemail hotmail icloud live msn outlook proton protonmail yahoo")
_SUPPORT = words(
    "care claims complaints contact contactus customercare customerrelations customerservice customerservices "
    "customersupport enquiries feedback help helpcenter helpcentre helpdesk info inquiries orders refunds returns "
    "service services support"
)
_ROBOTS = words("donotreply mailerdaemon mailer daemon noreply notification notifications postmaster")


class _TooMuchError(ValueError):
    """A message nested or cut beyond what any mailer makes; its reason holds nothing of it."""


@dataclass(slots=True)
class _Part:
    """A MIME part: its headers, its undecoded body and its number below the message."""

    head: Message
    body: bytes
    number: str | None
    depth: int


def longest(item: Input) -> int:
    """Longest message with its attachments, in bytes."""
    return 2 * item.options.max_record


def read(item: Input) -> Iterator[Record]:
    """The one message of a file."""
    data = item.whole(longest(item))
    if isinstance(data, ReadFailure):
        yield data
    else:
        yield from message(item, data.removeprefix(b"\n"), 0)


def message(item: Input, data: bytes, record: int) -> Iterator[Record]:
    """The document of a message, and of each message attached to it.

    Parameters
    ----------
    item : Input
    data : bytes
        Headers, a blank line, the body.
    record : int
        Its number within the file.
    """
    waiting = [_parsed(data, None, 0)]
    while waiting:
        part = waiting.pop()
        try:
            leaves = list(_leaves(part))
            yield _document(item, part, leaves, record)
            if part.head.get_content_type() != "multipart/report":
                attached = [leaf for leaf in leaves if leaf.head.get_content_type() == "message/rfc822"]
                waiting += [_parsed(_transferred(leaf), leaf.number, leaf.depth + 1) for leaf in reversed(attached)]
        except _TooMuchError as error:
            yield item.failure("SG-I003", str(error), record, part=part.number)
        except Exception as error:  # the standard library's header classes raise many kinds on damaged input
            yield item.failure("SG-I003", f"no readable message ({type(error).__name__})", record, part=part.number)


def _parsed(data: bytes, number: str | None, depth: int) -> _Part:
    """Split off and read the headers that matter here."""
    if depth > _DEEPEST:
        raise _TooMuchError(f"the message nests parts over {_DEEPEST} deep")
    head = Message()
    if not _HEADER.match(data):
        return _Part(head, data.removeprefix(b"\r").removeprefix(b"\n"), number, depth)
    blank = _BLANK.search(data)
    split = blank.span() if blank else (len(data), len(data))
    name, value = "", ""
    for line in [*decode(data[: split[0]])[0].replace("\r", "").split("\n"), ""]:
        if line[:1] in (" ", "\t"):
            if len(value) < _LONGEST_HEADER:
                value += line
            continue
        if name in _HEADERS and name not in head:
            head[name] = value.strip()[:_LONGEST_HEADER]
        name, colon, value = line.partition(":")
        name = name.strip().lower() if colon else ""
    return _Part(head, data[split[1] :], number, depth)


def _leaves(top: _Part) -> Iterator[_Part]:
    """The parts that are no containers, in order; of alternatives, the one to read."""
    waiting, count = [top], 0
    while waiting:
        part = waiting.pop()
        if part.head.get_content_maintype() != "multipart":
            yield part
            continue
        boundary = part.head.get_boundary() or ""
        prefix = f"{part.number}." if part.number else ""
        parts: list[_Part] = []
        for piece in _pieces(part.body, boundary.encode("utf-8", "surrogateescape")) if boundary else ():
            count += 1
            if count > _MOST_PARTS:
                raise _TooMuchError(f"the message has over {_MOST_PARTS} parts")
            parts.append(_parsed(piece, f"{prefix}{len(parts) + 1}", part.depth + 1))
        if part.head.get_content_subtype() == "alternative":
            parts = _best(parts)
        waiting += reversed(parts or [_Part(Message(), part.body, part.number, part.depth)])


def _best(parts: list[_Part]) -> list[_Part]:
    """Of alternatives, the first plain text that says something, else HTML or what holds it."""
    for part in parts:
        if part.head.get_content_type() == "text/plain" and part.body.strip():
            return [part]
    for part in parts:
        if part.head.get_content_maintype() == "multipart" or part.head.get_content_type() == "text/html":
            return [part]
    return parts[:1]


def _pieces(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """The parts between boundary lines; an unclosed last one runs to the end."""
    mark = b"--" + boundary
    start: int | None = None
    at = 0
    while (at := body.find(mark, at)) >= 0:
        after = at + len(mark)
        rest = body[after : after + _LONGEST_TAIL].partition(b"\n")[0]
        if (at == 0 or body[at - 1] == 10) and rest.strip() in (b"", b"--"):
            if start is not None:
                yield body[start:at].removesuffix(b"\n").removesuffix(b"\r")
            if rest.startswith(b"--"):
                return
            start = min(after + len(rest) + 1, len(body))
        at = after
    if start is not None:
        yield body[start:]


def _document(item: Input, part: _Part, leaves: list[_Part], record: int) -> Record:
    """A message's own words with what its headers say."""
    head = part.head
    texts = [leaf for leaf in leaves if leaf.head.get_content_type() in _READABLE]
    inline = [leaf for leaf in texts if leaf.head.get_content_disposition() != "attachment"] or texts
    text = "\n".join(said for leaf in inline if (said := _text(item, leaf)).strip()) if len(inline) > 1 else ""
    if len(inline) == 1:
        text = _text(item, inline[0])
    name, address = _address(head, "from")
    ids = _MESSAGE_ID.findall(head["message-id"] or "")
    replied = _MESSAGE_ID.findall(head["in-reply-to"] or "")[:1] or _MESSAGE_ID.findall(head["references"] or "")[-1:]
    own = f"{item.path}#{record}" + (f"/{part.number}" if part.number else "")
    number = inline[0].number if inline else part.number
    return item.document(
        text,
        record,
        id=ids[0] if ids else own,
        default_channel="email",
        author=_decoded(name) or address,
        created_at=_date(head["date"] or ""),
        parent=replied[0] if replied else None,
        role=_role(head, address),
        title=_words(head, "subject"),
        part=number,
    )


def _text(item: Input, part: _Part) -> str:
    """A part after transfer and charset decoding, HTML as its text."""
    data = _transferred(part)
    charset = part.head.get_content_charset()
    if part.head.get_content_subtype() != "html":
        return item.decode(data, charset)
    from servicegap.readers.markup import declared_charset, text_of

    return text_of(item.decode(data, charset or declared_charset(data)), quotes=True)


def _transferred(part: _Part) -> bytes:
    coding = (part.head["content-transfer-encoding"] or "").strip().lower()
    if coding == "quoted-printable":
        return binascii.a2b_qp(part.body)
    if coding != "base64":
        return part.body
    letters = part.body.translate(None, _NOT_BASE64)
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))


def _words(head: Message, name: str) -> str:
    """A header with its encoded words decoded, on one line."""
    return _decoded(str(head[name] or ""))


def _decoded(raw: str) -> str:
    if "=?" in raw:
        try:
            pieces = decode_header(raw)
        except (ValueError, LookupError, binascii.Error, HeaderParseError):
            pieces = [(raw, None)]
        raw = "".join(decode(piece, charset)[0] if isinstance(piece, bytes) else piece for piece, charset in pieces)
    return " ".join(raw.split())


def _address(head: Message, name: str) -> tuple[str, str]:
    """The name and the address of a header that holds one; empty where its comments nest without end."""
    try:
        return parseaddr(str(head[name] or ""))
    except RecursionError:
        return "", ""


def _date(value: str) -> str | None:
    try:
        return parsedate_to_datetime(value).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return value


def _role(head: Message, address: str) -> Role:
    """Whose message it is, by its headers and the sender's address.

    Machines first: automatic replies, bulk mail, reports and bounces. A support address speaks
    for the company, unless it passes on a form that is to be answered to another's domain; a
    no-reply address that answers is the company's, else a notice.
    """
    local, _, domain = address.lower().partition("@")
    names = {*re.split(r"[^a-z]+", local), re.sub(r"[^a-z]", "", local)}
    replying = "in-reply-to" in head or "references" in head or _words(head, "subject").lower().startswith("re:")
    if (
        (head["auto-submitted"] or "no").strip().lower() != "no"
        or (head["precedence"] or "").strip().lower() in ("bulk", "junk", "auto_reply")
        or "x-autoreply" in head
        or "x-autorespond" in head
        or (head["return-path"] or "").strip() == "<>"
        or ("list-unsubscribe" in head and "list-post" not in head)
        or head.get_content_type() == "multipart/report"
        or (names & _ROBOTS and not replying)
    ):
        return "automatic"
    if not names & (_SUPPORT | _ROBOTS) or domain.partition(".")[0] in _FREE_MAIL:
        return "customer"
    answer_to = _address(head, "reply-to")[1].lower().partition("@")[2]
    return "customer" if answer_to and answer_to != domain else "agent"
