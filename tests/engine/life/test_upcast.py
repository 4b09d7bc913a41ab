"""A lead may sleep for years: what was stored is read for ever."""

import json

import pytest

from engine.errors import FollowupError
from engine.life import upcast
from engine.life.progress import SCHEMA_VERSION
from engine.life.wishes import Plan


def empty(version: str) -> Plan:
    """A shelf nobody should look on."""
    raise AssertionError(version)


def test_a_newer_memory_is_refused_with_its_code():
    """An older worker that wrote a newer memory back would lose what it does not know."""
    with pytest.raises(FollowupError) as refused:
        upcast.load(json.dumps({"schema_version": SCHEMA_VERSION + 1}), empty)
    assert refused.value.code == "DBS004"


def test_every_older_version_has_an_upcast():
    """Raising the version without saying how the old one is read would strand every sleeping lead."""
    assert sorted(upcast.UPCASTS) == list(range(1, SCHEMA_VERSION))
