"""A message becomes one document, whatever its mailer did to it."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from written import load

HEAD = """\
Message-ID: <m1@example.com>
Date: Fri, 06 Aug 2010 12:08:34 +0100
From: Ann Lee <ann@example.com>
To: support@example.org
Subject: Late order
"""


def test_plain_message_keeps_its_text_and_headers(tmp_path: Path) -> None:
    [mail] = load(tmp_path, "a.eml", HEAD + "In-Reply-To: <m0@example.com>\n\nIt is late.\n\n-- \nAnn\n")
    assert mail.text == "It is late.\n\n-- \nAnn\n"
    assert (mail.id, mail.parent, mail.title) == ("m1@example.com", "m0@example.com", "Late order")
    assert (mail.author, mail.created_at) == ("Ann Lee", "2010-08-06T12:08:34+01:00")
    assert (mail.channel, mail.role) == ("email", "customer")
    assert mail.source.to_dict() == {"path": "a.eml", "record": 0}


def test_newlines_stay_as_they_are(tmp_path: Path) -> None:
    [mail] = load(tmp_path, "a.eml", (HEAD + "\nOne\n\nTwo\n").replace("\n", "\r\n"))
    assert mail.text == "One\r\n\r\nTwo\r\n"


def test_parent_is_the_last_reference_without_in_reply_to(tmp_path: Path) -> None:
    [mail] = load(tmp_path, "a.eml", HEAD + "References: <a@x>\n <b@x>\n\nHello\n")
    assert mail.parent == "b@x"


def test_ids_come_from_the_path_without_message_id(tmp_path: Path) -> None:
    [mail] = load(tmp_path, "a.eml", "From: ann@example.com\nSubject: x\nDate: nonsense\n\nHello\n")
    assert (mail.id, mail.author, mail.created_at) == ("a.eml#0", "ann@example.com", None)


def test_plain_text_is_taken_of_alternatives(tmp_path: Path) -> None:
    body = (
        'Content-Type: multipart/alternative; boundary="b"\n\nignore\n--b\nContent-Type: text/plain; charset=utf-8\n'
        "Content-Transfer-Encoding: quoted-printable\n\nIt=E2=80=99s late, =\nvery.\n--b\nContent-Type: text/html\n\n"
        "<p>no</p>\n--b--\nignore\n"
    )
    [mail] = load(tmp_path, "a.eml", HEAD + body)
    assert mail.text == "It\u2019s late, very."
    assert mail.source.part == "1"


def test_html_is_taken_where_the_plain_part_is_blank(tmp_path: Path) -> None:
    body = (
        "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n \n--b\n"
        "Content-Type: text/html; charset=iso-8859-1\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(
            "<style>p{}</style><p>Caf\xe9&nbsp;closed<br>again</p><div>Ann</div>".encode("latin-1")
        ).decode()
        + "\n--b--\n"
    )
    [mail] = load(tmp_path, "a.eml", HEAD + body)
    assert mail.text == "Caf\xe9\xa0closed\nagain\n\nAnn"


def test_quoted_html_is_marked_as_mailers_mark_it(tmp_path: Path) -> None:
    body = "Content-Type: text/html\n\n<p>No.</p><blockquote type=cite>We will call you.<br>Soon.</blockquote>"
    [mail] = load(tmp_path, "a.eml", HEAD + body)
    assert mail.text == "No.\n\n> We will call you.\n> Soon."


def test_nested_multipart_and_text_in_several_parts(tmp_path: Path) -> None:
    body = (
        "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/related; boundary=a-1\n\n--a-1\n"
        "Content-Type: multipart/alternative; boundary=c\n\n--c\n\nFirst words.\n--c--\n--a-1--\n--a\n"
        "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\nAAAA\n--a\n\nLast words.\n--a\n"
        "Content-Type: text/plain\nContent-Disposition: attachment; filename=log.txt\n\nnot said\n--a--\n"
    )
    [mail] = load(tmp_path, "a.eml", HEAD + body)
    assert mail.text == "First words.\nLast words."
    assert mail.source.part == "1.1.1"


def test_an_attached_text_is_read_where_nothing_else_is(tmp_path: Path) -> None:
    body = (
        "Content-Type: multipart/mixed; boundary=a\n\n--a\n"
        "Content-Disposition: attachment; filename=x.txt\n\nLetter\n--a--"
    )
    [mail] = load(tmp_path, "a.eml", HEAD + body)
    assert mail.text == "Letter"


def test_pictures_alone_give_an_empty_document(tmp_path: Path) -> None:
    [mail] = load(tmp_path, "a.eml", HEAD + "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\nAAAA\n")
    assert mail.text == ""


def test_unclosed_multipart_keeps_its_text(tmp_path: Path) -> None:
    [mail] = load(
        tmp_path, "a.eml", HEAD + "Content-Type: multipart/mixed; boundary=zz\n\n--zz\n\nStill here\nand here"
    )
    assert mail.text == "Still here\nand here"


@pytest.mark.parametrize("boundary", ["", "; boundary=never"])
def test_multipart_without_its_parts_is_read_whole(tmp_path: Path, boundary: str) -> None:
    [mail] = load(tmp_path, "a.eml", HEAD + f"Content-Type: multipart/mixed{boundary}\n\nJust words")
    assert mail.text == "Just words"


def test_attached_message_is_a_document_of_its_own(tmp_path: Path) -> None:
    body = (
        "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nPlease see below.\n--a\nContent-Type: message/rfc822\n\n"
        "Message-ID: <inner@x>\nFrom: Bob <bob@x.org>\nSubject: Broken\n"
        "Content-Type: multipart/alternative; boundary=i\n\n"
        "--i\n\nIt broke.\n--i--\n--a--\n"
    )
    note, inner = load(tmp_path, "a.eml", HEAD + body)
    assert note.text == "Please see below."
    assert (inner.text, inner.id, inner.author, inner.title) == ("It broke.", "inner@x", "Bob", "Broken")
    assert inner.source.to_dict() == {"path": "a.eml", "record": 0, "part": "2.1"}


def test_attached_message_without_id_is_named_by_its_part(tmp_path: Path) -> None:
    body = (
        "Content-Type: multipart/digest; boundary=a\n\n--a\nContent-Type: message/rfc822\n\nSubject: x\n\nInner\n--a--"
    )
    outer, inner = load(tmp_path, "a.eml", "Subject: x\nFrom: a@b.c\n" + body)
    assert (outer.id, inner.id, inner.text) == ("a.eml#0", "a.eml#0/1", "Inner")


@pytest.mark.parametrize(
    ("declared", "data", "text"),
    [
        ("", "caf\u00e9".encode(), "caf\u00e9"),
        ("", "caf\u00e9".encode("cp1252"), "caf\u00e9"),
        ("iso-8859-1", "\u201cno\u201d".encode("cp1252"), "\u201cno\u201d"),
        ("us-ascii", "na\u00efve".encode(), "na\u00efve"),
        ("iso-8859-1", "na\u00efve".encode(), "na\u00efve"),
        ("x-unknown-9", "na\u00efve".encode(), "na\u00efve"),
        ("koi8-r", "\u041d\u0435\u0442".encode("koi8-r"), "\u041d\u0435\u0442"),
        ("iso-2022-jp", "\u306f\u3044".encode("iso-2022-jp"), "\u306f\u3044"),
        ("shift_jis", "\u306f\u3044".encode("shift_jis"), "\u306f\u3044"),
        ("utf-7", b"na+AO8-ve", "na\u00efve"),
        ("base64", b"plain", "plain"),
        ("utf-16", b"plain", "plain"),
    ],
)
def test_charsets_missing_unknown_and_wrong(tmp_path: Path, declared: str, data: bytes, text: str) -> None:
    kind = f"Content-Type: text/plain; charset={declared}\n" if declared else ""
    [mail] = load(tmp_path, "a.eml", (HEAD + kind).encode() + b"\n" + data)
    assert mail.text == text


def test_headers_in_other_charsets(tmp_path: Path) -> None:
    head = (
        "From: =?iso-8859-1?q?M=FCller=2C_Ann?= <ann@example.com>\n"
        "Subject: =?utf-8?b?4oCcTGF0ZeKAnQ==?= =?x-none?q?_again?=\n =?utf-8?q?=21?=\n\nx"
    )
    [mail] = load(tmp_path, "a.eml", head)
    assert mail.author == "M\u00fcller, Ann"
    assert mail.title == "\u201cLate\u201d again!"


def test_a_damaged_encoded_word_costs_no_message(tmp_path: Path) -> None:
    [mail] = load(tmp_path, "a.eml", "From: =?utf-8?b?QW5uA?= <a@b.c>\nSubject: =?utf-8?b?abcde?=\n\nIt broke.")
    assert mail.text == "It broke."
    assert mail.title == "=?utf-8?b?abcde?="


def test_raw_bytes_in_headers(tmp_path: Path) -> None:
    [mail] = load(tmp_path, "a.eml", "From: Andr\u00e9 <a@b.c>\nSubject: Caf\u00e9\n\nx".encode("cp1252"))
    assert (mail.author, mail.title) == ("Andr\u00e9", "Caf\u00e9")


@pytest.mark.parametrize(
    ("head", "role"),
    [
        ("From: Ann <ann@example.com>", "customer"),
        ("From: Ann <help.ann@gmail.com>", "customer"),
        ("From: Acme Care <customer.care@acme.com>\nIn-Reply-To: <x@y>", "agent"),
        ("From: support-uk@acme.com\nSubject: Re: Late", "agent"),
        ("From: support@acme.com\nReply-To: ann@example.com", "customer"),
        ("From: support@acme.com\nReply-To: cases@acme.com", "agent"),
        ("From: no-reply@acme.com\nSubject: Your receipt", "automatic"),
        ("From: noreply@acme.com\nIn-Reply-To: <x@y>", "agent"),
        ("From: ann@example.com\nAuto-Submitted: auto-replied", "automatic"),
        ("From: ann@example.com\nAuto-Submitted: no", "customer"),
        ("From: deals@acme.com\nPrecedence: bulk", "automatic"),
        ("From: deals@acme.com\nList-Unsubscribe: <mailto:x@y>", "automatic"),
        ("From: ann@example.com\nList-Unsubscribe: <mailto:x@y>\nList-Post: <mailto:l@y>", "customer"),
        ("From: MAILER-DAEMON@example.com", "automatic"),
        ("From: ann@example.com\nReturn-Path: <>", "automatic"),
        ("From: ann@example.com\nContent-Type: multipart/report; boundary=b", "automatic"),
    ],
)
def test_whose_message_it_is(tmp_path: Path, head: str, role: str) -> None:
    [mail] = load(tmp_path, "a.eml", head + "\nDate: x\n\nWords")
    assert mail.role == role


def test_a_bounce_does_not_bring_back_what_it_returns(tmp_path: Path) -> None:
    body = (
        "Content-Type: multipart/report; boundary=a\n\n--a\n\nCould not deliver.\n--a\nContent-Type: message/rfc822\n\n"
        "Subject: mine\n\nMy words\n--a--"
    )
    [bounce] = load(tmp_path, "a.eml", HEAD + body)
    assert (bounce.text, bounce.role) == ("Could not deliver.", "automatic")


def test_a_file_without_headers_is_all_body(tmp_path: Path) -> None:
    [mail] = load(tmp_path, "a.eml", "It broke: twice!\n\nAnd again.", format="eml")
    assert mail.text == "It broke: twice!\n\nAnd again."
