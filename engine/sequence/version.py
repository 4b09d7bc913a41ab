"""The identity of a sequence version: a hash over what it says and over the texts it sends."""

import json
from hashlib import sha256

from engine.life.wishes import TemplateRef
from engine.sequence.compiled import Sequence

HASH_LENGTH = 12
LARGEST = 16 * 1024
"""Bytes of canonical JSON; every lead carries its sequence on its row."""


def canonical_json(sequence: Sequence) -> str:
    """The compiled sequence as JSON, the same bytes on every machine and for ever."""
    return _canonical(sequence.model_dump(mode="json", exclude_none=True))


def version_of(sequence: Sequence, templates: tuple[TemplateRef, ...]) -> str:
    """`name@hash12`; the order of the templates does not matter."""
    digests = {template.name: template.digest for template in templates}
    whole = canonical_json(sequence) + _canonical(digests)
    return f"{sequence.name}@{sha256(whole.encode()).hexdigest()[:HASH_LENGTH]}"


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
