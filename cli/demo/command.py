"""
`followup demo`: a file of leads is imported, and half a year passes in half a minute.

What is seen is real: a Temporal server, a worker process and a database of the demo's own, and the code of production.
Only time is skipped, and the people are a script.
"""

import asyncio
import sys
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue
from rich.console import Console

from adapters.lead_file.opening import opened
from adapters.lead_file.rejects import Rejects
from adapters.letters import Letter
from adapters.tables import json_text
from adapters.views.accounts import Accounts, accounts_of
from adapters.views.pulse import leads_of
from api.importing import entered, recording, terms_of
from api.office import Office
from api.temporal import connect_to
from cli import logs
from cli.demo.player import Player, Stalled
from cli.demo.screen import Life, Screen, life_of
from cli.demo.script import LEADS, Script, ScriptedLead, duration, read
from cli.demo.trouble import Trouble
from cli.demo.world import World
from engine.calendar.delays import instant
from engine.errors import FollowupError
from engine.words import LeadId

LENGTH = timedelta(days=183)
NO_EDGE = 400
"""Columns of a file or a pipe: nothing is broken into lines there."""


def command(
    crash: Annotated[bool, typer.Option("--crash", help="Kill the worker and the Temporal server on the way.")] = False,
    leads: Annotated[int, typer.Option(help="How many of the leads to play.", min=1, max=25)] = 25,
) -> None:
    """
    Watch leads live through six months in half a minute, on a real Temporal server.

    Examples:

      followup demo

      followup demo --crash       (kills the worker in the middle of a message, and the server: nothing is lost)
    """
    logs.configure(level="warning")
    console = Console() if sys.stdout.isatty() else Console(width=NO_EDGE)
    screen = Screen(console, "America/New_York")
    with World(lambda line: screen.say(f"[dim]{line}[/]"), durable=crash) as world:
        screen.say(f"Temporal UI  {world.server.ui_url}")
        try:
            asyncio.run(_play(world, screen, read(), leads, crash))
        except* Stalled as stalled:
            raise _stalled(world, str(stalled.exceptions[0])) from stalled
        if sys.stdout.isatty():
            screen.say(f"\nThe leads are still there: open {world.server.ui_url}. Press Ctrl-C to end the demo.")
            _until_interrupted()


def _stalled(world: World, what: str) -> FollowupError:
    return FollowupError(
        code="DEM001",
        what=what,
        where="the demo's worker",
        why=f"its log ends with:\n{world.worker_log()}",
        next="report this with the log above; `followup doctor` checks this machine",
    )


async def _play(world: World, screen: Screen, script: Script, count: int, crash: bool) -> None:
    office = world.office
    known = await asyncio.to_thread(_imported, office, screen)
    client = await connect_to(world.server.address)
    started = datetime.now(UTC)
    begin = _next_monday(datetime.now(UTC), office.settings.org_zone)
    cast = sorted(script.lead, key=lambda lead: duration(lead.arrives))[:count]
    for lead in cast:
        _tell_fields(office, known[lead.record], lead)
    names = {known[lead.record]: lead.name for lead in cast}
    trouble = Trouble(world, screen, names) if crash else None
    players = [Player(office, client, known[lead.record], lead, script.behaviour, screen.tell) for lead in cast]
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(trouble.watch()) if trouble is not None else None
        lives = [
            group.create_task(player.play(begin + duration(player.scripted.arrives), begin + LENGTH))
            for player in players
        ]
        for life in lives:
            await life
        if watching is not None:
            watching.cancel()
    screen.table([_life(office, player) for player in players])
    took = (datetime.now(UTC) - started).total_seconds()
    screen.say(f"{len(players)} leads lived through six months in {took:.0f} s.")
    screen.accounts("Every message", _accounts(office))


def _imported(office: Office, screen: Screen) -> dict[str, LeadId]:
    """The shipped file, imported as anybody would; returns whose record is which lead."""
    now = datetime.now(UTC)
    terms = terms_of(office, now, region=None, consent_by=None, consent_for=())
    rejects_to = Path(office.settings.database_url.get_secret_value().removeprefix("sqlite:///")).parent
    with opened(LEADS, terms) as file, Rejects(rejects_to / "rejects.csv", file.header, ",") as rejects:
        for batch in entered(file.rows(), recording(office), rejects.write, now):
            summary = batch.summary
    screen.say(f"{LEADS.name}: {summary.rows} rows, {summary.added} leads added, {summary.merged} merged\n")
    with office.database.reading() as transaction:
        return leads_of(transaction, "hubspot")


def _tell_fields(office: Office, lead_id: LeadId, lead: ScriptedLead) -> None:
    if not lead.fields:
        return
    now = datetime.now(UTC)
    body: dict[str, JsonValue] = {"fields": dict(lead.fields)}
    letter = Letter(source="demo", id=f"{lead_id}-fields", kind="fields_changed", occurred_at=now, body=json_text(body))
    office.inbox.receive(letter, lead_id, now)


def _life(office: Office, player: Player) -> Life:
    with office.database.reading() as transaction:
        return life_of(transaction, player.lead_id, player.scripted.name)


def _accounts(office: Office) -> Accounts:
    with office.database.reading() as transaction:
        return accounts_of(transaction)


def _next_monday(now: datetime, zone: str) -> datetime:
    """Midnight of the demo's first day."""
    ahead = 7 - now.weekday()
    return instant((now + timedelta(days=ahead)).date(), time(0), zone)


def _until_interrupted() -> None:
    try:
        asyncio.run(asyncio.Event().wait())
    except KeyboardInterrupt:
        return
