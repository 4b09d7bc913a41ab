"""What a lead's workflow carries: when to look next, for what, and why."""

from pydantic import AwareDatetime

from engine.frozen import Terse
from engine.words import Act, LeadId


class Turn(Terse):
    """
    The lead's clock face. Every later field has a default, so that old histories decode.

    It is in every history event of a look, so it stays far below 4 kB.
    """

    lead_id: LeadId
    revision: int = 0
    due: AwareDatetime
    act: Act = Act.LOOK
    why: str = ""
    """The timer's summary, at most 180 characters (200 bytes are advised for Temporal Cloud)."""
    then: str = ""
    """The summary of the activity that is due, as long at most; empty where `why` says it all."""
    stage: str = "capture"
    state: str = "waiting"
    story: str = ""
    """What the look noted and did, a Markdown line each; its times are those of `zone`."""
    zone: str = ""
    """The lead's zone as people call it."""
    over: bool = False
    heard: int = 0
    """How many scraps the lead's runs have heard, one after the other; the workflow counts them."""


class Scrap(Terse):
    """Content somebody signalled to Temporal directly: the signal's name and its raw arguments as text."""

    name: str
    body: str
    mark: str = ""
    """Which signal it was, so that a look that is repeated, or a run that is reset, files it once."""


class Glance(Terse):
    """What a look is asked: which lead, how new its row must at least be, and scraps to be filed."""

    lead_id: LeadId
    revision: int = 0
    scraps: tuple[Scrap, ...] = ()
