"""The names that users may rely on, as a snapshot; all of them documented, with examples that run.

After a change that is meant: `python tests/contract/test_public_names.py` writes the snapshot again.
"""

from __future__ import annotations

import ast
import doctest
import importlib
import json
import pkgutil
from pathlib import Path

import pytest

import servicegap

SNAPSHOT = Path(__file__).with_name("public_names.json")
PACKAGE = Path(servicegap.__file__).parent

ROOMS = (
    "servicegap",
    "servicegap.types",
    "servicegap.errors",
    "servicegap.taxonomy",
    "servicegap.text.view",
    "servicegap.text.roles",
    "servicegap.text.tokens",
    "servicegap.writers",
    "servicegap.writers.report",
    "servicegap.readers",
    "servicegap.engine.kernel",
    "servicegap.engine.linear",
    "servicegap.artifact",
    "servicegap.model",
    "servicegap.archive",
    "servicegap.integrations.spacy",
)


def source_of(module: str) -> Path:
    path = PACKAGE.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def defined(module: str) -> list[str]:
    """Public names of a module: its `__all__`, or else what it defines at its top without an underscore."""
    tree = ast.parse(source_of(module).read_text("utf-8"))
    names = []
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        simple = [target.id for target in targets if isinstance(target, ast.Name)]
        if isinstance(node, ast.Assign) and simple == ["__all__"]:
            return sorted(ast.literal_eval(node.value))
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            simple = [node.name]
        names += [name for name in simple if not name.startswith("_")]
    return sorted(set(names))


def everything() -> list[str]:
    found = [module.name for module in pkgutil.walk_packages(servicegap.__path__, "servicegap.")]
    return ["servicegap", *(name for name in found if not name.endswith("__main__") and ".shipped" not in name)]


def test_public_names_are_those_of_the_snapshot() -> None:
    assert {module: defined(module) for module in ROOMS} == json.loads(SNAPSHOT.read_text("utf-8"))


@pytest.mark.parametrize("module", ROOMS)
def test_public_names_are_there(module: str) -> None:
    loaded = importlib.import_module(module)
    assert all(hasattr(loaded, name) for name in defined(module))


def test_all_is_whole() -> None:
    public = {name for name in vars(servicegap) if not name.startswith("_")}
    modules = {name.split(".")[1] for name in everything() if "." in name} | {"shipped"}
    assert public - modules <= set(servicegap.__all__)
    assert sorted(servicegap.__all__) == list(servicegap.__all__)


@pytest.mark.parametrize("module", everything())
def test_everything_public_is_documented(module: str) -> None:
    tree = ast.parse(source_of(module).read_text("utf-8"))
    bare = []
    if not ast.get_docstring(tree) and tree.body:
        bare.append(module)
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            inner = node.body if isinstance(node, ast.ClassDef) else []
            for part in (node, *(each for each in inner if isinstance(each, ast.FunctionDef))):
                if not part.name.startswith("_") and not ast.get_docstring(part):
                    bare.append(f"{node.name}.{part.name}")
    assert not bare


@pytest.mark.parametrize("module", everything())
def test_examples_run(module: str) -> None:
    tried = doctest.testmod(importlib.import_module(module), optionflags=doctest.ELLIPSIS)
    assert tried.failed == 0


def test_there_are_examples_to_run() -> None:
    assert sum(">>> " in source_of(module).read_text("utf-8") for module in everything()) >= 5


if __name__ == "__main__":
    names = {module: defined(module) for module in ROOMS}
    SNAPSHOT.write_text(json.dumps(names, indent=1) + "\n", "utf-8")
