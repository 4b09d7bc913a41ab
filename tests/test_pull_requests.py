"""What docs/pull-requests.md tells a repository to run is run here, in a repository of an author's own."""

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

HOUSE = Path(__file__).resolve().parents[1]
PAGE = HOUSE / "docs" / "pull-requests.md"
BLOCKS = [part.partition("```\n")[0] for part in PAGE.read_text().split("```yaml\n")[1:]]
CONFIG, WORKFLOW = (yaml.safe_load(block) for block in BLOCKS)
(HOOK,) = yaml.safe_load((HOUSE / ".pre-commit-hooks.yaml").read_text())


class Ended(NamedTuple):
    """A script that has ended."""

    code: int
    said: str


class Repository:
    """A directory with a first sequence in it, and the commands of the installed package on the path."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("FOLLOWUP_", "PYTEST"))}
        self.environment = kept | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(HOUSE),
            "FOLLOWUP_SEQUENCES": WORKFLOW["jobs"]["plan"]["env"]["FOLLOWUP_SEQUENCES"],
            "FOLLOWUP_DATABASE_URL": f"sqlite:///{directory / 'followup.sqlite'}",
        }

    def runs(self, script: str) -> Ended:
        """The script, as the runner would run it."""
        ended = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script],
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout + ended.stderr)


def script(name: str) -> str:
    """What a step of the workflow runs."""
    steps: list[dict[str, Any]] = WORKFLOW["jobs"]["plan"]["steps"]
    found: str = next(step["run"] for step in steps if step.get("name") == name)
    return found


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """As `init` leaves it, with a database that runs nothing yet."""
    own = Repository(tmp_path)
    begun = own.runs("followup sequence init welcome && followup database upgrade")
    assert begun.code == 0, begun.said
    return own


def test_a_pull_request_is_checked_tested_and_planned(repository: Repository) -> None:
    """The comment is the plan, and the page with every message is beside it."""
    for name in ("check", "test", "plan"):
        ended = repository.runs(script(name))
        assert ended.code == 0, ended.said
    plan = (repository.directory / "plan.md").read_text()
    assert plan.startswith("```\n")
    assert plan.endswith("```\n")
    assert "welcome" in plan
    assert "<html" in (repository.directory / "plan.html").read_text()


def test_a_mistake_stands_beside_its_line_and_stops_the_pull_request(repository: Repository) -> None:
    """As GitHub reads it."""
    file = repository.directory / "ours" / "welcome.py"
    file.write_text(file.read_text().replace("email(", "emial(", 1))
    ended = repository.runs(script("check"))
    assert ended.code == 2
    assert "::error file=ours/welcome.py,line=" in ended.said


def test_the_hook_is_the_one_the_page_names_and_refuses_the_same(repository: Repository) -> None:
    """A commit is stopped by what would stop the pull request."""
    assert [hook["id"] for hook in CONFIG["repos"][0]["hooks"]] == [HOOK["id"]]
    entry = shlex.join(shlex.split(HOOK["entry"]))
    assert repository.runs(entry).code == 0
    (repository.directory / "ours" / "welcome.py").write_text("sequence(\n")
    assert repository.runs(entry).code == 2
