"""
Some sixty open leads, four in each of sixteen situations, and what their lives depend on from here.

A situation is written with the features that matter in it, by hand: `soon` for what the lead waits for now, `later` for
what comes after that within the forecast's horizon. So who must be named when a rule changes is known without asking
the engine.
"""

from collections import abc
from datetime import datetime, timedelta
from typing import NamedTuple

from adapters.catalogue import publish
from engine.sequence.compiled import (
    BusinessDays,
    CalendarDays,
    Elapsed,
    Escalation,
    FieldIs,
    Finish,
    Goto,
    HumanTask,
    Moment,
    OnByHand,
    OnMoment,
    Reaction,
    Sequence,
    StagePlan,
    Working,
)
from engine.words import LeadId, Stage
from tests.adapters.world import FIELDS, MONDAY, ROSA, Company
from tests.support.house import released
from tests.support.looking import lives
from tests.support.small_sequences import DAY, WEEKDAYS, email, sequence, stage, text
from tests.support.small_sequences import call as call_step

OF_A_KIND = 4
APART = timedelta(minutes=3)

Happening = abc.Callable[[Company, LeadId, datetime], None]


class Situation(NamedTuple):
    """How a lead lives, what happened to it, and what its life depends on from here."""

    stages: tuple[StagePlan, ...]
    soon: frozenset[str] = frozenset()
    later: frozenset[str] = frozenset()
    before: Happening | None = None
    """What happened before it was enrolled."""
    after: Happening | None = None


def features(*names: str) -> frozenset[str]:
    """What a life depends on."""
    return frozenset(names)


def plan(*steps: object, name: str = "nurture", **more: object) -> StagePlan:
    """A stage that is open at any hour and ends with its last step."""
    return stage(name, *steps, **({"otherwise": Finish()} | more))  # type: ignore[arg-type] # steps of any kind


def call(name: str, **more: object) -> HumanTask:
    """A call that opens in a day."""
    return call_step(name, after=DAY, **more)


def hours(number: int) -> Elapsed:
    """An exact duration."""
    return Elapsed(minutes=60 * number)


def happens(event: str, **data: object) -> Happening:
    """Something is told to us, and the lead is looked at."""

    def told(company: Company, lead: LeadId, now: datetime) -> None:
        company.hears(lead, event, now, id="", source="crm", **data)
        lives(company, lead, now)

    return told


def commands(verb: str) -> Happening:
    """A person commands, and the lead is looked at."""

    def told(company: Company, lead: LeadId, now: datetime) -> None:
        company.hears(lead, verb, now, source="operator")
        lives(company, lead, now)

    return told


def looked_at(*later: int) -> Happening:
    """The lead is looked at that many hours later."""

    def passes(company: Company, lead: LeadId, now: datetime) -> None:
        for number in later:
            lives(company, lead, now + timedelta(hours=number))

    return passes


FOUR_MAILS = plan(*(email(f"mail-{n}") for n in range(4)))

SITUATIONS: dict[str, Situation] = {
    "waits-for-the-window": Situation(
        (plan(email("by-day", after=hours(10)), hours=WEEKDAYS),),
        soon=features("opening"),
    ),
    "waits-for-the-law": Situation((plan(text("no-night-text", after=hours(13))),), soon=features("opening", "law")),
    "waits-for-business-days": Situation(
        (plan(email("in-three-days", after=BusinessDays(days=3))),),
        soon=features("business days"),
    ),
    "spoke-with-a-person": Situation(
        (plan(email("not-so-soon", after=hours(1))),),
        soon=features("a person's touch", "business days"),
        before=happens("human_touch"),
    ),
    "gets-many-mails": Situation((FOUR_MAILS,), later=features("cap")),
    "had-many-mails": Situation((FOUR_MAILS,), soon=features("cap"), after=looked_at(1, 2)),
    "comes-to-a-fork": Situation(
        (
            plan(
                email("before-the-fork", after=DAY),
                {
                    "kind": "branch",
                    "id": "fork",
                    "cases": [{"condition": FieldIs(field="vip", values=(True,)), "steps": [email("for-the-few")]}],
                    "otherwise": [email("for-all", after=DAY)],
                },
            ),
        ),
        later=features("branch"),
    ),
    "will-be-called": Situation((plan(call("plain")),), later=features("give up")),
    "will-be-called-and-escalated": Situation(
        (plan(call("urgent", escalate=(Escalation(role="manager", after=Working(minutes=90)),))),),
        later=features("give up", "escalation"),
    ),
    "will-be-called-without-an-end": Situation(
        (plan(call("patient", give_up=None)),), later=features("give up", "business days")
    ),
    "is-being-called": Situation((plan(call_step("right-now")),)),
    "waits-for-the-end": Situation(
        (plan(email("last-mail"), otherwise=Finish(after=CalendarDays(days=7))),),
        soon=features("exit"),
    ),
    "goes-to-another-stage": Situation(
        (
            plan(email("first-mail"), name="response", otherwise=Goto(stage=Stage.NURTURE, after=DAY)),
            plan(email("settled-mail")),
        ),
        soon=features("exit"),
        later=features("settling"),
    ),
    "waits-for-a-date": Situation(
        (
            plan(
                email("much-later", after=CalendarDays(days=40)),
                when=(
                    Reaction(
                        trigger=OnMoment(moment=Moment(kind="before", field="renewal_on", days=2)),
                        response=Finish(reason="goal_met"),
                    ),
                ),
            ),
        ),
        soon=features("date"),
        before=happens("fields_changed", fields={"renewal_on": "2026-12-10"}),
    ),
    "waits-for-an-answer": Situation(
        (plan(email("never", after=DAY)),), after=happens("replied", channel="email", reply="positive")
    ),
    "is-paused": Situation((plan(email("sleeps", after=DAY)),), after=commands("pause")),
}
"""Each by the name of its sequence."""


def sequences() -> tuple[Sequence, ...]:
    """A sequence for every situation, which a button starts."""
    return tuple(
        sequence(name, *situation.stages, starts=(OnByHand(name=name),)) for name, situation in SITUATIONS.items()
    )


def settle(company: Company, *names: str) -> dict[LeadId, Situation]:
    """Leads in each of these situations, in all of them when none is named."""
    with company.database.transaction() as transaction:
        publish(transaction, released(*sequences()).model_copy(update={"fields": FIELDS}), "ana", "many lives", MONDAY)
    return {
        _settled(company, name, number): SITUATIONS[name] for name in names or SITUATIONS for number in range(OF_A_KIND)
    }


def _settled(company: Company, name: str, number: int) -> LeadId:
    situation, now = SITUATIONS[name], MONDAY + number * APART
    who = {"emails": (f"{name}-{number}@example.com",), "phones": (), "external_ids": ()}
    if any(getattr(step, "kind", None) != "email" for plan in situation.stages for step in plan.steps):
        who["phones"] = (f"+1 212 555 {1000 + 10 * list(SITUATIONS).index(name) + number}",)
    lead = company.captures(ROSA.model_copy(update={**who, "region": "NY", "country": "US"}), now)
    if situation.before is not None:
        situation.before(company, lead, now)
    happens("by_hand", name=name)(company, lead, now)
    if situation.after is not None:
        situation.after(company, lead, now)
    return lead
