"""What a check of the whole catalogue finds."""

import pytest

from engine.authoring import (
    before,
    branch,
    business_days,
    calendar,
    call,
    can,
    case,
    catalogue,
    elapsed,
    email,
    entered,
    field,
    finish,
    goto,
    not_,
    on,
    open_now,
    outcome,
    quiet,
    reply,
    sequence,
    sms,
    stage,
    start,
    task,
    window,
    working,
)
from engine.authoring.pipeline import pipeline, pipeline_stage, stage_rule
from engine.sequence.catalogue import Catalogue
from engine.sequence.check import check, check_drafts
from engine.sequence.findings import Finding, report
from engine.sequence.pipeline import Pipeline
from engine.sequence.templates import TemplateFacts
from engine.sequence.written import seen_from_here

LATER = calendar(days=3)
END = finish(after=LATER)


def mails(count: int, name: str = "mail"):
    return [email(f"{name}-{number}", after=LATER) for number in range(count)]


def good(touches: int = 10, **more):
    """A life that the check has nothing to say about."""
    return sequence(
        "good",
        stage("capture", otherwise=goto("response")),
        stage("response", otherwise=goto("nurture")),
        stage("nurture", *mails(touches), otherwise=goto("re_engage", after=LATER)),
        stage("re_engage", otherwise=goto("convert", after=LATER)),
        stage("convert", task("ask"), otherwise=goto("retain", after=LATER)),
        stage("retain", otherwise=END),
        maintainer="ops",
        starts=["captured"],
        **more,
    )


def beside(*stages, name: str = "other", **more) -> Catalogue:
    """A good life, and below it another sequence."""
    more = {"starts": ["won"], **more}
    return catalogue(good(), sequence(name, *stages, maintainer="ops", **more))


def nurture(*steps, otherwise=END, **more) -> Catalogue:
    return beside(stage("nurture", *steps, otherwise=otherwise, **more))


def convert(*steps, **more) -> Catalogue:
    return beside(stage("convert", *steps, otherwise=END), **more)


def crm(*names: str) -> Pipeline:
    rules = [
        stage_rule(stage, owner="owner", enters="when it does", leaves="when it does not")
        for stage in ("capture", "response", "nurture", "re_engage", "convert", "retain")
    ]
    return pipeline(*rules, *(pipeline_stage(name, is_stage="convert") for name in names))


def told(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(finding.code, finding.severity) for finding in findings]


def test_a_good_catalogue_gives_nothing_to_say():
    """A checker that cries wolf is switched off."""
    assert check(catalogue(good())) == ()


UNREACHED = outcome("b").is_("no_answer")
FIRST_REENTRY = on(reply("question"), goto("nurture"))


@pytest.mark.parametrize(
    ("found", "code", "severity", "says"),
    [
        pytest.param(
            catalogue(
                sequence("a", stage("nurture", *mails(10), otherwise=END), maintainer="ops", starts=["captured"])
            ),
            "SEQ101",
            "error",
            "capture, response, re_engage, convert or retain",
            id="stages that nobody has",
        ),
        pytest.param(catalogue(good(6)), "SEQ102", "error", "after 6 useful touches", id="too few touches"),
        pytest.param(catalogue(good(7)), "SEQ103", "remark", "after 7 useful touches", id="just enough touches"),
        pytest.param(catalogue(good(9)), "SEQ103", "remark", "after 9 useful touches", id="rather few touches"),
        pytest.param(
            catalogue(
                good(when=[on("won", start("a"))]),
                sequence("a", stage("as_is", otherwise=start("b")), maintainer="ops"),
                sequence("b", stage("as_is", otherwise=start("a")), maintainer="ops"),
            ),
            "SEQ106",
            "error",
            " → ",
            id="sequences that hand a lead round",
        ),
        pytest.param(
            beside(stage("nurture", email("a"), otherwise=END), stage("as_is", otherwise=END)),
            "SEQ104",
            "error",
            "no lead comes to stage 'as_is'",
            id="a stage that nothing leads to",
        ),
        pytest.param(
            beside(stage("nurture", email("a"), otherwise=END), stage("retain", otherwise=END)),
            "SEQ105",
            "remark",
            "only the CRM brings a lead to stage 'retain'",
            id="a stage that only the CRM may lead to",
        ),
        pytest.param(nurture(email("a"), otherwise=finish()), "SEQ107", "warning", "'a' is sent", id="an end too soon"),
        pytest.param(
            nurture(email("a"), otherwise=start("good")), "SEQ108", "warning", "'a' is sent", id="an exit too soon"
        ),
        pytest.param(
            nurture(branch("b", case(open_now, sms("a"), then=finish()), otherwise=[email("c")])),
            "SEQ107",
            "warning",
            "'a' is sent",
            id="an arm that ends too soon",
        ),
        pytest.param(
            nurture(email("a"), when=[on("replied", goto("nurture"))]),
            "SEQ109",
            "warning",
            "stage 'nurture', whose first message",
            id="an answer that begins the stage again",
        ),
        pytest.param(
            beside(
                stage("nurture", email("a"), otherwise=goto("re_engage", after=LATER)),
                stage("re_engage", otherwise=END, when=[FIRST_REENTRY]),
            ),
            "SEQ109",
            "warning",
            "stage 'nurture', whose first message",
            id="an answer that leads back",
        ),
        pytest.param(
            beside(stage("nurture", otherwise=END), starts=["captured"]),
            "SEQ110",
            "remark",
            "'good' and 'other' both start when a lead is captured",
            id="two that start on the same thing",
        ),
        pytest.param(
            beside(stage("nurture", otherwise=END), starts=[]), "SEQ111", "remark", "starts 'other'", id="never started"
        ),
        pytest.param(
            nurture(
                email("a"), sms("b", after=elapsed(hours=9)), email("c", after=LATER), sms("d", after=calendar(days=15))
            ),
            "SEQ112",
            "warning",
            "14 days or more until 'd'",
            id="a burst, then silence",
        ),
        pytest.param(convert(email("a")), "SEQ113", "warning", "asks no person", id="a decision by mail alone"),
        pytest.param(
            convert(call("a"), call("b"), call("c")), "SEQ114", "warning", "third call", id="calls and nothing else"
        ),
        pytest.param(
            catalogue(
                good(only_if=field.choice("source", "ad", "web_form").is_("ad")),
                sequence(
                    "other",
                    stage("nurture", otherwise=END),
                    maintainer="ops",
                    starts=["won"],
                    only_if=not_(field.choice("source", "ad", "referral").is_("ad")),
                ),
            ),
            "SEQ115",
            "error",
            "field 'source' means something else",
            id="a field with two meanings",
        ),
        pytest.param(
            nurture(email("a", after=calendar(days=3, at="20:00"))), "SEQ119", "warning", "for 20:00", id="an evening"
        ),
        pytest.param(
            nurture(email("a", after=quiet(business_days(3, at="18:00")))), "SEQ119", "warning", "18:00", id="closing"
        ),
        pytest.param(
            nurture(email("a", at=before(field.date("renewal_on"), days=3, at="06:00"))),
            "SEQ119",
            "warning",
            "Monday to Friday 09:00 to 18:00",
            id="a moment before the hours",
        ),
        pytest.param(
            nurture(email("a", only_if=UNREACHED), call("b")),
            "SEQ120",
            "warning",
            "'a' asks how 'b' ended, which comes later",
            id="an end that is not there yet",
        ),
        pytest.param(
            nurture(branch("way", case(not_(UNREACHED), email("a")), otherwise=[sms("c")]), call("b")),
            "SEQ120",
            "warning",
            "'way' asks how 'b' ended",
            id="a way that is always the same",
        ),
        pytest.param(
            beside(
                stage("nurture", email("a", only_if=UNREACHED), otherwise=goto("convert")),
                stage("convert", call("b"), otherwise=END),
            ),
            "SEQ120",
            "warning",
            "'b' ended, which comes later",
            id="an end in a later stage",
        ),
    ],
)
def test_a_check_finds(found: Catalogue, code: str, severity: str, says: str):
    """Each of these has cost somebody a lead."""
    findings = [finding for finding in check(found) if finding.code == code]
    assert len(findings) == 1
    assert findings[0].severity == severity
    assert says in findings[0].what
    assert findings[0].where.startswith(f"{seen_from_here(__file__)}:")
    assert findings[0].next


@pytest.mark.parametrize(
    "fine",
    [
        pytest.param(nurture(email("a"), email("b", after=LATER)), id="a message, and time to answer"),
        pytest.param(nurture(call("a"), otherwise=finish()), id="nobody answers a call"),
        pytest.param(
            beside(stage("nurture", call("a"), otherwise=END, when=[on("replied", goto("nurture"))])),
            id="a stage that opens with a call may be entered again",
        ),
        pytest.param(
            beside(
                stage("nurture", email("a"), otherwise=END, when=[on("replied", goto("convert"))]),
                stage("convert", call("b"), email("c"), otherwise=END),
            ),
            id="an answer that leads on",
        ),
        pytest.param(
            nurture(email("a"), when=[on("call_connected", goto("nurture"))]), id="what is no answer may lead back"
        ),
        pytest.param(
            beside(
                stage("nurture", email("a"), otherwise=END, when=[on("won", start("good")), on("replied", finish())])
            ),
            id="an answer that ends",
        ),
        pytest.param(
            catalogue(
                good(when=[on("won", start("other"))]),
                sequence("other", stage("nurture", otherwise=END), maintainer="ops"),
            ),
            id="a sequence that another hands over to",
        ),
        pytest.param(
            beside(stage("convert", branch("b", case(can("sms"), call("c")), otherwise=[task("d")]), otherwise=END)),
            id="a person is asked in every arm",
        ),
        pytest.param(
            catalogue(
                good(),
                sequence(
                    "b",
                    stage("as_is", *mails(1), otherwise=finish("goal_met", after=LATER)),
                    maintainer="ops",
                    starts=["paid"],
                ),
            ),
            id="a sequence that covers no stage",
        ),
        pytest.param(
            catalogue(
                sequence(
                    "b",
                    stage("as_is", *mails(1), otherwise=finish("goal_met", after=LATER)),
                    maintainer="ops",
                    starts=["captured"],
                    only_if=can("sms"),
                ),
                good(),
            ),
            id="a start of which the upper one leaves some",
        ),
        pytest.param(
            nurture(email("a", after=calendar(days=3, at="20:00")), hours=window("Mon-Sun", "18:00-00:00")),
            id="an evening that the stage's hours have",
        ),
        pytest.param(
            beside(
                stage("as_is", email("a", after=calendar(days=3, at="03:00")), otherwise=END),
                hours=window("Mon-Sun", "00:00-00:00"),
            ),
            id="a night around the clock",
        ),
        pytest.param(
            beside(
                stage("nurture", email("a", only_if=UNREACHED), otherwise=goto("convert", after=LATER)),
                stage("convert", call("b"), otherwise=goto("nurture", after=LATER)),
            ),
            id="an end of the last time round",
        ),
        pytest.param(
            nurture(call("a", only_if=not_(outcome("a").is_("no_answer")))),
            id="its own end, when it was left out before",
        ),
    ],
)
def test_a_check_has_nothing_to_say(fine: Catalogue):
    """What is good must stay quiet, or nobody reads what is not."""
    assert check(fine) == ()


def test_errors_come_first():
    """What keeps the catalogue from being published is what the reader needs."""
    found = catalogue(
        sequence("a", stage("nurture", email("m"), otherwise=finish()), maintainer="ops", starts=["captured"]),
        sequence("b", stage("nurture", otherwise=END), maintainer="ops"),
    )
    assert told(check(found)) == [
        ("SEQ101", "error"),
        ("SEQ102", "error"),
        ("SEQ107", "warning"),
        ("SEQ111", "remark"),
    ]


def test_a_report_is_valid_without_an_error():
    """Warnings and remarks are for people to weigh."""
    assert report(check(catalogue(good(9)))).valid
    assert not report(check(catalogue(good(6)))).valid


def test_a_line_that_several_stages_share_is_told_once():
    """A list of reactions may be written once and used in every stage."""
    shared = [FIRST_REENTRY]
    found = beside(
        stage("nurture", email("a"), otherwise=goto("re_engage", after=LATER), when=shared),
        stage("re_engage", otherwise=END, when=shared),
    )
    assert told(check(found)) == [("SEQ109", "warning")]


def test_a_life_without_a_silent_end_has_no_count():
    """A lead that always comes to a goal or a person is not let go."""
    life = sequence(
        "life",
        stage("capture", *mails(1), otherwise=finish("goal_met", after=LATER)),
        maintainer="ops",
        starts=["captured"],
    )
    assert "SEQ102" not in [finding.code for finding in check(catalogue(life))]


# --- the pipeline -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(beside(stage("nurture", otherwise=END), starts=[entered("Demmo")]), id="of a start"),
        pytest.param(nurture(when=[on(entered("Demmo"), finish())]), id="of a reaction"),
        pytest.param(nurture(task("settle", proposes="Demmo")), id="of a proposal"),
    ],
)
def test_a_pipeline_stage_must_be_one_of_the_crm(found: Catalogue):
    """A name that is spelled wrong would simply never happen."""
    assert told(check(found)) == []
    findings = check(found, pipeline=crm("Demo"))
    assert told(findings) == [("SEQ116", "error")]
    assert "Demo" in findings[0].next


def test_a_pipeline_stage_that_is_there_is_fine():
    """The pipeline file is where its names are true."""
    found = beside(stage("nurture", otherwise=END), starts=[entered("Demo"), "won"], when=[on("lost", finish())])
    assert told(check(found, pipeline=crm("Demo"))) == []


def test_a_stage_that_the_pipeline_means_is_entered_by_the_crm():
    """Whether a stage is dead depends on what the CRM may do."""
    to_convert = beside(stage("nurture", otherwise=END), stage("convert", call("a"), otherwise=END))
    assert told(check(to_convert, pipeline=crm("Demo"))) == [("SEQ105", "remark")]
    to_retain = beside(stage("nurture", otherwise=END), stage("retain", otherwise=END))
    assert told(check(to_retain, pipeline=crm("Demo"))) == [("SEQ104", "error")]


# --- templates --------------------------------------------------------------------------------------------------------


def facts(name: str, **more) -> TemplateFacts:
    said = {"kind": "email", "value": "guide", **more}
    return TemplateFacts(name=name, **said)


def templates_of(found: Catalogue, **other: TemplateFacts) -> dict[str, TemplateFacts]:
    every = {f"good/mail-{number}": facts(f"good/mail-{number}") for number in range(10)}
    every["good/ask"] = facts("good/ask", kind="task", value=None)
    return {**every, **{f"other/{name.replace('_', '-')}": more for name, more in other.items()}}


@pytest.mark.parametrize(
    ("template", "code"),
    [
        pytest.param(None, "SEQ201", id="no template"),
        pytest.param(facts("other/hello", kind="sms"), "SEQ202", id="a template for texts"),
        pytest.param(facts("other/hello", tokens=("name", "city"), defaults=("name",)), "SEQ205", id="no default"),
    ],
)
def test_a_template_must_be_fit_to_be_sent(template: TemplateFacts | None, code: str):
    """An error found here is one that no lead ever reads."""
    found = nurture(email("hello"))
    more = {} if template is None else {"hello": template}
    assert told(check(found, templates=templates_of(found, **more))) == [(code, "error")]


def test_a_missing_template_is_named_with_its_folder():
    """The author copies the path into the editor."""
    (missing,) = check(nurture(email("hello")), templates=templates_of(nurture()), folder="sequences/templates")
    assert missing.next == "write sequences/templates/other/hello.email, or name another one"


def test_good_templates_give_nothing_to_say():
    """Whoever did everything right is left in peace."""
    ring = call("ring", due=working(hours=1), give_up=business_days(1))
    found = nurture(email("hello"), branch("b", case(open_now, sms("text")), otherwise=[ring]), *mails(1, "last"))
    every = templates_of(
        found,
        hello=facts("other/hello", tokens=("name",), defaults=("name",)),
        text=facts("other/text", kind="sms"),
        last_0=facts("other/last-0"),
        ring=facts("other/ring", kind="call", value=None),
    )
    assert check(found, templates=every) == ()


def test_an_acknowledgement_is_no_useful_touch():
    """To say that we have heard gives a lead nothing."""
    found = catalogue(good(10))
    every = templates_of(found)
    for number in range(4):
        every[f"good/mail-{number}"] = facts(f"good/mail-{number}", value="acknowledgement")
    assert told(check(found, templates=every)) == [("SEQ102", "error")]


def test_a_catalogue_finds_its_sequences_by_name():
    """A command names a sequence; the catalogue has it or not."""
    found = catalogue(good())
    assert found.named("good") is found.sequences[0]
    assert found.named("bad") is None


def test_a_draft_is_checked_by_itself_and_needs_a_name_of_its_own():
    """A copy that kept its name would take the place of what runs."""
    copy, other = (
        sequence(name, stage("nurture", sms("hello"), otherwise=END), maintainer="ops", starts=["captured"])
        for name in ("good", "other")
    )
    found = check_drafts(catalogue(copy, other), catalogue(good()), {})
    assert [finding.code for finding in found].count("SEQ117") == 1
    assert "SEQ201" in {finding.code for finding in found}
    assert not {finding.code for finding in found} & {"SEQ101", "SEQ102"}
