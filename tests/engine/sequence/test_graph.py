"""A sequence as a picture, before anybody has drawn it."""

from engine.reasons import ReplyClass
from engine.sequence.compiled import (
    Ask,
    AskAnswer,
    Branch,
    CalendarDays,
    CarryOn,
    Case,
    Elapsed,
    Exit,
    FieldKnown,
    Finish,
    Goto,
    OnEvent,
    OnReply,
    Reaction,
    Sequence,
    Start,
)
from engine.sequence.graph import ANY_TIME, STARTS, Edge, Graph, Node, graph_of
from engine.words import EventKind, Stage
from tests.support.small_sequences import DAY, call, email, sequence, stage, text

KNOWN = FieldKnown(field="visit_on")
QUESTION = OnReply(reply=ReplyClass.QUESTION)
MEETING = OnReply(reply=ReplyClass.WANTS_MEETING)


def drawn(*stages, **more: object) -> Graph:
    return graph_of(sequence("life", *stages, **more))


def node(graph: Graph, id_: str) -> Node:
    return next(node for node in graph.nodes if node.id == id_)


def ways(graph: Graph, source: str) -> list[tuple[str, str]]:
    return [(edge.target, edge.label) for edge in graph.edges if edge.source == source]


def forked(*inside, otherwise=(), then: Exit | None = None) -> Branch:
    return Branch(id="fork", cases=(Case(condition=KNOWN, steps=inside, then=then),), otherwise=otherwise)


def test_every_stage_has_a_lane_between_what_starts_it_and_what_may_happen_at_any_time():
    """A lane is where the reader looks for what a lead of that stage goes through."""
    graph = drawn(stage("response"), stage("nurture"))
    assert [lane.id for lane in graph.lanes] == [STARTS, "response", "nurture", ANY_TIME]


def test_steps_stand_below_each_other_with_their_waits():
    """The eye follows a lead downwards, and reads on the way how long each step waits."""
    graph = drawn(stage("nurture", email("one"), call("two", after=DAY)))
    one, two = node(graph, "one"), node(graph, "two")
    assert (one.title, one.wait) == ("email one", "at once")
    assert (two.title, two.wait) == ("call two for the owner", "1 day later")
    assert (two.row, two.column) == (one.row + 1, one.column)
    assert ways(graph, "one") == [("two", "")]


def test_a_stage_begins_at_its_entry_and_ends_in_its_exit():
    """What leads out is drawn, with where to and how long after."""
    graph = drawn(stage("response", email("one"), otherwise=Goto(stage=Stage.NURTURE, after=DAY)), stage("nurture"))
    assert ways(graph, "stage:response") == [("one", "")]
    (exit_, _), *_ = ways(graph, "one")
    assert node(graph, exit_).title == "go on to nurture"
    assert (node(graph, exit_).wait, node(graph, exit_).to) == ("1 day later", "nurture")


def test_arms_stand_side_by_side_and_come_together_below_the_longer_one():
    """A step that both arms lead to is one box, and no arm stands in the other's way."""
    graph = drawn(stage("nurture", forked(email("a"), email("b"), otherwise=(text("c"),)), email("after")))
    a, b, c, after = (node(graph, name) for name in ("a", "b", "c", "after"))
    assert ways(graph, "fork") == [("a", "if visit_on is known"), ("c", "otherwise")]
    assert a.row == c.row and a.column + 2 <= c.column
    assert after.row == b.row + 1
    assert a.column < after.column < c.column
    assert [edge.source for edge in graph.edges if edge.target == "after"] == ["b", "c"]


def test_an_arm_in_which_nothing_happens_says_so():
    """An arm that is not drawn would look as if it had been forgotten."""
    graph = drawn(stage("nurture", forked(email("a")), email("after")))
    (_, (nothing, label)) = ways(graph, "fork")
    assert (label, node(graph, nothing).title) == ("otherwise", "nothing, and on")
    assert ways(graph, nothing) == [("after", "")]


def test_an_arm_that_leaves_does_not_come_back():
    """Nobody who is handed over gets the step behind the branch."""
    graph = drawn(stage("nurture", forked(then=Start(sequence="other", after=DAY)), email("after")))
    (leaves, _), (_, label) = ways(graph, "fork")
    assert (node(graph, leaves).kind, node(graph, leaves).wait) == ("hand_over", "1 day later")
    assert ways(graph, leaves) == []
    assert label == "otherwise"


def test_what_no_way_leads_to_is_not_drawn():
    """A stage whose arms all leave never comes to its own end."""
    graph = drawn(
        stage("nurture", forked(then=Finish(), otherwise=(email("a"),)).model_copy(update={"otherwise_exit": Finish()}))
    )
    assert [node.id for node in graph.nodes if node.lane == "nurture" and node.kind == "finish"] == [
        "fork:0:exit",
        "fork:otherwise:exit",
    ]


def test_branches_in_branches_have_room():
    """Two boxes in one place could not be read."""
    inner = Branch(id="inner", cases=(Case(condition=KNOWN, steps=(email("x"),)),), otherwise=(email("y"),))
    graph = drawn(stage("nurture", forked(inner, otherwise=(email("z"),))))
    places = [(node.row, node.column) for node in graph.nodes if node.lane == "nurture" and not node.aside]
    assert len(set(places)) == len(places)
    assert [node(graph, name).depth for name in ("fork", "inner", "x", "z")] == [0, 1, 2, 1]
    assert graph.columns == 3


def test_a_question_has_a_way_for_silence():
    """Whoever does not answer must not be forgotten in the picture."""
    answers = tuple(AskAnswer(value=value, words=(value,)) for value in ("small", "large"))
    ask = Ask(
        id="size", template="t", saves="size", answers=answers, wait=Elapsed(minutes=60), no_answer=Finish(after=DAY)
    )
    graph = drawn(stage("nurture", ask, email("after")))
    (answered, _), (silent, label) = ways(graph, "size")
    assert ways(graph, answered) == [("after", "")]
    assert label == "without an answer 1 hour later"
    assert (node(graph, silent).title, node(graph, silent).wait) == ("the sequence ends as completed", "1 day later")


def test_reactions_of_a_stage_stand_beside_its_steps_and_alike_ones_together():
    """Three answers that lead to one place are one thing to know."""
    when = (
        Reaction(trigger=QUESTION, response=Goto(stage=Stage.CONVERT)),
        Reaction(trigger=MEETING, response=Goto(stage=Stage.CONVERT)),
        Reaction(trigger=OnEvent(event=EventKind.REPLIED), response=CarryOn()),
    )
    graph = drawn(stage("nurture", when=when), stage("convert"))
    happens = [node for node in graph.nodes if node.kind == "reaction"]
    assert [(node.title, node.notes) for node in happens] == [
        ("when the lead answers with a question", ("or the lead answers and wants a meeting",)),
        ("when the lead answers", ()),
    ]
    assert all(node.aside for node in happens)
    assert [node(graph, target).to for happens_ in happens for target, _ in ways(graph, happens_.id)] == [
        "convert",
        None,
    ]


def test_reactions_of_the_sequence_have_a_lane_of_their_own():
    """They hold wherever the lead is."""
    graph = drawn(stage("nurture"), when=(Reaction(trigger=MEETING, response=Finish(after=CalendarDays(days=2))),))
    (happens,) = (node for node in graph.nodes if node.kind == "reaction")
    assert happens.lane == ANY_TIME
    assert [node(graph, target).wait for target, _ in ways(graph, happens.id)] == ["2 days later"]


def test_the_ways_between_lanes_are_told_once():
    """They are what is drawn beside the lanes."""
    when = (Reaction(trigger=MEETING, response=Goto(stage=Stage.CONVERT)),)
    onward = Goto(stage=Stage.CONVERT)
    graph = drawn(stage("nurture", otherwise=onward, when=when), stage("convert"), when=when)
    assert graph.ways() == ((STARTS, "nurture"), ("nurture", "convert"), (ANY_TIME, "convert"))


def test_a_sequence_nothing_starts_says_who_brings_leads_into_it():
    """An empty lane would look like a mistake."""
    (start,) = (node for node in drawn(stage("nurture"), starts=()).nodes if node.kind == "start")
    assert start.title == "when another sequence hands a lead over, or a person enrolls one"


def test_every_edge_joins_two_nodes_of_one_lane():
    """Whoever draws a lane alone has all its ends."""
    graph = drawn(stage("response", forked(email("a")), email("b")), stage("nurture", email("c")))
    lanes = {node.id: node.lane for node in graph.nodes}
    assert all(lanes[edge.source] == lanes[edge.target] for edge in graph.edges)
    assert len(lanes) == len(graph.nodes)
    assert Edge(source="stage:nurture", target="c") in graph.edges


def test_a_step_tells_what_else_decides_about_it():
    """A guard that is not seen is a message somebody misses."""
    seen: Sequence = sequence(
        "life", stage("nurture", email("a", only_if=KNOWN, approve=True), call("b", blocks=False))
    )
    graph = graph_of(seen)
    assert node(graph, "a").notes == ("only if visit_on is known", "a person approves it first")
    assert node(graph, "b").notes == ("due after 1 hour of working time", "the next step does not wait for it")
