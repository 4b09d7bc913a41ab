"""What a user installs is complete and quick."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
QUICK_SECONDS = 0.5


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


def test_the_installed_command_answers_at_once(installed, tmp_path):
    """A command that thinks before it helps is not used; heavy imports belong inside the verbs that need them."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    seconds = []
    for _ in range(6):  # the first one writes the byte code
        began = time.perf_counter()
        helped = subprocess.run(
            [installed / "bin" / "followup", "--help"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        seconds.append(time.perf_counter() - began)
        assert helped.returncode == 0, helped.stderr
        assert "Usage" in helped.stdout
    assert min(seconds) < QUICK_SECONDS


def test_the_license_and_the_templates_travel_with_the_package(installed):
    """The one is the law, without the other no message can be rendered."""
    site = next((installed / "lib").glob("python*")) / "site-packages"
    assert next(site.glob("followup_engine-*.dist-info/licenses/LICENSE")).read_text().startswith("MIT License")
    for source in (ROOT / "sequences").rglob("*.j2"):
        assert (site / source.relative_to(ROOT)).exists()
