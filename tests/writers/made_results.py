"""Self-made results for the tests of the writers: by hand, by the dozen, and by hypothesis."""

from __future__ import annotations

import random

from hypothesis import strategies as st

from servicegap.taxonomy import load
from servicegap.types import Band, Document, Due, Evidence, Failure, Gap, Outcome, Result, Signal, Source

MODEL = "servicegap-en==0.1.0"
DIGEST = "sha256:" + "4f" * 32


def build(text: str, *words: tuple[str, str, float], id: str = "d", **fields: object) -> Result:
    """A result whose failures quote the given words of the text."""
    taxonomy = load()
    failures = []
    for kind, quote, probability in words:
        start = text.index(quote)
        band: Band = "high" if probability > 0.9 else "medium" if probability > 0.7 else "low"
        span = Evidence(start, start + len(quote), quote)
        failures.append(Failure(kind, taxonomy.family_of(kind), probability, band, (span,)))
    about = {
        name: fields.pop(name) for name in ("channel", "author", "created_at", "parent", "source") if name in fields
    }
    defaults = {"complaint": bool(words), "complaint_probability": 0.9 if words else 0.2, "language": "en"}
    return Result(
        Document(text, id=id, **about),  # type: ignore[arg-type]
        "scored", MODEL, DIGEST, "1", failures=tuple(failures), **(defaults | fields),  # type: ignore[arg-type]
    )  # fmt: skip


def sample(count: int = 90, seed: int = 3) -> list[Result]:
    """An archive: the taxonomy's own examples, put into letters, posts and reviews over a year and a half."""
    taxonomy = load()
    chance = random.Random(seed)
    openings = ["", "Hello, ", "To whom it may concern.\n\n", "Right, so. ", "I have been a customer since 2011. "]
    closings = ["", " Please put this right.", "\n\nRegards,\nSam", " Not good enough!!", " What happens next?"]
    results = []
    for number in range(count):
        kinds = chance.sample(taxonomy.types, chance.choice([0, 1, 1, 1, 2, 3]))
        text = chance.choice(openings)
        words = []
        for kind in kinds:
            quote = chance.choice(kind.shows)
            words.append((kind.id, quote, round(chance.uniform(0.55, 0.99), 3)))
            text += quote + " "
        if not kinds:
            text += "Do you open on Sundays?"
        text += chance.choice(closings)
        words.sort(key=lambda word: -word[2])
        signals: list[Signal] = []
        if kinds and chance.random() < 0.3:
            signal = chance.choice(taxonomy.signals)
            phrase = chance.choice(signal.shows)
            signals.append(Signal(signal.id, 0.88, (Evidence(len(text) + 1, len(text) + 1 + len(phrase), phrase),)))
            text += f" {phrase}"
        gaps: list[Gap] = []
        if kinds and chance.random() < 0.2:
            promise, outcome = "They said they would ring me on Monday.", "Nobody rang."
            start = len(text) + 1
            text += f" {promise} {outcome}"
            due = Due(start + 29, start + 38, "on Monday")
            after = start + len(promise) + 1
            gaps.append(
                Gap(
                    Evidence(start, start + len(promise), promise), "contact", "broken", due=due,
                    outcomes=(Outcome(after, after + len(outcome), outcome, "broken"),),
                )
            )  # fmt: skip
        results.append(
            build(
                text, *words, id=f"{chance.choice(['mail', 'post', 'case'])}-{1000 + number}",
                channel=chance.choice(["email", "email", "review", "social", "forum", "form"]),
                created_at=f"20{chance.choice(['24', '25'])}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
                source=Source("archive/a.mbox", number), signals=tuple(signals), gaps=tuple(gaps),
            )
        )  # fmt: skip
    results.append(
        Result(Document("Dónde está mi pedido", id="es-1", channel="social"), "skipped_language", MODEL, DIGEST, "1")
    )
    results.append(Result(Document("", id="none", channel="form"), "empty", MODEL, DIGEST, "1"))
    return results


_TAXONOMY = load()
_probability = st.floats(0, 1)
_maybe = st.none() | st.text(max_size=12)
_offset = st.integers(0, 10**6)
_evidence = st.builds(Evidence, _offset, _offset, st.text(max_size=300))
_failures = st.lists(st.sampled_from(_TAXONOMY.types), unique=True, max_size=4).flatmap(
    lambda kinds: st.tuples(
        *(
            st.builds(
                Failure, st.just(kind.id), st.just(kind.family), _probability,
                st.sampled_from(["high", "medium", "low"]), st.lists(_evidence, max_size=2).map(tuple),
            )
            for kind in kinds
        )
    )
)  # fmt: skip
_signals = st.lists(
    st.builds(Signal, st.sampled_from(_TAXONOMY.signal_ids), _probability, st.lists(_evidence, max_size=2).map(tuple)),
    max_size=2,
).map(tuple)
_status = st.sampled_from(_TAXONOMY.status_ids)
_gaps = st.lists(
    st.builds(
        Gap,
        promise=_evidence,
        action=st.sampled_from(_TAXONOMY.action_ids),
        status=_status,
        who=_maybe,
        due=st.none() | st.builds(Due, _offset, _offset, st.text(max_size=9), _maybe, _maybe, st.booleans()),
        outcomes=st.lists(st.builds(Outcome, _offset, _offset, st.text(max_size=9), _status, _maybe), max_size=2).map(
            tuple
        ),
        late_by_hours=st.none() | st.floats(0, 1e6),
    ),
    max_size=2,
).map(tuple)
_documents = st.builds(
    Document,
    text=st.text(max_size=60),
    id=_maybe,
    channel=_maybe,
    author=_maybe,
    created_at=_maybe | st.dates().map(str),
    parent=_maybe,
    role=st.sampled_from(["customer", "agent", "automatic"]),
    title=_maybe,
    source=st.builds(Source, _maybe, st.none() | _offset, _maybe, st.none() | _offset),
    sha256=st.none(),
)
_scored = st.builds(
    Result,
    document=_documents,
    status=st.just("scored"),
    model=st.just(MODEL),
    digest=st.just(DIGEST),
    taxonomy=st.just("1"),
    language=_maybe,
    complaint=st.booleans(),
    complaint_probability=_probability,
    failures=_failures,
    gaps=_gaps,
    signals=_signals,
    probabilities=st.none() | st.fixed_dictionaries(dict.fromkeys(_TAXONOMY.type_ids[:3], _probability)),
)
_skipped = st.builds(
    Result,
    document=_documents,
    status=st.sampled_from(["skipped_language", "skipped_role", "empty"]),
    model=st.just(MODEL),
    digest=st.just(DIGEST),
    taxonomy=st.just("1"),
    language=_maybe,
    complaint=st.none(),
    complaint_probability=st.none(),
    failures=st.just(()),
    gaps=_gaps,
    signals=st.just(()),
    probabilities=st.none(),
)
results = _scored | _skipped
"""Any result that the contract allows."""
