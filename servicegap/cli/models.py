"""`servicegap models`: which models there are, what they are, and whether they are sound."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servicegap.cli import console, options

if TYPE_CHECKING:
    from servicegap.artifact import Artifact

app = typer.Typer(help="List, describe and verify models.", no_args_is_help=True, rich_markup_mode=None)

_Named = Annotated[str | None, typer.Argument(metavar="MODEL", help="A name, name==version, or a folder.")]


@app.command("list")
def list_models(json: options.Json = False) -> None:
    """List the models that can be named; * marks the one that is used by default."""
    from servicegap import artifact
    from servicegap.errors import ArtifactError

    folders = artifact.available()
    try:
        default = artifact.find()
    except ArtifactError:
        default = None
    if json:
        console.json_data([_entry(folder, default=folder == default) for folder in folders], indent=True)
        return
    rows = [["*" if folder == default else " ", _reference(folder), str(folder)] for folder in folders]
    if rows:
        console.out("\n".join(console.table(rows)))
    else:
        console.say("no models are installed.")


@app.command("info")
def info(model: _Named = None, json: options.Json = False) -> None:
    """Describe a model: what it was made from, what it can do, and its digest."""
    from servicegap import artifact

    found = artifact.read(model)
    if json:
        described = {"path": str(found.path), "digest": found.digest, "manifest": dict(found.manifest)}
        console.json_data({**described, "metrics": found.metrics()}, indent=True)
    else:
        console.out("\n".join(_described(found)))


@app.command("verify")
def verify(
    models: Annotated[list[str] | None, typer.Argument(metavar="[MODEL]...", help="All of them if not given.")] = None,
) -> None:
    """Check a model's digests, its arrays, and that it gives its own texts the scores that they must get."""
    from servicegap import artifact
    from servicegap.errors import ServiceGapError
    from servicegap.model import load

    sound = True
    for name in models or map(str, artifact.available()):
        try:
            checked = load(name)
        except ServiceGapError as error:
            console.say(str(error))
            sound = False
        else:
            console.out(f"ok  {checked.reference}  {checked.digest}")
    if not sound:
        raise typer.Exit(1)


def _reference(folder: Path) -> str:
    return f"{folder.parent.name}=={folder.name}"


def _entry(folder: Path, *, default: bool) -> dict[str, Any]:
    return {"model": _reference(folder), "path": str(folder), "default": default}


def _described(found: Artifact) -> list[str]:
    manifest = found.manifest
    rows = [
        ["model", f"{found.name}=={found.version}"],
        ["digest", found.digest],
        ["path", str(found.path)],
        ["license", manifest["license"]],
        ["taxonomy", manifest["taxonomy"]],
        ["needs", f"servicegap {manifest['requires']} or newer"],
        ["settings", json_format.dumps(manifest["settings"])],
        ["bands", ", ".join(f"{band} from {least:g}" for band, least in manifest["bands"].items())],
    ]
    for entry in manifest["corpora"]:
        rows.append(["corpus", f"{entry['name']} {entry['version']}, {entry['records']} texts, {entry['digest']}"])
    for name, facts in manifest["arrays"].items():
        rows.append(["array", f"{name}: {facts['dtype']} {facts['shape']}"])
    rows += [["threshold", f"{label} {value:.3f}"] for label, value in manifest["thresholds"].items()]
    return console.table(rows)
