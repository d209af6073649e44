"""Is every id there once?"""

from __future__ import annotations

from collections.abc import Sequence

from servicegap.training.checks.base import Entry, Flag, Report, counted, sound, sound_share


def check(found: Sequence[Entry]) -> Report:
    """Flag records whose id an earlier one has."""
    first: dict[str, str] = {}
    flags = []
    records = sound(found)
    for entry in records:
        place = first.setdefault(entry.id, entry.place)
        if place != entry.place:
            flags.append(Flag(entry.id, entry.place, f"the id stands at {place} already"))
    summary = counted(len(flags), len(records), "records") + " repeat an id"
    return Report("ids", sound_share(flags, len(records)), summary, tuple(flags), hard=True)
