"""The house stays as it is drawn: imports point one way, and our names are ours."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import grimp
import pytest

from tests.support.contracts import OnlyContract

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SHIPPED = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
PACKAGES = [name for name in SHIPPED if not name.endswith(".py")]


def test_imports_point_one_way():
    """A workflow that reaches a vendor, or an engine that reads a clock's library, fails here and not in production."""
    lint = Path(sys.executable).with_name("lint-imports")
    checked = subprocess.run([lint, "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    ("imported", "kept"),
    [
        pytest.param("pydantic.main", True, id="on the list"),
        pytest.param("datetime", True, id="the standard library"),
        pytest.param("engine.words", True, id="its own package"),
        pytest.param("pydantic_settings", False, id="a name that only begins like one on the list"),
        pytest.param("requests", False, id="a stranger"),
    ],
)
def test_an_allow_list_of_imports_lets_nobody_else_in(imported, kept):
    """The contract type is ours, so it is ours to prove that it can fail."""
    graph = grimp.ImportGraph()
    for module in ("engine", "engine.decide", imported):
        graph.add_module(module)
    graph.add_import(importer="engine.decide", imported=imported, line_number=3, line_contents=f"import {imported}")
    contract = OnlyContract("pure", {}, {"modules": ["engine"], "may_import": ["pydantic"]})
    assert contract.check(graph, verbose=False).kept is kept


@pytest.mark.parametrize("name", [*PACKAGES, "worker", "tests"])
def test_our_names_are_found_here_and_nowhere_else(name):
    """Site-packages come first for a console script: a dependency's `engine` would win there, silently."""
    found = find_spec(name)
    assert found is not None
    assert found.origin in {None, str(ROOT / name / "__init__.py"), str(ROOT / f"{name}.py")}
    assert set(packages_distributions().get(name, [])) <= {"followup-engine"}


def test_every_package_of_ours_is_shipped_with_its_types():
    """A package forgotten in the wheel is missed only after the release."""
    here = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert here == set(PACKAGES)
    assert [name for name in PACKAGES if not (ROOT / name / "py.typed").exists()] == []


def imported_by_what_we_ship() -> set[str]:
    """The top-level names of every module that a line of ours imports."""
    files = [path for name in PACKAGES for path in (ROOT / name).rglob("*.py")]
    trees = [ast.walk(ast.parse(path.read_text())) for path in (*files, ROOT / "worker.py")]
    nodes = [node for tree in trees for node in tree]
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    return {name.partition(".")[0] for name in plain | named}


def test_whatever_we_import_is_a_dependency_of_ours():
    """What only another dependency brings is gone the day that one no longer wants it."""
    declared = {re.split(r"[\[<>=]", line)[0] for line in PROJECT["project"]["dependencies"]}
    declared |= {"followup-engine", "pydantic_core"}  # pydantic is made for exactly one version of the latter
    brought_by = packages_distributions()
    theirs = {name: {one.lower() for one in brought_by.get(name, ())} for name in imported_by_what_we_ship()}
    assert [name for name, found in theirs.items() if found and not found & declared] == []


def test_the_worker_defines_nothing():
    """Run as a script it is `__main__`: a workflow defined there would have another name in every process."""
    assert not [line for line in (ROOT / "worker.py").read_text().splitlines() if line.startswith(("class ", "@"))]
