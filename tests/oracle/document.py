"""
A lead's life as a document: what is given to two interpreters that share no code, and what both must say about it.

    given    catalogue   compiled sequences, highest first, as their canonical JSON
             world       the lead's circumstances, as JSON; `changes` of the script replace top-level entries
             begins      the moment of the first look
             script      what happens, in the order of `at`; the lead is looked at right after each entry
             ends        until when the lead is left alone after the last entry

    said     lines       what was done and when, in the order it was done

Between two entries time passes, and the lead is looked at whenever something is due; what is due at the very moment of
an entry is done before it. A message that leaves is answered
by the entry `answers` of its number (the first message of the life is number 0); one that has none is accepted at once.
Nothing here is of the engine: words are those of the pages that define the language.
"""

from typing import Literal, NamedTuple, NotRequired, TypedDict

Json = dict[str, object]
"""Plain JSON."""

ProviderAnswer = Literal["accepted", "bad_content", "bad_recipient", "opted_out", "uncertain", "lost"]
"""
`uncertain`: nobody knows, and the first look-up finds the message. `lost`: no look-up ever finds it.
The other three are refusals for good.
"""


class Happening(TypedDict):
    """One entry of the script; exactly one of event, command, changes and closes stands beside `at`."""

    at: str
    """ISO 8601 with an offset, in UTC."""
    event: NotRequired[Json]
    """An envelope without number and id: kind, occurred_at, data. It is noted at `at`, whenever it occurred."""
    command: NotRequired[Json]
    """verb and data."""
    changes: NotRequired[Json]
    """New values of entries of the world."""
    closes: NotRequired[Json]
    """A person closes an open task: `of` (its step, else its kind), `disposition`, perhaps `callback_at`."""


class Document(TypedDict):
    """One life."""

    catalogue: list[Json]
    world: Json
    begins: str
    script: list[Happening]
    answers: dict[str, ProviderAnswer]
    ends: str


class Line(NamedTuple):
    """
    One thing that was done.

    | word      | of                                | how                                                       |
    |-----------|-----------------------------------|-----------------------------------------------------------|
    | enrolled  | the sequence                      |                                                           |
    | refused   | the sequence, or "" if none       | the EnrollRefusal                                         |
    | stage     | the stage that is entered, but    | the step a jump begins at, or ""                          |
    |           | not the first of an enrolment     |                                                           |
    | sent      | the step                          | the channel; written when it leaves, whatever the answer  |
    | skipped   | the step                          | the SkipReason; not of a message that has left            |
    | opened    | the step, or the kind of a task   | role, then the moment it is due: "owner 2026-11-23T15:00" |
    |           | without a step                    |                                                           |
    | escalated | as above                          | the role                                                  |
    | closed    | as above                          | given_up or cancelled; what people close is not written   |
    | review    | the ReviewReason                  |                                                           |
    | ended     | the sequence                      | the StopReason                                            |
    """

    at: str
    """In UTC to the second, `2026-11-23T14:00:00`."""
    word: str
    of: str
    how: str = ""
