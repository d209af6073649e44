"""Agreement of two readers: what counts, and what a doubt takes out."""

from __future__ import annotations

from pathlib import Path

from servicegap.taxonomy import load
from servicegap.training import corpus
from servicegap.training.agreement import agreement
from servicegap.training.corpus import Record
from servicegap.types import Span

TYPES = load().type_ids


def record(id: str, *types: str, doubtful: tuple[str, ...] = (), complaint: bool = True, start: int = 0) -> Record:
    spans = {name: (Span(start, start + 4),) for name in types}
    return Record(id, "x" * 40, complaint, spans, {}, doubtful=frozenset(doubtful))


def test_the_same_labels_agree_fully() -> None:
    first = [record("a", "rude_staff"), record("b"), record("c", "long_wait", "runaround")]
    figures = agreement(first, {one.id: one for one in first}, TYPES)
    assert figures["firm"] == figures["beyond_doubt"] == {"micro_f1": 1.0, "macro_f1": 1.0}
    assert (figures["texts"], figures["complaint"], figures["spans"]) == (3, 1.0, 1.0)


def test_a_doubt_of_either_takes_a_type_out() -> None:
    first = [record("a", "rude_staff", "long_wait")]
    second = {"a": record("a", "rude_staff", doubtful=("long_wait",), start=20, complaint=False)}
    figures = agreement(first, second, TYPES)
    assert figures["firm"]["micro_f1"] == 0.6667
    assert figures["beyond_doubt"]["micro_f1"] == 1.0
    assert (figures["complaint"], figures["spans"]) == (0.0, 0.0)


def test_the_readings_in_the_tree_cover_the_same_texts() -> None:
    own = sorted((Path(__file__).parents[2] / "corpora" / "servicegap-own").iterdir())[-1]
    texts = {one.id: one.text for one in corpus.read(own)}
    first, second = (list(corpus.read(own / "readings" / f"{name}.jsonl", texts=texts)) for name in ("first", "second"))
    assert [one.id for one in first] == [one.id for one in second]
    figures = agreement(first, {one.id: one for one in second}, TYPES)
    assert figures["texts"] >= 400
    assert figures["firm"]["micro_f1"] > 0.7
