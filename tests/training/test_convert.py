"""Records to annotation tools and back: nothing lost, and what the tools write is understood."""

from __future__ import annotations

import copy
import json
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicegap import taxonomy
from servicegap.errors import CorpusError
from servicegap.training import convert
from servicegap.training.convert import label_studio
from servicegap.training.convert.markup import labels

ROOT = Path(__file__).parents[2]
TYPES, SIGNALS = taxonomy().type_ids, taxonomy().signal_ids
ACTIONS, STATUSES = taxonomy().action_ids, taxonomy().status_ids

EMOJI = ["🙂", "👩\u200d👩\u200d👧", "𝒳"]
BREAKS = ["\r\n", "\n", " ", "\u2028", "\\n"]
PIECES = [*EMOJI, *BREAKS, "late", "é", "e\u0301", "<b>", "&amp;", '"', "ringë"]
texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join)
names = st.text(min_size=1, max_size=8)


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    """Any sound record of the newest form, with any text."""
    text = draw(texts)

    def span(**more: Any) -> dict[str, Any]:
        start = draw(st.integers(0, len(text) - 1))
        return {"start": start, "end": draw(st.integers(start + 1, len(text))), **more}

    def some(most: int, least: int = 0) -> range:
        return range(draw(st.integers(least, most)))

    gaps = []
    for _ in some(3):
        outcomes = [span(status=draw(st.sampled_from(STATUSES))) for _ in some(2)]
        gaps.append(
            {
                "promise": span(),
                "action": draw(st.sampled_from(ACTIONS)),
                "who": draw(st.none() | names),
                "due": span() if draw(st.booleans()) else None,
                "outcomes": outcomes,
                "status": draw(st.sampled_from(STATUSES)),
            }
        )
    return {
        "id": draw(names),
        "channel": draw(st.none() | st.sampled_from(["chat", "email"])),
        "readers": draw(st.integers(1, 3)),
        "text": text,
        "complaint": draw(st.booleans()),
        "failures": [
            {"type": name, "evidence": [span() for _ in some(2, 1)], "exhaustive": draw(st.booleans())}
            for name in draw(st.lists(st.sampled_from(TYPES), unique=True, max_size=3))
        ],
        "doubtful": draw(st.lists(st.sampled_from(TYPES), unique=True, max_size=2)),
        "signals": [
            {"signal": name, "evidence": [span() for _ in some(2, 1)]}
            for name in draw(st.lists(st.sampled_from(SIGNALS), unique=True, max_size=2))
        ],
        "gaps": gaps,
    }


def there_and_back(row: dict[str, Any], tool: str, text: str | None = None) -> dict[str, Any] | None:
    task = json.loads(json.dumps(convert.export(row, format=tool, text=text)))
    return convert.load(task, format=tool, place="1")


@pytest.mark.parametrize("tool", convert.FORMATS)
@given(row=records())
def test_nothing_is_lost_on_the_way_there_and_back(tool: str, row: dict[str, Any]) -> None:
    assert there_and_back(row, tool) == row


@pytest.mark.parametrize("tool", convert.FORMATS)
def test_every_record_of_the_own_corpus_comes_back(tool: str) -> None:
    folders = sorted((ROOT / "corpora" / "servicegap-own").iterdir())
    lines = [line for path in folders[-1].glob("*.jsonl") for line in path.read_text(encoding="utf-8").splitlines()]
    for line in lines[:: max(1, len(lines) // 400)]:
        row = json.loads(line)
        back = there_and_back(row, tool)
        assert back is not None
        # once in the newest form, it stays as it is
        assert there_and_back(back, tool) == back
        for name in ("id", "text", "channel", "complaint"):
            assert back[name] == row[name]
        spans = {failure["type"]: failure["evidence"] for failure in row["failures"]}
        assert {failure["type"]: failure["evidence"] for failure in back["failures"]} == spans
        assert [(gap["promise"], gap["status"]) for gap in back["gaps"]] == [
            (gap["promise"], gap["status"]) for gap in row["gaps"]
        ]


@pytest.mark.parametrize("tool", convert.FORMATS)
def test_older_records_come_back_in_the_newest_form(tool: str) -> None:
    span = {"start": 0, "end": 4}
    old = {
        "id": "a", "text": "late again", "complaint": True, "signals": ["resolved"],
        "failures": [{"type": "late_delivery", "evidence": [span]}],
        "gaps": [{"promise": span, "action": "delivery", "outcome": {"start": 5, "end": 10}, "status": "late"}],
    }  # fmt: skip
    back = there_and_back(old, tool)
    assert back is not None
    assert back["gaps"] == [
        {
            "promise": span, "action": "delivery", "who": None, "due": None, "status": "late",
            "outcomes": [{"start": 5, "end": 10, "status": "late"}],
        }
    ]  # fmt: skip
    assert back["failures"] == [{"type": "late_delivery", "evidence": [span], "exhaustive": False}]
    assert back["signals"] == ["resolved"]


@pytest.mark.parametrize("tool", convert.FORMATS)
def test_a_text_that_is_not_ours_is_left_out_again(tool: str) -> None:
    labels_only = {
        "id": "cfpb:1", "complaint": True, "doubtful": [], "signals": [], "gaps": [],
        "failures": [{"type": "no_response", "evidence": [{"start": 2, "end": 9}], "exhaustive": True}],
    }  # fmt: skip
    text = "🙂 nobody calls"
    assert "nobody" in json.dumps(convert.export(labels_only, format=tool, text=text))
    assert there_and_back(labels_only, tool, text) == labels_only


@given(records())
def test_label_studio_counts_utf16_units(row: dict[str, Any]) -> None:
    task = convert.export(row, format="label-studio")
    units = task["data"]["text"].encode("utf-16-le")
    for region in task["annotations"][0]["result"]:
        if region["type"] == "labels":
            value = region["value"]
            assert units[2 * value["start"] : 2 * value["end"]].decode("utf-16-le") == value["text"]


@given(records())
def test_the_others_count_code_points(row: dict[str, Any]) -> None:
    spans = [(span["start"], span["end"]) for failure in row["failures"] for span in failure["evidence"]]
    entities = convert.export(row, format="doccano")["entities"]
    assert [(entity["start_offset"], entity["end_offset"]) for entity in entities[: len(spans)]] == spans
    task = convert.export(row, format="prodigy")
    assert [(span["start"], span["end"]) for span in task["spans"][: len(spans)]] == spans


@given(records())
def test_prodigy_gets_tokens_that_its_spans_begin_and_end_with(row: dict[str, Any]) -> None:
    task = convert.export(row, format="prodigy")
    tokens, text = task["tokens"], task["text"]
    assert [token["id"] for token in tokens] == list(range(len(tokens)))
    assert "".join(token["text"] for token in tokens) == "".join(text.split())
    assert all(text[token["start"] : token["end"]] == token["text"] for token in tokens)
    for span in task["spans"]:
        if text[span["start"]].isspace() or text[span["end"] - 1].isspace():
            continue
        assert tokens[span["token_start"]]["start"] == span["start"]
        assert tokens[span["token_end"]]["end"] == span["end"]


TEXT = "🙂🙂 They said Friday.\r\nIt came\r\non Monday 🙂 and broken."


def task(*regions: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A task as Label Studio exports it."""
    result = [
        {"id": f"x{n}", "from_name": "label", "to_name": "text", "type": "labels", "origin": "manual", "value": region}
        for n, region in enumerate(regions)
    ]
    annotation = {"id": 7, "was_cancelled": False, "result": result}
    return {"id": 12, "data": {"text": TEXT}, "annotations": [annotation], "predictions": [], **more}


def loaded(item: object, tool: str = "label-studio") -> dict[str, Any]:
    row = convert.load(item, format=tool, place="tasks.json, task 1")
    assert row is not None
    return row


def test_label_studio_offsets_are_read_however_they_were_counted() -> None:
    start = TEXT.index("on Monday")
    wanted = [{"start": start, "end": start + len("on Monday 🙂")}]
    for before, smile in ((start + 2, 2), (start + 2 - 2, 2), (start, 1)):
        value = {"start": before, "end": before + len("on Monday ") + smile, "text": "on Monday 🙂"}
        row = loaded(task({**value, "labels": ["late_delivery"]}))
        assert row["failures"][0]["evidence"] == wanted
    across = {"start": 23, "end": 34, "text": "It came\\non ", "labels": ["late_delivery"]}
    assert loaded(task(across))["failures"][0]["evidence"][0]["start"] == TEXT.index("It came")


@pytest.mark.parametrize(
    "value",
    [
        {"start": 1, "end": 8},
        {"start": 0, "end": 9000},
        {"start": 8, "end": 2},
        {"start": 0, "end": 6, "text": "another"},
        {"start": -4, "end": 4},
    ],
)
def test_offsets_that_cannot_be_are_refused_with_the_task(value: dict[str, Any]) -> None:
    with pytest.raises(CorpusError, match=r"SG-C00[27].*tasks\.json, task 1") as error:
        loaded(task({**value, "labels": ["late_delivery"]}))
    assert "Friday" not in str(error.value)


def test_labels_drawn_in_label_studio_make_a_record() -> None:
    item = task(
        {"start": 10, "end": 21, "text": "said Friday", "labels": ["promise:delivery"]},
        {"start": 15, "end": 21, "text": "Friday", "labels": ["due"]},
        {"start": 24, "end": 42, "text": "It came\r\non Monday", "labels": ["outcome:late", "late_delivery"]},
    )
    result = item["annotations"][0]["result"]
    # drawn one way and the other
    result.append({"type": "relation", "from_id": "x0", "to_id": "x1", "direction": "right"})
    result.append({"type": "relation", "from_id": "x2", "to_id": "x0", "direction": "right"})
    result.append({"type": "choices", "from_name": "flags", "value": {"choices": ["complaint", "doubtful:no_updates"]}})
    row = loaded(item)
    assert (row["id"], row["complaint"], row["doubtful"]) == ("12", True, ["no_updates"])
    (gap,) = row["gaps"]
    assert TEXT[gap["due"]["start"] : gap["due"]["end"]] == "Friday"
    assert (gap["status"], len(gap["outcomes"])) == ("late", 1)
    assert row["failures"][0]["evidence"] == [{key: gap["outcomes"][0][key] for key in ("start", "end")}]


def test_an_outcome_of_no_promise_is_refused_unless_there_is_one_promise_only() -> None:
    promise = {"start": 10, "end": 21, "labels": ["promise:delivery"]}
    other = {"start": 5, "end": 21, "labels": ["promise:contact"]}
    outcome = {"start": 24, "end": 31, "labels": ["outcome:late"]}
    assert loaded(task(promise, outcome))["gaps"][0]["status"] == "late"
    with pytest.raises(CorpusError, match=r"SG-C007.*is of no promise; draw a relation"):
        loaded(task(promise, other, outcome))


def test_one_due_time_may_be_of_two_promises() -> None:
    item = {
        "text": TEXT, "accept": [], "answer": "accept", "meta": {"id": "a"},
        "spans": [
            {"start": 3, "end": 7, "label": "promise:refund"}, {"start": 3, "end": 12, "label": "promise:contact"},
            {"start": 13, "end": 19, "label": "due"},
        ],
    }  # fmt: skip
    item["relations"] = [{"head_span": item["spans"][n], "child_span": item["spans"][2]} for n in (0, 1)]
    assert [gap["due"] for gap in loaded(item, "prodigy")["gaps"]] == [{"start": 13, "end": 19}] * 2


def test_tasks_that_nobody_did_are_left_out() -> None:
    assert convert.load(task() | {"annotations": []}, format="label-studio", place="1") is None
    assert convert.load({"data": {"text": "x"}}, format="label-studio", place="1") is None
    cancelled = {"was_cancelled": True, "result": [{"type": "labels"}]}
    assert convert.load(task() | {"annotations": [cancelled]}, format="label-studio", place="1") is None
    for answer in ("reject", "ignore"):
        assert convert.load({"text": "x", "answer": answer}, format="prodigy", place="1") is None


def test_the_last_annotation_counts() -> None:
    item = task({"start": 5, "end": 9, "text": "They", "labels": ["rude_staff"]})
    item["annotations"].append({"result": []})
    assert loaded(item)["failures"] == []


def test_doccano_without_our_fields_makes_a_record() -> None:
    entity = {"id": 70, "label": "late_delivery", "start_offset": 23, "end_offset": 30}
    row = loaded({"id": 3, "text": TEXT, "entities": [entity], "relations": [], "Comments": []}, "doccano")
    assert (row["id"], row["failures"][0]["evidence"]) == ("3", [{"start": 23, "end": 30}])


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("lateness", "SG-C003"), ("signal:anger", "SG-C003"), ("promise:dance", "SG-C003"),
        ("promise:refund:someday", "SG-C003"), ("outcome:someday", "SG-C003"), ("", "SG-C003"), (7, "SG-C007"),
    ],
)  # fmt: skip
def test_labels_that_are_unknown_are_refused(label: Any, code: str) -> None:
    with pytest.raises(CorpusError, match=code):
        loaded({"text": TEXT, "spans": [{"start": 0, "end": 4, "label": label}]}, "prodigy")


def test_flags_that_are_unknown_are_refused() -> None:
    for flag in ("angry", "doubtful:lateness", "signal:anger"):
        with pytest.raises(CorpusError, match="SG-C003"):
            loaded({"text": TEXT, "accept": [flag]}, "prodigy")


@pytest.mark.parametrize("tool", convert.FORMATS)
@pytest.mark.parametrize("item", [None, 3, "text", [], {}, {"data": []}, {"text": 3, "spans": [3], "entities": [3]}])
def test_what_is_no_task_is_refused_with_its_place(tool: str, item: object) -> None:
    with pytest.raises(CorpusError, match=r"\[SG-C007\] here: is no task of"):
        convert.load(item, format=tool, place="here")


def test_tasks_are_read_from_a_list_or_from_lines(tmp_path: Path) -> None:
    path = tmp_path / "tasks.json"
    path.write_text('\n [{"a": 1},\n {"a": 2}]\n')
    assert list(convert.items(path)) == [("tasks.json, task 1", {"a": 1}), ("tasks.json, task 2", {"a": 2})]
    path.write_bytes('{"a": "\u2028"}\r\n\n{"a": 2}'.encode())
    assert [place for place, _ in convert.items(path)] == ["tasks.json:1", "tasks.json:3"]
    for wrong in (b"[{", b'{"a": 1}\n{', b"\xff\xfe", b"[" * 100_000):
        path.write_bytes(wrong)
        with pytest.raises(CorpusError, match=r"SG-C007.*tasks\.json"):
            list(convert.items(path))
    with pytest.raises(CorpusError, match=r"SG-C007.*none\.json"):
        list(convert.items(tmp_path / "none.json"))


def test_the_labeling_interface_has_every_label_that_is_used() -> None:
    view = ElementTree.fromstring(label_studio.config())
    offered = {label.get("value") for label in view.iter("Label")}
    assert offered == set(labels())
    assert {choice.get("value") for choice in view.iter("Choice")} >= {"complaint", "doubtful:no_updates"}
    controls = {control.get("name") for control in view.iter() if control.get("toName") == "text"}
    row = {
        "id": "a", "text": "late", "complaint": True, "signals": [], "gaps": [],
        "failures": [{"type": "late_delivery", "evidence": [{"start": 0, "end": 4}]}],
    }  # fmt: skip
    used = convert.export(row, format="label-studio")["annotations"][0]["result"]
    assert {entry["from_name"] for entry in used} == controls


@pytest.mark.parametrize("tool", convert.FORMATS)
def test_a_long_text_with_many_spans_takes_no_time(tool: str) -> None:
    n = 3000
    spans = [{"start": 8 * k + 2, "end": 8 * k + 6} for k in range(n)]
    gap = {"action": "refund", "who": "me", "due": None, "status": "kept"}
    row = {
        "id": "a",
        "text": "🙂 late\r\n" * n,
        "complaint": True,
        "doubtful": [],
        "signals": [],
        "failures": [{"type": "late_delivery", "evidence": spans, "exhaustive": True}],
        "gaps": [{**gap, "promise": span, "outcomes": [{**span, "status": "kept"}]} for span in spans],
    }
    began = time.perf_counter()
    assert there_and_back(copy.deepcopy(row), tool) == row
    assert time.perf_counter() - began < 3
