"""`followup sequence graph`, on the sequences that are shipped."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support.shell import Shell

shell = Shell()


def test_it_prints_an_outline():
    """The first look costs no file and no browser."""
    said = shell("sequence", "graph", "missed-call")
    assert said.stdout.startswith("missed-call\n\nIt starts  (messages leave every day around the clock)\n")
    assert said.code == 0


@pytest.mark.parametrize(("option", "ending"), [("--svg", "</svg>"), ("--html", "</html>")])
def test_it_draws_into_a_file(tmp_path: Path, option: str, ending: str):
    """The file is there, and is whole."""
    file = tmp_path / "missed call"
    said = shell("sequence", "graph", "missed-call", option, str(file))
    assert said.stdout == f"missed-call is drawn in {file}\n"
    assert file.read_text(encoding="utf-8").rstrip().endswith(ending)


def test_a_picture_is_read_by_any_viewer(tmp_path: Path):
    """Whoever opens it gets XML."""
    shell("sequence", "graph", "inbound-lead", "--svg", str(tmp_path / "it.svg"))
    assert ElementTree.parse(tmp_path / "it.svg").getroot().tag.endswith("svg")  # noqa: S314 # it is our own


def test_it_prints_mermaid():
    """For a wiki, or a pull request."""
    assert shell("sequence", "graph", "missed-call", "--mermaid").stdout.startswith("flowchart TB\n")


def test_machines_get_lanes_nodes_and_edges():
    """Whoever draws it otherwise starts from the same data."""
    told = shell("sequence", "graph", "missed-call", "-o", "json").json
    assert [lane["title"] for lane in told["lanes"]] == ["It starts", "The stage the lead is in", "At any time"]
    assert {"source": "text-back", "target": "mail-back", "label": ""} in told["edges"]


def test_only_one_kind_of_picture_is_made_at_a_time(tmp_path: Path):
    """What was printed would otherwise be anybody's guess."""
    said = shell("sequence", "graph", "missed-call", "--mermaid", "--svg", str(tmp_path / "it.svg"))
    assert said.code == 2
    assert "choose one of --svg, --html and --mermaid" in said.stderr


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path):
    """It is a folder that is missing, not a fault of the sequence."""
    said = shell("sequence", "graph", "missed-call", "--svg", str(tmp_path / "no" / "it.svg"), "-o", "json")
    assert (said.code, said.error["code"]) == (1, "CLI003")
    assert said.error["why"] == "No such file or directory"
