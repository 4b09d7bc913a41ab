"""`followup temporal …`: Temporal's own command line, the one we brought, for what only it can do."""

import os
import sys

import typer


def command(context: typer.Context) -> None:
    """
    Run Temporal's command line on the same server, with whatever follows.

    It takes over this process, so its answers and its exit code are its own.
    """
    from cli.temporal_server import find_server_binary

    binary = find_server_binary(lambda line: typer.echo(line, err=True))
    sys.stdout.flush()
    os.execv(binary, [str(binary), *context.args])  # noqa: S606 - no shell reads what was typed
