"""An hour of speech, on one core: seconds, multiples of real time, and the most memory."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from tests.benchmarks.measuring import amount
from tests.benchmarks.setting import Setting, both
from tests.benchmarks.table import Row
from tests.benchmarks.web import STRANGER
from tests.memory import family, proportional
from tests.processes import meanwhile, wait_until
from tests.serving import Server, Visitor
from tests.sounds import by_soundfile, joined, voice
from webapp.speech.waveform import Waveform

HOUR = 3600
RATE = 16_000

ONE_CORE = ("taskset", "--cpu-list", "0")

LOOK = 0.25
"""Seconds between two looks at the memory, each of which holds up those it looks at."""

POLL = 0.1
"""Seconds between two looks at a job, by so much of which it seems to take longer."""

ACCEPTED = 202
"""Status of an upload that became a job."""


def hour(setting: Setting) -> Iterator[Row]:
    """A part of it first, to see whether memory grows with the length."""
    seconds = 120 if setting.quick else HOUR
    limits = {"max_seconds": HOUR, "max_megabytes": 1000}
    ours = setting.ours(1, prefix=ONE_CORE, jobs=True, **limits)
    with both(ours, setting.reference(1, ONE_CORE)) as (ours, reference):
        wait_until(lambda: Visitor(ours.port).get("/readyz").document["worker"] == "running")
        short, _, _ = _heard(ours, speech(seconds // 6), "/upload", "")
        peak, took, status = _heard(ours, speech(seconds), "/upload", "")
        their_peak, theirs, _ = _heard(reference, speech(seconds), "/?long=1", STRANGER["token"])
    assert status in {201, 202}, status
    times = seconds / took
    yield Row(
        f"{seconds / 60:g} minutes of speech on one core, sent, heard and kept",
        f"{times:,.0f} times real time",
        f"{amount(took)} s",
        f"{amount(theirs)} s, {seconds / theirs:,.0f} times real time",
        "at least 300 times",
        times >= 300,
    )
    growth = peak / short - 1
    yield Row(
        "most memory of all its processes, over that for a sixth of it",
        f"{growth:+.0%}",
        f"{peak:.0f} MB, for a sixth {short:.0f} MB",
        f"{their_peak:.0f} MB",
        "flat in length (under 5% more)",
        growth < 0.05,
    )


def speech(seconds: int) -> bytes:
    """Voices of several people one after the other, as a WAV file of 16 kHz."""
    people = joined(*(voice(10.0, RATE, pitch) for pitch in (95, 125, 160, 195, 230, 265)))
    samples = np.resize(people.samples, seconds * RATE)
    return by_soundfile(Waveform(samples, RATE), form="WAV", subtype="PCM_16")


def _heard(server: Server, clip: bytes, page: str, token: str) -> tuple[float, float, int]:
    """Most memory (MB) of all processes, seconds, and status of an upload."""
    visitor = Visitor(server.port, patience=1200, token=token)
    if not token:
        visitor.get(page)
    with _watched(server) as most:
        begun = time.perf_counter()
        answer = visitor.upload(clip, page)
        if answer.status == ACCEPTED:
            _wait_for(visitor, str(answer.document["location"]))
        took = time.perf_counter() - begun
    return max(most), took, answer.status


def _wait_for(visitor: Visitor, job: str) -> None:
    """Until the job is done; where it ends otherwise, that is no measurement."""
    while (told := visitor.get(job, "application/json").document)["state"] != "done":
        assert told["state"] in {"waiting", "running"}, told
        time.sleep(POLL)


@contextmanager
def _watched(server: Server) -> Iterator[list[float]]:
    """Memory of all processes of a server, looked at again and again while the block runs."""
    found = list[float]()
    with meanwhile(lambda: found.append(sum(map(proportional, family(server.process.pid)))), LOOK):
        yield found
