"""The pytest plugin for authors: the fixture `follow_up`, and the timelines of its leads under a test that fails."""

from collections import abc
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # whoever tests something else pays nothing for it
    from rehearsal.company import Company
    from rehearsal.follow_up import FollowUp

FIRST_MORNING = "2026-11-23T09:00"
"""A Monday in a week with a holiday in the United States."""

PLAYED = pytest.StashKey["FollowUp"]()


@pytest.fixture(scope="session")
def follow_up_company() -> "Company":
    """The company of `follow_up`: your settings and your catalogue, with your drafts. Yours may take its place."""
    from rehearsal.company import company_for_tests

    return company_for_tests()


@pytest.fixture
def follow_up(request: pytest.FixtureRequest, follow_up_company: "Company") -> "abc.Iterator[FollowUp]":
    """A company that publishes your catalogue; it is Monday morning, and nobody has come yet."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from structlog.testing import capture_logs

    from rehearsal.follow_up import FollowUp

    now = datetime.fromisoformat(FIRST_MORNING).replace(tzinfo=ZoneInfo(follow_up_company.home.zone))
    played = FollowUp(follow_up_company, now)
    request.node.stash[PLAYED] = played
    with capture_logs():  # the timeline says the same, in the lead's own time
        yield played


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> abc.Generator[None, pytest.TestReport, pytest.TestReport]:
    """Beneath a test that fails stands what happened to its leads."""
    report = yield
    played = item.stash.get(PLAYED, None)
    if played is not None and report.failed:
        for lead in played.leads:
            report.sections.append((f"{lead.name}", lead.timeline))
    return report
