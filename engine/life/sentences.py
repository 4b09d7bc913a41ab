"""The sentences people read: in the Temporal UI, in `explain`, in the audit trail and in the simulator alike."""

from datetime import datetime

from engine.calendar.zones import clock
from engine.hearsay import bearable
from engine.life.events import Event
from engine.life.moves import Hold, TaskKind
from engine.life.passing import RENAMED
from engine.reasons import EnrollRefusal, HoldReason, IgnoreReason, ReviewReason, SkipReason, StopReason
from engine.sequence.compiled import CalendarDays, Delay, HumanTask, Quiet, Sendable
from engine.sequence.wording import EVENTS, REPLIES, SENDING_HOURS, say_length, say_moment, say_stage
from engine.words import Channel, EventKind

LONGEST_SUMMARY = 180
"""Temporal advises 200 bytes for a summary."""

HOLDS = {
    HoldReason.STEP_DELAY: "the sequence plans a wait here",
    HoldReason.AWAITING_EVENT: "nothing is due until something happens",
    HoldReason.SETTLING: "the lead has only just come into this stage, perhaps by mistake",
    HoldReason.BLOCKING_TASK: "a person has something to do first",
    HoldReason.AWAITING_CALL_RESULT: "a call has no result yet",
    HoldReason.OUTSIDE_WINDOW: "it waits for the sending hours",
    HoldReason.CLOSED_DAY: "it waits for a day with sending hours",
    HoldReason.QUIET_HOURS: "it waits for the hours in which the law allows texts and calls",
    HoldReason.MIN_GAP: "it keeps its distance from the message before",
    HoldReason.LEAD_CAP: "the lead has had enough messages for one day",
    HoldReason.SENDER_LIMIT: "the sender has used up its limit",
    HoldReason.DOMAIN_LIMIT: "enough has gone to the recipient's mail domain for now",
    HoldReason.PROVIDER_BACKOFF: "the provider did not take it, and is asked again then",
    HoldReason.DELIVERY_RETRY: "the last try did not arrive, and this is the next one",
    HoldReason.RECONCILING: "nobody knows yet whether the last message went out",
    HoldReason.OUT_OF_OFFICE: "the lead is out of office",
    HoldReason.THIRD_PARTY_REPLY: "somebody else in the conversation answered",
    HoldReason.ACCOUNT_REPLY: "a colleague at the same account answered",
    HoldReason.ANSWER_OPEN: "a person has to answer the lead first",
    HoldReason.PAUSED: "a person paused the lead",
    HoldReason.SEQUENCE_PAUSED: "the sequence is paused",
    HoldReason.OWNER_ABSENT: "the owner is away",
    HoldReason.KILL_SWITCH: "sending is switched off",
    HoldReason.WAITING_CAPACITY: "the sequence is full for today",
    HoldReason.COOLING_OFF: "the last time is too recent",
    HoldReason.PREEMPTED: "another sequence goes first and gives back",
    HoldReason.PACING: "releases are spread after an outage",
    HoldReason.AWAITING_APPROVAL: "nobody has approved the message yet",
    HoldReason.HUMAN_TOUCH: "a person of ours was in touch a short while ago",
}
"""Clauses that stand after a moment: "email two on Mon 30 Nov 2026 09:00 New York time: it waits for ..."."""

REVIEWS = {
    ReviewReason.MISSING_TOKEN: "the message needs values that are missing",
    ReviewReason.RENDER_FAILED: "the message could not be written",
    ReviewReason.OUTCOME_UNPROVEN: "nobody can prove whether a message went out",
    ReviewReason.PROVIDER_REJECTED: "the provider refused the message for good",
    ReviewReason.DELIVERY_FAILING: "messages keep failing to arrive",
    ReviewReason.SENDER_UNAVAILABLE: "the sender cannot be used",
    ReviewReason.OWNER_UNAVAILABLE: "the owner is gone",
    ReviewReason.NO_ROUTE: "nobody is responsible for the lead",
    ReviewReason.SLA_EXHAUSTED: "every person asked let it lie",
    ReviewReason.UNCLEAR_REPLY: "the lead wrote something unclear",
    ReviewReason.POSSIBLE_OPT_OUT: "the lead may have asked not to be contacted",
    ReviewReason.DISPOSITION_MISSING: "a call has no result",
    ReviewReason.CONTACT_CHANGED: "the person left the company or the number changed hands",
    ReviewReason.UNMAPPED_STAGE: "the CRM's stage has no meaning here",
    ReviewReason.CRM_MISMATCH: "the CRM says something else than we do",
    ReviewReason.BAD_EVENT: "an event could not be read",
    ReviewReason.HELD_TOO_LONG: "the lead was held for longer than anybody planned",
    ReviewReason.PAUSE_EXPIRED: "the pause is over its limit",
    ReviewReason.TOO_LATE: "the message is too late to be sent without asking",
    ReviewReason.NO_SEND_WINDOW: "no moment is allowed by hours, law and the lead's possible zones together",
    ReviewReason.MIGRATION_BLOCKED: "the step has no counterpart in the new version",
    ReviewReason.LOOP_LIMIT: "the lead came back into one stage too often",
    ReviewReason.UNEXPECTED_ERROR: "the engine met something it does not know",
    ReviewReason.STATE_WENT_BACK: "the database was restored to an older state",
}

STOPS = {
    StopReason.COMPLETED: "every step is done and nobody answered",
    StopReason.REPLIED: "the lead answered",
    StopReason.ACCOUNT_REPLIED: "a colleague at the same account answered",
    StopReason.CALL_CONNECTED: "we talked to the lead",
    StopReason.MEETING_BOOKED: "a meeting is booked",
    StopReason.GOAL_MET: "the goal is met",
    StopReason.NOT_INTERESTED: "the lead is not interested",
    StopReason.WRONG_PERSON: "it is the wrong person",
    StopReason.OPTED_OUT: "the person asked not to be contacted",
    StopReason.SPAM_COMPLAINT: "the person complained about a message",
    StopReason.STAGE_CHANGED: "the lead has moved on",
    StopReason.GUARD_FAILED: "the sequence's own condition is no longer met",
    StopReason.DISQUALIFIED: "the lead does not qualify",
    StopReason.NO_CHANNEL_LEFT: "no address is left to reach the lead",
    StopReason.SUPERSEDED: "another sequence took the lead over",
    StopReason.HANDED_OVER: "it handed over to another sequence",
    StopReason.SEQUENCE_RETIRED: "the sequence is retired",
    StopReason.TOUCH_LIMIT: "the lead has had as many touches as the policy allows",
    StopReason.EXPIRED: "the enrolment is older than the policy allows",
    StopReason.STOPPED_BY_PERSON: "a person stopped it",
    StopReason.STOPPED_BY_CRM: "the CRM deleted the lead",
    StopReason.LEAD_MERGED: "the lead was merged into another",
    StopReason.LEAD_ERASED: "the person asked to be forgotten",
}

SKIPS = {
    SkipReason.AUTO_SKIPPED: "nobody did it in time",
    SkipReason.SKIPPED_BY_PERSON: "a person skipped it",
    SkipReason.CHANNEL_SUPPRESSED: "the person does not want to be contacted there",
    SkipReason.ADDRESS_BOUNCED: "the address does not work",
    SkipReason.NO_ADDRESS: "there is no address",
    SkipReason.NO_CONSENT: "there is no consent",
    SkipReason.STEP_GUARD_FALSE: "its condition is not met",
    SkipReason.TOO_LATE: "its moment is long past",
    SkipReason.HELD_OUT: "the lead belongs to the group that gets nothing",
    SkipReason.NOT_APPROVED: "nobody approved it",
    SkipReason.NO_DATE: "the date it refers to is not known",
    SkipReason.SEQUENCE_PAUSED: "it came due while the sequence was paused",
}

STAYS = {
    IgnoreReason.NO_COUNTERPART: "the version has no such step, stage or way out",
    IgnoreReason.MESSAGE_UNDER_WAY: "nobody knows yet what became of a message; try again later",
    IgnoreReason.OTHER_VERSION: "somebody else has moved them meanwhile",
    IgnoreReason.SAME_VERSION: "they are there already",
    IgnoreReason.NO_ENROLMENT: "they have left the sequence meanwhile",
    IgnoreReason.LEAD_GONE: "merged, deleted or erased",
    IgnoreReason.NO_SUCH_VERSION: "the version was never published",
}
"""Why a lead is not moved to another version."""

REFUSALS = {
    EnrollRefusal.ALREADY_ENROLLED: "the lead is in it already",
    EnrollRefusal.ACTIVE_ELSEWHERE: "another sequence goes first",
    EnrollRefusal.FINISHED_BEFORE: "a lead runs through it only once",
    EnrollRefusal.COOLING_OFF: "the last time is too recent",
    EnrollRefusal.ACCOUNT_BUSY: "a colleague at the same account hears from us already",
    EnrollRefusal.OPTED_OUT: "the person asked not to be contacted",
    EnrollRefusal.NO_CONSENT: "there is no consent",
    EnrollRefusal.DO_NOT_CONTACT: "the lead must not be contacted",
    EnrollRefusal.NO_USABLE_ADDRESS: "there is no usable address",
    EnrollRefusal.STAGE_EXCLUDED: "it is not for the stage the lead is in",
    EnrollRefusal.GUARD_NOT_MET: "its condition is not met",
    EnrollRefusal.DISQUALIFIED: "the lead does not qualify",
    EnrollRefusal.FIELD_MISSING: "a field it needs is not known",
    EnrollRefusal.SEQUENCE_CLOSED: "it takes nobody",
    EnrollRefusal.REQUEST_CONFLICT: "the same request came before with another content",
    EnrollRefusal.EVENT_TOO_OLD: "what would have started it is too long ago",
}

HAPPENS = EVENTS | {EventKind.CAPTURED: "the lead is captured"}
"""What an event means for the lead it happens to."""

SCOPES = {
    None: "everything",
    Channel.EMAIL: "emails",
    Channel.SMS: "texts and automated calls",
    Channel.VOICE: "texts and automated calls",
}
"""What an opt-out on a channel closes."""

WAYS_OUT = "retry, skip, jump, stop, reassign or enroll"

WAKES = {
    "review": f"a person decides with {WAYS_OUT}",
    "paused": "a person may resume it sooner",
    "task": "closing an open task wakes it",
    "open": "a reply, a stage change in the CRM or any other event wakes it at once",
    "over": "only something new from the lead or the CRM, or a person who enrolls it, wakes it",
    "gone": "nothing wakes this lead any more",
}
"""What wakes a lead, by the first word of its state; "open" is true of every lead that is not over."""

TASKS: dict[TaskKind, str] = {
    "call": "a call",
    "task": "a task",
    "approval": "the approval of a message",
    "answer": "an answer to the lead",
    "proof": "the proof whether a message went out",
    "problem": "a message that cannot be delivered",
    "enquiry": "a new enquiry that no sequence took",
    "handover": "a lead that no sequence took over",
}


# --- what happens -----------------------------------------------------------------------------------------------------


def say_left_out(because: str) -> str:
    """Why a step was left out, by whatever name the records know that."""
    if because in tuple(SkipReason):
        return SKIPS[SkipReason(because)]
    if because in tuple(ReviewReason):
        return REVIEWS[ReviewReason(because)]
    if because == RENAMED:
        return "its step has another name in the version the lead was moved to"
    return STOPS[StopReason(because)] if because in tuple(StopReason) else "the lead had moved on"


def say_event(event: Event) -> str:
    """What an event means, without anything that somebody typed."""
    reply = event.data.reply
    if event.kind is EventKind.OPTED_OUT:
        return f"the lead opts out of {SCOPES[event.data.channel]}"
    return HAPPENS[event.kind] if event.kind is not EventKind.REPLIED or reply is None else REPLIES[reply]


# --- moments ----------------------------------------------------------------------------------------------------------


def say_wall(moment: datetime, zone: str) -> str:
    """What calendar and clock show there at that moment; for lines under a heading that names the zone."""
    return clock(zone, bearable(moment)).strftime("%a %-d %b %Y %H:%M")


def say_zone(zone: str) -> str:
    """The zone as people call it: "New York time"."""
    area, _, place = zone.rpartition("/")
    return place if area in ("", "Etc") else f"{place.replace('_', ' ')} time"


def say_when(moment: datetime, zone: str) -> str:
    """A moment that can stand alone: "Tue 24 Nov 2026 09:07 New York time"."""
    return f"{say_wall(moment, zone)} {say_zone(zone)}"


def say_both(why: str, other: str, zone: str) -> str:
    """Two sentences about moments of one zone, which is named once."""
    name = f" {say_zone(zone)}"
    return f"{why}; {other.replace(name, '') if name in why else other}"


# --- waits ------------------------------------------------------------------------------------------------------------


def say_hold(hold: Hold, zone: str) -> str:
    """One hold of several: until when, and why."""
    return f"until {say_wall(hold.until, zone)}: {HOLDS[hold.because]}"


def say_plan(step: Sendable | HumanTask) -> str:
    """Why a step comes at the moment that the sequence plans for it."""
    if step.at is not None:
        return f"that is {say_moment(step.at)}"
    if step.after is None:
        return HOLDS[HoldReason.STEP_DELAY]
    for_us = isinstance(step, HumanTask)
    return f"the sequence first {say_waiting(step.after) if for_us else say_waiting(step.after, SENDING_HOURS)}"


def say_waiting(delay: Delay, working: str = "working time") -> str:
    """What the sequence does during a delay: "waits 2 working days", "waits for 2 days of silence"."""
    match delay:
        case Quiet():
            return f"waits for {say_length(delay.delay, working)} of silence"
        case CalendarDays(days=0):
            return "waits for a later hour of the day"
        case _:
            return f"waits {say_length(delay, working)}"


def say_beginning(stage: str) -> str:
    """A stage that is entered."""
    return f"{say_stage(stage)} begins"


def say_chain(plan: str | None, holds: tuple[Hold, ...]) -> str:
    """Why something waits until its last hold ends; `plan` says why it was not to come sooner anyway."""
    last = HOLDS[holds[-1].because] if holds else None
    return ", and then ".join(part for part in (plan, last) if part is not None)


def summary(text: str, longest: int = LONGEST_SUMMARY) -> str:
    """The text on one line, cut to what a timer's summary may hold, or to so many characters."""
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"
