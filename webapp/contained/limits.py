"""How much a decoder may take, and what it gives up before it hears anything."""

import math
import os
import platform
import resource
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from webapp.contained import kernel

MEGABYTE = 2**20


@dataclass(frozen=True)
class DecoderLimits:
    """What one upload may cost.

    `megabytes`: memory beside what a clean decoder has anyway. `cpu_seconds`: processor time.
    `seconds`: time on the clock that is waited for it, all in all. `clip_seconds`: the same where a
    clip is decoded at one go, while its sender waits.
    """

    megabytes: float
    cpu_seconds: float
    seconds: float
    clip_seconds: float = math.inf


def contain_template(limits: DecoderLimits) -> None:
    """Give up, in the template and so in all its decoders, what neither needs.

    macOS neither says what is mapped nor limits it; there memory is not limited. A limit that is
    stricter already stays.
    """
    mapped = _mapped()
    kernel.forsake_rights()
    if mapped is not None:
        _limit(resource.RLIMIT_AS, mapped + int(limits.megabytes * MEGABYTE))
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    kernel.call_filter(platform.machine())  # worked out once, for all decoders


def contain_decoder(limits: DecoderLimits, template: int) -> None:
    """Shut a decoder in for the rest of its life: it can compute, and use the line it has.

    With no descriptor left to be had it opens no file and no socket, whatever system this is.
    """
    kernel.die_with(template)
    _limit(resource.RLIMIT_CPU, math.ceil(limits.cpu_seconds))
    _limit(resource.RLIMIT_NPROC, 0)
    _limit(resource.RLIMIT_NOFILE, 0)
    kernel.forsake_calls()


def _limit(kind: int, most: int) -> None:
    with suppress(ValueError, OSError):
        resource.setrlimit(kind, (most, most))


def _mapped() -> int | None:
    """Bytes of memory that this process has mapped; None where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_bytes().split()[0])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")
