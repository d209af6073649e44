"""`servicegap score`, on real files."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import servicegap

if TYPE_CHECKING:
    from conftest import Command


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def accounted(err: str) -> tuple[int, int, int]:
    """Read, scored and failed, as the summary says."""
    found = re.search(r"read ([\d,]+) = scored ([\d,]+) \+ failed ([\d,]+)", err)
    assert found is not None, err
    read, scored, failed = (int(number.replace(",", "")) for number in found.groups())
    assert read == scored + failed
    return read, scored, failed


def test_the_sample_archive_goes_in_and_every_document_comes_out(
    command: Command, samples: Path, tmp_path: Path
) -> None:
    out = tmp_path / "results.jsonl"
    done = command("score", samples, "-o", out)
    results = lines(out)
    read, scored, failed = accounted(done.err)
    assert (done.code, failed) == (0, 0)
    assert len(results) == read == scored >= 60
    assert len({result["id"] for result in results}) == scored
    assert {"scored", "skipped_role", "empty"} <= {result["status"] for result in results}
    assert done.out == b""
    assert f"results: {out}" in done.err
    assert "by status: scored" in done.err
    assert "top types: " in done.err


def test_the_command_says_what_the_library_says(command: Command, posts: Path, tmp_path: Path) -> None:
    out = tmp_path / "results.jsonl"
    assert command("score", posts, "-o", out).code == 0
    sg = servicegap.load()
    for result in lines(out):
        text = next(row["text"] for row in lines(posts) if row["id"] == result["id"])
        assert result["failures"] == sg(text).to_dict()["failures"]
        assert result["complaint_probability"] == sg(text).complaint_probability


def test_standard_input_and_output_carry_data_only(command: Command, posts: Path) -> None:
    done = command("score", "-", "-o", "-", stdin=posts.read_bytes())
    assert done.code == 0
    assert [result["id"] for result in done.results] == ["p0", "p1", "p2"]
    assert accounted(done.err) == (3, 3, 0)


def test_what_fails_goes_to_standard_error_with_standard_output(command: Command) -> None:
    done = command("score", "-", "-o", "-", "--quiet", stdin=b'{"id": "a", "text": "Fine."}\n{"id": "b"}\n')
    assert done.code == 3
    assert [result["id"] for result in done.results] == ["a"]
    assert [json.loads(line)["id"] for line in done.err.splitlines()] == ["b"]


@pytest.mark.parametrize("name", ["out.jsonl.gz", "out.csv.gz", "out.csv", "out.ndjson"])
def test_outputs_by_suffix(command: Command, posts: Path, tmp_path: Path, name: str) -> None:
    assert command("score", posts, "-o", tmp_path / name).code == 0
    data = (tmp_path / name).read_bytes()
    data = gzip.decompress(data) if name.endswith(".gz") else data
    if ".csv" in name:
        ids = [row["id"] for row in csv.DictReader(io.StringIO(data.decode(), newline=""))]
    else:
        ids = [json.loads(line)["id"] for line in data.splitlines()]
    assert ids == ["p0", "p1", "p2"]


def test_csv_to_standard_output_with_every_probability(command: Command, posts: Path) -> None:
    done = command("score", posts, "-o", "-", "--output-format", "csv", "--all-types", "--with-text", "--quiet")
    rows = list(csv.DictReader(io.StringIO(done.out.decode(), newline="")))
    types = servicegap.load().types
    assert all(0 <= float(rows[0][f"p_{name}"]) <= 1 for name in types)
    assert rows[1]["text"] == "Lovely staff, thank you."
    assert rows[2]["status"] == "empty"


def test_an_output_that_exists_is_kept_unless_forced(command: Command, posts: Path, tmp_path: Path) -> None:
    out = tmp_path / "results.jsonl"
    out.write_text("mine")
    refused = command("score", posts, "-o", out)
    assert refused.code == 1
    assert refused.err.startswith("[SG-O001]")
    assert len(refused.err.splitlines()) == 1
    assert out.read_text() == "mine"
    assert command("score", posts, "-o", out, "--force").code == 0
    assert len(lines(out)) == 3


@pytest.mark.parametrize("folder", [False, True])
def test_an_input_is_never_overwritten_with_its_results(command: Command, posts: Path, folder: bool) -> None:
    before = posts.read_bytes()
    refused = command("score", posts.parent if folder else posts, "-o", posts, "--force")
    assert refused.code == 1
    assert "[SG-O002]" in refused.err
    assert posts.read_bytes() == before


def test_two_inputs_with_the_same_ids_keep_them_apart(command: Command, posts: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.jsonl"
    again.write_bytes(posts.read_bytes())
    out = tmp_path / "results.jsonl"
    done = command("score", posts, again, "-o", out)
    assert done.code == 0
    assert [result["id"] for result in lines(out)] == ["p0", "p1", "p2", "p0~2", "p1~2", "p2~2"]
    assert "3 with an id that was taken" in done.err


def test_fields_and_channel_by_option(command: Command, tmp_path: Path) -> None:
    source = tmp_path / "notes.csv"
    source.write_text("ref,body,who,when,via\nr1,They never rang me back.,Jo,2024-03-05,\nr2,Fine.,,,chat\n")
    options = ["--text-field", "body", "--id-field", "ref", "--author-field", "who", "--created-at-field", "when"]
    done = command("score", source, "-o", "-", *options, "--channel-field", "via", "--channel", "form")
    first, second = done.results
    assert (first["id"], first["author"], first["channel"], second["channel"]) == ("r1", "Jo", "form", "chat")
    assert first["created_at"].startswith("2024-03-05")


def test_thresholds_by_option(command: Command, posts: Path) -> None:
    everything = command("score", posts, "-o", "-", "-q", "-t", "0", "-t", "double_charge=1").results[0]
    types = {failure["type"] for failure in everything["failures"]}
    assert types == set(servicegap.load().types) - {"double_charge"}
    assert command("score", posts, "-o", "-", "-q", "-t", "1").results[0]["failures"] == []


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["-t", "1.5"], 2, "SG-O004"),
        (["-t", "nan"], 2, "SG-O004"),
        (["-t", "double_charge=often"], 2, "SG-O004"),
        (["-t", "no_such_type=0.5"], 2, "SG-T002"),
        (["--output-format", "xlsx"], 2, "SG-O003"),
        (["--max-text", "0"], 2, "--max-text"),
        (["--no-such-option"], 2, "--no-such-option"),
        (["--model", "no-such-model"], 1, "SG-A001"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_written(
    command: Command, posts: Path, tmp_path: Path, options: list[str], code: int, said: str
) -> None:
    out = tmp_path / "results.jsonl"
    done = command("score", posts, "-o", out, *options)
    assert done.code == code
    assert said in done.err
    assert "Traceback" not in done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in"]


@pytest.mark.parametrize("name", ["results.txt", "results", "results.gz", "missing/results.jsonl"])
def test_outputs_that_cannot_be(command: Command, posts: Path, tmp_path: Path, name: str) -> None:
    done = command("score", posts, "-o", tmp_path / name)
    assert done.code == (1 if "missing" in name else 2)
    assert re.match(r"\[SG-O00[23]\] ", done.err)
    assert len(done.err.splitlines()) == 1


def test_inputs_and_output_must_be_named(command: Command, posts: Path) -> None:
    assert command("score", posts).code == 2
    assert command("score", "-o", "-").code == 2


def test_quiet_says_nothing_when_all_is_well(command: Command, posts: Path, tmp_path: Path) -> None:
    assert command("score", posts, "-o", tmp_path / "r.jsonl", "--quiet").err == ""


def test_a_file_name_cannot_drive_the_terminal(command: Command, tmp_path: Path) -> None:
    source = tmp_path / "a\x1b[31m\n.jsonl"
    source.write_text('{"text": "Fine."}\n')
    done = command("score", source, "-o", tmp_path / "out\x1b[2J.jsonl")
    assert done.code == 0
    assert "\x1b" not in done.err
