"""How much a run measures."""

from typing import NamedTuple


class Size(NamedTuple):
    """One run. `SMALLEST` shows that everything works, `QUICK` takes minutes, `FULL` takes its time."""

    name: str
    turns: int
    started: int
    """Leads started in one turn."""
    touched: int
    """Leads due at the same moment in one turn."""
    rung: int
    """Leads that are written to, and how often each."""
    rows_each: int
    captured: int
    """Leads that are captured one after the other in one turn."""
    cached: tuple[int, ...]
    """Sleeping leads in a worker's cache, at least two sizes."""
    crowd: int
    """Sleeping leads in one large cache, measured once; 0 for never."""
    woken: int
    """Sleeping leads that a fresh worker process wakes."""
    killed: int
    """Leads that are due when the worker is killed."""
    touches: int
    """Of the life whose history is weighed."""
    looks: int
    """Looks at a database in one turn."""
    decisions: int
    lives: int
    """Lives simulated in one turn, of each length."""
    written: tuple[int, ...]
    """Sequences that are validated together, one number after the other."""
    in_flight: int
    """Leads that a plan finds in flight."""
    moved: int
    """Leads that are moved to another version in one turn."""
    all_on_postgres: bool
    """Whether also the rows that take minutes run on the server over PostgreSQL."""


SMALLEST = Size(
    name="smallest",
    turns=1,
    started=4,
    touched=4,
    rung=2,
    rows_each=2,
    captured=2,
    cached=(5, 10),
    crowd=0,
    woken=2,
    killed=4,
    touches=2,
    looks=3,
    decisions=200,
    lives=1,
    written=(1, 2),
    in_flight=6,
    moved=4,
    all_on_postgres=False,
)
QUICK = Size(
    name="quick",
    turns=5,
    started=200,
    touched=120,
    rung=40,
    rows_each=5,
    captured=30,
    cached=(500, 1000, 2000),
    crowd=0,
    woken=100,
    killed=60,
    touches=12,
    looks=40,
    decisions=3000,
    lives=2,
    written=(1, 50, 500),
    in_flight=2000,
    moved=60,
    all_on_postgres=False,
)
FULL = Size(
    name="full",
    turns=7,
    started=2000,
    touched=500,
    rung=200,
    rows_each=10,
    captured=200,
    cached=(1000, 5000, 20_000),
    crowd=100_000,
    woken=1000,
    killed=500,
    touches=12,
    looks=300,
    decisions=30_000,
    lives=10,
    written=(1, 50, 500),
    in_flight=100_000,
    moved=500,
    all_on_postgres=True,
)
