"""Hearing in pieces: the same as at one go, and where it differs, how."""

import io
import struct
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.damage import DAMAGED
from tests.sounds import CONTAINERS, encode, lengthy, recorded, silent_video, voice
from tests.test_decode_fuzz import SIGNATURES, fuzzing
from webapp.speech.decode import PIECE_SECONDS, decode, stream, write_wav
from webapp.speech.errors import EmptyFile, NoSound, NotAudio, SpeechError, TooLong
from webapp.speech.waveform import Waveform

LIMIT = 300.0


def pieces(data, limit=LIMIT):
    return list(stream(io.BytesIO(data), limit))


def joined(found):
    (rate,) = {piece.rate for piece in found}
    return Waveform(np.concatenate([piece.samples for piece in found]), rate)


@pytest.mark.parametrize(("rate", "seconds"), [(16_000, 11.0), (96_000, 6.0)])
@pytest.mark.parametrize("name", [name for name in CONTAINERS if "video" not in name])
def test_the_pieces_are_the_whole(name, rate, seconds):
    data = lengthy(name, seconds, rate if name in ("wav-16", "flac", "w64") else 16_000)
    found, whole = pieces(data), decode(data, LIMIT)
    assert joined(found).rate == whole.rate
    np.testing.assert_array_equal(joined(found).samples, whole.samples)
    *full, last = found
    assert all(len(piece.samples) == PIECE_SECONDS * piece.rate for piece in full)
    assert 0 < len(last.samples) <= PIECE_SECONDS * last.rate


def test_exactly_so_many_pieces():
    assert [piece.seconds for piece in pieces(recorded("wav-16", 10.0))] == [5, 5]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", EmptyFile),
        (b"no sound at all", NotAudio),
        (silent_video(), NoSound),
        (encode("wav-16", voice(0.0)), NoSound),
        (recorded("m4a-aac")[:-2_000], NotAudio),
        (encode("wav-16", voice(11.0)), TooLong),
    ],
)
def test_failures_are_those_of_decoding(data, kind):
    for hear in (decode, lambda *given: list(stream(io.BytesIO(given[0]), given[1]))):
        with pytest.raises(kind) as told:
            hear(data, 10.9)
        assert told.type is kind


def test_too_long_is_known_as_soon_as_it_is():
    found = []
    with pytest.raises(TooLong, match="7 s\\."):
        found.extend(stream(io.BytesIO(lengthy("wav-16", 30.0)), 7.0))
    data = io.BytesIO(lengthy("wav-16", 30.0))
    with pytest.raises(TooLong):
        list(stream(data, 7.0))
    assert data.tell() < len(data.getvalue()) / 3


@pytest.mark.parametrize("name", ["wav-16", "flac", "aiff", "mp3", "aac-adts", "ogg-opus", "amr"])
def test_a_cut_off_file_is_read_as_far_as_it_goes(name):
    data = recorded(name, 11.0)
    data = data[: len(data) * 7 // 10]
    np.testing.assert_array_equal(joined(pieces(data)).samples, decode(data, LIMIT).samples)


@pytest.mark.parametrize("at", [0.2, 0.5, 0.9])
def test_where_one_reader_breaks_off_the_next_goes_on(at):
    """A damaged FLAC: as long as the longer of the two, and the same as the first up to there."""
    data = bytearray(recorded("flac", 20.0))
    middle = int(at * len(data))
    data[middle : middle + 500] = bytes(500)
    found, whole = joined(pieces(bytes(data))), decode(bytes(data), LIMIT)
    assert len(found.samples) == len(whole.samples) > 19 * 16_000
    same = int(0.9 * at * 20 * 16_000)
    np.testing.assert_array_equal(found.samples[:same], whole.samples[:same])
    np.testing.assert_allclose(found.samples[:same], voice(20.0).samples[:same], atol=1 / 32_000)


def test_damage_is_told_where_it_is():
    samples = voice(20.0).samples.copy()
    samples[16_000 * 16] = np.nan
    found = stream(io.BytesIO(encode("wav-float", Waveform(samples, 16_000))), LIMIT)
    assert next(found).seconds == PIECE_SECONDS
    with pytest.raises(NotAudio, match="damaged"):
        list(found)


def survives(data):
    """Streaming ends as decoding does, and gives no less of the sound."""
    found, heard, refused = [], None, False
    with suppress(SpeechError):
        heard = decode(data, 5.0)
    try:
        found = pieces(data, 5.0)
    except SpeechError:
        refused = True
    assert refused == (heard is None)
    if heard is not None:
        sound = joined(found)
        assert len(sound.samples) / sound.rate >= heard.seconds - 0.001
        assert np.isfinite(sound.samples).all()


@settings(fuzzing, max_examples=60)
@given(st.sampled_from([b"", *SIGNATURES]), st.binary(max_size=600))
def test_any_bytes(beginning, rest):
    survives(beginning + rest)


@settings(fuzzing, max_examples=150)
@given(DAMAGED)
def test_any_damage(data):
    survives(data)


def box(name, size):
    return struct.pack(">I4s", size + 8, name) + bytes(size)


def test_an_mp4_of_very_many_boxes_is_read_all_the_same():
    data = recorded("m4a-aac")
    assert decode(data + box(b"free", 0) * 300_000, LIMIT).seconds == decode(data, LIMIT).seconds


class TestWriting:
    def test_it_is_the_same_sound_at_another_rate(self):
        made = io.BytesIO()
        write_wav(made, iter(pieces(recorded("wav-16", 11.0, 44_100))), 16_000)
        found = decode(made.getvalue(), LIMIT)
        expected = voice(11.0, 44_100).resampled(16_000).samples
        assert found.rate == 16_000
        np.testing.assert_allclose(found.samples, expected, atol=2e-3)

    def test_nothing_is_a_header(self):
        made = io.BytesIO()
        write_wav(made, iter(()), 16_000)
        with pytest.raises(NoSound):
            decode(made.getvalue(), LIMIT)
