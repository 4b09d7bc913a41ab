"""When a delay ends, and when a moment tied to a date comes."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendar.delays import after, instant, moment_of, over_at
from engine.calendar.hours import Hours, next_opening
from engine.sequence.compiled import BusinessDays, CalendarDays, Elapsed, Moment, SimpleDelay, Window, Working
from tests.engine.calendar.slow_clock import (
    ALWAYS,
    LUNCH,
    MINUTE,
    NEVER,
    OFFICE,
    WEEKS,
    ZONES,
    at,
    counting_takes_time,
    looks_open,
    open_minutes,
    some_moment,
    utc,
    wall,
    week,
)

NEW_YORK = "America/New_York"
MLK_DAY = date(2027, 1, 18)  # a Monday


def new_york(window: Window = OFFICE, *closed_days: date) -> Hours:
    return Hours(zone=NEW_YORK, window=window, closed_days=closed_days)


def ends(anchor: str, delay: SimpleDelay, hours: Hours | None = None) -> str:
    """Where the clock stands in New York when a delay from that wall time ends."""
    end = after(at(anchor, NEW_YORK), delay, hours or new_york())
    assert end.tzinfo is UTC
    return wall(end, NEW_YORK)


def test_statement_01_two_business_days_over_a_weekend_and_a_holiday():
    """From Friday 16:00 with Monday a holiday, step 2 goes on Wednesday 16:00, or when a later window opens."""
    friday = at("2027-01-15 16:00", NEW_YORK)
    hours = new_york(OFFICE, MLK_DAY)
    wednesday = after(friday, BusinessDays(days=2), hours)
    assert wall(wednesday, NEW_YORK) == "Wed 2027-01-20 16:00"
    assert next_opening(hours, wednesday, within=timedelta(days=7)) == wednesday
    evenings = new_york(week("Mon-Fri 17:00-20:00"), MLK_DAY)
    opening = next_opening(evenings, wednesday, within=timedelta(days=7))
    assert opening == at("2027-01-20 17:00", NEW_YORK)


@pytest.mark.parametrize(
    ("saturday", "a_day_later", "morning"),
    [
        pytest.param("2027-03-13 22:00", "Sun 2027-03-14 23:00", "2027-03-14 09:00", id="clocks set forward"),
        pytest.param("2026-10-31 22:00", "Sun 2026-11-01 21:00", "2026-11-01 09:00", id="clocks set back"),
    ],
)
def test_statement_02_elapsed_is_exact_and_calendar_keeps_the_wall_time(saturday, a_day_later, morning):
    """Over a clock change 24 hours are 24 hours, and nine in the morning is nine in the morning."""
    anchor = at(saturday, NEW_YORK)
    exact = after(anchor, Elapsed(minutes=24 * 60), new_york())
    assert exact - anchor == timedelta(hours=24)
    assert wall(exact, NEW_YORK) == a_day_later
    assert after(anchor, CalendarDays(days=1, at=time(9)), new_york()) == at(morning, NEW_YORK)


@pytest.mark.parametrize(
    ("anchor", "delay", "end"),
    [
        pytest.param("2027-01-15 16:00", CalendarDays(days=3), "Mon 2027-01-18 16:00", id="the same wall time"),
        pytest.param("2027-01-15 16:00", CalendarDays(days=1), "Sat 2027-01-16 16:00", id="a Saturday is a date too"),
        pytest.param(
            "2027-01-15 16:00", CalendarDays(days=1, at=time(9)), "Sat 2027-01-16 09:00", id="at another time"
        ),
        pytest.param("2027-01-15 16:00", CalendarDays(days=1, at=time(0)), "Sat 2027-01-16 00:00", id="at midnight"),
        pytest.param("2027-01-15 16:00", CalendarDays(days=0, at=time(17)), "Fri 2027-01-15 17:00", id="later today"),
        pytest.param("2027-01-15 16:00", CalendarDays(days=0, at=time(16)), "Fri 2027-01-15 16:00", id="this minute"),
        pytest.param("2027-01-15 16:00", CalendarDays(days=0, at=time(9)), "Sat 2027-01-16 09:00", id="past: tomorrow"),
        pytest.param("2027-01-15 16:00", CalendarDays(days=0), "Fri 2027-01-15 16:00", id="no days are now"),
        pytest.param("2027-03-13 02:30", CalendarDays(days=1), "Sun 2027-03-14 03:30", id="into a gap: past it"),
        pytest.param("2027-03-13 16:00", CalendarDays(days=1), "Sun 2027-03-14 16:00", id="over a gap: 23 hours"),
    ],
)
def test_calendar_days_are_dates(anchor, delay, end):
    """ "In three days at nine" means what a person means by it, not 72 hours."""
    assert ends(anchor, delay) == end


def test_no_days_later_is_now_in_the_repeated_hour_too():
    """The second 01:30 of a night is not the day after."""
    second = utc("2026-11-01 06:30")
    assert after(second, CalendarDays(days=0), new_york()) == second


@pytest.mark.parametrize(
    ("anchor", "delay", "end"),
    [
        pytest.param("2027-01-13 16:00", BusinessDays(days=1), "Thu 2027-01-14 16:00", id="tomorrow"),
        pytest.param("2027-01-22 16:00", BusinessDays(days=1), "Mon 2027-01-25 16:00", id="Friday and one is Monday"),
        pytest.param("2027-01-23 16:00", BusinessDays(days=1), "Mon 2027-01-25 16:00", id="Saturday and one is Monday"),
        pytest.param("2027-01-24 16:00", BusinessDays(days=1), "Mon 2027-01-25 16:00", id="Sunday and one is Monday"),
        pytest.param("2027-01-15 16:00", BusinessDays(days=1), "Tue 2027-01-19 16:00", id="over a holiday"),
        pytest.param("2027-01-18 16:00", BusinessDays(days=1), "Tue 2027-01-19 16:00", id="from a holiday"),
        pytest.param("2027-01-13 16:00", BusinessDays(days=10), "Thu 2027-01-28 16:00", id="two weeks and a holiday"),
        pytest.param(
            "2027-01-13 16:00", BusinessDays(days=1, at=time(9)), "Thu 2027-01-14 09:00", id="at another time"
        ),
        pytest.param(
            "2027-01-13 23:30", BusinessDays(days=1), "Thu 2027-01-14 23:30", id="dates are those of the zone"
        ),
    ],
)
def test_business_days_are_monday_to_friday_and_not_closed(anchor, delay, end):
    """ "Two business days" must not shrink because half of them was a weekend."""
    assert ends(anchor, delay, new_york(OFFICE, MLK_DAY)) == end


def test_a_business_day_is_one_whatever_the_window():
    """A shop that is open on Saturdays still counts business days as its customers do."""
    saturdays = new_york(week("Sat 10:00-14:00"))
    assert ends("2027-01-22 16:00", BusinessDays(days=1), saturdays) == "Mon 2027-01-25 16:00"


@pytest.mark.parametrize(
    ("anchor", "minutes", "end"),
    [
        pytest.param("2027-01-14 10:00", 60, "Thu 2027-01-14 11:00", id="inside the block"),
        pytest.param("2027-01-14 08:00", 60, "Thu 2027-01-14 10:00", id="counted from opening"),
        pytest.param("2027-01-14 11:30", 60, "Thu 2027-01-14 13:30", id="lunch does not count"),
        pytest.param("2027-01-14 12:30", 60, "Thu 2027-01-14 14:00", id="nor does asking at lunch"),
        pytest.param("2027-01-15 16:30", 60, "Tue 2027-01-19 09:30", id="the rest after a weekend and a holiday"),
        pytest.param("2027-01-14 16:00", 60, "Thu 2027-01-14 17:00", id="used up at closing ends at closing"),
        pytest.param("2027-01-14 09:00", 15 * 60, "Tue 2027-01-19 10:00", id="more than two days of it"),
        pytest.param("2027-01-14 10:00", 0, "Thu 2027-01-14 10:00", id="none while open is now"),
        pytest.param("2027-01-14 12:00", 0, "Thu 2027-01-14 13:00", id="none while closed is the next opening"),
        pytest.param("2027-01-15 17:00", 0, "Tue 2027-01-19 09:00", id="none at closing is the next opening"),
    ],
)
def test_working_time_passes_only_while_it_is_open(anchor, minutes, end):
    """A call due in a working hour must not be overdue because the lead came at night."""
    assert ends(anchor, Working(minutes=minutes), new_york(LUNCH, MLK_DAY)) == end


def test_working_time_may_be_longer_than_a_week_without_closing():
    """Hours that never close are a week at a time."""
    assert ends("2027-01-04 10:00", Working(minutes=20 * 24 * 60), new_york(ALWAYS)) == "Sun 2027-01-24 10:00"


@pytest.mark.parametrize(
    "hours",
    [
        pytest.param(new_york(NEVER), id="no block at all"),
        pytest.param(
            new_york(week("Mon 09:00-10:00"), *(date(2027, 1, 4) + timedelta(weeks=n) for n in range(60))),
            id="closed on all its days",
        ),
    ],
)
def test_working_time_that_never_comes_is_an_error(hours):
    """A delay without an end would be a lead that nobody ever looks at again."""
    with pytest.raises(ValueError, match="no working time within a year"):
        after(at("2027-01-04 10:00", NEW_YORK), Working(minutes=0), hours)


def test_every_moment_that_comes_back_is_utc_whatever_came_in():
    """Two aware times of one zone compare by their wall time, and that is wrong twice a year."""
    anchor = datetime.fromisoformat("2027-01-14T10:00:00-05:00")
    delays: list[SimpleDelay] = [
        Elapsed(minutes=0),
        Working(minutes=0),
        CalendarDays(days=0),
        BusinessDays(days=1),
    ]
    assert {after(anchor, delay, new_york()).tzinfo for delay in delays} == {UTC}


# --- moments ----------------------------------------------------------------------------------------------------------

RENEWAL = "2027-03-20"  # a Saturday, six days after the clocks were set forward
MEETING = "2027-03-20T15:00:00-04:00"


@pytest.mark.parametrize(
    ("moment", "value", "expected"),
    [
        pytest.param(Moment(kind="since", field="f"), RENEWAL, "2027-03-20 09:00", id="a date alone means 09:00"),
        pytest.param(Moment(kind="before", field="f"), MEETING, "2027-03-20 15:00", id="a datetime is itself"),
        pytest.param(Moment(kind="before", field="f", days=2), RENEWAL, "2027-03-18 09:00", id="days before a date"),
        pytest.param(Moment(kind="since", field="f", days=2), RENEWAL, "2027-03-22 09:00", id="days since a date"),
        pytest.param(
            Moment(kind="before", field="f", days=2, at=time(17)), RENEWAL, "2027-03-18 17:00", id="at a time that day"
        ),
        pytest.param(
            Moment(kind="before", field="f", days=7), MEETING, "2027-03-13 15:00", id="days keep the time over a change"
        ),
        pytest.param(
            Moment(kind="before", field="f", hours=24 * 7), MEETING, "2027-03-13 14:00", id="hours are exact over it"
        ),
        pytest.param(Moment(kind="before", field="f", hours=2), MEETING, "2027-03-20 13:00", id="hours before"),
        pytest.param(Moment(kind="since", field="f", hours=2), MEETING, "2027-03-20 17:00", id="hours since"),
        pytest.param(
            Moment(kind="before", field="f", days=1, hours=1), MEETING, "2027-03-19 14:00", id="days and hours add up"
        ),
        pytest.param(
            Moment(kind="before", field="f", hours=20, at=time(18)),
            MEETING,
            "2027-03-19 18:00",
            id="a time on the day that hours lead to",
        ),
        pytest.param(
            Moment(kind="since", field="f"), "2027-03-20T15:00:00", "2027-03-20 15:00", id="no zone is the lead's zone"
        ),
        pytest.param(
            Moment(kind="since", field="f"), "2027-03-21T03:00:00Z", "2027-03-20 23:00", id="another zone is converted"
        ),
        pytest.param(
            Moment(kind="since", field="f", days=1, at=time(9)),
            "2027-03-21T03:00:00Z",
            "2027-03-21 09:00",
            id="and its day is the lead's day",
        ),
        pytest.param(
            Moment(kind="before", field="f", days=6, at=time(2, 30)), RENEWAL, "2027-03-14 03:30", id="never in a gap"
        ),
    ],
)
def test_a_moment_follows_its_date(moment, value, expected):
    """A reminder two days before a renewal is two dates earlier, at a time a person would choose."""
    assert moment_of(moment, value, NEW_YORK) == at(expected, NEW_YORK)


def test_a_datetime_in_the_repeated_hour_is_not_moved():
    """The second 01:30 of a night, given with its offset, is an instant like any other."""
    assert moment_of(Moment(kind="since", field="f"), "2026-11-01T01:30:00-05:00", NEW_YORK) == utc("2026-11-01 06:30")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("2027-03-20", "2027-03-21 00:00", id="a date is past when its day is"),
        pytest.param("2027-03-13", "2027-03-14 00:00", id="also before a day of 23 hours"),
        pytest.param("2027-03-20T15:30", "2027-03-20 15:30", id="a time of the lead's"),
        pytest.param("2027-03-20T15:30:00+00:00", "2027-03-20 11:30", id="a time with its offset"),
    ],
)
def test_a_date_is_over(value, expected):
    """What announces it has lost its sense from then on."""
    assert over_at(value, NEW_YORK) == at(expected, NEW_YORK)


@pytest.mark.parametrize("value", ["", "soon", "2027-02-30", "9999-12-31"])
def test_what_is_no_date_is_never_over(value):
    """Nothing is too late for a date that nobody knows."""
    assert over_at(value, NEW_YORK) is None


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("", id="nothing"),
        pytest.param("soon", id="a word"),
        pytest.param("2027-02-30", id="a day that no month has"),
        pytest.param("20/03/2027", id="not ISO"),
        pytest.param("0001-01-01", id="an empty date of some CRMs"),
        pytest.param("0001-01-01T00:00:00Z", id="the same with a time"),
        pytest.param("9999-12-31T23:59:59Z", id="never"),
    ],
)
def test_what_is_no_date_has_no_moment(value):
    """CRMs hold anything in a date field; the step is skipped for having no date, and the lead goes on."""
    moments = [Moment(kind="before", field="f", days=1), Moment(kind="since", field="f", days=1)]
    assert None in [moment_of(moment, value, NEW_YORK) for moment in moments]


# --- properties -------------------------------------------------------------------------------------------------------

some_office = st.builds(
    Hours,
    zone=st.sampled_from(ZONES),
    window=st.sampled_from(tuple(WEEKS.values())),
    closed_days=st.lists(st.dates(date(2026, 1, 1), date(2028, 12, 31)), max_size=3).map(tuple),
)
some_time = st.none() | st.times()
some_delay: st.SearchStrategy[SimpleDelay] = (
    st.builds(Elapsed, minutes=st.integers(0, 20_000))
    | st.builds(Working, minutes=st.integers(0, 1000))
    | st.builds(CalendarDays, days=st.integers(0, 40), at=some_time)
    | st.builds(BusinessDays, days=st.integers(1, 20), at=some_time)
)


@given(some_office, some_moment, some_delay)
def test_no_delay_ends_before_it_begins(hours, moment, delay):
    """A step in the past would fire at once, and all steps behind it."""
    moment += timedelta(seconds=17, microseconds=3)
    assert after(moment, delay, hours) >= moment


@counting_takes_time
@given(some_office, some_moment, st.integers(0, 240))
def test_working_time_is_what_a_person_counts_minute_by_minute(hours, moment, minutes):
    """Due times are promises to people; nobody must be able to count them otherwise."""
    end = after(moment, Working(minutes=minutes), hours)
    assert open_minutes(hours, moment, end) == minutes
    assert looks_open(hours, end if minutes == 0 else end - MINUTE)


@given(some_office, some_moment, st.integers(0, 40), st.times())
def test_a_wall_time_is_the_one_that_was_asked_for(hours, moment, days, wall_time):
    """Nine o'clock is nine o'clock, unless a clock change has taken it away."""
    end = after(moment, CalendarDays(days=days, at=wall_time), hours)
    shown = wall(end, hours.zone)
    day = date.fromisoformat(shown[4:14])
    assert shown[15:] == f"{wall_time:%H:%M}" or instant(day, wall_time, hours.zone) == end


@given(some_moment, st.sampled_from(ZONES), st.integers(0, 400), st.integers(0, 72), some_time)
def test_before_and_since_without_a_distance_meet_at_the_date(date_of, zone, days, hours, wall_time):
    """The date itself is one moment, whichever side it is looked at from."""
    value = date_of.isoformat()
    there = Moment(kind="since", field="f", days=0, at=wall_time)
    assert moment_of(there, value, zone) == moment_of(there.model_copy(update={"kind": "before"}), value, zone)
    early = moment_of(Moment(kind="before", field="f", days=days, hours=hours), value, zone)
    late = moment_of(Moment(kind="since", field="f", days=days, hours=hours), value, zone)
    assert early is not None and late is not None
    assert early <= date_of <= late
