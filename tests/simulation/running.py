"""
Many worlds, one after the other, and what they add up to.

    figures = run(MemoryStore(), seeds=range(1000), lives=1000)
    assert not figures.broken

Worlds are independent of one another, the lives of one world are not: what a zero proves is counted in worlds.
"""

from collections import Counter, abc
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final, Literal, NamedTuple, get_args

from tests.simulation.databases import database_store
from tests.simulation.memory import MemoryStore
from tests.simulation.store import Store
from tests.simulation.weather import SHARE
from tests.simulation.world import World
from tests.support.checker import breaks
from tests.support.evidence import Break, Due, Evidence
from tests.support.postgres import Postgres, fresh_database
from tests.support.seeds import fresh_from

Kind = Literal["memory", "sqlite", "postgresql"]
KINDS: Final = get_args(Kind)
APART: Final = 10_000_000
"""So far apart are the fixed seeds of the stores: no store lives what another has lived."""
LONGEST_STORY: Final = 80
"""Lines of a failing world's story that are told: the last ones."""


class Broken(NamedTuple):
    """A world in which a promise was not kept."""

    seed: int
    breaks: tuple[Break, ...]
    story: tuple[str, ...]

    def __str__(self) -> str:
        """For whoever has to find out why."""
        again = f".venv/bin/python -m tests.simulation --lives 1 --seed {self.seed}"
        told = (
            f"seed {self.seed} (once more: {again}, on the same --store):",
            *(f"  {found}" for found in self.breaks),
            *self.story[-LONGEST_STORY:],
        )
        return "\n".join(told)


class Figures(NamedTuple):
    """What many worlds add up to."""

    worlds: int
    lives: int
    days: float
    """Simulated, over all leads."""
    looks: int
    due: int
    """Touches that became due."""
    became: Counter[str]
    """What became of each of them: the ledger's word, left_out, or excused where something changed the course."""
    deliveries: int
    letters: int
    """Inbox rows."""
    barriers: int
    """Facts that forbade messages."""
    faults: Counter[str]
    points: Counter[str]
    """How often each crash point was passed."""
    broken: tuple[Broken, ...]
    seconds: float

    def as_json(self) -> dict[str, object]:
        """As it is written to a file; of a broken world what it takes to live it again."""
        broken = [{"seed": one.seed, "breaks": [list(found) for found in one.breaks]} for one in self.broken]
        at_most = f"fewer than 1 world in {self.worlds / 3:.0f} breaks a promise (95 %)" if not broken else ""
        counts = {name: dict(sorted(getattr(self, name).items())) for name in ("faults", "points", "became")}
        plain = {**self._asdict(), **counts}
        rates = {"faults_in_all": self.faults.total(), "lives_per_second": round(self.lives / self.seconds, 1)}
        return {**plain, **rates, "broken": broken, "proves": at_most}


def seeds_of(kind: Kind) -> int:
    """The first of the fixed seeds of a store, which every run lives again."""
    return KINDS.index(kind) * APART


def fresh_seeds_of(kind: Kind) -> int:
    """The first of the seeds of a store that no earlier commit has lived."""
    return fresh_from(KINDS.index(kind))


def run(
    store: Store,
    seeds: abc.Iterable[int],
    lives: int,
    *,
    most_broken: int = 5,
    beside: Store | None = None,
    share: float = SHARE,
    watch: abc.Callable[[int], None] = lambda lives: None,
) -> Figures:
    """
    Live the worlds of these seeds until so many leads have lived, or too many promises are broken.

    `beside` is another store, on which every world must come to the same end; `share` is how many of the faults there
    are in a world.
    """
    began, sums = perf_counter(), Counter[str]()
    faults, points, became = Counter[str](), Counter[str](), Counter[str]()
    broken: list[Broken] = []
    for seed in seeds:
        world = World(seed, store, share=share)
        evidence = world.lives()
        sums += _counted(world, evidence)
        faults += world.weather.struck
        points += world.points
        became += _ends(evidence)
        if breaks(evidence):
            broken.append(retold(seed, store, share))
        elif (
            beside is not None and (other := World(seed, beside, share=share).lives().in_order()) != evidence.in_order()
        ):
            broken.append(Broken(seed, tuple(_differences(evidence.in_order(), other)), ()))
        watch(len(world.company.people))
        if sums["lives"] >= lives or len(broken) >= most_broken:
            break
    return Figures(
        worlds=sums["worlds"],
        lives=sums["lives"],
        days=round(sums["minutes"] / 24 / 60, 1),
        looks=sums["looks"],
        due=sums["due"],
        became=became,
        deliveries=sums["deliveries"],
        letters=sums["letters"],
        barriers=sums["barriers"],
        faults=faults,
        points=points,
        broken=tuple(broken),
        seconds=round(perf_counter() - began, 2),
    )


def _differences(one: Evidence, other: Evidence) -> abc.Iterator[Break]:
    """What is not the same on two stores."""
    for name, here, there in zip(Evidence._fields, one, other, strict=True):
        if here != there:
            yield Break("=", "", f"{name} differ: {here} and {there}")


def retold(seed: int, store: Store, share: float = SHARE) -> Broken:
    """The world of a seed once more, with its story."""
    world = World(seed, store, telling=True, share=share)
    found = breaks(world.lives())
    names: dict[str, str] = {person.lead: f"lead {person.lead[-1]}" for person in world.company.people}
    told = (Break(one.letter, names.get(one.lead, one.lead), one.what) for one in found)
    return Broken(seed, tuple(told), tuple(f"{moment:%Y-%m-%d %H:%M:%S} {what}" for moment, what in world.story))


def _counted(world: World, evidence: Evidence) -> Counter[str]:
    lives = len(world.company.people)
    lasted = evidence.until - world.company.opens_at
    return Counter(
        worlds=1,
        lives=lives,
        minutes=int(lasted.total_seconds() // 60) * lives,
        looks=world.temporal.attempts,
        due=len(evidence.due),
        deliveries=sum(delivery.accepted_at is not None for delivery in evidence.deliveries),
        letters=len(evidence.inbox),
        barriers=len(evidence.barriers),
    )


def _ends(evidence: Evidence) -> Counter[str]:
    """How the touches that became due have ended; the sum of it is their number."""
    states = {touch.touch_key: touch.state for touch in evidence.touches}
    return Counter(_end(due, states) for due in evidence.due)


def _end(due: Due, states: abc.Mapping[str, str]) -> str:
    if due.touch_key is None:
        return "left_out" if due.left_out else "excused"
    return states.get(due.touch_key, "nowhere")


@contextmanager
def store_of(kind: Kind, postgres: str = "") -> abc.Iterator[Store]:
    """An empty store; PostgreSQL is a server of our own unless one is named."""
    if kind == "memory":
        yield MemoryStore()
        return
    with ExitStack() as stack:
        if kind == "sqlite":
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="followup-sim-")))
            url = f"sqlite:///{folder / 'followup.sqlite'}"
        else:
            url = stack.enter_context(fresh_database(postgres or stack.enter_context(Postgres()).url))
        yield stack.enter_context(database_store(url))
