"""Sequences drawn: measured in the drawing itself, since nobody looks at each picture."""

import re
from itertools import combinations
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

from adapters.pictures.letters import width
from adapters.pictures.svg import draw, draw_lane
from engine.sequence.compiled import Sequence
from engine.sequence.graph import graph_of
from tests.adapters.pictures.long_sequence import LONG, size
from tests.sequences.shipped import CATALOGUE

SVG = "{http://www.w3.org/2000/svg}"
SEQUENCES = [pytest.param(each, id=each.name) for each in (*CATALOGUE.sequences, LONG)]
PATH = re.compile(r"([MVH])([-\d.]+)(?: ([-\d.]+))?")


class Area(NamedTuple):
    """A rectangle of the picture."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Area") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def picture(sequence: Sequence) -> ElementTree.Element:
    return ElementTree.fromstring(draw(graph_of(sequence)))  # noqa: S314 # it is our own


def areas(root: ElementTree.Element, kind: str) -> list[Area]:
    """The rectangles of a class."""
    found = (rect for rect in root.iter(f"{SVG}rect") if kind in rect.get("class", "").split())
    numbers = ([float(rect.get(name, 0)) for name in ("x", "y", "width", "height")] for rect in found)
    return [Area(x, y, x + wide, y + high) for x, y, wide, high in numbers]


def strokes(root: ElementTree.Element, kind: str) -> list[Area]:
    """The straight pieces of every line of a class, as thin as they are."""
    found = []
    for path in root.iter(f"{SVG}path"):
        if kind not in path.get("class", "").split():
            continue
        x = y = 0.0
        for step, first, second in PATH.findall(path.get("d", "")):
            new_x, new_y = (float(first), y) if step != "V" else (x, float(first))
            new_y = float(second) if step == "M" else new_y
            if step != "M":
                found.append(Area(min(x, new_x), min(y, new_y), max(x, new_x), max(y, new_y)))
            x, y = new_x, new_y
    return found


def words_on_lines(root: ElementTree.Element) -> list[Area]:
    """What stands on lines: when a step comes, and what must be so; a pixel is taken off between two lines of text."""
    found = []
    for text in root.iter(f"{SVG}text"):
        if {"wait", "if"} & set(text.get("class", "").split()):
            half, x, y = width(text.text or "", 12) / 2, float(text.get("x", 0)), float(text.get("y", 0))
            found.append(Area(x - half, y - 10, x + half, y + 3))
    return found


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_no_two_boxes_lie_on_each_other(sequence: Sequence):
    """What is hidden is not approved by whoever looks at it."""
    boxes = areas(picture(sequence), "box")
    assert boxes
    assert [pair for pair in combinations(boxes, 2) if pair[0].meets(pair[1])] == []


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_no_line_runs_through_a_box(sequence: Sequence):
    """A line through a box reads as a way that does not exist."""
    root = picture(sequence)
    boxes, lines = areas(root, "box"), [*strokes(root, "line"), *strokes(root, "way")]
    assert len(lines) > len(boxes) / 2
    assert [(line, box) for line in lines for box in boxes if line.meets(box)] == []


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_words_lie_on_nothing_but_their_line(sequence: Sequence):
    """Text on text is no text."""
    root = picture(sequence)
    words, boxes = words_on_lines(root), areas(root, "box")
    assert words
    assert [pair for pair in combinations(words, 2) if pair[0].meets(pair[1])] == []
    assert [(word, box) for word in words for box in boxes if word.meets(box)] == []


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_everything_lies_in_a_band_and_on_the_paper(sequence: Sequence):
    """What sticks out is cut off."""
    root = picture(sequence)
    wide, high = float(root.get("width", 0)), float(root.get("height", 0))
    bands = areas(root, "band")
    assert all(0 < band.left and band.right < wide and band.bottom < high for band in bands)
    for box in areas(root, "box"):
        assert any(
            b.left <= box.left and box.right <= b.right and b.top < box.top and box.bottom < b.bottom for b in bands
        )
    assert all(0 < line.left for line in strokes(root, "way"))


def test_forty_steps_with_branches_in_branches_are_drawn():
    """It is the longest that anybody would draw; the measures above hold for it too."""
    graph = graph_of(LONG)
    assert size(LONG) == 40
    assert max(node.depth for node in graph.nodes) == 3
    assert {node.kind for node in graph.nodes} >= {
        "ask",
        "branch",
        "nothing",
        "goto",
        "hand_over",
        "finish",
        "carry_on",
    }


def test_whoever_hears_the_picture_gets_its_outline():
    """A screen reader reads title and description, and nothing else of a picture."""
    root = picture(CATALOGUE.sequences[0])
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None and title.text == CATALOGUE.sequences[0].name
    assert description is not None and "call call-back for the owner" in (description.text or "")
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"


def test_what_people_named_cannot_break_the_picture():
    """A pipeline stage or a button may have any name."""
    assert 'when a person presses ""gift" & <b>"' in " ".join(picture(LONG).itertext()).replace("\n", " ")


def test_it_is_drawn_for_light_and_for_dark():
    """The reader's choice is kept without a second file."""
    drawn = draw(graph_of(LONG))
    assert drawn.count("@media (prefers-color-scheme:dark)") == 1
    assert "http" not in drawn.replace("http://www.w3.org/2000/svg", "")


def test_a_lane_can_be_drawn_alone():
    """A printed page breaks between lanes."""
    graph = graph_of(LONG)
    alone = ElementTree.fromstring(draw_lane(graph, graph.lanes[2]))  # noqa: S314 # it is our own
    assert len(areas(alone, "band")) == 1
    assert strokes(alone, "way") == []
