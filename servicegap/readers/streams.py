"""Bytes on their way in: counted, unpacked within bounds, brought to UTF-8, looked at ahead."""

from __future__ import annotations

import codecs
import io
import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK = 1 << 20
HEAD = 1 << 16
"""How many bytes are looked at to tell a format."""

_UNPACKED_FREE = 1 << 25
_UNPACKED_RATIO = 200
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class DamagedError(Exception):
    """The rest of an input cannot be read: a code of `servicegap.errors` and a reason."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class _Chunks(io.RawIOBase):
    """A readable stream over chunks of bytes."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        while not self._left:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._left = memoryview(chunk)
        target = memoryview(buffer)
        size = min(len(target), len(self._left))
        target[:size] = self._left[:size]
        self._left = self._left[size:]
        return size


def buffered(chunks: Iterator[bytes]) -> io.BufferedReader:
    """A buffered binary stream over chunks of bytes."""
    return io.BufferedReader(_Chunks(chunks), CHUNK)


def _counted(file: BinaryIO, count: Callable[[int], None]) -> Iterator[bytes]:
    read = getattr(file, "read1", file.read)
    while chunk := read(CHUNK):
        count(len(chunk))
        yield chunk


def _gunzip(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack gzip members, never more than a chunk at once and never at a bomb's ratio."""
    packed = unpacked = 0
    machine = zlib.decompressobj(31)
    for chunk in chunks:
        packed += len(chunk)
        while True:
            if machine.eof:
                chunk = chunk.lstrip(b"\0")
                if not chunk:
                    break
                machine = zlib.decompressobj(31)
            try:
                data = machine.decompress(chunk, CHUNK)
            except zlib.error:
                raise DamagedError("SG-I003", "the gzip data is damaged; what came before it was read") from None
            unpacked += len(data)
            if unpacked > max(_UNPACKED_FREE, _UNPACKED_RATIO * packed):
                reason = f"gzip unpacks to over {_UNPACKED_RATIO} times its size; unpack it yourself if that is right"
                raise DamagedError("SG-I005", reason)
            if data:
                yield data
            chunk = machine.unused_data if machine.eof else machine.unconsumed_tail
            if not chunk and len(data) < CHUNK:
                break
    if not machine.eof:
        raise DamagedError("SG-I003", "the gzip data ends early; what came before was read")


def _recoded(chunks: Iterator[bytes], charset: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(charset)("replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", final=True).encode()


def _ahead(chunks: Iterator[bytes], size: int) -> tuple[bytes, Iterator[bytes]]:
    """The first `size` bytes, and all chunks as if none had been taken; damage waits its turn."""
    taken = bytearray()

    def broken(damage: Exception) -> Iterator[bytes]:
        yield from ()
        raise damage

    try:
        while len(taken) < size and (chunk := next(chunks, None)) is not None:
            taken += chunk
    except (DamagedError, OSError) as damage:
        chunks = broken(damage)
    whole = bytes(taken)
    return whole[:size], chain((whole,), chunks)


def _wide_charset(head: bytes) -> str | None:
    """UTF-16 without a byte order mark, told by its zero bytes."""
    sample = head[:4096]
    half = len(sample) // 2
    if half >= 8:
        if sample[1::2].count(0) > 0.8 * half and sample[::2].count(0) < 0.1 * half:
            return "utf-16-le"
        if sample[::2].count(0) > 0.8 * half and sample[1::2].count(0) < 0.1 * half:
            return "utf-16-be"
    return None


def open_stream(file: BinaryIO, count: Callable[[int], None]) -> tuple[io.BufferedReader, bytes, str | None]:
    """Unwrap a binary file.

    Parameters
    ----------
    file : binary file
        Read forward only, so that pipes will do.
    count : callable
        Told the number of bytes taken from `file`, as they are taken.

    Returns
    -------
    stream : io.BufferedReader
        The content, unpacked, in UTF-8 where a byte order mark said what it was.
    head : bytes
        Its first bytes, at most `HEAD`, still to come in `stream`.
    charset : str or None
        ``"utf-8"`` where that is certain.
    """
    head, chunks = _ahead(_counted(file, count), HEAD)
    if head.startswith(b"\x1f\x8b"):
        head, chunks = _ahead(_gunzip(chunks), HEAD)
    mark, charset = next(((mark, name) for mark, name in _BOMS if head.startswith(mark)), (b"", _wide_charset(head)))
    if mark:
        chunks = chain((next(chunks)[len(mark) :],), chunks)
    if charset not in (None, "utf-8"):
        chunks = _recoded(chunks, str(charset))
        charset = "utf-8"
    head, chunks = _ahead(chunks, HEAD)
    return buffered(chunks), head, charset


def decode(data: bytes, charset: str | None = None) -> tuple[str, bool]:
    """Decode bytes whose charset is missing, unknown or wrong as well as can be.

    A single-byte charset that was declared for what is valid UTF-8 was a mistake; bytes that
    are hardly UTF-8 are read as Windows-1252, the usual truth behind Latin-1 and ASCII.

    Parameters
    ----------
    data : bytes
    charset : str, optional
        What the record declares.

    Returns
    -------
    text : str
    certain : bool
        False where bytes were replaced or the charset had to be guessed.

    Examples
    --------
    >>> decode(b"caf\\xc3\\xa9", "iso-8859-1")
    ('café', True)
    >>> decode(b"caf\\xe9")
    ('café', False)
    """
    name = _known(charset)
    if data.isascii() and name not in _SHIFTING and b"\0" not in data:
        return data.decode("ascii"), True
    if name not in (None, "utf-8", "ascii", "iso8859-1", "cp1252"):
        try:
            return data.decode(str(name)), True
        except (UnicodeError, ValueError):
            return data.decode(str(name), "replace"), False
    try:
        return data.decode("utf-8"), True
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    wide = len(text) - len(text.encode("ascii", "ignore"))
    declared = name in ("iso8859-1", "cp1252")
    if declared or 2 * text.count("\ufffd") > wide:
        try:
            return data.decode("cp1252"), declared
        except UnicodeDecodeError:
            if name == "iso8859-1":
                return data.decode("latin-1"), True
    return text, False


def _known(charset: str | None) -> str | None:
    """The codec's own name, or None for one that is unknown or no charset."""
    if not charset:
        return None
    try:
        info = codecs.lookup(charset.strip().strip("\"'"))
    except (LookupError, ValueError):
        return None
    return info.name if getattr(info, "_is_text_encoding", True) and info.name not in _NO_CHARSET else None


_NO_CHARSET = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"})
_SHIFTING = frozenset(
    {"utf-7", "hz", "iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_2004", "iso2022_jp_3", "iso2022_jp_ext"}
    | {"iso2022_kr"}
)
"""Charsets that write other letters in ASCII bytes."""
