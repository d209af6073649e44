"""What a corpus holds, beside what it should hold."""

from __future__ import annotations

import math
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from servicegap.taxonomy import load as taxonomy
from servicegap.training.checks.balance import band
from servicegap.training.checks.base import Entry, outcomes, sound, splits, with_text, words
from servicegap.training.checks.labels import CHANNELS

LEAST_OF_TYPE: Mapping[str, int] = {"spans": 300, "texts": 250, "industries": 8, "look_alikes": 100}
"""What each type needs in a corpus of own texts."""

_TELLTALES = 15
_TOGETHER = 2
_COMMON = 0.02
_SENTENCE = re.compile(r"[.!?\n]+")


class Target(NamedTuple):
    """A figure beside the one that is wanted."""

    what: str
    found: float
    wanted: float
    met: bool


def measure(found: Sequence[Entry]) -> dict[str, Any]:
    """Count what a corpus holds.

    A type counts in a text where it is listed and not doubtful. `look_alikes` are texts that speak
    a type's words without showing it: a sentence has two of the fifteen words that set the type's
    quotes apart from all texts (log-odds with a prior: Monroe, Colaresi, Quinn, Political Analysis
    2008; words of over 2% of sentences and numbers apart), and the type is neither listed nor
    doubtful.

    Parameters
    ----------
    found : sequence of Entry
        Lines of one corpus or several; those that are no record are left out.

    Returns
    -------
    dict
        JSON-ready.
    """
    records = sound(found)
    here = with_text(found)
    lengths = sorted(len(words(text)) for _, text in here)
    gaps = [gap for entry in records for gap in entry.gaps]
    signals = Counter(
        signal if isinstance(signal, str) else signal["signal"] for entry in records for signal in entry.row["signals"]
    )
    return {
        "texts": len(records),
        "texts_here": len(here),
        "own": sum(entry.own for entry in records),
        "complaints": sum(entry.row["complaint"] for entry in records),
        "without_failure": sum(not entry.row["failures"] for entry in records),
        "channels": _ordered(Counter(entry.row.get("channel") or "unknown" for entry in records)),
        "industries": _ordered(Counter(_industry(entry) for entry in records)),
        "lengths": dict(Counter(map(band, lengths))),
        "words": {"least": lengths[0], "median": int(statistics.median(lengths)), "most": lengths[-1]} if here else {},
        "readers": {str(n): count for n, count in sorted(Counter(e.row.get("readers", 1) for e in records).items())},
        "splits": _ordered(Counter(splits(records).values())),
        "types": _types(records, here),
        "signals": {name: signals[name] for name in taxonomy().signal_ids},
        "gaps": {
            "texts": sum(bool(entry.gaps) for entry in records),
            "texts_with_updates": sum(any(len(outcomes(gap)) > 1 for gap in entry.gaps) for entry in records),
            "gaps": len(gaps),
            "dated": sum(gap.get("due") is not None for gap in gaps),
            "status": _ordered(Counter(gap["status"] for gap in gaps)),
            "action": _ordered(Counter(gap["action"] for gap in gaps)),
        },
    }


def targets(figures: Mapping[str, Any]) -> list[Target]:
    """Set the figures of `measure` beside what a corpus of own texts, or of labels alone, should hold.

    Examples
    --------
    >>> [target.what for target in targets(measure([])) if target.met]
    []
    """
    texts = figures["texts"]
    twice = sum(count for readers, count in figures["readers"].items() if int(readers) > 1)
    readers = _least("share read twice", twice / max(1, texts), 0.1)
    if texts and not figures["own"]:
        return [_least("texts", texts, 3000), readers]
    gaps, types = figures["gaps"], figures["types"].values()
    return [
        _least("texts", texts, 9000),
        _least("channels", sum(name in CHANNELS for name in figures["channels"]), len(CHANNELS)),
        _least("industries", sum(name != "unknown" for name in figures["industries"]), 22),
        _least("most words", figures["words"].get("most", 0), 1200),
        _least("share without failure", figures["without_failure"] / max(1, texts), 1 / 3),
        _least("texts with gaps", gaps["texts"], 1500),
        _least("statuses of gaps", len(gaps["status"]), len(taxonomy().status_ids)),
        _least("texts with updates", gaps["texts_with_updates"], 300),
        readers,
        *(
            _least(f"types with {least} {what.replace('_', '-')}", sum(row[what] >= least for row in types), len(types))
            for what, least in LEAST_OF_TYPE.items()
        ),
    ]


def _least(what: str, found: float, wanted: float) -> Target:
    return Target(what, round(found, 4), round(wanted, 4), found >= wanted)


def _industry(entry: Entry) -> str:
    return (entry.row.get("industry") or "unknown").casefold()


def _types(records: Sequence[Entry], here: Sequence[tuple[Entry, str]]) -> dict[str, dict[str, int]]:
    rows: dict[str, dict[str, int]] = {}
    spoken = _look_alikes(here)
    for label in taxonomy().type_ids:
        listed = [entry for entry in records if label in entry.types and label not in entry.doubtful]
        rows[label] = {
            "spans": sum(quote.kind == "failure" and quote.label == label for e in listed for quote in e.quotes()),
            "texts": len(listed),
            "industries": len({_industry(entry) for entry in listed} - {"unknown"}),
            "channels": len({entry.row.get("channel") for entry in listed} - {None}),
            "doubtful": sum(label in entry.doubtful for entry in records),
            "look_alikes": spoken[label],
        }
    return rows


def _look_alikes(here: Sequence[tuple[Entry, str]]) -> Counter[str]:
    """How many texts speak a type's words without showing it."""
    sentences = [[frozenset(words(sentence)) for sentence in _SENTENCE.split(text)] for _, text in here]
    quoted: dict[str, Counter[str]] = defaultdict(Counter)
    everything: Counter[str] = Counter()
    for (entry, text), cut in zip(here, sentences, strict=True):
        everything.update(word for sentence in cut for word in sentence)
        for quote in entry.quotes():
            if quote.kind == "failure":
                quoted[quote.label].update(set(words(text[quote.span.start : quote.span.end])))
    marks: dict[str, set[str]] = defaultdict(set)
    for label, counts in quoted.items():
        for word in _telltales(counts, everything, most=_COMMON * sum(map(len, sentences))):
            marks[word].add(label)
    spoken: Counter[str] = Counter()
    for (entry, _), cut in zip(here, sentences, strict=True):
        said: set[str] = set()
        for sentence in cut:
            together = Counter(label for word in sentence for label in marks.get(word, ()))
            said.update(label for label, number in together.items() if number >= _TOGETHER)
        spoken.update(said - entry.types - entry.doubtful)
    return spoken


def _telltales(counts: Counter[str], everything: Counter[str], *, most: float) -> list[str]:
    """The words that set some texts apart from all, of those that stand in few sentences."""

    def scored() -> Iterator[tuple[float, str]]:
        inside, outside = counts.total(), everything.total()
        for word, n in counts.items():
            prior = everything[word]
            # a quote that cuts a word holds one that no sentence has
            if not prior or prior > most or word.isdigit():
                continue
            odds = math.log((n + 0.01 * prior) / (1.01 * inside - n - 0.01 * prior + 1))
            odds -= math.log(prior / (outside - prior + 1))
            yield odds / math.sqrt(1 / (n + 0.01 * prior) + 1 / prior), word

    return [word for _, word in sorted(scored(), key=lambda pair: (-pair[0], pair[1]))[:_TELLTALES]]


def _ordered(counts: Counter[str]) -> dict[str, int]:
    """The most frequent first, then by name."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
