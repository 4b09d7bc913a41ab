"""Words for times."""

from datetime import time

import pytest

from engine.authoring import before, business_days, calendar, elapsed, field, quiet, since, window, working
from engine.sequence.compiled import BusinessDays, CalendarDays, Elapsed, Moment, Quiet, Working

renewal_on = field.date("renewal_on")


@pytest.mark.parametrize(
    ("written", "compiled"),
    [
        pytest.param(elapsed(minutes=30), Elapsed(minutes=30), id="minutes"),
        pytest.param(elapsed(hours=1, minutes=30), Elapsed(minutes=90), id="hours and minutes"),
        pytest.param(elapsed(), Elapsed(minutes=0), id="nothing"),
        pytest.param(working(hours=4), Working(minutes=240), id="working hours"),
        pytest.param(calendar(days=3), CalendarDays(days=3), id="dates"),
        pytest.param(calendar(days=0, at="17:30"), CalendarDays(days=0, at=time(17, 30)), id="the same date"),
        pytest.param(business_days(2), BusinessDays(days=2), id="working days"),
        pytest.param(business_days(1, at="09:00"), BusinessDays(days=1, at=time(9)), id="a time on a working day"),
        pytest.param(quiet(calendar(days=14)), Quiet(delay=CalendarDays(days=14)), id="quiet"),
        pytest.param(before(renewal_on, days=30), Moment(kind="before", field="renewal_on", days=30), id="before"),
        pytest.param(
            since(renewal_on, days=1, at="08:00"),
            Moment(kind="since", field="renewal_on", days=1, at=time(8)),
            id="since",
        ),
        pytest.param(
            before(renewal_on, hours=2), Moment(kind="before", field="renewal_on", hours=2), id="hours before"
        ),
    ],
)
def test_a_time_is_the_compiled_time(written, compiled):
    """The delay that is stored must be the delay that was written."""
    assert written == compiled


def told(*args: str, **more) -> list[tuple[int, str, str]]:
    blocks = window(*args, **more).blocks
    return [(block.weekday, block.opens.strftime("%H:%M"), block.closes.strftime("%H:%M")) for block in blocks]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param(told("Mon", "09:00-18:00"), [(0, "09:00", "18:00")], id="one day"),
        pytest.param(told("Sat-Sun", "10:00-14:00"), [(5, "10:00", "14:00"), (6, "10:00", "14:00")], id="a range"),
        pytest.param(told("Wed, Mon", "09:00-18:00"), [(0, "09:00", "18:00"), (2, "09:00", "18:00")], id="a list"),
        pytest.param(told("Mon", "08:00-24:00"), [(0, "08:00", "00:00")], id="until the end of the day"),
        pytest.param(
            told("Mon", "13:00-17:00", "09:00-12:00"), [(0, "09:00", "12:00"), (0, "13:00", "17:00")], id="a break"
        ),
        pytest.param(
            told("Mon", "09:00-12:00", "12:00-14:00"), [(0, "09:00", "12:00"), (0, "12:00", "14:00")], id="no break"
        ),
        pytest.param(
            told("Tue", "09:00-18:00", also=window("Mon", "10:00-12:00")),
            [(0, "10:00", "12:00"), (1, "09:00", "18:00")],
            id="other days besides",
        ),
    ],
)
def test_a_window_is_its_blocks_in_the_order_of_the_week(found, expected):
    """The same hours written in another order are the same sequence version."""
    assert found == expected
