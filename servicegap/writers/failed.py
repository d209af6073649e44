"""The quarantine: records that could not be read, one JSON line each, without their text."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

from servicegap.types import ReadFailure
from servicegap.writers.files import check_free, explained, replacing
from servicegap.writers.lines import json_line


class FailedWriter:
    """Takes read failures; `count` says how many."""

    def __init__(self, emit: Callable[[bytes], object], place: str) -> None:
        self.count = 0
        self._emit = emit
        self._place = place

    def write(self, failure: ReadFailure) -> None:
        """Add one failure.

        Raises
        ------
        OutputError
            SG-O002 if it cannot be written.
        """
        with explained(self._place):
            self._emit(json_line(failure.to_dict()))
        self.count += 1


def failed_path(out: str | Path) -> Path | None:
    """Where the quarantine of an output stands; `None` (standard error) for "-" and for a pipe or a device.

    Examples
    --------
    >>> failed_path("march/results.csv.gz").as_posix()
    'march/results.failed.jsonl'
    """
    if str(out) == "-" or (os.path.exists(out) and not os.path.isfile(out)):
        return None
    out = Path(out)
    stem = Path(out.stem) if out.suffix.lower() == ".gz" else Path(out.name)
    return out.with_name(f"{stem.stem}.failed.jsonl")


@contextmanager
def open_failed(out: str | Path, *, force: bool = False, stderr: TextIO | None = None) -> Iterator[FailedWriter]:
    """Open the quarantine that belongs to an output.

    The file is created with the first failure and takes its name when the block ends without an exception. With
    `force`, one that an earlier run left is replaced, or removed if nothing failed this time.

    Parameters
    ----------
    out : str or Path
        The output's own path; for "-", a pipe or a device the lines go to standard error.
    force : bool
        Replace an existing quarantine.
    stderr : text file, optional
        Instead of `sys.stderr`.

    Yields
    ------
    FailedWriter

    Raises
    ------
    OutputError
        SG-O001 if the quarantine exists; SG-O002 if it cannot be written.
    """
    path = failed_path(out)
    if path is None:
        stream = stderr or sys.stderr
        yield FailedWriter(lambda line: stream.write(line.decode()), "standard error")
        return
    check_free(path, force=force)
    with ExitStack() as stack:
        emit: Callable[[bytes], object] | None = None

        def lazily(line: bytes) -> None:
            nonlocal emit
            emit = emit or stack.enter_context(replacing(path)).write
            emit(line)

        writer = FailedWriter(lazily, str(path))
        yield writer
    if not writer.count and force:
        path.unlink(missing_ok=True)
