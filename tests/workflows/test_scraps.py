"""What somebody signals is kept as text, and no look is handed more than Temporal carries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue

from engine.life.turn import Scrap
from workflows.scraps import HANDFUL, LONGEST, MOST, handful, readable


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param(b'{"reason":"x"}', '{"reason":"x"}', id="JSON"),
        pytest.param("é".encode() * LONGEST, "é" * LONGEST, id="a cut between characters"),
        pytest.param(b"\xff\xfe", "fffe", id="no text"),
        pytest.param(b"\xff" * LONGEST, "ff" * (LONGEST // 2), id="much that is no text"),
        pytest.param(b"", "", id="nothing"),
    ],
)
def test_content_is_kept_as_text(data: bytes, text: str) -> None:
    """A person who reads the row must see what was said, in whatever language."""
    assert readable(RawValue(Payload(data=data))) == text


scraps = st.lists(st.builds(Scrap, name=st.just("note"), body=st.integers(0, 30_000).map("x".__mul__)), max_size=250)


@given(scraps)
def test_every_scrap_is_handed_on_once_in_order_and_no_handful_is_too_large(heard: list[Scrap]) -> None:
    """Two megabytes in one look would stop the lead for ever."""
    left = heard
    handed: list[Scrap] = []
    while left:
        scraps, left = handful(left)
        assert 0 < len(scraps) <= MOST
        assert len(scraps) == 1 or sum(len(scrap.name + scrap.body) for scrap in scraps) <= HANDFUL
        handed += scraps
    assert handed == heard
