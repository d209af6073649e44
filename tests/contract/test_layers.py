"""Imports point strictly down: the floors of `docs/architecture.md`, held to the source."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import servicegap

PACKAGE = Path(servicegap.__file__).parent
PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"

# The ground that every floor may stand on, and the two doors of the package itself.
GROUND = {"_version", "cython_shim"}
STANDARD = sys.stdlib_module_names | {"_typeshed"}
DOORS = {"__init__", "__main__"}

# What each room may import of others; everything else must do with the standard library.
OTHERS = {
    "text": {"numpy", "cython"},
    "writers": {"orjson", "jinja2", "markupsafe"},
    "readers": {"orjson", "selectolax"},
    "engine": {"numpy", "cython"},
    "artifact": {"numpy"},
    "model": {"numpy"},
    "archive": {"numpy", "orjson"},
    "training": {"numpy", "scipy", "sklearn", "joblib", "orjson"},
    "integrations": {"numpy", "spacy"},
    "cli": {"numpy", "orjson", "typer", "rich", "click"},
}


def rooms() -> dict[str, tuple[int, frozenset[str]]]:
    """Floor of each room, and the rooms below that it must not import all the same."""
    found = {}
    for line in PAGE.read_text("utf-8").splitlines():
        row = re.match(r"\|\s*(\d+)\s*\|([^|]*)\|.*\|([^|]*)\|\s*$", line)
        if row:
            barred = re.search(r"\(not ([\w, ]+)\)", row[3])
            names = frozenset(barred[1].replace(",", " ").split()) if barred else frozenset()
            for name in re.findall(r"`(\w+)/?`", row[2]):
                found[name] = (int(row[1]), names)
    return found


ROOMS = rooms()


def room_of(module: str) -> str:
    """Room of a module named from the package down: `text.view` lies in `text`."""
    return module.split(".")[0]


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = list(path.relative_to(PACKAGE).with_suffix("").parts)
        if parts[0] != "shipped":
            yield ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts), path


MODULES = dict(modules())


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it, by its full name."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            name = node.module or ""
            # `from servicegap import artifact` names a room
            if name == "servicegap":
                yield from (f"servicegap.{alias.name}" for alias in node.names)
            else:
                yield name


def test_the_page_names_every_room() -> None:
    assert len(ROOMS) >= 12
    there = {room_of(module) for module in MODULES} - GROUND - DOORS
    assert there <= set(ROOMS), f"give these a floor in docs/architecture.md: {sorted(there - set(ROOMS))}"


@pytest.mark.parametrize("module", [name for name in MODULES if room_of(name) not in DOORS])
def test_imports_point_down(module: str) -> None:
    room = room_of(module)
    floor, barred = (-1, frozenset()) if room in GROUND else ROOMS[room]
    for name in imports(MODULES[module]):
        if not name.startswith("servicegap"):
            top = name.split(".")[0]
            assert top in STANDARD or top in OTHERS.get(room, set()), f"{module} imports {name}"
            continue
        other = room_of(name.removeprefix("servicegap").lstrip(".") or "__init__")
        if other in GROUND or other.startswith("__version") or (other == room and room != "integrations"):
            continue
        assert other not in DOORS, f"{module} imports the package itself"
        assert ROOMS[other][0] < floor, f"{module} (floor {floor}) imports {name} (floor {ROOMS[other][0]})"
        assert other not in barred, f"{module} must not import {name}"


def test_integrations_do_not_know_each_other() -> None:
    for module, path in MODULES.items():
        if room_of(module) == "integrations":
            assert not [name for name in imports(path) if name.startswith("servicegap.integrations")]


def test_the_check_sees_what_it_must(tmp_path: Path) -> None:
    source = tmp_path / "x.py"
    source.write_text("import os\nfrom servicegap import model\ndef f():\n    from servicegap.cli import app\n")
    assert list(imports(source)) == ["os", "servicegap.model", "servicegap.cli"]
    assert ROOMS["readers"] == (3, frozenset({"writers"}))
    assert ROOMS["types"][0] == ROOMS["errors"][0] == 0


def test_no_module_is_too_long() -> None:
    # the lexer's one pass is one function; see docs/decisions.md
    long = {name: len(path.read_text("utf-8").splitlines()) for name, path in MODULES.items()}
    assert {name for name, lines in long.items() if lines > 500} <= {"text.lexer"}
