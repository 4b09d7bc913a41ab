"""Before a deploy everybody whom it will treat differently is named, and nobody else."""

from collections import abc
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
from pydantic import SecretStr
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from adapters import schema
from adapters.database import Database, DatabaseUnavailable
from adapters.tables import leads
from api.comparing import Comparison, Outcome, compared, verdicts_on_forecasts, verdicts_on_rows
from api.forecasting import Forecast, Library, forecast_of, memories
from api.office import Office
from engine import gate
from engine.calendar import delays
from engine.calendar.hours import Hours
from engine.errors import FollowupError
from engine.life import touches
from engine.life.deciding import dates, exits, steps, tasks
from engine.life.moves import BranchTaken, Record
from engine.life.progress import SCHEMA_VERSION
from engine.ports.providers import Message, Receipt
from engine.reasons import HoldReason
from engine.words import Act, LeadId, TouchKey
from tests.adapters.world import BEN, MONDAY, SETTINGS, Company
from tests.api import open_leads
from tests.api.open_leads import OF_A_KIND, SITUATIONS, Situation
from tests.support.looking import looks
from tests.support.postgres import fresh_database

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

Everybody = dict[LeadId, Situation]


class World(NamedTuple):
    """An office whose open leads nobody touches, and what each of their lives depends on."""

    office: Office
    everybody: Everybody
    before: list[Forecast]
    """What the engine as it is foresees for them."""

    def whose(self, concerned: abc.Callable[[Situation], bool]) -> set[LeadId]:
        """The leads in a situation that is concerned."""
        return {lead for lead, situation in self.everybody.items() if concerned(situation)}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> abc.Iterator[World]:
    """Leads in every situation, each looked at by the engine as it is; the tests that share them only read."""
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path_factory.mktemp('world') / 'followup.sqlite'}"
        if request.param == "postgresql":
            url = stack.enter_context(fresh_database(request.getfixturevalue("postgres_url")))
        settings = SETTINGS.model_copy(update={"database_url": SecretStr(url)})
        office = stack.enter_context(Office(settings))
        schema.upgrade(office.database)
        yield World(office, open_leads.settle(Company(office.database, settings)), foreseen(office))


@pytest.fixture
def texted(company: Company) -> list[LeadId]:
    """A few leads of this test's own, whose text waits for the hours that the law allows."""
    return list(open_leads.settle(company, "waits-for-the-law"))


def foreseen(office) -> list[Forecast]:
    """What the engine foresees now."""
    library = Library(office)
    published = library.latest()
    return [forecast_of(memory, published, library) for memory in memories(office)]


def with_rows(office) -> Comparison:
    return compared(verdicts_on_rows(office), 0)


def with_forecast(office, before: abc.Iterable[Forecast], open_now: int = 0) -> Comparison:
    return compared(verdicts_on_forecasts(office, before), open_now)


def named(found: Comparison) -> set[LeadId]:
    return {lead.lead_id for lead in found.leads}


# --- edits of the engine ----------------------------------------------------------------------------------------------


class Edit(NamedTuple):
    """A change of the engine, as somebody might make it, and the feature by which it concerns a lead."""

    feature: str
    module: object
    name: str
    change: abc.Callable[..., object]
    """From the function or value as it was."""


def opens_later(before):
    def changed(hours: tuple[Hours, ...], moment: datetime, *, within: timedelta):
        opening = before(hours, moment, within=within)
        return opening if opening is None or opening == moment else opening + HOUR

    return changed


def one_more_day(before):
    def changed(anchor, delay, hours):
        return before(anchor, delay.model_copy(update={"days": delay.days + 1}), hours)

    return changed


def later(by: timedelta):
    """Whatever moment it was, it is so much later."""

    def edit(before):
        def changed(*arguments):
            moment = before(*arguments)
            return None if moment is None else moment + by

        return changed

    return edit


def given_up_later(before):
    def changed(*arguments):
        times = before(*arguments)
        return times._replace(give_up_at=times.give_up_at + HOUR)

    return changed


def escalated_sooner(before):
    def changed(*arguments):
        times = before(*arguments)
        sooner = (rung.model_copy(update={"at": rung.at - HOUR / 2}) for rung in times.escalations)
        return times._replace(escalations=tuple(sooner))

    return changed


def first_case_always(before):
    def changed(progress, running, branch, now):
        return Record(change=BranchTaken(step=branch.id, arm=0), why="the first case")

    return changed


def a_bug(before):
    def changed(progress, running, branch, now):
        raise ZeroDivisionError("it quotes rosa@example.com")

    return changed


def leave_a_day_later(before):
    def changed(progress, running, pending):
        return before(progress, running, pending) + (DAY if pending.exit.after is not None else timedelta(0))

    return changed


def lawless(before):
    return lambda *arguments: before(*arguments).model_copy(update={"contact_hours": ()})


def unsettled(before):
    def changed(*arguments):
        return (hold for hold in before(*arguments) if hold.because is not HoldReason.SETTLING)

    return changed


EDITS = {
    "the window opens an hour later": Edit("opening", gate, "next_common_opening", opens_later),
    "texts know no law": Edit("law", steps, "facts_of", lawless),
    "a business day too many": Edit("business days", delays, "_business_days_later", one_more_day),
    "a longer silence after a person": Edit("a person's touch", touches, "human_touch_until", later(DAY)),
    "a shorter day for the cap": Edit("cap", gate, "ROLLING_DAY", lambda before: before - 4 * HOUR),
    "a branch that takes its first case": Edit("branch", steps, "_branch", first_case_always),
    "a branch that fails": Edit("branch", steps, "_branch", a_bug),
    "tasks are given up later": Edit("give up", tasks, "deadlines", given_up_later),
    "tasks are escalated sooner": Edit("escalation", tasks, "deadlines", escalated_sooner),
    "stages end a day later": Edit("exit", exits, "exit_moment", leave_a_day_later),
    "a new stage need not settle": Edit("settling", touches, "_not_befores", unsettled),
    "dates come an hour later": Edit("date", dates, "date_moment", later(HOUR)),
}

each_edit = pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())


def make(edit: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine is changed from here on."""
    monkeypatch.setattr(edit.module, edit.name, edit.change(getattr(edit.module, edit.name)))


# --- who is named -----------------------------------------------------------------------------------------------------


def test_with_no_edit_no_lead_differs(world):
    """A page that always names somebody is not read."""
    everybody = len(world.everybody)
    rows, lines = with_rows(world.office), with_forecast(world.office, world.before, everybody)
    assert (rows.same, rows.changes, lines.same, lines.changes) == (everybody, False, everybody, False)
    assert everybody == OF_A_KIND * len(SITUATIONS)
    assert foreseen(world.office) == world.before


@each_edit
def test_an_edit_is_shown_for_the_leads_whose_life_it_changes_and_for_no_other(world, edit, monkeypatch):
    """Whoever deploys must see whom it concerns, within the next sixty days and not only tomorrow."""
    make(edit, monkeypatch)
    found = with_forecast(world.office, world.before, len(world.everybody))
    assert named(found) == world.whose(lambda situation: edit.feature in situation.soon | situation.later)
    assert found.same == len(world.everybody) - len(named(found))
    assert sum(group.leads for group in found.groups) == len(named(found)) > 0


@each_edit
def test_without_a_forecast_an_edit_is_shown_for_whom_it_changes_what_comes_next(world, edit, monkeypatch):
    """The first deploy with this command has no forecast of the release before."""
    make(edit, monkeypatch)
    assert named(with_rows(world.office)) == world.whose(lambda situation: edit.feature in situation.soon)


# --- what is said -----------------------------------------------------------------------------------------------------


def test_what_changes_is_said_in_the_words_of_the_sequence(world, monkeypatch):
    """Thirty leads are one line."""
    make(EDITS["stages end a day later"], monkeypatch)
    ends, begins = sorted(with_forecast(world.office, world.before).groups, key=lambda group: group.said, reverse=True)
    assert (ends.said, ends.leads) == ("the sequence ends as completed later", OF_A_KIND)
    assert (begins.said, begins.leads) == ("nurture begins later", OF_A_KIND)
    assert (ends.least, ends.most) == (DAY, DAY)
    rows = {group.said: group.leads for group in with_rows(world.office).groups}
    assert rows == {"the sequence ends later": OF_A_KIND, "nurture begins later": OF_A_KIND}


def test_by_how_much_is_told_from_the_least_to_the_most(world, monkeypatch):
    """Leads that wait for one opening came at different times: they are one line all the same."""
    make(EDITS["texts know no law"], monkeypatch)
    (group,) = with_forecast(world.office, world.before).groups
    assert group.said == "sms no-night-text leaves earlier"
    assert (group.least, group.most) == (9 * HOUR - (OF_A_KIND - 1) * open_leads.APART, 9 * HOUR)


def test_an_engine_that_fails_is_told_where_and_without_its_words(world, monkeypatch):
    """What an error says may quote a person; the line it happens on helps."""
    make(EDITS["a branch that fails"], monkeypatch)
    found = with_forecast(world.office, world.before)
    (group,) = found.groups
    assert found.undecided == group.leads == OF_A_KIND
    assert group.said.startswith("cannot be decided: ZeroDivisionError in engine/life/deciding/steps.py, line ")
    assert "rosa" not in found.model_dump_json()
    faults = {lead.fault.kind for lead in found.leads if lead.fault is not None}
    assert faults == {"ZeroDivisionError"}


def test_the_mended_engine_is_told_too(world, monkeypatch):
    """After a bad deploy its own forecast is compared with the fix."""
    with monkeypatch.context() as bad:
        make(EDITS["a branch that fails"], bad)
        before = foreseen(world.office)
    found = with_forecast(world.office, before)
    assert [(group.said, group.leads) for group in found.groups] == [
        ("can be decided: ZeroDivisionError is mended", OF_A_KIND)
    ]


def test_a_memory_of_a_newer_engine_cannot_be_decided_by_an_older_one(office, texted):
    """What a rollback would leave standing is seen before it."""
    text = next(memory.progress for memory in memories(office) if memory.lead_id == texted[0])
    newer = str(text).replace(f'"schema_version":{SCHEMA_VERSION}', '"schema_version":99', 1)
    with office.database.transaction() as transaction:
        transaction.execute(update(leads).where(leads.c.id == texted[0]).values(progress=newer))
    (difference,) = with_rows(office).leads
    assert (difference.lead_id, difference.fault and difference.fault.kind) == (texted[0], "DBS004")


# --- who cannot be compared -------------------------------------------------------------------------------------------


def test_a_lead_that_was_looked_at_since_is_counted_and_not_compared(office, company, texted, monkeypatch):
    """Its forecast is of a life that went on."""
    before = foreseen(office)
    make(EDITS["texts know no law"], monkeypatch)
    moved, over, *others = texted
    open_leads.happens("note_added")(company, moved, MONDAY)
    with office.database.transaction() as transaction:
        transaction.execute(update(leads).where(leads.c.id == over).values(open=False))
    company.captures(BEN)
    found = with_forecast(office, before, len(texted))
    assert (found.moved_on, found.over, found.came) == (1, 1, 1)
    assert named(found) == set(others)


def test_a_lead_that_nobody_has_looked_at_is_counted_and_not_foreseen(office, company, texted):
    """A row from before the column, or a lead that came in this second."""
    company.captures(BEN)
    with office.database.transaction() as transaction:
        transaction.execute(update(leads).where(leads.c.id == texted[0]).values(looked_at=None))
    before = foreseen(office)
    assert sorted(line.life is None for line in before) == [False] * (len(texted) - 1) + [True, True]
    for found in (with_rows(office), with_forecast(office, before, len(texted) + 1)):
        assert (found.not_looked_at, found.same, found.changes, found.came) == (2, len(texted) - 1, False, 0)
    looks(company, texted[0], now=MONDAY + timedelta(hours=1))
    assert with_forecast(office, before).moved_on == 1


class Watched:
    """A provider that takes every message; who looks on meanwhile is asked what is different."""

    def __init__(self, look_on: abc.Callable[[], Comparison]) -> None:
        self.look_on = look_on
        self.said: list[Comparison] = []

    def send(self, message: Message) -> Receipt:
        """Take it."""
        self.said.append(self.look_on())
        return Receipt(provider_id="1")

    def look_up(self, touch_key: TouchKey) -> Receipt | None:
        """It knows nothing."""
        return None


def test_a_lead_in_the_middle_of_a_look_is_counted_and_not_compared(office, company, texted):
    """Its row says what is being done; what comes next is decided when the provider has answered."""
    provider = Watched(lambda: with_rows(office))
    looks(company, texted[0], Act.SEND_SMS, MONDAY + timedelta(hours=22), provider)
    (found,) = provider.said
    assert (found.busy, found.same, found.changes) == (1, len(texted) - 1, False)
    assert (with_rows(office).busy, with_rows(office).changes) == (0, False)


def test_leads_are_looked_at_while_they_are_compared(office, company, texted):
    """The release that runs must not wait for a question about the next one."""
    rows, lines = verdicts_on_rows(office), verdicts_on_forecasts(office, foreseen(office))
    assert (next(rows).outcome, next(lines).outcome) == (Outcome.SAME, Outcome.SAME)
    assert not looks(company, texted[-1], now=MONDAY + timedelta(hours=1)).over


def test_a_forecast_of_another_database_is_refused(office, texted):
    """Its leads would all be over, which looks like a disaster and is a slip."""
    (line, *_) = foreseen(office)
    with pytest.raises(FollowupError) as refused:
        with_forecast(office, [line.model_copy(update={"publication": 99})])
    assert refused.value.code == "ENG003"


def test_a_forecast_that_does_not_say_how_far_it_goes_is_refused(office, texted):
    """Releases before wrote such; what is missing in it may have been cut off."""
    line = foreseen(office)[0].model_copy(update={"until": None})
    with pytest.raises(FollowupError) as refused:
        with_forecast(office, [line])
    assert refused.value.code == "ENG004"


class Away:
    """A database that goes away as soon as somebody asks it for a sequence."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> None:
        self._database.watch("before_cursor_execute", self._asked)

    def __exit__(self, *_: object) -> None:
        self._database.unwatch("before_cursor_execute", self._asked)

    def _asked(self, connection, cursor, statement: str, *_: object) -> None:
        if "sequence_versions" in statement:
            raise OperationalError(statement, {}, ConnectionError("the server closed the connection"))


def test_a_database_that_goes_away_is_no_fault_of_the_engine(office, texted):
    """Told as a lead that cannot be decided, an outage would look like a release that fails."""
    before, published = foreseen(office), Library(office).latest()
    asked: tuple[abc.Callable[[], object], ...] = (
        lambda: with_rows(office),
        lambda: with_forecast(office, before),
        lambda: [forecast_of(memory, published, Library(office)) for memory in memories(office)],
    )
    with Away(office.database):
        for ask in asked:
            with pytest.raises(DatabaseUnavailable):
                ask()


def test_pages_of_any_length_name_the_same_leads(world, monkeypatch):
    """A million leads are read in pages; none may fall between two."""
    whole = with_forecast(world.office, world.before)
    monkeypatch.setattr("api.forecasting.PAGE", 7)
    monkeypatch.setattr("api.comparing.PAGE", 5)
    assert with_forecast(world.office, foreseen(world.office)) == whole
    assert with_rows(world.office).same == len(world.everybody)
