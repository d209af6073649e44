"""A record as annotation tools see it: labeled spans, relations between them, flags of the whole text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from servicegap.errors import CorpusError
from servicegap.taxonomy import load as taxonomy
from servicegap.training.checks.base import outcomes

LINK = "gap"
"""Label of the relation from a promise to its due time and its outcomes."""

_LABEL_FIELDS = ("text", "complaint", "failures", "doubtful", "signals", "gaps")
_UNDECIDED = "open"


class Region(NamedTuple):
    """A labeled span, in code points."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Markup:
    """A record as annotation tools see it.

    Attributes
    ----------
    text : str
    regions : list of Region
    links : list of tuple of int
        From a promise to what belongs to it, by place in `regions`.
    flags : list of str
        Of the whole text.
    fields : dict
        The rest of the record; `who` by the promise's offsets and label; whether it is `standoff`.
    """

    text: str
    regions: list[Region]
    links: list[tuple[int, int]]
    flags: list[str]
    fields: dict[str, Any]


def labels() -> tuple[str, ...]:
    """Every label of spans.

    Examples
    --------
    >>> [label for label in labels() if ":" not in label][-2:]
    ['due', 'outcome']
    """
    scheme = taxonomy()
    return (
        *scheme.type_ids,
        *(f"signal:{name}" for name in scheme.signal_ids),
        *(f"promise:{name}" for name in scheme.action_ids),
        "due",
        "outcome",
        *(f"outcome:{name}" for name in scheme.status_ids),
    )


def flags() -> tuple[str, ...]:
    """Every flag of whole texts."""
    scheme = taxonomy()
    of_types = (f"{kind}:{name}" for kind in ("doubtful", "exhaustive") for name in scheme.type_ids)
    return ("complaint", *of_types, *(f"signal:{name}" for name in scheme.signal_ids))


def to_markup(row: Mapping[str, Any], text: str) -> Markup:
    """Take a sound record apart."""
    regions: list[Region] = []
    links: list[tuple[int, int]] = []
    marks = ["complaint"] if row["complaint"] else []
    marks += [f"doubtful:{name}" for name in row.get("doubtful", ())]
    who: dict[str, list[str | None]] = {}

    def add(span: Mapping[str, Any], label: str) -> int:
        regions.append(Region(span["start"], span["end"], label))
        return len(regions) - 1

    for failure in row["failures"]:
        for span in failure["evidence"]:
            add(span, failure["type"])
        if failure.get("exhaustive"):
            marks.append(f"exhaustive:{failure['type']}")
    for signal in row["signals"]:
        name, evidence = (signal, ()) if isinstance(signal, str) else (signal["signal"], signal["evidence"])
        for span in evidence:
            add(span, f"signal:{name}")
        if not evidence:
            marks.append(f"signal:{name}")
    for gap in row["gaps"]:
        told = [(outcome, outcome.get("status")) for outcome in outcomes(gap)]
        if told and told[-1][1] is None:
            told[-1] = (told[-1][0], gap["status"])
        usual = told[-1][1] if told else _UNDECIDED
        promise = add(gap["promise"], f"promise:{gap['action']}" + f":{gap['status']}" * (gap["status"] != usual))
        who.setdefault(_key(regions[promise]), []).append(gap.get("who"))
        if gap.get("due") is not None:
            links.append((promise, add(gap["due"], "due")))
        for outcome, status in told:
            links.append((promise, add(outcome, f"outcome:{status}" if status else "outcome")))
    fields = {name: value for name, value in row.items() if name not in _LABEL_FIELDS}
    if named := {key: names for key, names in who.items() if any(names)}:
        fields["who"] = named
    if "text" not in row:
        fields["standoff"] = True
    return Markup(text, regions, links, marks, fields)


def from_markup(markup: Markup, place: str) -> dict[str, Any]:
    """Put a record together.

    Raises
    ------
    CorpusError
        SG-C002 for a span outside the text, SG-C003 for a label that is not known, SG-C007 for a
        due time or an outcome of which it is open to which promise it belongs.
    """
    scheme = taxonomy()
    fields = dict(markup.fields)
    who, standoff = fields.pop("who", {}), fields.pop("standoff", False)
    who = {key: list(names) for key, names in who.items()}
    failures: dict[str, list[dict[str, int]]] = {}
    signals: dict[str, list[dict[str, int]]] = {}
    gaps: dict[int, dict[str, Any]] = {}
    parts: dict[int, str] = {}
    for number, region in enumerate(markup.regions):
        span = _span(region, markup.text, place)
        kind, _, name = region.label.partition(":")
        if kind == "signal":
            signals.setdefault(_known(name, scheme.signal_ids, place), []).append(span)
        elif kind == "promise":
            action, _, status = name.partition(":")
            names = who.get(_key(region), [])
            gaps[number] = {
                "promise": span,
                "action": _known(action, scheme.action_ids, place),
                "who": names.pop(0) if names else None,
                "due": None,
                "outcomes": [],
                "status": _known(status, scheme.status_ids, place) if status else None,
            }
        elif kind in ("due", "outcome"):
            parts[number] = _known(name, scheme.status_ids, place) if name else ""
        else:
            failures.setdefault(_known(region.label, scheme.type_ids, place), []).append(span)
    # a relation may have been drawn either way
    owners: dict[int, list[int]] = {number: [] for number in parts}
    for pair in markup.links:
        for part, promise in (pair, pair[::-1]):
            if part in owners and promise in gaps and promise not in owners[part][-1:]:
                owners[part].append(promise)
    for number, status in parts.items():
        region = markup.regions[number]
        found = owners[number] or (list(gaps) if len(gaps) == 1 else [])
        if not found:
            detail = f"{region.label} {region.start}-{region.end} is of no promise; draw a relation from its promise."
            raise CorpusError("SG-C007", place, detail)
        for gap in (gaps[promise] for promise in found):
            span = _span(region, markup.text, place)
            if region.label == "due":
                gap["due"] = span
            else:
                gap["outcomes"].append({**span, "status": status or None})
    for gap in gaps.values():
        gap["status"] = gap["status"] or (gap["outcomes"][-1]["status"] if gap["outcomes"] else None) or _UNDECIDED
    of_text: dict[str, list[str]] = {"doubtful": [], "exhaustive": [], "signal": []}
    for flag in markup.flags:
        kind, _, name = flag.partition(":")
        if kind in of_text:
            of_text[kind].append(_known(name, scheme.signal_ids if kind == "signal" else scheme.type_ids, place))
        elif flag != "complaint":
            _known(flag, (), place)
    for name in of_text["signal"]:
        signals.setdefault(name, [])
    return {
        **fields,
        **({} if standoff else {"text": markup.text}),
        "complaint": "complaint" in markup.flags,
        "failures": [
            {"type": name, "evidence": spans, "exhaustive": name in of_text["exhaustive"]}
            for name, spans in failures.items()
        ],
        "doubtful": of_text["doubtful"],
        "signals": [{"signal": name, "evidence": spans} if spans else name for name, spans in signals.items()],
        "gaps": list(gaps.values()),
    }


def _span(region: Region, text: str, place: str) -> dict[str, int]:
    if not 0 <= region.start < region.end <= len(text):
        detail = f"span {region.start}-{region.end} lies outside a text of {len(text)}."
        raise CorpusError("SG-C002", place, detail)
    return {"start": region.start, "end": region.end}


def _key(region: Region) -> str:
    return f"{region.start}-{region.end} {region.label}"


def _known(label: str, known: Iterable[str], place: str) -> str:
    if label not in known:
        raise CorpusError(
            "SG-C003", place, f"found label {label!r}, which the taxonomy does not have; see 'servicegap types'."
        )
    return label


def other_fields(fields: Mapping[str, Any], number: object, place: str) -> dict[str, Any]:
    """Return the record's other fields; a task that the tool made gets its number there as an id."""
    return dict(fields) if fields.get("id") else {**fields, "id": place if number is None else str(number)}
