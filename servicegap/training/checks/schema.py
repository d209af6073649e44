"""Is every line a record?"""

from __future__ import annotations

from collections.abc import Sequence

from servicegap.training.checks.base import Entry, Flag, Report, counted, sound_share


def check(found: Sequence[Entry]) -> Report:
    """Flag lines that are no record by `docs/corpus.schema.json`."""
    flags = tuple(Flag(entry.id, entry.place, entry.problem) for entry in found if entry.problem is not None)
    summary = counted(len(flags), len(found), "lines") + " are no record"
    return Report("schema", sound_share(flags, len(found)), summary, flags, hard=True)
