"""A sequence as a web page that needs nothing else: the picture lane by lane, and what will happen in words."""

from typing import Final

from adapters.pictures import colors, svg
from adapters.pictures.letters import safe
from engine.sequence.graph import Graph

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1c2024; --soft: #5c656e; --paper: #fff; --rule: #d9dde1 }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaec; --soft: #a0a9b2; --paper: #15181b; --rule: #343a40 } }
body { margin: 2rem auto; max-width: 84rem; padding: 0 1rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif }
h1 { margin: 0 0 .25rem }
nav, .legend { color: var(--soft) }
nav ul { list-style: none; padding: 0; margin: .5rem 0 1.5rem }
a { color: inherit }
section { margin: 0 0 1rem; overflow-x: auto }
svg { display: block; max-width: none }
pre { white-space: pre-wrap; font: 14px/1.55 ui-monospace, Consolas, monospace; border-top: 1px solid var(--rule);
  padding-top: 1rem }
@media print { body { margin: 0; max-width: none } nav { display: none } pre { font-size: 11px }
  section { break-inside: avoid; overflow: visible } svg { max-width: 100%; max-height: 92vh; height: auto }
  .words-of-it { break-before: page } }
"""


def page(graph: Graph, words: str) -> str:
    """The page; `words` are the description of the same sequence."""
    titles = {lane.id: lane.title for lane in graph.lanes}
    ways = {lane.id: [titles[to] for source, to in graph.ways() if source == lane.id] for lane in graph.lanes}
    contents = [
        f'<li><a href="#at-{lane.id}">{safe(lane.title)}</a>'
        f"{safe(' leads to ' + ', '.join(ways[lane.id])) if ways[lane.id] else ''}</li>"
        for lane in graph.lanes
    ]
    drawn = [f'<section id="at-{lane.id}">{svg.draw_lane(graph, lane)}</section>' for lane in graph.lanes]
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{safe(graph.name)}</title><style>{STYLE}{colors.STYLE}</style></head>",
            f"<body><h1>{safe(graph.name)}</h1>",
            f'<p class="legend">{safe(svg.LEGEND)}</p>',
            f"<nav><ul>{''.join(contents)}</ul></nav>",
            f"<main>{''.join(drawn)}</main>",
            f'<h2 class="words-of-it">In words</h2><pre>{safe(words)}</pre>',
            "</body></html>\n",
        ]
    )
