"""
Nobody came to the demo: kind within minutes, two new times the next morning, and a call; then it is left to them.

A booking ends it by itself. Whoever fails to come a second time is asked the same way again.
"""

from engine.authoring import (
    business_days,
    calendar,
    call,
    can,
    elapsed,
    email,
    finish,
    not_,
    sequence,
    sms,
    stage,
    working,
)

no_show = sequence(
    "no-show",
    stage(
        "convert",
        sms("are-you-coming", after=elapsed(minutes=10)),
        email("are-you-coming-mail", only_if=not_(can("sms"))),
        email("two-minutes-instead", after=business_days(1, at="09:30")),
        call("new-time", after=business_days(1, at="10:30"), due=working(hours=4), give_up=working(hours=8)),
        email("keep-or-close", after=business_days(3, at="14:00")),
        otherwise=finish("completed", after=calendar(days=7)),
    ),
    maintainer="sales",
    starts=["meeting_no_show"],
    again="if_inactive",
    after_human=elapsed(minutes=5),
    stale_after=elapsed(hours=20),
)
