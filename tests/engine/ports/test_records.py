"""What the look and the records tell each other."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from engine.ports.records import Disposition, TouchRecord
from engine.words import TouchKey, TouchState


def test_a_disposition_is_one_of_a_closed_list():
    """It stays on the row for ever, and people search for it."""
    with pytest.raises(ValidationError):
        Disposition.model_validate({"kind": "lost"})


def test_a_row_of_the_ledger_says_when_with_a_zone():
    """A time without a zone is off by hours on the day that matters."""
    with pytest.raises(ValidationError):
        TouchRecord(
            touch_key=TouchKey("touch-1"),
            state=TouchState.IN_FLIGHT,
            fence=1,
            attempt_started_at=datetime(2026, 11, 23, tzinfo=UTC).replace(tzinfo=None),
        )
