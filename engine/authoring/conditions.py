"""Words for conditions: what a lead must be like for a sequence to start, or for a step to happen."""

from typing import NoReturn

from engine.authoring.refusals import here, must_be, must_be_name, must_be_word
from engine.authoring.vocabulary import ChannelName, OutcomeName
from engine.sequence import compiled
from engine.sequence.written import Place, Written, invalid
from engine.words import Channel

WRITE_A_CONDITION = 'write one like source.is_("ad"), outcome("first-call").is_("voicemail") or open_now'


class Condition(Written[compiled.Condition]):
    """Something that is true of a lead or not, and is asked when its moment has come, never while it is written."""

    def __bool__(self) -> NoReturn:
        """Refuse `and`, `or`, `not` and `if`, which would silently drop a condition."""
        raise invalid(
            "SEQ006",
            "`and`, `or`, `not` and `if` do not work on conditions",
            here(),
            "write all_of(a, b), any_of(a, b) or not_(a)",
        )


class Outcome:
    """How a call, a task or a question ended."""

    def __init__(self, step_id: str) -> None:
        self._step_id = step_id

    def is_(self, *outcomes: OutcomeName) -> Condition:
        """It ended in one of these ways; a step that has not ended has not. A question ends in what was answered."""
        place = here()
        if not outcomes:
            raise invalid("SEQ007", "no outcome is named", place, 'name at least one, like "no_answer"')
        for found in outcomes:
            must_be(found, str, "an outcome", place, 'write how it ended, like "no_answer"')
        return Condition(compiled.OutcomeIs(step=self._step_id, outcomes=outcomes), place)


def outcome(step_id: str) -> Outcome:
    """How the call, task or question with this id ended: `outcome("first-call").is_("voicemail", "given_up")`."""
    must_be_name(step_id, "step", here())
    return Outcome(step_id)


def can(channel: ChannelName) -> Condition:
    """The lead has an address on this channel and we may use it."""
    place = here()
    must_be_word(channel, Channel, "channel", place)
    return Condition(compiled.Can(channel=Channel(channel)), place)


open_now = Condition(compiled.OpenNow(), Place(__file__, 0))
"""It is inside the hours of the stage or the sequence."""


def all_of(*parts: Condition) -> Condition:
    """Every one of these is true."""
    place = here()
    _several(parts, "all_of", place)
    return Condition(compiled.AllOf(parts=tuple(part.part for part in parts)), place, parts)


def any_of(*parts: Condition) -> Condition:
    """At least one of these is true."""
    place = here()
    _several(parts, "any_of", place)
    return Condition(compiled.AnyOf(parts=tuple(part.part for part in parts)), place, parts)


def not_(part: Condition) -> Condition:
    """This is not true."""
    place = here()
    must_be_condition(part, place)
    return Condition(compiled.Not(part=part.part), place, (part,))


def must_be_condition(value: object, place: Place) -> None:
    """Refuse what is no condition."""
    must_be(value, Condition, "a condition", place, WRITE_A_CONDITION)


def _several(parts: tuple[Condition, ...], what: str, place: Place) -> None:
    for part in parts:
        must_be_condition(part, place)
    if len(parts) < 2:
        raise invalid("SEQ007", f"{what} joins two conditions or more", place, f"write {what}(a, b), or the one alone")
