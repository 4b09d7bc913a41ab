"""How far apart two moments are, in words."""

from datetime import timedelta

UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def say_distance(distance: timedelta) -> str:
    """A distance in either direction, in its two greatest units: "2 d 4 h"; "0 s" below half a second."""
    seconds = round(abs(distance).total_seconds())
    parts = []
    for unit, length in UNITS:
        count, seconds = divmod(seconds, length)
        if count:
            parts.append(f"{count} {unit}")
        elif parts:
            break
    return " ".join(parts[:2]) or "0 s"
