"""Splits: no writer and no event on two sides, and nothing moves."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from servicegap.training.corpus import Record
from servicegap.training.split import CHALLENGE, assign, groups


def record(name: str, author: str | None = None, situation: str | None = None, split: str | None = None) -> Record:
    return Record(name, "", False, {}, {}, author=author, situation=situation, split=split)


keys = st.none() | st.sampled_from("abcdefgh")
records = st.lists(st.tuples(keys, keys), max_size=30).map(
    lambda pairs: [record(f"r{n}", *pair) for n, pair in enumerate(pairs)]
)


@given(records)
def test_no_author_and_no_situation_stands_in_two_splits(texts: list[Record]) -> None:
    splits = assign(texts)
    assert set(splits) == {text.id for text in texts}
    for key in ("author", "situation"):
        for value in {getattr(text, key) for text in texts} - {None}:
            assert len({splits[text.id] for text in texts if getattr(text, key) == value}) == 1


@given(records, st.randoms(use_true_random=False))
def test_neither_order_nor_a_stranger_moves_a_text(texts: list[Record], random: object) -> None:
    splits = assign(texts)
    shuffled = [*texts, record("stranger", "z", "z")]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = assign(shuffled)
    assert {name: again[name] for name in splits} == splits


@given(records)
def test_groups_hold_each_text_once(texts: list[Record]) -> None:
    assert sorted(name for ids in groups(texts).values() for name in ids) == sorted(text.id for text in texts)


def test_shares_are_about_what_was_asked_for() -> None:
    texts = [record(str(n), f"a{n // 2}") for n in range(6000)]
    counts = Counter(assign(texts).values())
    assert abs(counts["train"] - 4800) < 150
    assert abs(counts["dev"] - 600) < 120
    assert set(assign(texts, shares={"train": 1, "dev": 1}).values()) == {"train", "dev"}


def test_what_the_corpus_gives_holds_for_the_whole_group() -> None:
    texts = [record(str(n), f"a{n}") for n in range(200)]
    texts += [record("x", "a0", "s"), record("y", None, "s", CHALLENGE), record("z", "b", split="train")]
    splits = assign(texts)
    assert {splits["0"], splits["x"], splits["y"]} == {CHALLENGE}
    assert splits["z"] == "train"
    # the corpus chose its challenge itself: no other text is put there
    assert sum(split == CHALLENGE for split in splits.values()) == 3


def test_a_long_chain_of_shared_keys_is_one_group() -> None:
    texts = [record(str(n), f"a{n // 2}", f"s{(n + 1) // 2}") for n in range(20_000)]
    assert len(groups(texts)) == 1
    assert len(set(assign(texts).values())) == 1


def test_a_text_has_the_split_that_it_always_had() -> None:
    """A change here moves texts between training and measuring."""
    texts = [record("own:1"), record("own:9"), record("own:12"), record("x", "W1-a2"), record("y", "W1-a2", "W1-s12")]
    assert assign(texts) == {"own:1": "train", "own:9": CHALLENGE, "own:12": "dev", "x": CHALLENGE, "y": CHALLENGE}
