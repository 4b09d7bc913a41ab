"""
Message templates: what authors write, read when it is published and rendered when it is sent.

    ---
    value: acknowledgement
    purpose: commercial
    subject: We have your enquiry
    defaults:
      first_name: there
    ---
    Hi {{ first_name }}, …

The language is small on purpose: values, a few filters, `if`; and in mails the markup of `adapters.markup`. What leads
tell us are values, never template source. Jinja2's sandbox has been escaped before and bounds neither time nor memory;
so only what is listed here passes.
"""

import re
from collections import abc
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple

from jinja2 import Environment, TemplateError, TemplateSyntaxError, Undefined, nodes, pass_context
from jinja2 import Template as JinjaTemplate
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from adapters import markup
from adapters.front_matter import FrontMatter, parts_of, unreadable
from adapters.languages import date_in, weekday_in
from adapters.markup import NotWritten
from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.sequence.written import Place

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
DATE_FILTERS: Final = ("date", "weekday")
ALLOWED_FILTERS: Final = ("capitalize", "date", "default", "lower", "title", "trim", "upper", "weekday")
ALLOWED_TESTS: Final = ("defined", "undefined")
USE: Final = f'use values, `if`, `snippet("name")` and the filters {", ".join(ALLOWED_FILTERS)}'
MATCH: Final = "write each value between {{ and }}, and each choice between {% if … %} and {% endif %}"
NOT_OURS: Final[tuple[tuple[type[nodes.Node], str], ...]] = (
    (nodes.For, "a loop"),
    (nodes.Call, "a call"),
    (nodes.Getattr, "a value of a value, as in lead.name,"),
    (nodes.Getitem, "a part of a value, as in name[0],"),
    (nodes.Concat, "joining with ~"),
    (nodes.BinExpr, "arithmetic"),
    (nodes.Assign, "a value of its own"),
)
"""What Jinja has and templates have not, as an author calls it."""
DEEPEST: Final = 40
"""How deep anything may be nested; Python itself gives up at a hundred."""
TOO_DEEP: Final = "it is nested too deeply"

PERSON_TOKENS: Final = ("first_name", "last_name", "company")
OWNER_TOKENS: Final = ("owner_name", "owner_email", "owner_phone")
OUR_TOKENS: Final = ("company_name", "company_phone", "booking_url")
TOKENS: Final = (*PERSON_TOKENS, *OWNER_TOKENS, *OUR_TOKENS)
"""What a template may name beside the declared fields. `company` is the lead's, `company_name` ours."""
LINK_TOKENS: Final = (*OWNER_TOKENS, *OUR_TOKENS)
"""What the address of a link may be made of: nothing that a lead told us."""

_TAG = re.compile(r"\{%[-+]?\s*(if|endif)\b")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and marks that turn the direction of what follows them."""
_BROKEN = re.compile("[\ud800-\udfff]")
"""Halves of a character, which no database takes."""
_LEFTOVER = re.compile(r"\{|\}|\[\[|\*\||%%|\|[A-Z][A-Z0-9_:]*\|")
"""Marks of tokens, also of `*|FNAME|*` when its stars have been read as italics."""
_UNNAMED_GREETING = re.compile(r"\b(?:Hi|Hello|Hey|Dear)\s+,")
_SCHEME = re.compile(
    r"\b(?!https?://|mailto:|tel:)[a-z][a-z0-9+.-]*://|\b(?:javascript|vbscript):(?=\S)|\bdata:[a-z]+/", re.IGNORECASE
)
"""Addresses of no web; "here is your data: 12 visits" is none."""
_ADDRESS = re.compile(r"://|\bwww\.", re.IGNORECASE)
_NOTHING: Final = ("", "none", "null", "nan", "undefined")

Values = abc.Mapping[str, str | float | bool]


class Template(Frozen):
    """A template as it was published."""

    digest: str
    front: FrontMatter
    body: str
    marked: bool = False
    """Whether its body has markup, as that of a mail has."""
    language: str = "en"
    """The language it is written in: how dates are said in it."""
    lines: tuple[tuple[str, int], ...] = ()
    """On which line of its file each name of the front matter stands."""
    body_line: int = 1
    """On which line of its file the body begins."""


class Rendered(Frozen):
    """What a lead would read, or why nobody can."""

    subject: str = ""
    text: str = ""
    html: str = ""
    """The same as the inside of a page; empty unless it is a mail."""
    missing: tuple[str, ...] = ()
    """Tokens that have neither a value nor a default."""
    error: str | None = None
    """Why it must not leave although nothing is missing."""


class Unfit(NamedTuple):
    """Words that keep a text from leaving."""

    line: int
    """Of the text, from 0."""
    word: str
    """What to look for in that line."""
    what: str


def digest_of(source: str) -> str:
    """What names this text for ever."""
    return sha256(source.encode()).hexdigest()


def read(source: str, where: str, *, marked: bool = False, language: str = "en") -> Template:
    """
    The template in this text; `where` is the author's file, `marked` says that it is a mail.

    Raises: FollowupError TPL001 when its parts cannot be told apart, TPL002 when it uses what it must not, TPL007 when
    there is no such purpose.
    """
    must_be_readable(source, where)
    parts = parts_of(source, where)
    must_be_allowed(parts.front.subject, where, parts.lines.get("subject", 1))
    must_be_allowed(parts.body, where, parts.body_line)
    return Template(
        digest=digest_of(source),
        front=parts.front,
        body=parts.body,
        marked=marked,
        language=language,
        lines=tuple(parts.lines.items()),
        body_line=parts.body_line,
    )


def must_be_readable(source: str, where: str) -> None:
    """Refuse a text that is too long, or holds what nobody can see. Raises: FollowupError TPL001."""
    if len(source) > LONGEST_SOURCE:
        raise too_long(where)
    unseen = _CONTROL.search(source) or markup.PRIVATE_USE.search(source)
    if unseen:
        line = source.count("\n", 0, unseen.start()) + 1
        why = f"it holds a character that nobody can see, U+{ord(unseen[0]):04X}"
        raise unreadable(str(Place(where, line)), why, "take it out")


def too_long(where: str) -> FollowupError:
    """The error of a text nobody would read to its end."""
    return unreadable(where, f"it is longer than {LONGEST_SOURCE:,} characters", "shorten it")


def must_be_allowed(source: str, where: str, first_line: int) -> None:
    """Refuse what is not part of the language; `first_line` is where this begins. Raises: FollowupError TPL002."""
    before = first_line - 1
    try:
        waiting: list[tuple[nodes.Node, int]] = [(syntax_of(source), 0)]
    except TemplateSyntaxError as error:
        raise _not_read(source, where, before, error) from error
    except RecursionError as error:
        raise _not_allowed(where, first_line, TOO_DEEP) from error
    while waiting:
        node, depth = waiting.pop()
        why = TOO_DEEP if depth > DEEPEST else _why_not(node)
        if why is not None:
            raise _not_allowed(where, before + node.lineno, why)
        waiting += [(inside, depth + 1) for inside in node.iter_child_nodes()]


def _why_not(node: nodes.Node) -> str | None:
    if not isinstance(node, ALLOWED_NODES):
        said = next((said for kind, said in NOT_OURS if isinstance(node, kind)), type(node).__name__)
        return f"{said} is not part of the language"
    if isinstance(node, nodes.Filter) and node.name not in ALLOWED_FILTERS:
        return f"there is no filter {node.name!r}"
    if isinstance(node, nodes.Filter) and (len(node.args) != (node.name == "default") or node.kwargs):
        return f"{node.name} is written {'default(…)' if node.name == 'default' else 'without brackets'}"
    if isinstance(node, nodes.Test) and (node.name not in ALLOWED_TESTS or node.args):
        return f"there is no test {node.name!r}"
    return None


@lru_cache(maxsize=4096)
def syntax_of(source: str) -> nodes.Template:
    """The tree of a text that was read; nobody changes it."""
    return _environment().parse(source)


def tokens_of(template: Template) -> tuple[str, ...]:
    """Every token the template names."""
    sources = (template.front.subject, template.body)
    return tuple(sorted({name.name for source in sources for name in syntax_of(source).find_all(nodes.Name)}))


def render(template: Template, values: Values) -> Rendered:
    """
    The message for these values.

    A value that is empty, or reads like the absence of one, is none; nor is a web address somebody gave for a name.
    """
    context = _context_of(template, values)
    rendering = _Rendering(language=template.language)
    mark = _rendering.set(rendering)
    try:
        subject = _compiled(template.front.subject).render(context)
        rendering.slots = [] if template.marked else None
        body = _compiled(template.body).render(context)
    except (TemplateError, TypeError) as error:  # a text is compared with a number, or nothing with something
        return Rendered(error=f"the template cannot be rendered: {error}")
    finally:
        _rendering.reset(mark)
    if rendering.missing:
        return Rendered(missing=tuple(rendering.missing))
    if rendering.slots is None:
        return _checked(Rendered(subject=subject.strip(), text=body.strip()))
    ours = {str(context[name]) for name in LINK_TOKENS if name in context}
    try:
        mail = markup.mail_of(body, rendering.slots, ours)
    except NotWritten as error:
        return Rendered(error=str(error))
    if not subject.strip():
        return Rendered(error="the mail has no subject")
    return _checked(Rendered(subject=subject.strip(), text=mail.text, html=mail.html))


def _context_of(template: Template, values: Values) -> dict[str, str | float | bool]:
    said = {name: _said(value) for name, value in values.items()}
    known = {name: value for name, value in said.items() if not _is_nothing(name, value)}
    return dict(template.front.defaults) | known


def never_sent(words: str) -> abc.Iterator[Unfit]:
    """Why a text with these words would never leave."""
    for number, line in enumerate(words.split("\n")):
        left = _LEFTOVER.search(line)
        if left:
            yield Unfit(number, left[0], f"{left[0]!r} is left of the token of another tool, or of one of ours")
        greeting = _UNNAMED_GREETING.search(line)
        if greeting:
            yield Unfit(number, greeting[0].split()[0], "it greets nobody")
        address = _SCHEME.search(line)
        if address:
            yield Unfit(number, address[0], f"{address[0]!r} begins an address that is no web address")


def _checked(rendered: Rendered) -> Rendered:
    problem = problem_of(rendered.subject, rendered.text)
    return Rendered(error=problem) if problem else rendered


def problem_of(subject: str, text: str) -> str | None:
    """Why these words must not leave, whoever wrote them; None when they may."""
    whole = f"{subject}\n{text}"
    if "\n" in subject or "\r" in subject:
        return "the subject has more than one line"
    if _CONTROL.search(whole) or _BROKEN.search(whole):
        return "it holds a character that nobody can see"
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


# --- where it says what -----------------------------------------------------------------------------------------------


class Line(NamedTuple):
    """A line of what a template says."""

    number: int
    """Of its file: where what stands first in it comes from."""
    numbered: str
    """With a slot for the number before whatever comes from another place."""

    @property
    def text(self) -> str:
        """As it is read."""
        return markup.without_slots(self.numbered)

    def number_of(self, word: str) -> int:
        """Where this word of it comes from; what was put together from several places comes from the first."""
        before, found, _ = self.numbered.partition(word)
        numbers = markup.slots_in(before) if found else []
        return numbers[-1] if numbers else self.number


def subject_of(template: Template, values: Values) -> list[Line]:
    """The lines of the subject for these values, of which there should be one. Raises: TypeError, as comparisons do."""
    return _lines(template, template.front.subject, dict(template.lines).get("subject", 1), values)


def text_of(template: Template, values: Values) -> list[Line]:
    """The lines of the text for these values, its markup as it is written. Raises: TypeError, as comparisons do."""
    return _lines(template, template.body, template.body_line, values)


def _lines(template: Template, source: str, first_line: int, values: Values) -> list[Line]:
    mark = _rendering.set(_Rendering(language=template.language))
    try:
        said = _environment().from_string(_numbered(source, first_line - 1)).render(_context_of(template, values))
    finally:
        _rendering.reset(mark)
    found: list[Line] = []
    number = first_line
    for line in said.split("\n"):
        numbers = markup.slots_in(line)
        number = numbers[0] if numbers else number
        found.append(Line(number, line))
    return found


def _numbered(source: str, before: int) -> nodes.Template:
    """Its tree, in which a slot with its line is before each part and each line; `before` is how many are above."""
    tree = _environment().parse(source)
    for output in list(tree.find_all(nodes.Output)):
        output.nodes = [piece for part in output.nodes for piece in _numbered_part(part, before + part.lineno)]
    return tree


def _numbered_part(part: nodes.Expr, first: int) -> abc.Iterator[nodes.Expr]:
    words = part.data if isinstance(part, nodes.TemplateData) else ""
    numbered = [f"{markup.slot(number)}{line}" for number, line in enumerate(words.split("\n"), start=first)]
    yield nodes.TemplateData("\n".join(numbered), lineno=part.lineno)
    if not isinstance(part, nodes.TemplateData):
        yield part


# --- values -----------------------------------------------------------------------------------------------------------


@dataclass
class _Rendering:
    """What is noted while one text is rendered."""

    language: str
    missing: dict[str, None] = field(default_factory=dict)
    slots: list[str] | None = None
    """What stands for each slot of a text with markup; None: values are printed as they are."""


_rendering: ContextVar[_Rendering] = ContextVar("rendering")


class _Missing(Undefined):
    """A token without a value: false in a condition, and remembered when it would be printed."""

    def __str__(self) -> str:
        _rendering.get().missing[self._undefined_name or "?"] = None
        return ""


def _said(value: str | float | bool) -> str | float | bool:
    """A text on one line, since a name has one; so it can begin no paragraph and write no header."""
    if not isinstance(value, str):
        return value
    return " ".join(_UNSEEN.sub("", markup.PRIVATE_USE.sub("", value)).split())


def _is_nothing(name: str, value: str | float | bool) -> bool:
    if not isinstance(value, str):
        return False
    return value.lower() in _NOTHING or (name in PERSON_TOKENS and _ADDRESS.search(value) is not None)


# What takes the context is never worked out ahead, when nobody knows yet in which language and for which part.


@pass_context
def _date(context: Context, value: object) -> object:
    """`2027-03-01` as people write it: March 1, 2027."""
    day = _day(value)
    return value if day is None else date_in(_rendering.get().language, day)


@pass_context
def _weekday(context: Context, value: object) -> object:
    """The day of the week `2027-03-01` is: Monday."""
    day = _day(value)
    return value if day is None else weekday_in(_rendering.get().language, day)


def _day(value: object) -> date | None:
    if isinstance(value, Undefined):
        return None
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


@pass_context
def _printed(context: Context, value: object) -> object:
    """Whole numbers without a point, as people write them; where there is markup, a slot that stands for the value."""
    shown = int(value) if isinstance(value, float) and value.is_integer() else value
    slots = _rendering.get().slots
    if slots is None:
        return shown
    slots.append(str(shown))
    return markup.slot(len(slots) - 1)


# --- the language -----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = ImmutableSandboxedEnvironment(
        undefined=_Missing, finalize=_printed, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )  # what is printed into a mail is escaped when its markup has been read; all else is text
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in ALLOWED_FILTERS if name not in DATE_FILTERS}
    environment.filters["date"] = _date
    environment.filters["weekday"] = _weekday
    environment.tests = {name: environment.tests[name] for name in ALLOWED_TESTS}
    return environment


@lru_cache(maxsize=1024)
def _compiled(source: str) -> JinjaTemplate:
    return _environment().from_string(source)


def _not_read(source: str, where: str, before: int, error: TemplateSyntaxError) -> FollowupError:
    """The error of a text whose braces or `if`s do not match; `before` is how many lines of the file are above."""
    open_ifs: list[int] = []
    for tag in _TAG.finditer(source):
        if tag[1] == "if":
            open_ifs.append(source.count("\n", 0, tag.start()) + 1)
        elif open_ifs:
            open_ifs.pop()
    said = error.message or "it cannot be parsed"
    if not said.startswith("Unexpected end of template"):
        return _not_allowed(where, before + error.lineno, said, MATCH)
    if open_ifs:
        return _not_allowed(where, before + open_ifs[-1], "an `if` is begun and never ended", MATCH)
    return _not_allowed(where, before + error.lineno, said)


def _not_allowed(where: str, line: int, why: str, next: str = USE) -> FollowupError:
    return FollowupError(
        code="TPL002",
        what="this template uses what templates may not",
        where=str(Place(where, line)),
        why=why,
        next=next,
    )
