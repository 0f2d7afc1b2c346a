"""What a recognizer heard, of networks whose answers are known to depend on a place and a band."""

import msgspec
import numpy as np
import pytest

from tests.fakes import card
from tests.sounds import voice
from tests.speech_settings import SETTINGS
from webapp.speech.emotions import Emotion
from webapp.speech.errors import MissingExtra
from webapp.speech.evidence import BANDS, MOST_CELLS, what_was_heard
from webapp.speech.features import network_inputs
from webapp.speech.prosody import MEASURES
from webapp.speech.recognizer import Recognizer
from webapp.speech.waveform import Waveform

RATE = 16_000
LABELS = tuple(Emotion)
ANGRY, SAD = LABELS.index(Emotion.ANGRY), LABELS.index(Emotion.SAD)

PLAIN = msgspec.structs.replace(SETTINGS, channels=("mel",), n_mfcc=80)
"""The network sees the mel spectrogram itself, (frames, bands, 1)."""

CHANNELS = msgspec.structs.replace(SETTINGS, channels=("mel", "mfcc", "chroma"), n_mfcc=80)


class Detector:
    """Hears anger where a tone near 750 Hz sounds anywhere in a window, and nothing else.

    Where there is none it is sad. `heard_windows` counts what it was asked.
    """

    def __init__(self, settings=PLAIN, stands_out=25.0):
        self.card = msgspec.structs.replace(card(), features=settings)
        self.stands_out = stands_out
        self.heard_windows = 0

    def check(self):
        pass

    def planes(self, window):
        settings = self.card.features
        if settings.prosody:
            window = window[: -len(MEASURES)].reshape(settings.plane_shape)
        return window[..., 0] if window.ndim == 3 else window

    def hear_window(self, window):
        self.heard_windows += 1
        plane = self.planes(window)
        above = (plane[:, 16:22].max(axis=1) - np.median(plane, axis=1)).max()
        found = 1 / (1 + np.exp((self.stands_out - above) / 4))
        shares = np.full(len(LABELS), 0.02)
        shares[ANGRY], shares[SAD] = 0.88 * found, 0.88 * (1 - found)
        return np.asarray(shares / shares.sum(), dtype=np.float32)

    def over_windows(self, heard):
        return heard.mean(axis=0)


def murmur(seconds, seed=0):
    """A noise that is about the same everywhere."""
    return 0.02 * np.random.default_rng(seed).normal(size=round(seconds * RATE))


def with_tone(seconds=4.0, start=2.1, end=2.4, hertz=750.0, silence=0.0):
    """A murmur with a tone in it, and silence in front."""
    samples = murmur(seconds)
    times = np.arange(len(samples)) / RATE
    samples += np.where((times >= start) & (times < end), np.sin(2 * np.pi * hertz * times), 0) / 2
    return Waveform(np.append(np.zeros(round(silence * RATE)), samples).astype(np.float32), RATE)


def of(evidence, emotion):
    return next(one for one in evidence.heard if one.emotion == emotion)


@pytest.mark.parametrize(
    "settings",
    [
        PLAIN,
        CHANNELS,
        msgspec.structs.replace(PLAIN, speeds=(0.9, 1.0, 1.1)),
        msgspec.structs.replace(PLAIN, window_frames=300, window_hop_frames=150),
    ],
)
@pytest.mark.parametrize("start", [0.4, 2.1, 3.35])
def test_the_place_that_counts_is_found(settings, start):
    evidence = what_was_heard(Detector(settings), with_tone(start=start, end=start + 0.3))
    heard = of(evidence, Emotion.ANGRY)
    found = heard.most_for.patch
    assert found.start < start + 0.15 < found.end
    assert found.end - found.start <= 1.25
    assert found.low < 750 < found.high
    assert found.high - found.low < 2500
    assert heard.most_for.share < heard.share
    assert abs(evidence.strongest(Emotion.ANGRY) + 0.5 - (start + 0.15)) < 0.6


def test_what_speaks_for_one_speaks_against_the_other():
    evidence = what_was_heard(Detector(), with_tone())
    against = of(evidence, Emotion.SAD).most_against.patch
    assert against == of(evidence, Emotion.ANGRY).most_for.patch
    assert of(evidence, Emotion.SAD).most_for is None
    np.testing.assert_allclose(of(evidence, Emotion.HAPPY).moments, 0, atol=1e-6)


def test_silence_in_front_moves_the_map_and_nothing_else():
    near, far = (what_was_heard(Detector(), with_tone(silence=s)) for s in (0.0, 1.5))
    np.testing.assert_allclose(far.times, near.times + 1.5, atol=0.05)
    one, other = (of(e, Emotion.ANGRY).most_for.patch for e in (near, far))
    assert other.start - one.start == pytest.approx(1.5, abs=0.05)
    assert (other.low, other.high) == (one.low, one.high)


def test_silence_is_no_evidence():
    """Even to a network that hears anger in silence alone."""

    class Mute(Detector):
        def hear_window(self, window):
            self.heard_windows += 1
            silent = float((self.planes(window).max(axis=1) < -60).mean())
            shares = np.full(len(LABELS), 0.05)
            shares[ANGRY] = 0.05 + silent
            return np.asarray(shares / shares.sum(), dtype=np.float32)

    parts = [murmur(1.5), np.zeros(RATE), murmur(1.5)]
    evidence = what_was_heard(Mute(), Waveform(np.concatenate(parts).astype(np.float32), RATE))
    heard, middles = of(evidence, Emotion.ANGRY), (evidence.times[1:] + evidence.times[:-1]) / 2
    assert heard.share > 0.2
    assert not heard.moments[(middles > 1.9) & (middles < 2.1)].any()


def test_the_answer_is_that_of_the_windows():
    detector, waveform = Detector(), with_tone()
    evidence = what_was_heard(detector, waveform)
    windows = network_inputs(waveform, PLAIN)
    expected = np.mean([detector.hear_window(window) for window in windows], axis=0)
    np.testing.assert_allclose([one.share for one in evidence.heard], expected, rtol=1e-6)


def test_only_windows_that_a_patch_changes_are_heard_again():
    settings = msgspec.structs.replace(PLAIN, window_frames=60, window_hop_frames=60)
    detector = Detector(settings)
    what_was_heard(detector, with_tone(4.0))
    windows = len(network_inputs(with_tone(4.0), settings))
    every = windows * (1 + 17 * (BANDS + 2))
    assert detector.heard_windows < 0.6 * every


@pytest.mark.parametrize(("seconds", "cells"), [(0.3, 1), (2.0, 8), (25.0, MOST_CELLS)])
def test_long_and_short_clips_have_maps(seconds, cells):
    waveform = with_tone(seconds, 0.1, 0.2)
    evidence = what_was_heard(Detector(), waveform)
    assert evidence.times.shape == (cells + 1,)
    assert evidence.times[-1] <= waveform.seconds + 0.05
    for one in evidence.heard:
        assert one.weights.shape == (BANDS, cells)
        assert one.moments.shape == (cells,)
        assert np.isfinite(one.weights).all()


def test_digital_silence_has_a_map_of_nothing():
    evidence = what_was_heard(Detector(), Waveform(np.zeros(RATE, dtype=np.float32), RATE))
    assert not any(one.moments.any() for one in evidence.heard)
    assert all(one.most_for is None for one in evidence.heard)
    assert evidence.strongest(Emotion.ANGRY) >= 0


def test_pooled_windows_have_a_place_too():
    """The mean over time hides from the network where the tone was; the map shows it."""
    settings = msgspec.structs.replace(PLAIN, channels=("mfcc",), pooling="mean")

    class Pooled(Detector):
        def planes(self, window):
            spectrum = np.zeros((1, 80))
            for number, amount in enumerate(window):
                scale = np.sqrt((1 if number == 0 else 2) / 80)
                spectrum += scale * amount * np.cos(np.pi * number * (np.arange(80) + 0.5) / 80)
            return spectrum

    evidence = what_was_heard(Pooled(settings, stands_out=6.0), with_tone())
    found = of(evidence, Emotion.ANGRY).most_for.patch
    assert found.start < 2.25 < found.end
    assert found.end - found.start <= 1.25


def test_a_recognizer_that_cannot_hear_says_so(monkeypatch):
    recognizer = Recognizer.__new__(Recognizer)
    recognizer.missing = "Install Praat."
    with pytest.raises(MissingExtra, match=r"Install Praat\."):
        what_was_heard(recognizer, voice(1.0))


def test_prosody_stays_as_it_is(monkeypatch):
    settings = msgspec.structs.replace(PLAIN, prosody=True)
    measured = np.arange(len(MEASURES), dtype=np.float32)
    monkeypatch.setattr("webapp.speech.features.prosody", lambda _: measured)
    seen = []

    class Both(Detector):
        def hear_window(self, window):
            seen.append(window[-len(MEASURES) :])
            return super().hear_window(window)

    evidence = what_was_heard(Both(settings), with_tone())
    found = of(evidence, Emotion.ANGRY).most_for.patch
    assert found.start < 2.25 < found.end
    assert all((one == measured).all() for one in seen)
