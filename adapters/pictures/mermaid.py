"""
A sequence as a Mermaid flowchart, which GitHub and many wikis draw where they find it.

Nodes are numbered, so that no id of ours can be a word of Mermaid's; every text is quoted, and what its grammar reads
stands as a number.
"""

from collections import abc
from typing import Final

from engine.sequence.graph import Edge, Graph, Node

SHAPES: Final = {
    "start": ("([", "])"),
    "stage": ("((", "))"),
    "email": ("(", ")"),
    "sms": ("(", ")"),
    "ask": ("(", ")"),
    "call": ("[", "]"),
    "task": ("[", "]"),
    "branch": ("{{", "}}"),
    "nothing": ("(", ")"),
    "goto": ("([", "])"),
    "hand_over": ("([", "])"),
    "finish": ("([", "])"),
    "carry_on": ("([", "])"),
    "reaction": ("[/", "/]"),
}
"""How a node of each kind is opened and closed."""
PLAIN: Final = frozenset(" ,.:-_+/()")


def mermaid(graph: Graph) -> str:
    """The flowchart: a subgraph for every lane, dotted lines from ways out to the stage they lead to."""
    names = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
    lines = ["flowchart TB"]
    for number, lane in enumerate(graph.lanes):
        said = ": ".join((lane.title, *lane.notes))  # two lines would lie over the first node
        lines.append(f"  subgraph lane{number}[{_quoted(said)}]")
        lines += [f"    {_node(names, node)}" for node in graph.nodes if node.lane == lane.id]
        lines.append("  end")
    waits = {node.id: node.wait for node in graph.nodes}
    lines += [f"  {_edge(names, edge, waits[edge.target])}" for edge in graph.edges]
    lines += [f"  {way}" for way in _ways(graph, names)]
    return "\n".join(lines) + "\n"


def _node(names: abc.Mapping[str, str], node: Node) -> str:
    opened, closed = SHAPES[node.kind]
    return f"{names[node.id]}{opened}{_quoted(node.title, *node.notes)}{closed}"


def _edge(names: abc.Mapping[str, str], edge: Edge, wait: str) -> str:
    said = [words for words in (edge.label, wait) if words]
    label = f"|{_quoted(*said)}|" if said else ""
    return f"{names[edge.source]} -->{label} {names[edge.target]}"


def _ways(graph: Graph, names: abc.Mapping[str, str]) -> abc.Iterator[str]:
    entries = {node.lane: names[node.id] for node in graph.nodes if node.kind == "stage"}
    first = next(iter(entries.values()))
    for node in graph.nodes:
        if node.kind == "start":
            yield f"{names[node.id]} -.-> {first}"
        elif node.to is not None:
            yield f"{names[node.id]} -.-> {entries[node.to]}"


def _quoted(*lines: str) -> str:
    return '"' + "<br/>".join("".join(map(_letter, line)) for line in lines) + '"'


def _letter(letter: str) -> str:
    """The letter, or its number where Mermaid would read it as grammar, Markdown or HTML."""
    if letter.isalnum() or letter in PLAIN:
        return letter
    return f"#{ord(letter)};" if letter.isprintable() else " "
