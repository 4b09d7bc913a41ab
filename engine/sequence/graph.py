"""
A sequence as a picture: a lane for every stage, what stands in it, and what leads where. Plain data.

Places are counted, not measured: a step is a row below the one before it, and arms of a branch stand side by side, each
two half columns wide or more. Whoever draws gives rows and columns their size.
"""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple, assert_never

from engine.frozen import Frozen
from engine.sequence.compiled import (
    Ask,
    Branch,
    CarryOn,
    Exit,
    Finish,
    Goto,
    HumanTask,
    Message,
    Reaction,
    Response,
    Sequence,
    StagePlan,
    Start,
    Step,
)
from engine.sequence.structure import OTHERWISE, arm, arm_exit, arms
from engine.sequence.wording import (
    say_condition,
    say_delay,
    say_exit,
    say_length,
    say_response,
    say_role,
    say_stage,
    say_step,
    say_trigger,
    say_when,
    say_window,
)

STARTS = "starts"
"""The lane of what brings a lead into the sequence."""
ANY_TIME = "any_time"
"""The lane of what interrupts every stage."""
COLUMN = 2
"""Half columns in a column, so that what stands over two arms can stand between them."""
NARROWEST = 2
"""Columns of the narrowest picture."""

NodeKind = Literal[
    "start",
    "stage",
    "email",
    "sms",
    "call",
    "task",
    "ask",
    "branch",
    "nothing",
    "goto",
    "hand_over",
    "finish",
    "carry_on",
    "reaction",
]


class Lane(Frozen):
    """A stage, or what holds for all of them."""

    id: str
    """The stage's name, or STARTS or ANY_TIME."""
    title: str
    notes: tuple[str, ...] = ()
    """What holds for everything in it."""


class Node(Frozen):
    """One thing in a lane: a stage's entry, a step, an exit, or something that may happen."""

    id: str
    lane: str
    kind: NodeKind
    title: str
    notes: tuple[str, ...] = ()
    wait: str = ""
    """When it comes, counted from what leads to it; it stands on the line into it."""
    to: str | None = None
    """The lane an exit leads to."""
    depth: int = 0
    """How many branches it stands in."""
    row: int = 0
    column: int = 1
    """Its middle, in half columns from the left."""
    aside: bool = False
    """Whether it stands beside the steps, in a column and rows of its own."""


class Edge(Frozen):
    """From one node to the next of the same lane."""

    source: str
    target: str
    label: str = ""
    """What must be so; empty when it is the only way on."""


class Graph(Frozen):
    """The whole picture, in the order it is read."""

    name: str
    columns: int
    """How many the widest lane has; what stands aside comes behind them."""
    lanes: tuple[Lane, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def ways(self) -> tuple[tuple[str, str], ...]:
        """Which lane leads to which, each pair once."""
        begins = [(STARTS, self.lanes[1].id)]
        return tuple(dict.fromkeys(begins + [(node.lane, node.to) for node in self.nodes if node.to is not None]))


def graph_of(sequence: Sequence) -> Graph:
    """The picture of a sequence."""
    columns = max(NARROWEST, *(_width(plan.steps) // COLUMN for plan in sequence.stages))
    beside = any(plan.when for plan in sequence.stages)
    parts = [_starts(sequence, columns + beside)]
    parts += [_stage(plan, columns) for plan in sequence.stages]
    parts.append(_any_time(sequence.when, columns + beside))
    lanes = [_starts_lane(sequence), *map(_stage_lane, sequence.stages), ANY_TIME_LANE]
    return Graph(
        name=sequence.name,
        columns=columns,
        lanes=tuple(lanes),
        nodes=tuple(node for part in parts for node in part.nodes),
        edges=tuple(edge for part in parts for edge in part.edges),
    )


# --- lanes ------------------------------------------------------------------------------------------------------------


ANY_TIME_LANE = Lane(
    id=ANY_TIME,
    title="At any time",
    notes=("what the engine does by itself stands in the description: an answer nothing is written for ends it",),
)


def _starts_lane(sequence: Sequence) -> Lane:
    notes = () if sequence.only_if is None else (f"only if {say_condition(sequence.only_if)}",)
    return Lane(id=STARTS, title="It starts", notes=(*notes, f"messages leave {say_window(sequence.hours)}"))


def _stage_lane(plan: StagePlan) -> Lane:
    notes = () if plan.hours is None else (f"here messages leave {say_window(plan.hours)}",)
    return Lane(id=plan.name, title=_title(plan.name), notes=notes)


def _title(stage: str) -> str:
    said = say_stage(stage)
    return said[0].upper() + said[1:]


class _Part(NamedTuple):
    """A piece of the picture, the row below it, and the nodes that go on from there."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...] = ()
    row: int = 0
    ends: tuple[str, ...] = ()


def _starts(sequence: Sequence, columns: int) -> _Part:
    said = [f"when {say_trigger(trigger)}" for trigger in sequence.starts]
    said = said or ["when another sequence hands a lead over, or a person enrolls one"]
    return _Part(
        tuple(
            Node(
                id=f"start:{number}",
                lane=STARTS,
                kind="start",
                title=title,
                row=number // columns,
                column=_middle(number % columns),
            )
            for number, title in enumerate(said)
        )
    )


def _stage(plan: StagePlan, columns: int) -> _Part:
    place = _Place(plan.name, plan.name, 0, 0, columns * COLUMN)
    entry = Node(id=f"stage:{plan.name}", lane=plan.name, kind="stage", title=_title(plan.name), column=columns)
    steps = _steps(plan.steps, plan.otherwise, place._replace(row=1), ((entry.id, ""),))
    pairs = _together(_reactions(plan.when, plan.name, aside=True))
    return _together((_Part((entry,)), steps, pairs))


def _any_time(when: tuple[Reaction, ...], columns: int) -> _Part:
    placed = []
    for number, pair in enumerate(_reactions(when, ANY_TIME, aside=False)):
        row, column = divmod(number, columns)
        nodes = tuple(
            node.model_copy(update={"row": node.row % 2 + 2 * row, "column": _middle(column)}) for node in pair.nodes
        )
        placed.append(_Part(nodes, pair.edges))
    return _together(placed)


def _reactions(when: tuple[Reaction, ...], lane: str, aside: bool) -> Iterator[_Part]:
    """What may happen, with where it leads below; what leads to the same place stands together."""
    alike: dict[str, list[Reaction]] = {}
    for reaction in when:
        alike.setdefault(say_response(reaction), []).append(reaction)
    for number, reactions in enumerate(alike.values()):
        first, *others = (say_trigger(reaction.trigger) for reaction in reactions)
        happens = Node(
            id=f"{lane}:reaction:{number}",
            lane=lane,
            kind="reaction",
            title=f"when {first}",
            notes=tuple(f"or {other}" for other in others),
            row=2 * number,
            aside=aside,
        )
        leads = _exit(f"{happens.id}:exit", lane, reactions[0].response).model_copy(
            update={"title": _going(reactions[0]), "row": 2 * number + 1, "aside": aside}
        )
        yield _Part((happens, leads), (Edge(source=happens.id, target=leads.id),))


def _going(reaction: Reaction) -> str:
    """Where it leads, without when: that stands on the line."""
    return say_response(reaction.model_copy(update={"response": _at_once(reaction.response)}))


# --- steps ------------------------------------------------------------------------------------------------------------


class _Place(NamedTuple):
    """Where a chain of steps stands; `key` names what is drawn there and has no id of its own."""

    lane: str
    key: str
    left: int
    row: int
    width: int
    depth: int = 0

    @property
    def column(self) -> int:
        return self.left + self.width // 2


class _Arm(NamedTuple):
    """One way on from a branch or a question."""

    key: str
    label: str
    steps: tuple[Step, ...]
    exit: Exit | None


_Before = tuple[tuple[str, str], ...]
"""The nodes that lead to the next one, each with what must be so."""


def _steps(some: tuple[Step, ...], exit_: Exit | None, place: _Place, before: _Before) -> _Part:
    """Steps one below the other, then the exit; what nothing leads to is not drawn."""
    parts: list[_Part] = []
    for step in some:
        parts.append(_step(step, place, before))
        before = tuple((end, "") for end in parts[-1].ends)
        place = place._replace(row=parts[-1].row)
    last = _last(some, exit_, place) if before else None
    if last is not None:
        parts.append(_Part((last,), _edges(before, last.id), place.row + 1))
        before = () if exit_ is not None else ((last.id, ""),)
    whole = _together(parts)
    return whole._replace(ends=tuple(source for source, _ in before))


def _last(some: tuple[Step, ...], exit_: Exit | None, place: _Place) -> Node | None:
    """The exit below the steps; an arm in which nothing happens says so."""
    at = {"depth": place.depth, "row": place.row, "column": place.column}
    if exit_ is not None:
        return _exit(f"{place.key}:exit", place.lane, exit_).model_copy(update=at)
    if some:
        return None
    nothing = Node(id=f"{place.key}:nothing", lane=place.lane, kind="nothing", title="nothing, and on")
    return nothing.model_copy(update=at)


def _step(step: Step, place: _Place, before: _Before) -> _Part:
    node = Node(
        id=step.id,
        lane=place.lane,
        kind=step.kind,
        title=say_step(step),
        notes=tuple(_notes(step)),
        wait="" if isinstance(step, Branch) else say_when(step),
        depth=place.depth,
        row=place.row,
        column=place.column,
    )
    own = _Part((node,), _edges(before, node.id), place.row + 1, (node.id,))
    ways = _arms(step)
    if not ways:
        return own
    left = place.column - sum(_arm_width(way) for way in ways) // 2
    parts = [own]
    for way in ways:
        width = _arm_width(way)
        inside = _Place(place.lane, way.key, left, place.row + 1, width, place.depth + 1)
        parts.append(_steps(way.steps, way.exit, inside, ((step.id, way.label),)))
        left += width
    return _together(parts)._replace(ends=tuple(end for part in parts[1:] for end in part.ends))


def _arms(step: Step) -> tuple[_Arm, ...]:
    """The ways on from a step; none when there is only one."""
    match step:
        case Branch():
            return tuple(
                _Arm(
                    f"{step.id}:{number if number != OTHERWISE else 'otherwise'}",
                    "otherwise" if number == OTHERWISE else f"if {say_condition(step.cases[number].condition)}",
                    arm(step, number),
                    arm_exit(step, number),
                )
                for number in arms(step)
            )
        case Ask():
            silent = f"without an answer {say_length(step.wait)} later"
            answered = _Arm(f"{step.id}:answered", "once it is answered", (), None)
            return (answered, _Arm(f"{step.id}:silent", silent, (), step.no_answer))
        case Message() | HumanTask():
            return ()
        case _:
            assert_never(step)


def _width(some: tuple[Step, ...]) -> int:
    """Half columns that a chain of steps needs."""
    return max([COLUMN, *(sum(_arm_width(way) for way in _arms(step)) for step in some)])


def _arm_width(way: _Arm) -> int:
    return _width(way.steps)


def _notes(step: Step) -> Iterator[str]:
    if not isinstance(step, Branch) and step.only_if is not None:
        yield f"only if {say_condition(step.only_if)}"
    match step:
        case Message():
            if step.variants:
                yield f"{len(step.variants)} wordings are compared"
            if step.approve:
                yield "a person approves it first"
        case HumanTask():
            yield f"due {_by(step)}"
            yield from (f"{say_role(rung.role)} is told after {say_length(rung.after)}" for rung in step.escalate)
            if not step.blocks:
                yield "the next step does not wait for it"
        case Ask():
            yield f"the answer is kept as {step.saves}"
        case Branch():
            yield "the first way that is true"
        case _:
            assert_never(step)


def _by(step: HumanTask) -> str:
    said = say_delay(step.due)
    return said if " at " in said else f"after {say_length(step.due)}"


# --- exits ------------------------------------------------------------------------------------------------------------


def _exit(id_: str, lane: str, response: Response) -> Node:
    kind, to = _leads(response)
    after = None if isinstance(response, CarryOn) else response.after
    wait = "" if after is None else say_delay(after)
    return Node(id=id_, lane=lane, kind=kind, title=say_exit(_at_once(response)), wait=wait, to=to)


def _leads(response: Response) -> tuple[NodeKind, str | None]:
    match response:
        case Goto():
            return "goto", response.stage
        case Start():
            return "hand_over", None
        case Finish():
            return "finish", None
        case CarryOn():
            return "carry_on", None
        case _:
            assert_never(response)


def _at_once(response: Response) -> Response:
    return response if isinstance(response, CarryOn) else response.model_copy(update={"after": None})


# --- pieces -----------------------------------------------------------------------------------------------------------


def _together(parts: Iterable[_Part]) -> _Part:
    every = tuple(parts)
    return _Part(
        tuple(node for part in every for node in part.nodes),
        tuple(edge for part in every for edge in part.edges),
        max((part.row for part in every), default=0),
    )


def _edges(before: _Before, target: str) -> tuple[Edge, ...]:
    return tuple(Edge(source=source, target=target, label=label) for source, label in before)


def _middle(column: int) -> int:
    return column * COLUMN + 1
