"""The other commands: classify, types, models, report, and what the outline promises."""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import servicegap
from servicegap import artifact
from servicegap.cli.console import one_line, plain_warnings, safe, table, thresholds

if TYPE_CHECKING:
    from conftest import Command

COMPLAINT = "They charged me twice for one order and nobody called me back as promised."


def test_version(command: Command) -> None:
    assert command("--version").out == f"servicegap {servicegap.__version__}\n".encode()


@pytest.mark.parametrize("name", ["classify", "score", "report", "types", "models", "train", "evaluate"])
def test_every_command_has_a_help_text(command: Command, name: str) -> None:
    top, own = command("--help"), command(name, "--help")
    assert (top.code, own.code) == (0, 0)
    assert f"\n  {name} " in top.out.decode()
    assert f"Usage: servicegap {name}" in own.out.decode()
    assert "Traceback" not in top.err + own.err


@pytest.mark.parametrize("name", ["list", "info", "verify"])
def test_every_command_about_models_has_a_help_text(command: Command, name: str) -> None:
    assert f"Usage: servicegap models {name}" in command("models", name, "--help").out.decode()


def test_no_command_and_a_wrong_one_are_wrong_usage(command: Command) -> None:
    assert command().code == 2
    assert "frobnicate" in command("frobnicate").err
    assert command("frobnicate").code == 2


# classify


def test_classify_shows_types_with_their_words(command: Command) -> None:
    done = command("classify", COMPLAINT)
    shown = done.out.decode()
    assert done.code == 0
    assert done.err == ""
    result = servicegap.load()(COMPLAINT)
    assert shown.startswith("complaint: ")
    for failure in result.failures:
        assert f"{failure.type} " in shown
        assert f"{failure.probability:.2f}" in shown
        assert all(f'"{span.text}"' in shown for span in failure.evidence)
    assert "\x1b" not in shown


def test_classify_as_json_is_the_result(command: Command) -> None:
    done = command("classify", "--json", "--all-types", COMPLAINT)
    assert json.loads(done.out) == servicegap.load()(COMPLAINT, all_types=True).to_dict()


def test_classify_reads_standard_input(command: Command) -> None:
    said = command("classify", COMPLAINT).out
    assert command("classify", "-", stdin=COMPLAINT.encode()).out == said
    assert command("classify", "-", stdin=COMPLAINT.encode() + b" caf\xe9").code == 0


def test_classify_takes_thresholds(command: Command) -> None:
    none = json.loads(command("classify", "--json", "-t", "1", COMPLAINT).out)
    one = json.loads(command("classify", "--json", "-t", "1", "-t", "rude_staff=0", COMPLAINT).out)
    assert none["failures"] == []
    assert [failure["type"] for failure in one["failures"]] == ["rude_staff"]
    assert command("classify", "-t", "2", COMPLAINT).code == 2


def test_classify_explains_each_type_by_features(command: Command) -> None:
    done = command("classify", "--explain", "--json", COMPLAINT)
    features = json.loads(done.out)["features"]
    assert "twice" in features["double_charge"]
    assert "features of double_charge:" in command("classify", "--explain", COMPLAINT).out.decode()


def test_classify_says_why_there_is_nothing(command: Command) -> None:
    assert command("classify", "").out == b"There is nothing to read.\n"
    assert b"not English" in command("classify", "Мой заказ не пришёл, и никто не отвечает на мои письма.").out


def test_classify_cannot_drive_the_terminal(command: Command) -> None:
    text = f"{COMPLAINT} \x1b[2J\x9b31m \u202eback\u202c \ud800 \x00"
    for options in ([], ["--json"]):
        done = command("classify", *options, text)
        assert done.code == 0
        assert not {"\x1b", "\x9b", "\u202e"} & set(done.out.decode()) or options


# types


def test_types_lists_every_type_signal_and_family(command: Command) -> None:
    shown = command("types").out.decode()
    scheme = servicegap.taxonomy()
    for name in (*scheme.type_ids, *scheme.signal_ids):
        assert f"  {name} " in shown
    for family in scheme.families:
        assert f"\n{family.id}: " in shown


def test_types_as_json_is_the_taxonomy(command: Command) -> None:
    scheme = servicegap.taxonomy()
    data = json.loads(command("types", "--json").out)
    assert [row["id"] for row in data["types"]] == list(scheme.type_ids)
    assert data["types"][0]["definition"] == scheme.types[0].definition
    assert json.loads(command("types", "runaround", "--json").out)["family"] == "ownership"


@pytest.mark.parametrize("name", ["missed_callback", "churn_intent"])
def test_types_explains_one(command: Command, name: str) -> None:
    shown = command("types", name).out.decode()
    scheme = servicegap.taxonomy()
    kind = scheme.type(name) if name in scheme.type_ids else scheme.signals[scheme.signal_ids.index(name)]
    assert kind.definition in shown
    assert all(text in shown for text in kind.shows)


def test_types_knows_no_others(command: Command) -> None:
    done = command("types", "bad_luck")
    assert done.code == 2
    assert done.err.startswith("[SG-T002]")


# models


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of the default model, to be spoiled."""
    return Path(shutil.copytree(artifact.find(), tmp_path / "copy" / "0.1.0"))


def test_models_lists_the_default_model(command: Command) -> None:
    default = artifact.find()
    assert f"*  {default.parent.name}=={default.name}" in command("models", "list").out.decode()
    listed = json.loads(command("models", "list", "--json").out)
    assert [entry["path"] for entry in listed if entry["default"]] == [str(default)]


def test_models_describes_one(command: Command) -> None:
    sg = servicegap.load()
    shown = command("models", "info").out.decode()
    assert sg.digest in shown
    assert sg.reference in shown
    described = json.loads(command("models", "info", sg.reference, "--json").out)
    assert described["manifest"]["thresholds"] == sg.thresholds


def test_models_verifies_all_or_those_named(command: Command, model: Path) -> None:
    sg = servicegap.load()
    assert f"ok  {sg.reference}  {sg.digest}\n" in command("models", "verify").out.decode()
    assert command("models", "verify", model, sg.name).out.decode().count(sg.digest) == 2


def _flip(model: Path) -> None:
    data = bytearray((model / artifact.WEIGHTS).read_bytes())
    data[len(data) // 2] ^= 1
    (model / artifact.WEIGHTS).write_bytes(data)


def _newer(model: Path) -> None:
    manifest = json.loads((model / artifact.MANIFEST).read_text())
    (model / artifact.MANIFEST).write_text(json.dumps({**manifest, "format": artifact.FORMAT + 1}))


def _rewritten(change: Callable[[dict[str, np.ndarray]], object]) -> Callable[[Path], None]:
    """Other arrays, with digests that fit them."""

    def spoil(model: Path) -> None:
        source = artifact.read(model)
        arrays = {name: array.copy() for name, array in source.arrays.items()}
        change(arrays)
        kept = {name: value for name, value in source.manifest.items() if name not in ("format", "arrays", "files")}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(artifact, "read", lambda folder: None)
            artifact.write(
                model, manifest=kept, arrays=arrays, vocabulary=source.vocabulary(), canary=list(source.canary())
            )

    return spoil


BROKEN = {
    "SG-A010": lambda model: (model / artifact.MANIFEST).write_text("{"),
    "SG-A011": _newer,
    "SG-A020": lambda model: (model / artifact.VOCABULARY).unlink(),
    "SG-A021": _flip,
    "SG-A031": _rewritten(lambda arrays: arrays["bias"].__setitem__(0, np.nan)),
    "SG-A040": _rewritten(lambda arrays: arrays["bias"].__isub__(0.5)),
}


@pytest.mark.parametrize("code", BROKEN)
def test_a_broken_model_is_refused_by_every_door(
    command: Command, model: Path, posts: Path, tmp_path: Path, code: str
) -> None:
    BROKEN[code](model)
    out = tmp_path / "out.jsonl"
    for arguments in (
        ("models", "verify", model),
        ("classify", "-m", model, "x"),
        ("score", posts, "-o", out, "-m", model),
    ):
        done = command(*arguments)
        assert done.code == 1
        assert done.out == b""
        assert done.err.startswith(f"[{code}] ")
        assert len(done.err.splitlines()) == 1
    assert not out.exists()


def test_verify_goes_on_after_a_broken_model(command: Command, model: Path) -> None:
    _flip(model)
    done = command("models", "verify", model, servicegap.load().reference)
    assert done.code == 1
    assert done.out.startswith(b"ok  ")
    assert done.err.startswith("[SG-A021]")


# report


def test_report_makes_one_page_of_results(command: Command, posts: Path, tmp_path: Path) -> None:
    results, page = tmp_path / "results.jsonl", tmp_path / "report.html"
    command("score", posts, "-o", results, "--with-text")
    done = command("report", results, "-o", page, "--title", "Spring & autumn")
    assert done.code == 0
    assert done.err == f"report: {page}\n"
    shown = page.read_text()
    assert "Spring &amp; autumn" in shown
    assert "charged me twice" in shown


def test_report_refuses_what_it_cannot_read_or_must_not_overwrite(
    command: Command, posts: Path, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    assert command("report", posts, "-o", page).err.startswith("[SG-O005]")
    assert command("report", tmp_path / "none.jsonl", "-o", page).code == 1
    assert not page.exists()
    assert command("report", posts, "-o", posts, "--force").err.startswith("[SG-O002]")
    page.write_text("mine")
    results = tmp_path / "results.jsonl"
    command("score", posts, "-o", results)
    assert command("report", results, "-o", page).err.startswith("[SG-O001]")
    assert page.read_text() == "mine"
    assert command("report", "-", "-o", page, "--force", stdin=results.read_bytes()).code == 0
    assert "<!DOCTYPE html>" in page.read_text()


# what they share


def test_a_threshold_of_its_own_holds_over_the_one_for_all() -> None:
    assert thresholds(["a=0.2", "0.6", "complaint=0.9"], ["a", "b"]) == {"a": 0.2, "b": 0.6, "complaint": 0.9}
    assert thresholds([], ["a"]) is None


def test_what_is_shown_keeps_its_length_so_that_evidence_stays_in_place() -> None:
    text = "a\r\nb\rc\x1b\u202e\ud800\td"
    assert len(safe(text)) == len(text)
    assert safe(text) == "a \nb\nc\ufffd\ufffd\ufffd\td"
    assert one_line(" a \r\n b ") == "a b"


def test_a_warning_is_one_plain_line_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    with plain_warnings():
        warnings.simplefilter("default")
        for _ in range(3):
            warnings.warn("the kernel is\nslow", RuntimeWarning, stacklevel=1)
    assert capsys.readouterr().err == "warning: the kernel is slow\n"


def test_columns_are_aligned() -> None:
    assert table([["a", "b"], ["long", "c"]]) == ["a     b", "long  c"]
    assert table([]) == []
