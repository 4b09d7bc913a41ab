"""What an author's test can do to a lead, and what it sees of it."""

from datetime import timedelta

import pytest

from rehearsal.follow_up import FollowUp


def test_an_answer_on_day_two_ends_the_mails(follow_up: FollowUp):
    """A lead who has answered must never get the next automatic mail."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(days=2)
    before = rosa.steps_done
    rosa.replies("not_interested")
    follow_up.let_pass(days=60)
    assert before == ["got-it", "price-guide"]
    assert rosa.steps_done == before
    assert (rosa.ended, rosa.tasks) == (["not_interested"], ["answer"])


def test_a_call_that_nobody_answers_is_followed_by_a_text(follow_up: FollowUp):
    """The author says how the call went; the sequence says what follows."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(minutes=10)
    assert rosa.tasks == ["first-call"]
    rosa.is_called("no_answer")
    follow_up.let_pass(hours=3)
    assert rosa.steps_done[-1] == "tried-to-call"


def test_who_is_away_hears_nothing_until_the_day_after(follow_up: FollowUp):
    """An out-of-office note is a hold with a reason, which the test can ask for."""
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    rosa.is_away(days=10)
    first = [hold.because for hold in rosa.holds]
    follow_up.let_pass(days=9)
    assert (first, rosa.steps_done, rosa.waits_because) == (["out_of_office"], [], "out_of_office")
    follow_up.let_pass(days=4)
    assert rosa.steps_done == ["how-to-read"]


def test_times_are_those_of_the_leads_own_clock(follow_up: FollowUp):
    """A test speaks of the morning as the lead knows it."""
    tokyo = follow_up.enroll("Aiko", sequence="proposal-follow-up", zone="Asia/Tokyo")
    follow_up.let_pass(days=7)
    first = tokyo.sent[0]
    assert (first.at.hour, first.at.utcoffset()) == (9, timedelta(hours=9))
    assert first.channel == "email"


def test_fields_that_change_are_asked_for_at_the_next_step(follow_up: FollowUp):
    """Conditions see what the CRM said last."""
    rosa = follow_up.capture("Rosa", source="web_form")
    ben = follow_up.capture("Ben", source="web_form")
    follow_up.let_pass(minutes=10)
    ben.changes(visit_on="2026-12-01")
    for lead in (rosa, ben):
        lead.replies("positive")
        lead.does("answer")
    follow_up.let_pass(days=1)
    assert (rosa.stage, rosa.left_out["prepare-visit"]) == ("convert", "step_guard_false")
    assert "prepare-visit" in ben.steps_done


def test_what_does_not_start_says_why(follow_up: FollowUp):
    """A test of a guard must be able to see the refusal."""
    nobody = follow_up.enroll("Nobody", sequence="proposal-follow-up", email=False, phone=False)
    assert (nobody.sequence, nobody.refused) == (None, ["no_usable_address"])


def test_a_person_can_pause_and_go_on(follow_up: FollowUp):
    """Commands of ours are part of a lead's life."""
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    rosa.is_commanded("pause")
    follow_up.let_pass(days=10)
    assert rosa.steps_done == []
    rosa.is_commanded("resume")
    follow_up.let_pass(days=7)
    assert rosa.steps_done == ["how-to-read"]


@pytest.mark.parametrize(
    ("does", "said"),
    [
        pytest.param(
            lambda company, _: company.capture("Ben", sorce="web_form"),
            "there is no field 'sorce'; there are .*source",
            id="a field that nobody declared",
        ),
        pytest.param(
            lambda _, rosa: rosa.changes(visit="2026-12-01"),
            "there is no field 'visit'; there are .*visit_on",
            id="the same, told by the CRM",
        ),
        pytest.param(
            lambda company, _: company.capture("Ben", source="webform"),
            "source cannot be 'webform'; it is one of web_form, ad",
            id="a choice that there is not",
        ),
        pytest.param(
            lambda _, rosa: rosa.changes(visit_on="soon"), "visit_on cannot be 'soon'; it is a date", id="no date"
        ),
        pytest.param(
            lambda company, _: company.enroll("Ben", sequence="propsal"),
            "there is no sequence 'propsal'; there are missed-call",
            id="a sequence that there is not",
        ),
        pytest.param(
            lambda _, rosa: rosa.replies("yes"), "no ReplyClass 'yes'; there are .*not_now", id="an answer of no sense"
        ),
        pytest.param(lambda _, rosa: rosa.happens("bought"), "no EventKind 'bought'; .*won", id="what never happens"),
        pytest.param(
            lambda _, rosa: rosa.happens("lost", why="dear"), "is no word 'why'; .*reason", id="what no event says"
        ),
        pytest.param(
            lambda _, rosa: rosa.does("first-call"),
            r"nobody is asked for 'first-call'; open is nothing\n.*comes to us",
            id="a task that nobody has",
        ),
        pytest.param(
            lambda company, _: company.wait_until("2026-11-22 09:00"),
            "it is Mon 23 Nov 2026 09:00 already, and time does not go back",
            id="yesterday",
        ),
        pytest.param(lambda company, _: company.let_pass(hours=-1), "time does not go back", id="an hour ago"),
    ],
)
def test_what_means_nothing_is_refused_with_what_would(follow_up: FollowUp, does, said: str):
    """A misspelled word must not make a test that proves nothing."""
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    with pytest.raises(ValueError, match=said):
        does(follow_up, rosa)


def test_touches_are_what_left_and_what_people_were_asked_for(follow_up: FollowUp):
    """A whole plan is one list, to be read like a calendar, by the lead's own clock."""
    aiko = follow_up.enroll("Aiko", sequence="proposal-follow-up", zone="Asia/Tokyo")
    follow_up.wait_until("2026-12-03 12:00")
    aiko.replies("question")
    assert aiko.touches == [
        "Wed 25 Nov 2026 09:30  email how-to-read",
        "Tue 1 Dec 2026 14:00  email similar-job",
        "Thu 3 Dec 2026 10:00  call proposal-call",
        "Fri 4 Dec 2026 02:00  answer",
    ]


def test_a_decision_that_only_a_person_can_take_has_its_reason(follow_up: FollowUp):
    """Nothing else moves then, and a test has to be able to see why."""
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    before = rosa.review
    rosa.moves_to("On the Golf Course")
    assert (before, rosa.review, rosa.waits_because) == (None, "unmapped_stage", None)


def test_a_failing_assertion_names_the_lead(follow_up: FollowUp):
    """Where two leads are told apart, an address in memory tells nothing."""
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    assert (repr(rosa), repr(follow_up)) == ("Rosa", "follow_up on Mon 23 Nov 2026 09:00")


def test_the_timeline_reads_like_a_calendar(follow_up: FollowUp):
    """It stands under every test that fails."""
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    follow_up.let_pass(days=3)
    assert rosa.timeline.splitlines()[:3] == [
        "Mon 23 Nov 2026 09:00  comes to us",
        "Mon 23 Nov 2026 09:00  enroll",
        "Mon 23 Nov 2026 09:00  proposal-follow-up: started by a person",
    ]
    assert rosa.timeline.splitlines()[-2] == "Wed 25 Nov 2026 09:30  email how-to-read, from rep-1"
    assert rosa.timeline.splitlines()[-1].startswith("next: email similar-job on Tue 1 Dec 2026")
