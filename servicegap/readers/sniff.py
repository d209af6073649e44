"""Which format a file is in, by its name and its first bytes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePath

from servicegap.readers.table import looks_tabular

FORMATS = ("mbox", "maildir", "eml", "html", "page", "text", "jsonl", "json", "csv", "tsv")
"""What can be read, by the names that `format` takes; `json` is social posts or an array of records."""

_SUFFIXES = {
    ".mbox": "mbox",
    ".mbx": "mbox",
    ".eml": "eml",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
}
_BINARY = (b"%PDF", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"PAR1", b"SQLite")
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x0b\x1b"))
_HEADERS = re.compile(
    rb"^(?:from|to|date|subject|message-id|received|return-path|mime-version|content-type|reply-to)[ \t]?:",
    re.I | re.M,
)
_FIRST_HEADER = re.compile(rb"[!-9;-~]{1,76}:[ \t]?[^\r\n]{0,998}\r?\n(?:[!-9;-~]{1,76}:|[ \t])")
_SOCIAL = re.compile(
    rb'(?<!\\)"(?:full_text|referenced_tweets|in_reply_to_status_id(?:_str)?|edit_history_tweet_ids|favourites_count|'
    rb'in_reply_to_account_id|orderedItems|inReplyTo|spoiler_text)"\s{0,3}:|"app\.bsky\.'
)
_HTML = re.compile(
    rb"\s{0,99}(?:<\?xml[^>]{0,200}>\s{0,99})?(?:<!--[^>]{0,999}-->\s{0,99})?<(?:!doctype\s+html|html|head|body)\b",
    re.I,
)


def sniff(name: str, head: bytes, decode: Callable[[bytes], str]) -> str | None:
    """The format of a file, or None if it is none of ours.

    Parameters
    ----------
    name : str
        Its name; a `.gz` at its end does not count.
    head : bytes
        Its first bytes, unpacked.
    decode : callable
        Bytes to text.

    Examples
    --------
    >>> sniff("a.txt.gz", b"It broke.", bytes.decode)
    'text'
    """
    path = PurePath(name.lower())
    known = _SUFFIXES.get(path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix)
    if is_binary(head):
        return None
    start = head.lstrip()
    if (
        head.startswith(b"From ")
        and known not in ("csv", "tsv", "html")
        and _FIRST_HEADER.match(head.partition(b"\n")[2])
    ):
        return "mbox"
    if start.startswith(b"window.") and b"=" in start[:200]:
        return "json"
    if known in ("json", "jsonl"):
        social = start[:1] != b"{" or _SOCIAL.search(head) is not None
        return "json" if known == "json" or (social and start) else "jsonl"
    return known or _by_content(start, decode)


def is_binary(head: bytes) -> bool:
    """Whether bytes are no text: a known beginning, or one control character in fifty."""
    return head.startswith(_BINARY) or len(head) - len(head.translate(None, _CONTROL)) > 0.02 * len(head)


def _by_content(start: bytes, decode: Callable[[bytes], str]) -> str:
    if _HTML.match(start):
        return "html"
    if start[:1] == b"{" and b'"' in start[:200]:
        line, end, _ = start.partition(b"\n")
        return "jsonl" if end and line.rstrip().endswith(b"}") and not _SOCIAL.search(start) else "json"
    if start.startswith(b"[") and start[1:].lstrip()[:1] in (b"{", b"]"):
        return "json"
    block = start.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    if _FIRST_HEADER.match(start) and len({match.lower() for match in _HEADERS.findall(block)}) >= 3:
        return "eml"
    if looks_tabular(start):
        return "csv"
    from servicegap.readers.page import looks_saved

    return "page" if looks_saved(decode(start)) else "text"
