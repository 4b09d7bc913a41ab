"""One form for every address, and a hash that stands for it where it must not be shown."""

import pytest
from pydantic import SecretStr

from adapters.addresses import domain_of, hashed, mail_address, phone_number
from adapters.unsubscribe import link_of, token_of, touch_of
from engine.errors import FollowupError
from engine.words import TouchKey

KEY, OTHER_KEY = SecretStr("one"), SecretStr("two")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("rosa@example.com", "rosa@example.com", id="as it is"),
        pytest.param("  Rosa.Diaz@EXAMPLE.com ", "rosa.diaz@example.com", id="case and spaces"),
        pytest.param("rosa+news@example.com", "rosa+news@example.com", id="a tag is part of the address"),
        pytest.param("rosa@bücher.example", "rosa@bücher.example", id="another alphabet"),
    ],
)
def test_mail_addresses_are_compared_in_lower_case(text, expected):
    """A suppression under another spelling protects nobody."""
    assert mail_address(text).address == expected


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        pytest.param("(212) 555-0123", "US", "+12125550123", id="as people write it"),
        pytest.param("+44 20 7946 0123", "US", "+442079460123", id="with its country"),
        pytest.param("030 232125", "DE", "+4930232125", id="in its country"),
    ],
)
def test_phone_numbers_are_compared_as_e164(text, country, expected):
    """The same phone must be the same row."""
    assert phone_number(text, country).address == expected


@pytest.mark.parametrize("text", ["", "rosa", "rosa@", "@example.com", "rosa@example.com, ben@example.com", "a\nb@c.d"])
def test_what_is_no_mail_address_is_refused_without_being_quoted(text):
    """Errors are logged."""
    with pytest.raises(FollowupError) as refused:
        mail_address(text)
    assert refused.value.code == "ADR001"
    assert not text or text not in str(refused.value)


@pytest.mark.parametrize("text", ["", "12", "call me", "+1 555 0100", "911"])
def test_what_is_no_phone_number_is_refused(text):
    """A text to it would be an error at the provider, and a cost."""
    with pytest.raises(FollowupError) as refused:
        phone_number(text, "US")
    assert refused.value.code == "ADR002"


def test_a_hash_tells_nobody_who_has_no_key():
    """Phone numbers are few enough to try them all."""
    assert hashed("+12125550123", KEY) == hashed("+12125550123", KEY)
    assert hashed("+12125550123", KEY) != hashed("+12125550123", OTHER_KEY)
    assert hashed("+12125550123", KEY) != hashed("+12125550124", KEY)


def test_the_domain_of_a_mail_address_is_what_limits_count():
    """Only mail has one."""
    assert (domain_of("rosa@example.com"), domain_of("+12125550123")) == ("example.com", None)


def test_an_unsubscribe_link_is_read_back_and_forged_by_nobody():
    """Whoever guesses a link must not unsubscribe somebody else."""
    touch = TouchKey("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
    token = token_of(touch, KEY)
    assert touch_of(token, KEY) == touch
    assert link_of(touch, "https://follow.example.com/", KEY) == f"https://follow.example.com/u/{token}"
    for forged in (token[:-1] + "_", token_of(touch, OTHER_KEY), str(touch), "", ".", "ä.ö"):
        assert touch_of(forged, KEY) is None
