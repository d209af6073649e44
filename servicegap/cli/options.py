"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

Model = Annotated[
    str | None, typer.Option("--model", "-m", metavar="MODEL", help="A name, name==version, or a folder.")
]
Thresholds = Annotated[
    list[str] | None,
    typer.Option(
        "--threshold",
        "-t",
        metavar="[TYPE=]NUMBER",
        help="TYPE=0.3 for one type or signal, 0.3 for every type; can be repeated.",
    ),
]
AllTypes = Annotated[bool, typer.Option("--all-types", help="Give the probability of every type.")]
Json = Annotated[bool, typer.Option("--json", help="Write JSON.")]
Force = Annotated[bool, typer.Option("--force", "-f", help="Overwrite what is there.")]
