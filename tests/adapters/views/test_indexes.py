"""What on-call and the sweep ask again and again is found by an index, however many leads there are."""

from collections import abc
from datetime import timedelta

import pytest

from adapters import bells, pauses
from adapters.database import Transaction
from adapters.tasks import open_tasks
from adapters.views import runs
from adapters.views.leads import STATES, Which, lines
from adapters.views.stuck import Patience, stuck
from adapters.views.versions import Traveller, in_flight, travellers
from engine.words import LeadId
from tests.adapters.world import MONDAY, Company
from tests.support.plans import asking, read_whole

DAY = timedelta(days=1)
LATE = timedelta(minutes=3)
SOMEBODY = Traveller("life@1", LeadId("rosa"), 1)

HANDFULS = {"kill_switches"}
"""Tables that never hold more than a page of rows."""

QUESTIONS: dict[str, abc.Callable[[Transaction], object]] = {
    "stuck": lambda t: stuck(t, MONDAY, Patience(), 100),
    "lead list": lambda t: list(lines(t, Which(limit=50))),
    "lead list, all of them": lambda t: list(lines(t, Which())),
    "lead list of a state": lambda t: list(lines(t, Which(state=STATES[0]))),
    "lead list of a family of states": lambda t: list(lines(t, Which(state="review"))),
    "lead list of an owner": lambda t: list(lines(t, Which(owner="ana"))),
    "lead list of what is due": lambda t: list(lines(t, Which(due_before=MONDAY))),
    "task list": lambda t: open_tasks(t),
    "task list of an owner": lambda t: open_tasks(t, owner="ana"),
    "task list of a lead": lambda t: open_tasks(t, lead=LeadId("rosa")),
    "rebuild": lambda t: runs.after(t, LeadId("rosa"), 500),
    "the sweep: leads with a row": lambda t: bells.unrung(t, MONDAY, LATE, 100),
    "the sweep: leads that are overdue": lambda t: bells.overdue(t, MONDAY, LATE, 100),
    "the sweep: leads that a switch let go": lambda t: bells.released(t, MONDAY, LATE, 100),
    "a look: pauses of its sequences": lambda t: pauses.of_lead(t, LeadId("rosa"), MONDAY),
    "plan: leads in flight by version": in_flight,
    "publish --running copy: whom it reaches": lambda t: travellers(t, ("life@1", "life@2"), SOMEBODY, 20),
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_no_table_is_read_whole(company: Company, question: abc.Callable[[Transaction], object]) -> None:
    """A list that reads every lead there ever was stops answering in the year it is needed most."""
    with asking(company.database) as asked, company.database.reading() as transaction:
        question(transaction)
    assert asked.statements
    assert read_whole(company.database, asked) <= HANDFULS


def test_rows_of_nobody_are_found_without_reading_the_inbox(company: Company) -> None:
    """The sweep looks for their leads every minute."""
    with asking(company.database) as asked:
        company.inbox.match_unmatched(MONDAY + DAY, 100)
    assert read_whole(company.database, asked) == set()
