"""The sentences people read: in the Temporal UI, in `explain`, in the audit trail and in the simulator alike."""

from datetime import datetime
from zoneinfo import ZoneInfo

from engine.life.moves import Hold, TaskKind
from engine.reasons import HoldReason, ReviewReason, SkipReason, StopReason

LONGEST_SUMMARY = 180
"""Temporal advises 200 bytes for a summary."""

HOLDS = {
    HoldReason.STEP_DELAY: "the planned wait",
    HoldReason.AWAITING_EVENT: "waiting for an answer to a question",
    HoldReason.SETTLING: "the stage is new, and a mis-dragged card must send nothing",
    HoldReason.BLOCKING_TASK: "a person has to finish a task first",
    HoldReason.AWAITING_CALL_RESULT: "the result of a call is awaited",
    HoldReason.OUTSIDE_WINDOW: "outside the sending hours",
    HoldReason.CLOSED_DAY: "a day without sending hours",
    HoldReason.QUIET_HOURS: "the law keeps texts and calls out of these hours",
    HoldReason.MIN_GAP: "the last message is too recent",
    HoldReason.LEAD_CAP: "the lead has had its messages of the day",
    HoldReason.SENDER_LIMIT: "the sender has used up its limit",
    HoldReason.DOMAIN_LIMIT: "the recipient's domain has had its share",
    HoldReason.PROVIDER_BACKOFF: "the provider asked us to wait",
    HoldReason.DELIVERY_RETRY: "the last try did not arrive, and is repeated later",
    HoldReason.RECONCILING: "whether the message went out is being looked up",
    HoldReason.OUT_OF_OFFICE: "the lead is out of office",
    HoldReason.THIRD_PARTY_REPLY: "somebody else in the conversation answered",
    HoldReason.ACCOUNT_REPLY: "a colleague at the same account answered",
    HoldReason.ANSWER_OPEN: "the lead's message has to be answered by a person first",
    HoldReason.PAUSED: "a person paused the lead",
    HoldReason.SEQUENCE_PAUSED: "the sequence is paused",
    HoldReason.OWNER_ABSENT: "the owner is absent",
    HoldReason.KILL_SWITCH: "sending is switched off",
    HoldReason.WAITING_CAPACITY: "the sequence is full for today",
    HoldReason.COOLING_OFF: "the last time is too recent",
    HoldReason.PREEMPTED: "another sequence goes first and gives back",
    HoldReason.PACING: "releases are spread after an outage",
    HoldReason.AWAITING_APPROVAL: "nobody has approved the message yet",
    HoldReason.HUMAN_TOUCH: "a person of ours was in touch a short while ago",
}

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
    StopReason.STAGE_CHANGED: "the CRM moved the lead elsewhere",
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
    SkipReason.AUTO_SKIPPED: "nobody did the task in time",
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
}

TASKS: dict[TaskKind, str] = {
    "call": "a call",
    "task": "a task",
    "answer": "the answer the lead waits for",
    "proof": "the proof whether a message went out",
    "problem": "a message that cannot be delivered",
    "enquiry": "a new enquiry that no sequence took",
    "handover": "a lead that no sequence took over",
}


def say_when(moment: datetime, zone: str) -> str:
    """A moment in a zone, as people write it: "Tue 24 Nov 2026 09:07"."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%a %-d %b %Y %H:%M")


def say_hold(hold: Hold, zone: str) -> str:
    """One hold: until when, and why."""
    detail = f" ({hold.detail})" if hold.detail else ""
    return f"until {say_when(hold.until, zone)}: {HOLDS[hold.because]}{detail}"


def summary(text: str) -> str:
    """The text, cut to what a timer's summary may hold."""
    return text if len(text) <= LONGEST_SUMMARY else text[: LONGEST_SUMMARY - 1] + "…"
