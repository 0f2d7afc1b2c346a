"""What tests of decoders share: who does harm, how much it may take, what it is forked from."""

from webapp.contained.limits import DecoderLimits
from webapp.decoders import Decoders

BAD = "tests.bad_decoders"
"""Does what the upload says."""

LIMITS = DecoderLimits(megabytes=200, cpu_seconds=1, seconds=120)
"""Little processor time, so that what hangs is ended soon."""


def template_of(made: Decoders) -> int:
    """The process that decoders are forked from."""
    return int(made._template._process.pid)
