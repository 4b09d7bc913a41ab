"""
How what was written gets from one process into another.

Both are ours and of one version, but what is in between was made where authors' code ran: nothing is made of it but
our own words.
"""

import io
import pickle
from typing import Final, cast

from engine.errors import FollowupError
from engine.sequence.manuscript import Manuscript

Said = Manuscript | tuple[FollowupError, ...]

OURS: Final = "engine."
PLAIN: Final = {
    ("builtins", "set"),
    ("datetime", "date"),
    ("datetime", "time"),
    ("datetime", "timedelta"),
    ("engine.errors", "_rebuilt"),
}


def packed(said: Said) -> bytes:
    """The answer as bytes."""
    return pickle.dumps(said)


def unpacked(parcel: bytes) -> Said:
    """The answer. Raises: ValueError when it is none, or there is anything in it that is not ours."""
    try:
        return cast("Said", _Careful(io.BytesIO(parcel)).load())
    except (pickle.UnpicklingError, EOFError) as error:
        raise ValueError(str(error)) from error


class _Careful(pickle.Unpickler):
    """See "Restricting globals" in the documentation of `pickle`."""

    def find_class(self, module: str, name: str) -> object:
        """What the name means."""
        if (module, name) in PLAIN:
            return super().find_class(module, name)
        found = super().find_class(module, name) if module.startswith(OURS) and "." not in name else None
        # What our modules have imported is not ours.
        if not isinstance(found, type) or found.__module__ != module:
            raise pickle.UnpicklingError(f"{module}.{name} is none of our words")
        return found
