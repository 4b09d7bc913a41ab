"""
The build that recorded a release's histories: its workflow package and all of ours that it imports, in one archive.

It lies beside the histories, so that a rollback is tried without git and without a network, on any machine. Nobody
edits an archive in passing, and `SHA256SUMS` tells when somebody does.
"""

import ast
import hashlib
import json
import os
import subprocess
import sys
from collections import abc
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

HOUSE = Path(__file__).parents[2]
RELEASES = sorted(
    (path.parent for path in Path(__file__).parent.glob("*/due.json")),
    key=lambda folder: [int(number) for number in folder.name.split(".")],
)
"""What was recorded, the oldest release first."""

OLD_BUILD = Path(__file__).with_name("old_build.py")
BUILD = "build.zip"
SUMS = "SHA256SUMS"

COMMANDING = (
    "engine/frozen.py",
    "engine/life/turn.py",
    "workflows/lead.py",
    "workflows/names.py",
    "workflows/plugin.py",
    "workflows/scraps.py",
)
"""
What decides which commands a workflow gives, and how what it carries is written and read; timeouts, summaries and pages
may change at any deploy.
"""

IMPORTED = (
    "import json, sys, workflows.plugin\n"
    "ours = [m.__file__ for n, m in sys.modules.items() if n.partition('.')[0] in ('engine', 'workflows')]\n"
    "print(json.dumps(ours))\n"
)


def freeze(folder: Path) -> None:
    """Keep today's build in the folder, unless there is one, and the digests of all that is in it."""
    if not (folder / BUILD).exists():
        with ZipFile(folder / BUILD, "w", ZIP_DEFLATED) as archive:
            for name in _imported():
                archive.writestr(ZipInfo(name), (HOUSE / name).read_bytes(), ZIP_DEFLATED)
    (folder / SUMS).write_text("".join(f"{digest}  {name}\n" for name, digest in sorted(digests(folder).items())))


def digests(folder: Path) -> dict[str, str]:
    """The digest of each file that was recorded."""
    files = [path for path in folder.iterdir() if path.name != SUMS]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def noted_digests(folder: Path) -> dict[str, str]:
    """The digests as they were when the folder was recorded; `sha256sum -c SHA256SUMS` compares them too."""
    pairs = (line.split("  ") for line in (folder / SUMS).read_text().splitlines())
    return {name: digest for digest, name in pairs}


def differs(folder: Path) -> bool:
    """Whether the folder holds the build of another workflow class than today's; comments do not count."""
    if not (folder / BUILD).exists():
        return False
    with ZipFile(folder / BUILD) as archive:
        return any(_code(archive.read(name)) != _code((HOUSE / name).read_bytes()) for name in COMMANDING)


def replayed_by(folder: Path, histories: abc.Sequence[Path]) -> dict[str, str | None]:
    """What this folder's build says of each history, in a process of its own: None when it replays, else the error."""
    command = [sys.executable, str(OLD_BUILD), str(folder / BUILD), *map(str, histories)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=folder)
    if ended.returncode:
        raise RuntimeError(f"the build of {folder.name} cannot be run: {ended.stderr}")
    said: dict[str, str | None] = json.loads(ended.stdout.splitlines()[-1])
    return said


def _imported() -> list[str]:
    """What the workflow package imports of ours, as paths in the house."""
    command = [sys.executable, "-c", IMPORTED]
    listed = subprocess.run(command, cwd=HOUSE, env={"PYTHONPATH": str(HOUSE)}, capture_output=True, check=True)
    return sorted(str(Path(file).relative_to(HOUSE)) for file in json.loads(listed.stdout))


def _code(source: bytes) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [each for each in node.body if not _is_text(each)]
    return ast.dump(tree)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
