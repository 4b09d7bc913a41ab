"""Who judges the engine shares no code with it: else both could be wrong alike, and agree."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("judge", ["tests.oracle.interpreter", "tests.support.checker"])
def test_a_judge_reaches_the_standard_library_and_other_judges_alone(judge: str) -> None:
    """A rule that it took from the engine would be right by definition."""
    strangers = {name for name in reached(judge) if name.partition(".")[0] not in {"tests", *sys.stdlib_module_names}}
    assert strangers == set()


def reached(module: str) -> set[str]:
    """Every module it imports, and that those of our tests import in turn."""
    known, left = set[str](), [module]
    while left:
        name = left.pop()
        if name not in known:
            known.add(name)
            left += imports(name) if name.startswith("tests.") else []
    return known - {module}


def imports(module: str) -> list[str]:
    """What one module of the tests imports, anywhere in it."""
    tree = list(ast.walk(ast.parse(path_of(module).with_suffix(".py").read_text())))
    whole = [alias.name for node in tree if isinstance(node, ast.Import) for alias in node.names]
    return whole + [name for node in tree if isinstance(node, ast.ImportFrom) for name in taken(node)]


def taken(node: ast.ImportFrom) -> list[str]:
    """The module that names are taken from, or the modules that are taken from a folder."""
    module = node.module or ""
    return [f"{module}.{alias.name}" for alias in node.names] if path_of(module).is_dir() else [module]


def path_of(module: str) -> Path:
    """Where a module would lie in this project, without its ending."""
    return ROOT / module.replace(".", "/")
