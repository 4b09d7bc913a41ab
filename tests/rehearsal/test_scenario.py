"""Whole rehearsals: they can be repeated, their sums add up, and what the behaviour says is what happens."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from engine.authoring import ask, branch, calendar, case, elapsed, email, field, finish, sequence, stage, window
from engine.life.wishes import Plan
from engine.sequence.fields import DeclaredField
from engine.words import Channel
from rehearsal.behaviour import DEFAULTS, Arrivals, Behaviour, Losses, Reach, Replies, Work, read
from rehearsal.company import Company, company_for_tests
from rehearsal.scenario import Scenario, play, totals
from rehearsal.totals import Totals

MONDAY = datetime(2026, 11, 23, 5, tzinfo=UTC)
"""Midnight in New York."""

SILENT = Behaviour(
    replies=Replies(email=0, sms=0, absent=0),
    losses=Losses(email_bounces=0, sms_bounces=0, email_opt_outs=0, sms_opt_outs=0),
    reach=Reach(email=1, phone=1, may_text=1),
    work=Work(calls_made=1, tasks_done=1, call_outcomes={"no_answer": 1}),
)
"""Everybody can be written to, and nobody says a word."""


@pytest.fixture(scope="module")
def company() -> Company:
    """The shipped catalogue."""
    return company_for_tests()


def rehearsed(company: Company, behaviour: Behaviour, **changes: object) -> Totals:
    """The totals of a scenario."""
    scenario = Scenario.model_validate({"leads": 30, "days": 100, "since": MONDAY} | changes)
    return totals(play(company, behaviour, scenario), company, scenario)


def test_the_same_seed_gives_the_same_bytes(company: Company):
    """A rehearsal is evidence only if somebody else sees the same."""
    one, again = rehearsed(company, Behaviour()), rehearsed(company, Behaviour())
    assert one.model_dump_json() == again.model_dump_json()
    assert rehearsed(company, Behaviour(), seed=2) != one


def test_nobody_who_is_silent_leaves_early_or_hears_too_little(company: Company):
    """Every lead runs to the end of the sequence, and every step accounts for every lead that came to it."""
    found = rehearsed(company, SILENT, sequence="proposal-follow-up")
    assert [(one.sequence, one.because, one.leads) for one in found.leaving] == [
        ("proposal-follow-up", "completed", 30)
    ]
    mails = {step.step: step for step in found.steps if step.channel == "email"}
    assert {step.sent for step in mails.values()} == {30}
    for step in found.steps:
        assert step.entered == step.sent + sum(count.count for count in step.skipped) + step.open


def test_the_sums_of_a_rehearsal_agree_with_each_other(company: Company):
    """Messages by day, by sender and by step are three views of one journal."""
    found = rehearsed(company, Behaviour())
    by_day = sum(load.count for load in found.messages)
    by_sender = sum(load.total for load in found.senders)
    by_step = sum(step.sent for step in found.steps if step.channel in ("email", "sms"))
    assert by_day == by_sender == by_step > 100
    assert sum(load.count for load in found.tasks) == sum(load.total for load in found.owners)


def test_a_sequence_that_starts_at_nothing_is_entered_by_hand(company: Company):
    """And whatever it hands over to is there as well."""
    found = rehearsed(company, SILENT, sequence="proposal-follow-up", leads=5)
    assert (found.leads, found.refused) == (5, ())


def test_what_the_file_says_of_people_is_what_they_do(company: Company):
    """Twice as many answers in the file, about twice as many in the totals."""
    seldom = SILENT.model_copy(update={"replies": SILENT.replies.model_copy(update={"email": 0.1, "fading": 1})})
    often = SILENT.model_copy(update={"replies": SILENT.replies.model_copy(update={"email": 0.5, "fading": 1})})
    few, many = (rehearsed(company, acts, sequence="proposal-follow-up", leads=100) for acts in (seldom, often))

    def first(found: Totals) -> int:
        return next(step.answered for step in found.steps if step.step == "how-to-read")

    assert 4 <= first(few) <= 18
    assert 38 <= first(many) <= 62


def test_who_has_no_address_is_counted_and_not_written_to(company: Company):
    """What is left out has a reason, and is no message."""
    mute = SILENT.model_copy(update={"reach": Reach(email=0, phone=1, may_text=0)})
    found = rehearsed(company, mute, sequence="proposal-follow-up", leads=10)
    assert found.messages == ()
    assert {count.because for step in found.steps for count in step.skipped} == {"no_address"}


def test_tasks_that_nobody_does_are_given_up(company: Company):
    """A team that is too small shows before it is hired."""
    lazy = SILENT.model_copy(update={"work": Work(calls_made=0, tasks_done=0, answers_given=0)})
    found = rehearsed(company, lazy, sequence="proposal-follow-up", leads=10, days=200)
    (owner,) = found.owners
    assert owner.given_up == owner.total > 0


def test_limits_of_senders_and_days_off_keep_messages_back(company: Company):
    """What an operations team wants to know before a campaign: how long the line gets."""
    crowd = SILENT.model_copy(update={"arrivals": Arrivals(over_days=1)})
    slow = company.model_copy(update={"per_day": 10})
    scenario = Scenario(sequence="proposal-follow-up", leads=60, days=30, since=MONDAY)
    found = totals(play(slow, crowd, scenario), slow, scenario)
    assert max(load.most for load in found.senders) <= 20
    assert next(held for held in found.held if held.because == "sender_limit").messages >= 30
    closed = company.model_copy(update={"closed": tuple((MONDAY + timedelta(days=n)).date() for n in range(20))})
    late = totals(play(closed, SILENT, scenario), closed, scenario)
    assert min(load.day for load in late.messages) > min(load.day for load in found.messages)


def test_whoever_waits_for_the_sender_is_told_once_until_when(company: Company):
    """A place in the line is kept: nobody is sent to its end each minute, and the first to come is the first to go."""
    slow = company.model_copy(update={"per_minute": 1})
    nine = tuple(1.0 if hour == 9 else 0.0 for hour in range(24))
    acts = SILENT.model_copy(update={"arrivals": Arrivals(over_days=1, by_hour=nine)})
    world = play(slow, acts, Scenario(sequence="proposal-follow-up", leads=8, days=3, since=MONDAY))
    waits = Counter(entry.lead for entry in world.journal if entry.how == "sender_limit")
    assert (len(waits), set(waits.values())) == (7, {1})
    left = [entry.at for entry in world.journal if entry.what == "message"]
    assert [later - first for first, later in pairwise(left)] == [timedelta(minutes=1)] * 7


def test_leads_come_as_the_arrivals_say(company: Company):
    """At the hours and within the days of the file, and each of them once."""
    noon = tuple(1.0 if hour == 12 else 0.0 for hour in range(24))
    acts = SILENT.model_copy(update={"arrivals": Arrivals(over_days=3, by_hour=noon)})
    world = play(company, acts, Scenario(leads=40, days=4, since=MONDAY))
    came = [entry.at for entry in world.journal if entry.what == "captured"]
    assert len(came) == 40
    assert Counter((at - MONDAY) // timedelta(hours=1) % 24 for at in came) == {12: 40}
    assert {(at - MONDAY).days for at in came} == {0, 1, 2}


def test_the_file_that_is_printed_says_what_is_believed():
    """Whoever starts from it changes nothing by that."""
    assert read(DEFAULTS) == Behaviour()


def test_channels_of_a_company_without_texts(company: Company):
    """A lead with a phone is reachable by voice even where texts were refused."""
    acts = SILENT.model_copy(update={"reach": Reach(email=1, phone=1, may_text=0)})
    world = play(company, acts, Scenario(leads=3, days=10, since=MONDAY))
    assert {entry.how for entry in world.journal if entry.what == "message"} == {Channel.EMAIL}


def test_questions_are_answered_in_their_own_words(company: Company):
    """A qualification by text cannot be rehearsed by leads that only ever say yes or no."""
    team = field.choice("team", "small", "large")
    asks = sequence(
        "qualify",
        stage(
            "response",
            ask(
                "team-size",
                saves=team,
                answers={"small": ["1"], "large": ["2"]},
                wait=elapsed(hours=24),
                no_answer=finish(),
            ),
            branch("size", case(team.is_("small"), email("for-small")), otherwise=[email("for-large")]),
            otherwise=finish(after=calendar(days=1)),
            hours=window("Mon-Sun", "00:00-24:00"),
        ),
        maintainer="tests",
    ).part
    one = company.model_copy(update={"plans": (Plan(version="qualify@1", sequence=asks),)})
    acts = SILENT.model_copy(update={"replies": SILENT.replies.model_copy(update={"questions": 0.8})})
    scenario = Scenario(sequence="qualify", leads=60, days=20, since=MONDAY)
    found = totals(play(one, acts, scenario), one, scenario)
    sent = {step.step: step.sent for step in found.steps}
    assert sent["team-size"] == 60
    assert 38 <= sent["for-small"] + sent["for-large"] <= 56
    assert min(sent["for-small"], sent["for-large"]) > 10


def test_what_a_flag_guards_is_rehearsed(company: Company):
    """A flag that no lead ever has would hide half of the sequence; whoever knows better says so in the file."""
    has_roof = field.flag("has_roof")
    guarded = sequence(
        "guarded",
        stage(
            "nurture",
            branch("roof", case(has_roof.is_(True), email("roofs")), otherwise=[email("walls")]),
            otherwise=finish(after=calendar(days=1)),
        ),
        maintainer="tests",
    ).part
    plans = (Plan(version="guarded@1", sequence=guarded),)
    declared = (DeclaredField(name="has_roof", kind="flag"),)
    one = company.model_copy(update={"plans": plans, "fields": declared})

    def sent(acts: Behaviour) -> dict[str, int]:
        return {step.step: step.sent for step in rehearsed(one, acts, sequence="guarded", leads=40).steps}

    dealt = sent(SILENT)
    assert sum(dealt.values()) == 40
    assert 3 < dealt["roofs"] < dealt["walls"]
    known = SILENT.model_copy(update={"fields": {"has_roof": {"true": 1.0}}})
    assert sent(known) == {"roofs": 40}
