"""The long runs: each says in sentences what did not hold, and what it counted."""

import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import MappingProxyType

import numpy as np

from tests.fuzz.running import fuzzed
from tests.fuzz.targets import TARGETS
from tests.load import Account, distinct, losses, upload_all, uploading
from tests.memory import resident
from tests.mutations import documented, mutations
from tests.serving import Server, Visitor, leftovers, serving, started
from tests.soak.uploads import uploads
from tests.sounds import encode, voice

GROWTH = 0.05
"""A worker may grow by so much from the end of its warm-up to the end of the run."""

WARM_UP = 200
"""Uploads after which a worker has all that it needs."""

ENDLESS = ("--max-requests", "0")
"""Workers that are never replaced: growth must show."""


@dataclass(frozen=True)
class Amounts:
    """How long the runs are."""

    seconds: float = 3600
    """Of random uploads."""
    uploads: int = 2_000
    kills: int = 50
    mutations: int = 20_000
    fuzzing: int = 200_000
    """Inputs to each of our parsers."""


@dataclass(frozen=True)
class Outcome:
    """How a run went."""

    failures: list[str]
    counted: str


Part = Callable[[Path, Amounts, int, Mapping[str, object]], Outcome]


def random_uploads(
    instance: Path, amounts: Amounts, seed: int, settings: Mapping[str, object]
) -> Outcome:
    """Anything by anybody for an hour: no 5xx, no growth, nothing lost, nothing left."""
    sent = uploads(seed)
    with serving(instance, options=ENDLESS, **settings) as server:
        account = upload_all(server.port, islice(sent, WARM_UP), 8)
        before = _memory(server)
        deadline = time.monotonic() + amounts.seconds
        with uploading(server.port, sent, 4) as sent_meanwhile:
            while time.monotonic() < deadline:
                _browse(server.port)
                time.sleep(min(1.0, amounts.seconds / 10))
        account.add(sent_meanwhile)
        after = _memory(server)
        failures = [] if server.stop() == 0 else ["The server did not stop as asked."]
    failures += _misbehaved(account) + losses(instance, account)
    failures += [f"{name} was left behind." for name in leftovers(instance)]
    failures += ["The server noted a failure of its own."] * ("Traceback" in server.said())
    return Outcome(failures + _grown(before, after), f"{_told(account)}; {_growth(before, after)}")


def many_clients(
    instance: Path, amounts: Amounts, seed: int, settings: Mapping[str, object]
) -> Outcome:
    """32 clients at once: every acknowledged upload is in the log with its audio, once."""
    wav = encode("wav-16", voice(3.0, pitch=100.0 + seed % 100))
    with serving(instance, **settings) as server:
        account = upload_all(server.port, islice(distinct(wav), amounts.uploads), 32)
    failures = _misbehaved(account) + losses(instance, account)
    if account.statuses[201] != amounts.uploads:
        failures.append("Not every upload was acknowledged.")
    return Outcome(failures, _told(account))


def kills(instance: Path, amounts: Amounts, seed: int, settings: Mapping[str, object]) -> Outcome:
    """A worker, or all of the server, killed at random moments under load, and started again."""
    generator, total = np.random.default_rng(seed), Account()
    clips = distinct(encode("wav-16", voice(3.0)))
    for number in range(amounts.kills):
        server = started(instance, **settings)
        server.wait()
        with uploading(server.port, clips, 8) as account:
            time.sleep(generator.uniform(0.1, 2.0))
            if number % 2:
                workers = server.workers()
                os.kill(workers[int(generator.integers(len(workers)))], signal.SIGKILL)
                time.sleep(generator.uniform(0.1, 2.0))
            server.kill()
        total.add(account)
    with serving(instance, **settings):  # its start sweeps
        failures = _misbehaved(total) + losses(instance, total)
    counted = f"{amounts.kills} kills; {_told(total)}; without answer {total.unanswered.total()}"
    return Outcome(failures, counted)


def mutated_files(
    instance: Path, amounts: Amounts, seed: int, settings: Mapping[str, object]
) -> Outcome:
    """Damaged files of every container: heard, or refused as documented."""
    with serving(instance, **settings) as server:
        sent = (data for _, data in mutations(seed))
        account = upload_all(server.port, islice(sent, amounts.mutations), 8)
        died = len(server.workers()) < 2
    failures = _misbehaved(account) + losses(instance, account)
    return Outcome(failures + ["A worker died."] * died, _told(account))


def fuzzed_parsers(
    instance: Path, amounts: Amounts, seed: int, settings: Mapping[str, object]
) -> Outcome:
    """Our own parsers, fuzzed by the branches that they take: nothing but what they may raise."""
    del settings
    options = f"-runs={amounts.fuzzing}", f"-seed={seed + 1}"  # 0 would be any
    found = {target: fuzzed(target, instance, *options) for target in TARGETS}
    failures = [f"{target}: {one.said}" for target, one in found.items() if one.failed]
    return Outcome(failures, ", ".join(f"{target} {one.runs:,}" for target, one in found.items()))


PARTS: Mapping[str, Part] = MappingProxyType(
    {
        "uploads": random_uploads,
        "clients": many_clients,
        "kills": kills,
        "mutations": mutated_files,
        "parsers": fuzzed_parsers,
    }
)


def _browse(port: int) -> None:
    """Look at the history and at the newest result, as people do meanwhile."""
    visitor = Visitor(port)
    listed = visitor.get("/history").body.decode()
    newest = listed.partition('href="/predictions/')[2].partition('"')[0]
    if newest:
        for end in ("", "/audio", "/waveform.svg", "/spectrogram.png", ".json"):
            visitor.get(f"/predictions/{newest}{end}")


def _misbehaved(account: Account) -> list[str]:
    """Refusals that the documentation does not know, every 5xx among them."""
    return [
        f"{status} {code} came {account.told[status, code]} times, first for the file with "
        f"SHA-256 {account.first[status, code]}."
        for status, code in sorted(account.told.keys() - documented())
    ]


def _told(account: Account) -> str:
    answers = ", ".join(f"{status}: {n}" for status, n in sorted(account.statuses.items()))
    return f"{account.statuses.total()} answers ({answers})"


def _memory(server: Server) -> dict[int, float]:
    return {worker: resident(worker) for worker in server.workers()}


def _grown(before: Mapping[int, float], after: Mapping[int, float]) -> list[str]:
    """Of the workers, those that were replaced or that take more memory than before."""
    found = [f"Worker {worker} was replaced." for worker in before.keys() - after.keys()]
    return found + [
        f"Worker {worker} grew from {before[worker]:.0f} to {after[worker]:.0f} MB."
        for worker in before.keys() & after.keys()
        if after[worker] > (1 + GROWTH) * before[worker]
    ]


def _growth(before: Mapping[int, float], after: Mapping[int, float]) -> str:
    pairs = (f"{before[worker]:.0f} to {after.get(worker, 0):.0f} MB" for worker in before)
    return f"memory of the workers {', '.join(pairs)}"
