"""What is simulated: which sequence, how many leads, for how long, and with which dice."""

from collections import abc
from datetime import datetime, timedelta
from typing import Final

from pydantic import Field

from adapters.views.history import Remembered
from engine.frozen import Frozen
from engine.life.wishes import Plan
from engine.sequence.compiled import OnEvent, Sequence, Start
from engine.sequence.structure import exits, responses
from engine.words import EventKind
from rehearsal.behaviour import Behaviour
from rehearsal.company import Company
from rehearsal.dice import Dice
from rehearsal.history import History
from rehearsal.people import People
from rehearsal.totals import Totals, totals_of
from rehearsal.world import World

A_DAY: Final = timedelta(days=1)


class Scenario(Frozen):
    """One rehearsal; the same scenario, company and behaviour give the same bytes."""

    sequence: str = ""
    """Which one all leads are in; empty for the whole catalogue, which they enter by being captured."""
    leads: int = Field(default=1000, ge=0)
    days: int = Field(default=180, ge=1)
    seed: int = 1
    since: datetime
    """Midnight of the first day, by the company's clock."""


def play(
    company: Company,
    behaviour: Behaviour,
    scenario: Scenario,
    tick: abc.Callable[[], None] = lambda: None,
    remembered: abc.Sequence[Remembered] | None = None,
) -> World:
    """
    The scenario, played to its end; `tick` is called after each of its days.

    With `remembered` its leads are these, and what they do is what they did.
    """
    company = company.model_copy(update={"plans": plans_of(company, scenario.sequence)})
    by_hand = "" if not scenario.sequence or _starts_by_itself(company.plans[0]) else scenario.sequence
    people = People(company, behaviour, Dice(scenario.seed), by_hand)
    if remembered is None:
        world = World(company, people)
        world.expect(people.arrivals(scenario.leads, scenario.since))
    else:
        history = History(remembered, people, by_hand)
        world = World(company, history)
        world.expect(history.arrivals())
    for day in range(scenario.days):
        world.run(scenario.since + (day + 1) * A_DAY)
        tick()
    return world


def totals(world: World, company: Company, scenario: Scenario) -> Totals:
    """What the played scenario sums up to."""
    return totals_of(
        world.journal,
        sequence=scenario.sequence,
        seed=scenario.seed,
        since=scenario.since,
        days=scenario.days,
        zone=company.home.zone,
        sequences=[plan.sequence for plan in company.plans],
    )


def plans_of(company: Company, name: str) -> tuple[Plan, ...]:
    """The sequence and whatever it hands over to, itself highest; all of them without a name."""
    if not name:
        return company.plans
    known = {plan.sequence.name: plan for plan in company.plans}
    wanted, found = [name], dict[str, Plan]()
    while wanted:
        plan = known.get(wanted.pop(0))
        if plan is not None and plan.sequence.name not in found:
            found[plan.sequence.name] = plan
            wanted += _handed_to(plan.sequence)
    return tuple(found.values())


def _handed_to(sequence: Sequence) -> abc.Iterator[str]:
    """The sequences it hands leads over to."""
    ways = (*(way for stage in sequence.stages for way in exits(stage)), *responses(sequence.when))
    return (way.sequence for way in ways if isinstance(way, Start))


def _starts_by_itself(plan: Plan) -> bool:
    return any(isinstance(start, OnEvent) and start.event is EventKind.CAPTURED for start in plan.sequence.starts)
