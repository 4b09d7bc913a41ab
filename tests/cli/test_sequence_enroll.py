"""`followup sequence enroll`: many leads into one sequence, without a server as far as that goes."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from adapters.catalogue import publish
from adapters.leads import NewLead
from adapters.tables import enrolments, inbox, leads
from engine.life.circumstances import FieldValue
from engine.sequence.compiled import OnByHand
from engine.words import LeadId, Verb
from tests.adapters.world import FIELDS, MONDAY, Company
from tests.support.house import released
from tests.support.looking import lives
from tests.support.shell import Said, Shell
from tests.support.small_sequences import email, sequence, stage

NEWS = sequence("news", stage("nurture", email("hello")), starts=(OnByHand(name="news"),))


def known(name: str, **fields: str | float | bool) -> NewLead:
    """Somebody we know by name."""
    values = tuple(FieldValue(name=field, value=value) for field, value in fields.items())
    return NewLead(source="import", first_name=name, emails=(f"{name.lower()}@example.com",), fields=values)


@pytest.fixture
def people(company: Company) -> dict[str, LeadId]:
    """Four leads of whom something is known, and a sequence that nobody has begun."""
    with company.database.transaction() as transaction:
        publish(transaction, released(NEWS).model_copy(update={"fields": FIELDS}), "ana", "", MONDAY)
    everybody = {
        "Ann": known("Ann", heat="hot", budget=5000.0),
        "Ben": known("Ben", heat="cold", budget=100.0, vip=True),
        "Cleo": known("Cleo", heat="cold", renewal_on="2027-01-31"),
        "Dora": NewLead(source="import", first_name="Dora", phones=("+12125550111",)),
    }
    return {name: company.captures(lead) for name, lead in everybody.items()}


def enrolls(shell: Shell, *words: str) -> Said:
    """The command, with its document."""
    return shell("sequence", "enroll", "news", *words, "-o", "json")


def asked(company: Company) -> dict[str, str]:
    """Whom the command was filed for, and what it says."""
    with company.database.reading() as transaction:
        rows = transaction.execute(select(inbox).where(inbox.c.kind == Verb.ENROLL.value).order_by(inbox.c.id))
        return {row.lead: row.body for row in rows}


@pytest.mark.parametrize(
    ("where", "who"),
    [
        (("heat=cold",), {"Ben", "Cleo"}),
        (("heat!=cold",), {"Ann"}),
        (("budget>=5000",), {"Ann"}),
        (("budget<=5000", "heat=cold"), {"Ben"}),
        (("vip=true",), {"Ben"}),
        (("renewal_on>=2027-01-01", "renewal_on<=2027-12-31"), {"Cleo"}),
        (("state=waiting",), {"Ann", "Ben", "Cleo", "Dora"}),
        (("owner=nobody",), set()),
    ],
)
def test_leads_are_chosen_by_what_is_known_of_them(
    shell: Shell, people: dict[str, LeadId], where: tuple[str, ...], who: set[str]
) -> None:
    """All that is asked for must be so; of whom a thing is not known, it is not so."""
    words = [word for condition in where for word in ("--where", condition)]
    said = enrolls(shell, *words, "--dry-run")
    assert said.code == 0, said.stderr
    foretold = said.json["foretold"]
    assert foretold["chosen"] == len(who)
    assert set(foretold["begin"]) == {people[name] for name in who if name != "Dora"}


def test_a_dry_run_counts_refusals_by_reason_and_touches_nobody(
    shell: Shell, company: Company, people: dict[str, LeadId]
) -> None:
    """Dora has no mail address, and the sequence writes mails."""
    said = enrolls(shell, "--where", "state=waiting", "--dry-run")
    assert said.json["foretold"]["refused"] == [{"because": "no_usable_address", "count": 1}]
    assert said.json["commanded"] is None
    assert asked(company) == {}
    text = shell("sequence", "enroll", "news", "--where", "state=waiting", "--dry-run").stdout
    assert text.splitlines() == [
        "news for 4 leads",
        "  3 would begin",
        "  1 would not: there is no usable address",
    ]


def test_the_command_is_filed_for_each_and_once(shell: Shell, company: Company, people: dict[str, LeadId]) -> None:
    """Temporal is away here: a worker's sweep rings later. Given again, nobody is asked twice."""
    words = ("--where", "heat=cold", "--yes", "--reason", "new prices")
    said = enrolls(shell, *words)
    assert said.code == 0, said.stderr
    assert (said.json["commanded"]["leads"], said.json["commanded"]["trouble"] is None) == (2, False)
    assert set(asked(company)) == {people["Ben"], people["Cleo"]}
    again = enrolls(shell, *words)
    assert (again.json["foretold"]["known"], again.json["foretold"]["begin"]) == (2, [])
    assert len(asked(company)) == 2


def test_so_many_a_day_wait_in_their_own_memories(shell: Shell, company: Company, people: dict[str, LeadId]) -> None:
    """The first begins today, the next tomorrow, and nothing has to run here meanwhile."""
    said = enrolls(shell, "--where", "state=waiting", "--per-day", "1", "--yes")
    assert said.json["foretold"]["last_on"] is not None
    first, second, third = said.json["foretold"]["begin"]
    bodies = asked(company)
    assert "until" not in bodies[first]
    assert bodies[second] < bodies[third]
    with company.database.reading() as transaction:
        row = transaction.execute(select(inbox.c.received_at).where(inbox.c.lead == second)).first()
    assert row is not None
    for lead in (first, second):
        lives(company, lead, now=row.received_at)
    assert begun(company) == {first}
    later = due(company, second)
    assert timedelta(0) < later - row.received_at <= timedelta(days=1)
    lives(company, second, now=later)
    assert begun(company) == {first, second}


def test_whoever_goes_on_after_an_interruption_gives_no_day_more_than_its_share(
    shell: Shell, company: Company, people: dict[str, LeadId]
) -> None:
    """The first day had its one lead already; those who come now stand behind it."""
    words = ("--per-day", "1", "--request", "prices", "--yes")
    enrolls(shell, "--where", "heat=hot", *words)
    enrolls(shell, "--where", "heat=cold", *words)
    bodies = asked(company)
    assert "until" not in bodies[people["Ann"]]
    assert len({body for body in bodies.values()}) == 3
    assert all("until" in bodies[people[name]] for name in ("Ben", "Cleo"))


def begun(company: Company) -> set[str]:
    """Who has begun anything."""
    with company.database.reading() as transaction:
        return set(transaction.scalars(select(enrolments.c.lead)))


def due(company: Company, lead: str) -> Any:
    """When the lead is looked at next."""
    with company.database.reading() as transaction:
        return transaction.execute(select(leads.c.next_due).where(leads.c.id == lead)).scalar_one()


def test_a_list_names_leads_in_any_way_and_says_whom_it_could_not_mean(
    shell: Shell, company: Company, people: dict[str, LeadId], tmp_path: Path
) -> None:
    """An export of some other program: a heading, quotes, further columns."""
    path = tmp_path / "leads.csv"
    path.write_text(
        f'email,note\n"ann@example.com",x\n{people["Ben"]},y\nnobody@example.com,z\nann@example.com,again\n'
    )
    said = enrolls(shell, "--csv", str(path), "--yes")
    assert said.json["foretold"]["chosen"] == 2
    assert len(said.json["unknown"]) == 1
    assert said.json["unknown"][0].startswith("line 4: ")
    assert set(asked(company)) == {people["Ann"], people["Ben"]}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--where"),
        (("--where", "heat"), "no condition"),
        (("--where", "hat=cold"), "heat"),
        (("--where", "budget>=much"), "number"),
        (("--where", "state=gone"), "no state"),
        (("--csv", "nowhere.csv"), "cannot be read"),
        (("--where", "heat=cold", "--per-day", "0"), "--per-day"),
    ],
)
def test_what_cannot_be_meant_is_told_at_once(
    shell: Shell, company: Company, people: dict[str, LeadId], words: tuple[str, ...], said: str
) -> None:
    """And nobody is enrolled."""
    answer = shell("sequence", "enroll", "news", *words)
    assert answer.code == 2
    assert said in answer.stderr
    assert asked(company) == {}


def test_nobody_is_enrolled_where_nobody_can_be_asked(
    shell: Shell, company: Company, people: dict[str, LeadId]
) -> None:
    """A script must say --yes."""
    assert enrolls(shell, "--where", "heat=cold").error["code"] == "CLI004"
    assert asked(company) == {}
