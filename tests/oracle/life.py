"""One lead's life in the second interpreter: what is done, step by step, whenever the lead is looked at."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from tests.oracle import calendar
from tests.oracle.calendar import Hours, Plain, duration
from tests.oracle.conditions import Facts, holds
from tests.oracle.document import Line
from tests.oracle.enrolling import follow, hand_over, react, start_by
from tests.oracle.state import CALL_DUE, TASK_DUE, Doubt, Enrolment, Place, Task

NUMBERS = {
    "min_gap": "PT1H",
    "lead_cap": 3,
    "settling": "PT1M",
    "touch_limit": 500,
    "visit_limit": 12,
    "pause_limit": "P30D",
    "horizon": "P30D",
    "look_ups": ["PT30S", "PT2M", "PT10M", "PT15M"],
    "soft_retries": ["PT4H", "P1D"],
    "account_reply": "delay",
    "event_ahead": "PT5M",
}
TEXT_NEEDS = timedelta(minutes=2)
"""A text that has less time before closing would expire on the way."""
DAY = timedelta(hours=24)
BUSINESS_DAYS_LATE = {"kind": "business_days", "days": 5}
HOURS_LATE = {"kind": "elapsed", "minutes": 4 * 60}
GIVES_UP = {"kind": "business_days", "days": 3}
GOES_BACK = {"completed", "disqualified", "touch_limit", "stage_changed", "handed_over", "guard_failed", "superseded"}
"""How an interlude may end so that what it interrupted goes on: without an answer, and stopped by nobody."""
GRAVEST_FIRST = ("possible_opt_out", "contact_changed", "unclear_reply")
"""May we write to this person at all? Who answers a lesser question has not answered that one."""
OF_A_PLACE = {"outcome_unproven", "provider_rejected", "delivery_failing", "too_late", "no_send_window", "loop_limit"}
STEP_KINDS = {"email", "sms", "call", "task", "branch"}


class Life:
    """Everything known of one lead, and what was done for it."""

    def __init__(self, catalogue: list[Plain], world: Mapping[str, Plain], answers: Mapping[str, str], now: datetime):
        self.catalogue, self.world, self.answers, self.now = catalogue, dict(world), answers, now
        self.lines: list[Line] = []
        self.wakes: list[datetime] = []
        self.stage = "capture"
        self.running: list[Enrolment] = []
        """The last one runs; those before it were interrupted by the one after them."""
        self.ended: dict[str, datetime] = {}
        self.tasks: list[Task] = []
        self.opened = 0
        """How many tasks there have been."""
        self.cancelled: list[Task] = []
        """Tasks that were taken back and are not written down yet."""
        self.owed: list[Task] = []
        """Tasks that no step asks for and that are not opened yet."""
        self.messages = 0
        self.sent: list[datetime] = []
        self.withdrawn: dict[str, datetime] = {}
        self.consented: dict[str, datetime] = {}
        self.dead: set[str] = set()
        self.words: list[datetime] = []
        """When the lead or a person of ours said something."""
        self.touched: list[datetime] = []
        """When a person of ours called, wrote or met."""
        self.not_before: list[datetime] = []
        """Until when absence and other people's replies hold the lead."""
        self.away: datetime | None = None
        """Until when nobody calls, since the lead is out of office."""
        self.owner = world.get("owner")
        away = world.get("owner_absent_until")
        self.owner_away = datetime.fromisoformat(away) if away else None
        self.pause: tuple[datetime, datetime | None] | None = None
        self.review: str | None = None
        self.doubts: list[Doubt] = []
        self.pipeline_stage: str | None = None
        self.stage_version: int | None = None
        self.stage_at: datetime | None = None
        self.complained = False
        self.gone = False
        self.seen: dict[str, bool] = {}

    # what is known

    @property
    def enrolment(self) -> Enrolment | None:
        """The one that runs."""
        return self.running[-1] if self.running else None

    def number(self, name: str) -> Plain:
        """One of the deployment's numbers."""
        return self.world.get("policy", {}).get(name, NUMBERS[name])

    def passed(self, moment: datetime) -> bool:
        """Whether the moment has come; if not, the lead is looked at again when it comes."""
        if moment > self.now:
            self.wakes.append(moment)
        return moment <= self.now

    def fields(self) -> dict[str, Plain]:
        """The declared fields that have a value."""
        return {one["name"]: one["value"] for one in self.world.get("fields", [])}

    def hours_of(self, sequence: Plain) -> Hours:
        """The hours of a sequence, in the lead's zone; without one, no hours and the lead's business days."""
        window = sequence["hours"] if sequence else {"blocks": []}
        return calendar.hours(self.world["zone"], window, self.world.get("closed_days", []))

    def owner_hours(self) -> Hours:
        """The working time of a person of ours."""
        of = self.world["owner_hours"]
        return calendar.hours(of["zone"], of["window"], of.get("closed_days", []))

    def window_of(self, enrolment: Enrolment) -> Hours:
        """The hours of the stage the enrolment is in; those of the sequence if it has none of its own."""
        window = self.plan_of(enrolment).get("hours") or enrolment.sequence["hours"]
        return calendar.hours(self.world["zone"], window, self.world.get("closed_days", []))

    def after(self, anchor: datetime, delay: Plain, of: Enrolment | None, *, ours: bool = False) -> datetime:
        """`anchor` + `delay`; working time is the enrolment's, or, with `ours`, that of a person of ours."""
        dates = self.window_of(of) if of else self.hours_of(None)
        working = self.owner_hours() if ours else dates
        word = max(self.words, default=None)
        return calendar.after(anchor, delay, dates=dates, working=working, last_word=word)

    def for_a_person(self, anchor: datetime, delay: Plain) -> datetime:
        """`anchor` + `delay` in the calendar of a person of ours."""
        ours = self.owner_hours()
        return calendar.after(anchor, delay, dates=ours, working=ours, last_word=max(self.words, default=None))

    def why_not(self, channel: str) -> str | None:
        """The SkipReason that keeps us from a channel; None if the lead can be reached on it."""
        listed = {one["channel"]: one.get("why_not") for one in self.world.get("channels", [])}
        if channel not in listed:
            return "no_address"
        if channel in self.dead or listed[channel] in ("address_bounced", "no_address"):
            return listed[channel] if listed[channel] == "no_address" else "address_bounced"
        if channel in self.withdrawn:
            return "channel_suppressed"
        return None if listed[channel] == "no_consent" and channel in self.consented else listed[channel]

    def why_not_call(self) -> str | None:
        """The SkipReason that keeps a person of ours from calling, who needs no consent."""
        reason = self.why_not("voice")
        return None if reason == "no_consent" else reason

    def reachable(self) -> bool:
        """Whether any channel is left on which somebody may reach the lead."""
        return None in (self.why_not("email"), self.why_not("sms"), self.why_not_call())

    def true(self, condition: Plain, sequence: Plain, outcomes: Mapping[str, str] | None = None) -> bool:
        """Whether a condition is true now; without a condition, yes."""
        if condition is None:
            return True
        can = {channel: self.why_not(channel) is None for channel in ("email", "sms", "voice")}
        hours = self.hours_of(sequence)
        return holds(condition, Facts(self.now, self.fields(), outcomes or {}, lambda channel: can[channel], hours))

    def plan_of(self, enrolment: Enrolment) -> Plain:
        """What is written about the stage the enrolment is in."""
        return next(one for one in enrolment.sequence["stages"] if one["name"] == enrolment.place.stage)

    def stage_of(self, enrolment: Enrolment) -> str:
        """The stage the lead is in as that enrolment sees it."""
        return self.stage if enrolment.place.stage == "as_is" else enrolment.place.stage

    # what is written down

    def say(self, word: str, of: str, how: str = "") -> None:
        """Write a line; tasks that are taken back are written down before anything else is done."""
        if word not in ("stage", "enrolled", "ended"):
            self.say_cancelled()
        self.write(word, of, how)

    def write(self, word: str, of: str, how: str = "") -> None:
        """Write a line that comes before what was taken back."""
        self.lines.append(Line(self.now.strftime("%Y-%m-%dT%H:%M:%S"), word, of, how))

    def say_cancelled(self) -> None:
        """Write down what was taken back."""
        taken_back, self.cancelled = sorted(self.cancelled, key=lambda task: task.number), []
        for task in taken_back:
            self.say("closed", task.name, "cancelled")

    def park(self, reason: str) -> None:
        """A person has to decide; what they were already asked comes first, unless this is graver."""
        graver = GRAVEST_FIRST[: GRAVEST_FIRST.index(self.review)] if self.review in GRAVEST_FIRST else GRAVEST_FIRST
        if not self.review or reason in graver:
            self.review = reason
            self.say("review", reason)

    def end_review(self) -> None:
        """What a person was to decide about a place is moot elsewhere; what about the lead itself, is not."""
        if self.review in OF_A_PLACE or self.review == "unmapped_stage":
            self.review = None

    # looking

    def look(self) -> None:
        """Do everything that is due now; `wakes` says when to look again."""
        self.wakes = []
        self.run_clocks()
        while self.one_thing():
            self.run_clocks()
        self.say_cancelled()

    def one_thing(self) -> bool:
        """Do one thing that is due; False if nothing is."""
        return (
            self.of_the_way_out()
            or self.of_owed_tasks()
            or self.of_old_tasks()
            or self.of_open_tasks()
            or self.of_doubt()
            or self.of_the_pause()
            or self.of_triggers()
            or self.of_the_step()
        )

    def run_clocks(self) -> None:
        """Note from when to when each enrolment's clock stands still."""
        for enrolment in self.running:
            still = (
                self.pause is not None
                or enrolment is not self.enrolment
                or enrolment.answer is not None
                or enrolment.name in self.world.get("paused_sequences", [])
            )
            if still and not enrolment.stands_still:
                enrolment.stood_still.append((self.now, None))
            if not still and enrolment.stands_still:
                enrolment.stood_still[-1] = (enrolment.stood_still[-1][0], self.now)

    def of_owed_tasks(self) -> bool:
        """Write down what was taken back, then open what people owe the lead."""
        self.say_cancelled()
        owed, self.owed = self.owed, []
        for task in owed:
            self.open(task)
        return bool(owed)

    def of_open_tasks(self) -> bool:
        """Tell somebody what is open for too long."""
        for task in self.tasks:
            for escalation in task.escalations:
                if self.passed(escalation[0]) and not (task.give_up and task.give_up <= self.now):
                    task.escalations.remove(escalation)
                    self.say("escalated", task.name, escalation[1])
                    return True
        return False

    def of_old_tasks(self) -> bool:
        """Give up what nobody does."""
        for task in self.tasks:
            if task.give_up and self.passed(task.give_up):
                self.say("closed", task.name, "given_up")
                self.close(task, "given_up")
                return True
        return False

    def of_doubt(self) -> bool:
        """Ask whether an uncertain message went out."""
        asked = [duration(one) for one in self.number("look_ups")]
        for doubt in self.doubts:
            if self.passed(doubt.at + asked[0 if doubt.found else -1]):
                self.doubts.remove(doubt)
                if doubt.found:
                    self.left(doubt.enrolment, doubt.step, self.now)
                else:
                    self.ask_about("outcome_unproven", doubt.enrolment, doubt.step, left_at=doubt.at)
                return True
        return False

    def of_the_pause(self) -> bool:
        """End a pause at its end, or park what is paused for too long."""
        if not self.pause or not self.enrolment or self.review:
            return False
        since, until = self.pause
        if not self.passed(until or since + duration(self.number("pause_limit"))):
            return False
        if until:
            self.pause = None
        else:
            self.park("pause_expired")
        return True

    def of_triggers(self) -> bool:
        """React to conditions that became true and to moments that came."""
        for sequence in self.catalogue:
            for number, start in enumerate(sequence.get("starts", [])):
                if start["kind"] == "becomes":
                    key = f"{sequence['name']} {number}"
                    is_true = self.true(start["condition"], sequence)
                    was_true = self.seen.get(key, True)
                    self.seen[key] = is_true
                    if is_true and not was_true:
                        start_by(self, [sequence])
                        return True
        enrolment = self.enrolment
        if not enrolment or self.review or enrolment.stands_still:
            return False
        scopes = (("stage", self.plan_of(enrolment).get("when", [])), ("all", enrolment.sequence.get("when", [])))
        for scope, reactions in scopes:
            for number, reaction in enumerate(reactions):
                trigger, key = reaction["trigger"], f"{scope} {number}"
                if trigger["kind"] == "becomes":
                    is_true = self.true(trigger["condition"], enrolment.sequence, enrolment.outcomes)
                    was_true = enrolment.seen.get(key, True)
                    enrolment.seen[key] = is_true
                    if is_true and not was_true:
                        react(self, enrolment, reaction["response"])
                        return True
                if trigger["kind"] == "moment":
                    comes = self.moment(trigger["moment"])
                    once = (enrolment.place.stage + key, str(self.fields().get(trigger["moment"]["field"])))
                    once = once if scope == "stage" else (key, once[1])
                    if comes is None or comes <= enrolment.started or once in enrolment.fired:
                        continue
                    if self.passed(comes):
                        enrolment.fired.add(once)
                        if reaction["response"]["kind"] != "carry_on":  # a date is no word that waits for an answer
                            react(self, enrolment, reaction["response"])
                        return True
        return False

    def moment(self, of: Plain) -> datetime | None:
        """When a moment tied to a date comes."""
        return calendar.moment(of, self.fields().get(of["field"]), self.world["zone"])

    # the step in front

    def of_the_way_out(self) -> bool:
        """Go where the CRM or the exit in front leads; whoever leaves at a moment does nothing else at it."""
        enrolment = self.enrolment
        if not enrolment:
            return False
        if enrolment.moved_to:  # while it was interrupted
            stage, enrolment.moved_to = enrolment.moved_to, None
            if stage != enrolment.place.stage:
                follow(self, enrolment, stage)
                return True
        way = enrolment.place.plan[0]
        if self.review or enrolment.stands_still:
            return False
        if enrolment.wanted_stage:
            return not self.too_often(enrolment, enrolment.wanted_stage[0]) and self.enter(
                enrolment, *enrolment.wanted_stage
            )
        if way["kind"] in STEP_KINDS:
            return False
        if way["kind"] == "goto" and self.too_often(enrolment, way["stage"]):
            return False
        return self.of_an_exit(enrolment, way)

    def of_the_step(self) -> bool:
        """Do the step in front, if it is due; or ask a person about an exit that leads round in circles."""
        enrolment = self.enrolment
        if not enrolment or self.review or enrolment.stands_still:
            return False
        if self.over_the_limit(enrolment):
            return True
        if any(doubt.enrolment is enrolment for doubt in self.doubts):
            return False
        if enrolment.wanted_stage:
            self.park("loop_limit")
            return True
        place = enrolment.place
        if place.waits_for:
            return False
        item = place.plan[0]
        if place.question:
            self.park(place.question)
            return True
        if item["kind"] not in STEP_KINDS:
            return self.of_an_exit(enrolment, item)
        if item["kind"] == "branch":
            self.take_branch(enrolment, item)
            return True
        if place.tried:
            is_message = item["kind"] in ("email", "sms")
            return self.message(enrolment, item, place.tried) if is_message else self.task(enrolment, item)
        return self.at_its_moment(enrolment, item)

    def of_an_exit(self, enrolment: Enrolment, way: Plain) -> bool:
        """Leave the stage or the sequence, if the exit's delay is over."""
        place = enrolment.place
        due = place.anchor
        if way.get("after"):
            due = self.after(place.anchor, way["after"], enrolment)
            if due < place.anchor:
                due = self.after(place.anchor, way["after"] | {"days": 1}, enrolment)
        moved = due if self.restarted(way.get("after"), place.anchor) else enrolment.shifted(place.anchor, due)
        if moved is None or not self.passed(moved):
            return False
        self.leave_by(enrolment, way)
        return True

    def leave_by(self, enrolment: Enrolment, way: Plain) -> None:
        """Take an exit, now."""
        match way["kind"]:
            case "goto":
                self.enter(enrolment, way["stage"])
            case "finish":
                self.end(enrolment, way.get("reason", "completed"))
            case _:
                hand_over(self, enrolment, way["sequence"])

    def take_branch(self, enrolment: Enrolment, branch: Plain) -> None:
        """Put the steps of the first case that is true in front."""
        self.say_cancelled()
        place = enrolment.place
        rest = place.plan[1:]
        for number, case in enumerate(branch["cases"]):
            if self.true(case["condition"], enrolment.sequence, enrolment.outcomes):
                enrolment.outcomes[branch["id"]] = str(number)
                place.plan = case.get("steps", []) + ([case["then"]] if case.get("then") else rest)
                return
        enrolment.outcomes[branch["id"]] = "otherwise"
        way = branch.get("otherwise_exit")
        place.plan = branch.get("otherwise", []) + ([way] if way else rest)

    def at_its_moment(self, enrolment: Enrolment, step: Plain) -> bool:
        """See whether the step's moment has come; then decide its guard, and do it."""
        place = enrolment.place
        past, moved = False, place.anchor
        if step.get("at"):
            comes = self.moment(step["at"])
            if comes is None:
                return self.skip(enrolment, "no_date")
            if not self.passed(comes):
                return False
            went_on = [end for _, end in enrolment.stood_still if end]
            past, moved = comes < max([place.anchor, *went_on]), comes
        elif step.get("after"):
            ours = step["kind"] in ("call", "task")
            comes = self.after(place.anchor, step["after"], enrolment, ours=ours)
            if comes < place.anchor:
                past = step.get("if_past") is not None
                delay = step["after"] | {"days": 1}
                comes = place.anchor if past else self.after(place.anchor, delay, enrolment, ours=ours)
            restarted = self.restarted(step["after"], place.anchor)
            shifted = comes if restarted else enrolment.shifted(place.anchor, comes)
            if shifted is None or not self.passed(shifted):
                return False
            moved = comes
        if not place.decided and not self.true(step.get("only_if"), enrolment.sequence, enrolment.outcomes):
            return self.skip(enrolment, "step_guard_false")
        place.decided = True
        if step["kind"] not in ("email", "sms"):
            return self.task(enrolment, step)  # late work is for people to judge
        if past and not place.never_late and self.too_late(enrolment, step):
            return True
        if not step.get("at") and not self.restarted(step.get("after"), place.anchor):
            moved += enrolment.stood_since(place.anchor)
        return self.message(enrolment, step, moved)

    def restarted(self, delay: Plain, anchor: datetime) -> bool:
        """Whether a word has begun a quiet delay anew: silence goes on while our clock stands still."""
        return bool(delay) and delay["kind"] == "quiet" and max(self.words, default=anchor) > anchor

    def too_late(self, enrolment: Enrolment, step: Plain) -> bool:
        """Do what is written for a step whose time is past; False if it is to be done all the same."""
        in_response = self.stage_of(enrolment) == "response"
        match step.get("if_past") or ("review" if in_response else "skip"):
            case "send":
                return False
            case "skip":
                self.skip(enrolment, "too_late")
            case _:
                self.park("too_late")
        return True

    def skip(self, enrolment: Enrolment, reason: str) -> bool:
        """Leave the step in front out."""
        enrolment.outcomes.pop(enrolment.place.plan[0]["id"], None)
        self.say("skipped", enrolment.place.plan[0]["id"], reason)
        self.settle(enrolment, self.now)
        return True

    def settle(self, enrolment: Enrolment, at: datetime) -> None:
        """The step in front is done with; the next delay counts from `at`."""
        place = enrolment.place
        place.plan = place.plan[1:]
        place.anchor = at
        place.tried = place.waits_for = place.retry_at = place.last_sent = place.question = None
        place.never_late = place.decided = False

    def holds_of(self, enrolment: Enrolment) -> list[datetime]:
        """Until when the lead's own holds, which grow nothing stale, keep its messages back."""
        place = enrolment.place
        moments = list(self.not_before)
        if enrolment.sequence.get("sender", "owner") == "owner":
            moments += self.owner_is_back()
        if self.stage_of(enrolment) != "response":
            if place.settles:
                moments.append(place.entered + duration(self.number("settling")))
            if self.touched:
                quiet = enrolment.sequence.get("after_human") or {"kind": "business_days", "days": 2}
                moments.append(self.after(max(self.touched), quiet, enrolment))
        return [*moments, place.retry_at] if place.retry_at else moments

    def owner_is_back(self) -> list[datetime]:
        """When the owner, who is away, is back."""
        return [self.owner_away] if self.owner_away else []

    def over_the_limit(self, enrolment: Enrolment) -> bool:
        """Stop an enrolment that has had all its touches."""
        if enrolment.touches < self.number("touch_limit"):
            return False
        self.end(enrolment, "touch_limit")
        return True

    def message(self, enrolment: Enrolment, step: Plain, moment: datetime) -> bool:
        """Send the message in front, whose moment has come, if it may leave."""
        channel, place = step["kind"], enrolment.place
        if reason := self.why_not(channel):
            return self.skip(enrolment, reason)
        gates = [self.window_of(enrolment)]
        spare = calendar.NO_TIME
        if channel == "sms":
            spare = TEXT_NEEDS
            for one in self.world.get("contact_hours", []):
                gates.append(calendar.hours(one["zone"], one["window"], one.get("closed_days", [])))
        opening = calendar.next_open(gates, self.now, spare)
        if opening is None:
            self.park("no_send_window")
            return True
        in_response = self.stage_of(enrolment) == "response"
        holds_ = self.holds_of(enrolment)
        limited = self.limited(channel, in_response=in_response)
        if not all([self.passed(one) for one in [*holds_, opening]]) or limited:
            return False
        if not place.never_late:
            let_go = calendar.next_open(gates, max([moment, *holds_]), spare) or self.now
            patience = enrolment.sequence.get("stale_after") or (HOURS_LATE if in_response else BUSINESS_DAYS_LATE)
            late = self.now > self.after(let_go, patience, enrolment) or self.is_over(step, moment)
            if late and self.too_late(enrolment, step):
                return True
        self.send(enrolment, step)
        return True

    def is_over(self, step: Plain, moment: datetime) -> bool:
        """Whether the date that a message comes before is over; it may be that very moment."""
        at = step.get("at")
        if not at or at["kind"] != "before":
            return False
        over = calendar.over(self.fields()[at["field"]], self.world["zone"])
        return over != moment and over <= self.now

    def limited(self, channel: str, *, in_response: bool) -> bool:
        """Whether a kill switch or a limit keeps messages back."""
        cap, recent = self.number("lead_cap"), sorted(self.sent)
        off = self.world.get("all_switched_off", False) or channel in self.world.get("switched_off", [])
        kept = [off]
        if len(recent) >= cap:
            kept.append(not self.passed(recent[-cap] + DAY))
        if recent and not in_response:
            kept.append(not self.passed(recent[-1] + duration(self.number("min_gap"))))
        return any(kept)

    def send(self, enrolment: Enrolment, step: Plain) -> None:
        """Let the message in front leave, and hear what the provider says."""
        answer = self.answers.get(str(self.messages), "accepted")
        self.messages += 1
        self.say("sent", step["id"], step["kind"])
        match answer:
            case "accepted":
                self.sent.append(self.now)
                self.left(enrolment, step, self.now)
            case "uncertain" | "lost":
                self.sent.append(self.now)
                self.doubts.append(Doubt(self.now, enrolment, step, found=answer == "uncertain"))
            case "bad_content":
                self.ask_about("provider_rejected", enrolment, step)
            case "bad_recipient":
                enrolment.outcomes.pop(step["id"], None)
                self.settle(enrolment, self.now)
                self.lose_address(step["kind"])
            case _:
                enrolment.outcomes.pop(step["id"], None)
                self.settle(enrolment, self.now)
                self.withdraw(step["kind"], self.now)

    def left(self, enrolment: Enrolment, step: Plain, at: datetime) -> None:
        """A message has certainly left; if the enrolment still stands before it, it goes on."""
        enrolment.touches += 1
        enrolment.outcomes[step["id"]] = "sent"
        if enrolment in self.running and enrolment.place.plan[0] is step:
            self.settle(enrolment, at)
            enrolment.place.last_sent = step

    def ask_about(self, question: str, enrolment: Enrolment, step: Plain, left_at: datetime | None = None) -> None:
        """A message went wrong for good: a task, and a person decides before anything else is done in its place."""
        name = "proof" if question == "outcome_unproven" else "problem"
        task = Task(name, "owner", self.now, self.for_a_person(self.now, CALL_DUE), enrolment, question=question)
        task.about, task.left_at = (enrolment.place, step), left_at
        self.open(task)
        if enrolment in self.running and enrolment.place.plan[0] is step:
            enrolment.place.question = question
            if enrolment is self.enrolment:
                self.park(question)

    # channels

    def withdraw(self, channel: str | None, at: datetime) -> None:
        """The lead does not want to hear from us on a channel, or on none."""
        scope = {None: ("email", "sms", "voice"), "email": ("email",)}.get(channel, ("sms", "voice"))
        for one in scope:
            if one not in self.consented or self.consented[one] <= at:
                self.withdrawn[one] = at
        if self.enrolment and not self.reachable():
            self.end(self.enrolment, "opted_out")

    def consent(self, channel: str | None, at: datetime) -> None:
        """The lead wants to hear from us again."""
        scope = {None: ("email", "sms", "voice"), "email": ("email",)}.get(channel, ("sms", "voice"))
        for one in scope:
            self.consented[one] = at
            if one in self.withdrawn and self.withdrawn[one] <= at:
                del self.withdrawn[one]

    def lose_address(self, *channels: str) -> None:
        """Addresses that do not exist."""
        self.dead.update(channels)
        if self.enrolment and not self.reachable():
            refused = "channel_suppressed" in [self.why_not(one) for one in ("email", "sms", "voice")]
            self.end(self.enrolment, "opted_out" if refused else "no_channel_left")

    # tasks

    def task(self, enrolment: Enrolment, step: Plain) -> bool:
        """Open the call or task in front."""
        place = enrolment.place
        if place.retry_at and not self.passed(place.retry_at):
            return False
        if step["kind"] == "call" and (reason := self.why_not_call()):
            return self.skip(enrolment, reason)
        if step["kind"] == "call" and self.away and not self.passed(self.away):
            return False
        role = step.get("to", "owner")
        if role == "owner" and not all([self.passed(one) for one in self.owner_is_back()]):
            return False
        task = Task(step["id"], role, self.now, self.now, enrolment, step)
        task.escalations = [(self.now, one["role"]) for one in step.get("escalate", [])]
        self.set_clocks(task, self.now)
        enrolment.outcomes.pop(step["id"], None)
        self.open(task)
        if step.get("blocks", True):
            enrolment.place.waits_for = task
        else:
            self.settle(enrolment, self.now)
        return True

    def set_clocks(self, task: Task, begin: datetime) -> None:
        """When a task is due, escalated and given up, for somebody who may begin with it then."""
        step = task.step
        task.due = self.for_a_person(begin, step.get("due") or (CALL_DUE if step["kind"] == "call" else TASK_DUE))
        waits = {one["role"]: one["after"] for one in step.get("escalate", [])}
        task.escalations = [(self.for_a_person(begin, waits[role]), role) for _, role in task.escalations]
        written = step.get("give_up")
        task.give_up = self.for_a_person(begin, written) if written else self.for_a_person(task.due, GIVES_UP)

    def open(self, task: Task) -> None:
        """Ask a person."""
        self.opened += 1
        task.number = self.opened
        self.tasks.append(task)
        self.say("opened", task.name, f"{task.role} {task.due.strftime('%Y-%m-%dT%H:%M:%S')}")

    def close(self, task: Task, disposition: str) -> None:
        """A task is no longer open; whoever waited for it goes on."""
        self.tasks.remove(task)
        for enrolment in self.running:
            if enrolment.answer is task:
                enrolment.answer = None
            if task.step and task.enrolment is enrolment:
                enrolment.outcomes[task.name] = disposition
            if enrolment.place.waits_for is task:
                self.settle(enrolment, self.now)

    def cancel_tasks(self, enrolment: Enrolment) -> None:
        """Take back what people were asked to do for an enrolment; what they were asked to find out, they still do."""
        for task in list(self.tasks):
            if task.enrolment is enrolment and not task.question:
                self.tasks.remove(task)
                self.cancelled.append(task)

    # stages and ends

    def enter(self, enrolment: Enrolment, stage: str, step: str = "") -> bool:
        """Enter a stage, at its first step or at `step`; too often, and a person will be asked."""
        if self.too_often(enrolment, stage):
            enrolment.wanted_stage = (stage, step)
            return True
        enrolment.wanted_stage = enrolment.answer = None
        enrolment.left[enrolment.place.stage] = (self.now, enrolment.place)
        self.end_review()
        self.say("stage", self.stage if stage == "as_is" else stage, step)
        self.cancel_tasks(enrolment)
        self.begin(enrolment, stage, step)
        enrolment.place.settles = True
        return True

    def too_often(self, enrolment: Enrolment, stage: str) -> bool:
        """Whether the enrolment has made all the visits to a stage that it may make."""
        return bool(enrolment.visits[stage] >= self.number("visit_limit"))

    def begin(self, enrolment: Enrolment, stage: str, step: str = "") -> None:
        """Stand at the beginning of a stage, or before one of its steps."""
        plan = next(one for one in enrolment.sequence["stages"] if one["name"] == stage)
        todo = [*plan["steps"], plan["otherwise"]]
        if step:
            todo = from_step(todo, step) or todo
        enrolment.place = Place(stage, self.now, todo, self.now)
        enrolment.visits[stage] += 1
        enrolment.failures.clear()
        if stage != "as_is":
            self.stage = stage
        for number, reaction in enumerate(plan.get("when", [])):
            if reaction["trigger"]["kind"] == "becomes":
                condition = reaction["trigger"]["condition"]
                enrolment.seen[f"stage {number}"] = self.true(condition, enrolment.sequence, enrolment.outcomes)

    def end(self, enrolment: Enrolment, reason: str) -> None:
        """The enrolment is over; what it interrupted goes on, or ends with it."""
        self.end_review()
        number = self.running.index(enrolment)
        if number > 0 and reason not in GOES_BACK:
            self.end(self.running[number - 1], reason)
        self.running.remove(enrolment)
        self.ended[enrolment.name] = self.now
        self.say("ended", enrolment.name, reason)
        self.cancel_tasks(enrolment)


def from_step(todo: list[Plain], wanted: str) -> list[Plain] | None:
    """What is still to do when a stage is begun at a step, wherever in its branches that is; None without that step."""
    for number, item in enumerate(todo):
        rest = todo[number + 1 :]
        if item.get("id") == wanted:
            return todo[number:]
        if item["kind"] == "branch":
            arms = [(case.get("steps", []), case.get("then")) for case in item["cases"]]
            for steps, way in [*arms, (item.get("otherwise", []), item.get("otherwise_exit"))]:
                found = from_step([*steps, *([way] if way else rest)], wanted) if steps else None
                if found:
                    return found
    return None
