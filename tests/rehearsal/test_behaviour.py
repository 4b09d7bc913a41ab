"""The file that says what people do: what is wrong in it is said with its name."""

from pathlib import Path

import pytest

from engine.errors import FollowupError
from rehearsal.behaviour import read


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[replies]\nemial = 0.1", "replies.emial: Extra inputs are not permitted"),
        ("[replies]\nemail = 4", "replies.email: Input should be less than or equal to 1"),
        ("[replies.senses]\ngreat = 1", "'great' is not a valid ReplyClass"),
        ("[work.call_outcomes]\nno_answer = 0", "at least one is more than 0"),
        ("[replies", "Expected ']'"),
        ("[[homes]]\nzone = 'Mars/Olympus'", "no such time zone"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, why: str):
    """An author mends it without reading our code."""
    file = tmp_path / "ours.toml"
    file.write_text(text)
    with pytest.raises(FollowupError) as caught:
        read(file)
    assert (caught.value.code, caught.value.where) == ("SIM001", str(file))
    assert why in caught.value.why


def test_a_file_that_is_not_there_is_one_error(tmp_path: Path):
    """And no traceback."""
    with pytest.raises(FollowupError, match="SIM001"):
        read(tmp_path / "none.toml")
