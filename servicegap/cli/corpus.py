"""`servicegap corpus`: check, count, fetch and convert labeled texts."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servicegap.cli import console, options
from servicegap.cli.train import newest, standoff_texts

if TYPE_CHECKING:
    from servicegap.training.checks import Entry, Report

app = typer.Typer(help="Check, count, fetch and convert labeled texts.", no_args_is_help=True, rich_markup_mode=None)

_CORPORA = Path("corpora")
_DATA = "SERVICEGAP_DATA"
_SET_ASIDE = 3

_Corpora = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[CORPUS]...", help="Folders or files of records; the newest of each in corpora/ if not given."
    ),
]
_Output = Annotated[Path, typer.Option("--output", "-o", metavar="OUT", help="The file to write.")]


class Source(StrEnum):
    """Where texts can be had from."""

    cfpb = "cfpb"


class Tool(StrEnum):
    """What records can be turned into and made from."""

    label_studio = "label-studio"
    prodigy = "prodigy"
    doccano = "doccano"


@app.command("validate")
def validate(
    corpora: _Corpora = None,
    disagreement: Annotated[
        bool, typer.Option("--disagreement", help="Also ask a model trained on the rest what it doubts; slow.")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, metavar="N", help="Processes for --disagreement.")] = 1,
    show: Annotated[int, typer.Option(min=0, metavar="N", help="Most flags to show of each check.")] = 5,
    json: options.Json = False,
) -> None:
    """Check records, all corpora together; exit code 1 if they must not be used as they are."""
    from servicegap.training import checks

    folders = _folders(corpora)
    found = [entry for folder in folders for entry in _entries(folder)]
    reports = checks.run(found)
    if disagreement and not any(report.failed for report in reports):
        reports.append(_disagreement(folders, found, jobs=jobs))
    elif disagreement:
        console.say("warning: --disagreement is left out until the checks that failed are mended.")
    failed = [report.name for report in reports if report.failed]
    if json:
        data = {"corpora": [str(folder) for folder in folders], "records": len(found), "failed": failed}
        console.json_data({**data, "checks": [report.to_dict() for report in reports]}, indent=True)
    else:
        console.out("\n".join(_reported(reports, show=show)))
    if failed:
        console.say(f"failed: {', '.join(failed)}")
        raise typer.Exit(1)


@app.command("stats")
def stats(corpora: _Corpora = None, json: options.Json = False) -> None:
    """Count what each corpus holds, beside what it should hold."""
    from servicegap.training.stats import measure, targets

    data = []
    for folder in _folders(corpora):
        figures = measure(_entries(folder))
        aims = targets(figures)
        if json:
            data.append({"corpus": str(folder), **figures, "targets": [target._asdict() for target in aims]})
        else:
            console.out("\n".join(_counted(str(folder), figures)))
            rows = [[t.what, f"{t.found:g}", f"{t.wanted:g}", "yes" if t.met else "no"] for t in aims]
            console.out("\n".join(["", *console.table([["target", "found", "wanted", "met"], *rows]), ""]))
    if json:
        console.json_data(data, indent=True)


@app.command("agreement")
def agreement(
    first: Annotated[Path, typer.Argument(metavar="FIRST", help="A file of one reader's labels.")],
    second: Annotated[Path, typer.Argument(metavar="SECOND", help="A file of another reader's labels, by id.")],
    corpus: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where the texts are, if the labels hold none.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Measure how far two readers of the same texts agree."""
    from servicegap.taxonomy import load
    from servicegap.training import corpus as corpora
    from servicegap.training.agreement import agreement as measured

    if corpus is None:
        texts = dict(standoff_texts([first, second]))
    else:
        texts = {record.id: record.text for record in corpora.read(corpus)}
    other = {record.id: record for record in corpora.read(second, texts=texts)}
    figures = measured(list(corpora.read(first, texts=texts)), other, load().type_ids)
    if json:
        console.json_data(figures, indent=True)
        return
    rows = [[name, f"{value:.2f}"] for name, value in figures["by_type"].items()]
    console.out(f"texts {figures['texts']}, complaint {figures['complaint']:.3f}, spans {figures['spans']:.3f}")
    for name in ("firm", "beyond_doubt"):
        console.out(f"{name}: micro-F1 {figures[name]['micro_f1']:.3f}, macro-F1 {figures[name]['macro_f1']:.3f}")
    console.out("\n".join(console.table([["type", "F1 beyond doubt"], *rows])))


@app.command("fetch")
def fetch(
    source: Annotated[Source, typer.Argument(help="Whose texts: those that the US bureau CFPB publishes.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help=f"Gets the texts; name it in {_DATA} afterwards.")
    ],
    corpus: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FOLDER", help="Whose labels need texts; can be repeated. Those in corpora/ if not given."
        ),
    ] = None,
    local: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="Read this copy of the published file; no download.")
    ] = None,
    address: Annotated[
        str | None, typer.Option(metavar="URL", help="Download the file from here, not from the bureau.")
    ] = None,
    force: options.Force = False,
) -> None:
    """Get the texts that labels without texts are for, from the publisher's own file."""
    from servicegap.errors import CorpusError
    from servicegap.training import fetch as fetching
    from servicegap.writers.files import explained

    folders = _folders(corpus)
    ids = fetching.wanted(folders)
    if not ids:
        detail = "found no record without its text, so that there is nothing to fetch."
        raise CorpusError("SG-C004", ", ".join(map(str, folders)), detail)
    with explained(output):
        output.mkdir(parents=True, exist_ok=True)
    archive = local or output / fetching.ARCHIVE
    if local is None and not archive.exists():
        address = address or fetching.CFPB
        console.say(
            f"downloading the whole published file, over a gigabyte, for {len(ids)} texts: {address} -> {archive}"
        )
        with _bar("downloaded") as progress:
            fetching.download(address, archive, progress=progress)
    console.say(f"reading {archive}")
    with _bar("read") as progress:
        done = fetching.extract(archive, output, ids, force=force, progress=progress)
    for name in done.missing:
        console.say(f"missing: {name}")
    for name in done.changed:
        console.say(f"changed since it was labeled, left out: {name}")
    if done.unreadable:
        console.say(f"warning: {done.unreadable} rows of the file could not be read.")
    console.out(f"{done.found} of {len(ids)} texts; set {_DATA}={output} to use them.")
    if done.missing or done.changed:
        raise typer.Exit(_SET_ASIDE)


@app.command("export")
def export(
    tool: Annotated[Tool, typer.Argument(help="Whose format.")],
    corpus: Annotated[Path, typer.Argument(metavar="CORPUS", help="A corpus folder, or one file of records.")],
    output: _Output,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write Label Studio's labeling interface here.")
    ] = None,
    force: options.Force = False,
) -> None:
    """Write records as tasks of an annotation tool, with their labels."""
    from servicegap.errors import CorpusError, OutputError
    from servicegap.training import convert
    from servicegap.training.convert import label_studio
    from servicegap.writers.files import check_free, replacing
    from servicegap.writers.lines import json_line

    if config is not None and tool is not Tool.label_studio:
        raise OutputError("SG-O004", "--config", f"found it beside {tool}, wanted label-studio; leave it out.")
    for path in (output, config):
        if path is not None:
            check_free(path, force=force)
    left_out = written = 0
    with replacing(output) as sink:
        for entry in _entries(corpus):
            if entry.problem is not None:
                raise CorpusError("SG-C001", entry.place, f"{entry.problem}; see 'servicegap corpus validate'.")
            if entry.text is None:
                left_out += 1
                continue
            line = json_line(convert.export(entry.row, format=tool, text=entry.text))
            if tool is Tool.label_studio:
                line = (b",\n" if written else b"[\n") + line.rstrip(b"\n")
            sink.write(line)
            written += 1
        if tool is Tool.label_studio:
            sink.write(b"\n]\n" if written else b"[]\n")
    if config is not None:
        with replacing(config) as sink:
            sink.write(label_studio.config().encode())
    console.out(f"{written} texts: {output}")
    if left_out:
        console.say(
            f"warning: {left_out} records hold only labels and are left out; {_DATA} names no folder with their texts."
        )
        raise typer.Exit(_SET_ASIDE)


@app.command("import")
def import_(
    tool: Annotated[Tool, typer.Argument(help="Whose format.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What the tool exported, or 'export' wrote.")],
    output: _Output,
    force: options.Force = False,
) -> None:
    """Write an annotation tool's tasks as records, labels checked."""
    from servicegap.training import convert
    from servicegap.writers.files import check_free, replacing
    from servicegap.writers.lines import json_line

    check_free(output, force=force)
    left_out = written = 0
    with replacing(output) as sink:
        for place, item in convert.items(file):
            row = convert.load(item, format=tool, place=place)
            if row is None:
                left_out += 1
                continue
            sink.write(json_line(row))
            written += 1
    if left_out:
        console.say(f"{left_out} tasks are not annotated, or rejected, and are left out.")
    console.out(f"{written} texts: {output}")


def _folders(given: Sequence[Path] | None) -> list[Path]:
    return list(given or newest(_CORPORA))


def _entries(folder: Path) -> list[Entry]:
    """The lines of a corpus, with the texts that the environment's folder has for them."""
    from servicegap.training.checks import entries, with_pool

    found = entries(folder)
    data = os.environ.get(_DATA)
    return with_pool(found, Path(data)) if data else found


def _disagreement(folders: Sequence[Path], found: Sequence[Entry], *, jobs: int) -> Report:
    from servicegap.training.checks.disagreement import check
    from servicegap.training.corpus import read

    texts = {entry.id: entry.text for entry in found if entry.text is not None}
    return check([record for folder in folders for record in read(folder, texts=texts)], jobs=jobs)


def _reported(reports: Sequence[Report], *, show: int) -> list[str]:
    rows = [["check", "score", "flags", ""]]
    for report in reports:
        mark = "FAILED: " if report.failed else ""
        rows.append([report.name, f"{report.score:.3f}", str(len(report.flags)), mark + report.summary])
    lines = console.table(rows)
    for report in reports:
        if report.flags and show:
            lines += ["", f"{report.name}:"]
            lines += [f"  {flag.id}: {flag.reason}" for flag in report.flags[:show]]
            lines += [f"  and {len(report.flags) - show} more"] if len(report.flags) > show else []
    return lines


def _counted(name: str, figures: dict[str, Any]) -> list[str]:
    def listed(counts: dict[str, Any]) -> str:
        return ", ".join(f"{key} {count}" for key, count in counts.items()) or "none"

    gaps, types = figures["gaps"], figures["types"]
    rows = [
        [key.replace("_", " "), str(figures[key])] for key in ("texts", "texts_here", "complaints", "without_failure")
    ]
    rows += [[key, listed(figures[key])] for key in ("words", "lengths", "channels", "industries", "splits", "readers")]
    rows += [["signals", listed(figures["signals"])]]
    rows += [["gaps", f"{gaps['gaps']} in {gaps['texts']} texts, {gaps['texts_with_updates']} texts with updates"]]
    rows += [["  by status", listed(gaps["status"])], ["  by action", listed(gaps["action"])]]
    columns = list(next(iter(types.values())))
    body = [[label, *(str(row[column]) for column in columns)] for label, row in types.items()]
    head = ["type", *(column.replace("_", "-") for column in columns)]
    return [name, *console.table(rows), "", *console.table([head, *body])]


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int | None], None] | None]:
    """A bar on standard error where a person looks at it."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

    with Progress(BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
