"""The example of docs/rehearse.md, word for word: whoever copies it begins with something that holds."""

from pathlib import Path

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "rehearse.md").read_text()


def test_an_answer_on_day_two_ends_the_mails(follow_up):
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(days=2)
    assert rosa.steps_done == ["got-it", "price-guide"]

    rosa.replies("not_interested")
    follow_up.let_pass(days=60)
    assert rosa.steps_done == ["got-it", "price-guide"]
    assert rosa.tasks == ["answer"]


def test_the_timeline_in_the_documentation_is_that_leads(follow_up):
    """Nobody should learn to read what is never printed."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(minutes=1)
    shown = PAGE.split("```\nMon")[1].partition("```")[0]
    assert rosa.timeline.startswith(f"Mon{shown.rstrip()}")
