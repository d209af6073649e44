"""`servicegap score`: an archive, for a file of results."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from servicegap.cli import console, options

if TYPE_CHECKING:
    from servicegap.archive import Summary

_TOP_TYPES = 5


def score(
    inputs: Annotated[
        list[str], typer.Argument(metavar="INPUT", help="Files, folders (with all that is in them), or -.")
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="OUT", help="OUT.jsonl or OUT.csv, also with .gz; - is standard output."
        ),
    ],
    model: options.Model = None,
    format: Annotated[
        str | None, typer.Option(metavar="FORMAT", help="The inputs' format, instead of finding it by looking.")
    ] = None,
    output_format: Annotated[
        str | None, typer.Option(metavar="FORMAT", help="jsonl or csv, instead of by the suffix of OUT.")
    ] = None,
    text_field: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the field or column that holds the text.")
    ] = None,
    id_field: Annotated[str | None, typer.Option(metavar="NAME", help="The same for the id.")] = None,
    channel_field: Annotated[str | None, typer.Option(metavar="NAME", help="For the channel.")] = None,
    author_field: Annotated[str | None, typer.Option(metavar="NAME", help="For the author.")] = None,
    created_at_field: Annotated[str | None, typer.Option(metavar="NAME", help="For the time of writing.")] = None,
    parent_field: Annotated[str | None, typer.Option(metavar="NAME", help="For the id of what it answers.")] = None,
    role_field: Annotated[str | None, typer.Option(metavar="NAME", help="For whose words it is.")] = None,
    title_field: Annotated[str | None, typer.Option(metavar="NAME", help="For the title.")] = None,
    channel: Annotated[
        str | None, typer.Option(metavar="CHANNEL", help="Channel of documents that do not name theirs.")
    ] = None,
    max_text: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Longest text that is read, in characters (20,000,000 if not given)."),
    ] = None,
    threshold: options.Thresholds = None,
    all_types: options.AllTypes = False,
    with_text: Annotated[bool, typer.Option("--with-text", help="Put each text into its result.")] = False,
    force: options.Force = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary.")] = False,
    no_progress: Annotated[bool, typer.Option("--no-progress", help="No progress.")] = False,
) -> None:
    """Score every document of an archive and write one result for each.

    Records that cannot be read go to OUT.failed.jsonl (to standard error with -o -) and the run goes on; it then
    ends with exit code 3.
    """
    from servicegap import archive
    from servicegap.cli.progress import meter
    from servicegap.model import load
    from servicegap.readers.source import MAX_TEXT

    named = {
        "text": text_field, "id": id_field, "channel": channel_field, "author": author_field,
        "created_at": created_at_field, "parent": parent_field, "role": role_field, "title": title_field,
    }  # fmt: skip
    sg = load(model)
    # A bar among results on the same terminal would make both unreadable.
    crowded = output == archive.STANDARD and sys.stdout.isatty()
    try:
        with meter(show=sys.stderr.isatty() and not (quiet or no_progress or crowded)) as progress:
            summary = archive.score(
                inputs,
                output,
                model=sg,
                format=format,
                fields={field: name for field, name in named.items() if name is not None},
                channel=channel,
                max_text=MAX_TEXT if max_text is None else max_text,
                output_format=output_format,
                force=force,
                with_text=with_text,
                all_types=all_types,
                thresholds=console.thresholds(threshold or (), sg.types),
                progress=progress,
            )
    except KeyboardInterrupt:
        console.say("interrupted" if output == archive.STANDARD else f"interrupted; {output} was not written.")
        raise
    if not quiet:
        for line in _account(summary):
            console.say(line)
    if summary.failed:
        raise typer.Exit(3)


def _account(summary: Summary) -> list[str]:
    """The summary, in lines."""
    lines = [f"read {summary.read:,} = scored {summary.scored:,} + failed {summary.failed:,}"]
    if summary.scored:
        lines.append(f"  by status: {_counts(summary.statuses.most_common())}; complaints {summary.complaints:,}")
    if summary.types:
        lines.append(f"  top types: {_counts(summary.types.most_common(_TOP_TYPES))}")
    if summary.codes:
        lines.append(f"  failed by code: {_counts(sorted(summary.codes.items()))}")
    if summary.replaced:
        lines.append(f"  warning: {summary.replaced:,} with bytes replaced or a charset guessed")
    if summary.repeated_ids:
        lines.append(f"  warning: {summary.repeated_ids:,} with an id that was taken, and got a number")
    seconds = max(summary.seconds, 1e-9)
    rates = f"{summary.read / seconds:,.0f} documents and {summary.bytes / seconds / 1e6:,.1f} MB a second"
    lines.append(f"  {summary.seconds:,.1f} s, {rates}")
    return lines + [
        f"  {what}: {name}" for what, name in zip(("results", "failed records"), summary.outputs, strict=False)
    ]


def _counts(pairs: list[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in pairs)
