"""
A proposal is out: four useful mails from its author and one call in the middle, over two to three weeks.

If nobody answers, the author settles what became of it; the engine never moves a deal to Lost by itself.
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
    reply,
    sequence,
    stage,
    start,
    task,
    working,
)

proposal_follow_up = sequence(
    "proposal-follow-up",
    stage(
        "convert",
        email("how-to-read", after=business_days(2, at="09:30")),
        email("similar-job", after=business_days(3, at="14:00")),
        call("proposal-call", after=business_days(2, at="10:00"), due=working(hours=8), give_up=business_days(2)),
        email("other-options", after=business_days(2, at="11:00")),
        email("before-it-expires", after=business_days(4, at="09:30")),
        task("settle", after=quiet(business_days(4)), due=business_days(2), proposes="Lost"),
        otherwise=finish("completed"),
    ),
    maintainer="sales",
    starts=["proposal_sent", entered("Proposal Pending")],
    again=calendar(days=1),
    when=[
        on(reply("not_now"), start("keep-in-touch")),
        on("contract_signed", finish("goal_met")),
        on("won", start("customer-care")),
        on(entered("Negotiating"), finish("goal_met")),
        on(entered("Delayed"), start("keep-in-touch")),
        on(entered("Lost"), finish("not_interested")),
    ],
    sender="owner",
)
