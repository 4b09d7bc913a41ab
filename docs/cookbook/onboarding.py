"""
A new customer, from the signature to the end of the second month; the first pay day is what everything turns around.

An answer goes to a person and the plan carries on, after a good talk too: nobody stops being helped for that.
"""

from engine.authoring import (
    before,
    business_days,
    calendar,
    call,
    carry_on,
    elapsed,
    email,
    entered,
    finish,
    on,
    sequence,
    since,
    stage,
    task,
    window,
)

from .fields import first_payroll_on, plan

EVERY_DAY = window("Mon-Sun", "09:00-18:00")
"""The eve of a Monday is a Sunday; everything else is timed in business days."""

onboarding = sequence(
    "onboarding",
    stage(
        "retain",
        email("welcome"),
        task("kick-off", due=business_days(2)),
        email("send-us-these", after=business_days(1, at="09:30")),
        email("pay-day-tomorrow", at=before(first_payroll_on, days=1, at="10:00")),
        call("after-pay-day", at=since(first_payroll_on, days=1, at="10:00"), due=business_days(1)),
        email("your-books", after=business_days(2, at="14:00"), only_if=plan.is_("full")),
        email("first-month", after=business_days(15, at="09:30")),
        email("second-month", after=business_days(20, at="09:30")),
        otherwise=finish("completed", after=calendar(days=7)),
        when=[
            on("replied", carry_on()),
            on("call_connected", carry_on()),
            on("meeting_booked", carry_on()),
        ],
    ),
    maintainer="success",
    starts=["won", entered("Won")],
    again="if_inactive",
    hours=EVERY_DAY,
    after_human=elapsed(hours=4),
)
