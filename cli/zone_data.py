"""
Which time zone rules our processes read: those of the pinned tzdata package, never those of the machine.

Two machines with two sets of rules would send the same message at two times.
"""

import zoneinfo


def pin() -> None:
    """From here on, whatever PYTHONTZPATH and the system say."""
    zoneinfo.reset_tzpath(to=())
    zoneinfo.ZoneInfo.clear_cache()
