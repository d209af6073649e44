"""Texts for stand-off labels, from the bureau's own published file; nothing is fetched unasked."""

from __future__ import annotations

import csv
import hashlib
import http.client
import io
import json
import os
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from servicegap.errors import CorpusError
from servicegap.training.corpus import POOL, files
from servicegap.writers.files import check_free, explained, replacing
from servicegap.writers.lines import json_line

CFPB = "https://files.consumerfinance.gov/ccdb/complaints.csv.zip"
"""The whole Consumer Complaint Database as CSV, renewed daily: "Download the data" at
https://www.consumerfinance.gov/data-research/consumer-complaints/, its columns at
https://cfpb.github.io/api/ccdb/fields.html. In the public domain (17 U.S.C. 105)."""

ARCHIVE = "complaints.csv.zip"
"""Name of the downloaded file."""

_TEXT, _ID = "Consumer complaint narrative", "Complaint ID"
_COLUMNS = {
    "date": "Date received",
    "product": "Product",
    "issue": "Issue",
    "sub_issue": "Sub-issue",
    "company": "Company",
    "response": "Company response to consumer",
}
_BY_ID, _BY_DIGEST = "cfpb:", "cfpbx:"
_DIGITS = 12
_CHUNK = 1 << 20
_TIMEOUT = 60

Progress = Callable[[int, int | None], None]
"""Takes the bytes that are there and how many there will be, where it is known."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What one pass over the file gave.

    Attributes
    ----------
    found : int
        Texts written.
    missing : tuple of str
        Ids that the file does not hold.
    changed : tuple of str
        Ids whose text is not the one that was labeled; not written.
    unreadable : int
        Rows of the file that are no rows.
    """

    found: int
    missing: tuple[str, ...]
    changed: tuple[str, ...]
    unreadable: int


def wanted(corpora: Sequence[Path]) -> dict[str, str | None]:
    """Return the ids of records without text, each with the text's SHA-256 where the record gives it."""
    out: dict[str, str | None] = {}
    for path in (path for corpus in corpora for path in files(corpus)):
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    row = json.loads(line)
                    if "text" not in row:
                        out[row["id"]] = row.get("text_sha256")
                except (ValueError, KeyError, TypeError, AttributeError) as error:
                    detail = f"is no corpus record ({type(error).__name__})."
                    raise CorpusError("SG-C001", f"{path.name}:{number}", detail) from None
    return out


def text_id(text: str) -> str:
    """Id of a text that is known by its digest: the first 12 hex digits of its SHA-1.

    Examples
    --------
    >>> text_id("They never called back.")
    'cfpbx:74e44f8f154a'
    """
    digest = hashlib.sha1(text.encode("utf-8", "surrogatepass"), usedforsecurity=False)
    return _BY_DIGEST + digest.hexdigest()[:_DIGITS]


def download(address: str, path: Path, *, progress: Progress | None = None) -> None:
    """Download a file, or the rest of it where an earlier attempt ended.

    What is there so far lies beside `path` with `.part` at its end, and which version of the
    file it is of with `.part.tag`: the rest is asked for only of that version (RFC 9110, 13.1.5).

    Parameters
    ----------
    address : str
        `https://` or `http://`.
    path : pathlib.Path
        Its folder must exist.
    progress : callable, optional

    Raises
    ------
    CorpusError
        SG-C005 where the address cannot be reached or the connection ends early.
    """
    if not address.startswith(("https://", "http://")):
        raise CorpusError("SG-C005", address, "is no address to download from, wanted one that begins with https://.")
    part, tag = path.with_name(path.name + ".part"), path.with_name(path.name + ".part.tag")
    there = part.stat().st_size if part.is_file() and tag.is_file() else 0
    request = urllib.request.Request(address, headers={"Accept-Encoding": "identity"})
    if there:
        request.add_header("Range", f"bytes={there}-")
        request.add_header("If-Range", tag.read_text(encoding="ascii"))
    total: int | None = None
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:
            there = there if answer.status == http.HTTPStatus.PARTIAL_CONTENT else 0
            length = answer.headers.get("Content-Length")
            total = there + int(length) if length else None
            version = answer.headers.get("ETag") or answer.headers.get("Last-Modified")
            # a weak tag does not vouch for the bytes, so there is no going on from it
            if version and not version.startswith("W/"):
                tag.write_text(version, encoding="ascii")
            else:
                tag.unlink(missing_ok=True)
            with part.open("ab" if there else "wb") as out:
                while chunk := answer.read(_CHUNK):
                    out.write(chunk)
                    there += len(chunk)
                    if progress:
                        progress(there, total)
    except urllib.error.HTTPError as error:
        # all of it may be there already, and only its name not
        if error.code != http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE or not _ends_at(error, there):
            if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                part.unlink(missing_ok=True)
            raise CorpusError("SG-C005", address, f"the server answered {error.code}; try again later.") from None
    except (OSError, http.client.HTTPException) as error:
        detail = f"the download stopped ({type(error).__name__}) at {there:,} bytes; run it again to go on from there."
        raise CorpusError("SG-C005", address, detail) from None
    if total is not None and there != total:
        detail = f"the connection ended at {there:,} of {total:,} bytes; run it again to go on from there."
        raise CorpusError("SG-C005", address, detail)
    os.replace(part, path)
    tag.unlink(missing_ok=True)


def _ends_at(error: urllib.error.HTTPError, there: int) -> bool:
    return str(error.headers.get("Content-Range", "")).rpartition("/")[2] == str(there)


def extract(
    source: Path, folder: Path, ids: Mapping[str, str | None], *, force: bool = False, progress: Progress | None = None
) -> Fetched:
    """Find the texts in one pass over the bureau's file and write them where `texts_of` looks.

    Parameters
    ----------
    source : pathlib.Path
        The CSV file, or the archive that holds it.
    folder : pathlib.Path
        Gets `train_pool/cfpb.jsonl` and, for texts known by digest, `train_pool/cfpb_noid.jsonl`.
    ids : mapping of str to str or None
        As `wanted` gives them.
    force : bool
        Overwrite these files.
    progress : callable, optional
        Gets the bytes read of the CSV, unpacked.

    Returns
    -------
    Fetched

    Raises
    ------
    CorpusError
        SG-C006 where the file cannot be read or is not the bureau's.
    OutputError
        SG-O001 where a file exists, SG-O002 where one cannot be written.
    """
    outputs = {prefix: folder / name for prefix, name in zip((_BY_ID, _BY_DIGEST), POOL, strict=True)}
    used = [prefix for prefix in outputs if any(name.startswith(prefix) for name in ids)]
    open_ids = {name for name in ids if name.startswith(tuple(used))}
    changed: set[str] = set()
    seen: set[str] = set()
    bad = [0]
    for prefix in used:
        outputs[prefix].parent.mkdir(parents=True, exist_ok=True)
        check_free(outputs[prefix], force=force)
    with _opened(source, progress) as lines, ExitStack() as stack:
        sinks = {prefix: stack.enter_context(replacing(outputs[prefix])) for prefix in used}
        for row in _rows(source, lines, bad):
            # labels count offsets in the narrative without white space around it
            text = row[_TEXT].strip()
            if not text:
                continue
            names = [_BY_ID + row[_ID].strip()] + ([text_id(text)] if _BY_DIGEST in used else [])
            for name in open_ids.intersection(names):
                open_ids.discard(name)
                if _differs(text, ids[name]):
                    changed.add(name)
                else:
                    seen.add(name)
                    facts = {key: row[column] for key, column in _COLUMNS.items()}
                    prefix = _BY_ID if name.startswith(_BY_ID) else _BY_DIGEST
                    with explained(outputs[prefix]):
                        sinks[prefix].write(json_line({"id": name, "channel": "form", "text": text, **facts}))
            if not open_ids:
                break
    missing = set(ids) - seen - changed
    return Fetched(len(seen), tuple(sorted(missing)), tuple(sorted(changed)), bad[0])


def _differs(text: str, sha256: str | None) -> bool:
    return sha256 is not None and hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() != sha256


@contextmanager
def _opened(source: Path, progress: Progress | None) -> Iterator[TextIO]:
    """The CSV as text, out of its archive if it lies in one."""
    try:
        with ExitStack() as stack:
            raw: Any = stack.enter_context(source.open("rb"))
            size = source.stat().st_size
            zipped = zipfile.is_zipfile(raw)
            raw.seek(0)
            if zipped:
                archive = stack.enter_context(zipfile.ZipFile(raw))
                member = next((item for item in archive.infolist() if item.filename.endswith(".csv")), None)
                if member is None:
                    raise CorpusError("SG-C006", str(source), "found no .csv in the archive, wanted the bureau's file.")
                raw, size = stack.enter_context(archive.open(member)), member.file_size
            counted = _Counted(raw, size, progress)
            yield io.TextIOWrapper(io.BufferedReader(counted, _CHUNK), "utf-8-sig", "replace", newline="")
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        detail = f"cannot be read ({type(error).__name__}); check the file, or download it again."
        raise CorpusError("SG-C006", str(source), detail) from None


class _Counted(io.RawIOBase):
    """A stream that says how far it has been read."""

    def __init__(self, inner: Any, size: int, progress: Progress | None) -> None:
        self._inner, self._size, self._progress, self._done = inner, size, progress, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self._inner.read(len(buffer))
        buffer[: len(chunk)] = chunk
        self._done += len(chunk)
        if self._progress and chunk:
            self._progress(self._done, self._size)
        return len(chunk)


def _rows(source: Path, lines: TextIO, bad: list[int]) -> Iterator[dict[str, str]]:
    """The rows by column name; those that are none are counted."""
    table = csv.reader(lines)
    try:
        header = next(table, [])
    except csv.Error:
        header = []
    lacking = [name for name in (_TEXT, _ID, *_COLUMNS.values()) if name not in header]
    if lacking:
        detail = f"found no column {lacking[0]!r}, wanted the bureau's columns; take the file from {CFPB}."
        raise CorpusError("SG-C006", str(source), detail)
    while True:
        try:
            cells = next(table)
        except StopIteration:
            return
        except csv.Error:
            bad[0] += 1
            continue
        if len(cells) == len(header):
            yield dict(zip(header, cells, strict=True))
        elif cells:
            bad[0] += 1
