"""`followup sequence migrate`: leads in flight to another version, without a server as far as that goes."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from adapters import audit
from adapters import catalogue as shelf
from adapters.leads import NewLead
from adapters.tables import enrolments, inbox, leads, ledger
from adapters.views.lead import memory
from cli import process
from engine.life.progress import Enrolment
from engine.sequence.compiled import CalendarDays, Finish, Sequence, Step
from engine.words import LeadId, Verb
from tests.adapters.world import FIELDS, MONDAY, Company
from tests.support.house import released
from tests.support.looking import lives
from tests.support.shell import Said, Shell
from tests.support.small_sequences import ALWAYS, call, email, sequence, stage

PHONE = ("+12125550111",)


def news(*steps: Step) -> Sequence:
    """The sequence with these steps."""
    return sequence("news", stage("nurture", *steps, otherwise=Finish()), hours=ALWAYS)


def in_days(number: int) -> CalendarDays:
    """So many days later."""
    return CalendarDays(days=number)


OLD = news(email("one"), email("two", after=in_days(3)), call("ring"), email("last", after=in_days(1)))
NEW = news(email("one"), email("two", after=in_days(5)), call("phone"), email("last", after=in_days(1)))


def publishes(company: Company, *sequences: Sequence) -> str:
    """What runs from now on; the version of the first of them."""
    release = released(*sequences).model_copy(update={"fields": FIELDS})
    with company.database.transaction() as transaction:
        shelf.publish(transaction, release, "ana", "", MONDAY)
    return release.plans[0].version


@pytest.fixture
def people(company: Company) -> dict[str, LeadId]:
    """Two wait for the second mail, one for a call; then the team publishes another version."""
    publishes(company, OLD)
    everybody = {name: begins(company, name) for name in ("Ann", "Ben", "Cleo")}
    lives(company, everybody["Cleo"], now=MONDAY + timedelta(days=3))
    publishes(company, NEW)
    return everybody


def begins(company: Company, name: str) -> LeadId:
    """Somebody gets in touch, and has the first mail."""
    lead = company.captures(
        NewLead(source="form", first_name=name, emails=(f"{name.lower()}@example.com",), phones=PHONE)
    )
    company.hears(lead, "captured", source="form")
    lives(company, lead)
    return lead


def migrates(shell: Shell, *words: str) -> Said:
    """The command; nobody works here, so there is no sense in waiting."""
    return shell("sequence", "migrate", "news", "--wait", "0", *words, "-o", "json")


def asked(company: Company) -> dict[str, str]:
    """Whom the command was filed for, and what it says."""
    with company.database.reading() as transaction:
        rows = transaction.execute(select(inbox).where(inbox.c.kind == Verb.MIGRATE.value).order_by(inbox.c.id))
        return {row.lead: row.body for row in rows}


def enrolment(company: Company, lead: LeadId) -> Enrolment:
    """Where the lead is."""
    with company.database.reading() as transaction:
        progress = memory(transaction, lead)
    assert progress is not None
    assert progress.enrolment is not None
    return progress.enrolment


def test_a_dry_run_lists_each_lead_with_its_step_and_what_comes_next_before_and_after(
    shell: Shell, company: Company, people: dict[str, LeadId]
) -> None:
    """Statement 23: nobody is moved before somebody has seen where to."""
    said = migrates(shell, "--dry-run", "--each")
    assert said.code == 0, said.stderr
    found = {one["lead"]: one for one in said.json}
    assert found.keys() == set(people.values())
    ann, cleo = found[people["Ann"]], found[people["Cleo"]]
    assert (ann["step"], ann["to_step"], ann["stays"]) == ("two", "two", None)
    assert ann["before"]["about"] == ann["after"]["about"] == "email two"
    assert (cleo["step"], cleo["to_step"], cleo["stays"], cleo["after"]) == ("ring", None, "no_counterpart", None)
    assert asked(company) == {}


def test_leads_at_one_place_stand_in_one_line(shell: Shell, people: dict[str, LeadId]) -> None:
    """A thousand leads are a handful of lines; a renamed step has its counterpart."""
    lines = shell("sequence", "migrate", "news", "--dry-run", "--rename", "ring=phone").stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["2", "1"]
    assert "phone" in lines[2]
    lines = shell("sequence", "migrate", "news", "--dry-run").stdout.splitlines()
    assert "stays: the version has no such step, stage or way out" in lines[2]
    assert people["Cleo"] in lines[2]


def test_each_gets_a_command_and_the_look_does_it(shell: Shell, company: Company, people: dict[str, LeadId]) -> None:
    """Whoever has no place there stays, in the old version and at the old step."""
    said = migrates(shell, "--yes", "--message", "slower")
    assert said.code == 0, said.stderr
    assert (said.json["moved"], said.json["waiting"]) == (0, 2)
    assert said.json["stayed"] == [{"because": "no_counterpart", "count": 1}]
    assert asked(company).keys() == {people["Ann"], people["Ben"]}
    for lead in people.values():
        lives(company, lead, now=MONDAY + timedelta(days=3, hours=1))
    versions = {name: enrolment(company, lead).plan.version for name, lead in people.items()}
    assert len({*versions.values()}) == 2
    assert versions["Ann"] == versions["Ben"] == said.json["to"] != versions["Cleo"]
    with company.database.reading() as transaction:
        rows = transaction.execute(select(enrolments.c.lead, enrolments.c.version)).all()
        (entry,) = [entry for entry in audit.about(transaction, "sequence:news") if entry.action == "migrated"]
        due = {row.id: row.next_due for row in transaction.execute(select(leads.c.id, leads.c.next_due))}
    assert {LeadId(row.lead): row.version for row in rows} == {people[name]: of for name, of in versions.items()}
    assert entry.reason == f"to {said.json['to']}: slower"
    assert due[people["Ann"]] == MONDAY + timedelta(days=5)


def test_a_command_that_nobody_could_read_is_told_as_such(
    shell: Shell, company: Company, people: dict[str, LeadId]
) -> None:
    """Somebody has edited the row by hand: whoever asks what became of it gets an answer, and no error."""
    migrates(shell, "--yes")
    with company.database.transaction() as transaction:
        spoilt = update(inbox).where(inbox.c.kind == Verb.MIGRATE.value)
        transaction.execute(spoilt.values(disposition="dead_letter", detail="cannot be read"))
    said = shell("sequence", "migrate", "news", "--wait", "0", "--yes")
    assert said.code == 0, said.stderr
    assert "  2 stay where they are: dead letter" in said.stdout.splitlines()


def test_begun_again_it_goes_on_and_asks_nobody_twice(
    shell: Shell, company: Company, people: dict[str, LeadId]
) -> None:
    """Killed half-way: whoever was told already has one command, moved or not."""
    migrates(shell, "--yes")
    lives(company, people["Ann"], now=MONDAY + timedelta(days=1))
    again = migrates(shell, "--yes")
    assert (again.code, again.json["waiting"]) == (0, 1)
    with company.database.reading() as transaction:
        rows = transaction.execute(select(inbox.c.lead).where(inbox.c.kind == "migrate")).scalars().all()
    assert Counter(rows) == {people["Ann"]: 1, people["Ben"]: 1}


def test_to_and_fro_is_three_journeys(shell: Shell, company: Company, people: dict[str, LeadId]) -> None:
    """The first journey's command must not pass for the third's; and the mail that is out stays the only one."""
    old = enrolment(company, people["Ann"]).plan.version
    for to in ("news", old, "news"):
        assert migrates(shell, "--to", to, "--where", "state=waiting", "--yes").code == 0
        lives(company, people["Ann"], now=MONDAY + timedelta(days=1))
    new = enrolment(company, people["Ann"]).plan.version
    assert new != old
    lives(company, people["Ann"], now=MONDAY + timedelta(days=5))
    with company.database.reading() as transaction:
        steps = transaction.execute(select(ledger.c.step).where(ledger.c.lead == people["Ann"])).scalars().all()
    assert Counter(steps) == {"one": 1, "two": 1}


def test_of_two_who_move_the_same_leads_at_once_the_first_has_them(
    shell: Shell, company: Company, people: dict[str, LeadId]
) -> None:
    """Each lead goes to one place, once, and the second hears why."""
    other = publishes(company, news(email("one"), email("two", after=in_days(9)), call("phone"), email("last")))
    new = next(version for version in versions(company) if version not in (other, old_of(company, people)))
    assert migrates(shell, "--to", new, "--rename", "ring=phone", "--yes").json["waiting"] == 3
    assert migrates(shell, "--to", other, "--yes").json["waiting"] == 2
    lives(company, people["Ann"], now=MONDAY + timedelta(days=1))
    assert enrolment(company, people["Ann"]).plan.version == new
    with company.database.reading() as transaction:
        found = select(inbox.c.disposition, inbox.c.reason).where(inbox.c.lead == people["Ann"])
        rows = transaction.execute(found.order_by(inbox.c.number)).all()
    assert [tuple(row) for row in rows][-2:] == [("applied", None), ("ignored", "other_version")]


def versions(company: Company) -> list[str]:
    """Every version of the sequence that was ever published."""
    with company.database.reading() as transaction:
        return [version for version in shelf.versions(transaction) if version.startswith("news@")]


def old_of(company: Company, people: dict[str, LeadId]) -> str:
    """The version that everybody began with."""
    return enrolment(company, people["Cleo"]).plan.version


def test_only_those_who_are_chosen_are_moved(shell: Shell, company: Company, people: dict[str, LeadId]) -> None:
    """A first few, to see how it goes."""
    assert migrates(shell, "--where", "state=over", "--yes").json["waiting"] == 0
    assert asked(company) == {}


def test_more_than_allowed_are_left_alone(shell: Shell, company: Company, people: dict[str, LeadId]) -> None:
    """A slip of the hand must not reach ten thousand people."""
    said = migrates(shell, "--at-most", "1", "--yes")
    assert (said.code, said.error["code"]) == (process.ExitCode.FAILED, "PUB005")
    assert asked(company) == {}


def test_whoever_publishes_meanwhile_ends_it(
    shell: Shell, company: Company, people: dict[str, LeadId], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leads would be moved to what somebody has replaced a moment ago."""
    from adapters.inbox import Inbox

    for number in range(30):
        begins(company, f"X{number}")
    receive, others = Inbox.receive, [True]

    def meanwhile(self, *words):
        if others:
            others.clear()
            publishes(company, news(email("other")))
        return receive(self, *words)

    monkeypatch.setattr(Inbox, "receive", meanwhile)
    newest = max(versions(company), key=lambda version: version == old_of(company, people))
    said = migrates(shell, "--from", "all", "--to", newest, "--pace", "1000", "--yes")
    assert (said.code, said.error["code"]) == (process.ExitCode.FAILED, "PUB007")
    assert 0 < len(asked(company)) <= 20


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--to", "news@nothing"), 1, "PUB006"),
        (("--from", "offer@1"), 2, "is no version of news"),
        (("--rename", "ring"), 2, "write old=new"),
        (("--rename", "bell=phone"), 1, "has no step bell"),
        (("--rename", "ring=bell"), 1, "has no step bell"),
        (("--rename", "ring=two"), 1, "two is another step"),
        (("--rename", "ring=phone", "--rename", "two=phone"), 1, "one name before and one after"),
        (("--rename", "ring=phone", "--rename", "ring=last"), 1, "one name before and one after"),
        (("--where", "hat=cold"), 2, "there is no 'hat'"),
    ],
)
def test_what_cannot_be_meant_is_told_at_once(
    shell: Shell, company: Company, people: dict[str, LeadId], words: tuple[str, ...], code: int, said: str
) -> None:
    """And nobody is moved."""
    answer = shell("sequence", "migrate", "news", *words, "--yes")
    assert answer.code == code
    assert said in answer.stderr
    assert asked(company) == {}


def test_a_rename_concerns_the_versions_that_have_the_old_name(
    shell: Shell, company: Company, people: dict[str, LeadId]
) -> None:
    """After a step was renamed and two versions later, some leads have the old name and some the new one."""
    dora = begins(company, "Dora")
    lives(company, dora, now=MONDAY + timedelta(days=6))
    publishes(company, news(email("one"), email("two", after=in_days(2)), call("phone"), email("last")))
    said = migrates(shell, "--from", "all", "--rename", "ring=phone", "--dry-run", "--each")
    moving = {one["lead"]: (one["step"], one["to_step"], one["stays"]) for one in said.json}
    assert moving[people["Cleo"]] == ("ring", "phone", None)
    assert moving[dora] == ("phone", "phone", None)


def test_where_nobody_is_to_be_moved_it_says_so(shell: Shell, company: Company) -> None:
    """The day after."""
    publishes(company, NEW)
    said = shell("sequence", "migrate", "news", "--dry-run")
    assert (said.code, said.stdout) == (0, "")
    assert "nobody is in news who is not in" in said.stderr
    assert migrates(shell).json["moved"] == 0
    with company.database.reading() as transaction:
        assert transaction.execute(select(func.count()).select_from(inbox)).scalar_one() == 0
