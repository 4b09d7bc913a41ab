"""New words reach leads in flight, and a sequence that is given up ends for those who are in it: by a command each."""

from datetime import timedelta

from engine.life.migrating import Migration, migrated, unmigrated
from engine.life.moves import Send
from engine.life.wishes import Plan, TemplateRef
from engine.reasons import IgnoreReason, StopReason
from engine.sequence.compiled import OnByHand
from engine.words import EventKind, Verb
from tests.support.life import ALWAYS, Life, at
from tests.support.sequences import call, days, email, minutes, sequence, stage

MONDAY = at("2026-11-23 09:00")
OLD = sequence(stage("nurture", email("one"), email("two", after=days(2))), hours=ALWAYS)
NEW = OLD.model_copy(update={"version": "life@new", "templates": (TemplateRef(name="life/two.email", digest="new"),)})
LONGER = sequence(stage("nurture", email("one"), email("two", after=days(3))), hours=ALWAYS).model_copy(
    update={"version": "life@longer"}
)
URGENT = sequence(
    stage("as_is", call("ring-back")), name="urgent", starts=(OnByHand(name="urgent"),), gives_back=True, hours=ALWAYS
)


def waiting(*above: Plan) -> Life:
    """A lead that has had the first mail and waits for the second."""
    rosa = Life(*above, OLD, now=MONDAY)
    rosa.happens(EventKind.CAPTURED)
    assert rosa.sent == ["one"]
    return rosa


def moves(rosa: Life, plan: Plan | None, version: str = "life@new", **said: object) -> IgnoreReason | None:
    """A person's command to move the lead there: noted and looked at; why it changed nothing, if it did not."""
    migration = Migration(command=rosa.command(Verb.MIGRATE, version=version, **said), plan=plan)
    reason = unmigrated(rosa.progress, migration)
    rosa.note(migration)
    rosa.look()
    return reason


def version_of(rosa: Life) -> str:
    """The version the lead's running enrolment is on."""
    assert rosa.progress.enrolment is not None
    return rosa.progress.enrolment.plan.version


def test_new_words_reach_a_lead_that_waits_and_nothing_is_sent_twice():
    """The mail that is out stays the only one of its kind; the next one is of the new version, at its old moment."""
    rosa = waiting()
    due = rosa.wake()
    assert moves(rosa, NEW) is None
    assert (version_of(rosa), rosa.sent, rosa.wake()) == ("life@new", ["one"], due)
    rosa.let_pass(days=3)
    assert rosa.sent == ["one", "two"]
    assert [move.version for _, move in rosa.moves if isinstance(move, Send)] == [OLD.version, "life@new"]


def test_a_sequence_that_stands_interrupted_gets_its_new_words_too():
    """It would go on with words that somebody has taken back."""
    rosa = waiting(URGENT)
    rosa.happens(EventKind.BY_HAND, name="urgent")
    assert moves(rosa, NEW) is None
    assert rosa.progress.interrupted[0].plan.version == "life@new"
    assert version_of(rosa) == URGENT.version


def test_the_same_command_again_changes_nothing():
    """Whoever is not sure whether a half-done round came to its end lets it run again."""
    rosa = waiting()
    moves(rosa, NEW)
    before = rosa.progress
    assert moves(rosa, NEW) is IgnoreReason.SAME_VERSION
    assert rosa.progress == before.model_copy(update={"last_applied": before.last_applied + 1})


def test_whoever_is_in_another_version_than_the_one_named_stays_there():
    """Two people move the same leads at once: each lead goes where the first of them sends it."""
    rosa = waiting()
    assert moves(rosa, NEW, from_version=OLD.version) is None
    assert moves(rosa, LONGER, from_version=OLD.version) is IgnoreReason.OTHER_VERSION
    assert version_of(rosa) == "life@new"


def test_whoever_has_no_place_in_another_structure_stays_where_it_is():
    """Half a move would be worse than none: the memory is the same but for the number of the command."""
    rosa = waiting()
    shorter = sequence(stage("nurture", email("one")), hours=ALWAYS).model_copy(update={"version": "life@shorter"})
    before = rosa.progress
    assert moves(rosa, shorter) is IgnoreReason.NO_COUNTERPART
    assert rosa.progress == before.model_copy(update={"last_applied": before.last_applied + 1})
    command = rosa.command(Verb.MIGRATE, version="life@shorter")
    assert migrated(before, Migration(command=command, plan=shorter)) == before


def test_a_version_that_was_never_published_moves_nobody():
    """Somebody mistyped it in the Temporal UI: the lead must not fail on that for ever."""
    rosa = waiting()
    assert moves(rosa, None, "life@typo") is IgnoreReason.NO_SUCH_VERSION
    rosa.commands(Verb.MIGRATE, version="life@typo")
    assert version_of(rosa) == OLD.version


def test_a_lead_that_is_in_no_such_sequence_is_not_brought_into_it():
    """The list was made a minute ago; since then it has answered."""
    rosa = waiting()
    rosa.commands(Verb.STOP)
    assert moves(rosa, NEW) is IgnoreReason.NO_ENROLMENT
    assert rosa.progress.enrolment is None


class TestRetiring:
    """A sequence is given up, and who is in it is let go."""

    def test_its_leads_are_let_go_with_the_reason(self):
        """Nobody failed and nobody was stopped by hand: the sequence is over."""
        rosa = waiting()
        rosa.commands(Verb.RETIRE, sequence="life")
        assert rosa.progress.enrolment is None
        assert rosa.progress.past[0].because is StopReason.SEQUENCE_RETIRED
        rosa.let_pass(days=5)
        assert rosa.sent == ["one"]

    def test_a_paused_lead_is_let_go_too(self):
        """It must not wake up next month in a sequence that nobody knows any more."""
        rosa = waiting()
        rosa.commands(Verb.PAUSE, until=MONDAY + timedelta(days=20))
        rosa.commands(Verb.RETIRE, sequence="life")
        assert rosa.progress.past[0].because is StopReason.SEQUENCE_RETIRED

    def test_what_stands_interrupted_ends_and_what_runs_goes_on(self):
        """The urgent call is another sequence's business."""
        rosa = waiting(URGENT)
        rosa.happens(EventKind.BY_HAND, name="urgent")
        rosa.commands(Verb.RETIRE, sequence="life")
        assert rosa.progress.interrupted == ()
        assert [past.because for past in rosa.progress.past] == [StopReason.SEQUENCE_RETIRED]
        assert version_of(rosa) == URGENT.version
        rosa.closes("no_answer", "ring-back")
        assert rosa.progress.enrolment is None

    def test_what_it_interrupted_has_the_lead_again(self):
        """Nobody is left with nothing because the sequence above is given up."""
        rosa = waiting(URGENT)
        rosa.happens(EventKind.BY_HAND, name="urgent")
        rosa.commands(Verb.RETIRE, sequence="urgent")
        assert version_of(rosa) == OLD.version
        assert rosa.progress.tasks == ()

    def test_other_leads_are_not_touched(self):
        """A lead that has left the sequence since the list was made keeps what it is in now."""
        rosa = waiting()
        before = rosa.progress.enrolment
        rosa.commands(Verb.RETIRE, sequence="urgent")
        rosa.commands(Verb.RETIRE)
        assert rosa.progress.enrolment == before


def test_waits_of_a_minute_are_unharmed_by_new_words():
    """The gap between two mails is counted from the one that left, whichever version it was of."""
    first = sequence(stage("nurture", email("one"), email("two", after=minutes(90))), hours=ALWAYS)
    rosa = Life(first, now=MONDAY)
    rosa.happens(EventKind.CAPTURED)
    rosa.let_pass(minutes=30)
    moves(rosa, first.model_copy(update={"version": "life@new"}))
    rosa.let_pass(minutes=59)
    assert rosa.sent == ["one"]
    rosa.let_pass(minutes=60 * 12)
    assert rosa.sent == ["one", "two"]
