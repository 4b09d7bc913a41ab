"""What a template comes to for invented leads: with everything it asks for, with each answer, and with nothing."""

import re
from collections import abc
from functools import lru_cache
from typing import Final, NamedTuple

from jinja2 import nodes

from adapters import markup
from adapters.template_values import SIZES, printed_tokens, trees_of
from adapters.templates import OUR_TOKENS, Line, Template, Values, never_sent, render, subject_of, text_of
from engine.sequence.fields import DeclaredField

SAMPLES: Final[dict[str, str | float | bool]] = {
    "first_name": "Alexandra",
    "last_name": "Montgomery",
    "company": "Montgomery Brothers",
    "owner_name": "Alexandra",
    "owner_email": "alexandra@example.com",
    "owner_phone": "(202) 555-0100",
    "company_name": "Our Company Inc.",
    "company_phone": "(202) 555-0100",
    "booking_url": "https://example.com/book",
}
"""What stands for a token until there is a lead: of a good length, and no letter that makes a text dear."""
SAMPLES_OF: Final[dict[str, str | float | bool]] = {"date": "2027-09-22", "number": 10_000.0, "flag": True}

EVERY_LEAD: Final = "every lead"
_QUESTIONS: Final[tuple[type[nodes.Node], ...]] = (nodes.If, nodes.CondExpr, nodes.And, nodes.Or, nodes.Const)
_PLAIN: Final = re.compile(r"\w[\w .'-]*")


class Sample(NamedTuple):
    """An invented lead."""

    who: str
    values: Values


class Refusal(NamedTuple):
    """Why the message would be stopped before it is sent."""

    line: int
    """Of the template's file, its snippets in place."""
    word: str
    """What to look for in that line."""
    what: str
    who: str
    """For whom."""


def samples_of(template: Template, fields: abc.Sequence[DeclaredField]) -> abc.Iterator[Sample]:
    """A lead that has everything, one for each further answer to each question of the text, and one with no answer."""
    named = {name.name for tree, _ in trees_of(template) for name in tree.find_all(nodes.Name)}
    asked = [field for field in fields if field.name in named]
    told: dict[str, str | float | bool] = dict(SAMPLES)
    for field in asked:
        told[field.name] = field.values[0] if field.values else SAMPLES_OF.get(field.kind, "")
    yield Sample("a lead of whom everything is known", told)
    for field in asked:
        yield from (
            Sample(f"a lead whose {field.name} is {value}", {**told, field.name: value}) for value in field.values[1:]
        )
    defaults = {name for name, _ in template.front.defaults}
    needed = {*OUR_TOKENS, *printed_tokens(template)} - (defaults - {*OUR_TOKENS})
    absent = sorted((named & told.keys()) - needed)
    if absent:
        without = {name: value for name, value in told.items() if name in needed}
        yield Sample(f"a lead without {', '.join(absent)}", without)


@lru_cache(maxsize=1024)
def refusals(template: Template, fields: tuple[DeclaredField, ...]) -> tuple[Refusal, ...]:
    """Why some of these leads would never get it; nothing of values that are missing, which are told at the step."""
    if not _asks(template):
        return ()
    samples = [*samples_of(template, fields)]
    found: dict[tuple[int, str, str], list[str]] = {}
    for sample in samples:
        error = render(template, sample.values).error
        for refused in () if error is None else _refused(template, sample.values, error):
            found.setdefault(refused, []).append(sample.who)
    return tuple(Refusal(*why, EVERY_LEAD if len(who) == len(samples) else who[0]) for why, who in found.items())


def _asks(template: Template) -> bool:
    """Whether it says one thing to one lead and another to another; a name that is printed is no question."""
    plain = all(_PLAIN.fullmatch(default) for _, default in template.front.defaults)
    return not plain or any(tree.find(kind) for tree, _ in trees_of(template) for kind in _QUESTIONS)


def _refused(template: Template, values: Values, error: str) -> abc.Iterator[tuple[int, str, str]]:
    try:
        subject, text = subject_of(template, values), text_of(template, values)
    except TypeError:
        yield _compared(template), "{", error
        return
    unfit = [*_unfit(subject), *_unfit(text)]
    if unfit:
        yield from unfit
    elif len(subject) > 1 or (template.marked and not subject[0].text.strip()):
        yield subject[0].number, "{", error
    else:
        yield _slipped(text) if template.marked else template.body_line, "", error


def _unfit(lines: abc.Sequence[Line]) -> abc.Iterator[tuple[int, str, str]]:
    for found in never_sent("\n".join(line.text for line in lines)):
        yield lines[found.line].number_of(found.word), found.word, found.what


def _slipped(lines: abc.Sequence[Line]) -> int:
    """Where the markup goes wrong; else, where there is a link, and else where the text begins."""
    slips = markup.slips_in("\n".join(line.text for line in lines), (), ())
    wrong = [lines[slip.line].number for slip in slips if slip.fault in ("open", "address")]
    links = [line.number for line in lines if "](" in line.text]
    return next(iter([*wrong, *links, lines[0].number]))


def _compared(template: Template) -> int:
    """Where it is asked first how large something is: nothing else fails for one value and not for another."""
    for tree, before in trees_of(template):
        for node in tree.find_all(nodes.Compare):
            if node.ops[0].op in SIZES:
                return before + node.lineno
    return template.body_line
