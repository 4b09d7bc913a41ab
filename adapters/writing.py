"""What a message says: the template in the lead's language with its values, and below a mail who we are."""

from collections import abc
from html import escape
from typing import Final

from adapters import templates
from adapters.languages import WORDS, nearest, tag_of, words_of
from adapters.markup import link_in_html, page_of
from adapters.settings import Settings
from adapters.templates import Rendered, Template, Values
from adapters.unsubscribe import link_of
from engine.errors import FollowupError
from engine.life.wishes import Plan, TemplateRef
from engine.words import Channel, TouchKey

ANSWER: Final = "Re: "
TextOf = abc.Callable[[str], str]
"""The text of a template, by its digest."""


class Writer:
    """Renders the templates of published versions, with these settings; what it has read it remembers."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._templates: dict[tuple[str, str], Template] = {}

    def chosen(self, plan: Plan, name: str, language: str | None) -> tuple[TemplateRef, str]:
        """
        The template of that name and kind in a language near to this one, else the one for everybody; and its language.

        Raises: FollowupError DBS006 when the version was published without it.
        """
        refs = {ref.name: ref for ref in plan.templates}
        stem, _, kind = name.rpartition(".")
        for tag in nearest(tag_of(language)):
            if f"{stem}.{tag}.{kind}" in refs:
                return refs[f"{stem}.{tag}.{kind}"], tag
        if name in refs:
            return refs[name], self._settings.language
        raise FollowupError(
            code="DBS006",
            what=f"{plan.version} was published without the template {name}",
            where="sequence_versions",
            next="publish the sequence again, with its templates",
        )

    def template(self, plan: Plan, name: str, language: str | None, text_of: TextOf) -> Template:
        """As `chosen`, read. Raises: FollowupError DBS006."""
        ref, written_in = self.chosen(plan, name, language)
        key = (ref.digest, ref.name)  # the same words in two languages say dates differently
        known = self._templates.get(key)
        if known is None:
            marked = name.endswith(f".{Channel.EMAIL.value}")
            known = templates.read(text_of(ref.digest), ref.name, marked=marked, language=written_in)
            self._templates[key] = known
        return known

    def words(self, template: Template, values: Values, channel: Channel, answers: str | None = None) -> Rendered:
        """What it says without the footer; `answers` is the subject of the mail in whose thread it stands."""
        rendered = templates.render(template, values)
        if not rendered.text or channel is not Channel.EMAIL:
            return rendered
        subject = rendered.subject if answers is None else ANSWER + answers.removeprefix(ANSWER)
        return rendered.model_copy(update={"subject": subject})

    def with_footer(self, template: Template, words: Rendered, channel: Channel, touch_key: TouchKey) -> Rendered:
        """A mail as it leaves: a page, and below a commercial one who we are and how to leave."""
        if not words.text or channel is not Channel.EMAIL:
            return words
        language = template.language
        if template.front.purpose == "transactional":
            return words.model_copy(update={"html": page_of(words.html, (), language)})
        if self._settings.footer_address is None:
            return Rendered(error="no postal address is configured, and every commercial mail needs one")
        text, html = self._footer(touch_key, language)
        page = page_of(words.html, html, language)
        return words.model_copy(update={"text": "\n".join((words.text, "", "--", *text)), "html": page})

    def task_text(self, template: Template, values: Values) -> Rendered:
        """What a person is asked to do; a value nobody knows is left out visibly, since a person can cope."""
        rendered = templates.render(template, values)
        if not rendered.missing:
            return rendered
        gaps = {token: f"({token.replace('_', ' ')} unknown)" for token in rendered.missing}
        return templates.render(template, {**values, **gaps})

    def _footer(self, touch_key: TouchKey, language: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Who we are and how to leave: the lines of the text, and those of the HTML."""
        words, base_url = words_of(language) or WORDS["en"], self._settings.public_base_url
        who = f"{self._settings.company_name}, {self._settings.footer_address}"
        if base_url is None:
            return (who, words.leave_by_word), (escape(who), escape(words.leave_by_word))
        link = link_of(touch_key, base_url, self._settings.link_key)
        linked = f"{escape(words.leave)} {link_in_html(link, words.leave_label)}"
        return (who, f"{words.leave} {link}"), (escape(who), linked)
