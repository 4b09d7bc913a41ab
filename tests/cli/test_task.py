"""`followup task …`: what people have to do, and what follows from how it ended."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from sqlalchemy import insert

from adapters.catalogue import publish
from adapters.tables import tasks
from adapters.tasks import open_tasks
from cli import process
from cli.task import outcomes_of
from engine.life.moves import TaskKind
from engine.reasons import CallDisposition
from engine.words import LeadId
from tests.adapters.world import MONDAY, ROSA, Company
from tests.support.house import released
from tests.support.looking import lives
from tests.support.small_sequences import call, email, sequence, stage
from tests.support.waiting import until

NOW = datetime.now(UTC)


def opens(company: Company, lead: LeadId, key: str, due: datetime, kind: str = "call", owner: str = "ana") -> None:
    row = {"task_key": key, "lead": lead, "kind": kind, "to_role": "owner", "owner": owner, "due": due, "step": "talk"}
    rest = {"blocks": True, "why": "call Rosa", "state": "open", "opened_at": NOW}
    with company.database.transaction() as transaction:
        transaction.execute(insert(tasks).values(row | rest))


@pytest.fixture
def rosa(company: Company) -> LeadId:
    """A lead with one task that is late and one that is not."""
    rosa = company.captures(ROSA)
    opens(company, rosa, "soon", NOW + timedelta(days=1), owner="ben")
    opens(company, rosa, "late", NOW - timedelta(days=1))
    return rosa


def test_tasks_are_listed_the_most_urgent_first(shell, rosa):
    """The list is worked through from the top."""
    assert [task["task_key"] for task in shell("task", "list", "-o", "json").json] == ["late", "soon"]
    assert [task["task_key"] for task in shell("task", "list", "--owner", "ben", "-o", "jsonl").lines] == ["soon"]
    assert [task["task_key"] for task in shell("task", "list", "--overdue", "-o", "json").json] == ["late"]
    assert "late  call  talk" in shell("task", "list").stdout
    assert shell("task", "list", "--owner", "kim").stderr == "nothing is to be done\n"


@pytest.mark.parametrize(
    ("words", "what"),
    [
        pytest.param(["late", "--as", "done"], "cannot end 'done'; it ends connected_positive", id="a call"),
        pytest.param(["late", "--as", "great"], "cannot end 'great'", id="a word there is not"),
        pytest.param(["late", "--as", "busy", "--callback-at", "+1d"], "it goes with --as callback", id="a call back"),
        pytest.param(["late", "--as", "callback_requested", "--callback-at", "noon"], "is no moment", id="a time"),
        pytest.param(["late"], "Missing option '--as'.", id="no ending"),
    ],
)
def test_an_ending_that_means_nothing_is_refused(company, shell, rosa, words, what):
    """The ending picks the path; one the sequence does not know would leave the lead where it stands."""
    said = shell("task", "complete", *words, "-o", "json")
    assert said.code == process.ExitCode.USAGE
    assert what in said.error["what"]
    assert company.rows() == []


def test_a_task_that_is_not_there_is_named(shell):
    """Keys are long, and half of one is easily lost."""
    said = shell("task", "complete", "6f2c", "--as", "done", "-o", "json")
    assert (said.code, said.error["code"], said.error["where"]) == (process.ExitCode.FAILED, "TSK001", "task 6f2c")


@pytest.mark.parametrize("kind", get_args(TaskKind))
def test_every_kind_of_task_can_be_ended(kind):
    """A task without an ending stays open for ever."""
    assert outcomes_of(kind)
    assert set(CallDisposition) <= set(outcomes_of("call"))


async def test_a_call_is_completed_with_its_result_and_the_sequence_goes_on(desk):
    """From the list to the next message, as the person on the phone does it."""
    hour = {"kind": "elapsed", "minutes": 60}
    async with desk(sequence("calls", stage("nurture", call("talk"), email("recap", after=hour)))) as here:
        rosa = await here.house.capture()
        await until(lambda: len(rosa.tasks) == 1)
        (task,) = (await here.types("task", "list", "-o", "json")).json
        assert (task["lead_id"], task["kind"], task["step"], task["owner"]) == (rosa.lead_id, "call", "talk", "rep-1")
        complete = ("task", "complete", task["task_key"], "--as", "no_answer", "--note", "try later", "-o", "json")
        said = await here.commands(*complete, "--request", "req-1")
        assert (said.code, said.json["disposition"]) == (0, "applied")
        running = rosa.progress.enrolment
        assert running is not None and running.outcome_of("talk") == "no_answer"
        assert (await here.types("task", "list", "-o", "json")).json == []
        again = await here.commands(*complete, "--request", "req-1")
        assert (again.code, again.json["duplicate"]) == (0, True)
        late = await here.commands(*complete)
        assert (late.code, late.json["reason"]) == (process.ExitCode.FAILED, "task_closed")


def test_a_task_shows_what_to_say_and_to_whom(shell, company):
    """A call without its script, its name and its number is a chore; with them it is five minutes' work."""
    with company.database.transaction() as transaction:
        publish(transaction, released(sequence("calls", stage("response", call("talk")))), "ana", "", MONDAY)
    rosa = company.captures(ROSA)
    company.hears(rosa, "captured")
    lives(company, rosa)
    (task,) = shell("task", "list", "-o", "json").json
    said = shell("task", "show", task["task_key"], "--reveal", "--time-format", "raw").stdout.splitlines()
    assert "kind     call talk" in said
    assert f"lead     Rosa ({rosa})" in said
    assert "      +12125550123" in said
    assert any(line.startswith("ends as  connected_positive") for line in said)
    assert said[-3:] == ["talk", "", "Hello, this is talk."]
    assert "+12125550123" not in shell("task", "show", task["task_key"]).stdout


def test_a_task_nobody_wrote_a_script_for_shows_the_rest(shell, rosa):
    """An answer to a reply has no template: the reply says what to write."""
    shown = shell("task", "show", "late", "-o", "json").json
    assert (shown["lead_name"], shown["instructions"], shown["task"]["why"]) == ("Rosa", "", "call Rosa")


# --- messages to be released ------------------------------------------------------------------------------------------


@pytest.fixture
def draft(company: Company) -> str:
    """The task to release a mail to Rosa."""
    offers = sequence("offers", stage("response", email("offer", approve=True)))
    with company.database.transaction() as transaction:
        publish(transaction, released(offers), "ana", "", MONDAY)
    rosa = company.captures(ROSA)
    company.hears(rosa, "captured")
    lives(company, rosa)
    with company.database.reading() as transaction:
        (task,) = open_tasks(transaction)
    return task.task_key


def test_a_message_to_be_released_is_shown_as_it_would_leave(shell, draft):
    """Whoever releases a message without reading it might as well not be asked."""
    said = shell("task", "show", draft).stdout.splitlines()
    assert "kind     approval offer" in said
    assert "ends as  approved, rejected" in said
    assert said[-3:] == ["offer", "", "Hello, this is offer."]
    shown = shell("task", "show", draft, "-o", "json").json
    assert (shown["title"], shown["instructions"], shown["task"]["edited"]) == ("offer", "Hello, this is offer.", False)


@pytest.mark.parametrize(
    ("text", "why"),
    [("Dear {{ name }}", "a brace"), ("", "it is empty"), ("See javascript:x", "no web address")],
)
def test_words_that_must_not_leave_are_refused_before_anything_is_kept(company, shell, draft, tmp_path, text, why):
    """A template's brace has embarrassed everybody; so has an empty mail."""
    before = len(company.rows())
    (tmp_path / "offer.txt").write_text(text)
    said = shell("task", "approve", draft, "--text-file", "offer.txt", "-o", "json")
    assert (said.code, said.error["code"]) == (process.ExitCode.FAILED, "TSK002")
    assert why in said.error["why"]
    assert len(company.rows()) == before


@pytest.mark.parametrize(
    ("words", "what"),
    [
        pytest.param(["approve", "late"], "a task of the kind call", id="a call"),
        pytest.param(["reject", "late", "--reason", "no"], "a task of the kind call", id="a call to be rejected"),
        pytest.param(["reject", "late"], "Missing option '--reason'", id="no reason"),
        pytest.param(["approve", "late", "--text-file", "nowhere.txt"], "No such file", id="no file"),
        pytest.param(["approve", "late", "--text-file", "latin.txt"], "it is not UTF-8", id="no UTF-8"),
    ],
)
def test_what_cannot_be_released_is_refused(company, shell, rosa, tmp_path, words, what):
    """A slip of the hand must not end a call, or send half a letter."""
    (tmp_path / "latin.txt").write_bytes("für Rosa".encode("latin-1"))
    said = shell("task", *words, "-o", "json")
    assert said.code == process.ExitCode.USAGE
    assert what in said.error["what"]
    assert company.rows() == []


async def test_a_message_is_released_in_other_words_from_the_shell(desk, tmp_path):
    """From the list to the Outbox, as whoever answers for the lead does it."""
    (tmp_path / "offer.txt").write_text("For you it is 850.\n")
    offers = sequence("offers", stage("response", email("offer", approve=True), email("bye", approve=True)))
    async with desk(offers) as here:
        rosa = await here.house.capture()
        await until(lambda: len(rosa.tasks) == 1)
        (task,) = (await here.types("task", "list", "-o", "json")).json
        assert (task["kind"], task["step"], task["owner"]) == ("approval", "offer", "rep-1")
        release = ("task", "approve", task["task_key"], "--subject", "Your roof", "--text-file", "offer.txt")
        said = await here.commands(*release, "-o", "json")
        assert (said.code, said.json["disposition"]) == (0, "applied")
        await until(lambda: [task.step for task in rosa.tasks] == ["bye"])
        (sent,) = (await here.types("lead", "messages", rosa.lead_id, "-o", "json")).json
        assert (sent["subject"], sent["text"].splitlines()[0]) == ("Your roof", "For you it is 850.")
        assert "words  changed by whoever" in (await here.types("task", "show", task["task_key"])).stdout
        (task,) = (await here.types("task", "list", "-o", "json")).json
        said = await here.commands("task", "reject", task["task_key"], "--reason", "too dear", "-o", "json")
        assert (said.code, said.json["disposition"]) == (0, "applied")
        assert len((await here.types("lead", "messages", rosa.lead_id, "-o", "json")).json) == 1
