"""The plugin as an author has it: in a folder of his own, with tests that pass and tests that fail."""

import pytest

pytest_plugins = ["pytester"]

TESTS = """
def test_passes(follow_up):
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    follow_up.let_pass(days=3)
    assert rosa.steps_done == ["how-to-read"]

def test_fails(follow_up):
    rosa = follow_up.enroll("Rosa", sequence="proposal-follow-up")
    follow_up.let_pass(days=3)
    assert rosa.steps_done == []
"""


def test_a_test_that_fails_shows_what_happened_to_its_leads(pytester: pytest.Pytester):
    """An author reads the timeline, not the engine, and no log of it either."""
    pytester.makepyfile(TESTS)
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    result = pytester.runpytest_subprocess("-p", "no:xdist", "-p", "no:randomly")  # no log is configured there
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["*- Rosa -*", "*comes to us", "*email how-to-read, from rep-1", "next: email similar-job*"]
    )
    result.stdout.no_fnmatch_line("*Captured stdout*")
