"""Rows become leads or rejections; whatever a file holds, nothing is lost and nothing else breaks."""

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.lead_file.consent_columns import check_consent
from adapters.lead_file.field import System
from adapters.lead_file.headers import columns_of
from adapters.lead_file.lines import MAX_LINE_CHARACTERS
from adapters.lead_file.opening import opened
from adapters.lead_file.records import BROKEN_QUOTES
from adapters.lead_file.rows import BlankRow, ExternalId, LeadRow, RejectedRow
from adapters.lead_file.terms import Statement, Terms, terms
from engine.errors import FollowupError
from engine.words import Channel
from tests.adapters.lead_file.exports import (
    ALL_AGREED,
    COLUMNS_SAY,
    TODAY,
    facts_of,
    lead_file,
    only_lead,
    only_rejection,
    rows_of,
    said_of,
)


def reasons(row: RejectedRow) -> list[tuple[str, str]]:
    """Which column, and a word of why."""
    return [(problem.column, problem.reason) for problem in row.problems]


def test_every_problem_of_a_row_is_told_at_once(tmp_path):
    """Mending a file one error per run is how people give up."""
    row = only_rejection(tmp_path, "Email,Phone,Time Zone\nnobody,1.21E+10,Mars\n")
    assert [column for column, _ in reasons(row)] == ["Email", "Phone", "Time Zone"]
    assert row.cells == ("nobody", "1.21E+10", "Mars")


def test_a_row_without_an_address_is_rejected(tmp_path):
    """Nobody could be reached."""
    row = only_rejection(tmp_path, "Email,Phone,Name\n-,N/A,Ada\n")
    assert reasons(row) == [("", "has neither an email address nor a phone number")]


@pytest.mark.parametrize(
    ("line", "cells"),
    [pytest.param("ada@example.com", 1, id="too few"), pytest.param("ada@example.com,Ada,more", 3, id="too many")],
)
def test_a_ragged_row_is_rejected(tmp_path, line, cells):
    """Cells that slipped one column to the side are another person's data."""
    row = only_rejection(tmp_path, f"Email,Name\n{line}\n")
    assert reasons(row) == [("", f"has {cells} cells where the header has 2")]


def test_empty_cells_beyond_the_header_are_no_loss(tmp_path):
    """Spreadsheets leave delimiters behind."""
    assert only_lead(tmp_path, "Email,Name\nada@example.com,Ada,,,\n").emails == ("ada@example.com",)


def test_several_addresses_in_a_cell_are_all_kept(tmp_path):
    """CRMs write them with semicolons and commas."""
    row = only_lead(
        tmp_path, 'Email,Phone\n"a@example.com; B@example.com,a@example.com","415-555-0100; 415-555-0101"\n'
    )
    assert row.emails == ("a@example.com", "b@example.com")
    assert row.phones == ("+14155550100", "+14155550101")


def test_an_extension_is_dropped_with_a_word(tmp_path):
    """A text cannot reach it, and nothing vanishes in silence."""
    row = only_lead(tmp_path, "Phone\n415-555-0100 x77\n")
    assert row.phones == ("+14155550100",)
    assert row.notes == ("Phone: the extension 77 is not kept, a text cannot reach it",)


def test_an_id_that_a_spreadsheet_rounded_is_not_kept(tmp_path):
    """It would be the id of somebody else."""
    row = only_lead(tmp_path, "Email,Record ID\nada@example.com,5.1E+10\n")
    assert row.external_ids == ()
    assert "rounded" in row.notes[0]


def test_a_name_that_is_given_twice_is_taken_from_its_parts(tmp_path):
    """Programs export both; the split of the full name is the guess."""
    row = only_lead(tmp_path, "Email,Name,First Name,Last Name\na@example.com,Rosa Maria Berg,Rosa Maria,\n")
    assert facts_of(row) == {"first_name": "Rosa Maria", "last_name": "Berg"}


@pytest.mark.parametrize(
    ("column", "said", "note"),
    [
        pytest.param("Country", "Narnia", "Country: Narnia is not kept, it is no country we know", id="country"),
        pytest.param("Owner", "Nobody", "Owner: Nobody is not kept, it is nobody we know", id="owner"),
    ],
)
def test_what_nobody_knows_is_left_out_with_a_word(tmp_path, column, said, note):
    """A lead must not wait for an owner who does not exist."""
    row = only_lead(tmp_path, f"Email,{column}\na@example.com,{said}\n")
    assert (row.facts, row.notes) == ((), (note,))


@pytest.mark.parametrize("said", ["Grace Hopper", "GRACE@example.com", "user-7"])
def test_an_owner_is_known_by_name_address_or_id(tmp_path, said):
    """CRMs export any of the three."""
    assert facts_of(only_lead(tmp_path, f"Email,Contact owner\na@example.com,{said}\n")) == {"owner": "user-7"}


def test_fields_the_company_has_declared_are_read(tmp_path):
    """A column with the name of a field of ours means that field."""
    row = only_lead(tmp_path, "Email,Source,Renewal on\na@example.com,Web form,2027-01-31\n")
    assert facts_of(row) == {"fields.source": "web_form", "fields.renewal_on": "2027-01-31"}


def test_a_formula_in_a_name_arrives_without_power(tmp_path):
    """What is exported again is escaped again; here it is only text."""
    row = only_lead(tmp_path, "Email,Company\na@example.com,\"'=cmd|' /C calc'!A0\"\n")
    assert facts_of(row) == {"company": "=cmd|' /C calc'!A0"}


def test_damage_in_a_column_nobody_reads_harms_nobody(tmp_path):
    """A broken character in the notes is no reason to lose a lead."""
    content = b"Email,Favourite\n" + b"ada@example.com,ok \xc3\xab\nbob@example.com,\xff\n"
    assert [row.line for row in rows_of(tmp_path, content) if isinstance(row, LeadRow)] == [2, 3]


def test_damage_in_a_name_rejects_the_row(tmp_path):
    """In a file that is otherwise UTF-8 only the damaged row suffers."""
    content = "Email,Name\nzoe@example.com,Zoë Müller\n".encode() + b"bela@example.com,B\xe9la\n"
    zoe, bela = rows_of(tmp_path, content)
    assert isinstance(zoe, LeadRow)
    assert isinstance(bela, RejectedRow) and "damaged" in bela.problems[0].reason


def test_a_nul_rejects_its_row(tmp_path):
    """PostgreSQL could not even store it."""
    row = only_rejection(tmp_path, "Email,Name\nada@example.com,A\0da\n")
    assert reasons(row) == [("Name", "holds a control character")]


def test_blank_rows_are_rows_too(tmp_path):
    """They are counted, so that the sums add up."""
    rows = rows_of(tmp_path, "\n\nEmail,Name\n\n,\nada@example.com,Ada\n \n")
    assert [type(row) for row in rows] == [BlankRow, BlankRow, LeadRow, BlankRow]
    assert [row.line for row in rows] == [4, 5, 6, 7]


def test_a_broken_row_is_rejected_as_it_stands(tmp_path):
    """Its one cell in the rejects file is the line itself."""
    row, good = rows_of(tmp_path, 'Email,Name\na@example.com,"Ada\nb@example.com,Bob\n')
    assert isinstance(row, RejectedRow) and isinstance(good, LeadRow)
    assert (row.line, row.cells, reasons(row)) == (2, ('a@example.com,"Ada',), [("", BROKEN_QUOTES)])


def test_a_huge_cell_is_no_danger(tmp_path):
    """In a column we read it is rejected, in another one it is left alone."""
    notes = "x" * (MAX_LINE_CHARACTERS - 200)
    assert only_lead(tmp_path, f"Email,Remarks\na@example.com,{notes}\n").emails == ("a@example.com",)
    assert reasons(only_rejection(tmp_path, f"Email,Name\na@example.com,{notes}\n"))[0][0] == "Name"


# --- delimiters and headers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "name"),
    [
        pytest.param("Email,Name", "comma", id="comma"),
        pytest.param("Email;Name", "semicolon", id="semicolon"),
        pytest.param("Email\tName", "tab", id="tab"),
        pytest.param("Email|Name", "vertical bar", id="bar"),
        pytest.param('Email;"Remarks, hints, tips";Name', "semicolon", id="other delimiters inside quotes"),
        pytest.param("Email", "comma", id="one column"),
        pytest.param('"Email";"Remarks\non two lines";"Name"', "semicolon", id="a header of two lines"),
    ],
)
def test_the_delimiter_is_the_one_that_makes_sense_of_the_header(tmp_path, header, name):
    """Counting characters would be fooled by a header that holds a sentence."""
    with lead_file(tmp_path, f"{header}\n") as opening:
        assert opening.delimiter_name == name


def test_a_header_and_no_row_is_an_empty_export(tmp_path):
    """There were no new leads today; that is no error."""
    assert rows_of(tmp_path, "Email,Name\n") == ()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", "CSV003", id="empty"),
        pytest.param(b"\xef\xbb\xbf", "CSV003", id="only a mark"),
        pytest.param(b"\n\n  \n", "CSV003", id="only blank lines"),
        pytest.param(b"sep=;\n", "CSV003", id="only a separator line"),
        pytest.param(b"PK\x03\x04....", "CSV002", id="xlsx"),
        pytest.param(b"Email,Na\x00me\na@example.com,Ada\n", "CSV004", id="nul in the header"),
        pytest.param(b'Email,"Name\na@example.com,Ada\n', "CSV004", id="a quote in the header"),
        pytest.param(b"Email,E-mail\n", "CSV005", id="twice"),
        pytest.param(b"Name\nAda\n", "CSV006", id="nobody to reach"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path, content, code):
    """Before anything is imported, with a code that a page explains."""
    with pytest.raises(FollowupError) as error, lead_file(tmp_path, content):
        pass
    assert error.value.code == code


@pytest.mark.parametrize("kind", ["missing", "directory", "fifo", "memory"])
def test_what_is_no_file_is_refused(tmp_path, kind):
    """A pipe would wait for ever."""
    path = Path("/proc/self/mem") if kind == "memory" else tmp_path / kind
    if kind == "directory":
        path.mkdir()
    if kind == "fifo":
        os.mkfifo(path)
    with pytest.raises(FollowupError) as error, opened(path, ALL_AGREED):
        pass
    assert error.value.code == "CSV001"


# --- consent ----------------------------------------------------------------------------------------------------------


def test_without_a_column_and_without_a_statement_nothing_is_read(tmp_path):
    """Whoever imports people says how they agreed; the error shows how."""
    with pytest.raises(FollowupError) as error, lead_file(tmp_path, "Email\na@example.com\n", COLUMNS_SAY):
        pass
    assert error.value.code == "CSV007"
    assert "--consent-by" in error.value.next and "--consent-for" in error.value.next


@pytest.mark.parametrize("name", ["Consent", "Consent email"])
def test_a_statement_does_not_speak_over_a_column(name):
    """The person's own answer would be overruled by a sentence about everybody."""
    columns = columns_of(("Email", name), "leads.csv:1")
    with pytest.raises(FollowupError) as error:
        check_consent(columns, ALL_AGREED, "leads.csv")
    assert error.value.code == "CSV008"


def test_a_statement_speaks_for_the_channels_no_column_speaks_for(tmp_path):
    """A column for mail and a statement for texts belong together."""
    some = Terms(today=TODAY, region="US", statement=Statement(text="signed contracts", channels=(Channel.SMS,)))
    row = only_lead(tmp_path, "Email,Phone,Consent email\na@example.com,415-555-0100,no\n", some)
    assert [(consent.channel, consent.proof) for consent in row.consents] == [(Channel.SMS, "signed contracts")]


def test_a_yes_that_names_no_channel_is_a_yes_for_mail_alone(tmp_path):
    """Texts need a consent that says so; --consent-for is how a person says what the box was for."""
    content = "Email,Phone,Consent\na@example.com,415-555-0100,yes\n"
    alone = only_lead(tmp_path, content, COLUMNS_SAY)
    wider = only_lead(tmp_path, content, Terms(today=TODAY, region="US", consent_means=tuple(Channel)))
    assert [consent.channel for consent in alone.consents] == [Channel.EMAIL]
    assert [consent.channel for consent in wider.consents] == list(Channel)


def test_an_unreadable_consent_rejects_the_row(tmp_path):
    """Nobody is imported on a guess."""
    row = only_rejection(tmp_path, "Email,Consent\na@example.com,I think so\n", COLUMNS_SAY)
    assert row.problems[0].column == "Consent"


def test_an_empty_consent_is_no_consent(tmp_path):
    """The lead is kept; what needs consent will not be sent."""
    assert only_lead(tmp_path, "Email,Consent\na@example.com,\n", COLUMNS_SAY).consents == ()


def test_leaving_is_stronger_than_agreeing(tmp_path):
    """An export may say both."""
    row = only_lead(tmp_path, "Email,Consent email,Do not contact\na@example.com,yes,true\n", COLUMNS_SAY)
    assert (row.consents, row.opted_out) == ((), (Channel.EMAIL,))


@pytest.mark.parametrize(
    ("region", "by", "channels", "code"),
    [
        pytest.param("XX", None, (), "CSV009", id="no region"),
        pytest.param(None, "  ", (Channel.EMAIL,), "CSV008", id="no words"),
        pytest.param(None, "web form", (), "CSV008", id="no channel"),
    ],
)
def test_terms_that_cannot_be_meant_are_refused(region, by, channels, code):
    """A proof that says nothing is none."""
    with pytest.raises(FollowupError) as error:
        terms(TODAY, region=region, consent_by=by, consent_for=channels)
    assert error.value.code == code


# --- anything ---------------------------------------------------------------------------------------------------------

NASTY = st.sampled_from([
    b",", b";", b"\t", b'"', b"\n", b"\r", b"\r\n", b"\0", b"'", b"=", b"\xff\xfe", b"\xef\xbb\xbf", b"a@example.com",
    b"+14155550100", b"yes", b"Email", b"Phone", b"Consent", b"\xe9", b"\xc3\xab", b"1E+9", b" ", b"sep=;", b"e\0m\0",
])  # fmt: skip
HEADERS = st.sampled_from([b"Email,Phone,Consent\n", b"Email;Name\r\n", "Email\tName\n".encode("utf-16"), b""])


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(header=HEADERS, body=st.one_of(st.binary(max_size=300), st.lists(NASTY, max_size=60).map(b"".join)))
def test_any_bytes_are_read_or_refused_with_a_code(tmp_path, header, body):
    """A file from outside may hold anything; a traceback is never the answer."""
    with suppress(FollowupError), lead_file(tmp_path, header + body) as opening:
        lines = [row.line for row in opening.rows()]
        assert lines == sorted(set(lines))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), max_size=8))
def test_every_line_of_a_file_ends_up_in_some_row(tmp_path, cells):
    """Nothing in the file vanishes."""
    body = "".join(f"{name},{note}\n" for name, note in cells)
    with lead_file(tmp_path, ("Email,Name\n" + body).encode("utf-8", "surrogatepass")) as opening:
        rows = list(opening.rows())
    starts = [row.line for row in rows]
    assert starts == sorted(set(starts))
    if '"' not in body:
        lines = ("Email,Name\n" + body).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        assert len(rows) == len(lines) - 2


def test_an_ignored_column_without_a_name_has_one_in_the_list(tmp_path):
    """Even a column nobody named is said to be left out."""
    with lead_file(tmp_path, "Email,,Notes\n") as opening:
        assert said_of(opening) == ("column 2 (no name)", "Notes")


def test_a_hubspot_id_is_not_a_facebook_id(tmp_path):
    """The same number in two systems is two people."""
    row = only_lead(tmp_path, "Email,Record ID\na@example.com,l:5\n")
    assert row.external_ids == (ExternalId(system=System.HUBSPOT, id="l:5"),)
