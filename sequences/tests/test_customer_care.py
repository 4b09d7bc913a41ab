"""What customer-care promises to somebody who has bought."""

import pytest


def test_who_buys_is_looked_after_from_the_welcome_to_the_renewal(follow_up):
    """The sale is where the second sale begins."""
    rosa = follow_up.enroll("Rosa", sequence="customer-care", renewal_on="2027-11-18")
    follow_up.wait_until("2026-12-07 16:00")
    rosa.does("handover")
    follow_up.wait_until("2027-11-08 11:00")
    assert rosa.touches == [
        "Mon 23 Nov 2026 09:00  email welcome",
        "Mon 23 Nov 2026 09:00  task handover",
        "Mon 14 Dec 2026 09:30  email first-week",
        "Wed 6 Jan 2027 09:30  email first-month",
        "Fri 5 Feb 2027 09:30  email referral",
        "Mon 22 Mar 2027 09:30  email season-check",
        "Tue 19 Oct 2027 09:30  email renewal",
        "Mon 8 Nov 2027 10:00  call renewal-call",
    ]
    rosa.is_called("connected_positive")
    assert (rosa.ended, rosa.tasks) == (["call_connected"], [])


def test_a_mail_that_falls_on_a_weekend_leaves_on_monday_morning(follow_up):
    """A week after a handover on Saturday is a Saturday."""
    rosa = follow_up.enroll("Rosa", sequence="customer-care")
    follow_up.wait_until("2026-12-05 10:00")
    rosa.does("handover")
    follow_up.wait_until("2026-12-15 09:00")
    assert rosa.touches[-1] == "Mon 14 Dec 2026 09:00  email first-week"


def test_a_handover_that_nobody_reports_is_given_up_and_the_mails_go_on(follow_up):
    """Three weeks for the installation, and three days of patience with us."""
    rosa = follow_up.enroll("Rosa", sequence="customer-care")
    follow_up.wait_until("2026-12-17 18:00")
    assert rosa.tasks == ["handover"]
    follow_up.wait_until("2026-12-29 09:00")
    assert (rosa.tasks, rosa.steps_done) == ([], ["welcome", "first-week"])


def test_when_the_plan_ends_on_another_day_the_renewal_moves_with_it(follow_up):
    """A month before the end means a month before the end that holds now."""
    rosa = follow_up.enroll("Rosa", sequence="customer-care", renewal_on="2027-06-10")
    rosa.does("handover")
    follow_up.wait_until("2027-04-01 09:00")
    rosa.changes(renewal_on="2027-09-16")
    follow_up.wait_until("2027-09-07 09:00")
    assert rosa.touches[-2:] == [
        "Tue 17 Aug 2027 09:30  email renewal",
        "Mon 6 Sep 2027 10:00  call renewal-call",
    ]


def test_without_a_plan_nobody_is_asked_to_renew_one(follow_up):
    """Not everybody who buys takes a maintenance plan."""
    rosa = follow_up.enroll("Rosa", sequence="customer-care")
    follow_up.let_pass(days=365)
    assert rosa.steps_done == ["welcome", "first-week", "first-month", "referral", "season-check"]
    assert rosa.left_out == {"renewal": "no_date", "renewal-call": "no_date"}


def test_a_question_is_answered_by_a_person_and_then_the_plan_goes_on(follow_up):
    """A question is no reason to forget the renewal, and no mail comes while it is open."""
    rosa = follow_up.enroll("Rosa", sequence="customer-care")
    rosa.does("handover")
    rosa.replies("question")
    follow_up.wait_until("2026-12-04 09:00")
    assert (rosa.steps_done, rosa.tasks, rosa.waits_because) == (["welcome"], ["answer"], "answer_open")
    rosa.does("answer")
    follow_up.let_pass(days=14)
    assert rosa.steps_done == ["welcome", "first-week"]


def test_a_visit_that_is_booked_changes_nothing(follow_up):
    """A customer has many reasons to see us."""
    rosa = follow_up.enroll("Rosa", sequence="customer-care")
    rosa.does("handover")
    rosa.books()
    follow_up.let_pass(days=14)
    assert (rosa.steps_done, rosa.ended) == (["welcome", "first-week"], [])


def test_a_customer_without_mail_is_still_called_about_the_renewal(follow_up):
    """Half of what we know of people is missing."""
    rosa = follow_up.enroll("Rosa", sequence="customer-care", email=False, renewal_on="2027-11-18")
    follow_up.wait_until("2027-11-08 11:00")
    assert (rosa.steps_done, rosa.tasks) == ([], ["renewal-call"])


def test_a_customer_without_a_phone_is_reminded_by_mail_alone(follow_up):
    """Nobody of ours is asked for a call that cannot be made."""
    rosa = follow_up.enroll("Rosa", sequence="customer-care", phone=False, renewal_on="2027-11-18")
    follow_up.wait_until("2027-11-08 11:00")
    assert (rosa.steps_done[-1], rosa.tasks) == ("renewal", [])


def test_a_customer_who_wants_no_mails_is_still_called_about_the_renewal(follow_up):
    """No to one channel is no to that channel."""
    rosa = follow_up.enroll("Rosa", sequence="customer-care", renewal_on="2027-11-18")
    follow_up.let_pass(days=1)
    rosa.opts_out("email")
    follow_up.wait_until("2027-11-08 11:00")
    assert (rosa.steps_done, rosa.tasks) == (["welcome"], ["renewal-call"])


def won(lead):
    """The CRM says so."""
    lead.happens("won")


def card_to_won(lead):
    """A rep moves the card."""
    lead.moves_to("Won")


@pytest.mark.parametrize("bought", [won, card_to_won])
def test_who_buys_while_a_proposal_is_followed_up_is_looked_after(follow_up, bought):
    """No way to buy leads past the customer care."""
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    follow_up.wait_until("2026-12-02 09:00")
    bought(rosa)
    follow_up.let_pass(hours=1)
    assert (rosa.sequence, rosa.stage) == ("customer-care", "retain")
    assert rosa.steps_done == ["how-to-read", "similar-job", "welcome"]


@pytest.mark.parametrize("bought", [won, card_to_won])
def test_who_buys_after_everything_had_ended_is_looked_after(follow_up, bought):
    """Some people say no in March and yes in June."""
    rosa = follow_up.capture("Rosa", source="web_form")
    rosa.moves_to("Lost")
    follow_up.wait_until("2027-06-07 10:00")
    bought(rosa)
    follow_up.let_pass(hours=1)
    assert (rosa.sequence, rosa.steps_done) == ("customer-care", ["got-it", "welcome"])


def test_a_sale_that_is_told_twice_is_one_welcome(follow_up):
    """First the CRM, then the rep who moves the card."""
    rosa = follow_up.enroll("Rosa", sequence="keep-in-touch")
    rosa.happens("won")
    rosa.moves_to("Won")
    follow_up.let_pass(days=1)
    assert rosa.steps_done == ["welcome"]


def test_who_buys_again_is_welcomed_again(follow_up):
    """A second installation has a first week too."""
    rosa = follow_up.enroll("Rosa", sequence="customer-care")
    follow_up.let_pass(days=365)
    rosa.happens("won")
    follow_up.let_pass(days=1)
    assert (rosa.steps_done[-1], rosa.tasks) == ("welcome", ["handover"])


def test_a_missed_call_of_a_customer_interrupts_and_gives_back(follow_up):
    """Whoever rings wants something now; the mails can wait."""
    rosa = follow_up.enroll("Rosa", sequence="customer-care")
    rosa.does("handover")
    follow_up.wait_until("2026-11-27 11:00")
    rosa.happens("call_missed")
    rosa.is_called("connected_neutral")
    follow_up.wait_until("2026-12-02 09:00")
    assert (rosa.sequence, rosa.steps_done) == ("customer-care", ["welcome", "text-back", "first-week"])


def test_a_new_proposal_for_a_customer_is_followed_up_first(follow_up):
    """What they are about to buy goes before what they have."""
    rosa = follow_up.enroll("Rosa", sequence="customer-care")
    follow_up.let_pass(days=60)
    rosa.happens("proposal_sent")
    assert (rosa.sequence, rosa.stage, rosa.ended) == ("proposal-follow-up", "convert", ["superseded"])
