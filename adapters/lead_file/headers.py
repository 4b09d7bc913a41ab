"""What the header line of an export says: which column means what, and which mean nothing to us."""

import re
import unicodedata
from collections import abc

from adapters.lead_file import faults
from adapters.lead_file.aliases import ALIASES
from adapters.lead_file.field import Field, Role, System
from engine.frozen import Frozen
from engine.words import Channel

MAX_COLUMNS = 2_000
"""A HubSpot export of every property has a few hundred."""

SPEAKER_PREFIXES = ("person", "contact", "lead")
"""Pipedrive writes them before its own and the company's fields: `Person - Job title`."""

FACEBOOK_ID = Role(field=Field.EXTERNAL_ID, system=System.FACEBOOK)
FACEBOOK_MARKS = frozenset({"createdtime", "formid"})
"""Facebook's column is called just `id`; only these beside it say whose id that is."""

SPEAKS_OF_CONSENT = re.compile(
    r"consent|einwilligung|zustimmung|newsletter|permission|dsgvo|gdpr|rgpd|(?<![a-z])opt(?:ed)?[\W_]*in(?![a-z])"
)
"""Found in a header that nobody here knows, it may hold somebody's no, which must not be passed over in silence."""


def key(name: str) -> str:
    """A header name as it is compared: letters and digits, without case."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())


_ROLE_OF = {key(name): role for role, names in ALIASES.items() for name in names}


class Column(Frozen):
    """One column of the file."""

    index: int
    name: str
    """As the file writes it; empty when it has no name."""
    role: Role | None = None
    """None: its cells are ignored."""

    @property
    def channel(self) -> Channel | None:
        """The channel its role names."""
        return self.role.channel if self.role else None

    @property
    def said(self) -> str:
        """The column as a person finds it."""
        return self.name or f"column {self.index + 1} (no name)"


class Columns(Frozen):
    """The columns of the file, in its order."""

    columns: tuple[Column, ...]

    @property
    def kept(self) -> tuple[Column, ...]:
        """What is read."""
        return tuple(column for column in self.columns if column.role)

    @property
    def ignored(self) -> tuple[Column, ...]:
        """What is not read; the plan lists it."""
        return tuple(column for column in self.columns if not column.role)

    def of(self, field: Field) -> tuple[Column, ...]:
        """The columns of one field, the first choice first."""
        found = (column for column in self.columns if column.role and column.role.field is field)
        return tuple(sorted(found, key=lambda column: column.role.rank if column.role else 0))


def role_of(name: str, own: abc.Collection[str] = ()) -> Role | None:
    """What a column of that name means, None when nobody here knows; `own` are the fields the company has declared."""
    known = key(name)
    for bare in (known, *(known.removeprefix(prefix) for prefix in SPEAKER_PREFIXES if known.startswith(prefix))):
        if bare in _ROLE_OF:
            return _ROLE_OF[bare]
    return next((Role(field=Field.OWN, name=field) for field in own if key(field) == known), None)


def recognised(names: tuple[str, ...], own: abc.Collection[str] = ()) -> int:
    """How many of these names mean something to us."""
    return sum(role_of(name, own) is not None for name in names)


def columns_of(names: tuple[str, ...], where: str, own: abc.Collection[str] = ()) -> Columns:
    """
    The columns a header line names; `own` are the fields the company has declared.

    Raises: LeadFileInvalid CSV004 when there are too many to be a header, CSV005 when two have one meaning, CSV006 when
    none holds an address, CSV011 when one speaks of consent in words nobody here knows.
    """
    if len(names) > MAX_COLUMNS:
        raise faults.bad_header(where, f"it has {len(names):,} columns; {MAX_COLUMNS:,} is the most")
    columns = tuple(Column(index=i, name=name.strip(), role=role_of(name, own)) for i, name in enumerate(names))
    columns = _with_facebook_id(columns)
    _refuse_clashes(columns, where)
    _refuse_unknown_consent(columns, where)
    found = Columns(columns=columns)
    if not found.of(Field.EMAIL) and not found.of(Field.PHONE):
        raise faults.no_address_column(where, tuple(column.said for column in columns))
    return found


def _with_facebook_id(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    if not FACEBOOK_MARKS.issubset(key(column.name) for column in columns):
        return columns
    return tuple(
        Column(index=column.index, name=column.name, role=FACEBOOK_ID) if key(column.name) == "id" else column
        for column in columns
    )


def _refuse_clashes(columns: tuple[Column, ...], where: str) -> None:
    seen: dict[Role, Column] = {}
    for column in columns:
        if column.role is None:
            continue
        other = seen.setdefault(column.role, column)
        if other is not column:
            raise faults.columns_clash(where, other.said, column.said, column.role.meaning)


def _refuse_unknown_consent(columns: tuple[Column, ...], where: str) -> None:
    for column in columns:
        name = unicodedata.normalize("NFKC", column.name).casefold()
        if column.role is None and SPEAKS_OF_CONSENT.search(name):
            raise faults.unknown_consent_column(where, column.said)
