"""Words for fields and conditions."""

import pytest

from engine.authoring import all_of, any_of, can, field, not_, open_now, outcome
from engine.sequence.compiled import (
    AllOf,
    AnyOf,
    Can,
    FieldAtLeast,
    FieldBelow,
    FieldIs,
    FieldKnown,
    Not,
    OpenNow,
    OutcomeIs,
)
from engine.sequence.fields import DeclaredField
from engine.words import Channel

source = field.choice("source", "web_form", "ad")
heat = field.number("heat")
vip = field.flag("vip")
won_on = field.date("won_on")

AD = FieldIs(field="source", values=("ad",))


@pytest.mark.parametrize(
    ("written", "compiled"),
    [
        pytest.param(source.is_("ad"), AD, id="a choice"),
        pytest.param(vip.is_(False), FieldIs(field="vip", values=(False,)), id="a flag"),
        pytest.param(won_on.known(), FieldKnown(field="won_on"), id="known"),
        pytest.param(heat.at_least(70), FieldAtLeast(field="heat", n=70), id="at least"),
        pytest.param(heat.below(39.5), FieldBelow(field="heat", n=39.5), id="below"),
        pytest.param(
            outcome("first-call").is_("voicemail", "given_up"),
            OutcomeIs(step="first-call", outcomes=("voicemail", "given_up")),
            id="an outcome",
        ),
        pytest.param(can("sms"), Can(channel=Channel.SMS), id="a channel"),
        pytest.param(open_now, OpenNow(), id="open now"),
        pytest.param(all_of(source.is_("ad"), open_now), AllOf(parts=(AD, OpenNow())), id="all of"),
        pytest.param(any_of(source.is_("ad"), open_now), AnyOf(parts=(AD, OpenNow())), id="any of"),
        pytest.param(not_(source.is_("ad")), Not(part=AD), id="not"),
    ],
)
def test_a_condition_is_the_compiled_condition(written, compiled):
    """What a lead is asked must be what was written."""
    assert written.part == compiled


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        pytest.param(source, DeclaredField(name="source", kind="choice", values=("web_form", "ad")), id="choice"),
        pytest.param(heat, DeclaredField(name="heat", kind="number"), id="number"),
        pytest.param(won_on, DeclaredField(name="won_on", kind="date"), id="date"),
        pytest.param(vip, DeclaredField(name="vip", kind="flag"), id="flag"),
    ],
)
def test_a_field_declares_itself_for_the_records(declared, expected):
    """The database accepts values of declared fields only."""
    assert declared.declared == expected
