"""The command, run within the test's own process: the real one, without the cost of a start."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from servicegap.cli import main

SAMPLES = Path(__file__).parents[2] / "corpora" / "samples"


@dataclass(frozen=True)
class Outcome:
    code: int
    out: bytes
    err: str

    @property
    def results(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Command = Callable[..., Outcome]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Command:
    def run(*arguments: object, stdin: bytes = b"") -> Outcome:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capfdbinary.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main([str(argument) for argument in arguments])
        out, err = capfdbinary.readouterr()
        return Outcome(int(stopped.value.code or 0), out, err.decode())

    return run


@pytest.fixture
def samples() -> Path:
    return SAMPLES


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    """Three posts, in a folder of their own."""
    path = tmp_path / "in" / "posts.jsonl"
    path.parent.mkdir()
    texts = ("They charged me twice for one order and will not refund it.", "Lovely staff, thank you.", "")
    path.write_text("".join(json.dumps({"id": f"p{n}", "text": text}) + "\n" for n, text in enumerate(texts)))
    return path
