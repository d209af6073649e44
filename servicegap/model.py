"""The model: text in, `Result` out; the one path that every door uses."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from servicegap import artifact
from servicegap.artifact import Artifact
from servicegap.engine import kernel
from servicegap.engine.linear import LinearScorer, Scores
from servicegap.errors import ArtifactError, InputError, OutputError, TaxonomyError
from servicegap.taxonomy import load as taxonomy
from servicegap.text import roles, tokens
from servicegap.text.tokens import Lexed
from servicegap.text.view import View
from servicegap.types import MAX_EVIDENCE, Band, Document, Evidence, Failure, Result, Signal, Status

BANDS: tuple[Band, ...] = ("high", "medium", "low")
COMPLAINT = "complaint"
ENGLISH = "english"

BATCH_CHARACTERS = 1 << 16
BATCH_DOCUMENTS = 512

Thresholds = Mapping[str, float] | float
"""Thresholds by label (a type, a signal or `complaint`), or one for all types."""

_OTHER_SCRIPT = re.compile("[\u0370-\u1dff\u2c00-\ua4cf\uac00-\ud7ff]")


@dataclass(frozen=True, slots=True)
class _Batch:
    """Documents made ready: the stretches that are scored, cut into tokens, and where each came from."""

    items: Sequence[str | Document]
    views: list[View]
    bases: list[int]
    first_view: npt.NDArray[np.int32]
    lexed: Lexed
    others: list[int]
    """Documents of another role than a customer's."""
    wide: list[int]
    """Documents that may be in another script."""

    @property
    def has_tokens(self) -> npt.NDArray[np.bool_]:
        """Whether each document has anything to read."""
        edges = self.lexed.text_token[self.first_view]
        return np.asarray(edges[1:] > edges[:-1])


class Model:
    """A loaded model. Calls change nothing in it, so threads may share it; it pickles by reference.

    Make one with `servicegap.load`.

    Attributes
    ----------
    name, version, digest, taxonomy : str
    types : tuple of str
        Failure types, in the order of `predict_proba`'s columns.
    signals : tuple of str
    thresholds : mapping of str to float
        By type, by signal, and `complaint`.

    Examples
    --------
    >>> import servicegap
    >>> sg = servicegap.load()
    >>> sg("They promised to call me back and never did.").types
    ('missed_callback',)
    """

    def __init__(self, source: Artifact) -> None:
        manifest = source.manifest
        settings = manifest["settings"]
        scheme = taxonomy(manifest["taxonomy"])
        self._artifact = source
        self.name = source.name
        self.version = source.version
        self.digest = source.digest
        self.taxonomy = scheme.version
        self.types: tuple[str, ...] = scheme.type_ids
        self.signals: tuple[str, ...] = scheme.signal_ids
        self.labels: tuple[str, ...] = tuple(manifest["labels"])
        if self.labels != (*self.types, COMPLAINT, *self.signals, ENGLISH):
            raise ArtifactError(
                "SG-A010", str(source.path), f"its labels are not those of taxonomy {scheme.version}; build it again."
            )
        self.thresholds: Mapping[str, float] = dict(manifest["thresholds"])
        self._families = tuple(scheme.family_of(label) for label in self.types)
        try:
            bands = [(band, float(manifest["bands"][band])) for band in BANDS]
            self._margin = float(settings["evidence_margin"])
            self._floor = float(settings["evidence_floor"])
            order = int(settings["token_ngrams"])
            self._limits = self._threshold_row(None)
        except (KeyError, TypeError, ValueError, OutputError) as error:
            detail = f"a setting, band or threshold is missing or wrong ({error}); build it again."
            raise ArtifactError("SG-A010", str(source.path), detail) from None
        self._bands: tuple[tuple[Band, float], ...] = tuple(bands)
        self._scorer = LinearScorer(**source.tables(), order=order)

    def __repr__(self) -> str:
        return f"<servicegap.Model {self.reference}>"

    def __reduce__(self) -> tuple[Any, tuple[str, str, str]]:
        return _restore, (self.reference, str(self._artifact.path), self.digest)

    @property
    def reference(self) -> str:
        """`name==version`, as it stands in every result."""
        return f"{self.name}=={self.version}"

    @property
    def artifact(self) -> Artifact:
        """The artifact that the model was made from."""
        return self._artifact

    def __call__(
        self, text: str | Document, *, thresholds: Thresholds | None = None, all_types: bool = False
    ) -> Result:
        """Read one text.

        Parameters
        ----------
        text : str or Document
        thresholds : mapping or float, optional
            Replace the model's own, for this call.
        all_types : bool
            Put the probability of every type into `Result.probabilities`.

        Returns
        -------
        Result

        Raises
        ------
        InputError
            SG-I006: not a text.
        OutputError
            SG-O004: a threshold outside 0 to 1.
        """
        return next(self.pipe((text,), thresholds=thresholds, all_types=all_types))

    def pipe(
        self,
        items: Iterable[str | Document],
        *,
        thresholds: Thresholds | None = None,
        all_types: bool = False,
        batch_characters: int = BATCH_CHARACTERS,
    ) -> Iterator[Result]:
        """Read a stream of texts, in order, in memory that does not grow with it.

        A text's result does not depend on its neighbors.

        Parameters
        ----------
        items : iterable of str or Document
        thresholds, all_types
            As for a single call.
        batch_characters : int
            How much text is scored at once.

        Yields
        ------
        Result
        """
        limits = self._limits if thresholds is None else self._threshold_row(thresholds)
        stream = _stream(items)
        while items := _take(stream, batch_characters):
            yield from self._results(items, limits, all_types)

    def predict_proba(self, texts: Iterable[str | Document]) -> npt.NDArray[np.float32]:
        """Probabilities of every failure type.

        Parameters
        ----------
        texts : iterable of str or Document

        Returns
        -------
        float32 (n, n_types)
            Columns as in `types`. A row of NaN for a text that is not English or not a
            customer's, of 0 for one with nothing to read.
        """
        parts = []
        stream = _stream(texts)
        while items := _take(stream, BATCH_CHARACTERS):
            batch = self._prepare(items)
            scores = self._scorer.score(batch.lexed, batch.first_view)
            part = scores.probabilities[:, : len(self.types)].copy()
            part[self._unread(batch, scores)] = np.nan
            parts.append(part)
        return np.concatenate(parts) if parts else np.empty((0, len(self.types)), np.float32)

    def _threshold_row(self, given: Thresholds | None) -> npt.NDArray[np.float32]:
        """Thresholds of all labels but the last, `ENGLISH`, in order."""
        wanted: dict[str, float] = dict(self.thresholds)
        if isinstance(given, Mapping):
            for label in given:
                if label not in wanted:
                    raise TaxonomyError(
                        "SG-T002", "thresholds", f"found {label!r}, wanted a type, a signal or '{COMPLAINT}'."
                    )
            wanted.update(given)
        elif given is not None:
            wanted.update(dict.fromkeys(self.types, given))
        for label, value in wanted.items():
            if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not 0.0 <= value <= 1.0:
                raise OutputError("SG-O004", f"thresholds[{label!r}]", f"found {value!r}, wanted a number from 0 to 1.")
        return np.array([wanted[label] for label in self.labels[:-1]], np.float32)

    def _prepare(self, items: Sequence[str | Document]) -> _Batch:
        """Find the customer's own words in each document, clean them and cut them into tokens."""
        views: list[View] = []
        bases: list[int] = []
        firsts = [0]
        others: list[int] = []
        wide: list[int] = []
        for i, item in enumerate(items):
            if isinstance(item, str):
                text, channel = item, None
            else:
                text, channel = item.text or "", item.channel
                if item.role != "customer":
                    others.append(i)
                    text = ""
            # only scripts of two bytes and more a letter make a text so much longer in UTF-8
            if not text.isascii() and len(text.encode("utf-8", "surrogatepass")) > 1.4 * len(text):
                wide.append(i)
            # one line is one part: most posts are spared the marking
            if "\n" not in text and "\r" not in text:
                views.append(View.of(text))
                bases.append(0)
            else:
                for part in roles.mark(text, channel=channel):
                    if part.role == "customer":
                        views.append(View.of(text[part.start : part.end]))
                        bases.append(part.start)
            firsts.append(len(views))
        lexed = tokens.lex([view.text for view in views])
        return _Batch(items, views, bases, np.array(firsts, np.int32), lexed, others, wide)

    def _unread(self, batch: _Batch, scores: Scores) -> npt.NDArray[np.bool_]:
        """Which documents are not read: another's than a customer's, or not English."""
        unread: npt.NDArray[np.bool_] = batch.has_tokens & (scores.probabilities[:, -1] < 0.5)
        unread[batch.others] = True
        for i in batch.wide:
            text = _text(batch.items[i])
            unread[i] |= bool(batch.has_tokens[i]) and len(_OTHER_SCRIPT.findall(text)) > 0.4 * len(text)
        return unread

    def _results(
        self, items: Sequence[str | Document], limits: npt.NDArray[np.float32], all_types: bool
    ) -> list[Result]:
        batch = self._prepare(items)
        scores = self._scorer.score(batch.lexed, batch.first_view)
        unread = self._unread(batch, scores)
        scored = batch.has_tokens & ~unread
        n_types = len(self.types)
        kept = (scores.probabilities[:, :-1] >= limits) & scored[:, None]
        is_complaint = kept[:, n_types].tolist()
        kept[:, n_types] = False
        failures, signals = self._findings(batch, scores, kept)
        complaint = np.round(scores.probabilities[:, n_types].astype(np.float64), 4).tolist()
        n = len(items)
        documents = [Document(item) if isinstance(item, str) else item for item in items]
        everything = [self._all(scores, i) for i in range(n)] if all_types else [None] * n
        reference, digest, scheme = self.reference, self.digest, self.taxonomy
        results = [
            Result(document, "scored", reference, digest, scheme, "en", said, chance, found, (), told, all_of)
            for document, said, chance, found, told, all_of in zip(
                documents, is_complaint, complaint, failures, signals, everything, strict=True
            )
        ]
        for i in np.flatnonzero(~scored).tolist():
            results[i] = self._unscored(documents[i], bool(unread[i]))
        return results

    def _unscored(self, document: Document, skipped: bool) -> Result:
        status: Status = "empty"
        if skipped:
            status = "skipped_language" if document.role == "customer" else "skipped_role"
        language = "und" if status == "skipped_language" else None
        return Result(document, status, self.reference, self.digest, self.taxonomy, language)

    def _findings(
        self, batch: _Batch, scores: Scores, kept: npt.NDArray[np.bool_]
    ) -> tuple[list[tuple[Failure, ...]], list[tuple[Signal, ...]]]:
        """Failures, most probable first, and signals of each document."""
        row, label = np.nonzero(kept)
        failures: list[tuple[Failure, ...]] = [()] * len(kept)
        signals: list[tuple[Signal, ...]] = [()] * len(kept)
        chances = np.round(scores.probabilities[row, label].astype(np.float64), 4).tolist()
        quotes = self._quotes(batch, scores, row, label)
        types, families, band = self.types, self._families, self._band
        n_types = len(types)
        for i, k, probability, quote in zip(row.tolist(), label.tolist(), chances, quotes, strict=True):
            if k < n_types:
                failures[i] += (Failure(types[k], families[k], probability, band(probability), quote),)
            else:
                signals[i] += (Signal(self.labels[k], probability, quote),)
        for i in np.flatnonzero(kept[:, :n_types].sum(axis=1) > 1).tolist():
            failures[i] = tuple(sorted(failures[i], key=attrgetter("probability"), reverse=True))
        return failures, signals

    def _quotes(
        self, batch: _Batch, scores: Scores, row: npt.NDArray[np.intp], label: npt.NDArray[np.intp]
    ) -> list[tuple[Evidence, ...]]:
        """Evidence of each (document, label) pair: its best sentence, and others that come near it."""
        lexed = batch.lexed
        sentence = scores.evidence[row, label]
        value = scores.evidence_scores[row, label]
        least = np.maximum(value[:, :1] - self._margin, self._floor)
        use = (sentence >= 0) & (value >= least)
        use[:, 0] = True
        hit, place = np.nonzero(use)
        chosen = sentence[hit, place]
        view = np.searchsorted(lexed.text_sentence, chosen, side="right") - 1
        start = lexed.start[lexed.sentence_first[chosen]]
        end = lexed.end[lexed.sentence_first[chosen + 1] - 1]
        found = []
        views, bases = batch.views, batch.bases
        for v, first, last in zip(view.tolist(), start.tolist(), end.tolist(), strict=True):
            own = views[v]
            if own.offsets.layers:
                first, last = own.span(first, last)
            last = min(last, first + MAX_EVIDENCE)
            base = bases[v]
            found.append(Evidence(first + base, last + base, own.original[first:last]))
        edges = np.cumsum(use.sum(axis=1)).tolist()
        return [tuple(found[first:last]) for first, last in zip([0, *edges], edges, strict=False)]

    def _all(self, scores: Scores, i: int) -> dict[str, float]:
        row = scores.probabilities[i].tolist()
        return {label: round(value, 4) for label, value in zip(self.types, row, strict=False)}

    def _band(self, probability: float) -> Band:
        for band, least in self._bands:
            if probability >= least:
                return band
        return self._bands[-1][0]

    def explain(self, text: str, *, top: int = 10) -> dict[str, list[tuple[str, float]]]:
        """Which features of a text speak most for each type that it gets.

        Parameters
        ----------
        text : str
        top : int
            Features a type, most telling first.

        Returns
        -------
        dict of str to list of (str, float)
            The feature and what it adds to the log-odds of the text taken as one sentence.
        """
        arrays = self._artifact.arrays
        batch = self._prepare([text])
        row, count = self._scorer.rows(batch.lexed)
        vocabulary = self._artifact.vocabulary()
        energy = float((arrays["energies"][row].astype(np.int64) * count).sum()) or 1.0
        scale = arrays["scale"] * kernel.shrink(energy)
        found = {}
        for label in self(text).types:
            k = self.labels.index(label)
            effect = count * arrays["weights"][row, k] * scale[k]
            order = np.argsort(-effect, kind="stable")[:top]
            found[label] = [(vocabulary[row[j]], round(float(effect[j]), 3)) for j in order if effect[j] > 0]
        return found


def _text(item: str | Document) -> str:
    return item if isinstance(item, str) else item.text or ""


def _stream(items: Iterable[str | Document]) -> Iterator[str | Document]:
    if isinstance(items, (str, bytes, Document)):
        detail = f"found one {type(items).__name__}, wanted an iterable of texts; call the model for a single one."
        raise InputError("SG-I006", "texts", detail)
    return iter(items)


def _take(stream: Iterator[str | Document], characters: int) -> list[str | Document]:
    """Take the next items of a stream, about so many characters of them."""
    taken: list[str | Document] = []
    for item in islice(stream, BATCH_DOCUMENTS):
        if isinstance(item, str):
            characters -= len(item)
        elif not isinstance(item, Document):
            raise InputError("SG-I006", "text", f"found {type(item).__name__}, wanted str or Document.")
        elif not isinstance(item.text, str):
            raise InputError("SG-I006", "Document.text", f"found {type(item.text).__name__}, wanted str.")
        else:
            characters -= len(item.text)
        taken.append(item)
        if characters <= 0:
            break
    return taken


@cache
def _warn_if_slow() -> None:
    if not kernel.COMPILED:
        warnings.warn(
            "servicegap runs without its compiled kernel: the same answers, slowly; "
            "install it where a C compiler is found to compile it.",
            RuntimeWarning,
            stacklevel=3,
        )


def load(model: str | Path | None = None) -> Model:
    """Load a model.

    Parameters
    ----------
    model : str or Path, optional
        A name (the newest version of it), `name==version`, or a folder; the default model if
        not given.

    Returns
    -------
    Model

    Raises
    ------
    ArtifactError
        Where there is no such model, or it does not verify.

    Examples
    --------
    >>> load("servicegap-en==0.1.0").name
    'servicegap-en'
    """
    _warn_if_slow()
    made = Model(artifact.read(model))
    check_canary(made)
    return made


def check_canary(model: Model) -> None:
    """Score the artifact's own texts again.

    Raises
    ------
    ArtifactError
        SG-A040 where a score is not the one that was stored.
    """
    place = str(model.artifact.path / artifact.CANARY)
    try:
        records = list(model.artifact.canary())
        scores = model.predict_proba(record["text"] for record in records)
        wanted = np.array([record["probabilities"] for record in records], np.float64)
    except (KeyError, TypeError, ValueError, InputError):
        raise ArtifactError("SG-A040", place, "holds no texts with scores; build the model again.") from None
    if not records or wanted.shape != scores.shape:
        raise ArtifactError("SG-A040", place, f"holds {list(wanted.shape)} scores; build the model again.")
    worst = float(np.abs(scores - wanted).max())
    if not worst <= artifact.CANARY_TOLERANCE:
        detail = f"scores differ from the stored ones by up to {worst:.2g}; install servicegap and the model again."
        raise ArtifactError("SG-A040", place, detail)


def _restore(reference: str, path: str, digest: str) -> Model:
    """Load a pickled model again, by name or else by path, and insist on its digest."""
    for model in (reference, path):
        try:
            found = load(model)
        except ArtifactError:
            continue
        if found.digest == digest:
            return found
    raise ArtifactError("SG-A021", reference, f"no installed copy has digest {digest[:19]}..; install that version.")
