"""Results as JSON lines and CSV: whole or not at all, in their contract, and back again."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from made_results import DIGEST, MODEL, build, results, sample

from servicegap.errors import OutputError
from servicegap.types import Document, Evidence, Failure, Result, Source
from servicegap.writers import open_writer, read_results

ROOT = Path(__file__).parents[2]
SCHEMA = Draft202012Validator(json.loads((ROOT / "docs" / "result.schema.json").read_text(encoding="utf-8")))
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


# The contract


@quick
@given(results, st.booleans())
def test_every_result_fits_the_schema_and_comes_back(result: Result, with_text: bool) -> None:
    data = result.to_dict(with_text=with_text)
    SCHEMA.validate(json.loads(json.dumps(data)))
    again = Result.from_dict(data)
    assert again.to_dict(with_text=with_text) == data
    assert again.failures == result.failures
    assert again.gaps == result.gaps
    assert again.document.text == (result.document.text if with_text else None)


@quick
@given(results)
def test_fields_added_later_are_ignored(result: Result) -> None:
    data = result.to_dict()
    more = data | {"later": 1, "source": data["source"] | {"later": {"a": 1}}}
    assert Result.from_dict(more) == Result.from_dict(data)
    SCHEMA.validate(json.loads(json.dumps(more)))


@pytest.mark.parametrize(
    "change",
    [
        {"status": "read"},
        {"complaint_probability": 1.5},
        {"text_sha256": "abc"},
        {"status": "empty"},
        {"failures": [{"type": "overcharge", "family": "billing", "probability": 0.9, "band": "sure", "evidence": []}]},
        {"signals": [{"signal": "resolved", "probability": 0.9, "evidence": [{"start": 0, "end": 1}]}]},
        {"source": {"record": -1}},
    ],
)
def test_schema_refuses_what_breaks_the_contract(change: dict[str, object]) -> None:
    data = build("They charged me twice.", ("double_charge", "charged me twice", 0.95)).to_dict()
    assert SCHEMA.is_valid(data)
    assert not SCHEMA.is_valid(data | change)


@pytest.mark.parametrize("field", ["id", "status", "failures", "digest", "taxonomy"])
def test_schema_refuses_a_result_that_lacks_a_field(field: str) -> None:
    data = build("fine").to_dict()
    del data[field]
    assert not SCHEMA.is_valid(data)


# JSON lines


@quick
@given(st.lists(results, max_size=4), st.booleans(), st.sampled_from(["r.jsonl", "r.NDJSON", "r.jsonl.gz"]))
def test_results_come_back_from_a_file_in_order(some: list[Result], with_text: bool, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        with open_writer(path, with_text=with_text) as writer:
            for result in some:
                writer.write(result)
        assert writer.count == len(some)
        assert [result.to_dict(with_text=with_text) for result in read_results(path)] == [
            result.to_dict(with_text=with_text) for result in some
        ]
        assert left(Path(folder)) == [name]


def test_same_results_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.jsonl.gz", "b.jsonl.gz"):
        with open_writer(tmp_path / name) as writer:
            for result in sample(20):
                writer.write(result)
    first, second = ((tmp_path / name).read_bytes() for name in ("a.jsonl.gz", "b.jsonl.gz"))
    assert first == second
    assert len(gzip.decompress(first).split(b"\n")) == 23


def test_lone_surrogates_are_replaced_and_offsets_stay(tmp_path: Path) -> None:
    text = "caf\u00e9 \ud83d charged \ude00 twice"
    result = build(text, ("double_charge", "charged \ude00 twice", 0.9), id="\udcff")
    with open_writer(tmp_path / "r.jsonl", with_text=True) as writer:
        writer.write(result)
    (again,) = read_results(tmp_path / "r.jsonl")
    (span,) = again.failures[0].evidence
    assert again.id == "\ufffd"
    assert again.document.text == "caf\u00e9 \ufffd charged \ufffd twice"
    assert again.document.text[span.start : span.end] == span.text == "charged \ufffd twice"


def test_dash_is_standard_output_in_json_lines(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    with open_writer("-") as writer:
        writer.write(build("a", id="x"))
    out = capsysbinary.readouterr().out
    assert json.loads(out)["id"] == "x"
    assert out.endswith(b"}\n")


def test_format_decides_where_there_is_no_suffix(tmp_path: Path) -> None:
    out = io.BytesIO()
    with open_writer("-", format="csv", stdout=out) as writer:
        writer.write(build("a", id="x"))
    assert out.getvalue().startswith(b"id,status,")
    with open_writer(tmp_path / "results.dat", format="jsonl") as writer:
        writer.write(build("a", id="y"))
    assert [result.id for result in read_results(tmp_path / "results.dat")] == ["y"]


# What is refused


@pytest.mark.parametrize(
    ("name", "format"), [("r.xml", None), ("r", None), ("r.gz", None), ("r.jsonl", "parquet"), ("-", "")]
)
def test_unknown_format_is_refused_before_anything_is_written(tmp_path: Path, name: str, format: str | None) -> None:
    path = name if name == "-" else tmp_path / name
    with pytest.raises(OutputError, match=r"^\[SG-O003\] .*\.jsonl, \.ndjson or \.csv") as caught:
        open_writer(path, format=format)
    assert caught.value.code == "SG-O003"
    assert left(tmp_path) == []


def test_existing_output_is_refused_and_untouched_without_force(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text("precious")
    with pytest.raises(OutputError, match=r"^\[SG-O001\] .*--force"):
        open_writer(path)
    assert path.read_text() == "precious"
    with open_writer(path, force=True) as writer:
        writer.write(build("a", id="x"))
    assert [result.id for result in read_results(path)] == ["x"]


@pytest.mark.parametrize("name", ["missing/r.jsonl", "folder.csv", f"{'a' * 300}.jsonl"])
def test_place_that_holds_no_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(OutputError, match=r"^\[SG-O002\] "):
        open_writer(tmp_path / name, force=True)


def test_unwritable_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0o500)
    if os.access(folder, os.W_OK):
        pytest.skip("this user may write everywhere")
    with pytest.raises(OutputError, match=r"^\[SG-O002\] "), open_writer(folder / "r.jsonl"):
        raise AssertionError("opened")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no /proc here")
def test_folder_that_takes_no_files_is_refused_whoever_asks() -> None:
    with pytest.raises(OutputError, match=r"^\[SG-O002\] /proc/r\.jsonl: "), open_writer("/proc/r.jsonl"):
        raise AssertionError("opened")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_full_disk_is_a_coded_error() -> None:
    def fill() -> None:
        with open_writer("/dev/full", format="jsonl") as writer:
            for _ in range(200):
                writer.write(build("a" * 300, id="x"))

    with pytest.raises(OutputError, match=r"^\[SG-O002\] /dev/full: No space left"):
        fill()
    assert Path("/dev/full").is_char_device()


# Whole or not at all


@pytest.mark.parametrize("name", ["r.jsonl", "r.csv", "r.jsonl.gz"])
@pytest.mark.parametrize("error", [ValueError, OSError, KeyboardInterrupt])
def test_after_an_exception_nothing_stands_there(tmp_path: Path, name: str, error: type[BaseException]) -> None:
    def fail() -> None:
        with open_writer(tmp_path / name) as writer:
            writer.write(build("a"))
            assert not (tmp_path / name).exists()
            raise error

    with pytest.raises(error):
        fail()
    assert left(tmp_path) == []


def test_after_an_exception_the_older_file_still_stands(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text("precious")
    with pytest.raises(ValueError), open_writer(path, force=True):
        raise ValueError
    assert path.read_text() == "precious"
    assert left(tmp_path) == ["r.jsonl"]


def test_interrupted_process_leaves_nothing(tmp_path: Path) -> None:
    code = (
        "import sys, time; from servicegap.writers import open_writer\n"
        "with open_writer(sys.argv[1]): print('open', flush=True); time.sleep(30)"
    )
    argv = [sys.executable, "-c", code, str(tmp_path / "r.jsonl")]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        assert len(left(tmp_path)) == 1
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) != 0
    assert left(tmp_path) == []


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX")
def test_permissions_are_the_usual_ones_or_those_of_the_older_file(tmp_path: Path) -> None:
    plain, new, old = tmp_path / "plain", tmp_path / "new.jsonl", tmp_path / "old.jsonl"
    plain.touch()
    old.touch(mode=0o600)
    old.chmod(0o640)
    for path in (new, old):
        with open_writer(path, force=True):
            pass
    assert stat.S_IMODE(new.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)
    assert stat.S_IMODE(old.stat().st_mode) == 0o640


@pytest.mark.skipif(os.name != "posix", reason="needs symbolic links")
def test_a_link_is_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "target.jsonl", tmp_path / "link.jsonl"
    target.touch()
    link.symlink_to(target)
    with open_writer(link, force=True) as writer:
        writer.write(build("a", id="x"))
    assert link.is_symlink()
    assert [result.id for result in read_results(target)] == ["x"]


def test_a_very_long_name_is_written(tmp_path: Path) -> None:
    path = tmp_path / f"{'ü' * 120}.jsonl"
    with open_writer(path):
        pass
    assert left(tmp_path) == [path.name]


# CSV


def test_table_has_one_row_a_document(tmp_path: Path) -> None:
    text = "They charged me twice, and nobody rang back."
    result = build(
        text, ("double_charge", "charged me twice", 0.97), ("missed_callback", "nobody rang back", 0.8),
        id="m1", channel="email", author="Ann", created_at="2025-03-01", parent="m0", source=Source("a.mbox", 4, "1.2"),
    )  # fmt: skip
    skipped = Result(Document("hola", id="m2"), "skipped_language", MODEL, DIGEST, "1", language="es")
    with open_writer(tmp_path / "r.csv") as writer:
        writer.write(result)
        writer.write(skipped)
    first, second = rows(tmp_path / "r.csv")
    assert first == {
        "id": "m1", "status": "scored", "channel": "email", "author": "Ann", "created_at": "2025-03-01",
        "parent": "m0", "language": "en", "complaint": "true", "complaint_probability": "0.9",
        "failures": "double_charge;missed_callback", "evidence": "charged me twice", "signals": "", "gaps": "0",
        "source_path": "a.mbox", "source_record": "4", "source_part": "1.2", "model": MODEL, "digest": DIGEST,
    }  # fmt: skip
    assert (second["status"], second["complaint"], second["failures"]) == ("skipped_language", "", "")


def test_table_without_results_still_has_its_header(tmp_path: Path) -> None:
    with open_writer(tmp_path / "r.csv"):
        pass
    assert (tmp_path / "r.csv").read_bytes().startswith(b"id,status,")
    assert rows(tmp_path / "r.csv") == []


def test_probability_columns_come_with_probabilities_or_when_named(tmp_path: Path) -> None:
    with_all = build("a", probabilities={"overcharge": 0.25, "runaround": 0.5})
    without = Result(Document("", id="e"), "empty", MODEL, DIGEST, "1")
    with open_writer(tmp_path / "found.csv") as writer:
        writer.write(with_all)
        writer.write(without)
    with open_writer(tmp_path / "named.csv", types=["runaround"]) as writer:
        writer.write(without)
        writer.write(with_all)
    assert [(row["p_overcharge"], row["p_runaround"]) for row in rows(tmp_path / "found.csv")] == [
        ("0.25", "0.5"),
        ("", ""),
    ]
    assert [row["p_runaround"] for row in rows(tmp_path / "named.csv")] == ["", "0.5"]
    assert "p_overcharge" not in rows(tmp_path / "named.csv")[0]


@pytest.mark.parametrize(
    "text", ["=1+1", "+49 30 1", "-cmd", "@SUM(A1)", "\t=1", "\r\n=1", " =1", "＝1", "'quoted'", "−1", "plain", "a=b"]
)
def test_no_cell_is_a_formula_and_every_cell_can_be_had_back(tmp_path: Path, text: str) -> None:
    evidence = (Evidence(0, len(text), text),)
    result = Result(
        Document(text, id=text, author=text, channel=text), "scored", MODEL, DIGEST, "1",
        failures=(Failure("overcharge", "billing", 0.9, "high", evidence),),
    )  # fmt: skip
    with open_writer(tmp_path / "r.csv", with_text=True) as writer:
        writer.write(result)
    (row,) = rows(tmp_path / "r.csv")
    for name in ("id", "author", "channel", "evidence", "text"):
        assert row[name].lstrip()[:1] not in {"=", "+", "-", "@", "＝"}
        assert row[name].removeprefix("'") == text


@quick
@given(st.lists(results, min_size=1, max_size=3))
def test_table_keeps_its_shape_whatever_the_texts(some: list[Result]) -> None:
    out = io.BytesIO()
    with open_writer("-", format="csv", with_text=True, types=[], stdout=out) as writer:
        for result in some:
            writer.write(result)
    head, *body = csv.reader(io.StringIO(out.getvalue().decode(), newline=""))
    assert len(body) == len(some)
    for cells, result in zip(body, some, strict=True):
        assert len(cells) == len(head)
        text = (result.document.text or "").replace("\0", "\ufffd")
        assert cells[-1] in {text, f"'{text}"}


# Reading back


@pytest.mark.parametrize(
    "line",
    [
        b"not json", b"[]", b"3", b'"a"', b"{}", b"null", b'{"id": "a"}', b"\xff\xfe", b"{" * 5000, b"\x00",
    ],
)  # fmt: skip
def test_a_line_that_is_no_result_is_named_by_its_number(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "r.jsonl"
    with open_writer(path) as writer:
        writer.write(build("a", id="x"))
    path.write_bytes(path.read_bytes() + b"\n" + line + b"\n")
    stream = read_results(path)
    assert next(stream).id == "x"
    with pytest.raises(OutputError, match=r"^\[SG-O005\] .*r\.jsonl, line 3: ") as caught:
        next(stream)
    assert caught.value.code == "SG-O005"


@pytest.mark.parametrize(
    "change",
    [
        {"id": 3}, {"status": "done"}, {"failures": {}}, {"failures": [3]}, {"source": []}, {"complaint": "yes"},
        {"failures": [{"type": "t", "family": "f", "probability": "0.9", "band": "high", "evidence": []}]},
        {"failures": [{"type": "t", "family": "f", "probability": 0.9, "band": "sure", "evidence": []}]},
        {"signals": [{"signal": "s", "probability": 0.9, "evidence": [{"start": "0", "end": 1, "text": ""}]}]},
        {"gaps": [{}]}, {"text": 3}, {"role": None}, {"created_at": 20250301}, {"source": {"record": "x"}},
        {"probabilities": [0.1]},
    ],
)  # fmt: skip
def test_a_result_with_a_wrong_field_is_refused_without_its_text(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "r.jsonl"
    data = build("secret words").to_dict(with_text=True) | change
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(OutputError, match=r"line 1: ") as caught:
        list(read_results(path))
    assert "secret" not in str(caught.value)


def test_damaged_compression_and_missing_files_are_coded(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl.gz"
    with open_writer(path) as writer:
        for result in sample(30):
            writer.write(result)
    path.write_bytes(path.read_bytes()[:-20])
    for place in (path, tmp_path / "nothing.jsonl", tmp_path):
        with pytest.raises(OutputError, match=r"^\[SG-O005\] "):
            list(read_results(place))


def test_results_are_read_from_standard_input(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    with open_writer(path) as writer:
        writer.write(build("a", id="x"))
    code = "from servicegap.writers import read_results; print([result.id for result in read_results('-')])"
    done = subprocess.run([sys.executable, "-c", code], input=path.read_bytes(), capture_output=True, check=True)
    assert done.stdout.decode().strip() == "['x']"
