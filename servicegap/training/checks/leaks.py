"""Do splits share a writer or an event?"""

from __future__ import annotations

from collections.abc import Sequence

from servicegap.training.checks.base import Entry, Flag, Report, counted, sound, sound_share
from servicegap.training.split import groups


def check(found: Sequence[Entry]) -> Report:
    """Flag records that stand in another split than one with the same author or situation."""
    records = sound(found)
    by_id = {entry.id: entry for entry in records}
    flags = []
    for ids in groups(records).values():
        given = {by_id[name].split for name in ids}
        if len(given) > 1:
            kinds = " and ".join(sorted(split or "none" for split in given))
            flags += [Flag(name, by_id[name].place, f"author or situation stands in splits {kinds}") for name in ids]
    summary = counted(len(flags), len(records), "records") + " share an author or a situation across splits"
    return Report("leaks", sound_share(flags, len(records)), summary, tuple(flags))
