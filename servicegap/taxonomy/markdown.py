"""The page `docs/taxonomy.md`, made from the data."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from servicegap.taxonomy import FailureType, Guideline, Taxonomy, Term, load

_HEAD = """# Failure taxonomy, version {version}

Made from `servicegap/taxonomy/v{version}.json`; change the data, then write the page anew with
`python -m servicegap.taxonomy.markdown > docs/taxonomy.md`.

A service gap is the distance between what a company said it would do and what it did. A failure type names the way
in which it failed. A text may carry none, one or many.
"""


def taxonomy_markdown(taxonomy: Taxonomy) -> str:
    """A taxonomy as a page in Markdown.

    Parameters
    ----------
    taxonomy : Taxonomy

    Returns
    -------
    str
        The page, ending in a newline.

    Examples
    --------
    >>> taxonomy_markdown(load()).splitlines()[0]
    '# Failure taxonomy, version 1'
    """
    return "\n".join(_lines(taxonomy)) + "\n"


def _lines(taxonomy: Taxonomy) -> Iterator[str]:
    yield _HEAD.format(version=taxonomy.version)
    yield "## When a type applies\n"
    for number, rule in enumerate(taxonomy.rules, 1):
        yield f"{number}. {_guideline(rule)}"
    yield "\n## The types"
    for family in taxonomy.families:
        yield f"\n### {family.id}\n\n{family.definition}"
        for kind in taxonomy.types:
            if kind.family == family.id:
                yield from _type(kind)
    yield "\n## Tie-breaks\n"
    yield from (f"- {_guideline(tie)}" for tie in taxonomy.tie_breaks)
    yield "\n## Signals for triage\n\nTrue or false each, apart from the failure types, with evidence."
    for signal in taxonomy.signals:
        yield f"\n### `{signal.id}`\n\n{signal.definition}\n"
        yield from (f"- {_quoted(text)}" for text in signal.shows)
        yield from (f"- not: {_quoted(text)}" for text in signal.looks_like)
    yield "\n## Gaps: promise and outcome\n\nThe action that a promise names:\n"
    yield from _terms(taxonomy.actions)
    yield "\nThe status of a gap, by its last outcome known:\n"
    yield from _terms(taxonomy.statuses)


def _type(kind: FailureType) -> Iterator[str]:
    yield f"\n#### `{kind.id}`\n\n{kind.definition}\n\nIt is not:\n"
    yield from (f"- {boundary.text}{_see(boundary.see)}" for boundary in kind.boundaries)
    yield "\nIt shows in:\n"
    yield from (f"- {_quoted(text)}" for text in kind.shows)
    yield "\nIt only seems to show in:\n"
    yield from (f"- {_quoted(look.text)} ({look.why}){_see(look.see)}" for look in kind.looks_like)
    crosswalk = kind.crosswalk
    issues = "; ".join(item.issue + (f" / {item.sub_issue}" if item.sub_issue else "") for item in crosswalk.cfpb)
    yield "\nElsewhere:\n"
    yield f"- CFPB issues: {issues or 'none of its own'}"
    yield f"- SERVQUAL: {', '.join(crosswalk.servqual)}"
    yield f"- justice: {', '.join(crosswalk.justice)}"


def _terms(terms: Iterable[Term]) -> Iterator[str]:
    return (f"- `{term.id}`: {term.definition}" for term in terms)


def _guideline(rule: Guideline) -> str:
    return f"**{rule.title}.** {rule.text}{_see(rule.see)}"


def _see(ids: Iterable[str]) -> str:
    names = ", ".join(f"`{name}`" for name in ids)
    return f" See {names}." if names else ""


def _quoted(text: str) -> str:
    return f"*{text.replace('*', chr(92) + '*').replace('_', chr(92) + '_')}*"


if __name__ == "__main__":
    sys.stdout.write(taxonomy_markdown(load()))
