"""Publishing beside a worker at work: leads in flight get what they are meant to get, and notice nothing else."""

import asyncio
import shutil
from collections import abc
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.tables import enrolments, outbox
from cli import process
from tests.support.authors import MAIL, OFFER, Authors
from tests.support.desk import OpenDesk
from tests.support.house import House, Someone
from tests.support.shell import Said
from tests.support.waiting import until

NEWS = MAIL.replace("Good morning", "Good day")


class Here:
    """A team, the house where their leads live, and a lead that waits for the offer's only mail."""

    def __init__(self, team: Authors, house: House, rosa: Someone) -> None:
        self.team = team
        self.house = house
        self.rosa = rosa

    async def types(self, *words: str) -> Said:
        """Run `followup sequence` while the worker goes on working."""
        return await asyncio.to_thread(self.team, "sequence", *words, "-o", "json")

    def mails(self) -> list[str]:
        """What the lead has been sent."""
        with self.house.office.database.reading() as transaction:
            return list(transaction.execute(select(outbox.c.text)).scalars())

    def enrolled(self) -> list[tuple[str, str, str | None]]:
        """Each enrolment of the lead: sequence, version, and why it is over."""
        columns = (enrolments.c.sequence, enrolments.c.version, enrolments.c.because)
        with self.house.office.database.reading() as transaction:
            return [tuple(row) for row in transaction.execute(select(*columns).order_by(enrolments.c.number))]


@pytest.fixture
def at_work(desk: OpenDesk, tmp_path: Path, authors: Authors):
    """Opens it all."""

    @asynccontextmanager
    async def opened() -> abc.AsyncIterator[Here]:
        async with desk() as here:
            team = Authors(tmp_path, here.shell, authors.package)
            assert (await asyncio.to_thread(team, "sequence", "publish", "--yes")).code == 0
            rosa = await here.house.capture()
            await rosa.happens("by_hand", name="offer")
            await until(lambda: rosa.row.sequence == "offer")
            yield Here(team, here.house, rosa)

    return opened


async def test_new_words_reach_a_sleeping_lead_and_nothing_is_sent_twice(at_work):
    """It wakes at its old moment and says the new thing, once."""
    async with at_work() as here:
        before = here.rosa.row
        here.team.says("offer/hello.email", NEWS)
        told = (await here.types("publish", "--running", "copy", "--yes")).json
        assert (told["reached"], told["trouble"]) == (1, None)
        await until(lambda: here.rosa.row.version != before.version)
        after = here.rosa.row
        assert (after.next_due, after.act) == (before.next_due, before.act)
        assert here.enrolled()[-1] == ("offer", after.version, None)
        await here.rosa.let_pass(days=4)
        await until(lambda: len(here.mails()) == 1)
        assert here.mails()[0].startswith("Good day")
        assert (await here.types("plan")).json["reached"] == 0


async def test_whoever_is_in_a_retired_sequence_is_let_go(at_work):
    """The run ends with the reason; the mail never leaves."""
    async with at_work() as here:
        told = (await here.types("retire", "offer", "--stop", "--yes")).json
        assert told["reached"] == 1
        await until(lambda: here.enrolled()[-1][2] == "sequence_retired")
        await until(lambda: not here.rosa.row.open)
        assert here.rosa.row.lead_state == "over.sequence_retired"
        assert here.mails() == []


async def test_leads_go_on_while_the_files_are_broken(at_work, tmp_path: Path):
    """A lead carries what it needs: neither a file nor a new process of it is asked for anything."""
    async with at_work() as here:
        here.team.write("offer.py", OFFER.replace("sequence(", "sequence(("))
        shutil.rmtree(tmp_path / here.team.package / "templates")
        said = await here.types("publish", "--yes")
        assert (said.code, said.error["code"]) == (process.ExitCode.USAGE, "SEQ050")
        await here.rosa.let_pass(days=4)
        await until(lambda: len(here.mails()) == 1)
        assert here.mails()[0].startswith("Good morning")
