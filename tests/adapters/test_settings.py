"""What a deployment may say, and what it is told when it says it wrongly."""

from datetime import time, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from adapters.settings import DEVELOPMENT_KEY, Environment, Settings, read_settings, unknown_names
from adapters.windows import window_of
from engine.errors import FollowupError


def test_the_defaults_are_enough_for_a_first_run():
    """Nobody should have to write a file before seeing the product."""
    settings = read_settings(env_file=None)
    assert settings.environment is Environment.DEVELOPMENT
    assert not settings.live
    assert settings.database_url.get_secret_value().startswith("sqlite:///")


def test_lists_and_hours_are_written_as_people_write_them(monkeypatch):
    """JSON in an environment variable is a trap for whoever operates this."""
    monkeypatch.setenv("FOLLOWUP_LOOK_UP_SECONDS", "1, 2.5")
    monkeypatch.setenv("FOLLOWUP_CONSENT_REQUIRED", "sms,voice")
    monkeypatch.setenv("FOLLOWUP_OWNER_HOURS", "Mon-Sun 00:00-24:00")
    settings = read_settings(env_file=None)
    assert settings.policy().look_ups == (timedelta(seconds=1), timedelta(seconds=2.5))
    assert [channel.value for channel in settings.consent_required] == ["sms", "voice"]
    assert {block.closes for block in settings.owner_hours.blocks} == {time(0)}


def test_a_secret_may_come_from_a_file(monkeypatch, tmp_path):
    """Orchestrators hand out secrets as files."""
    (tmp_path / "key").write_text("secret\n")
    monkeypatch.setenv("FOLLOWUP_LINK_KEY_FILE", str(tmp_path / "key"))
    assert read_settings(env_file=None).link_key.get_secret_value() == "secret"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        pytest.param("ORG_ZONE", "Mars/Olympus", "CFG001", id="a zone that is none"),
        pytest.param("OWNER_HOURS", "whenever", "CFG001", id="hours nobody can read"),
        pytest.param("PROVIDER_DEADLINE_SECONDS", "31", "CFG001", id="a request longer than its attempt"),
        pytest.param("ADDRESS_KEY_FILE", "/nowhere/at/all", "CFG001", id="a secret file that is not there"),
        pytest.param("ADDRESS_KEY_FILE", "/bin/ls", "CFG001", id="a secret file that is no text"),
        pytest.param("FAULTS", "after_lunch", "CFG004", id="a crash point that is none"),
    ],
)
def test_what_cannot_be_used_is_named(monkeypatch, name, value, code):
    """The person who starts the worker must read which setting to mend."""
    monkeypatch.setenv(f"FOLLOWUP_{name}", value)
    with pytest.raises(FollowupError) as refused:
        read_settings(env_file=None)
    assert refused.value.code == code
    assert name.removesuffix("_FILE").lower() in str(refused.value).lower()


@pytest.mark.parametrize("content", ["FOLLOWUP_COMPANY_NAME=Café\n".encode("latin-1"), b"\x7fELF\x00\xd0"])
def test_a_dotenv_that_is_no_text_is_named(tmp_path, content):
    """An editor that saves Latin-1 must not end in a traceback."""
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(FollowupError, match="no text in UTF-8") as refused:
        read_settings(env_file=tmp_path / ".env")
    assert refused.value.code == "CFG001"


def test_a_secret_given_twice_is_refused(monkeypatch, tmp_path):
    """Nobody can tell which one is meant, and the wrong one may be live."""
    monkeypatch.setenv("FOLLOWUP_LINK_KEY", "one")
    monkeypatch.setenv("FOLLOWUP_LINK_KEY_FILE", str(tmp_path / "other"))
    with pytest.raises(FollowupError) as refused:
        read_settings(env_file=None)
    assert refused.value.code == "CFG002"


PRODUCTION = {"environment": "production", "address_key": "a-real-key", "link_key": "another"}


def test_production_starts_with_keys_of_its_own():
    """The control of the next test: it is the missing part that is refused."""
    assert Settings.model_validate(PRODUCTION).environment is Environment.PRODUCTION


@pytest.mark.parametrize(
    "unfit",
    [
        pytest.param({"faults": "after_claim:3"}, id="crash points"),
        pytest.param({"address_key": DEVELOPMENT_KEY}, id="a published address key"),
        pytest.param({"link_key": DEVELOPMENT_KEY}, id="a published link key"),
    ],
)
def test_production_refuses_what_belongs_to_a_drill(unfit):
    """A worker that kills itself, or links anybody can forge, must not start where real people are written to."""
    with pytest.raises(ValidationError):
        Settings.model_validate(PRODUCTION | unfit)


def test_secrets_never_show():
    """Settings end up in tickets: in a repr, a traceback, an error."""
    canary = "canary-4711"
    settings = Settings(database_url=f"postgresql+psycopg://app:{canary}@db/followup", address_key=canary)  # type: ignore[arg-type] # pydantic turns text into a secret
    assert canary not in repr(settings)
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({"address_key": [canary], "org_zone": canary})
    assert canary not in str(refused.value)


def test_misspelled_names_are_found():
    """A setting nobody reads is a deployment that believes something false."""
    environment = {"FOLLOWUP_DATABSE_URL": "x", "FOLLOWUP_DATABASE_URL_FILE": "y", "PATH": "z"}
    assert unknown_names(environment) == ("FOLLOWUP_DATABSE_URL",)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Mon-Fri", id="no hours"),
        pytest.param("Fri-Mon 09:00-17:00", id="days backwards"),
        pytest.param("Mon 17:00-09:00", id="hours backwards"),
        pytest.param("Foo 09:00-17:00", id="no such day"),
        pytest.param("Mon 09:00-25:00", id="no such hour"),
        pytest.param("", id="nothing"),
    ],
)
def test_opening_hours_that_mean_nothing_are_refused(text):
    """A window that is read wrongly sends at night."""
    with pytest.raises(FollowupError) as refused:
        window_of(text)
    assert refused.value.code == "CFG003"


def test_opening_hours_may_differ_by_day():
    """The legal tables have another Saturday than Monday."""
    window = window_of("Mon-Fri 08:00-21:00, Sat 08:00-12:00")
    assert [block.weekday for block in window.blocks] == [0, 1, 2, 3, 4, 5]
    assert window.blocks[-1].closes == time(12)


def test_dotenv_stands_behind_the_environment(monkeypatch, tmp_path):
    """What an operator sets for one run must win over the file."""
    file = tmp_path / ".env"
    file.write_text(
        "FOLLOWUP_COMPANY_NAME=From file\nFOLLOWUP_BOOKING_URL=https://example.com/b\nTEMPORAL_ADDRESS=elsewhere:7233\n"
    )
    monkeypatch.setenv("FOLLOWUP_COMPANY_NAME", "From environment")
    settings = read_settings(env_file=Path(file))
    assert (settings.company_name, settings.booking_url) == ("From environment", "https://example.com/b")


@pytest.mark.parametrize(("environment", "invented"), [("development", True), ("demo", True), ("test", False)])
def test_what_only_real_mail_needs_is_invented_where_nothing_is_real(environment: str, invented: bool) -> None:
    """A newcomer's first lead must not be parked because nobody has told our postal address yet."""
    settings = Settings.model_validate({"environment": environment})
    assert (settings.footer_address is not None) is invented
    assert ("company_phone" in settings.our_tokens()) is invented
