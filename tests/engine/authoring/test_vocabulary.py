"""The words that the language offers, and the closed lists behind them."""

from typing import get_args

import pytest

import engine.authoring as language
from engine.authoring import vocabulary
from engine.reasons import CallDisposition, ReplyClass
from engine.sequence.compiled import AS_IS, FinishReason
from engine.words import Channel, EventKind, Stage

WORDS = """
elapsed working calendar business_days quiet before since window
field outcome can open_now all_of any_of not_
reply entered by_hand on
goto start finish carry_on
email sms call task branch case
stage sequence catalogue
ReplyClass
ask voice becomes
"""


def test_the_language_has_exactly_its_words():
    """`import *` must bring every word of the page, and nothing that an author did not ask for."""
    assert set(language.__all__) == set(WORDS.split())


def test_every_word_can_be_used():
    """A word in the list that is not there would break every sequence at once."""
    assert all(hasattr(language, word) for word in language.__all__)


@pytest.mark.parametrize(
    ("literal", "known"),
    [
        pytest.param(vocabulary.StageName, set(Stage), id="stages"),
        pytest.param(vocabulary.StagePlanName, {*Stage, AS_IS}, id="stage plans"),
        pytest.param(vocabulary.ChannelName, set(Channel), id="channels"),
        pytest.param(vocabulary.EventName, set(EventKind), id="events"),
        pytest.param(vocabulary.OutcomeName, {*CallDisposition, "done", "given_up"}, id="outcomes"),
        pytest.param(vocabulary.ReplyName, set(ReplyClass), id="answers"),
        pytest.param(FinishReason, {"completed", "goal_met", "not_interested", "disqualified"}, id="finishes"),
    ],
)
def test_the_types_say_what_the_enums_say(literal, known):
    """mypy reads the literals and the engine the enums: an author must not be told two different things."""
    assert set(get_args(literal)) == {str(member) for member in known}
