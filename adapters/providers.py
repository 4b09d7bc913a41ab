"""Who carries messages: in this release the Outbox, on every channel."""

from collections import abc

from adapters.database import Database
from adapters.faults import Reached, nothing
from adapters.outbox import Outbox
from adapters.settings import Settings
from engine.errors import FollowupError
from engine.ports.providers import Provider
from engine.words import Channel


def providers(settings: Settings, database: Database, reached: Reached = nothing) -> abc.Mapping[Channel, Provider]:
    """The provider of each channel. Raises: FollowupError CFG006 when the settings ask for a live one."""
    refuse_live(settings)
    return dict.fromkeys(Channel, Outbox(database, reached=reached))


def refuse_live(settings: Settings) -> None:
    """Raises: FollowupError CFG006 when messages are to leave: nobody here can send them."""
    if settings.live:
        raise FollowupError(
            code="CFG006",
            what="messages cannot really leave yet",
            where="FOLLOWUP_LIVE",
            why="live sending comes with a later release; this one keeps every message in the Outbox",
            next="unset FOLLOWUP_LIVE",
        )
