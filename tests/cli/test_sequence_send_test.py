"""`followup sequence send-test`: a message to its author, of which nothing else knows (statement 34)."""

from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.database import Database
from adapters.tables import metadata, outbox
from tests.support.authors import Authors

OURS = {"FOLLOWUP_POSTAL_ADDRESS": "1 Invented Street, Nowhere", "FOLLOWUP_COMPANY_NAME": "Our company"}
HELLO = "---\nvalue: guide\npurpose: commercial\nsubject: For {{ first_name }}\n---\nYour budget: {{ budget }}.\n"
WORDS = ("sequence", "send-test", "offer", "hello", "--to", "ana@example.com")


@pytest.fixture
def writers(authors: Authors) -> Authors:
    """A team whose mail names the lead and its budget."""
    authors.says("offer/hello.email", HELLO)
    return authors


@pytest.fixture
def database(records_url: str):
    """The records, beside the command."""
    opened = Database(records_url)
    yield opened
    opened.close()


def rows(database: Database) -> dict[str, int]:
    """How many rows each table has."""
    with database.reading() as transaction:
        return {table.name: len(transaction.execute(select(table)).all()) for table in metadata.sorted_tables}


def test_statement_34_it_goes_to_the_author_alone_and_leaves_nothing_else_behind(
    writers: Authors, database: Database
) -> None:
    """As a lead would read it, marked as a test; no touch, no limit, no metric, no lead."""
    before = rows(database)
    said = writers(*WORDS, "-o", "json", **OURS)
    assert said.code == 0, said.stderr
    assert rows(database) == before | {"outbox": 1}
    with database.reading() as transaction:
        (sent,) = transaction.execute(select(outbox)).all()
    assert (sent.to, sent.subject) == ("ana@example.com", "[Test] For Robin")
    assert sent.text.startswith("Your budget: 3.")
    assert "1 Invented Street" in sent.html
    assert (said.json["subject"], said.json["provider_id"]) == (sent.subject, f"outbox-{sent.touch_key}")


def test_twice_is_two_messages(writers: Authors, database: Database) -> None:
    """An author mends a word and looks again."""
    for _ in range(2):
        assert writers(*WORDS, **OURS).code == 0
    assert rows(database)["outbox"] == 2


def test_what_cannot_be_written_is_not_sent(writers: Authors, database: Database, tmp_path: Path) -> None:
    """A real lead like this one would need a person."""
    rosa = tmp_path / "rosa.toml"
    rosa.write_text('first_name = "Rosa"\n')
    said = writers(*WORDS, "--lead", str(rosa), "-o", "json", **OURS)
    assert (said.code, said.error["code"]) == (1, "SIM004")
    assert "budget" in said.error["why"]
    assert rows(database)["outbox"] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("offer", "goodbye", "--to", "ana@example.com"), "hello"),
        (("offer", "hello", "--to", "ana@example.com", "--variant", "short"), "no variants"),
        (("life", "settle", "--to", "ana@example.com"), "mail-0"),
    ],
    ids=["no such step", "no such words", "a task"],
)
def test_a_slip_is_told_with_what_there_is(writers: Authors, words: tuple[str, ...], said: str) -> None:
    """And nothing is sent."""
    answer = writers("sequence", "send-test", *words, **OURS)
    assert answer.code == 2
    assert said in answer.stderr


@pytest.mark.parametrize("to", ["+12025550100", "ana@", ""])
def test_what_is_no_address_of_the_channel_is_refused(writers: Authors, to: str) -> None:
    """A mail cannot go to a phone."""
    answer = writers("sequence", "send-test", "offer", "hello", "--to", to, "-o", "json", **OURS)
    assert (answer.code, answer.error["code"]) == (1, "ADR001")
