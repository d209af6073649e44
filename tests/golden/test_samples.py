"""The sample archive gives the results that are kept: `python tests/golden/test_samples.py` writes them anew.

A change here is a change of answers: say so under *Changed results* in the changelog.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import servicegap
from servicegap.archive import score

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).with_name("samples.jsonl")
KEPT = ("id", "status", "channel", "parent", "role", "created_at", "author", "text_sha256", "complaint")


def brief(result: dict[str, Any]) -> dict[str, Any]:
    """What must not change unnoticed."""
    return {
        **{name: result[name] for name in KEPT},
        "complaint_probability": result["complaint_probability"],
        "failures": [
            [f["type"], f["probability"], f["band"], [[q["start"], q["end"]] for q in f["evidence"]]]
            for f in result["failures"]
        ],
        "signals": [[s["signal"], s["probability"]] for s in result["signals"]],
    }


def run(folder: Path) -> list[dict[str, Any]]:
    out = folder / "results.jsonl"
    summary = score([str(ROOT / "corpora" / "samples")], str(out), model=servicegap.load())
    assert summary.read == summary.scored
    return [brief(json.loads(line)) for line in out.read_text(encoding="utf-8").splitlines()]


def test_samples_give_what_is_kept(tmp_path: Path) -> None:
    kept = [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]
    found = run(tmp_path)
    assert len(found) == len(kept) >= 60
    for ours, theirs in zip(found, kept, strict=True):
        for name in KEPT:
            assert ours[name] == theirs[name], ours["id"]
        assert ours["complaint_probability"] == pytest.approx(theirs["complaint_probability"], abs=2e-4)
        assert [f[0] for f in ours["failures"]] == [f[0] for f in theirs["failures"]], ours["id"]
        for f, g in zip(ours["failures"], theirs["failures"], strict=True):
            assert f[1] == pytest.approx(g[1], abs=2e-4)
            assert f[2:] == g[2:], ours["id"]
        assert [s[0] for s in ours["signals"]] == [s[0] for s in theirs["signals"]], ours["id"]


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        rows = run(Path(scratch))
    GOLDEN.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
