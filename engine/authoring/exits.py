"""Words for where a lead goes when a stage is done, or when something happens."""

from engine.authoring.refusals import here, must_be_delay, must_be_name, must_be_word, must_be_written
from engine.authoring.vocabulary import StageName
from engine.sequence.compiled import CarryOn, Delay, Exit, Finish, FinishReason, Goto, Start
from engine.sequence.written import Place, Written
from engine.words import Stage

FINISH_REASONS = ("completed", "goal_met", "not_interested", "disqualified")
WRITE_AN_EXIT = 'write goto("nurture"), start("win-back") or finish()'


def goto(stage: StageName, *, after: Delay | None = None) -> Written[Goto]:
    """On to a stage of the same sequence."""
    place = here()
    must_be_word(stage, Stage, "stage", place)
    must_be_delay(after, "after", place)
    return Written(Goto(stage=Stage(stage), after=after), place)


def start(sequence: str, *, after: Delay | None = None) -> Written[Start]:
    """Hand over to another sequence of the catalogue; this one ends."""
    place = here()
    must_be_name(sequence, "sequence", place, like="win-back")
    must_be_delay(after, "after", place)
    return Written(Start(sequence=sequence, after=after), place)


def finish(reason: FinishReason = "completed", *, after: Delay | None = None) -> Written[Finish]:
    """The sequence is over for this lead."""
    place = here()
    must_be_word(reason, FINISH_REASONS, "reason to finish", place)
    must_be_delay(after, "after", place)
    return Written(Finish(reason=reason, after=after), place)


def carry_on() -> Written[CarryOn]:
    """Once somebody has answered the lead, go on where it was. Only inside `on`."""
    return Written(CarryOn(), here())


def must_be_exit(value: Written[Exit], what: str, place: Place) -> None:
    """Refuse what leads nowhere."""
    must_be_written(value, (Goto, Start, Finish), f"an exit, which {what} takes", place, WRITE_AN_EXIT)
