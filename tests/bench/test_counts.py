"""What a touch costs, in counts that no machine changes: whoever makes it dearer learns so without a benchmark."""

import sys
import tomllib
from collections import Counter, abc
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import pytest

from bench import lives
from bench.engine import a_year, situations
from bench.stand import Place, Stand
from cli.temporal_server import LocalServer
from engine.life.decide import decide
from engine.life.turn import Glance
from tests.activities.practice import Practice
from tests.support.counting import counting
from tests.support.life import PureLife
from tests.support.small_sequences import daily

COMMITTED = tomllib.loads(Path(__file__).with_name("counts.toml").read_text())
TOUCHES = 12
ENGINE = str(Path(__file__).resolve().parents[2] / "engine")
INLINED = {"<listcomp>", "<dictcomp>", "<setcomp>"}
"""A newer Python runs these without a call."""

ROOM = {"bytes": 0.02, "calls": 0.05}
"""How much more of these is no regression: names differ in length, and versions of Python and pydantic in calls."""

Counts = abc.Mapping[str, int]


class Dearer(NamedTuple):
    """A count that has grown."""

    name: str
    committed: int
    counted: int


def dearer(committed: Counts, counted: Counts) -> list[Dearer]:
    """The counts that have grown beyond their room. Raises: KeyError when one of them is not committed."""
    return [
        Dearer(name, committed[name], count)
        for name, count in counted.items()
        if count > committed[name] * (1 + ROOM.get(name.rpartition("_")[2], 0))
    ]


def check(what: str, counted: Counts) -> None:
    """Fail with every count that has grown."""
    committed = COMMITTED.get(what, {})
    assert committed.keys() == counted.keys(), f"{what}: {dict(counted)}"
    assert dearer(committed, counted) == [], f"{what} costs more: {dict(counted)}"


def test_a_life_asks_the_database_no_more_than_before(practice: Practice) -> None:
    """Each statement of a touch is paid for a million times; round trips are what a database far away makes slow."""
    practice.publishes(daily(TOUCHES))
    practice.captures("Ben").lives(days=TOUCHES)  # what never changes is read once per process
    rosa = practice.captures()
    with counting(practice.database) as cost:
        rosa.lives(days=TOUCHES)
    assert len(rosa.received) == TOUCHES
    begin_and_commit = 2 * cost.transactions
    check(
        practice.database.kind,
        {
            "transactions": cost.transactions,
            "statements": len(cost.statements),
            "round_trips": len(cost.statements) + begin_and_commit,
        },
    )


def test_a_lead_takes_no_more_room_than_before(practice: Practice) -> None:
    """The row is read and written by every look, the turn is in every event of one."""
    practice.publishes(daily(TOUCHES))
    rosa = practice.captures()
    rosa.lives(days=TOUCHES)
    turn = rosa.turn.model_dump_json()
    glance = Glance(lead_id=rosa.lead_id, revision=rosa.turn.revision).model_dump_json()
    check(
        "room",
        {
            "row_bytes": len(rosa.row.progress.encode()),
            "turn_bytes": len(turn.encode()),
            "glance_bytes": len(glance.encode()),
        },
    )


async def test_a_life_leaves_no_longer_history_than_before(temporal_server: LocalServer, tmp_path: Path) -> None:
    """Events are what Temporal is paid for, and bytes what it keeps."""
    place = Place("", temporal_server.address, f"sqlite:///{tmp_path / 'followup.sqlite'}", tmp_path)
    async with Stand.open(place) as stand, stand.at_work():
        lived = await lives.lived(stand, 1, TOUCHES)
        history = await lives.history_of_lead(stand, lived.leads[0])
    check("history", {"events": len(history), "actions": lives.actions(history), "bytes": lives.size_of(history)})


def test_a_decision_thinks_no_more_than_before() -> None:
    """Calls stand in for instructions: they are the same on a busy machine and on a slow one."""
    known = situations()

    def decisions() -> None:
        for progress, now in known:
            decide(progress, now)

    check("engine", {"decision_calls": calls_of(decisions) // len(known), "life_calls": calls_of(a_life)})


def a_life() -> PureLife:
    """A lead nobody answers."""
    return a_year(TOUCHES)


@pytest.mark.parametrize("name", ["statements", "room_bytes", "decision_calls"])
def test_what_has_grown_is_named(name: str) -> None:
    """A guard that never speaks is none."""
    assert dearer({name: 100}, {name: 100}) == []
    assert dearer({name: 100}, {name: 106}) == [Dearer(name, 100, 106)]


def test_thinking_twice_is_seen() -> None:
    """The count of calls counts what it says."""

    def twice() -> None:
        a_life()
        a_life()

    assert dearer({"life_calls": calls_of(a_life)}, {"life_calls": calls_of(twice)}) != []


def calls_of(work: abc.Callable[[], object]) -> int:
    """Python functions of the engine that the work calls, once its caches are warm."""
    work()
    calls: Counter[str] = Counter()

    def happened(frame: FrameType, event: str, argument: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_name not in INLINED and code.co_filename.startswith(ENGINE):
            calls[code.co_name] += 1

    before = sys.getprofile()
    sys.setprofile(happened)
    try:
        work()
    finally:
        sys.setprofile(before)
    return calls.total()
