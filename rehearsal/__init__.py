"""A company in memory, in which a sequence runs over months in seconds: the look itself, on records of its own."""
