"""Work that is done once for each object, which never changes."""

from collections.abc import Callable
from typing import TypeVar
from weakref import ref

from engine.frozen import Frozen

FrozenT = TypeVar("FrozenT", bound=Frozen)
ResultT = TypeVar("ResultT")


def once(work: Callable[[FrozenT], ResultT]) -> Callable[[FrozenT], ResultT]:
    """
    `work`, done once for each object and remembered for as long as the object lives, which never changes.

    Told apart by which object it is: to compare two sequences costs more than most of what is asked of them.
    """
    known: dict[int, tuple[ref[FrozenT], ResultT]] = {}

    def asked(value: FrozenT) -> ResultT:
        name = id(value)
        found = known.get(name)
        if found is None:
            found = known[name] = (ref(value, lambda _: known.pop(name, None)), work(value))
        return found[1]

    return asked
