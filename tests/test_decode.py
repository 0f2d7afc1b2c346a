"""Hearing: every container, every limit, and everything that is no sound."""

import io
import struct
import tracemalloc
from functools import cache

import numpy as np
import pytest
import soundfile

from tests.sounds import CONTAINERS, by_soundfile, encode, recorded, silent_video, spread, voice
from webapp.speech.decode import decode, playable_type, to_wav
from webapp.speech.errors import EmptyFile, NoSound, NotAudio, TooLong
from webapp.speech.waveform import Waveform

LIMIT = 300.0
LOSSLESS = ("wav-16", "wav-24", "wav-32", "wav-float", "wav-double", "wav-extensible", "wav-rf64")
LOSSLESS += ("flac", "aiff", "aiff-float", "w64", "au", "m4a-alac", "mov-pcm")
ONE_PIECE = ("caf-alac", "m4a-aac", "m4a-alac", "mov-pcm", "3gp-amr", "mp4-video")
"""Files whose index is at their end: cut off, they hold nothing that can be found."""


def likeness(one: Waveform, other: Waveform) -> float:
    """Correlation of two waveforms where they match best: codecs delay the sound."""
    first, second = one.resampled(16_000).samples, other.resampled(16_000).samples
    size = len(first) + len(second)
    products = np.fft.rfft(first, size) * np.conj(np.fft.rfft(second, size))
    energy = np.sqrt(np.sum(first**2) * np.sum(second**2))
    return float(np.fft.irfft(products, size).max() / energy)


class TestContainers:
    @pytest.mark.parametrize(("rate", "channels"), [(16_000, 1), (44_100, 2)])
    @pytest.mark.parametrize("name", CONTAINERS)
    def test_sound_comes_back(self, name, rate, channels):
        original = voice(1.5, rate)
        heard = decode(recorded(name, 1.5, rate, channels), LIMIT)
        assert heard.samples.dtype == np.float32
        assert heard.samples.ndim == 1
        assert likeness(original, heard) > 0.9
        assert heard.seconds == pytest.approx(original.seconds, abs=0.2)

    @pytest.mark.parametrize("name", LOSSLESS)
    def test_lossless_sound_is_the_same(self, name):
        heard = decode(recorded(name), LIMIT)
        assert heard.rate == 16_000
        np.testing.assert_allclose(heard.samples, voice(1.5).samples, atol=1 / 32_000)

    @pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 32_000, 48_000])
    @pytest.mark.parametrize("name", ["wav-16", "flac", "mp3", "m4a-aac", "webm-opus"])
    def test_usual_rates_stay(self, name, rate):
        heard = decode(recorded(name, 1.0, rate), LIMIT)
        assert heard.rate == (48_000 if name == "webm-opus" else rate)
        assert heard.seconds == pytest.approx(1.0, abs=0.2)
        assert likeness(voice(1.0, rate), heard) > 0.9

    @pytest.mark.parametrize("rate", [88_200, 96_000, 192_000])
    @pytest.mark.parametrize("name", ["wav-24", "flac", "w64"])
    def test_higher_rates_come_down_to_48_khz(self, name, rate):
        heard = decode(recorded(name, 1.0, rate), LIMIT)
        assert heard.rate == 48_000
        assert heard.seconds == pytest.approx(1.0, abs=0.001)
        assert likeness(voice(1.0, 48_000), heard) > 0.999

    @pytest.mark.parametrize("channels", [3, 6, 8])
    @pytest.mark.parametrize("name", ["wav-16", "wav-mulaw", "flac", "m4a-aac", "mov-pcm"])
    def test_all_channels_are_averaged(self, name, channels):
        original = voice(1.0)
        heard = decode(encode(name, original, channels), LIMIT)
        assert likeness(original, heard) > 0.95
        assert heard.peak == pytest.approx(original.peak, rel=0.2)

    def test_opposite_channels_cancel(self):
        samples = voice(1.0).samples
        stereo = io.BytesIO()
        soundfile.write(stereo, np.stack([samples, -samples], axis=1), 16_000, format="WAV")
        assert decode(stereo.getvalue(), LIMIT).peak <= 1 / 32_768

    def test_level_is_kept(self):
        for name in ("wav-8", "wav-16", "flac", "w64", "wav-mulaw", "m4a-alac", "webm-opus", "mp3"):
            assert decode(recorded(name), LIMIT).peak == pytest.approx(0.5, rel=0.1), name


class TestDamage:
    @pytest.mark.parametrize("name", [name for name in CONTAINERS if name not in ONE_PIECE])
    def test_a_cut_off_file_is_read_as_far_as_it_goes(self, name):
        data = recorded(name, 4.0)
        heard = decode(data[: len(data) * 6 // 10], LIMIT)
        assert 0.8 < heard.seconds < 3.0
        assert likeness(Waveform(voice(4.0).samples[:40_000], 16_000), heard) > 0.7

    @pytest.mark.parametrize("name", ONE_PIECE)
    def test_a_file_cut_off_before_its_index_is_damaged(self, name):
        with pytest.raises(NotAudio, match="damaged"):
            decode(recorded(name)[:-2_000], LIMIT)

    @pytest.mark.parametrize("name", ["flac", "mp3", "aac-adts", "webm-opus", "ogg-opus"])
    def test_sound_after_a_damaged_part_is_heard(self, name):
        data = bytearray(recorded(name, 6.0))
        middle = len(data) // 2
        data[middle : middle + 500] = bytes(500)
        assert decode(bytes(data), LIMIT).seconds >= 4

    @pytest.mark.parametrize("name", ["mp3", "aac-adts", "ogg-vorbis", "ogg-opus"])
    def test_files_strung_together_are_heard_to_the_end(self, name):
        assert decode(recorded(name) * 2, LIMIT).seconds == pytest.approx(3.0, abs=0.3)

    @pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
    def test_a_wav_never_closed_is_heard(self, size):
        data = bytearray(recorded("wav-16"))
        data[4:8] = data[40:44] = struct.pack("<I", size)
        assert decode(bytes(data), LIMIT).seconds == 1.5

    def test_a_flac_of_unknown_length_is_heard(self):
        data = bytearray(recorded("flac"))
        data[21] &= 0xF0
        data[22:26] = bytes(4)
        assert decode(bytes(data), LIMIT).seconds == pytest.approx(1.5)

    @pytest.mark.parametrize("name", ["mp3", "aac-adts", "flac", "wav-16"])
    def test_tags_come_before_the_sound(self, name):
        picture = b"\xff\xfb\x90\x00" * 60
        tag = b"ID3\x04\0\0" + bytes([0, 0, len(picture) >> 7, len(picture) & 0x7F]) + picture
        assert decode(tag + tag + recorded(name), LIMIT).seconds == pytest.approx(1.5, abs=0.2)

    @pytest.mark.parametrize("name", ["mp3", "aac-adts"])
    @pytest.mark.parametrize("before", [bytes(3_000), b"\xff" * 100, recorded("mp3")[-300:]])
    def test_rubbish_before_raw_frames_is_skipped(self, name, before):
        assert decode(before + recorded(name), LIMIT).seconds == pytest.approx(1.5, abs=0.2)

    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
    @pytest.mark.parametrize("name", ["wav-float", "wav-double", "aiff-float"])
    def test_what_is_no_number_is_damage(self, name, value):
        samples = voice(1.0).samples.copy()
        samples[8_000] = value
        with pytest.raises(NotAudio, match="damaged"):
            decode(encode(name, Waveform(samples, 16_000), 2), LIMIT)

    def test_numbers_beyond_float32_are_damage(self):
        data = b".snd" + struct.pack(">5I", 24, 0xFFFFFFFF, 7, 16_000, 1)
        with pytest.raises(NotAudio, match="damaged"):
            decode(data + np.full(5_000, 1e300, ">f8").tobytes(), LIMIT)

    @pytest.mark.parametrize("rate", [0, 1, 100, 1_000_000, 0x7FFFFFFF, 0xFFFFFFFF])
    def test_absurd_rates(self, rate):
        data = bytearray(recorded("wav-16"))
        data[24:28] = struct.pack("<I", rate)
        with pytest.raises(NotAudio, match="damaged"):
            decode(bytes(data), LIMIT)

    @pytest.mark.parametrize("channels", [0, 65, 1_000, 5_000, 65_535])
    def test_absurd_numbers_of_channels(self, channels):
        data = bytearray(recorded("wav-16"))
        data[22:24] = struct.pack("<H", channels)
        data[32:34] = struct.pack("<H", channels * 2 & 0xFFFF)
        with pytest.raises(NotAudio, match="damaged"):
            decode(bytes(data), LIMIT)


class TestNoSound:
    def test_an_empty_file(self):
        with pytest.raises(EmptyFile, match="empty"):
            decode(b"", LIMIT)

    @pytest.mark.parametrize("name", ["wav-8", "wav-16", "wav-float", "wav-rf64", "aiff"])
    def test_a_header_with_nothing_behind_it(self, name):
        with pytest.raises(NoSound, match="no sound"):
            decode(encode(name, voice(0.0)), LIMIT)

    def test_a_video_without_sound(self):
        with pytest.raises(NoSound, match="no sound"):
            decode(silent_video(), LIMIT)


class TestLimit:
    def test_exactly_the_limit_is_allowed(self):
        assert decode(recorded("wav-16", 2.0), 2.0).seconds == 2.0
        with pytest.raises(TooLong):
            decode(recorded("wav-16", 2.0), 2.0 - 1 / 16_000)

    @pytest.mark.parametrize(
        ("seconds", "words"),
        [
            (3_600, "longer than 1 h."),
            (3_690, "longer than 1 h 1 min 30 s."),
            (300, "longer than 5 min."),
            (60.0, "longer than 1 min."),
            (90, "longer than 1 min 30 s."),
            (1, "longer than 1 s."),
            (2.5, "longer than 2.5 s."),
        ],
    )
    def test_the_limit_is_named(self, seconds, words):
        with pytest.raises(TooLong, match=words):
            decode(hours("aac-adts") * 2, seconds)

    @pytest.mark.parametrize("name", ["flac", "aac-adts", "mp3", "amr"])
    def test_hours_stop_at_the_limit_and_memory_stays_flat(self, name):
        data = hours(name)
        assert len(data) < 25_000_000
        tracemalloc.start()
        try:
            with pytest.raises(TooLong):
                decode(data, 30)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 2 * len(data) + 20_000_000

    def test_fast_sound_takes_no_more_memory(self):
        quick = encode("wav-8", Waveform(np.zeros(768_000 * 3, np.float32), 768_000))
        tracemalloc.start()
        try:
            assert decode(quick, LIMIT).samples.shape == (144_000,)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < len(quick) + 5_000_000


@cache
def hours(name):
    """An hour of sound or more in few bytes."""
    if name == "flac":
        quiet = Waveform(np.zeros(4_000 * 3_600, np.float32), 4_000)
        return by_soundfile(quiet, form="FLAC", subtype="PCM_16")
    if name == "amr":
        return recorded(name) + recorded(name)[6:] * 2_400
    return recorded(name, 1.5, 16_000) * 1_700


class TestToWav:
    def test_it_is_16_bit_and_the_same_sound(self):
        made = to_wav(voice(1.0))
        assert soundfile.info(io.BytesIO(made)).subtype == "PCM_16"
        assert playable_type(made) == "audio/wav"
        np.testing.assert_allclose(decode(made, LIMIT).samples, voice(1.0).samples, atol=1 / 32_000)

    def test_too_loud_sound_is_cut_off(self):
        loud = Waveform(voice(1.0).samples * np.float32(4), 16_000)
        heard = decode(to_wav(loud), LIMIT)
        np.testing.assert_allclose(heard.samples, np.clip(loud.samples, -1, 1), atol=1 / 16_000)


def test_spread_channels_average_to_the_waveform():
    np.testing.assert_allclose(spread(voice(0.1), 6).mean(axis=0), voice(0.1).samples, atol=1e-6)
