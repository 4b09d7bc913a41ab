"""The engine, asked about a life that is written down as a document."""

import sys
from datetime import UTC, datetime, timedelta

from engine.life.circumstances import Circumstances
from engine.life.deciding.wakes import next_wake
from engine.life.events import CommandData, EventData
from engine.life.moves import CloseTask, EscalateTask, Move, OpenTask, Record, Send, StageEntered, StepSkipped, Wait
from engine.life.noting import Fact
from engine.life.receipts import Accepted, Done, Receipt, Rejected, Uncertain
from engine.life.wishes import Enrolled, Plan, Refused
from engine.sequence.compiled import Sequence
from engine.words import EventKind, TaskKey, TouchKey, Verb
from tests.oracle.document import Document, Happening, Json, Line, ProviderAnswer
from tests.support.life import PureLife


def lines_of(document: Document) -> list[Line]:
    """What the engine says about the life."""
    life = Written(document)
    life.live()
    return life.lines


class Written(PureLife):
    """A lead whose whole life is known beforehand."""

    def __init__(self, document: Document) -> None:
        plans = tuple(_plan(sequence) for sequence in document["catalogue"])
        world = Circumstances.model_validate(document["world"])
        super().__init__(*plans, now=moment(document["begins"]), world=world)
        self.document = document
        self.lines: list[Line] = []
        self.names: dict[TaskKey, str] = {}
        self.answers: dict[TouchKey, ProviderAnswer] = {}
        self.number = 0
        """Of the next message."""
        self.most_lines = sys.maxsize
        self.wakes_at: datetime | None = None
        """When the lead is looked at again; None when it is over."""
        self.provider = self._answer
        self.looks_up = lambda key: self.answers[key] != "lost"

    def live(self) -> None:
        """From the first look to the end."""
        self.look()
        for happening in self.document["script"]:
            self.until(moment(happening["at"]))
            self.meets(happening)
        self.until(moment(self.document["ends"]))

    def until(self, then: datetime) -> None:
        """Time passes, until there is too much to tell."""
        while self.wakes_at is not None and self.wakes_at <= then:
            if len(self.lines) > self.most_lines:
                return
            self.now = max(self.now, self.wakes_at)
            self.look()
        self.now = then

    def look(self) -> Move:
        """Decide and act until there is nothing to do, and know when to look again."""
        move = super().look()
        if isinstance(move, Wait):
            self.wakes_at = move.until
        else:
            self.wakes_at = None if self.at_end(move) else next_wake(self.progress, self.now).until
        return move

    def meets(self, happening: Happening) -> None:
        """One entry of the script, and the look after it."""
        if "event" in happening:
            said = happening["event"]
            data = EventData.model_validate(said.get("data", {}))
            self.happens(EventKind(str(said["kind"])), moment(str(said["occurred_at"])), **data.model_dump())
        if "command" in happening:
            said = happening["command"]
            self.commands(Verb(str(said["verb"])), **CommandData.model_validate(said.get("data", {})).model_dump())
        if "changes" in happening:
            self.becomes(**dict(_changed(self.progress.circumstances, happening["changes"])))
            self.look()
        if "closes" in happening:
            said = happening["closes"]
            keys = [state.task.task_key for state in self.progress.tasks]
            key = next((key for key in keys if self.names[key] == said["of"]), None)
            if key is not None:
                happened = {name: value for name, value in said.items() if name != "of"}
                self.happens(EventKind.TASK_DONE, None, task_key=key, **happened)

    # --- what is said about it

    def note(self, fact: Fact) -> None:
        """One fact; what it brings about is written down."""
        before = self.progress
        super().note(fact)
        if isinstance(fact, Enrolled):
            self._say("enrolled", fact.plan.sequence.name)
        elif isinstance(fact, Refused):
            self._say("refused", fact.sequence or "", fact.because)
        elif isinstance(fact, Done):
            self._done(fact.move)
        for past in sorted(self.progress.past, key=lambda past: past.number):
            if past not in before.past:
                self._say("ended", past.sequence, past.because)
        review = self.progress.review
        if review is not None and (before.review is None or before.review.because is not review.because):
            self._say("review", review.because)

    def _done(self, move: Move) -> None:
        match move:
            case Record(change=StageEntered(stage=stage, step=step)):
                self._say("stage", stage, step or "")
            case Record(change=StepSkipped(step=step, because=because)):
                self._say("skipped", step, because)
            case OpenTask():
                self.names[move.task_key] = move.step or move.task_kind
                self._say("opened", self.names[move.task_key], f"{move.to} {_said(move.due)}")
            case EscalateTask():
                self._say("escalated", self.names[move.task_key], move.role)
            case CloseTask(ended="given_up" | "cancelled"):
                self._say("closed", self.names[move.task_key], move.ended)
            case _:
                pass

    def _answer(self, send: Send) -> Receipt:
        answer = self.document["answers"].get(str(self.number), "accepted")
        self.number += 1
        self.answers[send.touch_key] = answer
        self._say("sent", send.step, send.channel)
        match answer:
            case "accepted":
                return Accepted(touch_key=send.touch_key)
            case "uncertain" | "lost":
                return Uncertain(touch_key=send.touch_key, channel=send.channel)
            case _:
                return Rejected(touch_key=send.touch_key, effect=answer)

    def _say(self, word: str, of: str, how: str = "") -> None:
        self.lines.append(Line(_said(self.now), word, str(of), str(how)))


def moment(text: str) -> datetime:
    """A moment of a document, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def _said(when: datetime) -> str:
    # A document knows seconds; what is due within one is due at its end.
    whole = when + timedelta(microseconds=(-when.microsecond) % 1_000_000)
    return whole.astimezone(UTC).replace(tzinfo=None).isoformat()


def _plan(sequence: Json) -> Plan:
    written = Sequence.model_validate(sequence)
    return Plan(version=f"{written.name}@000000000001", sequence=written)


def _changed(world: Circumstances, changes: Json) -> Circumstances:
    return Circumstances.model_validate(world.model_dump(mode="json") | changes)
