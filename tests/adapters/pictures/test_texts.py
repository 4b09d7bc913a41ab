"""A sequence as an outline, as Mermaid's text, and as a page."""

import re
from html.parser import HTMLParser

from adapters.pictures.mermaid import mermaid
from adapters.pictures.outline import outline
from adapters.pictures.page import page
from engine.sequence.compiled import Branch, Case, FieldKnown, Finish, OnByHand, OnEvent, Reaction, Start
from engine.sequence.describe import describe
from engine.sequence.graph import graph_of
from engine.words import EventKind
from tests.adapters.pictures.long_sequence import LONG
from tests.support.small_sequences import DAY, call, email, sequence, stage

SHORT = sequence(
    "short",
    stage(
        "nurture",
        email("hello", after=DAY),
        Branch(
            id="known",
            cases=(Case(condition=FieldKnown(field="visit_on"), then=Start(sequence="other")),),
            otherwise=(call("ring", only_if=FieldKnown(field="score")),),
        ),
        when=(Reaction(trigger=OnEvent(event=EventKind.REPLIED), response=Finish(reason="goal_met")),),
    ),
    when=(Reaction(trigger=OnByHand(name='"end" [of|it] `now`; #1'), response=Finish()),),
)
OUTLINE = """\
short

It starts  (messages leave Monday to Friday 09:00 to 18:00)
  when a lead is captured

Nurture  (here messages leave every day around the clock)
  email hello                                   1 day later
  branch known
    (the first way that is true)
    if visit_on is known:
      -> hand over to the sequence other
    otherwise:
      call ring for the owner                   at once
        (only if score is known)
        (due after 1 hour of working time)
  -> the sequence ends as completed             7 days later
  when the lead answers
    -> the sequence ends as goal met

At any time  (what the engine does by itself stands in the description: an answer nothing is written for ends it)
  when a person presses ""end" [of|it] `now`; #1"
    -> the sequence ends as completed
"""
TEXT = r'"(?:[^"`#\[\]{}|<>;]|#\d+;|<br/>)*"'
SHAPES = ((r"\(", r"\)"), (r"\(\[", r"\]\)"), (r"\(\(", r"\)\)"), (r"\[", r"\]"), (r"\{\{", r"\}\}"), (r"\[/", r"/\]"))
NODE = "|".join(rf"n\d+{opened}{TEXT}{closed}" for opened, closed in SHAPES)
EDGE = rf"n\d+ (?:-->|-\.->)(?:\|{TEXT}\|)? n\d+"
LINE = re.compile(rf"flowchart TB|  subgraph lane\d+\[{TEXT}\]|    (?:{NODE})|  end|  {EDGE}")


def test_an_outline_reads_from_top_to_bottom():
    """It is what a terminal shows, so it is pinned letter by letter."""
    assert outline(graph_of(SHORT)) == OUTLINE


def test_every_line_of_mermaid_is_one_it_can_read():
    """A wiki shows an error in place of a picture that does not parse; quotes and brackets in names are numbers."""
    text = mermaid(graph_of(SHORT)) + mermaid(graph_of(LONG))
    assert [line for line in text.splitlines() if LINE.fullmatch(line) is None] == []
    assert "#34;end#34; #91;of#124;it#93; #96;now#96;#59; #35;1" in text


def test_mermaid_leads_from_every_way_out_to_its_stage():
    """The stages hang together, as they do in the picture."""
    graph = graph_of(LONG)
    leading = [node for node in graph.nodes if node.to is not None or node.kind == "start"]
    assert mermaid(graph).count(" -.-> ") == len(leading)


class Found(HTMLParser):
    """What a page refers to, and where it can be entered."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        named = dict(attrs)
        self.links += [value for key in ("href", "src") if (value := named.get(key))]
        self.places.add(named.get("id") or "")


def test_a_page_needs_nothing_else_and_its_links_lead_somewhere():
    """It is mailed, printed and opened where there is no network."""
    found = Found()
    found.feed(page(graph_of(LONG), describe(LONG)))
    assert {"link", "script", "img"} & found.tags == set()
    assert found.links
    assert [link for link in found.links if link.removeprefix("#") not in found.places] == []


def test_a_page_also_says_it_in_words():
    """Whoever approves it may read instead of looking."""
    assert "When a person presses &quot;&quot;gift&quot; &amp; &lt;b&gt;&quot;" in page(graph_of(LONG), describe(LONG))
