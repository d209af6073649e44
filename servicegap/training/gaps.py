"""Gaps: how well they are found, and the fitting of the cues by which they are."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from servicegap.gaps import cues, ledger, outcomes, promises
from servicegap.gaps.clauses import Words, clauses, read
from servicegap.taxonomy import load as taxonomy
from servicegap.text.roles import mark
from servicegap.text.tokens import sentences
from servicegap.training.corpus import Record
from servicegap.types import MAX_EVIDENCE, Gap, Span

Finder = Callable[[Record], Sequence[Gap]]
Ints = npt.NDArray[np.int64]

FOLDS = 5
SETTINGS: Mapping[str, Mapping[str, float]] = {
    "promise": {"C": 0.2, "least": 4, "smallest": 4},
    "link": {"C": 0.1, "least": 4, "smallest": 3},
    "status": {"C": 0.01, "least": 4, "smallest": 1},
    "action": {"C": 0.02, "least": 4, "smallest": 2},
}
"""By table: strength of the fit, texts that a cue must stand in, and the least weight that is kept."""


def quoted(record: Record) -> list[Span]:
    """The stretches of a record in which an agent writes."""
    return [
        Span(part.start, part.end) for part in mark(record.text, channel=record.channel) if part.role == "quoted_agent"
    ]


def find(record: Record) -> tuple[Gap, ...]:
    """The gaps of a record as the library finds them."""
    return ledger.gaps(record.text, sentences(record.text), quoted=quoted(record))


def measure(records: Iterable[Record], find: Finder = find) -> dict[str, float | int]:
    """Measure gaps against their labels.

    A promise counts as found if a predicted span of at most `MAX_EVIDENCE` overlaps it; each
    prediction counts for one label. Status, action and due are those of the gaps found.

    Parameters
    ----------
    records : iterable of Record
    find : callable
        Gives the gaps of a record.

    Returns
    -------
    dict
        Figures rounded to four places: `promise_f1`, `promise_precision`, `promise_recall`, `status`,
        `action`, `due_f1`; and the counts `labeled`, `predicted`, `found`.
    """
    counts: Counter[str] = Counter()
    for record in records:
        predicted = [gap for gap in find(record) if gap.promise.end - gap.promise.start <= MAX_EVIDENCE]
        counts["labeled"] += len(record.gaps)
        counts["predicted"] += len(predicted)
        for label, gap in _paired(record.gaps, predicted):
            counts["found"] += 1
            counts["status"] += gap.status == label["status"]
            counts["action"] += gap.action == label["action"]
            counts["due_labeled"] += label["due"] is not None
            counts["due_predicted"] += gap.due is not None
            counts["due"] += bool(label["due"] and gap.due and _overlap(_span(label["due"]), gap.due))
    return {
        "promise_f1": _share(2 * counts["found"], counts["labeled"] + counts["predicted"]),
        "promise_precision": _share(counts["found"], counts["predicted"]),
        "promise_recall": _share(counts["found"], counts["labeled"]),
        "status": _share(counts["status"], counts["found"]),
        "action": _share(counts["action"], counts["found"]),
        "due_f1": _share(2 * counts["due"], counts["due_labeled"] + counts["due_predicted"]),
        **{name: counts[name] for name in ("labeled", "predicted", "found")},
    }


def _share(part: int, whole: int) -> float:
    return round(part / max(whole, 1), 4)


def _span(label: Mapping[str, Any]) -> Span:
    return Span(label["start"], label["end"])


def _overlap(one: Any, other: Any) -> int:
    return int(min(one.end, other.end) - max(one.start, other.start)) if one.start < other.end else 0


def _paired(labels: Sequence[Mapping[str, Any]], predicted: Sequence[Gap]) -> list[tuple[Mapping[str, Any], Gap]]:
    """Pairs of label and prediction that overlap, those that overlap most first, each used once."""
    pairs = [
        (-shared, k, n)
        for k, label in enumerate(labels)
        for n, gap in enumerate(predicted)
        if (shared := _overlap(_span(label["promise"]), gap.promise)) > 0
    ]
    found = []
    labels_left, predicted_left = set(range(len(labels))), set(range(len(predicted)))
    for _, k, n in sorted(pairs):
        if k in labels_left and n in predicted_left:
            labels_left.remove(k)
            predicted_left.remove(n)
            found.append((labels[k], predicted[n]))
    return found


class Reading:
    """A record as the finder reads it: words, sentences and their clauses."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.words: Words = read(record.text, quoted(record))
        self.parts = [clauses(self.words, *self.words.within(span)) for span in sentences(record.text)]
        self.fold = zlib.crc32((record.situation or record.author or record.id).encode()) % FOLDS

    def span(self, first: int, last: int) -> Span:
        """The stretch of text that words cover."""
        return Span(self.words.starts[first], self.words.ends[last - 1])

    def states(self, clause: tuple[int, int], wanted: Span) -> bool:
        """Whether a clause lies mostly in a labeled stretch, or the stretch mostly in it."""
        span = self.span(*clause)
        shared = _overlap(span, wanted)
        return 2 * shared >= min(span.end - span.start, wanted.end - wanted.start) and shared > 0

    def promise(self, label: Mapping[str, Any]) -> promises.Promise | None:
        """The clauses in which a labeled promise stands."""
        span = _span(label["promise"])
        for number, parts in enumerate(self.parts):
            chosen = [at for at, clause in enumerate(parts) if self.states(clause, span)]
            if chosen:
                first, last = parts[chosen[0]][0], parts[chosen[-1]][1]
                return promises.Promise(self.span(first, last), first, last, number, (chosen[0], chosen[-1] + 1), 0)
        return None


Example = tuple[set[str], int, int]
"""Cues, the number of the right answer, and the fold."""


def promise_examples(readings: Iterable[Reading]) -> list[Example]:
    """Each clause of a sentence with a telling word, and whether it states a promise."""
    found = []
    for reading in readings:
        labels = [_span(label["promise"]) for label in reading.record.gaps]
        for parts in reading.parts:
            if not parts or not promises.is_telling(reading.words, parts[0][0], parts[-1][1]):
                continue
            for at, clause in enumerate(parts):
                dated = promises.is_dated(reading.record.text, reading.words, *clause)
                answer = any(reading.states(clause, label) for label in labels)
                found.append((cues.of_promise(reading.words, parts, at, dated=dated), int(answer), reading.fold))
    return found


def link_examples(readings: Iterable[Reading]) -> list[Example]:
    """Each clause near a labeled promise, and whether it tells what came of it."""
    found = []
    for reading in readings:
        for label in reading.record.gaps:
            promise = reading.promise(label)
            if promise is None:
                continue
            wanted = [_span(outcome) for outcome in label["outcomes"] if outcome["status"] != "open"]
            near = outcomes.nearby(promise, reading.parts.__getitem__, len(reading.parts))
            forms = reading.words.forms
            for first, last, number, apart in near:
                features = cues.of_link(
                    forms[first:last],
                    forms[promise.first : promise.last],
                    action=label["action"],
                    distance=number - promise.sentence,
                    apart=apart,
                )
                answer = any(reading.states((first, last), span) for span in wanted)
                found.append((features, int(answer), reading.fold))
    return found


def action_examples(readings: Iterable[Reading], names: Sequence[str]) -> list[Example]:
    """Each labeled promise and its action."""
    found = []
    for reading in readings:
        for label in reading.record.gaps:
            promise = reading.promise(label)
            if promise is not None:
                parts, forms = reading.parts[promise.sentence], reading.words.forms
                features = cues.of_action(forms[promise.first : promise.last], forms[parts[0][0] : parts[-1][1]])
                found.append((features, names.index(label["action"]), reading.fold))
    return found


def status_examples(readings: Iterable[Reading], names: Sequence[str], *, link: cues.Table) -> list[Example]:
    """Each labeled promise with its likeliest outcomes by a link table, and its status."""
    found = []
    for reading in readings:
        for label in reading.record.gaps:
            promise = reading.promise(label)
            if promise is not None:
                parts = reading.parts
                scored = outcomes.candidates(
                    reading.words, promise, label["action"], parts.__getitem__, len(parts), table=link
                )
                features = outcomes.status_cues(reading.words, promise, label["action"], outcomes.likely_of(scored))
                found.append((features, names.index(label["status"]), reading.fold))
    return found


def build(records: Iterable[Record]) -> dict[str, cues.Table]:
    """Fit the four tables on records.

    The status is fitted on what a link table finds that has not seen the same situation, as it
    will be when texts are new.

    Parameters
    ----------
    records : iterable of Record
        Training records only.

    Returns
    -------
    dict of str to Table
    """
    readings = [Reading(record) for record in records]
    scheme = taxonomy()
    actions = [term.id for term in scheme.actions]
    statuses = [term.id for term in scheme.statuses]
    link = link_examples(readings)
    told: list[Example] = []
    for fold in range(FOLDS):
        others = fit([example for example in link if example[2] != fold], ["link"], settings=SETTINGS["link"])
        told += status_examples([reading for reading in readings if reading.fold == fold], statuses, link=others)
    return {
        "promise": fit(promise_examples(readings), ["promise"], settings=SETTINGS["promise"]),
        "link": fit(link, ["link"], settings=SETTINGS["link"]),
        "status": fit(told, statuses, settings=SETTINGS["status"]),
        "action": fit(action_examples(readings, actions), actions, settings=SETTINGS["action"]),
    }


def fit(examples: Sequence[Example], names: Sequence[str], *, settings: Mapping[str, float]) -> cues.Table:
    """Fit a table of whole-number weights: logistic regression, small weights left out."""
    seen = Counter(cue for features, _, _ in examples for cue in features)
    known = sorted(cue for cue, count in seen.items() if count >= settings["least"])
    place = {cue: k for k, cue in enumerate(known)}
    x = matrix((features for features, _, _ in examples), place)
    y = np.array([answer for _, answer, _ in examples])
    if len(names) == 1:
        model = LogisticRegression(C=settings["C"], max_iter=200, solver="liblinear", fit_intercept=False)
    else:
        model = LinearSVC(C=settings["C"], fit_intercept=False, random_state=0)
    weights = model.fit(x, y).coef_
    whole = np.rint(weights * cues.SCALE).astype(int)
    kept = np.flatnonzero(np.abs(whole).max(axis=0) >= settings["smallest"])
    return cues.Table(tuple(names), {known[k]: whole[:, k].tolist() for k in kept})


def matrix(rows: Iterable[set[str]], place: Mapping[str, int]) -> csr_matrix:
    """One row an example, one column a cue; unknown cues are left out."""
    columns: list[int] = []
    ends = [0]
    for features in rows:
        columns.extend(place[cue] for cue in features if cue in place)
        ends.append(len(columns))
    return csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(ends) - 1, len(place)))


def save(tables: Mapping[str, cues.Table], path: Path) -> None:
    """Write tables as the library reads them, a cue a line."""
    lines = []
    for name, table in tables.items():
        rows = ",\n".join(f"  {json.dumps(cue)}: {json.dumps(row)}" for cue, row in sorted(table.weights.items()))
        lines.append(f'"{name}": {{"names": {json.dumps(list(table.names))}, "weights": {{\n{rows}\n}}}}')
    path.write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8")
