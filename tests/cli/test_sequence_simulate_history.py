"""`followup sequence simulate --leads from-history`: last month's leads, run through another version."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from adapters.catalogue import publish, published
from adapters.leads import NewLead
from adapters.tables import tasks
from adapters.views.history import Asked, Remembered, history
from engine.life.events import Event
from engine.life.wishes import Plan
from engine.sequence.compiled import CalendarDays, Finish, Step
from engine.words import Channel, LeadId
from rehearsal.behaviour import Behaviour, Work
from rehearsal.company import Company as Rehearsed
from rehearsal.journal import Entry
from rehearsal.scenario import Scenario, play
from tests.adapters.world import FIELDS, MONDAY, Company
from tests.support.authors import Authors
from tests.support.house import released
from tests.support.looking import lives
from tests.support.small_sequences import ALWAYS, call, email, sequence, stage

NOBODY_ELSE = Behaviour(work=Work(calls_made=0, tasks_done=0, answers_given=0))
"""Tasks that nobody did then are left undone."""
DAY = timedelta(days=1)
GENTLE = """
from engine.authoring import *

gentle = sequence(
    "gentle",
    stage("as_is", email("first", template="offer/hello", after=elapsed(hours=1)),
          email("second", template="offer/hello", after=calendar(days=1)), otherwise=finish(after=calendar(days=7))),
    maintainer="ops",
)
"""
ASKED_ON = 6
"""The day on which the first version asks for its call."""


def news(*steps: Step) -> Plan:
    """The sequence with these steps, as it would be published."""
    return released(sequence("news", stage("nurture", *steps, otherwise=Finish()), hours=ALWAYS)).plans[0]


def in_days(number: int) -> CalendarDays:
    """So many days later."""
    return CalendarDays(days=number)


def faster(days: int) -> Plan:
    """The version whose second mail comes so many days after the first."""
    later = email("two", after=in_days(days))
    return news(email("one"), later, call("ring", after=in_days(1)), email("last", after=in_days(1)))


OLD, FASTER = faster(5), faster(1)


@pytest.fixture
def month(company: Company) -> dict[str, LeadId]:
    """Ann answers and Cleo opts out, on the third day; Ben picks up his phone; of Dora nothing is heard."""
    with company.database.transaction() as transaction:
        release = released(OLD.sequence).model_copy(update={"fields": FIELDS})
        publish(transaction, release, "ana", "", MONDAY)
    everybody = {}
    for name in ("Ann", "Ben", "Cleo", "Dora"):
        new = NewLead(source="form", first_name=name, emails=(f"{name.lower()}@example.com",), phones=("+12125550111",))
        everybody[name] = lead = company.captures(new)
        company.hears(lead, "captured", source="form")
        lives(company, lead)
    company.hears(everybody["Ann"], "replied", MONDAY + 3 * DAY, channel="email", text="Tell me more")
    company.hears(everybody["Cleo"], "opted_out", MONDAY + 3 * DAY, channel="email")
    for day in range(3, 12):
        for lead in everybody.values():
            lives(company, lead, MONDAY + day * DAY)
        if day == ASKED_ON:
            at = MONDAY + day * DAY + timedelta(hours=2)
            said = {"task_key": open_task(company, everybody["Ben"]), "disposition": "connected_negative"}
            company.hears(everybody["Ben"], "task_done", at, **said)
            lives(company, everybody["Ben"], at)
    return everybody


def open_task(company: Company, lead: LeadId) -> str:
    """What somebody of ours is asked for."""
    with company.database.reading() as transaction:
        key: str = transaction.execute(select(tasks.c.task_key).where(tasks.c.lead == lead)).scalar_one()
        return key


def remembered(company: Company, sequence: str = "news", since: datetime = MONDAY) -> tuple[Remembered, ...]:
    """What the records know of whoever began."""
    with company.database.reading() as transaction:
        asked = Asked(sequence, since, MONDAY + 30 * DAY)
        return history(transaction, published(transaction), company.settings, asked, MONDAY + 30 * DAY)


def played(company: Company, plan: Plan) -> list[Entry]:
    """The month once more, with this version."""
    rehearsed = Rehearsed(plans=(plan,))
    leads = remembered(company)
    scenario = Scenario(sequence="news", leads=len(leads), days=30, since=MONDAY.replace(hour=0))
    return play(rehearsed, NOBODY_ELSE, scenario, remembered=leads).journal


def sent(journal: list[Entry], lead: LeadId) -> list[str]:
    """What the lead would have got."""
    return [entry.about for entry in journal if entry.lead == lead and entry.what == "message"]


def test_everybody_who_began_is_there_once_with_what_came_since(company: Company, month: dict[str, LeadId]) -> None:
    """An opt-out of the third day is no opt-out on the first."""
    found = {one.lead: one for one in remembered(company)}
    assert found.keys() == {*month.values()}
    kinds = {name: [item.kind for item in found[lead].items if isinstance(item, Event)] for name, lead in month.items()}
    assert kinds == {
        "Ann": ["captured", "replied"],
        "Ben": ["captured"],
        "Cleo": ["captured", "opted_out"],
        "Dora": ["captured"],
    }
    assert found[month["Cleo"]].world.why_not(Channel.EMAIL) is None
    assert remembered(company, since=MONDAY + DAY) == ()
    assert {one.lead for one in remembered(company, "")} == found.keys()


def test_the_same_version_does_what_it_did(company: Company, month: dict[str, LeadId]) -> None:
    """A rehearsal of the past that is not the past proves nothing about another version."""
    journal = played(company, OLD)
    assert {name: sent(journal, lead)[:2] for name, lead in month.items()} == {
        "Ann": ["one"],
        "Ben": ["one", "two"],
        "Cleo": ["one"],
        "Dora": ["one", "two"],
    }


def test_a_faster_version_would_have_come_before_the_answer(company: Company, month: dict[str, LeadId]) -> None:
    """Two more mails would have left before Ann wrote and Cleo had enough: that is what whoever decides must know."""
    journal = played(company, FASTER)
    assert sent(journal, month["Ann"]) == ["one", "two"]
    assert sent(journal, month["Cleo"]) == ["one", "two"]
    assert sent(journal, month["Dora"]) == ["one", "two", "last"]
    ends = {entry.lead: entry.how for entry in journal if entry.what == "ended"}
    assert ends[month["Ann"]] == "replied"


def test_people_of_ours_take_as_long_and_find_what_they_found(company: Company, month: dict[str, LeadId]) -> None:
    """Ben's call was answered after two hours; sooner asked for, it is answered sooner."""
    for plan in (OLD, FASTER):
        journal = [entry for entry in played(company, plan) if entry.lead == month["Ben"]]
        asked = next(entry for entry in journal if entry.what == "task_opened")
        done = next(entry for entry in journal if entry.what == "task_done")
        assert (done.at - asked.at, done.how) == (timedelta(hours=2), "connected_negative")


def test_it_is_typed_with_the_time_it_is_about(authors: Authors, company: Company) -> None:
    """By default the last thirty days; the lead's story is told by its id."""
    assert authors("sequence", "publish", "--yes").code == 0
    began = datetime.now(UTC).replace(microsecond=0) - 12 * DAY
    lead = company.captures(NewLead(source="form", emails=("ann@example.com",)), began)
    company.hears(lead, "by_hand", began, name="offer")
    lives(company, lead, began)
    said = authors("sequence", "simulate", "offer", "--leads", "from-history", "-o", "json")
    assert (said.code, said.json["leads"], said.json["days"]) == (0, 1, 31)
    story = authors("sequence", "simulate", "offer", "--leads", "from-history", "--lead", lead).stdout
    assert "hello" in story
    before = f"{began - 20 * DAY:%Y-%m-%d}"
    words = ("--leads", "from-history", "--from", before, "--days", "5")
    assert authors("sequence", "simulate", "offer", *words, "-o", "json").json["leads"] == 0
    assert authors("sequence", "simulate", "offer", "--leads", "history").code == 2


@pytest.mark.parametrize("names", [("offer", "gentle"), ("gentle", "offer")])
def test_a_draft_is_held_against_what_runs_on_the_same_leads(
    authors: Authors, company: Company, names: tuple[str, str]
) -> None:
    """A draft has no history; it gets that of what it would replace, whichever of both is named first."""
    assert authors("sequence", "publish", "--yes").code == 0
    authors.write("gentle.py", GENTLE)
    began = datetime.now(UTC).replace(microsecond=0) - 12 * DAY
    for name in ("ann", "ben"):
        lead = company.captures(NewLead(source="form", emails=(f"{name}@example.com",)), began)
        company.hears(lead, "by_hand", began, name="offer")
        lives(company, lead, began)
    said = authors("sequence", "simulate", "--compare", *names, "--leads", "from-history", "-o", "json")
    assert (said.code, said.json["called"]) == (0, list(names))
    assert [said.json[side]["leads"] for side in ("one", "other")] == [2, 2]
    mails = next(one for one in said.json["differences"] if one["what"] == "messages email")
    assert {mails["one"]["count"], mails["other"]["count"]} == {2, 4}
