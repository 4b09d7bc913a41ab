"""
"Not before autumn": six months in which a lead hears from us four times, and is asked once, by a person, at the end.

Each mail is worth reading for somebody who does not buy. Nothing in it asks whether they are ready.
"""

from engine.authoring import business_days, calendar, call, email, entered, finish, on, sequence, stage

delayed_deal = sequence(
    "delayed-deal",
    stage(
        "nurture",
        email("what-stays", after=business_days(1, at="09:30")),
        email("year-end-list", after=calendar(days=42, at="09:30")),
        email("hiring-guide", after=calendar(days=42, at="09:30")),
        email("what-others-did", after=calendar(days=42, at="09:30")),
        call("is-it-time", after=calendar(days=50, at="10:00"), due=business_days(2)),
        otherwise=finish("completed"),
    ),
    maintainer="sales",
    starts=[entered("Delayed")],
    again="if_inactive",
    when=[
        on("won", finish("goal_met")),
        on(entered("Negotiating"), finish("goal_met")),
        on(entered("Lost"), finish("not_interested")),
    ],
)
