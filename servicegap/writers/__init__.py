"""Results to files: JSON lines, CSV, the quarantine of what failed, and the HTML report (in `report`)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, Literal

from servicegap.errors import OutputError
from servicegap.types import Result
from servicegap.writers import table
from servicegap.writers.failed import FailedWriter, failed_path, open_failed
from servicegap.writers.files import check_free, explained, replacing
from servicegap.writers.lines import json_line, read_results

__all__ = ["FailedWriter", "Writer", "failed_path", "open_failed", "open_writer", "read_results"]

Format = Literal["jsonl", "csv"]

_FORMATS: dict[str, Format] = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv"}


class Writer:
    """Takes results in order; `count` says how many.

    Made by `open_writer`.
    """

    def __init__(
        self, stream: BinaryIO, place: str, format: Format, *, with_text: bool, types: Sequence[str] | None
    ) -> None:
        self.count = 0
        self._stream = stream
        self._place = place
        self._with_text = with_text
        self._types = types
        self._encode: Callable[[Result], bytes] = self._line if format == "jsonl" else self._row

    def write(self, result: Result) -> None:
        """Add one result.

        Raises
        ------
        OutputError
            SG-O002 if it cannot be written.
        """
        with explained(self._place):
            self._stream.write(self._encode(result))
        self.count += 1

    def _finish(self) -> None:
        with explained(self._place):
            if self._encode == self._row and not self.count:
                self._stream.write(table.header(self._types or (), with_text=self._with_text))
            self._stream.flush()

    def _line(self, result: Result) -> bytes:
        return json_line(result.to_dict(with_text=self._with_text))

    def _row(self, result: Result) -> bytes:
        head = b""
        if self._types is None:
            self._types = tuple(result.probabilities or ())
        if not self.count:
            head = table.header(self._types, with_text=self._with_text)
        return head + table.row(result, self._types, with_text=self._with_text)


def open_writer(
    path: str | Path,
    *,
    format: str | None = None,
    force: bool = False,
    with_text: bool = False,
    types: Sequence[str] | None = None,
    stdout: BinaryIO | None = None,
) -> AbstractContextManager[Writer]:
    """Open an output for results.

    The file takes its name when the block ends without an exception; until then, and after an exception or an
    interrupt, nothing stands under it.

    Parameters
    ----------
    path : str or Path
        `.jsonl`, `.ndjson` or `.csv`, each also with `.gz`; "-" is standard output.
    format : {'jsonl', 'csv'}, optional
        Instead of the suffix; JSONL for standard output.
    force : bool
        Overwrite an existing file.
    with_text : bool
        Put each document's original text into its record.
    types : sequence of str, optional
        The failure types that get a probability column in CSV; by default those of the first result's
        `probabilities`. JSONL carries whatever a result has.
    stdout : binary file, optional
        Instead of `sys.stdout.buffer`.

    Returns
    -------
    context manager of Writer

    Raises
    ------
    OutputError
        At once, before anything is written: SG-O003 for an unknown suffix or format, SG-O001 for an existing file,
        SG-O002 for a missing folder. On entering or writing: SG-O002.

    Examples
    --------
    >>> import io
    >>> from servicegap.types import Document, Result
    >>> out = io.BytesIO()
    >>> with open_writer("-", stdout=out) as writer:
    ...     writer.write(Result(Document("", id="a"), "empty", "demo==1.0.0", "sha256:0", "1"))
    >>> out.getvalue()[:26]
    b'{"id":"a","status":"empty"'
    """
    if str(path) == "-":
        kind = _format("standard output", ".jsonl", format)
        return _to_stream(stdout, kind, with_text=with_text, types=types)
    path = Path(path)
    compress = path.suffix.lower() == ".gz"
    kind = _format(str(path), Path(path.stem).suffix if compress else path.suffix, format)
    check_free(path, force=force)
    return _to_file(path, kind, compress=compress, with_text=with_text, types=types)


@contextmanager
def _to_stream(
    stdout: BinaryIO | None, format: Format, *, with_text: bool, types: Sequence[str] | None
) -> Iterator[Writer]:
    writer = Writer(stdout or sys.stdout.buffer, "standard output", format, with_text=with_text, types=types)
    try:
        yield writer
    finally:
        writer._finish()


@contextmanager
def _to_file(
    path: Path, format: Format, *, compress: bool, with_text: bool, types: Sequence[str] | None
) -> Iterator[Writer]:
    with replacing(path, compress=compress) as stream:
        writer = Writer(stream, str(path), format, with_text=with_text, types=types)
        yield writer
        writer._finish()


def _format(place: str, suffix: str, format: str | None) -> Format:
    known = _FORMATS.get(suffix.lower() if format is None else f".{format}")
    if known is None:
        found = f"the suffix {suffix!r}" if format is None else f"the format {format!r}"
        todo = "use --output-format jsonl or csv, or a name that ends in .jsonl, .ndjson or .csv, also with .gz"
        raise OutputError("SG-O003", place, f"{found} is not known; {todo}.")
    return known
