"""What an event changes from the commit of its Inbox row on."""

import pytest

from engine.life.effects import (
    ChangeOwner,
    CloseChannel,
    Effect,
    OpenChannel,
    OwnerAway,
    OwnerBack,
    effects_of,
    effects_of_command,
)
from engine.life.events import CommandData, EventData
from engine.reasons import CallDisposition, ReplyClass, SkipReason
from engine.words import Channel, EventKind, Verb

EMAIL, SMS, VOICE = Channel.EMAIL, Channel.SMS, Channel.VOICE


def closed(effects: tuple[Effect, ...]) -> dict[Channel, SkipReason]:
    return {effect.channel: effect.because for effect in effects if isinstance(effect, CloseChannel)}


def opened(effects: tuple[Effect, ...]) -> set[Channel]:
    return {effect.channel for effect in effects if isinstance(effect, OpenChannel)}


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        pytest.param(EMAIL, {EMAIL}, id="email stands alone"),
        pytest.param(SMS, {SMS, VOICE}, id="a text closes automated calls too"),
        pytest.param(VOICE, {SMS, VOICE}, id="a call closes texts too"),
        pytest.param(None, {EMAIL, SMS, VOICE}, id="no channel means all"),
    ],
)
def test_an_opt_out_closes_its_scope_and_an_opt_in_opens_the_same(channel, expected):
    """Whoever says STOP must not hear from a robot by another way, and START must undo exactly that."""
    data = EventData(channel=channel)
    assert set(closed(effects_of(EventKind.OPTED_OUT, data))) == expected
    assert opened(effects_of(EventKind.OPTED_IN, data)) == expected


def test_a_reply_that_opts_out_closes_the_channel_it_came_on():
    """An opt-out in a sentence counts as one word STOP does."""
    data = EventData(channel=SMS, reply=ReplyClass.OPT_OUT)
    assert closed(effects_of(EventKind.REPLIED, data)) == {
        SMS: SkipReason.CHANNEL_SUPPRESSED,
        VOICE: SkipReason.CHANNEL_SUPPRESSED,
    }


def test_a_colleague_cannot_opt_out_for_the_lead():
    """The refusal of somebody else in the thread concerns an address that is not the lead's."""
    data = EventData(channel=EMAIL, reply=ReplyClass.OPT_OUT, from_other="thread")
    assert effects_of(EventKind.REPLIED, data) == ()


@pytest.mark.parametrize(
    ("disposition", "because"),
    [
        pytest.param(CallDisposition.DO_NOT_CALL, SkipReason.CHANNEL_SUPPRESSED, id="do not call is an opt-out"),
        pytest.param(CallDisposition.WRONG_NUMBER, SkipReason.ADDRESS_BOUNCED, id="a wrong number is void"),
        pytest.param(CallDisposition.NUMBER_DEAD, SkipReason.ADDRESS_BOUNCED, id="a dead number is void"),
    ],
)
def test_a_call_can_close_the_phone(disposition, because):
    """What the caller learned must stop texts as well as calls."""
    effects = effects_of(EventKind.TASK_DONE, EventData(disposition=disposition.value))
    assert closed(effects) == {SMS: because, VOICE: because}


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        pytest.param(
            EventKind.BOUNCED,
            EventData(channel=EMAIL, address_hash="ab12"),
            (CloseChannel(channel=EMAIL, because=SkipReason.ADDRESS_BOUNCED, address_hash="ab12"),),
            id="a hard bounce closes its own channel, at the address it names",
        ),
        pytest.param(EventKind.BOUNCED, EventData(), (), id="a bounce of nothing closes nothing"),
        pytest.param(
            EventKind.OWNER_CHANGED, EventData(owner="ana"), (ChangeOwner(owner="ana"),), id="a new owner takes over"
        ),
        pytest.param(EventKind.OWNER_CHANGED, EventData(), (), id="a change to nobody changes nothing"),
        pytest.param(EventKind.OWNER_ABSENT, EventData(), (OwnerAway(),), id="an absence without an end"),
        pytest.param(EventKind.OWNER_BACK, EventData(), (OwnerBack(),), id="the owner is back"),
        pytest.param(
            EventKind.TASK_DONE, EventData(disposition="voicemail"), (), id="a voicemail leaves the phone open"
        ),
        pytest.param(
            EventKind.REPLIED, EventData(channel=SMS, reply=ReplyClass.QUESTION), (), id="a question closes nothing"
        ),
        pytest.param(EventKind.WON, EventData(), (), id="most events have none"),
    ],
)
def test_effects_of_events(kind, data, expected):
    """The table is the rule."""
    assert effects_of(kind, data) == expected


def test_reassign_is_the_only_command_with_an_effect():
    """A new owner must hold for tasks and sender from the commit on, not from the next look."""
    assert effects_of_command(Verb.REASSIGN, CommandData(owner="ben")) == (ChangeOwner(owner="ben"),)
    others = set(Verb) - {Verb.REASSIGN}
    assert {effects_of_command(verb, CommandData(owner="ben")) for verb in others} == {()}
