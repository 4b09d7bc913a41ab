"""Every shipped text can be sent to every lead, and is worth reading."""

import re
from itertools import product

import pytest

from adapters.template_files import TemplateFile
from adapters.templates import Rendered, render
from engine.sequence.fields import DeclaredField
from engine.sequence.templates import Value
from rehearsal.follow_up import FollowUp
from tests.sequences.shipped import FILES

OURS = {
    "company_name": "Harbour Heating & Air",
    "company_phone": "(212) 555-0100",
    "booking_url": "https://harbour.example.com/visit",
}
PERSON = {
    "first_name": "Łukasz",
    "last_name": "Zieliński",
    "company": "Zieliński Print Shop",
    "owner_name": "Maria Lindqvist",
    "owner_email": "maria@example.com",
    "owner_phone": "(212) 555-0109",
}
FORBIDDEN = (
    "checking in", "touching base", "touch base", "circling back", "follow up on my", "following up on", "bump",
    "hope this finds you", "hope you are well", "act now", "limited time", "last chance", "don't miss", "hurry",
    "amazing", "revolutionary", "world-class", "best-in-class", "game-chang", "no-brainer", "100%", "guaranteed",
    "!!", "asap", "per my last", "just wanted to", "unsubscribe from", "postal address", "click here",
)  # fmt: skip
GSM_7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
SEGMENT = 160
OPT_OUT_LINE = len(" Reply STOP to opt out.")
CALL_PARTS = ("Goal: ", "Open with: ", "Ask:", "On voicemail: ", "Record: ")

TEMPLATES = [pytest.param(file, id=key) for key, file in FILES.templates.items()]


def of(*kinds: str) -> list[object]:
    """The templates of these kinds, as parameters."""
    return [pytest.param(file, id=key) for key, file in FILES.templates.items() if file.kind in kinds]


def choices(field: DeclaredField) -> list[dict[str, str]]:
    """Every value of a choice, and none; of a date one, and none."""
    values = field.values if field.kind == "choice" else ("2027-03-04",) if field.kind == "date" else ()
    return [{}, *({field.name: value} for value in values)]


def every_lead() -> list[dict[str, str]]:
    """Each combination of field values, with and without what we know of the person."""
    known = product(*(choices(field) for field in FILES.fields if field.name != "source"))
    some = [{name: value for one in values for name, value in one.items()} for values in known]
    return [{**OURS, **who, **fields} for fields in some for who in ({}, PERSON)]


def renderings(file: TemplateFile) -> list[Rendered]:
    """Everything the template may come to."""
    return [render(file.template, values) for values in every_lead()]


@pytest.mark.parametrize("file", TEMPLATES)
def test_it_can_be_sent_to_every_lead(file: TemplateFile):
    """A missing name must cost a default, not a day in Review."""
    for rendered in renderings(file):
        assert rendered.missing == ()
        assert rendered.error is None


@pytest.mark.parametrize("file", TEMPLATES)
def test_it_says_what_the_lead_gets_out_of_it(file: TemplateFile):
    """A touch without a value is friction."""
    assert file.template.front.value in set(Value)
    assert file.template.front.purpose == "commercial"


@pytest.mark.parametrize("file", TEMPLATES)
def test_it_leaves_no_holes_in_the_text(file: TemplateFile):
    """What an `if` leaves out must not show."""
    for rendered in renderings(file):
        assert "\n\n\n" not in rendered.text
        assert re.search(r"[^\n] {2,}| \n| [,.;?]", rendered.text) is None


@pytest.mark.parametrize("file", TEMPLATES)
def test_it_has_no_empty_phrase_in_it(file: TemplateFile):
    """Nobody ever answered a mail that was just checking in."""
    source = file.source.lower()
    assert [phrase for phrase in FORBIDDEN if phrase in source] == []


@pytest.mark.parametrize("file", of("email"))
def test_a_mail_is_short_signed_and_asks_for_something(file: TemplateFile):
    """One screen, one person, one thing to do."""
    for rendered in renderings(file):
        assert len(rendered.text.split()) <= 220
        assert len(rendered.subject) <= 60
        assert rendered.text.endswith("Harbour Heating & Air, (212) 555-0100")


@pytest.mark.parametrize("file", of("sms"))
def test_a_text_is_one_segment_with_room_for_the_opt_out_line(file: TemplateFile):
    """A second segment costs as much as a second text."""
    for rendered in renderings(file):
        assert len(rendered.text) + OPT_OUT_LINE <= SEGMENT


@pytest.mark.parametrize("file", of("sms"))
def test_a_text_holds_only_letters_every_phone_has(file: TemplateFile):
    """One letter outside of GSM-7, as in many names, makes three segments of one: so texts name nobody."""
    for rendered in renderings(file):
        assert set(rendered.text) <= GSM_7


@pytest.mark.parametrize("file", of("sms"))
def test_a_text_says_first_who_is_writing(file: TemplateFile):
    """Carriers require it, and nobody answers a stranger."""
    for rendered in renderings(file):
        assert rendered.text.startswith("Harbour Heating & Air: ")


@pytest.mark.parametrize("file", of("call"))
def test_a_call_script_has_all_its_parts(file: TemplateFile):
    """Whoever picks up the phone needs the goal, a first sentence, three questions, a voicemail and what to record."""
    positions = [file.template.body.find(part) for part in CALL_PARTS]
    assert -1 not in positions
    assert positions == sorted(positions)
    assert re.findall(r"^(\d)\. ", file.template.body, re.MULTILINE) == ["1", "2", "3"]


@pytest.mark.parametrize("file", of("task"))
def test_a_task_says_its_goal_and_when_it_is_done(file: TemplateFile):
    """A task that two people close differently measures nothing."""
    assert file.template.body.startswith("Goal: ")
    assert "\nRecord: done" in file.template.body


@pytest.mark.parametrize("file", of("call", "task"))
def test_a_task_has_a_title(file: TemplateFile):
    """It is all that its owner sees in the list."""
    assert file.template.front.subject


def test_a_lead_that_never_answers_hears_twelve_useful_things(follow_up: FollowUp):
    """Seven touches are the least before a lead may be given up, and an acknowledgement is none."""
    rosa = follow_up.capture("Rosa", source="web_form")
    follow_up.let_pass(minutes=10)
    rosa.is_called("no_answer")
    follow_up.let_pass(days=1, hours=2)
    rosa.is_called("no_answer")
    follow_up.let_pass(days=90)
    values = {file.name: file.template.front.value for file in FILES.templates.values()}
    assert [values[f"inbound-lead/{touch.split()[-1]}"] for touch in rosa.touches] == [
        "acknowledgement",
        "answer",
        "answer",
        "invitation",
        "answer",
        "guide",
        "case",
        "answer",
        "guide",
        "offer",
        "invitation",
        "guide",
        "reminder",
    ]
