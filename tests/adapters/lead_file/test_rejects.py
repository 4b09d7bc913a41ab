"""Rejected rows can be mended where they lie and imported again."""

import csv
from pathlib import Path

import pytest

from adapters.lead_file.rejects import Rejects, rejects_path
from adapters.lead_file.rows import LeadRow, Problem, RejectedRow
from engine.errors import FollowupError
from tests.adapters.lead_file.exports import ALL_AGREED, rows_of

BAD = RejectedRow(
    line=7,
    problems=(
        Problem(column="Email", value="nobody", reason="is not an email address"),
        Problem(column="Phone", value="=1+1", reason="is not a phone number"),
    ),
    cells=("nobody", "=1+1", "Zoë"),
)


def written(path: Path) -> list[list[str]]:
    """The rejects file as a table."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream, delimiter=";"))


def test_a_rejected_row_says_where_what_and_why(tmp_path):
    """Line, column, value and reason first, then the row as it was; no cell can compute."""
    with Rejects(tmp_path / "leads.rejects.csv", ("Email", "Phone", "Name"), ";") as rejects:
        rejects.write(BAD)
    assert written(rejects.path) == [
        ["line", "column", "value", "reason", "Email", "Phone", "Name"],
        [
            "7",
            "Email; Phone",
            "nobody; =1+1",
            "is not an email address; is not a phone number",
            "nobody",
            "'=1+1",
            "Zoë",
        ],
    ]


def test_without_a_rejected_row_there_is_no_file(tmp_path):
    """An empty rejects file makes people look for rejects."""
    with Rejects(tmp_path / "leads.rejects.csv", ("Email",), ";"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_earlier_rejects_are_never_overwritten(tmp_path):
    """Somebody may be mending them."""
    for _ in range(3):
        with Rejects(rejects_path(tmp_path / "leads.csv"), ("Email",), ";") as rejects:
            rejects.write(BAD)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "leads.rejects.2.csv",
        "leads.rejects.3.csv",
        "leads.rejects.csv",
    ]
    assert rejects.path.name == "leads.rejects.3.csv"


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    """Before the rejected row is forgotten."""
    with Rejects(tmp_path / "nowhere" / "r.csv", ("Email",), ";") as rejects, pytest.raises(FollowupError) as error:
        rejects.write(BAD)
    assert error.value.code == "CSV010"


def test_a_mended_rejects_file_is_imported_as_it_is(tmp_path):
    """Our own columns are left out and our own escapes taken off."""
    rejected = [
        row for row in rows_of(tmp_path, "Email;Phone\nnobody;'+1 415 555 0100\n") if isinstance(row, RejectedRow)
    ]
    with Rejects(tmp_path / "r.csv", ("Email", "Phone"), ";") as rejects:
        rejects.write(rejected[0])
    mended = rejects.path.read_bytes().replace(b"nobody", b"ada@example.com")
    (row,) = rows_of(tmp_path, mended, ALL_AGREED)
    assert isinstance(row, LeadRow)
    assert (row.emails, row.phones) == (("ada@example.com",), ("+14155550100",))


def test_damaged_bytes_can_be_written(tmp_path):
    """A row that is rejected for its damage must not break the file it goes to."""
    with Rejects(tmp_path / "r.csv", ("Email",), ";") as rejects:
        rejects.write(RejectedRow(line=2, problems=BAD.problems, cells=("B\udce9la",)))
    assert "B\\udce9la" in rejects.path.read_text(encoding="utf-8-sig")
