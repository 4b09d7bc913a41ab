"""What the demo plays: what happens to each lead, and how people of ours close its tasks."""

import re
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from engine.frozen import Frozen

DATA = Path(__file__).parent.parent / "demo_data"
LEADS = DATA / "leads.csv"
UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}


class Scripted(BaseModel):
    """One thing that happens; what is not named here is the event's data."""

    model_config = ConfigDict(frozen=True, extra="allow")

    after: str
    event: str
    set: Mapping[str, JsonValue] = Field(default_factory=dict)

    @property
    def data(self) -> dict[str, JsonValue]:
        """The event's own data."""
        return dict(self.__pydantic_extra__ or {})


class ScriptedLead(Frozen):
    """A lead of the demo's file."""

    record: str
    name: str
    story: str
    arrives: str
    fields: Mapping[str, JsonValue] = Field(default_factory=dict)
    calls: tuple[str, ...] = ()
    events: tuple[Scripted, ...] = ()


class Behaviour(Frozen):
    """What people of ours do when the lead's own script says nothing."""

    calls: tuple[str, ...]
    calls_after: str
    tasks: str
    tasks_after: str


class Script(Frozen):
    """The whole play."""

    behaviour: Behaviour
    lead: tuple[ScriptedLead, ...]


def read() -> Script:
    """The shipped script."""
    return Script.model_validate(tomllib.loads((DATA / "script.toml").read_text(encoding="utf-8")))


def duration(text: str) -> timedelta:
    """ "2d 3h 10m" as a duration."""
    return sum((int(n) * UNITS[unit] for n, unit in re.findall(r"(\d+)([dhm])", text)), timedelta(0))
