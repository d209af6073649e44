"""The real texts, where they are: every record of them is read, and the three saved pages are told apart."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from servicegap.readers import Reader
from servicegap.types import Document

DATA = os.environ.get("SERVICEGAP_DATA")
pytestmark = pytest.mark.skipif(not DATA, reason="SERVICEGAP_DATA is not set")
FOLDER = Path(DATA or ".") / "reading"


@pytest.mark.parametrize(("name", "channel"), [("reviews", "review"), ("social", "social"), ("blogs", None)])
def test_every_record_is_read(name: str, channel: str | None) -> None:
    path = FOLDER / f"{name}.jsonl"
    reader = Reader([path])
    records = list(reader)
    with path.open("rb") as file:
        assert len(records) == sum(1 for _ in file)
    assert reader.stats.failed == reader.stats.replaced == 0
    assert reader.stats.bytes_done == path.stat().st_size
    assert channel is None or {record.channel for record in records if isinstance(record, Document)} == {channel}


def documents(number: str) -> list[Document]:
    [path] = (FOLDER / "pages").glob(f"{number}_*.txt")
    whole = path.read_text("utf-8")
    found = [record for record in Reader([path]) if isinstance(record, Document)]
    for document in found:
        start = document.source.start
        assert start is not None
        assert document.text == whole[start : start + len(document.text or "")]
    return found


def test_the_post_and_its_seventeen_comments() -> None:
    post, *comments = documents("002")
    assert (post.channel, post.parent) == ("blog", None)
    assert len(comments) == 17
    assert len({comment.author for comment in comments}) == 17
    assert {comment.parent for comment in comments} == {post.id}
    assert {comment.channel for comment in comments} == {"comment"}
    for document in (post, *comments):
        text = document.text or ""
        for furniture in (
            "Discussion Questions",
            "BrainTrust",
            "Poll",
            "17 Comments",
            "years ago",
            "Should retailers and CPG",
        ):
            assert furniture not in text
        assert document.author is None or not text.startswith(document.author)


@pytest.mark.parametrize(
    ("number", "furniture"),
    [
        ("001", ("Leave a Reply", "commenting using", "General, Process")),
        ("003", ("About the Author", "Tagged:", "ssm_form", "Call us")),
    ],
)
def test_posts_without_comments(number: str, furniture: tuple[str, ...]) -> None:
    [post] = documents(number)
    assert post.title
    assert not any(words in (post.text or "") for words in furniture)
    assert len(post.text or "") > 2000
