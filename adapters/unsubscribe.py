"""Unsubscribe links: opaque, never expiring, and forgeable by nobody."""

import hmac
from base64 import urlsafe_b64encode

from pydantic import SecretStr

from engine.words import TouchKey

SIGNATURE_BYTES = 12


def token_of(touch_key: TouchKey, key: SecretStr) -> str:
    """The token in the unsubscribe link of one message."""
    return f"{touch_key}.{_signature(touch_key, key)}"


def touch_of(token: str, key: SecretStr) -> TouchKey | None:
    """The message whose link this is; None when we never made it."""
    touch_key, _, signature = token.rpartition(".")
    if not token.isascii() or not hmac.compare_digest(signature, _signature(touch_key, key)):
        return None
    return TouchKey(touch_key)


def link_of(touch_key: TouchKey, base_url: str, key: SecretStr) -> str:
    """The unsubscribe link of one message."""
    return f"{base_url.rstrip('/')}/u/{token_of(touch_key, key)}"


def _signature(touch_key: str, key: SecretStr) -> str:
    digest = hmac.digest(key.get_secret_value().encode(), f"unsubscribe:{touch_key}".encode(), "sha256")
    return urlsafe_b64encode(digest[:SIGNATURE_BYTES]).decode()
