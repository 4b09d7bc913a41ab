"""Every verdict and every hold of the gate, and which of several is the one a person reads."""

from datetime import datetime, time, timedelta

import pytest

from engine.gate import GateFacts, Holds, Reviews, Sends, Skips, Stops, forecast, gate
from engine.life.moves import Hold
from engine.reasons import HoldReason, ReviewReason, SkipReason, StopReason
from engine.sequence.compiled import Block, Window
from engine.words import Channel, TouchKey
from tests.support.life import ALWAYS, DAYTIME, WEEKDAYS, at, hours

MONDAY = at("2026-11-23 09:00")
SUNDAY = at("2026-11-22 12:00")
NIGHT = at("2026-11-23 22:30")
HOUR = timedelta(hours=1)
NEVER = Window(blocks=())


def facts(**changes: object) -> GateFacts:
    """A touch that nothing speaks against."""
    told: dict[str, object] = {
        "touch_key": TouchKey("touch-1"),
        "channel": Channel.EMAIL,
        "lead_cap": 3,
        "window": hours(WEEKDAYS),
        **changes,
    }
    return GateFacts.model_validate(told)


def daily(opens: int, closes: int, minute: int = 0) -> Window:
    """The same hours on each day; the minute is that of the closing."""
    return Window(blocks=tuple(Block(weekday=day, opens=time(opens), closes=time(closes, minute)) for day in range(7)))


def held(because: HoldReason, until: datetime) -> Holds:
    """The verdict of a hold."""
    return Holds(hold=Hold(because=because, until=until))


def test_a_touch_leaves_up_to_the_end_of_the_window():
    """`send_by` is what keeps a slow provider call from arriving at night."""
    assert gate(facts(), MONDAY) == Sends(send_by=at("2026-11-23 18:00"))


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        pytest.param(
            {"no_channel_left": StopReason.OPTED_OUT}, Stops(because=StopReason.OPTED_OUT), id="no channel is left"
        ),
        pytest.param(
            {"why_not": SkipReason.NO_CONSENT}, Skips(because=SkipReason.NO_CONSENT), id="this channel is closed"
        ),
        pytest.param(
            {"missing_tokens": ("name", "offer")},
            Reviews(because=ReviewReason.MISSING_TOKEN, detail="name, offer"),
            id="a token has no value",
        ),
        pytest.param(
            {"render_error": "left-over brace"},
            Reviews(because=ReviewReason.RENDER_FAILED, detail="left-over brace"),
            id="the message cannot be written",
        ),
        pytest.param({"window": hours(NEVER)}, Reviews(because=ReviewReason.NO_SEND_WINDOW), id="no moment is allowed"),
        pytest.param(
            {"switched_off": True},
            held(HoldReason.KILL_SWITCH, MONDAY + timedelta(days=1)),
            id="sending is switched off",
        ),
        pytest.param(
            {"holds": (Hold(because=HoldReason.SETTLING, until=MONDAY + HOUR),)},
            held(HoldReason.SETTLING, MONDAY + HOUR),
            id="a hold that is known already",
        ),
        pytest.param(
            {"recent_touches": (MONDAY - 3 * HOUR, MONDAY - 2 * HOUR, MONDAY - HOUR)},
            held(HoldReason.LEAD_CAP, MONDAY + 21 * HOUR),
            id="the lead had its messages of the day",
        ),
        pytest.param(
            {"last_touch_at": MONDAY - HOUR / 2, "min_gap": HOUR},
            held(HoldReason.MIN_GAP, MONDAY + HOUR / 2),
            id="the last message is too near",
        ),
        pytest.param(
            {"domain_free_at": MONDAY + HOUR}, held(HoldReason.DOMAIN_LIMIT, MONDAY + HOUR), id="the domain is full"
        ),
        pytest.param(
            {"sender_free_at": MONDAY + HOUR}, held(HoldReason.SENDER_LIMIT, MONDAY + HOUR), id="the sender is full"
        ),
    ],
)
def test_each_fact_has_its_verdict(changes, verdict):
    """Every reason a touch does not leave has exactly one name."""
    assert gate(facts(**changes), MONDAY) == verdict


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"holds": (Hold(because=HoldReason.SETTLING, until=MONDAY),)}, id="a hold that ends now"),
        pytest.param({"recent_touches": (MONDAY - 24 * HOUR,), "lead_cap": 1}, id="a touch a day ago to the second"),
        pytest.param({"recent_touches": (MONDAY - HOUR,), "lead_cap": 2}, id="one below the cap"),
        pytest.param({"last_touch_at": MONDAY - HOUR, "min_gap": HOUR}, id="a gap of exactly the least"),
        pytest.param({"sender_free_at": MONDAY, "domain_free_at": MONDAY}, id="limits that are free now"),
    ],
)
def test_what_ends_now_holds_no_longer(changes):
    """A hold that is its own end would be waited for without end."""
    assert isinstance(gate(facts(**changes), MONDAY), Sends)


STRONGEST_FIRST: tuple[tuple[dict[str, object], str], ...] = (
    ({"no_channel_left": StopReason.NO_CHANNEL_LEFT}, "stop"),
    ({"why_not": SkipReason.ADDRESS_BOUNCED}, "skip"),
    ({"missing_tokens": ("name",)}, "review"),
    ({"switched_off": True}, "hold"),
    ({}, "send"),
)


@pytest.mark.parametrize("weakest", range(len(STRONGEST_FIRST)), ids=lambda n: STRONGEST_FIRST[n][1])
def test_the_strongest_verdict_wins(weakest):
    """Stop before skip before review before hold before send."""
    together: dict[str, object] = {}
    for changes, _ in STRONGEST_FIRST[weakest:]:
        together.update(changes)
    assert gate(facts(**together), MONDAY).kind == STRONGEST_FIRST[weakest][1]


def test_of_several_holds_the_one_that_ends_last_is_named():
    """Who asks why a lead waits wants the reason that matters."""
    asked = facts(sender_free_at=MONDAY + 3 * HOUR, domain_free_at=MONDAY + HOUR, last_touch_at=MONDAY, min_gap=HOUR)
    assert gate(asked, MONDAY) == held(HoldReason.SENDER_LIMIT, MONDAY + 3 * HOUR)


def test_of_holds_that_end_together_the_first_of_the_checks_is_named():
    """The same facts give the same reason, at every look."""
    asked = facts(sender_free_at=MONDAY + HOUR, domain_free_at=MONDAY + HOUR, last_touch_at=MONDAY, min_gap=HOUR)
    assert gate(asked, MONDAY) == held(HoldReason.MIN_GAP, MONDAY + HOUR)


@pytest.mark.parametrize(
    ("changes", "now", "because", "until"),
    [
        pytest.param({}, NIGHT, HoldReason.OUTSIDE_WINDOW, at("2026-11-24 09:00"), id="after hours"),
        pytest.param({}, SUNDAY, HoldReason.CLOSED_DAY, MONDAY, id="a day without hours"),
        pytest.param(
            {"window": hours(WEEKDAYS).model_copy(update={"closed_days": (MONDAY.date(),)})},
            MONDAY,
            HoldReason.CLOSED_DAY,
            at("2026-11-24 09:00"),
            id="a holiday",
        ),
        pytest.param(
            {"window": hours(ALWAYS), "contact_hours": (hours(DAYTIME),), "channel": Channel.SMS},
            NIGHT,
            HoldReason.QUIET_HOURS,
            at("2026-11-24 08:00"),
            id="the law",
        ),
    ],
)
def test_a_closed_door_says_why_and_when_it_opens(changes, now, because, until):
    """Hours of ours, days without hours and the law are three different answers to "why not yet?"."""
    assert gate(facts(**changes), now) == held(because, until)


def test_statement_05_quiet_hours_hold_whatever_the_sequence_allows():
    """A text at half past ten in the evening waits for the legal opening, even in a stage open day and night."""
    text = facts(window=hours(ALWAYS), contact_hours=(hours(DAYTIME),), channel=Channel.SMS)
    foreseen = forecast(text, NIGHT)
    assert [hold.because for hold in foreseen.holds] == [HoldReason.QUIET_HOURS]
    assert foreseen.release == at("2026-11-24 08:00")
    assert foreseen.verdict == Sends(send_by=at("2026-11-24 21:00"))
    assert isinstance(gate(text, NIGHT), Holds)


def test_hours_in_several_zones_must_all_be_open():
    """A number that may be in New York or in Los Angeles is quiet in both."""
    both = (hours(DAYTIME), hours(DAYTIME, zone="America/Los_Angeles"))
    text = facts(window=hours(ALWAYS), contact_hours=both, channel=Channel.SMS)
    assert gate(text, at("2026-11-23 08:30")) == held(HoldReason.QUIET_HOURS, at("2026-11-23 11:00"))


def test_zones_without_a_common_hour_need_a_person():
    """An empty intersection is never "send now"."""
    morning = (daily(6, 8), daily(12, 13))
    text = facts(window=hours(ALWAYS), contact_hours=tuple(hours(one) for one in morning), channel=Channel.SMS)
    assert gate(text, MONDAY) == Reviews(because=ReviewReason.NO_SEND_WINDOW)


@pytest.mark.parametrize(
    ("channel", "verdict"),
    [
        pytest.param(Channel.EMAIL, Sends(send_by=at("2026-11-23 18:00")), id="an email may still leave"),
        pytest.param(
            Channel.SMS, held(HoldReason.QUIET_HOURS, at("2026-11-24 09:00")), id="a text would expire on its way"
        ),
    ],
)
def test_a_text_needs_time_to_arrive_before_closing(channel, verdict):
    """A text with less validity than the provider's least is lost or late."""
    assert gate(facts(channel=channel), at("2026-11-23 17:59")) == verdict


def test_a_window_too_short_for_any_text_needs_a_person():
    """Looking for an opening ends, with an answer."""
    minute = facts(channel=Channel.SMS, window=hours(daily(12, 12, 1)))
    assert gate(minute, MONDAY) == Reviews(because=ReviewReason.NO_SEND_WINDOW)


class TestJitter:
    """Touches that one opening releases are spread, and always alike."""

    def test_it_is_the_same_for_one_touch_and_differs_between_touches(self):
        """A restart must not move a touch; a thousand touches must not leave in one second."""
        keys = [TouchKey(f"touch-{n}") for n in range(20)]
        first = [forecast(facts(touch_key=key, jitter=HOUR), SUNDAY).release for key in keys]
        again = [forecast(facts(touch_key=key, jitter=HOUR), SUNDAY).release for key in keys]
        assert first == again
        assert len(set(first)) == len(keys)
        assert all(MONDAY <= release <= MONDAY + HOUR for release in first)

    def test_it_never_goes_past_closing(self):
        """A spread longer than the window would push a touch into the night."""
        short = hours(daily(9, 9, 5))
        keys = [TouchKey(f"touch-{n}") for n in range(20)]
        closing = at("2026-11-23 09:05")
        assert all(
            forecast(facts(touch_key=key, jitter=9 * HOUR, window=short), SUNDAY).release < closing for key in keys
        )

    def test_it_moves_nothing_that_is_open(self):
        """Only openings release many at once."""
        assert isinstance(gate(facts(jitter=HOUR), MONDAY), Sends)


class TestForecast:
    """When a touch will be released, and by what it was held until then."""

    def test_it_names_every_hold_on_the_way_in_the_order_they_end(self):
        """The whole chain answers "why not sooner?" (acceptance statement 35)."""
        asked = facts(last_touch_at=MONDAY, min_gap=10 * HOUR)
        foreseen = forecast(asked, at("2026-11-23 17:00"))
        assert [hold.because for hold in foreseen.holds] == [HoldReason.MIN_GAP, HoldReason.OUTSIDE_WINDOW]
        assert foreseen.release == at("2026-11-24 09:00")

    def test_it_goes_to_the_end_of_any_chain(self):
        """A release that is foreseen too early is a promise that is not kept."""
        weeks = [Hold(because=HoldReason.OUT_OF_OFFICE, until=MONDAY + n * 24 * HOUR - HOUR) for n in range(1, 60)]
        foreseen = forecast(facts(holds=tuple(weeks)), MONDAY)
        assert foreseen.release >= weeks[-1].until
        assert isinstance(foreseen.verdict, Sends)

    def test_it_stops_at_a_switch_that_nobody_knows_the_end_of(self):
        """A kill switch is asked about again; nothing is foreseen beyond it."""
        foreseen = forecast(facts(switched_off=True), MONDAY)
        assert [hold.because for hold in foreseen.holds] == [HoldReason.KILL_SWITCH]
        assert isinstance(foreseen.verdict, Holds)
