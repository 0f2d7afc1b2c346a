import subprocess
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.decoding import BAD, LIMITS, template_of
from tests.sounds import CONTAINERS, encode, recorded, silent_video, voice
from webapp.contained.limits import DecoderLimits
from webapp.decoders import Decoders, NoDecoder, NotDecoded
from webapp.speech.decode import decode
from webapp.speech.errors import EmptyFile, NoSound, NotAudio, TooLong
from webapp.speech.waveform import Waveform


@pytest.fixture(scope="module")
def bad():
    """Decoders that do what the upload says."""
    made = Decoders(LIMITS, decoder=BAD)
    yield made
    made.close()


class TestHearing:
    @pytest.mark.parametrize("name", CONTAINERS)
    def test_every_container_is_heard_as_without_walls(self, decoders, name):
        data = recorded(name)
        heard, expected = decoders.decode(data, 10.0), decode(data, 10.0)
        assert heard.rate == expected.rate
        np.testing.assert_array_equal(heard.samples, expected.samples)

    @pytest.mark.parametrize(
        ("data", "kind"),
        [
            (b"", EmptyFile),
            (b"no sound at all", NotAudio),
            (silent_video(), NoSound),
            (encode("wav-16", voice(3.0)), TooLong),
        ],
    )
    def test_failures_are_those_of_decoding(self, decoders, data, kind):
        with pytest.raises(kind) as expected:
            decode(data, 2.0)
        with pytest.raises(kind) as told:
            decoders.decode(data, 2.0)
        assert told.value.sentence == expected.value.sentence

    def test_the_longest_clip_fits(self, decoders):
        samples = np.resize(voice(10.0, 40_000).samples, 300 * 40_000)
        data = encode("wav-16", Waveform(samples, 40_000))
        assert 20 * 2**20 < len(data) < 25 * 2**20
        assert decoders.decode(data, 300.0).seconds == 300


class TestHarm:
    @pytest.mark.parametrize(
        "act",
        [
            *("segfault", "abort", "loop", "balloon", "quit"),
            *("nan", "inf", "minus-inf", "deafening", "nothing", "too-fast", "too-slow"),
            *("too-long", "garbage", "half-a-header", "half-a-sound", "odd-bytes", "endless"),
            *("talkative", "unknown-failure", "terminal-codes", "no-text"),
        ],
    )
    def test_it_costs_that_upload_and_nothing_else(self, bad, wav, act):
        assert bad.decode(wav, 30.0).seconds == 1.5
        before = template_of(bad)
        with pytest.raises(NotDecoded, match="Save it again"):
            bad.decode(act.encode(), 30.0)
        assert bad.decode(wav, 30.0).seconds == 1.5
        assert template_of(bad) == before

    def test_one_that_hangs_is_ended(self, wav):
        made = Decoders(DecoderLimits(megabytes=200, cpu_seconds=1, seconds=10), decoder=BAD)
        try:
            made.decode(wav, 30.0)
            with pytest.raises(NotDecoded):
                made.decode(b"hang", 30.0)
            made.decode(wav, 30.0)
        finally:
            made.close()

    def test_others_are_heard_meanwhile(self, bad, wav):
        acts = [b"segfault", b"loop", b"balloon", b"nan"] * 2
        with ThreadPoolExecutor(12) as threads:
            harm = [threads.submit(bad.decode, act, 30.0) for act in acts]
            heard = [threads.submit(bad.decode, wav, 30.0) for _ in range(40)]
            assert all(one.result().seconds == 1.5 for one in heard)
            assert all(isinstance(one.exception(), NotDecoded) for one in harm)

    def test_it_is_noted_without_what_was_heard(self, bad, caplog):
        with pytest.raises(NotDecoded):
            bad.decode(b"unknown-failure", 30.0)
        (record,) = caplog.records
        assert record.name == "webapp.decoders"
        assert "Words" not in record.getMessage()


class TestNobody:
    def test_a_template_that_cannot_start(self, wav):
        made = Decoders(LIMITS, decoder="tests.nobody")
        with pytest.raises(NoDecoder, match="in a moment"):
            made.decode(wav, 30.0)
        made.close()

    def test_no_process_to_be_had(self, wav, monkeypatch):
        def refuse(*arguments, **options):
            raise BlockingIOError("Resource temporarily unavailable")

        monkeypatch.setattr(subprocess, "Popen", refuse)
        made = Decoders(LIMITS)
        made.warm_up()  # says so in the log, and stops nobody
        with pytest.raises(NoDecoder):
            made.decode(wav, 30.0)

    def test_no_descriptor_to_be_had(self, bad, wav, monkeypatch):
        def refuse(*arguments, **options):
            raise OSError("Too many open files")

        bad.decode(wav, 30.0)
        monkeypatch.setattr("socket.socketpair", refuse)
        assert bad.decode(wav, 30.0).seconds == 1.5  # the ready ones
        assert bad.decode(wav, 30.0).seconds == 1.5
        with pytest.raises(NoDecoder):
            bad.decode(wav, 30.0)


class TestPageOfNobody:
    @pytest.fixture
    def decoders(self):
        made = Decoders(LIMITS, decoder="tests.nobody")
        yield made
        made.close()

    def test_no_decoder_is_a_sentence(self, visitor, kept, wav):
        response = visitor.send(wav)
        assert response.status_code == 503
        assert "too busy to listen" in response.text
        assert not kept()


class TestPages:
    """What a person gets to see. The application's decoders are in the hands of the upload."""

    @pytest.fixture
    def decoders(self, bad):
        return bad

    @pytest.mark.parametrize("act", [b"segfault", b"loop", b"balloon", b"nan"])
    def test_a_decoder_that_fails_is_a_sentence(self, visitor, wav, kept, act):
        response = visitor.send(act, headers={"Accept": "application/json"})
        assert response.status_code == 422
        assert response.json["error"]["code"] == "not_decoded"
        assert not kept()
        assert visitor.client.get(visitor.sent(wav)).status_code == 200

    def test_pictures_and_sound_go_the_same_way(self, visitor, monkeypatch):
        monkeypatch.setattr("webapp.speech.decode.decode", None)
        address = visitor.sent(recorded("amr", 3.0))
        for part in ("audio", "waveform.svg", "spectrogram.png"):
            assert visitor.client.get(f"{address}/{part}").status_code == 200
