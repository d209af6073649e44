"""The way in: folders, standard input, formats by looking, ids, counts and refusals."""

from __future__ import annotations

import gzip
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written import load

from servicegap.errors import InputError, OutputError
from servicegap.readers import FORMATS, Reader, read
from servicegap.types import Document


def test_a_folder_is_read_in_order_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a/y/x.txt", ".hidden", ".git/config", "c.jsonl"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text('{"text": "c"}' if name == "c.jsonl" else name)
    reader = Reader([tmp_path])
    assert [record.id for record in reader] == ["a/y/x.txt#0", "a/z.txt#0", "b.txt#0", "c.jsonl#0"]
    assert reader.stats.files == 4
    assert reader.stats.bytes_done == reader.stats.bytes_total == 34


def test_links_that_go_round_are_read_once(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/x.txt").write_text("words")
    (tmp_path / "a/up").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "gone.txt").symlink_to("nowhere")
    document, *failures = Reader([tmp_path])
    assert document.id == "a/x.txt#0"
    assert [failure.code for failure in failures] == ["SG-I001", "SG-I001"]


def test_pipes_in_folders_are_left_alone(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    [failure] = Reader([tmp_path])
    assert failure.code == "SG-I002"


def test_standard_input() -> None:
    [document] = read("-", stdin=io.BytesIO(b"It broke."))
    assert (document.text, document.id) == ("It broke.", "-#0")
    packed = gzip.compress(b'{"id": "a", "text": "x"}\n{"id": "b", "text": "y"}\n')
    assert [record.id for record in read("-", stdin=io.BytesIO(packed))] == ["a", "b"]


def test_repeated_ids_get_a_number(tmp_path: Path) -> None:
    for folder in ("one", "two", "three"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text(folder)
        (tmp_path / folder / "b.jsonl").write_text(
            '{"id": "x", "text": "q"}\n{"id": "x~2", "text": "r", "parent": "x"}'
        )
    reader = Reader([tmp_path / folder for folder in ("one", "two", "three")])
    records = list(reader)
    ids = [record.id for record in records]
    assert ids == ["a.txt#0", "x", "x~2", "a.txt#0~2", "x~3", "x~2~2", "a.txt#0~3", "x~4", "x~2~3"]
    assert reader.stats.repeated_ids == 6
    assert [record.parent for record in records[2::3]] == ["x", "x~3", "x~4"]


def test_comments_follow_their_page_when_it_is_renamed(tmp_path: Path) -> None:
    page = "Kettle\n\nIt broke and nobody answers.\n\n1 Comment\n\nJo Day says:\nMine too!\n\nLeave a Reply\n"
    (tmp_path / "p.txt").write_text(page)
    records = list(Reader([tmp_path / "p.txt", tmp_path / "p.txt"]))
    assert [record.id for record in records] == ["p.txt#0", "p.txt#0/c1", "p.txt#0~2", "p.txt#0/c1~2"]
    assert records[3].parent == "p.txt#0~2"


@given(st.lists(st.sampled_from(["a", "a~2", "a~3", "a~2~2", "b"]), max_size=30))
def test_ids_are_never_alike(ids: list[str]) -> None:
    data = "".join(json.dumps({"id": name, "text": "x"}) + "\n" for name in ids).encode()
    found = [record.id for record in Reader(["-"], format="jsonl", stdin=io.BytesIO(data))]
    assert len(found) == len(set(found)) == len(ids)


def test_the_only_input_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="SG-I001") as caught:
        Reader([tmp_path / "gone"])
    assert caught.value.place == str(tmp_path / "gone")
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4 \x00\x01")
    with pytest.raises(InputError, match=r"SG-I002.*--format"):
        Reader([tmp_path / "a.pdf"])
    with pytest.raises(InputError, match="SG-I001"):
        Reader(["a\0b"])


def test_among_others_it_is_one_failure(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("words")
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    reader = Reader([tmp_path / "gone.txt", tmp_path / "a.png", tmp_path / "a.txt"])
    gone, picture, document = reader
    assert (gone.code, gone.source.path) == ("SG-I001", "gone.txt")
    assert (picture.code, picture.source.path) == ("SG-I002", "a.png")
    assert document.text == "words"
    assert (reader.stats.records, reader.stats.failed) == (3, 2)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("words")
    (tmp_path / "a.txt").chmod(0)
    with pytest.raises(InputError, match="SG-I001"):
        Reader([tmp_path / "a.txt"])
    assert [record.code for record in Reader([tmp_path])] == ["SG-I001"]


@pytest.mark.parametrize(
    "options",
    [{"format": "docx"}, {"fields": {"body": "x"}}, {"max_text": 0}, {"max_text": 2**31}],
    ids=["format", "fields", "max_text", "max_text_too_large"],
)
def test_wrong_options(options: dict[str, Any]) -> None:
    with pytest.raises(OutputError, match="SG-O004") as caught:
        Reader(["-"], **options)
    assert caught.value.place in options


@pytest.mark.parametrize("name", ["a.txt", "a.eml", "a.html", "a.jsonl", "a.csv"])
def test_the_largest_limit_takes_no_memory_before_it_is_needed(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('{"text": "words"}' if name == "a.jsonl" else "text\nwords\n")
    assert all(isinstance(record, Document) for record in Reader([tmp_path], max_text=2**31 - 1))


MAIL = (
    "Received: from x\nFrom: Ann <ann@example.com>\nTo: b@c.d\nSubject: Late\n"
    "Date: Fri, 06 Aug 2010 12:08:34 +0100\n\nWords\n"
)
KNOWN = {
    "mbox": "From ann@example.com Fri Aug  6 12:08:34 2010\n" + MAIL,
    "eml": MAIL,
    "html": "<!doctype html><html><body><p>Words</p></body></html>",
    "text": "Words, and nothing else.",
    "jsonl": '{"id": "1", "text": "Words"}\n{"id": "2", "text": "More"}\n',
    "json": '[{"id": "1", "text": "Words"}]',
    "csv": "id,date,text\n1,2020-01-01,Words\n2,2020-01-02,More\n",
    "tsv": "id\tdate\ttext\n1\t2020-01-01\tWords\n2\t2020-01-02\tMore\n",
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", sorted(KNOWN))
def test_formats_are_found_by_looking_and_by_name(tmp_path: Path, kind: str, packed: bool) -> None:
    data = KNOWN[kind].encode()
    data = gzip.compress(data) if packed else data
    suffix = {"text": "txt"}.get(kind, kind) + (".gz" if packed else "")
    named, nameless, told = (
        load(tmp_path, f"a.{suffix}", data),
        load(tmp_path, "nameless", data),
        load(tmp_path, "b.dat", data, format=kind),
    )
    assert [record.text for record in named] == [record.text for record in nameless] == [record.text for record in told]
    assert named[0].text.strip().startswith("Words")
    assert kind in FORMATS


def test_an_empty_file_is_an_empty_text(tmp_path: Path) -> None:
    for name in ("empty.txt", "empty"):
        [document] = load(tmp_path, name, "")
        assert (document.text, document.id) == ("", f"{name}#0")


def test_a_text_too_long_is_refused_without_its_words(tmp_path: Path) -> None:
    for name in ("a.txt", "a.html", "a.eml"):
        [failure] = load(tmp_path, name, "Subject: x\n\n" + "word " * 30, failures=1, max_text=100)
        assert failure.code == "SG-I005"
        assert "word" not in failure.reason.replace("words", "")


def test_progress_can_be_watched(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text("x" * 1000)
    reader = Reader([tmp_path])
    assert reader.stats.bytes_total == 3000
    seen = [reader.stats.bytes_done for _ in reader]
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (1000, 3000)


def test_replacements_are_counted(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"caf\xe9")
    (tmp_path / "b.txt").write_bytes("caf\u00e9".encode() + b"\xff caf\xc3\xa9")
    (tmp_path / "c.txt").write_text("plain")
    reader = Reader([tmp_path])
    assert [record.text for record in reader] == ["caf\u00e9", "caf\u00e9\ufffd caf\u00e9", "plain"]
    assert reader.stats.replaced == 2


def test_streams_of_any_length_need_no_more_memory() -> None:
    """The first record comes before the second megabyte has been asked for."""
    line = b'{"text": "' + b"x" * 1000 + b'"}\n'
    asked = 0

    class Endless(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            nonlocal asked
            asked += 1
            return line * (size // len(line) + 1)

    for record, _ in zip(Reader(["-"], format="jsonl", stdin=Endless()), range(100), strict=False):  # type: ignore[arg-type]
        assert isinstance(record, Document)
    assert asked < 5


@given(st.binary(max_size=300), st.sampled_from([None, *FORMATS]))
def test_any_bytes_are_read_or_refused(data: bytes, kind: str | None) -> None:
    reader = Reader(["-"], format=kind, stdin=io.BytesIO(data))
    records = list(reader)
    assert reader.stats.records == len(records)
    for record in records:
        if isinstance(record, Document):
            assert isinstance(record.text, str)
        else:
            assert "reader" not in record.reason
            assert "the rest of the file" not in record.reason
