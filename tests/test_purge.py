"""`flask purge`: what is old goes, as the settings or the options say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from tests.fakes import Visitor
from webapp import prediction_log
from webapp.tables import Prediction
from webapp.transactions import writing


@pytest.fixture
def purge(make_app, settings, wav):
    """Runs the command on a copy with a result of today and one of 40 days ago."""

    def run(*words, **changes):
        app = make_app(replace(settings, **changes))
        visitor = Visitor(app.test_client())
        names = [visitor.sent(wav).rpartition("/")[2] for _ in range(2)]
        old = datetime.now(UTC) - timedelta(days=40)
        with app.app_context(), writing() as session:
            session.execute(
                update(Prediction).where(Prediction.id == names[0]).values(created_at=old)
            )
        done = app.test_cli_runner().invoke(args=["purge", *words])
        with app.app_context():
            left = prediction_log.count()
        return done, left

    return run


@pytest.mark.parametrize(
    ("words", "changes", "recordings", "results", "said"),
    [
        ((), {}, 2, 2, "Recordings are kept for ever: TONELOG_KEEP_DAYS is not set."),
        ((), {"keep_days": 30}, 1, 2, "By TONELOG_KEEP_DAYS recordings are kept for 30 days."),
        (("--audio-older-than", "50"), {"keep_days": 30}, 2, 2, "Removed recordings: 0."),
        (("--audio-older-than", "0"), {}, 0, 2, "Removed recordings: 2."),
        (("--results-older-than", "30"), {}, 1, 1, "Removed whole results: 1."),
        (("--results-older-than", "0"), {}, 0, 0, "Removed whole results: 2."),
    ],
)
def test_what_goes(purge, kept, words, changes, recordings, results, said):
    done, left = purge(*words, **changes)
    assert done.exit_code == 0, done.output
    assert (len(kept()), left) == (recordings, results)
    assert said in done.output


def test_a_dry_run_removes_nothing(purge, kept, settings, wav):
    done, left = purge("--results-older-than", "30", "--dry-run")
    assert (len(kept()), left) == (2, 2)
    assert "Would remove whole results: 1." in done.output
    assert f"would come free in {settings.instance}." in done.output


def test_recordings_from_before_they_were_not_kept_go(make_app, settings, visitor, kept, wav):
    visitor.sent(wav)
    quiet = make_app(replace(settings, keep_audio=False))
    done = quiet.test_cli_runner().invoke(args=["purge"])
    assert "By TONELOG_KEEP_AUDIO no recording is kept." in done.output
    assert not kept()


@pytest.mark.parametrize("days", ["-1", "soon", "1.5", "99999"])
def test_nonsense_is_refused(purge, kept, days):
    done, left = purge("--audio-older-than", days)
    assert done.exit_code == 2
    assert (len(kept()), left) == (2, 2)


def test_it_says_how_much_room_came_free(purge, settings):
    done, _ = purge("--results-older-than", "0")
    assert f"MB came free in {settings.instance}." in done.output


def test_a_log_in_use_is_told(app, monkeypatch, visitor, wav):
    monkeypatch.setattr("webapp.keeping.wipe_log", lambda: False)
    visitor.sent(wav)
    done = app.test_cli_runner().invoke(args=["purge"])
    assert done.exit_code == 0
    assert "The log is in use" in done.output
