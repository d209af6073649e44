"""What the compiled modules need of `cython` where Cython is not installed.

`text/lexer.py` and `engine/kernel.py` are ordinary Python in Cython's pure-Python mode; run
uncompiled they only need these names to exist and to do nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

compiled = False
uchar = schar = ushort = uint = longlong = ulonglong = bint = float = double = None


class _NoGil(contextlib.nullcontext[None]):
    """Both a decorator and a context, as in Cython."""

    def __call__(self, function: F) -> F:
        return function


nogil = _NoGil()


def _plain(function: F) -> F:
    return function


def _with_arguments(*_: Any, **__: Any) -> Callable[[F], F]:
    return _plain


cfunc = ccall = inline = _plain
boundscheck = wraparound = cdivision = exceptval = _with_arguments


def declare(_: Any = None, value: Any = None) -> Any:
    """Return the value of a constant that the compiler would type."""
    return value


def cast(_: Any, value: Any) -> Any:
    """Return the value that the compiler would convert."""
    return value


int = None
