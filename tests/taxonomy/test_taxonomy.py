"""Version 1 of the label scheme: complete, consistent, quick to import, and the same as its page."""

from __future__ import annotations

import dataclasses
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from servicegap import taxonomy as top_level
from servicegap.errors import TaxonomyError
from servicegap.taxonomy import Justice, Servqual, Taxonomy, load, versions
from servicegap.taxonomy.markdown import taxonomy_markdown

ROOT = Path(__file__).parents[2]

TYPES = {
    "billing": "double_charge overcharge unauthorized_charge refund_delay refund_refusal",
    "fulfilment": "late_delivery non_delivery wrong_item cancellation faulty_product service_outage",
    "access": "long_wait automation_barrier no_response",
    "ownership": "handoff_refusal runaround blame_shifting no_authority",
    "promise": "missed_callback broken_promise",
    "policy": "rigid_policy hidden_terms service_refusal",
    "information": "misinformation no_updates record_error",
    "conduct": "rude_staff indifference distrust",
    "security": "security_lapse",
}


@pytest.fixture(scope="module")
def one() -> Taxonomy:
    return load("1")


def test_types_and_families_stand_in_their_fixed_order(one: Taxonomy) -> None:
    assert one.family_ids == tuple(TYPES)
    assert one.type_ids == tuple(name for names in TYPES.values() for name in names.split())
    assert {kind: one.family_of(kind) for kind in one.type_ids} == {
        name: family for family, names in TYPES.items() for name in names.split()
    }


def test_signals_actions_and_statuses_stand_in_their_fixed_order(one: Taxonomy) -> None:
    signals = "churn_intent legal_threat regulator public_warning repeat_contact vulnerable_customer resolved"
    actions = "contact refund delivery repair visit credit price service_level cancel investigate other"
    assert one.signal_ids == tuple(signals.split())
    assert one.action_ids == tuple(actions.split())
    assert one.status_ids == ("broken", "late", "kept", "open", "contradicted")


def test_every_type_says_what_it_is_what_it_is_not_and_shows_both(one: Taxonomy) -> None:
    for kind in one.types:
        assert kind.definition.endswith("."), kind.id
        assert kind.boundaries, kind.id
        assert len(kind.shows) >= 3, kind.id
        assert len(kind.looks_like) >= 2, kind.id
    for signal in one.signals:
        assert signal.definition, signal.id
        assert len(signal.shows) >= 3, signal.id
        assert signal.looks_like, signal.id


def test_references_lead_to_other_types(one: Taxonomy) -> None:
    for kind in one.types:
        seen = [name for boundary in kind.boundaries for name in boundary.see]
        seen += [name for look in kind.looks_like for name in look.see]
        assert seen, kind.id
        assert set(seen) <= set(one.type_ids) - {kind.id}, kind.id
    assert {name for tie in one.tie_breaks for name in tie.see} <= set(one.type_ids)


def test_no_example_stands_twice(one: Taxonomy) -> None:
    examples = [text for kind in one.types for text in kind.shows]
    examples += [text for signal in one.signals for text in signal.shows]
    examples += [look.text for kind in one.types for look in kind.looks_like]
    examples += [text for signal in one.signals for text in signal.looks_like]
    assert len(examples) == len(set(examples))


def test_crosswalk_uses_the_names_of_the_other_schemes(one: Taxonomy) -> None:
    for kind in one.types:
        assert kind.crosswalk.servqual, kind.id
        assert set(kind.crosswalk.servqual) <= set(get_args(Servqual)), kind.id
        assert kind.crosswalk.justice, kind.id
        assert set(kind.crosswalk.justice) <= set(get_args(Justice)), kind.id
    assert {name for kind in one.types for name in kind.crosswalk.servqual} == set(get_args(Servqual))


def test_crosswalk_issues_are_the_bureau_s_own(one: Taxonomy) -> None:
    folder = os.environ.get("SERVICEGAP_DATA")
    if not folder:
        pytest.skip("SERVICEGAP_DATA is not set")
    lines = (Path(folder) / "train_pool" / "cfpb.jsonl").read_text(encoding="utf-8").split("\n")
    rows = [json.loads(line) for line in lines if line]
    known = {(row["issue"], row["sub_issue"]) for row in rows} | {(row["issue"], None) for row in rows}
    for kind in one.types:
        for item in kind.crosswalk.cfpb:
            assert (item.issue, item.sub_issue) in known, kind.id


def test_later_loads_give_the_same_object(one: Taxonomy) -> None:
    assert load() is one
    assert load(version="1") is one
    assert top_level() is one


@pytest.mark.parametrize("version", ["2", "", "1.0", "../taxonomy/v1", "v1"])
def test_unknown_version_is_refused(version: str) -> None:
    with pytest.raises(TaxonomyError, match=r"^\[SG-T001\] .* this package has 1; ") as caught:
        load(version)
    assert caught.value.code == "SG-T001"
    assert versions() == ("1",)


@pytest.mark.parametrize("name", ["", "billing", "Overcharge", "overcharge "])
def test_unknown_type_is_refused(one: Taxonomy, name: str) -> None:
    for ask in (one.type, one.family_of):
        with pytest.raises(TaxonomyError, match=r"^\[SG-T002\] taxonomy 1: ") as caught:
            ask(name)
        assert caught.value.code == "SG-T002"


def test_taxonomy_cannot_be_changed_and_survives_pickling(one: Taxonomy) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.types[0].definition = "something else"  # type: ignore[misc]
    copy = pickle.loads(pickle.dumps(one))
    assert copy == one
    assert copy.type("distrust") == one.type("distrust")


def test_nothing_is_read_before_it_is_asked_for() -> None:
    code = "from servicegap.taxonomy import _read; raise SystemExit(_read.cache_info().misses)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_page_is_made_from_the_data(one: Taxonomy) -> None:
    page = (ROOT / "docs" / "taxonomy.md").read_text(encoding="utf-8")
    assert page == taxonomy_markdown(one), "run: python -m servicegap.taxonomy.markdown > docs/taxonomy.md"


def test_page_holds_every_definition_boundary_and_rule(one: Taxonomy) -> None:
    page = taxonomy_markdown(one)
    for kind in one.types:
        for text in (kind.id, kind.definition, *(boundary.text for boundary in kind.boundaries)):
            assert text in page
    texts = [rule.text for rule in (*one.rules, *one.tie_breaks)]
    texts += [term.definition for term in (*one.families, *one.actions, *one.statuses)]
    texts += [signal.definition for signal in one.signals]
    assert [text for text in texts if text not in page] == []


def test_schema_of_results_lists_the_actions_and_statuses(one: Taxonomy) -> None:
    schema = json.loads((ROOT / "docs" / "result.schema.json").read_text(encoding="utf-8"))
    gap = schema["properties"]["gaps"]["items"]["properties"]
    assert tuple(gap["action"]["enum"]) == one.action_ids
    assert tuple(schema["$defs"]["gap_status"]["enum"]) == one.status_ids
