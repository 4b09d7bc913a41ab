"""One way to open a transaction, on either kind of database."""

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import SQLAlchemyError, StatementError

from adapters import schema
from adapters.database import Database, DatabaseUnavailable, insert_once, serialised
from adapters.tables import audit, kill_switches, leads, owners
from engine.errors import FollowupError

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_what_fails_leaves_nothing_behind(database):
    """A look that breaks half-way must have done nothing."""
    with pytest.raises(RuntimeError), database.transaction() as transaction:
        transaction.execute(insert(owners).values(id="ana", name="Ana"))
        raise RuntimeError("half-way")
    with database.reading() as transaction:
        assert transaction.execute(select(owners.c.id)).all() == []


def test_moments_come_back_in_utc_whatever_zone_they_went_in(database):
    """A due time that loses its zone on one of the databases is a text at night."""
    tokyo = datetime(2026, 11, 23, 21, tzinfo=timezone(timedelta(hours=9)))
    with database.transaction() as transaction:
        transaction.execute(insert(leads).values(id="rosa", created_at=tokyo))
    with database.reading() as transaction:
        found = transaction.execute(select(leads.c.created_at).where(leads.c.created_at == NOON)).scalar_one()
    assert found == NOON
    assert found.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(database):
    """Nobody can tell what it meant, so it must not get in."""
    with pytest.raises(StatementError), database.transaction() as transaction:
        transaction.execute(insert(leads).values(id="rosa", created_at=datetime(2026, 11, 23)))  # noqa: DTZ001


def test_a_unique_row_is_inserted_once(database):
    """Every 'never twice' of ours rests on this."""
    with database.transaction() as transaction:
        assert insert_once(transaction, owners, id="ana", name="Ana")
        assert not insert_once(transaction, owners, id="ana", name="Another Ana")
        assert transaction.execute(select(owners.c.name)).scalars().all() == ["Ana"]


def test_names_are_held_until_the_transaction_ends(database):
    """Two captures of one person at once must become one lead."""
    order: list[str] = []
    first_holds = threading.Event()

    def second() -> None:
        first_holds.wait()
        with database.transaction() as transaction:
            serialised(transaction, "+12125550123")
            order.append("second")

    waiting = threading.Thread(target=second)
    waiting.start()
    with database.transaction() as transaction:
        serialised(transaction, "rosa@example.com", "+12125550123")
        first_holds.set()
        waiting.join(timeout=0.2)
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]


def test_a_lock_that_never_comes_is_an_attempt_that_fails(database_url):
    """A look must not wait for ever behind one that hangs."""
    patient, hurried = Database(database_url), Database(database_url, lock_seconds=0.1)
    schema.upgrade(patient)
    with patient.transaction() as transaction:
        transaction.execute(insert(leads).values(id="rosa", created_at=NOON))
    locked = select(leads.c.id).where(leads.c.id == "rosa").with_for_update()
    with patient.transaction() as holding:
        holding.execute(locked)
        with pytest.raises(DatabaseUnavailable) as refused, hurried.transaction() as waiting:
            waiting.execute(locked)
    assert refused.value.code == "DBS001"
    patient.close()
    hurried.close()


def test_the_threads_of_a_process_write_to_sqlite_in_turn(tmp_path):
    """SQLite lets the luckiest of them be next, and a look that was unlucky for seconds is a look that has failed."""
    database = Database(f"sqlite:///{tmp_path / 'followup.sqlite'}", lock_seconds=0.1)
    database.create()
    with database.transaction():
        with pytest.raises(DatabaseUnavailable, match="another transaction of this process"), database.transaction():
            raise AssertionError("two writers at once")
        with database.reading():
            pass  # who only reads waits for nobody
    with database.transaction():
        pass  # the turn was given back
    database.close()


def test_readers_do_not_wait_for_a_writer(database):
    """The pages of on-call must open while a look is writing."""
    with database.transaction() as transaction:
        transaction.execute(insert(owners).values(id="ana", name="Ana"))
        with database.reading() as reader:
            assert reader.execute(select(owners.c.id)).all() == []


def test_a_database_that_is_not_there_says_so():
    """On-call must read what to start, not a driver's traceback."""
    nowhere = Database("postgresql+psycopg://app:hidden-word@127.0.0.1:1/followup")
    with pytest.raises(DatabaseUnavailable) as refused, nowhere.transaction():
        pass
    assert refused.value.code == "DBS001"
    assert "hidden-word" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mysql://root@localhost/x",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///x.db?timeout=soon",
        "postgresql://u@localhost:x/name",
        "nonsense",
    ],
)
def test_a_url_we_cannot_use_is_refused(url):
    """Better at the start than at the first lead."""
    with pytest.raises(FollowupError) as refused:
        Database(url)
    assert refused.value.code == "DBS003"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        pytest.param("sqlite:///text/x.db", "DBS001", id="in a file"),
        pytest.param("sqlite:///x.db", "DBS009", id="a file there is not"),
        pytest.param("sqlite:///x/y.db", "DBS009", id="a directory there is not"),
        pytest.param(f"sqlite:///{'a' * 300}/x.db", "DBS001", id="a name too long"),
        pytest.param("sqlite:///text", "DBS008", id="a file that is no database"),
        pytest.param("postgresql://u@127.0.0.1:1/x?nope=1", "DBS003", id="an option there is not"),
    ],
)
def test_a_database_that_is_none_is_told_with_a_code(tmp_path, monkeypatch, url, code):
    """A slip in the URL must not end in a traceback, and must not write over somebody's file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text").write_text("no database at all\n" * 100)
    with pytest.raises(FollowupError) as refused, Database(url).reading():
        pass
    assert refused.value.code == code
    assert (tmp_path / "text").read_text() == "no database at all\n" * 100
    assert [path.name for path in tmp_path.iterdir()] == ["text"]


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("sqlite:///text/x.db", id="in a file"),
        pytest.param("sqlite:////proc/x/y.db", id="in a directory that cannot be made"),
    ],
)
def test_a_database_that_cannot_be_made_is_told_with_a_code(tmp_path, monkeypatch, url):
    """`followup database upgrade` is the first command of a new machine, where directories are often not ours."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text").write_text("no database at all\n")
    with pytest.raises(DatabaseUnavailable) as refused:
        schema.upgrade(Database(url))
    assert refused.value.code == "DBS001"


def test_whoever_lost_the_file_is_told_its_whole_path(tmp_path, monkeypatch):
    """The URL of a first run is relative: from another directory it names another file."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DatabaseUnavailable) as refused, Database("sqlite:///here/x.db").reading():
        pass
    assert (refused.value.code, refused.value.where) == ("DBS009", str(tmp_path / "here" / "x.db"))


def test_a_file_that_is_deleted_is_missed_by_whoever_has_it_open(tmp_path):
    """Linux lets a process go on in a deleted file: everything would look well, and be gone with the process."""
    file = tmp_path / "followup.sqlite"
    database, another = Database(f"sqlite:///{file}"), Database(f"sqlite:///{file}")
    schema.upgrade(database)
    with another.transaction() as transaction:
        transaction.execute(insert(owners).values(id="ana", name="Ana"))
    file.rename(tmp_path / "away")
    with pytest.raises(DatabaseUnavailable) as refused, another.transaction():
        raise AssertionError("written where nobody reads")
    assert refused.value.code == "DBS009"
    schema.upgrade(database)
    with another.reading() as transaction:
        assert transaction.execute(select(owners.c.id)).all() == []
    database.close()
    another.close()


def test_people_are_told_which_database_it_is_and_not_its_password(tmp_path, monkeypatch):
    """Whoever looks at the wrong one sees it at once; what they see is copied into tickets."""
    monkeypatch.chdir(tmp_path)
    assert Database("sqlite:///.followup/x.sqlite").place == str(tmp_path / ".followup" / "x.sqlite")
    assert Database("postgresql+psycopg://app:hidden-word@db.internal/leads").place == "db.internal/leads"


def test_an_empty_database_says_that_it_needs_its_migrations(empty_database):
    """The commonest mistake of a first deployment."""
    with pytest.raises(FollowupError) as refused, empty_database.transaction() as transaction:
        transaction.execute(select(leads.c.id))
    assert refused.value.code == "DBS002"


def test_a_release_on_a_database_from_before_says_that_migrations_are_missing(empty_database):
    """`followup engine diff` is run by the release to come, mostly before anybody has migrated for it."""
    schema.upgrade(empty_database)
    schema.downgrade(empty_database, "0002")
    with pytest.raises(FollowupError) as refused:
        with empty_database.reading() as transaction:
            transaction.execute(select(leads))
    assert refused.value.code == "DBS002"


def test_errors_never_show_what_was_written(database):
    """Errors are copied into tickets; what leads tell us must not be."""
    with pytest.raises(SQLAlchemyError) as failed, database.transaction() as transaction:
        for _ in range(2):
            values = {"kind": "all", "name": "", "since": NOON, "by": "ana", "reason": "canary-4711"}
            transaction.execute(insert(kill_switches).values(**values))
    assert "canary-4711" not in str(failed.value)


@pytest.mark.parametrize("change", ["UPDATE audit SET reason = 'nicer'", "DELETE FROM audit"])
def test_the_audit_trail_can_only_grow(database, change):
    """A trail that can be edited proves nothing."""
    with database.transaction() as transaction:
        entry = {"at": NOON, "actor": "ana", "action": "pause", "object": "lead:rosa", "reason": "asked"}
        transaction.execute(insert(audit).values(**entry))
    with pytest.raises(SQLAlchemyError), database.transaction() as transaction:
        transaction.execute(text(change))
    with database.reading() as transaction:
        assert transaction.execute(select(audit.c.reason)).scalars().all() == ["asked"]
