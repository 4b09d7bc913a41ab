"""A sender's limit spreads follow-ups over time; an answer to somebody who waits for it is not spread."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from adapters.database import Database
from engine.reasons import HoldReason
from engine.words import Act, LeadId
from tests.activities.practice import Patient, Practice
from tests.support.provider import ScriptedProvider
from tests.support.small_sequences import daily, email, sequence, stage

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
ENQUIRY = sequence("enquiry", stage("response", email("got-it")))
NEWS = daily(1)


def due_at_once(practice: Practice, count: int) -> list[Patient]:
    """So many leads whose mail is due now."""
    everybody = [practice.captures(f"Lead{number}") for number in range(count)]
    for lead in everybody:
        assert lead.rings().act is Act.SEND_EMAIL
    return everybody


def live(practice: Practice, everybody: list[Patient], *, late: timedelta = timedelta(0)) -> Counter[LeadId]:
    """Everybody lives until the mail has left, each looked at a little late; how often each was looked at to send."""
    looks: Counter[LeadId] = Counter()
    waiting = [lead for lead in everybody if not lead.received]
    while waiting:
        lead = min(waiting, key=lambda one: one.turn.due)
        practice.now = max(practice.now, lead.turn.due + late)
        lead.looks()
        looks[lead.lead_id] += 1
        waiting = [lead for lead in waiting if lead.turn.act is Act.SEND_EMAIL]
    return looks


@pytest.fixture
def practice(database: Database, provider: ScriptedProvider) -> Practice:
    """A company whose sender may write two mails a minute."""
    return Practice(database, provider, sender_per_minute=2)


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=3)], ids=["to the second", "three seconds late"])
def test_fifty_leads_due_at_once_take_a_place_each_and_look_again_only_then(
    practice: Practice, late: timedelta
) -> None:
    """Were they all woken for each place that gets free, a thousand leads would make half a million looks."""
    practice.publishes(NEWS)
    begin = practice.now
    everybody = due_at_once(practice, 50)
    looks = live(practice, everybody, late=late)
    assert sorted(Counter(looks.values()).items()) == [(1, 2), (2, 48)]
    left = Counter(touch.attempt_started_at for lead in everybody for touch in lead.touches)
    assert [count for _, count in sorted(left.items())] == [2] * 25
    assert 24 * MINUTE <= max(left) - begin <= 24 * MINUTE + 2 * late


def test_places_missed_in_an_outage_are_taken_anew_and_not_all_at_once(practice: Practice) -> None:
    """A worker that comes back after an hour must not send in one minute what it was to send in twenty-five."""
    practice.publishes(NEWS)
    everybody = due_at_once(practice, 20)
    for lead in everybody:
        lead.looks()
    practice.now += timedelta(hours=1)
    looks = live(practice, everybody)
    assert max(looks.values()) == 2
    left = sorted(touch.attempt_started_at for lead in everybody for touch in lead.touches)
    assert all(third - first >= MINUTE for first, third in zip(left, left[2:], strict=False))


def test_workers_that_look_at_the_same_moment_give_no_place_away_twice(practice: Practice) -> None:
    """Each of them would count what the others have not committed yet."""
    practice.publishes(NEWS)
    everybody = due_at_once(practice, 8)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda lead: lead.looks(), everybody))
    begin = practice.now
    places = Counter(lead.turn.due - begin for lead in everybody if not lead.received)
    assert places == {MINUTE: 2, 2 * MINUTE: 2, 3 * MINUTE: 2}


def test_whoever_waits_for_our_answer_gets_it_at_once(practice: Practice) -> None:
    """An acknowledgement a minute late is late, however many people write to us in that minute."""
    practice.publishes(ENQUIRY)
    begin = practice.now
    everybody = due_at_once(practice, 50)
    assert set(live(practice, everybody).values()) == {1}
    assert {touch.attempt_started_at for lead in everybody for touch in lead.touches} == {begin}


def test_answers_take_no_place_of_those_who_stand_in_line(practice: Practice) -> None:
    """A busy morning must not stop every follow-up of the day."""
    practice.publishes(ENQUIRY)
    for lead in due_at_once(practice, 4):
        lead.looks()
    practice.publishes(NEWS)
    assert sorted(live(practice, due_at_once(practice, 4)).values()) == [1, 1, 2, 2]


def test_the_limit_of_the_day_holds_for_answers_too(database: Database, provider: ScriptedProvider) -> None:
    """It is the mailbox provider's, and beyond it the sender is blocked for everybody."""
    practice = Practice(database, provider, sender_per_day=3)
    practice.publishes(ENQUIRY)
    begin = practice.now
    everybody = due_at_once(practice, 5)
    for lead in everybody:
        lead.looks()
    assert [lead.states for lead in everybody] == [[("got-it", "accepted")]] * 3 + [[("got-it", "deferred")]] * 2
    assert {(lead.turn.due - begin, lead.row.hold) for lead in everybody[3:]} == {(DAY, HoldReason.SENDER_LIMIT)}


def test_whoever_answers_or_is_stopped_gives_the_place_in_line_back(practice: Practice) -> None:
    """After a mass stop the others would wait for hours behind touches that never leave."""
    practice.publishes(NEWS)
    first, second, third, fourth = due_at_once(practice, 4)
    for lead in (first, second, third):
        lead.looks()
    third.hears("replied", channel="email", reply="positive")
    third.rings()
    fourth.looks()
    assert third.received == []
    assert fourth.turn.due == practice.now + MINUTE
