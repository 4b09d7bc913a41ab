"""The compiled form holds no delay that leads backwards. It is read for ever: nothing narrower may be asked of it."""

import pytest
from pydantic import ValidationError

from engine.frozen import Frozen
from engine.sequence.compiled import BusinessDays, CalendarDays, Elapsed, Moment, Working


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        pytest.param(Elapsed, {"minutes": -1}, id="elapsed"),
        pytest.param(Working, {"minutes": -1}, id="working"),
        pytest.param(CalendarDays, {"days": -1}, id="calendar"),
        pytest.param(BusinessDays, {"days": 0}, id="no business day"),
        pytest.param(Moment, {"kind": "before", "field": "renewal_on", "days": -1}, id="days of a moment"),
        pytest.param(Moment, {"kind": "since", "field": "renewal_on", "hours": -1}, id="hours of a moment"),
    ],
)
def test_no_delay_leads_backwards(kind: type[Frozen], said: dict[str, object]):
    """A step that was due before the one before it would leave at once, whatever its author meant."""
    with pytest.raises(ValidationError):
        kind.model_validate(said)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        pytest.param(Elapsed, {"minutes": 0}, id="elapsed"),
        pytest.param(Working, {"minutes": 0}, id="working"),
        pytest.param(CalendarDays, {"days": 0}, id="calendar"),
        pytest.param(BusinessDays, {"days": 1}, id="business days"),
        pytest.param(Moment, {"kind": "before", "field": "renewal_on"}, id="a moment"),
    ],
)
def test_what_takes_no_time_is_a_delay(kind: type[Frozen], said: dict[str, object]):
    """Today at noon, and at once after a talk inside response, are meant."""
    delay = kind.model_validate(said).model_dump()
    assert {name: delay[name] for name in said} == said
