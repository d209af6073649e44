"""A bar on standard error: how far, how fast, how long still."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servicegap.readers import ReadStats


@contextmanager
def meter(*, show: bool) -> Iterator[Callable[[ReadStats], None] | None]:
    """A function to call with what has been read so far; None if nothing is to be shown.

    Parameters
    ----------
    show : bool
    """
    if not show:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), TaskProgressColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        began = time.perf_counter()

        def update(stats: ReadStats) -> None:
            seconds = max(time.perf_counter() - began, 1e-9)
            failed = f", {stats.failed:,} failed" if stats.failed else ""
            # What is read from a pipe has no size to be measured by.
            total = stats.bytes_total if stats.bytes_total >= stats.bytes_done else None
            bar.update(
                task,
                completed=stats.bytes_done,
                total=total,
                description=f"{stats.records:,} documents{failed}, {stats.records / seconds:,.0f}/s, "
                f"{stats.bytes_done / seconds / 1e6:,.1f} MB/s",
            )

        yield update
