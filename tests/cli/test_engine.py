"""`followup engine`: what another release would decide differently, read before it is deployed."""

import json
import sys
from datetime import timedelta

import pytest
from sqlalchemy import update

from adapters.tables import leads
from cli import engine as engine_cli
from cli import process
from engine import gate
from tests.adapters.world import BEN, MONDAY, Company
from tests.api import open_leads
from tests.api.test_comparing import EDITS, make
from tests.support.shell import Shell

TEXT, PAUSED = "waits-for-the-law", "is-paused"
LATER = MONDAY + timedelta(days=2)


@pytest.fixture
def eight(company: Company) -> list[str]:
    """Four leads whose text waits for the morning, four that are paused."""
    return list(open_leads.settle(company, TEXT, PAUSED))


@pytest.fixture
def forecast(shell: Shell, eight: list[str], tmp_path) -> str:
    """The file that the engine as it is writes of them."""
    path = tmp_path / "forecast.jsonl"
    path.write_text(shell("engine", "forecast").stdout)
    return str(path)


@pytest.fixture
def lawless(monkeypatch: pytest.MonkeyPatch):
    """Makes the engine send texts at night, from when it is called."""

    def changed() -> None:
        make(EDITS["texts know no law"], monkeypatch)

    return changed


class TestForecast:
    """What is foreseen for every open lead, as data."""

    def test_a_line_for_every_open_lead(self, shell, eight):
        """Each names the memory it was made from, so that a lead that went on is not taken for a difference."""
        said = shell("engine", "forecast")
        assert sorted(line["lead_id"] for line in said.lines) == sorted(eight)
        line = next(line for line in said.lines if line["lead_id"] == eight[0])
        assert (line["looked_at"], line["revision"], line["publication"], line["fault"]) == (
            "2026-11-23T15:00:00Z",
            1,
            2,
            None,
        )
        assert [one["what"] for one in line["foreseen"]] == ["message", "end"]
        assert line["foreseen"][0]["at"] == "2026-11-24T13:00:00Z"
        assert line["until"] == "2027-02-21T15:00:00Z"
        assert said.stderr == "8 of 8 open leads foreseen\n"

    def test_the_same_rows_are_foreseen_the_same(self, shell, eight):
        """Whatever differs later is the engine's doing."""
        assert shell("engine", "forecast").stdout == shell("engine", "forecast").stdout

    def test_other_formats_are_the_usual_ones(self, shell, eight):
        """An array where somebody wants one, nothing where nobody reads."""
        assert len(shell("engine", "forecast", "-o", "json").json) == len(eight)
        assert shell("engine", "forecast", "-o", "none").stdout == ""

    def test_a_lead_that_no_look_has_dated_has_a_line_without_a_life(self, shell, company, eight):
        """Nobody knows the moment to foresee it from; without a line it would seem to have come since."""
        with company.database.transaction() as transaction:
            transaction.execute(update(leads).where(leads.c.id == eight[0]).values(looked_at=None))
        said = shell("engine", "forecast")
        assert said.stderr == "7 of 8 open leads foreseen\n"
        (line,) = (line for line in said.lines if line["lead_id"] == eight[0])
        assert (line["looked_at"], line["until"], line["foreseen"]) == (None, None, [])


class TestDiff:
    """What is different, and for whom."""

    def test_counts_come_first_and_then_what_changes(self, shell, eight, forecast, lawless):
        """One glance says whether this deploy is what it was meant to be."""
        lawless()
        said = shell("engine", "diff", forecast)
        counts, group = said.stdout.splitlines()
        assert counts == "8 open leads: 4 the same, 4 different"
        assert group.startswith("4 leads  sms no-night-text leaves earlier, by 8 h 51 min to 9 h: e.g. ")
        assert said.code == 0

    def test_the_exit_code_stops_a_pipeline_where_that_was_asked_for(self, shell, eight, forecast, lawless):
        """A deploy that changes lives is somebody's decision."""
        said = shell("engine", "diff", forecast, "--exit-code")
        assert (said.code, "one look ahead" in said.stderr) == (0, False)
        lawless()
        assert shell("engine", "diff", forecast, "--exit-code").code == process.ExitCode.CHANGES
        assert shell("engine", "diff", "--exit-code", "-o", "none").code == process.ExitCode.CHANGES

    def test_everything_is_in_the_json(self, shell, eight, forecast, lawless):
        """A machine wants each lead, with what was and what is to come."""
        lawless()
        found = shell("engine", "diff", forecast, "-o", "json").json
        assert (found["open"], found["same"], found["different"], found["undecided"]) == (8, 4, 4, 0)
        assert sorted(lead["lead_id"] for lead in found["leads"]) == sorted(eight[:4])
        first, *others = found["leads"][0]["differences"]
        assert (first["before"]["at"][:13], first["now"]["at"][:13]) == ("2026-11-24T13", "2026-11-24T04")
        assert [other["said"] for other in others] == ["the sequence ends as completed earlier"]

    def test_a_forecast_comes_through_a_pipe(self, shell, eight, forecast, monkeypatch):
        """The running release is often on another machine."""
        with open(forecast, "rb") as file:
            monkeypatch.setattr(sys, "stdin", type("Stdin", (), {"buffer": file}))
            opened = engine_cli._opened("-")
            with opened as lines:
                assert lines is not None
                assert len([*engine_cli._forecasts(lines)]) == len(eight)

    def test_without_a_forecast_the_rows_are_asked(self, shell, eight, lawless):
        """The first deploy with this command has none."""
        said = shell("engine", "diff")
        assert said.stdout == "8 open leads: 8 the same, 0 different\n"
        # "The same" is believed: whoever reads it must know how far it looks, and what looks further.
        assert ("one look ahead" in said.stderr, "followup engine forecast" in said.stderr) == (True, True)
        lawless()
        assert "4 leads  sms no-night-text is due earlier, by 8 h 51 min to 9 h" in shell("engine", "diff").stdout

    def test_an_engine_that_fails_is_a_difference_and_no_traceback(self, shell, eight, forecast, monkeypatch):
        """The deploy that would stop every lead is the one to hear of first."""
        monkeypatch.setattr(gate, "_opening", None)
        said = shell("engine", "diff", forecast, "--exit-code")
        counts, group = said.stdout.splitlines()
        assert counts == "8 open leads: 4 the same, 0 different, 4 cannot be decided: error"
        assert group.startswith("4 leads  cannot be decided: TypeError in engine/gate.py, line ")
        assert (said.code, said.stderr) == (process.ExitCode.CHANGES, "")

    def test_what_cannot_be_compared_is_counted_with_its_reason(self, shell, company, eight, forecast):
        """Otherwise the sums do not add up, and nobody believes them."""
        open_leads.happens("note_added")(company, eight[7], LATER)
        with company.database.transaction() as transaction:
            transaction.execute(update(leads).where(leads.c.id == eight[0]).values(open=False))
        assert shell("engine", "diff", forecast).stdout.splitlines() == [
            "7 open leads: 6 the same, 0 different",
            "1 have been looked at since the forecast",
            "1 are over since the forecast",
        ]

    def test_leads_that_came_since_and_leads_that_nobody_has_looked_at_are_told_apart(
        self, shell, company, eight, tmp_path
    ):
        """The first are new; the others were there, and wait."""
        with company.database.transaction() as transaction:
            transaction.execute(update(leads).where(leads.c.id == eight[0]).values(looked_at=None))
        path = tmp_path / "forecast.jsonl"
        path.write_text(shell("engine", "forecast").stdout)
        company.captures(BEN)
        assert shell("engine", "diff", str(path)).stdout.splitlines() == [
            "9 open leads: 7 the same, 0 different",
            "1 are not in the forecast",
            "1 were not looked at since the database knows when that is",
        ]

    def test_text_stays_short_however_many_kinds_of_change_there_are(
        self, shell, eight, forecast, lawless, monkeypatch
    ):
        """The greatest come first; a machine reads the rest."""
        monkeypatch.setattr(engine_cli, "MOST_GROUPS", 0)
        lawless()
        assert shell("engine", "diff", forecast).stdout.splitlines()[1:] == ["1 more kinds of change stand in -o json"]


class TestWhatCannotBeRead:
    """A file that is none is told with its way out."""

    def test_a_file_that_is_not_there(self, shell, company):
        """The most common slip."""
        said = shell("engine", "diff", "nowhere.jsonl", "-o", "json")
        assert (said.code, said.error["code"], said.error["where"]) == (1, "ENG001", "nowhere.jsonl")

    @pytest.mark.parametrize("last", ['{"lead_id": "a", "rev', "", "\xff", "[]"])
    def test_a_line_that_is_cut_off(self, shell, eight, forecast, last):
        """A copy that broke off must not look like leads that came since."""
        with open(forecast, "a", encoding="latin-1") as file:
            file.write(f"{last}\n")
        said = shell("engine", "diff", forecast, "-o", "json")
        assert (said.code, said.error["code"], said.error["where"]) == (1, "ENG002", "line 9")

    def test_a_forecast_of_a_release_that_did_not_say_how_far_it_goes(self, shell, eight, forecast):
        """What is not in it may have been cut off, so nothing can be told by it."""
        with open(forecast) as file:
            lines = [{name: value for name, value in json.loads(line).items() if name != "until"} for line in file]
        with open(forecast, "w") as file:
            file.write("\n".join(map(json.dumps, lines)))
        said = shell("engine", "diff", forecast, "-o", "json")
        assert (said.code, said.error["code"]) == (1, "ENG004")
        assert "followup engine diff" in said.error["next"]

    def test_a_forecast_of_another_database(self, shell, eight, forecast):
        """Its leads would all be over."""
        with open(forecast) as file:
            lines = [json.dumps(json.loads(line) | {"publication": 99}) for line in file]
        with open(forecast, "w") as file:
            file.write("\n".join(lines))
        said = shell("engine", "diff", forecast, "-o", "json")
        assert (said.code, said.error["code"]) == (1, "ENG003")
