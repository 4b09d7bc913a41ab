"""
A new enquiry, from its first second to the renewal a year later.

It is acknowledged in seconds and answered in a minute, at any hour; a person calls within a quarter of an hour of work.
Whoever does not answer hears something useful twelve times over ten weeks, and is then let go in peace.
Whoever answers talks to a person; from then on the sequence speaks only when it has been quiet.

A word from a person of ours holds it back for four hours only: `quiet` does the rest, and a reminder cannot wait.
"""

from engine.authoring import (
    before,
    branch,
    business_days,
    calendar,
    call,
    can,
    carry_on,
    case,
    elapsed,
    email,
    entered,
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
    start,
    task,
    window,
    working,
)
from sequences.customer_care import retain
from sequences.fields import outside_area, source, visit_on

AROUND_THE_CLOCK = window("Mon-Sun", "00:00-24:00")
EVERY_DAY = window("Mon-Sun", "09:00-18:00")

SPOKE_AT_ONCE = outcome("first-call").is_("connected_positive", "connected_neutral", "callback_requested")
SPOKE_LATER = outcome("second-call").is_("connected_positive", "connected_neutral", "callback_requested")
WE_RANG = outcome("first-call").is_("no_answer", "voicemail", "busy", "gatekeeper")
NOT_REACHED = outcome("first-call").is_("no_answer", "voicemail", "busy", "gatekeeper", "given_up")
QUALIFIED = outcome("qualify").is_("done")
GOOD_TALK = outcome("decision-call").is_("connected_positive")

WHEN_THEY_ANSWER = [
    on(reply("wants_meeting", "positive", "question"), goto("convert")),
    on(reply("not_now"), start("keep-in-touch")),
]

inbound_lead = sequence(
    "inbound-lead",
    stage(
        "capture",
        branch(
            "first-word",
            case(outside_area.is_(True), email("out-of-area"), then=finish("disqualified", after=calendar(days=7))),
            case(source.is_("missed_call"), then=goto("response")),
            case(can("email"), email("got-it")),
            otherwise=[sms("got-it-text")],
        ),
        otherwise=goto("response", after=elapsed(minutes=1)),
        hours=AROUND_THE_CLOCK,
    ),
    stage(
        "response",
        email("price-guide"),
        call(
            "first-call",
            due=working(minutes=15),
            escalate={"manager": working(minutes=45)},
            give_up=working(hours=4),
        ),
        branch(
            "after-first-call",
            case(SPOKE_AT_ONCE, then=goto("convert")),
            otherwise=[
                sms("tried-to-call", after=elapsed(minutes=1), only_if=WE_RANG),
                call(
                    "second-call",
                    after=business_days(1, at="10:30"),
                    due=working(hours=2),
                    give_up=working(hours=8),
                    only_if=NOT_REACHED,
                ),
            ],
        ),
        branch(
            "after-second-call",
            case(SPOKE_LATER, then=goto("convert")),
            otherwise=[email("questions-to-ask", after=business_days(1, at="09:30"))],
        ),
        otherwise=goto("nurture", after=business_days(3, at="10:30")),
        when=WHEN_THEY_ANSWER,
        hours=AROUND_THE_CLOCK,
    ),
    stage(
        "nurture",
        call("other-way", due=working(hours=8), only_if=not_(can("email"))),
        email("case-study"),
        email("paying-for-it", after=business_days(4, at="15:30")),
        email("buy-time", after=business_days(5, at="10:00")),
        email("second-opinion", after=business_days(5, at="13:30")),
        otherwise=goto("re_engage", after=quiet(business_days(9, at="10:30"))),
        when=WHEN_THEY_ANSWER,
    ),
    stage(
        "re_engage",
        email("three-ways"),
        email("before-the-season", after=business_days(9, at="15:00")),
        email("closing-file", after=business_days(9, at="11:00")),
        otherwise=finish("completed", after=calendar(days=7)),
        when=WHEN_THEY_ANSWER,
    ),
    stage(
        "convert",
        task("qualify", due=working(hours=8), blocks=False, only_if=not_(QUALIFIED)),
        email("prepare-visit", only_if=visit_on.known()),
        sms("visit-tomorrow", at=before(visit_on, days=1, at="10:00"), if_past="skip"),
        call("decision-call", after=quiet(business_days(3)), due=working(hours=8)),
        email("what-we-promise", after=quiet(business_days(3))),
        email("your-options", after=quiet(business_days(5)), only_if=not_(GOOD_TALK)),
        otherwise=goto("re_engage", after=quiet(business_days(15, at="10:30"))),
        when=[
            on(reply("wants_meeting", "positive", "question"), carry_on()),
            on(reply("not_now"), start("keep-in-touch")),
        ],
        hours=EVERY_DAY,
    ),
    retain,
    maintainer="sales",
    starts=["captured"],
    when=[
        on("meeting_booked", goto("convert")),
        on("won", goto("retain")),
        on(entered("Lost"), finish("not_interested")),
    ],
    sender="owner",
    after_human=elapsed(hours=4),
)
