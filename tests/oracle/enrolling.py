"""How the second interpreter begins a sequence, refuses it, hands over to it, and takes what is written."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.oracle import calendar
from tests.oracle.calendar import Plain, duration
from tests.oracle.state import CALL_DUE, DEEPEST, Enrolment, Place, Task

if TYPE_CHECKING:
    from tests.oracle.life import Life


def written(life: Life, enrolment: Enrolment, wanted: list[Plain]) -> Plain:
    """The response written for the first of the wanted triggers, in the stage, then in the sequence; None without."""
    for reactions in (life.plan_of(enrolment).get("when", []), enrolment.sequence.get("when", [])):
        for trigger in wanted:
            for reaction in reactions:
                if {name: value for name, value in reaction["trigger"].items() if value is not None} == trigger:
                    return reaction["response"]
    return None


def react(life: Life, enrolment: Enrolment, response: Plain, default: str | None = None) -> None:
    """Do what is written; a plain `finish()` ends for the reason for which it would have ended anyway."""
    if default and response["kind"] == "finish" and response.get("reason", "completed") == "completed":
        response = response | {"reason": default}
    if response["kind"] == "carry_on":
        enrolment.answer = next((task for task in life.tasks if task.name == "answer"), None)
        return
    enrolment.answer = enrolment.wanted_stage = None
    if response.get("after"):
        place = enrolment.place
        enrolment.place = Place(place.stage, place.entered, [response], life.now)
        if not life.review and not enrolment.stands_still:
            life.of_an_exit(enrolment, response)
    else:
        life.leave_by(enrolment, response)


def started_by(life: Life, wanted: list[Plain]) -> list[Plain]:
    """The sequences of the catalogue that one of the triggers starts."""
    found = []
    for sequence in life.catalogue:
        starts = [
            {name: value for name, value in start.items() if value is not None} for start in sequence.get("starts", [])
        ]
        if any(trigger in starts for trigger in wanted):
            found.append(sequence)
    return found


def start_by(life: Life, candidates: list[Plain], *, is_capture: bool = False) -> None:
    """Enrol in the highest sequence that accepts; an enquiry that none accepts goes to the owner."""
    refused = None
    for sequence in candidates:
        reason = why_refused(life, sequence)
        if reason is None:
            enroll(life, sequence)
            return
        refused = refused or (sequence["name"], reason)
    if refused:
        life.say("refused", *refused)
        if is_capture:
            ask_owner(life, "enquiry")


def ask_owner(life: Life, name: str) -> None:
    """A task for the owner that no step asked for; one of a kind."""
    if any(task.name == name for task in [*life.tasks, *life.owed]):
        return
    life.owed.append(Task(name, "owner", life.now, life.for_a_person(life.now, CALL_DUE)))


def why_refused(life: Life, sequence: Plain, *, hands_over: Enrolment | None = None) -> str | None:
    """The EnrollRefusal of a sequence; None if the lead may enter it. Who hands over, gives its place up."""
    order = [one["name"] for one in life.catalogue]
    name = sequence["name"]
    if life.complained:
        return "do_not_contact"
    if any(one.name == name for one in life.running if one is not hands_over):
        return "already_enrolled"
    if not life.true(sequence.get("only_if"), sequence):
        return "guard_not_met"
    again = sequence.get("again") or {"kind": "once"}
    if name in life.ended:
        if again["kind"] == "once":
            return "finished_before"
        hours = life.hours_of(sequence)
        if again["kind"] == "after" and life.now < calendar.after(
            life.ended[name], again["delay"], dates=hours, working=hours, last_word=None
        ):
            return "cooling_off"
    if life.enrolment and not hands_over:
        if order.index(name) > order.index(life.enrolment.name):
            return "active_elsewhere"
        if sequence.get("gives_back") and len(life.running) > DEEPEST:
            return "active_elsewhere"
    channels = sorted(channels_of(sequence))
    reasons = [life.why_not_call() if channel == "voice" else life.why_not(channel) for channel in channels]
    if reasons and all(reasons):
        if "channel_suppressed" in reasons:
            return "opted_out"
        return "no_consent" if "no_consent" in reasons else "no_usable_address"
    return None


def channels_of(sequence: Plain) -> set[str]:
    """Every channel that a step of the sequence uses."""
    found: set[str] = set()

    def look_at(steps: list[Plain]) -> None:
        for step in steps:
            if step["kind"] == "branch":
                for case in step["cases"]:
                    look_at(case.get("steps", []))
                look_at(step.get("otherwise", []))
            elif step["kind"] != "task":
                found.add("voice" if step["kind"] == "call" else step["kind"])

    for stage in sequence["stages"]:
        look_at(stage["steps"])
    return found


def enroll(life: Life, sequence: Plain) -> None:
    """Start a sequence that accepts the lead."""
    before = life.enrolment
    life.say("enrolled", sequence["name"])
    if before and not sequence.get("gives_back"):
        life.end(before, "superseded")
    if before and life.review != "unmapped_stage":
        life.end_review()
    for interrupted in life.running:
        interrupted.wanted_stage = None
    begin(life, sequence)


def begin(life: Life, sequence: Plain) -> None:
    """Stand at the beginning of a sequence; a pause that is over does not hold it."""
    if life.pause and (life.pause[1] or life.pause[0] + duration(life.number("pause_limit"))) <= life.now:
        life.pause = None
    first = sequence["stages"][0]["name"]
    enrolment = Enrolment(sequence, life.now, Place(first, life.now, [], life.now))
    life.running.append(enrolment)
    life.begin(enrolment, first)
    for number, reaction in enumerate(sequence.get("when", [])):
        if reaction["trigger"]["kind"] == "becomes":
            enrolment.seen[f"all {number}"] = life.true(reaction["trigger"]["condition"], sequence, {})


def hand_over(life: Life, enrolment: Enrolment, name: str) -> None:
    """`start(…)`: this is over, the other begins; if it refuses, the owner is asked, unless that one has the lead."""
    sequence = next((one for one in life.catalogue if one["name"] == name), None)
    reason = why_refused(life, sequence, hands_over=enrolment) if sequence else "sequence_closed"
    life.write(*(("refused", name, reason) if reason else ("enrolled", name)))
    life.end(enrolment, "handed_over")
    if reason and not (life.enrolment and life.enrolment.name == name):
        ask_owner(life, "handover")
    elif sequence and not reason:
        begin(life, sequence)


def follow(life: Life, enrolment: Enrolment, stage: str) -> None:
    """Follow the CRM: within the sequence if it has that stage; else it is over."""
    if stage not in [one["name"] for one in enrolment.sequence["stages"]]:
        life.end(enrolment, "stage_changed")
        return
    left = enrolment.left.get(stage)
    if left and life.now - left[0] < timedelta(seconds=60):
        enrolment.left[enrolment.place.stage] = (life.now, enrolment.place)
        enrolment.place = left[1]
        enrolment.place.waits_for = None
        life.stage = stage
        life.end_review()
        life.say("stage", stage)
        life.cancel_tasks(enrolment)
        return
    life.enter(enrolment, stage)
