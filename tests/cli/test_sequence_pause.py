"""`followup sequence pause` and `resume`: what a team types when something is wrong, and how it comes back."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from adapters import audit, pauses
from adapters import catalogue as shelf
from adapters.tables import sequence_pauses
from cli import process
from engine.reasons import HoldReason
from engine.words import LeadId, ResumeMode
from tests.adapters.world import BEN, FIELDS, ROSA, Company
from tests.support.house import released
from tests.support.looking import lives
from tests.support.shell import Said, Shell
from tests.support.small_sequences import ALWAYS, email, sequence, stage
from tests.support.waiting import until

NOW = datetime.now(UTC).replace(microsecond=0)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


THREE_DAYS = {"kind": "calendar", "days": 3}
WAITING = stage("nurture", email("one"), email("two", after=THREE_DAYS))


def publishes(company: Company) -> None:
    """A sequence that sends a mail, waits three days and sends another, around the clock."""
    release = released(sequence("greeting", WAITING, hours=ALWAYS)).model_copy(update={"fields": FIELDS})
    with company.database.transaction() as transaction:
        shelf.publish(transaction, release, "ana", "", NOW)


@pytest.fixture
def people(company: Company) -> dict[str, LeadId]:
    """Paused for two days: the second mail of one came due yesterday, that of the other would leave tomorrow."""
    publishes(company)
    begun = {"rosa": (ROSA, NOW - 4 * DAY), "ben": (BEN, NOW - 2 * DAY - HOUR)}
    found = {}
    for name, (new, then) in begun.items():
        found[name] = company.captures(new, then)
        company.hears(found[name], "captured", then, source="form")
        lives(company, found[name], then)
    with company.database.transaction() as transaction:
        assert pauses.pause(transaction, "greeting", "ben", "new words", NOW - 2 * DAY)
    lives(company, found["rosa"], NOW - DAY)
    return found


def resumes(shell: Shell, *words: str) -> Said:
    """The command, agreed to."""
    return shell("sequence", "resume", "greeting", "--yes", *words, "-o", "json")


def test_everybody_in_it_stands_still_and_the_second_one_to_say_so_hears_of_the_first(
    shell: Shell, company: Company
) -> None:
    """Two people see the wrong price at the same moment."""
    publishes(company)
    said = shell("sequence", "pause", "greeting", "--reason", "wrong price", "-o", "json")
    assert said.code == 0, said.stderr
    assert (said.json["changed"], said.json["leads"], said.json["by"]) == (True, 0, "ann")
    again = shell("sequence", "pause", "greeting", "--reason", "me too", "--by", "ben", "-o", "json")
    assert (again.code, again.json["changed"], again.json["by"], again.json["reason"]) == (
        0,
        False,
        "ann",
        "wrong price",
    )
    told = shell("sequence", "pause", "greeting", "--reason", "me too").stdout
    assert told.startswith("greeting was paused already, since ")
    assert told.endswith(", by ann: wrong price\n")
    (listed,) = shell("switch", "list", "-o", "json").json
    assert (listed["scope"], listed["name"], listed["reason"]) == ("sequence", "greeting", "wrong price")


def test_it_says_how_many_stand_still_how_many_are_overdue_and_how_long_it_takes(
    shell: Shell, company: Company, people: dict[str, LeadId]
) -> None:
    """Nobody lets a thousand mails go without having read that it is a thousand."""
    refused = shell("sequence", "resume", "greeting", "--mode", "catch-up", "--pace", "1")
    assert refused.code == process.ExitCode.FAILED
    assert "2 leads stand still, for 1 of them something came due" in refused.stderr
    assert "what came due meanwhile leaves, and the last goes on after 2 min" in refused.stderr
    assert "Let greeting go on?" in refused.stderr
    with company.database.reading() as transaction:
        assert len(pauses.lasting(transaction)) == 1
    said = resumes(shell, "--mode", "catch-up", "--pace", "1", "--reason", "the words are there")
    assert said.code == 0, said.stderr
    found = {name: said.json[name] for name in ("changed", "mode", "leads", "overdue")}
    assert found == {"changed": True, "mode": "catch_up", "leads": 2, "overdue": 1}
    with company.database.reading() as transaction:
        row = transaction.execute(select(sequence_pauses)).one()
        trail = audit.about(transaction, "sequence:greeting")
    assert row.over_at - row.until == timedelta(minutes=2)
    assert datetime.fromisoformat(said.json["over_at"]) == row.over_at
    assert (trail[-1].actor, trail[-1].reason) == ("ann", "catch-up within 0:02:00: the words are there")


@pytest.mark.parametrize(
    ("words", "spread"),
    [((), 0), (("--mode", "drop-overdue"), 0), (("--mode", "catch-up"), 4), (("--pace", "60"), 2)],
    ids=str,
)
def test_only_who_may_have_something_to_send_is_spread_unasked(
    shell: Shell, company: Company, people: dict[str, LeadId], words: tuple[str, ...], spread: int
) -> None:
    """Thirty leads a minute catch up; whom nothing came due for by the end need not wait in a line."""
    assert resumes(shell, *words).json["changed"]
    with company.database.reading() as transaction:
        assert transaction.execute(select(sequence_pauses.c.spread_seconds)).scalar_one() == spread


def test_what_is_not_paused_is_not_resumed(shell: Shell, company: Company, people: dict[str, LeadId]) -> None:
    """Somebody was faster; the words say so, and nothing is half-done."""
    assert resumes(shell).json["changed"]
    again = resumes(shell, "--mode", "catch-up")
    assert (again.code, again.json["changed"], again.json["over_at"]) == (0, False, None)
    assert shell("sequence", "resume", "greeting").stdout == "greeting is not paused: nothing was changed\n"
    with company.database.reading() as transaction:
        assert transaction.execute(select(sequence_pauses.c.mode)).scalars().all() == [ResumeMode.SHIFT.value]


@pytest.mark.parametrize("words", [("pause", "greting", "--reason", "x"), ("resume", "greting", "--yes")])
def test_a_misspelt_sequence_is_refused(shell: Shell, company: Company, words: tuple[str, ...]) -> None:
    """A pause of nothing would let everybody believe that nothing leaves."""
    said = shell("sequence", *words, "-o", "json")
    assert said.code != 0
    assert said.error["code"] == "PUB003"
    with company.database.reading() as transaction:
        assert pauses.lasting(transaction) == ()


def test_a_pause_needs_a_reason(shell: Shell, company: Company) -> None:
    """Somebody else has to decide when it is over."""
    assert shell("sequence", "pause", "greeting").code == process.ExitCode.USAGE


def test_explain_says_since_when_and_then_when_it_goes_on(
    shell: Shell, company: Company, people: dict[str, LeadId]
) -> None:
    """Why has this lead not been contacted?"""
    told = shell("lead", "explain", people["rosa"]).stdout
    assert "waits until somebody lets the sequence greeting go on, which is paused since" in told
    spread = 10_000 * DAY  # whatever the hash says, its own moment is still to come
    with company.database.transaction() as transaction:
        pauses.resume(transaction, "greeting", ResumeMode.CATCH_UP, "ann", "", NOW, spread=spread)
    lives(company, people["rosa"], NOW)
    told = shell("lead", "explain", people["rosa"]).stdout
    assert "the sequence greeting was paused, and its leads go on one after the other" in told


def test_what_sleeps_in_a_paused_sequence_is_neither_upcoming_nor_explained_as_if_it_were(
    shell: Shell, company: Company, people: dict[str, LeadId]
) -> None:
    """Nobody has looked at Ben since: his row still says when his mail was to leave."""
    said = shell("upcoming")
    assert "paused, so nothing of it leaves: greeting" in said.stderr
    assert shell("upcoming", "-o", "json").json == []
    assert "greeting go on, which is paused since" in shell("lead", "explain", people["ben"]).stdout
    assert resumes(shell).json["changed"]
    assert "email two on" in shell("lead", "explain", people["ben"]).stdout


async def test_statement_24_a_pause_of_a_week_leaves_two_of_three_days(desk) -> None:
    """Paused one day into a wait of three days, on a real server: two days are left a week later."""
    async with desk(sequence("life", WAITING, hours=ALWAYS)) as here:
        rosa = await here.house.capture("Rosa")
        await until(lambda: rosa.row.next_due > NOW + 2 * DAY)
        due = rosa.row.next_due
        await rosa.let_pass(days=1)
        since = await rosa.now()
        with here.house.office.database.transaction() as transaction:
            pauses.pause(transaction, "life", "ann", "wrong price", since)
        await rosa.let_pass(days=7)
        await until(lambda: rosa.row.hold == HoldReason.SEQUENCE_PAUSED)
        over = await rosa.now()
        with here.house.office.database.transaction() as transaction:
            pauses.resume(transaction, "life", ResumeMode.SHIFT, "ann", "", over)
        await here.house.doorbell.ring(rosa.lead_id)
        await until(lambda: rosa.row.hold is None)
        assert rosa.row.next_due == due + (over - since)
        assert rosa.received == ["one"]
        await rosa.let_pass(days=2, minutes=1)
        await until(lambda: rosa.received == ["one", "two"])


async def test_a_worker_obeys_from_the_next_look_on(desk) -> None:
    """Whoever begins a paused sequence stands before its first step, and goes on with the others."""
    async with desk(sequence("life", stage("nurture", email("hello")))) as here:
        await here.types("sequence", "pause", "life", "--reason", "wrong price")
        rosa = await here.house.capture("Rosa")
        await until(lambda: rosa.row.hold == HoldReason.SEQUENCE_PAUSED)
        assert rosa.received == []
        said = await here.types(
            "sequence", "resume", "life", "--mode", "catch-up", "--pace", "600", "--yes", "-o", "json"
        )
        assert (said.json["leads"], said.json["changed"]) == (1, True)
        await here.house.doorbell.ring(rosa.lead_id)
        await until(lambda: rosa.received == ["hello"])
