"""
The checks of `followup doctor`: this machine, its settings, and everything they are connected to.

    async for finding in examined(environment):
        ...

A check that cannot be made, because another one failed, is left out: the first cause is what has to be mended.
"""

import re
import sys
from collections import abc
from contextlib import ExitStack
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, requires, version
from itertools import islice
from pathlib import Path
from typing import Final

from dotenv import dotenv_values
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    DescribeTaskQueueRequest,
    GetSystemInfoRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from adapters import schema
from adapters.catalogue import published
from adapters.database import UPGRADE
from adapters.providers import refuse_live
from adapters.settings import Settings, read_settings, unknown_names
from adapters.views.standing import open_leads_by_stage
from api.office import Office
from api.strangers import compared
from api.temporal import FORBIDDEN, connect, require_search_attributes
from engine.errors import FollowupError
from engine.frozen import Frozen
from workflows.names import LEADS_QUEUE, QUEUES

LAST_OF_RECORDS: Final = "pipeline_map"
"""The check that is made only where the records can be read."""

OLDEST_PYTHON: Final = (3, 11)
OLDEST_SERVER: Final = (1, 31)
"""What finding stuck leads and priorities rely on."""

NOT_SETTINGS: Final = frozenset({"FOLLOWUP_USER", "FOLLOWUP_TEST_POSTGRES_URL"})
"""Names of ours that no process reads as a setting: who commands from the shell, and the database of the tests."""


class Level(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(Frozen):
    """What one check found."""

    check: str
    level: Level
    found: str
    fix: str = ""
    """What to do; empty when nothing has to be done."""
    unreachable: bool = False
    """It failed because something does not answer."""


Findings = abc.Iterator[Finding]
Asked = abc.AsyncIterator[Finding]


async def examined(environment: abc.Mapping[str, str], env_file: Path = Path(".env")) -> Asked:
    """Every check that can be made, one after another."""
    yield _python()
    yield _time_zones()
    settings, finding = _settings(environment, env_file)
    yield finding
    with ExitStack() as stack:
        office = None if settings is None else stack.enter_context(Office(settings))
        records: list[Finding] = []
        if office is not None:
            yield _providers(office.settings)
            records = list(_records(office))
            for finding in records:
                yield finding
        readable = bool(records) and records[-1].check == LAST_OF_RECORDS
        async for finding in _temporal(office if readable else None):
            yield finding


# --- this machine -----------------------------------------------------------------------------------------------------


def _python() -> Finding:
    here, needed = ".".join(map(str, sys.version_info[:3])), ".".join(map(str, OLDEST_PYTHON))
    if sys.version_info < OLDEST_PYTHON:
        return _fail("python", f"Python {here}", f"install Python {needed} or newer")
    return _ok("python", f"Python {here}")


def _time_zones() -> Finding:
    """Our processes read the rules of this package and no others."""
    installed, oldest = _tzdata()
    if installed is None or _numbers(installed) < _numbers(oldest):
        return _fail("tzdata", f"tzdata {installed or 'is missing'}", f"install tzdata {oldest} or newer")
    return _ok("tzdata", f"tzdata {installed}")


def _tzdata() -> tuple[str | None, str]:
    """The version installed, and the oldest that this release takes."""
    try:
        installed = version("tzdata")
        wanted = next(line for line in requires("followup-engine") or () if line.startswith("tzdata"))
    except PackageNotFoundError:
        return None, "of the lock file"
    return installed, wanted.partition(">=")[2]


def _settings(environment: abc.Mapping[str, str], env_file: Path) -> tuple[Settings | None, Finding]:
    try:
        settings = read_settings(env_file)
    except FollowupError as error:
        return None, _broken("settings", error)
    strangers = sorted(set(unknown_names({**_said_in(env_file), **environment})) - NOT_SETTINGS)
    if strangers:
        return settings, _fail("settings", f"nobody reads {', '.join(strangers)}", "correct the name, or unset it")
    return settings, _ok("settings", f"environment {settings.environment}")


def _said_in(env_file: Path) -> dict[str, str]:
    return {name: value or "" for name, value in dotenv_values(env_file).items()}


# --- what messages leave by -------------------------------------------------------------------------------------------


def _providers(settings: Settings) -> Finding:
    try:
        refuse_live(settings)
    except FollowupError as error:
        return _broken("providers", error)
    return _ok("providers", "the Outbox: every message is kept and shown, none leaves")


# --- the records ------------------------------------------------------------------------------------------------------


def _records(office: Office) -> Findings:
    try:
        found = schema.current(office.database)
        yield _ok("database", f"{office.database.kind} {office.database.place}")
        needed = schema.head()
        if found != needed:
            told = f"the database is at revision {found or 'none'}, and {needed} is needed"
            yield _fail("migrations", told, UPGRADE)
            return
        yield _ok("migrations", f"revision {found}")
        yield _pipeline_map(office)
    except FollowupError as error:
        yield _broken("database", error)


def _pipeline_map(office: Office) -> Finding:
    with office.database.reading() as transaction:
        pipeline = published(transaction).pipeline
        standing = open_leads_by_stage(transaction)
    unmapped = {name: many for name, many in standing.items() if pipeline is None or not pipeline.has(name)}
    if unmapped:
        named = ", ".join(f"{name!r} ({many:,})" for name, many in islice(unmapped.items(), 10))
        found = f"open leads stand in stages of the CRM that mean nothing here: {named}"
        return _fail(LAST_OF_RECORDS, found, "add them to the pipeline, then restart the workers, who publish it")
    return _ok(LAST_OF_RECORDS, f"open leads stand in {len(standing)} stages of the CRM, all with a meaning")


# --- Temporal ---------------------------------------------------------------------------------------------------------


async def _temporal(office: Office | None) -> Asked:
    """What Temporal says; where the records can be read, also whether both speak of the same leads."""
    try:
        client = await connect()
        for name, check in CHECKS.items():
            finding = await _asked(name, check(client))
            yield finding
            if finding.level is Level.FAIL and check is _namespace:
                return
        if office is not None:
            yield await _asked("workflows", _workflows(office, client))
    except FollowupError as error:
        yield _broken("temporal", error)


async def _asked(name: str, check: abc.Awaitable[Finding]) -> Finding:
    try:
        return await check
    except RPCError as error:
        if error.status in FORBIDDEN:
            return _warn(name, "asking is not permitted with these credentials", "ask whoever runs Temporal")
        found = f"Temporal answers {error.status.name.lower()}"
        return _fail(name, found, "see the server's log").model_copy(update={"unreachable": True})


async def _server(client: Client) -> Finding:
    said = (await client.workflow_service.get_system_info(GetSystemInfoRequest())).server_version
    if _numbers(said) < OLDEST_SERVER:
        return _fail("temporal", f"server {said}", "run server 1.31 or newer")
    return _ok("temporal", f"server {said} at {client.service_client.config.target_host}")


async def _namespace(client: Client) -> Finding:
    try:
        await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        create = f"followup temporal operator namespace create -n {client.namespace}"
        return _fail("namespace", f"there is no namespace {client.namespace}", create)
    return _ok("namespace", client.namespace)


async def _search_attributes(client: Client) -> Finding:
    try:
        await require_search_attributes(client)
    except FollowupError as error:
        return _broken("search_attributes", error)
    return _ok("search_attributes", "LeadStage and LeadState")


async def _pollers(client: Client) -> Finding:
    queues = {LEADS_QUEUE: TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW}
    queues |= dict.fromkeys(sorted(set(QUEUES.values())), TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)
    lonely = [name for name, kind in queues.items() if not await _is_polled(client, name, kind)]
    if lonely:
        return _fail(
            "pollers", f"no worker takes from {', '.join(lonely)}", "start one: followup dev, or python -m worker"
        )
    return _ok("pollers", f"workers take from {', '.join(queues)}")


async def _is_polled(client: Client, queue: str, kind: TaskQueueType.ValueType) -> bool:
    request = DescribeTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind
    )
    return len((await client.workflow_service.describe_task_queue(request)).pollers) > 0


async def _workflows(office: Office, client: Client) -> Finding:
    """Leads of another database, or of one that was restored, run in Temporal and have no row here."""
    seen = await compared(office, client)
    if seen.unknown:
        told = (
            f"Temporal runs {seen.running:,} leads, {seen.open:,} are open in the records, and of {len(seen.unknown):,}"
            f" there is no row at all, such as {', '.join(seen.unknown[:3])}"
        )
        return _fail("workflows", told, "is this the right database? See 'After a disaster' in docs/a-lead-is-stuck.md")
    return _ok("workflows", f"Temporal runs {seen.running:,} leads, {seen.open:,} are open in the records")


CHECKS: Final[dict[str, abc.Callable[[Client], abc.Awaitable[Finding]]]] = {
    "temporal": _server,
    "namespace": _namespace,
    "search_attributes": _search_attributes,
    "pollers": _pollers,
}
"""What is asked of Temporal alone, by the name of the check."""


# --- findings ---------------------------------------------------------------------------------------------------------


def _ok(check: str, found: str) -> Finding:
    return Finding(check=check, level=Level.OK, found=found)


def _warn(check: str, found: str, fix: str) -> Finding:
    return Finding(check=check, level=Level.WARN, found=found, fix=fix)


def _fail(check: str, found: str, fix: str) -> Finding:
    return Finding(check=check, level=Level.FAIL, found=found, fix=fix)


def _broken(check: str, error: FollowupError) -> Finding:
    what = f"{error.what}: {error.where}" if error.code == "DBS009" else error.what  # which file is the whole question
    found = f"{what}: {error.why}" if error.why else what
    unreachable = error.code in UNREACHABLE
    return Finding(check=check, level=Level.FAIL, found=found, fix=error.next, unreachable=unreachable)


UNREACHABLE: Final = frozenset({"DBS001", "TMP001"})


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])
