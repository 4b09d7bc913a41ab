"""One transaction of a look: facts are noted, moves decided and carried out, until something has to wait or leave."""

from collections import Counter
from datetime import datetime, timedelta
from typing import assert_never

import structlog

from activities.outside import Asking, Calling, OutsideCall, Result, ResultName
from engine.gate import Holds, Reviews, Sends, Skips, Stops, gate
from engine.life.decide import decide
from engine.life.deciding.steps import ACTS
from engine.life.deciding.tasks import opening
from engine.life.enrolling import consider, unread
from engine.life.events import Command, Event
from engine.life.judging import ignored
from engine.life.migrating import Migration, enrolled, unmigrated
from engine.life.moves import Enroll, Finish, Hold, LookUp, Move, OpenTask, Park, Record, Send, Wait
from engine.life.news import say_item
from engine.life.noting import Fact, noting
from engine.life.passing import RENAMED, Passed, passed
from engine.life.progress import Enrolment, OpenTouch, Progress, Review
from engine.life.receipts import (
    Accepted,
    BadEvent,
    Claimed,
    Done,
    Held,
    NotSent,
    PerhapsForgotten,
    Questioned,
    Receipt,
    Rejected,
    Skipped,
    StillUnknown,
    Stopped,
    Uncertain,
    WentBack,
)
from engine.life.sentences import SKIPS, STOPS, say_wall, say_zone, summary
from engine.life.touches import facts_of, key_of, send_of
from engine.life.turn import Glance, Turn
from engine.life.turning import turn_of
from engine.life.wishes import Answer as WishAnswer
from engine.life.wishes import Enrolled, Entry, Queued, Refused, Wish
from engine.ports.records import Disposition, InboxItem, LeadBook, Unreadable
from engine.reasons import HoldReason, IgnoreReason
from engine.sequence.compiled import Ask, Sendable, Step
from engine.sequence.compiled import Message as MessageStep
from engine.sequence.structure import step
from engine.words import Act, TouchState, Verb

log = structlog.get_logger()

MOST_MOVES = 200
"""Moves that one look makes: its transaction stays short however much there is to do."""

LONG_BACKOFF = timedelta(hours=1)
"""How long a lead waits when our own account is at fault and the provider names no time."""

BACKOFF = timedelta(minutes=15)
"""How long a lead waits when quick retries did not help."""

LATE = timedelta(hours=1)
"""A message that nobody has come to send for so long may have been sent by somebody who is forgotten."""

FIRST_FENCE = 1
"""Of a touch that no claim was ever written for."""

CHANNELS = {act: channel for channel, act in ACTS.items()}

PROVEN = frozenset(
    {
        TouchState.ACCEPTED,
        TouchState.SENT,
        TouchState.DELIVERED,
        TouchState.READ,
        TouchState.UNDELIVERED,
        TouchState.BOUNCED,
        TouchState.CANCELED,
    }
)
"""What only a provider that has taken the message can say of it."""

MOST_ROWS = 500
"""Inbox rows that one look notes: its transaction stays short however long the flood."""

STORY_LINES = 8
LONGEST_LINE = 140
"""Characters of a story line: twenty lines of it travel in a Turn, which stays below 4 kB."""

TOLD = ("stage_entered", "step_skipped", "answer_given", "no_answer")
"""Changes that are told in the lead's story; what was answered is not."""

OUTCOMES: dict[ResultName, str] = {
    "accepted": "sent",
    "rejected": "refused by the provider",
    "not_sent": "did not leave, and is tried again",
    "uncertain": "may have gone out: nobody knows yet",
    "still_unknown": "is looked for, and still nobody knows whether it went out",
}
"""What a provider's answer means for a touch."""


class Sitting:
    """A lead's book, open, and what is found and done in it."""

    progress: Progress
    behind = False
    """More rows wait in the Inbox than one transaction may note."""
    review_known: Review | None = None
    """The Review that is written down already."""

    def __init__(self, book: LeadBook, act: Act, now: datetime, story: list[str], *, again: bool = False) -> None:
        self.book = book
        self.act = act
        self.now = now
        self.story = story
        self.wary = again and act in CHANNELS
        """Whoever comes again, or late, may find a database that was restored and is older than the sending."""

    def begin(self, glance: Glance) -> None:
        """Everything that is known by now: the world, what was signalled, the Inbox, a claim that was left open."""
        self.resume(glance.revision)
        due = self.book.was_to_send_at()
        self.wary = self.wary or (due is not None and self.now - due > LATE)
        if glance.scraps:
            self.book.file(glance.scraps, self.now)
            self.note(self.book.circumstances(self.now))
        items = self.book.unapplied(MOST_ROWS + 1)
        self.behind = len(items) > MOST_ROWS
        for item in items[:MOST_ROWS]:
            self.apply(item)
        for touch in self.progress.open_touches:
            if not touch.uncertain:
                self.abandoned(touch)

    def resume(self, expected: int) -> None:
        """The lead's memory, which is at least of that revision unless a database was restored, and its world now."""
        circumstances = self.book.circumstances(self.now)
        stored = self.book.progress()
        if stored is None:
            self.progress = Progress(lead_id=self.book.lead_id, circumstances=circumstances)
        else:
            self.progress = noting(stored, circumstances, self.now)
            if circumstances.zone != stored.circumstances.zone:
                self.tell(f"from here on times are {say_zone(circumstances.zone)}")
        self.review_known = None if stored is None else stored.review
        found = self.progress.revision
        if found < expected:
            self.note(WentBack(expected=expected, found=found))
            # From here on the row is the newer one again; the Review says what happened.
            self.progress = self.progress.model_copy(update={"revision": expected})

    def note(self, fact: Fact) -> None:
        """One more fact; enrolments it ends and places it gives up are written down, whatever brings that about."""
        before = self.progress
        known, queues = before.past, before.queues
        self.progress = noting(before, fact, self.now)
        left = passed(before, self.progress)
        if left is not None:
            self._leave_out(left, before)
        for sequence in queues - self.progress.queues:
            self.book.leave_line(sequence)
        for past in self.progress.past:
            if past not in known:
                self.book.ended(past)

    def _leave_out(self, left: Passed, before: Progress) -> None:
        """Write it where what was done stands as well, so that every step a lead came to has its row."""
        running = before.enrolment
        if running is None:
            return
        if isinstance(left.step, MessageStep | Ask):
            send = send_of(before, running, left.step, send_by=self.now, why=left.because)
            self.book.suppressed(send, TouchState.SUPPRESSED, left.because, self.now)
        elif running.cursor.task is None:  # else it was asked for, perhaps under another name
            self.book.left_out(opening(before, running, left.step, self.now), left.because, self.now)

    # --- the Inbox

    def apply(self, item: InboxItem) -> None:
        """Note an Inbox row and write on it what became of it."""
        if isinstance(item, Unreadable):
            self.note(BadEvent(number=item.number, detail=item.detail))
            self.book.mark(item.number, Disposition(kind="dead_letter", detail=item.detail), self.now)
            self.tell(f"something came in that nobody can read (Inbox row {item.number})")
            return
        if isinstance(item, Command) and item.verb is Verb.MIGRATE:
            self._migrate(item)
            return
        reason = ignored(self.progress, item, self.now)
        self.tell(say_item(self.progress, item, reason))
        self.note(item)
        self._noted(item, reason)

    def _migrate(self, command: Command) -> None:
        """A command that names a version is noted together with it: what is published the records know."""
        version = command.data.version
        plan = None if version is None else self.book.plan(version)
        migration = Migration(command=command, plan=plan)
        reason = unmigrated(self.progress, migration)
        self.tell(say_item(self.progress, command, reason))
        before = self.progress
        self.note(migration)
        if plan is not None and reason is None:
            self._moved(before, plan.sequence.name)
        self._noted(command, reason)

    def _moved(self, before: Progress, sequence: str) -> None:
        """Write where the enrolment is; what waited under a name that its step has no more is closed."""
        was, moved = enrolled(before, sequence), enrolled(self.progress, sequence)
        if was is None or moved is None:
            return
        self.book.migrated(moved)
        if was.cursor.step is not None and was.cursor.step != moved.cursor.step:
            self._renamed(before, was, step(was.plan.sequence, was.cursor.step))

    def _renamed(self, before: Progress, was: Enrolment, current: Step) -> None:
        if not isinstance(current, MessageStep | Ask):
            return
        send = send_of(before, was, current, send_by=self.now, why=RENAMED)
        if self.book.touch(send.touch_key) is not None:
            self.book.suppressed(send, TouchState.SUPPRESSED, RENAMED, self.now)

    def _noted(self, item: Event | Command, reason: IgnoreReason | None) -> None:
        if item.unread:
            self.note(BadEvent(number=item.number, detail=item.unread))
        log.info("inbox.applied", item=_name(item), ignored=reason)
        self.book.mark(item.number, self._disposition(item, reason), self.now)

    def _disposition(self, item: Event | Command, reason: IgnoreReason | None) -> Disposition:
        unread = f"left out as unreadable: {item.unread}" if item.unread else ""
        if reason is None:
            return Disposition(kind="applied", detail=unread)
        words = reason.value.replace("_", " ")
        return Disposition(kind="ignored", reason=reason, detail=f"{words}; {unread}" if unread else words)

    # --- deciding and doing

    def catch_up(self) -> Turn:
        """Rows are left that this transaction must not be held open for: nothing is decided before they are noted."""
        return self._go_on("more events wait to be noted")

    def proceed(self) -> Turn | OutsideCall:
        """Decide and act until something must wait, or leave: the turn to wait with, or the call to make."""
        made: Counter[tuple[int, Move]] = Counter()
        for _ in range(MOST_MOVES):
            move = decide(self.progress, self.now)
            this = (len(self.progress.wishes), move)
            made[this] += 1
            self._must_not_circle(made[this])
            match move:
                case Wait():
                    return self.rest(move)
                case Park():
                    self._park(move)
                    return self.rest(move)
                case Finish() if self.progress.enrolment is None:
                    return self.rest(move)
                case Send():
                    if CHANNELS.get(self.act) is not move.channel:
                        return self.rest(move)
                    calling = self._claim(move)
                    if calling is not None:
                        return calling._replace(revision=self.keep(move).revision)
                case LookUp():
                    if self.act is not Act.RECONCILE:
                        return self.rest(move)
                    asking = self._ask(move)
                    if asking is not None:
                        return asking._replace(revision=self.keep(move).revision)
                case Enroll():
                    self._answer(move)
                case OpenTask(task_kind="approval"):
                    self._propose(move)
                case _:
                    self._carry_out(move)
        return self._go_on("there is more to do at once")

    def _go_on(self, why: str) -> Turn:
        """Another look at once: what is done is kept, and nobody waits for a transaction without end."""
        return self.rest(Wait(until=self.now, because=HoldReason.AWAITING_EVENT, why=why))

    def _must_not_circle(self, times: int) -> None:
        """
        No time passes during a look: between two wishes no move is made more often than a stage may be entered.

        Raises: RuntimeError, and the attempt fails where on-call sees it.
        """
        if times > self.progress.circumstances.policy.visit_limit:
            raise RuntimeError(f"the lead goes round in circles: {self.story[-3:]}")

    def rest_of(self) -> Turn:
        """As `proceed`, in a transaction that may not call: what is due next is left to the next look."""
        self.act = Act.LOOK
        turn = self.proceed()
        if isinstance(turn, Turn):
            return turn
        raise RuntimeError("a look without a channel wanted to call")

    def rest(self, move: Move) -> Turn:
        """Save and say until when to wait."""
        return self.keep(move, story="\n".join(self.story[-STORY_LINES:]))

    def keep(self, move: Move, story: str = "") -> Turn:
        """Save everything noted so far: rows are marked in this transaction, and nobody reads them a second time."""
        if self.wary and self._is_unheard_of():
            self.note(PerhapsForgotten())
        self.progress = self.progress.model_copy(update={"revision": self.progress.revision + 1})
        turn = turn_of(self.progress, move, self.now, story=story)
        self.book.save(self.progress, turn, self.now)
        return turn

    def tell(self, what: str) -> None:
        """One line of the lead's story."""
        when = say_wall(self.now, self.progress.circumstances.zone)
        self.story.append(f"- {when}: {summary(what, LONGEST_LINE)}")

    def _park(self, move: Park) -> None:
        """A Review is written down once, whether a fact, the gate or a decision brought it about."""
        if self.progress.review is None:
            self.note(Done(move=move))
        if self.progress.review != self.review_known:
            self.book.carry_out(move, self.progress, self.now)
            self.tell(move.why)
            self.review_known = self.progress.review

    def _carry_out(self, move: Move) -> None:
        if isinstance(move, Wait | Send | LookUp | Enroll):
            raise TypeError(f"{move.kind} is not the records' to carry out")
        self.book.carry_out(move, self.progress, self.now)
        self.note(Done(move=move))
        if not isinstance(move, Record) or move.change.kind in TOLD:
            self.tell(move.why)

    def _answer(self, move: Enroll) -> None:
        answer = self._considered(move.wish)
        self.note(answer)
        if isinstance(answer, Enrolled | Queued | Refused):
            self.tell(f"{answer.plan.sequence.name} {answer.why}" if isinstance(answer, Enrolled) else answer.why)
        self.book.answered(answer, self.progress.enrolments if isinstance(answer, Enrolled) else None, self.now)

    def _considered(self, wish: Wish) -> WishAnswer:
        """The answer, once all is read that only the records of other leads can tell: for what would start, no more."""
        entries: tuple[Entry, ...] = ()
        while True:
            answer = consider(self.progress, wish, self.book.catalogue(), self.now, entries)
            limited = unread(answer, entries)
            if limited is None:
                return answer
            entries = (*entries, self.book.entry(limited, self.now))

    def _propose(self, task: OpenTask) -> None:
        """Ask a person to release a message; one that nobody can write asks a person for what is missing instead."""
        running = self.progress.enrolment
        if running is None or task.step is None:
            return
        send = send_of(self.progress, running, _message(running, task.step), send_by=self.now, why=task.why)
        review = self.book.propose(task, send, self.progress, self.now)
        if review is None:
            self.note(Done(move=task))
            self.tell(task.why)
        else:
            self._question(send, review)

    # --- touches

    def _claim(self, send: Send) -> Calling | None:
        """The gate with everything known, and the claim: the call to make, or None when the gate said otherwise."""
        running = self.progress.enrolment
        if running is None:
            return None
        facts = facts_of(self.progress, running, _message(running, send.step))
        draft = self.book.draft(send, facts, self.now)
        verdict = gate(draft.facts, self.now)
        match verdict:
            case Sends():
                if draft.message is None:
                    raise RuntimeError(f"{send.step} passed the gate without a message")
                fence = self.book.claim(send, draft.message, self.now)
                if fence is None:
                    self._already(send)
                    return None
                ask_first = running.cursor.ask_first or (self.wary and fence == FIRST_FENCE)
                self.note(Claimed(touch_key=send.touch_key))
                return Calling(send, draft.message, fence, ask_first=ask_first)
            case Holds(hold=hold):
                self._let_wait(send, hold)
            case Skips(because=skip):
                self.note(Skipped(touch_key=send.touch_key, because=skip))
                self.tell(f"{send.channel} {send.step} is left out: {SKIPS[skip]}")
            case Stops(because=stop):
                self.book.suppressed(send, TouchState.SUPPRESSED, stop, self.now)
                self.note(Stopped(touch_key=send.touch_key, because=stop))
                self.tell(f"{send.channel} {send.step} is not sent: {STOPS[stop]}")
            case Reviews():
                self._question(send, verdict)
            case _:
                assert_never(verdict)
        return None

    def _question(self, send: Send, review: Reviews) -> None:
        self.note(Questioned(touch_key=send.touch_key, because=review.because, detail=review.detail))
        self.tell(f"{send.channel} {send.step} is kept back")

    def _is_unheard_of(self) -> bool:
        """Whether no claim was ever written for the message the lead stands before, but the one of just now."""
        running = self.progress.enrolment
        if running is None or running.cursor.step is None or running.cursor.ask_first:
            return False
        at = step(running.plan.sequence, running.cursor.step)
        if not isinstance(at, MessageStep | Ask):
            return False
        record = self.book.touch(key_of(self.progress, running, at.id))
        just_now = record is not None and record.fence == FIRST_FENCE and record.state is TouchState.IN_FLIGHT
        return record is None or record.fence < FIRST_FENCE or just_now

    def _let_wait(self, send: Send, hold: Hold) -> None:
        self.book.suppressed(send, TouchState.DEFERRED, hold.because, self.now)
        self.note(Held(touch_key=send.touch_key, hold=hold))

    def _already(self, send: Send) -> None:
        """The ledger knows this touch: what it says stands, and nobody calls."""
        record = self.book.touch(send.touch_key)
        self.note(Claimed(touch_key=send.touch_key))
        if record is None or record.state in (TouchState.IN_FLIGHT, TouchState.UNCERTAIN):
            self.note(Uncertain(touch_key=send.touch_key, channel=send.channel))
        else:
            self.note(_receipt_of(record.state, send, record.detail))

    def abandoned(self, touch: OpenTouch) -> None:
        """A claim whose attempt never came back: uncertain at once, unless the ledger has evidence; never a call."""
        record = self.book.touch(touch.touch_key)
        if record is not None and record.state in PROVEN:
            self.note(Accepted(touch_key=touch.touch_key))
            return
        if record is not None:
            self.book.settle(touch.touch_key, record.fence, TouchState.UNCERTAIN, "the attempt died", self.now)
        self.note(Uncertain(touch_key=touch.touch_key, channel=touch.channel))
        self.tell(f"{touch.channel} {touch.step}: the attempt died, nobody knows whether it went out")

    def _ask(self, move: LookUp) -> Asking | None:
        """The look-up to make, or None when evidence has arrived meanwhile."""
        record = self.book.touch(move.touch_key)
        if record is not None and record.state in PROVEN:
            self.note(Accepted(touch_key=move.touch_key))
            return None
        asked_about = next(touch.step for touch in self.progress.open_touches if touch.touch_key == move.touch_key)
        return Asking(move, asked_about, record.fence if record is not None else 0)

    def settle(self, call: OutsideCall, result: Result, *, patience: timedelta) -> None:
        """Write the outcome in the ledger and note it."""
        state = result.state
        if result.name == "not_sent" and not self._quickly(result, patience):
            state = TouchState.DEFERRED
        if state is TouchState.NOT_FOUND:
            self.book.settle(call.touch_key, call.fence, state, result.detail, self.now)
            state = TouchState.LOST
        self.book.settle(call.touch_key, call.fence, state, result.detail, self.now, effect=result.effect)
        self.note(self._receipt(call, result, patience))
        self.tell(f"{call.channel} {call.step} {OUTCOMES[result.name]}")

    def _quickly(self, result: Result, patience: timedelta) -> bool:
        """Whether Temporal's own retry comes soon enough."""
        return not result.long and (result.wait or timedelta(0)) < patience

    def _receipt(self, call: OutsideCall, result: Result, patience: timedelta) -> Receipt:
        match result.name:
            case "accepted":
                return Accepted(touch_key=call.touch_key)
            case "rejected":
                return Rejected(touch_key=call.touch_key, effect=result.effect or "bad_content", detail=result.detail)
            case "not_sent":
                again_in = self._again_in(result, patience)
                return NotSent(touch_key=call.touch_key, again_in=again_in, detail=result.detail)
            case "uncertain":
                return Uncertain(touch_key=call.touch_key, channel=call.channel)
            case "still_unknown":
                last = isinstance(call, Asking) and call.look_up.last
                return StillUnknown(touch_key=call.touch_key, last=last)

    def _again_in(self, result: Result, patience: timedelta) -> timedelta:
        """Nothing when Temporal retries at once; else a wait at the one wait point, where rings are heard."""
        if self._quickly(result, patience):
            return timedelta(0)
        ours = LONG_BACKOFF if result.long else BACKOFF
        if result.wait is None:
            return ours
        # A provider that keeps asking for a second is not asked every second.
        return result.wait if patience > timedelta(0) else max(result.wait, ours)


def _receipt_of(state: TouchState, send: Send, detail: str) -> Receipt:
    """What a settled row of the ledger means for the lead."""
    if state in PROVEN:
        return Accepted(touch_key=send.touch_key)
    if state is TouchState.LOST:
        return StillUnknown(touch_key=send.touch_key, last=True)
    return Rejected(touch_key=send.touch_key, effect="bad_content", detail=detail or state)


def _message(running: Enrolment, name: str) -> Sendable:
    found = step(running.plan.sequence, name)
    if not isinstance(found, MessageStep | Ask):
        raise TypeError(f"{name} is no message")
    return found


def _name(item: Event | Command) -> str:
    return item.kind if isinstance(item, Event) else item.verb
