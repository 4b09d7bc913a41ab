"""The word for a question to the lead."""

from collections.abc import Mapping, Sequence
from typing import Literal

from engine.authoring.conditions import Condition
from engine.authoring.exits import must_be_exit
from engine.authoring.field import ChoiceField
from engine.authoring.refusals import DELAYS, WRITE_A_DELAY, here, must_be, must_be_delay, must_be_word
from engine.authoring.steps import asked, step_of
from engine.sequence.answers import MOST_WORDS, words_of
from engine.sequence.compiled import Ask, AskAnswer, Delay, Exit
from engine.sequence.outcomes import NO_ANSWER, SENT
from engine.sequence.written import Place, Written, invalid
from engine.words import OPT_OUT_WORDS

WRITE_ANSWERS = 'name the words for each value: answers={"small": ["1", "small"], "large": ["2", "large"]}'


def ask(
    id: str,
    *,
    saves: ChoiceField,
    answers: Mapping[str, Sequence[str]],
    wait: Delay,
    no_answer: Written[Exit],
    by: Literal["sms", "email"] = "sms",
    after: Delay | None = None,
    only_if: Condition | None = None,
    template: str | None = None,
) -> Written[Ask]:
    """
    A question by text or email whose answer is kept in a field: `answers={"small": ["1", "small"]}`.

    An answer that has the words of one value goes on with the next step, and nobody has to read it. Any other answer
    is one for a person, and after `wait` without one the lead leaves by `no_answer`. A question that is left out goes
    on with the next step. What was answered is asked of the field: `team_size.is_("small")`.
    """
    place = here()
    must_be(saves, ChoiceField, "a choice, which saves takes", place, "declare it in fields.py with field.choice()")
    must_be_word(by, ("sms", "email"), "way to ask", place)
    must_be(wait, DELAYS, "a delay, which wait takes", place, WRITE_A_DELAY)
    must_be_delay(wait, "wait", place)
    must_be_exit(no_answer, "no_answer", place)
    step = step_of(id, after, None, only_if, template, place)
    part = Ask(
        id=step["id"],
        after=step["after"],
        only_if=step["only_if"],
        template=step["template"],
        by=by,
        saves=saves.name,
        answers=_answers(answers, saves, place),
        wait=wait,
        no_answer=no_answer.part,
    )
    return Written(part, place, (*asked(only_if), Written(saves.declared, saves.place), no_answer))


def _answers(answers: Mapping[str, Sequence[str]], saves: ChoiceField, place: Place) -> tuple[AskAnswer, ...]:
    must_be(answers, Mapping, "values with their words", place, WRITE_ANSWERS)
    if not answers:
        raise invalid("SEQ029", "no answer is named", place, WRITE_ANSWERS)
    taken: dict[tuple[str, ...], str] = {}
    for value, said in answers.items():
        _must_be_a_value(value, saves, place)
        must_be(said, (list, tuple), "a list of words", place, WRITE_ANSWERS)
        if not said:
            raise invalid("SEQ029", f"no word means {value!r}", place, WRITE_ANSWERS)
        for word in said:
            _must_be_an_answer(word, place)
            other = taken.setdefault(words_of(word), value)
            if other != value:
                raise invalid("SEQ029", f"{word!r} means {other!r} and {value!r}", place, "give it to one of them")
    return tuple(AskAnswer(value=value, words=tuple(said)) for value, said in answers.items())


def _must_be_a_value(value: object, saves: ChoiceField, place: Place) -> None:
    if value not in saves.declared.values:
        has = ", ".join(saves.declared.values)
        raise invalid("SEQ007", f"{saves.name} is never {value!r}", place, f"it has the values: {has}")
    if value in (SENT, NO_ANSWER):
        raise invalid("SEQ029", f"{value!r} says how the question itself stands", place, "call the value otherwise")


def _must_be_an_answer(word: object, place: Place) -> None:
    must_be(word, str, "a word of the lead's", place, WRITE_ANSWERS)
    words = words_of(str(word))
    if not 0 < len(words) <= MOST_WORDS:
        raise invalid("SEQ029", f"{word!r} is no word of an answer", place, f"write one to {MOST_WORDS} words")
    if OPT_OUT_WORDS & set(words):
        what = f"{word!r} is how a person says no to all messages"
        raise invalid("SEQ029", what, place, "take another word: this one always opts the lead out")
