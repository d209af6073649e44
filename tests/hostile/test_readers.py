"""Inputs made to hang, crash or fill the memory: each ends soon, as documents or as failures."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import time
import tracemalloc
from collections.abc import Iterator

import pytest

from servicegap.readers import FORMATS, Reader
from servicegap.readers.markup import text_of
from servicegap.types import Document, ReadFailure

SECONDS = 5.0
"""Many times what any of these takes on an idle core, far less than one that is not linear would."""


@pytest.fixture(autouse=True)
def soon() -> Iterator[None]:
    started = time.process_time()
    yield
    assert time.process_time() - started < SECONDS


def records(data: bytes, kind: str | None = None, **options: int) -> list[Document | ReadFailure]:
    return list(Reader(["-"], format=kind, stdin=io.BytesIO(data), **options))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["mbox", "eml", "html", "text", "jsonl", "json", "csv"])
def test_gzip_bombs_are_failures(kind: str) -> None:
    bomb = gzip.compress(b"a" * 100_000_000, 1)
    tracemalloc.start()
    try:
        found = records(bomb, kind, max_text=100_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert any(isinstance(record, ReadFailure) and record.code == "SG-I005" for record in found)
    assert len(found) <= 2
    assert peak < 60_000_000


def test_a_bomb_of_small_records_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("servicegap.readers.streams._UNPACKED_FREE", 1 << 22)
    bomb = gzip.compress(
        b'{"text": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}\n' * 10_000 + b"\n" * 50_000_000
    )
    *documents, failure = records(bomb, "jsonl")
    assert len(documents) == 10_000
    assert isinstance(failure, ReadFailure)
    assert failure.code == "SG-I005"


@pytest.mark.parametrize("kind", ["jsonl", "json", "csv", "tsv", "mbox", "eml", "text", "page", "html"])
def test_one_line_of_31_megabytes(kind: str) -> None:
    line = b"word " * 6_200_000
    data = {
        "jsonl": b'{"text": "' + line + b'"}\n{"text": "next"}\n',
        "json": b'[{"text": "' + line + b'"}, {"text": "next"}]',
        "csv": b"id,text\n1," + line + b"\n2,next\n",
        "tsv": b"id\ttext\n1\t" + line + b"\n2\tnext\n",
        "mbox": b"From a 2010 12:00\nA: b\n\n" + line + b"\n\nFrom a 2010 12:00\nA: b\n\nnext\n",
    }.get(kind, b"A: b\n\n" + line)
    failure, *rest = records(data, kind)
    assert isinstance(failure, ReadFailure)
    assert failure.code == "SG-I005"
    assert "word " not in failure.reason
    assert [str(getattr(record, "text", "")).strip() for record in rest] == (
        ["next"] if len(data) > len(line) + 6 else []
    )


def nested_mail(depth: int) -> bytes:
    opening = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(depth)
    )
    return b"From: a@b.c\nSubject: x\n" + opening + b"\nwords\n" * 10_000


@pytest.mark.parametrize(
    "data",
    [
        nested_mail(3000),
        b"From: a@b.c\nSubject: x\n" + b"Content-Type: message/rfc822\n\n" * 3000 + b"words",
        b"Content-Type: multipart/mixed; boundary=b\nFrom: a@b.c\n\n" + b"--b\n\nx\n" * 200_000,
        b"Subject: x\nContent-Type: multipart/mixed; boundary=b\nFrom: a@b.c\n\n" + b"--b-\n--bb\n --b\n" * 200_000,
    ],
    ids=["multiparts", "forwards", "parts", "almost boundaries"],
)
def test_mail_nested_or_cut_beyond_reason(data: bytes) -> None:
    found = records(data, "eml")
    assert 1 <= len(found) <= 40
    assert all(isinstance(record, Document) or record.code == "SG-I003" for record in found)


@pytest.mark.parametrize(
    "head",
    [
        b"Subject: " + b"=?utf-8?q?a?= " * 100_000,
        b"Subject: " + b"=?" * 500_000,
        b"From: " + b"(" * 500_000,
        b"From: " + b'"a\\' * 300_000,
        b"From: " + b"<a@b," * 200_000,
        b"Content-Type: text/plain" + b"; a=b" * 200_000,
        b'Content-Type: text/plain; charset="' + b'\\"' * 300_000,
        b"Content-Type: multipart/mixed; boundary*0=" + b"b" * 500_000,
        b"Date: " + b"1 " * 300_000,
        b"References: " + b"<" * 500_000,
        b"X: y\n" * 300_000 + b"A: b",
        b"Subject: a" + b"\n  b" * 300_000,
        b"Content-Transfer-Encoding: base64\nSubject: x\n\n" + b"=" * 1_000_000,
        b"Content-Transfer-Encoding: quoted-printable\nSubject: x\n\n" + b"=\n" * 500_000,
    ],
)
def test_headers_made_to_be_slow(head: bytes) -> None:
    [record] = records(b"From: a@b.c\n" * (b"From:" not in head) + head + b"\n\nwords", "eml")
    assert isinstance(record, Document)


@pytest.mark.parametrize(
    "data",
    [b"From \n" * 200_000, b"\nFrom a 12:00 2010\n" * 20_000, b"From " * 500_000, b">" * 3_000_000, b"\n" * 3_000_000],
)
def test_mailboxes_of_separators(data: bytes) -> None:
    assert all(isinstance(record, Document) for record in records(data, "mbox"))


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000 + "words",
        "<p>" + "".join(f"<font color={number}>" for number in range(20_000)) + "</p>" + "<p>words" * 20_000,
        "<b>" * 100_000 + "<p>words" * 10_000,
        "words" + "< " * 1_000_000,
        "<!--" * 300_000 + "words",
        "words<script>" * 100_000,
        "words<style " * 100_000,
        "<a " + "b=c " * 300_000 + ">words</a>",
        "<p " + " ".join(f"a{number}='x'" for number in range(100_000)) + ">words",
        "<p " + "".join(f'a{number}=">"' for number in range(60_000)) + ">words",
        "<p " + " ".join(f"<a{number}" for number in range(60_000)) + ">words",
        '<p a="' + "b='c\" " * 100_000 + ">words",
        "&amp" * 300_000 + "words",
        "<div class='" + "comment " * 200_000 + "'>words</div>",
        "<div class=comment id=comment-1>" * 3_000 + "words" + "</div>" * 3_000,
        "<div id=comments>" + "<span class=author>Ann</span><p>words</p>" * 20_000,
        "<div class=time>" * 5_000 + "words" * 100,
        "<div class=author>" * 5_000 + "words" * 100,
        "<table><tr><td>words" * 20_000,
        "<blockquote>" * 10_000 + "<br>words" * 2_000,
        "<pre>" + "words\n" * 100_000,
    ],
)
def test_pages_made_to_be_slow(html: str) -> None:
    found = records(html.encode(), "html")
    assert all(isinstance(record, Document) for record in found)
    assert (
        any("words" in (record.text or "") for record in found if isinstance(record, Document))
        or "<script" in html
        or "<!" in html
    )
    assert text_of(html) is not None


@pytest.mark.parametrize(
    "line",
    [
        "Jane Doe says:\nwords\n",
        "Jane Doe\n9 years ago\nwords\n",
        "2 Comments\n",
        "March 3, 2015 at 4:12 pm\n",
        "Leave a Reply\n",
        "Reply\n0\n",
        "Posted by Jane Doe on March 3, 2015\n",
        "\n",
        "1 ",
        "a few a few ",
        "1/1/1/1/",
        "[a ",
        "@Jane ",
        "words and words.\n2 Comments\n",
    ],
)
def test_saved_pages_made_to_be_slow(line: str) -> None:
    assert len(records((line * 8_000).encode(), "page")) >= 1


@pytest.mark.parametrize(
    "row",
    [
        b'"',
        b'"\n',
        b'1,"a\n',
        b'1,""a\n',
        b"1,'a\n",
        b'"""",\n',
        b'a"","""\n',
        b",",
        b",\n",
        b'\\"x,"y\\"z\n',
        b"\r",
        b'1, "\n',
    ],
)
def test_tables_of_quotes(row: bytes) -> None:
    for start in (b"", b'1,"open\n'):
        found = records(b"id,text\n" + start + row * 20_000, "csv")
        assert all(isinstance(record, Document | ReadFailure) for record in found)


def test_json_made_to_be_deep() -> None:
    deep = "[" * 100_000 + "]" * 100_000
    assert [getattr(record, "code", None) for record in records(deep.encode(), "json")] == ["SG-I003"]
    thread: dict[str, object] = {"post": {"uri": "u", "record": {"text": "x"}}}
    for _ in range(100):
        thread = {"post": {"uri": "u", "record": {"text": "x"}}, "replies": [thread]}
    assert len(records(json.dumps({"thread": thread}).encode(), "json")) == 101
    lists: object = {"text": "x"}
    for _ in range(400):
        lists = [lists]
    assert len(records(json.dumps(lists).encode(), "json")) == 1
    assert [
        getattr(record, "code", None) for record in records(b'{"id": ' + b"1" * 100_000 + b', "text": "x"}', "jsonl")
    ] == ["SG-I003"]


@pytest.mark.parametrize("kind", [None, *FORMATS])
def test_noise_is_read_or_refused(kind: str | None) -> None:
    noise = random.Random(7).randbytes(300_000)
    found = records(noise, kind)
    assert found or kind in ("csv", "tsv")
    for record in found:
        if isinstance(record, ReadFailure):
            assert record.code in ("SG-I002", "SG-I003", "SG-I004")
            assert "rest of the file" not in record.reason


def test_reasons_carry_no_words() -> None:
    secret = "SECRETWORD"
    for data in (
        f'{{"text": {{"{secret}": 1}}}}',
        f'{{"{secret}": }}',
        f'{{"id": ["{secret}"], "text": "x"}}',
        f"{secret},b\n1,2\n",
        f'id,text\n"{secret}\n',
        f"id,text\n{secret},a,b\n",
        f"[{secret}]",
    ):
        for kind in ("jsonl", "json", "csv"):
            for record in records(data.encode(), kind):
                assert isinstance(record, Document) or secret not in record.reason


def test_folders_of_links_end(tmp_path: os.PathLike[str]) -> None:
    root = os.fspath(tmp_path)
    for name in "abcdef":
        os.mkdir(f"{root}/{name}")
    for name in "abcdef":
        for other in "abcdef":
            os.symlink(f"{root}/{other}", f"{root}/{name}/{other}")
    with open(f"{root}/a/x.txt", "w") as file:
        file.write("words")
    [document] = Reader([root])
    assert isinstance(document, Document)
    assert document.text == "words"
