"""What an author must mend in a template before it can be published, and what is worth a second look."""

import re
from collections import abc
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from jinja2 import nodes

from adapters import markup
from adapters.front_matter import unknown_word
from adapters.languages import words_of
from adapters.markup import Fault, Slip
from adapters.template_files import TemplateFile
from adapters.template_samples import EVERY_LEAD, SAMPLES, refusals, samples_of
from adapters.template_values import choices_in, printed_tokens, trees_of, unsure_in
from adapters.templates import (
    DATE_FILTERS,
    LINK_TOKENS,
    TOKENS,
    Template,
    Values,
    never_sent,
    render,
    syntax_of,
)
from engine.errors import FollowupError
from engine.segments import segments_of
from engine.sequence.fields import DeclaredField
from engine.sequence.findings import Finding, remark, warning
from engine.sequence.suggestion import suggestion
from engine.sequence.templates import Value
from engine.sequence.written import Place

Kind = Literal["email", "sms", "call", "task"]

BUTTONS_TOO_MANY: Final = 2
SEGMENTS: Final = 3
"""How many segments a text may take without a remark."""
MARKUP_OF_MAILS: Final = re.compile(r"\]\(|\*\*|</?[a-z]+\b[^<>]*>", re.IGNORECASE)

WARNED_OF: Final[tuple[Fault, ...]] = ("number", "plain")
"""Slips that a mail can be sent with."""


# --- what must be mended ----------------------------------------------------------------------------------------------


def problems(
    template: Template, kind: str, fields: abc.Sequence[DeclaredField], where: str, language: str = "en"
) -> tuple[FollowupError, ...]:
    """Why the template cannot be published; `kind` is email, sms, call or task, `language` what it is written in."""
    found = [*_front_matter_problems(template, where)]
    found += _default_problems(template, fields, where)
    found += text_problems(template, fields, where, language)
    if template.marked:
        found += buttons(template, where)
    if kind == "sms":
        found += _markup_in_a_text(template, where)
    return tuple(found)


def nothing_said(template: Template, where: str) -> abc.Iterator[FollowupError]:
    """That it has no text, or as a mail no subject, its snippets included."""
    if template.marked and not template.front.subject:
        yield _no_subject(str(Place(where, dict(template.lines).get("subject", 1))))
    if not template.body.strip():
        yield _never_sent("there is no text", str(Place(where, template.body_line)))


def refused_when_sent(file: TemplateFile, fields: tuple[DeclaredField, ...]) -> abc.Iterator[FollowupError]:
    """What would keep it from invented leads, its snippets included, where nothing else is wrong with it."""
    for refusal in refusals(file.template, fields):
        place = _at(file.own, file.path, file.own_line(refusal.line), refusal.word)
        yield _never_sent(refusal.what, place, refusal.who, SAY_SOMETHING)


def text_problems(
    template: Template, fields: abc.Sequence[DeclaredField], where: str, language: str = "en"
) -> tuple[FollowupError, ...]:
    """What is wrong with its words alone, as far as those of a snippet can be wrong too."""
    known = {*TOKENS, *(field.name for field in fields)}
    flags = {field.name for field in fields if field.kind == "flag"}
    names = [(name, line) for tree, before in trees_of(template) for name, line in _names(tree, before)]
    found = [
        _unknown_token(name, known, _at(template, where, line, name))
        for name, line in _firsts(names)
        if name not in known
    ]
    for tree, before in trees_of(template):
        found += _printed_problems(template, tree, before, flags, where)
        found += _words_that_never_leave(template, tree, before, where)
        found += _never_true(template, tree, before, fields, where)
        found += [
            _may_be_missing(name, _at(template, where, before + line, name))
            for name, line in unsure_in(tree.body, frozenset())
        ]
        if words_of(language) is None:
            lines = [before + node.lineno for node in tree.find_all(nodes.Filter) if node.name in DATE_FILTERS]
            found += [_no_dates(language, _at(template, where, line, "|")) for line in lines]
    if template.marked:
        slips = [slip for slip in _slips(template) if slip.fault not in WARNED_OF and slip.fault != "button"]
        found += [_slipped(slip, where) for slip in slips]
    return tuple(found)


def _front_matter_problems(template: Template, where: str) -> abc.Iterator[FollowupError]:
    front, lines = template.front, dict(template.lines)
    if front.value not in tuple(Value):
        yield unknown_word("value", front.value, Value, str(Place(where, lines["value"])))
    if front.purpose == "transactional" and not front.approved_by:
        yield _not_approved(str(Place(where, lines["purpose"])))


def _default_problems(
    template: Template, fields: abc.Sequence[DeclaredField], where: str
) -> abc.Iterator[FollowupError]:
    known = {*TOKENS, *(field.name for field in fields)}
    lines = dict(template.lines)
    for name, default in template.front.defaults:
        if name not in known:
            yield _unknown_default(name, str(Place(where, lines[name])))
        elif not default:
            yield _says_nothing(name, str(Place(where, lines[name], INDENTED)))


def _printed_problems(
    template: Template, tree: nodes.Template, before: int, flags: abc.Set[str], where: str
) -> abc.Iterator[FollowupError]:
    for output in tree.find_all(nodes.Output):
        for part in output.nodes:
            line = before + part.lineno
            yield from (_flag(name, _at(template, where, line, name)) for name in sorted(flags & {*_seen(part)}))
            if any(choice.expr2 is None for choice in choices_in(part)):
                yield _no_else(_at(template, where, line, " if "))
            yield from (_says_nothing(name, _at(template, where, line, name)) for name in _empty_defaults(part))


def _empty_defaults(part: nodes.Node) -> abc.Iterator[str]:
    """The tokens instead of which nothing is printed."""
    for found in (*([part] if isinstance(part, nodes.Filter) else []), *part.find_all(nodes.Filter)):
        match found:
            case nodes.Filter(name="default", node=nodes.Name(name=name), args=[nodes.Const(value=str(instead))]):
                if not instead.strip():
                    yield name
            case _:
                continue


def _words_that_never_leave(
    template: Template, tree: nodes.Template, before: int, where: str
) -> abc.Iterator[FollowupError]:
    for words in tree.find_all(nodes.TemplateData):
        for line, word, what in never_sent(words.data):
            if template.marked and f"]({word}" in words.data:
                continue  # where a link leads is told with the markup
            yield _never_sent(what, _at(template, where, before + words.lineno + line, word))


def _never_true(
    template: Template, tree: nodes.Template, before: int, fields: abc.Sequence[DeclaredField], where: str
) -> abc.Iterator[FollowupError]:
    """Fields that are compared with what they never are, so that nobody ever reads what stands behind it."""
    declared = {field.name: field for field in fields}
    for node in tree.find_all(nodes.Compare):
        match node:
            case nodes.Compare(expr=nodes.Name(name=name), ops=[nodes.Operand(expr=nodes.Const(value=value))]):
                field = declared.get(name)
                if field is not None and not _may_be(field, value):
                    yield _never(field, value, _at(template, where, before + node.lineno, name))
            case _:
                continue


def _may_be(field: DeclaredField, value: object) -> bool:
    match field.kind:
        case "choice":
            return value in field.values
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "flag":
            return isinstance(value, bool)
        case _:
            return isinstance(value, str)


def _markup_in_a_text(template: Template, where: str) -> abc.Iterator[FollowupError]:
    for words in syntax_of(template.body).find_all(nodes.TemplateData):
        for number, line in enumerate(words.data.split("\n")):
            found = MARKUP_OF_MAILS.search(line)
            if found:
                yield _no_markup(
                    found[0], _at(template, where, template.body_line - 1 + words.lineno + number, found[0])
                )


def _seen(part: nodes.Node) -> abc.Iterator[str]:
    """The tokens whose value is printed, whether it can be missing or not."""
    match part:
        case nodes.Name():
            yield part.name
        case nodes.Filter() if part.node is not None:
            yield from _seen(part.node)
        case nodes.CondExpr():
            for arm in (part.expr1, part.expr2):
                if arm is not None:
                    yield from _seen(arm)
        case nodes.And() | nodes.Or():
            yield from (*_seen(part.left), *_seen(part.right))
        case _:
            return


# --- what is worth a second look --------------------------------------------------------------------------------------


def remarks(
    template: Template,
    kind: str,
    fields: abc.Sequence[DeclaredField],
    file: str,
    ours: Values | None = None,
    own: Template | None = None,
) -> abc.Iterator[Finding]:
    """
    Links that look like a swindler's, texts that are dear, and what is said of us in `ours` and is not known.

    `own` is the template without its snippets, as its author sees it.
    """
    if template.marked:
        for slip in _slips(template):
            if slip.fault in WARNED_OF:
                place = Place(file, slip.line)
                yield warning("TPL011", slip.what, place, "link to an https address of a name that people know")
    if kind == "sms":
        yield from _dear(template, fields, file)
    unsaid = [] if ours is None else [name for name in printed_tokens(template) if name in UNSET and name not in ours]
    defaults = [name for name, _ in template.front.defaults]
    for name in unsaid:
        if name not in defaults:
            what = f"nobody has said what {name} is, and this prints it"
            yield warning("TPL014", what, Place(file, line_of(name, own or template)), f"set {UNSET[name]}")


UNSET: Final = {"company_phone": "FOLLOWUP_COMPANY_PHONE", "booking_url": "FOLLOWUP_BOOKING_URL"}


def _dear(template: Template, fields: abc.Sequence[DeclaredField], file: str) -> abc.Iterator[Finding]:
    for sample in samples_of(template, fields):
        segments = segments_of(render(template, sample.values).text)
        if segments.number > SEGMENTS:
            because = f" because of {' '.join(segments.foreign)}" if segments.foreign else ""
            what = f"this text takes about {segments.number} segments{because}; each is paid for"
            yield remark("TPL015", what, Place(file, template.body_line), f"make it fit into {SEGMENTS} or fewer")
            return


# --- its parts --------------------------------------------------------------------------------------------------------


class _Skeleton(NamedTuple):
    """What the author wrote around the tokens, with a slot for each."""

    text: str
    named: tuple[frozenset[str], ...]
    """The tokens in each slot."""
    lines: tuple[int, ...]
    """On which line of the file each line begins."""


def _at(template: Template, where: str, line: int, word: str) -> str:
    """Where this word stands in a line of the file; the line's beginning when it is somewhere else in its braces."""
    lines = dict(enumerate(template.body.split("\n"), start=template.body_line))
    lines[dict(template.lines).get("subject", 1)] = f"subject: {template.front.subject}"
    return str(Place(where, line, max(lines.get(line, "").find(word), 0) + 1))


def _names(tree: nodes.Template, before: int) -> abc.Iterator[tuple[str, int]]:
    return ((name.name, before + name.lineno) for name in tree.find_all(nodes.Name))


def line_of(name: str, template: Template) -> int:
    """The line on which this token comes first; that of the text when only a snippet in it names the token."""
    lines = [line for tree, before in trees_of(template) for found, line in _names(tree, before) if found == name]
    return min(lines, default=template.body_line)


def _firsts(names: abc.Sequence[tuple[str, int]]) -> abc.Sequence[tuple[str, int]]:
    """Each name once, where it comes first."""
    first: dict[str, int] = {}
    for name, line in names:
        first[name] = min(line, first.get(name, line))
    return sorted(first.items())


def _slips(template: Template) -> tuple[Slip, ...]:
    """What is wrong in the markup, wherever the `if`s lead; lines are those of the file."""
    return _slips_of(_skeleton(template, None))


@lru_cache(maxsize=1024)
def _slips_of(bones: _Skeleton) -> tuple[Slip, ...]:
    samples = [str(SAMPLES.get(next(iter(names), ""), "x")) for names in bones.named]
    ours = [number for number, names in enumerate(bones.named) if names <= {*LINK_TOKENS}]
    slips = markup.slips_in(bones.text, samples, ours)
    return tuple(dict.fromkeys(slip._replace(line=bones.lines[slip.line]) for slip in slips))


def buttons(template: Template, where: str) -> abc.Iterator[FollowupError]:
    """A second button; those in two arms of one `if` are never in one mail."""
    if template.body.count("](") < BUTTONS_TOO_MANY:
        return
    arms = max((_arms(node) for node in syntax_of(template.body).find_all(nodes.If)), default=1)
    found = (slip for arm in range(arms) for slip in _slips_of(_skeleton(template, arm)))
    for slip in dict.fromkeys(slip for slip in found if slip.fault == "button"):
        yield _slipped(slip, where)


def _arms(node: nodes.If) -> int:
    return 2 + len(node.elif_)


def _skeleton(template: Template, arm: int | None) -> _Skeleton:
    """The text as it is where each `if` takes its arm of that number, or its last; with None, all arms in a row."""
    said: list[str] = []
    named: list[frozenset[str]] = []
    lines = [template.body_line]
    for part in _walk(syntax_of(template.body).body, arm):
        at = template.body_line - 1 + part.lineno
        if isinstance(part, nodes.TemplateData):
            if not said or said[-1].endswith("\n"):
                lines[-1] = at
            lines += [at + number for number in range(1, part.data.count("\n") + 1)]
            said.append(part.data)
        else:
            said.append(markup.slot(len(named)))
            names = {name.name for name in part.find_all(nodes.Name)}
            named.append(frozenset(names | ({part.name} if isinstance(part, nodes.Name) else set())))
    return _Skeleton("".join(said), tuple(named), tuple(lines))


def _walk(some: abc.Iterable[nodes.Node], arm: int | None) -> abc.Iterator[nodes.Node]:
    for node in some:
        if isinstance(node, nodes.Output):
            yield from node.nodes
        elif isinstance(node, nodes.If):
            arms = [node.body, *(other.body for other in node.elif_), node.else_]
            for chosen in arms if arm is None else [arms[min(arm, len(arms) - 1)]]:
                yield from _walk(chosen, arm)


# --- what authors are told --------------------------------------------------------------------------------------------

MARKUP: Final = "write **bold**, *italic*, [words](https://…) and lists with - or 1.; nothing else is markup"
CODES: Final[dict[Fault, tuple[str, str]]] = {
    "open": ("TPL008", "end what you began, in the same paragraph and the same arm of an `if`"),
    "foreign": ("TPL008", MARKUP),
    "button": ("TPL009", "put one of the two into a sentence"),
    "address": ("TPL010", "link to https://…, mailto:… or tel:…"),
    "told": ("TPL010", f"make it of {', '.join(LINK_TOKENS)} or of none"),
}


WRITE_TOKENS: Final = (
    "write tokens as {{ first_name }}, with two braces, and addresses as https://…; and say something to everybody"
)
SAY_SOMETHING: Final = "say something to such a lead too: in a default that fits, or behind {% else %}"
INDENTED: Final = 3
"""The column in which the names under `defaults:` begin."""


def _slipped(slip: Slip, where: str) -> FollowupError:
    code, next = CODES[slip.fault]
    return FollowupError(code=code, what=slip.what, where=str(Place(where, slip.line)), next=next)


def _unknown_token(name: str, known: abc.Collection[str], where: str) -> FollowupError:
    return FollowupError(
        code="TPL003",
        what=f"nobody knows the token {name!r}",
        where=where,
        why="it is no declared field and none of ours",
        next=suggestion(name, sorted(known)),
    )


def _unknown_default(name: str, where: str) -> FollowupError:
    return FollowupError(
        code="TPL003",
        what=f"the default of {name!r} belongs to no token",
        where=where,
        why="nothing of that name is ever printed",
        next="remove it, or spell it as the token is spelled",
    )


def _no_subject(where: str) -> FollowupError:
    return FollowupError(
        code="TPL004",
        what="this mail has no subject",
        where=where,
        why="an answer in a thread needs one too: the mail it answers may have been left out",
        next="add `subject:` to its front matter",
    )


def _not_approved(where: str) -> FollowupError:
    return FollowupError(
        code="TPL005",
        what="nobody answers for calling this message transactional",
        where=where,
        why="a transactional message reaches people who refused marketing",
        next="add `approved_by:` with a name, or make its purpose commercial",
    )


def _flag(name: str, where: str) -> FollowupError:
    return FollowupError(
        code="TPL016",
        what=f"{name} is yes or no, and would be printed as True or False",
        where=where,
        next=f"write `{{% if {name} %}}…{{% endif %}}`",
    )


def _no_else(where: str) -> FollowupError:
    return FollowupError(
        code="TPL016",
        what="a choice within a line says nothing for everybody else",
        where=where,
        next="write `… if … else …`, or `{% if … %}…{% endif %}`",
    )


def _may_be_missing(name: str, where: str) -> FollowupError:
    return FollowupError(
        code="TPL021",
        what=f"this asks how large {name} is, also of a lead that has none",
        where=where,
        why="the message could not be written for such a lead, and a person would have to",
        next=f"ask first whether there is one: `{{% if {name} and {name} … %}}`",
    )


def _never(field: DeclaredField, value: object, where: str) -> FollowupError:
    values = {"number": "a number, like 70", "flag": f"`{{% if {field.name} %}}` alone", "date": "a date in quotes"}
    return FollowupError(
        code="TPL019",
        what=f"{field.name} is never {value!r}",
        where=where,
        why="nobody would ever read what stands behind this",
        next=suggestion(str(value), field.values) if field.kind == "choice" else f"write {values[field.kind]}",
    )


def _no_markup(found: str, where: str) -> FollowupError:
    return FollowupError(
        code="TPL020",
        what=f"{found!r} would be read as it stands here: a text has no markup",
        where=where,
        next="write the words, and the whole address of a link: https://…",
    )


def _never_sent(what: str, where: str, who: str = EVERY_LEAD, next: str = WRITE_TOKENS) -> FollowupError:
    return FollowupError(
        code="TPL018",
        what=what,
        where=where,
        why=f"the message would be stopped before it is sent, for {who}",
        next=next,
    )


def _says_nothing(name: str, where: str) -> FollowupError:
    return FollowupError(
        code="TPL016",
        what=f"the default of {name} says nothing",
        where=where,
        why="a lead without a value would read a line with a hole",
        next=f"write words that fit, or `{{% if {name} %}}…{{% endif %}}`",
    )


def _no_dates(language: str, where: str) -> FollowupError:
    return FollowupError(
        code="TPL013",
        what=f"nobody has said how dates are written in {language!r}",
        where=where,
        next="write the date without a filter, or add the language to adapters/languages.py",
    )
