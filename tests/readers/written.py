"""What the tests of the readers share: write a file, read it back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from servicegap.readers import Reader
from servicegap.types import ReadFailure


def load(folder: Path, name: str, content: str | bytes, *, failures: int = 0, **options: Any) -> list[Any]:
    """The records of a file with this content, of which so many must have failed."""
    path = folder / name
    path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
    reader = Reader([path], **options)
    records = list(reader)
    failed = [record for record in records if isinstance(record, ReadFailure)]
    assert len(failed) == failures, failed
    assert (reader.stats.records, reader.stats.failed) == (len(records), failures)
    return records
