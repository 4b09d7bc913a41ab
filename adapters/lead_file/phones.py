"""A phone number as people and exports write it, turned into E.164."""

import re
from typing import NamedTuple

import phonenumbers

from adapters.lead_file.cells import Unreadable

REGIONS = frozenset(phonenumbers.SUPPORTED_REGIONS)
"""Two-letter codes a number can be read in."""

_VENDOR_PREFIX = re.compile(r"(?:p|tel|phone):", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?E[+-]?\d+", re.IGNORECASE)
_DECIMAL = re.compile(r"(\d{7,})[.,]0")


class Phone(NamedTuple):
    """A number that can be dialled."""

    e164: str
    extension: str
    """Said in the cell, but beyond what a text or a call of ours can reach."""


def read_phone(text: str, region: str | None) -> Phone:
    """
    The number in E.164; without a country code it is read in `region` (two letters).

    Raises: Unreadable with the reason.
    """
    dialled = _as_dialled(text)
    try:
        number = phonenumbers.parse(dialled, region)
    except phonenumbers.NumberParseException as error:
        raise Unreadable(_why(error, region)) from error
    if not _is_valid(number, region):
        raise Unreadable(f"is no number that exists in +{number.country_code}")
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Phone(e164=e164, extension=number.extension or "")


def _is_valid(number: phonenumbers.PhoneNumber, region: str | None) -> bool:
    # Most numbers of a file are of its own region, and to find out which region a number is of costs as much again.
    at_home = region is not None and phonenumbers.is_valid_number_for_region(number, region)
    return at_home or phonenumbers.is_valid_number(number)


def _as_dialled(text: str) -> str:
    if _SCIENTIFIC.fullmatch(text):
        raise Unreadable("a spreadsheet has rounded the number; format the column as text and export it again")
    decimal = _DECIMAL.fullmatch(text)
    return decimal[1] if decimal else _VENDOR_PREFIX.sub("", text, count=1).lstrip("'")


def _why(error: phonenumbers.NumberParseException, region: str | None) -> str:
    if error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE and region is None:
        return "has no country code, and no region was given to read it in"
    return "is not a phone number"
