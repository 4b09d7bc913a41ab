"""When it is open: a zone, a week of opening hours and the days that are closed."""

from datetime import date, datetime, timedelta

from engine.frozen import Frozen
from engine.sequence.compiled import Window


class Hours(Frozen):
    """Opening hours somewhere: a week of blocks, read in one zone, on days that are not closed."""

    zone: str
    """IANA name, valid; whoever builds an `Hours` has checked it."""
    window: Window
    closed_days: tuple[date, ...] = ()
    """Holidays and other closed days, in `zone`."""


def is_open(hours: Hours, moment: datetime) -> bool:
    """Whether `moment` (aware) lies inside the hours."""
    raise NotImplementedError


def is_closed_day(hours: Hours, moment: datetime) -> bool:
    """Whether the whole local day of `moment` has no opening: a holiday, or a weekday without a block."""
    raise NotImplementedError


def next_opening(hours: Hours, moment: datetime, *, within: timedelta) -> datetime | None:
    """`moment` itself when open, else the next opening (aware, UTC); None when there is none within that time."""
    raise NotImplementedError


def closing(hours: Hours, moment: datetime) -> datetime:
    """When the block that is open at `moment` closes (aware, UTC). Raises ValueError when it is not open."""
    raise NotImplementedError


def next_common_opening(all_hours: tuple[Hours, ...], moment: datetime, *, within: timedelta) -> datetime | None:
    """
    The first moment at or after `moment` at which every one of these hours is open (aware, UTC).

    None when they have no such moment in common within that time: never "send now".
    """
    raise NotImplementedError


def common_closing(all_hours: tuple[Hours, ...], moment: datetime) -> datetime:
    """The first closing among hours that are all open at `moment` (aware, UTC)."""
    raise NotImplementedError
