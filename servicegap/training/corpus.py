"""Corpora: labeled texts, one JSON object a line, read into records.

The form of a record is in `docs/corpus-format.md`. Stand-off corpora hold no text; it is looked
up by id in the folder named by the environment variable `SERVICEGAP_DATA`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from servicegap.errors import CorpusError
from servicegap.taxonomy import load as taxonomy
from servicegap.types import Span

POOL = ("train_pool/cfpb.jsonl", "train_pool/cfpb_noid.jsonl")
"""Files below `SERVICEGAP_DATA` that stand-off labels refer to."""


@dataclass(frozen=True, slots=True)
class Record:
    """A labeled text.

    Attributes
    ----------
    failures, signals : mapping of str to tuple of Span
        Evidence by type and by signal; a signal of older records may have none.
    partial : frozenset of str
        Types whose evidence is not exhaustive: other sentences may show them too.
    doubtful : frozenset of str
        Types that a second reader could add or drop.
    gaps : tuple of mapping
        As they stand in the file.
    """

    id: str
    text: str
    complaint: bool
    failures: Mapping[str, tuple[Span, ...]]
    signals: Mapping[str, tuple[Span, ...]]
    doubtful: frozenset[str] = frozenset()
    partial: frozenset[str] = frozenset()
    gaps: tuple[Mapping[str, Any], ...] = ()
    channel: str | None = None
    industry: str | None = None
    author: str | None = None
    situation: str | None = None
    split: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


def files(folder: Path) -> list[Path]:
    """Return the record files of a corpus: all `.jsonl` files in its folder, or the file itself."""
    found = [folder] if folder.is_file() else sorted(folder.glob("*.jsonl"))
    if not found:
        raise CorpusError("SG-C004", str(folder), "found no .jsonl file, wanted a corpus folder or file.")
    return found


def digest(folder: Path) -> str:
    """`sha256:` digest of a corpus: of its files' names and bytes, in order."""
    total = hashlib.sha256()
    for path in files(folder):
        total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return "sha256:" + total.hexdigest()


def texts_of(data: Path, *, wanted: Iterable[str] | None = None) -> dict[str, str]:
    """Texts of the pool by id, those wanted or all."""
    ids = set(wanted) if wanted is not None else None
    found = {}
    for name in POOL:
        path = data / name
        if path.is_file():
            with path.open(encoding="utf-8") as lines:
                for line in lines:
                    row = json.loads(line)
                    if ids is None or row["id"] in ids:
                        found[row["id"]] = row["text"]
    return found


def read(folder: Path, *, texts: Mapping[str, str] | None = None) -> Iterator[Record]:
    """Read a corpus, checking every label and span.

    Parameters
    ----------
    folder : pathlib.Path
        A corpus folder, or one file of records.
    texts : mapping of str to str, optional
        Texts by id, for stand-off records; one whose text is not there is left out.

    Raises
    ------
    CorpusError
        SG-C001 to SG-C003 with file and line.
    """
    scheme = taxonomy()
    known = frozenset(scheme.type_ids), frozenset(scheme.signal_ids)
    for path in files(folder):
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                place = f"{path.name}:{number}"
                try:
                    row = json.loads(line.decode("utf-8"))
                    text = row["text"] if "text" in row else (texts or {}).get(row["id"])
                    if text is not None:
                        yield _record(row, text, known, place)
                except (ValueError, KeyError, TypeError) as error:
                    raise CorpusError("SG-C001", place, f"is no corpus record ({type(error).__name__}).") from None


def _record(row: Mapping[str, Any], text: str, known: tuple[frozenset[str], frozenset[str]], place: str) -> Record:
    types, signals = known
    failures: dict[str, tuple[Span, ...]] = {}
    partial = set()
    for failure in row["failures"]:
        label = _known(failure["type"], types, place)
        failures[label] = failures.get(label, ()) + _spans(failure["evidence"], text, place)
        if not failure.get("exhaustive", False):
            partial.add(label)
    named: dict[str, tuple[Span, ...]] = {}
    for signal in row["signals"]:
        if isinstance(signal, str):
            named[_known(signal, signals, place)] = ()
        else:
            named[_known(signal["signal"], signals, place)] = _spans(signal["evidence"], text, place)
    return Record(
        id=row["id"],
        text=text,
        complaint=bool(row["complaint"]),
        failures=failures,
        signals=named,
        doubtful=frozenset(_known(label, types, place) for label in row.get("doubtful", ())),
        partial=frozenset(partial),
        gaps=tuple(row.get("gaps", ())),
        channel=row.get("channel"),
        industry=row.get("industry"),
        author=row.get("author"),
        situation=row.get("situation"),
        split=row.get("split"),
        extra={"language": row["language"]} if "language" in row else {},
    )


def _known(label: str, known: frozenset[str], place: str) -> str:
    if label not in known:
        raise CorpusError("SG-C003", place, f"found label {label!r}, which taxonomy 1 does not have.")
    return label


def _spans(rows: Iterable[Mapping[str, int]], text: str, place: str) -> tuple[Span, ...]:
    spans = tuple(Span(row["start"], row["end"]) for row in rows)
    for span in spans:
        if not 0 <= span.start < span.end <= len(text):
            raise CorpusError("SG-C002", place, f"span {span.start}-{span.end} lies outside a text of {len(text)}.")
    return spans
