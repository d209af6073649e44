"""Models on disk: written alike twice, found by name, and refused when anything is wrong with them."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import servicegap
from servicegap import artifact
from servicegap.artifact import Artifact
from servicegap.engine import kernel
from servicegap.errors import ArtifactError
from servicegap.model import Model, load
from servicegap.taxonomy import load as taxonomy
from servicegap.text.lexer import hash_normal

WORDS = ("late", "twice", "never", "refund", "rude", "lost")


def content(**changes: Any) -> dict[str, Any]:
    """A small model's manifest, arrays, vocabulary and canary, whose scores are still missing."""
    scheme = taxonomy()
    labels = [*scheme.type_ids, "complaint", *scheme.signal_ids, "english"]
    rng = np.random.default_rng(0)
    n = len(labels)
    return {
        "manifest": {
            "name": "tiny",
            "version": "0.9.0",
            "license": "MIT",
            "requires": "0.1.0",
            "taxonomy": scheme.version,
            "labels": labels,
            "settings": {"token_ngrams": 2, "evidence_margin": 1.5, "evidence_floor": -1.5},
            "thresholds": dict.fromkeys(labels[:-1], 0.5),
            "bands": {"high": 0.8, "medium": 0.6, "low": 0.0},
            "corpora": [],
            **changes,
        },
        "arrays": {
            "keys": np.array([hash_normal(word.encode()) for word in WORDS], np.uint32),
            "weights": rng.integers(-99, 99, (len(WORDS), n)).astype(np.int8),
            "energies": np.full(len(WORDS), 160, np.uint16),
            "scale": np.full(n, 0.1),
            "bias": np.zeros(n),
            "pooling": np.tile([0.0, 1.0, 0.0, 0.0, 0.0], (n, 1)),
        },
        "vocabulary": list(WORDS),
        "canary": [{"text": "late twice"}, {"text": "never, a refund"}],
    }


def make(folder: Path, **changes: Any) -> Artifact:
    """Write a model that loads."""
    parts = content(**changes)
    # all canaries are English to this model
    parts["arrays"]["pooling"][-1] = (5.0, 0, 0, 0, 0)
    zeros = [0.0] * len(taxonomy().type_ids)
    draft = artifact.write(folder, **{**parts, "canary": [{**row, "probabilities": zeros} for row in parts["canary"]]})
    scores = Model(draft).predict_proba(row["text"] for row in parts["canary"])
    for row, values in zip(parts["canary"], scores, strict=True):
        row["probabilities"] = [round(float(value), 6) for value in values]
    return artifact.write(folder, **parts)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = make(tmp_path / "tiny" / "0.9.0").path
    assert load(made).name == "tiny"
    return made


def refused(folder: Path, code: str) -> ArtifactError:
    with pytest.raises(ArtifactError) as caught:
        load(folder)
    assert caught.value.code == code
    assert str(caught.value).startswith(f"[{code}] {folder}")
    assert str(caught.value).rstrip().endswith(".")
    return caught.value


def seal(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a manifest and make its checksum right again, as a careless or wicked packager would."""
    manifest = json.loads((folder / artifact.MANIFEST).read_text("utf-8"))
    change(manifest)
    data = json.dumps(manifest).encode()
    (folder / artifact.MANIFEST).write_bytes(data)
    (folder / artifact.CHECKSUM).write_text(f"{hashlib.sha256(data).hexdigest()}  {artifact.MANIFEST}\n")


def pack(folder: Path, data: bytes) -> None:
    """Put other arrays into a model, with the right digests."""
    (folder / artifact.WEIGHTS).write_bytes(data)
    facts = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    seal(folder, lambda manifest: manifest["files"].update({artifact.WEIGHTS: facts}))


def arrays(folder: Path, **changes: Any) -> bytes:
    with np.load(folder / artifact.WEIGHTS) as archive:
        held = {name: archive[name] for name in archive.files}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **{name: value for name, value in {**held, **changes}.items() if value is not None})
    return buffer.getvalue()


def test_written_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two = make(tmp_path / "one"), make(tmp_path / "two")
    names = sorted(path.name for path in one.path.iterdir())
    assert names == sorted(
        (artifact.MANIFEST, artifact.CHECKSUM, artifact.WEIGHTS, artifact.VOCABULARY, artifact.CANARY)
    )
    assert all((one.path / name).read_bytes() == (two.path / name).read_bytes() for name in names)
    assert (
        one.digest == two.digest == "sha256:" + hashlib.sha256((one.path / artifact.MANIFEST).read_bytes()).hexdigest()
    )


def test_what_was_written_is_read(folder: Path) -> None:
    read, written = artifact.read(folder), content()
    assert (read.name, read.version) == ("tiny", "0.9.0")
    assert read.vocabulary() == written["vocabulary"]
    assert [row["text"] for row in read.canary()] == [row["text"] for row in written["canary"]]
    assert all(np.array_equal(read.arrays[name], written["arrays"][name]) for name in ("keys", "weights", "scale"))
    assert read.metrics() == {}


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum")
def test_the_checksum_is_one_that_others_can_check(folder: Path) -> None:
    said = subprocess.run(["sha256sum", "-c", artifact.CHECKSUM], cwd=folder, capture_output=True, check=False)
    assert said.returncode == 0


@pytest.mark.parametrize(
    "name", [artifact.MANIFEST, artifact.CHECKSUM, artifact.WEIGHTS, artifact.VOCABULARY, artifact.CANARY]
)
def test_one_changed_byte_anywhere_is_refused(folder: Path, name: str) -> None:
    path = folder / name
    whole = path.read_bytes()
    # of the checksum's file only the sum counts
    size = 64 if name == artifact.CHECKSUM else len(whole)
    for at in {0, size // 3, size // 2, size - 2, size - 1}:
        for flip in (1, 0x10, 0x80):
            data = bytearray(whole)
            data[at] ^= flip
            path.write_bytes(data)
            with pytest.raises(ArtifactError) as caught:
                load(folder)
            assert caught.value.code in ("SG-A021", "SG-A010", "SG-A011")
    path.write_bytes(whole)
    load(folder)


def test_a_changed_threshold_is_refused(folder: Path) -> None:
    path = folder / artifact.MANIFEST
    path.write_text(path.read_text("utf-8").replace("0.5", "0.4", 1), "utf-8")
    assert "manifest.sha256 says" in refused(folder, "SG-A021").detail


@pytest.mark.parametrize(
    "name", [artifact.MANIFEST, artifact.CHECKSUM, artifact.WEIGHTS, artifact.VOCABULARY, artifact.CANARY]
)
def test_a_cut_or_grown_file_is_refused(folder: Path, name: str) -> None:
    path = folder / name
    whole = path.read_bytes()
    for data in (b"", whole[: len(whole) // 2], whole[1:]):
        path.write_bytes(data)
        with pytest.raises(ArtifactError) as caught:
            load(folder)
        assert caught.value.code in ("SG-A021", "SG-A010")
    if name != artifact.CHECKSUM:
        path.write_bytes(whole + b"\n")
        refused(folder, "SG-A021")


@pytest.mark.parametrize("name", [artifact.CHECKSUM, artifact.WEIGHTS, artifact.VOCABULARY, artifact.CANARY])
def test_a_missing_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert name in refused(folder, "SG-A020").place
    (folder / name).mkdir()
    refused(folder, "SG-A020")


def test_no_model_at_all(tmp_path: Path) -> None:
    for name in ("no-such-model", "servicegap-en==99.0.0", str(tmp_path), "", "x" * 5000, "a\0b", "=="):
        with pytest.raises(ArtifactError) as caught:
            artifact.find(name)
        assert caught.value.code == "SG-A001"
        assert "installed: " in caught.value.detail


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"{}",
        b'{"format": "1"}',
        b'{"format": true}',
        b'{"format": 0}',
        b"[" * 100000,
        b'{"format": 1.0}',
    ],
)
def test_a_manifest_that_is_none(folder: Path, data: bytes) -> None:
    (folder / artifact.MANIFEST).write_bytes(data)
    refused(folder, "SG-A010")


def test_a_newer_format_is_refused(folder: Path) -> None:
    seal(folder, lambda manifest: manifest.update(format=artifact.FORMAT + 1))
    assert "upgrade" in refused(folder, "SG-A011").detail


@pytest.mark.parametrize("version", ["0.10.0", "1.0", "99.0.0"])
def test_a_model_for_a_newer_package_is_refused(folder: Path, version: str) -> None:
    seal(folder, lambda manifest: manifest.update(requires=version))
    error = refused(folder, "SG-A012")
    assert version in error.detail
    assert servicegap.__version__ in error.detail


@pytest.mark.parametrize("field", sorted(artifact._REQUIRED.keys() - {"format"}))
def test_a_manifest_without_a_field(folder: Path, field: str) -> None:
    seal(folder, lambda manifest: manifest.pop(field))
    assert field in refused(folder, "SG-A010").detail
    seal(folder, lambda manifest: manifest.update({field: 7}))
    refused(folder, "SG-A010")


BROKEN_MANIFESTS: dict[str, Callable[[dict[str, Any]], None]] = {
    "a file outside": lambda m: m["files"].update({"../x": m["files"][artifact.CANARY]}),
    "an absolute file": lambda m: m["files"].update({"/etc/passwd": m["files"][artifact.CANARY]}),
    "the folder above": lambda m: m["files"].update({".": m["files"][artifact.CANARY]}),
    "no canary": lambda m: m["files"].pop(artifact.CANARY),
    "no weights": lambda m: m["files"].pop(artifact.WEIGHTS),
    "facts of a file": lambda m: m["files"].update({artifact.CANARY: "abc"}),
    "no size": lambda m: m["files"][artifact.CANARY].pop("size"),
    "no digest": lambda m: m["files"][artifact.CANARY].update(sha256=None),
    "facts of an array": lambda m: m["arrays"].update(keys=[1]),
    "no shape": lambda m: m["arrays"]["keys"].pop("shape"),
    "labels": lambda m: m["labels"].reverse(),
    "a threshold gone": lambda m: m["thresholds"].pop("rude_staff"),
    "a threshold over 1": lambda m: m["thresholds"].update(rude_staff=1.5),
    "a threshold not a number": lambda m: m["thresholds"].update(rude_staff=float("nan")),
    "a threshold as text": lambda m: m["thresholds"].update(rude_staff="0.5"),
    "a setting gone": lambda m: m["settings"].pop("token_ngrams"),
    "a setting as text": lambda m: m["settings"].update(evidence_margin="far"),
    "a band gone": lambda m: m["bands"].pop("low"),
    "no band": lambda m: m["bands"].clear(),
}


@pytest.mark.parametrize("name", BROKEN_MANIFESTS)
def test_a_manifest_that_says_nonsense(folder: Path, name: str) -> None:
    seal(folder, BROKEN_MANIFESTS[name])
    refused(folder, "SG-A010")


def test_the_parent_folder_is_no_file(folder: Path) -> None:
    seal(folder, lambda manifest: manifest["files"].update({"..": manifest["files"][artifact.CANARY]}))
    refused(folder, "SG-A020")


def restate(manifest: dict[str, Any], name: str, array: np.ndarray) -> None:
    manifest["arrays"][name] = {"dtype": array.dtype.name, "shape": list(array.shape)}


@pytest.mark.parametrize("name", ["keys", "weights", "energies", "scale", "bias", "pooling"])
def test_an_array_that_is_not_as_stated(folder: Path, name: str) -> None:
    right = content()["arrays"][name]
    wrong = [right[:-1], right.astype(np.float32), right[None], right.astype(np.int64)]
    for array in wrong:
        pack(folder, arrays(folder, **{name: array}))
        refused(folder, "SG-A030")
        # stated as it is, it still does not fit the others
        seal(folder, lambda manifest, array=array: restate(manifest, name, array))
        refused(folder, "SG-A030")
    pack(folder, arrays(folder, **{name: None}))
    refused(folder, "SG-A030")
    seal(folder, lambda manifest: manifest["arrays"].pop(name))
    refused(folder, "SG-A030")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["scale", "bias", "pooling"])
def test_a_value_that_is_not_finite(folder: Path, name: str, value: float) -> None:
    array = content()["arrays"][name]
    array.flat[3] = value
    pack(folder, arrays(folder, **{name: array}))
    assert refused(folder, "SG-A031").place.endswith(name)


class Trap:
    """Unpickled, it leaves a trace."""

    def __reduce__(self) -> tuple[Any, tuple[str, int]]:
        return os.open, ("trapped", os.O_CREAT)


def test_a_pickle_is_never_opened(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    trap = np.array([Trap()], object)
    for data in (arrays(folder, keys=trap), arrays(folder, extra=trap, keys=trap)):
        pack(folder, data)
        refused(folder, "SG-A030")
        seal(folder, lambda manifest: manifest["arrays"].update(keys={"dtype": "object", "shape": [1]}))
        refused(folder, "SG-A030")
    # a pickle where the archive should be
    buffer = io.BytesIO()
    np.save(buffer, trap, allow_pickle=True)
    pack(folder, buffer.getvalue())
    refused(folder, "SG-A030")
    assert not (tmp_path / "trapped").exists()


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name + ".npy", data)
    return buffer.getvalue()


def header(shape: str, dtype: str = "<u4") -> bytes:
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


def test_a_bomb_is_not_unpacked(folder: Path) -> None:
    bomb = zipped(keys=header("(6,)") + bytes(60_000_000))
    assert len(bomb) < 100_000
    pack(folder, bomb)
    tracemalloc.start()
    refused(folder, "SG-A030")
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no archive",
        b"PK\x03\x04 cut short",
        zipped(),
        zipped(keys=b""),
        zipped(keys=b"\x93NUMPY"),
        zipped(keys=header("(1000000000000,)")),
        zipped(keys=header("(10**30,)")),
        zipped(keys=header("(-1,)")),
        zipped(keys=header("(6,)", "|O")),
        zipped(keys=header("(6,)") + b"short"),
        zipped(keys=b"\x93NUMPY\x09\x00" + bytes(100)),
        zipped(keys=header("((((")),
    ],
    ids=range(13),
)
def test_an_archive_that_is_none(folder: Path, data: bytes) -> None:
    pack(folder, data)
    refused(folder, "SG-A030")


def test_links_are_followed_and_verified(folder: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    (folder / artifact.VOCABULARY).rename(moved)
    (folder / artifact.VOCABULARY).symlink_to(moved)
    load(folder)
    moved.write_text("other\n")
    refused(folder, "SG-A021")
    moved.unlink()
    refused(folder, "SG-A020")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
@pytest.mark.parametrize("name", [artifact.WEIGHTS, artifact.CHECKSUM])
def test_a_pipe_or_device_does_not_hang(folder: Path, name: str) -> None:
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(ArtifactError) as caught:
        load(folder)
    assert caught.value.code in ("SG-A020", "SG-A021")
    (folder / name).unlink()
    (folder / name).symlink_to("/dev/zero")
    with pytest.raises(ArtifactError):
        load(folder)


CANARIES = {
    "other scores": lambda rows: [{**rows[0], "probabilities": [v + 0.001 for v in rows[0]["probabilities"]]}, rows[1]],
    "another text": lambda rows: [{**rows[0], "text": "refund"}, rows[1]],
    "none": lambda rows: [],
    "too few scores": lambda rows: [{**row, "probabilities": [0.5]} for row in rows],
    "no scores": lambda rows: [{"text": "late"}],
    "no text": lambda rows: [{**rows[0], "text": None}],
    "no scores but text": lambda rows: [{**rows[0], "probabilities": "x"}],
    "not a number": lambda rows: [{**rows[0], "probabilities": [float("nan")] * len(rows[0]["probabilities"])}],
}


@pytest.mark.parametrize("name", CANARIES)
def test_a_canary_that_does_not_sing(folder: Path, name: str) -> None:
    made = artifact.read(folder)
    skipped = ("format", "arrays", "files")
    artifact.write(
        folder,
        manifest={field: value for field, value in made.manifest.items() if field not in skipped},
        arrays=made.arrays,
        vocabulary=made.vocabulary(),
        canary=CANARIES[name](list(made.canary())),
    )
    refused(folder, "SG-A040")


def test_a_flipped_weight_is_refused_even_when_packaged(folder: Path) -> None:
    array = content()["arrays"]["weights"]
    array[0] ^= 0x40
    pack(folder, arrays(folder, weights=array))
    refused(folder, "SG-A040")


def test_more_files_may_lie_beside_it(folder: Path) -> None:
    digest = load(folder).digest
    (folder / artifact.METRICS).write_text('{"f1": 0.5}')
    (folder / artifact.CARD).write_text("a card")
    assert load(folder).digest == digest
    assert artifact.read(folder).metrics() == {"f1": 0.5}


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    versions = ("0.9.0", "0.10.0", "0.10.0rc1", "0.2.0", "1.0", "1.0.0rc2", "1.0.0rc1")
    for version in versions:
        make(tmp_path / "tiny" / version, version=version)
    make(tmp_path / "other" / "0.1.0", name="other", version="0.1.0")
    (tmp_path / "tiny" / "empty").mkdir()
    monkeypatch.setattr(artifact, "roots", lambda: [tmp_path])
    return tmp_path


def test_found_by_name_version_and_path(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert artifact.find("tiny") == shelf / "tiny" / "1.0"
    assert artifact.find("tiny==0.9.0") == shelf / "tiny" / "0.9.0"
    assert artifact.find("other") == shelf / "other" / "0.1.0"
    assert artifact.find(shelf / "tiny" / "0.2.0") == shelf / "tiny" / "0.2.0"
    assert artifact.find(str(shelf / "tiny" / "0.2.0")) == shelf / "tiny" / "0.2.0"
    monkeypatch.chdir(shelf / "tiny")
    assert artifact.find("0.9.0") == Path("0.9.0")
    order = [path.name for path in artifact.available() if path.parent.name == "tiny"]
    assert order == ["0.2.0", "0.9.0", "0.10.0rc1", "0.10.0", "1.0.0rc1", "1.0.0rc2", "1.0"]


@pytest.mark.parametrize("missing", ["tiny==0.9", "tiny==", "tiny==2.0", "Tiny", "tiny/0.9.0", "tiny==empty"])
def test_not_found(shelf: Path, missing: str) -> None:
    if missing == "tiny==":
        # no version given: the newest
        assert artifact.find(missing).name == "1.0"
        return
    with pytest.raises(ArtifactError, match=r"SG-A001.*tiny==0\.10\.0") as caught:
        artifact.find(missing)
    assert caught.value.place == missing


def test_the_shipped_model_is_the_default() -> None:
    assert artifact.find() == artifact.find(artifact.DEFAULT)
    read = artifact.read()
    assert read.name == artifact.DEFAULT
    assert read.arrays["weights"].shape[1] <= kernel.STRIDE
    assert len(read.vocabulary()) == len(read.arrays["keys"])
    assert len(list(read.canary())) > 0
