"""
Deliberate defects, each one that somebody has shipped somewhere: patches of the real code, undone afterwards.

They prove the simulation: a world that does not notice them would not notice ours. A defect whose place is no longer
there raises AttributeError when it is planted, so that it is mended or replaced, and not forgotten.
"""

from collections import abc
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Final, NamedTuple
from unittest.mock import patch
from zoneinfo import ZoneInfo

from activities import look, sitting
from activities.look import Look
from activities.outside import Asking, Calling, Result, asked, called
from activities.sitting import Sitting
from adapters import bells, inbox, ledger, suppression
from adapters.inbox import Filed, Inbox, To
from adapters.letters import Letter
from adapters.records import DatabaseBook
from adapters.suppression import Standing
from engine import gate
from engine.calendar import hours
from engine.gate import GateFacts
from engine.life import effects, judging, noting, noting_commands, noting_events, noting_receipts, turning
from engine.life.events import Command, Event
from engine.life.moves import Hold, LookUp, Move, Send
from engine.life.progress import OpenTouch, Progress
from engine.life.receipts import Held, NotSent, Skipped, WentBack
from engine.life.turn import Turn
from engine.ports.providers import Provider, TryLater
from engine.ports.records import Disposition, InboxItem
from engine.reasons import IgnoreReason, SkipReason
from engine.words import Channel, EventKind, TouchState, Verb
from tests.simulation.running import Kind
from tests.simulation.weather import SHARE
from workflows.pace import SENDS

Plant = abc.Callable[[], AbstractContextManager[object]]


class Defect(NamedTuple):
    """One defect."""

    letter: str
    """The promise that it breaks."""
    plant: Plant
    store: Kind = "memory"
    """Where it can be seen: what is wrong in an adapter is no matter of memory."""
    share: float = SHARE
    """How many of the faults there are: what only a rare one brings to light is looked for in a storm of them."""


# --- what a provider says is misunderstood ----------------------------------------------------------------------------


def _misunderstood(instead: abc.Callable[[Result], Result]) -> Plant:
    def misheard(provider: Provider, call: Calling) -> Result:
        return instead(called(provider, call))

    return partial(patch.object, look, "called", misheard)


def _doubt_is_no(result: Result) -> Result:
    if result.name != "uncertain":
        return result
    return Result("not_sent", TouchState.RETRYABLE, result.detail, retry=TryLater(result.detail))


def _doubt_is_yes(result: Result) -> Result:
    return Result("accepted", TouchState.ACCEPTED, "m-1") if result.name == "uncertain" else result


def _doubt_is_refusal(result: Result) -> Result:
    if result.name != "uncertain":
        return result
    return Result("rejected", TouchState.REJECTED, "bad_content", effect="bad_content")


def _busy_is_yes(result: Result) -> Result:
    return Result("accepted", TouchState.ACCEPTED, "m-1") if result.name == "not_sent" else result


def _absence_is_proof(provider: Provider, call: Asking) -> Result:
    result = asked(provider, call)
    if result.name != "still_unknown":
        return result
    return Result("not_sent", TouchState.RETRYABLE, "the provider does not know it")


# --- what a crash leaves behind is misunderstood ----------------------------------------------------------------------


def _abandoned_is_unsent(self: Sitting, touch: OpenTouch) -> None:
    record = self.book.touch(touch.touch_key)
    if record is not None:
        self.book.settle(touch.touch_key, record.fence, TouchState.RETRYABLE, "the attempt died", self.now)
    self.note(NotSent(touch_key=touch.touch_key, again_in=timedelta(0)))


def _call_is_not_saved(keep: abc.Callable[..., Turn]) -> abc.Callable[..., Turn]:
    def kept(self: Sitting, move: Move, story: str = "") -> Turn:
        if isinstance(move, LookUp) and not story:
            return turning.turn_of(self.progress, move, self.now)
        return keep(self, move, story)

    return kept


def _rows_marked_first(begin: abc.Callable[..., object]) -> abc.Callable[..., object]:
    """The rows are marked in a transaction of their own, before the look that notes them."""

    def first(self: Look, *args: object, **named: object) -> object:
        glance = args[0]
        with self.records.lead(glance.lead_id) as book:  # type: ignore[attr-defined]  # a Glance
            items: tuple[InboxItem, ...] = () if book is None else book.unapplied(500)
            for item in items:
                if book is not None:
                    book.mark(item.number, Disposition(kind="applied"), args[2])  # type: ignore[arg-type]  # a moment
        with patch.object(sitting, "MOST_ROWS", 500), _handed_on(items):
            return begin(self, *args, **named)

    return first


@contextmanager
def _handed_on(items: tuple[InboxItem, ...]) -> abc.Iterator[None]:
    honest = Sitting.begin

    def begin(self: Sitting, glance: object) -> None:
        honest(self, glance)  # type: ignore[arg-type]  # a Glance
        for item in items:
            self.apply(item)

    with patch.object(Sitting, "begin", begin):
        yield


def _forgets_who_waits(self: Sitting, send: Send, hold: Hold) -> None:
    self.note(Held(touch_key=send.touch_key, hold=hold))


def _unmarked(apply: abc.Callable[..., None]) -> abc.Callable[..., None]:
    """A row that is ignored is not marked: every look reads it again."""

    def applied(self: Sitting, item: InboxItem) -> None:
        kept = self.book.mark
        with patch.object(
            self.book, "mark", lambda n, said, now: None if said.kind == "ignored" else kept(n, said, now)
        ):
            apply(self, item)

    return applied


# --- what the engine says of itself is not so -------------------------------------------------------------------------


def _refers_to_nothing(verb: Verb) -> Plant:
    """A command is marked as ignored, and obeyed by nobody."""

    def ignoring(progress: Progress, fact: Event | Command, now: datetime) -> IgnoreReason | None:
        if isinstance(fact, Command) and fact.verb is verb:
            return IgnoreReason.NO_ENROLMENT
        return judging.ignored(progress, fact, now)

    return lambda: _all(
        patch.object(sitting, "ignored", ignoring),
        patch.object(noting_commands, "ignored", ignoring),
    )


def _taken_for_automatic(progress: Progress, fact: Event | Command, now: datetime) -> IgnoreReason | None:
    if isinstance(fact, Event) and fact.kind is EventKind.REPLIED:
        return IgnoreReason.AUTOMATIC_MAIL
    return judging.ignored(progress, fact, now)


def _texts_vanish(claim: abc.Callable[..., Calling | None]) -> abc.Callable[..., Calling | None]:
    """A text is left out, and nobody writes that down."""

    def claimed(self: Sitting, send: Send) -> Calling | None:
        if send.channel is not Channel.SMS:
            return claim(self, send)
        self.note(Skipped(touch_key=send.touch_key, because=SkipReason.NO_CONSENT))
        return None

    return claimed


def _nobody_agreed(facts: GateFacts, now: datetime) -> gate.Verdict:
    return gate.Skips(because=SkipReason.NO_CONSENT)


def _unheard_refusal(settle: abc.Callable[..., None]) -> abc.Callable[..., None]:
    """What a provider says of an address is written down nowhere."""

    def settled(self: Sitting, *args: object, **more: object) -> None:
        kept = self.book.settle
        with patch.object(self.book, "settle", lambda *about, effect=None: kept(*about)):
            settle(self, *args, **more)

    return settled


def _runs_back(clock: abc.Callable[..., look.Clock]) -> abc.Callable[..., look.Clock]:
    """The second transaction counts from the time the look began."""

    def made(self: Look, began: datetime) -> look.Clock:
        goes_on, asked_before = clock(self, began), count()
        return lambda: goes_on() if next(asked_before) == 0 else began

    return made


def _gives_up(honest: abc.Callable[..., Turn], too_soon: abc.Callable[[Progress, Turn], bool]) -> Plant:
    """A lead is said to be over that is not."""

    def turned(progress: Progress, move: Move, now: datetime, story: str = "") -> Turn:
        turn = honest(progress, move, now, story)
        is_over = turn.over or too_soon(progress, turn)
        return turn.model_copy(update={"over": True, "state": "over.completed"}) if is_over else turn

    return partial(patch.object, sitting, "turn_of", turned)


# --- the records forget -----------------------------------------------------------------------------------------------


def _remembering(honest: abc.Callable[..., tuple[Standing, ...]]) -> abc.Callable[..., tuple[Standing, ...]]:
    """Who may be written to is read once, before the claim's transaction."""
    known: dict[tuple[str, ...], tuple[Standing, ...]] = {}

    def standings(transaction: object, hashes: abc.Sequence[str]) -> tuple[Standing, ...]:
        return known.setdefault(tuple(hashes), honest(transaction, hashes))

    return standings


def _answered_at_once(self: Inbox, letter: Letter, to: To, now: datetime) -> Filed:
    """A failure is answered as if the letter were here."""
    return Filed(lead_id=None, number=None)


def _nameless(new_row: abc.Callable[..., object]) -> abc.Callable[..., object]:
    """Every delivery has a name of its own."""

    def filed(self: Inbox, transaction: object, letter: Letter, *more: object) -> object:
        again = letter.model_copy(update={"id": f"{letter.id}:{more[-1]}"})
        return new_row(self, transaction, again, *more)

    return filed


# --- hours ------------------------------------------------------------------------------------------------------------


def _winter_for_ever(name: str, moment: datetime) -> datetime:
    """The clock on the wall as it was in January."""
    winter = datetime(2026, 1, 1, tzinfo=ZoneInfo(name)).utcoffset() or timedelta(0)
    return moment.replace(tzinfo=None) + winter - (moment.utcoffset() or timedelta(0))


@contextmanager
def _other_hours(*patches: AbstractContextManager[object]) -> abc.Iterator[None]:
    """What was worked out before is forgotten, and so is what is worked out now."""
    with ExitStack() as stack:
        for one in patches:
            stack.enter_context(one)
        _forget_hours()
        try:
            yield
        finally:
            _forget_hours()


def _forget_hours() -> None:
    for name in dir(hours):
        forget = getattr(getattr(hours, name), "cache_clear", None)
        if forget is not None:
            forget()


def _lawless(facts: GateFacts, now: datetime) -> gate.Opening | None:
    return HONEST_OPENING(facts.model_copy(update={"contact_hours": ()}), now)


HONEST_OPENING: Final = gate._opening


def _over_too_soon(honest: abc.Callable[..., Turn]) -> abc.Callable[..., Turn]:
    """A lead that waits for a person is taken for one that is over."""

    def turned(progress: Progress, move: Move, now: datetime, story: str = "") -> Turn:
        turn = honest(progress, move, now, story)
        return turn.model_copy(update={"over": turn.over or bool(progress.tasks)})

    return turned


def _unchanged(progress: Progress, *_: object) -> Progress:
    return progress


def _raises(*_: object) -> Progress:
    raise ValueError("nobody thought of that")


def _one_channel(channel: Channel | None) -> tuple[Channel, ...]:
    return tuple(Channel) if channel is None else (channel,)


@contextmanager
def _all(*patches: AbstractContextManager[object]) -> abc.Iterator[None]:
    with ExitStack() as stack:
        for one in patches:
            stack.enter_context(one)
        yield


def _nobody(*_: object) -> tuple[bells.Bell, ...]:
    return ()


DEFECTS: Final[dict[str, Defect]] = {
    "a touch in doubt is sent again": Defect("D", _misunderstood(_doubt_is_no)),
    "a touch in doubt counts as sent": Defect("L", _misunderstood(_doubt_is_yes)),
    "a 5xx counts as a refusal": Defect("L", _misunderstood(_doubt_is_refusal)),
    "a 429 counts as accepted": Defect("L", _misunderstood(_busy_is_yes)),
    "what a look-up does not find was not sent": Defect("D", partial(patch.object, look, "asked", _absence_is_proof)),
    "an open claim is called again": Defect("D", partial(patch.object, Sitting, "abandoned", _abandoned_is_unsent)),
    "rows are marked in a look-up, and what they mean is not saved": Defect(
        "O", partial(patch.object, Sitting, "keep", _call_is_not_saved(Sitting.keep))
    ),
    "rows are marked before the look that notes them": Defect(
        "O", partial(patch.object, Look, "_first", _rows_marked_first(Look._first))
    ),
    "a row that is ignored is read again and again": Defect(
        "E", partial(patch.object, Sitting, "apply", _unmarked(Sitting.apply))
    ),
    "a touch that is held back is written down nowhere": Defect(
        "L", partial(patch.object, Sitting, "_let_wait", _forgets_who_waits)
    ),
    "nobody is asked about a lost touch": Defect("L", partial(patch.object, noting_receipts, "asked", _unchanged)),
    "a person's stop is heard and stops nothing": Defect(
        "O", partial(patch.dict, noting_commands.VERBS, {Verb.STOP: _unchanged})
    ),
    "a pause is heard and pauses nothing": Defect(
        "O", partial(patch.dict, noting_commands.VERBS, {Verb.PAUSE: _unchanged})
    ),
    "an answer ends nothing": Defect("O", partial(patch.dict, noting_events.COURSES, {EventKind.REPLIED: _unchanged})),
    "who was erased is still written to": Defect(
        "O",
        partial(
            patch.dict,
            noting_events.COURSES,
            {EventKind.ERASED: _unchanged, EventKind.MERGED: _unchanged, EventKind.DELETED: _unchanged},
        ),
    ),
    "a no to calls is no no to texts": Defect("O", partial(patch.object, effects, "scope_of", _one_channel)),
    "a restored database goes on as if nothing had been": Defect(
        "O", partial(patch.dict, noting.NOTES, {WentBack: _unchanged}), share=0.6
    ),
    "a stop is taken for one that refers to nothing": Defect("O", _refers_to_nothing(Verb.STOP)),
    "a pause is taken for one that refers to nothing": Defect("O", _refers_to_nothing(Verb.PAUSE)),
    "an answer is taken for automatic mail": Defect(
        "E",
        lambda: _all(
            patch.object(sitting, "ignored", _taken_for_automatic),
            patch.object(noting_events, "ignored", _taken_for_automatic),
        ),
    ),
    "a booked meeting ends nothing": Defect(
        "O", partial(patch.dict, noting_events.COURSES, {EventKind.MEETING_BOOKED: _unchanged})
    ),
    "what a provider says of an address is written down nowhere": Defect(
        "O", partial(patch.object, Sitting, "settle", _unheard_refusal(Sitting.settle))
    ),
    "a text is left out, and nobody writes it down": Defect(
        "L", partial(patch.object, Sitting, "_claim", _texts_vanish(Sitting._claim))
    ),
    "a message is left out for a reason that is none": Defect(
        "L", partial(patch.object, sitting, "gate", _nobody_agreed)
    ),
    "a lead is over before its last message": Defect(
        "L", _gives_up(turning.turn_of, lambda progress, turn: turn.act in SENDS and progress.last_touch_at is not None)
    ),
    "a lead is over while somebody has a task": Defect(
        "T", _gives_up(turning.turn_of, lambda progress, turn: bool(progress.tasks))
    ),
    "a delay counts from the time the look began": Defect(
        "W", partial(patch.object, Look, "_clock", _runs_back(Look._clock))
    ),
    "summer time is not known": Defect("W", lambda: _other_hours(patch.object(hours, "clock", _winter_for_ever))),
    "texts keep no lawful hours": Defect("W", partial(patch.object, gate, "_opening", _lawless)),
    "messages keep no hours": Defect("W", partial(patch.object, gate, "_closed", lambda *_: iter(()))),
    "a lead that waits for a person is over": Defect(
        "T", partial(patch.object, sitting, "turn_of", _over_too_soon(turning.turn_of))
    ),
    "an event raises": Defect("T", partial(patch.dict, noting_events.COURSES, {EventKind.BOUNCED: _raises})),
    "an opt-out is read before the claim's transaction": Defect(
        "O",
        lambda: patch.object(suppression, "standings", _remembering(suppression.standings)),
        store="sqlite",
    ),
    "an opt-out waits for the look": Defect(
        "O", partial(patch.object, inbox, "apply", lambda *_: None), store="sqlite"
    ),
    "a ring is lost, and no sweep comes": Defect(
        "E",
        lambda: _all(patch.object(bells, "unrung", _nobody), patch.object(bells, "overdue", _nobody)),
        store="sqlite",
    ),
    "a letter is answered and not kept": Defect(
        "E", partial(patch.object, Inbox, "receive", _answered_at_once), store="sqlite"
    ),
    "a letter is filed under a name of our own": Defect(
        "E", partial(patch.object, Inbox, "_new_row", _nameless(Inbox._new_row)), store="sqlite"
    ),
    "a doubt that comes late unsettles what is settled": Defect(
        "L", partial(patch.object, ledger, "_after", lambda known, said: said), store="sqlite"
    ),
    "a touch waits for ever in a lead that is over": Defect(
        "L", partial(patch.object, ledger, "give_up", lambda *_: None), store="sqlite"
    ),
    "a suppressed touch is forgotten": Defect(
        "L", partial(patch.object, DatabaseBook, "suppressed", lambda *_: None), store="sqlite"
    ),
}
