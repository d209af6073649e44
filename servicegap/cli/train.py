"""`servicegap train` and `evaluate`: a model from corpora, and how good one is."""

from __future__ import annotations

import json as json_format
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from servicegap.cli import console, options

_CORPORA = Path("corpora")
_DATA = "SERVICEGAP_DATA"


class Engine(StrEnum):
    """What a model can be made of."""

    linear = "linear"


def train(
    engine: Annotated[Engine, typer.Argument(help="What the model is made of.")] = Engine.linear,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the model; the default model's if not given.")
    ] = None,
    version: Annotated[
        str | None, typer.Option(metavar="VERSION", help="Its version; the package's if not given.")
    ] = None,
    corpus: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FOLDER",
            help="A corpus folder; can be repeated. The newest version of each in corpora/ if not given.",
        ),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="The model goes to FOLDER/NAME/VERSION.")
    ] = Path("models"),
    jobs: Annotated[int, typer.Option(min=1, metavar="N", help="Processes; the model does not depend on it.")] = 1,
    force: options.Force = False,
) -> None:
    """Train a model on labeled corpora, the same bytes each time."""
    from servicegap import __version__, artifact
    from servicegap.errors import OutputError

    name = artifact.DEFAULT if name is None else name
    version = __version__ if version is None else version
    for given, value in (("--name", name), ("--version", version)):
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]*", value):
            detail = f"found {value!r}, wanted letters, digits, points and hyphens."
            raise OutputError("SG-O004", given, detail)
    folder = output / name / version
    if folder.exists() and not (force and (folder / artifact.MANIFEST).is_file()):
        raise OutputError(
            "SG-O001", str(folder), "it exists already; take another version or overwrite it with --force."
        )
    corpora = [path.resolve() for path in corpus or newest(_CORPORA)]
    texts = standoff_texts(corpora)

    from servicegap.training.build import build

    for path in corpora:
        console.say(f"corpus: {path}")
    working = folder.with_name(f".{version}.tmp")
    try:
        build(working, name=name, version=version, corpora=corpora, texts=texts, jobs=jobs)
        if folder.exists():
            shutil.rmtree(folder)
        os.replace(working, folder)
    finally:
        shutil.rmtree(working, ignore_errors=True)
    made = artifact.read(folder)
    figures = made.metrics().get("out_of_fold", {})
    console.say(", ".join(f"{key} {value}" for key, value in figures.items() if isinstance(value, int | float)))
    console.say(made.digest)
    console.out(str(folder))


def evaluate(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A name, name==version, or a folder.")],
    corpus: Annotated[Path, typer.Argument(metavar="CORPUS", help="A corpus folder, or one file of records.")],
    split: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only texts of this split, such as challenge.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Measure a model on labeled texts; those in other languages, which carry no labels, are left out."""
    from servicegap.errors import CorpusError
    from servicegap.model import load
    from servicegap.training.corpus import read
    from servicegap.training.evaluate import evaluate as measure

    sg = load(model)
    records = [
        record
        for record in read(corpus, texts=standoff_texts([corpus]))
        if "language" not in record.extra and split in (None, record.split)
    ]
    if not records:
        raise CorpusError("SG-C004", str(corpus), "found no record with a text and of that split, wanted some.")
    figures = measure(sg, records)
    if json:
        console.json_data({"model": sg.reference, "digest": sg.digest, **figures}, indent=True)
    else:
        console.out("\n".join(_described(figures)))


def newest(corpora: Path) -> list[Path]:
    """The newest version of each corpus in a folder of corpora.

    Raises
    ------
    CorpusError
        SG-C004 where there is none.
    """
    from servicegap.errors import CorpusError

    found = []
    for corpus in sorted(corpora.glob("*")):
        versions = [path for path in corpus.glob("*") if re.fullmatch(r"\d+(\.\d+)*", path.name) and path.is_dir()]
        if versions:
            found.append(max(versions, key=lambda path: tuple(map(int, path.name.split(".")))))
    if not found:
        detail = "found no corpus there, wanted NAME/VERSION/*.jsonl; run it in the checkout, or use --corpus FOLDER."
        raise CorpusError("SG-C004", str(corpora), detail)
    return found


def standoff_texts(corpora: Sequence[Path]) -> Mapping[str, str]:
    """Texts of records that hold only labels, from the folder that the environment names."""
    from servicegap.training.corpus import files, texts_of

    wanted: set[str] = set()
    for corpus in corpora:
        for path in files(corpus):
            with path.open(encoding="utf-8", errors="replace") as lines:
                wanted.update(row["id"] for row in map(_row, lines) if "text" not in row and "id" in row)
    data = os.environ.get(_DATA)
    texts = texts_of(Path(data), wanted=wanted) if wanted and data else {}
    if missing := len(wanted) - len(texts):
        console.say(
            f"warning: {missing} records hold only labels and are left out; {_DATA} names no folder with their texts."
        )
    return texts


def _row(line: str) -> Mapping[str, Any]:
    """A record, or nothing where the reader of corpora will complain."""
    try:
        row = json_format.loads(line)
    except ValueError:
        return {}
    return row if isinstance(row, dict) else {}


def _described(figures: Mapping[str, Any]) -> list[str]:
    lines = console.table([[key, str(value)] for key, value in figures.items() if not isinstance(value, dict)])
    for group in ("types", "signals"):
        rows = [[group, "precision", "recall", "F1", "positives"]]
        for label, row in figures[group].items():
            rows.append([label, *(f"{row[key]:.2f}" for key in ("precision", "recall", "f1")), str(row["positives"])])
        lines += ["", *console.table(rows)]
    return lines
