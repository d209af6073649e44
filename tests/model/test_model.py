"""The model as its users call it: what comes back, from where in the text, and what is refused."""

from __future__ import annotations

import json
import math
import pickle
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import servicegap
from servicegap import Document, Evidence, Model, Result
from servicegap.errors import ArtifactError, InputError, OutputError, ServiceGapError, TaxonomyError
from servicegap.taxonomy import load as taxonomy
from servicegap.types import MAX_EVIDENCE

CALLBACK = "They promised to call me back by Friday and nobody ever rang."
TWICE = "They charged my card twice for the same order."
RUDE = "The man on the phone was rude, swore at me and hung up."
COMPLAINTS = (CALLBACK, TWICE, RUDE)
TEXTS = [
    *COMPLAINTS,
    " ".join(COMPLAINTS),
    "Thank you, the parcel came early and the driver was lovely.",
    "",
    " \n\t\u200b",
    "Where is your shop in Leeds?",
    "Late again \U0001f621\U0001f621!!! Never again &amp; never more",
    "!!!",
]


@pytest.fixture(scope="module")
def sg() -> Model:
    return servicegap.load()


def quotes(result: Result) -> list[Evidence]:
    return [quote for found in (*result.failures, *result.signals) for quote in found.evidence]


def plain(results: Any) -> list[dict[str, Any]]:
    return [result.to_dict(with_text=True) for result in results]


def test_a_complaint_gets_its_types_with_proof(sg: Model) -> None:
    for text, label in zip(COMPLAINTS, ("missed_callback", "double_charge", "rude_staff"), strict=True):
        result = sg(text)
        assert result.status == "scored"
        assert result.language == "en"
        assert label in result.types
        failure = next(failure for failure in result.failures if failure.type == label)
        assert failure.family == taxonomy().family_of(label)
        assert failure.evidence[0].text == text
    assert (result.model, result.digest, result.taxonomy) == (sg.reference, sg.digest, sg.taxonomy)


def test_each_type_is_proven_by_its_own_sentence(sg: Model) -> None:
    text = " ".join(COMPLAINTS)
    found = {failure.type: failure.evidence[0].text for failure in sg(text).failures}
    assert found["double_charge"] == TWICE
    assert found["rude_staff"] == RUDE


def test_failures_stand_in_order(sg: Model) -> None:
    result = sg(" ".join(COMPLAINTS), thresholds=0.0)
    assert len(result.failures) == len(sg.types)
    chances = [failure.probability for failure in result.failures]
    assert chances == sorted(chances, reverse=True)
    bands = [failure.band for failure in result.failures]
    assert bands == sorted(bands, key=("high", "medium", "low").index)
    assert all(1 <= len(failure.evidence) <= 3 for failure in result.failures)


@pytest.mark.parametrize("text", ["", " ", "\n\r\n\t", "\u200b\xad\ufeff", "\x00", "\u3000\u2028"])
def test_nothing_to_read(sg: Model, text: str) -> None:
    result = sg(text, all_types=True)
    assert result.status == "empty"
    assert result.complaint is None
    assert result.complaint_probability is None
    assert result.probabilities is None
    assert result.failures == result.signals == ()
    assert not sg.predict_proba([text]).any()


@pytest.mark.parametrize("role", ["agent", "automatic"])
def test_messages_of_others_are_kept_and_not_labeled(sg: Model, role: Any) -> None:
    document = Document(" ".join(COMPLAINTS), id="7", role=role)
    result = sg(document, thresholds=0.0, all_types=True)
    assert result.status == "skipped_role"
    assert result.document is document
    assert (result.complaint, result.failures, result.signals, result.probabilities) == (None, (), (), None)
    assert np.isnan(sg.predict_proba([document])).all()


def test_an_empty_message_of_another(sg: Model) -> None:
    assert sg(Document("", role="agent")).status == "skipped_role"


MESSAGE = """Hello,

My parcel came and it is fine, thank you for that.

Kind regards,
Ann Bell
Double Charges Ltd
Tel. 0800 123 456

On Tue, 3 Mar 2020 at 10:11, Shop <help@shop.example> wrote:
> They promised to call me back by Friday and nobody ever rang.
> The man on the phone was rude, swore at me and hung up.
"""


def test_quotes_and_signatures_prove_nothing(sg: Model) -> None:
    result = sg(Document(MESSAGE, channel="email"), thresholds=0.0)
    assert result.status == "scored"
    reached = MESSAGE.index("Kind regards")
    assert {quote.text for quote in quotes(result)} <= {"Hello,", "My parcel came and it is fine, thank you for that."}
    assert all(quote.end <= reached for quote in quotes(result))


def test_a_forwarded_text_changes_no_score_of_its_cover(sg: Model) -> None:
    own = MESSAGE[: MESSAGE.index("On Tue")]
    document, alone = (Document(text, channel="email") for text in (MESSAGE, own))
    assert np.array_equal(sg.predict_proba([document]), sg.predict_proba([alone]))


HARD = [
    "It&rsquo;s late &amp; lost\u2026 \U0001f621 They charged my card twice.\r\n\r\nThe man was rude &#8211; he swore.",
    "\ufeff\u201cThey promised to call back\u201d\r\nNobody rang me \U0001f469\u200d\U0001f467 \u2014 so\u2014rude",
    "\U0001f621" * 50 + " They charged my card twice for one \xa0order\xad.",
    "&lt;b&gt;They charged my card twice&lt;/b&gt;\u2028Nobody rang.\x00 I want my money back!",
    "Hi\r\n> quoted words of the shop\r\nThey charged my card twice \ufb01rst thing.\r\n--\r\nAnn",
    "x" * 700 + " they charged my card twice",
    "&amp;" * 400 + " they charged my card twice",
    "they charged my card twice and nobody called me back " * 60,
]


@pytest.mark.parametrize("text", HARD)
def test_quotes_lead_to_the_original(sg: Model, text: str) -> None:
    result = sg(text, thresholds=dict.fromkeys((*sg.types, *sg.signals), 0.0))
    found = quotes(result)
    assert found or result.status != "scored"
    for quote in found:
        assert 0 <= quote.start < quote.end <= len(text)
        assert text[quote.start : quote.end] == quote.text
        assert len(quote.text) <= MAX_EVIDENCE
        assert quote.text == quote.text.strip()


@given(st.lists(st.sampled_from([*HARD, *TEXTS, "\r\n", " ", "&nbsp;", "\u201d", "\U0001f1ec\U0001f1e7"]), max_size=6))
@settings(max_examples=60, deadline=None)
def test_quotes_lead_to_the_original_of_any_text(sg: Model, pieces: list[str]) -> None:
    text = "".join(pieces)
    for quote in quotes(sg(text, thresholds=0.0)):
        assert text[quote.start : quote.end] == quote.text
        assert 0 < len(quote.text) <= MAX_EVIDENCE


@given(st.text(alphabet=st.characters(categories=None), max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_text_gets_a_result(sg: Model, text: str) -> None:
    result = sg(text, all_types=True)
    assert result.status in ("scored", "empty", "skipped_language")
    said = result.to_dict(with_text=True)
    assert Result.from_dict(said).to_dict(with_text=True) == said
    row = sg.predict_proba([text])[0]
    assert np.isnan(row).all() == (result.status == "skipped_language")
    assert (np.isnan(row) | ((row >= 0) & (row <= 1))).all()


def test_batches_of_any_size_say_the_same(sg: Model) -> None:
    texts = TEXTS * 3
    wanted = plain(sg(text, all_types=True) for text in texts)
    for size in range(1, sum(map(len, texts)) + 200, 137):
        assert plain(sg.pipe(texts, all_types=True, batch_characters=size)) == wanted
    rows = sg.predict_proba(texts)
    assert rows.dtype == np.float32
    assert rows.shape == (len(texts), len(sg.types))
    alone = np.concatenate([sg.predict_proba([text]) for text in texts])
    assert rows.tobytes() == alone.tobytes()
    for row, result in zip(rows, wanted, strict=True):
        if result["status"] == "scored":
            assert [round(float(value), 4) for value in row] == list(result["probabilities"].values())


@given(st.permutations(TEXTS), st.integers(1, 10))
@settings(max_examples=30, deadline=None)
def test_neighbors_do_not_matter(sg: Model, texts: list[str], n: int) -> None:
    assert sg.predict_proba(texts[:n]).tobytes() == sg.predict_proba(texts)[:n].tobytes()


def test_streams_are_read_as_they_come(sg: Model) -> None:
    taken = []

    def stream() -> Any:
        for n in range(10_000):
            taken.append(n)
            yield f"Parcel {n} is late and nobody called back."

    results = sg.pipe(stream(), batch_characters=1000)
    assert not taken
    assert next(results).document.text == "Parcel 0 is late and nobody called back."
    assert len(taken) < 100
    assert next(results).document.text == "Parcel 1 is late and nobody called back."


def test_no_text_at_all(sg: Model) -> None:
    assert list(sg.pipe([])) == []
    assert sg.predict_proba(iter(())).shape == (0, len(sg.types))


def test_documents_and_texts_mix(sg: Model) -> None:
    document = Document(TWICE, id="a", channel="email", author="Ann", created_at="2020-03-01")
    first, second = sg.pipe([document, TWICE])
    assert first.document is document
    assert first.id == "a"
    assert first.failures == second.failures
    assert second.document == Document(TWICE)


@pytest.mark.parametrize("wrong", [None, 7, 1.5, b"late", ["late"], {"text": "late"}, Document(None)])
def test_what_is_no_text_is_refused(sg: Model, wrong: Any) -> None:
    for call in (sg, lambda item: list(sg.pipe(["fine", item])), lambda item: sg.predict_proba([item])):
        with pytest.raises(InputError) as caught:
            call(wrong)  # type: ignore[operator]
        assert caught.value.code == "SG-I006"
        assert "wanted str" in caught.value.detail


@pytest.mark.parametrize("wrong", ["one text", b"one text", Document("one text")])
def test_one_text_is_no_stream(sg: Model, wrong: Any) -> None:
    for call in (lambda: list(sg.pipe(wrong)), lambda: sg.predict_proba(wrong)):
        with pytest.raises(InputError) as caught:
            call()
        assert caught.value.code == "SG-I006"


def test_thresholds_of_a_call(sg: Model) -> None:
    text = " ".join(COMPLAINTS)
    chances = sg(text, all_types=True).probabilities
    assert chances is not None
    assert list(chances) == list(sg.types)
    for limit in (0.0, 0.2, np.float32(0.5), np.float64(0.9), 1):
        wanted = {label for label, chance in chances.items() if chance >= limit}
        found = sg(text, thresholds=limit).types  # type: ignore[arg-type]
        # a probability is rounded for show, and compared before that
        near = {label for label, chance in chances.items() if abs(chance - limit) < 1e-4}
        assert wanted - near <= set(found) <= wanted | near
    mine = next(iter(sg(text).types))
    assert mine not in sg(text, thresholds={mine: 1.0}).types
    assert set(sg(text).types) - {mine} == set(sg(text, thresholds={mine: 1.0}).types)
    assert sg(text, thresholds={"complaint": 0.0}).complaint is True
    assert sg(text, thresholds={"complaint": 1.0}).complaint is False
    assert {signal.signal for signal in sg(text, thresholds=dict.fromkeys(sg.signals, 0.0)).signals} == set(sg.signals)
    assert sg(text, thresholds=0.0).signals == sg(text).signals
    assert sg(text, thresholds={}) == sg(text)


@pytest.mark.parametrize(
    "wrong",
    [
        1.1,
        -0.1,
        2,
        math.nan,
        math.inf,
        True,
        "0.5",
        [0.5],
        {"rude_staff": 1.5},
        {"complaint": None},
        {"resolved": "x"},
        {"rude_staff": math.nan},
        {"rude_staff": False},
    ],
)
def test_a_threshold_out_of_range(sg: Model, wrong: Any) -> None:
    for call in (lambda: sg(TWICE, thresholds=wrong), lambda: list(sg.pipe([TWICE], thresholds=wrong))):
        with pytest.raises(OutputError) as caught:
            call()
        assert caught.value.code == "SG-O004"
        assert "from 0 to 1" in caught.value.detail


@pytest.mark.parametrize("label", ["no_such_type", "english", "", 7])
def test_a_threshold_for_no_label(sg: Model, label: Any) -> None:
    with pytest.raises(TaxonomyError) as caught:
        sg(TWICE, thresholds={label: 0.5})
    assert caught.value.code == "SG-T002"


def test_all_types_only_when_asked(sg: Model) -> None:
    assert sg(TWICE).probabilities is None
    assert "probabilities" not in sg(TWICE).to_dict()
    assert set(sg(TWICE, all_types=True).to_dict()["probabilities"]) == set(sg.types)


def test_calls_change_nothing(sg: Model) -> None:
    before = (dict(sg.thresholds), sg(RUDE), sg.digest)
    sg(RUDE, thresholds=0.0, all_types=True)
    sg(RUDE, thresholds={"rude_staff": 1.0})
    assert (dict(sg.thresholds), sg(RUDE), sg.digest) == before


def test_threads_share_a_model(sg: Model) -> None:
    wanted = plain(sg.pipe(TEXTS))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: plain(sg.pipe(TEXTS)), range(64)))
    assert all(each == wanted for each in found)


def test_explain_says_what_speaks_for_a_type(sg: Model) -> None:
    said = sg.explain(TWICE, top=5)
    assert set(said) == set(sg(TWICE).types)
    for reasons in said.values():
        values = [value for _, value in reasons]
        assert 0 < len(values) <= 5
        assert values == sorted(values, reverse=True)
        assert min(values) > 0
    assert any("twice" in feature for feature, _ in said["double_charge"])
    assert sg.explain("") == {}
    assert sg.explain("Thank you, all is well.", top=0).keys() == set(sg("Thank you, all is well.").types)


def test_explanations_add_up_to_the_score(sg: Model) -> None:
    arrays = sg.artifact.arrays
    everything = sg.explain(TWICE, top=10**6)["double_charge"]
    lexed = servicegap.text.tokens.lex([TWICE])
    scores = sg._scorer.score(lexed, every_sentence=True).sentence_scores
    assert len(scores) == 1
    k = sg.labels.index("double_charge")
    row, count = sg._scorer.rows(lexed)
    against = sum(
        float(n * arrays["weights"][r, k] * arrays["scale"][k])
        for r, n in zip(row, count, strict=True)
        if arrays["weights"][r, k] < 0
    )
    length = math.sqrt(float((arrays["energies"][row].astype(np.int64) * count).sum()) / 16)
    total = sum(value for _, value in everything) + against / length + float(arrays["bias"][k])
    assert total == pytest.approx(float(scores[0, k]), abs=0.001 * (len(everything) + 1))


def test_pickled_by_reference(sg: Model) -> None:
    data = pickle.dumps(sg)
    assert len(data) < 1000
    assert TWICE.encode() not in data
    again = pickle.loads(data)
    assert again.digest == sg.digest
    assert plain(again.pipe(TEXTS)) == plain(sg.pipe(TEXTS))


def test_a_pickle_insists_on_its_digest(sg: Model) -> None:
    data = pickle.dumps(sg).replace(sg.digest.encode(), b"sha256:" + b"0" * 64)
    with pytest.raises(ArtifactError) as caught:
        pickle.loads(data)
    assert caught.value.code == "SG-A021"


def test_the_model_tells_what_it_is(sg: Model) -> None:
    assert repr(sg) == f"<servicegap.Model {sg.name}=={sg.version}>"
    assert sg.types == taxonomy().type_ids
    assert sg.signals == taxonomy().signal_ids
    assert set(sg.thresholds) == {*sg.types, *sg.signals, "complaint"}
    assert sg.digest.startswith("sha256:")


def test_loaded_by_name_version_and_path(sg: Model) -> None:
    for name in (sg.name, sg.reference, sg.artifact.path, str(sg.artifact.path)):
        assert servicegap.load(name).digest == sg.digest


SCRIPT = """
import json, sys, warnings
warnings.simplefilter("always")
import servicegap
from servicegap.engine import kernel
with warnings.catch_warnings(record=True) as said:
    sg = servicegap.load(sys.argv[1])
    servicegap.load(sys.argv[1])
texts = json.load(sys.stdin)
json.dump({
    "compiled": bool(kernel.COMPILED),
    "said": [str(each.message) for each in said],
    "rows": sg.predict_proba(texts).tobytes().hex(),
    "results": [result.to_dict() for result in sg.pipe(texts, all_types=True)],
    "explained": sg.explain(texts[0]),
    "tokens": [[token.text for token in servicegap.tokenize(text)] for text in texts],
}, sys.stdout)
"""


def test_uncompiled_says_the_same_and_says_so_once(sg: Model, tmp_path: Path) -> None:
    source = Path(servicegap.__file__).parent
    shutil.copytree(
        source, tmp_path / "servicegap", ignore=shutil.ignore_patterns("*.so", "*.pyd", "__pycache__", "shipped")
    )
    texts = [*TEXTS, *HARD[:5]]
    said = subprocess.run(
        [sys.executable, "-P", "-c", SCRIPT, str(sg.artifact.path)],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(tmp_path)},
    )
    found = json.loads(said.stdout)
    assert found["compiled"] is False
    assert [each for each in found["said"] if "slowly" in each] == found["said"]
    assert len(found["said"]) == 1
    assert found["rows"] == sg.predict_proba(texts).tobytes().hex()
    assert found["results"] == json.loads(json.dumps([result.to_dict() for result in sg.pipe(texts, all_types=True)]))
    assert found["explained"] == json.loads(json.dumps(sg.explain(texts[0])))
    assert found["tokens"] == [[token.text for token in servicegap.tokenize(text)] for text in texts]


def test_errors_are_of_one_family() -> None:
    for error in (ArtifactError, InputError, OutputError, TaxonomyError):
        assert issubclass(error, ServiceGapError)
