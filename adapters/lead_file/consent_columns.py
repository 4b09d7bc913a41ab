"""The columns of a file that speak of consent, and what comes of one row's cells in them."""

from typing import NamedTuple

from adapters.lead_file import faults
from adapters.lead_file.consent import Answer
from adapters.lead_file.field import Field
from adapters.lead_file.headers import Column, Columns
from adapters.lead_file.rows import Consent
from adapters.lead_file.terms import Statement, Terms
from engine.words import Channel


class Said(NamedTuple):
    """One filled consent cell."""

    column: Column
    cell: str
    answer: Answer

    def is_about(self, channel: Channel, means: tuple[Channel, ...]) -> bool:
        """Whether it counts for this channel; a withdrawal that names none is about every one."""
        if self.column.channel:
            return self.column.channel is channel
        return self.answer.verdict == "withdrawn" or channel in (self.answer.channels or means)


class Wishes(NamedTuple):
    """How a person wants to hear from us."""

    agreed: tuple[Consent, ...]
    left: tuple[Channel, ...]


def wishes_of(reached: tuple[Channel, ...], said: tuple[Said, ...], left: frozenset[Channel], terms: Terms) -> Wishes:
    """
    The wishes of a row, for the channels it has an address for.

    For each channel the first cell that is about it counts; leaving a channel is stronger than agreeing to it.
    """
    first = {channel: _first(said, channel, terms) for channel in reached}
    withdrawn = {channel for channel, found in first.items() if found and found.answer.verdict == "withdrawn"}
    agreed = (_agreed(channel, found, terms.statement) for channel, found in first.items())
    gone = withdrawn | left
    return Wishes(
        agreed=tuple(consent for consent in agreed if consent and consent.channel not in gone),
        left=tuple(channel for channel in reached if channel in gone),
    )


def _first(said: tuple[Said, ...], channel: Channel, terms: Terms) -> Said | None:
    return next((cell for cell in said if cell.is_about(channel, terms.consent_means)), None)


def _agreed(channel: Channel, said: Said | None, statement: Statement | None) -> Consent | None:
    if said:
        proof = f"{said.column.said}: {said.cell}"
        return Consent(channel=channel, on=said.answer.on, proof=proof) if said.answer.verdict == "given" else None
    if statement and channel in statement.channels:
        return Consent(channel=channel, on=None, proof=statement.text)
    return None


def check_consent(columns: Columns, terms: Terms, where: str) -> None:
    """
    Refuse a file for which nobody says how these people agreed, or for which two say it.

    Raises: LeadFileInvalid CSV007, CSV008.
    """
    asked = columns.of(Field.CONSENT)
    if not asked and not terms.statement:
        raise faults.no_consent(where)
    for column in asked if terms.statement else ():
        if terms.statement and (column.channel is None or column.channel in terms.statement.channels):
            raise faults.bad_statement(
                f"the file has the column {column.said}, which says it for each person",
                f"leave --consent-by out, or delete the column {column.said}",
            )
