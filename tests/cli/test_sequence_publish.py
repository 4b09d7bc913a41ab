"""`followup sequence plan`, `publish`, `versions`, `show`, `diff`, `rollback` and `retire`, as a team uses them."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from adapters import audit
from adapters import catalogue as shelf
from adapters.database import Database
from adapters.release import Release
from adapters.tables import enrolments, inbox, leads, sequence_versions
from api.publishing import Signed, as_in, publish_release
from cli import process
from engine.errors import FollowupError
from tests.adapters.world import MONDAY
from tests.support.authors import FIELDS, LIFE, MAIL, OFFER, Authors
from tests.support.house import settings
from tests.support.shell import Said

NEWS = MAIL.replace("Good morning", "Good day")
SLOWER = OFFER.replace("elapsed(hours=1)", "elapsed(hours=3)")
CHEAPER = ("--yes", "--message", "as agreed on Monday")


@pytest.fixture
def published(authors: Authors) -> Authors:
    """A team that has published its two sequences."""
    assert authors("sequence", "publish", *CHEAPER).code == 0
    return authors


@pytest.fixture
def database(records_url: str):
    """The records, beside the command."""
    opened = Database(records_url)
    yield opened
    opened.close()


def in_flight(database: Database, version: str, *names: str) -> None:
    """Leads of these names are in that version."""
    with database.transaction() as transaction:
        for name in names:
            transaction.execute(insert(leads).values(id=name, created_at=MONDAY))
            whose = {"lead": name, "number": 1, "sequence": version.partition("@")[0], "version": version}
            transaction.execute(insert(enrolments).values(**whose, started_at=MONDAY, why="a test"))


def running(authors: Authors, name: str) -> str:
    """The version of the sequence that new leads get."""
    version: str = authors("sequence", "show", name, "-o", "json").json["version"]
    return version


def planned(authors: Authors, name: str, *words: str) -> Any:
    """What the plan says of one sequence."""
    said = authors("sequence", "plan", *words, "-o", "json").json
    return next(one for one in said["sequences"] if one["name"] == name)


class TestPlan:
    """What publishing would change, before it does."""

    def test_before_the_first_publication_everything_is_new(self, authors):
        """A team's first day."""
        said = authors("sequence", "plan", "-o", "json").json
        assert (said["seen"], said["differs"]) == (0, True)
        assert [(one["name"], one["state"]) for one in said["sequences"]] == [("offer", "new"), ("life", "new")]
        assert authors("sequence", "plan").stdout.startswith("Nothing is published yet.")

    def test_nothing_written_is_nothing_changed(self, published):
        """An empty plan must look like one, in words and in the exit code."""
        said = published("sequence", "plan", "--exit-code")
        assert (said.code, said.stdout.splitlines()[-1]) == (0, "Nothing changes: what is written is what runs.")
        assert published("sequence", "plan", "-o", "json").json["differs"] is False

    def test_a_change_is_told_in_english_and_stops_a_pipeline_that_wants_it(self, published):
        """A reviewer reads what will happen, not what was typed."""
        published.write("offer.py", SLOWER)
        said = published("sequence", "plan", "--exit-code")
        assert said.code == process.ExitCode.CHANGES
        assert published("sequence", "plan").code == 0
        one = planned(published, "offer")
        assert one["state"] == "changed"
        (change,) = one["changes"]
        assert (change["kind"], change["step"]) == ("delay", "hello")
        assert "3 hours" in change["clause"]
        assert "1 hour" in change["clause"]
        assert f"  {change['clause']}" in said.stdout.splitlines()
        assert "Unchanged: life" in said.stdout

    def test_words_are_told_word_by_word(self, published):
        """Two mails side by side hide the one word that changed."""
        published.says("offer/hello.email", NEWS)
        lines = published("sequence", "plan").stdout.splitlines()
        assert "      Good [-morning-]{+day+}, {{ company_name }} here." in lines
        (copy,) = planned(published, "offer")["copy_changes"]
        assert [span["text"] for span in copy["words"] if span["kind"] != "same"] == ["morning", "day"]
        assert (copy["template"], copy["before"], copy["after"]) == ("offer/hello.email", MAIL, NEWS)

    def test_words_are_coloured_where_colours_are_wanted(self, published):
        """Brackets are for pipes; people see red and green."""
        published.says("offer/hello.email", NEWS)
        said = published("--color", "always", "sequence", "plan").stdout
        assert "\x1b[31m[-morning-]\x1b[0m\x1b[32m{+day+}\x1b[0m" in said

    def test_leads_in_flight_are_counted_by_version_with_what_happens_to_them(self, published, database):
        """The question before every edit: what does it do to those who are in it?"""
        first = running(published, "offer")
        in_flight(database, first, "ann", "ben")
        published.says("offer/hello.email", NEWS)
        (flight,) = planned(published, "offer")["in_flight"]
        assert (flight["version"], flight["leads"], flight["copied"]) == (first, 2, True)
        published.write("offer.py", SLOWER)
        (flight,) = planned(published, "offer")["in_flight"]
        assert (flight["leads"], flight["copied"]) == (2, False)
        assert flight["then"].startswith("keep the version they began with")

    def test_a_sequence_that_is_taken_out_is_withdrawn_and_another_order_is_told(self, published):
        """Who is above takes leads from who is below: swapping two lines of a catalogue is no detail."""
        published.write("catalogue.py", _catalogue("life, offer"))
        said = published("sequence", "plan", "--exit-code")
        assert said.code == process.ExitCode.CHANGES
        assert "The order, highest first: life, offer (was: offer, life)" in said.stdout
        published.write("catalogue.py", _catalogue("life"))
        assert planned(published, "offer")["state"] == "withdrawn"

    def test_fields_hold_for_everybody_and_are_told_so(self, published):
        """They are not pinned: a lead in flight hears of them too."""
        published.write("fields.py", 'from engine.authoring import *\nbudget = field.choice("budget", "low", "high")\n')
        said = published("sequence", "plan", "-o", "json").json
        assert said["company"] == ["field budget: choice (low, high) (was: number)"]

    def test_one_sequence_alone_can_be_asked_about(self, published):
        """Of fifty, the one that a pull request is about."""
        published.write("offer.py", SLOWER)
        said = published("sequence", "plan", "life", "--exit-code", "-o", "json")
        assert (said.code, [one["name"] for one in said.json["sequences"]]) == (0, ["life"])
        wrong = published("sequence", "plan", "ofer", "-o", "json")
        assert (wrong.code, wrong.error["code"]) == (process.ExitCode.USAGE, "SEQ051")

    def test_the_page_shows_each_changed_message_before_and_after(self, published, tmp_path: Path):
        """What the lead will read is what is approved; Robin, who reads it here, does not exist."""
        front = "value: guide\npurpose: commercial\nsubject: Hello\ndefaults:\n  first_name: there\n  budget: some\n"
        published.says("offer/hello.email", f"---\n{front}---\nHello {{{{ first_name }}}}, <{{{{ budget }}}}> it is.\n")
        published("sequence", "plan", "--html", str(tmp_path / "plan.html"))
        page = (tmp_path / "plan.html").read_text()
        assert "Hello Robin, &lt;3&gt; it is." in page
        assert re.search(r"<h4>Before</h4>.*Good morning, .* here\.", page)
        assert "http" not in page
        assert "<script" not in page


def _catalogue(order: str) -> str:
    imports = "\n".join(f"from {{package}}.{name} import {name}" for name in ("life", "offer"))
    return f"from engine.authoring import *\n{imports}\nCATALOGUE = catalogue({order})\n"


class TestPublish:
    """What is written runs, for every lead that starts from now on."""

    def test_who_when_what_for_and_from_which_commit_is_on_record(self, authors, tmp_path: Path):
        """In a year somebody asks why a mail said what it said."""
        commit = "1f0c8a2b9d3e4f5061728394a5b6c7d8e9f00112"
        (tmp_path / ".git" / "refs" / "heads").mkdir(parents=True)
        (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
        (tmp_path / ".git" / "refs" / "heads" / "main").write_text(f"{commit}\n")
        said = authors("sequence", "publish", "--by", "ben", *CHEAPER, "-o", "json").json
        assert (said["number"], said["published"], said["what"]) == (1, True, "offer (new), life (new)")
        (issue,) = authors("sequence", "versions", "-o", "json").json
        assert (issue["by"], issue["message"], issue["commit"]) == ("ben", "as agreed on Monday", commit)
        assert [version["runs"] for version in issue["brought"]] == [True, True]

    def test_what_runs_already_is_not_published_again(self, published):
        """A pipeline publishes after every merge, also of a typo in a comment."""
        said = published("sequence", "publish", *CHEAPER, "-o", "json").json
        assert (said["number"], said["published"]) == (1, False)

    def test_nobody_is_asked_where_nobody_can_answer(self, authors):
        """A pipeline would hang for ever."""
        said = authors("sequence", "publish", "-o", "json")
        assert (said.code, said.error["code"], said.error["next"]) == (process.ExitCode.FAILED, "CLI004", "add --yes")
        assert authors("sequence", "versions", "-o", "json").json == []

    def test_what_is_wrong_is_not_published(self, published):
        """The last good version goes on."""
        published.write("offer.py", OFFER.replace('email("hello"', 'email("hello", template="offer/no-such"'))
        said = published("sequence", "publish", "--yes", "-o", "json")
        assert (said.code, said.error["code"]) == (process.ExitCode.USAGE, "SEQ201")
        assert "offer.py:" in said.error["where"]
        assert len(published("sequence", "versions", "-o", "json").json) == 1

    def test_of_two_who_publish_at_the_same_moment_one_is_refused(self, published, records_url, database):
        """Each has read a plan that knows nothing of the other; nothing is half done."""
        from api.office import Office

        with Office(settings(records_url)) as office:
            seen = 1
            mine = as_in(office, 1).model_copy(update={"plans": as_in(office, 1).plans[:1]})
            hers = as_in(office, 1).model_copy(update={"plans": as_in(office, 1).plans[1:]})
            assert publish_release(office, hers, Signed("eve"), after=seen) == 2
            with pytest.raises(FollowupError, match="somebody published meanwhile") as refused:
                publish_release(office, mine, Signed("ann"), after=seen)
        assert refused.value.code == "PUB001"
        assert [issue["by"] for issue in published("sequence", "versions", "-o", "json").json] == ["eve", "ann"]

    def test_a_version_that_is_here_with_another_content_is_refused(self, published, database):
        """Somebody has edited the row: leads in flight may be on it, so what it says must not become uncertain."""
        version = running(published, "offer")
        published.write("offer.py", SLOWER)
        assert published("sequence", "publish", "--yes").code == 0
        with database.transaction() as transaction:
            slower = shelf.plan(transaction, running(published, "offer")).model_copy(update={"version": version})
            row = update(sequence_versions).where(sequence_versions.c.version == version)
            transaction.execute(row.values(plan=slower.model_dump_json()))
        published.write("offer.py", OFFER)
        said = published("sequence", "publish", "--yes", "-o", "json")
        assert (said.code, said.error["code"]) == (process.ExitCode.FAILED, "PUB002")
        assert version in said.error["what"]
        assert len(published("sequence", "versions", "-o", "json").json) == 2


class TestRunningCopy:
    """New words for leads in flight, where nothing but words is new."""

    def test_everybody_in_the_same_structure_is_told_once(self, published, database):
        """Killed half-way and run again, it goes on: each enrolment has one command, however often it is filed."""
        first = running(published, "offer")
        in_flight(database, first, *(f"lead-{number:02}" for number in range(45)))
        published.says("offer/hello.email", NEWS)
        said = _copied(published)
        assert (said["published"], said["reached"], said["known"]) == (True, 45, 0)
        again = _copied(published)
        assert (again["number"], again["published"], again["reached"], again["known"]) == (2, False, 45, 45)
        with database.reading() as transaction:
            rows = transaction.execute(select(inbox.c.lead, inbox.c.kind, inbox.c.by, inbox.c.source)).all()
        assert len({row.lead for row in rows}) == len(rows) == 45
        assert {tuple(row[1:]) for row in rows} == {("migrate", "ann", "operator")}

    def test_without_the_word_nobody_in_flight_is_touched(self, published, database):
        """Pinned is what they are unless somebody says otherwise."""
        in_flight(database, running(published, "offer"), "ann")
        published.says("offer/hello.email", NEWS)
        assert published("sequence", "publish", "--yes", "-o", "json").json["reached"] == 0
        with database.reading() as transaction:
            assert transaction.execute(select(inbox.c.lead)).all() == []

    def test_another_structure_reaches_nobody(self, published, database):
        """Where a lead would stand in it is a question that `copy` does not ask."""
        in_flight(database, running(published, "offer"), "ann")
        published.says("offer/hello.email", NEWS)
        published.write("offer.py", SLOWER)
        assert _copied(published)["reached"] == 0

    def test_more_leads_than_allowed_are_left_alone_and_nothing_is_published(self, published, database):
        """A typing mistake in a greeting must not reach ten thousand people at once."""
        in_flight(database, running(published, "offer"), "ann", "ben")
        published.says("offer/hello.email", NEWS)
        said = published("sequence", "publish", "--running", "copy", "--at-most", "1", "--yes", "-o", "json")
        assert (said.code, said.error["code"]) == (process.ExitCode.FAILED, "PUB005")
        assert len(published("sequence", "versions", "-o", "json").json) == 1

    def test_whoever_is_overtaken_half_way_hears_of_it(self, published, database, records_url, monkeypatch):
        """Leads would be given words that somebody has replaced a moment ago."""
        from adapters.inbox import Inbox

        in_flight(database, running(published, "offer"), *(f"lead-{number:02}" for number in range(45)))
        published.says("offer/hello.email", NEWS)
        receive, others = Inbox.receive, [True]

        def meanwhile(self, *words):
            if others:
                others.clear()
                with database.transaction() as transaction:
                    shelf.publish(transaction, _one_of(transaction), "eve", "", MONDAY + timedelta(days=1))
            return receive(self, *words)

        monkeypatch.setattr(Inbox, "receive", meanwhile)
        said = published("sequence", "publish", "--running", "copy", "--pace", "1000", "--yes", "-o", "json")
        assert (said.code, said.error["code"]) == (process.ExitCode.FAILED, "PUB007")
        with database.reading() as transaction:
            assert len(transaction.execute(select(inbox.c.lead)).all()) == 20


def _one_of(transaction) -> Release:
    return Release(plans=shelf.published(transaction).plans[1:], templates=())


def _copied(authors: Authors) -> Any:
    return authors("sequence", "publish", "--running", "copy", "--pace", "1000", "--yes", "-o", "json").json


class TestLookingBack:
    """What was published, and what it said."""

    @pytest.fixture
    def twice(self, published: Authors, database: Database) -> Authors:
        """A team that has made its offer slower, with a lead in the quick one."""
        in_flight(database, running(published, "offer"), "ann")
        published.write("offer.py", SLOWER)
        published.says("offer/hello.email", NEWS)
        published("sequence", "publish", "--yes", "--message", "less pushy")
        return published

    def test_versions_tells_who_published_what_and_who_is_in_it(self, twice):
        """The newest first; what nobody is in any more is still there."""
        newest, oldest = twice("sequence", "versions", "-o", "json").json
        assert (newest["number"], newest["by"], newest["message"]) == (2, "ann", "less pushy")
        assert [(one["leads"], one["runs"]) for one in newest["brought"]] == [(0, True)]
        assert [(one["leads"], one["runs"]) for one in oldest["brought"]] == [(1, False), (0, True)]
        told = twice("sequence", "versions", "offer").stdout
        assert "by ann: less pushy" in told
        assert "life@" not in told

    def test_a_version_is_shown_as_it_was_with_its_words(self, twice):
        """What did the lead get? The file says something else by now."""
        old = twice("sequence", "versions", "offer", "-o", "json").json[-1]["brought"][0]["version"]
        shown = twice("sequence", "show", old[:9], "--templates", "-o", "json").json
        assert shown["plan"]["sequence"]["stages"][0]["steps"][0]["after"]["minutes"] == 60
        assert [text["text"] for text in shown["templates"]] == [MAIL]
        told = twice("sequence", "show", "offer", "--templates").stdout
        assert "# offer" in told
        assert "Good day" in told

    def test_two_versions_are_compared_in_steps_and_in_words(self, twice):
        """The answer to: since when does it say that?"""
        old = twice("sequence", "versions", "offer", "-o", "json").json[-1]["brought"][0]["version"]
        found = twice("sequence", "diff", old, "offer", "-o", "json").json
        assert [change["kind"] for change in found["changes"]] == ["delay", "words"]
        assert [copy["template"] for copy in found["copy_changes"]] == ["offer/hello.email"]
        assert "Good [-morning-]{+day+}" in twice("sequence", "diff", old, "offer").stdout

    @pytest.mark.parametrize(
        "words", [("show", "ofer"), ("diff", "offer@0000", "offer"), ("rollback", "--to", "offer@0")]
    )
    def test_a_version_that_is_none_is_told_with_those_there_are(self, twice, words):
        """A hash is mistyped sooner than a name."""
        said = twice("sequence", *words, "-o", "json")
        assert (said.code, said.error["code"]) == (process.ExitCode.FAILED, "PUB006")

    def test_a_rollback_publishes_the_old_version_anew(self, twice):
        """The hash is the old one, the number is new; nothing is ever taken out of the record."""
        old = twice("sequence", "versions", "offer", "-o", "json").json[-1]["brought"][0]["version"]
        said = twice("sequence", "rollback", "offer", "--to", old, "--yes", "-o", "json").json
        assert (said["number"], said["what"]) == (3, "offer (changed)")
        assert running(twice, "offer") == old
        assert [issue["number"] for issue in twice("sequence", "versions", "-o", "json").json] == [3, 2, 1]

    @pytest.mark.parametrize("words", [(), ("offer",)])
    def test_a_rollback_to_a_number_goes_back_with_all_or_with_one(self, twice, words):
        """At three in the morning nobody looks for hashes."""
        assert twice("sequence", "rollback", *words, "--to", "1", "--yes").code == 0
        assert planned(twice, "offer")["state"] == "changed"
        assert twice("sequence", "rollback", *words, "--to", "1", "--yes", "-o", "json").json["published"] is False
        lost = twice("sequence", "rollback", *words, "--to", "9", "--yes", "-o", "json")
        assert lost.error["code"] == "DBS006"

    def test_a_rollback_to_what_asks_for_a_lost_field_is_refused(self, published):
        """Its condition would be true of nobody from then on, and no one would be told."""
        rich = OFFER.replace("import *", "import *\nfrom {package}.fields import budget")
        published.write("offer.py", rich.replace('"hello",', '"hello", only_if=budget.at_least(9),'))
        assert published("sequence", "publish", "--yes").code == 0
        asking = running(published, "offer")
        published.write("offer.py", OFFER)
        published.write("fields.py", FIELDS.replace("budget", "size"))
        published.write("life.py", LIFE.replace("budget", "size"))
        assert published("sequence", "publish", "--yes").code == 0
        said = published("sequence", "rollback", "offer", "--to", asking, "--yes", "-o", "json")
        assert (said.code, said.error["code"]) == (process.ExitCode.FAILED, "PUB009")
        assert "asks for budget, which is declared no more" in said.error["what"]
        assert published("sequence", "rollback", "--to", "2", "--yes").code == 0


class TestRetire:
    """A sequence is given up."""

    def test_nobody_starts_it_and_those_in_it_go_on(self, published, database):
        """Drain: who was promised a second mail gets it."""
        in_flight(database, running(published, "offer"), "ann")
        said = published("sequence", "retire", "offer", "--yes", "--message", "out of season", "-o", "json").json
        assert (said["what"], said["reached"]) == ("offer (withdrawn)", 0)
        with database.reading() as transaction:
            assert [plan.sequence.name for plan in shelf.published(transaction).plans] == ["life"]
            (entry,) = audit.about(transaction, "sequence:offer")
        assert (entry.actor, entry.action, entry.reason) == ("ann", "retired", "out of season")

    def test_a_plan_says_that_publishing_would_bring_it_back(self, published):
        """Retired from the shell, and still in the file: the next merge must not revive it unseen."""
        published("sequence", "retire", "offer", "--yes")
        one = planned(published, "offer")
        assert one["state"] == "new"
        assert one["note"].startswith("ann retired it on ")

    def test_stop_ends_it_for_everybody_in_it_once(self, published, database):
        """Also those in versions of last year; run again, it goes on where it was interrupted."""
        first = running(published, "offer")
        published.write("offer.py", SLOWER)
        published("sequence", "publish", "--yes")
        in_flight(database, first, "ann")
        in_flight(database, running(published, "offer"), "ben")
        stop = ("sequence", "retire", "offer", "--stop", "--pace", "1000", "--yes", "-o", "json")
        assert published(*stop, "--at-most", "1").error["code"] == "PUB005"
        assert published(*stop).json["reached"] == 2
        again = published(*stop).json
        assert (again["published"], again["reached"], again["known"]) == (False, 2, 2)
        with database.reading() as transaction:
            rows = transaction.execute(select(inbox.c.lead, inbox.c.kind)).all()
        assert sorted(map(tuple, rows)) == [("ann", "retire"), ("ben", "retire")]

    def test_a_sequence_that_another_one_hands_over_to_stays(self, authors):
        """Its leads would be handed over to nothing."""
        into = LIFE.replace("otherwise=finish()", 'otherwise=start("offer", after=calendar(days=9))')
        authors.write("life.py", into)
        assert authors("sequence", "publish", "--yes").code == 0
        said = authors("sequence", "retire", "offer", "--yes", "-o", "json")
        assert (said.code, said.error["code"]) == (process.ExitCode.FAILED, "PUB004")
        assert said.error["what"].startswith("life hands leads over to offer")

    def test_a_name_that_was_never_published_is_told(self, published):
        """Nothing was retired, and nobody believes it was."""
        said: Said = published("sequence", "retire", "ofer", "--yes", "-o", "json")
        assert (said.code, said.error["code"]) == (process.ExitCode.FAILED, "PUB003")


class TestResults:
    """What became of those who began a sequence; the counting itself is tested on real looks."""

    def test_one_that_nobody_has_begun_says_so(self, published):
        """Right after publishing."""
        said = published("sequence", "results", "life")
        assert (said.code, said.stdout.splitlines()) == (0, ["life", "  nobody has begun it"])

    def test_the_document_has_every_step_and_says_whether_it_agrees_with_the_records(self, published, database):
        """Two who run, one who left before a time that is asked for."""
        in_flight(database, running(published, "life"), "rosa", "ben")
        said = published("sequence", "results", "life", "-o", "json").json
        assert [(one["began"], one["running"]) for one in said["groups"]] == [(2, 2)]
        assert (said["touches"], said["tasks"], said["reconciled"]) == (0, 0, True)
        assert published("sequence", "results", "life", "--since", "+1d", "-o", "json").json["groups"] == []

    def test_a_sequence_that_was_never_published_has_none(self, published):
        """A slip of the finger."""
        said = published("sequence", "results", "lief")
        assert said.code != 0
        assert "PUB003" in said.stderr
