"""What keep-in-touch promises to somebody whose plans are put off."""


def test_three_guides_in_three_months_and_a_call_in_the_fourth(follow_up):
    """Postponed is not lost, and not to be pressed either."""
    rosa = follow_up.enroll("Rosa", sequence="keep-in-touch")
    follow_up.wait_until("2027-03-23 12:00")
    assert rosa.touches == [
        "Mon 14 Dec 2026 09:30  email lower-bills",
        "Tue 19 Jan 2027 09:00  email repair-or-replace",  # the 18th is a holiday
        "Tue 23 Feb 2027 09:30  email quiet-season",
        "Tue 23 Mar 2027 10:00  call good-time",
    ]
    rosa.is_called("connected_neutral")
    assert rosa.ended == ["completed"]


def test_a_call_that_nobody_makes_is_given_up_and_it_ends_there(follow_up):
    """No lead hangs for months on a call that was forgotten."""
    rosa = follow_up.enroll("Rosa", sequence="keep-in-touch")
    follow_up.wait_until("2027-03-31 09:00")
    assert "good-time is given up" in rosa.timeline
    assert rosa.ended == ["completed"]


def test_a_yes_on_the_phone_ends_it(follow_up):
    """The rest is a conversation between two people."""
    rosa = follow_up.enroll("Rosa", sequence="keep-in-touch")
    follow_up.wait_until("2027-03-23 12:00")
    rosa.is_called("connected_positive")
    assert rosa.ended == ["call_connected"]


def test_a_deal_that_the_crm_calls_delayed_begins_it(follow_up):
    """The rep moves a card; nobody has to remember a list."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(days=1)
    rosa.moves_to("Delayed")
    assert (rosa.sequence, rosa.stage) == ("keep-in-touch", "nurture")
    assert rosa.ended == ["superseded"]


def test_a_second_delay_begins_it_anew(follow_up):
    """Next spring may be put off as well."""
    rosa = follow_up.enroll("Rosa", sequence="keep-in-touch")
    follow_up.wait_until("2027-04-15 09:00")
    rosa.moves_to("Delayed")
    follow_up.let_pass(days=22)
    assert rosa.steps_done[-1] == "lower-bills"
    assert rosa.steps_done.count("lower-bills") == 2


def test_a_delay_that_is_told_again_changes_nothing(follow_up):
    """CRMs repeat themselves."""
    rosa = follow_up.enroll("Rosa", sequence="keep-in-touch")
    follow_up.wait_until("2026-12-15 09:00")
    rosa.moves_to("Delayed")
    follow_up.wait_until("2027-01-20 09:00")
    assert rosa.steps_done == ["lower-bills", "repair-or-replace"]


def test_an_answer_ends_it_and_asks_the_owner(follow_up):
    """Whoever writes after a guide has woken up."""
    rosa = follow_up.enroll("Rosa", sequence="keep-in-touch")
    follow_up.wait_until("2026-12-15 09:00")
    rosa.replies("question")
    follow_up.let_pass(days=120)
    assert rosa.steps_done == ["lower-bills"]
    assert (rosa.ended, rosa.tasks) == (["replied"], ["answer"])


def test_somebody_who_is_away_gets_the_guide_when_back(follow_up):
    """A mail to an empty desk helps nobody; the note itself is no answer."""
    rosa = follow_up.enroll("Rosa", sequence="keep-in-touch")
    follow_up.wait_until("2026-12-11 09:00")
    rosa.is_away(days=10)
    follow_up.wait_until("2026-12-23 09:00")
    assert rosa.touches == ["Tue 22 Dec 2026 09:00  email lower-bills"]


def test_who_buys_after_all_is_looked_after(follow_up):
    """And hears no more of whether to buy."""
    rosa = follow_up.enroll("Rosa", sequence="keep-in-touch")
    follow_up.wait_until("2026-12-15 09:00")
    rosa.happens("won")
    assert (rosa.sequence, rosa.stage, rosa.ended) == ("customer-care", "retain", ["handed_over"])
    follow_up.let_pass(hours=1)
    assert rosa.steps_done == ["lower-bills", "welcome"]


def test_a_lost_deal_is_left_in_peace(follow_up):
    """No is no."""
    rosa = follow_up.enroll("Rosa", sequence="keep-in-touch")
    rosa.moves_to("Lost")
    follow_up.let_pass(days=150)
    assert (rosa.touches, rosa.ended) == ([], ["not_interested"])


def test_a_new_proposal_takes_the_lead_over(follow_up):
    """The deal is on again."""
    rosa = follow_up.enroll("Rosa", sequence="keep-in-touch")
    follow_up.wait_until("2026-12-15 09:00")
    rosa.happens("proposal_sent")
    assert (rosa.sequence, rosa.ended) == ("proposal-follow-up", ["superseded"])


def test_without_mail_there_is_still_the_call(follow_up):
    """Half of what we know of people is missing."""
    rosa = follow_up.enroll("Rosa", sequence="keep-in-touch", email=False)
    follow_up.wait_until("2027-03-23 12:00")
    assert rosa.steps_done == []
    assert rosa.tasks == ["good-time"]
