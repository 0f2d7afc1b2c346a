"""Long recordings, heard in pieces by a decoder that is shut in."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.decoding import BAD, LIMITS, template_of
from tests.mutations import mutations
from tests.processes import children, state, wait_until
from tests.sounds import CONTAINERS, encode, lengthy, recorded, silent_video, voice
from webapp.decoders import Decoders, NoDecoder, NotDecoded
from webapp.speech.decode import decode
from webapp.speech.errors import EmptyFile, NoSound, NotAudio, SpeechError, TooLong

ROOT = Path(__file__).parents[1]


@pytest.fixture
def file(tmp_path):
    """Puts bytes into a file."""

    def put(data):
        path = tmp_path / "recording"
        path.write_bytes(data)
        return path

    return put


@pytest.fixture(scope="module")
def bad():
    """Decoders that do what the recording says."""
    made = Decoders(LIMITS, decoder=BAD)
    yield made
    made.close()


class TestHearing:
    @pytest.mark.parametrize("name", CONTAINERS)
    def test_every_container_is_heard_as_at_one_go(self, decoders, file, name):
        data = lengthy(name, 11.0)
        found, whole = list(decoders.stream(file(data), 20.0)), decode(data, 20.0)
        assert {piece.rate for piece, _ in found} == {whole.rate}
        np.testing.assert_array_equal(
            np.concatenate([piece.samples for piece, _ in found]), whole.samples
        )
        shares = [share for _, share in found]
        assert shares == sorted(shares)
        assert shares[0] > 0
        assert 0.9 < shares[-1] <= 1

    @pytest.mark.parametrize("name", ["wav-24", "flac", "mp3", "m4a-aac", "webm-opus", "mov-pcm"])
    def test_the_share_tells_the_truth(self, decoders, file, name):
        """Also where an index at the end is read first, or the whole file is looked through."""
        found = list(decoders.stream(file(lengthy(name, 60.0, 44_100)), 200.0))
        for number, (_, share) in enumerate(found, 1):
            assert share == pytest.approx(number / len(found), abs=0.15), number

    @pytest.mark.parametrize(
        ("data", "kind"),
        [
            (b"", EmptyFile),
            (b"no sound at all", NotAudio),
            (silent_video(), NoSound),
            (recorded("m4a-aac")[:-2_000], NotAudio),
            (encode("wav-16", voice(3.0)), TooLong),
        ],
    )
    def test_failures_are_those_of_decoding(self, decoders, file, data, kind):
        with pytest.raises(kind) as expected:
            decode(data, 2.0)
        with pytest.raises(kind) as told:
            list(decoders.stream(file(data), 2.0))
        assert told.value.sentence == expected.value.sentence

    @pytest.mark.parametrize("name", ["wav-16", "flac", "mp3", "webm-opus"])
    def test_a_cut_off_file_is_read_as_far_as_it_goes(self, decoders, file, name):
        data = lengthy(name, 11.0)[:-5_000]
        found = [piece.samples for piece, _ in decoders.stream(file(data), 20.0)]
        np.testing.assert_array_equal(np.concatenate(found), decode(data, 20.0).samples)

    def test_damaged_files_end_as_at_one_go(self, decoders, file):
        for _, (name, data) in zip(range(100), mutations(seed=6), strict=False):
            ended = []
            for hear in (
                lambda data: decoders.decode(data, 5.0).seconds,
                lambda data: sum(p.seconds for p, _ in decoders.stream(file(data), 5.0)),
            ):
                try:
                    ended.append(hear(data) > 0)
                except SpeechError as error:
                    ended.append(error.code)
            assert ended[0] == ended[1], name

    def test_two_at_a_time(self, decoders, file, wav):
        path = file(lengthy("flac", 21.0))
        one, other = decoders.stream(path, 30.0), decoders.stream(path, 30.0)
        for (first, _), (second, _) in zip(one, other, strict=True):
            np.testing.assert_array_equal(first.samples, second.samples)
            assert decoders.decode(wav, 30.0).seconds == 1.5


class TestHarm:
    @pytest.mark.parametrize(
        "act",
        [
            *("segfault", "abort", "loop", "balloon", "quit"),
            *("nan", "inf", "minus-inf", "deafening", "nothing", "too-fast", "too-slow"),
            *("too-long", "garbage", "half-a-header", "half-a-sound", "odd-bytes", "endless"),
            *("talkative", "unknown-failure", "terminal-codes", "no-text"),
            *("beyond", "insatiable", "far-ahead", "crumbs", "two-rates"),
        ],
    )
    def test_it_costs_that_recording_and_nothing_else(self, bad, file, wav, act):
        assert bad.decode(wav, 30.0).seconds == 1.5
        before = template_of(bad)
        with pytest.raises(NotDecoded, match="Save it again"):
            list(bad.stream(file(act.encode() + b" "), 30.0))
        assert bad.decode(wav, 30.0).seconds == 1.5
        assert template_of(bad) == before

    def test_one_that_stops_in_the_middle(self, bad, file):
        """What it gave before counts for nothing, and who listens gets to know."""
        pieces = bad.stream(file(b"half-way "), 30.0)
        assert next(pieces)[0].seconds == 5
        with pytest.raises(NotDecoded):
            next(pieces)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells")
class TestProcesses:
    @pytest.fixture
    def own(self):
        made = Decoders(LIMITS)
        yield made
        made.close()

    def test_closing_ends_the_decoder(self, own, file):
        pieces = own.stream(file(lengthy("wav-16", 300.0)), 400.0)
        next(pieces)
        template = template_of(own)
        assert len(children(template)) == 3
        pieces.close()
        wait_until(lambda: list(map(state, children(template))) == ["S", "S"])

    def test_ended_streams_leave_nothing_behind(self, own, file, wav):
        path = file(lengthy("wav-16", 30.0))
        own.decode(wav, 30.0)
        before = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(10):
            next(own.stream(path, 60.0))
            list(own.stream(path, 60.0))
        assert len(list(Path("/proc/self/fd").iterdir())) == before

    def test_a_template_that_dies_before_the_first_piece_costs_nothing(self, own, file, wav):
        own.decode(wav, 30.0)
        os.kill(template_of(own), signal.SIGKILL)
        assert len(list(own.stream(file(lengthy("wav-16", 11.0)), 30.0))) == 3

    def test_one_that_dies_later_says_try_again(self, own, file):
        pieces = own.stream(file(lengthy("wav-16", 300.0)), 400.0)
        next(pieces)
        first = template_of(own)
        os.kill(first, signal.SIGKILL)
        with pytest.raises(NoDecoder, match="in a moment"):
            list(pieces)


MEASURED = """
import os, sys
from pathlib import Path
from tests.memory import proportional
from tests.processes import children
from webapp.config import Settings
from webapp.decoders import Decoders
made = Decoders(Settings().decoder_limits, ready=0)
*_, warm = made.stream(Path(sys.argv[1]), 7200)
most = 0.0
for number, piece in enumerate(made.stream(Path(sys.argv[2]), 7200)):
    if number % 10 == 0:
        (decoder,) = children(made._template._process.pid)
        most = max(most, proportional(decoder) + proportional(os.getpid()))
print(most)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells")
@pytest.mark.parametrize(("form", "rate"), [("WAV", 16_000), ("FLAC", 48_000)])
def test_memory_does_not_grow_with_length(tmp_path, form, rate):
    """That of the worker and of the decoder together, of an hour as of a minute."""
    minute = np.resize(voice(10.0, rate).samples, 60 * rate)
    found = []
    for minutes in (1, 15):
        path = tmp_path / f"{minutes} minutes"
        with soundfile.SoundFile(path, "w", rate, 1, format=form, subtype="PCM_16") as made:
            for _ in range(minutes):
                made.write(minute)
        program = [sys.executable, "-c", MEASURED, str(tmp_path / "1 minutes"), str(path)]
        ended = subprocess.run(program, cwd=ROOT, capture_output=True, check=True)
        found.append(float(ended.stdout))
    assert found[1] < 1.3 * found[0]
