"""`servicegap report`: results as one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from servicegap.cli import console, options


def report(
    results: Annotated[str, typer.Argument(metavar="RESULTS", help="What 'score' wrote as JSONL, or -.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="OUT", help="The page, report.html; - is standard output.")
    ],
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Heading of the page.")] = None,
    force: options.Force = False,
) -> None:
    """Write results as one HTML page that opens without network."""
    from servicegap.archive import keep_apart
    from servicegap.writers import read_results
    from servicegap.writers.report import write_report

    to_stdout = str(output) == "-"
    keep_apart([results], [] if to_stdout else [output])
    write_report(read_results(results), output, title=title, force=force)
    if not to_stdout:
        console.say(f"report: {output}")
