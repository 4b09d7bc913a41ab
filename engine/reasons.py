"""
Every reason a person may see, as closed enums.

Members may be added; none may be renamed or removed, since they are stored beside the states they explain.
"""

from enum import StrEnum


class EnrollRefusal(StrEnum):
    """Why nothing was started."""

    ALREADY_ENROLLED = "already_enrolled"
    ACTIVE_ELSEWHERE = "active_elsewhere"
    FINISHED_BEFORE = "finished_before"
    COOLING_OFF = "cooling_off"
    ACCOUNT_BUSY = "account_busy"
    OPTED_OUT = "opted_out"
    NO_CONSENT = "no_consent"
    DO_NOT_CONTACT = "do_not_contact"
    NO_USABLE_ADDRESS = "no_usable_address"
    STAGE_EXCLUDED = "stage_excluded"
    GUARD_NOT_MET = "guard_not_met"
    DISQUALIFIED = "disqualified"
    FIELD_MISSING = "field_missing"
    SEQUENCE_CLOSED = "sequence_closed"
    REQUEST_CONFLICT = "request_conflict"
    EVENT_TOO_OLD = "event_too_old"


class HoldReason(StrEnum):
    """Why a lead waits; it goes on by itself."""

    STEP_DELAY = "step_delay"
    AWAITING_EVENT = "awaiting_event"
    SETTLING = "settling"
    BLOCKING_TASK = "blocking_task"
    AWAITING_CALL_RESULT = "awaiting_call_result"
    OUTSIDE_WINDOW = "outside_window"
    CLOSED_DAY = "closed_day"
    QUIET_HOURS = "quiet_hours"
    MIN_GAP = "min_gap"
    LEAD_CAP = "lead_cap"
    SENDER_LIMIT = "sender_limit"
    DOMAIN_LIMIT = "domain_limit"
    PROVIDER_BACKOFF = "provider_backoff"
    DELIVERY_RETRY = "delivery_retry"
    RECONCILING = "reconciling"
    OUT_OF_OFFICE = "out_of_office"
    THIRD_PARTY_REPLY = "third_party_reply"
    ACCOUNT_REPLY = "account_reply"
    ANSWER_OPEN = "answer_open"
    PAUSED = "paused"
    SEQUENCE_PAUSED = "sequence_paused"
    OWNER_ABSENT = "owner_absent"
    KILL_SWITCH = "kill_switch"
    WAITING_CAPACITY = "waiting_capacity"
    COOLING_OFF = "cooling_off"
    PREEMPTED = "preempted"
    PACING = "pacing"
    AWAITING_APPROVAL = "awaiting_approval"
    HUMAN_TOUCH = "human_touch"


class StopReason(StrEnum):
    """Why an enrolment is over. No member is a failure."""

    COMPLETED = "completed"
    REPLIED = "replied"
    ACCOUNT_REPLIED = "account_replied"
    CALL_CONNECTED = "call_connected"
    MEETING_BOOKED = "meeting_booked"
    GOAL_MET = "goal_met"
    NOT_INTERESTED = "not_interested"
    WRONG_PERSON = "wrong_person"
    OPTED_OUT = "opted_out"
    SPAM_COMPLAINT = "spam_complaint"
    STAGE_CHANGED = "stage_changed"
    GUARD_FAILED = "guard_failed"
    DISQUALIFIED = "disqualified"
    NO_CHANNEL_LEFT = "no_channel_left"
    SUPERSEDED = "superseded"
    HANDED_OVER = "handed_over"
    SEQUENCE_RETIRED = "sequence_retired"
    TOUCH_LIMIT = "touch_limit"
    EXPIRED = "expired"
    STOPPED_BY_PERSON = "stopped_by_person"
    STOPPED_BY_CRM = "stopped_by_crm"
    LEAD_MERGED = "lead_merged"
    LEAD_ERASED = "lead_erased"


class ReviewReason(StrEnum):
    """Why a person is needed before the lead goes on."""

    MISSING_TOKEN = "missing_token"  # noqa: S105 - a reason, not a secret
    RENDER_FAILED = "render_failed"
    OUTCOME_UNPROVEN = "outcome_unproven"
    PROVIDER_REJECTED = "provider_rejected"
    DELIVERY_FAILING = "delivery_failing"
    SENDER_UNAVAILABLE = "sender_unavailable"
    OWNER_UNAVAILABLE = "owner_unavailable"
    NO_ROUTE = "no_route"
    SLA_EXHAUSTED = "sla_exhausted"
    UNCLEAR_REPLY = "unclear_reply"
    POSSIBLE_OPT_OUT = "possible_opt_out"
    DISPOSITION_MISSING = "disposition_missing"
    CONTACT_CHANGED = "contact_changed"
    UNMAPPED_STAGE = "unmapped_stage"
    CRM_MISMATCH = "crm_mismatch"
    BAD_EVENT = "bad_event"  # does not block: a flag beside a Hold
    HELD_TOO_LONG = "held_too_long"
    PAUSE_EXPIRED = "pause_expired"
    TOO_LATE = "too_late"
    NO_SEND_WINDOW = "no_send_window"
    MIGRATION_BLOCKED = "migration_blocked"
    LOOP_LIMIT = "loop_limit"
    UNEXPECTED_ERROR = "unexpected_error"
    STATE_WENT_BACK = "state_went_back"


class SkipReason(StrEnum):
    """Why a step was left out; the run goes on."""

    AUTO_SKIPPED = "auto_skipped"
    SKIPPED_BY_PERSON = "skipped_by_person"
    CHANNEL_SUPPRESSED = "channel_suppressed"
    ADDRESS_BOUNCED = "address_bounced"
    NO_ADDRESS = "no_address"
    NO_CONSENT = "no_consent"
    STEP_GUARD_FALSE = "step_guard_false"
    TOO_LATE = "too_late"
    HELD_OUT = "held_out"
    NOT_APPROVED = "not_approved"
    NO_DATE = "no_date"
    SEQUENCE_PAUSED = "sequence_paused"


class CallDisposition(StrEnum):
    """How a call ended, entered by the person who made it."""

    CONNECTED_POSITIVE = "connected_positive"
    CONNECTED_NEUTRAL = "connected_neutral"
    CALLBACK_REQUESTED = "callback_requested"
    CONNECTED_NEGATIVE = "connected_negative"
    GATEKEEPER = "gatekeeper"
    VOICEMAIL = "voicemail"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    WRONG_NUMBER = "wrong_number"
    NUMBER_DEAD = "number_dead"
    DO_NOT_CALL = "do_not_call"
    FAILED = "failed"


class ReplyClass(StrEnum):
    """What an inbound message means."""

    WANTS_MEETING = "wants_meeting"
    POSITIVE = "positive"
    QUESTION = "question"
    NOT_NOW = "not_now"
    REFERRAL = "referral"
    NOT_INTERESTED = "not_interested"
    WRONG_PERSON = "wrong_person"
    LEFT_COMPANY = "left_company"
    OPT_OUT = "opt_out"
    COMPLAINT = "complaint"
    UNCLEAR = "unclear"
    POSSIBLE_OPT_OUT = "possible_opt_out"
    OUT_OF_OFFICE = "out_of_office"
    AUTOMATIC = "automatic"
    BOUNCE_NOTICE = "bounce_notice"


class IgnoreReason(StrEnum):
    """Why an event was recorded and changed nothing."""

    STALE = "stale"
    OLDER_THAN_ENROLMENT = "older_than_enrolment"
    NO_ENROLMENT = "no_enrolment"
    NO_SUCH_TASK = "no_such_task"
    TASK_CLOSED = "task_closed"
    NOT_PARKED = "not_parked"
    NOT_PAUSED = "not_paused"
    NO_SUCH_STAGE = "no_such_stage"
    NO_SUCH_STEP = "no_such_step"
    NO_SUCH_SEQUENCE = "no_such_sequence"
    NO_SUCH_VERSION = "no_such_version"
    SAME_VERSION = "same_version"
    OTHER_VERSION = "other_version"
    NO_COUNTERPART = "no_counterpart"
    MESSAGE_UNDER_WAY = "message_under_way"
    ALREADY_ASKED = "already_asked"
    AUTOMATIC_MAIL = "automatic_mail"
    REFUSED = "refused"
    LEAD_GONE = "lead_gone"
