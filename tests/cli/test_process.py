"""The command as a process: signals, pipes, terminals, and how light it is to start."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = (sys.executable, "-m", "servicegap")
LINE = json.dumps({"text": "They charged me twice and nobody called back."}).encode() + b"\n"
posix = pytest.mark.skipif(os.name == "nt", reason="signals and terminals of POSIX")


def complaints(err: str) -> list[str]:
    """What was said on standard error, apart from the warning that there is no compiled kernel."""
    return [line for line in err.splitlines() if "compiled kernel" not in line]


@posix
def test_an_interrupted_run_leaves_nothing_and_says_so(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    arguments = [*COMMAND, "score", "-", "-o", str(out)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        # Enough for a batch to be written and for more to be waited for.
        process.stdin.write(LINE * 1500 + b"{}\n")
        process.stdin.flush()
        deadline = time.monotonic() + 30
        while not any(tmp_path.iterdir()) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert [path.name[:5] for path in tmp_path.iterdir()] == [".out."]
        process.send_signal(signal.SIGINT)
        err = process.stderr.read().decode()
        process.stdin.close()
        code = process.wait(30)
    assert code == 130
    assert complaints(err) == [f"interrupted; {out} was not written."]
    assert list(tmp_path.iterdir()) == []


@posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_terminated_run_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    arguments = [*COMMAND, "score", "-", "-o", str(tmp_path / "out.jsonl")]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(LINE * 1500)
        process.stdin.flush()
        deadline = time.monotonic() + 30
        while not any(tmp_path.iterdir()) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(number)
        assert process.wait(30) == 128 + number
        assert process.stderr is not None
        assert complaints(process.stderr.read().decode()) == []
    assert list(tmp_path.iterdir()) == []


@posix
def test_closed_streams_are_no_fault_of_the_run(tmp_path: Path) -> None:
    def closed(how: str, *arguments: str) -> tuple[int, list[str]]:
        script = f'exec "$@" {how}'
        done = subprocess.run(
            ["sh", "-c", script, "sh", *COMMAND, *arguments], check=False, capture_output=True, text=True
        )
        return done.returncode, complaints(done.stderr)

    source = tmp_path / "in.jsonl"
    source.write_bytes(LINE + b"[]\n")
    for arguments in (["score", str(source), "-o", "-", "-q"], ["classify", "It broke."], ["types"], ["--version"]):
        code, said = closed(">&-", *arguments)
        assert code == 1
        assert said[-1].startswith("[SG-O002] standard output: it is closed")
    assert closed("2>&-", "score", str(source), "-o", "-") == (3, [])
    out = tmp_path / "out.jsonl"
    assert closed("<&- >&- 2>&-", "score", str(source), "-o", str(out)) == (3, [])
    assert len(out.read_bytes().splitlines()) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("arguments", [["classify", "It broke."], ["types"], ["--version"]])
def test_a_full_disk_behind_standard_output_is_a_coded_error(arguments: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run([*COMMAND, *arguments], check=False, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    [said] = complaints(done.stderr)
    assert said.startswith("[SG-O002] standard output: ")


@posix
def test_a_reader_that_goes_away_ends_the_run_quietly(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(LINE * 3000)
    arguments = [*COMMAND, "score", str(source), "-o", "-"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["status"] == "scored"
        process.stdout.close()
        err = process.stderr.read().decode()
        code = process.wait(30)
    assert code == 1
    assert complaints(err) == []


def test_a_pipeline_from_archive_to_page(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    scoring = subprocess.run([*COMMAND, "score", "-", "-o", "-", "-q"], input=LINE * 3, capture_output=True, check=True)
    reporting = [*COMMAND, "report", "-", "-o", str(page)]
    subprocess.run(reporting, input=scoring.stdout, capture_output=True, check=True)
    assert page.stat().st_size > 1000
    reporting = [*COMMAND, "report", "-", "-o", "-"]
    done = subprocess.run(reporting, input=scoring.stdout, capture_output=True, check=True, cwd=tmp_path)
    assert done.stdout == page.read_bytes()
    assert list(tmp_path.iterdir()) == [page]


@posix
def test_on_a_terminal_evidence_is_marked_and_progress_shown(tmp_path: Path) -> None:
    import pty

    def shown(*arguments: str) -> str:
        """Everything that a terminal got to see."""
        ours, theirs = pty.openpty()
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120"}
        environment.pop("NO_COLOR", None)
        with subprocess.Popen(
            [*COMMAND, *arguments], stdout=theirs, stderr=theirs, stdin=theirs, env=environment
        ) as process:
            os.close(theirs)
            data = b""
            try:
                while chunk := os.read(ours, 4096):
                    data += chunk
            except OSError:  # Linux ends a terminal so.
                pass
            os.close(ours)
            process.wait(30)
        return data.decode()

    text = shown("classify", "They charged me twice for one order.")
    assert "\x1b[1;31mThey charged me twice" in text
    assert "double_charge" in text

    source = tmp_path / "in.jsonl"
    source.write_bytes(LINE * 1100)
    assert "1,100 documents, " in shown("score", str(source), "-o", str(tmp_path / "a.jsonl"))
    assert "\x1b" not in shown("score", str(source), "-o", str(tmp_path / "b.jsonl"), "--no-progress")


def test_starting_is_light() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "servicegap", "classify", "They charged me twice."],
        capture_output=True, check=True,
    )  # fmt: skip
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.decode().splitlines()}
    assert "servicegap.model" in imported
    heavy = ("sklearn", "spacy", "scipy", "pandas", "joblib", "jinja2", "selectolax", "rich")
    assert [name for name in imported if name.partition(".")[0] in heavy] == []


def test_no_prompt_and_no_progress_without_a_terminal(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(LINE)
    out = tmp_path / "out.jsonl"
    for _ in range(2):
        done = subprocess.run(
            [*COMMAND, "score", str(source), "-o", str(out)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=30,
            check=False,
        )
        assert b"\x1b" not in done.stderr
    assert done.returncode == 1
    assert complaints(done.stderr.decode())[0].startswith("[SG-O001]")
