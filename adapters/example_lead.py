"""A lead that does not exist, with a value for whatever a template may say: to read messages before they are sent."""

from collections import abc
from typing import Final

from adapters.settings import Settings
from engine.sequence.fields import DeclaredField

PERSON: Final = {
    "first_name": "Robin",
    "last_name": "Sample",
    "company": "Sample & Sons",
    "owner_name": "Alex Doe",
    "owner_email": "alex@example.com",
    "owner_phone": "(202) 555-0147",
}
"""Robin is nobody: the mail address is reserved for examples, and nobody has the number."""

OURS: Final = {"company_phone": "(202) 555-0100", "booking_url": "https://example.com/book"}
"""What stands for a setting that is not made yet."""

EXAMPLES: Final[abc.Mapping[str, str | float | bool]] = {"number": 3, "date": "2027-03-15", "flag": True}


def values_of(fields: abc.Iterable[DeclaredField], settings: Settings) -> dict[str, str | float | bool]:
    """A value for every token that a template may name; of a choice its first one."""
    own = {field.name: field.values[0] if field.values else EXAMPLES[field.kind] for field in fields}
    return {**own, **PERSON, **OURS, **settings.our_tokens()}
