"""The closed vocabularies as types, so that an unknown word is refused before anything runs."""

from typing import Literal

StageName = Literal["capture", "response", "nurture", "re_engage", "convert", "retain"]

StagePlanName = Literal["capture", "response", "nurture", "re_engage", "convert", "retain", "as_is"]

ChannelName = Literal["email", "sms", "voice"]

EventName = Literal[
    "captured",
    "replied",
    "fields_changed",
    "stage_changed",
    "opted_out",
    "opted_in",
    "bounced",
    "delivery_failed",
    "call_missed",
    "call_connected",
    "meeting_booked",
    "meeting_cancelled",
    "meeting_no_show",
    "proposal_sent",
    "proposal_viewed",
    "contract_signed",
    "paid",
    "won",
    "lost",
    "owner_changed",
    "owner_absent",
    "owner_back",
    "task_done",
    "note_added",
    "human_touch",
    "by_hand",
    "moment_reached",
    "merged",
    "deleted",
    "erased",
]

OutcomeName = Literal[
    "connected_positive",
    "connected_neutral",
    "callback_requested",
    "connected_negative",
    "gatekeeper",
    "voicemail",
    "no_answer",
    "busy",
    "wrong_number",
    "number_dead",
    "do_not_call",
    "failed",
    "done",
    "given_up",
]
"""How a call ends (a CallDisposition), how a task ends (`done`), and how both do when nobody acts (`given_up`)."""

SenderName = Literal["owner", "company"]

AgainName = Literal["once", "if_inactive"]

ReplyName = Literal[
    "wants_meeting",
    "positive",
    "question",
    "not_now",
    "referral",
    "not_interested",
    "wrong_person",
    "left_company",
    "opt_out",
    "complaint",
    "unclear",
    "possible_opt_out",
    "out_of_office",
    "automatic",
    "bounce_notice",
]
