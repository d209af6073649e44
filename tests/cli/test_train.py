"""`servicegap train` and `evaluate`, on corpora small enough to wait for."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import servicegap
from servicegap.cli.train import newest

if TYPE_CHECKING:
    from conftest import Command


def corpus(folder: Path, *, texts: bool = True, copies: int = 3) -> Path:
    """The taxonomy's own examples as labeled texts, each the evidence of itself."""
    folder.mkdir(parents=True)
    rows = []
    for kind in servicegap.taxonomy().types[:6]:
        for n, text in enumerate((*kind.shows, *(item.text for item in kind.looks_like))):
            shows = n < len(kind.shows)
            label = {"type": kind.id, "evidence": [{"start": 0, "end": len(text)}], "exhaustive": True}
            for copy in range(copies):
                row = {
                    "id": f"{kind.id}-{n}-{copy}", "channel": "review", "complaint": shows, "signals": [], "gaps": [],
                    "failures": [label] if shows else [], "author": f"a{n}-{copy}", "situation": f"{kind.id}-{n}",
                }  # fmt: skip
                rows.append({**row, "text": text} if texts else row)
    (folder / "records.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_training_gives_the_same_bytes_twice_and_a_model_that_works(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus(tmp_path / "corpora" / "demo" / "0.9.0", copies=1)
    corpus(tmp_path / "corpora" / "demo" / "0.10.0")
    (tmp_path / "corpora" / "samples" / "blog").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    first = command("train", "linear", "--name", "demo", "--version", "2.0.0")
    second = command("train", "--name", "demo", "--version", "2.0.0", "-o", "again", "--jobs", "2")
    assert (first.code, second.code) == (0, 0)
    assert first.out == b"models/demo/2.0.0\n"
    assert "corpora/demo/0.10.0" in first.err
    assert digests(tmp_path / "models/demo/2.0.0") == digests(tmp_path / "again/demo/2.0.0")
    assert [path.name for path in (tmp_path / "models/demo").iterdir()] == ["2.0.0"]

    assert command("models", "verify", "models/demo/2.0.0").code == 0
    measured = json.loads(command("evaluate", "models/demo/2.0.0", "corpora/demo/0.10.0", "--json").out)
    assert measured["model"] == "demo==2.0.0"
    assert measured["types_micro_f1"] > 0.8
    shown = command("evaluate", "models/demo/2.0.0", "corpora/demo/0.10.0").out.decode()
    assert "types_micro_f1" in shown
    assert "double_charge " in shown

    refused = command("train", "--name", "demo", "--version", "2.0.0")
    assert (refused.code, refused.err[:9]) == (1, "[SG-O001]")


def test_labels_without_their_texts_are_left_out_and_counted(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SERVICEGAP_DATA", raising=False)
    folder = corpus(tmp_path / "labels", texts=False)
    done = command("train", "--corpus", folder, "-o", tmp_path / "models")
    assert done.code == 1
    assert "records hold only labels and are left out" in done.err
    assert "[SG-C004]" in done.err
    assert not (tmp_path / "models").exists() or not any((tmp_path / "models").rglob("*.json"))


def test_texts_of_labels_come_from_the_folder_that_the_environment_names(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = corpus(tmp_path / "labels", texts=False, copies=1)
    pool = tmp_path / "data" / "train_pool"
    corpus(pool, copies=1)
    (pool / "records.jsonl").rename(pool / "cfpb.jsonl")
    monkeypatch.setenv("SERVICEGAP_DATA", str(tmp_path / "data"))
    done = command("evaluate", "servicegap-en", folder, "--json")
    assert done.code == 0
    assert done.err == ""
    assert json.loads(done.out)["texts"] == len((folder / "records.jsonl").read_text().splitlines())


def test_only_english_texts_of_the_split_are_measured(command: Command, tmp_path: Path) -> None:
    folder = corpus(tmp_path / "split" / "1", copies=1)
    path = folder / "records.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    for row in rows[:4]:
        row["split"] = "challenge"
    rows[0]["language"] = "es"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = command("evaluate", "servicegap-en", folder, "--split", "challenge", "--json")
    assert json.loads(done.out)["texts"] == 3
    assert command("evaluate", "servicegap-en", folder, "--split", "none").code == 1


def test_corpora_are_found_by_their_newest_version(tmp_path: Path) -> None:
    for name in ("own/0.9.0", "own/0.10.0", "labels/1.0", "samples/blog", "own/drafts"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "README.md").write_text("")
    assert [str(path.relative_to(tmp_path)) for path in newest(tmp_path)] == ["labels/1.0", "own/0.10.0"]


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--corpus", "none"], 1, "SG-C004"),
        ([], 1, "SG-C004"),
        (["--name", "../up"], 2, "SG-O004"),
        (["--version", ""], 2, "SG-O004"),
        (["quadratic"], 2, "quadratic"),
    ],
)
def test_wrong_options_of_training(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], code: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = command("train", *options)
    assert done.code == code
    assert said in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_corpus_is_named_with_its_line(command: Command, tmp_path: Path) -> None:
    source = tmp_path / "records.jsonl"
    source.write_text('{"id": "a", "text": "x"}\n')
    done = command("evaluate", "servicegap-en", source)
    assert done.code == 1
    assert done.err.startswith("[SG-C001] records.jsonl:1")
