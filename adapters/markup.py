"""
The two parts of a mail from the one text its author wrote, with a markup that reads like a mail.

    **bold**, *italic*, [words](https://example.com), lists with - or 1., and a line break where the author made one.
    A link alone in its paragraph is a button; there is one at most.

It is CommonMark without the rest of it. Whatever a token says is put in when the markup has been read, so it can be no
markup, no HTML and no link, whoever it comes from. Until then a slot stands for it.
"""

import re
from collections import abc
from functools import lru_cache
from html import escape
from ipaddress import ip_address
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal, NamedTuple
from urllib.parse import urlsplit

from adapters.languages import direction_of

if TYPE_CHECKING:  # it costs 40 ms, and whoever writes no mail needs it not
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

RULES: Final = ("list", "link", "emphasis", "escape", "newline", "autolink")

PRIVATE_USE: Final = re.compile("[\ue000-\uf8ff]")
"""Letters that mean nothing to anybody; slots are written with them, so nothing else may hold one."""
_SLOT: Final = re.compile("\ue000(\\d+)\ue001")
_LINKED_SLOT: Final = re.compile("\ue002(\\d+)\ue001")
_DIALLED_SLOT: Final = re.compile("\ue003(\\d+)\ue001")
_WEB: Final = re.compile(r"https?://[^/\s]", re.IGNORECASE)
_KNOWN_SCHEME: Final = re.compile(r"(https?://[^/\s]|mailto:[^\s]|tel:[^\s])", re.IGNORECASE)
_NOT_DIALLED: Final = re.compile(r"[^\d+]")
_NOT_DIALLED_OR_SLOT: Final = re.compile("[^\\d+\ue001\ue003]")

_OPEN: Final = re.compile(r"\*\*|\]\(|__(?=\w)|(?<=\w)__")
_HTML: Final = re.compile(r"</?[a-zA-Z][^<>]*>|<!--")
_FOREIGN: Final = re.compile(r"#{1,6} |> |-{3,}$|={3,}$|\|.*\|$|```")

PAGE: Final = (
    '<!doctype html>\n<html lang="{language}" dir="{direction}">\n<head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"></head>\n'
    '<body style="margin:0 auto;padding:16px;max-width:600px;'
    'font:16px/1.5 Arial,Helvetica,sans-serif;color:#222222">\n{body}</body>\n</html>\n'
)
BUTTON: Final = (
    "display:inline-block;padding:10px 20px;border-radius:6px;background:#1a5fb4;color:#ffffff;text-decoration:none"
)
SMALL: Final = "font-size:13px;color:#666666"

Fault = Literal["open", "foreign", "button", "address", "told", "number", "plain"]
"""What is wrong with a markup: left open, not ours, a second button, no address, an address made of what a lead told
us; and, which can be sent, an address that is a number, or that is not https."""


class Mail(NamedTuple):
    """Both parts of a mail's body."""

    text: str
    html: str
    """The inside of a page."""


class NotWritten(Exception):
    """Why this text is no mail; the message is for people."""


class Slip(NamedTuple):
    """Something wrong in a markup."""

    line: int
    """Of the text, from 0."""
    fault: Fault
    what: str


def slot(number: int) -> str:
    """What stands in a text for the value of that number until its markup has been read."""
    return f"\ue000{number}\ue001"


def slots_in(text: str) -> list[int]:
    """The numbers of the slots in it, in their order."""
    return [int(number) for number in _SLOT.findall(text)]


def without_slots(text: str) -> str:
    """The words between its slots."""
    return _SLOT.sub("", text)


def mail_of(marked: str, values: abc.Sequence[str], ours: abc.Collection[str]) -> Mail:
    """
    The mail of this text, its slots filled with these values; those that are `ours` may be addresses of links.

    Raises: NotWritten when a mark is left open, or a link leads to no address of the web, of mail or of a phone.
    """
    form = _form_of(marked)
    if form.left_open:
        raise NotWritten("a mark of bold letters or of a link is left open in it")
    for address in form.addresses:
        if any(values[int(number)] not in ours for number in _SLOT.findall(address)):
            raise NotWritten("the address of a link in it is made of what a lead told us")
        if not _KNOWN_SCHEME.match(_fill(address, values)):
            raise NotWritten("a link in it leads to no address of the web, of mail or of a phone")

    def linked(found: re.Match[str]) -> str:
        value = values[int(found[1])]
        return link_in_html(value, value) if value in ours and _WEB.match(value) else escape(value)

    html = _SLOT.sub(lambda found: escape(values[int(found[1])]), form.html)
    html = _DIALLED_SLOT.sub(lambda found: _NOT_DIALLED.sub("", values[int(found[1])]), html)
    return Mail(text=_fill(form.text, values), html=_LINKED_SLOT.sub(linked, html))


def plain_html(text: str) -> str:
    """Words that hold no markup, whatever they look like, as HTML: a paragraph after each empty line."""
    lines = text.split("\n")
    marked = "\n".join(slot(number) if line.strip() else "" for number, line in enumerate(lines))
    return mail_of(marked, [PRIVATE_USE.sub("", line) for line in lines], ()).html


def page_of(body: str, small: abc.Sequence[str], language: str) -> str:
    """The mail's HTML: its body, and below it in small letters these lines of HTML."""
    below = f'<p style="{SMALL}">{"<br>".join(small)}</p>\n' if small else ""
    return PAGE.format(body=body + below, language=escape(language), direction=direction_of(language))


def link_in_html(address: str, label: str) -> str:
    """A link, as HTML."""
    return f'<a href="{escape(address)}">{escape(label)}</a>'


def slips_in(marked: str, samples: abc.Sequence[str], ours: abc.Container[int]) -> abc.Iterator[Slip]:
    """
    What is wrong in a text, whose slots have these samples for values; links may be made of the slots that are `ours`.

    No more than one of a kind is told per line.
    """
    buttons = 0
    for paragraph in _paragraphs(_reader().parse(marked)):
        line = paragraph.line
        buttons += paragraph.is_button
        if paragraph.is_button and buttons > 1:
            yield Slip(line, "button", "a second link stands alone in its paragraph, which makes it a button")
        starts_line = True
        for before, child in pairwise([None, *paragraph.children]):
            if child is None:
                continue
            if child.type == "text":
                yield from _slips_in_text(child.content, line, starts_line=starts_line)
            elif child.type == "link_open":
                if before is not None and before.type == "text" and before.content.endswith("!"):
                    yield Slip(line, "foreign", "it holds a picture")
                yield from _slips_in_link(str(child.attrs["href"]), line, samples, ours)
            starts_line = child.type in LINE_BREAKS
            line += starts_line


def _slips_in_text(text: str, line: int, *, starts_line: bool) -> abc.Iterator[Slip]:
    left_open = _OPEN.search(text)
    if left_open:
        what = "a link" if left_open[0] == "](" else "bold"
        yield Slip(line, "open", f"{what} is begun and not ended, or ended and not begun, at {left_open[0]!r}")
    html = _HTML.search(text)
    if html:
        yield Slip(line, "foreign", f"{html[0]!r} is HTML, and would be read as it stands here")
    foreign = _FOREIGN.match(text) if starts_line else None
    if foreign:
        yield Slip(line, "foreign", f"a line that begins with {foreign[0].strip()!r} would be read as it stands here")
    if "`" in text and not foreign:
        yield Slip(line, "foreign", "a back-tick would be read as it stands here")


def _slips_in_link(href: str, line: int, samples: abc.Sequence[str], ours: abc.Container[int]) -> abc.Iterator[Slip]:
    if any(int(number) not in ours for number in _SLOT.findall(href)):
        yield Slip(line, "told", "the address of a link is made of what a lead told us")
        return
    address = _fill(href, samples)
    if not _KNOWN_SCHEME.match(address):
        yield Slip(line, "address", f"{address!r} is no address that a link can lead to")
    elif _WEB.match(address) and _is_number(address):
        yield Slip(line, "number", f"the link to {address} leads to a number and no name, as those of swindlers do")
    elif address.lower().startswith("http:"):
        yield Slip(line, "plain", f"the link to {address} is not https")


def _is_number(address: str) -> bool:
    try:
        ip_address(urlsplit(address).hostname or "")
    except ValueError:
        return False
    return True


# --- reading ----------------------------------------------------------------------------------------------------------

LINE_BREAKS: Final = ("softbreak", "hardbreak")


class _Paragraph(NamedTuple):
    line: int
    children: "list[Token]"
    is_button: bool


@lru_cache(maxsize=1)
def _reader() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    reader = MarkdownIt("zero", {"html": False, "breaks": True}).enable(list(RULES))
    reader.validateLink = lambda url: True  # type: ignore[method-assign] # addresses are judged when they are complete
    reader.normalizeLink = lambda url: url  # type: ignore[method-assign] # a slot must stay one
    return reader


def _paragraphs(tokens: "abc.Sequence[Token]") -> "abc.Iterator[_Paragraph]":
    for token in tokens:
        if token.type == "inline":
            children = token.children or []
            yield _Paragraph(_lines(token)[0], children, token.level == 1 and _is_one_link(children))


def _is_one_link(children: "abc.Sequence[Token]") -> bool:
    links = [number for number, child in enumerate(children) if child.type == "link_open"]
    return links == [0] and children[-1].type == "link_close" and children[0].info != "auto"


def _lines(token: "Token") -> tuple[int, int]:
    first, after = token.map or (0, 0)
    return first, after


# --- values -----------------------------------------------------------------------------------------------------------


def _fill(text: str, values: abc.Sequence[str]) -> str:
    return _SLOT.sub(lambda found: values[int(found[1])], text)


# --- the parts --------------------------------------------------------------------------------------------------------


class _Form(NamedTuple):
    """Both parts of a mail with slots in them: the same for every lead that gets the same arms of each `if`."""

    text: str
    html: str
    addresses: tuple[str, ...]
    left_open: bool


@lru_cache(maxsize=1024)
def _form_of(marked: str) -> _Form:
    reader = _reader()
    tokens = reader.parse(marked)
    paragraphs = tuple(_paragraphs(tokens))
    children = [child for paragraph in paragraphs for child in paragraph.children]
    addresses = tuple(str(child.attrs["href"]).strip() for child in children if child.type == "link_open")
    left_open = any(child.type == "text" and _OPEN.search(child.content) for child in children)
    text = _plain(tokens).strip()
    button = next((paragraph for paragraph in paragraphs if paragraph.is_button), None)
    if button is not None:
        button.children[0].attrs["style"] = BUTTON
    for paragraph in paragraphs:
        _prepare(paragraph.children)
    return _Form(text, reader.renderer.render(tokens, reader.options, {}), addresses, left_open)


def _prepare(children: "abc.Sequence[Token]") -> None:
    """Mark the slots that are filled differently on a page: numbers to dial, and what may become a link by itself."""
    inside = 0
    for child in children:
        inside += child.nesting if child.type.startswith("link") else 0
        if child.type == "link_open":
            child.attrs["href"] = _dialled(str(child.attrs["href"]))
        elif child.type == "text" and not inside:
            child.content = _SLOT.sub("\ue002\\1\ue001", child.content)


def _dialled(address: str) -> str:
    """The address as programs take it: people write brackets and spaces into a phone number."""
    if not address.lower().startswith("tel:"):
        return address
    return "tel:" + _NOT_DIALLED_OR_SLOT.sub("", _SLOT.sub("\ue003\\1\ue001", address))


def _plain(tokens: "abc.Sequence[Token]") -> str:
    """The text as somebody would type it: lines and gaps where the author left them."""
    said: list[str] = []
    ended = 0
    indents: list[str] = []
    marker = ""
    for token in tokens:
        match token.type:
            case "list_item_open":
                # A list within an item begins below it, and the item's own mark is written already.
                marker = f"{token.info}{token.markup} " if token.info else "- "
                indents.append(" " * len(marker))
            case "list_item_close":
                indents.pop()
            case "inline":
                first, after = _lines(token)
                said.append("\n\n" if first > ended else "\n")
                before = "".join(indents)
                head = before[: len(before) - len(marker)] + marker
                said.append((head + _plain_line(token.children or [])).replace("\n", f"\n{before}"))
                ended, marker = after, ""
            case _:
                pass
    return "".join(said)


def _plain_line(children: "abc.Sequence[Token]") -> str:
    alone = _is_one_link(children)
    said: list[str] = []
    begun = 0
    href = ""
    for child in children:
        match child.type:
            case "link_open":
                begun, href = len(said), str(child.attrs["href"])
            case "link_close":
                said[begun:] = [_plain_link("".join(said[begun:]), href, alone=alone)]
            case "softbreak" | "hardbreak":
                said.append("\n")
            case _:
                said.append(child.content)
    return "".join(said)


def _plain_link(label: str, href: str, *, alone: bool) -> str:
    shown = href.removeprefix("mailto:").removeprefix("tel:")
    if not label or label == shown:
        return shown
    if not alone:
        return f"{label} ({shown})"
    return f"{label} {shown}" if label.endswith((".", ":", "?", "!", "…")) else f"{label}: {shown}"
