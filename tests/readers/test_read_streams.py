"""Bytes: charsets guessed as a person would, gzip within bounds, dates as the sources write them."""

from __future__ import annotations

import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicegap.readers import Reader, dates
from servicegap.readers.streams import decode, open_stream
from servicegap.types import Document, ReadFailure


@given(st.text(), st.sampled_from([None, "utf-8", "ascii", "iso-8859-1", "windows-1252", "nonsense"]))
def test_utf8_is_known_whatever_was_declared(text: str, charset: str | None) -> None:
    assert decode(text.encode(), charset) == (text, True)


@given(st.binary(), st.text(max_size=12))
def test_decoding_never_fails(data: bytes, charset: str) -> None:
    text, certain = decode(data, charset)
    assert isinstance(text, str)
    assert certain or not data.isascii() or charset


@given(st.binary(max_size=5000), st.integers(1, 700))
def test_streams_give_what_was_written(data: bytes, size: int) -> None:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb", b"\x1f\x8b") or b"\0" in data:
        data = b"x" + data.replace(b"\0", b"")
    packed = gzip.compress(data[:size]) + gzip.compress(data[size:]) + b"\0" * 9
    for raw in (data, packed):
        counted: list[int] = []
        stream, head, _ = open_stream(io.BytesIO(raw), counted.append)
        assert stream.read() == data
        assert data.startswith(head)
        assert sum(counted) == len(raw)


def test_truncated_gzip_gives_what_came_before() -> None:
    lines = b"".join(b'{"id": "%d", "text": "%d"}\n' % (number, number * 7919) for number in range(20_000))
    packed = gzip.compress(lines)
    records = list(Reader(["-"], format="jsonl", stdin=io.BytesIO(packed[: len(packed) // 2])))
    *documents, failure = records
    assert isinstance(failure, ReadFailure)
    assert failure.code == "SG-I003"
    assert len(documents) > 5000
    assert all(isinstance(document, Document) for document in documents)


@pytest.mark.parametrize("damage", [b"\x1f\x8b", b"\x1f\x8b\x08\x00garbage", b"\x1f\x8b\x08\x00\0\0\0\0\0\0\xff\xff"])
def test_broken_gzip_is_one_failure(damage: bytes) -> None:
    [failure] = Reader(["-"], stdin=io.BytesIO(damage))
    assert isinstance(failure, ReadFailure)
    assert failure.code == "SG-I003"


@pytest.mark.parametrize(
    ("said", "iso"),
    [
        ("2015-03-03", "2015-03-03"),
        ("2015-03", "2015-03"),
        ("2015", "2015"),
        ("2015-03-03T16:12:00Z", "2015-03-03T16:12:00+00:00"),
        ("2015-03-03 16:12", "2015-03-03T16:12:00"),
        ("2015/03/03", "2015-03-03"),
        ("Tue Oct 31 22:10:47 +0000 2017", "2017-10-31T22:10:47+00:00"),
        ("Fri, 06 Aug 2010 12:08:34 +0100", "2010-08-06T12:08:34+01:00"),
        ("March 3, 2015 at 4:12 pm", "2015-03-03T16:12:00"),
        ("March 3rd, 2015", "2015-03-03"),
        ("3 March 2015, 09:05", "2015-03-03T09:05:00"),
        ("12:30 AM", None),
        ("Mar 3 2015 12:30 AM", "2015-03-03T00:30:00"),
        ("25/12/2020", "2020-12-25"),
        ("12/25/20", "2020-12-25"),
        ("3/3/2015", "2015-03-03"),
        ("3/4/2015", None),
        ("9 years ago", None),
        ("February 30, 2015", None),
        ("March 3, 2015 at 99:99", None),
        ("99/99/2015", None),
        ("", None),
        ("x" * 1000, None),
        (1425399120, "2015-03-03T16:12:00+00:00"),
        (1425399120000, "2015-03-03T16:12:00+00:00"),
        ("1425399120", "2015-03-03T16:12:00+00:00"),
        (float("nan"), None),
        (1e300, None),
        (True, None),
        (None, None),
        ([2015], None),
    ],
)
def test_dates(said: object, iso: str | None) -> None:
    assert dates.iso(said) == iso


@given(st.text(st.sampled_from("0123456789/:-. ,apmTZ+MarchTueago"), max_size=90))
def test_no_date_breaks_the_reading(said: str) -> None:
    found = dates.iso(said)
    assert found is None or found[:4].isdigit()
