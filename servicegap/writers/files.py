"""Files that appear whole or not at all, and the failure to read or write them as coded errors."""

from __future__ import annotations

import gzip
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from servicegap.errors import OutputError


def check_free(path: Path, *, force: bool) -> None:
    """Refuse a path that is taken, cannot be a file, or has no folder.

    Parameters
    ----------
    path : Path
    force : bool
        Allow an existing file.

    Raises
    ------
    OutputError
        SG-O001 for an existing file without `force`; SG-O002 for a folder, a missing parent or an
        impossible name.
    """
    with explained(path):
        if path.is_dir():
            raise OutputError("SG-O002", str(path), "found a folder, wanted a file name; name a file within it.")
        if not path.parent.is_dir():
            raise OutputError("SG-O002", str(path), "its folder does not exist; create the folder first.")
        if path.is_file() and not force:
            detail = "it exists already; choose another name or overwrite it with --force."
            raise OutputError("SG-O001", str(path), detail)


@contextmanager
def replacing(path: Path, *, compress: bool = False) -> Iterator[BinaryIO]:
    """Open a file for writing that takes its name only when the block ends without an exception.

    The bytes go to a hidden temporary file in the same folder, are forced to disk and the file renamed; otherwise
    the temporary is removed. A link is followed, an overwritten file's permissions are kept, and what is no
    regular file (a pipe, a device) is written to directly.

    Parameters
    ----------
    path : Path
    compress : bool
        Write gzip, without name and time so that the same content gives the same bytes.

    Yields
    ------
    binary file

    Raises
    ------
    OutputError
        SG-O002 if the file cannot be created, written or renamed.
    """
    special = path.exists() and not path.is_file()
    final = path if special else Path(os.path.realpath(path))
    working = final if special else final.with_name(f".{final.name[:40]}.{secrets.token_hex(6)}.tmp")
    with explained(path):
        raw = open(working, "wb" if special else "xb")  # noqa: SIM115 - closed below, on either way out
    stream = _gzip(raw) if compress else raw
    try:
        yield cast(BinaryIO, stream)
        with explained(path):
            if stream is not raw:
                stream.close()
            raw.flush()
            if not special:
                os.fsync(raw.fileno())
            raw.close()
            if not special:
                if final.exists():
                    os.chmod(working, stat.S_IMODE(final.stat().st_mode))
                os.replace(working, final)
                _sync_folder(final.parent)
    except BaseException:
        # Closing writes what is still buffered, which on a full disk would hide the first error.
        for opened in (stream, raw):
            with suppress(OSError):
                opened.close()
        if not special:
            working.unlink(missing_ok=True)
        raise


@contextmanager
def explained(place: Path | str) -> Iterator[None]:
    """Turn what the system refuses within the block into a coded error; a closed pipe passes as it is.

    Raises
    ------
    OutputError
        SG-O002 with the system's reason.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        detail = f"{reason}; check the folder, its permissions and the free space."
        raise OutputError("SG-O002", str(place), detail) from error


def _gzip(raw: BinaryIO) -> gzip.GzipFile:
    return gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=6)


def _sync_folder(folder: Path) -> None:
    # Where folders cannot be opened or forced to disk, the rename stands all the same.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
