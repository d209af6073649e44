"""Is every text there once?"""

from __future__ import annotations

from collections.abc import Sequence

from servicegap.training.checks.base import Entry, Flag, Report, counted, sound_share, with_text


def check(found: Sequence[Entry]) -> Report:
    """Flag texts that an earlier record has too, but for case and white space."""
    first: dict[str, Entry] = {}
    flags = []
    records = with_text(found)
    for entry, text in records:
        other = first.setdefault(" ".join(text.casefold().split()), entry)
        if other is not entry:
            flags.append(Flag(entry.id, entry.place, f"the text is that of {other.id}"))
    summary = counted(len(flags), len(records), "texts") + " repeat another"
    return Report("duplicates", sound_share(flags, len(records)), summary, tuple(flags), hard=True)
