"""A sequence as an outline that a terminal shows: a step to a line, what decides above it, when it comes behind it."""

from collections import abc
from typing import Final

from engine.sequence.graph import Graph, Node

INDENT: Final = "  "
FURTHEST: Final = 46
"""The column at which most waits stand; a title that is longer pushes its own further."""
EXITS: Final = frozenset({"goto", "hand_over", "finish", "carry_on"})


def outline(graph: Graph) -> str:
    """The whole sequence, lane by lane."""
    labels = {edge.target: edge.label for edge in graph.edges if edge.label}
    lines = [graph.name]
    for lane in graph.lanes:
        lines += ["", "  ".join((lane.title, *(f"({note})" for note in lane.notes)))]
        nodes = [node for node in graph.nodes if node.lane == lane.id and node.kind != "stage"]
        for node in nodes:
            lines += _lines(node, labels.get(node.id, ""))
    return "\n".join(lines) + "\n"


def _lines(node: Node, label: str) -> abc.Iterator[str]:
    """What decides that it comes, what it is and when, and what else is to be known of it."""
    indent = INDENT * (2 * node.depth + 1)
    if label:
        yield f"{indent[len(INDENT) :]}{label}:"
    if node.kind == "reaction":
        yield from (f"{indent}{said}" for said in (node.title, *node.notes))
        return
    title = f"{indent}{_title(node)}"
    yield f"{title.ljust(FURTHEST)}  {node.wait}".rstrip()
    yield from (f"{indent}{INDENT}({note})" for note in node.notes)


def _title(node: Node) -> str:
    if node.kind not in EXITS:
        return node.title
    return f"{INDENT if node.id.endswith(':exit') and ':reaction:' in node.id else ''}-> {node.title}"
