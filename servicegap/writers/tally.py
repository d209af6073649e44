"""What a report keeps of a stream of results: counts, and the best of what can be quoted, in bounded memory."""

from __future__ import annotations

import heapq
import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from servicegap.types import MAX_EVIDENCE, Evidence, Gap, Result

QUOTES = 8
"""Quotes kept of each failure type, and of each signal."""
DOCUMENTS = 500
"""Rows in the table of documents."""
GAPS = 200
"""Rows in the table of gaps."""
NAMES = 120
"""Channels, months, models and so on that are counted apart; further ones are counted together as `OTHER`."""
CONTEXT = 160
"""Code points of context on either side of a quote."""
LONGEST_NAME = 120
OTHER = "(other)"
UNKNOWN = "(unknown)"

_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])(?![0-9])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")

Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Where:
    """A document as the report names it."""

    id: str
    channel: str
    month: str
    date: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Evidence with the words around it, and the document that it stands in."""

    where: Where
    before: str
    evidence: str
    after: str
    probability: float
    band: str | None


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document and what was found in it."""

    where: Where
    complaint_probability: float | None
    failures: tuple[tuple[str, float], ...]
    signals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GapRow:
    """A promise and what came of it."""

    where: Where
    promise: str
    action: str
    due: str
    outcome: str
    status: str


@dataclass(slots=True)
class Count:
    """Documents of one kind, and how many of them are complaints and carry a failure."""

    documents: int = 0
    complaints: int = 0
    failing: int = 0

    def add(self, result: Result) -> None:
        """Count one document."""
        self.documents += 1
        self.complaints += bool(result.complaint)
        self.failing += bool(result.failures)


class Shelf(Generic[Name]):
    """Counts by name, at most `NAMES` of them apart and the rest under `OTHER`."""

    __slots__ = ("_other", "counts")

    def __init__(self, other: Name) -> None:
        self.counts: dict[Name, Count] = {}
        self._other = other

    def place(self, name: Name) -> Name:
        """The name under which this one is counted."""
        return name if name in self.counts or len(self.counts) < NAMES else self._other

    def add(self, name: Name, result: Result) -> None:
        """Count one document under a name."""
        self.counts.setdefault(self.place(name), Count()).add(result)


class Best:
    """The `QUOTES` most probable quotes, the earlier first among equals, no words twice."""

    __slots__ = ("_heap", "_turn")

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Quote]] = []
        self._turn = 0

    def offer(self, result: Result, where: Where, span: Evidence, probability: float, band: str | None) -> None:
        """Keep a piece of evidence if it is among the best."""
        self._turn -= 1
        if len(self._heap) == QUOTES and probability <= self._heap[0][0]:
            return
        text = _clip(span.text, MAX_EVIDENCE)
        for place, (kept, _, quote) in enumerate(self._heap):
            if quote.evidence == text:
                if probability <= kept:
                    return
                del self._heap[place]
                heapq.heapify(self._heap)
                break
        before, after = _context(result.document.text, span)
        entry = (probability, self._turn, Quote(where, before, text, after, probability, band))
        (heapq.heapreplace if len(self._heap) == QUOTES else heapq.heappush)(self._heap, entry)

    def __iter__(self) -> Iterator[Quote]:
        return (entry[2] for entry in sorted(self._heap, key=lambda entry: entry[:2], reverse=True))


@dataclass(slots=True)
class Tally:
    """Everything that a report shows; a model goes with its digest and taxonomy."""

    total: Count = field(default_factory=Count)
    statuses: Shelf[str] = field(default_factory=lambda: Shelf(OTHER))
    channels: Shelf[str] = field(default_factory=lambda: Shelf(OTHER))
    months: Shelf[str] = field(default_factory=lambda: Shelf(OTHER))
    families: Shelf[str] = field(default_factory=lambda: Shelf(OTHER))
    types: Shelf[str] = field(default_factory=lambda: Shelf(OTHER))
    family_of: dict[str, str] = field(default_factory=dict)
    signals: Shelf[str] = field(default_factory=lambda: Shelf(OTHER))
    gaps: Shelf[str] = field(default_factory=lambda: Shelf(OTHER))
    models: Shelf[tuple[str, str, str]] = field(default_factory=lambda: Shelf((OTHER, "", "")))
    type_quotes: dict[str, Best] = field(default_factory=dict)
    signal_quotes: dict[str, Best] = field(default_factory=dict)
    document_rows: list[DocumentRow] = field(default_factory=list)
    document_total: int = 0
    gap_rows: list[GapRow] = field(default_factory=list)
    gap_total: int = 0

    def add(self, result: Result) -> None:
        """Take in one result."""
        where = self._where(result)
        self.total.add(result)
        self.statuses.add(result.status, result)
        self.models.add((_name(result.model), _name(result.digest), _name(result.taxonomy)), result)
        self.channels.add(where.channel, result)
        self.months.add(where.month, result)
        for family in dict.fromkeys(_name(failure.family) for failure in result.failures):
            self.families.add(family, result)
        for failure in result.failures:
            kind = self.types.place(_name(failure.type))
            self.types.add(kind, result)
            self.family_of.setdefault(kind, self.families.place(_name(failure.family)))
            for span in failure.evidence[:1]:
                self.type_quotes.setdefault(kind, Best()).offer(result, where, span, failure.probability, failure.band)
        for signal in result.signals:
            name = self.signals.place(_name(signal.signal))
            self.signals.add(name, result)
            for span in signal.evidence[:1]:
                self.signal_quotes.setdefault(name, Best()).offer(result, where, span, signal.probability, None)
        self._list(result, where)

    def _list(self, result: Result, where: Where) -> None:
        if result.failures or result.signals:
            self.document_total += 1
            if len(self.document_rows) < DOCUMENTS:
                failures = tuple(
                    (self.types.place(_name(failure.type)), failure.probability) for failure in result.failures[:NAMES]
                )
                signals = tuple(self.signals.place(_name(signal.signal)) for signal in result.signals[:NAMES])
                self.document_rows.append(DocumentRow(where, result.complaint_probability, failures, signals))
        for gap in result.gaps:
            self.gap_total += 1
            self.gaps.add(_name(gap.status), result)
            if len(self.gap_rows) < GAPS:
                self.gap_rows.append(_gap_row(where, gap))

    def _where(self, result: Result) -> Where:
        document = result.document
        source = document.source
        place = f"{source.path or UNKNOWN}#{source.record}" if source.record is not None else source.path
        date = document.created_at or ""
        month, day = _MONTH.match(date), _DAY.match(date)
        return Where(
            id=_name(document.id or place),
            channel=self.channels.place(_name(document.channel)),
            month=self.months.place(month[0] if month else UNKNOWN),
            date=day[0] if day else _clip(date, 24),
        )


def _gap_row(where: Where, gap: Gap) -> GapRow:
    last = gap.outcomes[-1] if gap.outcomes else None
    return GapRow(
        where=where,
        promise=_clip(gap.promise.text, MAX_EVIDENCE),
        action=_name(gap.action),
        due=_clip(gap.due.text, MAX_EVIDENCE) if gap.due else "",
        outcome=_clip(last.text, MAX_EVIDENCE) if last else "",
        status=_name(gap.status),
    )


def _context(text: str | None, span: Evidence) -> tuple[str, str]:
    """The words before and after a span, where the text is at hand and agrees with it."""
    if text is None or text[span.start : span.end] != span.text:
        return "", ""
    before = text[max(0, span.start - CONTEXT) : span.start]
    after = text[span.end : span.end + CONTEXT]
    if span.start > CONTEXT:
        before = f"… {before.partition(' ')[2] or before}"
    if len(text) > span.end + CONTEXT:
        after = f"{after.rpartition(' ')[0] or after} …"
    return before, after


def _name(text: str | None) -> str:
    return _clip(text, LONGEST_NAME) if text else UNKNOWN


def _clip(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
