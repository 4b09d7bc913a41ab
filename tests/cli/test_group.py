"""Commands that stand elsewhere: listed without being imported, imported once they are used."""

import sys
from collections import abc
from pathlib import Path
from typing import ClassVar

import pytest
import typer
from typer.testing import CliRunner

from cli.group import Elsewhere, Group


class Shop(Group):
    """A group with a command of each kind."""

    elsewhere: ClassVar[dict[str, Elsewhere]] = {
        "sell": Elsewhere("shop_for_tests:sell", "Sell something."),
        "open": Elsewhere("shop_for_tests:open_", "Open the shop."),
        "stock": Elsewhere("shop_for_tests:stock", "What is there."),
        "gone": Elsewhere("no_such_module_anywhere:gone", "Not written yet."),
    }


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> abc.Iterator[typer.Typer]:
    """An app whose commands are in a module that says so when it is imported."""
    (tmp_path / "shop_for_tests.py").write_text(
        "import typer\n"
        "from cli.output import Output\n"
        "from cli.verb import verb\n"
        "@verb('shop sell')\n"
        "def sell(out: Output) -> None:\n    'Sell.'\n    out.remark('sold')\n"
        "def open_() -> None:\n    'Open.'\n    typer.echo('opened')\n"
        "stock = typer.Typer()\n"
        "@stock.command()\n"
        "def count() -> None:\n    'Count.'\n    typer.echo('three')\n"
        "@stock.command()\n"
        "def clear() -> None:\n    'Clear.'\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    app = typer.Typer(cls=Shop, rich_markup_mode=None)
    app.callback()(lambda: None)
    yield app
    sys.modules.pop("shop_for_tests", None)


def test_help_lists_what_exists_without_importing_it(app):
    """The price of `--help` must not grow with the number of commands."""
    listed = CliRunner().invoke(app, ["--help"]).stdout
    assert "sell   Sell something." in listed
    assert "gone" not in listed
    assert "shop_for_tests" not in sys.modules


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["sell"], "sold\n", id="a verb"),
        pytest.param(["open"], "opened\n", id="a function"),
        pytest.param(["stock", "count"], "three\n", id="an app"),
    ],
)
def test_a_command_elsewhere_is_one_like_any_other(app, words, said):
    """Whoever writes a command in a module of its own need not know how it is mounted."""
    result = CliRunner().invoke(app, words)
    assert (result.exit_code, result.output) == (0, said)


def test_a_command_that_is_not_written_yet_is_none(app):
    """Rather than an import error."""
    assert CliRunner().invoke(app, ["gone"]).exit_code == 2
