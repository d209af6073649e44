"""JSON Lines: one bad line costs one record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written import load

from servicegap.readers.jsonl import load as load_json
from servicegap.readers.source import Input


def test_every_field_is_read(tmp_path: Path) -> None:
    record = {
        "id": 17,
        "text": "It broke.",
        "channel": "review",
        "author": "Ann",
        "created_at": "2019-02-18",
        "parent": 16,
        "role": "Agent",
        "title": "Broken",
        "other": [1, 2],
    }
    [document] = load(tmp_path, "a.jsonl", json.dumps(record))
    assert (document.id, document.parent, document.text) == ("17", "16", "It broke.")
    assert (document.channel, document.author, document.title) == ("review", "Ann", "Broken")
    assert (document.created_at, document.role) == ("2019-02-18", "agent")
    assert document.source.to_dict() == {"path": "a.jsonl", "record": 0}


def test_missing_fields_stay_unknown_and_ids_come_from_the_path(tmp_path: Path) -> None:
    first, second = load(tmp_path, "a.jsonl", '{"text": "x"}\n\n  \n{"text": ""}\n')
    assert (first.id, second.id, second.text) == ("a.jsonl#0", "a.jsonl#1", "")
    assert (first.channel, first.author, first.parent, first.role) == (None, None, None, "customer")


@pytest.mark.parametrize(
    ("fields", "role"),
    [
        ({"role": "support"}, "agent"),
        ({"role": "Bot"}, "automatic"),
        ({"role": "user"}, "customer"),
        ({"role": 7}, "customer"),
        ({"inbound": False}, "agent"),
        ({"inbound": True}, "customer"),
    ],
)
def test_roles_by_other_words(tmp_path: Path, fields: dict[str, Any], role: str) -> None:
    [document] = load(tmp_path, "a.jsonl", json.dumps({"text": "x", **fields}))
    assert document.role == role


def test_other_names_and_channel_by_option(tmp_path: Path) -> None:
    fields = {"text": "body", "id": "key", "author": "by"}
    [document] = load(
        tmp_path, "a.jsonl", '{"key": "k", "body": "x", "by": "Bo", "text": 1}', fields=fields, channel="form"
    )
    assert (document.id, document.text, document.author, document.channel) == ("k", "x", "Bo", "form")
    [document] = load(tmp_path, "b.jsonl", '{"text": "x", "channel": "review"}', channel="form")
    assert document.channel == "review"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('{"text": "a"', "SG-I003"),
        ("word", "SG-I003"),
        ("[" * 100_000, "SG-I003"),
        ('["a"]', "SG-I003"),
        ('"a"', "SG-I003"),
        ("{}", "SG-I004"),
        ('{"text": null}', "SG-I004"),
        ('{"text": 3}', "SG-I004"),
        ('{"text": ["a"]}', "SG-I004"),
        ('{"text": {"a": 1}}', "SG-I004"),
        ('{"text": true}', "SG-I004"),
        ('{"text": "a", "id": {"a": 1}}', "SG-I004"),
        ('{"text": "a", "id": 1.5}', "SG-I004"),
        ('{"text": "a", "id": true}', "SG-I004"),
        ('{"text": "' + "a" * 101 + '"}', "SG-I005"),
    ],
)
def test_a_bad_line_is_one_failure(tmp_path: Path, line: str, code: str) -> None:
    first, failure, last = load(
        tmp_path, "a.jsonl", f'{{"text": "one"}}\n{line}\n{{"text": "two"}}\n', failures=1, max_text=100
    )
    assert (first.text, last.text, last.source.record) == ("one", "two", 2)
    assert (failure.code, failure.source.record) == (code, 1)
    assert "aaaa" not in failure.reason


def test_odd_characters_survive(tmp_path: Path) -> None:
    text = "a\x00b\ud83dc\x1fd\udead\u2028e"
    [document] = load(tmp_path, "a.jsonl", json.dumps({"text": text}) + "\n")
    assert document.text == text
    [document] = load(tmp_path, "b.jsonl", b'{"text": "a\x00\x01\tb"}\n', format="jsonl")
    assert document.text == "a\x00\x01\tb"
    [document] = load(tmp_path, "c.jsonl", '{"text": "\ud83d"}')
    assert document.text == "\ud83d"


def test_numbers_beyond_other_parsers_are_no_trouble(tmp_path: Path) -> None:
    [document] = load(tmp_path, "a.jsonl", '{"id": 123456789012345678901234567890, "text": "x", "score": NaN}')
    assert document.id == "123456789012345678901234567890"


def test_bad_bytes_are_replaced(tmp_path: Path) -> None:
    [document] = load(tmp_path, "a.jsonl", b'{"text": "\xe2\x82\xac 5 \xff bad"}')
    assert document.text == "\u20ac 5 \ufffd bad"


def test_byte_order_marks(tmp_path: Path) -> None:
    for encoding in ("utf-8-sig", "utf-16", "utf-32"):
        [document] = load(tmp_path, f"{encoding}.jsonl", '{"text": "caf\u00e9 \U0001f600"}\r\n'.encode(encoding))
        assert document.text == "caf\u00e9 \U0001f600"


@given(st.text(st.characters(exclude_categories=[])))
def test_any_text_comes_back(text: str) -> None:
    item = Input("x", None, None)  # type: ignore[arg-type]
    for ascii_only in (True, False):
        line = json.dumps({"text": text}, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
        read = load_json(item, line)["text"]
        assert read == json.loads(line.decode("utf-8", "surrogatepass"))["text"]
