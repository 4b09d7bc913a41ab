"""
What holds for every lead, whatever is written for it and whatever happens to it.

Generated leads live generated sequences with generated events, commands, clocks, provider moods and restarts; after
every step every check is made. The checks read clocks and windows by themselves.
"""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime, time, timedelta
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.life import upcast
from engine.life.decide import decide
from engine.life.explain import explain
from engine.life.moves import Finish, Move, Park, Wait
from engine.life.noting import noting
from engine.life.turning import turn_of
from engine.reasons import HoldReason, ReplyClass
from engine.sequence.compiled import Window
from engine.words import Channel, EventKind, Verb
from tests.support.life import ALWAYS, WEEKDAYS, Life, at
from tests.support.sequences import call, days, email, goto, sequence, sms, stage
from tests.support.strategies import (
    MAPPED,
    Dice,
    Pen,
    catalogues,
    starting_times,
    worlds,
    write_catalogue,
    write_time,
    write_world,
)
from tests.support.trial import Trial, nothing_to_do

ROOT = Path(__file__).parents[3]
LIVES = 200
MORE_LIVES = 100
"""Drawn by seed: wilder ones, which nobody needs to shrink."""
STEPS = 40
ROW = 50_000
"""Bytes a lead's memory may have, its sequence included."""
TURN = 4_000

SEEN: Counter[str] = Counter()
"""How often each check had something to check: one that never has proves nothing."""

Check = Callable[[Trial, Move], None]


# --- the checks -------------------------------------------------------------------------------------------------------


def check_01_no_touch_is_sent_twice(trial: Trial, move: Move) -> None:
    """A person never gets one message twice: a touch is sent again only when it certainly was not."""
    for sighting in trial.fresh:
        earlier = [s for s in trial.sightings[: trial.sightings.index(sighting)] if s.identity == sighting.identity]
        assert all(s.became == "not_sent" for s in earlier), sighting.send
        assert {s.identity for s in trial.sightings if s.send.touch_key == sighting.send.touch_key} == {
            sighting.identity
        }
        SEEN["sent"] += 1
        SEEN["sent again"] += bool(earlier)


def check_02_stop_means_stop(trial: Trial, move: Move) -> None:
    """After an answer, a stop or an erasure nothing leaves but what the sequence wrote for it."""
    for sighting in trial.fresh:
        assert not sighting.stopped, sighting.send
        assert sighting.before.pause is None
        assert sighting.before.review is None
        assert not sighting.before.gone
    assert trial.dead.isdisjoint(enrolment.number for enrolment in trial.progress.every_enrolment)
    SEEN["ended by the person"] += bool(trial.dead)


def check_03_inside_the_hours(trial: Trial, move: Move) -> None:
    """No message outside the hours of the sequence, on a day it keeps closed, or outside the law's hours."""
    for sighting in trial.fresh:
        circumstances, running = sighting.before.circumstances, sighting.before.enrolment
        assert running is not None
        window = running.stage_plan.hours or running.plan.sequence.hours
        daily = {block.weekday for block in window.blocks} == set(range(7))  # holidays do not close what never closes
        law = circumstances.contact_hours if sighting.send.channel is Channel.SMS else ()
        for moment in (sighting.at, sighting.send.send_by - timedelta(microseconds=1)):
            day = moment.astimezone(ZoneInfo(circumstances.zone)).date()
            assert daily or day not in circumstances.closed_days, (sighting.send, moment)
            assert reads_open(window, circumstances.zone, moment), (sighting.send, moment)
            assert all(reads_open(hours.window, hours.zone, moment) for hours in law), (sighting.send, moment)
        SEEN["sent inside narrow hours"] += window not in (ALWAYS, WEEKDAYS)
        SEEN["texts under the law"] += bool(law)


def check_04_under_the_cap(trial: Trial, move: Move) -> None:
    """No more messages in any 24 hours than the cap, over all sequences; what may have gone out counts."""
    cap = trial.progress.circumstances.policy.lead_cap
    for sighting in trial.fresh:
        out = [s for s in trial.sightings if s.became in ("accepted", "uncertain", "in flight")]
        day = [s for s in out if sighting.at - timedelta(hours=24) < s.at <= sighting.at]
        assert len(day) <= cap, [(s.at, s.identity, s.became) for s in day]
        SEEN["days at the cap"] += len(day) == cap


def check_05_only_the_person_reopens(trial: Trial, move: Move) -> None:
    """A channel the person closed, or whose address is dead, is opened by no event and no command of ours."""
    for channel in trial.refused | trial.lifeless:
        assert trial.progress.circumstances.why_not(channel) is not None, channel
        SEEN["closed channels"] += 1


def check_06_only_where_we_may(trial: Trial, move: Move) -> None:
    """Every single message asks again whether it may use its channel."""
    for sighting in trial.fresh:
        assert sighting.before.circumstances.why_not(sighting.send.channel) is None
        SEEN[f"sent by {sighting.send.channel}"] += 1


def check_07_nobody_is_stuck_unseen(trial: Trial, move: Move) -> None:
    """Every lead has a next wake, an open task or a Review; what it waits for really exists."""
    progress = trial.progress
    match move:
        case Wait(because=HoldReason.BLOCKING_TASK):
            assert progress.tasks
        case Wait(because=HoldReason.ANSWER_OPEN):
            assert any(state.task.task_kind == "answer" for state in progress.tasks)
        case Wait(because=HoldReason.SEQUENCE_PAUSED):
            assert progress.enrolment is not None
            assert progress.enrolment.plan.sequence.name in progress.circumstances.paused_sequences
        case Wait(because=HoldReason.PAUSED):
            assert progress.pause is not None
        case Park():
            assert progress.review is not None
            assert progress.review.because is move.because
        case Finish():
            assert progress.over
        case _:
            assert isinstance(move, Wait), f"a look ended with {move}"
    assert progress.enrolment is not None or not progress.interrupted
    SEEN[move.kind if isinstance(move, Finish) else f"{move.kind} {move.because}"] += 1


def check_08_the_next_wake_lies_ahead(trial: Trial, move: Move) -> None:
    """Looks must not spin or oversleep, and nobody may wait beyond the horizon, where no one would see it."""
    horizon = trial.now + trial.progress.circumstances.policy.horizon
    if isinstance(move, Wait):
        assert trial.now < move.until <= horizon
        assert move.holds
        assert all(hold.until > trial.now for hold in move.holds)
    turn = turn_of(trial.progress, move, trial.now)
    assert turn.over or trial.now < turn.due <= horizon
    if not turn.over:
        on_the_way = trial.now + (turn.due - trial.now) / 2
        assert nothing_to_do(trial.progress, on_the_way), on_the_way
        SEEN["turns ahead"] += 1


def check_09_a_second_look_changes_nothing(trial: Trial, move: Move) -> None:
    """Rings repeat: a look that finds nothing new does nothing new."""
    died = any(not touch.uncertain for touch in trial.progress.open_touches)
    if not died:
        before, moves = trial.progress, len(trial.moves)
        trial.look()
        assert trial.progress is before
        assert len(trial.moves) == moves
        SEEN["second looks"] += 1


def check_12_and_17_the_row_is_the_whole_memory(trial: Trial, move: Move) -> None:
    """What is read back is what was written, and decides the same: a run that starts from it has the same future."""
    if len(trial.script) % 3 == 0:
        read = upcast.load(trial.row, trial.shelf)
        assert upcast.text_of(read) == trial.row
        assert decide(read, trial.now) == move
        SEEN["rows read back"] += 1


def check_13_under_the_touch_limit(trial: Trial, move: Move) -> None:
    """An enrolment never makes more touches than the policy allows."""
    limit = trial.progress.circumstances.policy.touch_limit
    accepted = Counter(s.send.enrolment for s in trial.sightings if s.became == "accepted")
    assert all(count <= limit for count in accepted.values())
    SEEN["enrolments at their limit"] += any(count == limit for count in accepted.values())


def check_14_stages_change_for_a_reason(trial: Trial, move: Move) -> None:
    """The lead's stage changes along an exit, a stage change, a command, or where a sequence begins or gives back."""
    changed = trial.progress.stage is not trial.stage_before
    assert trial.stage_may_change or not changed
    SEEN["stages changed"] += changed


def check_15_people_are_asked(trial: Trial, move: Move) -> None:
    """Every touch that was lost or refused has a task, until somebody answered or decided, or the lead is gone."""
    asked = {state.task.touch_key for state in trial.progress.tasks}
    for key, because in trial.doubtful.items():
        assert key in asked or trial.progress.gone, (key, because)
        SEEN[f"asked for {because}"] += 1


def check_16_memory_stays_small(trial: Trial, move: Move) -> None:
    """Progress is read and written by every look, and a Turn is in every event of its history."""
    assert len(trial.row) < ROW
    assert len(turn_of(trial.progress, move, trial.now).model_dump_json()) < TURN
    SEEN["memories"] += 1


def check_35_every_lead_is_explained(trial: Trial, move: Move) -> None:
    """Why has this lead not been contacted? There is an answer for any lead, in sentences."""
    if len(trial.script) % 3 == 1:
        answer = explain(trial.progress, trial.now)
        assert answer.next_move
        assert answer.text().count("\n") + 1 == len(answer.lines)
        assert all(line[0].isupper() and line.endswith(".") for line in answer.lines), answer.lines
        SEEN["explanations"] += 1


NEEDED: dict[Check, tuple[str, ...]] = {
    check_01_no_touch_is_sent_twice: ("sent", "sent again"),
    check_02_stop_means_stop: ("ended by the person",),
    check_03_inside_the_hours: ("sent inside narrow hours", "texts under the law"),
    check_04_under_the_cap: ("days at the cap",),
    check_05_only_the_person_reopens: ("closed channels",),
    check_06_only_where_we_may: ("sent by email", "sent by sms"),
    check_07_nobody_is_stuck_unseen: (
        "finish",
        "wait blocking_task",
        "wait answer_open",
        "wait paused",
        "wait sequence_paused",
        "wait reconciling",
        "park outcome_unproven",
        "park loop_limit",
    ),
    check_08_the_next_wake_lies_ahead: ("turns ahead",),
    check_12_and_17_the_row_is_the_whole_memory: ("rows read back",),
    check_13_under_the_touch_limit: ("enrolments at their limit",),
    check_14_stages_change_for_a_reason: ("stages changed",),
    check_15_people_are_asked: ("asked for outcome_unproven", "asked for provider_rejected"),
    check_16_memory_stays_small: ("memories",),
    check_35_every_lead_is_explained: ("explanations",),
    check_09_a_second_look_changes_nothing: ("second looks",),
}
"""Every check, and what it must have met to mean anything; the last one may change the lead if it fails."""


def reads_open(window: Window, zone: str, moment: datetime) -> bool:
    """Whether a clock on the wall there stands inside a block; nothing of the engine's calendar is asked."""
    wall = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return any(
        block.weekday == wall.weekday()
        and block.opens <= wall.time()
        and (wall.time() < block.closes or block.closes == time(0))
        for block in window.blocks
    )


# --- the lives --------------------------------------------------------------------------------------------------------


class Broken(AssertionError):
    """A check failed, and what had happened until then."""

    def __init__(self, check: Check, trial: Trial, error: AssertionError) -> None:
        self.check = check
        super().__init__("\n".join((str(check.__doc__), str(error), *trial.script)))


def live(trial: Trial, pen: Pen, steps: int = STEPS) -> None:
    """A life of some steps, with every check after each look."""
    trial.commands(Verb.ENROLL, sequence=trial.catalogue[-1].sequence.name)
    for _ in range(steps):
        trial.lives(pen)
        if trial.looked:
            move = decide(trial.progress, trial.now)
            trial.row = upcast.text_of(trial.progress)
            for check in NEEDED:
                _made(check, trial, move)


def _made(check: Check, trial: Trial, move: Move) -> None:
    try:
        check(trial, move)
    except AssertionError as error:
        raise Broken(check, trial, error) from error


@settings(max_examples=LIVES, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), plans=catalogues(), world=worlds(), now=starting_times())
def many_lives(data, plans, world, now):
    """Lives that shrink to a short one when a check fails."""
    live(Trial(plans, world, now), Pen(data.draw))


class Verdict(NamedTuple):
    """What became of all lives."""

    error: Exception | None
    check: Check | None


@pytest.fixture(scope="module")
def verdict() -> Verdict:
    """All lives, lived once for all tests."""
    try:
        many_lives()
        for seed in range(MORE_LIVES):
            dice = Dice(seed)
            live(Trial(write_catalogue(dice), write_world(dice), write_time(dice)), dice)
    except Broken as broken:
        return Verdict(broken, broken.check)
    except Exception as error:  # noqa: BLE001  reported by the test that promises there is none
        return Verdict(error, None)
    return Verdict(None, None)


@pytest.mark.parametrize("check", NEEDED, ids=lambda check: check.__name__)
def test_in_every_generated_life(check, verdict):
    """The promises of the core hold over everything the generator can think of, not over the cases we thought of."""
    if verdict.error is not None and verdict.check is check:
        raise verdict.error
    if verdict.error is None:
        assert all(SEEN[met] for met in NEEDED[check]), {met: SEEN[met] for met in NEEDED[check]}


def test_nothing_that_happens_to_a_lead_raises(verdict):
    """`decide` and `noting` are total: an exception would stop the lead until an engineer looks."""
    if verdict.error is not None and verdict.check is None:
        raise verdict.error


# --- 10: independent events commute -----------------------------------------------------------------------------------

LATER = at("2026-11-30 09:00")
INDEPENDENT: dict[str, tuple[EventKind, dict[str, Any]]] = {
    "a note": (EventKind.NOTE_ADDED, {}),
    "a field": (EventKind.FIELDS_CHANGED, {}),
    "an opt-out of email": (EventKind.OPTED_OUT, {"channel": "email"}),
    "an opt-out of texts": (EventKind.OPTED_OUT, {"channel": "sms"}),
    "a bounced mail": (EventKind.BOUNCED, {"channel": "email"}),
    "an absence": (EventKind.REPLIED, {"reply": ReplyClass.OUT_OF_OFFICE, "returns_at": LATER}),
    "a shorter absence": (EventKind.REPLIED, {"reply": ReplyClass.OUT_OF_OFFICE}),
    "somebody else's answer": (EventKind.REPLIED, {"reply": ReplyClass.QUESTION, "from_other": "thread"}),
    "a colleague's answer": (EventKind.REPLIED, {"reply": ReplyClass.QUESTION, "from_other": "account"}),
    "the owner's absence": (EventKind.OWNER_ABSENT, {"until": LATER}),
    "a touch of ours": (EventKind.HUMAN_TOUCH, {}),
    "a missed call": (EventKind.CALL_MISSED, {}),
    "the CRM's third version": (EventKind.STAGE_CHANGED, {"pipeline_stage": "Proposal", "version": 3}),
    "the CRM's second version": (EventKind.STAGE_CHANGED, {"pipeline_stage": "Contacted", "version": 2}),
}

PAIRS = tuple(combinations(INDEPENDENT, 2))


def ordinary_lead(*, parked: bool) -> Life:
    """A lead in the middle of a sequence."""
    steps = (sms("hello"), call("first-call", blocks=False), email("more", after=days(3)))
    plan = sequence(
        stage("response", *steps, otherwise=goto("convert", after=days(1))), stage("convert", email("offer"))
    )
    rosa = Life(plan, now=at("2026-11-23 10:00"))
    rosa.happens(EventKind.CAPTURED)
    if parked:
        rosa.commands(Verb.PAUSE)
    return rosa


def after(rosa: Life, *names: str) -> dict[str, object]:
    """What is remembered once these were noted in this order, but for which of them came first."""
    for name in names:
        kind, data = INDEPENDENT[name]
        rosa.events = 10 + list(INDEPENDENT).index(name)
        rosa.note_event(kind, None, **data)
    running = rosa.progress.enrolment
    leaves = None if running is None or running.exit is None else (running.exit.exit, running.exit.because)
    return {
        **dict(rosa.progress),
        "last_applied": None,
        "enrolment": None if running is None else (running.model_copy(update={"exit": None}), leaves),
        "wishes": {wish.event.kind for wish in rosa.progress.wishes if wish.event is not None},
        "owed": {(owed.kind, owed.to) for owed in rosa.progress.owed},
    }


@pytest.mark.parametrize("parked", [False, True], ids=["waiting", "paused"])
@pytest.mark.parametrize(("one", "other"), PAIRS, ids=lambda name: name)
def test_check_10_independent_events_commute(one, other, parked):
    """Webhooks overtake each other; what they leave behind must not depend on that."""
    assert after(ordinary_lead(parked=parked), one, other) == after(ordinary_lead(parked=parked), other, one)


# --- 11: determinism --------------------------------------------------------------------------------------------------

PRINT = "from tests.engine.life.test_invariants import fingerprint; print(fingerprint())"


def fingerprint() -> str:
    """A hash over every move and every memory of some lives."""
    digest = sha256()
    for seed in range(4):
        dice = Dice(seed)
        trial = Trial(write_catalogue(dice), write_world(dice), write_time(dice))
        live(trial, dice)
        for when, move in trial.moves:
            digest.update(f"{when.isoformat()} {move.model_dump_json()}".encode())
        digest.update(trial.row.encode())
    return digest.hexdigest()


@pytest.mark.parametrize("hash_seed", ["0", "1", "4711"])
def test_check_11_every_process_decides_the_same(hash_seed):
    """A worker that iterates a set in another order must not send another message."""
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    printed = subprocess.run(
        [sys.executable, "-c", PRINT], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == fingerprint()


# --- 16: size after a flood -------------------------------------------------------------------------------------------

FLOOD = 10_000


def test_check_16_ten_thousand_events_leave_a_small_memory():
    """A broken integration that repeats itself for a night must not make a lead unreadable."""
    rosa = ordinary_lead(parked=False)
    kinds = [kind for kind in EventKind if kind not in (EventKind.MERGED, EventKind.DELETED, EventKind.ERASED)]
    for number in range(FLOOD):
        kind = kinds[number % len(kinds)]
        event = rosa.event(
            kind,
            None,
            reply=list(ReplyClass)[number % len(ReplyClass)],
            channel=list(Channel)[number % len(Channel)],
            pipeline_stage=(*MAPPED, f"odd {number}")[number % 7],
            name=f"button {number % 50}",
            disposition="connected_neutral",
            touch_key=f"touch {number}",
            owner=f"rep-{number % 9}",
        )
        rosa.progress = noting(rosa.progress, event, rosa.now)
        if number % 500 == 0:
            rosa.now += timedelta(hours=7)
            rosa.look()
    move = rosa.look()
    assert len(rosa.progress.model_dump_json()) < ROW
    assert len(turn_of(rosa.progress, move, rosa.now).model_dump_json()) < TURN
