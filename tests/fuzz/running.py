"""The fuzzer in a process of its own, which it ends as it likes."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.sounds import CONTAINERS, recorded
from webapp.contained.messages import ANSWER, FAILURE, SOUND
from webapp.speech.errors import NotAudio

ROOT = Path(__file__).parents[2]
SECONDS = 0.1
"""Length of the voices that it starts from: short files are damaged in telling places."""


@dataclass(frozen=True)
class Found:
    """How it went: how many inputs were tried, and what was said."""

    failed: bool
    runs: int
    said: str


def fuzzed(target: str, folder: Path, *options: str) -> Found:
    """Fuzz a target below `folder`, with options of libFuzzer."""
    corpus = folder / target
    corpus.mkdir(parents=True)
    for number, data in enumerate(beginnings(target)):
        (corpus / f"seed-{number}").write_bytes(data)
    ended = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", target, str(corpus), "-timeout=20",
         f"-artifact_prefix={folder}/", *options],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = ended.stdout + ended.stderr
    done = re.search(r"^Done (\d+) runs", said, re.MULTILINE)
    return Found(ended.returncode != 0, int(done[1]) if done else 0, said[-4000:])


def beginnings(target: str) -> list[bytes]:
    """What a target is first tried with."""
    if target == "files":
        return [recorded(name, SECONDS) for name in CONTAINERS]
    told = f"{NotAudio.code}\nA sentence.".encode()
    return [
        ANSWER.pack(SOUND, 16_000, 400) + bytes(400),
        ANSWER.pack(FAILURE, 0, len(told)) + told,
    ]
