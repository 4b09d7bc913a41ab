"""
The language of sequences: `from engine.authoring import *` gives the words, and nothing else.

A sequence that cannot be meant is refused on the line it is written on, before any lead runs on it.
"""

from engine.authoring import field
from engine.authoring.catalogues import catalogue
from engine.authoring.conditions import all_of, any_of, can, not_, open_now, outcome
from engine.authoring.exits import carry_on, finish, goto, start
from engine.authoring.later import voice
from engine.authoring.questions import ask
from engine.authoring.reactions import becomes, by_hand, entered, on, reply
from engine.authoring.sequences import sequence
from engine.authoring.stages import stage
from engine.authoring.steps import branch, call, case, email, sms, task
from engine.authoring.times import before, business_days, calendar, elapsed, quiet, since, window, working
from engine.reasons import ReplyClass

__all__ = [
    "ReplyClass",
    "all_of",
    "any_of",
    "ask",
    "becomes",
    "before",
    "branch",
    "business_days",
    "by_hand",
    "calendar",
    "call",
    "can",
    "carry_on",
    "case",
    "catalogue",
    "elapsed",
    "email",
    "entered",
    "field",
    "finish",
    "goto",
    "not_",
    "on",
    "open_now",
    "outcome",
    "quiet",
    "reply",
    "sequence",
    "since",
    "sms",
    "stage",
    "start",
    "task",
    "voice",
    "window",
    "working",
]
