"""
A sequence whose first mails leave within seconds and whose next one leaves in a month.

A lead that says nothing is sent `AT_ONCE` while things are broken, one after the other as the smallest gap allows; then
it sleeps. Nothing leaves outside the drill's hours.
"""

import os

from engine.authoring import calendar, catalogue, email, finish, goto, on, reply, sequence, stage, window
from tests.chaos.hours import CLOSES, OPENS

AT_ONCE = ("hello", "what-now", "first")
"""The steps of a lead that says nothing, in their order."""

BEHIND = {"nurture": AT_ONCE, "convert": ("offer",), "retain": ("welcome",)}
"""The steps that a lead who sleeps in a stage has behind it."""

A_MONTH = calendar(days=28)

drill = sequence(
    "drill",
    stage("capture", email("hello"), otherwise=goto("response")),
    stage("response", email("what-now"), otherwise=goto("nurture")),
    stage(
        "nurture",
        email("first"),
        email("next-month", after=A_MONTH),
        email("later", after=A_MONTH),
        otherwise=goto("re_engage", after=A_MONTH),
    ),
    stage("re_engage", email("back"), email("last"), otherwise=finish(after=A_MONTH)),
    stage("convert", email("offer"), otherwise=finish(after=A_MONTH)),
    stage("retain", email("welcome"), otherwise=finish(after=A_MONTH)),
    starts=["captured"],
    sender="company",
    hours=window("Mon-Sun", f"{OPENS:%H:%M}-{os.environ.get(CLOSES, '18:00')}"),
    maintainer="tests",
    when=[on("won", goto("retain")), on(reply("positive"), goto("convert"))],
)

CATALOGUE = catalogue(drill)

PLACES = {step.id: place for place, plan in enumerate(drill.part.stages) for step in plan.steps}
"""The stage of each step, by its place in the sequence."""
