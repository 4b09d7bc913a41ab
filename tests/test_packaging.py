"""What a user installs is complete and quick."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAVY = {"pydantic", "sqlalchemy", "temporalio", "jinja2", "rich", "twilio", "sendgrid", "starlette", "pytest"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """An environment that holds the built wheel and its locked dependencies, and nothing of the checkout."""
    environment = Path(tmp_path_factory.mktemp("installed")) / "venv"
    options = ["--frozen", "--no-dev", "--no-editable", "--reinstall-package", "followup-engine", "--quiet"]
    for network in (["--offline"], []):  # what `make` installed lies in uv's cache
        done = subprocess.run(
            [uv(), "sync", *options, *network],
            cwd=ROOT,
            env={**os.environ, "UV_PROJECT_ENVIRONMENT": str(environment)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            return environment
    raise OSError(f"the package could not be installed: {done.stderr}")


def uv() -> str:
    """The uv that `make` uses."""
    for candidate in (shutil.which("uv"), ROOT / ".cache" / "uv" / "bin" / "uv"):
        if candidate and Path(candidate).exists():
            return str(candidate)
    raise OSError("there is no uv: run `make setup`")


def test_the_installed_command_helps_without_reading_what_it_does_not_need(installed, tmp_path):
    """A command that thinks before it helps is not used; heavy imports belong inside the verbs that need them."""
    helped = subprocess.run(
        [installed / "bin" / "python", "-X", "importtime", installed / "bin" / "followup", "--help"],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert helped.returncode == 0, helped.stderr
    assert "Usage" in helped.stdout
    read = {line.rpartition("|")[2].strip().partition(".")[0] for line in helped.stderr.splitlines()}
    assert "typer" in read
    assert read.isdisjoint(HEAVY)


def test_the_license_and_the_templates_travel_with_the_package(installed):
    """The one is the law, without the other no message can be rendered."""
    site = next((installed / "lib").glob("python*")) / "site-packages"
    assert next(site.glob("followup_engine-*.dist-info/licenses/LICENSE")).read_text().startswith("MIT License")
    for folder in ("sequences/templates", "adapters/scaffold/texts"):
        sources = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
        assert sources
        assert [path for path in sources if not (site / path.relative_to(ROOT)).exists()] == []
    assert (site / "sequences" / "catalogue.py").exists()
    assert not (site / "sequences" / "tests").exists(), "what is tested here need not be tested there"
