"""
A price goes up in six weeks: told by a person who read it first, with a way to keep the old one, and one reminder.

Fifty customers a day, so that whoever is asked about it can still answer on the same day.
"""

from engine.authoring import before, branch, business_days, call, carry_on, case, email, finish, on, sequence, stage

from .fields import plan, price_changes_on

price_change = sequence(
    "price-change",
    stage(
        "retain",
        email("notice", approve=True),
        branch(
            "who-explains",
            case(
                plan.is_("full"),
                call("explain", after=business_days(2, at="10:00"), due=business_days(1), give_up=business_days(2)),
            ),
            otherwise=[email("what-is-in-it", after=business_days(3, at="09:30"))],
        ),
        email("keep-old-price", after=business_days(6, at="09:30")),
        email("one-week", at=before(price_changes_on, days=7, at="09:30"), if_past="skip"),
        otherwise=finish("completed", after=business_days(5)),
    ),
    maintainer="success",
    starts=[before(price_changes_on, days=45)],
    only_if=plan.known(),
    again=business_days(60),
    when=[on("call_connected", carry_on())],
    per_day=50,
)
