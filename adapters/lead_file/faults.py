"""Why a file cannot be imported at all. One bad row is no error: it is rejected, and the file goes on."""

from pathlib import Path

from engine.errors import FollowupError


class LeadFileInvalid(FollowupError):
    """The file, or how it was asked to be read, is wrong; nothing of it was imported."""


def unreadable(path: Path, why: str) -> LeadFileInvalid:
    """The operating system does not hand the file over."""
    return LeadFileInvalid(
        code="CSV001",
        what="the file cannot be read",
        where=str(path),
        why=why,
        next="check the path and that you may read the file",
    )


def no_text(path: Path, kind: str, cure: str) -> LeadFileInvalid:
    """The bytes are not text in a table."""
    return LeadFileInvalid(
        code="CSV002", what="the file is not a CSV file", where=str(path), why=f"it looks like {kind}", next=cure
    )


def empty(path: Path) -> LeadFileInvalid:
    """There is no header to read."""
    return LeadFileInvalid(
        code="CSV003",
        what="the file is empty",
        where=str(path),
        why="it has no header line",
        next="export it again; the first line must name the columns",
    )


def bad_header(where: str, why: str) -> LeadFileInvalid:
    """The line that should name the columns cannot be read."""
    return LeadFileInvalid(
        code="CSV004",
        what="the header line cannot be read",
        where=where,
        why=why,
        next="mend the first line, which must name the columns",
    )


def columns_clash(where: str, first: str, second: str, meaning: str) -> LeadFileInvalid:
    """Two columns claim to be the same thing."""
    return LeadFileInvalid(
        code="CSV005",
        what=f"two columns mean the same: {first} and {second}",
        where=where,
        why=f"both are read as {meaning}, and nobody can tell which one counts",
        next="rename or delete one of the two columns",
    )


def no_address_column(where: str, names: tuple[str, ...]) -> LeadFileInvalid:
    """Nobody in this file could be reached."""
    return LeadFileInvalid(
        code="CSV006",
        what="no column holds an email address or a phone number",
        where=where,
        why=f"the columns are: {', '.join(names)}",
        next="name one column Email or Phone",
    )


def no_consent(where: str) -> LeadFileInvalid:
    """Nobody says that these people agreed to hear from us."""
    return LeadFileInvalid(
        code="CSV007",
        what="nothing says that these people agreed to be contacted",
        where=where,
        why="the file has no consent column, and no statement was given",
        next="add a column Consent, or state it: "
        '--consent-by "web form 2026-10, opt-in box" --consent-for email,sms,voice',
    )


def bad_statement(why: str, next: str) -> LeadFileInvalid:
    """The statement about consent on the command line contradicts itself or the file."""
    return LeadFileInvalid(
        code="CSV008", what="the statement about consent cannot be used", where="--consent-by", why=why, next=next
    )


def unknown_region(region: str) -> LeadFileInvalid:
    """The default region for phone numbers is none."""
    return LeadFileInvalid(
        code="CSV009",
        what=f"{region} is not a region",
        where="--region",
        why="phone numbers without a country code are read in a region, named by two letters",
        next="use a code such as US, GB or DE",
    )


def unknown_consent_column(where: str, name: str) -> LeadFileInvalid:
    """A column seems to hold what people agreed to, and nobody can tell for what; ignoring it might ignore a no."""
    return LeadFileInvalid(
        code="CSV011",
        what=f"the column {name} seems to speak of consent, and its name does not say which",
        where=where,
        why="were it ignored, somebody who said no could be written to",
        next="rename it to Consent, Email consent, SMS consent or Phone consent; delete it when it says nothing of it",
    )


def rejects_unwritable(path: Path, why: str) -> FollowupError:
    """The rejected rows have nowhere to go. The imported file is not to blame."""
    return FollowupError(
        code="CSV010",
        what="the file for rejected rows cannot be written",
        where=str(path),
        why=why,
        next="name another place with --rejects PATH",
    )
