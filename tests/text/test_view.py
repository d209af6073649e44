from __future__ import annotations

import pickle
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicegap.errors import InputError
from servicegap.text.view import IDENTITY, STEPS, OffsetMap, Step, View
from servicegap.types import Span

FRAGMENTS = st.sampled_from(
    [
        *("&amp;", "&lt", "&amp;lt;", "&#8217;", "&#x1F600;", "&#0;", "&nope;", "AT&T", "\r\n", "\r", "\u2028", "\x00"),
        *(
            "\ud83d",
            "\u200b",
            "\xad",
            "\ufeff",
            "\u200d",
            "\ufe0f",
            "👩\u200d🦰",
            "❤\ufe0f",
            "1\ufe0f\u20e3",
            "‼\ufe0f",
        ),
        *("“", "’", "´", "″", "late—again", "10–12", "\xa0", "\u3000", "…", "ﬁ", "Ａ", "𝗡", "½", "²", "™", "ŉ"),
        *("e\u0301", "a\u0316\u0301", "\u0301", "\u1100\u1161\u11a8", "\u0344", "ﷺ", "① ", "word ", "\n", " "),
    ]
)
TEXTS = st.one_of(
    st.text(),
    st.text(alphabet=st.characters(min_codepoint=0, max_codepoint=0x10FFFF, categories=None)),
    st.lists(FRAGMENTS, max_size=30).map("".join),
)
PIPELINES = st.lists(st.sampled_from(STEPS), max_size=10)


def run(text: str, steps: list[Step]) -> tuple[str, OffsetMap, list[OffsetMap]]:
    offsets = IDENTITY
    maps = []
    for step in steps:
        text, back = step(text)
        offsets = offsets.then(back)
        maps.append(back)
    return text, offsets, maps


@pytest.mark.parametrize(
    ("original", "read"),
    [
        ("AT&T &amp; me &pound;40", "AT&T & me £40"),
        ("&amp;lt;", "&lt;"),
        ("&lt;b&gt &notes; &ampere;", "<b> &notes; &ampere;"),
        ("&#39;&#x27;&#8217;&#0;&#1;", "'''\ufffd "),
        ("a\r\nb\rc\u2029d", "a\nb\nc\nd"),
        ("“didn’t” it′s don´t", "\"didn't\" it's don't"),
        ("10–12 days—again — no", "10-12 days - again - no"),
        ("£\xa040\u20093\u3000x", "£ 40 3 x"),
        ("re\xadfu\u200bnd\ufeff", "refund"),
        ("👩\u200d🦰 ❤\ufe0f 1\ufe0f\u20e3 a\u200db\ufe0f", "👩\u200d🦰 ❤\ufe0f 1\ufe0f\u20e3 ab"),
        ("𝗡𝗘𝗩𝗘𝗥 Ａgain ﬁx…", "NEVER Again fix..."),
        ("cafe\u0301", "café"),
        ("5½ m² Brand™", "5½ m² Brand™"),
        ("no\x00reply\x1f\ud83d", "no reply \ufffd"),
    ],
)
def test_reads_what_was_meant(original: str, read: str) -> None:
    assert View.of(original).text == read


@pytest.mark.parametrize(
    ("original", "found", "source"),
    [
        ("x &pound;40 now", "£40", "&pound;40"),
        ("re\xadfund\u200b late", "refund", "re\xadfund"),
        ("\ufeffhello", "hello", "hello"),
        ("late\r\nagain", "late\nagain", "late\r\nagain"),
        ("wait… what", ".", "…"),
        ("cafe\u0301 shut", "é", "e\u0301"),
        ("R&amp;amp;D", "&", "&amp;"),
        ("day—again", "again", "again"),
        ("😡 it’s &lt;late&gt;", "<late>", "&lt;late&gt;"),
    ],
)
def test_spans_lead_back(original: str, found: str, source: str) -> None:
    view = View.of(original)
    start = view.text.index(found)
    span = view.span(start, start + len(found))
    assert original[span.start : span.end] == source


@pytest.mark.parametrize("text", ["", "plain, 3 times!\n\tYes.", "AT&T", "café 😡 naïve — no", "10 m² of Brand™"])
def test_a_clean_text_shares_the_identity(text: str) -> None:
    assert View.of(text).offsets is IDENTITY


def test_replacing_one_for_one_needs_no_map() -> None:
    view = View.of("It’s “late”\xa0😡")
    assert view.text == 'It\'s "late" 😡'
    assert view.offsets is IDENTITY


@given(TEXTS)
def test_whole_text_comes_from_the_whole_original_but_for_dropped_ends(text: str) -> None:
    view = View.of(text)
    span = view.span(0, len(view.text))
    if view.text:
        for dropped in (text[: span.start], text[span.end :]):
            assert not View.of(dropped).text.strip()
    assert 0 <= span.start <= span.end <= len(text)


@given(TEXTS, PIPELINES)
def test_any_composition_leads_back_step_by_step(text: str, steps: list[Step]) -> None:
    cleaned, offsets, maps = run(text, steps)
    before = Span(0, 0)
    for at in range(len(cleaned)):
        span = offsets.span(at, at + 1)
        stepwise = Span(at, at + 1)
        for back in reversed(maps):
            stepwise = back.span(stepwise.start, stepwise.end)
        assert span == stepwise
        assert 0 <= span.start < span.end <= len(text)
        assert before.start <= span.start
        assert before.end <= span.end
        before = span


@given(TEXTS, PIPELINES, st.data())
def test_a_span_is_the_hull_of_its_characters(text: str, steps: list[Step], data: st.DataObject) -> None:
    cleaned, offsets, _ = run(text, steps)
    start = data.draw(st.integers(0, len(cleaned)))
    end = data.draw(st.integers(start, len(cleaned)))
    span = offsets.span(start, end)
    if start == end:
        assert span.start == span.end
    else:
        assert span == Span(offsets.span(start, start + 1).start, offsets.span(end - 1, end).end)


@given(TEXTS, st.sampled_from(STEPS))
def test_what_a_character_came_from_cleans_to_it(text: str, step: Step) -> None:
    cleaned, offsets = step(text)
    for at, char in enumerate(cleaned):
        span = offsets.span(at, at + 1)
        source = text[span.start : span.end]
        assert char in source or any(char in step(alone)[0] for alone in (source, f"a{source}b"))


@given(st.text())
def test_cleaning_again_changes_nothing_where_no_entity_is_left(text: str) -> None:
    cleaned = View.of(text).text
    if "&" not in cleaned:
        assert View.of(cleaned).text == cleaned


def test_each_character_alone_is_cleaned_for_good() -> None:
    for code in range(0x3400):
        cleaned = View.of(f"a{chr(code)}b").text
        assert View.of(cleaned).text == cleaned, hex(code)


@given(st.text(alphabet=st.characters(codec="latin-1")))
def test_every_step_agrees_with_the_quick_look(text: str) -> None:
    cleaned, _, _ = run(text, list(STEPS))
    assert View.of(text).text == cleaned


@given(st.lists(st.sampled_from(["e", "\u0301", "\u0316", "ﬁ", "か\u3099", "\u1112\u1161\u11ab"])).map("".join))
def test_compatibility_is_nfkc_where_marks_are_few(text: str) -> None:
    if max((len(run) for run in text.split("e")), default=0) < 20:
        assert View.of(text).text == unicodedata.normalize("NFKC", text)


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 1), (0, 6)])
def test_a_span_outside_the_text_is_refused(start: int, end: int) -> None:
    with pytest.raises(InputError, match=r"SG-I007.*5 long"):
        View.of("it’s!").span(start, end)


def test_a_view_travels_between_processes() -> None:
    view = View.of("R&amp;D—late…\r\n")
    assert pickle.loads(pickle.dumps(view)) == view
