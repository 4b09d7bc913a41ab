"""What cannot be meant is refused on the line it is written on, with what to write instead."""

# mypy: ignore-errors
# Every mistake here is made on purpose, for authors who run no type checker; test_typing.py is for those who do.

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.authoring import (
    all_of,
    any_of,
    ask,
    becomes,
    before,
    branch,
    business_days,
    by_hand,
    calendar,
    call,
    can,
    carry_on,
    case,
    catalogue,
    elapsed,
    email,
    entered,
    field,
    finish,
    goto,
    not_,
    on,
    open_now,
    outcome,
    quiet,
    reply,
    sequence,
    since,
    sms,
    stage,
    start,
    task,
    voice,
    window,
    working,
)
from engine.errors import SequenceInvalid
from engine.sequence.written import Written, seen_from_here

source = field.choice("source", "web_form", "ad")
heat = field.number("heat")
vip = field.flag("vip")
renewal_on = field.date("renewal_on")
OTHERWISE = finish(after=calendar(days=1))
DONE = outcome("ring").is_("done")


def life(*steps, **more):
    return sequence("life", stage("nurture", *steps, otherwise=OTHERWISE), maintainer="ops", **more)


def response(*steps):
    return sequence("life", stage("response", *steps, otherwise=OTHERWISE), maintainer="ops")


def two(first, second, **more):
    return sequence("life", first, second, maintainer="ops", **more)


def refused(code: str, build: Callable[[], object], says: str, *, id: str):
    return pytest.param(build, code, says, id=id)


@pytest.mark.parametrize(
    ("build", "code", "says"),
    [
        # names
        refused("SEQ001", lambda: email("First Mail"), "no name for a step", id="a step's id with blanks"),
        refused("SEQ001", lambda: email("x" * 61), "no name for a step", id="an endless id"),
        refused("SEQ001", lambda: email(7), "no name for a step", id="a number as id"),
        refused("SEQ001", lambda: field.flag("Is VIP"), "no name for a field", id="a field with blanks"),
        refused("SEQ001", lambda: call("ring", to="rosa@example.com"), "no name for a role", id="an address as role"),
        refused("SEQ001", lambda: email("hi", template="hi"), "no name for a template", id="half a template"),
        refused("SEQ001", lambda: entered("  "), "no pipeline stage", id="an empty pipeline stage"),
        refused("SEQ001", lambda: start("Win Back"), "no name for a sequence", id="a sequence with blanks"),
        # kinds of things
        refused("SEQ002", lambda: email("hi", after="3 days"), "a delay, which after takes", id="a string as delay"),
        refused("SEQ002", lambda: email("hi", after=3), "a delay, which after takes", id="a number as delay"),
        refused("SEQ002", lambda: email("hi", after=before(renewal_on)), "a delay", id="a moment as after"),
        refused("SEQ002", lambda: email("hi", at=elapsed(hours=1)), "a moment", id="a delay as at"),
        refused("SEQ002", lambda: call("ring", due=quiet(elapsed(hours=1))), "which due takes", id="a quiet due"),
        refused("SEQ002", lambda: call("ring", escalate={"manager": 5}), "escalate takes", id="a number as rung"),
        refused("SEQ002", lambda: quiet(quiet(elapsed(hours=1))), "which quiet takes", id="quiet of quiet"),
        refused("SEQ002", lambda: email("hi", only_if=True), "a condition", id="True as condition"),
        refused("SEQ002", lambda: all_of(open_now, source), "a condition", id="a field as condition"),
        refused("SEQ002", lambda: not_("ad"), "a condition", id="a string negated"),
        refused(
            "SEQ002", lambda: stage("nurture", otherwise=carry_on()), "otherwise takes", id="carry_on as otherwise"
        ),
        refused("SEQ002", lambda: stage("nurture", otherwise="nurture"), "otherwise takes", id="a name as otherwise"),
        refused("SEQ002", lambda: stage("nurture", open_now, otherwise=OTHERWISE), "a step", id="a condition as step"),
        refused("SEQ002", lambda: case(open_now, then=carry_on()), "then takes", id="carry_on as then"),
        refused("SEQ002", lambda: branch("b", email("hi"), otherwise=OTHERWISE), "a case", id="a step as case"),
        refused("SEQ002", lambda: branch("b", case(open_now), otherwise=7), "steps or an exit", id="no otherwise"),
        refused(
            "SEQ002",
            lambda: branch("b", case(open_now), otherwise=carry_on()),
            "an exit",
            id="a branch that carries on",
        ),
        refused("SEQ002", lambda: on("replied", "stop"), "what a reaction can do", id="a name as reaction"),
        refused(
            "SEQ002",
            lambda: stage("nurture", otherwise=OTHERWISE, when=["replied"]),
            "a reaction",
            id="a name as when",
        ),
        refused(
            "SEQ002", lambda: stage("nurture", otherwise=OTHERWISE, hours="9-5"), "a window", id="a string as hours"
        ),
        refused("SEQ002", lambda: window("Mon", "09:00-10:00", also="Tue"), "a window", id="a string as more hours"),
        refused("SEQ002", lambda: life(starts="captured"), "a list", id="a start without its list"),
        refused("SEQ002", lambda: life(gives_back="yes"), "True or False", id="a string as flag"),
        refused("SEQ002", lambda: life(after_human=2), "after_human takes", id="a number as after_human"),
        refused("SEQ002", lambda: call("ring", blocks="no"), "True or False", id="a string as blocks"),
        refused("SEQ002", lambda: vip.is_("yes"), "True or False", id="a string as flag value"),
        refused("SEQ002", lambda: heat.at_least("hot"), "not a number", id="a string as number"),
        refused("SEQ002", lambda: heat.below(True), "not a number", id="a flag as number"),
        refused("SEQ002", lambda: field.choice("size", 1), "a value in words", id="a number as choice"),
        refused("SEQ002", lambda: before("renewal_on"), "a date field", id="a name as date field"),
        refused("SEQ002", lambda: before(vip), "a date field", id="a flag as date field"),
        refused("SEQ002", lambda: sequence("life", OTHERWISE, maintainer="ops"), "a stage", id="an exit as stage"),
        refused("SEQ002", lambda: catalogue("life"), "a sequence", id="a name in the catalogue"),
        # delays
        refused("SEQ003", lambda: elapsed(minutes=-5), "minutes cannot be -5", id="a negative delay"),
        refused("SEQ003", lambda: working(hours=1.5), "hours cannot be 1.5", id="half an hour"),
        refused("SEQ003", lambda: elapsed(hours=True), "hours cannot be True", id="a flag as hours"),
        refused("SEQ003", lambda: working(minutes=-1), "minutes cannot be -1", id="negative working time"),
        refused("SEQ003", lambda: working(hours=-1), "hours cannot be -1", id="negative working hours"),
        refused("SEQ003", lambda: business_days(0), "business days cannot be 0", id="no working day"),
        refused("SEQ003", lambda: business_days(0, at="09:00"), "cannot be 0", id="no working day at nine"),
        refused("SEQ003", lambda: business_days(-2), "business days cannot be -2", id="working days ago"),
        refused("SEQ003", lambda: call("ring", due=business_days(0)), "cannot be 0", id="due within no working day"),
        refused("SEQ003", lambda: life(after_human=business_days(0)), "cannot be 0", id="no distance to a talk"),
        refused("SEQ003", lambda: calendar(days=-1), "days cannot be -1", id="yesterday"),
        refused("SEQ003", lambda: calendar(days=-1, at="09:00"), "days cannot be -1", id="yesterday at nine"),
        refused("SEQ003", lambda: since(renewal_on, hours=-1), "hours cannot be -1", id="hours on the other side"),
        refused("SEQ003", lambda: business_days(10**9), "more than ten years", id="until the end of all calendars"),
        refused("SEQ003", lambda: elapsed(hours=87_601), "more than ten years", id="an hour more than ten years"),
        refused("SEQ003", lambda: calendar(days=0), "days cannot be 0", id="today without a time"),
        refused("SEQ003", lambda: before(renewal_on, days=-1), "days cannot be -1", id="a moment on the other side"),
        refused("SEQ003", lambda: email("hi", after=elapsed()), "a delay of nothing", id="an after of nothing"),
        refused("SEQ003", lambda: quiet(elapsed()), "a delay of nothing", id="a silence of nothing"),
        refused("SEQ003", lambda: call("ring", due=working()), "a delay of nothing", id="due at once"),
        refused("SEQ003", lambda: life(again=elapsed()), "a delay of nothing", id="again at once"),
        # times of day and windows
        refused("SEQ004", lambda: calendar(days=1, at="25:00"), "'25:00' is no time", id="an hour too many"),
        refused("SEQ004", lambda: calendar(days=1, at="9"), "'9' is no time", id="an hour alone"),
        refused("SEQ004", lambda: business_days(1, at=9), "9 is no time", id="a number as time"),
        refused("SEQ004", lambda: window("Mon", "9-17"), "'9' is no time", id="hours without minutes"),
        refused("SEQ005", lambda: window("Mon-Fri"), "never open", id="a window without hours"),
        refused("SEQ005", lambda: window("Mon", "all day"), "no opening hours", id="hours in words"),
        refused("SEQ005", lambda: window("Mon", "22:00-06:00"), "closes before it opens", id="over midnight"),
        refused("SEQ005", lambda: window("Monday", "09:00-10:00"), "are no days", id="a day in full"),
        refused("SEQ005", lambda: window("Mon-Funday", "09:00-10:00"), "are no days", id="a day that is none"),
        refused("SEQ005", lambda: window("Sat-Mon", "09:00-10:00"), "runs backwards", id="a week that turns"),
        refused("SEQ005", lambda: window("Mon,Mon-Tue", "09:00-10:00"), "a day twice", id="a day twice"),
        refused("SEQ005", lambda: window("Mon", "09:00-12:00", "11:00-14:00"), "open twice", id="hours that overlap"),
        refused(
            "SEQ005",
            lambda: window("Mon", "11:00-24:00", also=window("Mon", "12:00-13:00")),
            "open twice",
            id="until midnight",
        ),
        # conditions
        refused("SEQ006", lambda: open_now and source.is_("ad"), "do not work", id="and"),
        refused("SEQ006", lambda: open_now or source.is_("ad"), "do not work", id="or"),
        refused("SEQ006", lambda: not source.is_("ad"), "do not work", id="not"),
        refused("SEQ007", lambda: source.is_("tv"), "source is never 'tv'", id="a value the choice has not"),
        refused("SEQ007", lambda: source.is_(), "no value is named", id="no value"),
        refused("SEQ007", lambda: field.choice("size"), "no value is named", id="a choice of nothing"),
        refused("SEQ007", lambda: field.choice("size", "s", "s"), "a value twice", id="a value twice"),
        refused("SEQ007", lambda: outcome("ring").is_(), "no outcome", id="no outcome"),
        refused("SEQ007", lambda: any_of(open_now), "two conditions", id="any of one"),
        refused("SEQ007", lambda: reply(), "no sense of an answer", id="no sense"),
        # words
        refused("SEQ008", lambda: stage("nurturing", otherwise=OTHERWISE), "did you mean 'nurture'?", id="a stage"),
        refused("SEQ008", lambda: goto("as_is"), "no stage 'as_is'", id="going to as_is"),
        refused("SEQ008", lambda: on("reply", finish()), "no event 'reply'", id="an event"),
        refused("SEQ008", lambda: outcome("ring").is_("answered"), "no outcome 'answered'", id="a disposition"),
        refused("SEQ008", lambda: finish("won"), "no reason to finish 'won'", id="a finish reason"),
        refused("SEQ008", lambda: can("fax"), "no channel 'fax'", id="a channel"),
        refused("SEQ008", lambda: reply("nice"), "no sense of an answer 'nice'", id="a sense of an answer"),
        refused("SEQ008", lambda: email("hi", if_past="wait"), "no way to be late 'wait'", id="a way to be late"),
        refused("SEQ008", lambda: life(sender="boss"), "no sender 'boss'", id="a sender"),
        refused("SEQ008", lambda: life(again="always"), "no way to run again 'always'", id="a way to run again"),
        # steps
        refused(
            "SEQ009", lambda: email("hi", after=elapsed(hours=1), at=before(renewal_on)), "both", id="after and at"
        ),
        refused("SEQ009", lambda: before(renewal_on, hours=1, at="09:00"), "both", id="hours and at"),
        refused("SEQ010", lambda: life(email("hi"), sms("hi")), "'hi' is written twice", id="an id twice"),
        refused(
            "SEQ010",
            lambda: life(email("hi"), branch("b", case(open_now, sms("hi")), otherwise=[])),
            "'hi' is written twice",
            id="an id twice, once inside a branch",
        ),
        refused(
            "SEQ011", lambda: life(call("call-1"), email("hi", only_if=DONE)), "of no call", id="outcome of no step"
        ),
        refused("SEQ011", lambda: life(email("ring"), email("hi", only_if=DONE)), "of no call", id="outcome of a mail"),
        refused(
            "SEQ012", lambda: life(call("ring"), email("hi", only_if=DONE)), "never ends as 'done'", id="a call done"
        ),
        refused(
            "SEQ012",
            lambda: life(task("ring"), email("hi", only_if=not_(outcome("ring").is_("busy")))),
            "never ends as 'busy'",
            id="a task that is busy",
        ),
        refused("SEQ013", lambda: life(email("hi", thread="ho")), "no earlier email", id="a thread of no step"),
        refused("SEQ013", lambda: life(email("hi", thread="hi")), "no earlier email", id="a thread of itself"),
        refused(
            "SEQ013", lambda: life(sms("ho"), email("hi", thread="ho")), "no earlier email", id="a thread of a text"
        ),
        refused(
            "SEQ013",
            lambda: life(email("hi", thread="ho"), email("ho")),
            "no earlier email",
            id="a thread of a later one",
        ),
        # stages
        refused("SEQ014", lambda: life(when=[on("won", goto("retain"))]), "no stage 'retain'", id="going nowhere"),
        refused(
            "SEQ015",
            lambda: two(stage("nurture", otherwise=OTHERWISE), stage("nurture", otherwise=OTHERWISE)),
            "'nurture' is written twice",
            id="a stage twice",
        ),
        refused("SEQ016", lambda: sequence("life", maintainer="ops"), "has no stage", id="no stages"),
        refused("SEQ017", lambda: response(call("ring")), "more than one working day", id="the default give_up"),
        refused("SEQ017", lambda: response(call("ring", give_up=working(hours=10))), "more than", id="ten hours"),
        refused(
            "SEQ017", lambda: response(call("ring", give_up=elapsed(hours=25))), "more than", id="a day and an hour"
        ),
        refused("SEQ017", lambda: response(call("ring", give_up=business_days(2))), "more than", id="two days"),
        refused(
            "SEQ018", lambda: call("ring", give_up=working(minutes=30)), "before it is due", id="given up before due"
        ),
        refused(
            "SEQ018",
            lambda: call("ring", give_up=working(hours=2), escalate={"manager": working(hours=3)}),
            "before the role 'manager' is told",
            id="given up before the manager is told",
        ),
        refused(
            "SEQ018",
            lambda: task("look", due=business_days(3), give_up=business_days(2)),
            "before it is due",
            id="working days",
        ),
        refused(
            "SEQ018",
            lambda: task("look", due=calendar(days=3), give_up=calendar(days=2)),
            "before it is due",
            id="dates",
        ),
        refused(
            "SEQ018",
            lambda: task("look", due=elapsed(hours=3), give_up=elapsed(hours=2)),
            "before it is due",
            id="exact hours",
        ),
        refused(
            "SEQ019",
            lambda: life(branch("b", case(open_now, then=finish()), otherwise=finish()), email("hi")),
            "no lead comes to step 'hi'",
            id="a step behind a branch that always leaves",
        ),
        refused(
            "SEQ020",
            lambda: two(
                stage("nurture", email("hi"), otherwise=goto("re_engage")),
                stage("re_engage", otherwise=goto("nurture")),
            ),
            "nurture → re_engage → nurture",
            id="a circle",
        ),
        refused(
            "SEQ021",
            lambda: life(*[email(f"a-very-long-name-for-a-mail-that-is-sent-{n}") for n in range(200)]),
            "bytes",
            id="a sequence too large",
        ),
        refused(
            "SEQ022",
            lambda: life(when=[on("replied", finish()), on("replied", carry_on())]),
            "two reactions",
            id="a reaction twice",
        ),
        refused("SEQ022", lambda: life(starts=["captured", "captured"]), "starts twice", id="a start twice"),
        refused("SEQ023", lambda: on("opted_out", finish()), "for the engine", id="an opt-out"),
        refused("SEQ023", lambda: on(reply("complaint"), finish()), "for the engine", id="a complaint"),
        refused("SEQ023", lambda: on("by_hand", finish()), "does not say which", id="any button"),
        refused("SEQ023", lambda: life(starts=["stage_changed"]), "does not say which", id="any pipeline stage"),
        refused("SEQ023", lambda: on("delivery_failed", finish()), "for the engine", id="a second try"),
        refused("SEQ023", lambda: on(reply("possible_opt_out"), finish()), "for the engine", id="a possible no"),
        refused("SEQ023", lambda: on("task_done", finish()), "does not say which", id="any task"),
        refused("SEQ024", lambda: branch("b", otherwise=finish()), "has no case", id="a branch without cases"),
        # the catalogue
        refused("SEQ030", lambda: catalogue(life(), life()), "twice, first from", id="a sequence twice"),
        refused(
            "SEQ031",
            lambda: catalogue(life(when=[on("won", start("care"))])),
            "no sequence 'care'",
            id="handing over to nobody",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(build: Callable[[], object], code: str, says: str):
    """The author must see the mistake, where it is and what to write instead; a lead must never see it."""
    with pytest.raises(SequenceInvalid, match=code) as caught:
        build()
    assert says in f"{caught.value.what} {caught.value.next}"
    assert caught.value.where.startswith(f"{seen_from_here(__file__)}:")
    assert caught.value.next


@pytest.mark.parametrize(
    ("build", "word", "says"),
    [
        pytest.param(lambda: email("hi", approve=True), "approve", "a task() before", id="approval of an email"),
        pytest.param(lambda: sms("hi", approve=True), "approve", "a task() before", id="approval of a text"),
        pytest.param(lambda: email("hi", variants=["a"]), "variants", "the template", id="variants of an email"),
        pytest.param(lambda: sms("hi", variants=["a"]), "variants", "the template", id="variants of a text"),
        pytest.param(lambda: life(per_day=5), "per_day", "limits per sender", id="so many a day"),
        pytest.param(lambda: life(holdout=10), "holdout", "every lead", id="a group that gets nothing"),
        pytest.param(
            lambda: life(one_contact_per_account=True), "one_contact_per_account", "a colleague", id="one of an account"
        ),
        pytest.param(lambda: life(starts=[before(renewal_on, days=3)]), "a start", "by_hand", id="a start before"),
        pytest.param(lambda: life(starts=[since(renewal_on)]), "a start", "by_hand", id="a start since"),
        pytest.param(lambda: on(becomes(vip.is_(True)), finish()), "becomes", "fields_changed", id="a change"),
        pytest.param(lambda: life(starts=[becomes(open_now)]), "becomes", "fields_changed", id="a start by a change"),
        pytest.param(lambda: life(ask("why", saves=source)), "ask", "write sms()", id="a question"),
        pytest.param(lambda: life(voice("ring")), "voice", "write call()", id="an automated call"),
    ],
)
def test_a_word_of_a_later_release_is_refused(build: Callable[[], object], word: str, says: str):
    """A word that is accepted and does nothing is a promise that somebody relies on."""
    with pytest.raises(SequenceInvalid) as caught:
        build()
    error = caught.value
    assert (error.code, error.what) == ("SEQ025", f"{error.what.partition(' comes')[0]} comes with a later release")
    assert error.what.startswith(word)
    assert says in error.next
    assert error.why
    assert error.where.startswith(f"{seen_from_here(__file__)}:")


def test_a_word_of_a_later_release_may_say_that_it_is_not_wanted():
    """Its default is what happens anyway."""
    said = life(email("hi", approve=False, variants=None), per_day=None, holdout=0, one_contact_per_account=False)
    assert said.part == life(email("hi")).part


def test_the_line_is_the_authors():
    """A mistake deep inside a sequence is shown where it was written, not where it was found."""
    late = goto("retain")
    line = late.place.line
    with pytest.raises(SequenceInvalid) as caught:
        life(when=[on("won", late)])
    assert caught.value.where == f"{seen_from_here(__file__)}:{line}"
    assert __file__.endswith("test_refusals.py")


def test_a_line_is_named_as_an_editor_here_opens_it(monkeypatch: pytest.MonkeyPatch):
    """An absolute path beside a relative one looks like another file."""
    first, second = email("hi"), sms("hi")
    monkeypatch.chdir(Path(__file__).parent)
    with pytest.raises(SequenceInvalid) as caught:
        life(first, second)
    assert caught.value.where == f"test_refusals.py:{second.place.line}"
    assert caught.value.what.endswith(f" first at test_refusals.py:{first.place.line}")


def test_a_suggestion_is_the_word_to_write():
    """An author writes `"meeting_no_show"`, never the class behind it."""
    with pytest.raises(SequenceInvalid) as caught:
        on("meeting_noshow", finish())
    assert caught.value.next == "did you mean 'meeting_no_show'?"


def test_a_place_is_no_part_of_the_compiled_form():
    """Moving a sequence down by a line must not make a new version of it."""
    one = stage("nurture", otherwise=OTHERWISE)
    other = stage("nurture", otherwise=OTHERWISE)
    assert one.place != other.place
    assert one.part == other.part


def test_what_is_sensible_is_accepted():
    """The limits are limits, not a step before them."""
    assert isinstance(response(call("ring", give_up=working(hours=9))), Written)
    assert isinstance(response(call("ring", give_up=calendar(days=1))), Written)
    assert isinstance(response(call("ring", give_up=elapsed(hours=24))), Written)
    assert isinstance(response(call("ring", blocks=False)), Written)
    assert isinstance(call("ring", give_up=business_days(1), escalate={"manager": elapsed()}), Written)
    assert isinstance(on(by_hand("offer"), carry_on()), Written)
    assert isinstance(
        two(
            stage("nurture", email("a"), otherwise=OTHERWISE),
            stage("retain", email("b", thread="a"), otherwise=OTHERWISE),
        ),
        Written,
    )
