"""What missed-call promises to somebody who rings and reaches nobody."""


def test_the_text_leaves_at_once_and_we_ring_back_within_a_quarter_of_an_hour(follow_up):
    """Whoever rings wants something now, and rings the next company in a moment."""
    follow_up.wait_until("2026-11-23 11:00")
    rosa = follow_up.enroll("Rosa", sequence="missed-call")
    assert rosa.touches == [
        "Mon 23 Nov 2026 11:00  sms text-back",
        "Mon 23 Nov 2026 11:00  call call-back",
    ]
    assert "call call-back for rep-1, due Mon 23 Nov 2026 11:15" in rosa.timeline
    rosa.is_called("connected_neutral")
    assert (rosa.ended, rosa.tasks) == (["completed"], [])


def test_on_a_saturday_the_text_leaves_at_once_and_the_call_is_for_monday_morning(follow_up):
    """A text needs nobody in the office."""
    follow_up.wait_until("2026-11-28 11:30")
    rosa = follow_up.enroll("Rosa", sequence="missed-call")
    assert rosa.steps_done == ["text-back"]
    assert "call call-back for rep-1, due Mon 30 Nov 2026 09:15" in rosa.timeline


def test_at_night_the_text_waits_for_the_hours_of_the_law(follow_up):
    """We do not know in which state Rosa lives, so the strictest hours hold: from ten on."""
    follow_up.wait_until("2026-11-23 22:30")
    rosa = follow_up.enroll("Rosa", sequence="missed-call")
    assert rosa.waits_because == "quiet_hours"
    follow_up.let_pass(days=1)
    assert rosa.touches[0] == "Tue 24 Nov 2026 10:00  sms text-back"


def test_whoever_may_not_be_texted_gets_a_mail(follow_up):
    """The promise to ring back must reach the caller on some channel."""
    rosa = follow_up.enroll("Rosa", sequence="missed-call", may_text=False)
    follow_up.let_pass(minutes=1)
    assert rosa.steps_done == ["mail-back"]
    assert rosa.left_out == {"text-back": "no_consent"}


def test_a_call_back_that_nobody_makes_is_told_to_the_manager_and_given_up_in_the_afternoon(follow_up):
    """Ringing back tomorrow is no ringing back."""
    follow_up.wait_until("2026-11-23 11:00")
    rosa = follow_up.enroll("Rosa", sequence="missed-call")
    follow_up.let_pass(minutes=45)
    assert "Mon 23 Nov 2026 11:45  manager is told that call-back is still open" in rosa.timeline
    assert rosa.tasks == ["call-back"]
    follow_up.wait_until("2026-11-23 15:00")
    assert (rosa.tasks, rosa.ended) == ([], ["completed"])


def test_five_calls_in_ten_minutes_are_one_text_and_one_call_back(follow_up):
    """Whoever redials is not answered five times."""
    follow_up.wait_until("2026-11-23 11:00")
    rosa = follow_up.enroll("Rosa", sequence="keep-in-touch")
    for _ in range(5):
        rosa.happens("call_missed")
        follow_up.let_pass(minutes=2)
    assert (rosa.steps_done, rosa.tasks) == (["text-back"], ["call-back"])
    assert rosa.refused == ["already_enrolled"] * 4


def test_after_the_call_back_a_missed_call_counts_again_twenty_minutes_later(follow_up):
    """The same day may have two reasons to ring."""
    follow_up.wait_until("2026-11-23 11:00")
    rosa = follow_up.enroll("Rosa", sequence="missed-call")
    rosa.is_called("connected_neutral")
    follow_up.let_pass(minutes=19)
    rosa.happens("call_missed")
    assert (rosa.sequence, rosa.refused) == (None, ["cooling_off"])
    follow_up.let_pass(minutes=1)
    rosa.happens("call_missed")
    assert rosa.sequence == "missed-call"


def test_it_interrupts_the_mails_of_an_enquiry_and_gives_them_back(follow_up):
    """The mails can wait, and are not lost."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.wait_until("2026-12-03 11:00")
    assert (rosa.stage, rosa.steps_done[-1]) == ("nurture", "case-study")

    rosa.happens("call_missed")
    assert (rosa.sequence, rosa.stage) == ("missed-call", "nurture")
    rosa.is_called("voicemail")
    assert (rosa.sequence, rosa.stage) == ("inbound-lead", "nurture")
    follow_up.wait_until("2026-12-08 18:00")
    assert rosa.steps_done[-2:] == ["text-back", "paying-for-it"]


def test_it_interrupts_a_proposal_as_well(follow_up):
    """It stands above everything else."""
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    follow_up.wait_until("2026-11-24 11:00")
    rosa.happens("call_missed")
    rosa.is_called("no_answer")
    follow_up.wait_until("2026-11-25 12:00")
    assert rosa.sequence == "proposal-follow-up"
    assert rosa.steps_done == ["text-back", "how-to-read"]


def test_in_the_middle_of_an_enquiry_the_text_waits_for_nothing(follow_up):
    """Whoever has just asked us and rings wants to buy today."""
    follow_up.wait_until("2026-11-23 11:00")
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(minutes=10)
    rosa.happens("call_missed")
    assert rosa.touches[-2:] == [
        "Mon 23 Nov 2026 11:10  sms text-back",
        "Mon 23 Nov 2026 11:10  call call-back",
    ]


def test_later_the_text_keeps_an_hour_from_the_mail_before_and_the_call_follows_it(follow_up):
    """Two messages of ours in half an hour look like a machine."""
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    follow_up.wait_until("2026-11-25 10:00")
    rosa.happens("call_missed")
    assert rosa.waits_because == "min_gap"
    follow_up.wait_until("2026-11-25 11:00")
    assert rosa.touches == [
        "Wed 25 Nov 2026 09:30  email how-to-read",
        "Wed 25 Nov 2026 10:30  sms text-back",
        "Wed 25 Nov 2026 10:30  call call-back",
    ]


def test_a_talk_of_this_morning_is_no_reason_to_leave_a_caller_without_a_word(follow_up):
    """Plans keep quiet for days after a word of ours; this is no plan, it is an answer."""
    follow_up.wait_until("2026-11-23 11:00")
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    rosa.happens("human_touch")
    follow_up.let_pass(minutes=10)
    rosa.happens("call_missed")
    assert (rosa.steps_done, rosa.tasks) == (["text-back"], ["call-back"])


def test_whoever_answers_the_text_is_answered_by_a_person(follow_up):
    """From then on it is a conversation."""
    follow_up.wait_until("2026-11-23 11:00")
    rosa = follow_up.enroll("Rosa", sequence="missed-call")
    rosa.replies("question", channel="sms")
    assert (rosa.ended, rosa.tasks) == (["replied"], ["answer"])


def test_a_caller_nobody_knew_is_texted_once_and_not_thanked_for_a_form(follow_up):
    """The same call captures the lead and is missed; only one of the two sequences may speak of it."""
    follow_up.wait_until("2026-11-23 11:00")
    rosa = follow_up.capture("Rosa", source="missed_call")
    rosa.happens("call_missed")
    assert rosa.steps_done == ["price-guide", "text-back"]
