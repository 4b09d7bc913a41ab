"""
A sequence as an SVG: a band for every stage, steps downwards, arms of a branch side by side.

No line crosses a box: steps of one column have it for themselves, lines turn between rows only, and ways from stage to
stage run beside the bands. Text stays text, and the colours follow the reader's choice of light or dark.
"""

from collections import abc
from itertools import groupby
from typing import Final, NamedTuple

from adapters.pictures.colors import STYLE, class_of
from adapters.pictures.letters import safe, wrapped
from adapters.pictures.outline import outline
from engine.sequence.graph import COLUMN, Graph, Lane, Node

WIDE: Final = 244
"""Pixels of a column, and of a box in it."""
BOX: Final = 216
PAD: Final = 9
FONT: Final = 13
LINE: Final = 17
SMALL: Final = 12
SMALL_LINE: Final = 15
TURN: Final = 12
"""Room for a line to turn, or for the head of an arrow."""
TRACK: Final = 13
"""Between two ways that run beside each other."""
EDGE: Final = 18
"""Around a band's content, and around the picture."""
DOT: Final = 6
ROUND: Final = frozenset({"goto", "hand_over", "finish", "carry_on", "start"})
PEOPLE: Final = frozenset({"call", "task"})
LEGEND: Final = (
    "Rounded: a message. Square: a person of ours acts. Dashed: something that may happen. Pill: a way out, in the "
    "colour of the stage it leads to."
)


class _Box(NamedTuple):
    """A node with its measures; `x` is its middle."""

    node: Node
    x: float
    y: float
    height: float
    lines: tuple[str, ...]
    small: tuple[str, ...]
    wait: tuple[str, ...]


class _Band(NamedTuple):
    """A lane with its measures."""

    lane: Lane
    top: float
    height: float
    parts: tuple[str, ...]

    @property
    def entrance(self) -> float:
        return self.top + EDGE + LINE / 2


def draw(graph: Graph) -> str:
    """The whole sequence as one SVG document."""
    tracks = _tracks(graph)
    left = EDGE + TRACK * (len(set(tracks.values())) + 1)
    bands, top = [], float(EDGE + 2 * LINE)
    for lane in graph.lanes:
        bands.append(_band(graph, lane, left, top))
        top += bands[-1].height + TURN
    wide, high = left + _breadth(graph) + EDGE, top + 2 * LINE
    heading = f'<text class="name" x="{EDGE}" y="{EDGE + LINE}">{safe(graph.name)}</text>'
    legend = [
        f'<text class="small" x="{left}" y="{top + LINE * (number + 1) - TURN / 2}">{line}</text>'
        for number, line in enumerate(wrapped(LEGEND, _breadth(graph), SMALL))
    ]
    drawn = [part for band in bands for part in band.parts]
    paper = f'<rect class="paper" width="{wide:g}" height="{high + LINE:g}"/>'
    parts = [f"<style>{STYLE}</style>", paper, heading, *drawn, *_ways(tracks, bands, left), *legend]
    return _document(graph.name, outline(graph), wide, high + LINE, parts)


def draw_lane(graph: Graph, lane: Lane) -> str:
    """One lane as an SVG of its own, for a page that may break between lanes and brings the STYLE."""
    band = _band(graph, lane, 0, 0)
    said = outline(graph.model_copy(update={"lanes": (lane,)}))
    return _document(f"{graph.name}: {lane.title}", said, _breadth(graph), band.height, band.parts, lane.id)


def _document(name: str, said: str, wide: float, high: float, parts: abc.Iterable[str], key: str = "sequence") -> str:
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:g} {high:g}" width="{wide:g}" '
            f'height="{high:g}" role="img" aria-labelledby="{key}-title {key}-desc">',
            f'<title id="{key}-title">{safe(name)}</title>',
            f'<desc id="{key}-desc">{safe(said)}</desc>',
            *parts,
            "</svg>\n",
        ]
    )


# --- a band -----------------------------------------------------------------------------------------------------------


def _breadth(graph: Graph) -> float:
    beside = any(node.aside for node in graph.nodes)
    return (graph.columns + beside) * WIDE + 2 * EDGE


def _band(graph: Graph, lane: Lane, left: float, top: float) -> _Band:
    notes = [line for note in lane.notes for line in wrapped(note, _breadth(graph) - 3 * EDGE, SMALL)]
    start = top + EDGE + LINE + len(notes) * SMALL_LINE + PAD
    nodes = [node for node in graph.nodes if node.lane == lane.id]
    labels = {edge.target: wrapped(edge.label, BOX, SMALL) for edge in graph.edges if edge.label}
    turning = _merged(graph)
    flow = _boxes([node for node in nodes if not node.aside], labels, turning, left + EDGE, start)
    beside = left + EDGE + graph.columns * WIDE
    aside = _boxes([node for node in nodes if node.aside], labels, turning, beside, start + SMALL_LINE)
    boxes = {box.node.id: box for box in (*flow, *aside)}
    bottom = max((box.y + box.height for box in boxes.values()), default=start) + EDGE
    breadth = _breadth(graph)
    parts = [
        f'<g id="lane-{lane.id}">',
        f'<rect class="band {class_of(lane.id)}" x="{left:g}" y="{top:g}" width="{breadth:g}" '
        f'height="{bottom - top:g}" rx="10"/>',
        f'<text class="lane {class_of(lane.id)}" x="{left + EDGE:g}" y="{top + EDGE + FONT:g}">'
        f"{safe(lane.title)}</text>",
        *_text(notes, left + EDGE, top + EDGE + LINE, SMALL_LINE, "small"),
    ]
    if aside:
        parts += _text(["While the lead is here:"], beside + (WIDE - BOX) / 2, start - PAD, SMALL_LINE, "small")
    within = [(boxes[edge.source], boxes[edge.target], edge.label) for edge in graph.edges if edge.target in boxes]
    parts += [part for source, target, label in within for part in _line(source, target, bool(label))]
    for source, target, _ in within:
        parts += _words(target, source.y + source.height + TURN + 2, labels.get(target.node.id, ()), "if")
    for box in boxes.values():
        parts += [*_words(box, _above(box), box.wait, "wait"), *_drawn(box)]
    return _Band(lane, top, bottom - top, (*parts, "</g>"))


def _merged(graph: Graph) -> frozenset[str]:
    """The nodes above which lines turn: where ways come together, or one comes back from the side."""
    columns = {node.id: node.column for node in graph.nodes}
    unlabelled = (edge for edge in graph.edges if not edge.label)
    return frozenset(edge.target for edge in unlabelled if columns[edge.source] != columns[edge.target])


def _boxes(
    nodes: abc.Sequence[Node],
    labels: abc.Mapping[str, tuple[str, ...]],
    merged: frozenset[str],
    left: float,
    top: float,
) -> tuple[_Box, ...]:
    """Every node in its place: a row is as high as its highest box, and so is the room for words above it."""
    found: list[_Box] = []
    for row, of_row in groupby(sorted(nodes, key=_row), key=_row):
        boxes = [_box(node, left) for node in of_row]
        above = max((len(labels.get(box.node.id, ())) for box in boxes), default=0) * SMALL_LINE
        above += TURN if any(box.node.id in merged for box in boxes) else 0
        above += max((len(box.wait) for box in boxes), default=0) * SMALL_LINE
        top += above + (2 * TURN if row else 0)
        found += [box._replace(y=top) for box in boxes]
        top += max((box.height for box in boxes), default=0)
    return tuple(found)


def _row(node: Node) -> int:
    return node.row


def _box(node: Node, left: float) -> _Box:
    x = left + node.column * WIDE / COLUMN
    if node.kind == "stage":
        return _Box(node, x, 0, 2 * DOT, (), (), ())
    lines = wrapped(node.title, BOX - 2 * PAD, FONT)
    small = tuple(line for note in node.notes for line in wrapped(note, BOX - 2 * PAD, SMALL))
    height = 2 * PAD + len(lines) * LINE + len(small) * SMALL_LINE
    return _Box(node, x, 0, height, lines, small, wrapped(node.wait, BOX, SMALL))


def _drawn(box: _Box) -> abc.Iterator[str]:
    node, left = box.node, box.x - BOX / 2
    if node.kind == "stage":
        yield f'<circle class="entry {class_of(node.lane)}" cx="{box.x:g}" cy="{box.y + DOT:g}" r="{DOT}"/>'
        return
    corner = min(box.height / 2, 17) if node.kind in ROUND else 0 if node.kind in PEOPLE else 8
    shape = (
        f'<rect class="box {node.kind} {class_of(node.to or "")}" x="{left:g}" y="{box.y:g}" width="{BOX}" '
        f'height="{box.height:g}" rx="{corner:g}"/>'
    )
    words = [
        *_text(box.lines, box.x, box.y + PAD, LINE, f"words {node.kind}"),
        *_text(box.small, box.x, box.y + PAD + len(box.lines) * LINE, SMALL_LINE, "small words"),
    ]
    yield from (shape, *words) if node.to is None else (f'<a href="#lane-{node.to}">', shape, *words, "</a>")


def _line(source: _Box, target: _Box, labelled: bool) -> abc.Iterator[str]:
    """Out of one box and down into another; it turns below a branch, or above where ways come together."""
    start, end = source.y + source.height, target.y
    turn = start + TURN if labelled else _above(target) - TURN / 2
    yield f'<path class="line" d="M{source.x:g} {start:g}V{turn:g}H{target.x:g}V{end - 5:g}"/>'
    yield f'<path class="head" d="M{target.x - 4:g} {end - 8:g}h8l-4 8z"/>'


def _words(box: _Box, top: float, lines: tuple[str, ...], kind: str) -> abc.Iterator[str]:
    """Words on the line into a box; it is hidden behind them."""
    if lines:
        high, band = len(lines) * SMALL_LINE, class_of(box.node.lane)
        yield f'<rect class="gap {band}" x="{box.x - 6:g}" y="{top:g}" width="12" height="{high}"/>'
        yield from _text(lines, box.x, top, SMALL_LINE, f"{kind} words")


def _above(box: _Box) -> float:
    """Where the words begin that say when it comes."""
    return box.y - TURN - len(box.wait) * SMALL_LINE


def _text(lines: abc.Iterable[str], x: float, top: float, line: int, kind: str) -> abc.Iterator[str]:
    for number, words in enumerate(lines, start=1):
        yield f'<text class="{kind}" x="{x:g}" y="{top + number * line - 4:g}">{safe(words)}</text>'


# --- ways between bands -----------------------------------------------------------------------------------------------


def _tracks(graph: Graph) -> dict[tuple[str, str], int]:
    """Which ways run beside each other: those that share some height never share a track."""
    order = {lane.id: number for number, lane in enumerate(graph.lanes)}
    taken: list[list[tuple[int, int]]] = []
    found: dict[tuple[str, str], int] = {}
    ways = [way for way in graph.ways() if way[0] != way[1]]
    for way in sorted(ways, key=lambda way: abs(order[way[0]] - order[way[1]])):
        low, high = sorted((order[way[0]], order[way[1]]))
        free = (n for n, spans in enumerate(taken) if all(high < a or b < low for a, b in spans))
        track = next(free, len(taken))
        if track == len(taken):
            taken.append([])
        taken[track].append((low, high))
        found[way] = track
    return found


def _ways(tracks: abc.Mapping[tuple[str, str], int], bands: abc.Sequence[_Band], left: float) -> abc.Iterator[str]:
    by_lane = {band.lane.id: band for band in bands}
    leaving: dict[str, int] = {}
    for (source, target), track in tracks.items():
        leaving[source] = leaving.get(source, 0) + 1
        start = by_lane[source].top + by_lane[source].height - TRACK * leaving[source]
        x, end = left - TRACK * (track + 1), by_lane[target].entrance
        yield f'<path class="way {class_of(target)}" d="M{left:g} {start:g}H{x:g}V{end:g}H{left - 6:g}"/>'
        yield f'<path class="way-head {class_of(target)}" d="M{left - 8:g} {end - 4:g}v8l8 -4z"/>'
