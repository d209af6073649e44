"""The batch job: every record comes out once, whatever it holds."""

from __future__ import annotations

import json
import tempfile
import tracemalloc
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import servicegap
from servicegap.archive import Summary, score
from servicegap.errors import InputError, OutputError, TaxonomyError
from servicegap.model import Model
from servicegap.types import Document, Result

TEXTS = (
    "They charged me twice for one order.",
    "Lovely staff, thank you.",
    "I was promised a call on Monday and nobody rang. I have e-mailed four times since.",
    "",
    "The parcel came late again, and the box was crushed.",
)


@pytest.fixture(scope="module")
def sg() -> Model:
    return servicegap.load()


def write(path: Path, texts: Iterable[object]) -> Path:
    path.write_text("".join(json.dumps({"id": str(n), "text": text}) + "\n" for n, text in enumerate(texts)))
    return path


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_results_are_those_of_the_model_in_the_order_of_the_records(sg: Model, tmp_path: Path) -> None:
    texts = [TEXTS[n % len(TEXTS)] + " ." * (n % 7) for n in range(2500)]
    out = tmp_path / "out.jsonl"
    summary = score([write(tmp_path / "in.jsonl", texts)], out, model=sg)
    results = lines(out)
    assert [result["id"] for result in results] == [str(n) for n in range(2500)]
    for n in range(0, 2500, 251):
        alone = sg(Document(texts[n], id=str(n))).to_dict()
        for field in ("status", "complaint_probability", "failures", "signals", "text_sha256", "digest"):
            assert results[n][field] == alone[field]
    assert (summary.read, summary.scored, summary.failed) == (2500, 2500, 0)
    assert sum(summary.statuses.values()) == 2500
    assert summary.statuses["empty"] == sum(not text.strip() for text in texts)
    assert summary.types == {
        name: sum(name in [failure["type"] for failure in result["failures"]] for result in results)
        for name in summary.types
    }
    assert summary.bytes == (tmp_path / "in.jsonl").stat().st_size
    assert summary.outputs == (str(out),)


def test_a_result_reads_back_as_what_the_model_gave(sg: Model, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    score([write(tmp_path / "in.jsonl", TEXTS)], out, model=sg, with_text=True, all_types=True)
    for data, text in zip(lines(out), TEXTS, strict=True):
        result = Result.from_dict(data)
        assert result.document.text == text
        again = sg(text, all_types=True)
        assert (result.failures, result.signals) == (again.failures, again.signals)
        assert result.probabilities == again.probabilities


def test_failures_stand_in_the_order_of_the_records_without_their_text(sg: Model, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    summary = score(
        [write(tmp_path / "in.jsonl", ["Fine.", None, 7, "Secret words. " * 9])], out, model=sg, max_text=99
    )
    failed = lines(tmp_path / "out.failed.jsonl")
    assert [(row["id"], row["code"]) for row in failed] == [("1", "SG-I004"), ("2", "SG-I004"), ("3", "SG-I005")]
    assert [row["source"]["record"] for row in failed] == [1, 2, 3]
    assert b"Secret" not in (tmp_path / "out.failed.jsonl").read_bytes()
    assert summary.codes == {"SG-I004": 2, "SG-I005": 1}
    assert (summary.read, summary.scored, summary.failed) == (4, 1, 3)
    assert summary.outputs == (str(out), str(tmp_path / "out.failed.jsonl"))


class Fragile(Model):
    """A model with a fault: some texts make it raise, and with them the batch that they stand in."""

    def pipe(self, items: Iterable[str | Document], **options: Any) -> Iterator[Result]:
        items = list(items)
        if any("boom" in (item.text or "") for item in items if isinstance(item, Document)):
            raise KeyError("boom and other words of the text")
        if any("too deep" in (item.text or "") for item in items if isinstance(item, Document)):
            raise InputError("SG-I007", "text", "found a span outside of it.")
        return super().pipe(items, **options)


def test_a_document_that_cannot_be_scored_loses_only_itself(sg: Model, tmp_path: Path) -> None:
    texts = [*TEXTS, "boom, and a secret", *TEXTS, "too deep", *TEXTS]
    out = tmp_path / "out.jsonl"
    source = write(tmp_path / "in.jsonl", texts)
    with pytest.warns(RuntimeWarning, match=r"SG-I008.*KeyError at test_run\.py:\d+") as warned:
        summary = score([source], out, model=Fragile(sg.artifact))
    assert "secret" not in str(warned[0].message)
    assert [result["id"] for result in lines(out)] == [str(n) for n in range(17) if n not in (5, 11)]
    failed = lines(tmp_path / "out.failed.jsonl")
    assert [(row["id"], row["code"]) for row in failed] == [("5", "SG-I008"), ("11", "SG-I007")]
    assert "words of the text" not in json.dumps(failed)
    assert (summary.read, summary.scored, summary.failed) == (17, 15, 2)


def test_a_fault_of_the_model_is_not_hidden_where_warnings_are_errors(sg: Model, tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", ["boom"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RuntimeWarning, match="SG-I008"):
            score([source], tmp_path / "out.jsonl", model=Fragile(sg.artifact))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl"]


def test_an_interrupt_leaves_nothing_behind(sg: Model, tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", [*TEXTS, None] * 400)
    seen = []

    def stop(stats: object) -> None:
        seen.append(sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith(".")))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score([source], tmp_path / "out.jsonl", model=sg, progress=stop)
    assert seen == [["in.jsonl"]]
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_progress_is_told_while_reading(sg: Model, tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", TEXTS * 1000)
    told: list[tuple[int, int]] = []
    score(
        [source],
        tmp_path / "out.jsonl",
        model=sg,
        progress=lambda stats: told.append((stats.records, stats.bytes_total)),
    )
    counts = [records for records, _ in told]
    assert len(counts) >= 4
    assert counts == sorted(counts)
    assert counts[0] < counts[-1] == 5000
    assert {total for _, total in told} == {source.stat().st_size}


def test_memory_does_not_grow_with_the_archive(sg: Model, tmp_path: Path) -> None:
    # An agent's words pass through without being scored: this is about the stream.
    line = json.dumps({"text": TEXTS[2] * 30, "role": "agent"}) + "\n"

    def peak(count: int) -> int:
        (tmp_path / "in.jsonl").write_text(line * count)
        tracemalloc.start()
        try:
            score([tmp_path / "in.jsonl"], tmp_path / "out.jsonl", model=sg, force=True)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(4000) < 1.5 * peak(500)


def test_statistics_of_reading_reach_the_summary(sg: Model, tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(b'{"id": "a", "text": "caf\xe9 closed"}\n{"id": "a", "text": "Fine."}\n')
    summary = score([source], tmp_path / "out.jsonl", model=sg)
    assert (summary.replaced, summary.repeated_ids, summary.files) == (1, 1, 1)
    assert [result["id"] for result in lines(tmp_path / "out.jsonl")] == ["a", "a~2"]


@pytest.mark.parametrize(
    ("options", "error", "code"),
    [
        ({"thresholds": 2.0}, OutputError, "SG-O004"),
        ({"thresholds": {"nonsense": 0.5}}, TaxonomyError, "SG-T002"),
        ({"format": "docx"}, OutputError, "SG-O004"),
        ({"fields": {"body": "text"}}, OutputError, "SG-O004"),
        ({"output_format": "xml"}, OutputError, "SG-O003"),
    ],
)
def test_wrong_options_are_refused_even_for_an_empty_input(
    sg: Model, tmp_path: Path, options: dict[str, Any], error: type[Exception], code: str
) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text("")
    with pytest.raises(error, match=code):
        score([source], tmp_path / "out.jsonl", model=sg, **options)
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_an_empty_input_gives_an_empty_output(sg: Model, tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text("\n")
    summary = score([source], tmp_path / "out.csv", model=sg)
    assert (summary.read, summary.scored, summary.failed) == (0, 0, 0)
    assert (tmp_path / "out.csv").read_text().startswith("id,status,")


def test_force_takes_an_old_quarantine_away(sg: Model, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    score([write(tmp_path / "in.jsonl", [None])], out, model=sg)
    assert (tmp_path / "out.failed.jsonl").exists()
    score([write(tmp_path / "in.jsonl", ["Fine."])], out, model=sg, force=True)
    assert not (tmp_path / "out.failed.jsonl").exists()


def test_an_old_quarantine_is_not_overwritten_unasked(sg: Model, tmp_path: Path) -> None:
    (tmp_path / "out.failed.jsonl").write_text("mine")
    with pytest.raises(OutputError, match="SG-O001"):
        score([write(tmp_path / "in.jsonl", ["Fine."])], tmp_path / "out.jsonl", model=sg)
    assert (tmp_path / "out.failed.jsonl").read_text() == "mine"
    assert not (tmp_path / "out.jsonl").exists()


def test_a_link_to_an_input_is_that_input(sg: Model, tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", ["Fine."])
    (tmp_path / "link.jsonl").symlink_to(source)
    with pytest.raises(OutputError, match="SG-O002"):
        score([source], tmp_path / "link.jsonl", model=sg, force=True)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "text", "role", "x"]), inner),
    max_leaves=8,
)
raw_lines = st.text(st.characters(exclude_characters="\n\0\ufeff", exclude_categories=["Cs"]), max_size=40)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(json_values.map(json.dumps) | raw_lines, max_size=20))
def test_every_line_is_scored_or_failed_and_none_twice(sg: Model, rows: list[str]) -> None:
    data = "".join(row + "\n" for row in rows).encode()
    records = sum(bool(line.strip()) for line in data.split(b"\n"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in.jsonl").write_bytes(data)
        summary: Summary = score([folder / "in.jsonl"], folder / "out.jsonl", model=sg, format="jsonl")
        results = lines(folder / "out.jsonl")
        failed = lines(folder / "out.failed.jsonl") if summary.failed else []
    assert summary.read == records == summary.scored + summary.failed
    assert (len(results), len(failed)) == (summary.scored, summary.failed)
    places = [row["source"]["record"] for row in (*results, *failed)]
    assert sorted(places) == list(range(records))
    assert len({result["id"] for result in results}) == len(results)
