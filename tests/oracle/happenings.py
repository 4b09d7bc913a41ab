"""What events, commands and people who close tasks do to a life of the second interpreter."""

from datetime import datetime, timedelta

from tests.oracle.calendar import Plain, duration
from tests.oracle.enrolling import follow, react, start_by, started_by, why_refused, written
from tests.oracle.life import OF_A_PLACE, Life, from_step
from tests.oracle.state import CALL_DUE, Enrolment, Task

NO_DEFAULT_END = ("opt_out", "unclear", "left_company")
"""Replies that, of themselves, end nothing."""
NO_ANSWER = ("out_of_office", "automatic", "bounce_notice")
FIVE_BUSINESS_DAYS = {"kind": "business_days", "days": 5}
NEXT_BUSINESS_DAY = {"kind": "business_days", "days": 1, "at": "09:00:00"}
WEEK = timedelta(days=7)
ABOUT_A_MESSAGE = ("outcome_unproven", "provider_rejected", "delivery_failing")
WELCOME = ("connected_positive", "connected_neutral", "callback_requested")
"""A talk that is no refusal: the call connected."""
ENDS = {"connected_positive": "call_connected", "connected_negative": "not_interested"}
SPOKE = ("connected_positive", "connected_neutral", "callback_requested", "connected_negative", "do_not_call")


def note_event(life: Life, event: Plain) -> None:
    """Note what happened outside."""
    if life.gone:
        return
    kind, data = event["kind"], event.get("data") or {}
    occurred = datetime.fromisoformat(event["occurred_at"])
    if occurred > life.now + duration(life.number("event_ahead")):
        occurred = life.now
    if kind in ("captured", "call_connected", "human_touch"):
        life.words.append(occurred)
    if kind == "meeting_booked":
        life.words.append(life.now)
    if kind in ("call_connected", "human_touch"):
        life.touched.append(occurred)
    match kind:
        case "replied":
            replied(life, data, occurred)
        case "stage_changed":
            stage_changed(life, data, occurred)
        case "opted_out":
            life.withdraw(data.get("channel"), occurred)
            other(life, event, occurred)
        case "opted_in":
            life.consent(data.get("channel"), occurred)
            life.complained = False
            other(life, event, occurred)
        case "bounced":
            if not data.get("address_hash"):
                life.lose_address(data.get("channel") or "email")
            other(life, event, occurred)
        case "delivery_failed":
            delivery_failed(life, data)
            other(life, event, occurred)
        case "owner_absent":
            until = data.get("until")
            life.owner_away = datetime.fromisoformat(until) if until else life.now + duration(life.number("horizon"))
            other(life, event, occurred)
        case "owner_back":
            life.owner_away = None
            other(life, event, occurred)
        case "owner_changed":
            if data.get("owner") != life.owner:
                life.owner, life.owner_away = data.get("owner"), None
            other(life, event, occurred)
        case "merged":
            leave_for_good(life, "lead_merged")
        case "deleted":
            leave_for_good(life, "stopped_by_crm")
        case "erased":
            leave_for_good(life, "lead_erased")
        case _:
            other(life, event, occurred)


def leave_for_good(life: Life, reason: str) -> None:
    """There is no such lead any more."""
    while life.enrolment:
        life.end(life.enrolment, reason)
    for task in list(life.tasks):
        life.tasks.remove(task)
        life.cancelled.append(task)
    life.gone = True


def other(life: Life, event: Plain, occurred: datetime) -> None:
    """An event that is no reply and no stage change: reactions, the engine's default, starts."""
    kind, enrolment = event["kind"], life.enrolment
    data = event.get("data") or {}
    wanted = [{"kind": "event", "event": kind}]
    if kind == "by_hand":
        wanted.insert(0, {"kind": "by_hand", "name": data.get("name")})
    answered = False  # whether the sequence that runs has an answer of its own
    if enrolment and kind in ("won", "lost"):
        response = written(life, enrolment, wanted)
        if response:
            answered = True
            react(life, enrolment, response)
        else:
            won_or_lost(life, enrolment, kind)
    elif enrolment and occurred >= enrolment.started:
        response = written(life, enrolment, wanted)
        if response:
            react(life, enrolment, response, "meeting_booked" if kind == "meeting_booked" else None)
        elif kind == "meeting_booked":
            life.end(enrolment, "meeting_booked")
    if kind == "won" and not answered:
        life.stage = "retain"
    if kind == "moment_reached":
        named = [one for one in life.catalogue if one["name"] == data.get("sequence")]
        start_by(life, [one for one in named if any(start["kind"] == "moment" for start in one.get("starts", []))])
        return
    start_by(life, started_by(life, wanted), is_capture=kind == "captured")


def won_or_lost(life: Life, enrolment: Enrolment, kind: str) -> None:
    """The CRM closed the deal, and nothing is written about it."""
    stages = [one["name"] for one in enrolment.sequence["stages"]]
    if kind == "won" and life.stage_of(enrolment) == "retain":
        return  # nobody is moved to where they are
    if kind == "won":
        for interrupted in life.running[:-1]:
            interrupted.moved_to = "retain"
    if kind == "won" and "retain" in stages:
        life.enter(enrolment, "retain")
    else:
        life.end(enrolment, "stage_changed")
        if life.enrolment:
            won_or_lost(life, life.enrolment, kind)


def replied(life: Life, data: Plain, occurred: datetime) -> None:
    """Somebody wrote to us."""
    reply, enrolment = data.get("reply"), life.enrolment
    older = answers_none(life, occurred)
    if data.get("from_other") == "thread":
        if reply in NO_ANSWER:
            return
        open_answer(life, "manager" if reply == "complaint" else "owner")
        if older:
            return
        life.not_before.append(life.for_a_person(life.now, FIVE_BUSINESS_DAYS))
        return
    if data.get("from_other") == "account":
        if reply in NO_ANSWER or older:
            return
        match life.number("account_reply"):
            case "delay":
                life.not_before.append(life.for_a_person(life.now, FIVE_BUSINESS_DAYS))
            case "stop" if enrolment:
                life.end(enrolment, "account_replied")
        return
    exact = {"kind": "reply", "reply": reply}
    if reply in NO_ANSWER:
        if reply == "out_of_office":
            out_of_office(life, data, occurred)
        return
    life.words.append(occurred)
    answer = None
    if reply == "opt_out":
        life.withdraw(data.get("channel"), occurred)
    if reply == "complaint":
        life.complained = True
        if enrolment and not older:
            life.end(enrolment, "replied")
    if not enrolment:
        by_default(life, None, reply)
    elif enrolment not in life.running or older:
        pass  # it answers none of them
    elif reply == "possible_opt_out":  # what may be the law's, no sequence answers
        by_default(life, enrolment, reply)
    else:
        response = written(life, enrolment, [exact, {"kind": "event", "event": "replied"}])
        if response:
            if response["kind"] == "carry_on":
                answer = open_answer(life, "owner")
            react(life, enrolment, response, None if reply in NO_DEFAULT_END else end_after(reply))
        else:
            by_default(life, enrolment, reply)
    if not answer:
        open_answer(life, "manager" if reply == "complaint" else "owner")
    start_by(life, started_by(life, [exact, {"kind": "event", "event": "replied"}]))


def answers_none(life: Life, occurred: datetime) -> bool:
    """Whether a reply of then is older than all that runs, and nothing that runs has written to the lead by now."""
    may_have_left = [id(doubt.enrolment) for doubt in life.doubts]
    may_have_left += [id(task.enrolment) for task in life.tasks if task.question == "outcome_unproven"]
    if not life.running or any(one.touches or id(one) in may_have_left for one in life.running):
        return False
    return occurred < min(one.started for one in life.running) - duration(life.number("event_ahead"))


def end_after(reply: str | None) -> str:
    """Why a sequence ends after such a reply."""
    return reply if reply in ("not_interested", "wrong_person") else "replied"


def by_default(life: Life, enrolment: Enrolment | None, reply: str | None) -> None:
    """A person answered, and nothing is written about it."""
    match reply:
        case "not_interested" | "wrong_person" if enrolment:
            life.end(enrolment, reply)
        case "left_company":
            life.park("contact_changed")
        case "unclear":
            life.park("unclear_reply")
        case "possible_opt_out":
            life.park("possible_opt_out")
        case _ if enrolment and reply != "opt_out":
            life.end(enrolment, "replied")


def open_answer(life: Life, role: str, due: datetime | None = None) -> Task:
    """The one task to answer the lead: in a working hour, or when it was agreed on."""
    for task in life.tasks:
        if task.name == "answer" and task.role == role:
            return task
    task = Task("answer", role, life.now, due or life.for_a_person(life.now, CALL_DUE))
    life.open(task)
    return task


def out_of_office(life: Life, data: Plain, written_at: datetime) -> None:
    """Nothing before the business day after the return, or a week after it was written; open calls begin anew then."""
    until = written_at + WEEK
    if data.get("returns_at"):
        returns = datetime.fromisoformat(data["returns_at"])
        if written_at < returns <= written_at + timedelta(days=100):
            until = life.after(returns, NEXT_BUSINESS_DAY, None)
    life.not_before.append(until)
    life.away = max(until, life.away or until)
    for task in life.tasks:
        clocks = [task.due, *[at for at, _ in task.escalations]]
        if task.step and task.step["kind"] == "call" and min(clocks) < life.away and life.now < life.away:
            life.set_clocks(task, life.away)


def stage_changed(life: Life, data: Plain, occurred: datetime) -> None:
    """The CRM moved the lead."""
    version, name = data.get("version"), data.get("pipeline_stage")
    if version is not None and life.stage_version is not None:
        stale = version <= life.stage_version
    else:
        stale = life.stage_at is not None and occurred < life.stage_at
    if stale:
        return
    life.pipeline_stage = name
    life.stage_version = version
    life.stage_at = occurred
    if stage_named(life, name) and life.review == "unmapped_stage":
        life.review = None
    entered = {"kind": "entered", "pipeline_stage": name}
    wanted = [entered, {"kind": "event", "event": "stage_changed"}]
    stage = stage_named(life, name)
    enrolment = life.enrolment
    response = written(life, enrolment, wanted) if enrolment else None
    if enrolment and response:
        react(life, enrolment, response)
    elif stage is None:
        life.park("unmapped_stage")
    elif stage != "capture":  # a record that was made moves nobody
        moves = enrolment and stage != life.stage_of(enrolment)
        for interrupted in life.running[:-1] if moves else []:
            interrupted.moved_to = stage
        if enrolment and moves:
            follow(life, enrolment, stage)
        if not (life.enrolment and life.enrolment.place.stage != "as_is"):
            life.stage = stage
    start_by(life, started_by(life, wanted))


def stage_named(life: Life, name: str | None) -> str | None:
    """The stage of ours that a pipeline stage means."""
    return next((one["stage"] for one in life.world.get("pipeline", []) if one["name"] == name), None)


def delivery_failed(life: Life, data: Plain) -> None:
    """A message came back softly: it is tried anew, twice, and then a person decides."""
    enrolment = life.enrolment
    if not enrolment or not enrolment.place.last_sent:
        return
    place, step = enrolment.place, enrolment.place.last_sent
    if data.get("channel") not in (None, step["kind"]):
        return
    retries = [duration(one) for one in life.number("soft_retries")]
    failed = enrolment.failures[step["id"]]
    enrolment.failures[step["id"]] += 1
    place.plan = [step, *place.plan]
    place.last_sent = None
    place.decided, place.tried = True, life.now
    if failed < len(retries):
        place.retry_at = life.now + retries[failed]
    else:
        life.ask_about("delivery_failing", enrolment, step)


# people of ours


def close_task(life: Life, closes: Plain) -> None:
    """A person closes an open task."""
    task = next((one for one in life.tasks if one.name == closes["of"]), None)
    if not task:
        return
    disposition, enrolment = closes["disposition"], task.enrolment
    if task.step and task.step["kind"] == "call" and disposition in (*SPOKE, "voicemail"):
        life.touched.append(life.now)
        life.words.append(life.now)
    if task.name == "answer":
        life.touched.append(life.now)
        life.words.append(life.now)
    if task.question:
        prove(life, task, disposition)
        return
    agreed = closes.get("callback_at") if disposition == "callback_requested" else None
    if agreed and enrolment in life.running and enrolment.place.waits_for is task:
        life.tasks.remove(task)
        enrolment.place.waits_for = None
        enrolment.place.tried = enrolment.place.retry_at = datetime.fromisoformat(agreed)
        return
    life.close(task, disposition)
    if agreed:
        open_answer(life, "owner", due=datetime.fromisoformat(agreed))
    match disposition:
        case "do_not_call":
            life.withdraw("voice", life.now)
        case "wrong_number" | "number_dead":
            life.lose_address("voice", "sms")
        case _:
            pass
    runs = life.enrolment
    if not enrolment or not runs or enrolment not in life.running:
        return
    connected = [{"kind": "event", "event": "call_connected"}]
    response = written(life, runs, connected) if disposition in WELCOME else None
    if response and response["kind"] != "carry_on":
        react(life, runs, response)
    elif not response and disposition in ENDS and not is_asked_for(enrolment, task.name, disposition):
        life.end(runs, ENDS[disposition])


def prove(life: Life, task: Task, disposition: str) -> None:
    """A person found out whether a message went out."""
    life.close(task, disposition)
    if disposition != "sent" and task.left_at in life.sent:
        life.sent.remove(task.left_at)
    enrolment = task.enrolment
    if not enrolment or enrolment not in life.running:
        return
    if life.review == task.question and enrolment is life.enrolment:
        life.review = None
    if not is_in_front(enrolment, task):
        enrolment.touches += disposition == "sent" and task.question == "outcome_unproven"
    elif disposition == "sent" and task.question == "outcome_unproven":
        life.left(enrolment, enrolment.place.plan[0], life.now)
    elif disposition == "sent":
        life.settle(enrolment, life.now)
    else:
        enrolment.place.never_late, enrolment.place.question = True, None


def is_asked_for(enrolment: Enrolment, step: str, disposition: str) -> bool:
    """Whether the sequence has a path for that outcome of the step."""

    def mentions(part: Plain) -> bool:
        if isinstance(part, list):
            return any(mentions(one) for one in part)
        if not isinstance(part, dict):
            return False
        if part.get("kind") == "outcome_is" and part["step"] == step and disposition in part["outcomes"]:
            return True
        return any(mentions(one) for one in part.values())

    return mentions(enrolment.sequence)


def note_command(life: Life, command: Plain) -> None:
    """A person wants something for the lead."""
    if life.gone:
        return
    verb, data, enrolment = command["verb"], command.get("data") or {}, life.enrolment
    match verb:
        case "enroll":
            sequence = next((one for one in life.catalogue if one["name"] == data.get("sequence")), None)
            if sequence:
                if not why_refused(life, sequence):
                    answer(life)
                start_by(life, [sequence])
            else:
                life.say("refused", data.get("sequence") or "", "sequence_closed")
        case "pause" if enrolment:
            until = data.get("until")
            life.pause = (life.now, datetime.fromisoformat(until) if until else None)
        case "resume":
            life.pause = None
            if life.review == "pause_expired":
                life.review = None
        case "retry" if life.review:
            if life.review == "unmapped_stage" and not stage_named(life, life.pipeline_stage):
                return  # it still means nothing
            answered = life.review
            answer(life)
            if enrolment and answered == "loop_limit":
                enrolment.visits.clear()
            elif enrolment and answered in OF_A_PLACE:
                enrolment.place.never_late = True
                enrolment.failures.clear()
                if answered in ABOUT_A_MESSAGE:
                    enrolment.place.question = None
                    take_questions_back(life, enrolment)
        case "reassign" if data.get("owner") != life.owner:
            life.owner, life.owner_away = data.get("owner"), None
        case "skip" if enrolment:
            skip(life, enrolment, data.get("step"))
        case "jump" if enrolment:
            jump(life, enrolment, data.get("stage"), data.get("step"))
        case "stop" if enrolment or life.review:
            life.review = life.pause = None
            if enrolment:
                life.end(enrolment, "stopped_by_person")


def skip(life: Life, enrolment: Enrolment, named: str | None) -> None:
    """Leave out the step the lead stands before; on its way elsewhere it stands before none."""
    step = enrolment.place.plan[0]
    if enrolment.wanted_stage or "id" not in step or (named and named != step["id"]):
        return
    answer(life)
    if waited := enrolment.place.waits_for:
        life.tasks.remove(waited)
        life.cancelled.append(waited)
    take_questions_back(life, enrolment)
    life.settle(enrolment, life.now)


def take_questions_back(life: Life, enrolment: Enrolment) -> None:
    """Nobody has to find out any more what became of the message in front."""
    for asked in [task for task in life.tasks if task.about and is_in_front(enrolment, task)]:
        life.tasks.remove(asked)
        life.cancelled.append(asked)
        if asked.left_at in life.sent:
            life.sent.remove(asked.left_at)


def is_in_front(enrolment: Enrolment, task: Task) -> bool:
    """Whether the enrolment stands before the message that a question is about."""
    where, step = task.about or (None, None)
    return enrolment.place is where and enrolment.place.plan[0] is step


def answer(life: Life) -> None:
    """A person has decided; a pause that had run out is over with it."""
    if life.review == "pause_expired":
        life.pause = None
    life.review = None


def jump(life: Life, enrolment: Enrolment, stage: str | None, step: str | None) -> None:
    """Begin a stage, or one of its steps; a step alone says its stage."""
    for plan in enrolment.sequence["stages"]:
        if plan["name"] == stage or (stage is None and step and from_step(plan["steps"], step)):
            if step and not from_step(plan["steps"], step):
                return
            answer(life)
            take_questions_back(life, enrolment)
            life.enter(enrolment, plan["name"], step or "")
            return
