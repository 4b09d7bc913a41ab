"""
A proposal is out: three mails from its author, a call in between, and a decision that a person writes down.

Nobody is asked whether they "had time to look at it": every mail answers a question that proposals raise.
"""

from engine.authoring import (
    business_days,
    calendar,
    call,
    email,
    entered,
    finish,
    on,
    quiet,
    sequence,
    stage,
    task,
    working,
)

proposal = sequence(
    "proposal",
    stage(
        "convert",
        email("three-pages", after=business_days(1, at="09:30")),
        call("walk-through", after=business_days(2, at="10:00"), due=working(hours=8), give_up=business_days(2)),
        email("smaller-start", after=business_days(3, at="14:00"), thread="three-pages"),
        email("start-dates", after=business_days(4, at="09:30"), thread="three-pages"),
        task("settle", after=quiet(business_days(5)), due=business_days(2), proposes="Lost"),
        otherwise=finish("completed"),
    ),
    maintainer="sales",
    starts=["proposal_sent", entered("Proposal Pending")],
    again=calendar(days=1),
    when=[
        on("contract_signed", finish("goal_met")),
        on("won", finish("goal_met")),
        on(entered("Negotiating"), finish("goal_met")),
        on(entered("Delayed"), finish("completed")),
        on(entered("Lost"), finish("not_interested")),
    ],
)
