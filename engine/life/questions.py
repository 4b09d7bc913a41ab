"""Questions to the lead: which one is open, and what an answer in the lead's own words means."""

from datetime import datetime

from engine.life.course import with_enrolment, with_outcome
from engine.life.events import Event
from engine.life.judging import received
from engine.life.moves import AnswerGiven, Move, Record
from engine.life.progress import Enrolment, Outcome, Progress
from engine.reasons import ReplyClass
from engine.sequence.answers import MOST_WORDS, words_of
from engine.sequence.compiled import Ask
from engine.sequence.outcomes import SENT, UNDELIVERED
from engine.sequence.structure import step
from engine.words import OPT_OUT_WORDS, EventKind

READ_AS_ANSWERS = (
    None,
    ReplyClass.POSITIVE,
    ReplyClass.NOT_NOW,
    ReplyClass.NOT_INTERESTED,
    ReplyClass.UNCLEAR,
)
"""Senses of a reply that a word of the question outweighs; any other says more than the question asked."""


def asked(enrolment: Enrolment) -> Outcome | None:
    """The outcome of the question the lead stands before: sent, or by now an answer; None before it is sent."""
    at = enrolment.cursor.step
    if at is None:
        return None
    # Nearly every step the lead stands before has no outcome yet; looking it up is dear.
    done = next((done for done in enrolment.outcomes if _is_of(done, at, enrolment)), None)
    return done if done is not None and isinstance(step(enrolment.plan.sequence, at), Ask) else None


def answering(progress: Progress, event: Event, now: datetime) -> Progress | None:
    """The progress with the event as the answer to the question that is open; None when it is no answer."""
    running = progress.enrolment
    question = None if running is None else _open_question(running)
    if running is None or question is None or event.data.text is None or event.kind is not EventKind.REPLIED:
        return None
    if event.data.from_other is not None or event.data.reply not in READ_AS_ANSWERS:
        return None
    at = received(event, now, progress.circumstances.policy.event_ahead.total_seconds())
    value = meaning(question, event.data.text)
    if value is None or at < running.cursor.anchor or event.data.channel not in (None, question.channel):
        return None
    tries = running.cursor.occurrence
    answer = Outcome(step=question.id, outcome=value, at=at, occurrence=tries, visit=running.visit)
    latest = max(at, progress.last_inbound_at or at)
    return with_enrolment(progress.model_copy(update={"last_inbound_at": latest}), with_outcome(running, answer))


def answer_given(progress: Progress, now: datetime) -> Move | None:
    """An answer that has come is kept, whatever holds the lead."""
    running = progress.enrolment
    done = None if running is None else asked(running)
    if running is None or done is None or done.outcome == SENT:
        return None
    question = step(running.plan.sequence, done.step)
    if not isinstance(question, Ask):
        return None
    change = AnswerGiven(step=done.step, field=question.saves, value=done.outcome, at=done.at)
    return Record(change=change, why=f"the lead answered {done.step}")


def meaning(question: Ask, text: str) -> str | None:
    """
    The one value whose words are in the text; None when there is none or more than one.

    Opt-out words, a question back and a long text are for others to read.
    """
    words = words_of(text)
    if not 0 < len(words) <= MOST_WORDS or "?" in text or OPT_OUT_WORDS & set(words):
        return None
    meant = {answer.value for answer in question.answers if any(_says(words, words_of(said)) for said in answer.words)}
    return meant.pop() if len(meant) == 1 else None


def _open_question(running: Enrolment) -> Ask | None:
    done = asked(running)
    question = None if done is None or done.outcome != SENT else step(running.plan.sequence, done.step)
    return question if isinstance(question, Ask) else None


def _is_of(done: Outcome, at: str, enrolment: Enrolment) -> bool:
    return (done.step, done.visit) == (at, enrolment.visit) and done.outcome != UNDELIVERED


def _says(words: tuple[str, ...], said: tuple[str, ...]) -> bool:
    """Whether these words stand in the text side by side."""
    return any(words[start : start + len(said)] == said for start in range(len(words) - len(said) + 1))
