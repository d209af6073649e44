"""The quarantine: there only when something failed, complete, and without any text."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from servicegap.errors import OutputError
from servicegap.types import ReadFailure, Source
from servicegap.writers import failed_path, open_failed

FAILURE = ReadFailure(Source("a.mbox", 3), "SG-I003", "the header ends early", id="m3")


@pytest.mark.parametrize(
    ("out", "failed"),
    [
        ("out/results.jsonl", "out/results.failed.jsonl"),
        ("results.jsonl.gz", "results.failed.jsonl"),
        ("results.csv", "results.failed.jsonl"),
        ("march.2025.CSV.GZ", "march.2025.failed.jsonl"),
        ("results", "results.failed.jsonl"),
        ("-", None),
    ],
)
def test_its_name_follows_the_output(out: str, failed: str | None) -> None:
    assert failed_path(out) == (failed and Path(failed))


def test_beside_a_pipe_or_a_device_stands_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "pipe")
    for out in (os.devnull, tmp_path / "pipe"):
        assert failed_path(out) is None
        with open_failed(out) as quarantine:
            quarantine.write(FAILURE)
        assert json.loads(capsys.readouterr().err)["code"] == "SG-I003"


def test_a_run_without_failures_leaves_no_file(tmp_path: Path) -> None:
    with open_failed(tmp_path / "r.jsonl") as quarantine:
        pass
    assert quarantine.count == 0
    assert list(tmp_path.iterdir()) == []


def test_each_failure_is_a_line(tmp_path: Path) -> None:
    with open_failed(tmp_path / "r.csv") as quarantine:
        quarantine.write(FAILURE)
        quarantine.write(ReadFailure(Source("b\udcff.eml"), "SG-I001", "cannot be opened"))
    assert quarantine.count == 2
    first, second = map(json.loads, (tmp_path / "r.failed.jsonl").read_text(encoding="utf-8").splitlines())
    assert first == {
        "id": "m3",
        "source": {"path": "a.mbox", "record": 3},
        "code": "SG-I003",
        "reason": "the header ends early",
    }
    assert second["source"] == {"path": "b\ufffd.eml"}


def test_an_exception_leaves_no_file(tmp_path: Path) -> None:
    def interrupt() -> None:
        with open_failed(tmp_path / "r.jsonl") as quarantine:
            quarantine.write(FAILURE)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupt()
    assert list(tmp_path.iterdir()) == []


def test_an_older_quarantine_is_kept_without_force_and_never_outlives_its_results(tmp_path: Path) -> None:
    older = tmp_path / "r.failed.jsonl"
    older.write_text("older")
    with pytest.raises(OutputError, match=r"^\[SG-O001\] "), open_failed(tmp_path / "r.jsonl"):
        raise AssertionError("opened")
    with pytest.raises(ValueError), open_failed(tmp_path / "r.jsonl", force=True):
        raise ValueError
    assert older.read_text() == "older"
    with open_failed(tmp_path / "r.jsonl", force=True):
        pass
    assert not older.exists()


def test_with_standard_output_failures_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with open_failed("-") as quarantine:
        quarantine.write(FAILURE)
    out, err = capsys.readouterr()
    assert out == ""
    assert json.loads(err)["code"] == "SG-I003"
