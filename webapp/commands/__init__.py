"""The same acts for a shell: `flask recognize` and `flask models`."""

from flask import Flask

from webapp.commands.listing import models
from webapp.commands.recognizing import recognize


def register(app: Flask) -> None:
    """Offer the commands to `flask`."""
    app.cli.add_command(recognize)
    app.cli.add_command(models)
