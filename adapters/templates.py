"""
Message templates: what authors write, checked when it is published and rendered when it is sent.

    ---
    value: acknowledgement
    purpose: commercial
    subject: We have your enquiry
    defaults:
      first_name: there
    ---
    Hi {{ first_name }}, …

The language is small on purpose: values, a few filters, `if`. What leads tell us are values, never template source.
Source: faults.md 8.8.
"""

import re
from collections import abc
from contextvars import ContextVar
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import Final, Literal, get_args

from jinja2 import Environment, TemplateError, TemplateSyntaxError, Undefined, nodes
from jinja2 import Template as JinjaTemplate
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.sequence.suggestion import suggestion
from engine.sequence.templates import Value

LONGEST_OUTPUT: Final = 20_000
LONGEST_SOURCE: Final = 20_000

ALLOWED_NODES: Final = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Filter,
    nodes.Test,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
)
ALLOWED_FILTERS: Final = ("capitalize", "date", "default", "lower", "title", "trim", "upper")
ALLOWED_TESTS: Final = ("defined", "undefined")

PERSON_TOKENS: Final = ("first_name", "last_name", "company")
OWNER_TOKENS: Final = ("owner_name", "owner_email", "owner_phone")
OUR_TOKENS: Final = ("company_name", "company_phone", "booking_url")
TOKENS: Final = (*PERSON_TOKENS, *OWNER_TOKENS, *OUR_TOKENS)
"""What a template may name beside the declared fields. `company` is the lead's, `company_name` ours."""

_FRONT = re.compile(r"---\n(?P<front>.*?)\n---\n(?P<body>.*)", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LEFTOVER = re.compile(r"\{|\}|\[\[|\*\||%%")
_UNNAMED_GREETING = re.compile(r"\b(?:Hi|Hello|Hey|Dear)\s+,")
_SCHEME = re.compile(r"\b(?!https?://|mailto:|tel:)[a-z][a-z0-9+.-]*://|\b(?:javascript|data|vbscript):", re.IGNORECASE)
_NOTHING: Final = ("", "none", "null", "nan", "undefined")

Values = abc.Mapping[str, str | float | bool]


Purpose = Literal["commercial", "transactional"]


class FrontMatter(Frozen):
    """What a template says about itself."""

    value: str
    """A Value. Only authors are held to the list: what was published before it can still be sent."""
    purpose: Purpose
    subject: str = ""
    approved_by: str = ""
    """Who answers for calling it transactional."""
    defaults: tuple[tuple[str, str], ...] = ()
    """What stands for a token that has no value."""


class Template(Frozen):
    """A template as it was published."""

    digest: str
    front: FrontMatter
    body: str


class Rendered(Frozen):
    """What a lead would read, or why nobody can."""

    subject: str = ""
    text: str = ""
    missing: tuple[str, ...] = ()
    """Tokens that have neither a value nor a default."""
    error: str | None = None
    """Why it must not leave although nothing is missing."""


def digest_of(source: str) -> str:
    """What names this text for ever."""
    return sha256(source.encode()).hexdigest()


def read(source: str, where: str) -> Template:
    """
    The template in this text; `where` is the author's file.

    Raises: FollowupError TPL001 when its parts cannot be told apart, TPL002 when it uses what it must not, TPL007 when
    there is no such purpose.
    """
    if _CONTROL.search(source):
        raise _unreadable(where, "it holds a character that nobody can see", "take it out; an editor shows it as ^@")
    found = _FRONT.fullmatch(source)
    if found is None or len(source) > LONGEST_SOURCE:
        raise _unreadable(where, "it has no front matter between two lines of ---, or is too long", BEGIN)
    front = _front_matter(found["front"], where)
    template = Template(digest=digest_of(source), front=front, body=found["body"].strip("\n"))
    first_line = source[: found.start("body")].count("\n")
    _check(front.subject, where, 0)
    _check(found["body"], where, first_line)
    return template


def tokens_of(template: Template) -> tuple[str, ...]:
    """Every token the template names."""
    names = {
        name.name
        for source in (template.front.subject, template.body)
        for name in _environment().parse(source).find_all(nodes.Name)
    }
    return tuple(sorted(names))


def printed_tokens(template: Template) -> tuple[str, ...]:
    """The tokens whose value the reader sees, and whose absence would leave a hole: not those that only decide."""
    names = {
        name
        for source in (template.front.subject, template.body)
        for output in _environment().parse(source).find_all(nodes.Output)
        for part in output.nodes
        for name in _printed_by(part)
    }
    return tuple(sorted(names))


def _printed_by(part: nodes.Node) -> abc.Iterator[str]:
    match part:
        case nodes.Name():
            yield part.name
        case nodes.Filter() if part.name != "default" and part.node is not None:
            yield from _printed_by(part.node)
        case nodes.CondExpr():
            for arm in (part.expr1, part.expr2):
                if arm is not None:
                    yield from _printed_by(arm)
        case _:
            return


def lint(template: Template, kind: str, fields: abc.Collection[str], where: str) -> tuple[FollowupError, ...]:
    """What an author must mend before the template can be published; `kind` is email, sms, call or task."""
    known = {*TOKENS, *fields}
    problems = [_unknown_token(name, known, where) for name in tokens_of(template) if name not in known]
    problems += [_unknown_default(name, where) for name, _ in template.front.defaults if name not in known]
    if template.front.value not in tuple(Value):
        problems.append(_unknown_word("value", template.front.value, Value, where))
    if kind == "email" and not template.front.subject:
        problems.append(_no_subject(where))
    if template.front.purpose == "transactional" and not template.front.approved_by:
        problems.append(_not_approved(where))
    return tuple(problems)


def render(template: Template, values: Values) -> Rendered:
    """The message for these values. A value that is empty, or reads like the absence of one, is none."""
    said = {name: _said(value) for name, value in values.items() if not _is_nothing(value)}
    context = dict(template.front.defaults) | said
    missing: dict[str, None] = {}
    mark = _missing.set(missing)
    try:
        subject = _compiled(template.front.subject).render(context)
        text = _compiled(template.body).render(context)
    except TemplateError as error:
        return Rendered(error=f"the template cannot be rendered: {error.message}")
    finally:
        _missing.reset(mark)
    if missing:
        return Rendered(missing=tuple(missing))
    return _checked(subject.strip(), text.strip())


def _checked(subject: str, text: str) -> Rendered:
    problem = _output_problem(subject, text)
    return Rendered(error=problem) if problem else Rendered(subject=subject, text=text)


def _output_problem(subject: str, text: str) -> str | None:
    whole = f"{subject}\n{text}"
    if "\n" in subject or "\r" in subject:
        return "the subject has more than one line"
    if len(whole) > LONGEST_OUTPUT:
        return f"it is longer than {LONGEST_OUTPUT} characters"
    if not text:
        return "it is empty"
    if _LEFTOVER.search(whole):
        return "a brace or another mark of a template is left in it"
    if _UNNAMED_GREETING.search(whole):
        return "it greets nobody"
    if _SCHEME.search(whole):
        return "it holds an address that is no web address"
    return None


# --- values -----------------------------------------------------------------------------------------------------------

_missing: ContextVar[dict[str, None]] = ContextVar("missing")


class _Missing(Undefined):
    """A token without a value: false in a condition, and remembered when it would be printed."""

    def __str__(self) -> str:
        _missing.get()[self._undefined_name or "?"] = None
        return ""


def _said(value: str | float | bool) -> str | float | bool:
    return _CONTROL.sub("", value) if isinstance(value, str) else value


def _is_nothing(value: str | float | bool) -> bool:
    return isinstance(value, str) and value.strip().lower() in _NOTHING


def _date(value: object) -> object:
    """`2027-03-01` as people write it: March 1, 2027."""
    if isinstance(value, Undefined):
        return value
    try:
        day = date.fromisoformat(str(value)[:10])
    except ValueError:
        return value
    return f"{day:%B} {day.day}, {day.year}"


def _printed(value: object) -> object:
    """Whole numbers without a point, as people write them."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


# --- the language -----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = ImmutableSandboxedEnvironment(
        undefined=_Missing, finalize=_printed, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )  # text only; nothing of ours is ever shown as HTML unescaped
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in ALLOWED_FILTERS if name != "date"}
    environment.filters["date"] = _date
    environment.tests = {name: environment.tests[name] for name in ALLOWED_TESTS}
    return environment


@lru_cache(maxsize=1024)
def _compiled(source: str) -> JinjaTemplate:
    return _environment().from_string(source)


def _check(source: str, where: str, lines_before: int) -> None:
    try:
        for node in _environment().parse(source).find_all(nodes.Node):
            if not isinstance(node, ALLOWED_NODES):
                why = f"{type(node).__name__} is not part of the language"
                raise _not_allowed(where, lines_before + node.lineno, why)
        # Unknown filters and tests come out only here. It also works out what is constant, so it comes last.
        _environment().from_string(source)
    except TemplateSyntaxError as error:
        raise _not_allowed(where, lines_before + error.lineno, error.message or "it cannot be parsed") from error
    except RecursionError as error:
        raise _not_allowed(where, lines_before + 1, "it is nested too deeply") from error


# --- front matter -----------------------------------------------------------------------------------------------------


def _front_matter(text: str, where: str) -> FrontMatter:
    said: dict[str, str] = {}
    defaults: list[tuple[str, str]] = []
    lines: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), start=2):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not line.strip():
            continue
        if not colon or name in said:
            raise _unreadable(f"{where}:{number}", "a line here is `name: value`, each name once", MEND)
        if line.startswith(" "):
            if "defaults" not in said:
                raise _unreadable(f"{where}:{number}", "only what stands under `defaults:` is indented", MEND)
            defaults.append((name, value))
        else:
            said[name] = value
            lines[name] = f"{where}:{number}"
    _names_must_be_known(said, lines, where)
    if said.pop("defaults", ""):
        raise _unreadable(lines["defaults"], "something stands behind `defaults:`", DEFAULTS)
    if said["purpose"] not in get_args(Purpose):
        raise _unknown_word("purpose", said["purpose"], get_args(Purpose), lines["purpose"])
    return FrontMatter.model_validate({**said, "defaults": tuple(defaults)})


def _names_must_be_known(said: abc.Collection[str], lines: abc.Mapping[str, str], where: str) -> None:
    known = FrontMatter.model_fields
    for name in said:
        if name not in known:
            raise _unreadable(lines[name], f"there is no {name!r} in front matter", suggestion(name, known))
    for name in ("value", "purpose"):
        if name not in said:
            raise _unreadable(where, f"its front matter has no {name!r}", f"add `{name}:` to its front matter")


# --- what authors are told --------------------------------------------------------------------------------------------


BEGIN: Final = "begin it with ---, its front matter, --- and then the text"
DEFAULTS: Final = "write each default on a line of its own below, indented: `first_name: there`"
MEND: Final = "mend the line that is named"


def _unreadable(where: str, why: str, next: str) -> FollowupError:
    return FollowupError(code="TPL001", what="this template cannot be read", where=where, why=why, next=next)


def not_text(where: str) -> FollowupError:
    """The error of a file whose bytes are no text."""
    return _unreadable(where, "it is not UTF-8", "save it as UTF-8")


def _unknown_word(name: str, word: str, known: abc.Iterable[str], where: str) -> FollowupError:
    return FollowupError(code="TPL007", what=f"there is no {name} {word!r}", where=where, next=suggestion(word, known))


def _not_allowed(where: str, line: int, why: str) -> FollowupError:
    return FollowupError(
        code="TPL002",
        what="this template uses what templates may not",
        where=f"{where}:{line}",
        why=why,
        next=f"use values, `if` and the filters {', '.join(ALLOWED_FILTERS)}",
    )


def _unknown_token(name: str, known: abc.Collection[str], where: str) -> FollowupError:
    return FollowupError(
        code="TPL003",
        what=f"nobody knows the token {name!r}",
        where=where,
        why="it is no declared field and none of ours",
        next=f"write one of {', '.join(sorted(known))}",
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
