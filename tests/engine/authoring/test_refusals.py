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
from tests.support.places import line_of

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


def asking(answers, **more):
    said = {"saves": source, "wait": elapsed(hours=1), "no_answer": finish(), **more}
    return ask("why", answers=answers, **said)


def branching(*conditions):
    cases = [case(condition, email(f"mail-{number}")) for number, condition in enumerate(conditions)]
    return branch("b", *cases, otherwise=finish())


def test_a_case_that_leaves_some_to_a_later_one_is_fine():
    """Whoever writes the rare case first means it."""
    assert len(branching(source.is_("ad"), source.is_("ad", "web_form"), can("sms")).part.cases) == 3


def refused(code: str, build: Callable[[], object], says: str, *, id: str):
    return pytest.param(build, code, says, id=id)


@pytest.mark.parametrize(
    ("build", "code", "says"),
    [
        # other kinds of things, in the words of their author
        refused("SEQ002", lambda: stage("nurture", otherwise=finish), "finish without brackets", id="no brackets"),
        refused("SEQ002", lambda: email("a", only_if=source), "the field source is not", id="a field alone"),
        refused("SEQ002", lambda: email("a", after=since(renewal_on)), "a moment is not", id="a date as a delay"),
        refused("SEQ002", lambda: stage("nurture", otherwise=carry_on()), "carry_on() is not", id="no way out"),
        refused("SEQ002", lambda: email("a", at=elapsed(hours=1)), "a delay is not", id="a delay as a date"),
        refused("SEQ003", lambda: calendar(days="2"), "'2'", id="a number in quotes"),
        # names
        refused("SEQ001", lambda: email("First Mail"), "no name for a step", id="a step's id with blanks"),
        refused("SEQ001", lambda: email("x" * 61), "no name for a step", id="an endless id"),
        refused("SEQ001", lambda: email(7), "no name for a step", id="a number as id"),
        refused("SEQ001", lambda: field.flag("Is VIP"), "no name for a field", id="a field with blanks"),
        refused("SEQ001", lambda: call("ring", to="rosa@example.com"), "no name for a role", id="an address as role"),
        refused("SEQ001", lambda: email("hi", template="hi"), "no name for a template", id="half a template"),
        refused("SEQ001", lambda: entered("  "), "no pipeline stage", id="an empty pipeline stage"),
        refused("SEQ001", lambda: start("Win Back"), "no name for a sequence", id="a sequence with blanks"),
        # experiments
        refused("SEQ002", lambda: email("hi", variants=["a", "b"]), "names with their shares", id="variants in a list"),
        refused(
            "SEQ001", lambda: sms("hi", variants={"So kurz": 50, "b": 50}), "for a variant", id="a variant's blanks"
        ),
        refused("SEQ026", lambda: email("hi", variants={"a": 100}), "no test of words", id="one variant"),
        refused("SEQ026", lambda: sms("hi", variants={"a": 50, "b": 40}), "no test of words", id="shares of 90"),
        refused("SEQ026", lambda: email("hi", variants={"a": 0, "b": 100}), "no test", id="a variant for nobody"),
        refused("SEQ026", lambda: email("hi", variants={"a": 0.5, "b": 0.5}), "no test", id="shares of one"),
        refused("SEQ027", lambda: life(holdout=80), "80 is no share", id="most leads held out"),
        refused("SEQ027", lambda: life(holdout=0.1), "0.1 is no share", id="a tenth held out"),
        refused("SEQ027", lambda: life(holdout=True), "True is no share", id="a flag as holdout"),
        # who begins, and what leaves unread
        refused("SEQ032", lambda: life(per_day=0), "0 is no number of leads", id="nobody a day"),
        refused("SEQ032", lambda: life(per_day=True), "True is no number", id="a flag a day"),
        refused("SEQ032", lambda: life(per_day=0.5), "0.5 is no number", id="half a lead a day"),
        refused("SEQ002", lambda: life(one_contact_per_account="yes"), "True or False", id="yes, one of an account"),
        refused("SEQ002", lambda: email("hi", approve="manager"), "True or False", id="a mail approved by a role"),
        refused("SEQ002", lambda: sms("hi", approve=1), "True or False", id="a text approved once"),
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
        # changes, dates and questions
        refused("SEQ028", lambda: becomes(open_now), "was true before", id="becoming open"),
        refused(
            "SEQ028", lambda: becomes(all_of(vip.is_(True), can("sms"))), "was true before", id="becoming reachable"
        ),
        refused("SEQ028", lambda: becomes(not_(outcome("a").is_("done"))), "was true before", id="becoming done"),
        refused("SEQ002", lambda: becomes("vip"), "not a condition", id="becoming a word"),
        refused(
            "SEQ022",
            lambda: life(starts=[before(renewal_on, days=30), before(renewal_on, days=3)]),
            "starts twice",
            id="a date twice",
        ),
        refused("SEQ002", lambda: asking({"ad": ["1"]}, saves=vip), "not a choice", id="a question about a flag"),
        refused("SEQ007", lambda: asking({"tv": ["1"]}), "source is never 'tv'", id="an answer the choice has not"),
        refused("SEQ029", lambda: asking({}), "no answer is named", id="a question without answers"),
        refused("SEQ029", lambda: asking({"ad": []}), "no word means 'ad'", id="a value without words"),
        refused("SEQ029", lambda: asking({"ad": ["!"]}), "no word of an answer", id="a sign as a word"),
        refused("SEQ029", lambda: asking({"ad": ["one " * 11]}), "no word of an answer", id="a speech as a word"),
        refused(
            "SEQ029",
            lambda: asking({"ad": ["One"], "web_form": ["one"]}),
            "'one' means 'ad' and 'web_form'",
            id="a word for two values",
        ),
        refused("SEQ029", lambda: asking({"ad": ["please stop"]}), "says no to all", id="a no as an answer"),
        refused("SEQ029", lambda: asking({"ad": ["Cancel"]}), "says no to all", id="another no as an answer"),
        refused(
            "SEQ029",
            lambda: asking({"sent": ["1"]}, saves=field.choice("state", "sent")),
            "how the question itself stands",
            id="a value that is a state",
        ),
        refused("SEQ002", lambda: asking({"ad": "1"}), "not a list of words", id="a word that is no list"),
        refused("SEQ003", lambda: asking({"ad": ["1"]}, wait=elapsed()), "a delay of nothing", id="no time to answer"),
        refused("SEQ008", lambda: asking({"ad": ["1"]}, by="voice"), "no way to ask 'voice'", id="asking by phone"),
        refused(
            "SEQ012",
            lambda: life(asking({"ad": ["1"]}), email("hi", only_if=outcome("why").is_("web_form"))),
            "never ends as 'web_form'",
            id="an answer that no word means",
        ),
        # words
        refused("SEQ008", lambda: stage("nurturing", otherwise=OTHERWISE), "did you mean 'nurture'?", id="a stage"),
        refused("SEQ008", lambda: goto("as_is"), "no stage 'as_is'", id="going to as_is"),
        refused("SEQ008", lambda: on("reply", finish()), "no event 'reply'", id="an event"),
        refused(
            "SEQ012",
            lambda: life(call("ring"), email("hi", only_if=outcome("ring").is_("answered"))),
            "never ends as 'answered'",
            id="a disposition",
        ),
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
            "SEQ020",
            lambda: two(
                stage("nurture", email("hi"), otherwise=goto("re_engage", after=calendar(days=0, at="09:00"))),
                stage("re_engage", otherwise=goto("nurture", after=calendar(days=0, at="09:00"))),
            ),
            "nurture → re_engage → nurture",
            id="a circle at nine",
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
            "there is a reaction already for when",
            id="a reaction twice",
        ),
        refused("SEQ022", lambda: life(starts=["captured", "captured"]), "starts twice", id="a start twice"),
        refused("SEQ023", lambda: on("opted_out", finish()), "by the engine itself", id="an opt-out"),
        refused("SEQ023", lambda: on(reply("complaint"), finish()), "by the engine itself", id="a complaint"),
        refused("SEQ023", lambda: on("by_hand", finish()), "does not say which", id="any button"),
        refused("SEQ023", lambda: life(starts=["stage_changed"]), "does not say which", id="any pipeline stage"),
        refused("SEQ023", lambda: on("delivery_failed", finish()), "by the engine itself", id="a second try"),
        refused("SEQ023", lambda: on(reply("possible_opt_out"), finish()), "by the engine itself", id="a possible no"),
        refused("SEQ023", lambda: on("task_done", finish()), "does not say which", id="any task"),
        refused("SEQ033", lambda: branching(source.is_("ad"), source.is_("ad")), "no lead comes", id="a case twice"),
        refused("SEQ033", lambda: branching(can("sms"), open_now, can("sms")), "by text", id="not the next one"),
        refused(
            "SEQ033",
            lambda: branching(source.is_("ad"), source.is_("web_form"), source.is_("web_form", "ad")),
            "no lead comes",
            id="a case of leads that two others took",
        ),
        refused("SEQ024", lambda: branch("b", otherwise=finish()), "has no case", id="a branch without cases"),
        # the catalogue
        refused(
            "SEQ030", lambda: catalogue(life(), life()), "is in the catalogue already, from", id="a sequence twice"
        ),
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
    assert line_of(caught.value.where) == f"{seen_from_here(__file__)}:{line}"
    assert __file__.endswith("test_refusals.py")


def test_a_line_is_named_as_an_editor_here_opens_it(monkeypatch: pytest.MonkeyPatch):
    """An absolute path beside a relative one looks like another file."""
    first, second = email("hi"), sms("hi")
    monkeypatch.chdir(Path(__file__).parent)
    with pytest.raises(SequenceInvalid) as caught:
        life(first, second)
    assert line_of(caught.value.where) == f"test_refusals.py:{second.place.line}"
    assert caught.value.what.endswith(f" first at test_refusals.py:{first.place.line}:{first.place.column}")


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


def test_a_column_is_that_of_the_word_as_people_count_letters():
    """An editor puts the cursor on the word, also behind letters that take two bytes."""
    first, second = email("hi"), ("où", "où", email("later"))[2]
    assert (first.place.column, second.place.column) == (21, 47)
    assert not second.inside
