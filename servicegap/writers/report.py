"""The report: one self-contained HTML file over a stream of results."""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from servicegap.errors import TaxonomyError
from servicegap.taxonomy import Taxonomy, load
from servicegap.types import Result
from servicegap.writers.files import check_free, explained, replacing
from servicegap.writers.tally import Tally

_HERE = Path(__file__).parent
# What HTML cannot hold, and the controls that turn the direction of the text that follows them.
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def write_report(results: Iterable[Result], path: str | Path, *, title: str | None = None, force: bool = False) -> None:
    """Write a report of results as one HTML file that opens without network and reads without JavaScript.

    The results are read once, as a stream: kept are counts, the best quotes of each type and the first rows of each
    table, so that memory does not grow with the archive. The same results give the same bytes.

    Parameters
    ----------
    results : iterable of Result
        With their texts, quotes get context; without, the evidence stands alone.
    path : str or Path
        "-" is standard output.
    title : str, optional
        Heading of the page.
    force : bool
        Overwrite an existing file.

    Raises
    ------
    OutputError
        SG-O001 for an existing file, SG-O002 if it cannot be written.

    Examples
    --------
    >>> from servicegap.writers import read_results
    >>> write_report(read_results("results.jsonl"), "report.html")  # doctest: +SKIP
    """
    to_stdout = str(path) == "-"
    path = Path(path)
    if not to_stdout:
        check_free(path, force=force)
    tally = Tally()
    for result in results:
        tally.add(result)
    page = render(tally, title=title or "Service gaps").encode()
    if to_stdout:
        with explained("standard output"):
            sys.stdout.buffer.write(page)
            sys.stdout.buffer.flush()
        return
    with replacing(path) as stream, explained(path):
        stream.write(page)


def render(tally: Tally, *, title: str) -> str:
    """The page of a tally.

    Parameters
    ----------
    tally : Tally
    title : str

    Returns
    -------
    str
        HTML; every text of the results is escaped, and what could turn or break the page is made visible.
    """
    from jinja2 import Environment, StrictUndefined

    style, script = ((_HERE / f"report.{suffix}").read_text(encoding="utf-8") for suffix in ("css", "js"))
    environment = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined, finalize=_harmless
    )
    environment.filters.update(words=_words, number=lambda count: f"{count:,}")
    template = environment.from_string((_HERE / "report.html.j2").read_text(encoding="utf-8"))
    return template.render(title=title, **_sources(style, script), **_sections(tally))


def _sections(tally: Tally) -> dict[str, Any]:
    taxonomy = _taxonomy(tally)
    families = _order(tally.families.counts, taxonomy.family_ids)
    types = _order(tally.types.counts, taxonomy.type_ids)
    channels = sorted(tally.channels.counts, key=lambda name: -tally.channels.counts[name].documents)
    months = sorted(tally.months.counts, key=lambda name: (not name[0].isdigit(), name))
    meanings = {term.id: term.definition for term in (*taxonomy.families, *taxonomy.actions, *taxonomy.statuses)}
    meanings |= {kind.id: kind.definition for kind in taxonomy.types}
    meanings |= {signal.id: signal.definition for signal in taxonomy.signals}
    return {
        "tally": tally,
        "families": [(family, [kind for kind in types if tally.family_of[kind] == family]) for family in families],
        "channels": [(name, tally.channels.counts[name]) for name in channels],
        "months": [(name, tally.months.counts[name]) for name in months],
        "period": [name for name in months if name[0].isdigit()],
        "signals": _order(tally.signals.counts, taxonomy.signal_ids),
        "skipped": {name: count.documents for name, count in tally.statuses.counts.items() if name != "scored"},
        "models": sorted(tally.models.counts),
        "meanings": meanings,
        # Filters work on numbers, so that no text of a document becomes part of the page's workings.
        "key": {
            "family": _numbered(families),
            "type": _numbered(types),
            "channel": _numbered(channels),
            "month": _numbered(months),
        },
    }


def _taxonomy(tally: Tally) -> Taxonomy:
    for _, _, version in tally.models.counts:
        try:
            return load(version)
        except TaxonomyError:
            continue
    return load()


def _order(names: Iterable[str], known: Sequence[str]) -> list[str]:
    """The names in the taxonomy's order, those that it does not know at the end."""
    rank = {name: number for number, name in enumerate(known)}
    return sorted(dict.fromkeys(names), key=lambda name: (rank.get(name, len(rank)), name))


def _numbered(names: Iterable[str]) -> Mapping[str, int]:
    return {name: number for number, name in enumerate(names)}


def _words(name: str) -> str:
    return name.replace("_", " ")


def _harmless(value: Any) -> Any:
    if type(value) is not str:
        return value
    value = _UNSAFE.sub("\ufffd", value)
    return _TURNING.sub(lambda found: f"[U+{ord(found[0]):04X}]", value)


def _sources(style: str, script: str) -> dict[str, Any]:
    """Style and script as they stand in the page, and the policy that allows these and nothing else."""
    from markupsafe import Markup

    def digest(source: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"

    policy = f"default-src 'none'; style-src {digest(style)}; script-src {digest(script)}; base-uri 'none'"
    return {"style": Markup(style), "script": Markup(script), "policy": policy}
