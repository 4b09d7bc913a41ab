"""Stories that the second interpreter must tell right, written by hand from the pages that define the language."""

from datetime import UTC, date, datetime

from tests.oracle import calendar
from tests.oracle.calendar import Plain
from tests.oracle.document import Document, Line
from tests.oracle.interpreter import interpret

OFFICE = {"blocks": [{"weekday": day, "opens": "09:00:00", "closes": "18:00:00"} for day in range(5)]}
MONDAY = datetime(2026, 11, 2, 10, tzinfo=UTC)
ENTER: Plain = {"kind": "event", "event": "captured"}
OVER: Plain = {"kind": "finish"}


def elapsed(minutes: int) -> Plain:
    """An exact duration."""
    return {"kind": "elapsed", "minutes": minutes}


def email(name: str, **more: Plain) -> Plain:
    """An email."""
    return {"kind": "email", "id": name, **more}


def sequence(*stages: Plain, name: str = "hello", **more: Plain) -> Plain:
    """A sequence that an enquiry starts, in the hours of an office."""
    return {"name": name, "stages": list(stages), "starts": [ENTER], "hours": OFFICE, "sender": "company", **more}


def stage(name: str, *steps: Plain, **more: Plain) -> Plain:
    """A stage that ends the sequence unless told otherwise."""
    return {"name": name, "steps": list(steps), "otherwise": OVER, **more}


def life(*catalogue: Plain, happens: tuple[tuple[str, Plain], ...] = (), **more: Plain) -> list[tuple[str, str, str]]:
    """What is done in a life that begins with an enquiry on Monday at ten; `happens` are entries of the script."""
    world = {
        "zone": "UTC",
        "owner_hours": {"zone": "UTC", "window": OFFICE},
        "channels": [{"channel": "email"}, {"channel": "sms"}, {"channel": "voice"}],
        "policy": {"settling": "PT0S", "min_gap": "PT0S"} | more.get("policy", {}),
    } | more.get("world", {})
    captured = {"kind": "captured", "occurred_at": MONDAY.isoformat(), "data": {}}
    script: list[Plain] = [{"at": MONDAY.isoformat(), "event": captured}]
    script += [{"at": f"2026-11-{at}:00+00:00", **entry} for at, entry in happens]
    document: Document = {
        "catalogue": list(catalogue),
        "world": world,
        "begins": MONDAY.isoformat(),
        "script": script,
        "answers": more.get("answers", {}),
        "ends": "2026-12-31T00:00:00+00:00",
    }
    return [(line.at[8:16], line.word, f"{line.of} {line.how}".strip()) for line in interpret(document)]


def event(at: str, kind: str, **data: Plain) -> tuple[str, Plain]:
    """Something that happens when it is noted, `at` a day and time of November 2026."""
    return at, {"event": {"kind": kind, "occurred_at": f"2026-11-{at}:00+00:00", "data": data}}


def test_two_business_days_after_a_friday_pass_over_a_weekend_and_a_holiday():
    """A reader counts Friday, then Tuesday and Wednesday, when Monday is a holiday."""
    friday = datetime(2026, 11, 6, 16, tzinfo=UTC)
    hours = calendar.hours("UTC", OFFICE, ["2026-11-09"])
    assert calendar.after_business_days(friday, 2, None, hours) == datetime(2026, 11, 11, 16, tzinfo=UTC)


def test_working_time_ends_with_the_day_and_not_at_the_next_opening():
    """A task that is due at closing time is due today."""
    hours = calendar.hours("UTC", OFFICE, [])
    assert calendar.after_working(datetime(2026, 11, 2, 17, tzinfo=UTC), 60, hours).hour == 18


def test_an_hour_that_a_clock_leaves_out_comes_an_hour_later():
    """02:30 does not exist in Berlin on that night: the moment is 03:30 there."""
    there = calendar.instant(date(2026, 3, 29), datetime(2026, 3, 29, 2, 30).time(), "Europe/Berlin")  # noqa: DTZ001
    assert there == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_what_is_due_at_night_leaves_in_the_morning_and_moves_the_rest():
    """The next delay counts from the sending, so two messages never come close to each other."""
    told = life(sequence(stage("nurture", email("one", after=elapsed(10 * 60)), email("two", after=elapsed(60)))))
    assert told[1:3] == [("03T09:00", "sent", "one email"), ("03T10:00", "sent", "two email")]


def test_a_fourth_message_waits_until_the_first_is_a_day_old():
    """A limit per day is a limit in any 24 hours."""
    four = [email(name, after=elapsed(60)) for name in ("one", "two", "three", "four")]
    told = life(sequence(stage("nurture", *four)))
    assert ("03T11:00", "sent", "four email") in told


def test_a_task_nobody_does_is_given_up_and_the_next_step_counts_from_there():
    """A lead does not wait for ever for a colleague."""
    call = {"kind": "call", "id": "ring", "give_up": elapsed(45)}
    told = life(sequence(stage("response", call, email("sorry", after=elapsed(15)))))
    assert told[1:] == [
        ("02T10:00", "opened", "ring owner 2026-11-02T11:00:00"),
        ("02T10:45", "closed", "ring given_up"),
        ("02T11:00", "sent", "sorry email"),
        ("02T11:00", "ended", "hello completed"),
    ]


def test_a_branch_takes_the_first_case_that_is_true():
    """What happens depends on how the call ended."""
    call = {"kind": "call", "id": "ring"}
    reached = {"kind": "outcome_is", "step": "ring", "outcomes": ["connected_neutral"]}
    branch = {
        "kind": "branch",
        "id": "reached",
        "cases": [{"condition": reached, "steps": [email("thanks")]}],
        "otherwise": [email("missed")],
    }
    closes = ("02T10:20", {"closes": {"of": "ring", "disposition": "no_answer"}})
    told = life(sequence(stage("response", call, branch)), happens=(closes,))
    assert ("02T10:20", "sent", "missed email") in told


def test_an_answer_stops_everything_and_asks_the_owner():
    """Nobody writes on to somebody who has answered."""
    told = life(
        sequence(stage("nurture", email("one", after=elapsed(120)))),
        happens=(event("02T11:00", "replied", reply="positive", channel="email"),),
    )
    assert told[1:] == [
        ("02T11:00", "ended", "hello replied"),
        ("02T11:00", "opened", "answer owner 2026-11-02T12:00:00"),
    ]


def test_carrying_on_waits_for_the_answer_and_keeps_the_remaining_delay():
    """An hour into a two hours' wait leaves an hour, however long the answer took."""
    carry_on = {"trigger": {"kind": "event", "event": "replied"}, "response": {"kind": "carry_on"}}
    told = life(
        sequence(stage("nurture", email("one", after=elapsed(120)), when=[carry_on]), after_human=elapsed(0)),
        happens=(
            event("02T11:00", "replied", reply="question", channel="email"),
            ("02T14:00", {"closes": {"of": "answer", "disposition": "done"}}),
        ),
    )
    assert ("02T15:00", "sent", "one email") in told


def test_who_does_not_want_texts_still_gets_email():
    """An opt-out holds for its channel."""
    text = {"kind": "sms", "id": "text", "after": elapsed(60)}
    told = life(
        sequence(stage("nurture", text, email("one"))), happens=(event("02T10:30", "opted_out", channel="sms"),)
    )
    assert told[1:3] == [("02T11:00", "skipped", "text channel_suppressed"), ("02T11:00", "sent", "one email")]


def test_a_higher_sequence_interrupts_and_gives_back():
    """An interlude stops the clock of what it interrupts."""
    below = sequence(stage("nurture", email("one", after=elapsed(120))))
    above = sequence(stage("as_is", email("offer", after=elapsed(60))), name="offer", gives_back=True)
    above["starts"] = [{"kind": "by_hand", "name": "offer"}]
    told = life(above, below, happens=(event("02T11:00", "by_hand", name="offer"),))
    assert [line[1:] for line in told[1:]] == [
        ("enrolled", "offer"),
        ("sent", "offer email"),
        ("ended", "offer completed"),
        ("sent", "one email"),
        ("ended", "hello completed"),
    ]
    assert told[4][0] == "02T13:00"


def test_a_pause_leaves_two_of_three_days():
    """Paused a day into a wait of three, and resumed a week later."""
    told = life(
        sequence(stage("nurture", email("one", after=elapsed(3 * 24 * 60)))),
        happens=(
            ("03T10:00", {"command": {"verb": "pause", "data": {}}}),
            ("10T10:00", {"command": {"verb": "resume", "data": {}}}),
        ),
    )
    assert ("12T10:00", "sent", "one email") in told


def test_a_message_that_nobody_can_prove_is_a_persons_to_decide():
    """It is never sent again by itself."""
    told = life(sequence(stage("nurture", email("one"), email("two"))), answers={"0": "lost"})
    assert told[1:] == [
        ("02T10:00", "sent", "one email"),
        ("02T10:15", "opened", "proof owner 2026-11-02T11:15:00"),
        ("02T10:15", "review", "outcome_unproven"),
    ]


def test_a_line_says_when_what_and_how():
    """Both interpreters write the same lines, to the second."""
    assert Line("2026-11-02T10:00:00", "ended", "hello", "completed") == (
        "2026-11-02T10:00:00",
        "ended",
        "hello",
        "completed",
    )
