"""The identity of a sequence version."""

import os
import subprocess
import sys
from pathlib import Path

from engine.authoring import calendar, email, finish, sequence, stage
from engine.life.wishes import TemplateRef
from engine.sequence.version import canonical_json, version_of

ROOT = Path(__file__).parents[3]
HELLO = TemplateRef(name="life/hello", digest="aa")
BYE = TemplateRef(name="life/bye", digest="bb")

GOLDEN = "life@a9c24a3650c5"

PRINT = """
from tests.engine.sequence.test_version import HELLO, BYE, life
from engine.sequence.version import version_of
print(version_of(life(), (HELLO, BYE)))
"""


def life(days: int = 3):
    plan = stage(
        "nurture", email("hello"), email("bye", after=calendar(days=days)), otherwise=finish(after=calendar(days=1))
    )
    return sequence("life", plan, maintainer="ops", starts=["captured"]).part


def test_the_version_is_the_one_that_leads_already_carry():
    """A change of this value means that every published sequence has become another one: raise FORMAT and say so."""
    assert version_of(life(), (HELLO, BYE)) == GOLDEN


def test_it_is_the_same_in_every_process():
    """Two workers must agree on what a version is called, whatever their hash seed."""
    for seed in ("0", "1"):
        told = subprocess.run(
            [sys.executable, "-c", PRINT],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert told.stdout.strip() == GOLDEN


def test_the_order_of_the_templates_does_not_matter():
    """They are found in whatever order the steps name them."""
    assert version_of(life(), (BYE, HELLO)) == version_of(life(), (HELLO, BYE))


def test_another_text_is_another_version():
    """A lead is promised the words it was enrolled with."""
    assert version_of(life(), (HELLO, TemplateRef(name="life/bye", digest="cc"))) != GOLDEN


def test_another_delay_is_another_version():
    """Nothing that a lead would notice may change under the same name."""
    assert version_of(life(days=4), (HELLO, BYE)) != GOLDEN


def test_canonical_json_leaves_out_what_nobody_wrote():
    """An optional field that a later release adds must not rename what was published before."""
    text = canonical_json(life())
    assert "null" not in text
    assert ": " not in text
