"""The simulated Temporal asks for the same looks as the real workflow on a real server, and in the same order."""

from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import NamedTuple, cast

from temporalio.client import Client

from activities.look import Look
from cli.temporal_server import LocalServer
from engine.life.turn import Glance, Scrap, Turn
from engine.words import Act, LeadId
from tests.simulation.agenda import Agenda
from tests.simulation.temporal import Temporal
from tests.simulation.weather import Weather
from tests.support.waiting import until
from tests.workflows.conftest import Clock, Script, turn, working
from workflows.names import RING
from workflows.pace import Pace
from workflows.plugin import LeadPlugin

PACE = Pace(start_to_close=timedelta(seconds=5), first_retry=timedelta(milliseconds=50))
HOUR = timedelta(hours=1)


class Asked(NamedTuple):
    """A look as it was asked for."""

    act: str
    revision: int
    scraps: tuple[str, ...]
    hours: int
    """Since the life began."""


class Says(NamedTuple):
    """What a look answers."""

    act: Act
    hours: int
    """When that is due, since the life began."""
    stage: str = "response"
    fails: bool = False
    over: bool = False


ANSWERS = (
    Says(Act.SEND_EMAIL, 0),
    Says(Act.RECONCILE, 1),
    Says(Act.SEND_SMS, 25),
    Says(Act.SEND_SMS, 25),  # rung: nothing has changed
    Says(Act.SEND_SMS, 25),  # told something: nor has it now
    Says(Act.SEND_SMS, 25, fails=True),
    Says(Act.CREATE_TASK, 73, stage="nurture"),
    Says(Act.LOOK, 800, stage="nurture"),
    Says(Act.LOOK, 800, over=True),
)
"""One life, and what the world does in the middle of it is told below."""
HAPPENINGS: tuple[tuple[int, str], ...] = ((3, RING), (5, "pause"), (24 * 60, ""))
"""After so many hours somebody rings, signals content, or nothing more."""


class Life:
    """Answers by the script, and keeps what it was asked."""

    def __init__(self) -> None:
        self.began: datetime | None = None
        self.asked: list[Asked] = []

    def look(self, glance: Glance, act: Act, now: datetime) -> Turn:
        """The next answer. Raises: RuntimeError where it is to fail, once."""
        self.began = self.began or now
        hours = round((now - self.began) / HOUR)
        says = ANSWERS[len(self.asked)]
        self.asked.append(Asked(act.value, glance.revision, tuple(scrap.name for scrap in glance.scraps), hours))
        if says.fails:
            raise RuntimeError("it fails once")
        due = self.began + HOUR * says.hours
        about = {"due": due, "act": says.act, "why": f"{says.act} is due", "stage": says.stage, "over": says.over}
        return turn(glance.lead_id, revision=glance.revision + 1, **about)


class Simulated:
    """The look's place in the simulated Temporal."""

    def __init__(self, life: Life) -> None:
        self.life = life

    def at(self, glance: Glance, act: Act, now: datetime, tried_for: timedelta, *, again: bool = False) -> Turn:
        """As a look is asked."""
        return self.life.look(glance, act, now)


def has_more(life: Life, asked: int) -> bool:
    """Whether it was asked once more."""
    return len(life.asked) > asked


def simulated() -> list[Asked]:
    """The life in the simulated Temporal."""
    life, lead = Life(), LeadId("rosa")
    agenda = Agenda(datetime(2026, 11, 23, 9, tzinfo=UTC))
    fine = Weather(Random(0), share=0)
    temporal = Temporal(agenda, fine, Random(0), PACE)
    temporal.look = cast(Look, Simulated(life))
    temporal.ring(lead, "capture")
    began = agenda.now
    for hours, name in HAPPENINGS:
        agenda.pass_until(began + HOUR * hours)
        if name == RING:
            temporal.ring(lead, "response")
        elif name:
            temporal.signal(lead, Scrap(name=name, body="{}"))
    return life.asked


async def real(server: LocalServer) -> list[Asked]:
    """The life of a LeadWorkflow."""
    life = Life()
    clock = Clock(await Client.connect(server.address, plugins=[LeadPlugin(pace=PACE)]))
    async with working(clock.client, Script(life.look)):
        handle = await clock.start(turn())
        passed = 0
        for hours, name in HAPPENINGS:
            await clock.let_pass(handle, hours=hours - passed)
            passed = hours
            if name:
                asked = len(life.asked)
                await handle.signal(name)
                await until(partial(has_more, life, asked))
    return life.asked


async def test_the_simulated_temporal_asks_for_the_looks_that_the_real_one_asks_for(temporal_server):
    """Twenty thousand lives are lived on it: a clock that rings otherwise would have proven nothing."""
    assert simulated() == await real(temporal_server)
    assert len(simulated()) == len(ANSWERS)
