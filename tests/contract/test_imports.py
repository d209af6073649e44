"""What is heavy is loaded only where it is used."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {"sklearn", "spacy", "pandas", "scipy", "torch", "typer", "rich", "jinja2", "joblib", "selectolax", "thinc"}

WORK = {
    "import": "import servicegap",
    "one text": "import servicegap; assert servicegap.load()('They charged me twice.').status == 'scored'",
    "a stream": "import servicegap; list(servicegap.load().pipe(['They never called.'] * 9))",
    "probabilities": "import servicegap; servicegap.load().predict_proba(['They never called.'])",
    "tokens": "import servicegap; servicegap.tokenize('It is late.'); servicegap.sentences('It is late.')",
    "taxonomy": "import servicegap; servicegap.taxonomy()",
    "pickle": "import pickle, servicegap; pickle.loads(pickle.dumps(servicegap.load()))('They never called.')",
}


def loaded(code: str, *, after: str = "import sys") -> set[str]:
    """Top-level names of the modules that `code` loads in a process of its own, beyond those there `after`."""
    script = (
        f"{after}\nimport json, sys\nknown = set(sys.modules)\n{code}\nprint(json.dumps([*set(sys.modules) - known]))"
    )
    said = subprocess.run([sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in json.loads(said.stdout.splitlines()[-1])}


@pytest.mark.parametrize("name", WORK)
def test_predicting_loads_nothing_heavy(name: str) -> None:
    modules = loaded(WORK[name])
    assert "servicegap" in modules
    assert not modules & HEAVY


def test_the_check_sees_what_it_must() -> None:
    assert "typer" in loaded("import typer")


def test_the_spacy_factory_adds_nothing_heavy_to_spacy() -> None:
    # spacy.blank() imports every module that an entry point names
    added = loaded("import servicegap.integrations.spacy", after="import spacy")
    assert "servicegap" in added
    assert not added & HEAVY
