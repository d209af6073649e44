"""Versioned models on disk: written, verified and loaded; nothing in them runs code.

`models/<name>/<version>/` holds

- `manifest.json`: what the model is and the settings that training and scoring share; its
  digest is the model's identity. It names every file below with its size and sha256.
- `manifest.sha256`: that digest, in the form that `sha256sum -c` reads.
- `weights.npz`: the arrays, read without pickle.
- `vocabulary.txt`: the features, a line a row, for explanations.
- `canary.jsonl`: texts, and the scores that they must get.
- `metrics.json`, `CARD.md`: what may change without changing an answer, outside the digest.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import os.path
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from servicegap import _version
from servicegap.engine import kernel
from servicegap.errors import ArtifactError

FORMAT = 1
"""Version of the layout that this package writes; readers of older ones stay."""
DEFAULT = "servicegap-en"

MANIFEST = "manifest.json"
CHECKSUM = "manifest.sha256"
WEIGHTS = "weights.npz"
VOCABULARY = "vocabulary.txt"
CANARY = "canary.jsonl"
METRICS = "metrics.json"
CARD = "CARD.md"

# The numbers that a text must get again may differ in the last bits between math libraries.
CANARY_TOLERANCE = 2e-5

# What the header of an array takes in the archive, at most.
_HEADER = 4096

_REQUIRED = {
    "format": int,
    "name": str,
    "version": str,
    "license": str,
    "requires": str,
    "taxonomy": str,
    "labels": list,
    "settings": dict,
    "thresholds": dict,
    "bands": dict,
    "corpora": list,
    "arrays": dict,
    "files": dict,
}


@dataclass(frozen=True, slots=True)
class Artifact:
    """A model as read from disk and verified.

    Attributes
    ----------
    path : pathlib.Path
    manifest : mapping
    digest : str
        `sha256:` and the hex digest of the manifest's bytes.
    arrays : mapping of str to ndarray
    """

    path: Path
    manifest: Mapping[str, Any]
    digest: str
    arrays: Mapping[str, npt.NDArray[Any]]

    @property
    def name(self) -> str:
        """The model's name."""
        return str(self.manifest["name"])

    @property
    def version(self) -> str:
        """The model's version."""
        return str(self.manifest["version"])

    def tables(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays of the scorer; the kernel would read beyond the end of one that has another shape.

        Raises
        ------
        ArtifactError
            SG-A030 where one is missing or of another shape or type.
        """
        rows = self.arrays.get("keys", np.empty(0)).size
        labels = len(self.manifest["labels"])
        wanted = {
            "keys": ("uint32", [rows]),
            "weights": ("int8", [rows, labels]),
            "energies": ("uint16", [rows]),
            "scale": ("float64", [labels]),
            "bias": ("float64", [labels]),
            "pooling": ("float64", [labels, kernel.POOLING]),
        }
        for name, (dtype, shape) in wanted.items():
            array = self.arrays.get(name, np.empty(0, object))
            if array.dtype.name != dtype or list(array.shape) != shape:
                found = f"{array.dtype.name} {list(array.shape)}" if name in self.arrays else "missing"
                raise ArtifactError(
                    "SG-A030", f"{self.path}:{name}", f"is {found}, wanted {dtype} {shape}; build the model again."
                )
        return {name: self.arrays[name] for name in wanted}

    def vocabulary(self) -> list[str]:
        """The features, row by row."""
        return (self.path / VOCABULARY).read_text(encoding="utf-8").split("\n")[:-1]

    def canary(self) -> Iterator[dict[str, Any]]:
        """Texts and the scores that they must get."""
        for line in (self.path / CANARY).read_text(encoding="utf-8").splitlines():
            yield json.loads(line)

    def metrics(self) -> dict[str, Any]:
        """What was measured when the model was built; empty where the file is absent."""
        path = self.path / METRICS
        return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def roots() -> list[Path]:
    """Folders that are searched for models: those in the installed package, those of a checkout."""
    package = Path(__file__).resolve().parent
    return [folder for folder in (package / "shipped", package.parent / "models") if folder.is_dir()]


def available() -> list[Path]:
    """Folders of all models that can be named, by name and version, oldest first."""
    found: dict[tuple[str, tuple[int, ...], str], Path] = {}
    for root in roots():
        for manifest in root.glob(f"*/*/{MANIFEST}"):
            folder = manifest.parent
            found.setdefault((folder.parent.name, _version_key(folder.name), folder.name), folder)
    return [found[key] for key in sorted(found)]


def find(model: str | Path | None = None) -> Path:
    """Folder of a model: a name (the newest version), `name==version`, or a path.

    Raises
    ------
    ArtifactError
        SG-A001 where there is none.
    """
    wanted = str(model) if model is not None else DEFAULT
    name, _, version = wanted.partition("==")
    candidates = [
        folder for folder in available() if folder.parent.name == name and (not version or folder.name == version)
    ]
    if candidates:
        return candidates[-1]
    if os.path.isfile(Path(wanted) / MANIFEST):
        return Path(wanted)
    known = ", ".join(f"{folder.parent.name}=={folder.name}" for folder in available()) or "none"
    raise ArtifactError(
        "SG-A001", wanted, f"found no model of that name and no folder with a {MANIFEST}; installed: {known}."
    )


def read(model: str | Path | None = None) -> Artifact:
    """Read and verify a model; nothing is built from what does not verify.

    Parameters
    ----------
    model : str or Path, optional
        As for `find`; the default model if not given.

    Raises
    ------
    ArtifactError
        With the place, what was found, what was wanted and what to do.

    Examples
    --------
    >>> read("servicegap-en").manifest["taxonomy"]
    '1'
    """
    folder = find(model)
    data = _bytes(folder, MANIFEST)
    digest = hashlib.sha256(data).hexdigest()
    manifest = _manifest(folder, data, digest)
    for name in (WEIGHTS, VOCABULARY, CANARY):
        if name not in manifest["files"]:
            raise ArtifactError("SG-A010", str(folder / MANIFEST), f"names no {name} among its files; build it again.")
    content = {name: _verified(folder, name, facts) for name, facts in manifest["files"].items()}
    arrays = _arrays(folder / WEIGHTS, content[WEIGHTS], manifest["arrays"])
    return Artifact(folder, manifest, "sha256:" + digest, arrays)


def write(
    folder: Path,
    *,
    manifest: Mapping[str, Any],
    arrays: Mapping[str, npt.NDArray[Any]],
    vocabulary: list[str],
    canary: list[dict[str, Any]],
) -> Artifact:
    """Write a model, the same bytes for the same input, and read it back.

    Parameters
    ----------
    folder : pathlib.Path
        Made if it is not there.
    manifest : mapping
        Everything but `format`, `arrays` and `files`, which are added.
    arrays, vocabulary, canary
        The content of the files of those names.
    """
    folder.mkdir(parents=True, exist_ok=True)
    packed = io.BytesIO()
    # numpy takes no clock into the archive: the same arrays give the same bytes. Packing them would
    # halve the file and double the time to load.
    np.savez(packed, **{name: np.ascontiguousarray(arrays[name]) for name in sorted(arrays)})  # type: ignore[arg-type]
    content = {
        WEIGHTS: packed.getvalue(),
        VOCABULARY: "".join(feature + "\n" for feature in vocabulary).encode(),
        CANARY: "".join(_line(record) for record in canary).encode(),
    }
    whole = {
        "format": FORMAT,
        **manifest,
        "arrays": {
            name: {"dtype": array.dtype.name, "shape": list(array.shape)} for name, array in sorted(arrays.items())
        },
        "files": {
            name: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} for name, data in content.items()
        },
    }
    content[MANIFEST] = (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()
    content[CHECKSUM] = f"{hashlib.sha256(content[MANIFEST]).hexdigest()}  {MANIFEST}\n".encode()
    for name, data in content.items():
        (folder / name).write_bytes(data)
    return read(folder)


def _line(record: Mapping[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False) + "\n"


def _bytes(folder: Path, name: str) -> bytes:
    path = folder / name
    try:
        # a pipe or device would never end
        if path.exists() and not path.is_file():
            raise OSError(0, "not a file")
        return path.read_bytes()
    except OSError as error:
        raise ArtifactError(
            "SG-A020", str(path), f"cannot be read ({error.strerror}); install the model again."
        ) from None


def _manifest(folder: Path, data: bytes, digest: str) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        manifest = json.loads(data)
    except (ValueError, RecursionError):
        raise ArtifactError("SG-A010", str(path), "is not JSON; install the model again.") from None
    if not isinstance(manifest, dict) or type(manifest.get("format")) is not int or manifest["format"] < 1:
        raise ArtifactError("SG-A010", str(path), "holds no 'format' from 1; install the model again.")
    if manifest["format"] > FORMAT:
        raise ArtifactError(
            "SG-A011",
            str(path),
            f"format is {manifest['format']}, this package reads up to {FORMAT}; upgrade servicegap.",
        )
    stated = _bytes(folder, CHECKSUM)[:64].decode("ascii", "replace")
    if stated != digest:
        raise _changed(path, digest, stated, CHECKSUM)
    for field, kind in _REQUIRED.items():
        if not isinstance(manifest.get(field), kind):
            raise ArtifactError("SG-A010", str(path), f"'{field}' is missing or no {kind.__name__}; build it again.")
    for field, facts in (("files", {"sha256": str, "size": int}), ("arrays", {"dtype": str, "shape": list})):
        for name, stated_facts in manifest[field].items():
            if not isinstance(stated_facts, dict) or any(type(stated_facts.get(f)) is not facts[f] for f in facts):
                raise ArtifactError(
                    "SG-A010", str(path), f"'{field}' says of {name!r} no {' or '.join(facts)}; build it again."
                )
    if _version_key(manifest["requires"]) > _version_key(_version.__version__):
        raise ArtifactError(
            "SG-A012",
            str(path),
            f"needs servicegap {manifest['requires']}, this is {_version.__version__}; upgrade servicegap.",
        )
    return manifest


def _verified(folder: Path, name: str, facts: Mapping[str, Any]) -> bytes:
    if Path(name).name != name:
        raise ArtifactError("SG-A010", str(folder / MANIFEST), "names a file outside its folder; do not use it.")
    path = folder / name
    if path.is_file() and path.stat().st_size != facts["size"]:
        raise ArtifactError(
            "SG-A021",
            str(path),
            f"has {path.stat().st_size} bytes, the manifest says {facts['size']}; install the model again.",
        )
    data = _bytes(folder, name)
    digest = hashlib.sha256(data).hexdigest()
    if digest != facts["sha256"]:
        raise _changed(path, digest, str(facts["sha256"]), "manifest")
    return data


def _changed(path: Path, found: str, stated: str, where: str) -> ArtifactError:
    return ArtifactError(
        "SG-A021",
        str(path),
        f"sha256 is {found[:12]}.., the {where} says {stated[:12]}.. The file changed after packaging; "
        "install the model again.",
    )


def _arrays(path: Path, data: bytes, wanted: Mapping[str, Any]) -> dict[str, npt.NDArray[Any]]:
    arrays = {}
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            for name, facts in wanted.items():
                # look at the size before anything is unpacked
                room = math.prod(facts["shape"]) * np.dtype(facts["dtype"]).itemsize + _HEADER
                if archive.zip.getinfo(name + ".npy").file_size > room:
                    raise ValueError(name)
                arrays[name] = archive[name]
    except Exception as error:  # whatever numpy, zipfile and zlib say of a broken archive
        raise ArtifactError(
            "SG-A030", str(path), f"cannot be unpacked ({type(error).__name__}); install the model again."
        ) from None
    for name, facts in wanted.items():
        array = arrays[name]
        if array.dtype.name != facts["dtype"] or list(array.shape) != facts["shape"]:
            raise ArtifactError(
                "SG-A030",
                f"{path}:{name}",
                f"is {array.dtype.name} {list(array.shape)}, the manifest says {facts['dtype']} {facts['shape']}; "
                "install the model again.",
            )
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ArtifactError("SG-A031", f"{path}:{name}", "holds a value that is not finite; build it again.")
    return arrays


@lru_cache(maxsize=256)
def _version_key(version: str) -> tuple[int, ...]:
    """Release numbers of a version; what follows them (rc1, .dev0) sorts before the release itself."""
    numbers = re.match(r"\d+(?:\.\d+)*", version)
    release = tuple(int(number) for number in numbers[0].split(".")) if numbers else (0,)
    return (*release, *([0] * (4 - len(release))), 0 if numbers and numbers[0] != version else 1)
