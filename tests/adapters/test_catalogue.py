"""What is published runs; what ran before stays readable for ever."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from adapters import catalogue
from adapters.catalogue import Catalogue, publish, published, takes, template_text
from adapters.sequence_files import load
from adapters.tables import sequence_versions, templates
from adapters.template_files import read_folder, read_templates
from engine.errors import FollowupError
from engine.life.wishes import Plan
from engine.sequence.check import check
from engine.sequence.fields import DeclaredField
from tests.adapters.world import FIELDS, MAIL, MONDAY, later, message, release

TEMPLATES = Path(__file__).parents[2] / "sequences" / "templates"


def test_before_anything_is_published_nothing_runs(database):
    """A fresh deployment must not start with somebody's demo."""
    with database.reading() as transaction:
        assert published(transaction).plans == ()


def test_a_publication_is_the_whole_catalogue_from_then_on(company):
    """What is not in it any more is not started any more."""
    second = release(message("hello", "email"))
    with company.database.transaction() as transaction:
        (first,) = published(transaction).plans
        assert publish(transaction, second, "ben", "shorter", later(days=1)) == 2
        now = published(transaction)
        assert (now.number, now.plans, now.fields) == (2, second.plans, FIELDS)
        assert catalogue.plan(transaction, first.version) == first
        newest, oldest = catalogue.history(transaction)
    assert (newest.by, newest.message, newest.versions) == ("ben", "shorter", (second.plans[0].version,))
    assert oldest.at == MONDAY


def test_going_back_publishes_the_old_version_under_a_new_number(company):
    """The hash repeats; for people there is a running number."""
    with company.database.transaction() as transaction:
        publish(transaction, release(message("hello", "email")), "ben", "shorter", later(days=1))
        assert publish(transaction, release(), "ben", "back", later(days=2)) == 3
        assert published(transaction).plans == release().plans


def test_texts_are_kept_by_their_digest(company):
    """Which words did the lead get? The row answers for ever."""
    with company.database.transaction() as transaction:
        for template in release().templates:
            assert template_text(transaction, template.digest) == template.text


def test_what_was_never_published_is_an_error_with_a_name(company):
    """A lead that came from another database must be seen, not skipped."""
    with company.database.reading() as transaction:
        for ask in (catalogue.plan, template_text):
            with pytest.raises(FollowupError) as refused:
                ask(transaction, "unknown")
            assert refused.value.code == "DBS006"


def test_a_process_reads_each_publication_once_and_sees_the_next_one(company):
    """Plans are 16 KiB each and read by every look."""
    reader = Catalogue()
    with company.database.transaction() as transaction:
        assert reader.published(transaction) is reader.published(transaction)
        publish(transaction, release(message("hello", "email")), "ben", "shorter", later(days=1))
        assert reader.published(transaction).number == 2


def test_two_publications_at_once_are_two_numbers(company):
    """Two people press the button; neither may vanish."""

    def press(n: int) -> int:
        with company.database.transaction() as transaction:
            return publish(transaction, release(), "ana", f"{n}", later(days=n))

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(press, range(8))) == list(range(2, 10))


def test_of_several_who_saw_the_same_publication_one_publishes(company):
    """Whoever comes second would undo, without a word, what nobody has shown him."""

    def press(n: int) -> str:
        try:
            with company.database.transaction() as transaction:
                publish(transaction, release(), "ana", f"{n}", later(days=n), after=1)
            return "published"
        except FollowupError as refused:
            return refused.code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(press, range(5))) == ["PUB001"] * 4 + ["published"]
    with company.database.reading() as transaction:
        assert [one.number for one in catalogue.history(transaction)] == [2, 1]


@pytest.mark.parametrize("table", [templates, sequence_versions], ids=lambda table: table.name)
def test_what_is_here_under_a_hash_with_another_content_is_refused_and_nothing_written(company, table):
    """A row that somebody changed by hand: leads refer to it, and what it said must not become uncertain."""
    changed = {"text": MAIL + "PS"} if table is templates else {"plan": _slower().model_dump_json()}
    with company.database.transaction() as transaction:
        transaction.execute(update(table).values(changed))
    with pytest.raises(FollowupError) as refused, company.database.transaction() as transaction:
        publish(transaction, release(), "ana", "again", later(days=1))
    assert refused.value.code == "PUB002"
    with company.database.reading() as transaction:
        assert len(catalogue.history(transaction)) == 1


def _slower() -> Plan:
    """The published version's name over another content."""
    (good,) = release().plans
    return good.model_copy(update={"sequence": good.sequence.model_copy(update={"maintainer": "somebody else"})})


def test_the_commit_stands_beside_the_publication(company):
    """Where the files are in git, that is where the discussion was."""
    with company.database.transaction() as transaction:
        publish(transaction, release(message("hello", "email")), "ben", "shorter", later(days=1), commit="1f0c")
        assert [one.commit for one in catalogue.history(transaction)] == ["1f0c", None]


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        pytest.param(FIELDS[0], "hot", True, id="a choice it has"),
        pytest.param(FIELDS[0], "tepid", False, id="a choice it does not have"),
        pytest.param(FIELDS[1], 5, True, id="a number"),
        pytest.param(FIELDS[1], True, False, id="yes is no number"),
        pytest.param(FIELDS[2], "2027-03-01", True, id="a date"),
        pytest.param(FIELDS[2], "2027-03-01T09:00:00-05:00", True, id="a moment"),
        pytest.param(FIELDS[2], "soon", False, id="no date"),
        pytest.param(FIELDS[2], 20270301, False, id="a number is no date"),
        pytest.param(FIELDS[3], False, True, id="a flag"),
        pytest.param(FIELDS[3], "yes", False, id="a text is no flag"),
        pytest.param(FIELDS[1], "", True, id="emptied"),
    ],
)
def test_a_field_takes_what_it_was_declared_for(field: DeclaredField, value, expected):
    """A value of the wrong kind would make every condition about it false without a word."""
    assert takes(field, value) is expected


# --- the files --------------------------------------------------------------------------------------------------------


def test_the_shipped_catalogue_is_read_checked_and_published_whole(database):
    """What operations teams edit must reach the database without a loss."""
    files = load("sequences")
    assert files.problems() == ()
    assert [f for f in check(files.catalogue, files.template_facts(), files.pipeline) if f.severity == "error"] == []
    made = files.release()
    with database.transaction() as transaction:
        publish(transaction, made, "ana", "first", MONDAY)
        now = published(transaction)
    assert now.plans == made.plans
    assert now.pipeline == files.pipeline
    assert now.fields == files.fields
    assert {ref.digest for plan in now.plans for ref in plan.templates} == {t.digest for t in made.templates}


def test_a_version_changes_with_its_words(tmp_path):
    """A lead's version must tell exactly what it will be told."""
    files = load("sequences")
    before = files.release()
    for path in TEMPLATES.glob("*/*"):
        copy = tmp_path / path.relative_to(TEMPLATES)
        copy.parent.mkdir(exist_ok=True)
        text = path.read_text()
        copy.write_text(text.replace("sorry", "very sorry") if path.stem == "text-back" else text)
    after = replace(files, texts=read_folder(tmp_path)).release()
    changed = {b.sequence.name for b, a in zip(before.plans, after.plans, strict=True) if a.version != b.version}
    assert changed == {"missed-call"}


def test_a_step_without_a_template_is_named(tmp_path):
    """Found at publish time, not at send time."""
    with pytest.raises(FollowupError) as refused:
        replace(load("sequences"), texts=read_folder(tmp_path)).release()
    assert refused.value.code == "TPL006"


@pytest.mark.parametrize(
    "said",
    [
        pytest.param("no_such_package", id="no such package"),
        pytest.param("no/such/directory", id="no such directory"),
        pytest.param("", id="nothing"),
        pytest.param("docs/images", id="a directory without a catalogue"),
        pytest.param("json.tool", id="a file"),
        pytest.param("sequences.fields", id="a file beside a catalogue"),
        pytest.param("..", id="dots"),
        pytest.param("sequences/tem-plates", id="what Python cannot import"),
    ],
)
def test_sequences_that_are_not_there_are_named(said):
    """The setting is the commonest mistake of a first deployment."""
    with pytest.raises(FollowupError) as refused:
        load(said)
    assert refused.value.code == "CFG005"


def test_only_files_of_a_known_kind_are_templates(tmp_path):
    """An editor's backup file must not be sent to anybody."""
    (tmp_path / "greeting").mkdir()
    for name in ("hello.email", "hello.email~", "notes.md"):
        (tmp_path / "greeting" / name).write_text("---\nvalue: answer\npurpose: commercial\n---\nHi\n")
    assert list(read_templates(tmp_path)) == ["greeting/hello.email"]
