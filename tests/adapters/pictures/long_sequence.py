"""A sequence as long as an author would ever draw: forty steps, branches in branches, questions, and reactions."""

from engine.reasons import ReplyClass
from engine.sequence.compiled import (
    AllOf,
    Ask,
    AskAnswer,
    Branch,
    BusinessDays,
    CalendarDays,
    Can,
    CarryOn,
    Case,
    Condition,
    Elapsed,
    Escalation,
    FieldAtLeast,
    FieldIs,
    Finish,
    Goto,
    Moment,
    Not,
    OnByHand,
    OnEntered,
    OnEvent,
    OnReply,
    OutcomeIs,
    Quiet,
    Reaction,
    Sequence,
    Start,
    Step,
    Variant,
    Working,
)
from engine.sequence.structure import steps
from engine.words import Channel, EventKind, Stage
from tests.support.small_sequences import call, email, sequence, stage, text

WEB = FieldIs(field="source", values=("web_form", "referral", "list"))
HOT = FieldAtLeast(field="score", n=70)
TEXTS = Can(channel=Channel.SMS)
SPOKE = OutcomeIs(step="s2", outcomes=("connected_positive", "connected_neutral", "callback_requested"))
BOTH = AllOf(parts=(WEB, Not(part=HOT), TEXTS))
QUIET = Quiet(delay=BusinessDays(days=9))


def question(name: str) -> Ask:
    """A question by text whose silence ends the stage."""
    small, large = (AskAnswer(value=value, words=(value,)) for value in ("small", "large"))
    return Ask(
        id=name,
        template=f"t/{name}",
        after=Elapsed(minutes=5),
        saves="size_of_the_house",
        answers=(small, large),
        wait=BusinessDays(days=2),
        no_answer=Goto(stage=Stage.RE_ENGAGE, after=CalendarDays(days=3)),
    )


def branch(name: str, *cases: tuple[Condition, tuple[Step, ...]], otherwise: tuple[Step, ...] = ()) -> Branch:
    """A branch whose arms all go on."""
    return Branch(id=name, cases=tuple(Case(condition=c, steps=inside) for c, inside in cases), otherwise=otherwise)


def mails(first: int, last: int) -> tuple[Step, ...]:
    """One mail after another."""
    return tuple(email(f"s{n}", after=BusinessDays(days=n % 7 + 1)) for n in range(first, last + 1))


RESPONSE: tuple[Step, ...] = (
    email(
        "s1",
        only_if=BOTH,
        variants=(Variant(name="a", template="t/a", share=30), Variant(name="b", template="t/b", share=70)),
    ),
    call("s2", escalate=(Escalation(role="manager", after=Working(minutes=45)),), only_if=Not(part=BOTH)),
    branch(
        "heat",
        (
            SPOKE,
            (
                text("s3", approve=True),
                branch("inside", (HOT, mails(4, 6)), (WEB, (question("s7"), email("s8"))), otherwise=mails(9, 9)),
                email("s10-with-an-unusually-long-name-that-has-to-be-broken-somewhere", after=QUIET),
            ),
        ),
        (BOTH, (text("s11", after=Working(minutes=90)),)),
        otherwise=(branch("deeper", (TEXTS, mails(12, 13))), email("s14")),
    ),
    Branch(
        id="leave",
        cases=(Case(condition=WEB, then=Start(sequence="keep-in-touch", after=QUIET)),),
        otherwise=(email("s15"),),
        otherwise_exit=Goto(stage=Stage.RE_ENGAGE),
    ),
)
NURTURE: tuple[Step, ...] = (
    *mails(16, 24),
    email("s25", at=Moment(kind="before", field="renewal_on", days=30, hours=2)),
    branch("again", (HOT, mails(26, 27)), otherwise=mails(28, 30)),
)
REACTIONS = (
    Reaction(trigger=OnReply(reply=ReplyClass.WANTS_MEETING), response=Goto(stage=Stage.RE_ENGAGE)),
    Reaction(trigger=OnReply(reply=ReplyClass.QUESTION), response=CarryOn()),
    Reaction(trigger=OnEvent(event=EventKind.MEETING_BOOKED), response=CarryOn()),
    Reaction(trigger=OnByHand(name='"gift" & <b>'), response=Start(sequence="gift", after=Elapsed(minutes=5))),
)
LONG: Sequence = sequence(
    "forty-steps",
    stage("response", *RESPONSE, otherwise=Goto(stage=Stage.NURTURE, after=BusinessDays(days=3)), when=REACTIONS),
    stage("nurture", *NURTURE, otherwise=Goto(stage=Stage.RE_ENGAGE, after=QUIET), when=REACTIONS[:2]),
    stage("re_engage", *mails(31, 40), otherwise=Goto(stage=Stage.NURTURE, after=QUIET)),
    starts=tuple(
        OnEvent(event=kind) for kind in (EventKind.CAPTURED, EventKind.CALL_MISSED, EventKind.MEETING_NO_SHOW)
    ),
    only_if=BOTH,
    when=(
        *(
            Reaction(trigger=OnEntered(pipeline_stage=f"Column {n}"), response=Finish(reason="goal_met"))
            for n in range(4)
        ),
        *REACTIONS,
        Reaction(trigger=OnEvent(event=EventKind.WON), response=Finish()),
    ),
)


def size(long: Sequence) -> int:
    """How many steps it has, branches apart."""
    return sum(not isinstance(step, Branch) for plan in long.stages for step in steps(plan))
