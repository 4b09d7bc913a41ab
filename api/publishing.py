"""Publish what operations teams wrote: checked as a whole, then in force for every lead that starts from now on."""

from datetime import UTC, datetime

import structlog

from adapters import catalogue as shelf
from adapters import sequence_files
from api.office import Office
from engine.errors import SequenceInvalid
from engine.sequence.check import check

log = structlog.get_logger()


def publish(office: Office, by: str = "worker", message: str = "") -> int:
    """
    Publish the catalogue the settings name; a catalogue that is in force already is left as it is.

    Returns: the number of the publication in force.
    Raises: the first error found in a sequence or template; then nothing was published.
    """
    settings = office.settings
    files = sequence_files.load(settings.catalogue, settings.templates)
    for problem in files.problems():
        raise problem
    for finding in check(files.catalogue, files.template_facts(), files.pipeline, files.folder):
        if finding.severity == "error":
            raise SequenceInvalid(code=finding.code, what=finding.what, where=finding.where, next=finding.next)
    release = files.release()
    with office.database.transaction() as transaction:
        published = shelf.published(transaction)
        if (published.plans, published.pipeline, published.fields) == (release.plans, release.pipeline, release.fields):
            return published.number
        number = shelf.publish(transaction, release, by, message, datetime.now(UTC))
    log.info("catalogue.published", number=number, sequences=len(files.catalogue.sequences))
    return number
