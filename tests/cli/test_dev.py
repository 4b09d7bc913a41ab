"""`followup dev` says only what is so."""

from cli.dev import elsewhere

ADDRESS = "127.0.0.1:7300"


def test_a_port_that_was_asked_for_is_not_said_to_stand_in_for_a_taken_one():
    """Whoever chose the port would look for a program on 7233 that is not there."""
    assert elsewhere(ADDRESS, asked_for=True) == "in other terminals, export TEMPORAL_ADDRESS=127.0.0.1:7300"


def test_a_port_that_was_found_is_explained():
    """Else nobody knows why it is another one today."""
    assert elsewhere(ADDRESS, asked_for=False).startswith("port 7233 is taken: in other terminals, export")
