"""
A new enquiry: heard at once, called within five minutes of work, and told something useful for two months.

Whoever answers talks to a person, and the plan is over for them.
"""

from engine.authoring import (
    branch,
    business_days,
    calendar,
    call,
    can,
    case,
    elapsed,
    email,
    finish,
    goto,
    not_,
    on,
    outcome,
    quiet,
    reply,
    sequence,
    sms,
    stage,
    task,
    window,
    working,
)

from .fields import source

AT_ANY_HOUR = window("Mon-Sun", "00:00-24:00")

TALKED = outcome("first-call").is_("connected_positive", "connected_neutral", "callback_requested")
WE_RANG = outcome("first-call").is_("no_answer", "voicemail", "busy", "gatekeeper")
TALKED_NEXT_DAY = outcome("second-call").is_("connected_positive", "connected_neutral", "callback_requested")

speed_to_lead = sequence(
    "speed-to-lead",
    stage(
        "capture",
        email("we-have-it", only_if=can("email")),
        sms("we-have-it-text", only_if=not_(can("email"))),
        otherwise=goto("response", after=elapsed(minutes=1)),
        hours=AT_ANY_HOUR,
    ),
    stage(
        "response",
        call(
            "first-call",
            due=working(minutes=5),
            escalate={"on_duty": working(minutes=10)},
            give_up=working(minutes=45),
        ),
        branch(
            "after-first-call",
            case(TALKED, then=goto("convert")),
            otherwise=[
                sms("tried-to-call", after=elapsed(minutes=1), only_if=WE_RANG),
                email("what-it-costs", after=elapsed(minutes=30), variants={"ranges": 50, "example": 50}),
            ],
        ),
        call("second-call", after=business_days(1, at="10:30"), due=working(hours=2), give_up=working(hours=8)),
        branch(
            "after-second-call",
            case(TALKED_NEXT_DAY, then=goto("convert")),
            otherwise=[email("what-we-need", after=business_days(1, at="09:30"))],
        ),
        otherwise=goto("nurture", after=business_days(4, at="10:00")),
        hours=AT_ANY_HOUR,
    ),
    stage(
        "nurture",
        email("case-study"),
        email("five-mistakes", after=business_days(5, at="14:00")),
        email("switching-mid-year", after=business_days(6, at="09:30")),
        email("what-a-person-costs", after=business_days(7, at="10:30")),
        otherwise=goto("re_engage", after=quiet(business_days(9, at="10:00"))),
    ),
    stage(
        "re_engage",
        email("now-later-no"),
        email("deadlines", after=business_days(8, at="09:30")),
        email("closing", after=business_days(8, at="11:00")),
        otherwise=finish("completed", after=calendar(days=7)),
    ),
    stage(
        "convert",
        task("agree-on-demo", due=working(hours=8)),
        call("still-interested", after=quiet(business_days(4)), due=working(hours=8)),
        otherwise=goto("re_engage", after=quiet(business_days(10, at="10:00"))),
    ),
    maintainer="sales",
    starts=["captured"],
    only_if=source.is_("web_form", "ad", "referral"),
    when=[
        on(reply("wants_meeting", "positive", "question"), goto("convert")),
        on("won", finish("goal_met")),
    ],
    after_human=elapsed(hours=4),
)
