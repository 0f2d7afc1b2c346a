"""`flask token`: make, list and revoke what programs show to be let in."""

import click
from flask import Flask
from flask.cli import AppGroup

from webapp.guard import tokens
from webapp.speech.errors import SpeechError
from webapp.submission import desk

token = AppGroup("token", short_help="Make, list and revoke what programs are let in with.")


def register(app: Flask) -> None:
    """Offer the commands to `flask`."""
    app.cli.add_command(token)


@token.command("make")
@click.argument("name")
def make(name: str) -> None:
    """Make a token called NAME and show it, this once."""
    try:
        made = tokens.make(name, desk().now())
    except SpeechError as error:
        raise click.ClickException(error.sentence) from error
    click.echo("Keep this token: it is not shown again.", err=True)
    click.echo(made)


@token.command("list")
def show() -> None:
    """List the tokens, when each was made, and the day when it was last used."""
    for one in tokens.made():
        used = "never used" if one.used_at is None else f"last used {one.used_at:%Y-%m-%d}"
        click.echo(f"{one.name}: made {one.created_at:%Y-%m-%d}, {used}")


@token.command("revoke")
@click.argument("name")
def revoke(name: str) -> None:
    """Let nobody in any more with the token called NAME."""
    try:
        tokens.revoke(name)
    except SpeechError as error:
        raise click.ClickException(error.sentence) from error
    click.echo(f"The token {name} opens nothing any more.")
