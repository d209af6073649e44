"""What bad input gets, row for row, through the real command: the run goes on, and nothing is lost."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import servicegap
from servicegap import artifact
from servicegap.cli import main

GOOD = "They charged me twice for one order and nobody called me back."
SECRET = "Quetzalcoatl"
Score = Callable[..., "Run"]


class Run:
    """What a run of `servicegap score` left: its exit code, results, quarantine and standard error."""

    def __init__(self, code: int, folder: Path, out: bytes, err: str) -> None:
        self.code = code
        self.err = err
        self.left = sorted(path.name for path in folder.iterdir())
        self.results = self._lines(folder / "out.jsonl", out)
        self.failed = self._lines(folder / "out.failed.jsonl", b"")

    @staticmethod
    def _lines(path: Path, data: bytes) -> list[dict[str, Any]]:
        data = path.read_bytes() if path.exists() else data
        assert SECRET.encode() not in data
        return [json.loads(line) for line in data.splitlines()]

    @property
    def codes(self) -> list[str]:
        return [failure["code"] for failure in self.failed]

    def holds(self, *, scored: int, failed: int) -> None:
        """Every record is in one file or the other, and the summary and the exit code say so."""
        assert f"read {scored + failed} = scored {scored} + failed {failed}\n" in self.err
        assert (len(self.results), len(self.failed)) == (scored, failed)
        assert self.code == (3 if failed else 0)
        assert all(failure["reason"] and re.fullmatch(r"SG-I00\d", failure["code"]) for failure in self.failed)
        assert "Traceback" not in self.err


@pytest.fixture
def score(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Score:
    """Runs `servicegap score` on inputs, into a folder of its own."""
    folder = tmp_path / "out"
    folder.mkdir()

    def run(*inputs: object, options: tuple[object, ...] = (), stdin: bytes = b"", output: str = "out.jsonl") -> Run:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        target = output if output == "-" else str(folder / output)
        capfdbinary.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main(["score", *map(str, inputs), "-o", target, *map(str, options)])
        out, err = capfdbinary.readouterr()
        assert SECRET.encode() not in err
        return Run(int(stopped.value.code or 0), folder, out, err.decode())

    return run


def put(path: Path, *rows: object) -> Path:
    """Lines of JSON, or bytes as they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(row if isinstance(row, bytes) else json.dumps(row).encode() + b"\n" for row in rows))
    return path


# A record that cannot be parsed; a text missing, null or no string; a body that is too long.

BAD_RECORDS = {
    "broken": (b'{"id": "x", "text": "%s\n' % SECRET.encode(), "SG-I003"),
    "no JSON": (b"%s\n" % SECRET.encode(), "SG-I003"),
    "a list": ([SECRET], "SG-I003"),
    "a string": (SECRET, "SG-I003"),
    "nested without end": (b"[" * 100_000 + b"\n", "SG-I003"),
    "no text": ({"id": "x"}, "SG-I004"),
    "null": ({"id": "x", "text": None}, "SG-I004"),
    "a number": ({"id": "x", "text": 7}, "SG-I004"),
    "true": ({"id": "x", "text": True}, "SG-I004"),
    "an object": ({"id": "x", "text": {SECRET: SECRET}}, "SG-I004"),
    "too long": ({"id": "x", "text": SECRET * 100}, "SG-I005"),
}


@pytest.mark.parametrize("name", BAD_RECORDS)
def test_a_bad_record_is_set_aside_and_the_run_goes_on(score: Score, tmp_path: Path, name: str) -> None:
    bad, code = BAD_RECORDS[name]
    run = score(
        put(tmp_path / "in.jsonl", {"id": "a", "text": GOOD}, bad, {"id": "b", "text": GOOD}),
        options=("--max-text", 1000),
    )
    run.holds(scored=2, failed=1)
    assert [result["id"] for result in run.results] == ["a", "b"]
    assert run.codes == [code]
    assert run.failed[0]["source"] == {"path": "in.jsonl", "record": 1}
    assert f"failed records: {tmp_path / 'out' / 'out.failed.jsonl'}" in run.err


def test_only_bad_records_still_finish(score: Score, tmp_path: Path) -> None:
    run = score(put(tmp_path / "in.jsonl", *(bad for bad, _ in BAD_RECORDS.values())), options=("--max-text", 1000))
    run.holds(scored=0, failed=len(BAD_RECORDS))
    assert run.codes == [code for _, code in BAD_RECORDS.values()]


def test_a_text_at_the_limit_is_read(score: Score, tmp_path: Path) -> None:
    run = score(put(tmp_path / "in.jsonl", {"text": "x" * 99}, {"text": "x" * 100}), options=("--max-text", 99))
    run.holds(scored=1, failed=1)


def test_a_message_over_the_limit_is_set_aside_and_its_mailbox_goes_on(score: Score, tmp_path: Path) -> None:
    def message(number: int, body: str) -> bytes:
        head = f"From a@b.example Mon Jan  1 10:00:00 2024\nFrom: a@b.example\nMessage-ID: <m{number}@b.example>\n"
        return f"{head}Subject: order\nDate: Mon, 1 Jan 2024 10:00:00 +0000\n\n{body}\n\n".encode()

    run = score(
        put(tmp_path / "in.mbox", message(0, GOOD), message(1, f"{SECRET} {GOOD}\n" * 40), message(2, GOOD)),
        options=("--max-text", 1000),
    )
    run.holds(scored=2, failed=1)
    assert run.codes == ["SG-I005"]


def test_with_standard_output_what_fails_is_told_on_standard_error(score: Score) -> None:
    stdin = json.dumps({"id": "a", "text": GOOD}).encode() + b'\n{"id": "b", "text": null}\n'
    run = score("-", output="-", stdin=stdin)
    assert run.code == 3
    assert [result["id"] for result in run.results] == ["a"]
    failed, *summary = run.err.splitlines()
    assert json.loads(failed)["id"] == "b"
    assert summary[0] == "read 2 = scored 1 + failed 1"
    assert run.left == []


# Wrong or unknown charset, bad bytes.


def eml(charset: str, body: bytes) -> bytes:
    return (
        b"From: a@b.example\nTo: c@d.example\nSubject: order\nDate: Mon, 1 Jan 2024 10:00:00 +0000\n"
        b"Content-Type: text/plain; charset=%s\nContent-Transfer-Encoding: 8bit\n\n%s\n" % (charset.encode(), body)
    )


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("unknown.eml", eml("x-no-such-charset", b"The caf\xe9 charged me twice.")),
        ("wrong.eml", eml("us-ascii", b"The caf\xe9 charged me twice.")),
        ("wrong.jsonl", b'{"text": "The caf\xe9 charged me twice."}\n'),
        ("wrong.txt", b"The caf\xe9 charged me twice, and nobody has called me back."),
        ("wrong.csv", b"id,text\n1,The caf\xe9 charged me twice.\n2,Fine.\n"),
    ],
)
def test_bad_bytes_are_read_with_replacement_and_counted(score: Score, tmp_path: Path, name: str, data: bytes) -> None:
    run = score(put(tmp_path / name, data), options=("--with-text",))
    run.holds(scored=2 if name.endswith("csv") else 1, failed=0)
    assert re.search(r"charged me twice", run.results[0]["text"])
    assert re.search(r"warning: 1 with bytes replaced or a charset guessed", run.err)


# NUL, lone surrogates, odd control characters.


def test_odd_characters_are_scored_and_keep_their_places(score: Score, tmp_path: Path) -> None:
    texts = [
        f"\0\0{GOOD}",
        f"\ud83d {GOOD} \udc00",
        f"\x01\x1b[31m{GOOD}\x7f\x9b",
        f"\u202e{GOOD}\u2066 \ufffe \U0010ffff",
        f"{GOOD}\r{GOOD}\x0b{GOOD}\x85",
    ]
    rows = [b'{"id": "%d", "text": %s}\n' % (n, json.dumps(text).encode()) for n, text in enumerate(texts)]
    run = score(put(tmp_path / "in.jsonl", *rows), options=("--with-text",))
    run.holds(scored=len(texts), failed=0)
    for text, result in zip(texts, run.results, strict=True):
        assert result["status"] == "scored"
        assert result["text"] == re.sub("[\ud800-\udfff]", "\ufffd", text)
        assert "double_charge" in [failure["type"] for failure in result["failures"]]
        for failure in result["failures"]:
            for span in failure["evidence"]:
                assert result["text"][span["start"] : span["end"]] == span["text"]


def test_odd_characters_in_ids_and_names_pass_too(score: Score, tmp_path: Path) -> None:
    row = b'{"id": "a\\ud800\\u0000", "author": "\\udfff", "channel": "\\u001b", "text": "Fine."}\n'
    for output in ("out.jsonl", "out.csv"):
        assert score(put(tmp_path / "in.jsonl", row, row), output=output).code == 0


# Empty text.


@pytest.mark.parametrize("text", ["", " ", "\n\r\n", "\u200b\u00ad\ufeff", "&nbsp;"])
def test_an_empty_text_has_the_status_empty_through_every_door(score: Score, tmp_path: Path, text: str) -> None:
    run = score(put(tmp_path / "in.jsonl", {"id": "a", "text": text}))
    run.holds(scored=1, failed=0)
    assert (run.results[0]["status"], run.results[0]["failures"]) == ("empty", [])
    assert servicegap.load()(text).status == "empty"


# A file that cannot be opened or recognized among others.


def _missing(path: Path) -> None:
    path.unlink(missing_ok=True)


def _dangling(path: Path) -> None:
    path.symlink_to(path.with_name("nowhere"))


def _binary(path: Path) -> None:
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)


def _zipped(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04" + bytes(range(256)) * 40)


def _damaged_gzip(path: Path) -> None:
    import gzip

    path.write_bytes(gzip.compress(json.dumps({"text": SECRET}).encode() * 50)[:40])


@pytest.mark.parametrize("spoil", [_missing, _dangling, _binary, _zipped, _damaged_gzip])
def test_a_file_that_cannot_be_read_is_one_failure_among_others(
    score: Score, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    first = put(tmp_path / "a.jsonl", {"id": "a", "text": GOOD})
    bad = tmp_path / "bad"
    spoil(bad)
    last = put(tmp_path / "z.jsonl", {"id": "z", "text": GOOD})
    run = score(first, bad, last)
    run.holds(scored=2, failed=1)
    assert run.failed[0]["source"]["path"] == "bad"


def test_a_folder_with_a_binary_in_it_is_read_all_the_same(score: Score, tmp_path: Path) -> None:
    put(tmp_path / "in" / "deep" / "er" / "z.jsonl", {"id": "z", "text": GOOD})
    put(tmp_path / "in" / "a.jsonl", {"id": "a", "text": GOOD})
    _binary(tmp_path / "in" / "logo.png")
    _dangling(tmp_path / "in" / "link.txt")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in", target_is_directory=True)
    put(tmp_path / "in" / ".hidden.jsonl", {"id": "h", "text": GOOD})
    run = score(tmp_path / "in")
    run.holds(scored=2, failed=2)
    assert [result["id"] for result in run.results] == ["a", "z"]
    assert sorted(failure["source"]["path"] for failure in run.failed) == ["link.txt", "logo.png"]


def test_a_folder_of_nothing_is_no_failure(score: Score, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    score(tmp_path / "in").holds(scored=0, failed=0)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with a name here")
def test_a_pipe_within_a_folder_is_not_waited_for(score: Score, tmp_path: Path) -> None:
    put(tmp_path / "in" / "a.jsonl", {"id": "a", "text": GOOD})
    os.mkfifo(tmp_path / "in" / "pipe")
    score(tmp_path / "in").holds(scored=1, failed=1)


# The only input cannot be opened, the output exists, the model will not load, wrong options.


@pytest.mark.parametrize("spoil", [_missing, _dangling, _binary])
def test_the_only_input_that_cannot_be_read_is_refused(
    score: Score, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(tmp_path / "bad")
    for output in ("out.jsonl", "out.csv", "-"):
        options = ("--output-format", "csv") if output == "-" else ()
        run = score(tmp_path / "bad", output=output, options=options)
        assert run.code == 1
        assert re.fullmatch(r"\[SG-I00[12]\] .*bad: .*\n", run.err)
        assert (run.left, run.results) == ([], [])


def test_an_output_that_exists_is_not_touched(score: Score, tmp_path: Path) -> None:
    mine = tmp_path / "out" / "out.jsonl"
    mine.write_text('{"mine": true}\n')
    run = score(put(tmp_path / "in.jsonl", {"text": GOOD}))
    assert run.code == 1
    assert run.err.startswith("[SG-O001]")
    assert run.results == [{"mine": True}]


def test_a_model_that_will_not_load_is_refused(score: Score, tmp_path: Path) -> None:
    source = put(tmp_path / "in.jsonl", {"text": GOOD})
    model = tmp_path / "model"
    model.mkdir()
    assert score(source, options=("--model", model)).err.startswith("[SG-A001]")
    (model / artifact.MANIFEST).write_bytes(b"\0" * 100)
    run = score(source, options=("--model", model))
    assert run.code == 1
    assert run.err.startswith("[SG-A010]")
    assert run.left == []


@pytest.mark.parametrize(
    "options",
    [
        ("--threshold", "2"),
        ("--threshold", "no_such_type=0.5"),
        ("--max-text", "0"),
        ("--format", "docx"),
        ("--bogus",),
    ],
)
def test_wrong_options_are_wrong_usage(score: Score, tmp_path: Path, options: tuple[str, ...]) -> None:
    run = score(put(tmp_path / "in.jsonl", {"text": GOOD}), options=options)
    assert (run.code, run.left) == (2, [])


# Hostile sizes and shapes.


def test_long_and_strange_texts_end_in_time(score: Score, tmp_path: Path) -> None:
    shapes = (
        "a",
        "a ",
        ". ",
        "> ",
        "&amp;",
        "\u0301",
        "-",
        "\U0001f600",
        "(" * 50,
        "v-e-r-y ",
        "\n",
        "http://",
        "@",
        "1,",
    )
    rows = [{"id": str(n), "text": shape * (30_000 // len(shape))} for n, shape in enumerate(shapes)]
    run = score(put(tmp_path / "in.jsonl", *rows))
    run.holds(scored=len(shapes), failed=0)
