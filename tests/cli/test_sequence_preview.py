"""`followup sequence preview`: what one lead would get, before anybody gets it."""

from pathlib import Path
from typing import Any

import pytest

from adapters.leads import NewLead
from tests.adapters.world import Company
from tests.support.authors import OFFER, Authors
from tests.support.shell import Shell

WEDNESDAY_NIGHT = "2026-11-25 22:30 America/New_York"
"""The night before a holiday."""

OURS = {"FOLLOWUP_POSTAL_ADDRESS": "1 Invented Street, Nowhere", "FOLLOWUP_COMPANY_NAME": "Our company"}

FOLLOW_UP = """
from engine.authoring import *

offer = sequence(
    "offer",
    stage("nurture",
          sms("nudge", after=elapsed(minutes=1)),
          email("hello", after=business_days(1, at="10:00")),
          email("again", after=calendar(days=1), thread="hello"),
          call("talk", due=working(hours=2), give_up=business_days(1)),
          otherwise=finish(after=calendar(days=2))),
    maintainer="ops", starts=[by_hand("offer")],
)
"""
NUDGE = "---\nvalue: guide\npurpose: commercial\n---\nHello {{ first_name }}, \N{ROCKET} from {{ company_name }}.\n"
SHOUT = "---\nvalue: guide\npurpose: commercial\nsubject: READ THIS NOW PLEASE!!\n---\n[Our offer](https://10.0.0.7/offer)\n"
AGAIN = "---\nvalue: guide\npurpose: commercial\nsubject: Once more\n---\nHi {{ first_name }}, budget: {{ budget }}\n"
TALK = "---\nvalue: guide\npurpose: commercial\n---\nAsk {{ first_name }} of {{ company }} what is missing.\n"


@pytest.fixture
def writers(authors: Authors) -> Authors:
    """A team whose offer has a text, two mails in a thread and a call."""
    authors.write("offer.py", FOLLOW_UP)
    authors.says("offer/nudge.sms", NUDGE)
    authors.says("offer/hello.email", SHOUT)
    authors.says("offer/again.email", AGAIN)
    authors.says("offer/talk.call", TALK)
    return authors


def previewed(writers: Authors, *words: str) -> Any:
    """The document."""
    said = writers("sequence", "preview", "offer", "--from", WEDNESDAY_NIGHT, *words, "-o", "json", **OURS)
    assert said.code == 0, said.stderr
    return said.json


def item(document: Any, step: str) -> Any:
    """One thing that happens."""
    return next(one for one in document["items"] if one["step"] == step)


def test_every_message_stands_at_its_moment_with_its_words_and_what_it_waited_for(writers: Authors) -> None:
    """A text at night waits for the hours of the sequence, past the holiday; a mail comes on the business day after."""
    found = previewed(writers)
    assert [one["step"] for one in found["items"] if one["step"]] == ["nudge", "hello", "again", "talk"]
    nudge = item(found, "nudge")
    assert nudge["at"].startswith("2026-11-27T1")
    assert [waited["until"] for waited in nudge["waited"]][-1] == nudge["at"]
    assert (nudge["segments"], nudge["text"]) == (1, "Hello Robin, \N{ROCKET} from Our company.")
    assert item(found, "hello")["at"].startswith("2026-11-30T15:00")
    assert found["closed_days"] == ["2026-11-26"]
    assert item(found, "talk")["text"] == "Ask Robin of Sample & Sons what is missing."


def test_a_mail_in_a_thread_bears_the_subject_it_answers(writers: Authors) -> None:
    """As it will when it leaves."""
    found = previewed(writers)
    assert item(found, "again")["subject"] == "Re: READ THIS NOW PLEASE!!"
    assert "1 Invented Street" in item(found, "again")["html"]


def test_what_looks_like_junk_is_said_before_anybody_gets_it(writers: Authors) -> None:
    """Capitals, marks, a link to a bare address, no link to leave by."""
    found = previewed(writers)
    said = " ".join(item(found, "hello")["remarks"])
    assert "capitals" in said
    assert "10.0.0.7" in said
    assert "exclamation" in said
    assert "FOLLOWUP_PUBLIC_BASE_URL" in found["remarks"][0]
    assert "10.0.0.7" not in " ".join(item(found, "again")["remarks"])


def test_a_lead_in_a_file_lives_elsewhere_and_lacks_what_the_file_leaves_out(writers: Authors, tmp_path: Path) -> None:
    """A value that is missing would stop the mail: it is shown where it would stand."""
    rosa = tmp_path / "rosa.toml"
    rosa.write_text('first_name = "Rosa"\nzone = "Europe/Berlin"\nchannels = ["email", "voice"]\n')
    found = previewed(writers, "--lead", str(rosa))
    assert (found["lead"], found["zone"]) == ("Rosa", "Europe/Berlin")
    assert item(found, "nudge")["kind"] == "left_out"
    assert item(found, "again")["missing"] == ["budget"]
    assert "[budget]" in item(found, "again")["text"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("first_name = Rosa", "line 1"),
        ('zone = "Berlin"', "zone"),
        ("[fields]\nbudgt = 3", "budgt"),
        ('nickname = "R"', "nickname"),
    ],
)
def test_a_file_that_says_nothing_sensible_is_one_clear_error(
    writers: Authors, tmp_path: Path, text: str, why: str
) -> None:
    """It names what to mend."""
    path = tmp_path / "rosa.toml"
    path.write_text(text)
    said = writers("sequence", "preview", "offer", "--lead", str(path), "-o", "json")
    assert (said.code, said.error["code"]) == (1, "SIM003")
    assert why in said.error["why"]


def test_a_file_that_is_not_there_is_one_clear_error(writers: Authors) -> None:
    """A slip of the finger."""
    said = writers("sequence", "preview", "offer", "--lead", "nobody.toml", "-o", "json")
    assert (said.code, said.error["code"]) == (1, "SIM003")


def test_a_lead_of_ours_is_shown_as_it_is_now(company: Company, shell: Shell) -> None:
    """By its address; of what runs for it already nothing is asked."""
    company.captures(NewLead(source="web_form", first_name="Rosa", emails=("r@example.com",), zone="Europe/Madrid"))
    said = shell("sequence", "preview", "keep-in-touch", "--lead", "r@example.com", "-o", "json")
    assert said.code == 0, said.stderr
    assert (said.json["lead"], said.json["zone"]) == ("Rosa", "Europe/Madrid")
    assert any("Rosa" in one["text"] for one in said.json["items"])
    assert shell("sequence", "preview", "keep-in-touch", "--lead", "nobody@example.com").code == 1


def test_people_read_lines_and_a_page(writers: Authors, tmp_path: Path) -> None:
    """Everything the document has; mails as they look, and nothing is fetched from anywhere."""
    page = tmp_path / "page.html"
    said = writers("sequence", "preview", "offer", "--from", WEDNESDAY_NIGHT, "--html", str(page), **OURS)
    assert "Fri 27 Nov 2026" in said.stdout
    assert "waited until" in said.stdout
    assert "1 text, 1 segment to pay for" in said.stdout
    html = page.read_text()
    assert html.count("<iframe sandbox") == 2
    assert "26 holiday" in html
    assert "<script" not in html


def test_a_mail_that_could_not_leave_says_why(writers: Authors) -> None:
    """Without a postal address no commercial mail does."""
    said = writers("sequence", "preview", "offer", "-o", "json")
    assert any("postal address" in remark for remark in item(said.json, "hello")["remarks"])


def test_a_sequence_that_nobody_wrote_cannot_be_shown(authors: Authors) -> None:
    """The name is looked at before anything else."""
    said = authors("sequence", "preview", "ofer", "-o", "json")
    assert said.error["code"] == "SEQ051"


def test_a_draft_can_be_shown_before_it_is_in_the_catalogue(authors: Authors) -> None:
    """That is when one looks."""
    authors.write("draft.py", OFFER.replace("offer", "draft"))
    authors.says("draft/hello.email", SHOUT)
    assert authors("sequence", "preview", "draft").code == 0
