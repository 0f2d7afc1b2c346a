"""What the rows are measured with: the model, the clip, how often, and the servers."""

import os
import runpy
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.names import BUNDLE, UPLOADS
from tests.serving import ROOT, Server, gunicorn_options, started, thread_limits
from tests.sounds import encode, voice


@dataclass(frozen=True)
class Setting:
    """How the rows are measured."""

    folder: Path
    """Everything that is written meanwhile."""
    bundles: Path
    model: str
    quick: bool
    corpus: Path | None
    """RAVDESS, to time training on; made voices without."""

    @property
    def bundle(self) -> Path:
        """The bundle of the model."""
        return self.bundles / self.model

    def times(self, usual: int) -> int:
        """How often something is done: much less often where that is all that is asked."""
        return max(2, usual // 20) if self.quick else usual

    def clip(self, seconds: float = 3.0, rate: int = 48_000) -> bytes:
        """A voice as a 16-bit WAV file, at the rate of RAVDESS."""
        return encode("wav-16", voice(seconds, rate))

    def new_folder(self, name: str) -> Path:
        """A folder of its own."""
        made = self.folder / f"{name}-{len(list(self.folder.iterdir()))}"
        made.mkdir()
        return made

    def ours(self, workers: int, instance: Path | None = None, **more: Any) -> Server:
        """The application as `make run` serves it; not yet ready. `more`: as `started` takes it."""
        instance = instance or self.new_folder("ours") / "instance"
        settings = {"bundles": self.bundles, "default_model": self.model, **more}
        return started(instance, workers=workers, **settings)

    def reference(self, workers: int, prefix: tuple[str, ...] = ()) -> Server:
        """The reference with as many threads; Keras must not be loaded before a fork."""
        folder = self.new_folder("reference")
        environment = {BUNDLE: str(self.bundle), UPLOADS: str(folder), "TF_CPP_MIN_LOG_LEVEL": "2"}
        words = ["--workers", str(workers), "--threads", str(threads()), "--timeout", "600"]
        command = [*prefix, sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:{port}", *words]
        application = "tests.benchmarks.reference:create_app()"
        return Server([*command, application], environment, folder.with_suffix(".log"), ready="/")


@contextmanager
def both(ours: Server, reference: Server) -> Iterator[tuple[Server, Server]]:
    """Two servers, ready to answer, and ended afterwards."""
    try:
        ours.wait()
        reference.wait()
        yield ours, reference
    finally:
        ours.kill()
        reference.kill()


def threads() -> int:
    """How many threads each worker of `make run` has."""
    options = gunicorn_options()
    for name in ("-c", "--config"):
        if name in options:
            path = ROOT / options[options.index(name) + 1]
            return int(runpy.run_path(str(path))["threads"])
    return int(options[options.index("--threads") + 1])


class Subject:
    """A process whose acts can be timed."""

    def __init__(self, side: str, setting: Setting, file: Path) -> None:
        words = ["tests.benchmarks.subjects", side, str(setting.bundle), str(file)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=ROOT,
            env={**os.environ, **thread_limits(), "TF_CPP_MIN_LOG_LEVEL": "2"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.acts = self._answer().split()

    def milliseconds(self, act: str) -> float:
        """How long an act takes there."""
        self._process.stdin.write(f"{act}\n")
        self._process.stdin.flush()
        return float(self._answer())

    def close(self) -> None:
        """End the process."""
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()

    def _answer(self) -> str:
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError("What is to be timed has ended.")
        return line
