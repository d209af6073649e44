"""`servicegap classify`: one text, for a person at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servicegap.cli import console, options

if TYPE_CHECKING:
    from servicegap.types import Failure, Result, Signal

_COLORS = ("red", "magenta", "yellow", "cyan", "green", "blue")
_NOT_SCORED = {"empty": "There is nothing to read.", "skipped_language": "It is not English, and is not scored."}


def classify(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The text; - reads it from standard input.")],
    model: options.Model = None,
    channel: Annotated[
        str | None, typer.Option(metavar="CHANNEL", help="Where it was written: email, social, review and so on.")
    ] = None,
    threshold: options.Thresholds = None,
    all_types: options.AllTypes = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Name the features that speak most for each type.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Say how a company failed the writer of a text, with the words that prove it."""
    from servicegap.model import load
    from servicegap.types import Document

    document = Document(_standard_input() if text == "-" else text, channel=channel)
    sg = load(model)
    result = sg(document, thresholds=console.thresholds(threshold or (), sg.types), all_types=all_types)
    features = sg.explain(document.text or "") if explain else {}
    if json:
        described: dict[str, Any] = result.to_dict()
        if explain:
            described["features"] = {label: dict(found) for label, found in features.items()}
        console.json_data(described)
        return
    found: list[Failure | Signal] = [*result.failures, *result.signals]
    if sys.stdout.isatty():
        _in_color(result, found)
    else:
        console.out("\n".join([_verdict(result), *_lines(found)]))
    _figures("probabilities", result.probabilities or {})
    for label, rows in features.items():
        _figures(f"features of {label}", dict(rows))


def _standard_input() -> str:
    from servicegap.errors import InputError
    from servicegap.readers.source import MAX_TEXT
    from servicegap.readers.streams import decode

    # Four bytes are the most that a character takes.
    text, _ = decode(sys.stdin.buffer.read(4 * MAX_TEXT + 1))
    if len(text) > MAX_TEXT:
        detail = f"it is over {MAX_TEXT} characters; cut it, or use 'servicegap score' with --max-text."
        raise InputError("SG-I005", "standard input", detail)
    return text


def _verdict(result: Result) -> str:
    if result.complaint is None:
        return _NOT_SCORED.get(result.status, result.status)
    nothing = "" if result.failures else ", no failure found"
    return f"complaint: {'yes' if result.complaint else 'no'} ({result.complaint_probability:.2f}){nothing}"


def _lines(found: Sequence[Failure | Signal]) -> list[str]:
    """A line for each piece of evidence; each type or signal is named in its first."""
    rows: list[list[str]] = []
    for item in found:
        name = getattr(item, "type", "") or getattr(item, "signal", "")
        head = [name, getattr(item, "family", "signal"), f"{item.probability:.2f}", getattr(item, "band", "")]
        for span in item.evidence or (None,):
            rows.append([*head, f'"{console.one_line(span.text)}"' if span else ""])
            head = [""] * len(head)
    return console.table(rows)


def _in_color(result: Result, found: Sequence[Failure | Signal]) -> None:
    """The text with its evidence marked, and the findings in the same colors."""
    from rich.console import Console
    from rich.text import Text

    terminal = Console(highlight=False)
    marked = Text(console.safe(result.document.text or ""))
    lines = [Text(line) for line in _lines(found)]
    at = len(lines)
    # Backwards, so that words that prove several things are marked for the first of them.
    for number, item in reversed(list(enumerate(found))):
        color = _COLORS[number % len(_COLORS)]
        for span in item.evidence:
            marked.stylize(f"bold {color}", span.start, span.end)
        first = at - max(1, len(item.evidence))
        for line in lines[first:at]:
            line.stylize(color)
        at = first
    terminal.print(marked, "", Text(console.safe(_verdict(result)), style="bold"), *lines, sep="\n", soft_wrap=True)


def _figures(title: str, rows: Mapping[str, float]) -> None:
    """Names and numbers, the largest first."""
    if rows:
        ranked = sorted(rows.items(), key=lambda row: -row[1])
        lines = console.table([[f"  {value:.3f}", console.one_line(name)] for name, value in ranked])
        console.out("\n".join([f"{title}:", *lines]))
