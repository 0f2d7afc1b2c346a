"""What is heard over the time of a recording."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes import PROBABILITIES, TWINS, FakeRecognizer
from tests.sounds import joined, silence, voice
from webapp.speech.emotions import Emotion
from webapp.speech.errors import MissingExtra, NoSpeech, TooShort
from webapp.speech.quality import Remark, inspect
from webapp.speech.recognizer import Recognition
from webapp.speech.stopwatch import Stopwatch
from webapp.speech.timeline import Listener, Segment
from webapp.speech.voice_activity import VoiceActivity
from webapp.speech.waveform import Waveform


@cache
def activity():
    return VoiceActivity.load()


def heard(sound, recognizer=None, cuts=()):
    listener = Listener(recognizer or FakeRecognizer(), activity())
    for piece in np.split(sound.samples, sorted(cuts)):
        listener.take(Waveform(piece, sound.rate))
    return listener.finish()


def louder(sound, decibels):
    return Waveform(sound.samples * np.float32(10 ** (decibels / 20)), sound.rate)


def noise(seconds, level=0.1):
    samples = np.random.default_rng(5).standard_normal(round(seconds * 16_000)) * level
    return Waveform(samples.astype(np.float32), 16_000)


class ByLength(FakeRecognizer):
    """Sad in what is longer than three seconds, which is unlike anything, and angry in the rest."""

    def recognize(self, waveform, stopwatch=None):
        self.asked += 1
        sad = waveform.seconds > 3
        shares = {**dict.fromkeys(Emotion, 0.0), Emotion.SAD if sad else Emotion.ANGRY: 1.0}
        return Recognition(shares, named=True, unlike=sad)


def without_gaps(timeline):
    edges = [edge for part in timeline.segments for edge in (part.start, part.end)]
    assert edges[0] == 0
    assert edges[-1] == timeline.seconds
    assert edges[1:-1:2] == edges[2::2]
    assert all(part.seconds > 0 for part in timeline.segments)


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 44_100, 48_000])
def test_a_planted_pause_is_no_speech(rate):
    timeline = heard(joined(voice(3, rate), silence(4, rate), voice(2, rate), silence(1, rate)))
    without_gaps(timeline)
    assert timeline.seconds == pytest.approx(10)
    assert [part.heard is not None for part in timeline.segments] == [True, False, True, False]
    edges = [part.end for part in timeline.segments]
    assert edges == pytest.approx([3, 7, 9, 10], abs=0.35)


def test_a_pause_with_noise_is_no_speech_either():
    timeline = heard(joined(voice(3), noise(6, 0.01), voice(3)))
    assert [part.heard is not None for part in timeline.segments] == [True, False, True]


def test_long_speech_is_cut():
    timeline = heard(voice(40))
    without_gaps(timeline)
    assert 4 <= len(timeline.segments) <= 12
    assert all(part.heard and part.seconds < 11.2 for part in timeline.segments)


def test_each_stretch_is_heard_by_itself():
    recognizer = ByLength()
    timeline = heard(joined(voice(2), silence(3), voice(6), silence(2)), recognizer)
    spoken = [part.heard for part in timeline.segments if part.heard]
    assert [one.emotion for one in spoken] == [Emotion.ANGRY, Emotion.SAD]
    assert recognizer.asked == 2


def test_the_whole_is_the_mean_by_seconds():
    timeline = heard(joined(voice(2), silence(3), voice(6), silence(2)), ByLength())
    angry, sad = (part.seconds for part in timeline.segments if part.heard)
    whole = timeline.recognition
    assert whole.probabilities[Emotion.SAD] == pytest.approx(sad / (angry + sad))
    assert sum(whole.probabilities.values()) == pytest.approx(1)
    assert whole.emotion is Emotion.SAD
    assert whole.named
    assert whole.unlike
    assert timeline.remarks == (Remark.UNLIKE_TRAINING,)


def test_it_is_unlike_only_if_most_of_it_is():
    timeline = heard(joined(*[voice(2), silence(2)] * 4, voice(5)), ByLength())
    assert not timeline.recognition.unlike
    assert timeline.remarks == ()


def test_what_is_not_likely_enough_is_not_named():
    timeline = heard(joined(voice(2), silence(3), voice(3.5)), FakeRecognizer(probabilities=TWINS))
    assert not timeline.recognition.named
    assert timeline.remarks == (Remark.NEUTRAL_OR_CALM,)
    named = heard(voice(2)).recognition
    assert named.named
    assert named.probabilities == pytest.approx(PROBABILITIES)


@pytest.mark.parametrize(
    "sound",
    [
        joined(silence(2), voice(3), silence(3)),
        louder(voice(3), -50),
        Waveform(np.clip(louder(voice(3), 18).samples, -1, 1), 16_000),
        joined(silence(1), voice(0.7), silence(1)),
    ],
    ids=["fine", "quiet", "clipped", "short"],
)
def test_remarks_are_those_of_a_clip(sound):
    assert heard(sound).remarks == inspect(sound, lambda _: True)


@pytest.mark.parametrize(
    "nothing",
    [silence(2), silence(30), noise(8), louder(voice(3), -80)],
    ids=["brief", "long", "noise", "inaudible"],
)
def test_where_nobody_speaks_is_no_timeline(nothing):
    recognizer = FakeRecognizer()
    with pytest.raises(NoSpeech):
        heard(nothing, recognizer)
    assert not recognizer.asked


@pytest.mark.parametrize("sound", [silence(0.0), voice(0.2), silence(0.2)])
def test_too_little_is_too_short(sound):
    with pytest.raises(TooShort):
        heard(sound)


def test_without_any_piece_it_is_too_short():
    with pytest.raises(TooShort):
        Listener(FakeRecognizer(), activity()).finish()


def test_pieces_have_one_rate():
    listener = Listener(FakeRecognizer(), activity())
    listener.take(voice(1))
    with pytest.raises(ValueError, match="one rate"):
        listener.take(voice(1, 8_000))


def test_what_a_model_lacks_is_said():
    with pytest.raises(MissingExtra):
        heard(voice(2), FakeRecognizer(missing="Install it."))


def test_its_time_is_told():
    watch = Stopwatch()
    listener = Listener(FakeRecognizer(), activity(), watch)
    listener.take(voice(2))
    listener.finish()
    assert watch.stages["voice"] > 0


def test_only_the_last_seconds_are_kept():
    listener = Listener(FakeRecognizer(), activity())
    kept = []
    for _ in range(12):
        listener.take(joined(voice(8), silence(2)))
        kept.append(sum(map(len, listener._hearing._kept._pieces)))
    assert max(kept) <= 30 * 16_000


SOUND = joined(silence(0.5, 8_000), voice(4, 8_000), silence(1.5, 8_000), voice(2, 8_000))


@settings(deadline=None, max_examples=15)
@given(cuts=st.lists(st.integers(0, len(SOUND.samples)), max_size=12))
def test_pieces_may_be_cut_anywhere(cuts):
    timeline = heard(SOUND, ByLength(), cuts)
    without_gaps(timeline)
    assert timeline == heard(SOUND, ByLength())


@settings(deadline=None, max_examples=15)
@given(
    parts=st.lists(
        st.tuples(st.sampled_from(["voice", "silence", "noise"]), st.floats(0.1, 4)),
        min_size=1,
        max_size=5,
    )
)
def test_segments_tile_whatever_comes(parts):
    made = {"voice": voice, "silence": silence, "noise": noise}
    sound = joined(*(made[name](seconds) for name, seconds in parts), voice(2))
    timeline = heard(sound)
    without_gaps(timeline)
    assert timeline.seconds == sound.seconds


def test_as_json():
    speech = Segment(1.00049, 2.5, Recognition(PROBABILITIES, named=True, unlike=False))
    assert speech.document() == {
        "start": 1.0,
        "end": 2.5,
        "speech": True,
        "emotion": "happy",
        "confidence": 0.61,
        "named": True,
        "unlike": False,
        "probabilities": {str(emotion): share for emotion, share in PROBABILITIES.items()},
    }
    assert Segment(0, 1, None).document() == {"start": 0, "end": 1, "speech": False}
