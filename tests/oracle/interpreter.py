"""
A second, naive reading of follow-up sequences, written from the pages that define the language alone.

It is slow, it forgets nothing, and it shares no code with what it is compared with.
"""

from datetime import datetime

from tests.oracle.document import Document, Line
from tests.oracle.happenings import close_task, note_command, note_event
from tests.oracle.life import Life


def interpret(document: Document) -> list[Line]:
    """Everything that is done in a life."""
    begins = datetime.fromisoformat(document["begins"])
    life = Life(list(document["catalogue"]), document["world"], document["answers"], begins)
    life.look()
    for entry in document["script"]:
        at = datetime.fromisoformat(entry["at"])
        wait(life, at)
        life.now = at
        if "event" in entry:
            note_event(life, entry["event"])
        elif "command" in entry:
            note_command(life, entry["command"])
        elif "closes" in entry:
            close_task(life, entry["closes"])
        elif "changes" in entry:
            life.world |= entry["changes"]
        life.look()
    wait(life, datetime.fromisoformat(document["ends"]))
    return life.lines


def wait(life: Life, until: datetime) -> None:
    """Let time pass, and look whenever something is due."""
    while due := [wake for wake in life.wakes if wake <= until]:
        life.now = min(due)
        life.look()
