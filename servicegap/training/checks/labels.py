"""Does the taxonomy have every label?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from servicegap.taxonomy import load as taxonomy
from servicegap.training.checks.base import Entry, Flag, Report, counted, outcomes, sound, sound_share

CHANNELS = ("email", "thread", "blog", "comment", "forum", "social", "review", "form", "chat")
"""Where a text was written, as `docs/corpus-format.md` has them."""


def check(found: Sequence[Entry]) -> Report:
    """Flag types, signals, actions, statuses and channels that are not known, and labels on foreign texts."""
    records = sound(found)
    flags = tuple(Flag(entry.id, entry.place, reason) for entry in records for reason in _wrong(entry))
    summary = counted(len({flag.place for flag in flags}), len(records), "records") + " have a label that is unknown"
    return Report("labels", sound_share(flags, len(records)), summary, flags, hard=True)


def _wrong(entry: Entry) -> Iterator[str]:
    scheme = taxonomy()
    row = entry.row
    signals = [signal if isinstance(signal, str) else signal["signal"] for signal in row["signals"]]
    statuses = [gap["status"] for gap in entry.gaps]
    statuses += [outcome["status"] for gap in entry.gaps for outcome in outcomes(gap) if outcome.get("status")]
    for kind, values, known in (
        ("type", sorted(entry.types), scheme.type_ids),
        ("doubtful type", sorted(entry.doubtful), scheme.type_ids),
        ("signal", signals, scheme.signal_ids),
        ("action", [gap["action"] for gap in entry.gaps], scheme.action_ids),
        ("status", statuses, scheme.status_ids),
        ("channel", [row["channel"]] if row.get("channel") else [], CHANNELS),
    ):
        for value in values:
            if value not in known:
                yield f"{kind} {value[:40]!r} is unknown"
    if row.get("language", "en") != "en" and (row["failures"] or row["signals"] or row["gaps"]):
        yield "a text that is not English has labels"
