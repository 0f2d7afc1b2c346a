import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from tests.fakes import PROBABILITIES, TWINS, UNCLEAR, card, fake_recognizers
from tests.sounds import encode, silence, voice
from webapp import jobs, prediction_log
from webapp.keeping import forget_all
from webapp.queue import Queue
from webapp.recordings import Recordings
from webapp.speech.errors import EmptyFile, NoSpeech, TooLarge, TooLong, UnknownModel
from webapp.speech.voice_activity import VoiceActivity
from webapp.submission import Desk, desk, shown_name
from webapp.tables import Source
from webapp.unkept import NotKept

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def at(app, settings, decoders):
    """A desk with a clock that stands still, in a context where the log can be reached."""
    with app.app_context():
        recordings = Recordings(settings.instance / "recordings")
        activity, queue = VoiceActivity.load(), Queue(settings)
        heard = fake_recognizers()
        yield Desk(settings, heard, recordings, activity, decoders, queue, now=lambda: NOON)


def test_hearing_keeping_logging(at, wav, kept):
    heard = at.submit(wav, source=Source.UPLOAD, file_name="a.wav")
    row = prediction_log.get(heard.id)
    assert row.created_at == NOON
    assert row.content_hash == hashlib.sha256(wav).hexdigest()
    assert kept() == {row.audio_name}
    assert at.audio(row) == wav
    assert at.has_audio(row)


def test_without_the_log_nothing_stays(at, wav, kept):
    heard = at.submit(wav, source=Source.SHELL, file_name="a.wav", log=False)
    assert heard.emotion == "happy"
    assert prediction_log.count() == 0
    assert not kept()


def test_without_keeping_only_the_row_stays(at, wav, kept):
    quiet = replace(at, settings=replace(at.settings, keep_audio=False))
    heard = quiet.submit(wav, source=Source.UPLOAD, file_name="a.wav")
    assert prediction_log.get(heard.id).audio_name is None
    assert not kept()
    assert not at.has_audio(heard)
    assert at.forget(heard.id)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", EmptyFile),
        (encode("wav-16", silence()), NoSpeech),
        (encode("flac", voice(3.5)), TooLong),
        (bytes(2 * 2**20), TooLarge),
    ],
)
def test_after_a_failure_nothing_stays(at, kept, data, kind):
    limited = replace(at, settings=replace(at.settings, max_megabytes=1, max_seconds=3))
    with pytest.raises(kind):
        limited.submit(data, source=Source.UPLOAD, file_name="a.wav")
    assert prediction_log.count() == 0
    assert not kept()


def test_what_is_too_large_is_not_even_decoded(at):
    limited = replace(at, decoders=None, settings=replace(at.settings, max_megabytes=0.5))
    with pytest.raises(TooLarge, match=r"0\.5 MB"):
        limited.submit(bytes(2**20), source=Source.UPLOAD, file_name="a.wav")


def test_an_unknown_model_is_told_with_the_known(at, wav):
    with pytest.raises(UnknownModel, match="ann, cnn_lstm"):
        at.submit(wav, source=Source.UPLOAD, file_name="a.wav", model="nobody")


def test_if_the_row_fails_the_audio_goes(at, wav, kept, monkeypatch):
    def broken(prediction, trace):
        assert kept() == {prediction.audio_name}
        raise RuntimeError

    monkeypatch.setattr(prediction_log, "add", broken)
    with pytest.raises(RuntimeError):
        at.submit(wav, source=Source.UPLOAD, file_name="a.wav")
    assert not kept()


def test_forgetting_one(at, wav, kept):
    one, other = (at.submit(wav, source=Source.UPLOAD, file_name=name) for name in "ab")
    assert at.forget(one.id)
    assert not at.forget(one.id)
    assert kept() == {other.audio_name}


def test_forgetting_all(at, wav, kept):
    for name in "ab":
        at.submit(wav, source=Source.UPLOAD, file_name=name)
    forget_all(at)
    assert prediction_log.count() == 0
    assert not kept()


@pytest.mark.parametrize(
    ("probabilities", "unlike", "named", "remarks"),
    [
        (PROBABILITIES, False, True, []),
        (PROBABILITIES, True, True, ["unlike_training"]),
        (UNCLEAR, False, False, []),
        (TWINS, True, False, ["neutral_or_calm", "unlike_training"]),
    ],
)
def test_what_an_answer_leaves_open_is_logged(at, wav, probabilities, unlike, named, remarks):
    at.recognizers["cnn_lstm"].probabilities = probabilities
    at.recognizers["cnn_lstm"].unlike = unlike
    row = prediction_log.get(at.submit(wav, source=Source.UPLOAD, file_name="a.wav").id)
    assert row.emotion == max(probabilities, key=probabilities.get)
    assert (row.named, row.remarks) == (named, remarks)


def test_twins_that_do_not_reach_the_threshold_together_are_no_remark(at, wav):
    high = msgspec.structs.replace(card().calibration, threshold=0.6)
    at.recognizers["cnn_lstm"].card = msgspec.structs.replace(card(), calibration=high)
    at.recognizers["cnn_lstm"].probabilities = TWINS
    row = at.submit(wav, source=Source.UPLOAD, file_name="a.wav")
    assert (row.named, row.remarks) == (False, [])


def test_what_the_sound_says_comes_before(at):
    at.recognizers["cnn_lstm"].unlike = True
    short = encode("wav-16", voice(0.6))
    row = at.submit(short, source=Source.UPLOAD, file_name="a.wav")
    assert row.remarks == ["very_short", "unlike_training"]


def test_the_clock_of_an_application_is_utc(app):
    with app.app_context():
        now = desk().now()
    assert now.utcoffset() == timedelta(0)
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("came", "shown"),
    [
        ("voice.wav", "voice.wav"),
        ("../../x.wav", "../../x.wav"),
        ("<script>alert(1)</script>.wav", "<script>alert(1)</script>.wav"),
        ("  stimme  grüße 😀.wav ", "stimme  grüße 😀.wav"),
        ("a\x00b\r\nc\x1b[31m.wav", "abc[31m.wav"),
        ("gepj\u202egpj.wav", "gepjgpj.wav"),
        ("\udcff.wav", ".wav"),
        ("", "unnamed"),
        ("\n", "unnamed"),
        ("x" * 10_000, "x" * 255),
    ],
)
def test_names_are_text_to_show(came, shown):
    assert shown_name(came) == shown


def test_hearing_again_is_a_prediction_of_its_own(at, wav, kept):
    first = at.submit(wav, source=Source.RECORDING, file_name="a.wav")
    second = jobs.hear_again(at, prediction_log.get(first.id), "ann")
    row = prediction_log.get(second.id)
    assert second.id != first.id
    assert (row.model, row.file_name, row.source) == ("ann", "a.wav", "recording")
    assert row.content_hash == hashlib.sha256(wav).hexdigest()
    assert len(kept()) == 2
    at.forget(first.id)
    assert at.audio(row) == wav


def test_what_was_not_kept_cannot_be_heard_again(at, wav, settings):
    first = at.submit(wav, source=Source.UPLOAD, file_name="a.wav")
    at.recordings.remove(prediction_log.get(first.id).audio_name)
    with pytest.raises(NotKept, match="Send it once more"):
        jobs.hear_again(at, prediction_log.get(first.id), "ann")
    assert prediction_log.count() == 1
