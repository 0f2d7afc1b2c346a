"""The page that says what is kept, and the one that asks before everything goes."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.fakes import Visitor
from webapp import inventory as module
from webapp import sayings
from webapp.inventory import VOICES, Kind, inventory
from webapp.submission import desk
from webapp.tables import Source


@pytest.fixture
def asked(app):
    """What is kept, as the page would ask for it."""

    def ask():
        with app.app_context():
            return inventory(desk())

    return ask


def test_nothing_yet(client, asked):
    kept = asked()
    assert kept.empty
    assert kept.parts[Kind.RESULTS].oldest is None
    page = client.get("/kept")
    assert page.status_code == 200
    assert "Recordings and results stay until somebody deletes them." in page.text
    assert "Nothing to delete" in client.get("/history/delete").text


def test_how_many_how_old_where_and_how_much_room(visitor, asked, app, settings, wav):
    first = visitor.sent(wav).rpartition("/")[2]
    visitor.sent(wav)
    with app.app_context():
        sayings.describe(first, note="a note", tags=["one", "two"])
        desk().put_off(io.BytesIO(wav), source=Source.UPLOAD, file_name="a.wav")
    kept = asked()
    assert not kept.empty
    results, recordings = kept.parts[Kind.RESULTS], kept.parts[Kind.RECORDINGS]
    assert (results.amount, results.place) == (2, "tonelog.sqlite")
    assert datetime.now(UTC) - results.oldest < timedelta(minutes=10)
    assert results.oldest < results.newest
    assert results.room > 10_000
    assert (recordings.amount, recordings.place) == (3, "recordings")
    assert recordings.room == 3 * len(wav)
    assert recordings.oldest <= recordings.newest
    counts = kept.rows.counts
    assert (counts["job"], counts["note"], counts["tag"], counts["batch"]) == (1, 1, 2, 0)


def test_all_room_is_accounted_for(visitor, asked, settings, wav):
    visitor.sent(wav)
    runs = settings.instance / "runs" / "one"
    runs.mkdir(parents=True)
    (runs / "weights").write_bytes(bytes(5_000))
    (settings.instance / "password").write_text("a digest")
    kept = asked()
    files = [path for path in settings.instance.rglob("*") if path.is_file()]
    assert kept.room == sum(path.stat().st_size for path in files)
    assert kept.parts[Kind.OTHER].room == 5_000
    assert kept.parts[Kind.KEYS].amount == 1
    assert {kind for kind, part in kept.parts.items() if part.goes} == set(VOICES)


def test_a_file_with_two_names_takes_its_room_once(visitor, asked, wav):
    address = visitor.sent(wav)
    token = visitor.token(address)
    visitor.client.post(f"{address}/again", data={"csrf_token": token, "model": "ann"})
    recordings = asked().parts[Kind.RECORDINGS]
    assert (recordings.amount, recordings.room) == (2, len(wav))


def test_what_goes_while_it_is_counted_is_not_counted(visitor, asked, wav, monkeypatch):
    visitor.sent(wav)
    found = module.Path.iterdir

    def gone(path):
        yield from found(path)
        yield path / "gone"

    monkeypatch.setattr(module.Path, "iterdir", gone)
    assert asked().parts[Kind.RECORDINGS].amount == 1


def test_what_is_elsewhere_is_said_to_be(make_app, settings, tmp_path, wav):
    url = f"sqlite:///{tmp_path / 'elsewhere.sqlite'}"
    app = make_app(replace(settings, database_url=url))
    Visitor(app.test_client()).sent(wav)
    with app.app_context():
        away = replace(desk(), settings=replace(desk().settings, queue_url="redis://host/0"))
        parts = inventory(away).parts
    for kind in (Kind.RESULTS, Kind.QUEUE):
        assert (parts[kind].place, parts[kind].room) == (None, None)
    assert parts[Kind.RESULTS].amount == 1
    page = app.test_client().get("/kept").text
    assert "Elsewhere, by the settings" in page


def test_no_path_of_the_machine_is_shown(visitor, client, settings, wav):
    visitor.sent(wav)
    assert str(settings.instance) not in client.get("/kept").text


@pytest.mark.parametrize(
    ("changes", "account", "notice"),
    [
        ({}, "Recordings and results stay", "The recording and the result are kept on"),
        ({"keep_days": 30}, "Recordings go 30 days after", "is kept for 30 days and the result"),
        ({"keep_days": 1}, "Recordings go 1 day after", "is kept for 1 day and the result"),
        ({"keep_audio": False}, "Recordings are not kept", "The result, without the recording,"),
        ({"keep_audio": False, "keep_days": 9}, "Recordings are not kept", "without the recording"),
    ],
)
def test_how_long_is_said_before_and_after(make_app, settings, changes, account, notice):
    client = make_app(replace(settings, **changes)).test_client()
    assert account in client.get("/kept").text
    for page in ("/upload", "/record"):
        assert notice in client.get(page).text


def test_recordings_from_before_they_were_not_kept_are_owned_up_to(
    visitor, make_app, settings, wav
):
    visitor.sent(wav)
    page = make_app(replace(settings, keep_audio=False)).test_client().get("/kept").text
    assert "came before that was set" in page


def test_what_will_go_is_said_first(visitor, client, app, wav):
    visitor.sent(wav)
    visitor.sent(wav)
    with app.app_context():
        desk().put_off(io.BytesIO(wav), source=Source.UPLOAD, file_name="a.wav")
    page = client.get("/history/delete").text
    for said in ("2 results", "1 recording that is not heard yet", "3 files of sound, 0.1 MB"):
        assert said in page
    assert "tokens of programs stay" in page


def test_a_recording_that_nobody_knows_of_can_be_deleted(visitor, client, settings):
    (settings.instance / "recordings" / "orphan").write_bytes(b"nobody's")
    assert "1 file of sound" in client.get("/history/delete").text
    assert visitor.post("/history/delete").status_code == 303
    assert "Nothing to delete" in client.get("/history/delete").text


def test_the_ways_there(client, visitor, wav):
    visitor.sent(wav)
    assert 'href="/history/delete"' in client.get("/kept").text
    assert 'href="/history/delete"' in client.get("/history").text
    assert 'href="/kept"' in client.get("/history/delete").text
    footer = re.search(r"<footer.*</footer>", client.get("/").text, re.DOTALL)[0]
    assert 'href="/kept"' in footer
