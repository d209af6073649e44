"""The cues by which clauses are judged, and the table of what each weighs.

A cue is a word, a pair of neighbors, or a pair of the classes below that follow one another in
a clause or stand in neighboring clauses; so `they assured me that I'd have it by Monday` is known
by `VOW WILL`, `WILL BY`, `BY UNIT`. The weights are fitted to labeled texts by
`servicegap.training.gaps` and stored as whole numbers in `cues.json` beside this module.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from servicegap.gaps.clauses import Words

SCALE: Final = 32
"""What weights are multiplied by before they are rounded."""

_CLASSES: Final = {
    "SAY": "told tell tells telling said say says saying stated state states claimed claims claim informed informs "
    "replied answered wrote writes explained mentioned insisted reply reads showed shows showing listed lists",
    "VOW": "promised promise promises promising assured assure assures assuring guaranteed guarantee guarantees "
    "guaranteeing confirmed confirm confirms confirming agreed agree agrees quoted quote offered offer offers "
    "offering advertised advertise advertises advertising estimated estimate pledged vowed advised advise advises "
    "assurance committed approved",
    "SET": "supposed meant due scheduled booked slot appointment expected arranged booking window eta reserved "
    "dispatched ordered paid",
    "WILL": "will 'll would 'd shall going gonna",
    "CAN": "should could can may might must",
    "THEY": "they he she it someone somebody",
    "AGENT": "rep agent lady man guy woman girl lad manager supervisor representative driver person engineer chat app "
    "website site email mail text letter staff company support seller salesman salesperson assistant advisor adviser "
    "operator clerk receptionist technician customer service team bank store shop courier tracking message page "
    "advert ad sign poster desk colleague dealer owner host",
    "ME": "i we me us my our",
    "WE": "WE I OUR US",
    "YOUR": "YOU YOUR ME MY",
    "YOU": "you your",
    "NOT": "not 't never no nobody none nothing don didn doesn cannot without",
    "UNIT": "day days hour hours week weeks month months minutes mins hrs hr min year years today tomorrow tonight "
    "morning afternoon evening DAY MONTH weekend soon shortly noon pm am fortnight overnight working business",
    "NUM": "0 ONE MASK",
    "CUR": "$",
    "IF": "if unless whether",
    "BY": "by within until before in",
    "FREE": "free included include includes unlimited waived waive",
    "ASK": "asked ask asking request requested want wanted hope hoped hoping wish",
}
CLASS_OF: Final[Mapping[str, str]] = {word: name for name, words in _CLASSES.items() for word in words.split()}

# Words that tell what came of a promise, by what they say of it.
_TELLING: Final = {
    "NEG": "never not 't no none nobody nothing without neither nor zero silence unanswered missed",
    "STILL": "still yet waiting wait awaiting ago now later since chasing chase again passed",
    "CAME": "came arrived arrives rang called received got turned showed appeared delivered fixed done refunded "
    "credited sorted resolved replaced paid here works worked back",
    "LATE": "finally eventually late later after took instead until only end delayed",
    "GOOD": "exactly early happy thanks thank great good dot lovely kept true brilliant impressed fair indeed "
    "sure spot perfect",
    "BAD": "cancelled closed refused denied lost wrong charged taken broken dead failed bill billed rejected "
    "declined lie lied",
    "CONTRA": "said says told apparently actually include included excluding excludes apply applies eligible only "
    "policy terms print except unless",
}
_TOLD_BY: Final = {word: name for name, words in _TELLING.items() for word in words.split()}

# Words by what they are a promise of; a word can be of several.
_TOPICS: Final = {
    "CONTACT": "ring rings rang call calls called calling callback callbacks phone phoned email emailed contact "
    "contacted reply respond response answer text texted write touch notify notified inform hear update "
    "updates know letter",
    "REFUND": "refund refunds refunded refunding reimburse reimbursed reimbursement money back returned claim "
    "claims compensation deposit repay repaid chargeback return",
    "DELIVERY": "deliver delivered delivery deliveries arrive arrives arrived arriving ship shipped shipping dispatch "
    "dispatched parcel package order orders post send sent receive mailed mail stock collection ready "
    "collect card pack transit tracking courier reach come",
    "REPAIR": "repair repaired repairs fix fixed fixing replace replaced replacement restore restored resolved "
    "resolve correct corrected working sorted sort removed remove update updated rectify rectified "
    "install",
    "VISIT": "engineer technician plumber visit appointment slot fitter installer surveyor man fitted installation "
    "install booked come round attend",
    "CREDIT": "credit credits credited voucher vouchers points bonus goodwill gift reward rewards miles cashback "
    "statement waive waived reversed reverse fees fee",
    "PRICE": "price prices free cost costs charge charged charges fee fees discount rate apr interest deal month "
    "monthly per offer half $ % cheaper fixed refundable payment payments quote quoted",
    "SERVICE_LEVEL": "hour hours minutes wait uptime support speed mbps unlimited open guarantee guaranteed service "
    "seat seats room breakfast wifi cover covered included lifetime warranty available time train flight leave "
    "board",
    "CANCEL": "cancel cancelled canceled cancellation cancels close closed stop stopped terminate end ended "
    "unsubscribe remove removed",
    "INVESTIGATE": "investigate investigated investigation look looked looking into review reviewed check checked "
    "escalate escalated case ticket dispute claim research",
    "OTHER": "approve approved approval modification loan account application deferred process processed",
}
_TOPICS_OF: Final = {
    word: tuple(name for name, words in _TOPICS.items() if word in words.split())
    for word in {word for words in _TOPICS.values() for word in words.split()}
}

_REACH: Final = 5

_STEM: Final = 4
_ROOT: Final = 5


class Table(NamedTuple):
    """Weights by cue: of one outcome, or a row of them, one for each of `names`."""

    names: tuple[str, ...]
    weights: Mapping[str, Sequence[int]]

    def score(self, cues: Iterable[str]) -> list[int]:
        """Sum the rows of the cues that the table knows."""
        get = self.weights.get
        rows = [row for cue in cues if (row := get(cue)) is not None]
        return [sum(column) for column in zip(*rows, strict=True)] if rows else [0] * len(self.names)


@cache
def table(name: str) -> Table:
    """Load one of the tables `promise`, `link`, `status` and `action`."""
    entry = _file()[name]
    return Table(tuple(entry["names"]), entry["weights"])


@cache
def _file() -> Mapping[str, dict[str, dict[str, list[int]]]]:
    loaded: Mapping[str, dict[str, dict[str, list[int]]]] = json.loads(
        Path(__file__).with_name("cues.json").read_text(encoding="utf-8")
    )
    return loaded


def classes(forms: Sequence[str]) -> list[str]:
    """The classes of those words that have one, in order."""
    return [CLASS_OF[form] for form in forms if form in CLASS_OF]


def of_clause(forms: Sequence[str], prefix: str = "") -> set[str]:
    """The cues of a clause by itself: its words, pairs of neighbors, and pairs of classes."""
    found = {prefix + form for form in forms}
    found.update([f"{prefix}{a} {b}" for a, b in itertools.pairwise(forms)])
    named = classes(forms)
    for at, name in enumerate(named):
        found.update([f"{prefix}@{name} {other}" for other in named[at + 1 : at + _REACH]])
    return found


def of_promise(words: Words, parts: Sequence[tuple[int, int]], at: int, *, dated: bool) -> set[str]:
    """The cues that the clause `parts[at]` of a sentence is a promise; `dated` says whether it has a due time."""
    forms = words.forms
    first, last = parts[at]
    clause = forms[first:last]
    found = of_clause(clause)
    found.update(("*", f"^{clause[0]}", f"^{' '.join(clause[:2])}", f"#{min((last - first) // 2, 6)}"))
    named = set(classes(clause))
    if at:
        before = forms[parts[at - 1][0] : parts[at - 1][1]]
        found.update([f"<{form}" for form in before[-6:]])
        led = set(classes(before))
        found.update([f"<@{a}" for a in led])
        found.update([f"<@{a} {b}" for a in led for b in named])
    else:
        found.add("<.")
        found.update([f"<@. {b}" for b in named])
    if at + 1 < len(parts):
        found.update([f">{form}" for form in forms[parts[at + 1][0] : parts[at + 1][1]][:6]])
    else:
        found.add(">.")
    if first and forms[first - 1] in '":(,':
        found.add(f"[{forms[first - 1]}")
    if last < len(forms) and forms[last] in '":?!)':
        found.add(f"]{forms[last]}")
    if dated:
        found.update(("!", f"!{clause[0]}"))
        found.update([f"!@{name}" for name in named])
    return found


def _stems(forms: Sequence[str]) -> frozenset[str]:
    return frozenset([form[:_STEM] for form in forms if len(form) >= _STEM and form.islower()])


def _roots(forms: Sequence[str], prefix: str) -> list[str]:
    return [prefix + form[:_ROOT] for form in forms]


def _told(forms: Sequence[str], action: str) -> list[str]:
    """What the words of an outcome say of a promise, alone, by its action and in pairs."""
    named = {_TOLD_BY[form] for form in forms if form in _TOLD_BY}
    return [
        *(f"%{name}" for name in named),
        *(f"%{action} {name}" for name in named),
        *(f"%{a} {b}" for a in named for b in named if a < b),
    ]


def of_link(clause: Sequence[str], promise: Sequence[str], *, action: str, distance: int, apart: int) -> set[str]:
    """The cues that a clause tells what came of a promise.

    Parameters
    ----------
    clause, promise : sequence of str
        Their words.
    action : str
        What was promised.
    distance : int
        Sentences from the promise to the clause, negative before it.
    apart : int
        Clauses between them, where they share a sentence.
    """
    found = of_clause(clause)
    near = f"{max(-2, min(distance, 9))}"
    found.update(("*", f"^{clause[0]}", f"^{' '.join(clause[:2])}", f"#{min(len(clause) // 2, 6)}", f"~{near}"))
    found.update([f"{action}:{form}" for form in clause])
    found.update([f"~{near} {name}" for name in set(classes(clause))])
    found.update(_told(clause, action))
    if not distance:
        found.add(f"~~{max(-3, min(apart, 3))}")
    shared = min(len(_stems(clause) & _stems(promise)), 3)
    found.update((f"={shared}", f"={shared} {near}"))
    return found


def of_status(clauses: Sequence[Sequence[str]], promise: Sequence[str], *, action: str, score: int) -> set[str]:
    """The cues of what came of a promise.

    Parameters
    ----------
    clauses : sequence of sequence of str
        The words of the clauses that may tell it, the likeliest first; none if nothing does.
    promise : sequence of str
        Its words.
    action : str
        What was promised.
    score : int
        How likely the first clause is, in units of `SCALE`.
    """
    found = {"*", f"p {action}"}
    found.update([f"p {form}" for form in promise])
    found.update(_roots(promise, "p5 "))
    if not clauses:
        found.add("=x")
        return found
    best = clauses[0]
    found.update(best)
    found.update([f"{a} {b}" for a, b in itertools.pairwise(best)])
    found.update(_roots(best, "5 "))
    found.update(_told(best, action))
    found.add(f"={max(-4, min(score // 24, 8))}")
    theirs, named = set(classes(promise)), set(classes(best))
    found.update([f"@{a} {b}" for a in theirs for b in named])
    for other in clauses[1:]:
        found.update([f"t {form}" for form in other])
        found.update([f"t%{_TOLD_BY[form]}" for form in other if form in _TOLD_BY])
    return found


def of_action(promise: Sequence[str], sentence: Sequence[str]) -> set[str]:
    """The cues of what was promised."""
    found = {"*", *promise}
    found.update([f"{a} {b}" for a, b in itertools.pairwise(promise)])
    found.update(_roots(promise, "p5 "))
    found.update(_roots(sentence, "s5 "))
    named = [name for form in promise for name in _TOPICS_OF.get(form, ())]
    found.update([f"%{name}" for name in named])
    found.update([f"%{a} {b}" for a in set(named) for b in set(named) if a < b])
    found.update([f"~{name}" for form in sentence for name in _TOPICS_OF.get(form, ())])
    if named:
        found.update((f"%^{named[0]}", f"%.{named[-1]}"))
    return found
