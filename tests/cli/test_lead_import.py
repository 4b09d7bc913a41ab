"""`followup lead import`: the plan, the deed, and what is left when somebody stops it."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections import abc
from pathlib import Path

import pytest
from sqlalchemy import func, select

from adapters.database import Database
from adapters.tables import leads
from api.importing import ROWS_AT_ONCE
from cli import process
from engine.words import LeadId
from tests.support.house import Someone
from tests.support.small_sequences import email, sequence, stage
from tests.support.waiting import until

AGREED = ("--consent-by", "web form 2026-10, opt-in box", "--consent-for", "email,sms")
CONTENT = (
    "Email,Phone,First Name,Shoe size\nada@example.com,415-555-0100,Ada,38\nnobody,,N,\n\nADA@example.com,,Adele,\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A small export: one lead, one bad row, one blank, one duplicate."""
    path = tmp_path / "leads.csv"
    path.write_text(CONTENT)
    return path


def count_of(records_url: str) -> int:
    """How many leads there are."""
    database = Database(records_url)
    with database.reading() as transaction:
        count: int = transaction.execute(select(func.count()).select_from(leads)).scalar_one()
    database.close()
    return count


# --- the plan ---------------------------------------------------------------------------------------------------------


def test_a_dry_run_shows_the_plan_and_writes_nothing(shell, company, file, tmp_path):
    """The first thing anybody does with a list of customers is to see what would happen to it."""
    before = sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".csv")
    said = shell("lead", "import", str(file), "--dry-run", *AGREED)
    assert said.stdout.splitlines() == [
        f"file     {file}: UTF-8, comma",
        "read     Email = email, Phone = phone, First Name = first name",
        "ignored  Shoe size",
        "consent  web form 2026-10, opt-in box (email, sms)",
        "line 3: rejected: Email nobody: is not an email address",
        "line 5: merged: the same person as line 2, nothing new; first_name Adele is not taken over, we know another",
        "4 rows: 1 added, 1 merged, 0 already known, 1 rejected, 1 blank",
        "a dry run: nothing was written",
    ]
    assert said.code == process.ExitCode.OK
    assert company.rows() == []
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".csv") == before


def test_the_answer_is_one_document_for_machines(shell, company, file):
    """A pipeline checks the sums before it goes on."""
    said = shell("lead", "import", str(file), "--dry-run", *AGREED, "-o", "json")
    assert [row["line"] for row in said.json["rows"]] == [3, 5]
    assert said.json["reading"]["columns"][3] == {"column": "Shoe size", "meaning": None}
    sums = said.json["done"]["summary"]
    assert sums["rows"] == sums["added"] + sums["merged"] + sums["known"] + sums["rejected"] + sums["blank"] == 4
    assert said.stderr == ""


def test_every_row_has_a_line_for_machines(shell, company, file):
    """What became of line 17 is a grep away, however long the file."""
    lines = shell("lead", "import", str(file), "--dry-run", *AGREED, "-o", "jsonl").lines
    assert [line["outcome"] for line in lines[1:-1]] == ["added", "rejected", "blank", "merged"]
    assert lines[-1]["summary"]["rows"] == 4


def test_nothing_is_said_when_nothing_is_asked(shell, company, file):
    """The exit code alone speaks."""
    said = shell("lead", "import", str(file), "--dry-run", *AGREED, "-o", "none")
    assert (said.code, said.stdout, said.stderr) == (process.ExitCode.OK, "", "")


def test_what_is_said_again_and_again_is_counted(shell, company, tmp_path):
    """Fifty thousand lines about one unknown owner hide the one line that matters."""
    path = tmp_path / "leads.csv"
    path.write_text("Email,Owner\n" + "".join(f"lead-{i}@example.com,Nobody\n" for i in range(9)))
    said = shell("lead", "import", str(path), "--dry-run", *AGREED)
    assert said.stdout.count("Owner: Nobody is not kept, it is nobody we know") == 5
    assert "and 4 rows more: Owner: Nobody is not kept, it is nobody we know" in said.stderr


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param([], "CSV007", id="nobody says that they agreed"),
        pytest.param(["--consent-by", "web form"], "CSV008", id="agreed to what"),
        pytest.param([*AGREED, "--region", "ZZ"], "CSV009", id="no such country"),
    ],
)
def test_an_import_that_cannot_be_meant_is_refused_with_a_cure(shell, company, file, words, code):
    """Exit code 2, the error in the one shape, and what to write instead."""
    said = shell("lead", "import", str(file), *words, "-o", "json")
    assert (said.code, said.error["code"], said.stdout) == (process.ExitCode.USAGE, code, "")
    assert said.error["next"]


def test_a_no_in_a_column_nobody_knows_is_never_overruled(shell, company, tmp_path):
    """She said no; a statement for all of them made it a yes, and she was written to."""
    path = tmp_path / "leads.csv"
    path.write_text("Email,Werbe-Einwilligung\nrosa@example.com,nein\n")
    said = shell("lead", "import", str(path), *AGREED, "-o", "json")
    assert (said.code, said.error["code"]) == (process.ExitCode.USAGE, "CSV011")
    assert "Werbe-Einwilligung" in said.error["what"]


def test_a_file_that_is_not_there_is_refused(shell, company, tmp_path):
    """A typing error in a path."""
    said = shell("lead", "import", str(tmp_path / "leeds.csv"), *AGREED)
    assert said.code == process.ExitCode.USAGE
    assert said.stderr.startswith("CSV001: the file cannot be read")


def test_a_file_without_one_good_row_is_no_success(shell, company, tmp_path):
    """The night's job of a CRM must not stay green for weeks because somebody renamed a column."""
    path = tmp_path / "bad.csv"
    path.write_text("Email,First Name\nnobody,N\n\nnowhere,M\n")
    assert shell("lead", "import", str(path), "--dry-run", *AGREED).code == process.ExitCode.FAILED
    path.write_text("Email,First Name\nnobody,N\nada@example.com,Ada\n")
    assert shell("lead", "import", str(path), "--dry-run", *AGREED).code == process.ExitCode.OK


def test_a_value_without_end_does_not_fill_the_screen(shell, company, tmp_path):
    """A quote that was never closed makes one cell of the rest of the file."""
    path = tmp_path / "long.csv"
    path.write_text("Email,First Name," + "x" * 5000 + "\n" + "y" * 3000 + ",N,\n")
    said = shell("lead", "import", str(path), "--dry-run", *AGREED)
    assert max(map(len, said.stdout.splitlines())) < 600


def test_a_channel_that_does_not_exist_is_a_usage_error(shell, company, file):
    """`--consent-for mail` must not silently mean nothing."""
    said = shell("lead", "import", str(file), "--consent-by", "web form", "--consent-for", "mail")
    assert said.code == process.ExitCode.USAGE
    assert "the channels are email, sms, voice" in said.stderr


def test_nothing_is_entered_while_temporal_cannot_be_reached(shell, company, file, records_url):
    """Leads that are entered and cannot be started would look like an import that worked."""
    said = shell("lead", "import", str(file), *AGREED)
    assert said.code == process.ExitCode.UNREACHABLE
    assert "TMP001" in said.stderr
    assert count_of(records_url) == 0
    assert not file.with_name("leads.rejects.csv").exists()


# --- the deed ---------------------------------------------------------------------------------------------------------


async def test_leads_are_entered_and_their_sequence_starts(desk, file):
    """From a file to the first message, and once only."""
    hello = sequence("hello", stage("nurture", email("hello")))
    async with desk(hello) as here:
        said = await here.types("lead", "import", str(file), *AGREED, "-o", "json")
        assert said.code == process.ExitCode.OK
        assert said.json["done"]["rejects"] == str(file.with_name("leads.rejects.csv"))
        assert file.with_name("leads.rejects.csv").read_text("utf-8-sig").splitlines()[1].startswith("3,Email,nobody,")
        (lead,) = (await here.types("lead", "list", "-o", "json")).json
        ada = Someone(here.house, LeadId(lead["lead_id"]))
        await until(lambda: ada.received == ["hello"])
        again = await here.types("lead", "import", str(file), *AGREED, "-o", "json")
        sums = again.json["done"]["summary"]
        assert (sums["added"], sums["merged"], sums["known"]) == (0, 0, 2)
        assert ada.received == ["hello"]


def test_ctrl_c_keeps_what_was_entered_and_the_same_file_completes_it(shell, temporal_server, records_url, tmp_path):
    """The person at the keyboard may stop at any moment and lose nothing."""
    path = tmp_path / "leads.csv"
    rows = ROWS_AT_ONCE * 3
    path.write_text("Email\n" + "".join(f"lead-{i}@example.com\n" for i in range(rows)))
    variables = os.environ | shell.variables | {"TEMPORAL_ADDRESS": temporal_server.address}
    command = [sys.executable, "-m", "cli.main", "lead", "import", str(path), *AGREED, "-o", "jsonl"]
    here = Path(process.__file__).parents[1]
    with subprocess.Popen(
        command, env=variables | {"PYTHONPATH": str(here)}, cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout is not None
        for line in started.stdout:
            if '"outcome"' in line:  # the first batch is entered
                started.send_signal(signal.SIGINT)
                break
        rest = started.stdout.read().splitlines()
    done = json.loads(rest[-1])
    entered = done["summary"]["rows"]
    assert started.returncode == process.ExitCode.INTERRUPTED
    assert (done["complete"], count_of(records_url)) == (False, entered)
    assert 0 < entered < rows
    again = subprocess.run(
        command, env=variables | {"PYTHONPATH": str(here)}, cwd=tmp_path, stdout=subprocess.PIPE, text=True, check=True
    )
    sums = json.loads(again.stdout.splitlines()[-1])["summary"]
    assert (sums["added"], sums["known"], count_of(records_url)) == (rows - entered, entered, rows)


def test_the_bar_leaves_data_on_stdout(shell, file, tmp_path):
    """`followup lead import … > report.txt` must not lose the report to a progress bar on the terminal."""
    screen, end = pty.openpty()
    variables = os.environ | shell.variables | {"TERM": "xterm", "PYTHONPATH": str(Path(process.__file__).parents[1])}
    command = [sys.executable, "-m", "cli.main", "lead", "import", str(file), "--dry-run", *AGREED]
    done = subprocess.run(
        command, env=variables, cwd=tmp_path, stdout=subprocess.PIPE, stderr=end, text=True, check=True
    )
    os.close(end)
    shown = b"".join(chunks(screen)).decode()
    assert "rows" in shown
    assert "line 3: rejected" in done.stdout and "line 3" not in shown


def chunks(screen: int) -> abc.Iterator[bytes]:
    """What was written to the terminal."""
    while True:
        try:
            chunk = os.read(screen, 4096)
        except OSError:  # Linux's way to say that nobody will write any more
            chunk = b""
        if not chunk:
            os.close(screen)
            return
        yield chunk
