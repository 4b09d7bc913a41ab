"""The deal is postponed: something useful every few weeks, and after four months a call to ask whether it is time."""

from engine.authoring import business_days, calendar, call, email, entered, finish, on, sequence, stage, start

keep_in_touch = sequence(
    "keep-in-touch",
    stage(
        "nurture",
        email("lower-bills", after=calendar(days=21, at="09:30")),
        email("repair-or-replace", after=calendar(days=35, at="09:30")),
        email("quiet-season", after=calendar(days=35, at="09:30")),
        call("good-time", after=calendar(days=28, at="10:00"), due=business_days(2)),
        otherwise=finish("completed"),
    ),
    maintainer="sales",
    starts=[entered("Delayed")],
    again="if_inactive",
    when=[
        on("won", start("customer-care")),
        on(entered("Lost"), finish("not_interested")),
    ],
    sender="owner",
)
