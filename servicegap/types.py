"""The records that travel through the house: immutable, without a dictionary, standard library only.

Those that are made by the million are named tuples, which are built three times as fast as
frozen dataclasses; the rarer ones are dataclasses.

Offsets everywhere are half-open, in Unicode code points, into `Document.text`, the
original text before any cleaning.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Literal, NamedTuple

Role = Literal["customer", "agent", "automatic"]
PartRole = Literal["customer", "quoted_agent", "quoted_customer", "signature", "boilerplate"]
Status = Literal["scored", "skipped_language", "skipped_role", "empty"]
Band = Literal["high", "medium", "low"]

MAX_EVIDENCE = 300
"""Longest evidence span, in code points."""


class Span(NamedTuple):
    """A half-open stretch `[start, end)` of a text, in code points."""

    start: int
    end: int


class Part(NamedTuple):
    """A stretch of a document and whose words they are."""

    start: int
    end: int
    role: PartRole


class Sentence(NamedTuple):
    """A sentence, or a part of one, and the tokens `[first, last)` that it holds."""

    start: int
    end: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document came from.

    `path` is relative to the input that was named, `record` counts from 0 within the
    file, `part` names what lies below the record (a MIME part, a JSON pointer), and
    `start` is the offset of the text within a text file that holds several documents.
    """

    path: str | None = None
    record: int | None = None
    part: str | None = None
    start: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """As a JSON-ready mapping, without what is unknown."""
        pairs = (("path", self.path), ("record", self.record), ("part", self.part), ("start", self.start))
        return {name: value for name, value in pairs if value is not None}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Source:
        """Read what `to_dict` wrote; fields added later are ignored."""
        return cls(data.get("path"), data.get("record"), data.get("part"), data.get("start"))


NOWHERE = Source()


class Document(NamedTuple):
    """One writer's message.

    Attributes
    ----------
    text : str or None
        The original text; `None` only in a result read back from a file that did not
        carry the texts.
    id : str or None
        The record's own id, or what the reader made of path and number.
    channel : str or None
        `email`, `thread`, `blog`, `comment`, `forum`, `social`, `review`, `form`, `chat`.
    author, parent, title : str or None
    created_at : str or None
        ISO 8601, to the precision that the source gave.
    role : {'customer', 'agent', 'automatic'}
        Whose message it is; only a customer's is labeled.
    source : Source
    sha256 : str or None
        Digest of the text where the text itself is absent.
    """

    text: str | None
    id: str | None = None
    channel: str | None = None
    author: str | None = None
    created_at: str | None = None
    parent: str | None = None
    role: Role = "customer"
    title: str | None = None
    source: Source = NOWHERE
    sha256: str | None = None

    @property
    def text_sha256(self) -> str | None:
        """Hex digest of the text in UTF-8 (lone surrogates as they are)."""
        if self.text is None:
            return self.sha256
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class ReadFailure:
    """A record that could not be read: where, a code, and a reason without any text of it."""

    source: Source
    code: str
    reason: str
    id: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """As a JSON-ready mapping, a line of the quarantine file."""
        return {"id": self.id, "source": self.source.to_dict(), "code": self.code, "reason": self.reason}


class Evidence(NamedTuple):
    """A quoted span of the original text, at most `MAX_EVIDENCE` long."""

    start: int
    end: int
    text: str

    def to_dict(self) -> dict[str, Any]:
        """As a JSON-ready mapping."""
        return {"start": self.start, "end": self.end, "text": self.text}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Evidence:
        """Read what `to_dict` wrote."""
        return cls(data["start"], data["end"], data["text"])


class Failure(NamedTuple):
    """A failure type at or over its threshold, with the words that prove it, best first."""

    type: str
    family: str
    probability: float
    band: Band
    evidence: tuple[Evidence, ...]

    def to_dict(self) -> dict[str, Any]:
        """As a JSON-ready mapping."""
        return {
            "type": self.type,
            "family": self.family,
            "probability": self.probability,
            "band": self.band,
            "evidence": [span.to_dict() for span in self.evidence],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Failure:
        """Read what `to_dict` wrote."""
        evidence = tuple(Evidence.from_dict(span) for span in data["evidence"])
        return cls(data["type"], data["family"], data["probability"], data["band"], evidence)


class Signal(NamedTuple):
    """A triage signal at or over its threshold."""

    signal: str
    probability: float
    evidence: tuple[Evidence, ...]

    def to_dict(self) -> dict[str, Any]:
        """As a JSON-ready mapping."""
        return {
            "signal": self.signal,
            "probability": self.probability,
            "evidence": [span.to_dict() for span in self.evidence],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Signal:
        """Read what `to_dict` wrote."""
        evidence = tuple(Evidence.from_dict(span) for span in data["evidence"])
        return cls(data["signal"], data["probability"], evidence)


@dataclass(frozen=True, slots=True)
class Due:
    """When a promise fell due: the words, and the interval they mean where it is known."""

    start: int
    end: int
    text: str
    from_: str | None = None
    to: str | None = None
    ambiguous: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As a JSON-ready mapping; `from_` is written `from`."""
        return {
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "from": self.from_,
            "to": self.to,
            "ambiguous": self.ambiguous,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Due:
        """Read what `to_dict` wrote."""
        return cls(data["start"], data["end"], data["text"], data["from"], data["to"], data["ambiguous"])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a promise, by the text."""

    start: int
    end: int
    text: str
    status: str
    at: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """As a JSON-ready mapping."""
        return {"start": self.start, "end": self.end, "text": self.text, "status": self.status, "at": self.at}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Outcome:
        """Read what `to_dict` wrote."""
        return cls(data["start"], data["end"], data["text"], data["status"], data["at"])


@dataclass(frozen=True, slots=True)
class Gap:
    """A promise and its outcomes; the last outcome known decides the status."""

    promise: Evidence
    action: str
    status: str
    who: str | None = None
    due: Due | None = None
    outcomes: tuple[Outcome, ...] = ()
    late_by_hours: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """As a JSON-ready mapping."""
        return {
            "promise": self.promise.to_dict(),
            "action": self.action,
            "who": self.who,
            "due": self.due.to_dict() if self.due else None,
            "outcomes": [outcome.to_dict() for outcome in self.outcomes],
            "status": self.status,
            "late_by_hours": self.late_by_hours,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Gap:
        """Read what `to_dict` wrote."""
        return cls(
            promise=Evidence.from_dict(data["promise"]),
            action=data["action"],
            status=data["status"],
            who=data["who"],
            due=Due.from_dict(data["due"]) if data["due"] else None,
            outcomes=tuple(Outcome.from_dict(outcome) for outcome in data["outcomes"]),
            late_by_hours=data["late_by_hours"],
        )


class Result(NamedTuple):
    """What the model says of one document: the public contract, `docs/result.schema.json`.

    `complaint` is `None` where the document was not scored. `probabilities` (every
    failure type) is there only when asked for.
    """

    document: Document
    status: Status
    model: str
    digest: str
    taxonomy: str
    language: str | None = None
    complaint: bool | None = None
    complaint_probability: float | None = None
    failures: tuple[Failure, ...] = ()
    gaps: tuple[Gap, ...] = ()
    signals: tuple[Signal, ...] = ()
    probabilities: Mapping[str, float] | None = None

    @property
    def id(self) -> str | None:
        """The document's id."""
        return self.document.id

    @property
    def types(self) -> tuple[str, ...]:
        """The failure types found, most probable first."""
        return tuple(failure.type for failure in self.failures)

    def to_dict(self, *, with_text: bool = False) -> dict[str, Any]:
        """As a JSON-ready mapping, with the original text if asked for."""
        document = self.document
        data: dict[str, Any] = {
            "id": document.id,
            "status": self.status,
            "source": document.source.to_dict(),
            "channel": document.channel,
            "author": document.author,
            "created_at": document.created_at,
            "parent": document.parent,
            "role": document.role,
            "title": document.title,
            "language": self.language,
            "text_sha256": document.text_sha256,
            "complaint": self.complaint,
            "complaint_probability": self.complaint_probability,
            "failures": [failure.to_dict() for failure in self.failures],
            "gaps": [gap.to_dict() for gap in self.gaps],
            "signals": [signal.to_dict() for signal in self.signals],
            "model": self.model,
            "digest": self.digest,
            "taxonomy": self.taxonomy,
        }
        if self.probabilities is not None:
            data["probabilities"] = dict(self.probabilities)
        if with_text:
            data["text"] = document.text
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Result:
        """Read what `to_dict` wrote; fields added later are ignored."""
        document = Document(
            text=data.get("text"),
            id=data["id"],
            channel=data["channel"],
            author=data["author"],
            created_at=data["created_at"],
            parent=data["parent"],
            role=data["role"],
            title=data.get("title"),
            source=Source.from_dict(data["source"]),
            sha256=data["text_sha256"],
        )
        return cls(
            document=document,
            status=data["status"],
            model=data["model"],
            digest=data["digest"],
            taxonomy=data["taxonomy"],
            language=data["language"],
            complaint=data["complaint"],
            complaint_probability=data["complaint_probability"],
            failures=tuple(Failure.from_dict(failure) for failure in data["failures"]),
            gaps=tuple(Gap.from_dict(gap) for gap in data["gaps"]),
            signals=tuple(Signal.from_dict(signal) for signal in data["signals"]),
            probabilities=data.get("probabilities"),
        )

    def _repr_html_(self) -> str:
        """For notebooks: the text with its evidence marked, or the list of failures."""
        rows = "".join(
            f"<tr><td>{escape(failure.type)}</td><td>{failure.probability:.2f} {failure.band}</td>"
            f"<td>{'<br>'.join(escape(span.text) for span in failure.evidence)}</td></tr>"
            for failure in self.failures
        )
        head = f"{escape(self.status)}, complaint: {self.complaint}"
        return f"<p><b>{head}</b></p><table><tr><th>type</th><th>probability</th><th>evidence</th></tr>{rows}</table>"
