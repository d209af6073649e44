"""Data to standard output, everything else to standard error, and neither can be driven by what is printed."""

from __future__ import annotations

import io
import os
import re
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

from servicegap.errors import OutputError

# Controls, what turns the direction of a text, and what no encoding holds; newline and tab may pass.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def safe(text: str) -> str:
    """A text that a terminal only shows, as long as before.

    Examples
    --------
    >>> safe("red: \\x1b[31m")
    'red: \ufffd[31m'
    """
    return _UNSAFE.sub("\ufffd", text.replace("\r\n", " \n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """The same, with each run of white space as one blank."""
    return " ".join(safe(text).split())


def out(text: str) -> None:
    """Write a line, or several, to standard output."""
    data(safe(text).encode(sys.stdout.encoding or "utf-8", "replace") + b"\n")


def data(line: bytes) -> None:
    """Write bytes to standard output at once, so that a closed pipe is noticed here and not at exit."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutputError("SG-O002", "standard output", f"{reason}; check where it goes and the free space.") from error


def say(text: str) -> None:
    """Write a line to standard error."""
    sys.stderr.write(safe(text).replace("\n", " ") + "\n")
    sys.stderr.flush()


def json_data(value: Any, *, indent: bool = False) -> None:
    """Write a value to standard output as JSON; lone surrogates become U+FFFD."""
    import json

    text = json.dumps(value, ensure_ascii=False, indent=2 if indent else None)
    data(re.sub("[\ud800-\udfff]", "\ufffd", text).encode() + b"\n")


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines with their columns aligned; the last column is not padded."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


@contextmanager
def whole_endings() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the command as an interrupt does, with its temporary files removed.

    A signal that is ignored, as under nohup, stays so.
    """
    import signal
    import threading

    def end(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    before = {}
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                before[number] = signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Closed(io.RawIOBase):
    """Standard output that was closed before the start: what wants to write to it is refused."""

    def writable(self) -> bool:
        return True

    def write(self, _: object) -> int:
        raise OutputError("SG-O002", "standard output", "it is closed; leave it open or name a file with -o.")


def open_streams() -> None:
    """Stand-ins for standard streams that were closed before the start, which Python has as None."""
    for name, mode in (("stdin", "r"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 - stays open, as the stream itself would
    if getattr(sys, "stdout") is None:  # noqa: B009 - typed as never None
        sys.stdout = io.TextIOWrapper(cast(BinaryIO, _Closed()), write_through=True)


@contextmanager
def plain_warnings() -> Iterator[None]:
    """Show each warning once, as a plain line."""
    with warnings.catch_warnings():

        def show(message: Warning | str, *_: object, **__: object) -> None:
            say(f"warning: {message}")

        warnings.showwarning = show
        yield


def thresholds(given: Sequence[str], types: Sequence[str]) -> Mapping[str, float] | None:
    """Thresholds from the command line: `TYPE=0.3` for one label, `0.3` for every type.

    Parameters
    ----------
    given : sequence of str
        A label's own threshold holds over the one for all, in whatever order they come.
    types : sequence of str
        The failure types that a bare number is for.

    Returns
    -------
    dict of str to float, or None
        None where nothing was given.

    Raises
    ------
    OutputError
        SG-O004: no number.

    Examples
    --------
    >>> thresholds(["double_charge=0.3", "0.6"], ["double_charge", "rudeness"])
    {'double_charge': 0.3, 'rudeness': 0.6}
    """
    everywhere: dict[str, float] = {}
    single: dict[str, float] = {}
    for item in given:
        label, _, number = item.rpartition("=")
        try:
            value = float(number)
        except ValueError:
            detail = f"found {item!r}, wanted TYPE=NUMBER or NUMBER, each number from 0 to 1."
            raise OutputError("SG-O004", "--threshold", detail) from None
        if "=" in item:
            single[label] = value
        else:
            everywhere = dict.fromkeys(types, value)
    return {**everywhere, **single} or None
