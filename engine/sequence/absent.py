"""That there is no catalogue where one is looked for."""

from engine.errors import FollowupError


def no_catalogue(said: str, why: str) -> FollowupError:
    """The error of a setting that leads nowhere."""
    return FollowupError(
        code="CFG005",
        what=f"{said or 'nothing'} cannot be read",
        where="FOLLOWUP_SEQUENCES",
        why=why,
        next="name the directory or the package whose catalogue.py ends with CATALOGUE = catalogue(…), like sequences",
    )
