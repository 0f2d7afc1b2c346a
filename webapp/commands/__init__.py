"""The same acts for a shell: `flask recognize`, `flask models` and more."""

from flask import Flask

from webapp.commands.exporting import export_corpus
from webapp.commands.listing import models
from webapp.commands.making import make_log
from webapp.commands.purging import purge
from webapp.commands.recognizing import recognize


def register(app: Flask) -> None:
    """Offer the commands to `flask`."""
    app.cli.add_command(recognize)
    app.cli.add_command(models)
    app.cli.add_command(export_corpus)
    app.cli.add_command(purge)
    app.cli.add_command(make_log)
