"""What a check of the catalogue found."""

from collections.abc import Iterable
from typing import Literal

from engine.frozen import Frozen
from engine.sequence.written import Place

Severity = Literal["error", "warning", "remark"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "remark")
"""An error is not published; a warning probably is not what was meant; a remark is worth a second look."""


class Finding(Frozen):
    """What is wrong, on which line, and what to write instead, under a code that never changes its meaning."""

    severity: Severity
    code: str
    what: str
    where: str
    next: str
    draft: bool = False
    """Whether it is about a draft, which keeps nothing from being published."""


class Report(Frozen):
    """Everything a check found, and whether the catalogue may be published."""

    valid: bool
    findings: tuple[Finding, ...]
    drafts: tuple[str, ...] = ()
    """The sequences that were checked and that the catalogue does not list."""


def error(code: str, what: str, place: Place, next: str) -> Finding:
    """A finding that keeps the catalogue from being published."""
    return Finding(severity="error", code=code, what=what, where=str(place), next=next)


def warning(code: str, what: str, place: Place, next: str) -> Finding:
    """A finding that is probably not what was meant."""
    return Finding(severity="warning", code=code, what=what, where=str(place), next=next)


def remark(code: str, what: str, place: Place, next: str) -> Finding:
    """A finding worth a second look."""
    return Finding(severity="remark", code=code, what=what, where=str(place), next=next)


def in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once, errors first."""
    # A list of reactions that several stages share is found once per stage.
    return tuple(sorted(dict.fromkeys(found), key=lambda finding: SEVERITIES.index(finding.severity)))


def report(findings: tuple[Finding, ...], drafts: tuple[str, ...] = ()) -> Report:
    """The findings, valid when none of them is an error of the catalogue's own."""
    valid = all(finding.draft or finding.severity != "error" for finding in findings)
    return Report(valid=valid, findings=findings, drafts=drafts)
