"""Many visitors at once: what they were told, and whether all of it was kept."""

import hashlib
import http.client
import json
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.serving import Answer, Visitor

PAUSE = 0.05
"""Seconds until somebody who got no answer tries again."""


@dataclass
class Account:
    """What visitors sent, and what they were told."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    """SHA-256 of what was sent, by the id of its prediction."""
    unanswered: Counter[str] = field(default_factory=Counter)
    """SHA-256 of what was sent without an answer: it may be in the log, and may not."""
    statuses: Counter[int] = field(default_factory=Counter)
    told: Counter[tuple[int, str]] = field(default_factory=Counter)
    """Status and code of every failure that was told."""
    first: dict[tuple[int, str], str] = field(default_factory=dict)
    """SHA-256 of the first file that met with it."""
    milliseconds: list[float] = field(default_factory=list)
    """Of every upload that was answered."""

    def note(self, clip: bytes, answer: Answer | None, milliseconds: float) -> None:
        """Write down how an upload went."""
        digest = hashlib.sha256(clip).hexdigest()
        if answer is None:
            self.unanswered[digest] += 1
            return
        self.statuses[answer.status] += 1
        self.milliseconds.append(milliseconds)
        if answer.status == 201:
            self.acknowledged[str(answer.document["id"])] = digest
        else:
            self.told[answer.status, answer.told] += 1
            self.first.setdefault((answer.status, answer.told), digest)

    def add(self, later: "Account") -> None:
        """Count in what was sent later."""
        self.acknowledged |= later.acknowledged
        self.unanswered += later.unanswered
        self.statuses += later.statuses
        self.told += later.told
        self.first = later.first | self.first
        self.milliseconds += later.milliseconds

    @property
    def server_failures(self) -> int:
        """How many answers were of the kind 5xx."""
        return sum(count for status, count in self.statuses.items() if status >= 500)


def upload_all(
    port: int,
    clips: Iterable[bytes],
    clients: int,
    page: str = "/upload",
    token: str = "",
    account: Account | None = None,
) -> Account:
    """Send every clip, by so many clients at once, until the clips are through.

    `token`: what the form on the page asks for; without one they fetch it. `account`: where it is
    written down how that goes, for who looks on.
    """
    account = Account() if account is None else account
    clips, lock = iter(clips), threading.Lock()

    def client() -> None:
        visitor = Visitor(port, token=token)
        while True:
            with lock:
                clip = next(clips, None)
            if clip is None:
                return
            start = time.perf_counter()
            answer = _answer(visitor, clip, page)
            with lock:
                account.note(clip, answer, (time.perf_counter() - start) * 1000)
            if answer is None:
                time.sleep(PAUSE)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return account


@contextmanager
def uploading(port: int, clips: Iterable[bytes], clients: int) -> Iterator[Account]:
    """The same beside what the block does; at its end no more is sent. The account grows."""
    over, account = threading.Event(), Account()

    def left() -> Iterator[bytes]:
        for clip in clips:
            if over.is_set():
                return
            yield clip

    how = {"account": account}
    thread = threading.Thread(target=upload_all, args=(port, left(), clients), kwargs=how)
    thread.start()
    try:
        yield account
    finally:
        over.set()
        thread.join()


def _answer(visitor: Visitor, clip: bytes, page: str) -> Answer | None:
    try:
        return visitor.upload(clip, page)
    except (OSError, http.client.HTTPException):
        return None


def distinct(wav: bytes) -> Iterator[bytes]:
    """A 16-bit WAV file for ever, each time with other samples at its end, as soft as a breath."""
    number = 0
    while True:
        end = (number % 2**10).to_bytes(2, "little") + (number // 2**10).to_bytes(2, "little")
        yield wav[:-4] + end
        number += 1


def losses(instance: Path, account: Account) -> list[str]:
    """What was acknowledged and is not there, and what is there and should not be: sentences."""
    with closing(sqlite3.connect(instance / "tonelog.sqlite")) as log:
        whole = log.execute("PRAGMA integrity_check").fetchone()[0]
        query = "SELECT id, content_hash, audio_name, emotion, probabilities FROM prediction"
        rows = {row[0]: row[1:] for row in log.execute(query)}
    files = {path.name: path for path in (instance / "recordings").iterdir()}
    named = {audio for _, audio, *_ in rows.values() if audio is not None}
    found = [] if whole == "ok" else [f"The log is damaged: {whole}."]
    found += [f"Recording {name} has no row." for name in files.keys() - named]
    found += [f"Recording {name} is gone." for name in named - files.keys()]
    for id, digest in account.acknowledged.items():
        if id not in rows or rows[id][0] != digest:
            found.append(f"Prediction {id} was acknowledged and is not in the log.")
    for id, (digest, audio, emotion, shares) in rows.items():
        path = files.get(audio)
        if path is not None and hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            found.append(f"The recording of {id} is not what was sent.")
        if emotion not in json.loads(shares):
            found.append(f"Prediction {id} is a half one.")
    return found + _repeated(Counter(row[0] for row in rows.values()), account)


def _repeated(logged: Counter[str], account: Account) -> list[str]:
    sent = Counter(account.acknowledged.values()) + account.unanswered
    return [
        f"What was sent {sent[digest]} times is in the log {times} times."
        for digest, times in logged.items()
        if times > sent[digest]
    ]
