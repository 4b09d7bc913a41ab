"""The compose file holds together, although no container engine is at hand to say so."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.settings import Settings
from cli.temporal_server import search_attributes
from tests.test_env_example import example_names

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "docker-compose.yml"
PINNED = {"temporalio/temporal": "1.9.1", "postgres": "16"}
TEMPORAL_NAMES = {"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE"}
SETTINGS = {f"FOLLOWUP_{name.upper()}" for name in Settings.model_fields}

COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]

every_service = pytest.mark.parametrize("name", SERVICES)
each_of_ours = pytest.mark.parametrize("name", OURS)


def test_every_word_is_one_that_compose_knows():
    """A misspelt `healthcheck` is silently no health check."""
    check = Path(sys.executable).with_name("check-jsonschema")
    checked = subprocess.run(
        [check, "--builtin-schema", "vendor.compose-spec", FILE], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


@every_service
def test_whatever_a_service_waits_for_exists_and_can_be_waited_for(name):
    """The schema passes a wait for a service that does not exist, or that never becomes healthy."""
    for other, how in SERVICES[name].get("depends_on", {}).items():
        match how["condition"]:
            case "service_healthy":
                assert "healthcheck" in SERVICES[other]
            case "service_completed_successfully":
                assert SERVICES[other]["restart"] == "no"
            case condition:
                raise AssertionError(f"{name} waits for {other} on {condition}")


@every_service
def test_data_lives_in_named_volumes(name):
    """A path on the host belongs to one machine, and an anonymous volume is lost with its container."""
    for volume in SERVICES[name].get("volumes", ()):
        assert volume.split(":")[0] in COMPOSE["volumes"]


@every_service
def test_ports_are_open_to_this_machine_only(name):
    """A development database on a café's network is everybody's."""
    assert all(str(port).startswith("127.0.0.1:") for port in SERVICES[name].get("ports", ()))


@every_service
def test_images_are_pinned(name):
    """What ran yesterday runs today."""
    image, _, tag = SERVICES[name]["image"].partition(":")
    assert tag == PINNED.get(image, "0.1.0")


def test_no_password_stands_in_the_file():
    """A default password is everybody's password; a variable that is missing must say so."""
    assert "version" not in COMPOSE
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if "PASSWORD" in variable or "://" in value:
                assert re.search(r"\$\{\w+:\?[^}]+\}", value), f"{name}: {variable}"


def test_every_variable_of_the_file_is_explained_in_the_example():
    """Whoever copies .env.example to .env has seen them all."""
    used = set(re.findall(r"\$\{(\w+)", FILE.read_text()))
    assert used
    assert used <= example_names()


@each_of_ours
def test_our_containers_are_given_settings_that_exist(name):
    """A misspelt setting would be ignored, and its default used."""
    assert set(SERVICES[name]["environment"]) <= SETTINGS | TEMPORAL_NAMES


@each_of_ours
def test_our_containers_can_change_nothing(name):
    """An intruder finds no file to write, no root and no capability."""
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert re.search(r"^USER [1-9]\d+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)


@each_of_ours
def test_the_commands_of_our_containers_exist(name):
    """A renamed verb would be found out by the first person who starts the containers."""
    program, *arguments = SERVICES[name]["command"]
    if program == "python":
        assert arguments == ["-m", "worker"]
        return
    assert program == "followup"
    helped = subprocess.run(
        [sys.executable, "-m", "cli.main", *arguments, "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert helped.returncode == 0, helped.stderr


def test_a_worker_is_given_time_to_finish():
    """Cut off in the middle of a touch, nobody knows whether it was sent."""
    grace = int(SERVICES["worker"]["stop_grace_period"].removesuffix("s"))
    assert grace > Settings.model_fields["graceful_shutdown_seconds"].default


def test_the_development_server_knows_our_search_attributes():
    """They are declared once in code; a server without them fails the first workflow task."""
    declared = {argument.partition("=")[2] for argument in temporal_arguments("--search-attribute")}
    assert declared == set(search_attributes())


def temporal_arguments(flag: str) -> list[str]:
    return [word for word in shlex.split(" ".join(SERVICES["temporal"]["command"])) if word.startswith(flag)]
