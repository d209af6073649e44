"""The splitter finds the messages of a mailbox and nothing else."""

from __future__ import annotations

import io
import mailbox
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written import load

from servicegap.readers.mbox import split
from servicegap.readers.source import Input, Options, ReadStats

FROM = "From ann@example.com Fri Aug  6 12:08:34 2010\n"


def pieces(data: bytes, max_text: int = 1_000_000) -> list[bytes | None]:
    return list(split(Input("x", io.BufferedReader(io.BytesIO(data)), ReadStats(), Options(max_text))))


def test_messages_ids_and_record_numbers(tmp_path: Path) -> None:
    box = f"{FROM}Message-ID: <a@x>\nFrom: a@x\n\nOne\n\n{FROM}From: b@x\n\nTwo\n"
    one, two = load(tmp_path, "box.mbox", box)
    assert [(mail.id, mail.text, mail.source.record) for mail in (one, two)] == [
        ("a@x", "One\n", 0),
        ("box.mbox#1", "Two\n", 1),
    ]


def test_from_in_the_body_is_no_separator() -> None:
    box = (
        f"{FROM}A: b\n\nFirst.\n\nFrom the start nobody called.\nFrom 9:00 in 2010\n\n"
        f"From here: nothing.\n\n{FROM}A: c\n\nx\n"
    )
    first, second = pieces(box.encode())
    assert first is not None
    assert first.endswith(b"From here: nothing.\n")
    assert second == b"A: c\n\nx\n"


def test_separator_without_blank_line_and_without_date() -> None:
    assert len(pieces(f"{FROM}A: b\n\nOne\n{FROM}A: c\n\nTwo\n".encode())) == 2
    assert len(pieces(b"From ann\nA: b\n\nOne\n\nFrom bob\nA: c\n\nTwo\n")) == 2


def test_escaped_lines_lose_one_mark() -> None:
    [message] = pieces(f"{FROM}A: b\n\n>From me\n>>From you\n> From: them\n".encode())
    assert message == b"A: b\n\nFrom me\n>From you\n> From: them\n"


def test_windows_line_ends() -> None:
    box = f"{FROM}A: b\n\nOne\n\n{FROM}A: c\n\nTwo\n".replace("\n", "\r\n").encode()
    assert pieces(box) == [b"A: b\r\n\r\nOne\r\n", b"A: c\r\n\r\nTwo\r\n"]


def test_what_stands_before_the_first_separator_is_kept() -> None:
    assert pieces(f"A: b\n\nLoose\n\n{FROM}A: c\n\nTwo\n".encode()) == [b"A: b\n\nLoose\n", b"A: c\n\nTwo\n"]
    assert pieces(b"\n\n" + f"{FROM}A: c\n\nTwo\n".encode()) == [b"A: c\n\nTwo\n"]


def test_empty_mailbox_has_no_message(tmp_path: Path) -> None:
    assert load(tmp_path, "box.mbox", "") == []


def test_one_message_too_long_costs_no_other(tmp_path: Path) -> None:
    box = f"{FROM}Subject: a\n\nOne\n\n{FROM}Subject: b\n\n{'word ' * 800_000}\n\n{FROM}Subject: c\n\nTwo\n"
    first, failure, last = load(tmp_path, "box.mbox", box, failures=1, max_text=1000)
    assert (first.text, failure.code, failure.source.record, last.text) == ("One\n", "SG-I005", 1, "Two\n")


def test_same_messages_as_the_standard_library(tmp_path: Path) -> None:
    path = tmp_path / "box"
    theirs = mailbox.mbox(path)
    for number in range(50):
        theirs.add(f"Subject: {number}\nFrom: a@x\n\nFrom one\n\nFrom two {number}\n{'line of words ' * number}\n")
    theirs.close()
    found = pieces(path.read_bytes())
    assert len(found) == 50
    again = mailbox.mbox(path)
    for mine, message in zip(found, again, strict=True):
        assert mine is not None
        assert mine.split(b"\n\n", 1)[1].replace(b"From", b">From").strip() == message.get_payload().encode().strip()
    again.close()


@given(
    bodies=st.lists(st.text(st.sampled_from("aF :rom>\n"), max_size=60), min_size=1, max_size=6),
    chunk=st.integers(1, 50),
)
def test_chunks_make_no_difference(bodies: list[str], chunk: int) -> None:
    box = "".join(f"{FROM}Subject: x\n\n{body}\n\n" for body in bodies).encode()
    whole = pieces(box)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("servicegap.readers.mbox.CHUNK", chunk)
        assert pieces(box) == whole
    assert len(whole) >= len(bodies)


def test_maildir_with_subfolders(tmp_path: Path) -> None:
    from servicegap.readers import Reader

    for folder in ("", ".Sent", ".Sent.Old"):
        for name in ("cur", "new", "tmp"):
            (tmp_path / "mail" / folder / name).mkdir(parents=True)
    (tmp_path / "mail/cur/2:2,S").write_text("Subject: b\nFrom: a@x\n\ncur\n")
    (tmp_path / "mail/new/1").write_text("Subject: a\nFrom: a@x\n\nnew\n")
    (tmp_path / "mail/tmp/0").write_text("Subject: half")
    (tmp_path / "mail/.Sent/cur/3:2,S").write_text("Subject: c\nFrom: a@x\n\nsent\n")
    (tmp_path / "mail/dovecot.index").write_bytes(b"\0\1\2")
    for options in ({}, {"format": "maildir"}):
        records = list(Reader([tmp_path / "mail"], **options))
        assert [record.text for record in records] == ["cur\n", "new\n", "sent\n"]
        assert records[0].id == "cur/2:2,S#0"
    assert [record.text for record in Reader([tmp_path])] == ["cur\n", "new\n", "sent\n"]
