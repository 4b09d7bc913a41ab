"""Small exports as the programs write them: their headers, their encodings, their quirks; people at example.com."""

from contextlib import contextmanager
from datetime import date
from pathlib import Path

from adapters.lead_file.opening import LeadFile, opened
from adapters.lead_file.rows import LeadRow, RejectedRow, Row
from adapters.lead_file.terms import Statement, Terms
from adapters.owners import Owner
from engine.sequence.fields import DeclaredField
from engine.words import Channel

TODAY = date(2026, 11, 22)
OUR_FIELDS = (
    DeclaredField(name="source", kind="choice", values=("web_form", "ad", "list")),
    DeclaredField(name="renewal_on", kind="date"),
    DeclaredField(name="seats", kind="number"),
    DeclaredField(name="outside_area", kind="flag"),
)
GRACE = Owner(id="user-7", name="Grace Hopper", email="grace@example.com")
COLUMNS_SAY = Terms(today=TODAY, region="US", own_fields=OUR_FIELDS, owners=(GRACE,))
EVERY_CHANNEL = tuple(Channel)
ALL_AGREED = Terms(
    today=TODAY,
    region="US",
    own_fields=OUR_FIELDS,
    owners=(GRACE,),
    statement=Statement(text="web form 2026-10, opt-in box", channels=EVERY_CHANNEL),
    consent_means=EVERY_CHANNEL,
)

HUBSPOT = (
    '"Record ID","First Name","Last Name","Email","Phone Number","Mobile Phone Number","Company Name",'
    '"Associated Company","Contact owner","Lifecycle Stage","Lead Status","Time Zone","State/Region","Country/Region",'
    '"Legal basis for processing contact\'s data","Unsubscribed from all email","Create Date"\n'
    '"51","Ada","Lovelace","ada@example.com","+1 415-555-0100","","","Analytical Engines","Grace Hopper","Lead","New",'
    '"america_slash_new_york","CA","United States","Freely given consent from contact","","2026-10-03 09:00"\n'
    '"52","Alan","Turing","ALAN@EXAMPLE.COM","","020 7946 0018","Bletchley Ltd","","","","","","","United Kingdom",'
    '"Legitimate interest \u2013 prospect/lead","true",""\n'
).encode()
"""HubSpot: UTF-8 without a mark, commas, everything quoted."""

PIPEDRIVE = (
    "Person - Name,Person - Organization,Person - Email - Work,Person - Email - Home,Person - Email - Other,"
    "Person - Phone - Work,Person - Phone - Home,Person - Phone - Mobile,Person - ID,Lead - ID,Lead - Title,"
    "Person - Marketing status\n"
    "Rosa van der Berg,Berg BV,rosa@example.com,r.home@example.com,,(415) 555-0101,,415-555-0102,7,"
    "adf21080-0e10-11eb-879b-05d71fb426ec,Roof,Subscribed\n"
    "Zoë Müller,,zoe@example.com,,,,,,8,,Heating,No consent\n"
).encode("utf-8-sig")
"""Pipedrive: UTF-8 with a mark, commas."""

FACEBOOK = (
    "id\tcreated_time\tad_id\tad_name\tcampaign_name\tform_id\tis_organic\tplatform\temail\tfull_name\tphone_number\t"
    "lead_status\n"
    "l:1234567890123456\t2026-10-03T09:15:00-05:00\tag:120\tAd 1\tAutumn\tf:99\tfalse\tig\tmary@example.com\t"
    "Mary Shelley\tp:+14155550103\tCREATED\n"
).encode("utf-16")
"""Facebook Lead Ads: UTF-16 with a mark, tabs, a letter before every id and phone."""

EXCEL = (
    "sep=;\r\n"
    "First name;Last name;E-mail Address;Business Phone;Company;Consent email;Consent sms\r\n"
    "Jörg;Groß;joerg@example.com;'+49 30 23125 001;Groß & Söhne;ja;nein\r\n"
    'Zo\xeb;O\'Neil;zoe@example.com;="+14155550104";"Quotes; ""R"" us";2026-01-31;x\r\n'
    ";;;;;;\r\n"
).encode("cp1252")
"""Excel in Europe: Windows-1252, semicolons, a line that says so, apostrophes and formulas that keep numbers text."""


@contextmanager
def lead_file(folder: Path, content: bytes | str, terms: Terms = ALL_AGREED):
    """The content as an opened file."""
    path = folder / "leads.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with opened(path, terms) as opening:
        yield opening


def rows_of(folder: Path, content: bytes | str, terms: Terms = ALL_AGREED) -> tuple[Row, ...]:
    """Every row of the content."""
    with lead_file(folder, content, terms) as opening:
        return tuple(opening.rows())


def only_lead(folder: Path, content: bytes | str, terms: Terms = ALL_AGREED) -> LeadRow:
    """The one good row of the content."""
    (row,) = rows_of(folder, content, terms)
    assert isinstance(row, LeadRow), row
    return row


def only_rejection(folder: Path, content: bytes | str, terms: Terms = ALL_AGREED) -> RejectedRow:
    """The one bad row of the content."""
    (row,) = rows_of(folder, content, terms)
    assert isinstance(row, RejectedRow), row
    return row


def facts_of(row: LeadRow) -> dict[str, str | float | bool]:
    """The row's facts by name."""
    return {fact.name: fact.value for fact in row.facts}


def said_of(opening: LeadFile) -> tuple[str, ...]:
    """The columns nothing is read from."""
    return tuple(column.said for column in opening.columns.ignored)
