"""Validation of corpora: what is planted is found, and what is in the tree passes."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import servicegap
from servicegap.training import checks
from servicegap.training.checks import Entry, form, near_duplicates, openings, personal_data, skeletons
from servicegap.training.checks.balance import auc
from servicegap.training.checks.disagreement import check as disagreement
from servicegap.training.corpus import Record
from servicegap.types import Span

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs" / "corpus.schema.json").read_text(encoding="utf-8"))
TEXT = "They said Friday. It is Tuesday now and the parcel has not come, and nobody picks up."


def row(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A sound record."""
    return {
        "id": f"t{number}",
        "channel": "review",
        "industry": "parcel",
        "text": f"{number} {TEXT}",
        "author": f"a{number}",
        "situation": f"s{number}",
        "complaint": True,
        "failures": [{"type": "late_delivery", "evidence": [{"start": 20, "end": 66}], "exhaustive": True}],
        "doubtful": [],
        "signals": [],
        "gaps": [
            {
                "promise": {"start": 2, "end": 18},
                "action": "delivery",
                "who": None,
                "due": {"start": 12, "end": 18},
                "outcomes": [{"start": 20, "end": 66, "status": "broken"}],
                "status": "broken",
            }
        ],
        "readers": 1,
        **changes,
    }


def corpus(folder: Path, *rows: Mapping[str, Any] | str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    lines = (line if isinstance(line, str) else json.dumps(line) for line in rows)
    (folder / "records.jsonl").write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return folder


def found(folder: Path, name: str) -> list[tuple[str, str]]:
    report = checks.CHECKS[name](checks.entries(folder))
    assert 0 <= report.score <= 1
    return [(flag.id, flag.reason) for flag in report.flags]


def newest_corpora() -> list[Path]:
    return [max(path.iterdir()) for path in (ROOT / "corpora").iterdir() if path.name != "samples" and path.is_dir()]


def test_the_corpora_in_the_tree_pass_and_nearly_repeat_nothing() -> None:
    entries = [entry for folder in newest_corpora() for entry in checks.entries(folder)]
    assert len(entries) >= 890
    if data := os.environ.get("SERVICEGAP_DATA"):
        entries = checks.with_pool(entries, Path(data))
    reports = {report.name: report for report in checks.run(entries)}
    assert {name: report.flags[:3] for name, report in reports.items() if report.failed} == {}
    assert reports["near_duplicates"].score > 0.99
    assert json.loads(json.dumps([report.to_dict() for report in reports.values()]))


def test_a_sound_record_raises_no_flag_of_its_own(tmp_path: Path) -> None:
    corpus(tmp_path, row())
    assert [report.name for report in checks.run(checks.entries(tmp_path))] == list(checks.CHECKS)
    for name in checks.CHECKS:
        # a single text balances nothing
        assert found(tmp_path, name) == [] or name == "balance", name


@pytest.mark.parametrize(
    ("name", "changes", "reason"),
    [
        ("schema", {"complaint": "yes"}, "complaint is not true or false"),
        (
            "schema",
            {"failures": [{"type": "rude_staff", "evidence": []}]},
            "failures[0].evidence is no list of 1 or more",
        ),
        ("labels", {"doubtful": ["lateness"]}, "doubtful type 'lateness' is unknown"),
        ("labels", {"signals": ["angry"]}, "signal 'angry' is unknown"),
        ("labels", {"channel": "letter"}, "channel 'letter' is unknown"),
        ("labels", {"language": "de"}, "a text that is not English has labels"),
        ("spans", {"text": TEXT[:60]}, "failure late_delivery 20-66 lies outside a text of 60"),
        (
            "spans",
            {"failures": [{"type": "no_updates", "evidence": [{"start": 1, "end": 6}]}]},
            "white space at an edge",
        ),
        ("spans", {"failures": [{"type": "no_updates", "evidence": [{"start": 5, "end": 5}]}]}, "5-5 is empty"),
        (
            "spans",
            {
                "text": "x" * 400,
                "gaps": [],
                "failures": [{"type": "no_updates", "evidence": [{"start": 0, "end": 301}]}],
            },
            "is longer than 300",
        ),
        ("spans", {"text_sha256": hashlib.sha256(b"another text").hexdigest()}, "is not the one that was labeled"),
        ("quotes", {"signals": [{"signal": "regulator", "evidence": [{"start": 3, "end": 6}]}]}, "cuts a word"),
    ],
)
def test_a_wrong_record_is_found_and_the_sound_one_is_not(
    tmp_path: Path, name: str, changes: dict[str, Any], reason: str
) -> None:
    corpus(tmp_path, row(1), row(2, **changes))
    flags = found(tmp_path, name)
    assert {flag[0] for flag in flags} == {"t2"}
    assert any(reason in flag[1] for flag in flags), flags


@pytest.mark.parametrize("line", ["", "{", "[]", '"text"', '{"id": "\\ud800"', "[" * 5000, '{"id": ["t"], "text": 3}'])
def test_a_line_that_is_no_record_is_flagged_with_its_place(tmp_path: Path, line: str) -> None:
    corpus(tmp_path, row(1), line)
    (flag,) = checks.CHECKS["schema"](checks.entries(tmp_path)).flags
    assert flag.place.endswith("records.jsonl:2")
    assert [report.name for report in checks.run(checks.entries(tmp_path)) if report.failed] == ["schema"]


def test_repeated_ids_and_texts_are_found_whatever_their_case(tmp_path: Path) -> None:
    corpus(tmp_path, row(1), row(1), row(2), row(3, text=f"2  {TEXT.upper()}\n"))
    assert [flag[0] for flag in found(tmp_path, "ids")] == ["t1"]
    assert [flag[0] for flag in found(tmp_path, "duplicates")] == ["t1", "t3"]


PLACES = ("complaint", "failures", "signals", "gaps", "doubtful", "readers", "text", "id", "split", "channel")
values = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                ["start", "end", "type", "signal", "evidence", "promise", "action", "status", "outcome", "due"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(PLACES), values, max_size=2), st.sampled_from([None, *PLACES]))
def test_the_form_is_that_of_the_schema(changes: dict[str, Any], dropped: str | None) -> None:
    record = {name: value for name, value in row(**changes).items() if name != dropped}
    valid = jsonschema.Draft202012Validator(SCHEMA).is_valid(record)
    assert (form.problem(record) is None) == valid, form.problem(record)


@pytest.mark.parametrize(
    "place", [("failures", 0, "evidence", 0), ("gaps", 0, "due"), ("gaps", 0, "outcomes", 0), ("gaps", 0)]
)
@given(value=values)
def test_the_form_is_that_of_the_schema_deep_down(place: tuple[Any, ...], value: Any) -> None:
    record = row()
    inner: Any = record
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    assert (form.problem(record) is None) == jsonschema.Draft202012Validator(SCHEMA).is_valid(record)


def words_of(text: str, *, seed: int, share: float) -> str:
    """The text with a share of its words replaced, the same each time."""

    def kept(n: int) -> bool:
        return int(hashlib.sha256(f"{seed} {n}".encode()).hexdigest()[:8], 16) / 2**32 >= share

    return " ".join(word if kept(n) else f"w{seed}x{n}" for n, word in enumerate(text.split()))


def jaccard(a: str, b: str) -> float:
    def grams(text: str) -> set[tuple[str, ...]]:
        said = text.lower().split()
        return {tuple(said[n : n + 5]) for n in range(len(said) - 4)}

    return len(grams(a) & grams(b)) / len(grams(a) | grams(b))


def test_near_duplicates_are_those_that_comparing_all_with_all_finds() -> None:
    texts = []
    for seed in range(40):
        base = " ".join(f"b{seed}n{n}" for n in range(120))
        texts += [base, words_of(base, seed=seed, share=0.01 * (seed % 12))]
    wanted = {(i, j) for j in range(len(texts)) for i in range(j) if jaccard(texts[i], texts[j]) >= 0.7}
    got = list(near_duplicates.pairs(texts, least=0.7))
    assert 10 < len(wanted) < 40
    assert {(i, j) for i, j, _ in got} == wanted
    assert all(abs(similarity - jaccard(texts[i], texts[j])) < 1e-9 for i, j, similarity in got)


def test_near_duplicates_across_splits_are_counted(tmp_path: Path) -> None:
    other = TEXT.replace("Tuesday", "Wednesday") + " " + TEXT * 3
    corpus(
        tmp_path,
        row(1, text=TEXT + " " + TEXT * 3),
        row(2, text=other, split="challenge"),
        row(3, text="Fine, thank you."),
    )
    report = checks.CHECKS["near_duplicates"](checks.entries(tmp_path))
    assert [flag.id for flag in report.flags] == ["t2"]
    assert report.figures["across_splits"] == 1


@pytest.mark.parametrize(
    "texts",
    [["the very same text again"] * 6000, [f"all different {n} " * 4 for n in range(6000)], ["", " ", "?"] * 100],
    ids=["all alike", "all different", "no words"],
)
def test_near_duplicates_stay_linear(texts: list[str]) -> None:
    began = time.perf_counter()
    pairs = list(near_duplicates.pairs(texts))
    assert time.perf_counter() - began < 10
    assert all(i < j for i, j, _ in pairs)


def test_groups_across_stored_splits_are_leaks(tmp_path: Path) -> None:
    corpus(tmp_path, row(1, split="challenge"), row(2, author="a1"), row(3))
    assert [flag[0] for flag in found(tmp_path, "leaks")] == ["t1", "t2"]


def test_templates_are_told_from_texts_that_share_a_topic(tmp_path: Path) -> None:
    template = (
        "I ordered a {} from {} on the {}th of May and it never came. I am {} about it, and so is my whole family."
    )
    made = [template.format(*values) for values in (("lamp", "Hearth", 3, "upset"), ("desk", "Oakly", 12, "angry"))]
    texts = [*made, "My lamp from Hearth did not come in May. Everybody here is upset about it, as you can imagine."]
    corpus(tmp_path, *(row(n, text=text, failures=[], gaps=[]) for n, text in enumerate(texts)))
    assert found(tmp_path, "skeletons") == []
    same = [made[0], made[0].replace("Hearth", "Oakly").replace("3th", "9th"), texts[2]]
    corpus(tmp_path, *(row(n, text=text, failures=[], gaps=[]) for n, text in enumerate(same)))
    assert [flag[0] for flag in found(tmp_path, "skeletons")] == ["t0", "t1"]
    assert openings.opening("I ordered 3 lamps") == openings.opening("i ordered 12 lamps!") != openings.opening(made[0])
    assert skeletons.skeletons("Too short.") == set()


def test_openings_shared_by_three_are_flagged(tmp_path: Path) -> None:
    texts = ["So I have been waiting 3 days", "So I have been here", "so I HAVE been ill", "So I have had it", "So"]
    corpus(tmp_path, *(row(n, text=text, failures=[], gaps=[]) for n, text in enumerate(texts)))
    assert [flag[0] for flag in found(tmp_path, "openings")] == ["t0", "t1", "t2"]


def test_a_type_told_by_its_name_is_flagged(tmp_path: Path) -> None:
    def rows(said: str) -> list[dict[str, Any]]:
        label = [{"type": "refund_refusal", "evidence": [{"start": 0, "end": 9}]}]
        no = [row(n, text=f"{n} all was well and on time", failures=[], gaps=[]) for n in range(100, 120)]
        return no + [row(n, text=f"They {said} number {n}", failures=label, gaps=[]) for n in range(20)]

    corpus(tmp_path, *rows("refused a refund for"))
    assert [flag[0] for flag in found(tmp_path, "leakage")] == ["refund_refusal"]
    corpus(tmp_path, *rows("kept our money for"))
    assert found(tmp_path, "leakage") == []


def test_quotes_that_repeat_make_a_type_poor(tmp_path: Path) -> None:
    label = [{"type": "no_response", "evidence": [{"start": 0, "end": 30}]}]
    corpus(
        tmp_path, *(row(n, text="nobody ever writes back to me " + "." * n, failures=label, gaps=[]) for n in range(9))
    )
    assert [flag[0] for flag in found(tmp_path, "variety")] == ["no_response"]


def test_one_channel_for_a_type_and_missing_channels_are_flagged(tmp_path: Path) -> None:
    corpus(
        tmp_path, *(row(n) for n in range(20)), *(row(n, channel="chat", failures=[], gaps=[]) for n in range(20, 40))
    )
    flagged = [flag[0] for flag in found(tmp_path, "balance")]
    assert "late_delivery" in flagged
    assert "blog" in flagged
    assert "chat" not in flagged


@given(st.lists(st.integers(0, 9), min_size=1), st.lists(st.integers(0, 9), min_size=1))
def test_auc_is_the_share_of_pairs_in_order(positive: list[int], negative: list[int]) -> None:
    won = sum((a > b) + (a == b) / 2 for a in positive for b in negative)
    assert auc(positive, negative) == pytest.approx(won / len(positive) / len(negative))


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("mail me: joe.bloggs@mail.com, please", ["email"]),
        ("mail me: joe@mail.example or jo@x.example.", []),
        ("@shop and me@home and a@... and @@@", []),
        ("call 0161 496 0999 or +44 161 715 1234", ["phone", "phone"]),
        ("call (212) 736-5000", ["phone"]),
        ("call 212-555-0143 or 020 7946 0123 or 07700 900123", []),
        ("order 20250311 of 12.05.2024, 2024-05-12 and 1234567890, ref 88-1234-99", []),
        ("card 4111 1111 1111 1111", ["card"]),
        ("card 4111 1111 1111 1112", []),
        ("GB82 WEST 1234 5698 7654 32 is the account", ["iban"]),
        ("GB82 WEST 1234 5698 7654 33 is not", []),
        ("SSN 219-09-9999", ["national id"]),
        ("SSN 000-12-3456", []),
        ("NI number QQ 12 34 56 C", []),
        ("NI number AB 12 34 56 C", ["national id"]),
    ],
)
def test_personal_data_is_told_from_what_is_made_up(text: str, kinds: list[str]) -> None:
    assert [kind for kind, _ in personal_data.finds(text)] == kinds


@pytest.mark.parametrize("piece", ["1", "1 ", "a@", "a.", "+1-", "GB12", "A1 ", "(", "a@b.", "1.", "00-"])
def test_the_search_for_personal_data_is_linear(piece: str) -> None:
    began = time.perf_counter()
    list(personal_data.finds(piece * 100_000))
    assert time.perf_counter() - began < 3


def test_only_texts_of_our_own_are_searched_for_personal_data(tmp_path: Path) -> None:
    labels = {name: value for name, value in row(1).items() if name != "text"}
    corpus(tmp_path, labels)
    pool = tmp_path / "data" / "train_pool"
    pool.mkdir(parents=True)
    (pool / "cfpb.jsonl").write_text(json.dumps({"id": "t1", "text": TEXT + " write to joe@mail.com"}))
    (entry,) = checks.with_pool(checks.entries(tmp_path), tmp_path / "data")
    assert entry.text is not None
    assert checks.CHECKS["personal_data"]([entry]).flags == ()


def test_a_wrong_label_is_doubted_by_a_model_that_did_not_see_it() -> None:
    def record(name: str, text: str, *types: str) -> Record:
        spans = {label: (Span(0, len(text)),) for label in types}
        return Record(name, text, bool(types), spans, {}, channel="review", author=name)

    kinds = [servicegap.taxonomy().type(name) for name in ("double_charge", "rude_staff", "late_delivery")]
    records = [
        record(f"{kind.id}{n}-{copy}", f"{text} Order {copy}.", kind.id)
        for kind in kinds
        for n, text in enumerate(kind.shows)
        for copy in range(12)
    ]
    right = records[0]
    records[0] = record(right.id, right.text)
    report = disagreement(records)
    assert report.flags[0].id == right.id
    assert report.flags[0].reason.startswith("double_charge is not given")
    assert not report.failed


def test_no_flag_holds_words_of_a_text(tmp_path: Path) -> None:
    secret = "Zanzibar quokka umbrella"
    wrong = [{"type": "no_updates", "evidence": [{"start": 3, "end": 999}]}]
    told = f"{secret} {secret} joe@zanzibarquokka.com {TEXT}"
    rows = [row(n, text=told, failures=wrong) for n in range(4)]
    unreadable = [json.dumps({"id": "x", "text": secret})[:-2], json.dumps({"text": secret, "complaint": secret})]
    corpus(tmp_path, *rows, *unreadable)
    reports = [report.to_dict() for report in checks.run(checks.entries(tmp_path))]
    assert sum(len(report["flags"]) for report in reports) > 10
    assert "quokka" not in json.dumps(reports).lower()


def test_an_entry_says_what_its_line_holds() -> None:
    entry = Entry(
        "a.jsonl:1", row(signals=["regulator", {"signal": "resolved", "evidence": [{"start": 2, "end": 6}]}]), TEXT
    )
    assert [(quote.kind, quote.label) for quote in entry.quotes()] == [
        ("failure", "late_delivery"), ("signal", "resolved"), ("promise", "delivery"), ("due", "delivery"),
        ("outcome", "delivery"),
    ]  # fmt: skip
