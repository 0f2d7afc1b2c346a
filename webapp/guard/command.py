"""`flask set-password`: the one way to set, change and remove the password."""

import sys

import click
from flask import Flask
from flask.cli import with_appcontext

from webapp.guard.door import door
from webapp.guard.password import LONGEST, SHORTEST


def register(app: Flask) -> None:
    """Offer the command to `flask`."""
    app.cli.add_command(set_password)


@click.command("set-password")
@click.option("--stdin", "piped", is_flag=True, help="Read it from standard input, for scripts.")
@click.option("--remove", is_flag=True, help="Have no password any more.")
@with_appcontext
def set_password(piped: bool, remove: bool) -> None:
    """Set or change the password that guards every page; all sessions end."""
    password = door().password
    if remove:
        told = "removed" if password.remove() else "not set, so nothing was removed"
    else:
        password.set(_wanted(piped))
        told = "set"
    door().visits.end_all()
    click.echo(f"The password is {told}. All sessions have ended.")


def _wanted(piped: bool) -> str:
    if piped:
        wanted = sys.stdin.readline().rstrip("\r\n")
    else:
        wanted = click.prompt("New password", hide_input=True, confirmation_prompt=True)
    if not SHORTEST <= len(wanted) <= LONGEST:
        raise click.ClickException(
            f"A password has {SHORTEST} to {LONGEST} characters, of any kind. "
            "Four or five words that do not belong together are a good one."
        )
    return str(wanted)
