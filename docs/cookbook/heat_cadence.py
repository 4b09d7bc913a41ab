"""
As often as a lead is warm: hot ones are called today, warm ones hear from us every week, cold ones every month.

When the score changes, so does the pace, in the same minute.
"""

from engine.authoring import (
    becomes,
    branch,
    business_days,
    calendar,
    call,
    case,
    elapsed,
    email,
    finish,
    goto,
    on,
    quiet,
    sequence,
    stage,
    working,
)

from .fields import heat

heat_cadence = sequence(
    "heat-cadence",
    stage(
        "as_is",
        branch(
            "how-warm",
            case(heat.is_("hot"), then=goto("convert")),
            case(heat.is_("warm"), then=goto("nurture")),
            otherwise=goto("re_engage"),
        ),
        otherwise=goto("re_engage"),
    ),
    stage(
        "convert",
        call("call-today", due=working(hours=2), escalate={"manager": working(hours=6)}, give_up=business_days(2)),
        email("next-step", after=business_days(1, at="09:30")),
        call("call-again", after=business_days(2, at="14:00"), due=working(hours=4), give_up=business_days(2)),
        otherwise=goto("nurture", after=quiet(business_days(3, at="10:00"))),
    ),
    stage(
        "nurture",
        email("weekly-payroll-law", after=calendar(days=1, at="09:30")),
        email("weekly-time-sheets", after=calendar(days=7, at="09:30")),
        email("weekly-contractors", after=calendar(days=7, at="09:30")),
        email("weekly-demo", after=calendar(days=7, at="09:30")),
        otherwise=goto("re_engage", after=calendar(days=14)),
    ),
    stage(
        "re_engage",
        email("monthly-deadlines", after=calendar(days=30, at="09:30")),
        email("monthly-numbers", after=calendar(days=30, at="09:30")),
        email("monthly-last", after=calendar(days=30, at="09:30")),
        otherwise=finish("completed", after=calendar(days=14)),
    ),
    maintainer="marketing",
    starts=[becomes(heat.known())],
    again="if_inactive",
    after_human=elapsed(hours=4),
    when=[
        on(becomes(heat.is_("hot")), goto("convert")),
        on(becomes(heat.is_("warm")), goto("nurture")),
        on(becomes(heat.is_("cold")), goto("re_engage")),
        on("won", finish("goal_met")),
    ],
)
