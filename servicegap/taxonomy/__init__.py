"""The versioned label scheme: what each failure type, signal and gap field means.

One JSON file a version lies beside this module; nothing is read before `load` is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from servicegap.errors import TaxonomyError

__all__ = [
    "Boundary",
    "CfpbIssue",
    "Crosswalk",
    "FailureType",
    "Guideline",
    "LookAlike",
    "SignalType",
    "Taxonomy",
    "Term",
    "load",
    "versions",
]

Servqual = Literal["reliability", "responsiveness", "assurance", "empathy", "tangibles"]
Justice = Literal["distributive", "procedural", "interactional"]

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Term:
    """A name and what it means: a family, the action of a promise, the status of a gap."""

    id: str
    definition: str


@dataclass(frozen=True, slots=True)
class Boundary:
    """What a type is not, and the types that it is instead."""

    text: str
    see: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A short text that looks like a type and is not, why, and the types that it shows instead."""

    text: str
    why: str
    see: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CfpbIssue:
    """An issue of the US Consumer Financial Protection Bureau's public list; without `sub_issue`, all of it."""

    issue: str
    sub_issue: str | None


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """Where a type stands in others' schemes; `cfpb` is empty where the bureau has no such issue."""

    cfpb: tuple[CfpbIssue, ...]
    servqual: tuple[Servqual, ...]
    justice: tuple[Justice, ...]


@dataclass(frozen=True, slots=True)
class FailureType:
    """A way in which a company fails its customer.

    Attributes
    ----------
    id, family : str
    definition : str
        What it is.
    boundaries : tuple of Boundary
        What it is not.
    shows : tuple of str
        Short texts that carry the type.
    looks_like : tuple of LookAlike
        Short texts that do not, though they look as if they did.
    crosswalk : Crosswalk
    """

    id: str
    family: str
    definition: str
    boundaries: tuple[Boundary, ...]
    shows: tuple[str, ...]
    looks_like: tuple[LookAlike, ...]
    crosswalk: Crosswalk


@dataclass(frozen=True, slots=True)
class SignalType:
    """A signal for triage, with short texts that carry it and some that do not."""

    id: str
    definition: str
    shows: tuple[str, ...]
    looks_like: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Guideline:
    """A rule of labeling or the settlement of a hard case, and the types that it speaks of."""

    title: str
    text: str
    see: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """One version of the label scheme.

    Attributes
    ----------
    version : str
    families, actions, statuses : tuple of Term
    types : tuple of FailureType
        In the order that every model and matrix uses.
    signals : tuple of SignalType
    rules, tie_breaks : tuple of Guideline
    """

    version: str
    families: tuple[Term, ...]
    types: tuple[FailureType, ...]
    signals: tuple[SignalType, ...]
    actions: tuple[Term, ...]
    statuses: tuple[Term, ...]
    rules: tuple[Guideline, ...]
    tie_breaks: tuple[Guideline, ...]
    _by_id: dict[str, FailureType] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {kind.id: kind for kind in self.types})

    @property
    def family_ids(self) -> tuple[str, ...]:
        """Ids of the families, in order."""
        return tuple(family.id for family in self.families)

    @property
    def type_ids(self) -> tuple[str, ...]:
        """Ids of the failure types, in order."""
        return tuple(self._by_id)

    @property
    def signal_ids(self) -> tuple[str, ...]:
        """Ids of the signals, in order."""
        return tuple(signal.id for signal in self.signals)

    @property
    def action_ids(self) -> tuple[str, ...]:
        """Ids of the actions that a promise can name, in order."""
        return tuple(action.id for action in self.actions)

    @property
    def status_ids(self) -> tuple[str, ...]:
        """Ids of the statuses that a gap can have, in order."""
        return tuple(status.id for status in self.statuses)

    def type(self, id: str) -> FailureType:
        """The failure type of that id.

        Raises
        ------
        TaxonomyError
            SG-T002 for an id that this version does not have.

        Examples
        --------
        >>> load().type("runaround").family
        'ownership'
        """
        try:
            return self._by_id[id]
        except (KeyError, TypeError):
            found = f"{id!r} is no failure type of this version"
            wanted = "take an id from type_ids or run 'servicegap types'"
            raise TaxonomyError("SG-T002", f"taxonomy {self.version}", f"{found}; {wanted}.") from None

    def family_of(self, id: str) -> str:
        """The family of the failure type of that id.

        Raises
        ------
        TaxonomyError
            SG-T002 for an id that this version does not have.

        Examples
        --------
        >>> load().family_of("double_charge")
        'billing'
        """
        return self.type(id).family


def versions() -> tuple[str, ...]:
    """The versions that this package carries, oldest first.

    Examples
    --------
    >>> versions()
    ('1',)
    """
    return tuple(sorted((path.stem[1:] for path in _HERE.glob("v*.json")), key=lambda name: (len(name), name)))


def load(version: str = "1") -> Taxonomy:
    """Read a version of the taxonomy; later calls get the same object.

    Parameters
    ----------
    version : str
        As it stands in every result and in a model's manifest.

    Returns
    -------
    Taxonomy

    Raises
    ------
    TaxonomyError
        SG-T001 for a version that this package does not carry.

    Examples
    --------
    >>> taxonomy = load()
    >>> len(taxonomy.families), len(taxonomy.types), len(taxonomy.signals)
    (9, 30, 7)
    """
    return _read(version)


@cache
def _read(version: str) -> Taxonomy:
    import json

    if version not in versions():
        detail = f"found {version!r}, this package has {', '.join(versions())}; take one of these or upgrade."
        raise TaxonomyError("SG-T001", "taxonomy version", detail)
    data = json.loads((_HERE / f"v{version}.json").read_text(encoding="utf-8"))
    return Taxonomy(
        version=data["version"],
        families=_terms(data["families"]),
        types=tuple(_failure_type(row) for row in data["types"]),
        signals=tuple(
            SignalType(row["id"], row["definition"], tuple(row["shows"]), tuple(row["looks_like"]))
            for row in data["signals"]
        ),
        actions=_terms(data["actions"]),
        statuses=_terms(data["statuses"]),
        rules=tuple(Guideline(row["title"], row["text"]) for row in data["rules"]),
        tie_breaks=tuple(Guideline(row["title"], row["text"], tuple(row["see"])) for row in data["tie_breaks"]),
    )


def _terms(rows: Iterable[Mapping[str, str]]) -> tuple[Term, ...]:
    return tuple(Term(row["id"], row["definition"]) for row in rows)


def _failure_type(row: Mapping[str, Any]) -> FailureType:
    crosswalk = row["crosswalk"]
    return FailureType(
        id=row["id"],
        family=row["family"],
        definition=row["definition"],
        boundaries=tuple(Boundary(item["text"], tuple(item["see"])) for item in row["boundaries"]),
        shows=tuple(row["shows"]),
        looks_like=tuple(LookAlike(item["text"], item["why"], tuple(item["see"])) for item in row["looks_like"]),
        crosswalk=Crosswalk(
            cfpb=tuple(CfpbIssue(item["issue"], item["sub_issue"]) for item in crosswalk["cfpb"]),
            servqual=tuple(crosswalk["servqual"]),
            justice=tuple(crosswalk["justice"]),
        ),
    )
