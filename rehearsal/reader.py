"""What a sample lead would read: the words of any message or task, made as real ones are, from what is written."""

from adapters.release import Release
from adapters.settings import Settings
from adapters.templates import Rendered, Template
from adapters.writing import Writer
from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.life.wishes import Plan
from engine.sequence.compiled import HumanTask, Message, Sendable
from engine.words import TouchKey
from rehearsal.sample import Sample

NO_TOUCH = TouchKey("preview")


class TestSent(Frozen):
    """A message that was sent to its author, as a lead would read it."""

    sequence: str
    step: str
    channel: str
    to: str
    lead: str
    subject: str
    text: str
    provider_id: str


class Reader:
    """One lead, reading."""

    def __init__(self, release: Release, settings: Settings, sample: Sample) -> None:
        self._texts = {template.digest: template.text for template in release.templates}
        self._sample = sample
        self._writer = Writer(settings)
        self._subjects: dict[tuple[str, str], str] = {}
        """Of the mails that were read, by sequence and step: later ones stand in their threads."""

    def message(self, plan: Plan, current: Sendable, variant: str = "") -> tuple[Template | None, Rendered]:
        """
        The words with their footer, and the template; None with the reason where the version has none.

        A value that nobody knows stands in brackets and is named as missing; what keeps the message from leaving is its
        error, and its words are there all the same.
        """
        channel = current.channel
        try:
            template = self._template(plan, f"{template_of(current, variant)}.{channel.value}")
        except FollowupError as error:
            return None, Rendered(error=error.what)
        thread = current.thread if isinstance(current, Message) else None
        answers = None if thread is None else self._subjects.get((plan.sequence.name, thread))
        words = self._writer.words(template, self._sample.values, channel, answers)
        if words.missing:
            gaps = {token: f"[{token}]" for token in words.missing}
            shown = self._writer.words(template, {**self._sample.values, **gaps}, channel, answers)
            words = shown.model_copy(update={"missing": words.missing})
        self._subjects[plan.sequence.name, current.id] = words.subject
        footed = self._writer.with_footer(template, words, channel, NO_TOUCH)
        return template, footed if footed.error is None else words.model_copy(update={"error": footed.error})

    def task(self, plan: Plan, current: HumanTask) -> Rendered:
        """What a person of ours is asked to do. Raises: FollowupError DBS006 when the version has no words for it."""
        return self._writer.task_text(self._template(plan, f"{current.template}.{current.kind}"), self._sample.values)

    def _template(self, plan: Plan, name: str) -> Template:
        return self._writer.template(plan, name, self._sample.language, self._texts.__getitem__)


def template_of(current: Sendable, variant: str = "") -> str:
    """The name of the template that the step, or one variant of it, is rendered from."""
    return next((one.template for one in current.variants if one.name == variant), current.template)
