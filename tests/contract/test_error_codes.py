"""Every code is raised and tested, and no message tells what a customer wrote."""

from __future__ import annotations

import ast
import json
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import servicegap
from servicegap import Document, errors
from servicegap.errors import CODES, ServiceGapError
from servicegap.model import Model
from servicegap.readers import read
from servicegap.text.view import View
from servicegap.types import ReadFailure
from servicegap.writers import read_results

PACKAGE = Path(servicegap.__file__).parent
TESTS = Path(__file__).parents[1]
SECRET = "xylophonegrievance"
CODE = re.compile(r"SG-[A-Z]\d{3}")


def raised() -> dict[str, set[str]]:
    """Codes that stand as strings of their own in the source, and where."""
    found: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        if path == PACKAGE / "errors.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                found.setdefault(node.value, set()).add(path.name)
    return found


def test_every_code_is_raised_somewhere() -> None:
    assert sorted(raised()) == sorted(CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_test(code: str) -> None:
    mine = Path(__file__).name
    assert [path for path in TESTS.rglob("test_*.py") if path.name != mine and code in path.read_text("utf-8")]


def test_codes_are_in_order_and_explained() -> None:
    assert list(CODES) == sorted(CODES)
    assert all(CODE.fullmatch(code) for code in CODES)
    assert len(set(CODES.values())) == len(CODES)


@pytest.mark.parametrize(
    "kind", [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ServiceGapError)]
)
def test_an_error_tells_code_place_and_detail_and_pickles(kind: type[ServiceGapError]) -> None:
    code = next(iter(CODES))
    error = kind(code, "here", "found this, wanted that; do so.")
    assert str(error) == f"[{code}] here: found this, wanted that; do so."
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert (again.code, again.place, again.detail) == (error.code, error.place, error.detail)


def failing(model: Model) -> dict[str, Callable[[], Any]]:
    """Calls that fail on a text, or on something that holds one."""
    text = f"They lost my {SECRET} and never called back. "
    return {
        "a list": lambda: model([text]),  # type: ignore[arg-type]
        "bytes": lambda: model(text.encode()),  # type: ignore[arg-type]
        "a stream with bytes": lambda: list(model.pipe([text, text.encode()])),  # type: ignore[list-item]
        "one text for many": lambda: list(model.pipe(text)),
        "one text for many probabilities": lambda: model.predict_proba(text),
        "a document of bytes": lambda: model(Document(text.encode())),  # type: ignore[arg-type]
        "a threshold": lambda: model(text, thresholds=7),
        "a label": lambda: model(text, thresholds={"no_such_type": 0.1}),
        "a span": lambda: View.of(text).span(5, 10_000),
    }


@pytest.mark.parametrize("name", failing(None))  # type: ignore[arg-type]
def test_no_error_of_a_call_holds_the_text(name: str) -> None:
    with pytest.raises(ServiceGapError) as caught:
        failing(servicegap.load())[name]()
    shown = "".join((str(caught.value), repr(caught.value), str(caught.value.__cause__)))
    assert SECRET not in shown
    assert caught.value.code in CODES


RECORDS = {
    "x.jsonl": [
        f'{{"text": "{SECRET}"',
        f'{{"text": ["{SECRET}"]}}',
        f'{{"body": "{SECRET}"}}',
        f'["{SECRET}"]',
        f'"{SECRET}"',
        f'{{"text": "{SECRET} and much more of it than may be read"}}',
        f'{{"id": {{"{SECRET}": 1}}, "text": null}}',
    ],
    "x.json": [f'[{{"full_text": null, "note": "{SECRET}"}}, "{SECRET}", {{"text": "{SECRET}"'],
    "x.csv": ["id,text", f'1,"{SECRET}', f"2,{SECRET},{SECRET},{SECRET}"],
    "x.html": [f"<html><body><p>{SECRET} and much more of it than may be read</p>"],
    "x.txt": [f"{SECRET} and much more of it than may be read"],
    "x.eml": ["From: a@b.c", "Content-Type: multipart/mixed; boundary=x", "", f"{SECRET} {SECRET} {SECRET} {SECRET}"],
    "x.mbox": ["From a@b.c Mon Jan  1 00:00:00 2020", "Subject: x", "", f"{SECRET} and much more than may be read"],
}


@pytest.mark.parametrize("name", RECORDS)
def test_no_failure_of_a_record_holds_the_text(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text("\n".join(RECORDS[name]) + "\n", "utf-8")
    said = []
    try:
        said = [str(item.to_dict()) for item in read(path, max_text=25) if isinstance(item, ReadFailure)]
    except ServiceGapError as error:
        said = [str(error)]
    assert name == "x.csv" or said
    assert not [line for line in said if SECRET in line]


def test_no_error_of_a_results_file_holds_the_text(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    for line in (f'{{"text": "{SECRET}"}}', f'{{"{SECRET}', f'["{SECRET}"]'):
        path.write_text(line + "\n", "utf-8")
        with pytest.raises(ServiceGapError) as caught:
            list(read_results(path))
        assert SECRET not in str(caught.value)


def test_a_run_tells_nothing_of_the_text(tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    good = json.dumps({"id": "a", "text": f"They lost my {SECRET}."})
    source.write_text("\n".join([good, *RECORDS["x.jsonl"]]) + "\n", "utf-8")
    said = subprocess.run(
        [sys.executable, "-m", "servicegap", "score", str(source), "-o", str(out), "--max-text", "50"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 3
    assert SECRET not in said.stdout + said.stderr
    failed = tmp_path / "out.failed.jsonl"
    assert failed.is_file()
    assert SECRET not in failed.read_text("utf-8")
    assert len(out.read_text("utf-8").splitlines()) + len(failed.read_text("utf-8").splitlines()) == 8
