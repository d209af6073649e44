"""Maildir: a folder with `cur`, `new` and `tmp`, one message a file, subfolders named `.Name`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def is_maildir(folder: Path) -> bool:
    """Whether a folder is laid out as a Maildir."""
    return all((folder / name).is_dir() for name in ("cur", "new", "tmp"))


def messages(folder: Path) -> Iterator[Path]:
    """The message files of a Maildir and its subfolders, in a fixed order; half-written ones in `tmp` are left."""
    for name in ("cur", "new"):
        yield from (folder / name / entry for entry in sorted(os.listdir(folder / name)) if not entry.startswith("."))
    for entry in sorted(os.listdir(folder)):
        if entry.startswith(".") and is_maildir(folder / entry) and not (folder / entry).is_symlink():
            yield from messages(folder / entry)
