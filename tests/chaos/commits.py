"""
The order of commits, written down by the database itself.

Triggers of the drill's own note two facts: an Inbox row has its lead, a touch is claimed. SQLite has one writer, so
their order is that of the commits. PostgreSQL notes them at the end of a transaction, one transaction at a time.
"""

from typing import NamedTuple

from sqlalchemy import text

from adapters.database import Database

SQLITE = (
    "CREATE TABLE drill_commits (number INTEGER PRIMARY KEY, what TEXT, about TEXT, UNIQUE (what, about))",
    """
    CREATE TRIGGER drill_filed AFTER INSERT ON inbox WHEN NEW.lead IS NOT NULL
    BEGIN INSERT OR IGNORE INTO drill_commits (what, about) VALUES ('filed', NEW.id); END
    """,
    """
    CREATE TRIGGER drill_matched AFTER UPDATE OF lead ON inbox WHEN NEW.lead IS NOT NULL
    BEGIN INSERT OR IGNORE INTO drill_commits (what, about) VALUES ('filed', NEW.id); END
    """,
    """
    CREATE TRIGGER drill_claimed AFTER INSERT ON ledger WHEN NEW.state = 'in_flight'
    BEGIN INSERT OR IGNORE INTO drill_commits (what, about) VALUES ('claimed', NEW.touch_key || ' ' || NEW.fence); END
    """,
    """
    CREATE TRIGGER drill_claimed_again AFTER UPDATE OF fence ON ledger WHEN NEW.state = 'in_flight'
    BEGIN INSERT OR IGNORE INTO drill_commits (what, about) VALUES ('claimed', NEW.touch_key || ' ' || NEW.fence); END
    """,
)

POSTGRESQL = (
    "CREATE TABLE drill_commits (number bigserial PRIMARY KEY, what text, about text, UNIQUE (what, about))",
    # The lock goes with the transaction, after its commit: whoever is next gets a higher number and commits later.
    """
    CREATE FUNCTION drill_commits() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtext('drill_commits'));
        INSERT INTO drill_commits (what, about)
        SELECT TG_ARGV[0], CASE TG_ARGV[0] WHEN 'filed' THEN now_there ->> 'id'
            ELSE concat(now_there ->> 'touch_key', ' ', now_there ->> 'fence') END
        FROM to_jsonb(NEW) AS now_there
        ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER drill_filed AFTER INSERT OR UPDATE OF lead ON inbox
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.lead IS NOT NULL) EXECUTE FUNCTION drill_commits('filed')
    """,
    """
    CREATE CONSTRAINT TRIGGER drill_claimed AFTER INSERT OR UPDATE OF fence ON ledger
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state = 'in_flight') EXECUTE FUNCTION drill_commits('claimed')
    """,
)


class Commits(NamedTuple):
    """Which commit it was; a later one has a higher number."""

    filed: dict[int, int]
    """Of an Inbox row, by its id: from then on it has its lead, and a look can know."""
    claims: dict[str, int]
    """Of a touch's last claim, by its key: a message that was accepted left under no other."""


def watch(database: Database) -> None:
    """Note every commit from now on."""
    with database.transaction() as transaction:
        for statement in SQLITE if database.kind == "sqlite" else POSTGRESQL:
            transaction.exec_driver_sql(statement)


def commits(database: Database) -> Commits:
    """What was noted."""
    with database.reading() as transaction:
        rows = transaction.execute(text("SELECT number, what, about FROM drill_commits ORDER BY number")).all()
    return Commits(
        filed={int(row.about): row.number for row in rows if row.what == "filed"},
        claims={row.about.partition(" ")[0]: row.number for row in rows if row.what == "claimed"},
    )
