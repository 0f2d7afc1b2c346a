import multiprocessing
import os
import runpy
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask_migrate import downgrade

from tests.fakes import FakeRecognizer, Visitor, card, fake_recognizers
from webapp import prediction_log
from webapp.config import ROOT, SettingError
from webapp.factory import create_app
from webapp.speech.errors import DamagedBundle
from webapp.tables import db

# The forked processes only do what gunicorn's workers do after their fork.
pytestmark = pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")


def start_and_exit(settings):
    """What a process of its own runs; its exit status tells how it went."""
    create_app(settings, fake_recognizers())
    os._exit(0)


def test_the_instance_folder_is_made(app, settings):
    assert (settings.instance / "tonelog.sqlite").is_file()
    assert (settings.instance / "recordings").is_dir()


def test_processes_may_start_at_once_on_nothing(settings):
    settings = replace(settings, secret_key=None)
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=start_and_exit, args=(settings,)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 4
    with sqlite3.connect(settings.instance / "tonelog.sqlite") as log:
        assert log.execute("SELECT version_num FROM alembic_version").fetchall() == [("0005",)]
        assert log.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    log.close()


def test_a_second_start_changes_nothing(make_app, settings, visitor, wav):
    address = visitor.sent(wav)
    before = sorted(path.name for path in settings.instance.iterdir())
    again = make_app(settings).test_client()
    assert again.get(address).status_code == 200
    assert sorted(path.name for path in settings.instance.iterdir()) == before


def test_no_connection_is_open_after_the_start(app):
    with app.app_context():
        assert db.engine.pool.checkedin() == 0
        assert db.engine.pool.checkedout() == 0


def test_a_copy_can_be_forked(app, wav):
    """As gunicorn does with --preload: workers use what was made before the fork."""

    def work():
        Visitor(app.test_client()).sent(wav)
        os._exit(0)

    workers = [multiprocessing.get_context("fork").Process(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    with app.app_context():
        assert prediction_log.count() == 2


def test_sessions_outlive_a_restart(make_app, settings):
    settings = replace(settings, secret_key=None)
    assert make_app(settings).secret_key == make_app(settings).secret_key


def test_an_unknown_default_model_is_refused(make_app, settings):
    with pytest.raises(SettingError, match=r"TONELOG_DEFAULT_MODEL is 'best'.*ann, cnn_lstm"):
        make_app(replace(settings, default_model="best"))


def test_no_folder_of_bundles_is_refused(settings):
    with pytest.raises(SettingError, match=r"TONELOG_BUNDLES.*bundles"):
        create_app(settings)


def test_a_damaged_bundle_is_refused_by_file(settings):
    (settings.bundles / "cnn_lstm").mkdir(parents=True)
    (settings.bundles / "cnn_lstm" / "card.json").write_text("{}")
    with pytest.raises(DamagedBundle, match=r"card\.json"):
        create_app(settings)


def test_an_instance_that_cannot_be_written_is_refused(make_app, settings, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SettingError, match="TONELOG_INSTANCE"):
        make_app(replace(settings, instance=tmp_path / "file" / "instance"))


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////nowhere/at/all/tonelog.sqlite",
        "nosuchdatabase://localhost/tonelog",
        "postgresql+nosuchdriver://localhost/tonelog",
    ],
)
def test_a_log_that_cannot_be_opened_is_refused(make_app, settings, url):
    with pytest.raises(SettingError, match="TONELOG_DATABASE_URL"):
        make_app(replace(settings, database_url=url))


def test_a_log_that_is_no_database_is_refused(make_app, settings):
    settings.instance.mkdir()
    (settings.instance / "tonelog.sqlite").write_text("This is no database. " * 100)
    with pytest.raises(SettingError, match="not a database"):
        make_app(settings)


def test_a_log_of_a_later_version_is_refused(make_app, settings):
    make_app(settings)
    with sqlite3.connect(settings.instance / "tonelog.sqlite") as log:
        log.execute("UPDATE alembic_version SET version_num = '9999'")
    log.close()
    with pytest.raises(SettingError, match="9999"):
        make_app(settings)


def test_a_password_is_not_repeated(make_app, settings):
    url = "nosuchdatabase://tonelog:hush@localhost/tonelog"
    with pytest.raises(SettingError) as refused:
        make_app(replace(settings, database_url=url))
    assert "hush" not in str(refused.value)


def test_tables_are_as_the_code_has_them(app):
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_a_log_of_an_earlier_version_counts_as_named(app, make_app, settings, visitor, wav):
    address = visitor.sent(wav)
    with app.app_context():
        downgrade(revision="0001")
        db.engine.dispose()
    client = make_app(settings).test_client()
    assert client.get(f"{address}.json").json["named"] is True
    assert "Happy" in client.get(address).text
    Visitor(client).sent(wav)


def test_recordings_of_a_log_that_is_gone_are_not_swept(make_app, settings, visitor, wav, kept):
    visitor.sent(wav)
    before = kept()
    for file in settings.instance.glob("tonelog.sqlite*"):
        file.unlink()
    for _ in range(2):  # nor by the start after
        with pytest.raises(SettingError, match="recordings of another one"):
            make_app(settings)
    assert kept() == before


def test_a_damaged_log_is_refused_and_nothing_swept(make_app, settings, visitor, wav, kept):
    for _ in range(3):
        visitor.sent(wav)
    before = kept()
    with visitor.client.application.app_context():
        db.engine.dispose()
    path = settings.instance / "tonelog.sqlite"
    log = sqlite3.connect(path)
    log.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (page,) = log.execute("SELECT rootpage FROM sqlite_master WHERE name = 'prediction'").fetchone()
    log.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    with pytest.raises(SettingError, match="malformed"):
        make_app(settings)
    assert kept() == before


def without_settings():
    return {name: value for name, value in os.environ.items() if not name.startswith("TONELOG_")}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TONELOG_MAX_MEGABITES", "25"),
        ("TONELOG_KEEP_AUDIO", "perhaps"),
        ("TONELOG_BUNDLES", "/nowhere"),
    ],
)
def test_a_refusal_is_one_sentence(monkeypatch, name, value):
    monkeypatch.setattr(os, "environ", {**without_settings(), name: value})
    with pytest.raises(SystemExit, match=f"Tonelog cannot start. {name}"):
        runpy.run_path(str(ROOT / "wsgi.py"))


def test_flask_shows_a_refusal_without_a_traceback():
    done = subprocess.run(
        [sys.executable, "-m", "flask", "models"],
        cwd=ROOT,
        env={**without_settings(), "TONELOG_KEEP_AUDIO": "perhaps"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Tonelog cannot start. TONELOG_KEEP_AUDIO must be true or false")
    assert len(done.stderr.strip().splitlines()) == 1


def killed_between_audio_and_row(app, wav):
    visitor = Visitor(app.test_client())
    visitor.sent(wav, "before.wav")
    prediction_log.add = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    visitor.send(wav, "during.wav")


def test_a_worker_killed_between_audio_and_row(make_app, settings, wav):
    worker = multiprocessing.get_context("fork").Process(
        target=killed_between_audio_and_row, args=(make_app(settings), wav)
    )
    worker.start()
    worker.join(60)
    assert worker.exitcode == -signal.SIGKILL
    folder = settings.instance / "recordings"
    assert len(list(folder.iterdir())) == 2
    app = make_app(settings)
    with app.app_context():
        [row] = prediction_log.page(1, 10).items
    assert row.file_name == "before.wav"
    assert {path.name for path in folder.iterdir()} == {row.audio_name}
    client = app.test_client()
    assert client.get(f"/predictions/{row.id}").status_code == 200
    assert client.get(f"/predictions/{row.id}/audio").data == wav


def test_the_given_recognizers_are_used(make_app, settings, wav):
    only = {"cnn_lstm": FakeRecognizer(card())}
    Visitor(make_app(settings, only).test_client()).sent(wav)
    assert only["cnn_lstm"].asked == 1
