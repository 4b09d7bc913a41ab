"""The file rejected rows go to: why, and the row as it was, so that it can be mended there and imported again."""

import csv
from pathlib import Path
from types import TracebackType
from typing import TextIO

from adapters.lead_file import faults
from adapters.lead_file.cells import escaped
from adapters.lead_file.rows import RejectedRow

OWN_COLUMNS = ("line", "column", "value", "reason")


class Rejects:
    """
    Rejected rows, one line each; the file appears with the first of them and never replaces another.

    Columns: the line in the imported file, the columns at fault, their values, the reasons; then the row's own cells.
    """

    def __init__(self, wanted: Path, header: tuple[str, ...], delimiter: str) -> None:
        """`wanted` is where the file goes when nothing is there yet; else a number is added to its name."""
        self.path = wanted
        self._header, self._delimiter = header, delimiter
        self._stream: TextIO | None = None

    def __enter__(self) -> "Rejects":
        """Opens nothing."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the file, if there is one."""
        if self._stream:
            self._stream.close()

    @property
    def written(self) -> Path | None:
        """The file, once a row was rejected."""
        return self.path if self._stream else None

    def write(self, row: RejectedRow) -> None:
        """One line, on disk when this returns. Raises: FollowupError CSV010."""
        try:
            stream = self._stream or self._begin()
            self._put(stream, (str(row.line), *_reasons(row), *row.cells))
            stream.flush()
        except OSError as error:
            raise faults.rejects_unwritable(self.path, (error.strerror or str(error)).lower()) from error

    def _begin(self) -> TextIO:
        self._stream = _created(self.path)
        self.path = Path(self._stream.name)
        self._put(self._stream, (*OWN_COLUMNS, *self._header))
        return self._stream

    def _put(self, stream: TextIO, cells: tuple[str, ...]) -> None:
        csv.writer(stream, delimiter=self._delimiter).writerow([escaped(cell) for cell in cells])


def rejects_path(imported: Path) -> Path:
    """Where the rejects of a file go unless somebody says otherwise: beside it."""
    return imported.with_name(f"{imported.stem}.rejects.csv")


def _created(wanted: Path) -> TextIO:
    """A new file of that name, or of the first numbered one that is free."""
    path, number = wanted, 1
    while True:
        try:
            # The byte order mark is for spreadsheets, which would otherwise read UTF-8 as Windows-1252.
            return path.open("x", encoding="utf-8-sig", errors="backslashreplace", newline="")
        except FileExistsError:
            number += 1
            path = wanted.with_name(f"{wanted.stem}.{number}{wanted.suffix}")


def _reasons(row: RejectedRow) -> tuple[str, str, str]:
    """Columns, values and reasons of every problem, in one cell each."""
    return (
        "; ".join(problem.column for problem in row.problems),
        "; ".join(problem.value for problem in row.problems),
        "; ".join(problem.reason for problem in row.problems),
    )
