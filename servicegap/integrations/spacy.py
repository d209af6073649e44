"""The spaCy door: a pipeline component and a tokenizer, found by entry point.

spaCy imports this module whenever it makes a pipeline, so it imports nothing heavy itself.

Examples
--------
>>> import spacy
>>> nlp = spacy.blank("en")
>>> component = nlp.add_pipe("servicegap")
>>> doc = nlp("Lovely shop. They promised to call me back and never did.")
>>> [(span.label_, span.text) for span in doc.spans["servicegap"]][0]
('missed_callback', 'They promised to call me back and never did.')
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import minibatch, registry
from spacy.vocab import Vocab

from servicegap.errors import ArtifactError
from servicegap.model import Model, load
from servicegap.text.tokens import tokenize
from servicegap.types import Result

NAME = "servicegap"


@Language.factory(
    NAME,
    assigns=["doc.cats", "doc.spans"],
    default_config={"model": None, "thresholds": None, "spans_key": NAME},
)
def make_component(
    nlp: Language, name: str, model: str | None, thresholds: dict[str, float] | None, spans_key: str
) -> ServiceGap:
    """Make the component `servicegap`.

    Parameters
    ----------
    nlp, name
        Given by spaCy.
    model : str, optional
        As for `servicegap.load`.
    thresholds : mapping of str to float, optional
        Replace the model's own.
    spans_key : str
        Where in `doc.spans` the evidence goes.
    """
    return ServiceGap(load(model), name=name, thresholds=thresholds, spans_key=spans_key)


class ServiceGap:
    """Writes failure types into `doc.cats` and their evidence into `doc.spans`.

    `doc.cats` gets the probability of every type, of a document that was scored; the span group
    gets a span for each piece of evidence, labeled with its type, on whole tokens of the pipeline's
    own tokenizer, and the types' probabilities as `attrs["scores"]`, span by span.
    """

    def __init__(
        self, model: Model, *, name: str = NAME, thresholds: Mapping[str, float] | None = None, spans_key: str = NAME
    ) -> None:
        self.model = model
        self.name = name
        self.thresholds = dict(thresholds) if thresholds else None
        self.spans_key = spans_key

    def __call__(self, doc: Doc) -> Doc:
        """Read one document: a batch of one."""
        self.set_annotations([doc], self.predict([doc]))
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 256) -> Iterator[Doc]:
        """Read a stream of documents in batches."""
        for docs in minibatch(stream, size=batch_size):
            self.set_annotations(docs, self.predict(docs))
            yield from docs

    def predict(self, docs: Iterable[Doc]) -> list[Result]:
        """Score documents, changing nothing."""
        texts = (doc.text for doc in docs)
        return list(self.model.pipe(texts, thresholds=self.thresholds, all_types=True))

    def set_annotations(self, docs: Iterable[Doc], results: Iterable[Result]) -> None:
        """Write results into their documents."""
        for doc, result in zip(docs, results, strict=True):
            doc.cats.update(result.probabilities or {})
            spans, scores = [], []
            for failure in result.failures:
                for quote in failure.evidence:
                    span = doc.char_span(quote.start, quote.end, label=failure.type, alignment_mode="expand")
                    if span is not None:
                        spans.append(span)
                        scores.append(failure.probability)
            doc.spans[self.spans_key] = spans
            doc.spans[self.spans_key].attrs["scores"] = scores

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Name the model, its digest and the settings; the model itself is not copied."""
        state = {
            "model": self.model.reference,
            "digest": self.model.digest,
            "thresholds": self.thresholds,
            "spans_key": self.spans_key,
        }
        return json.dumps(state).encode()

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> ServiceGap:
        """Load the model that `to_bytes` named.

        Raises
        ------
        ArtifactError
            SG-A021 where the installed model of that name has another digest.
        """
        state = json.loads(data)
        if self.model.digest != state["digest"]:
            self.model = load(state["model"])
        if self.model.digest != state["digest"]:
            raise ArtifactError(
                "SG-A021",
                state["model"],
                f"digest is {self.model.digest[:19]}.., the pipeline was saved with {state['digest'][:19]}..; "
                "install the version that it was saved with.",
            )
        self.thresholds = state["thresholds"]
        self.spans_key = state["spans_key"]
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write what `to_bytes` gives into the folder `path`."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "servicegap.json").write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> ServiceGap:
        """Load the model that `to_disk` named."""
        return self.from_bytes((Path(path) / "servicegap.json").read_bytes())


@registry.tokenizers("servicegap.Tokenizer.v1")
def make_tokenizer() -> Callable[[Language], Tokenizer]:
    """Make the library's own tokenizer for a spaCy pipeline's config."""

    def create(nlp: Language) -> Tokenizer:
        return Tokenizer(nlp.vocab)

    return create


class Tokenizer:
    """`servicegap.tokenize` as a spaCy tokenizer: `doc.text` is the text, `norm_` the normal form."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Cut a text; white space other than single blanks becomes tokens of its own, as spaCy has it."""
        words: list[str] = []
        blanks: list[bool] = []
        normals: list[str] = []
        reached = 0

        def fill(stop: int) -> None:
            gap = text[reached:stop]
            if gap.startswith(" ") and words:
                blanks[-1] = True
                gap = gap[1:]
            if gap:
                words.append(gap)
                blanks.append(False)
                normals.append(gap)

        for token in tokenize(text):
            fill(token.start)
            words.append(token.text)
            blanks.append(False)
            normals.append(token.normal or token.text)
            reached = token.end
        fill(len(text))
        doc = Doc(self.vocab, words=words, spaces=blanks)
        for token, normal in zip(doc, normals, strict=True):
            token.norm_ = normal
        return doc

    def pipe(self, texts: Iterable[str], batch_size: int = 1000) -> Iterator[Doc]:
        """Cut a stream of texts."""
        return map(self, texts)

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Nothing: the tokenizer has no state."""
        return b""

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Tokenizer:
        """Nothing to read."""
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Nothing to write: the tokenizer has no state."""

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Tokenizer:
        """Nothing to read."""
        return self
