"""Label Studio: a JSON list of tasks, offsets in UTF-16 code units."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from itertools import accumulate
from typing import Any
from xml.sax.saxutils import quoteattr

from servicegap.errors import CorpusError
from servicegap.training.convert.markup import LINK, Markup, Region, flags, labels, other_fields


def config() -> str:
    """The labeling interface of a Label Studio project that the tasks are for, in its XML."""
    lines = ["<View>", f'  <Relations><Relation value="{LINK}"/></Relations>', '  <Labels name="label" toName="text">']
    lines += [f"    <Label value={quoteattr(label)}/>" for label in labels()]
    lines += ["  </Labels>", '  <Text name="text" value="$text" granularity="word"/>']
    lines += ['  <Choices name="flags" toName="text" choice="multiple">']
    lines += [f"    <Choice value={quoteattr(flag)}/>" for flag in flags()]
    return "\n".join([*lines, "  </Choices>", "</View>", ""])


def write(markup: Markup) -> dict[str, Any]:
    """Make a task."""
    unit = _places(markup.text, _utf16)
    result: list[dict[str, Any]] = []
    for number, (start, end, label) in enumerate(markup.regions):
        value = {"start": unit[start], "end": unit[end], "text": markup.text[start:end], "labels": [label]}
        result.append({"id": f"r{number}", "from_name": "label", "to_name": "text", "type": "labels", "value": value})
    for parent, child in markup.links:
        result.append(
            {"from_id": f"r{parent}", "to_id": f"r{child}", "type": "relation", "direction": "right", "labels": [LINK]}
        )
    if markup.flags:
        value = {"choices": markup.flags}
        result.append({"id": "flags", "from_name": "flags", "to_name": "text", "type": "choices", "value": value})
    return {"data": {"text": markup.text, "record": markup.fields}, "annotations": [{"result": result}]}


def read(item: Any, place: str) -> Markup | None:
    """Read a task by its last annotation; None where there is none."""
    text, fields = item["data"]["text"], item["data"].get("record", {})
    done = [annotation for annotation in item.get("annotations", ()) if not annotation.get("was_cancelled")]
    if not done:
        return None
    regions: list[Region] = []
    number: dict[str, int] = {}
    offsets = _Offsets(text)
    marks: list[str] = []
    for entry in done[-1]["result"]:
        if entry["type"] == "labels":
            value = entry["value"]
            start, end = offsets.span(value, place)
            # a span may carry several labels at once
            for label in value["labels"]:
                number.setdefault(entry["id"], len(regions))
                regions.append(Region(start, end, label))
        elif entry["type"] == "choices":
            marks += entry["value"]["choices"]
    related = [entry for entry in done[-1]["result"] if entry["type"] == "relation"]
    links = [(number[entry["from_id"]], number[entry["to_id"]]) for entry in related]
    return Markup(text, regions, links, marks, other_fields(fields, item.get("id"), place))


class _Offsets:
    """From a task's offsets to code points.

    Releases differ in what they count. UTF-16 code units of the text as it is come first, then as a
    browser counts, for which a carriage return and a line feed are one, then code points; where a
    span quotes its text, the count that gives the quote is taken.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._ways: list[list[int]] = []

    def span(self, value: Mapping[str, Any], place: str) -> tuple[int, int]:
        quote: Any = value.get("text")
        quoted = isinstance(quote, str)
        for way, width in enumerate((_utf16, _utf16_of_page, _one) if quoted else (_utf16,)):
            if way == len(self._ways):
                self._ways.append(_places(self._text, width))
            places = self._ways[way]
            start, end = bisect_left(places, value["start"]), bisect_left(places, value["end"])
            exact = start <= end < len(places) and (places[start], places[end]) == (value["start"], value["end"])
            if exact and (not quoted or _plain(self._text[start:end]) == _plain(quote)):
                return start, end
        detail = f"span {value['start']}-{value['end']} does not quote the text there; export the task again."
        raise CorpusError("SG-C002", place, detail)


def _utf16(text: str, at: int) -> int:
    return 2 if text[at] > "\uffff" else 1


def _utf16_of_page(text: str, at: int) -> int:
    return 0 if text.startswith("\r\n", at) else _utf16(text, at)


def _one(text: str, at: int) -> int:
    return 1


def _places(text: str, width: Callable[[str, int], int]) -> list[int]:
    """Where each code point begins, and the end."""
    return list(accumulate((width(text, at) for at in range(len(text))), initial=0))


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\\n", "\n")
