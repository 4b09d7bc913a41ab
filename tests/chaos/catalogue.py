"""
A sequence whose first mails leave within seconds and whose next one leaves in a month.

A lead that says nothing is sent `AT_ONCE` while things are broken, one after the other as the smallest gap allows; then
it sleeps. Nothing leaves outside the drill's hours.
"""

from datetime import time
from pathlib import Path

from engine.authoring import calendar, email, finish, goto, on, reply, sequence, stage, window
from engine.sequence.compiled import Sequence
from engine.sequence.written import Written
from tests.chaos.hours import OPENS

AT_ONCE = ("hello", "what-now", "first")
"""The steps of a lead that says nothing, in their order."""

BEHIND = {"nurture": AT_ONCE, "convert": ("offer",), "retain": ("welcome",)}
"""The steps that a lead who sleeps in a stage has behind it."""

A_MONTH = calendar(days=28)

LATEST = time(18)
FILE = """
from datetime import time

from engine.authoring import catalogue
from tests.chaos.catalogue import drill

CATALOGUE = catalogue(drill(time({closes.hour}, {closes.minute})))
"""
MAIL = "---\nvalue: guide\npurpose: commercial\nsubject: {step}\n---\n{step}\n"


def drill(closes: time) -> Written[Sequence]:
    """The sequence with these hours."""
    return sequence(
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
        hours=window("Mon-Sun", f"{OPENS:%H:%M}-{closes:%H:%M}"),
        maintainer="tests",
        when=[on("won", goto("retain")), on(reply("positive"), goto("convert"))],
    )


STAGES = drill(LATEST).part.stages
PLACES = {step.id: place for place, plan in enumerate(STAGES) for step in plan.steps}
"""The stage of each step, by its place in the sequence."""


def write(folder: Path, closes: time) -> None:
    """The sequence as a directory that can be published, with a mail for every step whose first line names the step."""
    (folder / "templates" / "drill").mkdir(parents=True)
    (folder / "catalogue.py").write_text(FILE.format(closes=closes), encoding="utf-8")
    for step in PLACES:
        (folder / "templates" / "drill" / f"{step}.email").write_text(MAIL.format(step=step), encoding="utf-8")
