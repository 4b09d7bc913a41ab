"""A step that has another name in the version a lead is moved to, on the real records: what was kept stays its own."""

from datetime import timedelta

from adapters.database import Database
from adapters.views.results import results
from engine.measure.results import SequenceResults
from engine.sequence.compiled import OnByHand, Sequence
from engine.sequence.outcomes import APPROVED
from engine.words import Verb
from tests.activities.practice import Patient, Practice
from tests.support import provider as does
from tests.support.house import released
from tests.support.provider import ScriptedProvider
from tests.support.small_sequences import DAY, call, email, sequence, stage

DAY_AND_AN_HOUR = timedelta(days=1, hours=1)


def mails(*names: str, approve: bool = False) -> Sequence:
    """A mail of each of these names, one a day, by day."""
    first, *others = (email(name, approve=approve) for name in names)
    later = (other.model_copy(update={"after": DAY}) for other in others)
    return sequence("news", stage("nurture", first, *later, hours=None))


def moved(rosa: Patient, to: Sequence, **renames: str) -> None:
    """The team publishes this, and the lead is moved to it; each of these steps has that name there."""
    rosa.practice.publishes(to)
    version = released(to).plans[0].version
    names = [{"old": old, "new": new} for old, new in renames.items()]
    rosa.commanded(Verb.MIGRATE, version=version, renames=names)
    rosa.rings()
    assert rosa.inbox[-1].disposition == "applied", rosa.inbox[-1].reason


def of(practice: Practice) -> SequenceResults:
    """The results of the sequence as they are now."""
    with practice.database.reading() as transaction:
        return results(transaction, "news")


def releases(rosa: Patient, text: str) -> None:
    """Somebody releases the message with words of their own."""
    rosa.hears("task_done", task_key=rosa.tasks[0].task_key, disposition=APPROVED, text=text)
    rosa.rings()
    rosa.catches_up()


def first_lines(rosa: Patient) -> list[str]:
    """How each message of the lead's begins."""
    return [touch.body.partition("\n")[0] for touch in rosa.touches]


def test_what_was_released_in_the_evening_leaves_in_the_morning_whatever_its_step_is_called_by_then(
    practice: Practice,
) -> None:
    """Nobody is asked twice for words that stand on a task under the step's old name."""
    practice.publishes(mails("offer", approve=True))
    practice.now += timedelta(hours=10)
    rosa = practice.captures()
    rosa.catches_up()
    releases(rosa, "Good morning.")
    moved(rosa, mails("proposal", approve=True), offer="proposal")
    rosa.lives(hours=20)
    assert (rosa.received, rosa.progress.review) == (["proposal"], None)
    assert first_lines(rosa) == ["Good morning."]
    assert [touch.edited for touch in rosa.touches] == [True]


def test_whoever_releases_it_after_the_move_releases_what_was_drafted_before(practice: Practice) -> None:
    """The task was open all along."""
    practice.publishes(mails("offer", approve=True))
    rosa = practice.captures()
    rosa.catches_up()
    moved(rosa, mails("proposal", approve=True), offer="proposal")
    releases(rosa, "For you: 850.")
    assert (rosa.received, first_lines(rosa)) == (["proposal"], ["For you: 850."])


def test_a_second_try_after_the_move_has_the_words_of_the_first(practice: Practice) -> None:
    """The provider tells a day later that the mail did not arrive; its step is called otherwise by then."""
    practice.publishes(mails("offer", approve=True))
    rosa = practice.captures()
    rosa.catches_up()
    releases(rosa, "For you: 850.")
    moved(rosa, mails("proposal", approve=True), offer="proposal")
    rosa.hears("delivery_failed", touch_key=rosa.key_of("offer"), channel="email")
    rosa.rings()
    rosa.lives(hours=5)
    assert rosa.received == ["offer", "proposal"]
    assert first_lines(rosa) == ["For you: 850."] * 2


def held(database: Database, provider: ScriptedProvider, plan: Sequence, *above: Sequence) -> Patient:
    """Somebody whose first mail waits: the sender may write one a day, and has written to Ann."""
    practice = Practice(database, provider, sender_per_day=1)
    practice.publishes(*above, plan)
    practice.captures("Ann").catches_up()
    rosa = practice.captures()
    rosa.catches_up()
    assert rosa.states == [("hello", "deferred")]
    return rosa


def test_a_held_message_waits_under_one_name(database: Database, provider: ScriptedProvider) -> None:
    """Statement 32: whoever reads the results must not look for a message that nobody will ever send."""
    rosa = held(database, provider, mails("hello"))
    moved(rosa, mails("welcome"), hello="welcome")
    rosa.lives(days=2)
    assert rosa.states == [("hello", "suppressed"), ("welcome", "accepted")]
    found = of(rosa.practice)
    steps = {one.step: (one.entered, one.sent, one.open) for one in found.steps}
    assert steps == {"hello": (2, 1, 0), "welcome": (1, 1, 0)}
    assert [(count.because, count.count) for one in found.steps for count in one.skipped] == [("renamed", 1)]
    assert found.reconciled


def test_a_held_message_leaves_after_a_move_to_and_fro(database: Database, provider: ScriptedProvider) -> None:
    """Somebody takes the new version back: under the old name it was left behind, and there it goes on."""
    old, new = mails("hello"), mails("welcome")
    rosa = held(database, provider, old)
    moved(rosa, new, hello="welcome")
    rosa.practice.now += DAY_AND_AN_HOUR  # it may leave now
    moved(rosa, old, welcome="hello")
    rosa.lives(days=2)
    assert (rosa.received, rosa.progress.review) == (["hello"], None)
    assert "deferred" not in dict(rosa.states).values()
    assert of(rosa.practice).reconciled


def test_what_stands_interrupted_leaves_nothing_behind_either(database: Database, provider: ScriptedProvider) -> None:
    """It was held when something urgent came, and is moved while it stands still."""
    urgent = sequence("urgent", stage("as_is", call("ring-back")), starts=(OnByHand(name="urgent"),), gives_back=True)
    rosa = held(database, provider, mails("hello"), urgent)
    rosa.hears("by_hand", name="urgent")
    rosa.rings()
    assert len(rosa.progress.interrupted) == 1
    moved(rosa, mails("welcome"), hello="welcome")
    assert rosa.states == [("hello", "suppressed")]


def test_a_call_that_is_open_stands_in_the_results_once(practice: Practice) -> None:
    """Whoever skips it after the move skips the call that somebody was asked for before."""
    practice.publishes(sequence("news", stage("nurture", call("ring", blocks=True))))
    rosa = practice.captures()
    rosa.catches_up()
    moved(rosa, sequence("news", stage("nurture", call("phone", blocks=True))), ring="phone")
    rosa.commanded(Verb.SKIP)
    rosa.rings()
    rosa.catches_up()
    found = of(practice)
    assert [(one.step, one.entered) for one in found.steps] == [("ring", 1)]
    assert found.reconciled


def test_a_message_that_was_refused_is_mended_under_its_new_name(practice: Practice) -> None:
    """The lead is parked until somebody says so, and whoever says so has the task of before the move."""
    practice.publishes(mails("hello"))
    practice.provider.will(does.refused("bad_content"))
    rosa = practice.captures()
    rosa.catches_up()
    moved(rosa, mails("welcome"), hello="welcome")
    rosa.hears("task_done", task_key=rosa.tasks[0].task_key, disposition="mended")
    rosa.rings()
    rosa.catches_up()
    assert (rosa.received, rosa.progress.review) == (["welcome"], None)
