"""Addresses in the one form we store, compare and hash: E.164 for phones, lower case for mail."""

import hmac
from enum import StrEnum

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from pydantic import SecretStr

from engine.errors import FollowupError
from engine.frozen import Frozen
from engine.words import Channel

HASH_LENGTH = 32


class AddressKind(StrEnum):
    """What an address is; a phone serves two channels."""

    EMAIL = "email"
    PHONE = "phone"


KIND_OF: dict[Channel, AddressKind] = {
    Channel.EMAIL: AddressKind.EMAIL,
    Channel.SMS: AddressKind.PHONE,
    Channel.VOICE: AddressKind.PHONE,
}


class Address(Frozen):
    """An address that can be written to."""

    kind: AddressKind
    address: str
    """Normalised."""
    display: str
    """As it was given."""


def mail_address(text: str) -> Address:
    """
    The mail address in this text. Nobody is asked whether it exists.

    Raises: FollowupError ADR001.
    """
    try:
        found = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise _not_an_address("ADR001", "mail address", str(error)) from error
    return Address(kind=AddressKind.EMAIL, address=found.normalized.lower(), display=text.strip())


def phone_number(text: str, country: str) -> Address:
    """
    The phone number in this text; without an international prefix it is read as one of that country (ISO 3166).

    Raises: FollowupError ADR002.
    """
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        raise _not_an_address("ADR002", "phone number", str(error)) from error
    if not phonenumbers.is_valid_number(number):
        raise _not_an_address("ADR002", "phone number", "no such number can exist")
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Address(kind=AddressKind.PHONE, address=e164, display=text.strip())


def hashed(address: str, key: SecretStr) -> str:
    """What stands for an address where the address itself must not: it tells nobody who has no key."""
    return hmac.digest(key.get_secret_value().encode(), address.encode(), "sha256").hex()[:HASH_LENGTH]


def domain_of(address: str) -> str | None:
    """The domain of a mail address; None for a phone number."""
    return address.rpartition("@")[2] if "@" in address else None


def _not_an_address(code: str, kind: str, why: str) -> FollowupError:
    # The text itself is personal and stays out of errors.
    return FollowupError(code=code, what=f"this is no {kind}", why=why, next="correct it, or leave it out")
