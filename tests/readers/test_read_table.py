"""Tables: the text column is found, quotes hold what they hold, a bad row costs one record."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written import load

from servicegap.readers.table import rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_quotes_and_newlines_in_cells(tmp_path: Path, delimiter: str) -> None:
    lines = [
        "ID,Author Name,Review Text,Date",
        '7,Ann,"It broke, ""again"".\r\nTwice; no | call\t.",2019-02-18',
        "8,Bo,Fine,",
    ]
    content = "\r\n".join(line.replace(",", delimiter) if number != 1 else line for number, line in enumerate(lines))
    if delimiter != ",":
        content = content.replace('7,Ann,"', f'7{delimiter}Ann{delimiter}"').replace('",2019', f'"{delimiter}2019')
    first, second = load(tmp_path, "a.csv", content)
    assert first.text == 'It broke, "again".\r\nTwice; no | call\t.'
    assert (first.id, first.author, first.created_at, first.channel) == ("7", "Ann", "2019-02-18", "review")
    assert (second.text, second.created_at) == ("Fine", None)


def test_published_complaint_table(tmp_path: Path) -> None:
    content = (
        "Date received,Product,Consumer complaint narrative,Company,Complaint ID\n"
        "03/14/19,Card,They took XXXX,Acme,99\n"
    )
    [document] = load(tmp_path, "complaints.csv", content)
    assert (document.id, document.text, document.channel, document.created_at) == (
        "99",
        "They took XXXX",
        "form",
        "2019-03-14",
    )


def test_published_table_of_support_posts(tmp_path: Path) -> None:
    content = (
        "tweet_id,author_id,inbound,created_at,text,in_response_to_tweet_id\n1,acme,False,x,Hi,2\n2,77,True,x,Hey,\n"
    )
    company, customer = load(tmp_path, "a.csv", content)
    assert (company.id, company.author, company.role, company.parent) == ("1", "acme", "agent", "2")
    assert (customer.role, customer.parent) == ("customer", None)


def test_a_table_with_ratings_holds_reviews(tmp_path: Path) -> None:
    [document] = load(tmp_path, "a.csv", "id,stars,text\n1,2,Fine\n")
    assert document.channel == "review"


def test_named_columns(tmp_path: Path) -> None:
    content = "no;what;who\n1;It broke;Ann\n"
    [document] = load(tmp_path, "a.csv", content, fields={"text": "what", "id": "NO", "author": "who"})
    assert (document.id, document.text, document.author) == ("1", "It broke", "Ann")


def test_a_table_without_a_text_column_is_one_failure(tmp_path: Path) -> None:
    [failure] = load(tmp_path, "a.csv", "a,b\n1,secret\n", failures=1)
    assert failure.code == "SG-I004"
    [failure] = load(tmp_path, "b.csv", "a,text\n1,x\n", failures=1, fields={"text": "words"})
    assert failure.code == "SG-I004"


def test_a_single_column_without_a_header_is_all_texts(tmp_path: Path) -> None:
    assert [d.text for d in load(tmp_path, "a.csv", "It broke again\n\nStill waiting\n")] == [
        "It broke again",
        "Still waiting",
    ]
    assert [d.text for d in load(tmp_path, "b.csv", "review\nIt broke again\n")] == ["It broke again"]


def test_rows_of_the_wrong_width_are_failures(tmp_path: Path) -> None:
    one, short, long, two = load(tmp_path, "a.csv", "id,text\n1,one\n2\n3,x,y\n4,two\n", failures=2)
    assert (one.text, two.text, two.source.record) == ("one", "two", 3)
    assert {short.code, long.code} == {"SG-I003"}


def test_an_unclosed_quote_costs_one_row(tmp_path: Path) -> None:
    content = 'id,text\n1,one\n2,"never closed\n3,three\n4,"four\nlines"\n5,five\n'
    records = load(tmp_path, "a.csv", content, failures=1)
    assert [record.text for record in records if hasattr(record, "text")] == ["one", "three", "four\nlines", "five"]
    records = load(tmp_path, "b.csv", 'id,text\n1,one\n2,"never closed\n3,three\n', failures=1)
    assert [record.text for record in records if hasattr(record, "text")] == ["one", "three"]


def test_quotes_that_open_no_cell_are_letters(tmp_path: Path) -> None:
    [document] = load(tmp_path, "a.csv", 'id,text\n1,a 5" pipe and 6" one\n')
    assert document.text == 'a 5" pipe and 6" one'
    [document] = load(tmp_path, "b.csv", 'id,text\n1, "it said \\"no\\" twice, loud" \n')
    assert document.text == 'it said "no" twice, loud'


def test_encodings_and_line_ends(tmp_path: Path) -> None:
    content = "id\ttext\r\n1\tcaf\u00e9\r\n"
    for number, data in enumerate(
        [
            content.encode("utf-16"),
            content.encode("utf-8-sig"),
            content.encode("cp1252"),
            content.replace("\n", "").encode(),
        ]
    ):
        [document] = load(tmp_path, f"{number}.tsv", data)
        assert document.text == "caf\u00e9"


def test_huge_cell(tmp_path: Path) -> None:
    big = "word\n" * 400_000
    first, second = load(tmp_path, "a.csv", f'id,text\n1,"{big}"\n2,x\n')
    assert (first.text, second.text) == (big, "x")


def test_empty_tables(tmp_path: Path) -> None:
    assert load(tmp_path, "a.csv", "") == []
    assert load(tmp_path, "b.csv", "id,text\n") == []


CELL = st.text(st.sampled_from('ab ,;"\n'), max_size=8)


@given(st.lists(st.lists(CELL, min_size=2, max_size=4), min_size=1, max_size=6))
def test_reads_what_the_standard_writer_writes(table: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(table)
    lines = [line.encode() for line in out.getvalue().splitlines(keepends=True)]
    found = [[cell.decode() for cell in row or []] for row in rows(lines, b",", 10_000)]
    assert found == table


@given(st.lists(st.text(st.sampled_from('ab,"\\ '), max_size=10), max_size=12))
def test_no_line_of_any_table_is_lost(lines: list[str]) -> None:
    data = [f"{line}\n".encode() for line in lines]
    made = list(rows(data, b",", 1000))
    letters = sum(row.count(letter) for row in data for letter in (b"a", b"b"))
    kept = sum(cell.count(letter) for row in made if row for cell in row for letter in (b"a", b"b"))
    broken = sum(row is None for row in made)
    assert kept == letters if not broken else kept <= letters
    assert len(made) <= len([row for row in data if row.strip()])
