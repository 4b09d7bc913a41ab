"""What an export says about consent: yes, no, since when, for which channels, and the proof we keep."""

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from adapters.lead_file.cells import Unreadable
from engine.frozen import Frozen
from engine.words import Channel

YES = frozenset(
    {
        "yes", "y", "true", "t", "1", "x", "on", "granted", "given", "agreed", "accepted", "opt in", "opt-in",
        "opted in", "opted-in", "double opt-in", "subscribed", "checked", "ja", "oui", "si", "sí",
        "freely given consent from contact",
    }
)  # fmt: skip
NO = frozenset(
    {
        "no", "n", "false", "f", "0", "off", "denied", "declined", "refused", "unknown", "none", "not given",
        "no consent", "not subscribed", "not applicable", "n/a", "nein", "non", "bounced", "archived",
        "performance of a contract", "legitimate interest - prospect/lead", "legitimate interest - existing customer",
        "legitimate interest - other",
    }
)  # fmt: skip
"""HubSpot's legitimate interests are no consent; who relies on one states it with --consent-by."""
WITHDRAWN = frozenset({"unsubscribed", "opted out", "opted-out", "opt out", "opt-out", "revoked", "withdrawn"})
STILL_IN = frozenset({"subscribed", "opted in", "opted-in", "opt in", "opt-in"})
"""In a column about leaving these are no."""

CHANNEL_WORDS: dict[str, Channel] = {
    "email": Channel.EMAIL,
    "e-mail": Channel.EMAIL,
    "mail": Channel.EMAIL,
    "sms": Channel.SMS,
    "text": Channel.SMS,
    "texts": Channel.SMS,
    "voice": Channel.VOICE,
    "phone": Channel.VOICE,
    "call": Channel.VOICE,
    "calls": Channel.VOICE,
}

Verdict = Literal["given", "not_given", "withdrawn"]

_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ][\d:.,+\-]*(?:Z| ?[AP]M)?)?", re.IGNORECASE)
_DASHES = re.compile("[\u2010-\u2014]")


class Answer(Frozen):
    """What one cell says."""

    verdict: Verdict
    on: date | None = None
    """The day it was given, when the cell names one."""
    channels: tuple[Channel, ...] = ()
    """The channels the cell itself names; empty: it does not say."""


@lru_cache(maxsize=10_000)  # a column repeats a few answers
def read_consent(text: str, today: date) -> Answer:
    """
    What a consent cell says: a yes, a no, a withdrawal, the date it was given, or the channels it was given for.

    Raises: Unreadable, for a consent nobody can read is none.
    """
    said = _folded(text)
    if channels := _channels(said):
        return Answer(verdict="given", channels=channels)
    parts = [part.strip() for part in said.split(";")]
    if any(part in WITHDRAWN for part in parts):
        return Answer(verdict="withdrawn")
    if any(part in YES for part in parts) and all(part in YES | NO for part in parts):
        return Answer(verdict="given")
    if all(part in NO for part in parts):
        return Answer(verdict="not_given")
    return Answer(verdict="given", on=_day(text, today))


def read_opt_out(text: str, today: date) -> bool:
    """
    Whether an opt-out cell says yes; a date is the day of the opt-out.

    Raises: Unreadable, for an opt-out nobody can read might be one.
    """
    said = _folded(text)
    if said in NO or said in STILL_IN:
        return False
    if said in WITHDRAWN or said in YES:
        return True
    _day(text, today)
    return True


def _folded(text: str) -> str:
    return " ".join(_DASHES.sub("-", text).casefold().split())


def _channels(said: str) -> tuple[Channel, ...]:
    words = [word for word in re.split(r"[\s,;/+&|]+|\band\b", said) if word]
    if not words or any(word not in CHANNEL_WORDS for word in words):
        return ()
    return tuple(dict.fromkeys(CHANNEL_WORDS[word] for word in words))


def _day(text: str, today: date) -> date:
    written = _DATE.fullmatch(text)
    if not written:
        raise Unreadable("is neither yes, no nor a date such as 2026-10-03")
    try:
        day = date.fromisoformat(written[1])
    except ValueError as error:
        raise Unreadable("is not a date that exists") from error
    if day > today + timedelta(days=1):  # in half of the world it is tomorrow already
        raise Unreadable("is a date in the future")
    return day
