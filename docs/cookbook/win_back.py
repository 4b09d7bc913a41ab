"""
A customer left three months ago: what has changed since, an offer, one call, and a door that stays open.

At most twenty a day, so that the calls can be made. One in ten hears nothing: only so anybody knows whether it works.
"""

from engine.authoring import business_days, calendar, call, email, finish, sequence, since, stage, working

from .fields import left_on

win_back = sequence(
    "win-back",
    stage(
        "re_engage",
        email("what-changed", after=business_days(1, at="09:30")),
        email(
            "come-back",
            after=business_days(5, at="10:00"),
            variants={"free-month": 50, "we-move-it": 50},
        ),
        call("what-was-it", after=business_days(4, at="10:30"), due=working(hours=8), give_up=business_days(3)),
        email("door-open", after=business_days(6, at="14:00")),
        otherwise=finish("completed", after=calendar(days=14)),
    ),
    maintainer="success",
    starts=[since(left_on, days=90)],
    per_day=20,
    holdout=10,
    one_contact_per_account=True,
)
