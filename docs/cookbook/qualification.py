"""
Two questions by text, answered with a number; a person calls whoever is worth a call, and everybody gets a price.

In English and Spanish. Whoever writes words instead of a number talks to a person.
"""

from engine.authoring import (
    any_of,
    ask,
    branch,
    business_days,
    calendar,
    call,
    can,
    case,
    elapsed,
    email,
    entered,
    finish,
    goto,
    sequence,
    stage,
    window,
    working,
)

from .fields import team_size, timing

WORTH_A_CALL = any_of(team_size.is_("large"), timing.is_("now"))

qualification = sequence(
    "qualification",
    stage(
        "convert",
        ask(
            "team-size",
            saves=team_size,
            answers={
                "small": ["1", "one", "uno"],
                "medium": ["2", "two", "dos"],
                "large": ["3", "three", "tres"],
            },
            wait=calendar(days=1),
            no_answer=goto("nurture"),
            only_if=can("sms"),
        ),
        ask(
            "timing",
            saves=timing,
            answers={
                "now": ["1", "now", "ahora"],
                "this_year": ["2", "this year", "este año"],
                "unsure": ["3", "not sure", "no sé"],
            },
            wait=calendar(days=1),
            no_answer=goto("nurture"),
            after=elapsed(minutes=1),
            only_if=can("sms"),
        ),
        branch(
            "who-calls",
            case(WORTH_A_CALL, call("talk-today", due=working(hours=1), give_up=working(hours=8))),
            otherwise=[email("price-by-size", after=elapsed(minutes=5))],
        ),
        otherwise=finish("completed", after=business_days(5)),
    ),
    stage(
        "nurture",
        email("price-list", after=business_days(1, at="09:30")),
        email("who-we-suit", after=business_days(4, at="14:00")),
        otherwise=finish("completed", after=calendar(days=7)),
    ),
    maintainer="sales",
    starts=[entered("Qualifying")],
    hours=window("Mon-Sat", "09:00-19:00"),
)
