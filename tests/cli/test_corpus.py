"""`servicegap corpus`: validate, stats, fetch, export, import."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Command

TEXT = "They said Friday 🙂.\r\nIt came on Monday, and nobody told us."


def row(number: int, **changes: Any) -> dict[str, Any]:
    start = TEXT.index("It came")
    return {
        "id": f"t{number}", "channel": "review", "industry": "parcel", "author": f"a{number}",
        "text": f"{TEXT} {number}",
        "complaint": True, "doubtful": [], "signals": [], "readers": 1,
        "failures": [{"type": "late_delivery", "evidence": [{"start": start, "end": start + 17}], "exhaustive": True}],
        "gaps": [
            {"promise": {"start": 0, "end": 16}, "action": "delivery", "who": None, "due": {"start": 10, "end": 16},
             "outcomes": [{"start": start, "end": start + 17, "status": "late"}], "status": "late"}
        ],
        **changes,
    }  # fmt: skip


def corpus(folder: Path, *rows: dict[str, Any]) -> Path:
    folder.mkdir(parents=True)
    (folder / "records.jsonl").write_text("".join(json.dumps(item) + "\n" for item in rows))
    return folder


@pytest.fixture(autouse=True)
def no_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SERVICEGAP_DATA", raising=False)


def labels_only(item: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key != "text"} | {"id": name}


def published(path: Path, texts: dict[str, str]) -> Path:
    columns = "Date received,Product,Issue,Sub-issue,Consumer complaint narrative,Company,Company response to consumer"
    rows = (f'2024-01-02,Card,Fee,,"{text}",ACME,Closed,{number}' for number, text in texts.items())
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("complaints.csv", "\n".join([columns + ",Complaint ID", *rows, ""]))
    return path


def test_a_sound_corpus_passes_and_a_broken_one_does_not(command: Command, tmp_path: Path) -> None:
    good = corpus(tmp_path / "good", *(row(n) for n in range(3)))
    done = command("corpus", "validate", good)
    assert done.code == 0
    assert b"0 of 3 lines (0.0%) are no record" in done.out
    bad = corpus(tmp_path / "bad", row(1), row(1, text="short"), row(2, signals=["anger"]))
    done = command("corpus", "validate", bad)
    assert done.code == 1
    assert done.err.splitlines()[-1] == "failed: labels, spans, ids"
    assert b"FAILED: 1 of 3 records (33.3%) repeat an id" in done.out
    assert b"t2: signal 'anger' is unknown" in done.out


def test_all_corpora_are_checked_together(command: Command, tmp_path: Path) -> None:
    one, two = corpus(tmp_path / "one", row(1)), corpus(tmp_path / "two", row(1))
    assert command("corpus", "validate", one).code == command("corpus", "validate", two).code == 0
    data = json.loads(command("corpus", "validate", one, two, "--json").out)
    assert data["failed"] == ["ids", "duplicates"]
    checks = {check["check"]: check for check in data["checks"]}
    assert checks["ids"]["flags"][0]["place"] == f"{two / 'records.jsonl'}:1"
    assert all(0 <= check["score"] <= 1 and check["summary"] for check in checks.values())


def test_flags_are_shown_up_to_a_number(command: Command, tmp_path: Path) -> None:
    folder = corpus(tmp_path / "c", *(row(1, doubtful=["nothing"]) | {"id": f"x{n}"} for n in range(9)))
    shown = command("corpus", "validate", folder, "--show", 2).out.decode()
    assert shown.count("'nothing' is unknown") == 2
    assert "and 7 more" in shown
    assert "nothing" not in command("corpus", "validate", folder, "--show", 0).out.decode()


def test_the_newest_corpora_are_taken_if_none_is_named(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus(tmp_path / "corpora/own/0.9.0", row(1, doubtful=["nothing"]))
    corpus(tmp_path / "corpora/own/0.10.0", row(1))
    monkeypatch.chdir(tmp_path)
    assert command("corpus", "validate").code == 0
    (counted,) = json.loads(command("corpus", "stats", "--json").out)
    assert (counted["corpus"], counted["texts"]) == ("corpora/own/0.10.0", 1)


def test_disagreement_waits_until_the_corpus_is_sound(command: Command, tmp_path: Path) -> None:
    bad = command(
        "corpus", "validate", corpus(tmp_path / "bad", row(1, doubtful=["nothing"])), "--disagreement", "--json"
    )
    assert "disagreement" not in {check["check"] for check in json.loads(bad.out)["checks"]}
    assert "left out until" in bad.err
    folder = corpus(
        tmp_path / "good", *(row(n) for n in range(8)), *(row(n, failures=[], gaps=[]) for n in range(8, 16))
    )
    good = command("corpus", "validate", folder, "--disagreement", "--json")
    assert (good.code, json.loads(good.out)["checks"][-1]["check"]) == (0, "disagreement")


def test_stats_stand_beside_what_is_wanted(command: Command, tmp_path: Path) -> None:
    folder = corpus(tmp_path / "c", *(row(n) for n in range(4)))
    shown = command("corpus", "stats", folder)
    assert shown.code == 0
    lines = [line.split() for line in shown.out.decode().splitlines()]
    assert ["late_delivery", "4", "4", "1", "1", "0", "0"] in lines
    assert ["texts", "4", "9000", "no"] in lines
    (data,) = json.loads(command("corpus", "stats", folder, "--json").out)
    assert {"what": "texts", "found": 4, "wanted": 9000, "met": False} in data["targets"]


def test_labels_get_their_texts_and_use_them(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = TEXT.replace("\r\n", " \n")
    rows = [labels_only(row(n), f"cfpb:{n}") for n in (1, 2)]
    labels = corpus(tmp_path / "labels", *rows)
    before = json.loads(command("corpus", "validate", labels, "--json").out)
    assert "the text of 2 is not there" in before["checks"][2]["summary"]

    archive = published(tmp_path / "published.zip", {"1": text, "3": "Another."})
    data = tmp_path / "data"
    done = command("corpus", "fetch", "cfpb", "--corpus", labels, "-o", data, "--from", archive)
    assert done.code == 3
    assert done.out.decode() == f"1 of 2 texts; set SERVICEGAP_DATA={data} to use them.\n"
    assert "missing: cfpb:2" in done.err
    assert "download" not in done.err

    monkeypatch.setenv("SERVICEGAP_DATA", str(data))
    after = json.loads(command("corpus", "validate", labels, "--json").out)
    assert after["failed"] == []
    assert "the text of 1 is not there" in after["checks"][2]["summary"]
    again = command("corpus", "fetch", "cfpb", "--corpus", labels, "-o", data, "--from", archive)
    assert (again.code, again.err.splitlines()[-1][:9]) == (1, "[SG-O001]")


def test_a_download_is_announced_and_its_failure_told(command: Command, tmp_path: Path) -> None:
    labels = corpus(tmp_path / "labels", labels_only(row(1), "cfpb:1"))
    nowhere = "http://127.0.0.1:1/complaints.csv.zip"
    done = command("corpus", "fetch", "cfpb", "--corpus", labels, "-o", tmp_path / "data", "--address", nowhere)
    assert done.code == 1
    announced, failed = done.err.splitlines()
    assert announced.startswith("downloading the whole published file")
    assert nowhere in announced
    assert failed.startswith("[SG-C005]")
    # a file that is there already is not fetched again
    published(tmp_path / "data" / "complaints.csv.zip", {"1": "Text."})
    done = command("corpus", "fetch", "cfpb", "--corpus", labels, "-o", tmp_path / "data", "--address", nowhere)
    assert done.code == 0


def test_a_folder_that_cannot_be_made_is_named(command: Command, tmp_path: Path) -> None:
    labels = corpus(tmp_path / "labels", labels_only(row(1), "cfpb:1"))
    done = command("corpus", "fetch", "cfpb", "--corpus", labels, "-o", labels / "records.jsonl" / "data")
    assert (done.code, done.err[:9]) == (1, "[SG-O002]")


def test_nothing_is_fetched_where_nothing_is_wanted(command: Command, tmp_path: Path) -> None:
    done = command("corpus", "fetch", "cfpb", "--corpus", corpus(tmp_path / "own", row(1)), "-o", tmp_path / "data")
    assert (done.code, done.err[:9]) == (1, "[SG-C004]")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("tool", ["label-studio", "prodigy", "doccano"])
def test_records_go_to_a_tool_and_come_back(command: Command, tmp_path: Path, tool: str) -> None:
    rows = [row(n) for n in range(3)]
    folder = corpus(tmp_path / "c", *rows)
    tasks, back = tmp_path / "tasks.json", tmp_path / "back.jsonl"
    done = command("corpus", "export", tool, folder, "-o", tasks)
    assert (done.code, done.out.decode()) == (0, f"3 texts: {tasks}\n")
    done = command("corpus", "import", tool, tasks, "-o", back)
    assert (done.code, done.err) == (0, "")
    assert [json.loads(line) for line in back.read_text().splitlines()] == rows
    assert command("corpus", "validate", back).code == 0
    refused = command("corpus", "import", tool, tasks, "-o", back)
    assert (refused.code, refused.err[:9]) == (1, "[SG-O001]")


def test_label_studio_gets_a_list_and_its_labeling_interface(command: Command, tmp_path: Path) -> None:
    folder, tasks, view = corpus(tmp_path / "c", row(1), row(2)), tmp_path / "tasks.json", tmp_path / "view.xml"
    assert command("corpus", "export", "label-studio", folder, "-o", tasks, "--config", view).code == 0
    assert len(json.loads(tasks.read_text())) == 2
    assert 'value="late_delivery"' in view.read_text()
    wrong = command("corpus", "export", "prodigy", folder, "-o", tmp_path / "p.jsonl", "--config", view)
    assert (wrong.code, wrong.err[:9]) == (2, "[SG-O004]")
    empty = corpus(tmp_path / "empty", labels_only(row(1), "cfpb:1"))
    done = command("corpus", "export", "label-studio", empty, "-o", tmp_path / "none.json")
    assert (done.code, json.loads((tmp_path / "none.json").read_text())) == (3, [])


def test_a_text_that_is_not_ours_goes_to_the_tool_and_not_into_the_corpus(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = tmp_path / "data" / "train_pool"
    pool.mkdir(parents=True)
    (pool / "cfpb.jsonl").write_text(json.dumps({"id": "cfpb:1", "text": TEXT}) + "\n")
    monkeypatch.setenv("SERVICEGAP_DATA", str(tmp_path / "data"))
    item = labels_only(row(1), "cfpb:1")
    tasks, back = tmp_path / "tasks.jsonl", tmp_path / "back.jsonl"
    assert command("corpus", "export", "doccano", corpus(tmp_path / "labels", item), "-o", tasks).code == 0
    assert "nobody told us" in tasks.read_text()
    assert command("corpus", "import", "doccano", tasks, "-o", back).code == 0
    assert json.loads(back.read_text()) == item


def test_what_cannot_be_converted_is_named_and_nothing_written(command: Command, tmp_path: Path) -> None:
    bad = corpus(tmp_path / "bad", row(1), {"id": "x"})
    done = command("corpus", "export", "prodigy", bad, "-o", tmp_path / "out.jsonl")
    assert done.code == 1
    assert done.err.startswith(f"[SG-C001] {bad / 'records.jsonl'}:2")
    (tmp_path / "tasks.jsonl").write_text('{"text": "late", "answer": "reject"}\n{"text": "a", "spans": [1]}\n')
    done = command("corpus", "import", "prodigy", tmp_path / "tasks.jsonl", "-o", tmp_path / "out.jsonl")
    assert done.err.startswith("[SG-C007] tasks.jsonl:2")
    assert not (tmp_path / "out.jsonl").exists()
    (tmp_path / "tasks.jsonl").write_text('{"text": "late", "answer": "reject"}\n')
    done = command("corpus", "import", "prodigy", tmp_path / "tasks.jsonl", "-o", tmp_path / "out.jsonl")
    assert (done.code, done.err.split(" are ")[0]) == (0, "1 tasks")


def test_the_commands_import_nothing_of_training_before_they_run() -> None:
    heavy = "sklearn scipy servicegap.training servicegap.training.fetch urllib.request"
    code = f"import sys, servicegap.cli.app; print([name for name in '{heavy}'.split() if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
