"""The word for a sequence."""

from collections.abc import Sequence
from typing import assert_never, get_args

from engine.authoring.coherence import must_agree, must_fit, must_have_stages
from engine.authoring.conditions import Condition, must_be_condition
from engine.authoring.reactions import Happening, When, compiled_trigger, joined
from engine.authoring.refusals import (
    DELAYS,
    SIMPLE_DELAYS,
    WRITE_A_DELAY,
    here,
    must_be,
    must_be_delay,
    must_be_name,
    must_be_role,
    must_be_simple_delay,
    must_be_word,
)
from engine.authoring.steps import asked
from engine.authoring.times import WRITE_A_WINDOW, window
from engine.authoring.vocabulary import AgainName, EventName, SenderName
from engine.sequence import compiled
from engine.sequence.compiled import (
    Again,
    AgainAfter,
    AgainIfInactive,
    AgainOnce,
    Ask,
    Branch,
    BusinessDays,
    Delay,
    HumanTask,
    Message,
    Moment,
    OnMoment,
    SimpleDelay,
    StagePlan,
    Step,
    Trigger,
    Window,
)
from engine.sequence.written import Place, Written, invalid

OFFICE_HOURS = window("Mon-Fri", "09:00-18:00")
TWO_DAYS = BusinessDays(days=2)
MOST_HELD_OUT = 50
"""Percent: who writes more has mixed up the two sides."""


def sequence(
    name: str,
    *stages: Written[StagePlan],
    maintainer: str,
    starts: Sequence[EventName | Happening | Moment] = (),
    only_if: Condition | None = None,
    when: Sequence[When] = (),
    sender: SenderName = "owner",
    hours: Window = OFFICE_HOURS,
    gives_back: bool = False,
    again: AgainName | SimpleDelay = "once",
    after_human: Delay = TWO_DAYS,
    stale_after: Delay | None = None,
    per_day: int | None = None,
    one_contact_per_account: bool = False,
    holdout: int = 0,
) -> Written[compiled.Sequence]:
    """
    What happens to a lead from one of the `starts` on; it begins with the first stage.

    A start is an event, a change (`becomes`) or a date of the lead (`before`, `since`), looked for every few minutes.
    `hours` are when messages may leave, in the lead's zone. `again` says whether a lead may run through it once more,
    and `gives_back` whether it only interrupts what runs. After a word from a person of ours nothing is sent for
    `after_human`; what is later than `stale_after` waits for a person. `holdout` percent of the leads get nothing, so
    that the others can be compared with them. At most `per_day` leads begin in 24 hours, and the others wait for their
    turn; with `one_contact_per_account` nobody begins while a colleague is in it, or in another that says so.
    """
    place = here()
    must_be_name(name, "sequence", place, like="speed-to-lead")
    must_be_role(maintainer, "maintainer", place)
    must_have_stages(stages, place)
    if only_if is not None:
        must_be_condition(only_if, place)
    must_be_word(sender, get_args(SenderName), "sender", place)
    must_be(hours, Window, "a window", place, WRITE_A_WINDOW)
    must_be(after_human, DELAYS, "a delay, which after_human takes", place, WRITE_A_DELAY)
    must_be_delay(stale_after, "stale_after", place)
    must_be(gives_back, bool, "True or False", place, "write gives_back=True, or leave it out")
    _must_be_a_number_a_day(per_day, place)
    must_be(
        one_contact_per_account, bool, "True or False", place, "write one_contact_per_account=True, or leave it out"
    )
    _must_be_a_holdout(holdout, place)
    part = compiled.Sequence(
        name=name,
        stages=tuple(_with_templates(stage.part, name) for stage in stages),
        maintainer=maintainer,
        starts=_starts(starts, place),
        only_if=None if only_if is None else only_if.part,
        when=joined(when, place),
        sender=sender,
        hours=hours,
        gives_back=gives_back,
        again=_again(again, place),
        per_day=per_day,
        after_human=after_human,
        stale_after=stale_after,
        one_contact_per_account=one_contact_per_account,
        holdout=holdout,
    )
    happenings = tuple(start for start in starts if isinstance(start, Happening))
    written = Written(part, place, (*asked(only_if), *happenings, *stages, *when))
    must_agree(written)
    must_fit(written)
    return written


def _must_be_a_holdout(holdout: object, place: Place) -> None:
    if not isinstance(holdout, int) or isinstance(holdout, bool) or not 0 <= holdout <= MOST_HELD_OUT:
        raise invalid(
            "SEQ027",
            f"{holdout!r} is no share of leads that get nothing",
            place,
            f"write a whole percent of at most {MOST_HELD_OUT}, such as holdout=10",
        )


def _must_be_a_number_a_day(per_day: object, place: Place) -> None:
    if per_day is not None and (not isinstance(per_day, int) or isinstance(per_day, bool) or per_day < 1):
        raise invalid(
            "SEQ032", f"{per_day!r} is no number of leads a day", place, "write a whole number above zero: per_day=50"
        )


def _starts(starts: Sequence[EventName | Happening | Moment], place: Place) -> tuple[Trigger, ...]:
    must_be(starts, (list, tuple), "a list of what starts it", place, 'write starts=["captured"]')
    triggers = tuple(trigger for start in starts for trigger in _start(start, place))
    # A lead starts once for a date, whatever distances are written for it.
    things = [trigger.moment.field if isinstance(trigger, OnMoment) else trigger for trigger in triggers]
    if len(set(things)) < len(things):
        raise invalid("SEQ022", "it starts twice on the same thing", place, "name each start, and each date, once")
    return triggers


def _start(start: EventName | Happening | Moment, place: Place) -> tuple[Trigger, ...]:
    return (OnMoment(moment=start),) if isinstance(start, Moment) else compiled_trigger(start, place)


def _again(again: AgainName | SimpleDelay, place: Place) -> Again:
    if isinstance(again, SIMPLE_DELAYS):
        must_be_simple_delay(again, "again", place)
        return AgainAfter(delay=again)
    must_be_word(again, get_args(AgainName), "way to run again", place)
    return AgainOnce() if again == "once" else AgainIfInactive()


def _with_templates(plan: StagePlan, sequence_name: str) -> StagePlan:
    return plan.model_copy(update={"steps": _templated(plan.steps, sequence_name)})


def _templated(steps: tuple[Step, ...], sequence_name: str) -> tuple[Step, ...]:
    return tuple(_with_template(step, sequence_name) for step in steps)


def _with_template(step: Step, sequence_name: str) -> Step:
    """The step with the template of its own name where the author named none."""
    match step:
        case Branch():
            cases = tuple(
                case.model_copy(update={"steps": _templated(case.steps, sequence_name)}) for case in step.cases
            )
            otherwise = _templated(step.otherwise, sequence_name)
            return step.model_copy(update={"cases": cases, "otherwise": otherwise})
        case Message():
            template = step.template or f"{sequence_name}/{step.id}"
            variants = tuple(v.model_copy(update={"template": f"{template}.{v.name}"}) for v in step.variants)
            return step.model_copy(update={"template": template, "variants": variants})
        case HumanTask() | Ask():
            return step.model_copy(update={"template": step.template or f"{sequence_name}/{step.id}"})
        case _:
            assert_never(step)
