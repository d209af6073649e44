"""The command line's outline; each command imports what it needs when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from servicegap._version import __version__
from servicegap.cli import classify, corpus, labels, models, report, score, train

app = typer.Typer(
    name="servicegap",
    help="Reads what customers write when a company fails them, and says how it failed.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from servicegap.cli.console import out

        out(f"servicegap {__version__}")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


app.command("classify")(classify.classify)
app.command("score")(score.score)
app.command("report")(report.report)
app.command("types")(labels.types)
app.add_typer(models.app, name="models")
app.add_typer(corpus.app, name="corpus")
app.command("train")(train.train)
app.command("evaluate")(train.evaluate)
