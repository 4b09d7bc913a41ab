"""An email address as people and exports write it, checked and in one form."""

import re
from functools import lru_cache

from adapters.addresses import mail_address
from adapters.lead_file.cells import Unreadable
from engine.errors import FollowupError

_WRAPPED = re.compile(r"[^<>]*<([^<>]+)>")
_PLAIN = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*")
_LONGEST_PLAIN = 64
"""Of the part before the @ (RFC 5321, 4.5.3.1.1)."""


def read_email(text: str) -> str:
    """
    The address in lower case, its form checked; no question is asked of the network.

    Raises: Unreadable with the reason.
    """
    wrapped = _WRAPPED.fullmatch(text)
    bare = (wrapped[1] if wrapped else text).strip().removeprefix("mailto:").lower()
    local, _, domain = bare.rpartition("@")
    if _PLAIN.fullmatch(local) and len(local) <= _LONGEST_PLAIN:
        return f"{local}@{_domain(domain)}"
    return _checked(bare)


@lru_cache(maxsize=10_000)
def _domain(domain: str) -> str:
    """The domain, checked once: most people in a file share a few, and the check is most of the cost."""
    return _checked(f"a@{domain}").rpartition("@")[2]


def _checked(address: str) -> str:
    try:
        return mail_address(address).address
    except FollowupError as error:
        raise Unreadable("is not an email address") from error
