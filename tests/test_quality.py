"""What is refused before it is judged, and what is remarked on."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sounds import CONTAINERS, encode, joined, silence, voice
from webapp.speech.decode import decode
from webapp.speech.errors import NoSpeech, TooShort
from webapp.speech.quality import Loudness, Remark, inspect
from webapp.speech.voice_activity import VoiceActivity
from webapp.speech.waveform import Waveform

RATE = 16_000


@cache
def detector():
    return VoiceActivity.load()


def heard(waveform):
    return inspect(waveform, detector().speaks)


def louder(waveform, decibels):
    return Waveform(waveform.samples * np.float32(10 ** (decibels / 20)), waveform.rate)


def clipped(waveform):
    return Waveform(np.clip(waveform.samples, -1, 1), waveform.rate)


def rounded(waveform, bits=16):
    steps = 2.0 ** (bits - 1)
    return Waveform((np.round(waveform.samples * steps) / steps).astype(np.float32), waveform.rate)


def noise(level_db, seconds=2.0, rate=RATE):
    """White noise of this level (dB of full scale)."""
    samples = np.random.default_rng(7).standard_normal(round(seconds * rate)) * 10 ** (
        level_db / 20
    )
    return Waveform(samples.astype(np.float32), rate)


def click(seconds):
    """A knock that long, as loud as can be."""
    return Waveform(np.tile(np.float32([1, -1]), round(seconds * RATE / 2)), RATE)


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 44_100, 48_000])
def test_a_voice_passes_without_remark(rate):
    assert heard(voice(2.0, rate)) == ()


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_voice_passes_from_every_container(name):
    assert heard(decode(encode(name, voice(2.0)), 300)) == ()


@pytest.mark.parametrize("peak", [-3, -20, -30, -50, -62])
def test_a_quiet_voice_is_heard(peak):
    """Real clips have peaks of -44 dB, and may reach us 20 dB quieter."""
    remarks = heard(rounded(louder(voice(2.0, peak=1.0), peak)))
    assert remarks == ((Remark.VERY_QUIET,) if peak < -40 else ())


def test_a_voice_in_silence_passes():
    assert heard(joined(silence(3.0), voice(2.0), silence(10.0))) == ()


@pytest.mark.parametrize(
    "nothing",
    [
        silence(2.0),
        silence(0.3),
        Waveform(np.full(2 * RATE, 0.2, dtype=np.float32), RATE),
        rounded(noise(-96)),
        rounded(noise(-92)),
        noise(-80),
        Waveform(np.tile(np.float32([0, 1 / 32768]), RATE), RATE),
        rounded(louder(voice(2.0), -80)),
    ],
    ids=["silence", "brief", "offset", "dither", "hiss", "faint", "rounding", "inaudible"],
)
def test_silence_is_no_speech(nothing):
    with pytest.raises(NoSpeech, match="no speech"):
        heard(nothing)


@pytest.mark.parametrize("name", ["wav-8", "wav-24", "flac", "mp3", "ogg-opus", "m4a-aac", "amr"])
def test_silence_is_no_speech_in_any_container(name):
    with pytest.raises(NoSpeech):
        heard(decode(encode(name, silence(2.0)), 300))


@pytest.mark.parametrize(
    "sound",
    [
        Waveform(np.zeros(0, dtype=np.float32), RATE),
        voice(0.05),
        voice(0.25),
        silence(0.05),
        joined(silence(1.0), voice(0.05), silence(1.0)),
        joined(noise(-96, 1.0), voice(0.05), noise(-96, 1.0)),
        joined(noise(-66, 1.0), voice(0.05), noise(-66, 1.0)),
        joined(silence(1.0), voice(0.2), silence(1.0)),
    ],
    ids=[
        "none",
        "50 ms",
        "250 ms",
        "50 ms of silence",
        "beep",
        "dithered",
        "room",
        "syllable",
    ],
)
def test_too_little_sound_is_too_short(sound):
    with pytest.raises(TooShort, match="at least a second"):
        heard(sound)


@pytest.mark.parametrize("pause", [0.3, 2.0])
def test_clicks_are_no_speech_however_few(pause):
    with pytest.raises(NoSpeech):
        heard(joined(*[click(0.01), silence(pause)] * 4))


def test_what_is_no_speech_is_told_what_to_do():
    with pytest.raises(NoSpeech, match=r"no speech to hear.*somebody speaks"):
        inspect(voice(2.0), lambda waveform: False)


def test_only_what_can_be_heard_is_listened_to():
    for nothing in (silence(2.0), voice(0.05), click(0.01)):
        with pytest.raises((NoSpeech, TooShort)):
            inspect(nothing, None)


def test_a_word_is_very_short():
    assert heard(voice(0.6)) == (Remark.VERY_SHORT,)
    assert heard(joined(silence(1.0), voice(0.6), silence(1.0))) == (Remark.VERY_SHORT,)
    assert heard(voice(1.1)) == ()


@pytest.mark.parametrize("gain", [12, 18, 30])
@pytest.mark.parametrize("rate", [8_000, 48_000])
def test_clipping_is_remarked(gain, rate):
    assert heard(clipped(louder(voice(2.0, rate), gain))) == (Remark.CLIPPED,)


@pytest.mark.parametrize("name", ["wav-16", "mp3", "m4a-aac", "webm-opus", "ogg-vorbis"])
def test_clipping_is_remarked_in_any_container(name):
    assert heard(decode(encode(name, clipped(louder(voice(2.0), 18))), 300)) == (Remark.CLIPPED,)


def test_full_scale_alone_is_no_clipping():
    assert heard(voice(2.0, peak=1.0)) == ()


def test_silence_around_it_does_not_hide_clipping():
    loud = clipped(louder(voice(2.0), 15))
    assert heard(joined(silence(60.0), loud)) == (Remark.CLIPPED,)


def test_remarks_come_together():
    loud = clipped(louder(voice(0.6), 18))
    assert heard(loud) == (Remark.VERY_SHORT, Remark.CLIPPED)


@pytest.mark.parametrize("remark", Remark)
def test_remarks_are_sentences(remark):
    assert remark == remark.value
    assert remark.sentence.count(" ") > 8
    assert remark.sentence.endswith(".")


SOUND = joined(silence(0.3), clipped(louder(voice(0.8), 15)), silence(0.4), click(0.03))


@given(cuts=st.lists(st.integers(0, len(SOUND.samples)), max_size=8))
def test_sound_in_pieces_is_judged_as_the_whole(cuts):
    loudness = Loudness(RATE)
    for piece in np.split(SOUND.samples, sorted(cuts)):
        loudness.take(piece)
    loudness.check()
    assert loudness.remarks() == inspect(SOUND, lambda _: True)
    assert loudness.remarks() == (Remark.VERY_SHORT, Remark.CLIPPED)


@pytest.mark.parametrize("nothing", [silence(9.0), voice(0.2), joined(silence(25.0), click(0.04))])
def test_nothing_in_pieces_is_nothing(nothing):
    loudness = Loudness(RATE)
    for piece in np.array_split(nothing.samples, 7):
        loudness.take(piece)
    with pytest.raises((NoSpeech, TooShort)):
        loudness.check()
