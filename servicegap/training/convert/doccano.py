"""doccano: a text a line, for projects of sequence labeling with relations and overlapping spans."""

from __future__ import annotations

from typing import Any

from servicegap.training.convert.markup import LINK, Markup, Region, other_fields


def write(markup: Markup) -> dict[str, Any]:
    """Make a task."""
    return {
        "text": markup.text,
        "entities": [
            {"id": number, "label": label, "start_offset": start, "end_offset": end}
            for number, (start, end, label) in enumerate(markup.regions)
        ],
        "relations": [
            {"id": number, "from_id": parent, "to_id": child, "type": LINK}
            for number, (parent, child) in enumerate(markup.links)
        ],
        "Comments": [],
        "flags": markup.flags,
        "record": markup.fields,
    }


def read(item: Any, place: str) -> Markup:
    """Read a text."""
    entities = item.get("entities", ())
    regions = [Region(entry["start_offset"], entry["end_offset"], entry["label"]) for entry in entities]
    number = {entry["id"]: n for n, entry in enumerate(entities)}
    links = [(number[link["from_id"]], number[link["to_id"]]) for link in item.get("relations", ())]
    fields = other_fields(item.get("record", {}), item.get("id"), place)
    return Markup(item["text"], regions, links, list(item.get("flags", ())), fields)
