"""How much may come, and how often: bodies, forms, pictures, and requests across workers."""

import io
import multiprocessing
import sqlite3
from dataclasses import replace

import pytest
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from PIL import Image

from tests.drawing import waveform_svg
from tests.fakes import Clock, Visitor
from tests.sounds import encode, voice
from webapp.config import SettingError, Settings
from webapp.guard.counts import SharedCounts
from webapp.guard.rates import COSTLY, Rates, household
from webapp.guard.refusals import TooOften, in_words
from webapp.guard.store import Store
from webapp.pictures import HEIGHT, WIDTH, spectrogram_png

JSON = {"Accept": "application/json"}


@pytest.fixture
def few(make_app, settings):
    """A visitor to a copy that hears three voices a day from one address."""
    return Visitor(make_app(replace(settings, upload_rate="3/day")).test_client())


def test_more_than_so_many_voices_are_refused(few, wav, kept):
    address = few.sent(wav)
    few.sent(wav)
    form = {"csrf_token": few.token(), "model": "ann"}
    assert few.client.post(f"{address}/again", data=form).status_code == 303
    for page in ("/upload", "/record"):
        refused = few.send(wav, page=page)
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["Retry-After"]) <= 24 * 3600
        assert "Try again in" in refused.text
        assert f'action="{page}"' in refused.text
    told = few.send(wav, headers=JSON)
    assert told.status_code == 429
    assert told.json["error"]["code"] == "too_often"
    assert few.client.post(f"{address}/again", data=form).status_code == 429
    assert len(kept()) == 3


def test_looking_and_deleting_cost_nothing(few, wav):
    address = few.sent(wav)
    for _ in range(3):
        assert few.client.get(address).status_code == 200
        assert few.client.get("/upload").status_code == 200
    assert few.send(None).status_code == 400
    assert few.send(None).status_code == 400
    assert few.post(f"{address}/delete").status_code == 303


def test_each_address_has_its_own_count(few, wav):
    for _ in range(3):
        few.sent(wav)
    assert few.send(wav).status_code == 429
    assert few.send(wav, environ_overrides={"REMOTE_ADDR": "127.0.0.2"}).status_code == 303


def test_what_is_refused_is_heard_out_but_not_read_as_a_form(few, wav, monkeypatch):
    for _ in range(3):
        few.sent(wav)
    body = io.BytesIO(bytes(100_000))
    response = few.client.post("/upload", input_stream=body, content_length=100_000)
    assert response.status_code == 429
    assert body.tell() == 100_000


def test_a_batch_of_hundreds_is_possible_from_elsewhere_and_any_from_here():
    rates = Rates(Settings(), MemoryStorage())
    for address in ["127.0.0.1"] * 2_000 + ["192.0.2.7"] * 600:
        rates.spend_voice(address)
    with pytest.raises(TooOften):
        rates.spend_voice("192.0.2.7")


def test_a_rate_that_was_asked_for_holds_for_this_machine_too():
    rates = Rates(Settings(upload_rate="3/day"), MemoryStorage())
    for _ in range(3):
        rates.spend_voice("::1")
    with pytest.raises(TooOften):
        rates.spend_voice("::1")


def test_no_limit_at_all(make_app, settings, wav):
    visitor = Visitor(make_app(replace(settings, upload_rate="off")).test_client())
    visitor.sent(wav)


def test_every_endpoint_that_is_counted_exists(app):
    assert set(app.view_functions) >= COSTLY


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("192.0.2.7", "192.0.2.7/32"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
        ("unknown", "unknown"),
    ],
)
def test_a_household_counts_as_one(address, same):
    assert household(address) == same


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        *((1, "1 s"), (42, "42 s"), (120, "120 s"), (121, "3 min")),
        *((7200, "120 min"), (7201, "3 h"), (80_000, "23 h")),
    ],
)
def test_waiting_in_words(seconds, words):
    assert in_words(seconds) == words


def test_counts_start_anew_when_they_expire(store):
    clock = Clock()
    counts = SharedCounts(store, clock)
    assert [counts.incr("a", 60) for _ in range(3)] == [1, 2, 3]
    assert counts.incr("b", 60, amount=5) == 5
    clock.time += 59
    assert counts.get("a") == 3
    assert counts.get_expiry("a") == 1_000_060
    clock.time += 1
    assert counts.get("a") == 0
    assert counts.incr("a", 60) == 1
    assert counts.get_expiry("a") == 1_000_120
    assert store.run("SELECT key FROM counts") == [("a",)], "what has expired is dropped"


def test_counts_can_be_forgotten(store):
    counts = SharedCounts(store)
    counts.incr("a", 60)
    counts.incr("b", 60)
    counts.clear("a")
    assert counts.get("a") == 0
    assert counts.reset() == 1
    assert counts.get_expiry("b") > 0
    assert counts.check()


def knock(path, times, found):
    limiter = FixedWindowRateLimiter(SharedCounts(Store(path)))
    found.put(sum(limiter.hit(parse("50/day"), "here") for _ in range(times)))


@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
def test_workers_share_one_count(store):
    context = multiprocessing.get_context("fork")
    found = context.Queue()
    workers = [context.Process(target=knock, args=(store.path, 40, found)) for _ in range(3)]
    for worker in workers:
        worker.start()
    let_in = [found.get(timeout=120) for _ in workers]
    for worker in workers:
        worker.join(60)
    assert sum(let_in) == 50


def test_a_damaged_store_is_made_anew(store):
    store.path.write_bytes(b"This is no database. " * 400)
    store.prepare()
    assert SharedCounts(store).incr("a", 60) == 1


def test_the_store_is_nobody_elses(store):
    assert store.path.stat().st_mode & 0o077 == 0


def test_a_store_that_does_not_answer_lets_nobody_through(few, wav, kept, monkeypatch):
    token = few.token()

    def broken(self, statement, *values):
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(Store, "run", broken)
    form = {"csrf_token": token, "audio": (io.BytesIO(wav), "voice.wav")}
    response = few.client.post("/upload", data=form, headers=JSON)
    assert response.status_code == 503
    assert response.json["error"]["code"] == "counts_unavailable"
    assert not kept()


def test_redis_that_does_not_answer_lets_nobody_through(make_app, settings, wav):
    pytest.importorskip("redis")
    away = {"rate_store": "redis://127.0.0.1:1/0", "upload_rate": "3/day"}
    app = make_app(replace(settings, **away))
    response = Visitor(app.test_client()).send(wav, headers=JSON)
    assert response.status_code == 503
    assert response.json["error"]["code"] == "counts_unavailable"


def test_redis_without_its_package_is_refused_in_a_sentence(make_app, settings, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "redis", None)
    with pytest.raises(SettingError, match=r"TONELOG_RATE_STORE.*requirements-redis"):
        make_app(replace(settings, rate_store="redis://127.0.0.1:1/0"))


def test_bodies_and_forms_are_bounded(app, settings):
    assert app.config["MAX_CONTENT_LENGTH"] == settings.limits.bytes + 100_000
    assert app.config["MAX_FORM_MEMORY_SIZE"] == 100_000 + 1_500 * settings.batch_files
    assert app.config["MAX_FORM_PARTS"] == 20 + settings.batch_files


@pytest.mark.parametrize("seconds", [0.2, 3, 120])
def test_pictures_are_of_one_size_however_long_the_clip(seconds):
    clip = voice(seconds)
    assert Image.open(io.BytesIO(spectrogram_png(clip))).size == (WIDTH, HEIGHT)
    assert len(waveform_svg(clip)) < 20_000


def test_a_picture_is_never_decoded(visitor):
    """So no number of pixels does harm: what is no sound is refused by its first bytes."""
    file = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "PNG")
    assert visitor.send(file.getvalue(), "cat.png").status_code == 415


def test_the_cover_of_a_song_does_no_harm(visitor, wav):
    """A picture inside a sound file is skipped, however large it says it is."""
    header = (
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x7f\xff\xff\xff" * 2 + b"\x08\x06\x00\x00\x00"
    )
    body = b"\x00image/png\x00\x03\x00" + header
    frame = b"APIC" + len(body).to_bytes(4, "big") + b"\x00\x00" + body
    size = len(frame)
    tag = b"ID3\x03\x00\x00" + bytes(size >> 7 * n & 0x7F for n in (3, 2, 1, 0)) + frame
    assert visitor.send(tag + encode("mp3", voice(1.5)), "song.mp3").status_code == 303
