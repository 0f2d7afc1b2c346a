"""`flask purge`: what is old goes, and its room is given back."""

import click
from flask.cli import with_appcontext

from webapp import keeping
from webapp.config import BYTES_IN_A_MEGABYTE, Settings
from webapp.inventory import inventory
from webapp.keeping import Purged
from webapp.submission import desk

DAYS = click.IntRange(0, 36_500)


@click.command()
@click.option("--audio-older-than", type=DAYS, metavar="DAYS", help="Of these, the audio goes.")
@click.option("--results-older-than", type=DAYS, metavar="DAYS", help="These go wholly.")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@with_appcontext
def purge(audio_older_than: int | None, results_older_than: int | None, dry_run: bool) -> None:
    """Remove what is old, and give back its room.

    Without options, recordings go that are older than the settings say; their results stay.
    Recordings that are still to be heard stay, too. 0 DAYS are all that there are.
    """
    at = desk()
    if audio_older_than is None and results_older_than is None:
        audio_older_than = _set(at.settings)
        click.echo(_setting(at.settings))
    before = inventory(at).room
    purged = keeping.purge(
        at, audio_days=audio_older_than, result_days=results_older_than, dry=dry_run
    )
    click.echo(_told(purged, dry_run))
    if dry_run:
        click.echo(f"About {_megabytes(purged.room)} would come free in {at.settings.instance}.")
        return
    whole = keeping.reclaim()
    freed = before - inventory(at).room
    click.echo(f"{_megabytes(max(freed, 0))} came free in {at.settings.instance}.")
    if not whole:
        click.echo("The log is in use, so not all of its room came free. Try again later.")


def _set(settings: Settings) -> int | None:
    """How old recordings may be by the settings; None is as old as they like."""
    return settings.keep_days if settings.keep_audio else 0


def _setting(settings: Settings) -> str:
    if not settings.keep_audio:
        return "By TONELOG_KEEP_AUDIO no recording is kept."
    if settings.keep_days is None:
        return "Recordings are kept for ever: TONELOG_KEEP_DAYS is not set."
    return f"By TONELOG_KEEP_DAYS recordings are kept for {settings.keep_days} days."


def _told(purged: Purged, dry: bool) -> str:
    verb = "Would remove" if dry else "Removed"
    return f"{verb} recordings: {purged.recordings:,}. {verb} whole results: {purged.results:,}."


def _megabytes(size: int) -> str:
    return f"{size / BYTES_IN_A_MEGABYTE:.1f} MB"
