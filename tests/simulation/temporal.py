"""
Temporal as a lead's workflow meets it: timers, rings, activities that are run at least once.

An attempt that dies is tried again after start-to-close, one that fails after its back-off; what a late attempt says
is not heard. What the workflow does with a turn is `workflows/lead.py`, in a few lines.
"""

from collections import abc
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Final, NamedTuple

from activities.look import Look
from engine.errors import FollowupError
from engine.life.turn import Glance, Scrap, Turn
from engine.ports.providers import TryLater
from engine.words import Act, LeadId
from tests.simulation.agenda import Agenda
from tests.simulation.weather import Fault, Killed, Weather
from workflows.pace import SENDS, Pace

STOPS_FOR: Final = (1, 3, 12, 45, 200, 20_000)
"""Seconds for which a process is stopped: before and after its first byte is too late, and its attempt timed out."""
SIGNALS_FORGOTTEN: Final = 0.3
"""The share of resets that do not repeat the signals since."""
MOST_NESTED: Final = 2
"""Processes that are stopped at once, each with a successor at work."""


class Activity:
    """One look that was asked for, however often it is tried."""

    def __init__(self, run: "Run", act: Act, glance: Glance, now: datetime) -> None:
        self.run = run
        self.act = act
        self.glance = glance
        self.scheduled = now
        self.attempts = 0
        self.first: datetime | None = None
        """When the first attempt started, as each that was sent back tells the next."""
        self.failure = ""
        """What the last attempt failed with."""


class Heard(NamedTuple):
    """A turn, and how many scraps had been heard by then."""

    turn: Turn
    scraps: int


class Run:
    """One run of one lead's workflow."""

    def __init__(self, name: str, turn: Turn) -> None:
        self.name = name
        self.turn = turn
        self.rung = False
        self.scraps: list[Scrap] = []
        self.signals: list[Scrap] = []
        self.history = [Heard(turn, 0)]
        self.activity: Activity | None = None
        self.wake = 0
        """Which of its wake-ups counts."""

    @property
    def lead(self) -> LeadId:
        """Whose it is."""
        return self.turn.lead_id

    def hears(self, scrap: Scrap) -> None:
        """A signal with content."""
        marked = scrap.model_copy(update={"mark": f"{self.name}/{len(self.signals) + 1}"})
        self.signals.append(marked)
        self.scraps.append(marked)
        self.rung = True


class Temporal:
    """Every lead's workflow."""

    def __init__(self, agenda: Agenda, weather: Weather, dice: Random, pace: Pace) -> None:
        self._agenda = agenda
        self._weather = weather
        self._dice = dice
        self._pace = pace
        self._names = count(1)
        self._at_work: list[tuple[Activity, datetime]] = []
        self.look: Look
        self.runs: dict[LeadId, Run] = {}
        self.attempts = 0
        self.down_until = agenda.now
        self.watch: abc.Callable[[str], None] = lambda told: None

    # --- from outside

    def ring(self, lead: LeadId, stage: str) -> None:
        """Signal with start."""
        turn = Turn(lead_id=lead, due=self._agenda.now, stage=stage)
        run = self.runs.get(lead) or self._started(turn)
        run.rung = True
        self._plan(run)

    def start(self, turn: Turn) -> None:
        """Start a run unless there is one."""
        if turn.lead_id not in self.runs:
            self._plan(self._started(turn))

    def signal(self, lead: LeadId, scrap: Scrap) -> bool:
        """Signal content; False when no run is there to hear it."""
        run = self.runs.get(lead)
        if run is None:
            return False
        run.hears(scrap)
        self._plan(run)
        return True

    def terminate(self, lead: LeadId) -> None:
        """End the run where it stands."""
        self.runs.pop(lead, None)

    def reset(self, lead: LeadId) -> None:
        """Go on from an older turn; the signals since then come again, or are forgotten."""
        old = self.runs.get(lead)
        if old is None:
            return
        then = self._dice.randrange(len(old.history))
        run = Run(old.name, old.history[then].turn)
        run.history = old.history[: then + 1]
        heard = old.history[then].scraps
        again = [] if self._dice.random() < SIGNALS_FORGOTTEN else old.signals[heard:]
        run.signals = [*old.signals[:heard], *again]
        run.scraps = list(again)
        run.rung = bool(again) or old.rung
        self.runs[lead] = run
        self._plan(run)

    def is_stopped_in_time(self) -> bool:
        """Whether one more process may be stopped now."""
        return 0 < len(self._at_work) <= MOST_NESTED

    def is_at_work(self) -> bool:
        """Whether a process is in the middle of a look."""
        return bool(self._at_work)

    def attempt(self) -> tuple[Activity, datetime] | None:
        """The attempt at work, and when it started."""
        return self._at_work[-1] if self._at_work else None

    def stop(self) -> None:
        """The process at work stands still; the world does not, and its successor may begin."""
        activity, started = self._at_work[-1]
        mine = activity.attempts
        self._agenda.at(started + self._pace.start_to_close, lambda: self._again(activity, mine))
        self._agenda.pass_until(self._agenda.now + timedelta(seconds=self._dice.choice(STOPS_FOR)))

    # --- the workflow

    def _started(self, turn: Turn) -> Run:
        run = self.runs[turn.lead_id] = Run(f"run-{next(self._names)}", turn)
        return run

    def _plan(self, run: Run) -> None:
        """The one wait point: until it is rung or due."""
        if run.activity is not None or self.runs.get(run.lead) is not run:
            return
        if run.turn.over and not run.rung:
            del self.runs[run.lead]
            return
        run.wake += 1
        wake = run.wake
        self._agenda.at(self._agenda.now if run.rung else run.turn.due, lambda: self._wake(run, wake))

    def _wake(self, run: Run, wake: int) -> None:
        if run.wake != wake or run.activity is not None or self.runs.get(run.lead) is not run:
            return
        act = Act.LOOK if run.rung else run.turn.act
        glance = Glance(lead_id=run.lead, revision=run.turn.revision, scraps=tuple(run.scraps))
        run.rung, run.scraps = False, []
        run.activity = Activity(run, act, glance, self._agenda.now)
        self._attempt(run.activity)

    def _completed(self, activity: Activity, turn: Turn) -> None:
        run = activity.run
        run.activity = None
        run.turn = turn
        run.history.append(Heard(turn, len(run.signals) - len(run.scraps)))
        self._plan(run)

    def _out_of_time(self, activity: Activity) -> None:
        run = activity.run
        run.activity = None
        run.scraps = [*activity.glance.scraps, *run.scraps]
        run.turn = run.turn.model_copy(update={"due": self._agenda.now, "act": Act.LOOK})
        self._plan(run)

    # --- the activity

    def _again(self, activity: Activity, after: int) -> None:
        """One more attempt, unless the one before was heard of meanwhile."""
        if self._is_awaited(activity, after):
            self._attempt(activity)

    def _is_awaited(self, activity: Activity, attempt: int) -> bool:
        run = activity.run
        return self.runs.get(run.lead) is run and run.activity is activity and activity.attempts == attempt

    def _attempt(self, activity: Activity) -> None:
        now = self._agenda.now
        if now < self.down_until:
            mine = activity.attempts
            self._agenda.at(self.down_until, lambda: self._again(activity, mine))
            return
        if activity.act in SENDS and now - activity.scheduled > self._pace.send_within:
            self._out_of_time(activity)
            return
        activity.attempts += 1
        self.attempts += 1
        self._at_work.append((activity, now))
        try:
            self._run(activity, now)
        finally:
            self._at_work.pop()

    def _run(self, activity: Activity, started: datetime) -> None:
        mine, first = activity.attempts, activity.first or started
        dead = started + self._pace.start_to_close
        self.watch(f"{activity.run.lead[-1]} {activity.act} (attempt {mine})")
        try:
            turn = self.look.at(activity.glance, activity.act, started, started - first, again=mine > 1)
        except Killed as point:
            self.watch(f"killed {point}")
            self._agenda.at(dead, lambda: self._again(activity, mine))
        except TryLater as later:
            if self._is_awaited(activity, mine):
                activity.first, activity.failure = first, ""
                self._agenda.after(later.after or self._back_off(mine), lambda: self._again(activity, mine))
        except Exception as error:  # noqa: BLE001  whatever it is, the attempt has failed, and Temporal tries again
            self.watch(f"failed: {error}")
            if self._is_awaited(activity, mine):
                activity.failure = error.code if isinstance(error, FollowupError) else repr(error)
                self._agenda.after(self._back_off(mine), lambda: self._again(activity, mine))
        else:
            self.watch(f"-> {turn.revision} {turn.act} {turn.due:%Y-%m-%d %H:%M:%S} {turn.state}: {turn.why}")
            if not self._is_awaited(activity, mine):
                return
            if self._weather.strikes(Fault.TURN_LOST):
                self._agenda.at(dead, lambda: self._again(activity, mine))
                return
            self._completed(activity, turn)

    def _back_off(self, attempt: int) -> timedelta:
        doubled: int = 2 ** min(attempt - 1, 10)
        return min(self._pace.first_retry * doubled, self._pace.longest_retry)
