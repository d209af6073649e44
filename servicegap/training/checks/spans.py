"""Does every span lie in its text, as a quote that can be shown?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from servicegap.training.checks.base import Entry, Flag, Quote, Report, counted, sound, sound_share, with_text
from servicegap.types import MAX_EVIDENCE


def check(found: Sequence[Entry]) -> Report:
    """Flag spans outside their text, too long ones, and ones with white space at an edge."""
    records = sound(found)
    flags = tuple(
        Flag(entry.id, entry.place, reason)
        for entry in records
        for reason in _other_text(entry) or (reason for quote in entry.quotes() for reason in _wrong(entry.text, quote))
    )
    unseen = len(records) - len(with_text(found))
    summary = counted(len({flag.place for flag in flags}), len(records), "records") + " have a span that is wrong"
    summary += f"; the text of {unseen} is not there" if unseen else ""
    return Report("spans", sound_share(flags, len(records)), summary, flags, hard=True)


def _other_text(entry: Entry) -> list[str]:
    """Whether the text is not the one that was labeled, where the record says which that was."""
    labeled = entry.row.get("text_sha256")
    if entry.text is None or labeled is None:
        return []
    found = hashlib.sha256(entry.text.encode("utf-8", "surrogatepass")).hexdigest()
    return [] if found == labeled else ["the text is not the one that was labeled, by its digest"]


def _wrong(text: str | None, quote: Quote) -> Iterator[str]:
    start, end = quote.span
    named = f"{quote.kind} {quote.label} {start}-{end}"
    if start >= end:
        yield f"{named} is empty"
    elif end - start > MAX_EVIDENCE:
        yield f"{named} is longer than {MAX_EVIDENCE}"
    if text is None or start >= end:
        return
    if end > len(text):
        yield f"{named} lies outside a text of {len(text)}"
    elif text[start].isspace() or text[end - 1].isspace():
        yield f"{named} has white space at an edge"
