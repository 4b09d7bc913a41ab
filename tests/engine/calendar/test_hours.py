"""When it is open, when it opens next and when it closes."""

from datetime import UTC, date, timedelta

import pytest
from hypothesis import assume, given

from engine.calendar.hours import (
    Hours,
    closing,
    common_closing,
    is_closed_day,
    is_open,
    next_common_opening,
    next_opening,
)
from engine.sequence.compiled import Window
from tests.engine.calendar.slow_clock import (
    ALWAYS,
    LEGAL,
    LUNCH,
    NEVER,
    NIGHT,
    OFFICE,
    at,
    counting_takes_time,
    first,
    looks_open,
    some_hours,
    some_moment,
    utc,
    wall,
    week,
)

NEW_YORK = "America/New_York"
MONTH = timedelta(days=30)
MLK_DAY = date(2027, 1, 18)  # a Monday
OVER_NIGHT = week("Fri 22:00-00:00", "Sat 00:00-02:00")


def new_york(window: Window = OFFICE, *closed_days: date) -> Hours:
    return Hours(zone=NEW_YORK, window=window, closed_days=closed_days)


@pytest.mark.parametrize(
    ("window", "local", "opened"),
    [
        pytest.param(OFFICE, "2027-01-15 08:59", False, id="a minute early is closed"),
        pytest.param(OFFICE, "2027-01-15 09:00", True, id="the first minute is open"),
        pytest.param(OFFICE, "2027-01-15 17:59", True, id="the last minute is open"),
        pytest.param(OFFICE, "2027-01-15 18:00", False, id="closing time is closed"),
        pytest.param(OFFICE, "2027-01-16 12:00", False, id="no block on a Saturday"),
        pytest.param(OFFICE, "2027-01-18 12:00", False, id="a holiday is closed all day"),
        pytest.param(LUNCH, "2027-01-15 12:30", False, id="between two blocks it is closed"),
        pytest.param(NIGHT, "2027-01-15 23:59", True, id="00:00 means the end of the day"),
        pytest.param(NIGHT, "2027-01-15 00:00", True, id="a block may begin with the day"),
        pytest.param(ALWAYS, "2027-01-15 03:00", True, id="00:00 to 00:00 is the whole day"),
        pytest.param(NEVER, "2027-01-15 12:00", False, id="no block is never"),
    ],
)
def test_it_is_open_when_the_clock_there_stands_inside_a_block(window, local, opened):
    """A touch that leaves a minute outside its hours wakes somebody or breaks a law."""
    assert is_open(new_york(window, MLK_DAY), at(local, NEW_YORK)) is opened


@pytest.mark.parametrize(
    ("window", "local", "closed"),
    [
        pytest.param(OFFICE, "2027-01-15 23:00", False, id="closed for tonight is no closed day"),
        pytest.param(OFFICE, "2027-01-16 12:00", True, id="a weekday without a block"),
        pytest.param(OFFICE, "2027-01-18 12:00", True, id="a holiday"),
        pytest.param(LEGAL, "2027-01-16 12:00", False, id="a Saturday with a block"),
    ],
)
def test_a_closed_day_has_no_opening_at_all(window, local, closed):
    """On-call reads why a lead waits: for tomorrow morning, or for the end of a holiday."""
    assert is_closed_day(new_york(window, MLK_DAY), at(local, NEW_YORK)) is closed


@pytest.mark.parametrize(
    ("window", "local", "opens"),
    [
        pytest.param(OFFICE, "2027-01-15 12:34", "Fri 2027-01-15 12:34", id="inside goes at once"),
        pytest.param(OFFICE, "2027-01-15 08:59", "Fri 2027-01-15 09:00", id="a minute early waits a minute"),
        pytest.param(OFFICE, "2027-01-15 08:59:59", "Fri 2027-01-15 09:00", id="a second early waits a second"),
        pytest.param(OFFICE, "2027-01-14 18:00", "Fri 2027-01-15 09:00", id="after closing waits for morning"),
        pytest.param(OFFICE, "2027-01-22 18:00", "Mon 2027-01-25 09:00", id="Friday evening waits for Monday"),
        pytest.param(
            OFFICE, "2027-01-17 12:00", "Tue 2027-01-19 09:00", id="a Sunday before a holiday waits for Tuesday"
        ),
        pytest.param(LUNCH, "2027-01-15 12:30", "Fri 2027-01-15 13:00", id="lunch waits for the afternoon"),
        pytest.param(NIGHT, "2027-01-15 12:00", "Fri 2027-01-15 22:00", id="noon waits for the night"),
        pytest.param(NIGHT, "2027-01-15 00:00", "Fri 2027-01-15 00:00", id="midnight belongs to the night"),
        pytest.param(
            week("Wed 10:00-11:00"), "2027-01-13 11:00", "Wed 2027-01-20 10:00", id="the same block next week"
        ),
    ],
)
def test_the_next_opening_is_the_first_open_moment(window, local, opens):
    """A touch outside its hours goes out when they open: not before, and not a day too late."""
    opening = next_opening(new_york(window, MLK_DAY), at(local, NEW_YORK), within=MONTH)
    assert opening is not None
    assert (wall(opening, NEW_YORK), opening.tzinfo) == (opens, UTC)


@pytest.mark.parametrize(
    ("window", "within", "found"),
    [
        pytest.param(OFFICE, timedelta(hours=1), True, id="an opening at the very end of the time counts"),
        pytest.param(OFFICE, timedelta(minutes=59), False, id="one that comes later does not"),
        pytest.param(NEVER, timedelta(days=400), False, id="a window without a block never opens"),
        pytest.param(week("Mon 10:00-10:00"), MONTH, False, id="nor does a block without length"),
    ],
)
def test_no_opening_in_time_is_no_opening(window, within, found):
    """Whoever asks must hear "none", or he waits for ever or sends now."""
    opening = next_opening(new_york(window), at("2027-01-15 08:00", NEW_YORK), within=within)
    assert (opening is not None) is found


@pytest.mark.parametrize("days", [1, 6, 7, 8, 14, 15, 40, 300])
@pytest.mark.parametrize("window", [LEGAL, week("Tue 10:00-11:00")], ids=["every day", "one hour a week"])
def test_a_long_closure_is_waited_out(window: Window, days: int):
    """A company that is closed for a while opens again, and its leads are not forgotten."""
    begins = at("2027-08-01 00:00", NEW_YORK)
    hours = new_york(window, *(date(2027, 8, 1) + timedelta(days=n) for n in range(days)))
    expected = first(begins, timedelta(days=400), lambda then: looks_open(hours, then), timedelta(hours=1))
    assert next_opening(hours, begins, within=timedelta(days=400)) == expected


@pytest.mark.parametrize(
    ("window", "local", "closes"),
    [
        pytest.param(OFFICE, "2027-01-15 09:00", "Fri 2027-01-15 18:00", id="from the first minute"),
        pytest.param(OFFICE, "2027-01-15 17:59", "Fri 2027-01-15 18:00", id="from the last minute"),
        pytest.param(LUNCH, "2027-01-15 09:00", "Fri 2027-01-15 12:00", id="the end of this block, not of the day"),
        pytest.param(NIGHT, "2027-01-15 23:00", "Sat 2027-01-16 02:00", id="two blocks that meet at midnight are one"),
        pytest.param(OVER_NIGHT, "2027-01-15 23:00", "Sat 2027-01-16 02:00", id="so are those of a single night"),
        pytest.param(NIGHT, "2027-01-17 23:00", "Mon 2027-01-18 00:00", id="a holiday cuts the night at midnight"),
        pytest.param(ALWAYS, "2027-01-19 23:00", "Tue 2027-01-26 23:00", id="hours that never close say a week"),
    ],
)
def test_closing_is_the_first_moment_that_is_no_longer_open(window, local, closes):
    """A text handed to a provider is valid until then, and not a minute longer."""
    close = closing(new_york(window, MLK_DAY), at(local, NEW_YORK))
    assert (wall(close, NEW_YORK), close.tzinfo) == (closes, UTC)


def test_asking_a_closed_door_when_it_closes_is_a_mistake():
    """An answer would be taken for permission to send until then."""
    with pytest.raises(ValueError, match="ask next_opening first"):
        closing(new_york(), at("2027-01-15 08:59", NEW_YORK))


@pytest.mark.parametrize(
    ("all_hours", "moment", "opens"),
    [
        pytest.param((), "2027-01-15 03:00", "2027-01-15 03:00", id="no hours are always open"),
        pytest.param((("Europe/Berlin", OFFICE),), "2027-01-15 03:00", "2027-01-15 08:00", id="one alone decides"),
        pytest.param(
            (("America/New_York", LEGAL), ("America/Los_Angeles", LEGAL)),
            "2027-01-15 12:00",
            "2027-01-15 16:00",
            id="the west coast opens last",
        ),
        pytest.param(
            (("America/New_York", LEGAL), ("America/Los_Angeles", LEGAL)),
            "2027-01-16 03:00",
            "2027-01-16 16:00",
            id="the east coast closes first",
        ),
        pytest.param(
            (("America/New_York", LEGAL), ("America/Los_Angeles", LEGAL)),
            "2027-01-15 20:00",
            "2027-01-15 20:00",
            id="while both are open it is now",
        ),
        pytest.param(
            (("America/New_York", OFFICE), ("Asia/Kolkata", LEGAL)),
            "2027-01-15 16:00",
            "2027-01-18 14:00",
            id="an hour and a half in common, on Monday again",
        ),
        pytest.param(
            (("America/New_York", OFFICE), ("Asia/Kathmandu", OFFICE)), "2027-01-15 16:00", None, id="nothing in common"
        ),
        pytest.param((("UTC", LEGAL), ("UTC", NEVER)), "2027-01-15 16:00", None, id="one never opens"),
    ],
)
def test_a_common_opening_is_open_for_all_or_there_is_none(all_hours, moment, opens):
    """A lead whose zone is guessed is texted when it is day in every place he may be, or a person is asked."""
    hours = tuple(Hours(zone=zone, window=window) for zone, window in all_hours)
    assert next_common_opening(hours, utc(moment), within=MONTH) == (utc(opens) if opens else None)


def test_the_contiguous_states_have_nine_hours_in_common():
    """The width that a number without a place leaves at 08 to 20."""
    states = tuple(
        Hours(zone=zone, window=week("Mon-Sun 08:00-20:00"))
        for zone in ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
    )
    opens = next_common_opening(states, utc("2027-01-15 02:00"), within=MONTH)
    assert opens == utc("2027-01-15 16:00")
    assert common_closing(states, opens) == utc("2027-01-16 01:00")


@counting_takes_time
@given(some_hours, some_moment)
def test_the_fast_answer_is_what_the_clock_on_the_wall_says(hours, moment):
    """The rule is one sentence; how it is reckoned must not change it."""
    assert is_open(hours, moment) is looks_open(hours, moment)
    limit = timedelta(days=2)
    opening = first(moment, limit, lambda then: looks_open(hours, then))
    assert next_opening(hours, moment, within=limit) == opening
    if opening is not None:
        close = first(opening, limit, lambda then: not looks_open(hours, then))
        assert closing(hours, opening) == close or (close is None and closing(hours, opening) > opening + limit)


@given(some_hours, some_moment)
def test_an_opening_is_open_not_before_and_stays_what_it_is(hours, moment):
    """A touch that is released and looked at again must leave, not wait for ever."""
    moment += timedelta(seconds=17, microseconds=3)
    opening = next_opening(hours, moment, within=timedelta(days=60))
    assume(opening is not None)
    assert opening is not None
    assert looks_open(hours, opening)
    assert opening >= moment
    assert next_opening(hours, opening, within=timedelta(0)) == opening
    assert closing(hours, opening) > opening


@counting_takes_time
@given(some_hours, some_hours, some_moment)
def test_a_common_opening_is_the_first_of_all(hours, others, moment):
    """Earlier would break somebody's hours, later would be late."""
    limit = timedelta(days=2)
    both = (hours, others)
    opening = first(moment, limit, lambda then: looks_open(hours, then) and looks_open(others, then))
    assert next_common_opening(both, moment, within=limit) == opening
    if opening is not None:
        assert common_closing(both, opening) == min(closing(hours, opening), closing(others, opening))
