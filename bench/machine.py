"""What the figures were measured on: without it they mean nothing."""

import os
import platform
import re
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from engine.frozen import Frozen


class Machine(Frozen):
    """A machine, and what runs on it."""

    cpu: str
    cores: int
    memory_gb: float
    system: str
    python: str
    sdk: str
    """Temporal's SDK for Python."""
    at: datetime
    load: float
    """How many processes wanted a core in the minute before; above none at all, others are in the figures."""

    @classmethod
    def this(cls) -> "Machine":
        """The machine we run on."""
        pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        return cls(
            cpu=_cpu(),
            cores=os.cpu_count() or 1,
            memory_gb=round(pages / 2**30, 1),
            system=f"{platform.system()} {platform.machine()}",
            python=platform.python_version(),
            sdk=version("temporalio"),
            at=datetime.now(UTC).replace(microsecond=0),
            load=round(os.getloadavg()[0], 2),
        )

    @property
    def slug(self) -> str:
        """A name for files."""
        return f"{self.cores}x-{re.sub(r'[^a-z0-9]+', '-', self.cpu.lower()).strip('-')}"


def _cpu() -> str:
    about = Path("/proc/cpuinfo")
    if about.exists():
        named = re.search(r"^model name\s*:\s*(.+)$", about.read_text(), re.MULTILINE)
        if named:
            return named[1].strip()
    return platform.processor() or platform.machine()
