"""`servicegap types`: what the failure types and signals mean."""

from __future__ import annotations

import dataclasses
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servicegap.cli import console, options

if TYPE_CHECKING:
    from servicegap.taxonomy import FailureType, SignalType, Taxonomy


def types(
    id: Annotated[
        str | None, typer.Argument(metavar="ID", help="A failure type or signal; all of them if not given.")
    ] = None,
    json: options.Json = False,
) -> None:
    """List the failure types and signals, or explain one of them."""
    from servicegap.taxonomy import load

    taxonomy = load()
    signals = {signal.id: signal for signal in taxonomy.signals}
    if id is None:
        chosen: Any = taxonomy
    else:
        chosen = signals.get(id) or taxonomy.type(id)
    if json:
        console.json_data(_plain(chosen), indent=True)
    elif id is None:
        _list(taxonomy)
    else:
        _explain(chosen)


def _plain(value: Any) -> Any:
    """Records as mappings, without their workings."""
    if dataclasses.is_dataclass(value):
        names = (field.name for field in dataclasses.fields(value) if not field.name.startswith("_"))
        return {name: _plain(getattr(value, name)) for name in names}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _list(taxonomy: Taxonomy) -> None:
    width = max(map(len, (*taxonomy.type_ids, *taxonomy.signal_ids))) + 2
    console.out(f"Taxonomy {taxonomy.version}: {len(taxonomy.types)} types in {len(taxonomy.families)} families.")
    for family in taxonomy.families:
        console.out(f"\n{family.id}: {family.definition}")
        for kind in taxonomy.types:
            if kind.family == family.id:
                _paragraph(f"  {kind.id.ljust(width)}", kind.definition)
    console.out("\nsignals")
    for signal in taxonomy.signals:
        _paragraph(f"  {signal.id.ljust(width)}", signal.definition)


def _explain(kind: FailureType | SignalType) -> None:
    family = getattr(kind, "family", "")
    console.out(f"{kind.id} ({family or 'signal'})")
    _paragraph("  ", kind.definition)
    for boundary in getattr(kind, "boundaries", ()):
        _paragraph("  not: ", boundary.text)
    console.out("Shows it:")
    for text in kind.shows:
        _paragraph("  - ", text)
    console.out("Looks like it, and is not:")
    for item in kind.looks_like:
        _paragraph("  - ", item if isinstance(item, str) else f"{item.text} ({item.why})")


def _paragraph(head: str, text: str) -> None:
    """One line for a program to read, several for a person."""
    line = head + text
    if sys.stdout.isatty():
        width = max(40, shutil.get_terminal_size().columns)
        line = textwrap.fill(text, width, initial_indent=head, subsequent_indent=" " * len(head))
    console.out(line)
