"""
A contract ends in sixty days: what the year brought, a call, the terms in writing, and a decision before the date.

Every moment follows the date: whoever moves it in the CRM moves the mails.
"""

from engine.authoring import (
    before,
    business_days,
    calendar,
    call,
    carry_on,
    email,
    entered,
    finish,
    on,
    sequence,
    stage,
    task,
)

from .fields import renewal_on

renewal = sequence(
    "renewal",
    stage(
        "retain",
        email("your-year", after=business_days(1, at="09:30")),
        call("renewal-call", at=before(renewal_on, days=42, at="10:00"), due=business_days(3)),
        email("terms", at=before(renewal_on, days=28, at="09:30")),
        email("two-weeks", at=before(renewal_on, days=14, at="09:30"), thread="terms"),
        task("decide", at=before(renewal_on, days=7, at="10:00"), due=business_days(2)),
        otherwise=finish("completed"),
    ),
    maintainer="success",
    starts=[before(renewal_on, days=60)],
    again=calendar(days=180),
    when=[
        on("call_connected", carry_on()),
        on("contract_signed", finish("goal_met")),
        on(entered("Lost"), finish("not_interested")),
    ],
    one_contact_per_account=True,
)
