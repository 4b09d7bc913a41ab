"""
Somebody rings and nobody picks up: a text within a minute, at any hour, and a call back within a quarter of an hour.

It interrupts whatever runs for the lead, and gives the lead back. In English and Spanish.
"""

from engine.authoring import call, can, elapsed, email, finish, not_, sequence, sms, stage, window, working

missed_call = sequence(
    "missed-call",
    stage(
        "as_is",
        sms("text-back"),
        email("mail-back", only_if=not_(can("sms"))),
        call(
            "call-back",
            due=working(minutes=15),
            escalate={"on_duty": working(minutes=30)},
            give_up=working(hours=4),
        ),
        otherwise=finish("completed"),
    ),
    maintainer="office",
    starts=["call_missed"],
    again=elapsed(minutes=20),
    gives_back=True,
    sender="company",
    hours=window("Mon-Sun", "00:00-24:00"),
    after_human=elapsed(minutes=1),
)
