"""Where a mistake was found, without the column where a test is about the line."""


def line_of(where: str) -> str:
    """`file:line` of `file:line:column`."""
    line, _, column = where.rpartition(":")
    assert column.isdigit()
    assert int(column) >= 1
    return line
