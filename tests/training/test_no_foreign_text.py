"""No text of the data folder stands in the tree: windows of 80 characters, compared by hash."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("corpora", "models", "docs", "notebooks", "tests")
WINDOW = 80
Hashes = npt.NDArray[np.uint64]

BASE = 0x9E3779B97F4A7C15
POWER = np.full(1 << 21, BASE, np.uint64).cumprod()
INVERSE = np.full(1 << 21, pow(BASE, -1, 2**64), np.uint64).cumprod()
WORD = re.compile(r"\w+")


def plain(text: str) -> str:
    """Words in lower case, one blank between: neither markup nor white space tells two copies apart."""
    return " ".join(WORD.findall(text.lower()))


def windows(text: str) -> Hashes:
    """Hash the window from the beginning of each word of a plain text (polynomials modulo 2**64)."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    n = len(codes)
    if n < WINDOW:
        return np.empty(0, np.uint64)
    # spread the codes, so that the sums of texts with other characters do not meet
    total = np.concatenate(([np.uint64(0)], np.cumsum((codes * codes + np.uint64(977)) * POWER[:n])))
    first = np.concatenate(([0], np.flatnonzero(codes == 32) + 1))
    first = first[first <= n - WINDOW]
    return (total[first + WINDOW] - total[first]) * INVERSE[first]


def pieces(text: str) -> Iterator[str]:
    """A plain text in pieces that overlap by more than a window."""
    size = len(POWER) // 2
    for start in range(0, max(1, len(text)), size):
        yield text[max(0, start - 2 * WINDOW) : start + size]


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        # a notebook's cell is a list of its lines
        lines = [item for item in value if isinstance(item, str)]
        yield "".join(lines)
        for item in value:
            yield from strings(item) if not isinstance(item, str) else ()
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)


def written(path: Path) -> str:
    """What is written in a file: of JSON its strings, of anything else all of it."""
    data = path.read_bytes().decode("utf-8", "replace")
    if path.suffix not in (".json", ".ipynb", ".jsonl"):
        return data
    found: list[str] = []
    for part in data.split("\n") if path.suffix == ".jsonl" else [data]:
        try:
            found += strings(json.loads(part))
        except ValueError:
            found.append(part)
    return "\n".join(found)


def foreign(path: Path) -> str:
    """The texts of a file of the data folder; not the columns beside them, whose words are anybody's."""
    data = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix != ".jsonl":
        return data
    rows = map(json.loads, data.strip("\n").split("\n"))
    return "\n".join(str(row.get(name, "")) for row in rows for name in ("title", "text"))


def tree() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            parts = path.relative_to(ROOT).parts
            if path.is_file() and "__pycache__" not in parts and not any(part.startswith(".") for part in parts):
                yield path


@pytest.fixture(scope="module")
def data() -> Path:
    if not (folder := os.environ.get("SERVICEGAP_DATA")):
        pytest.skip("SERVICEGAP_DATA is not set")
    return Path(folder)


def test_no_file_of_the_tree_holds_text_of_the_data_folder(data: Path) -> None:
    ours = {path: list(pieces(plain(written(path)))) for path in tree()}
    known = np.unique(np.concatenate([windows(piece) for several in ours.values() for piece in several]))
    assert len(known) > 10_000
    shared: list[Hashes] = []
    files = [path for path in sorted(data.rglob("*")) if path.suffix in (".jsonl", ".txt", ".html")]
    assert len(files) > 3
    for piece in (piece for path in files for piece in pieces(plain(foreign(path)))):
        found = np.sort(windows(piece))
        at = np.minimum(np.searchsorted(known, found), len(known) - 1)
        shared.append(found[known[at] == found])
    suspects = np.unique(np.concatenate(shared))
    holders = [
        str(path.relative_to(ROOT))
        for path, several in ours.items()
        if any(np.isin(windows(piece), suspects).any() for piece in several)
    ]
    assert holders == []


def test_a_copied_passage_would_be_found_whatever_its_form(tmp_path: Path) -> None:
    passage = "We were told that the engineer would come between eight and one, and that he would ring before he came."
    copy = "Hello.\n\n" + passage.replace(", ", ",\n  ").upper() + " \u2019"
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": copy}) + "\n")
    wanted = set(windows(plain(passage)).tolist())
    assert len(wanted) >= 4
    assert wanted <= set(windows(plain(written(tmp_path / "a.jsonl"))).tolist())
    other = passage.replace("eight", "nine")
    assert not wanted & set(windows(plain(other)).tolist())
