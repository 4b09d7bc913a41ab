"""What a lead receives: both parts of a mail, in its language, with who we are and a way out in each."""

from pathlib import Path

import pytest
from sqlalchemy import select

from adapters import outbox, tasks
from adapters.catalogue import Catalogue, publish
from adapters.database import Database
from adapters.drafting import Drafting
from adapters.leads import NewLead
from adapters.outbox import Unsent
from adapters.owners import save
from adapters.sequence_files import SequenceFiles
from adapters.tables import ledger
from adapters.template_files import read_folder
from adapters.views.task import task_page
from engine.authoring import calendar, call, catalogue, email, finish, sequence, stage
from engine.words import Act
from tests.adapters.test_records import Office
from tests.adapters.world import ANA, BEN, FIELDS, MONDAY, ROSA, SETTINGS, Company

FRONT = "---\nvalue: answer\npurpose: commercial\nsubject: {subject}\ndefaults:\n  first_name: {name}\n---\n"
FILES = {
    "life/hello.email": FRONT.format(subject="Your visit", name="there")
    + "Hi {{ first_name }},\n\nwe come on **{{ renewal_on | date | default('the day you name') }}**.\n\n"
    + '[Another day?]({{ booking_url }})\n\n{{ snippet("signature") }}\n',
    "life/hello.de.email": FRONT.format(subject="Ihr Termin", name="zusammen")
    + "Guten Tag {{ first_name }},\n\nwir kommen am **{{ renewal_on | date | default('Tag Ihrer Wahl') }}**.\n\n"
    + '{{ snippet("signature") }}\n',
    "life/ring.call": FRONT.format(subject="Ring {{ first_name }}", name="them") + "Say hello.\n",
    "life/ring.de.call": FRONT.format(subject="{{ first_name }} anrufen", name="den Kunden") + "Guten Tag sagen.\n",
    "snippets/signature.email": "{{ owner_name | default('The team') }}\n{{ company_name }}\n",
    "snippets/signature.de.email": "{{ owner_name | default('Ihr Team') }}\n{{ company_name }}, Kundendienst\n",
}
HTML = """\
<!doctype html>
<html lang="en" dir="ltr">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>
<body style="margin:0 auto;padding:16px;max-width:600px;font:16px/1.5 Arial,Helvetica,sans-serif;color:#222222">
<p>Hi Rosa,</p>
<p>we come on <strong>March 1, 2027</strong>.</p>
<p><a href="https://harbour.example/book?a=1&amp;b=2" style="display:inline-block;padding:10px 20px;border-radius:6px;\
background:#1a5fb4;color:#ffffff;text-decoration:none">Another day?</a></p>
<p>Ana Ortiz<br>
Harbour &amp; Sons</p>
<p style="font-size:13px;color:#666666">Harbour &amp; Sons, 1 Invented Street, Nowhere<br>\
To get no more of these emails: <a href="https://follow.example.com/u/KEY">unsubscribe</a></p>
</body>
</html>
"""
TEXT = """\
Hi Rosa,

we come on March 1, 2027.

Another day? https://harbour.example/book?a=1&b=2

Ana Ortiz
Harbour & Sons

--
Harbour & Sons, 1 Invented Street, Nowhere
To get no more of these emails: https://follow.example.com/u/KEY"""
US = {
    "company_name": "Harbour & Sons",
    "booking_url": "https://harbour.example/book?a=1&b=2",
    "public_base_url": "https://follow.example.com",
}


def written(folder: Path) -> SequenceFiles:
    """A mail and a call, in English and in German."""
    for name, text in FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    plan = stage("nurture", email("hello"), call("ring"), otherwise=finish(after=calendar(days=1)))
    life = sequence("life", plan, maintainer="ops", starts=["captured"])
    return SequenceFiles(catalogue(life), FIELDS, None, read_folder(folder), "templates")


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    """A company that writes to people in two languages."""
    company = Company(database, SETTINGS.model_copy(update=US))
    files = written(tmp_path / "templates")
    assert files.problems() == ()
    with database.transaction() as transaction:
        save(transaction, ANA)
        publish(transaction, files.release(), "ana", "first", MONDAY)
    return Office(company)


def received(office: Office, language: str | None, first_name: str = "Rosa", who: NewLead = ROSA) -> Unsent:
    """The mail that a lead of this language gets."""
    day = ROSA.fields[0].model_copy(update={"name": "renewal_on", "value": "2027-03-01"})
    new = who.model_copy(update={"language": language, "first_name": first_name, "fields": (day,)})
    lead = office.company.captures(new)
    office.company.hears(lead, "captured")
    office.looks(lead)
    office.looks(lead, Act.SEND_EMAIL)
    with office.company.database.reading() as transaction:
        mine = select(ledger.c.touch_key).where(ledger.c.lead == lead, ledger.c.channel == "email")
        touch_key = transaction.execute(mine).scalar_one()
        return next(mail for mail in outbox.messages(transaction) if mail.touch_key == touch_key)


def without_key(text: str) -> str:
    """The text with KEY where the link has its touch and signature."""
    before, slash, rest = text.partition("/u/")
    end = min((rest.find(mark) for mark in '"\n' if mark in rest), default=len(rest))
    return before + slash + "KEY" + rest[end:]


def test_a_lead_receives_a_text_and_a_page_that_say_the_same(office):
    """Word for word what was written, in a form that every program shows; and a way out in both."""
    mail = received(office, None)
    assert mail.subject == "Your visit"
    assert without_key(mail.text) == TEXT
    assert without_key(mail.html) == HTML


def test_the_ledger_keeps_the_text_that_was_sent(office):
    """What a lead was told is read by people, years later."""
    mail = received(office, None)
    with office.company.database.reading() as transaction:
        kept = transaction.execute(select(ledger.c.body).where(ledger.c.touch_key == mail.touch_key)).scalar_one()
    assert kept == mail.text


@pytest.mark.parametrize("language", ["de", "de-AT", "de_CH", "German"])
def test_a_lead_reads_its_own_language_down_to_the_last_line(office, language):
    """A German mail that ends in English was put together by nobody."""
    mail = received(office, language)
    assert mail.subject == "Ihr Termin"
    assert mail.text.startswith("Guten Tag Rosa,\n\nwir kommen am 1. März 2027.\n\nAna Ortiz\nHarbour & Sons, Kunden")
    assert "\nKeine weiteren E-Mails dieser Art: https://follow.example.com/u/" in mail.text
    assert '<html lang="de" dir="ltr">' in mail.html
    assert ">abmelden</a>" in mail.html


def test_one_worker_writes_to_everybody_in_their_own_language(office):
    """What it has read for one lead must not be what the next one reads."""
    subjects = [received(office, "de").subject, received(office, "fr", who=BEN).subject]
    assert subjects == ["Ihr Termin", "Your visit"]


@pytest.mark.parametrize("language", ["fr", "en-GB", "whatever they speak", "../../de"])
def test_a_lead_whose_language_nobody_wrote_gets_the_words_for_everybody(office, language):
    """A language is no reason not to write."""
    assert received(office, language).subject == "Your visit"


def test_the_ledger_names_the_words_of_the_language(office, tmp_path):
    """Which words did this lead get? The digest answers."""
    mail = received(office, "de")
    with office.company.database.reading() as transaction:
        mine = select(ledger.c.template_digest).where(ledger.c.touch_key == mail.touch_key)
        digest = transaction.execute(mine).scalar_one()
    assert digest == written(tmp_path / "again").templates["life/hello.de.email"].template.digest


@pytest.mark.parametrize(
    ("language", "title", "script"), [(None, "Ring Rosa", "Say hello."), ("de", "Rosa anrufen", "Guten Tag sagen.")]
)
def test_a_person_of_ours_is_told_in_the_language_of_the_lead(office, language, title, script):
    """Whoever rings a German speaks German, and reads aloud what stands here."""
    mail = received(office, language)
    with office.company.database.reading() as transaction:
        lead = transaction.execute(select(ledger.c.lead).where(ledger.c.touch_key == mail.touch_key)).scalar_one()
        (task,) = tasks.open_tasks(transaction, lead=lead)
        drafting = Drafting(office.company.settings, Catalogue(), office.company.people)
        page = task_page(transaction, drafting, task, str)
    assert (page.title, page.instructions) == (title, script)


def test_a_name_that_is_markup_stays_a_name_in_both_parts(office):
    """The whole path from a form to a mail, with a name nobody has."""
    mail = received(office, None, '**<b onclick="x">Rosa</b>** [x](mailto:e@e.example)')
    assert mail.text.startswith('Hi **<b onclick="x">Rosa</b>** [x](mailto:e@e.example),\n')
    assert "<p>Hi **&lt;b onclick=&quot;x&quot;&gt;Rosa&lt;/b&gt;** [x](mailto:e@e.example),</p>" in mail.html


def test_dates_are_said_in_the_language_of_the_house(database, tmp_path):
    """A house that writes German to everybody names its files for no language, and its dates are German still."""
    company = Company(database, SETTINGS.model_copy(update={**US, "language": "de"}))
    files = written(tmp_path / "templates")
    with database.transaction() as transaction:
        save(transaction, ANA)
        publish(transaction, files.release(), "ana", "first", MONDAY)
    assert "we come on 1. März 2027." in received(Office(company), "nl").text
