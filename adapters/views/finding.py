"""Which lead somebody means: by our id, by another system's, by a mail address or a phone number."""

from adapters import leads as people
from adapters.addresses import Address, mail_address
from adapters.database import Transaction
from adapters.departed import gone
from adapters.leads import ExternalId, People
from engine.errors import FollowupError
from engine.words import LeadId

MOST_CANDIDATES = 10


def find(transaction: Transaction, book: People, text: str) -> LeadId:
    """
    The lead that is meant.

    Raises: FollowupError LED001 when there is none, LED002 when there are several.
    """
    named = text.strip()
    candidates = _candidates(transaction, book, named)
    if not candidates:
        raise nobody()
    if len(candidates) > 1:
        raise _several(candidates)
    return candidates[0]


def meant(transaction: Transaction, book: People, text: str) -> LeadId | ExternalId | Address:
    """
    Whom something is about: the lead, or how somebody called it whom we do not know (yet).

    Raises: FollowupError LED001 for what is neither a lead nor an address nor system:id, LED002 when there are several.
    """
    try:
        return find(transaction, book, text)
    except FollowupError as error:
        stranger = _stranger(book, text.strip()) if error.code == "LED001" else None
        if stranger is None:
            raise
        return stranger


def _stranger(book: People, named: str) -> ExternalId | Address | None:
    system, colon, external = named.partition(":")
    if colon:
        return ExternalId(system=system, id=external) if system and external else None
    return _address(book, named)


def _candidates(transaction: Transaction, book: People, named: str) -> tuple[LeadId, ...]:
    if people.exists(transaction, LeadId(named)):
        return (LeadId(named),)
    system, colon, external = named.partition(":")
    if colon:
        found = people.by_external_id(transaction, ExternalId(system=system, id=external))
        return () if found is None else (found,)
    address = _address(book, named)
    if address is None:
        return ()
    sharing = book.by_address(transaction, address.address)
    left = gone(transaction, sharing)
    return tuple(lead for lead in sharing if lead not in left) or sharing


def _address(book: People, named: str) -> Address | None:
    try:
        return mail_address(named) if "@" in named else book.phone(named)
    except FollowupError:
        return None


def nobody() -> FollowupError:
    """The error for a lead that is not there."""
    # What was typed may be somebody's address, and stays out of errors.
    return FollowupError(
        code="LED001",
        what="there is no such lead",
        where="LEAD",
        why="it is neither an id of ours, nor system:id of another system, nor an address that a lead has",
        next="see `followup lead list`, or add the lead with `followup lead add`",
    )


def _several(candidates: tuple[LeadId, ...]) -> FollowupError:
    named = ", ".join(candidates[:MOST_CANDIDATES])
    more = f" and {len(candidates) - MOST_CANDIDATES} more" if len(candidates) > MOST_CANDIDATES else ""
    return FollowupError(
        code="LED002",
        what=f"{len(candidates)} leads have this address",
        where="LEAD",
        why=f"they are {named}{more}",
        next="say which by its id; `followup lead show ID` tells who it is",
    )
