"""Files that a verb writes because somebody named them."""

from pathlib import Path

from engine.errors import FollowupError


def write_file(path: Path, text: str) -> None:
    """The text as a file in UTF-8, over one that is there. Raises: FollowupError CLI003 when it cannot be written."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise FollowupError(
            code="CLI003",
            what=f"{path} cannot be written",
            where=str(path),
            why=error.strerror or type(error).__name__,
            next="name a file in a folder that is there and that you may write to",
        ) from error
