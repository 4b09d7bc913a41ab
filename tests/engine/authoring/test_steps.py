"""Words for steps, stages, reactions and sequences, and the compiled data behind them."""

from engine.authoring import (
    ReplyClass,
    before,
    branch,
    business_days,
    by_hand,
    calendar,
    call,
    can,
    carry_on,
    case,
    elapsed,
    email,
    entered,
    field,
    finish,
    goto,
    on,
    open_now,
    reply,
    sequence,
    sms,
    stage,
    start,
    task,
    window,
    working,
)
from engine.sequence.compiled import (
    AgainAfter,
    AgainIfInactive,
    AgainOnce,
    Branch,
    BusinessDays,
    CalendarDays,
    Can,
    CarryOn,
    Case,
    Elapsed,
    Escalation,
    Finish,
    Goto,
    HumanTask,
    Message,
    Moment,
    OnByHand,
    OnEntered,
    OnEvent,
    OnMoment,
    OnReply,
    OpenNow,
    Reaction,
    Start,
    Working,
)
from engine.words import Channel, EventKind, Stage

renewal_on = field.date("renewal_on")
OTHERWISE = finish(after=calendar(days=1))


def steps_of(*steps, name: str = "life"):
    return sequence(name, stage("nurture", *steps, otherwise=OTHERWISE), maintainer="ops").part.stages[0].steps


def test_a_message_has_the_template_of_its_own_name():
    """Nobody should have to write a path that follows from the names."""
    assert steps_of(email("hello", after=elapsed(hours=1), only_if=can("email"), if_past="send")) == (
        Message(
            kind="email",
            id="hello",
            after=Elapsed(minutes=60),
            only_if=Can(channel=Channel.EMAIL),
            template="life/hello",
            if_past="send",
        ),
    )


def test_templates_are_filled_in_inside_branches_too():
    """A step deep inside a branch is as good as any other."""
    assert steps_of(
        branch("open", case(open_now, sms("now"), then=finish()), otherwise=[email("later", template="shared/later")])
    ) == (
        Branch(
            id="open",
            cases=(
                Case(
                    condition=OpenNow(),
                    steps=(Message(kind="sms", id="now", template="life/now"),),
                    then=Finish(),
                ),
            ),
            otherwise=(Message(kind="email", id="later", template="shared/later"),),
        ),
    )


def test_a_branch_may_end_in_an_exit():
    """Whoever fits no case may be let go."""
    (found,) = steps_of(branch("open", case(open_now), otherwise=finish("disqualified")))
    assert isinstance(found, Branch)
    assert found.otherwise_exit == Finish(reason="disqualified")


def test_calls_and_tasks_have_the_defaults_of_the_house():
    """An author who writes nothing gets one working hour for a call, one working day for a task."""
    assert steps_of(call("ring"), task("look", proposes="Lost", blocks=False)) == (
        HumanTask(kind="call", id="ring", template="life/ring", due=Working(minutes=60)),
        HumanTask(
            kind="task", id="look", template="life/look", due=BusinessDays(days=1), blocks=False, proposes="Lost"
        ),
    )


def test_a_call_says_who_is_told_and_when_it_is_given_up():
    """Nothing waits for a person for ever."""
    (found,) = steps_of(
        call(
            "ring",
            at=before(renewal_on, days=3),
            to="sdr",
            due=working(minutes=5),
            escalate={"manager": working(minutes=10)},
            give_up=working(hours=1),
        )
    )
    assert found == HumanTask(
        kind="call",
        id="ring",
        at=Moment(kind="before", field="renewal_on", days=3),
        template="life/ring",
        to="sdr",
        due=Working(minutes=5),
        escalate=(Escalation(role="manager", after=Working(minutes=10)),),
        give_up=Working(minutes=60),
    )


def test_reactions_compile_to_one_per_answer():
    """Several senses of an answer are several reactions, each found by its own."""
    plan = stage(
        "nurture",
        otherwise=OTHERWISE,
        when=[
            on("replied", carry_on()),
            on(reply(ReplyClass.POSITIVE, "question"), goto("convert")),
            on(entered("Demo"), start("other", after=calendar(days=1))),
            on(by_hand("offer"), finish("goal_met")),
            on(before(renewal_on), finish()),
        ],
        hours=window("Mon", "09:00-10:00"),
    ).part
    assert plan.when == (
        Reaction(trigger=OnEvent(event=EventKind.REPLIED), response=CarryOn()),
        Reaction(trigger=OnReply(reply=ReplyClass.POSITIVE), response=Goto(stage=Stage.CONVERT)),
        Reaction(trigger=OnReply(reply=ReplyClass.QUESTION), response=Goto(stage=Stage.CONVERT)),
        Reaction(
            trigger=OnEntered(pipeline_stage="Demo"), response=Start(sequence="other", after=CalendarDays(days=1))
        ),
        Reaction(trigger=OnByHand(name="offer"), response=Finish(reason="goal_met")),
        Reaction(trigger=OnMoment(moment=Moment(kind="before", field="renewal_on")), response=Finish()),
    )
    assert plan.hours == window("Mon", "09:00-10:00")


def test_a_sequence_has_the_defaults_of_the_house():
    """What an author leaves out must be what the business wants by default."""
    part = sequence("life", stage("as_is", otherwise=OTHERWISE), maintainer="ops").part
    assert (part.sender, part.gives_back, part.again, part.stale_after) == ("owner", False, AgainOnce(), None)
    assert part.hours == window("Mon-Fri", "09:00-18:00")
    assert part.after_human == BusinessDays(days=2)
    assert part.stages[0].name == "as_is"


def test_a_sequence_says_everything_else_it_was_told():
    """No parameter may be dropped on the way to the compiled form."""
    part = sequence(
        "life",
        stage("nurture", otherwise=OTHERWISE),
        maintainer="ops",
        starts=["captured", entered("Demo"), reply("question")],
        only_if=can("email"),
        when=[on("won", finish())],
        sender="company",
        hours=window("Sat", "10:00-12:00"),
        gives_back=True,
        again="if_inactive",
        after_human=elapsed(),
        stale_after=business_days(3),
    ).part
    assert part.starts == (
        OnEvent(event=EventKind.CAPTURED),
        OnEntered(pipeline_stage="Demo"),
        OnReply(reply=ReplyClass.QUESTION),
    )
    assert part.only_if == Can(channel=Channel.EMAIL)
    assert part.when == (Reaction(trigger=OnEvent(event=EventKind.WON), response=Finish()),)
    assert (part.sender, part.gives_back) == ("company", True)
    assert part.hours == window("Sat", "10:00-12:00")
    assert part.again == AgainIfInactive()
    assert part.after_human == Elapsed(minutes=0)
    assert part.stale_after == BusinessDays(days=3)


def test_a_sequence_may_run_again_after_a_while():
    """Some offers may be repeated, but not soon."""
    part = sequence("life", stage("nurture", otherwise=OTHERWISE), maintainer="ops", again=calendar(days=90)).part
    assert part.again == AgainAfter(delay=CalendarDays(days=90))
