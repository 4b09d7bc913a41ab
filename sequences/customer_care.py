"""
Somebody bought: installation, check-ins, referral and the renewal of the maintenance plan, over many months.

The stage is used twice: here, for whoever bought when no sequence was running or a proposal was being followed up,
and as the last stage of inbound-lead, which sees its leads through.
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
from sequences.fields import renewal_on

retain = stage(
    "retain",
    email("welcome", template="customer-care/welcome"),
    task("handover", template="customer-care/handover", due=business_days(15)),
    email("first-week", template="customer-care/first-week", after=calendar(days=7, at="09:30")),
    email("first-month", template="customer-care/first-month", after=calendar(days=23, at="09:30")),
    email("referral", template="customer-care/referral", after=calendar(days=30, at="09:30")),
    email("season-check", template="customer-care/season-check", after=calendar(days=45, at="09:30")),
    email("renewal", template="customer-care/renewal", at=before(renewal_on, days=30, at="09:30")),
    call(
        "renewal-call",
        template="customer-care/renewal-call",
        at=before(renewal_on, days=10, at="10:00"),
        due=business_days(2),
    ),
    otherwise=finish("completed", after=calendar(days=30)),
    when=[
        on("replied", carry_on()),
        on("meeting_booked", carry_on()),
    ],
)

customer_care = sequence(
    "customer-care",
    retain,
    maintainer="service",
    starts=["won", entered("Won")],
    again="if_inactive",
    sender="owner",
)
