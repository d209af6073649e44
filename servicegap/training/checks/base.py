"""What checks read and what they report."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from servicegap.training import corpus
from servicegap.training.checks import form
from servicegap.training.split import CHALLENGE, SHARES, assign
from servicegap.types import Span

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


class Flag(NamedTuple):
    """A record to look at, or a label, and why; never its text."""

    id: str
    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What one check found.

    Attributes
    ----------
    name : str
    score : float
        From 0 to 1, 1 where nothing is wrong.
    summary : str
        One line.
    flags : tuple of Flag
    hard : bool
        Whether a flag means that the corpus must not be used.
    figures : mapping
        Details by label, JSON-ready.
    """

    name: str
    score: float
    summary: str
    flags: tuple[Flag, ...] = ()
    hard: bool = False
    figures: Mapping[str, Any] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether the corpus must not be used as it is."""
        return self.hard and bool(self.flags)

    def to_dict(self) -> dict[str, Any]:
        """As a JSON-ready mapping."""
        return {
            "check": self.name,
            "score": round(self.score, 4),
            "hard": self.hard,
            "failed": self.failed,
            "summary": self.summary,
            "flags": [flag._asdict() for flag in self.flags],
            "figures": dict(self.figures),
        }


class Quote(NamedTuple):
    """A span of a record and what it is evidence of: `failure`, `signal`, `promise`, `due` or `outcome`."""

    kind: str
    label: str
    span: Span


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a corpus, sound or not.

    Attributes
    ----------
    place : str
        File and line.
    row : mapping
        As it stands in the file; empty where it cannot be read.
    text : str or None
        None for a stand-off record whose text is not there.
    problem : str or None
        Why it is no record.
    """

    place: str
    row: Mapping[str, Any]
    text: str | None
    problem: str | None = None

    @property
    def id(self) -> str:
        """The record's id, or its place where it has none."""
        found = self.row.get("id")
        return found if isinstance(found, str) and found else self.place

    @property
    def own(self) -> bool:
        """Whether the corpus itself holds the text."""
        return "text" in self.row

    @property
    def author(self) -> str | None:
        """Made-up key of the writer."""
        return self.row.get("author")

    @property
    def situation(self) -> str | None:
        """Made-up key of the event."""
        return self.row.get("situation")

    @property
    def split(self) -> str | None:
        """The split that the file gives."""
        return self.row.get("split")

    @property
    def types(self) -> frozenset[str]:
        """The failure types listed."""
        return frozenset(failure["type"] for failure in self.row["failures"])

    @property
    def doubtful(self) -> frozenset[str]:
        """Types that count neither way."""
        return frozenset(self.row.get("doubtful", ()))

    @property
    def gaps(self) -> Sequence[Mapping[str, Any]]:
        """The promises and what came of them."""
        return tuple(self.row["gaps"])

    def quotes(self) -> Iterator[Quote]:
        """Every span of the record."""
        for failure in self.row["failures"]:
            for span in failure["evidence"]:
                yield Quote("failure", failure["type"], Span(span["start"], span["end"]))
        for signal in self.row["signals"]:
            for span in () if isinstance(signal, str) else signal["evidence"]:
                yield Quote("signal", signal["signal"], Span(span["start"], span["end"]))
        for gap in self.gaps:
            named = [("promise", gap["promise"]), ("due", gap.get("due"))]
            named += [("outcome", outcome) for outcome in outcomes(gap)]
            for kind, span in named:
                if span is not None:
                    yield Quote(kind, gap["action"], Span(span["start"], span["end"]))


def outcomes(gap: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Outcomes of a gap, in order; older records have one at most."""
    single = gap.get("outcome")
    return list(gap.get("outcomes", ())) or ([single] if single is not None else [])


def entries(folder: Path) -> list[Entry]:
    """Read every line of a corpus, sound or not.

    Parameters
    ----------
    folder : pathlib.Path
        A corpus folder, or one file of records.

    Raises
    ------
    CorpusError
        SG-C004 where there is no file of records.
    """
    found = []
    for path in corpus.files(folder):
        with path.open("rb") as lines:
            found += [_entry(f"{path}:{number}", line) for number, line in enumerate(lines, 1)]
    return found


def with_pool(found: Sequence[Entry], data: Path) -> list[Entry]:
    """Add the texts of stand-off records, as far as the folder has them."""
    lacking = {entry.id for entry in found if entry.text is None and entry.problem is None}
    texts = corpus.texts_of(data, wanted=lacking) if lacking else {}
    return [
        replace(entry, text=texts.get(entry.id)) if entry.text is None and entry.problem is None else entry
        for entry in found
    ]


def _entry(place: str, line: bytes) -> Entry:
    try:
        row = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        return Entry(place, {}, None, f"is no JSON in UTF-8 ({type(error).__name__})")
    if problem := form.problem(row):
        return Entry(place, row if isinstance(row, dict) else {}, None, problem)
    return Entry(place, row, row.get("text"))


def sound(found: Iterable[Entry]) -> list[Entry]:
    """Those that are records, in order."""
    return [entry for entry in found if entry.problem is None]


def with_text(found: Iterable[Entry]) -> list[tuple[Entry, str]]:
    """Those that are records and whose text is there, with it."""
    return [(entry, entry.text) for entry in found if entry.problem is None and entry.text is not None]


def splits(found: Sequence[Entry]) -> dict[str, str]:
    """Split by id of records; only own texts can be a challenge."""
    others = {name: share for name, share in SHARES.items() if name != CHALLENGE}
    return assign(entry for entry in found if entry.own) | assign(
        (entry for entry in found if not entry.own), shares=others
    )


def words(text: str) -> list[str]:
    """Words and numbers in lower case.

    Examples
    --------
    >>> words("They DIDN'T pay: 49.99!")
    ['they', "didn't", 'pay', '49', '99']
    """
    return _WORD.findall(text.lower())


def sound_share(flags: Iterable[Flag], total: int) -> float:
    """The share of records without a flag, 1 where there are none."""
    return 1.0 - len({flag.place for flag in flags}) / total if total else 1.0


def counted(number: int, of: int, what: str) -> str:
    """`12 of 890 texts (1.3%)`, to begin a summary with.

    Examples
    --------
    >>> counted(12, 890, "texts")
    '12 of 890 texts (1.3%)'
    """
    return f"{number} of {of} {what} ({number / max(1, of):.1%})"
