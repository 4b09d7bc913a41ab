"""
What operations teams keep in their own directory: sequences, fields, templates; and the shell they publish from.

    authors = Authors(tmp_path, shell)
    authors.write("life.py", LIFE)
    authors("sequence", "publish", "--yes")
"""

from pathlib import Path

from tests.support.shell import Said, Shell

LIFE = """
from engine.authoring import *
from {package}.fields import budget

life = sequence(
    "life",
    stage("capture", otherwise=goto("response")),
    stage("response", otherwise=goto("nurture")),
    stage("nurture", *[email(f"mail-{n}", after=calendar(days=3)) for n in range(10)],
          otherwise=goto("re_engage", after=calendar(days=3))),
    stage("re_engage", otherwise=goto("convert", after=calendar(days=3))),
    stage("convert", task("settle", proposes="Lost"), otherwise=goto("retain")),
    stage("retain", otherwise=finish()),
    maintainer="ops",
    starts=["captured", "won"],
)
"""
OFFER = """
from engine.authoring import *

offer = sequence(
    "offer",
    stage("as_is", email("hello", after=elapsed(hours=1)), otherwise=finish(after=calendar(days=7))),
    maintainer="ops", starts=[by_hand("offer")],
)
"""
CATALOGUE = """
from engine.authoring import *
from {package}.life import life
from {package}.offer import offer

CATALOGUE = catalogue(offer, life)
"""
FIELDS = """
from engine.authoring import *

budget = field.number("budget")
"""
MAIL = "---\nvalue: guide\npurpose: commercial\nsubject: Hello\n---\nGood morning, {{ company_name }} here.\n"
SETTLE = "---\nvalue: guide\npurpose: commercial\n---\nSettle it.\n"


class Authors:
    """A directory with two good sequences, and a shell in it."""

    def __init__(self, directory: Path, shell: Shell, package: str) -> None:
        self.directory = directory
        self.package = package
        self.shell = Shell(**shell.variables | {"FOLLOWUP_SEQUENCES": str(directory / package)})
        modules = {"life": LIFE, "offer": OFFER, "catalogue": CATALOGUE, "fields": FIELDS, "__init__": ""}
        for name, text in modules.items():
            self.write(f"{name}.py", text)
        self.says("life/settle.task", SETTLE)
        for name in ("offer/hello", *(f"life/mail-{number}" for number in range(10))):
            self.says(f"{name}.email", MAIL)

    def write(self, file: str, text: str | bytes) -> Path:
        """A file of the package; `{package}` in it is the package's name."""
        path = self.directory / self.package / file
        path.parent.mkdir(parents=True, exist_ok=True)
        raw = text if isinstance(text, bytes) else text.replace("{package}", self.package).encode()
        path.write_bytes(raw)
        return path

    def says(self, template: str, text: str | bytes) -> Path:
        """A template."""
        path = self.directory / self.package / "templates" / template
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def __call__(self, *words: str, **variables: str | None) -> Said:
        """Run `followup` with these words."""
        return self.shell(*words, **variables)
