"""What Temporal's own settings say is used, or refused with the setting's name."""

import pytest

from api.temporal import connect
from engine.errors import FollowupError


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("TEMPORAL_PROFILE", "nope", id="no such profile"),
        pytest.param("TEMPORAL_CONFIG_FILE", "/bin/ls", id="a file that is no text"),
        pytest.param("TEMPORAL_CONFIG_FILE", "/", id="a directory"),
        pytest.param("TEMPORAL_TLS_CLIENT_CERT_PATH", "/nope", id="no such certificate"),
        pytest.param("TEMPORAL_TLS_CLIENT_CERT_DATA", "x", id="a certificate without its key"),
        pytest.param("TEMPORAL_ADDRESS", "x y:7233", id="no address"),
    ],
)
async def test_a_setting_that_cannot_be_used_is_named(monkeypatch, name, value):
    """It was set somewhere, by somebody who is not there now; a traceback does not say where."""
    monkeypatch.setenv(name, value)
    with pytest.raises(FollowupError) as refused:
        await connect()
    assert (refused.value.code, refused.value.where) == ("TMP003", name)
    assert refused.value.why
