"""How a provider says that it has no receipt: what is certain, and what is not."""

from datetime import timedelta

import pytest

from engine.ports.providers import OutcomeUnknown, ProviderError, Refused, SenderFault, TryLater


@pytest.mark.parametrize("kind", [TryLater, SenderFault])
def test_what_is_certainly_not_sent_says_when_to_try_again(kind: type[TryLater]):
    """A provider that names a time is not asked before; one that names none leaves it to us."""
    assert kind("429", after=timedelta(minutes=5)).after == timedelta(minutes=5)
    assert kind("503").after is None


def test_a_fault_of_ours_is_something_to_try_later():
    """Whoever catches only TryLater must not lose a message to an expired password."""
    assert issubclass(SenderFault, TryLater)


@pytest.mark.parametrize("effect", ["bad_recipient", "opted_out", "bad_content"])
def test_a_refusal_says_what_it_means_for_the_lead(effect):
    """A dead address skips the channel, a refused text asks a person."""
    refused = Refused("550 no such user", effect=effect)
    assert (refused.effect, str(refused)) == (effect, "550 no such user")


@pytest.mark.parametrize("kind", [TryLater, Refused])
def test_an_outcome_nobody_knows_is_none_of_these(kind: type[ProviderError]):
    """It must never be caught by what sends again, or by what gives up."""
    assert not issubclass(OutcomeUnknown, kind)
    assert issubclass(OutcomeUnknown, ProviderError)
