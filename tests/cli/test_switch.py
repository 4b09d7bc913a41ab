"""`followup switch`: what on-call turns off in a hurry, and everybody can see."""

import pytest

from adapters import audit, switches
from adapters.switches import Off
from cli import process
from engine.words import Channel
from tests.adapters.world import Company
from tests.support.small_sequences import email, sequence, stage
from tests.support.waiting import until

OFF = {
    "all": (("all",), Off(everything=True), "everything is off"),
    "a channel": (("channel", "sms"), Off(channels=(Channel.SMS,)), "the channel sms is off"),
    "a sequence": (("sequence", "greeting"), Off(sequences=("greeting",)), "the sequence greeting is off"),
}


def off(company: Company) -> Off:
    with company.database.reading() as transaction:
        return switches.off(transaction)


@pytest.mark.parametrize(("what", "found", "told"), OFF.values(), ids=OFF)
def test_what_is_turned_off_is_off_until_it_is_turned_on(shell, company, what, found, told):
    """The one command of a bad day must not need a second thought."""
    said = shell("switch", "off", *what, "--reason", "wrong price")
    assert (said.code, said.stdout, off(company)) == (0, f"{told}\n", found)
    assert shell("switch", "off", *what, "--reason", "me too").stdout == f"{told.replace(' is ', ' was ')} already\n"
    assert shell("switch", "on", *what, "-o", "json").json["changed"]
    assert off(company) == Off()
    again = shell("switch", "on", *what, "-o", "json")
    assert (again.code, again.json["on"], again.json["changed"]) == (0, True, False)


def test_the_list_says_since_when_by_whom_and_why(shell, company):
    """Whoever comes to work wants to know whether it may be turned on again."""
    assert shell("switch", "list").stderr == "nothing is switched off\n"
    shell("switch", "off", "channel", "sms", "--reason", "trouble at the carrier", "--by", "ben")
    (one,) = shell("switch", "list", "-o", "json").json
    assert (one["scope"], one["name"], one["by"], one["reason"]) == ("channel", "sms", "ben", "trouble at the carrier")
    assert "trouble at the carrier" in shell("switch", "list").stdout


def test_both_ways_are_in_the_audit_trail(shell, company):
    """Silence of a week has to be explained a month later."""
    shell("switch", "off", "all", "--reason", "wrong price")
    shell("switch", "on", "all", "--reason", "mended", "--by", "ben")
    with company.database.reading() as transaction:
        trail = audit.about(transaction, "all")
    assert [(one.actor, one.action, one.reason) for one in trail] == [
        ("ann", "turned_off", "wrong price"),
        ("ben", "turned_on", "mended"),
    ]


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        pytest.param(("everything",), "'everything' is no scope; it is all, channel, sequence", id="no scope"),
        pytest.param(("channel",), "name the channel; there is email, sms, voice", id="no name"),
        pytest.param(("channel", "fax"), "there is no channel 'fax'; there is email, sms, voice", id="no channel"),
        pytest.param(("sequence", "greting"), "there is no sequence 'greting'; there is greeting", id="misspelt"),
        pytest.param(("all", "sms"), "all has no name", id="a name for all"),
    ],
)
def test_what_nothing_is_called_is_refused_with_what_there_is(shell, company, words, hint):
    """A switch under a misspelt name would turn nothing off, and everybody would believe it had."""
    said = shell("switch", "off", *words, "--reason", "x", "-o", "json")
    assert said.code == process.ExitCode.USAGE
    assert hint in said.error["what"]
    assert off(company) == Off()


def test_turning_off_needs_a_reason(shell, company):
    """Somebody else has to decide when to turn it on."""
    assert shell("switch", "off", "all").code == process.ExitCode.USAGE
    assert off(company) == Off()


async def test_a_worker_obeys_from_the_next_look_on(desk):
    """And nothing is lost by it: the message leaves when the switch is on again."""
    async with desk(sequence("life", stage("nurture", email("hello")))) as here:
        await here.types("switch", "off", "all", "--reason", "wrong price")
        rosa = await here.house.capture("Rosa")
        await until(lambda: rosa.row.hold == "kill_switch")
        assert rosa.received == []
        await here.types("switch", "on", "all")
        await here.house.doorbell.ring(rosa.lead_id)
        await until(lambda: rosa.received == ["hello"])
