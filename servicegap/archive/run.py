"""One run over an archive: read, score, write, and set aside what fails."""

from __future__ import annotations

import os
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from servicegap.errors import OutputError, ServiceGapError
from servicegap.model import BATCH_CHARACTERS, BATCH_DOCUMENTS, Model, Thresholds
from servicegap.readers import Reader, ReadStats
from servicegap.readers.source import MAX_TEXT
from servicegap.types import Document, ReadFailure, Result
from servicegap.writers import FailedWriter, Writer, failed_path, open_failed, open_writer

STANDARD = "-"
"""Standard input or output, by its usual name."""


@dataclass(slots=True)
class Summary:
    """What a run did; `read == scored + failed`, always.

    Attributes
    ----------
    read, scored, failed : int
        Records. Every status counts as scored.
    complaints : int
    statuses, types, codes : Counter of str
        Documents by status and by failure type, failed records by error code.
    replaced : int
        Records in which bytes had to be replaced or their charset guessed.
    repeated_ids : int
        Documents whose id was taken, and got a number.
    files, bytes : int
        Files read and bytes taken from them, as they are on disk.
    seconds : float
    outputs : tuple of str
        Files that were written: the results, and the failed records if there are any.
    """

    read: int = 0
    scored: int = 0
    failed: int = 0
    complaints: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    replaced: int = 0
    repeated_ids: int = 0
    files: int = 0
    bytes: int = 0
    seconds: float = 0.0
    outputs: tuple[str, ...] = ()


def score(
    inputs: Sequence[str | Path],
    output: str | Path,
    *,
    model: Model,
    format: str | None = None,
    fields: Mapping[str, str] | None = None,
    channel: str | None = None,
    max_text: int = MAX_TEXT,
    output_format: str | None = None,
    force: bool = False,
    with_text: bool = False,
    all_types: bool = False,
    thresholds: Thresholds | None = None,
    progress: Callable[[ReadStats], None] | None = None,
) -> Summary:
    """Score every document of the inputs, in order, as a stream.

    A record that cannot be read or scored goes to `<output without suffix>.failed.jsonl` (with `-`, to standard
    error) and the run goes on. The output takes its name when all is done; until then, and after an exception or an
    interrupt, nothing stands under it.

    Parameters
    ----------
    inputs : sequence of str or Path
        Files, folders, `-` for standard input.
    output : str or Path
        `.jsonl` or `.csv`, also with `.gz`; `-` for standard output.
    model : Model
    format : str, optional
        The inputs' format, instead of finding it by looking.
    fields : mapping of str to str, optional
        Names of a record's own fields by ours: ``{"text": "body"}``.
    channel : str, optional
        Of documents that do not name theirs.
    max_text : int
        Longest text that is read, in code points.
    output_format : {'jsonl', 'csv'}, optional
        Instead of the output's suffix.
    force : bool
        Overwrite an existing output.
    with_text : bool
        Put each original text into its result.
    all_types : bool
        Put the probability of every type into its result.
    thresholds : mapping or float, optional
        Replace the model's own.
    progress : callable, optional
        Called now and then with what has been read so far.

    Returns
    -------
    Summary

    Raises
    ------
    InputError
        The only input cannot be opened or recognized.
    OutputError
        SG-O001 to SG-O003: the output exists, cannot be written, or has an unknown format; SG-O004: a threshold
        or option out of range.
    TaxonomyError
        SG-T002: a threshold for an unknown label.

    Examples
    --------
    >>> import servicegap
    >>> summary = score(["archive"], "results.jsonl", model=servicegap.load())  # doctest: +SKIP
    >>> summary.read == summary.scored + summary.failed  # doctest: +SKIP
    True
    """
    began = time.perf_counter()
    next(model.pipe((), thresholds=thresholds), None)  # Refuses wrong thresholds before anything is opened.
    types = model.types if all_types else ()
    writing = open_writer(output, format=output_format, force=force, with_text=with_text, types=types)
    if str(output) != STANDARD:
        keep_apart(inputs, [path for path in (Path(output), failed_path(output)) if path is not None])
    reader = Reader(inputs, format=format, fields=fields or {}, channel=channel, max_text=max_text)
    records = iter(reader)
    first = list(islice(records, 1))  # What cannot be opened is refused before anything is written.
    summary = Summary()
    # The quarantine is inside: it is complete before the results take their name.
    with writing as results, open_failed(output, force=force) as failures:
        for batch in _batches(chain(first, records)):
            summary.read += len(batch)
            for outcome in _outcomes(model, batch, thresholds, all_types):
                _put(outcome, results, failures, summary)
            if progress is not None:
                progress(reader.stats)
        summary.scored, summary.failed = results.count, failures.count
    stats = reader.stats
    summary.replaced, summary.repeated_ids = stats.replaced, stats.repeated_ids
    summary.files, summary.bytes = stats.files, stats.bytes_done
    if str(output) != STANDARD:
        aside = failed_path(output) if summary.failed else None
        summary.outputs = (str(output), *([] if aside is None else [str(aside)]))
    summary.seconds = time.perf_counter() - began
    return summary


def keep_apart(inputs: Iterable[str | Path], outputs: Iterable[Path]) -> None:
    """Refuse to overwrite an input with what is made from it.

    Parameters
    ----------
    inputs : iterable of str or Path
    outputs : iterable of Path

    Raises
    ------
    OutputError
        SG-O002 for an output that exists and is an input, or lies within one and would be read as part of it.
    """
    written = [output for output in outputs if output.is_file()]
    for name in map(Path, inputs):
        for output in written:
            if name.is_dir() and output.resolve().is_relative_to(name.resolve()):
                detail = f"it exists within the input {name}; name an output outside of it, or remove the old one."
                raise OutputError("SG-O002", str(output), detail)
            if name.exists() and os.path.samefile(name, output):
                raise OutputError("SG-O002", str(output), "it is also an input; choose another name.")


def _batches(records: Iterable[Document | ReadFailure]) -> Iterator[list[Document | ReadFailure]]:
    """Records in lots that the model takes at once."""
    batch: list[Document | ReadFailure] = []
    room = BATCH_CHARACTERS
    for record in records:
        batch.append(record)
        room -= len(record.text or "") if isinstance(record, Document) else 0
        if room <= 0 or len(batch) == BATCH_DOCUMENTS:
            yield batch
            batch, room = [], BATCH_CHARACTERS
    if batch:
        yield batch


def _outcomes(
    model: Model, batch: Sequence[Document | ReadFailure], thresholds: Thresholds | None, all_types: bool
) -> Iterator[Result | ReadFailure]:
    """What came of each record, in order."""
    documents = [record for record in batch if isinstance(record, Document)]
    outcomes: Iterator[Result | ReadFailure]
    try:
        outcomes = iter(list(model.pipe(documents, thresholds=thresholds, all_types=all_types)))
    except Exception:
        # One of them spoiled the lot: by itself it spoils nothing but itself.
        outcomes = (_alone(model, document, thresholds, all_types) for document in documents)
    for record in batch:
        yield next(outcomes) if isinstance(record, Document) else record


def _alone(model: Model, document: Document, thresholds: Thresholds | None, all_types: bool) -> Result | ReadFailure:
    try:
        return model(document, thresholds=thresholds, all_types=all_types)
    except Exception as error:
        return _spoiled(document, error)


def _put(outcome: Result | ReadFailure, results: Writer, failures: FailedWriter, summary: Summary) -> None:
    """Write an outcome where it belongs, and count it."""
    if isinstance(outcome, Result):
        try:
            results.write(outcome)
        except (OutputError, OSError):
            raise
        except Exception as error:
            outcome = _spoiled(outcome.document, error)
        else:
            summary.statuses[outcome.status] += 1
            summary.types.update(outcome.types)
            summary.complaints += bool(outcome.complaint)
            return
    failures.write(outcome)
    summary.codes[outcome.code] += 1


def _spoiled(document: Document, error: Exception) -> ReadFailure:
    """A document that raised: what and where, without the message, which may quote the text.

    An error that was not raised on purpose is a fault of this package: it is warned of as well, so that tests, which
    turn warnings into errors, do not pass over it.
    """
    if isinstance(error, ServiceGapError):
        return ReadFailure(document.source, error.code, error.detail, document.id)
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else ""
    reason = f"scoring it raised {type(error).__name__}{place}; please report this"
    failure = ReadFailure(document.source, "SG-I008", reason, document.id)
    warnings.warn(f"[SG-I008] a record was set aside: {reason}.", RuntimeWarning, stacklevel=2)
    return failure
