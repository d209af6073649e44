"""What is counted, against corpora small enough to count by hand."""

from __future__ import annotations

import json
from typing import Any

from servicegap.training.checks import Entry
from servicegap.training.stats import measure, targets


def entry(number: int, text: str | None = "It came late.", **changes: Any) -> Entry:
    row: dict[str, Any] = {
        "id": f"t{number}", "channel": "review", "industry": "Parcel", "complaint": False, "failures": [],
        "signals": [], "gaps": [], "doubtful": [], "readers": 1, "text": text, **changes,
    }  # fmt: skip
    if text is None:
        del row["text"]
    return Entry(f"a.jsonl:{number}", row, text)


def failure(label: str, *spans: tuple[int, int]) -> dict[str, Any]:
    return {"type": label, "evidence": [{"start": start, "end": end} for start, end in spans]}


def gap(status: str, *outcomes: str) -> dict[str, Any]:
    told = [{"start": 0, "end": 2, "status": outcome} for outcome in outcomes]
    return {"promise": {"start": 0, "end": 2}, "action": "refund", "due": None, "outcomes": told, "status": status}


def test_texts_spans_and_gaps_are_counted() -> None:
    found = [
        entry(1, complaint=True, failures=[failure("late_delivery", (0, 7), (3, 12))], industry="parcel"),
        entry(2, complaint=True, failures=[failure("late_delivery", (0, 12))], doubtful=["late_delivery"]),
        entry(3, failures=[failure("late_delivery", (0, 12))], industry="hotel", channel="chat", readers=2),
        entry(4, gaps=[gap("kept", "broken", "kept"), gap("open")], signals=["resolved"]),
        entry(5, gaps=[gap("broken", "broken")], text="Nothing"),
        Entry("a.jsonl:6", {}, None, "is no JSON"),
    ]
    figures = measure(found)
    assert figures["types"]["late_delivery"] == {
        "spans": 3, "texts": 2, "industries": 2, "channels": 2, "doubtful": 1, "look_alikes": 0,
    }  # fmt: skip
    assert (figures["texts"], figures["complaints"], figures["without_failure"]) == (5, 2, 2)
    assert figures["industries"] == {"parcel": 4, "hotel": 1}
    assert figures["readers"] == {"1": 4, "2": 1}
    assert figures["signals"]["resolved"] == 1
    assert figures["words"] == {"least": 1, "median": 3, "most": 3}
    gaps = figures["gaps"]
    assert (gaps["texts"], gaps["gaps"], gaps["texts_with_updates"]) == (2, 3, 1)
    assert gaps["status"] == {"broken": 1, "kept": 1, "open": 1}
    assert json.loads(json.dumps(figures)) == figures


def test_texts_that_speak_of_a_type_without_showing_it_are_look_alikes() -> None:
    shown = [
        entry(n, "Charged twice again! And I paid by card.", failures=[failure("double_charge", (0, 20))])
        for n in range(30)
    ]
    other = [entry(n, f"The weather in town number {n} was fine all day.") for n in range(100, 3000)]
    spoken = [entry(30, "Will I be charged twice if I pay by card?"), entry(31, "It was charged. And we won twice.")]
    doubtful = [entry(32, "I fear that I was charged twice.", doubtful=["double_charge"])]
    figures = measure([*shown, *spoken, *doubtful, *other])
    assert figures["types"]["double_charge"]["look_alikes"] == 1
    assert figures["types"]["rude_staff"]["look_alikes"] == 0


def test_targets_follow_the_kind_of_corpus() -> None:
    labels = [entry(n, None, readers=1 + (n < 400)) for n in range(3000)]
    assert set(measure(labels)["splits"]) == {"train", "dev"}
    assert {target.what: target.met for target in targets(measure(labels))} == {"texts": True, "share read twice": True}
    own = {target.what: target for target in targets(measure([entry(n) for n in range(10)]))}
    assert own["share without failure"].met
    assert not own["texts"].met
    assert (own["types with 250 texts"].found, own["types with 250 texts"].wanted) == (0, 30)


def test_an_empty_corpus_has_figures_too() -> None:
    assert measure([])["words"] == {}
