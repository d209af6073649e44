"""Exports of the networks, as they come."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from written import load

TWEET = {
    "created_at": "Tue Oct 31 22:10:47 +0000 2017",
    "id": 3,
    "id_str": "3",
    "full_text": "@acme still no parcel &amp; no answer",
    "in_reply_to_status_id_str": "2",
    "user": {"screen_name": "ann", "name": "Ann"},
}
STATUS = {
    "id": "109",
    "created_at": "2022-11-05T10:00:00.000Z",
    "in_reply_to_id": "108",
    "spoiler_text": "rant",
    "content": "<p>Still <b>no</b> parcel.<br>Day 9</p>",
    "account": {"acct": "ann@social.example"},
}
SKEET = {
    "uri": "at://did:plc:a/app.bsky.feed.post/3",
    "author": {"handle": "ann.example"},
    "record": {
        "$type": "app.bsky.feed.post",
        "text": "No parcel",
        "createdAt": "2024-01-02T03:04:05Z",
        "reply": {"parent": {"uri": "at://did:plc:b/app.bsky.feed.post/2"}},
    },
}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("one.json", json.dumps(TWEET)),
        ("pretty.json", json.dumps(TWEET, indent=2)),
        ("array.json", json.dumps([TWEET])),
        ("lines.jsonl", json.dumps(TWEET) + "\n"),
        ("tweets.js", "window.YTD.tweets.part0 = " + json.dumps([{"tweet": TWEET}], indent=1)),
        ("unnamed", json.dumps(TWEET) + "\n"),
        ("search.json", json.dumps({"statuses": [TWEET], "search_metadata": {}})),
    ],
)
def test_first_x_interface(tmp_path: Path, name: str, content: str) -> None:
    [post] = load(tmp_path, name, content)
    assert (post.text, post.id, post.parent) == ("@acme still no parcel &amp; no answer", "3", "2")
    assert (post.author, post.channel, post.created_at) == ("ann", "social", "2017-10-31T22:10:47+00:00")


def test_second_x_interface(tmp_path: Path) -> None:
    response = {
        "data": [
            {
                "id": "12",
                "author_id": "7",
                "text": "short",
                "created_at": "2022-11-05T10:00:00.000Z",
                "referenced_tweets": [{"type": "quoted", "id": "9"}, {"type": "replied_to", "id": "11"}],
                "note_tweet": {"text": "the long text"},
                "edit_history_tweet_ids": ["12"],
            },
            {"id": "13", "author_id": "8", "text": "second", "edit_history_tweet_ids": ["13"]},
        ],
        "includes": {"users": [{"id": "7", "username": "ann"}]},
        "meta": {"result_count": 2},
    }
    first, second = load(tmp_path, "a.json", json.dumps(response))
    assert (first.text, first.author, first.parent) == ("the long text", "ann", "11")
    assert (second.text, second.author, second.parent, second.channel) == ("second", "8", None, "social")


def test_whose_post_it_is(tmp_path: Path) -> None:
    company = {**TWEET, "id_str": "9", "author": {"username": "acme", "verified_type": "business"}}
    del company["user"]
    robot = {**STATUS, "account": {"acct": "trains", "bot": True}}
    posts = load(tmp_path, "a.json", json.dumps([TWEET, company, STATUS, robot]))
    assert [post.role for post in posts] == ["customer", "agent", "customer", "automatic"]
    assert posts[1].author == "acme"


@pytest.mark.parametrize(
    "content", [json.dumps(STATUS), json.dumps([STATUS]), json.dumps({**STATUS, "content": "", "reblog": STATUS})]
)
def test_mastodon_status(tmp_path: Path, content: str) -> None:
    [post] = load(tmp_path, "a.json", content)
    assert (post.text, post.title) == ("Still no parcel.\nDay 9", "rant")
    assert (post.id, post.parent, post.author, post.channel) == ("109", "108", "ann@social.example", "social")


def test_mastodon_archive(tmp_path: Path) -> None:
    note = {"id": "https://x/1", "content": "<p>Hi</p>", "published": "2022-11-05T10:00:00Z", "inReplyTo": None}
    outbox = {
        "orderedItems": [
            {"type": "Create", "object": {**note, "type": "Note", "attributedTo": "https://x/ann"}},
            {"type": "Announce", "object": "https://y/2"},
        ]
    }
    [post] = load(tmp_path, "outbox.json", json.dumps(outbox))
    assert (post.text, post.id, post.author) == ("Hi", "https://x/1", "https://x/ann")


def test_bluesky_thread_feed_and_records(tmp_path: Path) -> None:
    reply = {"post": {**SKEET, "uri": "at://4"}, "replies": []}
    thread = {
        "thread": {"$type": "app.bsky.feed.defs#threadViewPost", "post": SKEET, "replies": [reply, {"notFound": True}]}
    }
    first, second = load(tmp_path, "thread.json", json.dumps(thread))
    assert (first.id, first.text, first.author) == (SKEET["uri"], "No parcel", "ann.example")
    assert (first.parent, second.id) == ("at://did:plc:b/app.bsky.feed.post/2", "at://4")
    assert (
        len(load(tmp_path, "feed.json", json.dumps({"feed": [{"post": SKEET}, {"post": {**SKEET, "uri": "at://5"}}]})))
        == 2
    )
    [bare] = load(tmp_path, "bare.json", json.dumps(SKEET["record"]))
    assert (bare.text, bare.id) == ("No parcel", "bare.json#0")


def test_an_array_of_plain_records(tmp_path: Path) -> None:
    records = [{"id": "a", "text": "x", "channel": "chat"}, {"text": None}, "word", {"id": "b", "text": "y"}]
    first, none, word, last = load(tmp_path, "a.json", json.dumps(records), failures=2)
    assert (first.channel, none.code, word.code, last.id) == ("chat", "SG-I004", "SG-I003", "b")
    [document] = load(tmp_path, "b.json", json.dumps([{"say": "x"}]), fields={"text": "say"})
    assert document.text == "x"


def test_a_bad_line_among_posts_costs_one(tmp_path: Path) -> None:
    lines = "\n".join(['{"broken": }', json.dumps(TWEET), "{", json.dumps({**TWEET, "id_str": "4"})])
    records = load(tmp_path, "a.jsonl", lines, failures=2)
    assert [record.id for record in records if hasattr(record, "text")] == ["3", "4"]


def test_a_damaged_array_is_one_failure(tmp_path: Path) -> None:
    [failure] = load(tmp_path, "a.json", json.dumps([TWEET])[:-5], failures=1)
    assert failure.code == "SG-I003"


@pytest.mark.parametrize("value", [1, "x", [], {}, None, True])
def test_odd_values_break_nothing(tmp_path: Path, value: Any) -> None:
    for post in (TWEET, STATUS, SKEET):
        for key in post:
            records = load(
                tmp_path,
                "a.json",
                json.dumps([{**post, key: value}, TWEET]),
                failures=0 if _fine(post, key, value) else 1,
            )
            assert len(records) >= 1


def _fine(post: dict[str, Any], key: str, value: Any) -> bool:
    from servicegap.readers.social import _fields, _unfolded

    for inner, users in _unfolded({**post, key: value}):
        fields = _fields(inner, users, {})
        if not isinstance(fields["text"], str) or isinstance(fields["id"], bool | list | dict):
            return False
    return True
