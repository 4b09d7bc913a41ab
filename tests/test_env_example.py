"""`.env.example` is the manual of the settings: complete, and right about every default."""

import re
from itertools import pairwise
from pathlib import Path

from adapters.settings import Settings

EXAMPLE = Path(__file__).resolve().parents[1] / ".env.example"
OF_TEMPORAL = {
    "TEMPORAL_ADDRESS",
    "TEMPORAL_NAMESPACE",
    "TEMPORAL_API_KEY",
    "TEMPORAL_TLS",
    "TEMPORAL_TLS_CLIENT_CERT_PATH",
    "TEMPORAL_TLS_CLIENT_KEY_PATH",
    "TEMPORAL_PROFILE",
    "TEMPORAL_CONFIG_FILE",
}
OF_COMPOSE = {"POSTGRES_PASSWORD"}
ENTRY = re.compile(r"^#?([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)


def example_names() -> set[str]:
    """Every variable that the example explains."""
    return {name for name, _ in ENTRY.findall(EXAMPLE.read_text())}


def test_the_example_holds_every_setting_and_no_other():
    """A setting that is not there is not found; one that is no longer there is obeyed by nobody."""
    settings = {f"FOLLOWUP_{name.upper()}" for name in Settings.model_fields}
    assert example_names() == settings | OF_TEMPORAL | OF_COMPOSE


def test_every_entry_is_off_and_says_what_it_is_for():
    """Copied as it is, the example changes nothing; each line is switched on by whoever has read the one above."""
    lines = EXAMPLE.read_text().splitlines()
    for above, line in pairwise(lines):
        if ENTRY.match(line):
            assert line.startswith("#"), line
            assert above.startswith("# ") or ENTRY.match(above), line


def test_switched_on_the_example_says_what_holds_anyway(monkeypatch):
    """The value behind each name is the default, so a reader knows both without looking at code."""
    for name, value in ENTRY.findall(EXAMPLE.read_text()):
        if value and name.startswith("FOLLOWUP_"):
            monkeypatch.setenv(name, value)
    switched_on = Settings(_env_file=None)
    monkeypatch.undo()
    assert switched_on == Settings(_env_file=None)


def test_a_setting_with_a_default_shows_it():
    """An empty value means: there is none until you give one."""
    shown = dict(ENTRY.findall(EXAMPLE.read_text()))
    for name, field in Settings.model_fields.items():
        assert bool(shown[f"FOLLOWUP_{name.upper()}"]) == (field.default not in (None, "", ())), name
