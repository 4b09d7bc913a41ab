"""Letters on their way to us, from the CRM and from our own people, and the bell they ring."""

from collections import abc
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from pydantic import ValidationError

from adapters.database import DatabaseUnavailable
from adapters.inbox import Filed
from adapters.letters import OPERATOR, Letter
from adapters.tables import json_text
from engine.life.events import Command, CommandData, Event, EventData
from engine.reasons import ReplyClass
from engine.words import EventKind, LeadId, Stage, Verb
from tests.simulation.company import Person
from tests.simulation.setting import Part, Setting
from tests.simulation.weather import Fault, Killed

SAYS_ENOUGH: Final = (EventKind.OPTED_OUT, EventKind.REPLIED)
"""No further message may leave because a detail of these could not be read: unlimited, and in an unclear sense."""
UNREADABLE: Final[tuple[dict[str, object], ...]] = ({"body": "{"}, {"kind": "sneezed"}, {"body": '{"channel": 7}'})


class Sent(NamedTuple):
    """A letter on its way to us, and how often it has been tried and answered."""

    letter: Letter
    lead: LeadId
    tried: int = 0
    answered: int = 0


class Post(Part):
    """Whatever is handed in to us: sent, sent again, filed, and rung for."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.sent: dict[tuple[str, str], Sent] = {}
        self.last: Sent | None = None
        self._letters = 0
        self._is_deaf = self.weather.prevails(Fault.NO_RING_HEARD)
        self._filing: Sent | None = None
        setting.hears_of = self._passes

    def _passes(self, point: str) -> None:
        if point == "after_inbox_commit" and self._filing is not None:
            self.is_filed(self._filing)

    def letter(self, kind: str, data: abc.Mapping[str, object], *, at: datetime | None = None, by: str = "") -> Letter:
        """A letter of the CRM's, or a person's command."""
        self._letters += 1
        plain = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in data.items()}
        return Letter(
            source=OPERATOR if by else "crm",
            id=f"w{self.setting.seed}-{self._letters}",
            kind=kind,
            occurred_at=at or self.agenda.now,
            body=json_text({name: value for name, value in plain.items() if value is not None}),
            by=by or None,
        )

    def hears(self, person: Person, kind: str, *, at: datetime | None = None, **data: object) -> None:
        """The CRM tells us something, sometimes long after it happened, sometimes in a way nobody can read."""
        letter = self.letter(kind, data, at=at)
        if self.weather.strikes(Fault.LETTER_UNREADABLE):
            letter = letter.model_copy(update=self.dice.choice(UNREADABLE))
        self.posts(letter, person.lead)

    def commands(self, person: Person, verb: Verb, **data: object) -> None:
        """A person commands."""
        self.posts(self.letter(verb.value, data, by="ann"), person.lead)

    def posts(self, letter: Letter, lead: LeadId) -> None:
        """Somebody sends it, and sends it again until we say that we have it."""
        self.last = self.sent[letter.source, letter.id] = Sent(letter, lead)
        self.setting.tell(f"{lead[-1]} {letter.kind} {letter.body} {letter.id}")
        self.delivers(letter)
        if self.weather.strikes(Fault.LETTER_TWICE):
            for _ in range(self.dice.choice((1, 1, 4))):
                delay = timedelta(seconds=self.dice.choice((0, 1, 3600)))
                self.agenda.after(delay, lambda: self.delivers(letter))

    def delivers(self, letter: Letter) -> None:
        """One request; it is answered, or tried again."""
        name = (letter.source, letter.id)
        sent = self.sent.get(name)
        if sent is None:
            return  # it came and went between a backup and its restoring
        self.sent[name] = sent._replace(tried=sent.tried + 1)
        self._filing = self.sent[name]
        try:
            self.setting.may_fail(Fault.DATABASE_AWAY)
            filed = self.files(letter, sent.lead)
            self.setting.may_fail(Fault.COMMIT_UNHEARD)
            self.rings(filed)
        except (DatabaseUnavailable, Killed) as error:
            self.setting.tell(f"{letter.id} is not answered: {error}")
            self.agenda.after(timedelta(seconds=self.dice.choice((5, 60, 1200))), lambda: self.delivers(letter))
            self.agenda.after(timedelta(seconds=130), self.sweeps)
        else:
            self.sent[name] = self.sent[name]._replace(answered=sent.answered + 1)
        finally:
            self._filing = None

    def files(self, letter: Letter, lead: LeadId) -> Filed:
        """Into the Inbox."""
        if self.store.standing(lead) is None:
            return self.store.capture(self.witness.people[lead], letter, self.agenda.now)
        return self.store.receive(letter, lead, self.agenda.now)

    def is_filed(self, sent: Sent) -> None:
        """Its transaction is committed: from here on it holds, whoever dies next."""
        commit = self.witness.committed()
        item = read(sent.letter)
        if item is not None:
            self.witness.filed(item, sent.lead, commit)
        self._filing = None

    def rings(self, filed: Filed) -> None:
        """At most one ring, which may be lost."""
        if filed.ring and filed.lead_id is not None:
            if self._is_deaf:
                self.agenda.after(timedelta(seconds=130), self.sweeps)
            else:
                self.ring(filed.lead_id, filed.stage)
        self.setting.reached("after_signal")

    def ring(self, lead: LeadId, stage: str) -> None:
        """The bell of one lead."""
        if self.weather.strikes(Fault.RING_LOST):
            self.agenda.after(timedelta(seconds=130), self.sweeps)
        elif self.weather.strikes(Fault.RING_LATE):
            delay = timedelta(seconds=self.dice.choice((1, 40, 900)))
            self.agenda.after(delay, lambda: self.temporal.ring(lead, stage))
        else:
            self.temporal.ring(lead, stage)

    def sweeps(self) -> None:
        """One round of the sweep."""
        try:
            self.setting.may_fail(Fault.DATABASE_AWAY)
        except DatabaseUnavailable:
            self.agenda.after(timedelta(seconds=60), self.sweeps)
            return
        for lead in self.store.unheard(self.agenda.now):
            standing = self.store.standing(lead)
            self.setting.tell(f"the sweep rings {lead[-1]}")
            self.ring(lead, standing.stage if standing else Stage.CAPTURE)


def read(letter: Letter) -> Event | Command | None:
    """What the letter says; None when nobody can read it."""
    about = {"number": 0, "id": letter.id, "occurred_at": letter.occurred_at}
    try:
        if letter.kind in tuple(Verb):
            data = CommandData.model_validate_json(letter.body)
            return Command.model_validate({**about, "verb": letter.kind, "by": letter.by or "crm", "data": data})
        told = EventData.model_validate_json(letter.body)
    except ValidationError:
        if letter.kind not in SAYS_ENOUGH:
            return None
        told = EventData(reply=ReplyClass.UNCLEAR if letter.kind == EventKind.REPLIED else None)
    try:
        return Event.model_validate({**about, "kind": letter.kind, "source": letter.source, "data": told})
    except ValidationError:
        return None
