"""Prodigy: a task a line, with the tokens that its spans and relations lean on."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from servicegap.training.convert.markup import LINK, Markup, Region, other_fields


def write(markup: Markup) -> dict[str, Any]:
    """Make a task."""
    tokens = _tokens(markup)
    starts, ends = [token["start"] for token in tokens], [token["end"] for token in tokens]
    spans = [
        {
            "id": number,
            "start": start,
            "end": end,
            "token_start": bisect_left(starts, start),
            "token_end": bisect_left(ends, end),
            "label": label,
        }
        for number, (start, end, label) in enumerate(markup.regions)
    ]
    relations = [
        {
            "head": spans[parent]["token_end"],
            "child": spans[child]["token_end"],
            "head_span": spans[parent],
            "child_span": spans[child],
            "label": LINK,
        }
        for parent, child in markup.links
    ]
    return {
        "text": markup.text,
        "meta": {"id": markup.fields.get("id")},
        "record": markup.fields,
        "tokens": tokens,
        "spans": spans,
        "relations": relations,
        "accept": markup.flags,
        "answer": "accept",
    }


def read(item: Any, place: str) -> Markup | None:
    """Read a task; None where it was not accepted."""
    if item.get("answer", "accept") != "accept":
        return None
    spans = item.get("spans", ())
    regions = [Region(span["start"], span["end"], span["label"]) for span in spans]
    number: dict[Any, int] = {}
    for n, (span, region) in enumerate(zip(spans, regions, strict=True)):
        number.setdefault(region, n)
        number[(span.get("id"), region)] = n

    def find(span: Mapping[str, Any]) -> int:
        region = Region(span["start"], span["end"], span["label"])
        return number.get((span.get("id"), region), number[region])

    links = [(find(link["head_span"]), find(link["child_span"])) for link in item.get("relations", ())]
    fields = other_fields(item.get("record", {}), item.get("meta", {}).get("id"), place)
    return Markup(item["text"], regions, links, list(item.get("accept", ())), fields)


def _tokens(markup: Markup) -> list[dict[str, Any]]:
    """Words, cut where a span begins or ends within one, as Prodigy wants them beside spans."""
    edges = sorted({edge for region in markup.regions for edge in region[:2]})
    tokens: list[dict[str, Any]] = []
    for match in re.finditer(r"\S+", markup.text):
        first, last = match.span()
        cuts = [first, *edges[bisect_left(edges, first + 1) : bisect_left(edges, last)], last]
        for start, end in pairwise(cuts):
            space = end == last and markup.text[end : end + 1] == " "
            tokens.append({"text": markup.text[start:end], "start": start, "end": end, "id": len(tokens), "ws": space})
    return tokens
