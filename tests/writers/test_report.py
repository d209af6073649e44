"""The report: what it counts, what it quotes, and that no text of a document can harm it."""

from __future__ import annotations

import re
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from browser import CHROMIUM, Browser, browsing
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_results import DIGEST, MODEL, build, results, sample

from servicegap.errors import OutputError
from servicegap.taxonomy import load
from servicegap.types import Document, Evidence, Failure, Gap, Result, Signal
from servicegap.writers import open_writer, read_results
from servicegap.writers.report import render, write_report
from servicegap.writers.tally import DOCUMENTS, GAPS, NAMES, OTHER, QUOTES, Tally

HOSTILE = (
    "</mark></blockquote><script>document.title='owned'</script>"
    "<img src=x onerror=\"document.title='owned'\">\" ' onfocus=alert(1) autofocus {{ 7*7 }} {% raw %} "
    "]]> <!-- --> &lt;b&gt; javascript:alert(1) \u202egnp.exe\u2066\u2067 \x00\x1b[31m \ud83d "
)
VOID = {"meta", "input", "br", "img", "link", "hr"}


def tally(some: list[Result]) -> Tally:
    made = Tally()
    for result in some:
        made.add(result)
    return made


def page(some: list[Result], title: str = "Report") -> str:
    return render(tally(some), title=title)


class Outline(HTMLParser):
    """Elements and texts of a page; refuses elements that do not nest."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str | None]] = []
        self.texts: list[str] = []
        self.marked: list[str] = []
        self._open: list[str] = []
        self.feed(source)
        self.close()
        assert not self._open, self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)
        if tag == "mark":
            self.marked.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "mark":
            self.marked[-1] += data
        if not self._open or self._open[-1] not in {"style", "script"}:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


# What it says


def test_counts_are_those_of_the_results() -> None:
    some = sample(120)
    made = tally(some)
    assert made.total.documents == 122
    assert made.total.failing == sum(bool(result.failures) for result in some)
    assert {kind: count.documents for kind, count in made.types.counts.items()} == Counter(
        failure.type for result in some for failure in result.failures
    )
    families = Counter(family for result in some for family in {failure.family for failure in result.failures})
    assert {family: count.documents for family, count in made.families.counts.items()} == families
    channels = Counter(result.document.channel for result in some)
    assert {channel: count.documents for channel, count in made.channels.counts.items()} == channels
    assert sum(count.documents for count in made.months.counts.values()) == 122
    assert made.gap_total == sum(len(result.gaps) for result in some)


def test_summary_names_models_period_and_what_was_skipped() -> None:
    text = Outline(page(sample())).text
    assert f"2024-01 to 2025-12. Model {MODEL} ( {DIGEST[:19]} ), taxonomy 1" in text
    assert "documents 92 complaints" in text
    assert "skipped 2 skipped language 1, empty 1" in text


def test_each_type_stands_with_its_definition_and_its_most_probable_quotes_first() -> None:
    some = [
        build(f"Case {number}: they charged me twice in month {number}. Help!",
              ("double_charge", f"they charged me twice in month {number}.", number / 100), id=f"id-{number}")
        for number in range(50, 50 + 2 * QUOTES)
    ]  # fmt: skip
    source = page(some)
    outline = Outline(source)
    best = range(50 + 2 * QUOTES - 1, 50 + QUOTES - 1, -1)
    assert outline.marked == [f"they charged me twice in month {number}." for number in best]
    assert load().type("double_charge").definition in outline.text
    assert f"Case {best[0]}: <mark>they charged me twice in month {best[0]}.</mark> Help!" in source
    assert f"0.{best[0]} low · id-{best[0]}" in outline.text


def test_without_the_text_the_evidence_stands_alone(tmp_path: Path) -> None:
    result = build("Hello. You charged me twice. Bye.", ("double_charge", "You charged me twice.", 0.9))
    with open_writer(tmp_path / "r.jsonl") as writer:
        writer.write(result)
    write_report(read_results(tmp_path / "r.jsonl"), tmp_path / "r.html")
    assert '<blockquote dir="auto"><mark>You charged me twice.</mark></blockquote>' in (tmp_path / "r.html").read_text()


def test_words_quoted_once_are_not_quoted_twice() -> None:
    some = [build("Charged twice!", ("double_charge", "Charged twice!", p), id=str(p)) for p in (0.6, 0.9, 0.7)]
    (quote,) = tally(some).type_quotes["double_charge"]
    assert quote.probability == 0.9


def test_text_that_disagrees_with_its_evidence_gives_no_context() -> None:
    result = Result(
        Document("short"), "scored", MODEL, DIGEST, "1",
        failures=(Failure("overcharge", "billing", 0.9, "high", (Evidence(900, 950, "too much"),)),),
    )  # fmt: skip
    (quote,) = tally([result]).type_quotes["overcharge"]
    assert (quote.before, quote.evidence, quote.after) == ("", "too much", "")


def test_context_is_cut_between_words() -> None:
    text = f"{'before ' * 60}THE WORDS{' after' * 60}"
    (quote,) = tally([build(text, ("overcharge", "THE WORDS", 0.9))]).type_quotes["overcharge"]
    assert quote.before.startswith("… before ")
    assert quote.after.endswith(" after …")
    assert len(quote.before) + len(quote.after) < 340


@pytest.mark.parametrize(
    ("date", "month"),
    [
        ("2025-03-01T10:00Z", "2025-03"),
        ("2025-03", "2025-03"),
        ("2025-13-01", "(unknown)"),
        ("Tue, 3 Mar", "(unknown)"),
        (None, "(unknown)"),
    ],
)
def test_months_are_told_from_dates_of_any_precision(date: str | None, month: str) -> None:
    assert list(tally([build("a", created_at=date)]).months.counts) == [month]


def test_no_results_make_a_page_that_says_so() -> None:
    assert "There are no results." in Outline(page([])).text
    assert "No failure was found." in Outline(page([build("thanks")])).text


def test_types_of_another_version_are_shown_too() -> None:
    failure = Failure("lost_luggage", "travel", 0.9, "high", (Evidence(0, 4, "gone"),))
    result = Result(Document("gone"), "scored", MODEL, DIGEST, "7", complaint=True, failures=(failure,))
    text = Outline(page([result, *sample(5)])).text
    assert "travel" in text
    assert "lost luggage" in text


# Bounded


def many(count: int) -> Iterator[Result]:
    for number in range(count):
        yield build(
            f"{'x' * 2000} they charged me {number} times", ("double_charge", f"charged me {number} times", 0.9),
            id=f"id-{number}", channel=f"channel {number}", created_at=f"{1000 + number:04}-01-01",
        )  # fmt: skip


def test_memory_does_not_grow_with_the_archive(tmp_path: Path) -> None:
    write_report(many(3), tmp_path / "warm.html")
    tracemalloc.start()
    write_report(many(3000), tmp_path / "r.html")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6e6
    source = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert f"The first {DOCUMENTS} of 3,000 documents" in source
    assert source.count('data-item="documents"') == DOCUMENTS
    assert source.count(f"<bdi>{OTHER}</bdi></th>") == 2
    assert len(source) < 400_000


def test_endless_names_are_counted_together() -> None:
    evidence = (Evidence(0, 1, "a"),)
    some = [
        Result(
            Document("a", channel="c" * 9999), "scored", MODEL, DIGEST, "1",
            failures=(Failure(f"t{number}", f"f{number}", 0.9, "high", evidence),),
            signals=(Signal(f"s{number}", 0.9, evidence),),
            gaps=(Gap(Evidence(0, 9999, "p" * 9999), "contact", f"g{number}"),),
        )
        for number in range(2 * NAMES)
    ]  # fmt: skip
    made = tally(some)
    for shelf in (made.types, made.families, made.signals, made.gaps):
        assert len(shelf.counts) == NAMES + 1
        assert sum(count.documents for count in shelf.counts.values()) == 2 * NAMES
    assert len(made.gap_rows) == GAPS
    source = page(some)
    assert f"first {GAPS} of {2 * NAMES}" in Outline(source).text
    assert "c" * 200 not in source
    assert "p" * 400 not in source


# Harmless


def hostile() -> Result:
    evidence = (Evidence(0, len(HOSTILE), HOSTILE),)
    return Result(
        Document(HOSTILE, id=HOSTILE, channel=HOSTILE, author=HOSTILE, created_at=HOSTILE),
        "scored", HOSTILE, HOSTILE, HOSTILE, complaint=True, complaint_probability=0.9,
        failures=(
            Failure(HOSTILE, HOSTILE, 0.9, HOSTILE, evidence),  # type: ignore[arg-type]
            Failure("overcharge", "billing", 0.8, "low", evidence),
        ),
        signals=(Signal(HOSTILE, 0.9, evidence),),
        gaps=(Gap(evidence[0], HOSTILE, HOSTILE, outcomes=()),),
    )  # fmt: skip


def test_hostile_texts_stay_texts() -> None:
    source = page([hostile(), *sample(3)], title=HOSTILE)
    outline = Outline(source)
    assert outline.tags["script"] == 1
    assert outline.tags["img"] == 0
    assert not [item for item in outline.attributes if item[1].startswith("on")]
    assert not {"src", "href"} & {name for tag, name, value in outline.attributes if not (value or "").startswith("#")}
    assert "{{ 7*7 }} {% raw %}" in outline.text
    assert "[U+202E]gnp.exe[U+2066][U+2067]" in source
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x1b\ud800-\udfff]", source)
    assert "document.title=&#39;owned&#39;" in source


def test_hostile_texts_add_no_element() -> None:
    def shape(result: Result) -> Counter[str]:
        return Outline(page([result])).tags

    tame = build("a", ("overcharge", "a", 0.8))
    wild = build(HOSTILE, ("overcharge", HOSTILE, 0.8), id=HOSTILE, channel=HOSTILE)
    assert shape(tame) == shape(wild)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(results, max_size=3), st.text(min_size=1, max_size=20))
def test_any_results_make_a_page_that_nests_and_can_be_stored(some: list[Result], title: str) -> None:
    source = page(some, title=title)
    source.encode()
    outline = Outline(source)
    assert outline.tags["script"] == 1
    ids = [value for _, name, value in outline.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    pointed = {value for _, name, value in outline.attributes if name == "aria-labelledby"}
    pointed |= {value[1:] for _, name, value in outline.attributes if name == "href" and value}
    assert pointed <= set(ids)


def test_page_asks_for_nothing_outside_itself() -> None:
    source = page(sample())
    assert not re.search(r"https?:|//[a-z]|url\(|@import|<link|<iframe|fetch\(|XMLHttp", source)
    assert "default-src &#39;none&#39;" in source or "default-src 'none'" in source


# The file


def test_same_results_give_the_same_page_whole_or_not_at_all(tmp_path: Path) -> None:
    write_report(sample(), tmp_path / "a.html", title="A")
    write_report(iter(sample()), tmp_path / "b.html", title="A")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    with pytest.raises(OutputError, match=r"^\[SG-O001\] "):
        write_report(sample(), tmp_path / "a.html")

    def breaking() -> Iterator[Result]:
        yield build("a")
        raise OutputError("SG-O005", "r.jsonl, line 2", "found no JSON object.")

    with pytest.raises(OutputError, match=r"^\[SG-O005\] "):
        write_report(breaking(), tmp_path / "c.html")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "b.html"]


# In a browser


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium is installed")
    write_report([hostile(), *sample()], tmp_path / "r.html")
    with browsing(tmp_path / "r.html", tmp_path / "profile") as browser:
        yield browser


def shown(browser: Browser, item: str) -> list[str]:
    texts = browser.ask(
        f"Array.from(document.querySelectorAll('[data-item={item}]')).filter(node => node.checkVisibility())"
        ".map(node => node.textContent)"
    )
    assert isinstance(texts, list)
    return texts


def choose(browser: Browser, field: str, option: str) -> None:
    """Choose an option as a person does who has only a keyboard."""
    browser.ask(f"document.querySelector('[name={field}]').focus()")
    for letter in option:
        browser.call("Input.dispatchKeyEvent", type="keyDown", key=letter, text=letter)
        browser.call("Input.dispatchKeyEvent", type="keyUp", key=letter)
    label = f"document.querySelector('[name={field}]').selectedOptions[0].text"
    assert browser.ask(label) == option


def test_filter_and_search_work_and_nothing_is_fetched(opened: Browser) -> None:
    everything = shown(opened, "documents")
    assert not opened.ask("document.getElementById('filters').hidden")

    choose(opened, "type", "refund delay")
    found = shown(opened, "documents")
    assert 0 < len(found) < len(everything)
    assert all("refund delay" in text for text in found)
    headings = (
        "Array.from(document.querySelectorAll('#quotes ~ section h4'))"
        ".filter(node => node.checkVisibility()).map(node => node.textContent)"
    )
    assert opened.ask(headings) == ["refund delay"]

    choose(opened, "channel", "email")
    assert all("email" in text for text in shown(opened, "documents"))
    assert len(shown(opened, "documents")) < len(found)

    opened.ask("document.querySelector('[type=reset]').click()")
    opened.ask("new Promise(done => setTimeout(done, 50))")
    assert shown(opened, "documents") == everything

    choose(opened, "month", "2025-02")
    assert all("2025-02" in text for text in shown(opened, "documents"))
    opened.ask("document.querySelector('[type=reset]').click()")

    opened.ask("document.querySelector('[name=find]').focus()")
    opened.call("Input.insertText", text="BOILER twice")
    assert shown(opened, "quotes") == []
    opened.ask("document.querySelector('[name=find]').select()")
    opened.call("Input.insertText", text="Boiler  june")
    quotes = shown(opened, "quotes")
    assert quotes
    assert all("boiler service in June" in text for text in quotes)
    assert opened.ask("document.querySelector('output').value").startswith(f"Shown: {len(quotes)} of ")

    assert opened.ask("document.title") == "Service gaps"
    assert opened.requests == [opened.ask("location.href")]
    assert opened.errors == []


def test_page_fits_a_phone_and_reads_without_scripts(opened: Browser) -> None:
    opened.call("Emulation.setDeviceMetricsOverride", width=360, height=740, deviceScaleFactor=1, mobile=True)
    assert opened.ask("document.documentElement.scrollWidth") <= 360
    count = len(shown(opened, "quotes"))
    opened.call("Emulation.setScriptExecutionDisabled", value=True)
    opened.reload()
    assert opened.ask("document.getElementById('filters').checkVisibility()") is False
    assert len(shown(opened, "quotes")) == count


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_their_ground(opened: Browser, scheme: str) -> None:
    """Contrast of at least 4.5 to 1, as WCAG 2.2 asks at level AA (success criterion 1.4.3)."""
    opened.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    selectors = [
        "body",
        ".note",
        ".meaning",
        ".meta",
        "blockquote",
        "mark",
        "a",
        "form label",
        "form select",
        ".figures dt",
        "thead th",
    ]
    colors = opened.ask(
        f"""{selectors!r}.map(selector => {{
            let node = document.querySelector(selector), ground = node;
            const clear = 'rgba(0, 0, 0, 0)', back = n => getComputedStyle(n).backgroundColor;
            while (back(ground) === clear) ground = ground.parentElement;
            return [getComputedStyle(node).color, back(ground)].map(c => c.match(/\\d+/g).slice(0, 3).map(Number));
        }})"""
    )
    for selector, (ink, paper) in zip(selectors, colors, strict=True):
        dark, light = sorted((luminance(ink), luminance(paper)))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, selector


def luminance(color: list[int]) -> float:
    parts = [part / 255 for part in color]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
