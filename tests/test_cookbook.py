"""The cookbook of docs/cookbook: each pattern is checked, described, drawn, rehearsed, and keeps its promise."""

import json
import os
import re
import subprocess
import sys
from collections import abc
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from shutil import copy, copytree
from zoneinfo import ZoneInfo

import pytest

from adapters.pictures.outline import outline
from adapters.sequence_files import load
from adapters.settings import Settings
from engine.authoring import catalogue
from engine.sequence.compiled import Branch, Sequence
from engine.sequence.describe import describe
from engine.sequence.graph import graph_of
from engine.sequence.structure import steps
from rehearsal.behaviour import Behaviour
from rehearsal.company import UNLIMITED, Company, company_of
from rehearsal.follow_up import FollowUp
from rehearsal.journal import Journal
from rehearsal.scenario import Scenario, play
from tests.support.shell import Shell

HOUSE = Path(__file__).resolve().parents[1]
COOKBOOK = HOUSE / "docs" / "cookbook"
PAGE = (COOKBOOK / "README.md").read_text()
FILES = load("docs/cookbook")
SEQUENCES = {written.part.name: written for written in FILES.catalogue.written}

LEADS = 20
DAYS = {"delayed-deal": 220, "onboarding": 120, "heat-cadence": 200, "speed-to-lead": 110}
"""Of those that take longer than a quarter."""
CUSTOMERS = Behaviour.model_validate(
    {
        "arrivals": {"over_days": 5},
        "reach": {"email": 1, "phone": 1, "may_text": 0.6},
        "replies": {"absent": 0},
        "course": {"wins": 0},
        "fields": {
            "first_payroll_on": {"16": 1, "20": 1},
            "renewal_on": {"62": 1, "70": 1},
            "price_changes_on": {"45": 1, "40": 1},
            "left_on": {"-90": 1},
            "rating": {"9": 1, "10": 1},
        },
    }
)
each_pattern = pytest.mark.parametrize("name", list(SEQUENCES))


@pytest.fixture(scope="session")
def follow_up_company() -> Company:
    """The cookbook's company, without jitter and with senders that have no limits."""
    company = company_of(FILES, Settings(_env_file=None))
    calm = company.policy.model_copy(update={"jitter": timedelta(0)})
    return company.model_copy(update={"policy": calm, "per_minute": UNLIMITED, "per_day": UNLIMITED})


@cache
def rehearsed(name: str) -> Journal:
    """Twenty leads in the pattern, with the same luck each time."""
    company = company_of(FILES, Settings(_env_file=None))
    since = datetime(2026, 11, 23, tzinfo=ZoneInfo(company.home.zone))
    scenario = Scenario(sequence=name, leads=LEADS, days=DAYS.get(name, 90), seed=7, since=since)
    return play(company, CUSTOMERS, scenario).journal


def module_of(name: str) -> Path:
    return COOKBOOK / f"{name.replace('-', '_')}.py"


def step_ids(sequence: Sequence) -> set[str]:
    return {step.id for stage in sequence.stages for step in steps(stage) if not isinstance(step, Branch)}


def messages(journal: Journal) -> abc.Iterator[tuple[str, str]]:
    """Who got what."""
    return ((entry.lead, entry.about) for entry in journal if entry.what == "message")


# --- of all of them ---------------------------------------------------------------------------------------------------


def test_there_is_nothing_to_mend_in_the_whole_cookbook():
    """Whoever copies a pattern copies its mistakes: there is not even a remark."""
    report = Shell(FOLLOWUP_SEQUENCES="docs/cookbook")("sequence", "validate", "-o", "json").json
    assert (report["valid"], report["findings"], report["drafts"]) == (True, [], [])


@each_pattern
def test_each_pattern_can_be_copied_alone(name: str):
    """It hands over to no other, its file and its templates bear its name, and the page says what to change."""
    assert catalogue(SEQUENCES[name]).sequences
    assert SEQUENCES[name].place.file == str(module_of(name))
    assert {path.parent.name for path in (COOKBOOK / "templates" / name).iterdir()} == {name}
    assert f"[`{module_of(name).name}`]({module_of(name).name})" in PAGE


def test_copied_beside_the_shipped_sequences_they_are_drafts_with_nothing_to_mend(tmp_path: Path):
    """As the page says it: the file, its folder, the snippets and the fields; `missed-call` is there already."""
    ours = tmp_path / "sequences"
    copytree(HOUSE / "sequences", ours)
    for name in SEQUENCES.keys() - {"missed-call"}:
        copy(module_of(name), ours)
        copytree(COOKBOOK / "templates" / name, ours / "templates" / name)
    copytree(COOKBOOK / "templates" / "snippets", ours / "templates" / "snippets", dirs_exist_ok=True)
    _, *fields = re.split(r"\n(?=\w+ = field)", (COOKBOOK / "fields.py").read_text())
    known = (ours / "fields.py").read_text()
    new = [field for field in fields if f"\n{field.partition(' = ')[0]} = " not in known]
    (ours / "fields.py").write_text("\n".join([known, *new]))
    words = ["from cli.main import run; run()", "sequence", "validate", "-o", "json"]
    paths = f"{tmp_path}{os.pathsep}{HOUSE}"
    said = subprocess.run(
        [sys.executable, "-P", "-c", *words],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        check=False,
    )
    report = json.loads(said.stdout)
    assert report["findings"] == []
    assert {*report["drafts"]} == SEQUENCES.keys() - {"missed-call"}


@each_pattern
def test_each_pattern_can_be_read_and_seen(name: str):
    """A manager approves from the words, and sees every step in the picture."""
    sequence = SEQUENCES[name].part
    words, picture = describe(sequence), outline(graph_of(sequence))
    assert [step for step in step_ids(sequence) if step not in words] == []
    assert [step for step in step_ids(sequence) if step not in picture] == []


@each_pattern
def test_each_pattern_leads_every_lead_to_an_end_and_wastes_no_step(name: str):
    """In its rehearsal somebody comes to each step, nobody is stuck in it, and no message is too late."""
    journal = rehearsed(name)
    came = {entry.about for entry in journal if entry.what in ("message", "task_opened", "left_out")}
    assert step_ids(SEQUENCES[name].part) - {about.rpartition("/")[2] for about in came} == set()
    begun = {entry.lead for entry in journal if entry.what == "enrolled" and entry.about == name}
    ended = {entry.lead for entry in journal if entry.what == "ended" and entry.sequence == name}
    asked = {entry.lead for entry in journal if entry.what == "review"}
    assert begun - ended - asked == set()
    assert [entry for entry in journal if entry.what == "left_out" and entry.how == "too_late"] == []


# --- of each of them --------------------------------------------------------------------------------------------------


def test_speed_to_lead_every_enquiry_is_acknowledged_in_the_minute_it_comes():
    """At any hour, for all of twenty leads: who answers first has the edge."""
    journal = rehearsed("speed-to-lead")
    came = {entry.lead: entry.at for entry in journal if entry.what == "enrolled"}
    first = {entry.lead: entry.at for entry in reversed(journal) if entry.what == "message"}
    assert came
    assert {first[lead] - at <= timedelta(minutes=1) for lead, at in came.items()} == {True}


def test_missed_call_the_text_leaves_within_a_minute_and_what_ran_goes_on(follow_up: FollowUp):
    """Also on a Saturday, when nobody is in the office; the proposal that was being followed is not forgotten."""
    rosa = follow_up.enroll("Rosa", sequence="proposal")
    follow_up.wait_until("2026-11-28 11:30")
    rosa.is_called("no_answer")
    rosa.happens("call_missed")
    follow_up.let_pass(minutes=1)
    assert [(sent.step, str(sent.at)[:16]) for sent in rosa.sent[-1:]] == [("text-back", "2026-11-28 11:30")]
    follow_up.wait_until("2026-11-30 09:05")
    rosa.is_called("no_answer")
    assert rosa.sequence == "proposal"


def test_proposal_whoever_signs_hears_nothing_more_and_only_a_person_gives_a_deal_up(follow_up: FollowUp):
    """A mail about a proposal that was signed yesterday undoes the signature."""
    ann, bob = (follow_up.enroll(name, sequence="proposal") for name in ("Ann", "Bob"))
    follow_up.let_pass(days=2)
    ann.happens("contract_signed")
    follow_up.wait_until("2026-12-18 09:00")
    assert (ann.steps_done, ann.ended) == (["three-pages"], ["goal_met"])
    assert (bob.steps_done, bob.tasks) == (["three-pages", "smaller-start", "start-dates"], ["settle"])
    bob.does("settle")
    assert (bob.stage, bob.ended) == ("convert", ["completed"])


def test_delayed_deal_in_six_months_four_guides_leave_and_nothing_else(follow_up: FollowUp):
    """Whoever said "not now" is neither forgotten nor pressed."""
    rosa = follow_up.enroll("Rosa", sequence="delayed-deal")
    follow_up.let_pass(days=176)
    assert rosa.steps_done == ["what-stays", "year-end-list", "hiring-guide", "what-others-did"]
    assert all(later.at - sent.at > timedelta(days=35) for sent, later in zip(rosa.sent, rosa.sent[1:], strict=False))
    assert rosa.tasks == []
    follow_up.let_pass(days=5)
    assert rosa.tasks == ["is-it-time"]


def test_no_show_a_new_booking_ends_the_asking(follow_up: FollowUp):
    """Whoever has taken another day is not asked for one."""
    follow_up.wait_until("2026-11-23 11:30")
    rosa = follow_up.enroll("Rosa", sequence="no-show")
    follow_up.let_pass(minutes=10)
    assert rosa.steps_done == ["are-you-coming"]
    rosa.books()
    follow_up.let_pass(days=30)
    assert (rosa.steps_done, rosa.ended) == (["are-you-coming"], ["meeting_booked"])


def test_win_back_nobody_hears_from_us_more_than_three_times_and_twenty_begin_in_a_day(follow_up: FollowUp):
    """Whoever left is asked once; and a call that nobody can make today is not promised."""
    told = list(messages(rehearsed("win-back")))
    assert max(sum(lead == other for other, _ in told) for lead, _ in told) == 3
    gone = [follow_up.enroll(f"Customer {number}", sequence="win-back") for number in range(25)]
    assert sum(customer.sequence == "win-back" for customer in gone) == 20
    follow_up.let_pass(days=1)
    assert sum(customer.sequence == "win-back" for customer in gone) == 25


def test_onboarding_the_reminder_leaves_on_the_eve_of_the_first_pay_day_wherever_it_moves(follow_up: FollowUp):
    """A pay day that is put off must not be announced for tomorrow; and the eve of a Monday is a Sunday."""
    rosa = follow_up.enroll("Rosa", sequence="onboarding", first_payroll_on="2026-12-09")
    follow_up.let_pass(hours=1)
    rosa.does("kick-off")
    follow_up.let_pass(days=7)
    rosa.changes(first_payroll_on="2026-12-14")
    follow_up.wait_until("2026-12-14 09:00")
    assert [str(sent.at)[:16] for sent in rosa.sent if sent.step == "pay-day-tomorrow"] == ["2026-12-13 10:00"]


def test_onboarding_a_question_stops_nobody_from_being_helped(follow_up: FollowUp):
    """It is answered by a person, and then the plan goes on."""
    rosa = follow_up.enroll("Rosa", sequence="onboarding", first_payroll_on="2026-12-09")
    follow_up.let_pass(hours=1)
    rosa.replies("question")
    assert "answer" in rosa.tasks
    rosa.does("answer")
    rosa.does("kick-off")
    follow_up.let_pass(days=2)
    assert rosa.steps_done == ["welcome", "send-us-these"]


def test_referral_who_gives_a_nine_is_asked_and_who_gives_an_eight_is_not(follow_up: FollowUp):
    """And nobody is asked again in the same year."""
    ann, bob = (follow_up.capture(name, source="list", rating=5) for name in ("Ann", "Bob"))
    ann.changes(rating=9)
    bob.changes(rating=8)
    follow_up.let_pass(days=60)
    assert (ann.steps_done, bob.steps_done) == (["thank-you", "words-to-forward"], [])
    ann.changes(rating=7)
    ann.changes(rating=10)
    follow_up.let_pass(days=30)
    assert len(ann.sent) == 2


def test_renewal_when_the_date_moves_the_mails_move_with_it(follow_up: FollowUp):
    """Two weeks before the end means two weeks before the end that holds now."""
    rosa = follow_up.enroll("Rosa", sequence="renewal", renewal_on="2027-01-22")
    follow_up.let_pass(days=2)
    rosa.changes(renewal_on="2027-02-26")
    follow_up.wait_until("2027-02-01 09:00")
    rosa.changes(renewal_on="2027-03-05")
    follow_up.wait_until("2027-02-20 09:00")
    assert [(sent.step, str(sent.at.date())) for sent in rosa.sent] == [
        ("your-year", "2026-11-24"),
        ("terms", "2027-01-29"),
        ("two-weeks", "2027-02-19"),
    ]


def test_price_change_nobody_is_told_a_price_that_no_person_has_read(follow_up: FollowUp):
    """The notice waits for its owner; a call explains it to whoever has the books with us."""
    rosa = follow_up.enroll("Rosa", sequence="price-change", plan="full", price_changes_on="2027-01-15")
    follow_up.let_pass(days=1)
    assert (rosa.steps_done, rosa.tasks) == ([], ["notice"])
    rosa.does("notice", "approved")
    follow_up.let_pass(days=4)
    assert (rosa.steps_done, rosa.tasks) == (["notice"], ["explain"])


def test_qualification_a_large_team_is_called_and_a_small_one_gets_its_price(follow_up: FollowUp):
    """Two numbers are enough, and nobody of ours reads them."""
    ann, bob = (follow_up.enroll(name, sequence="qualification") for name in ("Ann", "Bob"))
    for lead, answers in ((ann, ("3", "not sure")), (bob, ("1", "2"))):
        for text in answers:
            follow_up.let_pass(hours=2)
            lead.replies("unclear", channel="sms", text=text)
    follow_up.let_pass(hours=3)
    assert (ann.steps_done, ann.tasks) == (["team-size", "timing"], ["talk-today"])
    assert (bob.steps_done, bob.tasks) == (["team-size", "timing", "price-by-size"], [])


def test_heat_cadence_whoever_becomes_hot_is_called_in_the_same_minute(follow_up: FollowUp):
    """And whoever cools down is written to once a month."""
    rosa = follow_up.capture("Rosa", source="list")
    rosa.does("enquiry")
    rosa.changes(heat="warm")
    follow_up.let_pass(days=10)
    assert rosa.steps_done == ["weekly-payroll-law", "weekly-time-sheets"]
    rosa.changes(heat="hot")
    assert rosa.tasks == ["call-today"]
    rosa.changes(heat="cold")
    assert rosa.tasks == []
    follow_up.let_pass(days=63)
    assert rosa.steps_done[2:] == ["monthly-deadlines", "monthly-numbers"]
